// The layer calculator's mathematics: its settings, their address, and what a convolution costs. Every count
// comes from a derived formula (formulas.js); the words are layer-words.js's. No elements here.

import { layerWords } from "./layer-words.js";
import { formulaOf, START as ROW } from "./size.js";

/**
 * @typedef {{n: number, c: number, f: number, k: number, s: number, p: number, d: number, g: number,
 *   b: number, bias: boolean, q: number}} State side and channels of the input, filters, kernel, stride,
 *   padding on each side, dilation, groups, images in the batch, whether filters have biases, bytes of a number
 * @typedef {{names: string[], latex: string, template: string[],
 *   compute: (values: Record<string, number>) => number}} Formula
 * @typedef {{what: string, formula: Formula, values: Record<string, number>, count: number}} Count
 * @typedef {{side: number, counts: Count[], sentence: string, notes: string[]}} View `side` of the output is
 *   0 where there is none; `counts` are then missing, too
 */

/** What each setting is called, and the values it may have; sliders reach `slide`, typing reaches `most`. */
export const SETTINGS = {
  n: { name: "input side", symbol: "n", least: 1, slide: 256, most: 1000 },
  c: { name: "input channels", symbol: "C", least: 1, slide: 256, most: 4096 },
  f: { name: "filters", symbol: "F", least: 1, slide: 256, most: 4096 },
  k: { name: "kernel side", symbol: "k", least: 1, slide: 11, most: 15 },
  s: { name: "stride", symbol: "s", least: 1, slide: 4, most: 16 },
  p: { name: "padding, each side", symbol: "p", least: 0, slide: 5, most: 30 },
  d: { name: "dilation", symbol: "d", least: 1, slide: 4, most: 16 },
  g: { name: "groups", symbol: "G", least: 1, slide: 64, most: 4096 },
  b: { name: "images in the batch", symbol: "B", least: 1, slide: 64, most: 1024 },
};
/** Bytes of a number, and what such a number is called. */
/** @type {[string, string][]} */
export const PRECISIONS = [
  ["4", "float32"],
  ["2", "float16"],
];
/** @type {State} */
export const START = { n: 32, c: 3, f: 8, k: 5, s: 1, p: 2, d: 1, g: 1, b: 1, bias: true, q: 4 };

/** Layers of well-known networks, as addresses. */
export const EXAMPLES = {
  "LeNet-5, layer C1": "n32-c1-f6-k5-s1-p0",
  "AlexNet, first layer": "n227-c3-f96-k11-s4-p0",
  "VGG-16, conv5_1": "n14-c512-f512-k3-s1-p1",
  "ResNet, first layer": "n224-c3-f64-k7-s2-p3-nobias",
  "MobileNet, a depthwise layer": "n112-c32-f32-k3-s1-p1-g32-nobias",
  "MobileNet, the pointwise layer behind it": "n112-c32-f64-k1-s1-p0-nobias",
};

/**
 * A state whose numbers are whole and within their limits.
 * @param {Partial<Record<keyof State, unknown>>} values
 * @param {State} [otherwise]
 * @returns {State}
 */
export function state(values, otherwise = START) {
  const whole = Object.entries(SETTINGS).map(([name, { least, most }]) => {
    const setting = /** @type {keyof State} */ (name);
    const number = Number(values[setting] ?? otherwise[setting]);
    return [name, Number.isFinite(number) ? Math.min(Math.max(Math.round(number), least), most) : least];
  });
  const bias = typeof values.bias === "boolean" ? values.bias : otherwise.bias;
  const q = Number(values.q ?? otherwise.q) === 2 ? 2 : 4;
  return { ...Object.fromEntries(whole), bias, q };
}

/**
 * The state as a short text for the address: `n224-c3-f64-k7-s2-p3-nobias`.
 * @param {State} shown
 */
export function toAddress({ n, c, f, k, s, p, d, g, b, bias, q }) {
  const parts = [`n${n}`, `c${c}`, `f${f}`, `k${k}`, `s${s}`, `p${p}`];
  const rest = [d !== 1 && `d${d}`, g !== 1 && `g${g}`, b !== 1 && `b${b}`, q !== 4 && `q${q}`];
  return [...parts, ...rest.filter(Boolean), ...(bias ? [] : ["nobias"])].join("-");
}

/**
 * Read such a text; what it does not say, or says wrongly, is as in `otherwise`.
 * @param {string} text
 * @param {State} [otherwise]
 * @returns {State}
 */
export function fromAddress(text, otherwise = START) {
  if (!text) return otherwise;
  /** @type {Partial<Record<keyof State, unknown>>} */
  const values = { d: 1, g: 1, b: 1, q: 4, bias: true };
  for (const part of text.split("-")) {
    const found = /^([a-z])(\d{1,6})$/.exec(part);
    if (part === "nobias") values.bias = false;
    else if (found && (found[1] in SETTINGS || found[1] === "q")) {
      values[/** @type {keyof State} */ (found[1])] = found[2];
    }
  }
  return state(values, otherwise);
}

/**
 * What a layer returns and costs: side of the output, parameters, multiply-adds for one image, bytes.
 * @param {Record<string, Formula>} formulas
 * @param {State} shown
 * @returns {View}
 */
export function view(formulas, shown) {
  const { n, c, f, k, s, p, d, g, b, bias, q } = shown;
  const size = formulaOf(formulas, { ...ROW, n, k, s, l: p, r: p, d });
  const side = size ? Math.max(size.formula.compute(size.values), 0) : 0;
  const divides = c % g === 0 && f % g === 0;
  if (!size || side === 0 || !divides) return { side: 0, counts: [], ...layerWords(shown, 0, []) };
  const grouped = { G: g, F: f / g, C: c / g, k, o: side, B: 1 };
  const part = g > 1 ? "general" : "standard";
  const count = (/** @type {string} */ what, /** @type {string} */ name, /** @type {any} */ values) => {
    const formula = formulas[name];
    return { what, formula, values, count: formula.compute(values) };
  };
  const counts = [
    { what: "output side", ...size, count: side },
    count("parameters", `${bias ? "parameters" : "weights"}-conv-${part}`, grouped),
    count("multiply-adds", `macs-conv-${part}`, grouped),
    count("bytes of the output", "activation-memory", { B: b, F: f, o: side, q }),
  ];
  return {
    side,
    counts,
    ...layerWords(
      shown,
      side,
      counts.map((entry) => entry.count),
    ),
  };
}
