// The gradient tracer's sums, address and words. Gradients are measured: move one number by 1, see how the loss
// moves.
import assert from "node:assert/strict";
import { test } from "node:test";

import {
  fitted,
  fromAddress,
  laidOut,
  LARGEST,
  outputs,
  SETTINGS,
  START,
  toAddress,
  view,
  written,
} from "../../docs/assets/js/gradient.js";
import { latex, notes, sentence } from "../../docs/assets/js/gradient-words.js";

/** The loss whose gradient by output i is g[i]: the sum of g[i] times output i, read one cell at a time. */
function loss({ x, w, g, s, p }) {
  let sum = 0;
  for (let i = 0; i < g.length; i += 1)
    for (let u = 0; u < w.length; u += 1) sum += g[i] * w[u] * (x[i * s + u - p] ?? 0);
  return sum;
}

/** Every small layer, with the numbers that new rows hold. */
function* layers() {
  for (let n = 1; n <= 7; n += 1)
    for (let k = 1; k <= 4; k += 1)
      for (let s = 1; s <= 3; s += 1) for (let p = 0; p <= 2; p += 1) yield laidOut(START, { n, k, s, p });
}

test("gradients are what the loss does when a number moves by 1", () => {
  for (const layer of layers()) {
    const { dx, dw } = view(layer);
    for (const [row, gradient] of [["x", dx], ["w", dw]]) {
      const moved = layer[row].map((entry, at) => {
        return loss({ ...layer, [row]: layer[row].with(at, entry + 1) }) - loss(layer);
      });
      assert.deepEqual(gradient, moved);
    }
  }
});

test("an element touches an output if and only if moving it can move that output", () => {
  for (const layer of layers()) {
    const ones = { ...layer, x: layer.x.map(() => 1), w: layer.w.map(() => 1) };
    for (const [of, row] of [["input", "x"], ["weight", "w"]]) {
      for (let at = 0; at < layer[row].length; at += 1) {
        const { touching } = view({ ...layer, of, at });
        const moved = ones.g.map((_, i) => {
          const only = { ...ones, g: ones.g.map((_, j) => Number(i === j)) };
          return loss({ ...only, [row]: ones[row].with(at, 2) }) - loss(only);
        });
        const counted = moved.map((_, i) => touching.filter(({ output }) => output === i).length);
        assert.deepEqual(counted, moved);
      }
    }
  }
});

test("windows are counted one by one", () => {
  assert.equal(outputs({ x: Array(7).fill(0), w: [1, 1, 1], s: 2, p: 1 }), 4);
  assert.equal(outputs({ x: [0], w: [1, 1], s: 1, p: 0 }), 0);
});

test("the sum is written in symbols and with its numbers, and the numbers give the value", () => {
  const state = fitted({ of: "input", at: 2, s: 1, p: 1, x: [1, 2, 0, 3], w: [2, -1, 1], g: [1, 2, -1, 3] });
  const seen = view(state);
  const { symbols, numbers } = latex(state, seen);
  const left = "\\displaystyle\\frac{\\partial L}{\\partial x_{2}}";
  assert.equal(symbols, `${left} = g_{1} w_{2} + g_{2} w_{1} + g_{3} w_{0}`);
  assert.equal(numbers, "{} = 2\\cdot 1 + (-1)\\cdot (-1) + 3\\cdot 2 = 9");
  assert.equal(seen.value, 2 * 1 + -1 * -1 + 3 * 2);
  const weight = { ...state, of: "weight", at: 0 };
  assert.ok(latex(weight, view(weight)).symbols.endsWith("= g_{1} x_{0} + g_{2} x_{1} + g_{3} x_{2}"));
});

test("the sentence names outputs, weights or cells, and the value", () => {
  const state = laidOut(START, { n: 5, k: 3, s: 2, p: 0 });
  const cell = { ...state, of: "input", at: 2 };
  assert.equal(
    sentence(cell, view(cell)),
    `Input cell 2 touches outputs 0 and 1, with weights 2 and 0; its gradient is ${view(cell).value}.`,
  );
  const weight = { ...state, of: "weight", at: 1 };
  assert.equal(
    sentence(weight, view(weight)),
    `Weight 1 touches outputs 0 and 1, where it meets input cells 1 and 3; its gradient is ${view(weight).value}.`,
  );
  const none = laidOut(START, { n: 2, k: 4, p: 0 });
  assert.equal(sentence(none, view(none)), "A kernel of 4 weights does not fit into 2 cells. There is no output.");
  const unread = { ...laidOut(START, { n: 4, k: 1, s: 2, p: 0 }), of: "input", at: 1 };
  assert.equal(sentence(unread, view(unread)), "No output reads input cell 1: its gradient is 0.");
});

test("flip, stride, padding and unread cells are remarked on", () => {
  const said = (state) => notes(state, view(state)).join(" ");
  assert.match(said(laidOut(START, { n: 6, k: 3, s: 1, p: 1 })), /weights run backward/);
  assert.match(said(laidOut(START, { s: 2 })), /every second weight .* a zero stood between/);
  assert.match(said({ ...START, of: "weight", at: 0 }), /In 1 window it meets padding/);
  assert.match(said({ ...START, of: "weight", at: 0 }), /nothing is flipped/);
  assert.match(said(laidOut(START, { n: 6, k: 1, s: 3, p: 0 })), /No window reads input cells 1, 2, 4 and 5/);
  assert.match(said({ ...START, g: START.g.map(() => 0) }), /No gradient arrives/);
});

test("sizes stay within their limits, rows keep their numbers, the choice stays on the row", () => {
  const grown = laidOut({ ...START, x: [7, 7, 7, 7, 7, 7] }, { n: 8 });
  assert.deepEqual(grown.x.slice(0, 6), [7, 7, 7, 7, 7, 7]);
  assert.equal(grown.x.length, 8);
  assert.equal(laidOut(START, { n: 1e6 }).x.length, SETTINGS.n.most);
  assert.equal(laidOut(START, { s: Number.NaN }).s, START.s);
  assert.equal(laidOut({ ...START, at: 5 }, { n: 3 }).at, 2);
  assert.equal(written(START, "g", 1, 1e9).g[1], LARGEST);
  assert.equal(written(START, "x", 0, Number.NaN).x[0], 0);
});

test("every address reads back as the state it was written from", () => {
  for (const layer of layers())
    for (const of of ["input", "weight"]) {
      const state = fitted({ ...written(written(layer, "x", 0, -4), "w", 0, 5), of, at: 1 });
      assert.deepEqual(fromAddress(toAddress(state)), state);
    }
  assert.equal(toAddress(START), "x2_s1_p1_n6_k3");
});

test("a foreign address is read as far as it makes sense", () => {
  assert.deepEqual(fromAddress(""), START);
  assert.deepEqual(fromAddress("w1_<script>_s99999_zz"), fitted({ ...START, of: "weight", at: 1 }));
  assert.equal(fromAddress("x900_n4").at, 3);
  assert.deepEqual(fromAddress("X1.2.-3.400").x.slice(0, 4), [1, 2, -3, LARGEST]);
});
