// <cnn-player>: a convolution by hand, step by step. The steps are data of a figure (numbers, sums and
// sentences computed by cnnmath); here they are drawn and walked through. Nothing moves unless the reader
// asks.

import { freshId, html, replace, say, svg } from "./dom.js";

const SIDE = 34;
const GAP = 40;
const TOP = 24;
const PACE = 1200; // milliseconds per step

/**
 * @typedef {{output: [number, number], window: [number, number], sum: number, sentence: string}} Step
 * @typedef {{image: number[][], kernel: number[][], padding: number, output: number[][], steps: Step[]}} Steps
 */

export class CnnPlayer extends HTMLElement {
  connectedCallback() {
    const data = this.querySelector("script[type='application/json']");
    if (data && !this.player) this.player = new Player(this, JSON.parse(data.textContent ?? ""));
  }

  disconnectedCallback() {
    this.player?.pause();
  }
}

/** A player at work in its element. */
class Player {
  #at = 0;
  #timer = 0;

  /**
   * @param {HTMLElement} host
   * @param {Steps} steps
   */
  constructor(host, steps) {
    this.steps = steps;
    this.last = steps.steps.length - 1;
    this.picture = html("div", { class: "cnn-player__picture" });
    this.sentence = html("p", { class: "cnn-player__sentence", "aria-live": "polite" });
    this.place = html("output", { class: "cnn-player__place" });
    this.playButton = button("▶", "Play", () => (this.#timer ? this.pause() : this.#play()));
    this.scrub = /** @type {HTMLInputElement} */ (
      html("input", {
        type: "range",
        min: 0,
        max: this.last,
        step: 1,
        "aria-label": "Step",
        oninput: () => this.#go(this.scrub.valueAsNumber),
      })
    );
    const controls = html(
      "div",
      { class: "cnn-player__controls", role: "group", "aria-label": "Steps of the convolution" },
      button("⏮", "First step", () => this.#go(0)),
      button("◀", "Step back", () => this.#go(this.#at - 1)),
      this.playButton,
      button("▶|", "Step forward", () => this.#go(this.#at + 1)),
      this.scrub,
      this.place,
    );
    replace(
      host,
      html("figure", {}, this.picture, controls, this.sentence, host.querySelector("figcaption")),
    );
    host.setAttribute("data-ready", "");
    this.#draw();
  }

  #play() {
    this.#label("❚❚", "Pause");
    this.sentence.setAttribute("aria-live", "off");
    this.#timer = setInterval(() => {
      if (this.#at === this.last) this.pause();
      else this.#set(this.#at + 1);
    }, PACE);
    this.#set(this.#at === this.last ? 0 : this.#at);
  }

  pause() {
    clearInterval(this.#timer);
    this.#timer = 0;
    this.#label("▶", "Play");
    this.sentence.setAttribute("aria-live", "polite");
  }

  /** @param {string} sign @param {string} name */
  #label(sign, name) {
    this.playButton.textContent = sign;
    this.playButton.setAttribute("aria-label", name);
    this.playButton.title = name;
  }

  /** The reader chose a step: whatever was playing stops. @param {number} step */
  #go(step) {
    this.pause();
    this.#set(step);
  }

  /** @param {number} step */
  #set(step) {
    this.#at = Math.min(Math.max(step, 0), this.last);
    this.#draw();
  }

  #draw() {
    replace(this.picture, picture(this.steps, this.#at));
    say(this.sentence, this.steps.steps[this.#at].sentence);
    this.scrub.value = String(this.#at);
    this.scrub.setAttribute("aria-valuetext", `step ${this.#at + 1} of ${this.last + 1}`);
    say(this.place, `${this.#at + 1} / ${this.last + 1}`);
  }
}

/**
 * Image, kernel and output at one step; outputs of later steps are still empty.
 * @param {Steps} steps
 * @param {number} at
 */
function picture({ image, kernel, padding, output, steps }, at) {
  const { window, output: place, sentence } = steps[at];
  const padded = pad(image, padding);
  const done = new Set(steps.slice(0, at + 1).map((step) => step.output.join()));
  const size = (/** @type {number[][]} */ table) => [table[0].length * SIDE, table.length * SIDE];
  const [imageWidth, imageHeight] = size(padded);
  const [kernelWidth, kernelHeight] = size(kernel);
  const [outputWidth, outputHeight] = size(output);
  const height = Math.max(imageHeight, kernelHeight, outputHeight);
  const kernelLeft = imageWidth + GAP;
  const outputLeft = kernelLeft + kernelWidth + GAP;
  const top = (/** @type {number} */ its) => TOP + (height - its) / 2;
  const inImage = (/** @type {number} */ row, /** @type {number} */ column) =>
    row >= padding && row < padding + image.length && column >= padding && column < padding + image[0].length;
  const hatch = freshId("cnn-hatch");
  const sign = (/** @type {number} */ x, /** @type {string} */ mark) =>
    svg("text", { class: "cnn-player__operator", x, y: TOP + height / 2 + 6, "text-anchor": "middle" }, mark);
  return svg(
    "svg",
    {
      class: "cnn-cells",
      role: "img",
      "aria-label": sentence,
      viewBox: `-2 -2 ${outputLeft + outputWidth + 4} ${TOP + height + 4}`,
      width: outputLeft + outputWidth + 4,
      height: TOP + height + 4,
    },
    svg(
      "defs",
      {},
      svg(
        "pattern",
        { id: hatch, width: 5, height: 5, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
        svg("line", { class: "cnn-cells__hatch", x1: 0, y1: 0, x2: 0, y2: 5 }),
      ),
    ),
    grid(
      "image",
      "input",
      padded,
      { left: 0, top: top(imageHeight) },
      (row, column) => (inImage(row, column) ? "input" : "padding"),
      hatch,
    ),
    grid("kernel", "kernel", kernel, { left: kernelLeft, top: top(kernelHeight) }, () => "kernel", hatch),
    grid(
      "output",
      "output",
      output,
      { left: outputLeft, top: top(outputHeight) },
      (row, column) => (done.has(`${row},${column}`) ? "output" : "empty"),
      hatch,
    ),
    outline(window[1] * SIDE, top(imageHeight) + window[0] * SIDE, kernelWidth, kernelHeight),
    outline(outputLeft + place[1] * SIDE, top(outputHeight) + place[0] * SIDE, SIDE, SIDE),
    sign(imageWidth + GAP / 2, "∗"),
    sign(outputLeft - GAP / 2, "="),
  );
}

/**
 * @param {string} name
 * @param {string} meaning
 * @param {number[][]} table
 * @param {{left: number, top: number}} corner
 * @param {(row: number, column: number) => string} role
 * @param {string} hatch
 */
function grid(name, meaning, table, { left, top }, role, hatch) {
  const cells = table.flatMap((line, row) =>
    line.map((value, column) => {
      const [its, box] = [
        role(row, column),
        { x: left + column * SIDE, y: top + row * SIDE, width: SIDE, height: SIDE },
      ];
      return svg(
        "g",
        {},
        svg("rect", { class: `cnn-cells__${its}`, ...box }),
        its === "padding" && svg("rect", { ...box, fill: `url(#${hatch})` }),
        its !== "empty" &&
          svg(
            "text",
            {
              class: "cnn-cells__index",
              x: box.x + SIDE / 2,
              y: box.y + SIDE / 2 + 4.5,
              "text-anchor": "middle",
            },
            String(value).replace("-", "−"),
          ),
      );
    }),
  );
  return svg(
    "g",
    {},
    svg("text", { class: `cnn-cells__${meaning}-heading`, x: left, y: top - 8 }, name),
    cells,
  );
}

/** @param {number} x @param {number} y @param {number} width @param {number} height */
function outline(x, y, width, height) {
  return svg("rect", { class: "cnn-player__outline", x, y, width, height });
}

/** @param {number[][]} image @param {number} padding */
function pad(image, padding) {
  const side = Array(padding).fill(0);
  const lines = image.map((line) => [...side, ...line, ...side]);
  const edge = () => Array(lines[0].length).fill(0);
  return [...Array.from({ length: padding }, edge), ...lines, ...Array.from({ length: padding }, edge)];
}

/** @param {string} sign @param {string} name @param {() => void} onclick */
function button(sign, name, onclick) {
  return html(
    "button",
    { type: "button", class: "cnn-button cnn-button--icon", "aria-label": name, title: name, onclick },
    sign,
  );
}
