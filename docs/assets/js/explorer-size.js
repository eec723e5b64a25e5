// The size explorer: sliders and numbers for one layer; the drawing, the formula with the numbers in place
// and a sentence follow. Mathematics and words are size.js's, the formulas come from the derivations
// (formulas.js).

import { addressPlace } from "./address.js";
import { drawing } from "./cells.js";
import { legendEntry, radioChoice, settingControl } from "./controls.js";
import { html, replace, say } from "./dom.js";
import { typeset } from "./mathematics.js";
import { formulaOf, fromAddress, MODES, SETTINGS, START, state, toAddress, view } from "./size.js";

/** @typedef {import("./size.js").State} State */
/** @typedef {keyof typeof SETTINGS} Setting */
/**
 * @typedef {{names: string[], latex: string, template: string[],
 *   compute: (values: Record<string, number>) => number}} DerivedFormula every second part of `template` is a name
 * @typedef {Record<string, DerivedFormula>} Formulas
 */

const MODE_NAMES = {
  convolution: "Convolution",
  ceil: "Pooling, rounding up (ceil mode)",
  transposed: "Transposed convolution",
};
const LEGEND = [
  ["cell", "input"],
  ["padding", "padding"],
  ["tap", "read by the window"],
  ["ghost", "does not fit"],
  ["unread", "never read"],
];
const TRANSPOSED_LEGEND = [
  ["output", "output"],
  ["padding", "cropped by the padding"],
  ["tap", "written by the input cell"],
];

/**
 * Build the explorer inside `host`.
 * @param {HTMLElement} host its `data-n`, `data-k`, ... are the start, `data-address` the name in the address
 * @param {Formulas} formulas
 */
export function sizeExplorer(host, formulas) {
  const address = addressPlace(host, "size");
  const start = state({ ...host.dataset, ...bothSides(host.dataset) });
  const said = address.said();
  let shown = said === null ? start : fromAddress(said, start);
  let sidesApart = shown.l !== shown.r;
  let space = 0;

  const picture = html("div", {
    class: "cnn-explorer__picture",
    tabindex: "0",
    role: "group",
    "aria-label": "Drawing",
  });
  const symbols = html("div", { class: "cnn-math" });
  const numbers = html("div", { class: "cnn-math" });
  const sentence = html("p", { class: "cnn-explorer__sentence", role: "status", "aria-live": "polite" });
  const notes = html("ul", { class: "cnn-explorer__notes" });
  const legend = html("ul", { class: "cnn-legend", "aria-hidden": "true" });
  const controls = /** @type {Record<Setting | "p", ReturnType<typeof settingControl>>} */ (
    Object.fromEntries([
      ...Object.entries(SETTINGS).map(([name, setting]) => [
        name,
        settingControl(setting, (value) => change({ [name]: value })),
      ]),
      [
        "p",
        settingControl({ ...SETTINGS.l, name: "padding, each side", symbol: "p" }, (value) =>
          change({ l: value, r: value }),
        ),
      ],
    ])
  );
  const sides = /** @type {HTMLInputElement} */ (html("input", { type: "checkbox", onchange: chooseSides }));
  const modes = radioChoice("Kind of layer", derivedModes(formulas), (mode) => change({ mode }));

  replace(
    host,
    modes.element,
    html(
      "div",
      { class: "cnn-explorer__controls" },
      ...["n", "k", "s", "p", "l", "r", "d", "a"].map(
        (name) => controls[/** @type {Setting} */ (name)].element,
      ),
      html("label", { class: "cnn-explorer__sides" }, sides, "different padding on the two sides"),
    ),
    picture,
    legend,
    html("div", { class: "cnn-explorer__formula" }, symbols, numbers),
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
    sidesApart = start.l !== start.r;
    draw();
    remember();
  }

  function chooseSides() {
    sidesApart = sides.checked;
    change(sidesApart ? {} : { r: shown.l });
  }

  function draw() {
    const { formula, values } = /** @type {any} */ (formulaOf(formulas, shown));
    const count = formula.compute(values);
    const seen = view(shown, count);
    for (const [setting, { set }] of Object.entries(controls)) {
      set(setting === "p" ? shown.l : shown[/** @type {Setting} */ (setting)]);
    }
    controls.p.element.hidden = sidesApart;
    controls.l.element.hidden = controls.r.element.hidden = !sidesApart;
    controls.a.element.hidden = shown.mode !== "transposed";
    sides.checked = sidesApart;
    modes.set(shown.mode);
    space = picture.clientWidth;
    const label = [seen.sentence, ...seen.notes].join(" ");
    replace(picture, drawing(seen.row, { row: seen.looksAt, label, space: space || undefined }));
    replace(legend, ...(seen.looksAt === "input" ? LEGEND : TRANSPOSED_LEGEND).map(legendEntry));
    typeset(symbols, `\\displaystyle\\text{output} = ${formula.latex}`, {
      text: `output = ${formula.latex}`,
    });
    const placed = formula.template.map((part, index) => (index % 2 ? String(values[part]) : part)).join("");
    const none = count < 1 ? "\\text{: none}" : "";
    typeset(numbers, `\\displaystyle{} = ${placed} = ${count}${none}`, { text: `= ${count}` });
    say(sentence, seen.sentence);
    replace(notes, ...seen.notes.map((note) => html("li", {}, note)));
    notes.hidden = seen.notes.length === 0;
  }

  function remember() {
    address.keep(toAddress(shown), toAddress(start));
  }
}

/** @param {DOMStringMap} data */
function bothSides({ p, l, r }) {
  return { l: l ?? p, r: r ?? p };
}

/**
 * The modes for which a formula was derived, whatever the settings, with their names.
 * @param {Formulas} formulas
 * @returns {[string, string][]}
 */
function derivedModes(formulas) {
  const derived = MODES.filter((mode) => formulaOf(formulas, { ...START, mode, l: 1, r: 2, d: 2, a: 1 }));
  return derived.map((mode) => [mode, MODE_NAMES[mode]]);
}
