// The place in a typed text that a message is about.
import assert from "node:assert/strict";
import { test } from "node:test";

import { cut, near } from "../../docs/assets/js/pointer.js";

test("a span cuts the text in three", () => {
  assert.deepEqual(cut("floor((n)/s", [5, 6]), { before: "floor", marked: "(", after: "(n)/s" });
});

test("an empty span at the end marks where something is missing", () => {
  assert.deepEqual(cut("n +", [3, 3]), { before: "n +", marked: "", after: "" });
});

test("characters outside the basic plane count once, as in Python", () => {
  assert.deepEqual(cut("😀😀n$", [3, 4]), { before: "😀😀n", marked: "$", after: "" });
});

test("a span outside the text does no harm", () => {
  assert.deepEqual(cut("abc", [-5, 99]), { before: "", marked: "abc", after: "" });
  assert.deepEqual(cut("abc", [9, 2]), { before: "abc", marked: "", after: "" });
});

test("of a long text only the neighborhood is shown", () => {
  const parts = near(cut("a".repeat(200), [100, 101]), 10);
  assert.deepEqual(parts, { before: `…${"a".repeat(10)}`, marked: "a", after: `${"a".repeat(10)}…` });
});
