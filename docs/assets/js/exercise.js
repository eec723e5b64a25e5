// <cnn-exercise data-question="…" data-seed="…">: one exercise of the book, from the prompt that the page brings
// along to the verdict. Python (runner.js) reads, grades and words everything; progress.js remembers it. Without
// scripts the prompt and its solution stay as the book printed them.

import { answerInput } from "./answer-input.js";
import { html, replace, say } from "./dom.js";
import { pointer, verdictView } from "./feedback.js";
import { typeset } from "./mathematics.js";
import { progress } from "./progress.js";
import { rich } from "./rich.js";
import { runner } from "./runner.js";

const PREVIEW_DELAY = 150; // milliseconds after the last key
const SPEECH_DELAY = 1200; // before the reading is spoken: not while the reader types
const PATIENCE = 250; // before it is said that Python is still starting
const OWN_LEGEND = new Set(["choice", "ordering"]); // kinds whose input shows the options itself

/**
 * @typedef {{name: string, seed: number, title: string, points: number, prompt: import("./rich.js").Block[],
 *   legend: import("./rich.js").Block[], input: import("./answer-input.js").Field, hints: number}} Question
 */

export class CnnExercise extends HTMLElement {
  /** @type {Question | null} */
  #question = null;
  /** @type {import("./answer-input.js").AnswerInput | null} */
  #input = null;
  #hints = 0;
  #timer = 0;
  #speech = 0;
  #request = 0; // of two verdicts on the way, the newer counts
  /** @type {HTMLElement | null} the worked solution that the book printed, for the variant that it printed */
  #printed = null;
  /** @type {Element | null} */
  #set = null;

  get name() {
    return this.dataset.question ?? "";
  }

  get points() {
    return Number(this.dataset.points ?? this.#question?.points ?? 1);
  }

  /** The width for drawings inside the feedback. */
  get #space() {
    return Math.max((this.state?.parentElement?.clientWidth ?? 0) - 48, 200);
  }

  connectedCallback() {
    progress.addEventListener("change", this.#showState);
    this.#set = this.closest("cnn-exercise-set");
    for (const event of ["cnn-import", "cnn-reset"]) this.#set?.addEventListener(event, this.#again);
    if (this.hasAttribute("data-ready")) return;
    const printed = this.querySelector("script[type='application/json']");
    if (!printed || !this.name) return; // nothing to build on: the page stays as printed
    this.setAttribute("data-ready", "");
    this.#build(/** @type {Question} */ (JSON.parse(printed.textContent ?? "")));
    this.addEventListener("focusin", this.#wake, { once: true });
    prefetchWhenIdle();
  }

  disconnectedCallback() {
    progress.removeEventListener("change", this.#showState);
    for (const event of ["cnn-import", "cnn-reset"]) this.#set?.removeEventListener(event, this.#again);
  }

  /** @param {Question} question as printed in the page */
  #build(question) {
    this.#printed = this.querySelector(".cnn-exercise__solution");
    const prompt = this.querySelector(".cnn-exercise__prompt");
    const legend = this.querySelector(".cnn-exercise__legend");
    this.prompt = html("div", { class: "cnn-exercise__prompt" }, ...(prompt?.childNodes ?? rich(question.prompt)));
    this.legend = html("div", { class: "cnn-exercise__legend" }, ...(legend?.childNodes ?? rich(question.legend)));
    this.state = html("p", { class: "cnn-exercise__state" });
    this.answer = html("div", { class: "cnn-exercise__answer" });
    this.echo = html("div", { class: "cnn-exercise__echo" });
    this.spoken = html("div", { class: "cnn-hidden", role: "status", "aria-live": "polite" });
    this.waiting = html("p", { class: "cnn-exercise__waiting", role: "status" });
    this.verdict = html("div", { class: "cnn-exercise__feedback", role: "status", "aria-live": "polite" });
    this.hints = html("ol", { class: "cnn-exercise__hints", "aria-live": "polite" });
    this.solution = html("div", { class: "cnn-exercise__worked", "aria-live": "polite" });
    this.hintButton = /** @type {HTMLButtonElement} */ (button("Hint", () => this.#hint()));
    this.solutionButton = /** @type {HTMLButtonElement} */ (button("Solution", () => this.#solution()));
    this.seed = html("code", {});
    replace(
      this,
      html("div", { class: "cnn-exercise__head" }, html("h3", { class: "cnn-exercise__title" }, question.title), this.state),
      this.prompt,
      this.legend,
      html(
        "form",
        { novalidate: true, onsubmit: (/** @type {Event} */ event) => this.#submit(event) },
        this.answer,
        this.echo,
        this.spoken,
        html(
          "div",
          { class: "cnn-exercise__actions" },
          html("button", { type: "submit", class: "cnn-button cnn-button--main" }, "Check"),
          this.hintButton,
          this.solutionButton,
          button("Next variant", () => this.#next()),
          this.#seedNote(),
        ),
      ),
      this.waiting,
      this.verdict,
      this.hints,
      this.solution,
    );
    this.#show(question);
    const chosen = progress.question(this.name).seed;
    if (chosen !== null && chosen !== question.seed) this.#fetch(chosen);
  }

  #seedNote() {
    return html(
      "details",
      { class: "cnn-exercise__seed" },
      html("summary", {}, "Seed"),
      html("p", {}, "The same variant in a terminal: ", this.seed),
    );
  }

  /**
   * Put a variant on show; the one that the page printed keeps its typeset prompt.
   * @param {Question} question
   */
  #show(question) {
    const same = this.#question === null || this.#question === question;
    this.#question = question;
    this.#hints = 0;
    this.#request += 1;
    if (!same) {
      replace(/** @type {Element} */ (this.prompt), rich(question.prompt));
      replace(/** @type {Element} */ (this.legend), rich(question.legend));
      this.#printed = null;
    }
    /** @type {HTMLElement} */ (this.legend).hidden = OWN_LEGEND.has(question.input.kind);
    this.setAttribute("data-kind", question.input.kind);
    for (const part of [this.echo, this.verdict, this.hints, this.solution, this.waiting]) replace(/** @type {Element} */ (part));
    this.#input = answerInput(question.input, () => this.#changed());
    replace(/** @type {Element} */ (this.answer), this.#input.element);
    const { variants, drafts } = progress.question(this.name);
    const typed = drafts?.[question.seed] ?? variants[question.seed]?.answer;
    if (typed) this.#input.set(typed);
    this.solutionButton.disabled = false;
    say(/** @type {Element} */ (this.seed), `cnnmath question ${question.name} --seed ${question.seed}`);
    this.#showState();
  }

  /** Answers came from a file, or were forgotten: begin this variant again. */
  #again = () => {
    if (this.#question) this.#show(this.#question);
  };

  #showState = () => {
    if (!this.#question || !this.state) return;
    const { variants } = progress.question(this.name);
    const attempts = Object.values(variants).reduce((sum, variant) => sum + variant.attempts, 0);
    const best = progress.best(this.name);
    const parts = [`${this.points} ${this.points === 1 ? "point" : "points"}`];
    if (attempts > 0) parts.push(`${attempts} ${attempts === 1 ? "attempt" : "attempts"}`);
    if (best?.score === 1) parts.push("solved ✓");
    else if (best && best.score > 0) parts.push("partly solved");
    say(this.state, parts.join(" · "));
    this.toggleAttribute("data-solved", best?.score === 1);
    this.hintButton.disabled = this.#hints >= this.#question.hints;
    say(this.hintButton, this.#hints > 0 && this.#question.hints > 0 ? `Hint (${this.#hints} of ${this.#question.hints})` : "Hint");
  };

  #wake = () => {
    runner.start().catch((error) => this.#trouble(error));
  };

  #changed() {
    if (!this.#question) return;
    progress.draft(this.name, this.#question.seed, /** @type {any} */ (this.#input).value());
    if (!this.#input?.text) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#preview(), PREVIEW_DELAY);
  }

  async #preview() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    const echo = /** @type {HTMLElement} */ (this.echo);
    const answer = /** @type {any} */ (this.#input).value();
    const reply = await this.#ask({ do: "preview", answer }, { key: `preview ${this.name}`, quiet: true });
    if (!reply || answer !== this.#input?.value()) return;
    clearTimeout(this.#speech);
    this.#speech = setTimeout(() => say(/** @type {Element} */ (this.spoken), spoken(reply)), SPEECH_DELAY);
    if (reply.valid && !reply.latex && reply.text === answer.trim()) {
      replace(echo); // nothing to add to what stands in the field
    } else if (reply.valid) {
      const shown = html("span", { class: "cnn-math" });
      if (reply.latex) typeset(shown, reply.latex, { text: reply.text });
      else shown.textContent = reply.text;
      replace(echo, html("p", {}, html("span", { class: "cnn-exercise__read" }, "Read as "), shown), notes(reply.notes));
    } else if (reply.valid === false) {
      replace(echo, reply.span && pointer(answer, reply.span), html("p", { class: "cnn-exercise__problem" }, reply.message));
    } else {
      replace(echo);
    }
  }

  /** @param {Event} event */
  async #submit(event) {
    event.preventDefault();
    if (this.#timer) this.#preview(); // what was read is shown with the verdict, not after it
    const { seed, input } = /** @type {Question} */ (this.#question);
    const answer = /** @type {any} */ (this.#input).value();
    this.#request += 1;
    const request = this.#request;
    const reply = await this.#ask({ do: "grade", answer });
    if (!reply || request !== this.#request) return;
    const { verdict } = reply;
    replace(/** @type {Element} */ (this.verdict), verdictView(verdict, answer, { names: input.names, space: this.#space }));
    if (verdict.status === "invalid" || verdict.status === "undecided") return; // costs no attempt
    progress.record(this.name, seed, { answer, status: verdict.status, score: verdict.score });
    if (verdict.status === "correct") this.#solution();
  }

  async #hint() {
    const reply = await this.#ask({ do: "hint", index: this.#hints });
    if (!reply) return;
    this.#hints = reply.index + 1;
    /** @type {Element} */ (this.hints).append(html("li", {}, rich(reply.hint)));
    this.#showState();
  }

  async #solution() {
    const place = /** @type {Element} */ (this.solution);
    if (place.childNodes.length > 0) return;
    this.solutionButton.disabled = true;
    if (this.#printed) {
      const printed = /** @type {Element} */ (this.#printed.cloneNode(true));
      printed.querySelector("summary")?.remove();
      replace(place, ...printed.childNodes);
    } else {
      const reply = await this.#ask({ do: "solution" });
      if (reply) replace(place, rich(reply.solution));
      else this.solutionButton.disabled = false;
    }
    if (place.childNodes.length > 0) place.prepend(html("p", { class: "cnn-exercise__label" }, "Worked solution"));
  }

  async #next() {
    const { seed } = /** @type {Question} */ (this.#question);
    if (await this.#fetch(seed + 1)) this.#input?.focus();
  }

  /** @param {number} seed */
  async #fetch(seed) {
    const question = await this.#ask({ do: "question", seed });
    if (!question) return false;
    progress.choose(this.name, seed);
    this.#show(question);
    return true;
  }

  /**
   * Ask Python about this variant; trouble is told below the form, and then there is no reply.
   * @param {{do: string} & Record<string, unknown>} request
   * @param {{key?: string, quiet?: boolean}} [options]
   */
  async #ask(request, { key, quiet = false } = {}) {
    const { name, seed } = /** @type {Question} */ (this.#question);
    const patience = setTimeout(() => this.#announceStart(), PATIENCE);
    try {
      const reply = await runner.call({ name, seed, ...request }, key);
      if (!reply.ok) throw new Error(reply.error);
      replace(/** @type {Element} */ (this.waiting));
      return reply;
    } catch (error) {
      const code = /** @type {any} */ (error).code;
      if (code !== "replaced" && !(quiet && code === "timeout")) this.#trouble(/** @type {Error} */ (error));
      return null;
    } finally {
      clearTimeout(patience);
    }
  }

  #announceStart() {
    if (runner.phase === "ready") return;
    const place = /** @type {Element} */ (this.waiting);
    say(place, "Starting Python (the first time, it has to be fetched) …");
    runner.start().then(() => replace(place), () => {});
  }

  /** @param {Error & {code?: string}} error */
  #trouble(error) {
    const terminal = html("code", {}, /** @type {Element} */ (this.seed).textContent);
    const inTheWay = error.code !== "timeout" && error.code !== "crash" && error.code !== undefined;
    replace(
      /** @type {Element} */ (this.waiting),
      error.message,
      " ",
      inTheWay && ["What you typed is kept. You can also practice in a terminal: ", terminal],
    );
  }
}

/** @param {string} text @param {() => void} onclick */
function button(text, onclick) {
  return html("button", { type: "button", class: "cnn-button", onclick }, text);
}

/**
 * How the typed text was read, in words.
 * @param {{valid: boolean | null, words?: string, text?: string, message?: string}} reply
 */
function spoken({ valid, words, text, message }) {
  if (valid === null) return "";
  return valid ? `Read as ${words ?? text}` : (message ?? "");
}

/** @param {{message: string}[]} remarks */
function notes(remarks) {
  return remarks.map(({ message }) => html("p", { class: "cnn-exercise__note" }, message));
}

let prefetched = false;

/** Fetch Python's files when the page has nothing else to do, unless the reader saves data. */
function prefetchWhenIdle() {
  const connection = /** @type {any} */ (navigator).connection;
  if (prefetched || connection?.saveData || /2g/.test(connection?.effectiveType ?? "")) return;
  prefetched = true;
  const whenIdle = window.requestIdleCallback ?? ((/** @type {() => void} */ task) => setTimeout(task, 1500));
  const go = () => whenIdle(() => runner.prefetch(), { timeout: 5000 });
  if (document.readyState === "complete") go();
  else window.addEventListener("load", go, { once: true });
}
