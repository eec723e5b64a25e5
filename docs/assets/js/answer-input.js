// The ways to give an answer: a line of text, one of several options, an order. Each is a small object with
// an element, a value as the grader reads it, and a callback for changes. No grading here.

import { freshId, html } from "./dom.js";
import { line } from "./rich.js";

/**
 * @typedef {{kind: string} & Record<string, any>} Field what `cnnmath.practice` says it needs
 * @typedef {{element: HTMLElement, text: HTMLInputElement | HTMLTextAreaElement | null, value: () => string,
 *   set: (value: string) => void, focus: () => void}} AnswerInput `text` is the text field, if it is one
 */

const SYMBOLS = [
  { shown: "⌊ ⌋", before: "⌊", after: "⌋", name: "floor brackets" },
  { shown: "⌈ ⌉", before: "⌈", after: "⌉", name: "ceiling brackets" },
  { shown: "( )", before: "(", after: ")", name: "brackets" },
  { shown: "·", before: "*", after: "", name: "times" },
  { shown: "/", before: "/", after: "", name: "divided by" },
  { shown: "^", before: "^", after: "", name: "to the power of" },
];
const KEYBOARDS = /** @type {Record<string, string>} */ ({ integer: "numeric" });

/**
 * @param {Field} field
 * @param {() => void} changed
 * @returns {AnswerInput}
 */
export function answerInput(field, changed) {
  if (field.kind === "choice") return choice(field, changed);
  if (field.kind === "ordering") return ordering(field, changed);
  return text(field, changed);
}

/** @param {Field} field @param {() => void} changed @returns {AnswerInput} */
function text(field, changed) {
  const id = freshId("cnn-answer");
  const lines = field.kind === "code" ? 8 : (field.rows ?? 1);
  const many = lines > 1;
  const input = /** @type {HTMLInputElement} */ (
    html(many ? "textarea" : "input", {
      id,
      class: "cnn-input",
      rows: many && lines,
      type: !many && "text",
      inputmode: KEYBOARDS[field.kind] ?? "text",
      enterkeyhint: "go",
      autocomplete: "off",
      autocapitalize: "none",
      autocorrect: "off",
      spellcheck: "false",
      placeholder: field.placeholder ?? null,
      oninput: changed,
    })
  );
  const label = html("label", { for: id, class: "cnn-exercise__label" }, field.label ?? "Your answer");
  return {
    element: html("div", { class: "cnn-answer" }, label, input, field.kind === "formula" && symbols(input)),
    text: input,
    value: () => input.value,
    set(value) {
      input.value = value;
    },
    focus: () => input.focus(),
  };
}

/**
 * Buttons for what phone keyboards hide; the field keeps the focus.
 * @param {HTMLInputElement} input
 */
function symbols(input) {
  const buttons = SYMBOLS.map(({ shown, before, after, name }) =>
    html(
      "button",
      {
        type: "button",
        "aria-label": name,
        onpointerdown: hold,
        onclick: () => insert(input, before, after),
      },
      shown,
    ),
  );
  return html("div", { class: "cnn-symbols", role: "group", "aria-label": "Symbols" }, buttons);
}

/** @param {Event} event */
function hold(event) {
  event.preventDefault();
}

/** @param {HTMLInputElement} input @param {string} before @param {string} after */
function insert(input, before, after) {
  const [start, end] = [input.selectionStart ?? input.value.length, input.selectionEnd ?? input.value.length];
  const inside = input.value.slice(start, end);
  input.setRangeText(before + inside + after, start, end, "end");
  if (after && !inside) input.setSelectionRange(start + before.length, start + before.length);
  input.focus();
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

/** @param {Field} field @param {() => void} changed @returns {AnswerInput} */
function choice(field, changed) {
  const group = freshId("cnn-choice");
  /** @type {HTMLInputElement[]} */
  const radios = [];
  const options = field.options.map((/** @type {any} */ option) => {
    const radio = /** @type {HTMLInputElement} */ (
      html("input", { type: "radio", name: group, value: option.key, onchange: changed })
    );
    radios.push(radio);
    return html("label", { class: "cnn-option" }, radio, html("span", {}, words(option.text)));
  });
  return {
    element: html(
      "fieldset",
      { class: "cnn-answer cnn-answer--choice" },
      html("legend", { class: "cnn-exercise__label" }, "Your answer"),
      options,
    ),
    text: null,
    value: () => radios.find((radio) => radio.checked)?.value ?? "",
    set(value) {
      for (const radio of radios) radio.checked = radio.value === value;
    },
    focus: () => (radios.find((radio) => radio.checked) ?? radios[0]).focus(),
  };
}

/** @param {Field} field @param {() => void} changed @returns {AnswerInput} */
function ordering(field, changed) {
  const list = html("ol", { class: "cnn-order" });
  const spoken = html("div", { class: "cnn-hidden", role: "status", "aria-live": "polite" });
  const items = field.items.map((/** @type {any} */ item) => {
    const entry = html("li", { "data-key": item.key });
    const move = (/** @type {string} */ arrow, /** @type {string} */ name, /** @type {number} */ step) =>
      html(
        "button",
        {
          type: "button",
          class: "cnn-order__move",
          "aria-label": name,
          onclick: (/** @type {Event} */ event) =>
            shift(entry, step, /** @type {HTMLElement} */ (event.currentTarget)),
        },
        arrow,
      );
    entry.append(
      html("span", { class: "cnn-order__text" }, words(item.text)),
      move("↑", "Move up", -1),
      move("↓", "Move down", 1),
    );
    return entry;
  });
  list.append(...items);

  /** @param {HTMLElement} entry @param {number} step @param {HTMLElement} button */
  function shift(entry, step, button) {
    const other = step < 0 ? entry.previousElementSibling : entry.nextElementSibling;
    if (!other) return;
    if (step < 0) other.before(entry);
    else other.after(entry);
    button.focus();
    spoken.textContent = `Now at place ${[...list.children].indexOf(entry) + 1} of ${list.children.length}.`;
    changed();
  }

  return {
    element: html(
      "div",
      { class: "cnn-answer cnn-answer--order", role: "group", "aria-label": "Your order" },
      html("p", { class: "cnn-exercise__label" }, "Your order, first at the top"),
      list,
      spoken,
    ),
    text: null,
    value: () => [...list.children].map((entry) => /** @type {HTMLElement} */ (entry).dataset.key).join(", "),
    set(value) {
      const wanted = value.split(/[\s,]+/);
      const sorted = [...items].sort(
        (one, other) => wanted.indexOf(one.dataset.key) - wanted.indexOf(other.dataset.key),
      );
      list.append(...sorted);
    },
    focus: () => list.querySelector("button")?.focus(),
  };
}

/**
 * The words of an option, without the paragraph around them.
 * @param {import("./rich.js").Block[]} blocks
 */
function words(blocks) {
  return blocks.flatMap((block) => line(block.inlines ?? []));
}
