"""Record what PyTorch computes, forward and backward, for the operations of cnnmath.ops.

Run it with a Python that has PyTorch (it is no dependency of this project), from the root of the checkout:

    python tests/truth/make_torch_vectors.py

It writes `torch_vectors.json` beside itself: version, seed, and one case per line with inputs, options,
output, the output's gradient and the gradients of the inputs. Inputs are small whole numbers wherever the
operation is a polynomial, so that the comparison can be exact; everything is float64.
"""

from __future__ import annotations

import json
from pathlib import Path

import torch
from torch.nn import functional

SEED = 20260917
TARGET = Path(__file__).with_name("torch_vectors.json")

CONVOLUTIONS = [
    ("conv2d", (2, 3, 5, 6), (4, 3, 3, 2), {}),
    ("conv2d", (1, 2, 7, 6), (3, 2, 3, 3), {"stride": 2, "padding": 1}),
    ("conv2d", (1, 2, 6, 8), (2, 2, 2, 3), {"stride": [3, 2], "padding": [2, 1], "dilation": [2, 3]}),
    ("conv2d", (2, 4, 5, 5), (6, 2, 3, 3), {"padding": 1, "groups": 2}),
    ("conv2d", (1, 3, 4, 5), (6, 1, 3, 3), {"padding": 1, "groups": 3, "stride": [1, 2]}),
    ("conv2d", (1, 1, 7, 7), (1, 1, 2, 2), {"stride": 3}),
    ("conv2d", (2, 3, 3, 4), (5, 3, 1, 1), {}),
    ("conv2d", (0, 2, 4, 4), (3, 2, 3, 3), {}),
    ("conv1d", (2, 3, 9), (4, 3, 4), {"stride": 2, "padding": 3, "dilation": 2}),
    ("conv_transpose2d", (1, 2, 3, 4), (2, 3, 3, 2), {}),
    ("conv_transpose2d", (1, 2, 3, 3), (2, 3, 3, 3), {"stride": 2, "padding": 1, "output_padding": 1}),
    ("conv_transpose2d", (2, 4, 2, 3), (4, 1, 2, 2), {"stride": [3, 2], "groups": 2}),
    ("conv_transpose2d", (1, 1, 3, 3), (1, 2, 2, 3), {"dilation": [3, 2], "padding": [1, 2]}),
]

POOLS = [
    ("max_pool2d", (2, 2, 4, 6), {"kernel_size": 2}),
    ("max_pool2d", (1, 2, 7, 6), {"kernel_size": 3, "stride": 2}),
    ("max_pool2d", (1, 2, 6, 5), {"kernel_size": [3, 2], "stride": [2, 3], "padding": [1, 1]}),
    ("max_pool2d", (1, 1, 8, 8), {"kernel_size": 2, "stride": 1, "dilation": 3}),
    ("max_pool2d", (1, 2, 6, 7), {"kernel_size": 3, "stride": 2, "ceil_mode": True}),
    ("max_pool2d", (1, 1, 5, 5), {"kernel_size": 2, "stride": 3, "padding": 1, "ceil_mode": True}),
    ("avg_pool2d", (2, 2, 4, 6), {"kernel_size": 2}),
    ("avg_pool2d", (1, 2, 5, 7), {"kernel_size": 3, "stride": 2, "padding": 1}),
    ("avg_pool2d", (1, 2, 5, 7), {"kernel_size": 3, "stride": 2, "padding": 1, "count_include_pad": False}),
    ("avg_pool2d", (1, 1, 6, 6), {"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True}),
    (
        "avg_pool2d",
        (1, 1, 6, 6),
        {"kernel_size": 4, "stride": 3, "padding": 2, "ceil_mode": True, "count_include_pad": False},
    ),
]

ACTIVATIONS = {
    "relu": functional.relu,
    "relu6": functional.relu6,
    "leaky_relu": functional.leaky_relu,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "silu": functional.silu,
    "gelu": functional.gelu,
    "hard_sigmoid": functional.hardsigmoid,
    "hard_swish": functional.hardswish,
}


def main() -> None:
    """Record every case and write the file."""
    torch.manual_seed(SEED)
    torch.set_default_dtype(torch.float64)
    cases = [*convolutions(), *pools(), *activations(), *losses(), *normalizations(), *paddings()]
    head = json.dumps({"torch": torch.__version__, "seed": SEED})
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    TARGET.write_text(f'{head[:-1]}, "cases": [\n{lines}\n]}}\n', "utf-8")
    print(f"{len(cases)} cases, {TARGET.stat().st_size:,} bytes")


def convolutions():
    """Yield convolutions of whole numbers."""
    for op, x_shape, w_shape, options in CONVOLUTIONS:
        groups = options.get("groups", 1)
        maps = w_shape[1] * groups if "transpose" in op else w_shape[0]
        inputs = {"x": whole(x_shape), "w": whole(w_shape), "b": whole((maps,))}
        yield record(op, getattr(functional, op), inputs, options)
    inputs = {"x": whole((3, 5)), "w": whole((4, 5)), "b": whole((4,))}
    yield record("linear", functional.linear, inputs, {})


def pools():
    """Yield pools of whole numbers between -3 and 3, so that ties abound."""
    for op, shape, options in POOLS:
        yield record(op, getattr(functional, op), {"x": whole(shape)}, options)


def activations():
    """Yield the activations at random places, and at the kinks."""
    for name, function in ACTIVATIONS.items():
        x = torch.cat([torch.randn(12) * 3, torch.tensor([0.0])])
        yield record(name, function, {"x": x}, {})


def losses():
    """Yield softmax and its loss."""
    yield record("softmax", functional.softmax, {"x": torch.randn(3, 4) * 4}, {"dim": 1})
    labels = torch.tensor([3, 0, 3, 1])
    scores = torch.randn(4, 5) * 3
    case = record("softmax_cross_entropy", lambda x: functional.cross_entropy(x, labels), {"x": scores}, {})
    yield case | {"labels": labels.tolist()}


def normalizations():
    """Yield batch norm in training (with the running statistics after it) and in inference, and LRN."""
    for shape in [(4, 3), (2, 3, 2, 3)]:
        for training in (True, False):
            running = [torch.randn(3), torch.rand(3) + 0.5]
            before = [value.tolist() for value in running]
            inputs = {"x": torch.randn(shape), "scale": torch.randn(3), "shift": torch.randn(3)}
            options = {"training": training, "momentum": 0.1, "eps": 1e-5}

            def normalize(x, scale, shift, running=running, options=options, **_):
                return functional.batch_norm(x, *running, scale, shift, **options)

            case = record("batch_norm", normalize, inputs, options)
            yield case | {"running_before": before, "running_after": [value.tolist() for value in running]}
    options = {"size": 5, "alpha": 0.3, "beta": 0.75, "k": 2.0}
    yield record(
        "local_response_norm", functional.local_response_norm, {"x": torch.randn(1, 7, 2, 2)}, options
    )
    options = {"size": 4, "alpha": 0.3, "beta": 0.5, "k": 1.0}
    yield record(
        "local_response_norm", functional.local_response_norm, {"x": torch.randn(1, 5, 2, 2)}, options
    )
    options = {"normalized_shape": [4, 3], "eps": 1e-5}
    yield record("layer_norm", functional.layer_norm, {"x": torch.randn(2, 4, 3)}, options)
    options = {"num_groups": 2, "eps": 1e-5}
    yield record("group_norm", functional.group_norm, {"x": torch.randn(2, 4, 2, 3)}, options)


def paddings():
    """Yield the padding modes that PyTorch has."""
    for mode in ("constant", "reflect", "replicate", "circular"):
        pad = [2, 1, 1, 2]
        yield record("pad2d", functional.pad, {"x": whole((1, 2, 3, 4))}, {"pad": pad, "mode": mode})
    for size in ((2, 3), (4, 3)):
        yield record(
            "adaptive_avg_pool2d",
            functional.adaptive_avg_pool2d,
            {"x": whole((1, 2, 5, 7))},
            {"output_size": size},
        )
    upsample = {"scale_factor": 2, "mode": "bilinear", "align_corners": False}
    yield record("upsample", functional.interpolate, {"x": whole((1, 2, 3, 2))}, upsample)


def record(op, function, inputs, options):
    """Return one case: run the function, draw the output's gradient, record the gradients of the inputs."""
    tensors = {name: value.requires_grad_() for name, value in inputs.items()}
    output = function(*tensors.values(), **({} if op == "batch_norm" else options))
    grad = whole(output.shape)
    gradients = torch.autograd.grad(output, list(tensors.values()), grad)
    return {
        "op": op,
        "options": options,
        "inputs": {name: plain(value) for name, value in tensors.items()},
        "output": plain(output),
        "grad": plain(grad),
        "gradients": {name: plain(value) for name, value in zip(tensors, gradients, strict=True)},
    }


def whole(shape):
    """Return whole numbers between -3 and 3."""
    return torch.randint(-3, 4, tuple(shape)).to(torch.float64)


def plain(tensor):
    """Return shape and numbers, whole numbers without a point."""
    numbers = tensor.detach().flatten().tolist()
    return [list(tensor.shape), [int(number) if number == int(number) else number for number in numbers]]


if __name__ == "__main__":
    main()
