// What the gradient tracer says: the sum in LaTeX, one sentence for the state, and remarks on the flip, the zeros
// of the stride and the padding. The sentence is the drawing's text alternative as well.

import { plural } from "./windows.js";

/** @typedef {import("./gradient.js").State} State */
/** @typedef {import("./gradient.js").View} View */

/**
 * The sum in LaTeX, in symbols and with its numbers.
 * @param {State} state
 * @param {View} seen
 */
export function latex({ of, at, x, w, g }, { touching, value }) {
  const [name, other] = of === "input" ? ["x", "w"] : ["w", "x"];
  const terms = touching.map(({ output, weight, cell }) => {
    const [place, factor] = of === "input" ? [weight, w[weight]] : [cell, x[cell]];
    return {
      symbols: `g_{${output}} ${other}_{${place}}`,
      numbers: `${signed(g[output])}\\cdot ${signed(factor)}`,
    };
  });
  const sum = (/** @type {"symbols" | "numbers"} */ kind) => terms.map((term) => term[kind]).join(" + ");
  return {
    symbols: `\\displaystyle\\frac{\\partial L}{\\partial ${name}_{${at}}} = ${sum("symbols") || "0"}`,
    numbers: terms.length > 0 ? `{} = ${sum("numbers")} = ${value}` : "",
  };
}

/**
 * One sentence for the state.
 * @param {State} state
 * @param {View} seen
 */
export function sentence({ of, at, p, x, w, g }, { touching, value }) {
  if (g.length === 0) {
    const room = plural(x.length + 2 * p, "cell");
    return `A kernel of ${plural(w.length, "weight")} does not fit into ${room}. There is no output.`;
  }
  if (touching.length === 0) {
    const why = of === "input" ? `No output reads input cell ${at}` : `Weight ${at} meets padding only`;
    return `${why}: its gradient is 0.`;
  }
  const reached = named("output", touching.map(({ output }) => output));
  if (of === "input") {
    const weights = named("weight", touching.map(({ weight }) => weight));
    return `Input cell ${at} touches ${reached}, with ${weights}; its gradient is ${value}.`;
  }
  const cells = named("input cell", touching.map(({ cell }) => cell));
  return `Weight ${at} touches ${reached}, where it meets ${cells}; its gradient is ${value}.`;
}

/**
 * What is worth noticing.
 * @param {State} state
 * @param {View} seen
 */
export function notes(state, seen) {
  if (state.g.length === 0) return [];
  const own = state.of === "input" ? inputNotes(state, seen) : weightNotes(state, seen);
  return [...own, ...rowNotes(state, seen)];
}

/** @param {State} state @param {View} seen */
function inputNotes({ s, g }, { touching }) {
  const found = [];
  if (touching.length > 1) {
    found.push("From one output to the next the weights run backward: this is the flip of the kernel.");
  }
  if (s > 1 && g.length > 1) {
    const zeros = s === 2 ? "a zero" : `${s - 1} zeros`;
    found.push(
      `With stride ${s} only every ${ORDINALS[s]} weight meets this cell, ` +
        `as if ${zeros} stood between the gradients of the outputs.`,
    );
  }
  return found;
}

/** @param {State} state @param {View} seen */
function weightNotes({ at, x }, { touching, ways }) {
  const found = [];
  if (touching.length > 1) {
    found.push("The weight is used again and again; each use adds its share, and nothing is flipped.");
  }
  const padded = ways.filter(({ cell, weight }) => weight === at && (cell < 0 || cell >= x.length));
  if (padded.length > 0) {
    found.push(`In ${plural(padded.length, "window")} it meets padding, a zero, and adds nothing.`);
  }
  return found;
}

/** @param {State} state @param {View} seen */
function rowNotes({ x, g }, { ways }) {
  const read = new Set(ways.map(({ cell }) => cell));
  const missed = x.map((_, cell) => cell).filter((cell) => !read.has(cell));
  const found = [];
  if (missed.length > 0) found.push(`No window reads ${named("input cell", missed)}: gradient 0.`);
  if (g.every((entry) => entry === 0)) found.push("No gradient arrives, so none goes on.");
  return found;
}

const ORDINALS = ["", "", "second", "third", "fourth"];

/** @param {number} value */
function signed(value) {
  return value < 0 ? `(${value})` : String(value);
}

/**
 * A noun with the numbers that it has: "outputs 0, 1 and 2".
 * @param {string} noun
 * @param {number[]} numbers
 */
function named(noun, numbers) {
  const last = numbers[numbers.length - 1];
  const most = numbers.slice(0, -1).join(", ");
  return numbers.length > 1 ? `${noun}s ${most} and ${last}` : `${noun} ${last}`;
}
