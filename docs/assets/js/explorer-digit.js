// The digit explorer: draw on a grid of pixels, by mouse, finger or keyboard, and watch every layer and the answer. The
// network comes with the page and is run by digit.js; nothing that is drawn is sent anywhere.

import { addressPlace } from "./address.js";
import { forward, fromAddress, softmax, toAddress } from "./digit.js";
import { html, replace, say } from "./dom.js";

/** @typedef {import("./digit.js").Step} Step */
/** @typedef {{layers: import("./digit.js").Layer[], examples: {input: number[]}[], labels: number[]}} Supplies */

const INK = { full: 1, side: 6 / 16 }; // what a stroke adds to the pixel and to its four neighbors
/** @type {Record<string, string>} */
const WORDS = {
  relu1: "after the first convolution and ReLU",
  relu2: "after the second convolution and ReLU",
  pool: "after max pooling",
};
/** @type {Record<string, [number, number]>} */
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/**
 * Build the explorer inside `host`.
 * @param {HTMLElement} host its `data-digit` is the digit to begin with
 */
export function digitExplorer(host) {
  /** @type {Supplies} */
  const { layers, examples, labels } = JSON.parse(host.querySelector("script[type='application/json']")?.textContent ?? "");
  const [, height, width] = layers[0].shape;
  const address = addressPlace(host, "digit");
  const start = example(Number(host.dataset.digit ?? 3));
  let image = fromAddress(address.said() ?? "", start.length) ?? [...start];
  let place = [Math.floor(height / 2), Math.floor(width / 2)];
  let last = -1;
  let erasing = false;

  const paper = canvas("cnn-digit__paper", height, width);
  paper.tabIndex = 0;
  paper.setAttribute("role", "application");
  const keys = html("p", { class: "cnn-explorer-caption" }, "Draw with mouse or finger; pixels beside a stroke get a little of it. By keyboard: arrow keys move, space draws, backspace erases.");
  const eraser = /** @type {HTMLInputElement} */ (html("input", { type: "checkbox", onchange: () => (erasing = eraser.checked) }));
  const bars = html("div", { class: "cnn-digit__bars", "aria-hidden": "true" });
  const spoken = html("p", { class: "cnn-explorer__sentence", role: "status", "aria-live": "polite" });
  const maps = html("div", { class: "cnn-digit__maps" });

  replace(
    host,
    html("div", { class: "cnn-digit__top" }, html("div", {}, paper, html("label", { class: "cnn-explorer__sides" }, eraser, "erase")), bars),
    keys,
    spoken,
    html("div", { class: "cnn-explorer__actions" }, button("Clear", () => take(image.map(() => 0))), labels.map((label) => button(`a ${label}`, () => take(example(label))))),
    maps,
  );
  host.setAttribute("data-ready", "");
  paper.addEventListener("pointerdown", (event) => {
    paper.setPointerCapture(event.pointerId);
    last = -1;
    point(event);
  });
  paper.addEventListener("pointermove", (event) => event.buttons && point(event));
  paper.addEventListener("keydown", press);
  paper.addEventListener("focus", show);
  paper.addEventListener("blur", show);
  show();

  /** @param {number} label */
  function example(label) {
    return [...examples[Math.max(0, labels.indexOf(label))].input];
  }

  /** @param {number[]} drawn */
  function take(drawn) {
    image = drawn;
    change();
  }

  function change() {
    show();
    address.keep(toAddress(image), toAddress(start));
  }

  /** @param {PointerEvent} event */
  function point(event) {
    const box = paper.getBoundingClientRect();
    const row = Math.floor(((event.clientY - box.top) / box.height) * height);
    const column = Math.floor(((event.clientX - box.left) / box.width) * width);
    if (row < 0 || column < 0 || row >= height || column >= width || row * width + column === last) return;
    last = row * width + column;
    place = [row, column];
    mark(!erasing);
  }

  /** @param {KeyboardEvent} event */
  function press(event) {
    const step = STEPS[event.key];
    if (!step && ![" ", "Backspace", "Delete"].includes(event.key)) return;
    event.preventDefault();
    if (!step) return mark(event.key === " ");
    place = [Math.min(height - 1, Math.max(0, place[0] + step[0])), Math.min(width - 1, Math.max(0, place[1] + step[1]))];
    show();
  }

  /** @param {boolean} ink whether to draw or to erase */
  function mark(ink) {
    for (const [down, right] of [[0, 0], ...Object.values(STEPS)]) {
      const [row, column] = [place[0] + down, place[1] + right];
      const own = down === 0 && right === 0;
      if (row < 0 || column < 0 || row >= height || column >= width || (!ink && !own)) continue;
      const at = row * width + column;
      image[at] = ink ? Math.min(1, image[at] + (own ? INK.full : INK.side)) : 0;
    }
    change();
  }

  function show() {
    const steps = forward(layers, image);
    const probabilities = softmax(steps[steps.length - 1].values);
    const order = probabilities.map((_, digit) => digit).sort((a, b) => probabilities[b] - probabilities[a]);
    paint(paper, image, 1);
    if (document.activeElement === paper) outline(paper, place);
    paper.setAttribute("aria-label", `The drawing, ${height} by ${width} pixels. Pixel in row ${place[0]}, column ${place[1]} is ${Math.round(100 * image[place[0] * width + place[1]])} percent bright.`);
    replace(bars, probabilities.map((share, digit) => bar(digit, share, digit === order[0])));
    say(spoken, answer(image, order, probabilities));
    replace(maps, steps.filter(({ layer }) => layer.name in WORDS).map(layerMaps));
  }
}

/** @param {number[]} image @param {number[]} order @param {number[]} probabilities */
function answer(image, order, probabilities) {
  const [first, second] = order.map((digit) => `${digit} with ${(100 * probabilities[digit]).toFixed(1)}%`);
  const empty = image.every((value) => value === 0) ? " The paper is empty: the network has no way to say that it sees no digit." : "";
  return `The network says ${first}, then ${second}.${empty}`;
}

/** @param {number} digit @param {number} share @param {boolean} most */
function bar(digit, share, most) {
  const column = html("span", { class: "cnn-digit__bar" });
  column.style.setProperty("--share", String(share));
  return html("div", most ? { class: "cnn-digit__most" } : {}, column, String(digit));
}

/** @param {Step} step */
function layerMaps({ layer, values }) {
  const [count, rows, columns] = layer.shape;
  const most = Math.max(...values, Number.MIN_VALUE);
  const pictures = Array.from({ length: count }, (_, map) => {
    const picture = canvas("cnn-digit__map", rows, columns);
    paint(picture, values.slice(map * rows * columns, (map + 1) * rows * columns), most);
    return picture;
  });
  const silent = pictures.filter((_, map) => values.slice(map * rows * columns, (map + 1) * rows * columns).every((value) => value === 0)).length;
  const words = `${WORDS[layer.name]}: ${count} maps of ${rows} × ${columns}, largest value ${most.toFixed(2)}, ${silent} all zero`;
  return html("figure", { class: "cnn-digit__layer" }, html("figcaption", {}, words), html("div", { role: "img", "aria-label": words }, pictures));
}

/** @param {string} name @param {() => void} act */
function button(name, act) {
  return html("button", { type: "button", class: "cnn-button", onclick: act }, name);
}

/** @param {string} name @param {number} rows @param {number} columns */
function canvas(name, rows, columns) {
  const size = name === "cnn-digit__paper" ? 24 : 1;
  return /** @type {HTMLCanvasElement} */ (html("canvas", { class: name, width: columns * size, height: rows * size, "data-rows": rows }));
}

/** @param {HTMLCanvasElement} target @param {number[]} values @param {number} most */
function paint(target, values, most) {
  const context = target.getContext("2d");
  if (!context) return;
  const rows = Number(target.dataset.rows);
  const side = target.height / rows;
  const columns = target.width / side;
  values.forEach((value, at) => {
    const gray = Math.round((255 * Math.max(0, value)) / most);
    context.fillStyle = `rgb(${gray} ${gray} ${gray})`;
    context.fillRect((at % columns) * side, Math.floor(at / columns) * side, side, side);
  });
}

/** @param {HTMLCanvasElement} target @param {number[]} place */
function outline(target, [row, column]) {
  const context = target.getContext("2d");
  if (!context) return;
  const side = target.height / Number(target.dataset.rows);
  for (const [inset, color] of /** @type {[number, string][]} */ ([[1, "#000"], [3, "#fff"]])) {
    context.lineWidth = 2;
    context.strokeStyle = color;
    context.strokeRect(column * side + inset, row * side + inset, side - 2 * inset, side - 2 * inset);
  }
}
