// Draws a row of cells with its windows as SVG, in the manner of the book's figures. Colors are the book's
// (`--cnn-*`), set in the style sheet; each has a second cue: padding is hatched, a window that does not fit is
// dashed, a cell that is never read is crossed out.

import { freshId, svg } from "./dom.js";
import { describe, kind, unread, width } from "./windows.js";

const SIDE = 32; // of a cell, in units of the drawing
const ROW_TOP = 22;
const LANE = 20;
const TAP = 14;
const OUTPUT = { gap: 16, arrow: 20, width: 24 };
const LEAST_SIDE = 4; // below it a drawing scrolls; cells too narrow for their number go without
const MOST_LANES = 14; // with more windows, the middle ones are left out and counted

/**
 * @typedef {{label?: string, row?: "input" | "output", space?: number}} Look `label`: the text alternative, by
 *   default the row described; `row`: what the row's cells are, the boxes at the right being the other thing;
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
  const right = columns * side + OUTPUT.gap;
  const size = {
    x: right + OUTPUT.arrow + OUTPUT.width + 4,
    y: ROW_TOP + SIDE + 12 + (lanes.length + (row.ghost ? 1 : 0)) * LANE,
  };
  const top = (/** @type {number} */ lane) => ROW_TOP + SIDE + 12 + lane * LANE;
  const hatch = freshId("cnn-hatch");
  const boxes = cells === "input" ? "output" : "input";
  return svg(
    "svg",
    { class: `cnn-cells cnn-cells--${cells}`, role: "img", "aria-label": label, viewBox: `-1 -1 ${size.x + 2} ${size.y + 2}`, width: size.x + 2, height: size.y + 2 },
    svg("defs", {}, pattern(hatch)),
    svg("text", { class: `cnn-cells__${cells}-heading`, x: 0, y: 12 }, cells),
    row.windows.length > 0 &&
      svg("text", { class: `cnn-cells__${boxes}-heading`, x: size.x, y: 12, "text-anchor": "end" }, boxes),
    Array.from({ length: columns }, (_, place) => cell(row, place, side, hatch)),
    lanes.map((window, lane) =>
      window < 0
        ? svg("text", { class: "cnn-cells__note", x: 4, y: top(lane) + 11 }, `⋮ ${row.windows.length - lanes.length + 1} more`)
        : [taps(row.windows[window], top(lane), side, "window"), output(window, top(lane), right, boxes)],
    ).flat(),
    row.ghost && [
      taps(row.ghost, top(lanes.length), side, "ghost"),
      svg("text", { class: "cnn-cells__note", x: size.x - OUTPUT.width / 2, y: top(lanes.length) + 12, "text-anchor": "middle" }, "✕"),
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
 * @param {number} place
 * @param {number} side
 * @param {string} hatch
 */
function cell(row, place, side, hatch) {
  const what = kind(row, place);
  if (what === "beyond") return null;
  const box = { x: place * side, y: ROW_TOP, width: side, height: SIDE };
  if (what === "padding") {
    return svg("g", {}, svg("rect", { class: "cnn-cells__padding", ...box }), svg("rect", { ...box, fill: `url(#${hatch})` }));
  }
  const number = place - row.before;
  const missed = row.windows.length > 0 && unread(row).includes(place);
  const middle = { x: box.x + side / 2, y: ROW_TOP + SIDE / 2 };
  return svg(
    "g",
    {},
    svg("rect", { class: "cnn-cells__cell", ...box }),
    side >= 8 * String(number).length + 4 &&
      svg("text", { class: "cnn-cells__index", x: middle.x, y: middle.y + 4.5, "text-anchor": "middle" }, number),
    missed &&
      svg("path", {
        class: "cnn-cells__unread",
        d: `M${box.x + 3} ${ROW_TOP + 3}L${box.x + side - 3} ${ROW_TOP + SIDE - 3}M${box.x + 3} ${ROW_TOP + SIDE - 3}L${box.x + side - 3} ${ROW_TOP + 3}`,
      }),
  );
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
    svg("path", { d: `M${Math.min(...window) * side + side / 2} ${top + TAP / 2}H${Math.max(...window) * side + side / 2}` }),
    window.map((place) =>
      svg("rect", { x: place * side + gap, y: top, width: side - 2 * gap, height: TAP, rx: Math.min(2, side / 6) }),
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
    svg("text", { class: "cnn-cells__number", x: box.x + box.width / 2, y: top + 11, "text-anchor": "middle" }, number),
  );
}
