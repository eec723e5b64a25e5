// The kernel explorer: a photo or the reader's own picture, a kernel to edit, the filtered picture, and for one place
// the products and their sum. Mathematics and words are kernel.js's; presets and photos come with the page. A picture
// that a reader opens is read here and goes nowhere.

import { addressPlace } from "./address.js";
import { freshId, html, replace, say, svg } from "./dom.js";
import { chosen, divisor, entry, filtered, fitted, fromAddress, gain, grayOfColor, laid, notes, plain, resized, sentence, SHOWS, SIZES, toAddress, toGray, worked } from "./kernel.js";

/** @typedef {import("./kernel.js").State} State */
/** @typedef {import("./kernel.js").Picture} Picture */
/**
 * @typedef {{presets: import("./kernel.js").Preset[], photos: {name: string, shows: string, credit: string,
 *   source: string}[]}} Supplies what the page brings along: kernels, and photos as PNG files in their addresses
 */

const LARGEST = 192; // of an own picture's sides, in pixels: pixels stay large enough to be pointed at
const CELL = { height: 27, least: 27, digit: 7.4, spare: 9 }; // in units of the drawing
const OWN = "own";
/** @type {Record<string, [number, number]>} */
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/**
 * Build the explorer inside `host`.
 * @param {HTMLElement} host its `data-preset` and `data-photo` are the start, `data-address` the name in the address
 */
export function kernelExplorer(host) {
  /** @type {Supplies} */
  const { presets, photos } = JSON.parse(host.querySelector("script[type='application/json']")?.textContent ?? "");
  const address = addressPlace(host, "kernel");
  const names = photos.map(({ name }) => name);
  const start = startingState(host.dataset, presets, names);
  let state = fromAddress(address.said() ?? "", start, presets, names);
  /** @type {Picture} */
  let picture = { width: SIZES.most, height: SIZES.most, values: new Uint8ClampedArray(SIZES.most ** 2) };
  let seen = toGray(new Float64Array(1), "clamp");
  let own = /** @type {Picture | null} */ (null);
  let wanted = "";

  const photoChoice = choice("picture", [...photos.map(({ name, shows }) => [name, shows]), [OWN, "your own picture"]], showPhoto);
  const file = /** @type {HTMLInputElement} */ (html("input", { type: "file", accept: "image/*", onchange: openOwn }));
  const presetChoice = choice("kernel", presetOptions(presets), (name) => choosePreset(name));
  const sizeChoice = choice("size", sizeOptions(), (size) => edit(resized(state.kernel, Number(size))));
  const showChoice = choice("show results", Object.entries(SHOWS), (show) => change({ show: /** @type {any} */ (show) }));
  const normalize = checkbox("normalize: divide by the sum of the weights", (on) => change({ normalize: on }));
  const flips = flipChoice((flip) => change({ flip }));
  const editor = html("fieldset", { class: "cnn-kernel__editor" });
  const before = frame("before", "input", pointAtPicture, step);
  const after = frame("after", "output", pointAtResult, step);
  const row = numberField("row", (value) => move(value, state.column));
  const column = numberField("column", (value) => move(state.row, value));
  const sum = html("div", { class: "cnn-explorer__picture", tabindex: "0", role: "group", "aria-label": "The sum, worked out" });
  const spoken = html("p", { class: "cnn-explorer__sentence", role: "status", "aria-live": "polite" });
  const remarks = html("ul", { class: "cnn-explorer__notes" });
  const credit = html("p", { class: "cnn-explorer-caption" });

  replace(
    host,
    html(
      "div",
      { class: "cnn-kernel__panel" },
      html(
        "div",
        { class: "cnn-kernel__choices" },
        photoChoice.element,
        labelled("open your own (it stays on this device)", file),
        presetChoice.element,
        sizeChoice.element,
      ),
      editor,
      html("div", { class: "cnn-kernel__choices" }, flips.element, normalize.element, showChoice.element),
    ),
    html("div", { class: "cnn-kernel__pictures" }, before.element, after.element),
    html("div", { class: "cnn-kernel__place" }, html("span", {}, "Point at a pixel, move with the arrow keys, or type:"), row.element, column.element),
    sum,
    spoken,
    remarks,
    html("div", { class: "cnn-explorer__actions" }, html("button", { type: "button", class: "cnn-button", onclick: reset }, "Reset")),
    credit,
  );
  host.setAttribute("data-ready", "");
  buildEditor();
  showPhoto(state.photo);

  /** @param {Partial<State>} values */
  function change(values) {
    state = fitted({ ...state, ...values }, picture);
    draw();
    remember();
  }

  /** @param {number} toRow @param {number} toColumn */
  function move(toRow, toColumn) {
    const moved = fitted({ ...state, row: toRow, column: toColumn }, picture);
    if (moved.row === state.row && moved.column === state.column) return;
    state = moved;
    drawPlace();
    remember();
  }

  /** @param {import("./kernel.js").Kernel} kernel */
  function edit(kernel) {
    const resize = kernel.length !== state.kernel.length;
    change({ kernel, preset: presets.find((preset) => same(preset.rows, kernel))?.name ?? "" });
    if (resize) buildEditor();
  }

  /** @param {string} name */
  function choosePreset(name) {
    const preset = presets.find((known) => known.name === name);
    if (preset) change(chosen(preset, state));
    buildEditor();
  }

  function reset() {
    const sameOwn = wanted === OWN;
    state = start;
    file.value = "";
    buildEditor();
    if (sameOwn || wanted !== start.photo) showPhoto(start.photo);
    else change({});
  }

  /** @param {string} name */
  async function showPhoto(name) {
    if (name === OWN && !own) {
      photoChoice.set(wanted);
      file.click();
      return;
    }
    wanted = name;
    const photo = photos.find((known) => known.name === name);
    const loaded = photo ? await pixelsOf(photo.source) : own;
    if (wanted !== name || !loaded) return;
    picture = loaded;
    say(credit, photo ? photo.credit : "Your own picture, in gray. It was not sent anywhere.");
    change(photo ? { photo: name } : {});
  }

  async function openOwn() {
    const [chosenFile] = file.files ?? [];
    if (!chosenFile) return;
    const address = URL.createObjectURL(chosenFile);
    try {
      own = await pixelsOf(address);
      await showPhoto(OWN);
    } catch {
      say(spoken, "This file could not be read as a picture. Try a PNG or JPEG file.");
    } finally {
      URL.revokeObjectURL(address);
    }
  }

  function buildEditor() {
    const inputs = state.kernel.map((line, i) =>
      line.map((weight, j) =>
        html("input", { type: "number", step: "any", value: weight, "aria-label": `weight in row ${i}, column ${j}`, oninput: typed, onblur: settle }),
      ),
    );
    replace(editor, html("legend", {}, "weights"), html("div", { class: "cnn-kernel__weights", style: `--cnn-kernel-size: ${state.kernel.length}` }, inputs.flat()));

    /** Take over what is typed as soon as all fields hold numbers. */
    function typed() {
      const kernel = inputs.map((line) => line.map((input) => entry(/** @type {HTMLInputElement} */ (input).value)));
      if (!kernel.flat().some(Number.isNaN)) edit(kernel);
    }

    /** Show what is kept where a field was left without a number, or with too large a one. */
    function settle() {
      inputs.forEach((line, i) => line.forEach((input, j) => (/** @type {HTMLInputElement} */ (input).value = String(state.kernel[i][j]))));
    }
  }

  function draw() {
    const results = filtered(picture, laid(state.kernel, state.flip), divisor(state.kernel, state.normalize));
    seen = toGray(results.values, state.show);
    const shows = photos.find(({ name }) => name === wanted)?.shows ?? "your own picture";
    const [found, ...others] = notes(state, picture, seen);
    before.paint(picture, `Before: ${shows}, ${picture.width} × ${picture.height} pixels in gray.`);
    after.paint({ ...results, values: seen.values }, `After: ${shows} through the kernel ${state.preset || "typed in"}. ${others[0]}`);
    replace(remarks, ...[found, ...others].map((note) => html("li", {}, note)));
    photoChoice.set(wanted);
    presetChoice.set(state.preset);
    sizeChoice.set(String(state.kernel.length));
    showChoice.set(state.show);
    normalize.set(state.normalize);
    normalize.disable(gain(state.kernel) === 0);
    flips.set(state.flip);
    drawPlace();
  }

  function drawPlace() {
    const size = state.kernel.length;
    const [columns, rows] = [picture.width - size + 1, picture.height - size + 1];
    const work = worked(picture, state);
    const shown = seen.values[state.row * columns + state.column];
    const said = sentence(work, state, shown);
    before.mark(state.row / picture.height, state.column / picture.width, size / picture.height, size / picture.width);
    after.mark(state.row / rows, state.column / columns, 1 / rows, 1 / columns);
    row.set(state.row, rows - 1);
    column.set(state.column, columns - 1);
    replace(sum, workedDrawing(work, shown, said));
    say(spoken, said);
  }

  /** @param {number} down @param {number} across shares of the picture's height and width */
  function pointAtPicture(down, across) {
    const half = Math.floor(state.kernel.length / 2);
    move(Math.floor(down * picture.height) - half, Math.floor(across * picture.width) - half);
  }

  /** @param {number} down @param {number} across */
  function pointAtResult(down, across) {
    const size = state.kernel.length;
    move(Math.floor(down * (picture.height - size + 1)), Math.floor(across * (picture.width - size + 1)));
  }

  /** @param {[number, number]} by */
  function step([down, across]) {
    move(state.row + down, state.column + across);
  }

  function remember() {
    address.keep(toAddress(state), toAddress(start));
  }
}

/**
 * @param {DOMStringMap} data
 * @param {import("./kernel.js").Preset[]} presets
 * @param {string[]} photos
 * @returns {State}
 */
function startingState({ preset, photo, row = "40", column = "60" }, presets, photos) {
  const first = presets.find(({ name }) => name === preset) ?? presets[0];
  /** @type {State} */
  const blank = { preset: "", kernel: [], photo: photo ?? photos[0], row: Number(row), column: Number(column), flip: false, normalize: false, show: "clamp" };
  return chosen(first, blank);
}

/**
 * The gray pixels of a picture file, made smaller if it is large.
 * @param {string} address
 * @returns {Promise<Picture>}
 */
async function pixelsOf(address) {
  const image = new Image();
  image.src = address;
  await image.decode();
  const scale = Math.min(1, LARGEST / Math.max(image.naturalWidth, image.naturalHeight));
  const side = (/** @type {number} */ full) => Math.max(SIZES.most, Math.round(full * scale));
  const [width, height] = [side(image.naturalWidth), side(image.naturalHeight)];
  const canvas = /** @type {HTMLCanvasElement} */ (html("canvas", { width, height }));
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  pen.drawImage(image, 0, 0, width, height);
  return { width, height, values: grayOfColor(pen.getImageData(0, 0, width, height).data) };
}

/**
 * A picture with a marked window, which can be pointed at and walked with the arrow keys.
 * @param {string} heading
 * @param {string} role
 * @param {(down: number, across: number) => void} pointed
 * @param {(by: [number, number]) => void} stepped
 */
function frame(heading, role, pointed, stepped) {
  const canvas = /** @type {HTMLCanvasElement} */ (html("canvas", { role: "img", "aria-label": heading }));
  const mark = html("span", { class: "cnn-kernel__window", "aria-hidden": "true" });
  const box = html(
    "div",
    { class: "cnn-kernel__frame", tabindex: "0", role: "group", "aria-label": `Picture ${heading}: arrow keys move the window`, onpointermove: point, onpointerdown: point, onkeydown: walk },
    canvas,
    mark,
  );

  function point(/** @type {PointerEvent} */ event) {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    pointed((event.clientY - top) / height, (event.clientX - left) / width);
  }

  function walk(/** @type {KeyboardEvent} */ event) {
    const by = STEPS[event.key];
    if (!by || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const stride = event.shiftKey ? 10 : 1;
    stepped([by[0] * stride, by[1] * stride]);
  }

  return {
    element: html("div", { class: `cnn-kernel__picture cnn-kernel__picture--${role}` }, html("p", { class: "cnn-kernel__heading" }, heading), box),
    /** @param {Picture} picture @param {string} label */
    paint({ width, height, values }, label) {
      Object.assign(canvas, { width, height });
      const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
      const pixels = pen.createImageData(width, height);
      for (let at = 0; at < values.length; at += 1) pixels.data.set([values[at], values[at], values[at], 255], 4 * at);
      pen.putImageData(pixels, 0, 0);
      canvas.setAttribute("aria-label", label);
    },
    /** @param {number} top @param {number} left @param {number} height @param {number} width as shares */
    mark(top, left, height, width) {
      Object.assign(mark.style, { top: `${100 * top}%`, left: `${100 * left}%`, height: `${100 * height}%`, width: `${100 * width}%` });
    },
  };
}

/**
 * Pixels times weights, the products, and their sum.
 * @param {ReturnType<typeof worked>} work
 * @param {number} shown
 * @param {string} label
 */
function workedDrawing({ pixels, weights, products, sum, divisor: divided, result }, shown, label) {
  const top = 24;
  const height = weights.length * CELL.height;
  const middle = top + height / 2;
  const parts = [];
  let left = 0;
  const sign = (/** @type {string} */ mark, room = 26) => {
    parts.push(svg("text", { class: "cnn-player__operator", x: left + room / 2, y: middle + 6, "text-anchor": "middle" }, mark));
    left += room;
  };
  const grid = (/** @type {string} */ name, /** @type {string} */ role, /** @type {number[][]} */ rows, heading = role) => {
    const width = cellWidth(rows);
    parts.push(table(name, role, heading, rows, { left, top, width }));
    left += width * rows[0].length;
  };
  const one = (/** @type {string} */ name, /** @type {number} */ value) => {
    const width = cellWidth([[value]]);
    parts.push(table(name, "output", "output", [[value]], { left, top: middle - CELL.height / 2, width }));
    left += Math.max(width, 7 * name.length);
  };
  grid("pixels", "input", pixels);
  sign("⊙");
  grid("weights", "kernel", weights);
  sign("=");
  grid("products", "empty", products, "output");
  sign("→");
  one("sum", sum);
  if (divided !== 1) {
    sign(`: ${plain(divided)} =`, 40 + 8 * plain(divided).length);
    one("result", result);
  }
  sign("→");
  one("shown", shown);
  const size = { width: left + 6, height: top + height + 4 };
  return svg("svg", { class: "cnn-cells", role: "img", "aria-label": label, viewBox: `-2 -2 ${size.width} ${size.height}`, ...size }, parts);
}

/** @param {number[][]} rows */
function cellWidth(rows) {
  const longest = Math.max(...rows.flat().map((value) => plain(value).length));
  return Math.max(CELL.least, longest * CELL.digit + CELL.spare);
}

/**
 * @param {string} name
 * @param {string} role
 * @param {string} heading
 * @param {number[][]} rows
 * @param {{left: number, top: number, width: number}} place
 */
function table(name, role, heading, rows, { left, top, width }) {
  const cells = rows.flatMap((line, i) =>
    line.map((value, j) => {
      const box = { x: left + j * width, y: top + i * CELL.height, width, height: CELL.height };
      return [
        svg("rect", { class: `cnn-cells__${role}`, ...box }),
        svg("text", { class: "cnn-cells__number", x: box.x + width / 2, y: box.y + 18, "text-anchor": "middle" }, plain(value)),
      ];
    }),
  );
  return svg("g", {}, svg("text", { class: `cnn-cells__${heading}-heading`, x: left, y: top - 8 }, name), cells.flat());
}

/**
 * @param {string} name
 * @param {string[][]} options value and words
 * @param {(value: string) => void} changed
 */
function choice(name, options, changed) {
  const select = /** @type {HTMLSelectElement} */ (
    html("select", { onchange: () => changed(select.value) }, options.map(([value, words]) => html("option", { value }, words)))
  );
  return {
    element: labelled(name, select),
    /** @param {string} value */
    set(value) {
      select.value = value;
    },
  };
}

/** @param {string} words @param {HTMLElement} field */
function labelled(words, field) {
  field.id = freshId("cnn-field");
  return html("div", { class: "cnn-kernel__choice" }, html("label", { for: field.id }, words), field);
}

/** @param {import("./kernel.js").Preset[]} presets */
function presetOptions(presets) {
  const entries = presets.map(({ name, rows, about }) => [name, `${name} (${rows.length} × ${rows.length}): ${about}`]);
  return [...entries, ["", "your own weights"]];
}

function sizeOptions() {
  const sizes = Array.from({ length: SIZES.most - SIZES.least + 1 }, (_, at) => String(SIZES.least + at));
  return sizes.map((size) => [size, `${size} × ${size}`]);
}

/** @param {string} words @param {(on: boolean) => void} changed */
function checkbox(words, changed) {
  const box = /** @type {HTMLInputElement} */ (html("input", { type: "checkbox", onchange: () => changed(box.checked) }));
  return {
    element: html("label", { class: "cnn-explorer__sides" }, box, words),
    /** @param {boolean} on */
    set(on) {
      box.checked = on;
    },
    /** @param {boolean} off */
    disable(off) {
      box.disabled = off;
    },
  };
}

/** @param {(flip: boolean) => void} changed */
function flipChoice(changed) {
  const group = freshId("cnn-flip");
  const radio = (/** @type {boolean} */ flip) => /** @type {HTMLInputElement} */ (html("input", { type: "radio", name: group, onchange: () => changed(flip) }));
  const [plainly, turned] = [radio(false), radio(true)];
  return {
    element: html(
      "fieldset",
      { class: "cnn-explorer__modes" },
      html("legend", { class: "cnn-hidden" }, "Turn the kernel?"),
      html("label", {}, plainly, html("span", {}, "correlation (as written)")),
      html("label", {}, turned, html("span", {}, "convolution (turned by 180°)")),
    ),
    /** @param {boolean} flip */
    set(flip) {
      plainly.checked = !flip;
      turned.checked = flip;
    },
  };
}

/** @param {string} name @param {(value: number) => void} changed */
function numberField(name, changed) {
  const input = /** @type {HTMLInputElement} */ (
    html("input", { type: "number", inputmode: "numeric", min: 0, step: 1, oninput: typed, onblur: () => (input.value = String(current)) })
  );
  let current = 0;

  function typed() {
    if (input.value.trim() !== "" && Number.isInteger(input.valueAsNumber)) changed(input.valueAsNumber);
  }

  return {
    element: labelled(name, input),
    /** @param {number} value @param {number} most */
    set(value, most) {
      current = value;
      input.max = String(most);
      if (input.valueAsNumber !== value && document.activeElement !== input) input.value = String(value);
    },
  };
}

/** @param {number[][]} one @param {number[][]} other */
function same(one, other) {
  return one.length === other.length && one.flat().every((weight, at) => weight === other.flat()[at]);
}
