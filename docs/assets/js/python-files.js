// Fetches the files of the page's Python and checks each against the hash in the manifest. Bytes are kept, so
// a restart needs no network. Starting an interpreter from them is runner-worker.js's business.

/**
 * Why a file could not be had; `message` is a sentence for the reader.
 */
export class FileError extends Error {
  /** @param {"absent" | "network" | "damaged"} code @param {string} message */
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/**
 * @typedef {{url: string, size: number, integrity: string}} Part
 * @typedef {{format: string, version: number, lock: object, files: Record<string, Part>}} Manifest
 * @typedef {{lock: object, loader: string, engine: string, scripts: Record<string, ArrayBuffer>,
 *   wasm: WebAssembly.Module, library: ArrayBuffer, package: ArrayBuffer}} PythonFiles
 */

/**
 * Load the manifest and all files it names. `lock`, `loader` and `engine` say where things are; `scripts` holds
 * the two JavaScript files by address, for the case that the network has gone when they are imported.
 * @param {URL} manifestUrl
 * @param {typeof globalThis.fetch} [fetch]
 * @returns {Promise<PythonFiles>}
 */
export async function loadPythonFiles(manifestUrl, fetch = globalThis.fetch.bind(globalThis)) {
  const manifest = await loadManifest(manifestUrl, fetch);
  const part = (/** @type {string} */ role) => manifest.files[role];
  const address = (/** @type {string} */ role) => new URL(part(role).url, manifestUrl).href;
  const bytes = async (/** @type {string} */ role) =>
    (await download(address(role), part(role).integrity, fetch)).arrayBuffer();
  const [loader, engine, wasm, library, ours] = await Promise.all([
    bytes("loader"),
    bytes("engine"),
    download(address("wasm"), part("wasm").integrity, fetch).then(compile),
    bytes("library"),
    bytes("package"),
  ]);
  return {
    lock: manifest.lock,
    loader: address("loader"),
    engine: address("engine"),
    scripts: { [address("loader")]: loader, [address("engine")]: engine },
    wasm,
    library,
    package: ours,
  };
}

/**
 * @param {URL} url
 * @param {typeof globalThis.fetch} fetch
 * @returns {Promise<Manifest>}
 */
async function loadManifest(url, fetch) {
  // Other files carry a hash in their name and never change; this one is asked for anew.
  const response = await download(url.href, "", fetch, "no-cache");
  try {
    const manifest = await response.json();
    if (manifest.format === "cnnmath-web" && manifest.version === 1) return manifest;
  } catch {
    // Not JSON: told below, as for JSON of another kind.
  }
  throw new FileError("damaged", "The list of this site's Python files cannot be read.");
}

/**
 * Fetch one file; with an integrity, the browser refuses any other content.
 * @param {string} url
 * @param {string} integrity
 * @param {typeof globalThis.fetch} fetch
 * @param {RequestCache} [cache]
 * @returns {Promise<Response>}
 */
async function download(url, integrity, fetch, cache = "force-cache") {
  for (const mode of /** @type {RequestCache[]} */ ([cache, "reload"])) {
    try {
      const response = await fetch(url, { cache: mode, ...(integrity && { integrity }) });
      if (response.ok) return response;
      if (response.status === 404) break;
    } catch {
      // The browser does not say whether the network or the content was wrong: looked into below.
    }
  }
  throw await reason(url, fetch);
}

/**
 * Find out why a file could not be had.
 * @param {string} url
 * @param {typeof globalThis.fetch} fetch
 */
async function reason(url, fetch) {
  const name = url.split("/").at(-1);
  let response;
  try {
    response = await fetch(url, { method: "HEAD", cache: "no-store" });
  } catch {
    return new FileError("network", `The network did not deliver ${name}.`);
  }
  if (response.status === 404) {
    return new FileError(
      "absent",
      `This site was built without the Python that grades answers (${name} is missing).`,
    );
  }
  if (!response.ok) return new FileError("network", `The server answered ${response.status} for ${name}.`);
  return new FileError("damaged", `${name} is not the file that this site was built with; it was not used.`);
}

/** @param {Response} response */
async function compile(response) {
  const streamable = response.headers.get("content-type")?.startsWith("application/wasm");
  return streamable
    ? WebAssembly.compileStreaming(response)
    : WebAssembly.compile(await response.arrayBuffer());
}
