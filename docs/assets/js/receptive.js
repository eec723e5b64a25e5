// The receptive-field explorer's mathematics: a short list of layers, its address, and what one output sees
// after each of them. Sizes, receptive fields and starts come from derived formulas (formulas.js); which
// cells are read is found by following the connections back. No elements here.

import { formulaOf, START as ROW } from "./size.js";
import { plural } from "./windows.js";

/**
 * @typedef {{k: number, s: number, p: number, d: number}} Layer kernel, stride, padding on each side and
 *   dilation
 * @typedef {{n: number, at: number, layers: Layer[]}} State cells of the input, the output that is looked at
 *   (-1: the middle one), and the layers from the input on
 * @typedef {{size: number, field: number, jump: number, start: number}} Level a map: its cells, and how many
 *   input cells one of them sees, how far neighbors look apart, and where the view of cell 0 begins
 * @typedef {{real: number[], padding: number[]}} Seen cells of a map that the output depends on, and cells of
 *   its padding that are read on the way
 * @typedef {{levels: Level[], at: number, seen: Seen[], first: number, last: number, sentence: string,
 *   notes: string[]}} View `seen` from the input on; `levels` ends before the first layer that does not fit
 * @typedef {{names: string[], latex: string, template: string[],
 *   compute: (values: Record<string, number>) => number}} Formula
 */

/** What each setting of a layer is called, and the values it may have. */
export const SETTINGS = {
  k: { name: "kernel", least: 1, most: 11 },
  s: { name: "stride", least: 1, most: 5 },
  p: { name: "padding", least: 0, most: 9 },
  d: { name: "dilation", least: 1, most: 9 },
};
export const CELLS = { name: "input cells", symbol: "n", least: 1, slide: 48, most: 96 };
export const MOST_LAYERS = 6;
/** @type {Layer} */
export const NEW_LAYER = { k: 3, s: 1, p: 0, d: 1 };
/** @type {State} */
export const START = { n: 15, at: -1, layers: [NEW_LAYER, NEW_LAYER, NEW_LAYER] };

/** Stacks worth a look, as addresses. */
export const EXAMPLES = {
  "three kernels of 3": "n15-k3-k3-k3",
  "one kernel of 7": "n15-k7",
  "with a stride first": "n24-k3s2-k3-k3",
  "with the stride last": "n24-k3-k3-k3s2",
  "padding that keeps the size": "n15-k3p1-k3p1-k3p1",
  "VGG's beginning": "n28-k3p1-k3p1-k2s2-k3p1-k3p1-k2s2",
  "AlexNet's beginning": "n71-k11s4-k3s2-k5p2",
  "dilations 1, 2, 4": "n24-k3-k3d2-k3d4",
  "a stride larger than the kernel": "n24-k2s3-k3",
};

/**
 * A state whose numbers are whole and within their limits.
 * @param {{n?: unknown, at?: unknown, layers?: Partial<Record<keyof Layer, unknown>>[]}} values
 * @param {State} [otherwise]
 * @returns {State}
 */
export function state({ n, at, layers }, otherwise = START) {
  const chosen = layers?.length ? layers.slice(0, MOST_LAYERS) : otherwise.layers;
  return {
    n: within(n ?? otherwise.n, CELLS),
    at: within(at ?? otherwise.at, { least: -1, most: CELLS.most + 40 }),
    layers: chosen.map((layer) => {
      const settings = Object.entries(SETTINGS).map(([name, range]) => {
        const setting = /** @type {keyof Layer} */ (name);
        return [name, within(layer[setting] ?? NEW_LAYER[setting], range)];
      });
      return Object.fromEntries(settings);
    }),
  };
}

/** @param {unknown} value @param {{least: number, most: number}} range */
function within(value, { least, most }) {
  const number = Number(value);
  return Number.isFinite(number) ? Math.min(Math.max(Math.round(number), least), most) : least;
}

/**
 * The state as a short text for the address: `n15-k3-k3s2p1d2`, with `o4` for a chosen output.
 * @param {State} shown
 */
export function toAddress({ n, at, layers }) {
  const parts = layers.map(
    ({ k, s, p, d }) => `k${k}${s === 1 ? "" : `s${s}`}${p ? `p${p}` : ""}${d === 1 ? "" : `d${d}`}`,
  );
  return [`n${n}`, ...(at < 0 ? [] : [`o${at}`]), ...parts].join("-");
}

/**
 * Read such a text; what it does not say, or says wrongly, is as in `otherwise`.
 * @param {string} text
 * @param {State} [otherwise]
 * @returns {State}
 */
export function fromAddress(text, otherwise = START) {
  const parts = text.split("-");
  const number = (/** @type {string} */ letter) =>
    parts.map((part) => new RegExp(`^${letter}(\\d{1,4})$`).exec(part)?.[1]).find(Boolean);
  const layers = parts
    .map((part) => /^k(\d{1,4})(?:s(\d{1,4}))?(?:p(\d{1,4}))?(?:d(\d{1,4}))?$/.exec(part))
    .filter((found) => found !== null)
    .map(([, k, s, p, d]) => ({ k, s, p, d }));
  return state({ n: number("n"), at: number("o") ?? (text ? -1 : undefined), layers }, otherwise);
}

/**
 * The maps from the input on, up to the first layer that does not fit.
 * @param {Record<string, Formula>} formulas
 * @param {State} shown
 * @returns {Level[]}
 */
export function levels(formulas, { n, layers }) {
  const recurrence = formulas["receptive-field-recurrence-general"];
  const begins = formulas["receptive-field-start-jump-general"];
  /** @type {Level[]} */
  const found = [{ size: n, field: 1, jump: 1, start: 0 }];
  for (const { k, s, p, d } of layers) {
    const { size, field: r, jump: q, start: a } = found[found.length - 1];
    const count = formulaOf(formulas, { ...ROW, n: size, k, s, l: p, r: p, d });
    const next = count ? count.formula.compute(count.values) : 0;
    if (next < 1) break;
    found.push({
      size: next,
      field: recurrence.compute({ r, d, k, q }),
      jump: q * s, // the derivation of start and jump, step "the factor of i is the new jump"
      start: begins.compute({ a, q, p }),
    });
  }
  return found;
}

/**
 * Which cells of each map, from the input on, an output of the last one depends on. Cells of padding are
 * read, but nothing stands behind them.
 * @param {Level[]} maps
 * @param {Layer[]} layers
 * @param {number} output
 * @returns {Seen[]}
 */
export function connections(maps, layers, output) {
  /** @type {Seen[]} */
  const seen = [{ real: [output], padding: [] }];
  for (let at = maps.length - 2; at >= 0; at -= 1) {
    const { k, s, p, d } = layers[at];
    const read = new Set(
      seen[0].real.flatMap((cell) => Array.from({ length: k }, (_, tap) => cell * s - p + tap * d)),
    );
    const cells = [...read].sort((one, other) => one - other);
    const inside = (/** @type {number} */ cell) => cell >= 0 && cell < maps[at].size;
    seen.unshift({ real: cells.filter(inside), padding: cells.filter((cell) => !inside(cell)) });
  }
  return seen;
}

/**
 * What to draw and to say.
 * @param {Record<string, Formula>} formulas
 * @param {State} shown
 * @returns {View}
 */
export function view(formulas, shown) {
  const maps = levels(formulas, shown);
  const top = maps[maps.length - 1];
  const at = shown.at < 0 ? Math.floor((top.size - 1) / 2) : Math.min(shown.at, top.size - 1);
  const seen = connections(maps, shown.layers, at);
  const first = top.start + top.jump * at;
  const last = first + top.field - 1;
  return { levels: maps, at, seen, first, last, ...words(shown, maps, { at, seen, first, last }) };
}

/**
 * @param {State} shown
 * @param {Level[]} maps
 * @param {{at: number, seen: Seen[], first: number, last: number}} found
 */
function words({ n, layers }, maps, { at, seen, first, last }) {
  const { field, jump, size } = maps[maps.length - 1];
  const outside = Math.max(0, -first) + Math.max(0, last - n + 1);
  const padded = outside ? `, ${outside} of them outside the input, in the padding` : "";
  const range = field === 1 ? `cell ${signed(first)}` : `cells ${signed(first)} to ${signed(last)}`;
  const apart = size > 1 ? ` Neighboring outputs look ${plural(jump, "cell")} apart.` : "";
  const sees = `Output ${at} of ${size} sees ${plural(field, "cell")} of the input: ${range}${padded}.`;
  const notes = [];
  if (maps.length <= layers.length) {
    const { k, d } = layers[maps.length - 1];
    notes.push(
      `Layer ${maps.length} has no output: its kernel reaches over ${plural(d * (k - 1) + 1, "cell")}. ` +
        "What is shown ends before it.",
    );
  }
  const holes = Math.min(last, n - 1) - Math.max(first, 0) + 1 - seen[0].real.length;
  if (holes > 0) notes.push(holeWords(holes, seen));
  if (field > n) notes.push("The receptive field is larger than the input.");
  return { sentence: sees + apart, notes };
}

/**
 * A whole number with a minus sign of the width of a plus, as formulas have it.
 * @param {number} value
 */
export function signed(value) {
  return value < 0 ? `−${-value}` : String(value);
}

/** @param {number} holes @param {Seen[]} seen */
function holeWords(holes, seen) {
  const inner = seen.slice(1).some(({ padding }) => padding.length > 0);
  const why = inner ? "behind the padding of a later layer stands nothing" : "stride or dilation skips them";
  const are = holes === 1 ? "is" : "are";
  return `${plural(holes, "cell")} between the first and the last ${are} not read: ${why}.`;
}
