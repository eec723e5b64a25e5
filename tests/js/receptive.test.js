// The receptive-field explorer's list of layers, its address, and what an output sees. Receptive fields are
// held against following every connection back to the input.
import assert from "node:assert/strict";
import { test } from "node:test";

import {
  connections,
  EXAMPLES,
  fromAddress,
  levels,
  MOST_LAYERS,
  SETTINGS,
  START,
  state,
  toAddress,
  view,
} from "../../docs/assets/js/receptive.js";

/** Count windows one by one: the definition. */
function walk({ n, k, s, p = 0, p_l = p, p_r = p, d = 1 }) {
  let count = 0;
  for (let start = 0; start + d * (k - 1) < n + p_l + p_r; start += s) count += 1;
  return count;
}

const formula = (/** @type {string} */ names, /** @type {(values: any) => number} */ compute) => ({
  names: names.split(" "),
  latex: "",
  template: [""],
  compute,
});
const FORMULAS = {
  "conv-output-size": formula("k n p s", walk),
  "conv-output-size-general": formula("d k n p_l p_r s", walk),
  "receptive-field-recurrence-general": formula("d k q r", ({ d, k, q, r }) => r + d * (k - 1) * q),
  "receptive-field-start-jump-general": formula("a p q", ({ a, p, q }) => a - q * p),
};

/** The first and the last place of the input, padding and all, that an output depends on. */
function reach(/** @type {any[]} */ layers, /** @type {number} */ output) {
  let cells = [output];
  for (const { k, s, p, d } of [...layers].reverse()) {
    cells = cells.flatMap((cell) => Array.from({ length: k }, (_, tap) => cell * s - p + tap * d));
  }
  return [Math.min(...cells), Math.max(...cells)];
}

test("receptive field, jump and start are what following the connections gives", () => {
  for (const k of [1, 2, 3])
    for (const s of [1, 2, 3])
      for (const p of [0, 1])
        for (const d of [1, 2])
          for (const later of [
            { k: 3, s: 1, p: 1, d: 1 },
            { k: 2, s: 2, p: 0, d: 2 },
          ]) {
            const layers = [{ k, s, p, d }, later, { k: 2, s: 1, p: 0, d: 1 }];
            const shown = state({ n: 40, at: 1, layers });
            const seen = view(FORMULAS, shown);
            assert.deepEqual([seen.first, seen.last], reach(layers, 1));
            const top = seen.levels[seen.levels.length - 1];
            assert.equal(reach(layers, 2)[0] - reach(layers, 1)[0], top.jump);
          }
});

test("VGG-16 sees 16 cells after its second pooling, AlexNet 51 after its second convolution", () => {
  // K. Simonyan and A. Zisserman 2015; A. Krizhevsky et al. 2012, as listed by Araujo, Norris and Sim 2019.
  const field = (/** @type {string} */ example) => {
    const maps = levels(FORMULAS, fromAddress(/** @type {any} */ (EXAMPLES)[example]));
    return maps[maps.length - 1];
  };
  assert.deepEqual([field("VGG's beginning").field, field("VGG's beginning").jump], [16, 4]);
  assert.deepEqual([field("AlexNet's beginning").field, field("AlexNet's beginning").start], [51, -16]);
});

test("every address reads back as the state it was written from", () => {
  for (const at of [-1, 0, 3])
    for (const layer of [
      { k: 3, s: 1, p: 0, d: 1 },
      { k: 5, s: 2, p: 2, d: 3 },
    ]) {
      const shown = state({ n: 20, at, layers: [layer, { k: 2, s: 2, p: 0, d: 1 }] });
      assert.deepEqual(fromAddress(toAddress(shown)), shown);
    }
  for (const example of Object.values(EXAMPLES)) assert.equal(toAddress(fromAddress(example)), example);
});

test("a foreign address is read as far as it makes sense, and within limits", () => {
  assert.deepEqual(fromAddress(""), START);
  assert.deepEqual(fromAddress("n9-<script>-x4").layers, START.layers);
  const odd = fromAddress("n9999-o-1-k99s99p99d99");
  assert.deepEqual(odd.layers, [
    { k: SETTINGS.k.most, s: SETTINGS.s.most, p: SETTINGS.p.most, d: SETTINGS.d.most },
  ]);
  assert.equal(fromAddress(Array.from({ length: 50 }, () => "k3").join("-")).layers.length, MOST_LAYERS);
});

test("nothing stands behind padding: it is read, and not followed", () => {
  const layers = [
    { k: 3, s: 1, p: 1, d: 1 },
    { k: 3, s: 1, p: 1, d: 1 },
  ];
  const maps = levels(FORMULAS, state({ n: 5, layers }));
  const [input, middle] = connections(maps, layers, 0);
  assert.deepEqual(middle, { real: [0, 1], padding: [-1] });
  assert.deepEqual(input, { real: [0, 1, 2], padding: [-1] });
});

test("the sentence says the cells, the padding and the jump", () => {
  const said = (/** @type {string} */ address) => view(FORMULAS, fromAddress(address));
  assert.equal(
    said("n15-k3-k3-k3").sentence,
    "Output 4 of 9 sees 7 cells of the input: cells 4 to 10. Neighboring outputs look 1 cell apart.",
  );
  assert.equal(
    said("n15-o0-k3p1-k3s2p1").sentence,
    "Output 0 of 8 sees 5 cells of the input: cells −2 to 2, 2 of them outside the input, in the padding. " +
      "Neighboring outputs look 2 cells apart.",
  );
  assert.match(
    said("n24-k2s3-k3").notes.join(),
    /2 cells between the first and the last are not read: stride or dilation/,
  );
  assert.deepEqual(said("n3-k3p1-k3p1").notes, ["The receptive field is larger than the input."]);
  assert.match(
    said("n6-o1-k3s2-k3p1").notes.join(),
    /1 cell .* is not read: behind the padding of a later layer/,
  );
});

test("what does not fit is told, and shown as far as it goes", () => {
  const seen = view(FORMULAS, fromAddress("n5-k3-k7-k3"));
  assert.equal(seen.levels.length, 2);
  assert.match(seen.notes[0], /^Layer 2 has no output: its kernel reaches over 7 cells/);
});
