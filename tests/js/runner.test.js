// The supervisor with a worker made of plain JavaScript: queue, time limits, crashes, restarts.
import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { FileError } from "../../docs/assets/js/python-files.js";
import { Runner } from "../../docs/assets/js/runner.js";

mock.method(console, "warn", () => {});

/**
 * A worker whose `handle` is a JavaScript function; `undefined` as reply means an endless loop, a thrown error a
 * broken interpreter.
 */
class FakeWorker {
  /** @type {FakeWorker[]} */
  static made = [];
  ended = false;
  used = false;
  asked = 0;
  /** The workers in which Python was started. */
  static get started() {
    return FakeWorker.made.filter(({ used }) => used);
  }
  /** @param {(request: any) => any} handle @param {string} [failure] */
  constructor(handle, failure) {
    this.handle = handle;
    this.failure = failure;
    FakeWorker.made.push(this);
  }
  /** @param {any} data */
  postMessage(data) {
    this.used = true;
    queueMicrotask(() => {
      if (data.start) this.#say(this.failure ? { failed: this.failure } : { ready: true });
      else this.#answer(data);
    });
  }
  /** @param {{id: number, request: string}} data */
  #answer({ id, request }) {
    this.asked += 1;
    try {
      const reply = this.handle(JSON.parse(request));
      if (reply !== undefined) this.#say({ id, reply: JSON.stringify(reply), heap: reply.heap ?? 0 });
    } catch (error) {
      this.#say({ id, crashed: String(error) });
    }
  }
  /** @param {object} data */
  #say(data) {
    if (!this.ended) /** @type {any} */ (this).onmessage({ data });
  }
  terminate() {
    this.ended = true;
  }
}

/** @param {(request: any) => any} handle */
function started(handle, { failures = [], limits = { ask: 40, other: 40 } } = {}) {
  FakeWorker.made = [];
  const left = [...failures];
  const runner = new Runner({
    loadFiles: async () => ({}),
    makeWorker: () => /** @type {any} */ (new FakeWorker(handle, left.shift())),
    limits,
    startLimit: 1000,
  });
  return runner;
}

test("nothing is started before it is needed, then one worker for all requests", async () => {
  const runner = started(({ value }) => ({ ok: true, value }));
  assert.equal(FakeWorker.made.length, 0);
  const replies = await Promise.all([1, 2, 3].map((value) => runner.call({ do: "ask", value })));
  assert.deepEqual(
    replies.map(({ value }) => value),
    [1, 2, 3],
  );
  assert.equal(FakeWorker.started.length, 1);
  assert.equal(runner.phase, "ready");
});

test("phases are announced", async () => {
  const runner = started(() => ({ ok: true }));
  /** @type {string[]} */
  const phases = [];
  runner.addEventListener("phase", () => phases.push(runner.phase));
  await runner.start();
  assert.deepEqual(phases, ["loading", "starting", "ready"]);
});

test("a request beyond its time limit is stopped, the worker replaced, and the next request answered", async () => {
  const runner = started(({ loop }) => (loop ? undefined : { ok: true }));
  const slow = runner.call({ do: "ask", loop: true });
  const next = runner.call({ do: "ask" });
  await assert.rejects(slow, { code: "timeout" });
  assert.deepEqual(await next, { ok: true });
  assert.equal(FakeWorker.started.length, 2);
  assert.ok(FakeWorker.made[0].ended);
  assert.equal(runner.restarts, 1);
});

test("a crash is told to its asker only, and Python is started anew", async () => {
  const runner = started(({ crash }) => {
    if (crash) throw new Error("fatal");
    return { ok: true };
  });
  const [crashed, fine] = await Promise.allSettled([
    runner.call({ do: "ask", crash: true }),
    runner.call({ do: "ask" }),
  ]);
  assert.equal(/** @type {any} */ (crashed).reason.code, "crash");
  assert.equal(fine.status, "fulfilled");
  assert.equal(FakeWorker.started.length, 2);
});

test("of waiting requests with one key only the newest is asked", async () => {
  /** @type {number[]} */
  const asked = [];
  const runner = started(({ value }) => {
    asked.push(value);
    return { ok: true, value };
  });
  const calls = [0, 1, 2, 3].map((value) => runner.call({ do: "ask", value }, "preview"));
  const outcomes = await Promise.allSettled(calls);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ["fulfilled", "rejected", "rejected", "fulfilled"],
  );
  assert.equal(/** @type {any} */ (outcomes[1]).reason.code, "replaced");
  assert.deepEqual(asked, [0, 3]);
});

test("a heap that has grown too large is left behind when nothing waits", async () => {
  const runner = started(() => ({ ok: true, heap: 400 * 2 ** 20 }));
  await runner.call({ do: "ask" });
  await runner.start();
  assert.equal(FakeWorker.started.length, 2);
});

test("a browser without module workers is told in a sentence", async () => {
  const runner = new Runner({
    loadFiles: async () => ({}),
    makeWorker: () => {
      throw new ReferenceError("Worker is not defined");
    },
  });
  await assert.rejects(runner.call({ do: "grade" }), { code: "worker", message: /module workers/ });
  assert.equal(runner.phase, "failed");
});

test("missing files are told with their reason, and tried again at the next request", async () => {
  let tries = 0;
  const runner = new Runner({
    loadFiles: async () => {
      tries += 1;
      if (tries === 1) throw new FileError("network", "The network did not deliver manifest.json.");
      return {};
    },
    makeWorker: () => /** @type {any} */ (new FakeWorker(() => ({ ok: true }))),
  });
  await assert.rejects(runner.call({ do: "grade" }), { code: "network", message: /did not deliver/ });
  assert.deepEqual(await runner.call({ do: "grade" }), { ok: true });
});

test("a start that fails rejects all who wait, and the next request tries anew", async () => {
  const runner = started(() => ({ ok: true }), { failures: ["no wasm"] });
  const outcomes = await Promise.allSettled([runner.call({ do: "ask" }), runner.call({ do: "ask" })]);
  assert.deepEqual(
    outcomes.map((outcome) => /** @type {any} */ (outcome).reason?.code),
    ["start", "start"],
  );
  assert.deepEqual(await runner.call({ do: "ask" }), { ok: true });
});

test("prefetching gets files and scripts ready without starting Python", async () => {
  const runner = started(() => ({ ok: true }));
  await runner.prefetch();
  assert.deepEqual([FakeWorker.made.length, FakeWorker.started.length, runner.phase], [1, 0, "idle"]);
  await runner.call({ do: "ask" });
  assert.equal(FakeWorker.made[0].asked, 1);
});

test("a spare whose scripts did not load is not used", async () => {
  const runner = started(() => ({ ok: true }));
  await runner.prefetch();
  /** @type {any} */ (FakeWorker.made[0]).onerror({});
  await runner.call({ do: "ask" });
  assert.equal(FakeWorker.made[0].asked, 0);
});

test("prefetching never raises and fetches once", async () => {
  let fetched = 0;
  const runner = new Runner({
    loadFiles: async () => {
      fetched += 1;
      throw new FileError("network", "gone");
    },
    makeWorker: () => /** @type {any} */ (new FakeWorker(() => ({ ok: true }))),
  });
  await runner.prefetch();
  assert.equal(fetched, 1);
  assert.equal(runner.phase, "idle");
});
