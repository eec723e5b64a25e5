// Draws the gradient tracer: input above, outputs below, a line for every product, and the gradients beside the
// rows they belong to. What is chosen and what it touches is bold and outlined; everything else stays pale.

import { freshId, svg } from "./dom.js";

/** @typedef {import("./gradient.js").State} State */
/** @typedef {import("./gradient.js").View} View */
/** @typedef {import("./dom.js").Child} Child */
/** @typedef {{x: number, y: number, width: number, height: number}} Box */

const SIDE = { least: 28, most: 46 }; // of a cell, in units of the drawing
const HEIGHT = 32;
const TOP = { heading: 12, dx: 20, x: 50, g: 196, w: 286, dw: 324 };
const SMALL = 22; // height of the gradients' cells
const LOW = TOP.dw + SMALL + 4;
const LABEL_AT = 0.56; // how far down a line its label sits
const LABEL = { width: 30, height: 18 };

/**
 * @param {State} state
 * @param {View} seen
 * @param {{label: string, space?: number}} look the text alternative, and the width to fit into, in pixels
 * @returns {SVGElement}
 */
export function tracerDrawing(state, seen, { label, space = 600 }) {
  const columns = state.x.length + 2 * state.p;
  const needed = Math.max(columns, 1.2 * state.w.length + 3);
  const side = Math.min(SIDE.most, Math.max(SIDE.least, (space - 6) / needed));
  const width = needed * side;
  const at = { side, left: (width - columns * side) / 2, hatch: freshId("cnn-hatch") };
  return svg(
    "svg",
    {
      class: "cnn-cells cnn-tracer",
      role: "img",
      "aria-label": label,
      viewBox: `-2 -2 ${width + 4} ${LOW + 4}`,
      width: width + 4,
      height: LOW + 4,
    },
    svg("defs", {}, hatching(at.hatch)),
    headings(),
    lines(state, seen, at),
    ...[inputRow(state, seen, at), outputRow(state, seen, at), weightRow(state, seen, side, width)].map(onTop),
  );
}

/**
 * The parts of a row with its outlines last, so that no neighbor covers them.
 * @param {{cells: Child[], outlines: Child[]}} row
 */
function onTop({ cells, outlines }) {
  return svg("g", {}, cells, outlines);
}

/** @param {string} id */
function hatching(id) {
  return svg(
    "pattern",
    { id, width: 5, height: 5, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
    svg("line", { class: "cnn-cells__hatch", x1: 0, y1: 0, x2: 0, y2: 5 }),
  );
}

function headings() {
  /** @type {[string, number, string][]} */
  const rows = [
    ["input", TOP.heading, "input, and above each cell its gradient"],
    ["output", TOP.g + HEIGHT + 15, "gradient that arrives at the outputs"],
    ["kernel", TOP.w - 8, "weights, and below each its gradient"],
  ];
  return rows.map(([name, y, words]) => svg("text", { class: `cnn-cells__${name}-heading`, x: 0, y }, words));
}

/** @typedef {{side: number, left: number, hatch: string}} Place */

/** @param {Place} place @param {number} column counted from the first cell of the padding */
function middle({ side, left }, column) {
  return left + (column + 0.5) * side;
}

/** @param {State} state @param {View} seen @param {Place} at */
function lines({ s, p, w }, { ways, touching }, at) {
  const ends = (/** @type {import("./gradient.js").Way} */ { output, cell }) => ({
    from: { x: middle(at, cell + p), y: TOP.x + HEIGHT },
    to: { x: middle(at, output * s + (w.length - 1) / 2), y: TOP.g },
  });
  const line = (/** @type {import("./gradient.js").Way} */ way, /** @type {string} */ name) => {
    const { from, to } = ends(way);
    return svg("line", { class: name, x1: from.x, y1: from.y, x2: to.x, y2: to.y });
  };
  return [
    ...ways.map((way) => line(way, "cnn-tracer__way")),
    ...touching.map((way) => line(way, "cnn-tracer__way cnn-tracer__way--hot")),
    ...touching.map((way) => {
      const { from, to } = ends(way);
      const spot = { x: from.x + LABEL_AT * (to.x - from.x), y: from.y + LABEL_AT * (to.y - from.y) };
      const box = { x: spot.x - LABEL.width / 2, y: spot.y - LABEL.height / 2, ...LABEL };
      return [
        svg("rect", { class: "cnn-tracer__label", ...box }),
        text("cnn-tracer__on-line", spot.x, spot.y, w[way.weight]),
      ];
    }),
  ].flat();
}

/** @param {State} state @param {View} seen @param {Place} at */
function inputRow({ of, at: chosen, p, x }, { dx, touching }, { side, left, hatch }) {
  const met = new Set(touching.map(({ cell }) => cell));
  const place = (/** @type {number} */ cell) => {
    return { x: left + (cell + p) * side, y: TOP.x, width: side, height: HEIGHT };
  };
  const edge = Array.from({ length: p }, (_, at) => [place(-1 - at), place(x.length + at)]).flat();
  return {
    cells: [
      ...edge.flatMap((box) => [
        svg("rect", { class: "cnn-cells__padding", ...box }),
        svg("rect", { ...box, fill: `url(#${hatch})` }),
      ]),
      ...x.map((entry, cell) =>
        element("input", cell, [
          ...number("cnn-cells__input", place(cell), entry),
          ...number("cnn-tracer__gradient", { ...place(cell), y: TOP.dx, height: SMALL }, dx[cell]),
        ]),
      ),
    ],
    outlines: x.map((_, cell) => {
      const mine = of === "input" && cell === chosen;
      if (mine) return outline("chosen", { ...place(cell), y: TOP.dx, height: TOP.x - TOP.dx + HEIGHT });
      return met.has(cell) && outline("touched", place(cell));
    }),
  };
}

/** @param {State} state @param {View} seen @param {Place} at */
function outputRow({ s, w, g }, { touching }, at) {
  const reached = new Set(touching.map(({ output }) => output));
  const width = Math.min(at.side, s * at.side);
  const place = (/** @type {number} */ output) => {
    const x = middle(at, output * s + (w.length - 1) / 2) - width / 2;
    return { x, y: TOP.g, width, height: HEIGHT };
  };
  return {
    cells: g.flatMap((entry, output) => number("cnn-cells__output", place(output), entry)),
    outlines: g.map((_, output) => reached.has(output) && outline("touched", place(output))),
  };
}

/** @param {State} state @param {View} seen @param {number} side @param {number} room */
function weightRow({ of, at: chosen, w }, { dw, touching }, side, room) {
  const met = new Set(touching.map(({ weight }) => weight));
  const width = 1.2 * side; // the gradients of weights have more digits
  const left = (room - w.length * width) / 2;
  const place = (/** @type {number} */ weight) => ({ x: left + weight * width, y: TOP.w, width, height: HEIGHT });
  return {
    cells: w.map((entry, weight) =>
      element("weight", weight, [
        ...number("cnn-cells__kernel", place(weight), entry),
        ...number("cnn-tracer__gradient", { ...place(weight), y: TOP.dw, height: SMALL }, dw[weight]),
      ]),
    ),
    outlines: w.map((_, weight) => {
      const mine = of === "weight" && weight === chosen;
      if (mine) return outline("chosen", { ...place(weight), height: TOP.dw - TOP.w + SMALL });
      return met.has(weight) && outline("touched", place(weight));
    }),
  };
}

/**
 * What can be pointed at.
 * @param {"input" | "weight"} of
 * @param {number} at
 * @param {Child[]} parts
 */
function element(of, at, parts) {
  return svg("g", { class: "cnn-tracer__element", "data-of": of, "data-at": at }, parts);
}

/** @param {string} name @param {Box} box @param {number} value */
function number(name, box, value) {
  const place = name === "cnn-tracer__gradient" ? "cnn-tracer__value" : "cnn-tracer__entry";
  return [svg("rect", { class: name, ...box }), text(place, box.x + box.width / 2, box.y + box.height / 2, value)];
}

/** @param {string} name @param {number} x @param {number} y @param {number} value */
function text(name, x, y, value) {
  const shown = value < 0 ? `\u2212${-value}` : value;
  return svg("text", { class: name, x, y, dy: "0.35em", "text-anchor": "middle" }, shown);
}

/** @param {"chosen" | "touched"} kind @param {Box} box */
function outline(kind, box) {
  return svg("rect", { class: `cnn-tracer__outline cnn-tracer__outline--${kind}`, ...box });
}
