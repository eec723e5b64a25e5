// What the layer calculator says: a sentence that stands for the whole picture, and remarks. Numbers come
// from layer.js; no elements here.

import { plural } from "./windows.js";

const DIGITS = new Intl.NumberFormat("en-US");
const ROUNDED = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 3 });
/** @type {[number, string][]} */
const SCALES = [
  [1e12, "trillion"],
  [1e9, "billion"],
  [1e6, "million"],
];
/** @type {[number, string][]} */
const UNITS = [
  [1e9, "GB"],
  [1e6, "MB"],
  [1e3, "kB"],
];

/**
 * A whole number with its thousands apart.
 * @param {number} count
 */
export function digits(count) {
  return DIGITS.format(count);
}

/**
 * A number in words where it is large: `118 million`.
 * @param {number} count
 */
export function roughly(count) {
  const [scale, word] = SCALES.find(([least]) => count >= least) ?? [1, ""];
  return word ? `${ROUNDED.format(count / scale)} ${word}` : digits(count);
}

/**
 * Bytes in the largest unit of which there is one: `3.21 MB`.
 * @param {number} count
 */
export function bytes(count) {
  const [scale, unit] = UNITS.find(([least]) => count >= least) ?? [1, ""];
  return unit ? `${ROUNDED.format(count / scale)} ${unit}` : plural(count, "byte");
}

/**
 * @param {import("./layer.js").State} shown
 * @param {number} side of the output, 0 where there is none
 * @param {number[]} counts side, parameters, multiply-adds, bytes
 * @returns {{sentence: string, notes: string[]}}
 */
export function layerWords(shown, side, counts) {
  const { f, b } = shown;
  if (side === 0) return { sentence: refusal(shown), notes: [] };
  const [, parameters, macs, memory] = counts;
  const images = b === 1 ? "one image" : `${b} images`;
  const sentence =
    `${plural(f, "map")} of ${side} × ${side} come${f === 1 ? "s" : ""} out. The layer has ` +
    `${digits(parameters)} parameters and needs ${digits(macs)} multiply-adds for one image; its output ` +
    `for ${images} takes ${bytes(memory)}.`;
  return { sentence, notes: remarks(shown, side, macs) };
}

/** @param {import("./layer.js").State} shown */
function refusal({ n, c, f, k, p, d, g }) {
  if (c % g || f % g) {
    const what = c % g ? plural(c, "channel") : plural(f, "filter");
    return `${what} cannot be divided equally among ${g} groups. No output.`;
  }
  const span = d * (k - 1) + 1;
  const room = n + 2 * p;
  return `A kernel that reaches over ${span} cells does not fit: along an axis there are ${room}. No output.`;
}

/**
 * @param {import("./layer.js").State} shown
 * @param {number} side
 * @param {number} macs
 */
function remarks({ c, f, k, g, bias }, side, macs) {
  const notes = [`Product and sum counted apart, these are ${roughly(2 * macs)} floating-point operations.`];
  if (g > 1) notes.push(groupWords(c, f, g));
  if (k === 1) notes.push("A 1 × 1 kernel looks at no neighbors: it mixes the channels of each place.");
  if (side > 1) {
    const what = bias ? "weights and biases" : "weights";
    notes.push(
      `All ${digits(side * side)} places share these ${what}; without sharing there would be ` +
        `${digits(side * side)} times as many.`,
    );
  }
  return notes;
}

/** @param {number} c @param {number} f @param {number} g */
function groupWords(c, f, g) {
  if (g === c && g === f)
    return "Depthwise: each channel has a filter of its own, and nothing is summed over channels.";
  return (
    `In ${g} groups, each filter reads ${c / g} of the ${c} channels; C and F in the formulas are those of ` +
    `one group (${plural(f / g, "filter")}).`
  );
}
