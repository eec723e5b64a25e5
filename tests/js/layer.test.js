// The layer calculator's settings, address, counts and words. The formulas given to it count in loops, one
// weight and one product at a time, so that what is tested is which formula is asked, with which numbers.
import assert from "node:assert/strict";
import { test } from "node:test";

import {
  EXAMPLES,
  fromAddress,
  SETTINGS,
  START,
  state,
  toAddress,
  view,
} from "../../docs/assets/js/layer.js";
import { bytes, roughly } from "../../docs/assets/js/layer-words.js";

/** Count the rounds of nested loops. */
function loops(/** @type {number[]} */ ...lengths) {
  let count = 0;
  const run = (/** @type {number} */ at) => {
    if (at === lengths.length) count += 1;
    else for (let round = 0; round < lengths[at]; round += 1) run(at + 1);
  };
  run(0);
  return count;
}

const formula = (/** @type {string} */ names, /** @type {(values: any) => number} */ compute) => ({
  names: names.split(" "),
  latex: names,
  template: ["", ...names.split(" ").flatMap((name) => [name, " "])],
  compute,
});

/** Count windows one by one: the definition. */
function walk({ n, k, s, p = 0, p_l = p, p_r = p, d = 1 }) {
  let count = 0;
  for (let start = 0; start + d * (k - 1) < n + p_l + p_r; start += s) count += 1;
  return count;
}

const FORMULAS = {
  "conv-output-size": formula("k n p s", walk),
  "conv-output-size-general": formula("d k n p_l p_r s", walk),
  "parameters-conv-standard": formula("C F k", ({ C, F, k }) => loops(F, C, k, k) + loops(F)),
  "parameters-conv-general": formula("C F G k", ({ C, F, G, k }) => loops(G, F, C, k, k) + loops(G, F)),
  "weights-conv-standard": formula("C F k", ({ C, F, k }) => loops(F, C, k, k)),
  "weights-conv-general": formula("C F G k", ({ C, F, G, k }) => loops(G, F, C, k, k)),
  "macs-conv-standard": formula("C F k o", ({ C, F, k, o }) => loops(F, o, o, C, k, k)),
  "macs-conv-general": formula("B C F G k o", ({ B, C, F, G, k, o }) => loops(B, G, F, o, o, C, k, k)),
  "activation-memory": formula("B F o q", ({ B, F, o, q }) => loops(B, F, o, o, q)),
};
const counted = (/** @type {object} */ values) => {
  const seen = view(FORMULAS, state({ ...START, ...values }));
  return { ...seen, numbers: seen.counts.map(({ count }) => count) };
};

test("numbers are rounded and kept within their limits; nonsense keeps what was", () => {
  assert.equal(state({ n: "12.4" }).n, 12);
  assert.equal(state({ c: 0 }).c, SETTINGS.c.least);
  assert.equal(state({ k: 1e9 }).k, SETTINGS.k.most);
  assert.equal(state({ q: 3 }).q, 4);
  assert.equal(state({ q: "2" }).q, 2);
  assert.equal(state({ bias: "no" }).bias, START.bias);
});

test("every address reads back as the state it was written from", () => {
  for (const bias of [true, false])
    for (const q of [2, 4])
      for (const g of [1, 4])
        for (const d of [1, 2])
          for (const b of [1, 32]) {
            const shown = state({ n: 9, c: 8, f: 12, k: 3, s: 2, p: 1, d, g, b, bias, q });
            assert.deepEqual(fromAddress(toAddress(shown)), shown);
          }
  assert.deepEqual(fromAddress("n9-<script>-k99999999-zz"), state({ ...START, n: 9 }));
  assert.deepEqual(fromAddress(""), START);
});

test("LeNet-5's C1 has 156 parameters and 117,600 products of weights (LeCun et al. 1998, II.B)", () => {
  const shown = fromAddress(EXAMPLES["LeNet-5, layer C1"]);
  const { side, numbers } = counted(shown);
  assert.equal(side, 28);
  assert.deepEqual(numbers.slice(1, 3), [156, 122304 - 6 * 28 * 28]);
});

test("a layer's counts are those of its loops, with and without bias and groups", () => {
  const layer = { n: 6, c: 4, f: 6, k: 3, s: 2, p: 1, b: 2 };
  assert.deepEqual(counted(layer).numbers, [3, 6 * 4 * 9 + 6, 6 * 4 * 9 * 9, 2 * 6 * 9 * 4]);
  assert.deepEqual(counted({ ...layer, bias: false }).numbers[1], 6 * 4 * 9);
  assert.deepEqual(counted({ ...layer, g: 2, q: 2 }).numbers, [
    3,
    6 * 2 * 9 + 6,
    6 * 2 * 9 * 9,
    2 * 6 * 9 * 2,
  ]);
  assert.deepEqual(counted({ ...layer, g: 2, bias: false }).numbers[1], 6 * 2 * 9);
  assert.equal(counted({ ...layer, d: 3 }).side, 1);
});

test("the sentence says what comes out and what it costs", () => {
  assert.equal(
    counted({ n: 8, c: 3, f: 2, k: 3, s: 1, p: 1 }).sentence,
    "2 maps of 8 × 8 come out. The layer has 56 parameters and needs 3,456 multiply-adds for one image; " +
      "its output for one image takes 512 bytes.",
  );
  assert.match(counted({ n: 8, f: 1, b: 4 }).sentence, /^1 map of 8 × 8 comes out\..*for 4 images takes/);
});

test("what cannot be is refused with the reason, without any count", () => {
  const small = counted({ n: 2, k: 5, p: 1 });
  assert.deepEqual([small.side, small.numbers], [0, []]);
  assert.equal(
    small.sentence,
    "A kernel that reaches over 5 cells does not fit: along an axis there are 4. No output.",
  );
  assert.equal(
    counted({ c: 3, f: 4, g: 2 }).sentence,
    "3 channels cannot be divided equally among 2 groups. No output.",
  );
  assert.equal(
    counted({ c: 4, f: 3, g: 2 }).sentence,
    "3 filters cannot be divided equally among 2 groups. No output.",
  );
});

test("groups, 1 × 1 kernels and sharing are remarked on", () => {
  const said = (/** @type {object} */ values) => counted(values).notes.join(" ");
  assert.match(said({ n: 4, c: 4, f: 4, g: 4, k: 3, p: 1 }), /Depthwise/);
  assert.match(said({ n: 4, c: 4, f: 8, g: 2, k: 3, p: 1 }), /reads 2 of the 4 channels.*\(4 filters\)/);
  assert.match(said({ n: 4, k: 1, p: 0 }), /mixes the channels/);
  assert.match(
    said({ n: 4, k: 3, p: 1, bias: false }),
    /All 16 places share these weights; .* 16 times as many/,
  );
});

test("large numbers are put into words", () => {
  assert.deepEqual([roughly(999), roughly(236027904), roughly(1.5e9)], ["999", "236 million", "1.5 billion"]);
  assert.deepEqual([bytes(1), bytes(640), bytes(3211264)], ["1 byte", "640 bytes", "3.21 MB"]);
});
