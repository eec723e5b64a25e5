// The gradient tracer: point at an input cell or a weight, and see which outputs it touches and the sum that is
// its gradient. All numbers can be changed. Sums and address are gradient.js's, words gradient-words.js's.

import { addressPlace } from "./address.js";
import { legendEntry, radioChoice, settingControl } from "./controls.js";
import { html, replace, say } from "./dom.js";
import { fitted, fromAddress, laidOut, LARGEST, SETTINGS, sizesOf, toAddress, view, written } from "./gradient.js";
import { tracerDrawing } from "./gradient-drawing.js";
import { latex, notes, sentence } from "./gradient-words.js";
import { typeset } from "./mathematics.js";

/** @typedef {import("./gradient.js").State} State */
/** @typedef {"x" | "w" | "g"} RowName */

/** @type {[string, string][]} */
const KINDS = [
  ["input", "gradient of an input cell"],
  ["weight", "gradient of a weight"],
];
/** @type {Record<RowName, string>} */
const ROW_NAMES = { x: "input", w: "weights", g: "gradient at the outputs" };
const LEGEND = [
  ["cell", "input"],
  ["padding", "padding"],
  ["tap", "weight"],
  ["output", "gradient that arrives"],
  ["gradient", "gradient that goes on"],
];

/**
 * Build the explorer inside `host`.
 * @param {HTMLElement} host its `data-of`, `data-at`, `data-n`, `data-k`, `data-s`, `data-p` are the start,
 *   `data-address` the name in the address
 */
export function gradientExplorer(host) {
  const address = addressPlace(host, "gradient");
  const start = startingState(host.dataset);
  let state = fromAddress(address.said() ?? "", start);
  let space = 0;

  const kind = radioChoice("The gradient of", KINDS, (of) => change({ ...state, of: /** @type {any} */ (of) }));
  const place = settingControl({ name: "its number", symbol: "", least: 0, slide: 9, most: 9 }, (at) =>
    change({ ...state, at }),
  );
  const sizes = Object.entries(SETTINGS).map(([name, setting]) => ({
    name: /** @type {keyof typeof SETTINGS} */ (name),
    control: settingControl({ ...setting, slide: setting.most }, (value) =>
      change(laidOut(state, { [name]: value })),
    ),
  }));
  const picture = html("div", {
    class: "cnn-explorer__picture cnn-tracer__picture",
    tabindex: "0",
    role: "group",
    "aria-label": "Drawing; arrow keys choose",
    onkeydown: step,
    onpointerover: point,
    onclick: point,
  });
  const symbols = html("div", { class: "cnn-math" });
  const numbers = html("div", { class: "cnn-math" });
  const spoken = html("p", { class: "cnn-explorer__sentence", role: "status", "aria-live": "polite" });
  const remarks = html("ul", { class: "cnn-explorer__notes" });
  const rows = /** @type {RowName[]} */ (["x", "w", "g"]).map((row) => numberRow(ROW_NAMES[row], row, write));

  replace(
    host,
    kind.element,
    html(
      "div",
      { class: "cnn-explorer__controls" },
      place.element,
      ...sizes.map(({ control }) => control.element),
    ),
    picture,
    html("ul", { class: "cnn-legend", "aria-hidden": "true" }, LEGEND.map(legendEntry)),
    html("div", { class: "cnn-explorer__formula" }, symbols, numbers),
    spoken,
    remarks,
    html("div", { class: "cnn-tracer__rows" }, ...rows.map(({ element }) => element)),
    html(
      "div",
      { class: "cnn-explorer__actions" },
      html("button", { type: "button", class: "cnn-button", onclick: reset }, "Reset"),
    ),
  );
  host.setAttribute("data-ready", "");
  draw();
  new ResizeObserver(() => picture.clientWidth !== space && draw()).observe(picture);

  /** @param {State} wanted */
  function change(wanted) {
    state = fitted(wanted);
    draw();
    remember();
  }

  function reset() {
    change(start);
  }

  /** @param {RowName} row @param {number} at @param {number} value */
  function write(row, at, value) {
    change(written(state, row, at, value));
  }

  /** @param {Event} event */
  function point({ target }) {
    const found = target instanceof Element ? target.closest(".cnn-tracer__element") : null;
    if (!(found instanceof SVGElement)) return;
    const { of, at } = /** @type {{of: import("./gradient.js").Kind, at: string}} */ (found.dataset);
    if (of !== state.of || Number(at) !== state.at) change({ ...state, of, at: Number(at) });
  }

  /** @param {KeyboardEvent} event */
  function step(event) {
    const { key: pressed } = event;
    if (pressed === "ArrowLeft" || pressed === "ArrowRight") {
      change({ ...state, at: state.at + (pressed === "ArrowLeft" ? -1 : 1) });
    } else if (pressed === "ArrowUp" || pressed === "ArrowDown") {
      change({ ...state, of: pressed === "ArrowUp" ? "input" : "weight" });
    } else return;
    event.preventDefault();
  }

  function draw() {
    const seen = view(state);
    const said = sentence(state, seen);
    const shown = latex(state, seen);
    kind.set(state.of);
    place.set(state.at, (state.of === "input" ? state.x : state.w).length - 1);
    for (const { name, control } of sizes) control.set(sizesOf(state)[name]);
    for (const { row, set } of rows) set(state[row]);
    space = picture.clientWidth;
    replace(picture, tracerDrawing(state, seen, { label: said, space: space || undefined }));
    typeset(symbols, shown.symbols, { text: said });
    typeset(numbers, shown.numbers, { text: "" });
    say(spoken, said);
    replace(remarks, ...notes(state, seen).map((note) => html("li", {}, note)));
    remarks.hidden = remarks.childElementCount === 0;
  }

  function remember() {
    address.keep(toAddress(state), toAddress(start));
  }
}

/** @param {DOMStringMap} data */
function startingState({ of, at, n, k, s, p }) {
  const chosen = at === undefined ? "" : `${of === "weight" ? "w" : "x"}${at}`;
  const given = Object.entries({ n, k, s, p }).filter(([, value]) => value !== undefined);
  return fromAddress([chosen, ...given.map(([name, value]) => `${name}${value}`)].join("_"));
}

/**
 * The numbers of a row, each in a field of its own.
 * @param {string} name
 * @param {RowName} row
 * @param {(row: RowName, at: number, value: number) => void} changed
 */
function numberRow(name, row, changed) {
  const element = html("fieldset", { class: "cnn-tracer__row" });
  /** @type {HTMLInputElement[]} */
  let fields = [];

  /** @param {number} at */
  function field(at) {
    const input = /** @type {HTMLInputElement} */ (
      html("input", {
        type: "number",
        inputmode: "numeric",
        min: -LARGEST,
        max: LARGEST,
        step: 1,
        "aria-label": `${name}, number ${at}`,
        oninput: () => input.value.trim() !== "" && input.checkValidity() && changed(row, at, input.valueAsNumber),
        onblur: () => changed(row, at, input.value.trim() === "" ? 0 : input.valueAsNumber),
      })
    );
    return input;
  }

  return {
    row,
    element,
    /** @param {number[]} values */
    set(values) {
      if (fields.length !== values.length) {
        fields = values.map((_, at) => field(at));
        replace(element, html("legend", {}, name, " ", html("var", {}, row)), ...fields);
      }
      values.forEach((value, at) => {
        if (fields[at].valueAsNumber !== value) fields[at].value = String(value);
      });
    },
  };
}
