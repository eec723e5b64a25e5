// The answers file: what the page exports is what `cnnmath grade` reads, and importing one lets the same
// grader judge it again. Nothing is stored here; the caller says what to keep.

const FORMAT = "cnnmath-answers";
const VERSION = 1;
export const LONGEST_FILE = 1_000_000; // characters

/**
 * The content of an answers file for the questions of a set: of each the variant that counts.
 * @param {import("./progress.js").Progress} progress
 * @param {string} set
 * @param {string[]} names
 */
export function exported(progress, set, names) {
  const answers = names.flatMap((name) => {
    const best = progress.best(name);
    if (!best) return [];
    const { seed, answer, status, score, attempts } = best;
    return [{ question: name, seed, answer, set, status, score, attempts }];
  });
  return { format: FORMAT, version: VERSION, answers };
}

/**
 * @typedef {{entry: number, question: string, seed: number | null, answer: unknown, status: string, points: number,
 *   earned: number, feedback: string}} Row one entry of the file, graded
 */

/**
 * Keep the graded entries of a file. An answer here that scored better than the file's stays.
 * @param {import("./progress.js").Progress} progress
 * @param {Row[]} rows
 * @returns {{taken: number, kept: number, problems: {entry: number, why: string}[]}} how many answers were taken
 *   over, how many better ones stayed, and what could not be used
 */
export function imported(progress, rows) {
  const outcome = { taken: 0, kept: 0, problems: /** @type {{entry: number, why: string}[]} */ ([]) };
  for (const { entry, question, seed, answer, status, points, earned, feedback } of rows) {
    if (status === "unusable" || status === "invalid" || seed === null) {
      outcome.problems.push({ entry, why: feedback });
      continue;
    }
    const score = points > 0 ? earned / points : status === "correct" ? 1 : 0;
    const here = progress.question(question).variants[seed];
    if (here && here.score >= score) {
      outcome.kept += 1;
    } else {
      progress.record(question, seed, {
        answer: typeof answer === "string" ? answer : JSON.stringify(answer),
        status,
        score,
      });
      outcome.taken += 1;
    }
  }
  return outcome;
}

/**
 * The outcome of an import as a sentence.
 * @param {{taken: number, kept: number, problems: object[]}} outcome
 */
export function summary({ taken, kept, problems }) {
  const answers = (/** @type {number} */ count) => `${count} answer${count === 1 ? "" : "s"}`;
  const parts = [`${answers(taken)} taken over`];
  if (kept > 0) parts.push(`${answers(kept)} here already as good`);
  if (problems.length > 0)
    parts.push(`${problems.length} ${problems.length === 1 ? "entry" : "entries"} not used`);
  return `${parts.join(", ")}.`;
}
