// The layer calculator: settings of one convolution; what comes out of it, and its counts with the numbers in
// place. Mathematics is layer.js's, words are layer-words.js's, the formulas come from the derivations.

import { addressPlace } from "./address.js";
import { radioChoice, selectChoice, settingControl } from "./controls.js";
import { html, replace, say, svg } from "./dom.js";
import { EXAMPLES, fromAddress, PRECISIONS, SETTINGS, START, state, toAddress, view } from "./layer.js";
import { digits } from "./layer-words.js";
import { typeset } from "./mathematics.js";

/** @typedef {import("./layer.js").State} State */
/** @typedef {keyof typeof SETTINGS} Setting */

const LARGEST = 110; // side of the larger map in the drawing, in pixels; less where there is no room
const AROUND = 190; // what the drawing needs besides its two maps
const SYMBOLS = ["o", "\\text{parameters}", "\\text{MACs}", "\\text{bytes}"];

/**
 * Build the calculator inside `host`.
 * @param {HTMLElement} host its `data-n`, `data-c`, ..., `data-nobias` are the start, `data-address` the name
 *   in the address
 * @param {Record<string, import("./layer.js").Formula>} formulas
 */
export function layerExplorer(host, formulas) {
  const address = addressPlace(host, "layer");
  const start = state({ ...host.dataset, bias: host.dataset.nobias === undefined }, START);
  let shown = fromAddress(address.said() ?? "", start);
  let space = 0;

  const picture = html("div", { class: "cnn-explorer__picture" });
  const counts = html("dl", { class: "cnn-layer__counts" });
  const sentence = html("p", { class: "cnn-explorer__sentence", role: "status", "aria-live": "polite" });
  const notes = html("ul", { class: "cnn-explorer__notes" });
  const controls = Object.entries(SETTINGS).map(([name, setting]) => ({
    name: /** @type {Setting} */ (name),
    ...settingControl(setting, (value) => change({ [name]: value })),
  }));
  const bias = /** @type {HTMLInputElement} */ (
    html("input", { type: "checkbox", onchange: () => change({ bias: bias.checked }) })
  );
  const precision = radioChoice("Numbers", PRECISIONS, (q) => change({ q }));
  const examples = selectChoice("example", [["", "your own"], ...exampleOptions()], (address) => {
    if (address) change(fromAddress(address));
  });
  const rows = SYMBOLS.map(() => countRow());

  replace(counts, ...rows.flatMap(({ elements }) => elements));
  replace(
    host,
    examples.element,
    html(
      "div",
      { class: "cnn-explorer__controls" },
      controls.map(({ element }) => element),
      html("label", { class: "cnn-explorer__sides" }, bias, "filters have biases"),
      precision.element,
    ),
    picture,
    counts,
    sentence,
    notes,
    html(
      "div",
      { class: "cnn-explorer__actions" },
      html("button", { type: "button", class: "cnn-button", onclick: reset }, "Reset"),
    ),
  );
  host.setAttribute("data-ready", "");
  draw();
  new ResizeObserver(() => picture.clientWidth !== space && draw()).observe(picture);

  /** @param {Partial<Record<keyof State, unknown>>} values */
  function change(values) {
    shown = state(values, shown);
    draw();
    remember();
  }

  function reset() {
    shown = start;
    draw();
    remember();
  }

  function draw() {
    const seen = view(formulas, shown);
    for (const { name, set } of controls) set(shown[name]);
    bias.checked = shown.bias;
    precision.set(String(shown.q));
    const address = toAddress(shown);
    examples.set(Object.values(EXAMPLES).includes(address) ? address : "");
    space = picture.clientWidth;
    replace(picture, drawing(shown, seen.side, seen.sentence, space || 680));
    counts.hidden = seen.counts.length === 0;
    seen.counts.forEach((count, place) => rows[place].set(count, SYMBOLS[place]));
    say(sentence, seen.sentence);
    replace(notes, ...seen.notes.map((note) => html("li", {}, note)));
    notes.hidden = seen.notes.length === 0;
  }

  function remember() {
    address.keep(toAddress(shown), toAddress(start));
  }
}

/** @returns {[string, string][]} */
function exampleOptions() {
  return Object.entries(EXAMPLES).map(([words, address]) => [address, words]);
}

/** A count: its name, its value, and its formula, first in letters, then with the numbers in place. */
function countRow() {
  const name = html("dt", {});
  const value = html("strong", {});
  const symbols = html("span", { class: "cnn-math" });
  const numbers = html("span", { class: "cnn-math" });
  const formula = html(
    "span",
    { class: "cnn-layer__formula", tabindex: "0", role: "group" },
    symbols,
    " ",
    numbers,
  );
  return {
    elements: [name, html("dd", {}, value, formula)],
    /** @param {import("./layer.js").Count} count @param {string} symbol */
    set({ what, formula: derived, values, count }, symbol) {
      const placed = derived.template.map((part, at) => (at % 2 ? String(values[part]) : part)).join("");
      say(name, what);
      say(value, digits(count));
      formula.setAttribute("aria-label", `Formula of the ${what}`);
      typeset(symbols, `\\displaystyle ${symbol} = ${derived.latex}`, { text: `= ${derived.latex}` });
      typeset(numbers, `\\displaystyle{} = ${placed}`, { text: `= ${placed}` });
    },
  };
}

/**
 * The input with a window on it, and the output, both as blocks: as high as their maps, deeper the more there
 * are.
 * @param {State} shown
 * @param {number} side of the output; 0 draws no output
 * @param {string} label
 * @param {number} space the width to fit into, in pixels
 */
function drawing({ n, c, f, k, s, d }, side, label, space) {
  const scale = Math.min(LARGEST, Math.max((space - AROUND) / 2, 24)) / Math.max(n, side);
  const input = block("input", n * scale, c, 4);
  const left = 4 + input.width + 74;
  const output = side ? block("output", side * scale, f, left) : null;
  const span = Math.min(d * (k - 1) + 1, n) * scale;
  const width = left + (output?.width ?? 20) + 4;
  const height = Math.max(input.height, output?.height ?? 0) + 26;
  const middle = height - 26 - Math.min(n, side || n) * scale * 0.5;
  const window = Math.max(span, 3);
  return svg(
    "svg",
    {
      class: "cnn-cells",
      role: "img",
      "aria-label": label,
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
    },
    input.draw(height - 26, `${c} × ${n} × ${n}`),
    svg("rect", {
      class: "cnn-cells__kernel",
      x: 4,
      y: height - 26 - n * scale,
      width: window,
      height: window,
    }),
    svg("path", { class: "cnn-cells__arrow", d: `M${left - 62} ${middle}h50m-6 -4l6 4l-6 4` }),
    svg(
      "text",
      { x: left - 37, y: middle - 8, "text-anchor": "middle" },
      `${k} × ${k}${s > 1 ? `, ${s}` : ""}`,
    ),
    output?.draw(height - 26, `${f} × ${side} × ${side}`),
  );
}

/**
 * A block of maps: front side, and a depth that grows with the logarithm of their number.
 * @param {"input" | "output"} role
 * @param {number} full
 * @param {number} maps
 * @param {number} x
 */
function block(role, full, maps, x) {
  const front = Math.max(full, 4);
  const deep = 4 + 5 * Math.log2(maps);
  const label = 12 * 7;
  return {
    width: Math.max(front + deep, label),
    height: front + deep,
    /** @param {number} foot @param {string} words */
    draw(foot, words) {
      const top = foot - front;
      const corner = `M${x + front} ${top}l${deep} ${-deep}`;
      const edge = `M${x} ${top}l${deep} ${-deep}h${front}v${front}l${-deep} ${deep}${corner}`;
      return svg(
        "g",
        {},
        svg("path", { class: `cnn-cells__${role}`, d: edge }),
        svg("rect", { class: `cnn-cells__${role}`, x, y: top, width: front, height: front }),
        svg("text", { class: `cnn-cells__${role}-heading`, x, y: foot + 17 }, words),
      );
    },
  };
}
