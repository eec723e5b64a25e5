// The kernel explorer's mathematics, words and addresses. Results come from sums written out, by no other module.
import assert from "node:assert/strict";
import { test } from "node:test";

import { chosen, divisor, entry, factors, filtered, fitted, fromAddress, gain, grayOfColor, laid, notes, plain, rank, resized, sentence, SHOWS, toAddress, toGray, worked } from "../../docs/assets/js/kernel.js";

const BOX = { name: "box", rows: [[1, 1, 1], [1, 1, 1], [1, 1, 1]], divisor: 9, about: "mean" };
const SOBEL = { name: "sobel-x", rows: [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], divisor: 1, about: "edges" };
const COUNTING = [[1, 2, 3], [4, 5, 6], [7, 8, 9]];
const PRESETS = [BOX, SOBEL];
const PHOTOS = ["camera", "coffee"];
const PICTURE = { width: 5, height: 4, values: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20] };
const START = chosen(SOBEL, { preset: "", kernel: [], photo: "camera", row: 1, column: 1, flip: false, normalize: false, show: "clamp" });

/** The result at a place, by the definition. */
function byHand({ width, values }, kernel, row, column) {
  let sum = 0;
  for (let i = 0; i < kernel.length; i += 1) {
    for (let j = 0; j < kernel.length; j += 1) sum += kernel[i][j] * values[(row + i) * width + column + j];
  }
  return sum;
}

test("filtering is the sum over the window, at every place, without padding", () => {
  for (const kernel of [SOBEL.rows, COUNTING, laid(COUNTING, true)]) {
    const { width, height, values } = filtered(PICTURE, kernel);
    assert.deepEqual([width, height], [3, 2]);
    values.forEach((value, at) => assert.equal(value, byHand(PICTURE, kernel, Math.floor(at / 3), at % 3)));
  }
});

test("convolution turns the kernel by 180 degrees: a single pixel shows the kernel as it is written", () => {
  const values = Array(25).fill(0);
  values[12] = 1;
  const spot = { width: 5, height: 5, values };
  assert.deepEqual([...filtered(spot, laid(COUNTING, true)).values], [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.deepEqual([...filtered(spot, laid(COUNTING, false)).values], [9, 8, 7, 6, 5, 4, 3, 2, 1]);
});

test("normalizing divides by the sum of the weights, if there is one", () => {
  assert.equal(divisor(BOX.rows, true), 9);
  assert.equal(divisor(BOX.rows, false), 1);
  assert.equal(divisor(SOBEL.rows, true), 1);
  assert.equal(gain([[0.1, 0.2], [-0.3, 0]]), 0);
});

test("what is shown is clamped, centered or stretched, and clamped values are counted", () => {
  assert.deepEqual(toGray([-300, -0.4, 90, 256, 300], "clamp"), { values: Uint8ClampedArray.of(0, 0, 90, 255, 255), least: -300, most: 300, below: 1, above: 2 });
  assert.deepEqual([...toGray([-300, 0, 100], "middle").values], [0, 128, 178]);
  assert.deepEqual([...toGray([-300, 0, 300], "stretch").values], [0, 128, 255]);
  assert.deepEqual([...toGray([7, 7], "stretch").values], [128, 128]);
});

test("one result is worked out in full, and said in a sentence", () => {
  const work = worked(PICTURE, START);
  assert.deepEqual(work.pixels, [[7, 8, 9], [12, 13, 14], [17, 18, 19]]);
  assert.deepEqual(work.products[1], [-24, 0, 28]);
  assert.equal(work.sum, 8);
  assert.equal(sentence(work, START, 132), "Result in row 1, column 1: the 9 products add up to 8. It is shown as gray 132, from 128 + 8/2 = 132.");
  const mean = { ...START, ...chosen(BOX, START) };
  assert.equal(sentence(worked(PICTURE, mean), mean, 13), "Result in row 1, column 1: the 9 products add up to 117, divided by 9 that is 13. It is shown as gray 13.");
});

test("clamping is said aloud", () => {
  const bright = { ...START, kernel: [[0, 0, 0], [0, 100, 0], [0, 0, 0]], show: "clamp" };
  assert.match(sentence(worked(PICTURE, bright), bright, 255), /add up to 1300\. It is shown as gray 255, since nothing is brighter than 255\.$/);
  const dark = { ...bright, kernel: [[0, 0, 0], [0, -1, 0], [0, 0, 0]] };
  assert.match(sentence(worked(PICTURE, dark), dark, 0), /add up to −13\. It is shown as gray 0, since nothing is darker than 0\.$/);
});

const said = (values) => notes({ ...START, ...values }, PICTURE, toGray([-300, 0, 300], values.show ?? "clamp")).join(" ");

test("gain, clamping, turning, rank and size are said", () => {
  assert.match(said({}), /The weights add up to 0: even light gives 0/);
  assert.match(said({ normalize: true }), /Dividing by 0 is impossible/);
  assert.match(said({ kernel: BOX.rows }), /even light becomes 9 times as bright/);
  assert.match(said({ kernel: BOX.rows, normalize: true }), /divided by 9, and even light stays as it is/);
  assert.match(said({}), /clamped to black: 1 of 3, clamped to white: 1 of 3/);
  assert.match(said({ show: "stretch" }), /nothing is clamped/);
  assert.match(said({}), /turning exchanges plus and minus/);
  assert.match(said({ kernel: BOX.rows, flip: true }), /turned by 180° .* changes nothing/);
  assert.match(said({}), /Rank 1: separable, column \(1 2 1\) times row \(−1 0 1\)\. Two passes need 3 \+ 3 = 6 products for each result instead of 9/);
  assert.match(said({ kernel: COUNTING }), /Rank 2: not separable/);
  assert.match(said({ kernel: resized([[0]], 3) }), /All weights are 0/);
  assert.match(said({}), /5 × 4 pixels give 3 × 2 results/);
});

test("rank and factors are those of linear algebra, for decimals too", () => {
  assert.equal(rank([[0, -1, 0], [-1, 4, -1], [0, -1, 0]]), 2);
  assert.equal(rank([[1, 0, 0], [0, 1, 0], [0, 0, 1]]), 3);
  assert.equal(rank([[0.1, 0.2], [0.3, 0.6]]), 1);
  assert.deepEqual(factors([[0, 0, 0], [2, -4, 6], [1, -2, 3]]), { column: [0, 2, 1], row: [1, -2, 3] });
  assert.equal(factors(COUNTING), null);
});

test("another size puts zeros around the kernel or keeps its middle", () => {
  assert.deepEqual(resized(COUNTING, 5)[2], [0, 4, 5, 6, 0]);
  assert.deepEqual(resized(resized(COUNTING, 7), 3), COUNTING);
  assert.deepEqual(resized(COUNTING, 4), [[1, 2, 3, 0], [4, 5, 6, 0], [7, 8, 9, 0], [0, 0, 0, 0]]);
});

test("gray is the luminance of Rec. 709, over white where a picture is transparent", () => {
  assert.deepEqual([...grayOfColor([255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, 9, 9, 9, 0])], [54, 182, 18, 255]);
});

test("weights are numbers within limits; anything else is none", () => {
  assert.deepEqual(["1", " −2.5 ", "1e9", "0.12345"].map(entry), [1, -2.5, 999, 0.123]);
  for (const text of ["", "abc", "1,5", "--1"]) assert.ok(Number.isNaN(entry(text)));
  assert.equal(plain(-0.00001), "0");
});

test("a place outside is moved to the nearest result", () => {
  assert.deepEqual(fitted({ ...START, row: 99, column: -3 }, PICTURE), { ...START, row: 1, column: 0 });
});

test("every address reads back as the state it was written from", () => {
  for (const kernel of [null, COUNTING, resized([[0.5, -1], [-0.125, 12]], 6)]) {
    for (const show of Object.keys(SHOWS)) {
      for (const [flip, normalize] of [[false, true], [true, false]]) {
        const state = { ...START, photo: "coffee", row: 7, column: 0, show, flip, normalize, ...(kernel && { kernel, preset: "" }) };
        assert.deepEqual(fromAddress(toAddress(state), START, PRESETS, PHOTOS), state);
      }
    }
  }
  assert.equal(toAddress(START), "sobel-x__camera__r1__c1__middle__raw");
});

test("a foreign address is read as far as it makes sense", () => {
  assert.deepEqual(fromAddress("", START, PRESETS, PHOTOS), START);
  assert.deepEqual(fromAddress("1_2_3__camera", START, PRESETS, PHOTOS), START);
  assert.deepEqual(fromAddress("box__<script>__r99999__dance", START, PRESETS, PHOTOS), chosen(BOX, START));
});
