// Puts this package into a started Pyodide and returns the one function that the page calls. Knows neither
// workers nor networks, so the tests use it under Node as well.

const HOME = "/lib/cnnmath";
const ARCHIVE = "/lib/cnnmath.zip";

// Real files, not a zip on the path: the bank finds its questions by listing folders.
const UNPACK = `
import os, sys, zipfile
with zipfile.ZipFile("${ARCHIVE}") as archive:
    archive.extractall("${HOME}")
os.remove("${ARCHIVE}")
sys.path.insert(0, "${HOME}")
from cnnmath.practice.web import handle
handle
`;

/** The settings of every interpreter that grades: the same hash seed, no input, nothing fetched. */
export const SETTINGS = {
  env: { PYTHONHASHSEED: "0", PYTHONDONTWRITEBYTECODE: "1" },
  stdin: () => null,
};

/**
 * @param {any} python a started Pyodide
 * @param {ArrayBuffer | Uint8Array} archive the bundle's package
 * @returns {(request: string) => string} cnnmath.practice.web.handle
 */
export function boot(python, archive) {
  python.FS.writeFile(ARCHIVE, new Uint8Array(archive));
  return python.runPython(UNPACK);
}
