// Fetching the page's Python: hashes are demanded, and every failure is told with its reason.
import assert from "node:assert/strict";
import { test } from "node:test";

import { loadPythonFiles } from "../../docs/assets/js/python-files.js";

const MANIFEST = new URL("https://example.org/book/assets/web/manifest.json");
const EMPTY_MODULE = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]); // the smallest WebAssembly module

/** A small site; `spoil` may replace the answer for an address. */
function site(/** @type {(url: string, options: any) => Response | undefined} */ spoil = () => undefined) {
  const roles = ["loader", "engine", "wasm", "library", "package"];
  const part = (/** @type {string} */ role) => ({ url: `${role}.bin`, size: 8, integrity: `sha256-${role}` });
  const manifest = {
    format: "cnnmath-web",
    version: 1,
    lock: { info: {} },
    files: Object.fromEntries(roles.map((role) => [role, part(role)])),
  };
  /** @type {{url: string, options: any}[]} */
  const asked = [];
  const fetch = async (/** @type {any} */ url, /** @type {any} */ options) => {
    asked.push({ url: String(url), options });
    const spoilt = spoil(String(url), options);
    if (spoilt) return spoilt;
    return String(url) === MANIFEST.href ? Response.json(manifest) : new Response(EMPTY_MODULE);
  };
  return { fetch: /** @type {typeof globalThis.fetch} */ (fetch), asked };
}

test("every file is fetched beside the manifest, with its hash", async () => {
  const { fetch, asked } = site();
  const files = await loadPythonFiles(MANIFEST, fetch);
  assert.equal(files.loader, "https://example.org/book/assets/web/loader.bin");
  assert.ok(files.wasm instanceof WebAssembly.Module);
  assert.deepEqual(
    asked
      .slice(1)
      .map(({ url, options }) => [url.split("/").at(-1), options.integrity])
      .sort(),
    ["engine", "library", "loader", "package", "wasm"].map((role) => [`${role}.bin`, `sha256-${role}`]),
  );
});

test("the manifest is asked for anew, the others may come from the cache", async () => {
  const { fetch, asked } = site();
  await loadPythonFiles(MANIFEST, fetch);
  assert.deepEqual(new Set(asked.map(({ options }) => options.cache)), new Set(["no-cache", "force-cache"]));
  assert.equal(asked[0].options.cache, "no-cache");
});

test("a site without the bundle says so", async () => {
  const { fetch } = site((url) => (url === MANIFEST.href ? new Response("", { status: 404 }) : undefined));
  await assert.rejects(loadPythonFiles(MANIFEST, fetch), {
    code: "absent",
    message: /built without the Python/,
  });
});

test("without network the file is named", async () => {
  const { fetch } = site((url) => {
    if (url.endsWith("library.bin")) throw new TypeError("Failed to fetch");
    return undefined;
  });
  await assert.rejects(loadPythonFiles(MANIFEST, fetch), { code: "network", message: /library\.bin/ });
});

test("a file with another content is asked for once more past the cache, then refused", async () => {
  const { fetch, asked } = site((url, options) => {
    if (url.endsWith("package.bin") && options.integrity) throw new TypeError("Failed to fetch");
    return undefined;
  });
  await assert.rejects(loadPythonFiles(MANIFEST, fetch), {
    code: "damaged",
    message: /package\.bin is not the file/,
  });
  const caches = asked.filter(({ url }) => url.endsWith("package.bin")).map(({ options }) => options.cache);
  assert.deepEqual(caches, ["force-cache", "reload", "no-store"]);
});

test("a damaged copy in the cache is healed by the second try", async () => {
  const { fetch } = site((url, options) => {
    if (url.endsWith("package.bin") && options.cache === "force-cache")
      throw new TypeError("Failed to fetch");
    return undefined;
  });
  assert.ok((await loadPythonFiles(MANIFEST, fetch)).package);
});

for (const [what, answer] of [
  ["a page", () => new Response("<!doctype html>")],
  ["another JSON", () => Response.json({ format: "else" })],
]) {
  test(`${what} instead of a manifest is told`, async () => {
    const { fetch } = site((url) =>
      url === MANIFEST.href ? /** @type {() => Response} */ (answer)() : undefined,
    );
    await assert.rejects(loadPythonFiles(MANIFEST, fetch), { code: "damaged", message: /cannot be read/ });
  });
}

test("a server in trouble is told with its answer", async () => {
  const { fetch } = site((url) => (url.endsWith("wasm.bin") ? new Response("", { status: 503 }) : undefined));
  await assert.rejects(loadPythonFiles(MANIFEST, fetch), {
    code: "network",
    message: /answered 503 for wasm\.bin/,
  });
});
