// Shows what the grader said: the verdict in words, the counter-example as a small table and a drawing, the
// place in the typed text that a message is about. Every learner's character goes through a text node.

import { drawing } from "./cells.js";
import { html } from "./dom.js";
import { cut, near } from "./pointer.js";
import { rich } from "./rich.js";
import { placed } from "./windows.js";

/**
 * @typedef {{values: Record<string, number>, yours: string, expected: string, tensors?: object}} Counterexample
 * @typedef {{status: string, score: number, feedback: import("./rich.js").Block[], mistake: string | null,
 *   counterexample: Counterexample | null, span: [number, number] | null}} Verdict
 */

/** A sign for each status, and its name where the words of the feedback do not begin with it. */
const SIGNS = /** @type {Record<string, [string, string]>} */ ({
  correct: ["✓", ""],
  partly: ["◐", "Partly right. "],
  wrong: ["✗", ""],
  undecided: ["?", "Undecided. "],
  invalid: ["!", "Not read. "],
});
const WIDEST = 40; // cells: beyond, a drawing says less than the numbers

/**
 * @param {Verdict} verdict
 * @param {string} answer as it was typed
 * @param {{names?: {name: string, role: string}[], space?: number}} [around] what the names of a formula stand for,
 *   and the width for drawings
 * @returns {HTMLElement}
 */
export function verdictView({ status, feedback, counterexample, span }, answer, { names = [], space } = {}) {
  const drawn = feedback.some((block) => block.kind === "cells");
  const [sign, name] = SIGNS[status] ?? SIGNS.undecided;
  return html(
    "div",
    { class: `cnn-verdict cnn-verdict--${status in SIGNS ? status : "undecided"}` },
    html("span", { class: "cnn-verdict__sign", "aria-hidden": "true" }, sign),
    html(
      "div",
      { class: "cnn-verdict__words" },
      name && html("span", { class: "cnn-hidden" }, name),
      span && pointer(answer, span),
      rich(feedback),
      counterexample && !drawn && counterexampleDrawing(counterexample, names, space),
    ),
  );
}

/**
 * The typed text with the place marked that a message is about.
 * @param {string} text
 * @param {[number, number]} span
 */
export function pointer(text, span) {
  const { before, marked, after } = near(cut(text, span));
  return html(
    "p",
    { class: "cnn-pointer" },
    html("code", {}, before, html("mark", {}, marked || "\u2038"), after),
  );
}

/**
 * Draw the case in which two formulas differ, where it is one of windows on a row of cells: the windows are placed
 * one by one, by no formula at all.
 * @param {Counterexample} counterexample
 * @param {{name: string, role: string}[]} names
 * @param {number | undefined} space
 */
function counterexampleDrawing({ values, yours, expected, tensors }, names, space) {
  if (tensors) return null; // sums of products are not windows to be counted
  const of = (/** @type {string} */ role) =>
    names.filter((name) => name.role === role).map(({ name }) => values[name]);
  const [[n], [k], [s = 1], [d = 1], [before = 0, after = before]] = [
    "input",
    "kernel",
    "stride",
    "dilation",
    "padding",
  ].map(of);
  if (![n, k, s, d, before, after].every(Number.isInteger) || n + before + after > WIDEST || s < 1)
    return null;
  const layer = { kernel: k, stride: s, dilation: d };
  const count = counted(n + before + after, layer);
  if (String(count) !== expected) return null; // another kind of question: nothing to draw
  return html(
    "figure",
    { class: "cnn-cells-figure" },
    drawing({ size: n, before, after, windows: placed({ count, ...layer }) }, { space }),
    html("figcaption", {}, `Counted one by one: ${expected}. Yours: ${yours}.`),
  );
}

/** @param {number} room @param {{kernel: number, stride: number, dilation: number}} layer */
function counted(room, { kernel, stride, dilation }) {
  let count = 0;
  for (let start = 0; start + dilation * (kernel - 1) < room; start += stride) count += 1;
  return count;
}
