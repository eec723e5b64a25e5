"""Claim: the terminal answers at once, because counting loads no scientific library.

Times whole processes, in turns, in one run: our commands, a bare interpreter, and one that imports the
libraries that we leave out. Goal: `cnnmath size` under 0.2 s on an idle machine.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

ROUNDS = 15
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "cnnmath size": [
        *(sys.executable, "-m", "cnnmath", "size"),
        *("--input", "227", "--kernel", "11", "--stride", "4"),
    ],
    "cnnmath summary resnet50": [sys.executable, "-m", "cnnmath", "summary", "resnet50"],
    "cnnmath question": [sys.executable, "-m", "cnnmath", "question", "output-size/strided"],
    "python -c 'import numpy'": [sys.executable, "-c", "import numpy"],
    "python -c 'import sympy'": [sys.executable, "-c", "import sympy"],
}


def seconds(command: list[str]) -> float:
    """Run a command once and return how long the whole process took."""
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


def main() -> None:
    """Print medians and their ratio to the bare interpreter."""
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(ROUNDS):
        for name, command in COMMANDS.items():
            times[name].append(seconds(command))
    bare = statistics.median(times["python -c pass"])
    print(f"{'whole process, median of ' + str(ROUNDS):32} {'ms':>7} {'of the bare interpreter':>24}")
    for name, values in times.items():
        median = statistics.median(values)
        print(f"{name:32} {1000 * median:7.0f} {median / bare:23.1f}x")


if __name__ == "__main__":
    main()
