// How an exercise looks: builds its elements once and says how a reading is shown. What happens is
// exercise.js's business, what a verdict looks like feedback.js's.

import { pointer } from "./feedback.js";
import { html, replace } from "./dom.js";
import { typeset } from "./mathematics.js";
import { rich } from "./rich.js";

/**
 * @typedef {ReturnType<typeof exerciseView>} ExerciseView
 * @typedef {{valid: boolean | null, latex?: string, words?: string, text?: string, notes?: {message: string}[],
 *   message?: string, span?: [number, number] | null}} Reading how an answer is read so far
 */

/**
 * Put the elements of an exercise into its host, keeping the prompt that the book typeset.
 * @param {HTMLElement} host
 * @param {import("./exercise.js").Question} question
 * @param {{submit: () => void, hint: () => void, solution: () => void, next: () => void}} actions
 */
export function exerciseView(host, question, actions) {
  const printed = host.querySelector(".cnn-exercise__solution");
  const view = {
    prompt: part(
      "div",
      "prompt",
      host.querySelector(".cnn-exercise__prompt")?.childNodes ?? rich(question.prompt),
    ),
    legend: part(
      "div",
      "legend",
      host.querySelector(".cnn-exercise__legend")?.childNodes ?? rich(question.legend),
    ),
    state: part("p", "state"),
    answer: part("div", "answer"),
    echo: part("div", "echo"),
    spoken: html("div", { class: "cnn-hidden", role: "status", "aria-live": "polite" }),
    waiting: html("p", { class: "cnn-exercise__waiting", role: "status" }),
    verdict: html("div", { class: "cnn-exercise__feedback", role: "status", "aria-live": "polite" }),
    hints: html("ol", { class: "cnn-exercise__hints", "aria-live": "polite" }),
    worked: html("div", { class: "cnn-exercise__worked", "aria-live": "polite" }),
    hintButton: button("Hint", actions.hint),
    solutionButton: button("Solution", actions.solution),
    seed: html("code", {}),
    /** The worked solution as the book typeset it, for the variant that it printed. */
    printedSolution: printed ? [...printed.childNodes].filter((node) => node.nodeName !== "SUMMARY") : null,
  };
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    actions.submit();
  };
  const buttons = html(
    "div",
    { class: "cnn-exercise__actions" },
    html("button", { type: "submit", class: "cnn-button cnn-button--main" }, "Check"),
    view.hintButton,
    view.solutionButton,
    button("Next variant", actions.next),
    html(
      "details",
      { class: "cnn-exercise__seed" },
      html("summary", {}, "Seed"),
      html("p", {}, "The same variant in a terminal: ", view.seed),
    ),
  );
  replace(
    host,
    html(
      "div",
      { class: "cnn-exercise__head" },
      html("h3", { class: "cnn-exercise__title" }, question.title),
      view.state,
    ),
    view.prompt,
    view.legend,
    html(
      "form",
      { novalidate: true, onsubmit: submit, onkeydown: submitByKeys },
      view.answer,
      view.echo,
      view.spoken,
      buttons,
    ),
    view.waiting,
    view.verdict,
    view.hints,
    view.worked,
  );
  return view;
}

/** Enter makes a new line where there are several; with Ctrl or Command it checks. */
function submitByKeys(/** @type {KeyboardEvent} */ event) {
  const field = /** @type {HTMLElement} */ (event.target);
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && field.tagName === "TEXTAREA") {
    /** @type {HTMLFormElement} */ (event.currentTarget).requestSubmit();
  }
}

/**
 * What was read so far, or where and why it cannot be read; nothing where it would repeat the field.
 * @param {Reading} reading
 * @param {string} answer
 * @returns {import("./dom.js").Child[]}
 */
export function readingView({ valid, latex, text = "", notes = [], message = "", span }, answer) {
  if (valid === null || (valid && !latex && text === answer.trim())) return [];
  if (!valid) return [span && pointer(answer, span), html("p", { class: "cnn-exercise__problem" }, message)];
  const shown = html("span", { class: "cnn-math" }, text);
  if (latex) typeset(shown, latex, { text });
  return [
    html("p", {}, html("span", { class: "cnn-exercise__read" }, "Read as "), shown),
    ...notes.map((note) => html("p", { class: "cnn-exercise__note" }, note.message)),
  ];
}

/**
 * The same, to be spoken.
 * @param {Reading} reading
 */
export function readingWords({ valid, words, text, message = "" }) {
  if (valid === null) return "";
  return valid ? `Read as ${words ?? text}` : message;
}

/**
 * @param {string} tag
 * @param {string} name
 * @param {Iterable<Node>} [content]
 */
function part(tag, name, content = []) {
  return html(tag, { class: `cnn-exercise__${name}` }, ...content);
}

/** @param {string} text @param {() => void} onclick */
function button(text, onclick) {
  return /** @type {HTMLButtonElement} */ (
    html("button", { type: "button", class: "cnn-button", onclick }, text)
  );
}
