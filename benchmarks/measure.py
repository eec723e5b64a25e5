"""Claim: counting a network costs milliseconds, grows linearly with its layers, and needs no framework.

    python benchmarks/measure.py [PYTHON]

PYTHON is an interpreter with torch, torchvision and torchinfo, if there is one: the peer. Without it only
our own side is printed. Times are the best of several runs, so that other work disturbs them little.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable

from cnnmath import measure, zoo
from cnnmath.arch import Conv2d, Input, Network, ReLU, chain

PEER = (
    "import torch, torchvision, torchinfo;"
    "torchinfo.summary(torchvision.models.resnet152(), (1, 3, 224, 224), verbose=0, device='cpu')"
)


def best(
    run: Callable[[], object], repeats: int = 7, clock: Callable[[], float] = time.process_time
) -> float:
    """Return the shortest of several run times in seconds: of this process' own, or of a wall clock."""
    times = []
    for _ in range(repeats):
        start = clock()
        run()
        times.append(clock() - start)
    return min(times)


def chain_of(length: int) -> Network:
    """Return a chain of convolutions and ReLUs with this many layers."""
    layers = [Conv2d(8, 3, padding=1), ReLU()] * (length // 2)
    return chain(f"chain{length}", Input(8, 32, 32), *layers)


def process(*command: str) -> Callable[[], object]:
    """Return a function that runs a command as a process of its own."""

    def run() -> object:
        return subprocess.run(command, check=True, capture_output=True)

    return run


def print_process(peer: str | None) -> None:
    """Print the time of a whole process, and the peer's, with their ratio."""
    ours = best(process(sys.executable, "-m", "cnnmath", "summary", "resnet152"), clock=time.perf_counter)
    print(f"cnnmath summary resnet152, whole process: {ours * 1e3:8.1f} ms")
    if peer is None:
        print("torchinfo: no interpreter with torch, torchvision and torchinfo was named")
        return
    theirs = best(process(peer, "-c", PEER), repeats=3, clock=time.perf_counter)
    print(f"torchinfo on the same network:           {theirs * 1e3:8.1f} ms   ratio {theirs / ours:.1f}")


def print_growth() -> None:
    """Print the time per layer of chains of growing length: linear growth keeps it level."""
    first = None
    for length in (10, 100, 1000, 10_000):
        net = chain_of(length)
        per_layer = best(lambda net=net: measure.table(net), repeats=3) / length
        first = first or per_layer
        ratio = per_layer / first
        print(f"table of a chain of {length:6} layers: {per_layer * 1e6:6.1f} us per layer, x{ratio:.2f}")


def main() -> None:
    """Print all figures."""
    net = zoo.model("resnet152")
    print(f"table of resnet152 in process:            {best(lambda: measure.table(net), 15) * 1e3:8.1f} ms")
    print(
        f"its parameters alone:                     {best(lambda: measure.parameters(net), 15) * 1e3:8.1f} ms"
    )
    print_growth()
    print_process(sys.argv[1] if len(sys.argv) > 1 else None)


if __name__ == "__main__":
    main()
