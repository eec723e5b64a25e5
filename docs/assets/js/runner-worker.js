// One Python interpreter in a module worker. It knows one function, cnnmath.practice.web.handle(json) ->
// json, and is told everything else: {start: files} is answered by {ready} or {failed}, {id, request} by {id,
// reply} or {id, crashed}. Time limits are the supervisor's business (runner.js), which ends the whole
// worker.

import { boot, SETTINGS } from "./python-boot.js";

const HEAP_LIMIT = 768 * 2 ** 20; // beyond it Python sees a MemoryError and the tab survives
const OUTPUT_LIMIT = 20_000; // characters of what Python prints, per request
const REPLY_LIMIT = 1_000_000;

/** @type {((request: string) => string) | undefined} */
let handle;
/** @type {any} */
let python;
let printed = 0;

limitHeap();
self.onmessage = ({ data }) => {
  if (data.start) {
    start(data.start).then(
      () => postMessage({ ready: true }),
      (error) => postMessage({ failed: words(error) }),
    );
  } else {
    answer(data.id, data.request);
  }
};

/** @param {number} id @param {string} request */
function answer(id, request) {
  printed = 0;
  try {
    const reply = /** @type {(request: string) => string} */ (handle)(request);
    if (typeof reply !== "string" || reply.length > REPLY_LIMIT)
      throw new Error("the reply is not a short text");
    postMessage({ id, reply, heap: python._module.HEAP8.length });
  } catch (error) {
    postMessage({ id, crashed: words(error) });
  }
}

/** @param {import("./python-files.js").PythonFiles} files */
async function start(files) {
  provide(files);
  if (!globalThis._createPyodideModule) await load(files.engine, files);
  const { loadPyodide } = await load(files.loader, files);
  const library = URL.createObjectURL(new Blob([files.library]));
  python = await loadPyodide({
    indexURL: new URL(".", files.loader).href,
    stdLibURL: library,
    packageBaseUrl: new URL(".", files.loader).href,
    lockFileContents: files.lock,
    ...SETTINGS,
    stdout: print,
    stderr: print,
  });
  URL.revokeObjectURL(library);
  handle = boot(python, files.package);
}

/**
 * Import a script by its address; where the network has gone, from the bytes that the supervisor kept.
 * @param {string} url
 * @param {import("./python-files.js").PythonFiles} files
 */
async function load(url, files) {
  try {
    return await import(url);
  } catch (error) {
    const blob = new Blob([files.scripts[url]], { type: "text/javascript" });
    const copy = URL.createObjectURL(blob);
    try {
      return await import(copy);
    } catch {
      throw error;
    } finally {
      URL.revokeObjectURL(copy);
    }
  }
}

/**
 * Give Pyodide the compiled module instead of letting it fetch one.
 * @param {import("./python-files.js").PythonFiles} files
 */
function provide({ wasm, loader }) {
  const address = new URL("pyodide.asm.wasm", loader).href;
  const plainFetch = self.fetch.bind(self);
  const marker = new Response();
  self.fetch = (input, options) =>
    String(input) === address ? Promise.resolve(marker) : plainFetch(input, options);
  const plainInstantiate = WebAssembly.instantiateStreaming;
  WebAssembly.instantiateStreaming = async (source, imports) =>
    (await source) === marker
      ? { module: wasm, instance: await WebAssembly.instantiate(wasm, imports) }
      : plainInstantiate(source, imports);
}

function limitHeap() {
  const { grow } = WebAssembly.Memory.prototype;
  WebAssembly.Memory.prototype.grow = function limited(pages) {
    if (this.buffer.byteLength + pages * 65536 > HEAP_LIMIT) throw new RangeError("memory limit");
    return grow.call(this, pages);
  };
}

/** @param {string} line */
function print(line) {
  if (printed < OUTPUT_LIMIT) console.debug(line);
  printed += line.length;
}

/** @param {unknown} error */
function words(error) {
  return String(error instanceof Error ? error.message : error).slice(-2000);
}
