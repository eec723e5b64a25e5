// Windows on a row: placing, counting what is never read, and the words for it.
import assert from "node:assert/strict";
import { test } from "node:test";

import { describe as words, kind, placed, plural, unread, width } from "../../docs/assets/js/windows.js";

const row = (/** @type {object} */ values) => ({ size: 6, before: 0, after: 0, windows: [], ...values });

test("windows start a stride apart and read a dilation apart", () => {
  assert.deepEqual(placed({ count: 2, kernel: 3, stride: 2, dilation: 2 }), [
    [0, 2, 4],
    [2, 4, 6],
  ]);
  assert.deepEqual(placed({ count: 1, first: 3, kernel: 2, stride: 4, dilation: 1 }), [[12, 13]]);
  assert.deepEqual(placed({ count: 0, kernel: 3, stride: 1, dilation: 1 }), []);
});

test("a stride of two leaves the last of six cells unread by windows of three", () => {
  const windows = placed({ count: 2, kernel: 3, stride: 2, dilation: 1 });
  assert.deepEqual(unread(row({ windows })), [5]);
});

test("padding is never counted as unread", () => {
  const windows = placed({ count: 3, kernel: 1, stride: 2, dilation: 1 });
  assert.deepEqual(unread(row({ size: 3, before: 1, after: 1, windows })), [1, 3]);
});

test("a drawing is as wide as the padded row, or as what hangs over it", () => {
  assert.equal(width(row({ before: 2, after: 1 })), 9);
  assert.equal(
    width(
      row({
        windows: [
          [0, 1],
          [6, 7],
        ],
      }),
    ),
    8,
  );
  assert.equal(width(row({ ghost: [8, 9, 10] })), 11);
});

test("places are padding, cells, or beyond the edge", () => {
  const line = row({ size: 2, before: 1, after: 1 });
  assert.deepEqual(
    [0, 1, 2, 3, 4].map((place) => kind(line, place)),
    ["padding", "cell", "cell", "padding", "beyond"],
  );
});

test("the description names cells from 0, padding and what is never read", () => {
  const windows = placed({ count: 2, kernel: 3, stride: 3, dilation: 1 });
  assert.equal(
    words(row({ size: 6, before: 1, windows })),
    "A row of 6 cells, with padding: 1 before and 0 after. The windows read padding, 0, 1; 2, 3, 4. Never read: 5.",
  );
  assert.equal(words(row({ size: 2 })), "A row of 2 cells. No window fits.");
});

test("a long description stops after six windows and says how many there are", () => {
  const text = words(row({ size: 30, windows: placed({ count: 30, kernel: 1, stride: 1, dilation: 1 }) }));
  assert.match(text, /and so on, 30 windows in all\./);
});

test("one cell, two cells", () => {
  assert.deepEqual(
    [0, 1, 2].map((count) => plural(count, "cell")),
    ["0 cells", "1 cell", "2 cells"],
  );
});
