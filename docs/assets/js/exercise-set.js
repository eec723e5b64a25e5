// <cnn-exercise-set data-set="…">: the frame around the exercises of a set. Score and progress, export to a
// file that `cnnmath grade` reads, import, reset. The exercises look after themselves.

import { exported, imported, LONGEST_FILE, summary } from "./answers-file.js";
import { freshId, html, replace, say } from "./dom.js";
import { progress } from "./progress.js";
import { runner } from "./runner.js";
import { plural } from "./windows.js";

export class CnnExerciseSet extends HTMLElement {
  connectedCallback() {
    this.frame ??= new Frame(this);
    this.frame.listen();
  }

  disconnectedCallback() {
    this.frame?.leave();
  }
}

/** The frame of a set, at work in its element. */
class Frame {
  /** @param {HTMLElement} host */
  constructor(host) {
    this.host = host;
    this.set = host.dataset.set ?? "exercises";
    const label = freshId("cnn-set");
    this.score = html("p", { class: "cnn-set__score", id: label });
    this.bar = /** @type {HTMLProgressElement} */ (
      html("progress", { class: "cnn-set__bar", "aria-labelledby": label })
    );
    this.message = html("div", { class: "cnn-set__message", role: "status", "aria-live": "polite" });
    this.confirm = html("div", {
      class: "cnn-set__confirm",
      role: "alertdialog",
      "aria-label": "Reset this set",
      hidden: true,
    });
    this.file = /** @type {HTMLInputElement} */ (
      html("input", {
        type: "file",
        accept: ".json,application/json",
        hidden: true,
        onchange: () => this.#import(),
      })
    );
    this.resetButton = button("Reset", () => this.#askReset());
    const actions = html(
      "div",
      { class: "cnn-set__actions" },
      button("Export answers", () => this.#export()),
      button("Import answers", () => this.file.click()),
      this.resetButton,
      this.file,
    );
    const head = html(
      "div",
      { class: "cnn-set__head" },
      this.score,
      this.bar,
      actions,
      this.confirm,
      this.message,
    );
    const printed = host.querySelector(":scope > :not(cnn-exercise):first-child");
    if (printed) printed.after(head);
    else host.prepend(head);
    host.setAttribute("data-ready", "");
  }

  listen() {
    progress.addEventListener("change", this.#show);
    this.#show();
  }

  leave() {
    progress.removeEventListener("change", this.#show);
  }

  /** The exercises inside, with the points that the page gives them. */
  get exercises() {
    const inside = /** @type {NodeListOf<HTMLElement>} */ (
      this.host.querySelectorAll("cnn-exercise[data-question]")
    );
    return [...inside].map(({ dataset }) => ({
      name: dataset.question ?? "",
      points: Number(dataset.points ?? 1),
    }));
  }

  #show = () => {
    const all = this.exercises.map((entry) => ({ ...entry, reached: progress.best(entry.name)?.score ?? 0 }));
    const total = all.reduce((sum, { points }) => sum + points, 0);
    const earned = all.reduce((sum, { points, reached }) => sum + points * reached, 0);
    const solved = all.filter(({ reached }) => reached === 1).length;
    say(this.score, `${rounded(earned)} of ${total} points · ${solved} of ${all.length} solved`);
    this.bar.max = total || 1;
    this.bar.value = earned;
    if (progress.trouble && this.message.childNodes.length === 0) this.#tell(progress.trouble);
  };

  #export() {
    const content = exported(
      progress,
      this.set,
      this.exercises.map(({ name }) => name),
    );
    const count = content.answers.length;
    if (count === 0) {
      this.#tell("There is no answer to export yet.");
      return;
    }
    const file = `answers-${this.set}.json`;
    const blob = new Blob([`${JSON.stringify(content, null, 2)}\n`], { type: "application/json" });
    const link = /** @type {HTMLAnchorElement} */ (
      html("a", { href: URL.createObjectURL(blob), download: file })
    );
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    this.#tell(
      `${file} holds ${plural(count, "answer")}. In a terminal: `,
      html("code", {}, `cnnmath grade ${file}`),
    );
  }

  async #import() {
    const file = this.file.files?.[0];
    if (!file) return;
    this.file.value = ""; // so that the same file can be chosen again
    if (file.size > LONGEST_FILE) {
      this.#tell(`${file.name} is too large for an answers file. Nothing was changed.`);
      return;
    }
    this.#tell("Grading the file …");
    try {
      const reply = await runner.call({ do: "grade_file", text: await file.text() });
      if (!reply.ok) throw new Error(reply.error);
      this.#take(file.name, imported(progress, reply.report.rows));
    } catch (error) {
      this.#tell(`${file.name}: ${error instanceof Error ? error.message : error} Nothing was changed.`);
    }
  }

  /** @param {string} file @param {ReturnType<typeof imported>} outcome */
  #take(file, outcome) {
    const problems = outcome.problems.map(({ entry, why }) => html("li", {}, `Entry ${entry}: ${why}`));
    this.#tell(`${file}: ${summary(outcome)}`, problems.length > 0 && html("ul", {}, problems));
    this.host.dispatchEvent(new Event("cnn-import"));
  }

  #askReset() {
    const keep = button("Keep them", () => this.#closeReset());
    replace(
      this.confirm,
      html("p", {}, "Forget your answers and points of this set, in this browser? Export keeps a copy."),
      button("Forget them", () => this.#reset()),
      keep,
    );
    this.confirm.onkeydown = ({ key }) => {
      if (key === "Escape") this.#closeReset();
    };
    this.confirm.hidden = false;
    keep.focus();
  }

  #closeReset() {
    this.confirm.hidden = true;
    this.resetButton.focus();
  }

  #reset() {
    progress.reset(this.exercises.map(({ name }) => name));
    this.#closeReset();
    this.#tell("This set is as new.");
    this.host.dispatchEvent(new Event("cnn-reset"));
  }

  /** @param {...import("./dom.js").Child} words */
  #tell(...words) {
    replace(this.message, ...words);
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
