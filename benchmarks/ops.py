"""Claim: convolution in NumPy is within twice PyTorch's time, and near the bare product on large layers.

    python benchmarks/ops.py [PYTHON]

PYTHON is an interpreter with PyTorch, if there is one: the peer, run on as many threads. For every
convolution of AlexNet, VGG-16 and ResNet-50 (one image, float32) it prints our forward and backward times;
"product" is the part of our time that the matrix product of the same size takes alone, the limit of this
way; "torch" our time over PyTorch's (below 2 is the goal). Then one layer by `scipy.signal`. Wall times,
best of several, in one run.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np
from scipy.signal import oaconvolve
from threadpoolctl import threadpool_info

from cnnmath import ops, rules, zoo
from cnnmath.arch import Conv2d

NETWORKS = {"alexnet": "AlexNet", "vgg16": "VGG-16", "resnet50": "ResNet-50"}
REPEATS = 15

PEER = f"""
import json, sys, time, torch
torch.set_num_threads(int(sys.argv[1]))
def best(f):
    times = []
    for _ in range({REPEATS}):
        start = time.perf_counter(); f(); times.append(time.perf_counter() - start)
    return min(times)
found = []
for layer in json.load(sys.stdin):
    x = torch.randn(1, layer["channels"], *layer["size"], requires_grad=True)
    w = torch.randn(layer["maps"], layer["channels"], *layer["kernel"], requires_grad=True)
    geometry = dict(stride=layer["stride"], padding=layer["padding"])
    y = torch.nn.functional.conv2d(x, w, **geometry)
    grad = torch.randn_like(y)
    with torch.no_grad():
        forward = best(lambda: torch.nn.functional.conv2d(x, w, **geometry))
    backward = best(lambda: torch.autograd.grad(y, (x, w), grad, retain_graph=True))
    found.append((forward, backward))
print(json.dumps([torch.__version__, found]))
"""


@dataclass(frozen=True)
class Layer:
    """A convolution of one image: what both sides compute."""

    network: str
    name: str
    channels: int
    size: tuple[int, int]
    maps: int
    kernel: tuple[int, int]
    stride: tuple[int, int]
    padding: tuple[int, int]
    count: int = 1


def layers() -> list[Layer]:
    """Return the different convolutions of the three networks, with how often each occurs."""
    found: dict[tuple[object, ...], Layer] = {}
    for name, title in NETWORKS.items():
        network = zoo.model(name)
        shapes = rules.shapes(network)
        for node in network:
            if isinstance(node.layer, Conv2d):
                channels, *size = shapes[node.inputs[0]]
                window = rules.window(node.layer, tuple(size))
                padding = tuple(before for before, _ in window.padding)
                geometry = (window.kernel, window.stride, padding)
                key = (title, channels, *size, node.layer.out_channels, *geometry)
                layer = Layer(title, node.name, channels, tuple(size), node.layer.out_channels, *geometry)
                known = found.get(key, layer)
                found[key] = Layer(**{**asdict(known), "count": known.count + (key in found)})
    return list(found.values())


def best(run: Callable[[], object]) -> float:
    """Return the shortest of several wall times, in seconds."""
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def ours(layer: Layer) -> tuple[float, float, float]:
    """Return our forward and backward times, and that of the bare matrix product."""
    numbers = np.random.default_rng(0)
    x = numbers.standard_normal((1, layer.channels, *layer.size), np.float32)
    w = numbers.standard_normal((layer.maps, layer.channels, *layer.kernel), np.float32)
    geometry = {"stride": layer.stride, "padding": layer.padding}
    y = ops.conv2d(x, w, **geometry)
    flat = w.reshape(layer.maps, -1)
    columns = numbers.standard_normal((flat.shape[1], y.shape[2] * y.shape[3]), np.float32)
    return (
        best(lambda: ops.conv2d(x, w, **geometry)),
        best(lambda: ops.conv2d_backward(y, x, w, **geometry)),
        best(lambda: flat @ columns),
    )


def peer(found: list[Layer], threads: int) -> tuple[str, list[tuple[float, float]]]:
    """Return PyTorch's version and its times, or nothing where no interpreter was given."""
    if len(sys.argv) < 2:
        return "", []
    done = subprocess.run(
        [sys.argv[1], "-c", PEER, str(threads)],
        input=json.dumps([asdict(layer) for layer in found]),
        capture_output=True,
        text=True,
        check=True,
    )
    version, times = json.loads(done.stdout)
    return version, times


def by_scipy() -> None:
    """Compare one layer with scipy.signal: overlap-add FFT convolution, map by map."""
    x = np.random.default_rng(0).standard_normal((1, 64, 27, 27), np.float32)
    w = np.random.default_rng(1).standard_normal((192, 64, 5, 5), np.float32)

    def scipy() -> object:
        flipped = w[:, :, ::-1, ::-1]
        return [oaconvolve(x[0], kernels, mode="same", axes=(1, 2)).sum(axis=0) for kernels in flipped]

    assert np.allclose(np.stack(scipy()), ops.conv2d(x, w, padding=2)[0], atol=1e-2)
    ratio = best(scipy) / best(lambda: ops.conv2d(x, w, padding=2))
    print(f"AlexNet's second layer: scipy.signal.oaconvolve takes {ratio:.0f} times our time.")


def main() -> None:
    """Print every layer, the sums over the networks, and SciPy's time."""
    blas = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    threads = max((pool["num_threads"] for pool in blas), default=1)
    kernels = ", ".join(f"{pool['internal_api']} {pool.get('architecture', '')}" for pool in blas)
    found = layers()
    mine = [ours(layer) for layer in found]
    version, theirs = peer(found, threads)
    print(f"{threads} threads; NumPy {np.__version__} on {kernels}; PyTorch {version or 'not given'}")
    print(f"{'layer':28} {'count':>5} {'forward':>9} {'product':>7} {'torch':>6} ", end="")
    print(f"{'backward':>9} {'product':>7} {'torch':>6}")
    totals: dict[str, list[float]] = {}
    for index, (layer, (forward, backward, product)) in enumerate(zip(found, mine, strict=True)):
        torch = theirs[index] if theirs else (0.0, 0.0)
        row = [forward, product, torch[0], backward, 2 * product, torch[1]]
        title = f"{layer.network} {layer.name}"
        print(f"{title[:28]:28} {layer.count:5} {line(row)}")
        sums = totals.setdefault(layer.network, [0.0] * 6)
        totals[layer.network] = [old + layer.count * new for old, new in zip(sums, row, strict=True)]
    for name, sums in totals.items():
        print(f"{name + ', all convolutions':28} {'':5} {line(sums)}")
    by_scipy()


def line(row: list[float]) -> str:
    """Return one line: times in milliseconds, the product's part of ours, ours over PyTorch's."""
    forward, product, torch, backward, products, torch_back = row
    over, over_back = (
        f"{mine / theirs:6.2f}" if theirs else f"{'–':>6}"
        for mine, theirs in ((forward, torch), (backward, torch_back))
    )
    return (
        f"{1e3 * forward:6.1f} ms {product / forward:7.0%} {over} "
        f"{1e3 * backward:6.1f} ms {products / backward:7.0%} {over_back}"
    )


if __name__ == "__main__":
    main()
