// Asks the page's Python under Node: node replay.mjs PYODIDE WEB REQUESTS REPLIES. PYODIDE is the npm package (its
// files are the bundle's, in a place where Node takes them for what they are), WEB the bundle's folder, REQUESTS a
// JSON list of request texts, REPLIES the file to write. The interpreter starts as in the page: python-boot.js.
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

import { boot, SETTINGS } from "../../docs/assets/js/python-boot.js";

const [pyodide, web, requests, replies] = process.argv.slice(2);
const manifest = JSON.parse(fs.readFileSync(path.join(web, "manifest.json"), "utf8"));
const file = (role) => path.resolve(web, manifest.files[role].url);
const { loadPyodide } = await import(pathToFileURL(path.join(pyodide, "pyodide.mjs")).href);
const python = await loadPyodide({
  indexURL: path.resolve(pyodide) + path.sep,
  stdLibURL: file("library"),
  lockFileContents: manifest.lock,
  ...SETTINGS,
});
const handle = boot(python, fs.readFileSync(file("package")));
const asked = JSON.parse(fs.readFileSync(requests, "utf8"));
const began = performance.now();
fs.writeFileSync(replies, JSON.stringify(asked.map((request) => handle(request))));
console.log(JSON.stringify({ count: asked.length, milliseconds: performance.now() - began }));
