// The size explorer's mathematics: its settings, their address, and what is drawn. The output size itself
// comes from the derived formulas (formulas.js), the words from size-words.js; no elements here.

import { transposedWords, windowWords } from "./size-words.js";
import { placed } from "./windows.js";

/**
 * @typedef {"convolution" | "ceil" | "transposed"} Mode
 * @typedef {{mode: Mode, n: number, k: number, s: number, l: number, r: number, d: number, a: number}} State `l` and
 *   `r` are the padding before and after, `d` the dilation, `a` the output padding of a transposed convolution
 * @typedef {{size: number, row: import("./windows.js").Row, looksAt: "input" | "output", sentence: string,
 *   notes: string[]}} View
 */

/** What each setting is called, and the values it may have; sliders reach `slide`, typing reaches `most`. */
export const SETTINGS = {
  n: { name: "input size", symbol: "n", least: 1, slide: 24, most: 1000 },
  k: { name: "kernel", symbol: "k", least: 1, slide: 11, most: 100 },
  s: { name: "stride", symbol: "s", least: 1, slide: 6, most: 100 },
  l: { name: "padding before", symbol: "p_l", least: 0, slide: 6, most: 100 },
  r: { name: "padding after", symbol: "p_r", least: 0, slide: 6, most: 100 },
  d: { name: "dilation", symbol: "d", least: 1, slide: 4, most: 20 },
  a: { name: "output padding", symbol: "a", least: 0, slide: 5, most: 99 },
};
/** @type {Mode[]} */
export const MODES = ["convolution", "ceil", "transposed"];
/** @type {State} */
export const START = { mode: "convolution", n: 7, k: 3, s: 2, l: 1, r: 1, d: 1, a: 0 };

/**
 * A state whose numbers are whole and within their limits.
 * @param {Partial<Record<keyof State, unknown>>} values
 * @param {State} [otherwise]
 * @returns {State}
 */
export function state(values, otherwise = START) {
  const whole = Object.entries(SETTINGS).map(([name, { least, most }]) => {
    const number = Number(
      values[/** @type {keyof State} */ (name)] ?? otherwise[/** @type {keyof State} */ (name)],
    );
    const fitting = Number.isFinite(number) ? Math.min(Math.max(Math.round(number), least), most) : least;
    return [name, fitting];
  });
  const mode = MODES.find((known) => known === values.mode) ?? otherwise.mode;
  return { mode, ...Object.fromEntries(whole) };
}

/**
 * The state as a short text for the address: `n7-k3-s2-p1`, `ceil-n5-k2-s2-p0`, `n6-k4-s1-l1-r2-d2`.
 * @param {State} shown
 */
export function toAddress({ mode, n, k, s, l, r, d, a }) {
  const parts = [`n${n}`, `k${k}`, `s${s}`, ...(l === r ? [`p${l}`] : [`l${l}`, `r${r}`])];
  if (d !== 1) parts.push(`d${d}`);
  if (mode === "transposed" && a !== 0) parts.push(`a${a}`);
  return [...(mode === "convolution" ? [] : [mode]), ...parts].join("-");
}

/**
 * Read such a text; what it does not say, or says wrongly, is as in `otherwise`.
 * @param {string} text
 * @param {State} [otherwise]
 * @returns {State}
 */
export function fromAddress(text, otherwise = START) {
  /** @type {Partial<Record<keyof State, unknown>>} */
  const values = { mode: "convolution", d: 1, a: 0 };
  for (const part of text.split("-")) {
    const found = /^([a-z])(\d{1,6})$/.exec(part);
    if (MODES.includes(/** @type {Mode} */ (part))) values.mode = part;
    else if (found?.[1] === "p") Object.assign(values, { l: found[2], r: found[2] });
    else if (found && found[1] in SETTINGS) values[/** @type {keyof State} */ (found[1])] = found[2];
  }
  return state(values, otherwise);
}

/** The derivation that each mode asks; its views are derivations of their own, named with a hyphen. */
const DERIVATIONS = {
  convolution: "conv-output-size",
  ceil: "pool-output-size-ceil",
  transposed: "transposed-output-size",
};

/**
 * The derived formula for a state, and the values of its names: of the views that hold for it, the one with the
 * fewest names. A view without a dilation, for one, holds where the dilation is 1.
 * @template {{names: string[]}} F
 * @param {Record<string, F>} formulas
 * @param {State} shown
 * @returns {{formula: F, values: Record<string, number>} | null}
 */
export function formulaOf(formulas, { mode, n, k, s, l, r, d, a }) {
  const even = l === r;
  /** @type {Record<string, number>} */
  const values = { n, k, s, d, a, p_l: l, p_r: r, ...(even && { p: l }) };
  const needed = new Set(["n", "k", "s"]);
  if (d !== 1) needed.add("d");
  if (mode === "transposed" && a !== 0) needed.add("a");
  const padded = (/** @type {string[]} */ names) =>
    (l === 0 && r === 0) || names.includes("p") || (names.includes("p_l") && names.includes("p_r"));
  const base = DERIVATIONS[mode];
  const fitting = Object.entries(formulas)
    .filter(([name]) => name === base || [`${base}-simple`, `${base}-general`].includes(name))
    .map(([, formula]) => formula)
    .filter(
      ({ names }) =>
        names.every((name) => name in values) &&
        [...needed].every((name) => names.includes(name)) &&
        padded(names),
    );
  fitting.sort((one, other) => one.names.length - other.names.length);
  return fitting.length > 0 ? { formula: fitting[0], values } : null;
}

/**
 * What to draw and what to say for a state whose formula gives `count`.
 * @param {State} shown
 * @param {number} count
 * @returns {View}
 */
export function view(shown, count) {
  return shown.mode === "transposed" ? transposedView(shown, count) : windowView(shown, count);
}

/**
 * @param {State} shown
 * @param {number} count
 * @returns {View}
 */
function windowView(shown, count) {
  const { n, k, s, l, r, d } = shown;
  const size = Math.max(count, 0);
  const layer = { kernel: k, stride: s, dilation: d };
  const row = {
    size: n,
    before: l,
    after: r,
    windows: placed({ count: size, ...layer }),
    ghost: ghost(layer, size, n + l + r),
  };
  return { size, row, looksAt: "input", ...windowWords(shown, row) };
}

/**
 * The first window that no longer fits, to show why the count stops.
 * @param {{kernel: number, stride: number, dilation: number}} layer
 * @param {number} count
 * @param {number} room
 */
function ghost(layer, count, room) {
  const [next] = placed({ count: 1, first: count, ...layer });
  return next[0] < room || count === 0 ? next : undefined;
}

/**
 * @param {State} shown
 * @param {number} count
 * @returns {View}
 */
function transposedView(shown, count) {
  const { n, k, s, l, d, a } = shown;
  const full = (n - 1) * s + d * (k - 1) + 1 + a;
  const size = Math.max(count, 0);
  const windows = placed({ count: n, kernel: k, stride: s, dilation: d });
  const row = { size, before: Math.min(l, full), after: Math.max(full - size - l, 0), windows };
  return { size, row, looksAt: "output", ...transposedWords(shown, size, full) };
}
