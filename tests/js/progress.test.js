// Progress in the browser's storage: what is kept, what is counted, and what happens to storage that
// misbehaves.
import assert from "node:assert/strict";
import { test } from "node:test";

import { exported, imported, summary } from "../../docs/assets/js/answers-file.js";
import { KEY, Progress } from "../../docs/assets/js/progress.js";

/** A storage in memory; `full` refuses to write. */
function storage(content = {}, full = false) {
  const kept = new Map(Object.entries(content));
  return {
    kept,
    getItem: (/** @type {string} */ key) => kept.get(key) ?? null,
    setItem(/** @type {string} */ key, /** @type {string} */ value) {
      if (full) throw new DOMException("full", "QuotaExceededError");
      kept.set(key, String(value));
    },
    removeItem: (/** @type {string} */ key) => kept.delete(key),
  };
}

const open = (/** @type {any} */ its) => new Progress(() => its);
const right = { answer: "4", status: "correct", score: 1 };
const wrong = { answer: "5", status: "wrong", score: 0 };

test("what is recorded is there for the next page", () => {
  const its = storage();
  open(its).record("a/b", 3, right, 10);
  assert.deepEqual(open(its).best("a/b"), {
    seed: 3,
    answer: "4",
    status: "correct",
    score: 1,
    attempts: 1,
    at: 10,
  });
});

test("the best score counts, of equals the newest", () => {
  const progress = open(storage());
  progress.record("a/b", 1, { ...wrong, score: 0.5 }, 1);
  progress.record("a/b", 2, right, 2);
  progress.record("a/b", 3, wrong, 3);
  assert.equal(progress.best("a/b")?.seed, 2);
  progress.record("a/b", 4, right, 4);
  assert.equal(progress.best("a/b")?.seed, 4);
  assert.equal(progress.best("no/such"), null);
});

test("attempts are counted until the variant is solved", () => {
  const progress = open(storage());
  for (const verdict of [wrong, wrong, right, right]) progress.record("a/b", 1, verdict);
  assert.equal(progress.question("a/b").variants[1].attempts, 3);
});

test("two tabs do not undo each other", () => {
  const its = storage();
  const [one, other] = [open(its), open(its)];
  one.record("a/b", 1, right);
  other.record("c/d", 1, right);
  one.choose("a/b", 2);
  assert.deepEqual(
    [open(its).best("a/b")?.score, open(its).best("c/d")?.score, open(its).question("a/b").seed],
    [1, 1, 2],
  );
});

test("a typed text survives until it is checked", () => {
  const progress = open(storage());
  progress.draft("a/b", 1, "floor(");
  assert.equal(progress.question("a/b").drafts?.[1], "floor(");
  progress.record("a/b", 1, wrong);
  assert.equal(progress.question("a/b").drafts?.[1], undefined);
});

test("reset forgets the named questions and no others", () => {
  const progress = open(storage());
  progress.record("a/b", 1, right);
  progress.record("c/d", 1, right);
  progress.reset(["a/b"]);
  assert.deepEqual([progress.best("a/b"), progress.best("c/d")?.score], [null, 1]);
});

test("blocked storage: the visit works and the reader is told", () => {
  const progress = new Progress(() => {
    throw new DOMException("denied", "SecurityError");
  });
  progress.record("a/b", 1, right);
  assert.equal(progress.best("a/b")?.score, 1);
  assert.match(progress.trouble, /blocks storage/);
});

test("full storage: the visit works and the reader is told", () => {
  const progress = open(storage({}, true));
  progress.record("a/b", 1, right);
  progress.record("c/d", 1, right);
  assert.deepEqual([progress.best("a/b")?.score, progress.best("c/d")?.score], [1, 1]);
  assert.match(progress.trouble, /full/);
});

for (const [what, text] of [
  ["no JSON", "{oops"],
  ["another version", '{"version": 99, "questions": {}}'],
  ["another shape", '{"version": 1, "questions": {"a/b": {"variants": {"1": 7}}}}'],
]) {
  test(`unreadable progress (${what}) is set aside, never deleted, and the reader is told`, () => {
    const its = storage({ [KEY]: text });
    const progress = open(its);
    assert.equal(its.kept.get(`${KEY}.unreadable-1`), text);
    assert.match(progress.trouble, /kept aside/);
    progress.record("a/b", 1, right);
    assert.equal(open(its).best("a/b")?.score, 1);
  });
}

test("a second unreadable progress does not replace the first", () => {
  const its = storage({ [KEY]: "second", [`${KEY}.unreadable-1`]: "first" });
  open(its);
  assert.deepEqual(
    [its.kept.get(`${KEY}.unreadable-1`), its.kept.get(`${KEY}.unreadable-2`)],
    ["first", "second"],
  );
});

test("unreadable progress stays where it is when there is no room for a copy", () => {
  const its = storage({ [KEY]: "{oops" }, true);
  const progress = open(its);
  assert.equal(its.kept.get(KEY), "{oops");
  assert.match(progress.trouble, /left as it is/);
});

test("of very many variants the best one stays", () => {
  const progress = open(storage());
  progress.record("a/b", 0, right, 0);
  for (let seed = 1; seed < 100; seed += 1) progress.record("a/b", seed, wrong, seed);
  assert.equal(progress.best("a/b")?.seed, 0);
  assert.ok(Object.keys(progress.question("a/b").variants).length <= 30);
  assert.ok(99 in progress.question("a/b").variants);
});

test("the answers file holds the variant that counts, in the form the terminal reads", () => {
  const progress = open(storage());
  progress.record("a/b", 2, wrong, 1);
  progress.record("a/b", 5, right, 2);
  assert.deepEqual(exported(progress, "a", ["a/b", "a/none"]), {
    format: "cnnmath-answers",
    version: 1,
    answers: [{ question: "a/b", seed: 5, answer: "4", set: "a", status: "correct", score: 1, attempts: 1 }],
  });
});

test("an import takes what is better, keeps what is here, and says what could not be used", () => {
  const progress = open(storage());
  progress.record("a/kept", 1, right);
  const row = { seed: 1, answer: "7", points: 2, feedback: "" };
  const outcome = imported(progress, [
    { ...row, entry: 1, question: "a/new", status: "partly", earned: 1 },
    { ...row, entry: 2, question: "a/kept", status: "wrong", earned: 0 },
    {
      ...row,
      entry: 3,
      question: "a/none",
      status: "unusable",
      earned: 0,
      feedback: "There is no such question.",
    },
  ]);
  assert.equal(progress.best("a/new")?.score, 0.5);
  assert.equal(progress.best("a/kept")?.answer, "4");
  assert.deepEqual(outcome.problems, [{ entry: 3, why: "There is no such question." }]);
  assert.equal(summary(outcome), "1 answer taken over, 1 answer here already as good, 1 entry not used.");
});
