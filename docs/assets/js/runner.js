// The supervisor of the page's Python: one worker for the whole visit, started when it is first needed. It
// queues requests, ends the worker at a request's time limit or on any crash, and starts another. The
// interpreter itself is runner-worker.js; files and their hashes are python-files.js's business.

import { FileError, loadPythonFiles } from "./python-files.js";

/** Milliseconds that a request may take once Python works on it: hundreds of times what it needs. */
const LIMITS = {
  preview: 8_000,
  question: 8_000,
  hint: 8_000,
  solution: 8_000,
  grade: 8_000,
  grade_file: 60_000,
};
const START_LIMIT = 60_000;
const HEAP_RESTART = 300 * 2 ** 20; // a heap never shrinks: beyond this, begin anew when idle

/**
 * Why Python could not answer. `code` is one of `worker` (not supported here), `absent`, `network`, `damaged`
 * (files), `start`, `timeout`, `crash`, `replaced` (a newer request of the same key came); `message` is a
 * sentence for the reader.
 */
export class RunnerError extends Error {
  /** @param {string} code @param {string} message */
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/**
 * @typedef {"idle" | "loading" | "starting" | "ready" | "failed"} Phase
 * @typedef {{request: object, key?: string, limit: number, resolve: (reply: any) => void,
 *   reject: (error: Error) => void}} Job
 */

/**
 * Runs Python for the page. Dispatches a `phase` event whenever `phase` changes.
 */
export class Runner extends EventTarget {
  /** @type {Phase} */
  phase = "idle";
  restarts = 0;
  /** @type {Job[]} */
  #queue = [];
  /** @type {Job | null} */
  #current = null;
  #count = 0;
  #timer = 0;
  /** @type {Worker | null} */
  #worker = null;
  /** @type {Worker | null} loaded but not started, so that a restart needs no network */
  #spare = null;
  /** @type {Promise<import("./python-files.js").PythonFiles> | null} */
  #files = null;
  /** @type {Promise<void> | null} */
  #started = null;

  /**
   * @param {{loadFiles: () => Promise<any>, makeWorker: () => Worker, limits?: Record<string, number>,
   *   startLimit?: number}} parts
   */
  constructor({ loadFiles, makeWorker, limits = LIMITS, startLimit = START_LIMIT }) {
    super();
    this.loadFiles = loadFiles;
    this.makeWorker = makeWorker;
    this.limits = limits;
    this.startLimit = startLimit;
  }

  /** Fetch files and scripts ahead of time; a failure is told when Python is needed. */
  async prefetch() {
    try {
      await this.#needFiles();
      if (!this.#started) this.#keepSpare(); // a start that is under way has its worker
    } catch {
      // Tried again, and told, at the first request.
    }
  }

  /**
   * Start Python unless it runs or is being started.
   * @returns {Promise<void>}
   */
  start() {
    this.#started ??= this.#start().catch((error) => {
      this.#started = null;
      this.#end();
      this.#enter("failed");
      throw error;
    });
    return this.#started;
  }

  /**
   * Ask `handle` one thing. Requests are answered in order; of waiting requests with the same `key` only the
   * newest is asked, the older ones are rejected as `replaced`.
   * @param {{do: string} & Record<string, unknown>} request
   * @param {string} [key]
   * @returns {Promise<any>} the reply, which may say {ok: false, error}
   */
  call(request, key) {
    return new Promise((resolve, reject) => {
      if (key) this.#drop(key);
      this.#queue.push({ request, key, limit: this.limits[request.do], resolve, reject });
      this.#next();
    });
  }

  /** @param {string} key */
  #drop(key) {
    const replaced = this.#queue.filter((job) => job.key === key);
    this.#queue = this.#queue.filter((job) => job.key !== key);
    for (const job of replaced) job.reject(new RunnerError("replaced", "A newer request took its place."));
  }

  async #next() {
    if (this.#current || this.#queue.length === 0) return;
    const job = /** @type {Job} */ (this.#queue.shift());
    this.#current = job;
    try {
      await this.start();
    } catch (error) {
      this.#current = null;
      job.reject(error);
      for (const waiting of this.#queue.splice(0)) waiting.reject(error);
      return;
    }
    this.#count += 1;
    this.#timer = setTimeout(
      () => this.#stop("timeout", `Stopped: no answer within ${job.limit / 1000} s.`),
      job.limit,
    );
    /** @type {Worker} */ (this.#worker).postMessage({
      id: this.#count,
      request: JSON.stringify(job.request),
    });
  }

  /** @param {any} data */
  #receive(data) {
    if (data.id !== this.#count || !this.#current) return;
    if ("crashed" in data) {
      this.#stop("crash", "Python stopped while working on this, and was started anew.", data.crashed);
      return;
    }
    const job = this.#current;
    clearTimeout(this.#timer);
    this.#current = null;
    try {
      job.resolve(JSON.parse(data.reply));
    } catch {
      job.reject(new RunnerError("crash", "Python answered something unreadable."));
    }
    if (this.#queue.length === 0) {
      if (data.heap > HEAP_RESTART) this.#restart();
      else this.#keepSpare();
    }
    this.#next();
  }

  /** End the worker because of the current request, tell its asker, and go on with a new worker. */
  #stop(/** @type {string} */ code, /** @type {string} */ message, /** @type {string} */ detail = "") {
    const job = this.#current;
    clearTimeout(this.#timer);
    this.#current = null;
    if (detail) console.warn(`cnnmath: ${detail}`);
    this.#restart();
    job?.reject(new RunnerError(code, message));
    this.#next();
  }

  #restart() {
    this.restarts += 1;
    this.#end();
    this.#started = null;
    this.start().catch(() => {}); // told to whoever asks next
  }

  #end() {
    this.#worker?.terminate();
    this.#worker = null;
  }

  async #start() {
    this.#enter("loading");
    this.#keepSpare(); // its scripts load beside the files
    const files = await this.#needFiles();
    this.#enter("starting");
    await this.#spawn(files);
    this.#enter("ready");
    if (!this.#current) this.#keepSpare();
  }

  /** Have a worker at hand whose scripts are loaded; where that fails, one is made when it is needed. */
  #keepSpare() {
    if (this.#spare) return;
    let spare;
    try {
      spare = this.makeWorker();
    } catch {
      return;
    }
    spare.onerror = (event) => {
      event.preventDefault?.();
      if (this.#spare === spare) this.#spare = null;
    };
    this.#spare = spare;
  }

  #takeWorker() {
    const worker = this.#spare ?? this.makeWorker();
    this.#spare = null;
    return worker;
  }

  async #needFiles() {
    this.#files ??= this.loadFiles();
    try {
      return await this.#files;
    } catch (error) {
      this.#files = null; // tried anew next time: the network may be back
      throw error instanceof FileError ? new RunnerError(error.code, error.message) : error;
    }
  }

  /** @param {any} files */
  #spawn(files) {
    return new Promise((resolve, reject) => {
      /** @type {Worker} */
      let worker;
      try {
        worker = this.#takeWorker();
      } catch {
        reject(
          new RunnerError("worker", "This browser cannot run Python beside the page (no module workers)."),
        );
        return;
      }
      const failed = (/** @type {string} */ detail) => {
        clearTimeout(timer);
        console.warn(`cnnmath: Python did not start: ${detail}`);
        reject(new RunnerError("start", "Python could not be started in this browser."));
      };
      const timer = setTimeout(() => failed("time limit"), this.startLimit);
      this.#worker = worker;
      worker.onmessage = ({ data }) => {
        if (worker !== this.#worker) return;
        if ("failed" in data) {
          failed(data.failed);
        } else if (data.ready) {
          clearTimeout(timer);
          worker.onerror = (event) => {
            event.preventDefault?.();
            if (worker === this.#worker)
              this.#stop("crash", "Python stopped, and was started anew.", event.message);
          };
          resolve(undefined);
        } else {
          this.#receive(data);
        }
      };
      worker.onerror = (event) => {
        event.preventDefault?.();
        failed(event.message || "the worker's script did not load");
      };
      worker.postMessage({ start: files });
    });
  }

  /** @param {Phase} phase */
  #enter(phase) {
    this.phase = phase;
    this.dispatchEvent(new Event("phase"));
  }
}

/** The runner of this visit: it survives instant navigation between pages. */
export const runner = new Runner({
  loadFiles: () => loadPythonFiles(new URL("../web/manifest.json", import.meta.url)),
  makeWorker: () => new Worker(new URL("./runner-worker.js", import.meta.url), { type: "module" }),
});

let asked = false;

/** Fetch Python's files as soon as the page has a moment, unless the reader saves data. */
export function fetchAhead() {
  const connection = /** @type {any} */ (navigator).connection;
  if (asked || connection?.saveData || /2g/.test(connection?.effectiveType ?? "")) return;
  asked = true;
  const whenIdle = globalThis.requestIdleCallback ?? ((/** @type {() => void} */ task) => setTimeout(task, 300));
  whenIdle(() => runner.prefetch(), { timeout: 300 });
}
