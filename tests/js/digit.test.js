// The network for digits, run by the page: its scores are those that NumPy recorded, its pieces those worked out by hand.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { forward, fromAddress, softmax, toAddress } from "../../docs/assets/js/digit.js";

const FILE = new URL("../../cnnmath/ops/experiments/digits_network.json", import.meta.url);
const NETWORK = JSON.parse(readFileSync(FILE, "utf-8"));

const whole = (shape, levels) => ({ shape, scale: 1, levels });

test("the scores of ten recorded images are those that NumPy computed", () => {
  for (const { input, scores } of NETWORK.examples) {
    const found = forward(NETWORK.layers, input).at(-1).values;
    found.forEach((score, at) => assert.ok(Math.abs(score - scores[at]) < 2e-3, `${score} for ${scores[at]}`));
  }
});

test("the most probable digit of each recorded image is its label", () => {
  NETWORK.examples.forEach(({ input }, at) => {
    const probabilities = softmax(forward(NETWORK.layers, input).at(-1).values);
    assert.equal(probabilities.indexOf(Math.max(...probabilities)), NETWORK.labels[at]);
  });
});

test("every layer puts out as many values as its shape says", () => {
  for (const { layer, values } of forward(NETWORK.layers, NETWORK.examples[0].input)) {
    assert.equal(values.length, layer.shape.reduce((product, side) => product * side, 1), layer.name);
  }
});

test("a convolution adds bias and products, reads two channels, pads with zeros and does not turn the kernel", () => {
  const input = { name: "input", kind: "input", shape: [2, 1, 2] };
  const weight = whole([1, 2, 1, 3], [1, 2, 3, 10, 20, 30]);
  const layer = { name: "conv", kind: "conv", shape: [1, 1, 2], stride: [1, 1], padding: [[0, 0], [1, 1]], weight, bias: whole([1], [100]) };
  // Left: 100 + 2·1 + 3·2 + 20·3 + 30·4; right: 100 + 1·1 + 2·2 + 10·3 + 20·4.
  assert.deepEqual(forward([input, layer], [1, 2, 3, 4])[1].values, [288, 215]);
});

test("a pool ignores its padding, also below zero", () => {
  const input = { name: "input", kind: "input", shape: [1, 1, 3] };
  const layer = { name: "pool", kind: "max", shape: [1, 1, 2], kernel: [1, 2], stride: [1, 2], padding: [[0, 0], [1, 0]] };
  assert.deepEqual(forward([input, layer], [-3, -1, -2])[1].values, [-3, -1]);
});

test("probabilities of large scores are finite and add up to one", () => {
  assert.deepEqual(softmax([1000, 1000]), [0.5, 0.5]);
});

test("a drawing comes back from the address pixel by pixel, and nothing else is taken for one", () => {
  for (const { input } of NETWORK.examples) assert.deepEqual(fromAddress(toAddress(input), input.length), input);
  assert.equal(toAddress([0, 0.375, 0.75, 1]), "06cg");
  for (const text of ["", "06c", "06cgg", "06ch", "06c ", "<img"]) assert.equal(fromAddress(text, 4), null);
});
