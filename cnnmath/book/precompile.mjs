// Runs precompile.py inside the page's own Python: node precompile.mjs JOB, where JOB is JSON
// {pyodide, stdlib, program, input, output, optimize}. Pyodide is started under Node, so that the bytecode has exactly the
// version that will load it, and the build needs no second Python.
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const job = JSON.parse(process.argv[2]);
const folder = path.resolve(job.pyodide) + path.sep;
const { loadPyodide } = await import(pathToFileURL(folder + "pyodide.mjs").href);
const python = await loadPyodide({
  indexURL: folder,
  stdLibURL: path.resolve(job.stdlib),
  // A fixed hash seed keeps the order of set constants, no debug ranges keep the files small.
  env: { PYTHONHASHSEED: "0", PYTHONNODEBUGRANGES: "1" },
});
python.FS.writeFile("/precompile.py", fs.readFileSync(job.program));
python.FS.writeFile("/input.zip", fs.readFileSync(job.input));
python.globals.set("optimize", job.optimize);
python.runPython(`
import sys
from pathlib import Path
sys.path.insert(0, "/")
from precompile import precompile
archive = precompile(Path("/input.zip").read_bytes(), optimize=optimize)
Path("/output.zip").write_bytes(archive)
`);
fs.writeFileSync(job.output, python.FS.readFile("/output.zip"));
