// <cnn-exercise-set data-set="…">: the frame around the exercises of a set. Score and progress, export to a file
// that `cnnmath grade` reads, import, reset. The exercises look after themselves.

import { exported, imported, LONGEST_FILE, summary } from "./answers-file.js";
import { freshId, html, replace, say } from "./dom.js";
import { progress } from "./progress.js";
import { runner } from "./runner.js";

export class CnnExerciseSet extends HTMLElement {
  get name() {
    return this.dataset.set ?? "exercises";
  }

  /** The exercises inside, with the points that the page gives them. */
  get exercises() {
    return [...this.querySelectorAll("cnn-exercise[data-question]")].map((element) => ({
      name: /** @type {HTMLElement} */ (element).dataset.question ?? "",
      points: Number(/** @type {HTMLElement} */ (element).dataset.points ?? 1),
    }));
  }

  connectedCallback() {
    progress.addEventListener("change", this.#show);
    if (!this.hasAttribute("data-ready")) {
      this.setAttribute("data-ready", "");
      this.#build();
    }
    this.#show();
  }

  disconnectedCallback() {
    progress.removeEventListener("change", this.#show);
  }

  #build() {
    const label = freshId("cnn-set");
    this.score = html("p", { class: "cnn-set__score", id: label });
    this.bar = /** @type {HTMLProgressElement} */ (html("progress", { class: "cnn-set__bar", "aria-labelledby": label }));
    this.message = html("div", { class: "cnn-set__message", role: "status", "aria-live": "polite" });
    this.file = /** @type {HTMLInputElement} */ (
      html("input", { type: "file", accept: ".json,application/json", hidden: true, onchange: () => this.#import() })
    );
    this.actions = html(
      "div",
      { class: "cnn-set__actions" },
      button("Export answers", () => this.#export()),
      button("Import answers", () => this.file?.click()),
      button("Reset", () => this.#askReset()),
      this.file,
    );
    this.confirm = html("div", { class: "cnn-set__confirm", role: "alertdialog", "aria-label": "Reset this set", hidden: true });
    const head = html("div", { class: "cnn-set__head" }, this.score, this.bar, this.actions, this.confirm, this.message);
    const printed = this.querySelector(":scope > :not(cnn-exercise):first-child");
    if (printed) printed.after(head);
    else this.prepend(head);
    if (progress.trouble) this.#tell(progress.trouble);
  }

  #show = () => {
    if (!this.score || !this.bar) return;
    const all = this.exercises;
    const total = all.reduce((sum, { points }) => sum + points, 0);
    const earned = all.reduce((sum, { name, points }) => sum + points * (progress.best(name)?.score ?? 0), 0);
    const solved = all.filter(({ name }) => progress.best(name)?.score === 1).length;
    say(this.score, `${rounded(earned)} of ${total} points · ${solved} of ${all.length} solved`);
    this.bar.max = total || 1;
    this.bar.value = earned;
    if (progress.trouble && this.message?.childNodes.length === 0) this.#tell(progress.trouble);
  };

  #export() {
    const content = exported(progress, this.name, this.exercises.map(({ name }) => name));
    if (content.answers.length === 0) {
      this.#tell("There is no answer to export yet.");
      return;
    }
    const blob = new Blob([`${JSON.stringify(content, null, 2)}\n`], { type: "application/json" });
    const link = /** @type {HTMLAnchorElement} */ (
      html("a", { href: URL.createObjectURL(blob), download: `answers-${this.name}.json` })
    );
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    this.#tell(`${link.download} holds ${content.answers.length} answer${content.answers.length === 1 ? "" : "s"}. In a terminal: `, html("code", {}, `cnnmath grade ${link.download}`));
  }

  async #import() {
    const file = this.file?.files?.[0];
    if (!file || !this.file) return;
    this.file.value = ""; // so that the same file can be chosen again
    if (file.size > LONGEST_FILE) {
      this.#tell(`${file.name} is too large for an answers file. Nothing was changed.`);
      return;
    }
    this.#tell("Grading the file …");
    try {
      const reply = await runner.call({ do: "grade_file", text: await file.text() });
      if (!reply.ok) throw new Error(reply.error);
      const outcome = imported(progress, reply.report.rows);
      this.#tell(
        `${file.name}: ${summary(outcome)}`,
        outcome.problems.length > 0 &&
          html("ul", {}, outcome.problems.map(({ entry, why }) => html("li", {}, `Entry ${entry}: ${why}`))),
      );
      this.dispatchEvent(new Event("cnn-import"));
    } catch (error) {
      this.#tell(`${file.name}: ${error instanceof Error ? error.message : error} Nothing was changed.`);
    }
  }

  #askReset() {
    const place = /** @type {HTMLElement} */ (this.confirm);
    const names = this.exercises.map(({ name }) => name);
    const close = () => {
      place.hidden = true;
      /** @type {HTMLElement} */ (this.actions?.lastElementChild?.previousElementSibling).focus();
    };
    const keep = button("Keep them", close);
    replace(
      place,
      html("p", {}, "Forget your answers and points of this set, in this browser? Export keeps a copy."),
      button("Forget them", () => {
        progress.reset(names);
        close();
        this.#tell("This set is as new.");
        this.dispatchEvent(new Event("cnn-reset"));
      }),
      keep,
    );
    place.onkeydown = (event) => {
      if (event.key === "Escape") close();
    };
    place.hidden = false;
    keep.focus();
  }

  /** @param {...(import("./dom.js").Child)} words */
  #tell(...words) {
    replace(/** @type {Element} */ (this.message), ...words);
  }
}

/** @param {string} text @param {() => void} onclick */
function button(text, onclick) {
  return html("button", { type: "button", class: "cnn-button cnn-button--quiet", onclick }, text);
}

/** @param {number} points */
function rounded(points) {
  return String(Math.round(points * 100) / 100);
}
