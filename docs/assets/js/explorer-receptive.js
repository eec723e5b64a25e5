// The receptive-field explorer: a short list of layers to edit; the drawing of what one output sees, and
// after every layer the size of that view, its jump and its start. Mathematics and words are receptive.js's,
// the formulas come from the derivations.

import { addressPlace } from "./address.js";
import { legendEntry, selectChoice, settingControl } from "./controls.js";
import { freshId, html, replace, say, svg } from "./dom.js";
import { typeset } from "./mathematics.js";
import {
  CELLS,
  EXAMPLES,
  fromAddress,
  MOST_LAYERS,
  NEW_LAYER,
  SETTINGS,
  signed,
  state,
  toAddress,
  view,
} from "./receptive.js";

/** @typedef {import("./receptive.js").State} State */
/** @typedef {import("./receptive.js").View} View */
/** @typedef {import("./receptive.js").Layer} Layer */

const ROW = 58; // from one map to the next, in units of the drawing
const TOP = 6;
const LABELS = 58;
const LEAST_SIDE = 5; // below it the drawing scrolls
const MOST_SIDE = 28;
const LEGEND = [
  ["cell", "input that is read"],
  ["output", "later maps, on the way"],
  ["padding", "padding that is read"],
  ["quiet", "not read"],
];

/**
 * Build the explorer inside `host`.
 * @param {HTMLElement} host its `data-stack` is the start, an address; `data-address` the name in the address
 * @param {Record<string, import("./receptive.js").Formula>} formulas
 */
export function receptiveExplorer(host, formulas) {
  const address = addressPlace(host, "field");
  const start = fromAddress(host.dataset.stack ?? "");
  let shown = fromAddress(address.said() ?? "", start);
  let space = 0;

  const picture = html("div", {
    class: "cnn-explorer__picture",
    tabindex: "0",
    role: "group",
    "aria-label": "Drawing",
  });
  const legend = html("ul", { class: "cnn-legend", "aria-hidden": "true" }, LEGEND.map(legendEntry));
  const table = html("div", {
    class: "cnn-field__layers",
    tabindex: "0",
    role: "group",
    "aria-label": "Layers",
  });
  const steps = html("div", { class: "cnn-explorer__formula" });
  const sentence = html("p", { class: "cnn-explorer__sentence", role: "status", "aria-live": "polite" });
  const notes = html("ul", { class: "cnn-explorer__notes" });
  const cells = settingControl(CELLS, (n) => change({ n }));
  const output = outputControl((at) => change({ at }));
  const examples = selectChoice("example", [["", "your own"], ...exampleOptions()], (address) => {
    if (address) rebuild(fromAddress(address));
  });
  const add = html("button", { type: "button", class: "cnn-button", onclick: addLayer }, "Add a layer");
  const fieldRow = formulaRow();
  const startRow = formulaRow();
  let rows = /** @type {ReturnType<typeof layerRow>[]} */ ([]);

  replace(steps, fieldRow.element, startRow.element);
  replace(
    host,
    examples.element,
    html("div", { class: "cnn-explorer__controls" }, cells.element, output.element),
    table,
    picture,
    legend,
    sentence,
    notes,
    steps,
    html(
      "div",
      { class: "cnn-explorer__actions" },
      add,
      html("button", { type: "button", class: "cnn-button", onclick: reset }, "Reset"),
    ),
  );
  host.setAttribute("data-ready", "");
  buildTable();
  draw();
  new ResizeObserver(() => picture.clientWidth !== space && draw()).observe(picture);

  /** @param {Partial<{n: unknown, at: unknown, layers: Layer[]}>} values */
  function change(values) {
    shown = state({ ...shown, ...values }, shown);
    draw();
    remember();
  }

  /** @param {State} chosen */
  function rebuild(chosen) {
    shown = chosen;
    buildTable();
    change({});
  }

  function reset() {
    rebuild(start);
  }

  function addLayer() {
    if (shown.layers.length === MOST_LAYERS) return;
    rebuild({ ...shown, layers: [...shown.layers, NEW_LAYER] });
    rows[rows.length - 1].focus();
  }

  /** @param {number} place */
  function removeLayer(place) {
    rebuild({ ...shown, layers: shown.layers.filter((_, at) => at !== place) });
    rows[Math.min(place, rows.length - 1)].focus();
  }

  function buildTable() {
    rows = shown.layers.map((_, place) =>
      layerRow(
        place,
        (values) =>
          change({
            layers: shown.layers.map((layer, at) => (at === place ? { ...layer, ...values } : layer)),
          }),
        shown.layers.length > 1 ? () => removeLayer(place) : null,
      ),
    );
    const names = [
      "layer",
      ...Object.values(SETTINGS).map(({ name }) => name),
      "map",
      "sees",
      "jump",
      "start",
      "",
    ];
    const heading = names.map((name) => (name ? html("th", { scope: "col" }, name) : html("td", {})));
    replace(
      table,
      html(
        "table",
        {},
        html("thead", {}, html("tr", {}, heading)),
        html(
          "tbody",
          {},
          rows.map(({ element }) => element),
        ),
      ),
    );
  }

  function draw() {
    const seen = view(formulas, shown);
    const address = toAddress(shown);
    cells.set(shown.n);
    output.set(seen.at, seen.levels[seen.levels.length - 1].size);
    examples.set(Object.values(EXAMPLES).includes(address) ? address : "");
    rows.forEach((row, at) => row.set(shown.layers[at], seen.levels[at + 1]));
    add.toggleAttribute("disabled", shown.layers.length === MOST_LAYERS);
    space = picture.clientWidth;
    replace(picture, drawing(shown, seen, space || 680));
    drawFormulas(seen);
    say(sentence, seen.sentence);
    replace(notes, ...seen.notes.map((note) => html("li", {}, note)));
    notes.hidden = seen.notes.length === 0;
  }

  /** @param {View} seen */
  function drawFormulas({ levels }) {
    const at = levels.length - 2;
    steps.hidden = at < 0;
    if (at < 0) return;
    const { k, p, d } = shown.layers[at];
    const { field: r, jump: q, start: a } = levels[at];
    const last = levels[at + 1];
    const name = `Layer ${at + 1}`;
    fieldRow.set(name, "r", formulas["receptive-field-recurrence-general"], { r, d, k, q }, last.field);
    startRow.set(name, "a", formulas["receptive-field-start-jump-general"], { a, q, p }, last.start);
  }

  function remember() {
    address.keep(toAddress(shown), toAddress(start));
  }
}

/** @returns {[string, string][]} */
function exampleOptions() {
  return Object.entries(EXAMPLES).map(([words, address]) => [address, words]);
}

/** @param {(at: number) => void} changed */
function outputControl(changed) {
  const id = freshId("cnn-setting");
  const slider = /** @type {HTMLInputElement} */ (
    html("input", { id, type: "range", min: 0, step: 1, oninput: () => changed(slider.valueAsNumber) })
  );
  const shown = html("output", { class: "cnn-field__output", for: id });
  return {
    element: html(
      "div",
      { class: "cnn-setting" },
      html("label", { for: id }, "output that is looked at"),
      slider,
      shown,
    ),
    /** @param {number} at @param {number} size */
    set(at, size) {
      slider.max = String(size - 1);
      slider.value = String(at);
      slider.setAttribute("aria-valuetext", `${at} of ${size}`);
      slider.disabled = size < 2;
      say(shown, String(at));
    },
  };
}

/**
 * A row of the table: four numbers to edit, four that follow, and a button that removes the layer.
 * @param {number} place
 * @param {(values: Partial<Layer>) => void} changed
 * @param {(() => void) | null} removed
 */
function layerRow(place, changed, removed) {
  const fields = Object.entries(SETTINGS).map(([setting, { name, least, most }]) => {
    const input = /** @type {HTMLInputElement} */ (
      html("input", {
        type: "number",
        inputmode: "numeric",
        min: least,
        max: most,
        step: 1,
        "aria-label": `${name} of layer ${place + 1}`,
        oninput: typed,
        onblur: settle,
      })
    );
    let current = least;

    function typed() {
      if (input.value.trim() !== "" && input.checkValidity()) changed({ [setting]: input.valueAsNumber });
    }

    function settle() {
      if (input.value.trim() !== "" && !input.checkValidity()) changed({ [setting]: input.valueAsNumber });
      input.value = String(current);
    }

    return {
      input,
      /** @param {Layer} layer */
      set(layer) {
        current = layer[/** @type {keyof Layer} */ (setting)];
        if (input.valueAsNumber !== current) input.value = String(current);
      },
    };
  });
  const results = Array.from({ length: 4 }, () => html("td", { class: "cnn-count" }));
  const remove =
    removed &&
    html(
      "button",
      {
        type: "button",
        class: "cnn-button cnn-button--icon",
        "aria-label": `Remove layer ${place + 1}`,
        onclick: removed,
      },
      "×",
    );
  return {
    element: html(
      "tr",
      {},
      html("th", { scope: "row" }, place + 1),
      fields.map(({ input }) => html("td", {}, input)),
      results,
      html("td", {}, remove),
    ),
    focus() {
      fields[0].input.focus();
    },
    /** @param {Layer} layer @param {import("./receptive.js").Level | undefined} level */
    set(layer, level) {
      for (const field of fields) field.set(layer);
      const numbers = level
        ? [level.size, level.field, level.jump, signed(level.start)]
        : ["none", "", "", ""];
      results.forEach((cell, at) => say(cell, String(numbers[at])));
    },
  };
}

/** A formula in letters, and with the numbers in place. */
function formulaRow() {
  const symbols = html("span", { class: "cnn-math" });
  const numbers = html("span", { class: "cnn-math" });
  const name = html("span", { class: "cnn-field__name" });
  return {
    element: html("div", {}, name, " ", symbols, " ", numbers),
    /**
     * @param {string} layer
     * @param {string} letter
     * @param {import("./receptive.js").Formula} formula
     * @param {Record<string, number>} values
     * @param {number} result
     */
    set(layer, letter, formula, values, result) {
      const placed = formula.template.map((part, at) => (at % 2 ? String(values[part]) : part)).join("");
      say(name, `${layer}:`);
      typeset(symbols, `${letter}_{\\text{new}} = ${formula.latex}`, {
        text: `${letter} = ${formula.latex}`,
      });
      typeset(numbers, `{} = ${placed} = ${result}`, { text: `= ${result}` });
    },
  };
}

/**
 * The maps from the last one, above, to the input, below; each cell stands over the middle of what it sees.
 * @param {State} shown
 * @param {View} seen
 * @param {number} space
 */
function drawing(shown, seen, space) {
  const { levels, first, last, sentence, notes } = seen;
  const low = Math.min(0, first, ...middles(seen));
  const high = Math.max(shown.n - 1, last, ...middles(seen));
  const side = Math.min(MOST_SIDE, Math.max(LEAST_SIDE, (space - LABELS - 4) / (high - low + 1)));
  const hatch = freshId("cnn-hatch");
  const tall = Math.min(side, 22);
  const bottom = TOP + (levels.length - 1) * ROW;
  const left = (/** @type {number} */ middle) => LABELS + (middle - low) * side;
  const top = (/** @type {number} */ level) => bottom - level * ROW;
  const middle = (/** @type {number} */ level, /** @type {number} */ cell) => middleOf(levels[level], cell);
  const size = { width: LABELS + (high - low + 1) * side + 2, height: bottom + tall + 36 };
  const box = (/** @type {number} */ level, /** @type {number} */ cell) => ({
    x: left(middle(level, cell)),
    y: top(level),
    width: side,
    height: tall,
  });

  return svg(
    "svg",
    {
      class: "cnn-cells cnn-field",
      role: "img",
      "aria-label": [sentence, ...notes].join(" "),
      viewBox: `0 0 ${size.width} ${size.height}`,
      ...size,
    },
    svg("defs", {}, pattern(hatch)),
    levels.map((_, level) => rowName(level, top(level) + tall / 2)),
    levels
      .slice(1)
      .map((_, below) => lines(below))
      .flat(),
    levels.map((_, level) => row(level)).flat(2),
    svg("path", {
      class: "cnn-field__extent",
      d: `M${left(first)} ${bottom + tall + 6}v6H${left(last) + side}v-6`,
    }),
    svg(
      "text",
      { class: "cnn-cells__input-heading", x: Math.max(left(first), LABELS), y: bottom + tall + 28 },
      `${last - first + 1}`,
    ),
  );

  /** @param {number} level */
  function row(level) {
    const { real, padding } = seen.seen[level];
    const role = level === 0 ? "input" : "output";
    const quiet = Array.from({ length: levels[level].size }, (_, cell) => cell).filter(
      (cell) => !real.includes(cell),
    );
    return [
      quiet.map((cell) => svg("rect", { class: "cnn-field__quiet", ...box(level, cell) })),
      padding
        .map((cell) => [
          svg("rect", { class: "cnn-cells__padding", ...box(level, cell) }),
          svg("rect", { ...box(level, cell), fill: `url(#${hatch})` }),
        ])
        .flat(),
      real.map((cell) => svg("rect", { class: `cnn-cells__${role}`, ...box(level, cell) })),
    ];
  }

  /** @param {number} below */
  function lines(below) {
    const { k, s, p, d } = shown.layers[below];
    return seen.seen[below + 1].real.map((cell) => {
      const above = box(below + 1, cell);
      const [from, to] = [box(below, cell * s - p), box(below, cell * s - p + (k - 1) * d)];
      const foot = above.y + tall;
      return svg("path", {
        class: "cnn-field__line",
        d: `M${above.x} ${foot}L${from.x} ${from.y}M${above.x + side} ${foot}L${to.x + side} ${to.y}`,
      });
    });
  }
}

/** The middles of all cells, and of padding that is read, in cells of the input. */
function middles(/** @type {View} */ { levels, seen }) {
  return levels.flatMap((level, at) =>
    [0, level.size - 1, ...seen[at].padding].map((cell) => middleOf(level, cell)),
  );
}

/**
 * Over which place of the input a cell stands: the middle of what it sees.
 * @param {import("./receptive.js").Level} level
 * @param {number} cell
 */
function middleOf({ start, field, jump }, cell) {
  return start + (field - 1) / 2 + cell * jump;
}

/** @param {number} level @param {number} y */
function rowName(level, y) {
  const role = level === 0 ? "input" : "output";
  return svg(
    "text",
    { class: `cnn-cells__${role}-heading`, x: 0, y: y + 4 },
    level === 0 ? "input" : `layer ${level}`,
  );
}

/** @param {string} id */
function pattern(id) {
  return svg(
    "pattern",
    { id, width: 5, height: 5, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
    svg("line", { class: "cnn-cells__hatch", x1: 0, y1: 0, x2: 0, y2: 5 }),
  );
}
