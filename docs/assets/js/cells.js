// Draws a row of cells with its windows as SVG, in the manner of the book's figures. Colors are the book's
// (`--cnn-*`), set in the style sheet; each has a second cue: padding is hatched, a window that does not fit
// is dashed, a cell that is never read is crossed out.

import { freshId, svg } from "./dom.js";
import { describe, kind, unread, width } from "./windows.js";

const SIDE = 32; // of a cell, in units of the drawing
const ROW_TOP = 22;
const LANE = 20;
const TAP = 14;
const OUTPUT = { gap: 16, arrow: 20, width: 24 };
const LEAST_SIDE = 4; // below it a drawing scrolls; cells too narrow for their number go without
const CENTERED = { "text-anchor": "middle" };
const MOST_LANES = 14; // with more windows, the middle ones are left out and counted

/**
 * @typedef {{label?: string, row?: "input" | "output", space?: number}} Look `label`: the text alternative,
 *   by default the row described; `row`: what the row's cells are, the boxes at the right being the other thing;
 *   `space`: the width to fit into, in pixels
 */

/**
 * @param {import("./windows.js").Row} row
 * @param {Look} [look]
 * @returns {SVGElement}
 */
export function drawing(row, { label = describe(row), row: cells = "input", space = 680 } = {}) {
  const columns = width(row);
  const beside = OUTPUT.gap + OUTPUT.arrow + OUTPUT.width + 8;
  const side = Math.min(SIDE, Math.max(LEAST_SIDE, (space - beside) / columns));
  const lanes = chosenLanes(row.windows.length);
  const lane = (/** @type {number} */ number) => ROW_TOP + SIDE + 12 + number * LANE;
  const right = columns * side + OUTPUT.gap;
  const size = {
    width: right + OUTPUT.arrow + OUTPUT.width + 6,
    height: lane(lanes.length + (row.ghost ? 1 : 0)) + 2,
  };
  const hatch = freshId("cnn-hatch");
  const boxes = cells === "input" ? "output" : "input";
  const last = right + OUTPUT.arrow + OUTPUT.width;
  return svg(
    "svg",
    {
      class: `cnn-cells cnn-cells--${cells}`,
      role: "img",
      "aria-label": label,
      viewBox: `-1 -1 ${size.width} ${size.height}`,
      ...size,
    },
    svg("defs", {}, pattern(hatch)),
    words(`${cells}-heading`, { x: 0, y: 12 }, cells),
    row.windows.length > 0 && words(`${boxes}-heading`, { x: last, y: 12, "text-anchor": "end" }, boxes),
    rowOfCells(row, columns, side, hatch),
    lanes.flatMap((window, number) =>
      window < 0
        ? [words("note", { x: 4, y: lane(number) + 11 }, `⋮ ${row.windows.length - lanes.length + 1} more`)]
        : [
            taps(row.windows[window], lane(number), side, "window"),
            output(window, lane(number), right, boxes),
          ],
    ),
    row.ghost && [
      taps(row.ghost, lane(lanes.length), side, "ghost"),
      words("note", { x: last - OUTPUT.width / 2, y: lane(lanes.length) + 12, ...CENTERED }, "✕"),
    ],
  );
}

/**
 * Which windows get a lane; -1 stands for those left out.
 * @param {number} count
 */
function chosenLanes(count) {
  const all = Array.from({ length: count }, (_, window) => window);
  return count <= MOST_LANES ? all : [...all.slice(0, MOST_LANES - 3), -1, ...all.slice(-2)];
}

/** @param {string} id */
function pattern(id) {
  return svg(
    "pattern",
    { id, width: 5, height: 5, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
    svg("line", { class: "cnn-cells__hatch", x1: 0, y1: 0, x2: 0, y2: 5 }),
  );
}

/**
 * @param {import("./windows.js").Row} row
 * @param {number} columns
 * @param {number} side
 * @param {string} hatch
 */
function rowOfCells(row, columns, side, hatch) {
  const missed = new Set(row.windows.length > 0 ? unread(row) : []);
  return Array.from({ length: columns }, (_, place) => {
    const box = { x: place * side, y: ROW_TOP, width: side, height: SIDE };
    const what = kind(row, place);
    if (what === "padding") return paddingCell(box, hatch);
    return what === "cell" && inputCell(box, place - row.before, missed.has(place));
  });
}

/** @typedef {{x: number, y: number, width: number, height: number}} Box */

/** @param {Box} box @param {string} hatch */
function paddingCell(box, hatch) {
  return svg(
    "g",
    {},
    svg("rect", { class: "cnn-cells__padding", ...box }),
    svg("rect", { ...box, fill: `url(#${hatch})` }),
  );
}

/** @param {Box} box @param {number} number @param {boolean} missed */
function inputCell(box, number, missed) {
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 + 4.5, ...CENTERED };
  const [left, right, top, bottom] = [box.x + 3, box.x + box.width - 3, box.y + 3, box.y + box.height - 3];
  const cross = `M${left} ${top}L${right} ${bottom}M${left} ${bottom}L${right} ${top}`;
  return svg(
    "g",
    {},
    svg("rect", { class: "cnn-cells__cell", ...box }),
    box.width >= 8 * String(number).length + 4 && words("index", middle, number),
    missed && svg("path", { class: "cnn-cells__unread", d: cross }),
  );
}

/**
 * @param {string} name
 * @param {Record<string, unknown>} place
 * @param {string | number} text
 */
function words(name, place, text) {
  return svg("text", { class: `cnn-cells__${name}`, ...place }, text);
}

/**
 * The places that a window reads, joined by a line.
 * @param {number[]} window
 * @param {number} top
 * @param {number} side
 * @param {"window" | "ghost"} name
 */
function taps(window, top, side, name) {
  const gap = Math.min(1, side / 12);
  return svg(
    "g",
    { class: `cnn-cells__${name}` },
    svg("path", {
      d: `M${Math.min(...window) * side + side / 2} ${top + TAP / 2}H${Math.max(...window) * side + side / 2}`,
    }),
    window.map((place) =>
      svg("rect", {
        x: place * side + gap,
        y: top,
        width: side - 2 * gap,
        height: TAP,
        rx: Math.min(2, side / 6),
      }),
    ),
  );
}

/**
 * The box at the right that a window belongs to.
 * @param {number} number
 * @param {number} top
 * @param {number} x
 * @param {string} name
 */
function output(number, top, x, name) {
  const box = { x: x + OUTPUT.arrow, y: top, width: OUTPUT.width, height: TAP };
  const tip = x + OUTPUT.arrow - 3;
  const [from, to, head] = name === "output" ? [x, tip, -5] : [tip, x, 5];
  const middle = top + TAP / 2;
  return svg(
    "g",
    {},
    svg("path", { class: "cnn-cells__arrow", d: `M${from} ${middle}H${to}m${head} -3l${-head} 3l${head} 3` }),
    svg("rect", { class: `cnn-cells__${name}`, ...box }),
    words("number", { x: box.x + box.width / 2, y: top + 11, ...CENTERED }, number),
  );
}
