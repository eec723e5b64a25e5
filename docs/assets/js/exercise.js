// <cnn-exercise data-question="…" data-seed="…">: one exercise of the book, from the prompt that the page
// brings along to the verdict. Python (runner.js) reads, grades and words everything; progress.js remembers
// it. Without scripts the prompt and its solution stay as the book printed them.

import { answerInput } from "./answer-input.js";
import { html, replace, say } from "./dom.js";
import { exerciseView, readingView, readingWords } from "./exercise-view.js";
import { verdictView } from "./feedback.js";
import { progress } from "./progress.js";
import { rich } from "./rich.js";
import { fetchAhead, runner } from "./runner.js";
import { plural } from "./windows.js";

const PREVIEW_DELAY = 150; // milliseconds after the last key
const SPEECH_DELAY = 1200; // before the reading is spoken: not while the reader types
const PATIENCE = 250; // before it is said that Python is still starting
const OWN_LEGEND = new Set(["choice", "ordering"]); // kinds whose input shows the options itself
const FRAME_EVENTS = ["cnn-import", "cnn-reset"]; // of the set around the exercise

/**
 * @typedef {{name: string, seed: number, title: string, points: number, prompt: import("./rich.js").Block[],
 *   legend: import("./rich.js").Block[], input: import("./answer-input.js").Field, hints: number}} Question
 */

export class CnnExercise extends HTMLElement {
  connectedCallback() {
    const printed = this.querySelector("script[type='application/json']");
    if (printed && !this.exercise) {
      this.exercise = new Exercise(this, JSON.parse(printed.textContent ?? ""));
      fetchAhead();
    }
    this.exercise?.listen(this.closest("cnn-exercise-set"));
  }

  disconnectedCallback() {
    this.exercise?.leave();
  }
}

/** An exercise at work in its element. */
class Exercise {
  #hints = 0;
  #timer = 0;
  #speech = 0;
  #submitted = 0; // of two verdicts on the way, the newer counts
  /** @type {Element | null} */
  #frame = null;

  /**
   * @param {HTMLElement} host
   * @param {Question} question as the book printed it
   */
  constructor(host, question) {
    this.host = host;
    this.printed = question;
    this.question = question;
    this.points = Number(host.dataset.points ?? question.points);
    this.view = exerciseView(host, question, {
      submit: () => this.#submit(),
      hint: () => this.#hint(),
      solution: () => this.#solve(),
      next: () => this.#next(),
    });
    this.input = this.#show(question);
    host.setAttribute("data-ready", "");
    host.addEventListener("focusin", () => runner.start().catch((error) => this.#trouble(error)), {
      once: true,
    });
    const chosen = progress.question(question.name).seed;
    if (chosen !== null && chosen !== question.seed) this.#fetch(chosen);
  }

  /** @param {Element | null} frame the set around the exercise */
  listen(frame) {
    this.#frame = frame;
    progress.addEventListener("change", this.#showState);
    for (const event of FRAME_EVENTS) frame?.addEventListener(event, this.#again);
    this.#showState();
  }

  leave() {
    progress.removeEventListener("change", this.#showState);
    for (const event of FRAME_EVENTS) this.#frame?.removeEventListener(event, this.#again);
  }

  /** Answers came from a file, or were forgotten: begin this variant again. */
  #again = () => {
    this.input = this.#show(this.question);
  };

  /**
   * Put a variant on show; the one that the page printed keeps its typeset prompt.
   * @param {Question} question
   */
  #show(question) {
    const { view } = this;
    if (question !== this.question) {
      replace(view.prompt, rich(question.prompt));
      replace(view.legend, rich(question.legend));
    }
    this.question = question;
    this.#hints = 0;
    this.#submitted += 1;
    view.legend.hidden = OWN_LEGEND.has(question.input.kind);
    this.host.setAttribute("data-kind", question.input.kind);
    for (const part of [view.echo, view.verdict, view.hints, view.worked, view.waiting]) replace(part);
    view.solutionButton.disabled = false;
    say(view.seed, `cnnmath question ${question.name} --seed ${question.seed}`);
    const input = answerInput(question.input, () => this.#changed());
    replace(view.answer, input.element);
    const { variants, drafts } = progress.question(question.name);
    const typed = drafts?.[question.seed] ?? variants[question.seed]?.answer;
    if (typed) input.set(typed);
    this.#showState();
    return input;
  }

  #showState = () => {
    const { name, hints } = this.question;
    const { variants } = progress.question(name);
    const best = progress.best(name);
    const attempts = Object.values(variants).reduce((sum, variant) => sum + variant.attempts, 0);
    const parts = [plural(this.points, "point")];
    if (attempts > 0) parts.push(plural(attempts, "attempt"));
    if (best?.score === 1) parts.push("solved ✓");
    else if (best && best.score > 0) parts.push("partly solved");
    say(this.view.state, parts.join(" · "));
    this.host.toggleAttribute("data-solved", best?.score === 1);
    this.view.hintButton.disabled = this.#hints >= hints;
    say(this.view.hintButton, this.#hints > 0 ? `Hint (${this.#hints} of ${hints})` : "Hint");
  };

  #changed() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#preview(), PREVIEW_DELAY);
  }

  async #preview() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    const answer = this.input.value();
    progress.draft(this.question.name, this.question.seed, answer);
    if (!this.input.text) return;
    const reading = await this.#ask({ do: "preview", answer }, `preview ${this.question.name}`);
    if (!reading || answer !== this.input.value()) return;
    replace(this.view.echo, readingView(reading, answer));
    clearTimeout(this.#speech);
    this.#speech = setTimeout(() => say(this.view.spoken, readingWords(reading)), SPEECH_DELAY);
  }

  async #submit() {
    if (this.#timer) this.#preview(); // what was read is shown with the verdict, not after it
    const { name, seed, input } = this.question;
    const answer = this.input.value();
    this.#submitted += 1;
    const submitted = this.#submitted;
    const reply = await this.#ask({ do: "grade", answer });
    if (!reply || submitted !== this.#submitted) return;
    const { verdict } = reply;
    const space = Math.max(this.view.prompt.clientWidth - 48, 200); // the verdict's bar and sign stand beside
    replace(this.view.verdict, verdictView(verdict, answer, { names: input.names, space }));
    if (verdict.status === "invalid" || verdict.status === "undecided") return; // costs no attempt
    progress.record(name, seed, { answer, status: verdict.status, score: verdict.score });
    if (verdict.status === "correct") this.#solve();
  }

  async #hint() {
    this.view.hintButton.disabled = true; // until the hint is there: a second click must not ask for the same
    const reply = await this.#ask({ do: "hint", index: this.#hints });
    if (reply) {
      this.#hints = reply.index + 1;
      this.view.hints.append(html("li", {}, rich(reply.hint)));
    }
    this.#showState();
  }

  async #solve() {
    const { solutionButton, worked, printedSolution } = this.view;
    if (solutionButton.disabled) return; // it is there already, or on its way
    solutionButton.disabled = true;
    const asPrinted = this.question === this.printed && printedSolution;
    const solution = asPrinted
      ? asPrinted.map((node) => node.cloneNode(true))
      : rich((await this.#ask({ do: "solution" }))?.solution ?? []);
    solutionButton.disabled = solution.length > 0;
    if (solution.length > 0)
      replace(worked, html("p", { class: "cnn-exercise__label" }, "Worked solution"), ...solution);
  }

  async #next() {
    if (await this.#fetch(this.question.seed + 1)) this.input.focus();
  }

  /** @param {number} seed */
  async #fetch(seed) {
    const question = await this.#ask({ do: "question", seed });
    if (!question) return false;
    progress.choose(question.name, seed);
    this.input = this.#show(question);
    return true;
  }

  /**
   * Ask Python about this variant. There is no reply if another variant is on show by then, if a newer request of
   * the same key took its place, or in trouble, which is told below the form.
   * @param {{do: string} & Record<string, unknown>} request
   * @param {string} [key]
   */
  async #ask(request, key) {
    const asked = this.question;
    const patience = setTimeout(() => this.#announceStart(), PATIENCE);
    try {
      const reply = await runner.call({ name: asked.name, seed: asked.seed, ...request }, key);
      if (!reply.ok) throw new Error(reply.error);
      replace(this.view.waiting);
      return asked === this.question ? reply : null;
    } catch (error) {
      if (/** @type {any} */ (error).code !== "replaced") this.#trouble(/** @type {Error} */ (error));
      return null;
    } finally {
      clearTimeout(patience);
    }
  }

  #announceStart() {
    if (runner.phase === "ready") return;
    say(this.view.waiting, "Starting Python (the first time, it has to be fetched) …");
    runner.start().then(
      () => replace(this.view.waiting),
      () => {},
    );
  }

  /** @param {Error & {code?: string}} error */
  #trouble(error) {
    const cannot = error.code !== undefined && error.code !== "timeout" && error.code !== "crash";
    replace(
      this.view.waiting,
      error.message,
      cannot && [
        " What you typed is kept. You can also practice in a terminal: ",
        html("code", {}, this.view.seed.textContent),
      ],
    );
  }
}
