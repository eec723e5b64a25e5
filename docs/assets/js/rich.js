// Turns the rich text of questions and verdicts (plain data from cnnmath.practice) into elements. Texts
// become text nodes; formulas arrive as LaTeX printed by cnnmath's own parser.

import { drawing } from "./cells.js";
import { html } from "./dom.js";
import { formula, typeset } from "./mathematics.js";

/**
 * @typedef {{text?: string, strong?: string, code?: string, math?: string}} Inline
 * @typedef {{kind: string} & Record<string, any>} Block
 */

/**
 * @param {Block[]} blocks
 * @returns {Node[]}
 */
export function rich(blocks) {
  return blocks.map((block) => (BLOCKS[block.kind] ?? unknown)(block));
}

/**
 * @param {Inline[]} inlines
 * @returns {Node[]}
 */
export function line(inlines) {
  return inlines.map((inline) => {
    if (inline.math !== undefined) return formula(inline.math, inline.text ?? inline.math);
    if (inline.strong !== undefined) return html("strong", {}, inline.strong);
    if (inline.code !== undefined) return html("code", {}, inline.code);
    return document.createTextNode(inline.text ?? "");
  });
}

/** @type {Record<string, (block: Block) => Node>} */
const BLOCKS = { paragraph, list, code, table, cells };

/** @param {Block} block */
function paragraph({ inlines }) {
  if (inlines.length === 1 && inlines[0].math !== undefined) {
    const shown = html("div", { class: "cnn-math cnn-math--display" });
    typeset(shown, inlines[0].math, { text: inlines[0].text, display: true });
    return shown;
  }
  return html("p", {}, ...line(inlines));
}

/** @param {Block} block */
function list({ ordered, items }) {
  return html(
    ordered ? "ol" : "ul",
    {},
    items.map((/** @type {Inline[]} */ item) => html("li", {}, ...line(item))),
  );
}

/** @param {Block} block */
function code({ text }) {
  return html("pre", { tabindex: "0" }, html("code", {}, text));
}

/** @param {Block} block */
function table({ rows }) {
  const row = (/** @type {string[]} */ cells) =>
    html(
      "tr",
      {},
      cells.map((cell) => html("td", {}, cell)),
    );
  return html("table", { class: "cnn-grid" }, html("tbody", {}, rows.map(row)));
}

/** @param {Block} block */
function cells({ size, before, after, windows, caption }) {
  return html(
    "figure",
    { class: "cnn-cells-figure" },
    drawing({ size, before, after, windows }),
    caption && html("figcaption", {}, caption),
  );
}

/** @param {Block} block */
function unknown(block) {
  return html("p", {}, String(block.text ?? ""));
}
