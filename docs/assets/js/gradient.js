// The gradient tracer's mathematics: a convolution on a row with numbers, what one input cell or one weight
// touches, the sums that are the gradients, and the state's address. The words are gradient-words.js's.

/**
 * @typedef {"input" | "weight"} Kind
 * @typedef {{of: Kind, at: number, s: number, p: number, x: number[], w: number[], g: number[]}} State `at` is the
 *   chosen cell or weight, `x` the input, `w` the weights, `g` the gradient of the loss by each output
 * @typedef {{output: number, weight: number, cell: number}} Way one product of the forward pass; a cell outside
 *   0..n-1 is padding
 * @typedef {{dx: number[], dw: number[], ways: Way[], touching: Way[], value: number}} View
 */

/** What each setting is called, and the values it may have. */
export const SETTINGS = {
  n: { name: "input cells", symbol: "n", least: 1, most: 10 },
  k: { name: "weights", symbol: "k", least: 1, most: 5 },
  s: { name: "stride", symbol: "s", least: 1, most: 4 },
  p: { name: "padding, each side", symbol: "p", least: 0, most: 2 },
};
/** The rows of a state, as they are named. @type {("x" | "w" | "g")[]} */
export const ROWS = ["x", "w", "g"];
const MOST_PARTS = 8; // of an address: the choice, four settings, three rows
const SIZE = /^[xwspnk]\d{1,4}$/;
const NUMBERS = /^[XWG]-?\d{1,4}(\.-?\d{1,4}){0,20}$/;
/** Entries go from -LARGEST to LARGEST. */
export const LARGEST = 9;
/** What new cells hold, by place. */
const PATTERNS = {
  x: [1, 2, 0, 3, -1, 2, 1, 4, -2, 1],
  w: [2, -1, 1, 3, -2],
  g: [1, 2, -1, 3, 1, -2, 2, 1, -1, 3, 1, 2, -3, 1],
};
/** @type {State} */
export const START = fitted({
  of: "input",
  at: 2,
  s: 1,
  p: 1,
  x: resized("x", [], 6),
  w: resized("w", [], 3),
  g: [],
});

/**
 * The number of outputs: windows placed one by one.
 * @param {{x: number[], w: number[], s: number, p: number}} layer
 */
export function outputs({ x, w, s, p }) {
  let count = 0;
  while (count * s + w.length <= x.length + 2 * p) count += 1;
  return count;
}

/**
 * A state whose rows have the right lengths and whose choice exists.
 * @param {State} given
 * @returns {State}
 */
export function fitted(given) {
  const g = resized("g", given.g, outputs(given));
  const chosen = given.of === "input" ? given.x.length : given.w.length;
  return { ...given, g, at: Math.min(Math.max(given.at, 0), chosen - 1) };
}

/**
 * The same state with other sizes; `n` and `k` change the rows.
 * @param {State} given
 * @param {Partial<Record<keyof typeof SETTINGS, number>>} sizes
 */
export function laidOut(given, sizes) {
  const now = sizesOf(given);
  const size = (/** @type {keyof typeof SETTINGS} */ name) => {
    const wanted = Math.round(Number(sizes[name] ?? now[name]));
    const { least, most } = SETTINGS[name];
    return Math.min(Math.max(Number.isFinite(wanted) ? wanted : now[name], least), most);
  };
  const rows = { x: resized("x", given.x, size("n")), w: resized("w", given.w, size("k")) };
  return fitted({ ...given, ...rows, s: size("s"), p: size("p") });
}

/**
 * The settings of a state.
 * @param {State} state
 */
export function sizesOf({ x, w, s, p }) {
  return { n: x.length, k: w.length, s, p };
}

/**
 * The same state with another number at a place of a row.
 * @param {State} given
 * @param {"x" | "w" | "g"} row
 * @param {number} place
 * @param {number} value
 */
export function written(given, row, place, value) {
  return { ...given, [row]: given[row].map((entry, at) => (at === place ? entryOf(value) : entry)) };
}

/**
 * All products of the forward pass, those of one output side by side.
 * @param {State} state
 * @returns {Way[]}
 */
export function ways({ g, w, s, p }) {
  return g.flatMap((_, output) => w.map((_, weight) => ({ output, weight, cell: output * s + weight - p })));
}

/**
 * The gradients, and the ways from what is chosen to the outputs; ways that start on padding carry nothing.
 * @param {State} state
 * @returns {View}
 */
export function view(state) {
  const { of, at, x, w, g } = state;
  const all = ways(state);
  const real = all.filter(({ cell }) => cell >= 0 && cell < x.length);
  const dx = x.map(() => 0);
  const dw = w.map(() => 0);
  for (const { output, weight, cell } of real) {
    dx[cell] += g[output] * w[weight];
    dw[weight] += g[output] * x[cell];
  }
  const touching = real.filter(({ cell, weight }) => (of === "input" ? cell : weight) === at);
  return { dx, dw, ways: all, touching, value: (of === "input" ? dx : dw)[at] };
}

/**
 * The state as a short text for the address: `x2_s1_p1_n6_k3`, with the numbers of rows that were edited.
 * @param {State} state
 */
export function toAddress(state) {
  const { n, k, s, p } = sizesOf(state);
  const edited = ROWS.filter((row) => `${state[row]}` !== `${resized(row, [], state[row].length)}`);
  return [
    `${state.of === "input" ? "x" : "w"}${state.at}`,
    ...[`s${s}`, `p${p}`, `n${n}`, `k${k}`],
    ...edited.map((row) => `${row.toUpperCase()}${state[row].join(".")}`),
  ].join("_");
}

/**
 * Read such a text; what it does not say, or says wrongly, is as in `otherwise`. A text that gives the sizes has
 * the usual numbers in its rows, unless it says others.
 * @param {string} text
 * @param {State} [otherwise]
 * @returns {State}
 */
export function fromAddress(text, otherwise = START) {
  /** @type {Record<string, string>} */
  const said = {};
  for (const part of text.split("_").slice(0, MOST_PARTS)) {
    if (SIZE.test(part) || NUMBERS.test(part)) said[part[0]] = part.slice(1);
  }
  const bare = said.n || said.k ? { ...otherwise, x: [], w: [], g: [] } : otherwise;
  const laid = laidOut(bare, /** @type {any} */ ({ ...sizesOf(otherwise), ...said }));
  const rows = ROWS.map((row) => {
    const numbers = said[row.toUpperCase()]?.split(".").map((entry) => entryOf(Number(entry))) ?? [];
    return [row, laid[row].map((entry, place) => numbers[place] ?? entry)];
  });
  return fitted({ ...laid, ...Object.fromEntries(rows), ...choice(said) });
}

/** @param {Record<string, string>} said @returns {Partial<State>} */
function choice({ x, w }) {
  if (x === undefined && w === undefined) return {};
  return x === undefined ? { of: "weight", at: Number(w) } : { of: "input", at: Number(x) };
}

/** @param {number} value */
function entryOf(value) {
  return Number.isFinite(value) ? Math.min(Math.max(Math.round(value), -LARGEST), LARGEST) : 0;
}

/** @param {"x" | "w" | "g"} name @param {number[]} row @param {number} length */
function resized(name, row, length) {
  return Array.from({ length }, (_, place) => row[place] ?? PATTERNS[name][place % PATTERNS[name].length]);
}
