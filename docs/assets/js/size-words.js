// What the size explorer says: one sentence for the state, and remarks on what is special about it. The
// sentence is the drawing's text alternative as well, so it names every number.

import { plural } from "./windows.js";

/**
 * @typedef {{sentence: string, notes: string[]}} Words
 */

/**
 * Words for windows on a row of cells.
 * @param {import("./size.js").State} shown
 * @param {import("./windows.js").Row} row
 * @returns {Words}
 */
export function windowWords(shown, row) {
  const { k, s, d } = shown;
  const count = row.windows.length;
  const room = row.before + row.size + row.after;
  const span = d * (k - 1) + 1;
  if (count === 0) {
    const reach = d === 1 ? `${k}` : `${k} with dilation ${d} reaches over ${span} cells; it`;
    const there = room === 1 ? "is only 1 cell" : `are only ${room} cells`;
    return { sentence: `A window of ${reach} does not fit: there ${there}. No output.`, notes: [] };
  }
  const reach = d === 1 ? `${k}` : `${k} with dilation ${d}, which reach over ${span} cells,`;
  const hold = room === 1 ? "holds" : "hold";
  const sentence = `${paddedSum(row)} ${hold} ${plural(count, "window")} of ${reach} at stride ${s}.`;
  return { sentence, notes: [...edgeNotes(shown, count, room, span), ...gapNotes(shown, row, span)] };
}

/**
 * What happens at the end of the row: cells left over, a window over the edge, a window dropped.
 * @param {import("./size.js").State} shown
 * @param {number} count
 * @param {number} room
 * @param {number} span
 */
function edgeNotes({ mode, s }, count, room, span) {
  const notes = [];
  const end = (count - 1) * s + span;
  if (end > room) {
    notes.push(`Rounding up adds a last window that hangs over the edge by ${plural(end - room, "cell")}.`);
  }
  if (mode === "ceil" && Math.ceil((room - span) / s) + 1 > count) {
    notes.push("One more window would start behind the input, on padding alone: it is dropped.");
  }
  if (end < room) {
    const left = `${plural(room - end, "cell")} at the end ${are(room - end)} left over`;
    notes.push(`${left}: too little for another window.`);
  }
  return notes;
}

/**
 * What happens between and before windows: cells skipped, windows on padding alone.
 * @param {import("./size.js").State} shown
 * @param {import("./windows.js").Row} row
 * @param {number} span
 */
function gapNotes({ s }, { size, before, windows }, span) {
  const notes = [];
  if (s > span) {
    const skipped = `${plural(s - span, "cell")} between windows ${are(s - span)} skipped each time`;
    notes.push(`The stride is larger than the window, so ${skipped}.`);
  }
  const sees = (/** @type {number[]} */ window) =>
    window.some((place) => place >= before && place < before + size);
  if (!windows.every(sees)) notes.push("Some windows see nothing but padding.");
  return notes;
}

/**
 * Words for a transposed convolution, whose input cells stamp their values onto the output.
 * @param {import("./size.js").State} shown
 * @param {number} size of the output
 * @param {number} full before the padding crops it
 * @returns {Words}
 */
export function transposedWords({ n, k, s, l, r, d, a }, size, full) {
  const stamp = n === 1 ? "stamps" : "stamp";
  const extra = a > 0 ? " with output padding" : "";
  const sides = l === r ? `${l} on each side` : `${l} before and ${r} after`;
  const cropped = l > 0 || r > 0 ? `, from which padding crops ${sides}` : "";
  const stamping = `${plural(n, "input cell")} ${stamp} ${plural(k, "value")} each, ${s} apart`;
  const outcome = size > 0 ? `Output: ${size}.` : "Nothing is left.";
  const notes = [];
  if (a > 0) notes.push(`Output padding adds ${plural(a, "cell")} at the end.`);
  if (a >= s && a >= d) {
    notes.push("Frameworks refuse an output padding that is not smaller than the stride or the dilation.");
  }
  return { sentence: `${stamping}: ${plural(full, "cell")}${extra}${cropped}. ${outcome}`, notes };
}

/** @param {import("./windows.js").Row} row */
function paddedSum({ size, before, after }) {
  const sum = size + before + after;
  if (sum === size) return plural(size, "cell");
  return before === after
    ? `${size} + 2·${before} = ${sum} cells`
    : `${size} + ${before} + ${after} = ${sum} cells`;
}

/** @param {number} count */
function are(count) {
  return count === 1 ? "is" : "are";
}
