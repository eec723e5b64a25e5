// The size explorer's settings, address and words. Counts come from walking over the row, by no formula.
import assert from "node:assert/strict";
import { test } from "node:test";

import {
  formulaOf,
  fromAddress,
  SETTINGS,
  START,
  state,
  toAddress,
  view,
} from "../../docs/assets/js/size.js";

/** Count windows one by one: the definition. */
function walk({ n, k, s, l, r, d }) {
  let count = 0;
  for (let start = 0; start + d * (k - 1) < n + l + r; start += s) count += 1;
  return count;
}

/** Count windows of ceil mode one by one: one may hang over, if it starts inside the input or left padding. */
function walkUp({ n, k, s, l, r, d }) {
  const inside = walk({ n, k, s, l, r, d });
  const start = inside * s;
  const last = start - s + d * (k - 1);
  return start < n + l && last < n + l + r - 1 ? inside + 1 : inside;
}

const given = (/** @type {object} */ values) => state({ ...START, ...values });

test("numbers are rounded and kept within their limits; nonsense keeps what was", () => {
  assert.equal(given({ n: "12.4" }).n, 12);
  assert.equal(given({ n: -3 }).n, SETTINGS.n.least);
  assert.equal(given({ k: 1e9 }).k, SETTINGS.k.most);
  assert.equal(given({ s: "abc" }).s, SETTINGS.s.least);
  assert.equal(given({ mode: "dance" }).mode, START.mode);
});

test("every address reads back as the state it was written from", () => {
  for (const mode of ["convolution", "ceil", "transposed"]) {
    for (const l of [0, 2]) {
      for (const r of [0, 2]) {
        for (const d of [1, 3]) {
          const shown = given({ mode, n: 9, k: 4, s: 3, l, r, d, a: mode === "transposed" ? 2 : 0 });
          assert.deepEqual(fromAddress(toAddress(shown)), shown);
        }
      }
    }
  }
});

test("addresses are short and readable", () => {
  assert.equal(toAddress(given({ n: 7, k: 3, s: 2, l: 1, r: 1 })), "n7-k3-s2-p1");
  assert.equal(toAddress(given({ mode: "ceil", n: 5, k: 2, s: 2, l: 0, r: 1 })), "ceil-n5-k2-s2-l0-r1");
});

test("a foreign address is read as far as it makes sense", () => {
  assert.deepEqual(fromAddress("n9-<script>-k99999999-zz"), given({ n: 9 }));
  assert.deepEqual(fromAddress(""), START);
});

test("the sentence says the sum, the windows and the stride", () => {
  const shown = given({ n: 5, k: 3, s: 2, l: 1, r: 1 });
  assert.equal(view(shown, walk(shown)).sentence, "5 + 2·1 = 7 cells hold 3 windows of 3 at stride 2.");
  const single = given({ n: 1, k: 1, s: 1, l: 0, r: 0 });
  assert.equal(view(single, 1).sentence, "1 cell holds 1 window of 1 at stride 1.");
  const apart = given({ n: 5, k: 3, s: 1, l: 0, r: 2, d: 2 });
  assert.equal(
    view(apart, walk(apart)).sentence,
    "5 + 0 + 2 = 7 cells hold 3 windows of 3 with dilation 2, which reach over 5 cells, at stride 1.",
  );
});

test("a window that does not fit is told, with the cells that there are", () => {
  const shown = given({ n: 3, k: 5, s: 1, l: 0, r: 0 });
  const seen = view(shown, -1);
  assert.equal(seen.size, 0);
  assert.equal(seen.sentence, "A window of 5 does not fit: there are only 3 cells. No output.");
  assert.deepEqual(seen.row.ghost, [0, 1, 2, 3, 4]);
});

test("left-over cells, overhang and skipped cells are remarked on", () => {
  const left = given({ n: 6, k: 3, s: 2, l: 0, r: 0 });
  assert.match(view(left, walk(left)).notes.join(" "), /1 cell at the end is left over/);
  const over = given({ mode: "ceil", n: 6, k: 3, s: 2, l: 0, r: 0 });
  assert.match(view(over, walkUp(over)).notes.join(" "), /hangs over the edge by 1 cell\./);
  const gaps = given({ n: 9, k: 2, s: 4, l: 0, r: 0 });
  assert.match(view(gaps, walk(gaps)).notes.join(" "), /2 cells between windows are skipped/);
  const padding = given({ n: 2, k: 1, s: 1, l: 2, r: 2 });
  assert.match(view(padding, walk(padding)).notes.join(" "), /see nothing but padding/);
});

test("ceil mode drops a window that would start behind the input, and says so", () => {
  const shown = given({ mode: "ceil", n: 3, k: 2, s: 4, l: 1, r: 1 });
  const count = walkUp(shown);
  assert.equal(count, 1);
  assert.match(
    view(shown, count).notes.join(" "),
    /would start behind the input, on padding alone: it is dropped/,
  );
});

test("as many windows are drawn as are counted, over all small layers", () => {
  for (let n = 1; n <= 8; n += 1)
    for (let k = 1; k <= 4; k += 1)
      for (let s = 1; s <= 4; s += 1)
        for (let l = 0; l <= 2; l += 1)
          for (const mode of ["convolution", "ceil"]) {
            const shown = given({ mode, n, k, s, l, r: 1 });
            const count = mode === "ceil" ? walkUp(shown) : walk(shown);
            const { row } = view(shown, count);
            assert.equal(row.windows.length, count);
            const inside = row.windows.filter((window) => Math.max(...window) < n + l + 1);
            assert.equal(inside.length, Math.min(count, walk(shown)));
          }
});

test("a transposed convolution stamps each input cell and crops the padding", () => {
  const shown = given({ mode: "transposed", n: 3, k: 3, s: 2, l: 1, r: 1, a: 1 });
  const seen = view(shown, 6);
  assert.deepEqual(seen.row.windows, [
    [0, 1, 2],
    [2, 3, 4],
    [4, 5, 6],
  ]);
  assert.equal(seen.row.before + seen.row.size + seen.row.after, 8);
  assert.equal(
    seen.sentence,
    "3 input cells stamp 3 values each, 2 apart: 8 cells with output padding, from which padding crops 1 on each side. Output: 6.",
  );
  assert.match(view(given({ ...shown, a: 2 }), 7).notes.join(" "), /refuse an output padding/);
});

test("the simplest derived view that holds for the settings is asked", () => {
  const names = (/** @type {string} */ text) => ({ names: text.split(" ") });
  const formulas = {
    "conv-output-size": names("k n p s"),
    "conv-output-size-general": names("d k n p_l p_r s"),
    "conv-output-size-clip": names("k n s"),
    "transposed-output-size": names("a d k n p_l p_r s"),
  };
  const asked = (/** @type {object} */ values) => formulaOf(formulas, given(values));
  assert.equal(asked({})?.formula, formulas["conv-output-size"]);
  assert.equal(asked({ l: 1, r: 2 })?.formula, formulas["conv-output-size-general"]);
  assert.equal(asked({ d: 2 })?.formula, formulas["conv-output-size-general"]);
  assert.deepEqual(asked({ l: 1, r: 2 })?.values, { n: 7, k: 3, s: 2, d: 1, a: 0, p_l: 1, p_r: 2 });
  assert.equal(asked({ mode: "transposed", a: 1 })?.values.a, 1);
  assert.equal(asked({ mode: "ceil" }), null);
});
