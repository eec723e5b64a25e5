"""What counts as an operation: our conventions and those of eleven tools, tables from families to costs.

Every published figure for "the" cost of a network is one of these. A cost is a function of one row; families
that a table leaves out cost nothing. The tools' tables are read from their sources and hold for networks
written with modules, as torchvision's are; what a tool counts oddly is reproduced, not repaired.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod

from cnnmath.arch import (
    GELU,
    Activation,
    AdaptiveAvgPool,
    AdaptivePooling,
    AvgPool,
    BatchNorm,
    Convolution,
    GroupNorm,
    Hardsigmoid,
    Hardswish,
    Layer,
    LayerNorm,
    LayerNorm2d,
    LeakyReLU,
    Linear,
    LocallyConnected2d,
    MaxPool,
    Multiply,
    Network,
    Pooling,
    RadialBasis,
    ReLU,
    ReLU6,
    SiLU,
    Softmax,
    Subsampling2d,
    Transposed,
    Upsample,
)
from cnnmath.errors import ArchitectureError, near_misses
from cnnmath.measure.trace import Row, Trace, trace

__all__ = ["CONVENTIONS", "Convention", "convention", "conventions", "flops", "macs"]

Cost = Callable[[Row], int]
Costs = Mapping[type[Layer], Cost]


@dataclass(frozen=True)
class Convention:
    """A named way of counting.

    `unit` is what the figure is called there; `words` say what is counted; `costs` holds one function per
    family, the most specific family wins; `leaves_out` may name rows of a trace that are not counted at all.
    """

    name: str
    title: str
    unit: str
    words: str
    costs: Costs
    leaves_out: Callable[[Trace], frozenset[str]] | None = None

    def cost(self, row: Row) -> int:
        """Return what one row costs."""
        for family in type(row.layer).__mro__:
            if family in self.costs:
                return self.costs[family](row)
        return 0

    def costs_of(self, walk: Trace, *, training: bool = False) -> list[int]:
        """Return what each row of a forward pass costs: 0 for what does not run or is left out."""
        skipped = self.leaves_out(walk) if self.leaves_out else frozenset()
        return [
            0 if (row.auxiliary and not training) or row.name in skipped else self.cost(row)
            for row in walk.rows
        ]

    def total(self, walk: Trace, *, training: bool = False) -> int:
        """Return what a forward pass costs; with `training`, auxiliary heads included."""
        return sum(self.costs_of(walk, training=training))


# Costs. Names say what is counted; `times(k, cost)` is k per such value.


def multiply_adds(row: Row) -> int:
    """Return the multiply-adds."""
    return row.macs


def bias_adds(row: Row) -> int:
    """Return one addition per output value, if the layer has a bias."""
    return row.elements if row.stored("bias") else 0


def multiply_adds_and_bias(row: Row) -> int:
    """Return the multiply-adds and the additions of the bias."""
    return row.macs + bias_adds(row)


def weights_per_output_position(row: Row) -> int:
    """Return weights times output positions: right for a convolution, too much for a transposed one."""
    return row.stored("weight") * prod(row.output[1:])


def per_output(row: Row) -> int:
    """Return 1 per output value."""
    return row.elements


def per_input(row: Row) -> int:
    """Return 1 per input value."""
    return row.input_elements


def times(factor: int, cost: Cost) -> Cost:
    """Return a cost that is a multiple of another.

    >>> times(2, lambda row: 10)(None)
    20
    """

    def multiple(row: Row) -> int:
        return factor * cost(row)

    return multiple


def affine(with_scale: int, without: int) -> Cost:
    """Return a cost per input value that depends on whether a normalization has trained values."""

    def per_value(row: Row) -> int:
        return row.input_elements * (with_scale if row.stored("normalization") else without)

    return per_value


def multiplying(cost: Cost, **changed: Cost) -> dict[type[Layer], Cost]:
    """Return one cost for all layers that multiply by weights; `linear` and `transposed` may differ."""
    return {
        Convolution: cost,
        LocallyConnected2d: cost,
        Transposed: changed.get("transposed", cost),
        Linear: changed.get("linear", cost),
    }


def _subsampling_connections(row: Row) -> int:
    window = prod(row.layer.kernel_size) if isinstance(row.layer, Subsampling2d) else 0
    return row.elements * (window + 1)


def _fixed_connections(row: Row) -> int:
    return row.stored("buffer")


def _torchinfo_convolution(row: Row) -> int:
    return row.parameters * prod(row.output[1:])


def _torchinfo_other(row: Row) -> int:
    return sum([row.weights[name].size for name in ("weight", "bias") if name in row.weights])


def _first_axes(row: Row) -> int:
    """Return the product of the first axes: a dense layer's work only where it sees a vector."""
    return row.output[0] * row.inputs[0][0]


def _thop_adaptive(row: Row) -> int:
    return row.input_elements + row.elements


def _thop_upsample(row: Row) -> int:
    bilinear = isinstance(row.layer, Upsample) and row.layer.mode == "bilinear"
    return row.elements * (11 if bilinear else 1)


def _thop_softmax(row: Row) -> int:
    return row.elements // row.output[0] * (3 * row.output[0] - 1)


def _fvcore_upsample(row: Row) -> int:
    bilinear = isinstance(row.layer, Upsample) and row.layer.mode == "bilinear"
    return row.elements * (4 if bilinear else 1)


def _torchprofile_upsample(row: Row) -> int:
    bilinear = isinstance(row.layer, Upsample) and row.layer.mode == "bilinear"
    return row.elements * 4 if bilinear else 0


def _ptflops_upsample(row: Row) -> int:
    factor = row.layer.scale_factor if isinstance(row.layer, Upsample) else 0
    return row.elements + row.input_elements * factor


def _torchscan_transposed(row: Row) -> int:
    return weights_per_output_position(row) + 4 * (len(row.output) - 1)


def _torchscan_side(row: Row) -> int:
    """Return the "kernel size" that torchscan sees: a square kernel is one number, and not squared."""
    kernel: tuple[int, ...] = row.layer.kernel_size if isinstance(row.layer, Pooling) else (1,)
    return kernel[0] if len(set(kernel)) == 1 else prod(kernel)


def _torchscan_max_pool(row: Row) -> int:
    return row.elements * (_torchscan_side(row) - 1)


def _torchscan_avg_pool(row: Row) -> int:
    return row.elements * (_torchscan_side(row) - 1 + len(row.output) - 1)


def _torchscan_adaptive(row: Row) -> int:
    kernel = [
        n // m if n % m == 0 else n % m + 1 for n, m in zip(row.inputs[0][1:], row.output[1:], strict=True)
    ]
    return row.elements * (prod(kernel) - 1 + len(kernel))


def _shared_activations(walk: Trace) -> frozenset[str]:
    """Return the activations of residual blocks but the last: torchvision's ResNets call one module for all.

    A block is what stands before the last "/" of a node's name; its activations are one module if it ends
    with the activation of a sum. A tool that remembers one call per module sees the last only.
    """
    sums = {row.name for row in walk.rows if len(row.inputs) > 1}
    activations = [row for row in walk.rows if isinstance(row.layer, Activation) and "/" in row.name]
    ends = {row.name.rpartition("/")[0]: row.name for row in activations if row.sources[0] in sums}
    return frozenset(
        row.name for row in activations if ends.get(row.name.rpartition("/")[0], row.name) != row.name
    )


MACS = Convention(
    "macs",
    "multiply-adds",
    "MACs",
    "multiply-adds of convolution and linear layers; no biases",
    multiplying(multiply_adds),
)
FLOPS = Convention(
    "flops",
    "two per multiply-add",
    "FLOPs",
    "two for each multiply-add of convolution and linear layers; no biases",
    multiplying(times(2, multiply_adds)),
)
CONNECTIONS = Convention(
    "connections",
    "connections (LeCun 1998)",
    "connections",
    "one for each use of a weight and of a bias, fixed weights included",
    {
        **multiplying(multiply_adds_and_bias),
        Subsampling2d: _subsampling_connections,
        RadialBasis: _fixed_connections,
    },
)
TOOLS = (
    Convention(
        "torchvision",
        "torchvision _ops",
        "GFLOPS",
        "multiply-adds of convolution and linear layers, called FLOPS; no biases",
        MACS.costs,
    ),
    Convention(
        "ptflops-aten",
        "ptflops (aten)",
        "MACs",
        "multiply-adds and biases of convolution and linear layers",
        multiplying(multiply_adds_and_bias),
    ),
    Convention(
        "torchinfo",
        "torchinfo 1.8",
        "mult-adds",
        "parameters times positions for convolutions; parameters once for everything else",
        {Layer: _torchinfo_other, Convolution: _torchinfo_convolution, Transposed: _torchinfo_convolution},
    ),
    Convention(
        "torchprofile",
        "torchprofile",
        "MACs",
        "multiply-adds, one per normalized value, one per averaged output, one per gated value",
        {
            **multiplying(multiply_adds, transposed=weights_per_output_position),
            BatchNorm: affine(1, 0),
            LayerNorm: affine(1, 0),
            LayerNorm2d: affine(1, 0),
            GroupNorm: affine(1, 0),
            AvgPool: per_output,
            AdaptivePooling: per_output,
            LeakyReLU: per_output,
            Multiply: per_output,
            Upsample: _torchprofile_upsample,
        },
    ),
    Convention(
        "fvcore",
        "fvcore",
        "FLOPs",
        "multiply-adds (called FLOPs), two per batch-normalized value, one per value pooled adaptively",
        {
            **multiplying(multiply_adds),
            BatchNorm: affine(2, 1),
            LayerNorm: affine(5, 4),
            LayerNorm2d: affine(5, 4),
            GroupNorm: affine(5, 4),
            AdaptiveAvgPool: per_input,
            Upsample: _fvcore_upsample,
        },
    ),
    Convention(
        "torchscan",
        "torchscan",
        "MACs",
        "multiply-adds, two per batch-normalized value, pools (a square kernel counted by its side)",
        {
            **multiplying(multiply_adds, transposed=_torchscan_transposed, linear=_first_axes),
            BatchNorm: affine(2, 1),
            MaxPool: _torchscan_max_pool,
            AvgPool: _torchscan_avg_pool,
            AdaptiveAvgPool: _torchscan_adaptive,
        },
    ),
    Convention(
        "flopth",
        "flopth",
        "FLOPs",
        "multiply-adds and biases, two per batch-normalized value, pools, activations (a shared one once)",
        {
            **multiplying(multiply_adds_and_bias, transposed=lambda _: 0, linear=_first_axes),
            BatchNorm: affine(2, 1),
            LayerNorm: per_input,
            LayerNorm2d: per_input,
            GroupNorm: affine(2, 1),
            Pooling: per_input,
            AdaptiveAvgPool: per_input,
            **dict.fromkeys((ReLU, ReLU6, LeakyReLU, GELU, Hardswish, Hardsigmoid), per_input),
            Upsample: per_output,
        },
        leaves_out=_shared_activations,
    ),
    Convention(
        "ptflops",
        "ptflops (pytorch)",
        "MACs",
        "multiply-adds and biases, two per batch-normalized value; ReLU and pools twice (module, function)",
        {
            **multiplying(multiply_adds_and_bias, transposed=weights_per_output_position),
            BatchNorm: affine(2, 1),
            GroupNorm: affine(2, 1),
            LayerNorm: per_input,
            ReLU: times(2, per_input),
            GELU: times(2, per_input),
            ReLU6: per_input,
            LeakyReLU: per_input,
            SiLU: per_input,
            Softmax: per_input,
            Pooling: times(2, per_input),
            AdaptiveAvgPool: times(2, per_input),
            Upsample: _ptflops_upsample,
        },
    ),
    Convention(
        "thop",
        "thop",
        "MACs",
        "multiply-adds, four per normalized value, averaging pools",
        {
            **multiplying(multiply_adds, transposed=weights_per_output_position),
            BatchNorm: affine(4, 2),
            LayerNorm: affine(4, 2),
            AvgPool: per_output,
            AdaptiveAvgPool: _thop_adaptive,
            Softmax: _thop_softmax,
            Upsample: _thop_upsample,
        },
    ),
    Convention(
        "flop-counter-mode",
        "torch FlopCounterMode",
        "FLOPs",
        "two for each multiply-add of convolution and linear layers; no biases",
        FLOPS.costs,
    ),
    Convention(
        "calflops",
        "calflops, DeepSpeed",
        "FLOPs",
        "two per multiply-add, convolution biases, two per batch-normalized value, activations, pools",
        {
            **multiplying(lambda row: 2 * row.macs + bias_adds(row), linear=times(2, multiply_adds)),
            BatchNorm: affine(2, 1),
            LayerNorm: affine(5, 4),
            LayerNorm2d: affine(5, 4),
            GroupNorm: affine(5, 4),
            Pooling: per_input,
            AdaptiveAvgPool: per_input,
            **dict.fromkeys((ReLU, LeakyReLU, SiLU, GELU, Softmax), per_input),
            Upsample: per_input,
        },
    ),
)
CONVENTIONS: dict[str, Convention] = {found.name: found for found in (MACS, FLOPS, CONNECTIONS, *TOOLS)}
"""All conventions by name: ours first, then the tools in the order of their figures for ResNet-152."""


def conventions() -> tuple[str, ...]:
    """Return the names of all conventions.

    >>> conventions()[:3]
    ('macs', 'flops', 'connections')
    """
    return tuple(CONVENTIONS)


def convention(name: str) -> Convention:
    """Return a convention by name. Raises ArchitectureError, which names near misses.

    >>> convention("fvcore").unit
    'FLOPs'
    """
    if name not in CONVENTIONS:
        close = near_misses(name, CONVENTIONS)
        raise ArchitectureError(
            where="convention",
            given=f'"{name}"',
            expected="one of " + ", ".join(CONVENTIONS),
            remedy=f"Did you mean {' or '.join(close)}?" if close else "",
        )
    return CONVENTIONS[name]


def macs(network: Network, input_shape: tuple[int, ...] | None = None, *, training: bool = False) -> int:
    """Return the multiply-adds of convolution and linear layers, for one image; biases are not counted.

    A multiply-add is one MAC. Auxiliary heads run in training only, so only with `training` they count and
    must fit their input.

    >>> from cnnmath import zoo
    >>> macs(zoo.model("alexnet"))
    714188480
    """
    return flops(network, "macs", input_shape, training=training)


def flops(
    network: Network,
    convention: str = "flops",
    input_shape: tuple[int, ...] | None = None,
    *,
    training: bool = False,
) -> int:
    """Return the operations of a forward pass under a named convention, for one image; see `conventions()`.

    The default counts two per multiply-add. Raises ArchitectureError for an unknown convention.

    >>> from cnnmath import zoo
    >>> flops(zoo.model("lenet5"), convention="connections")
    340908
    """
    running = network if training else network.without_auxiliary()
    return _named(convention).total(trace(running, input_shape), training=training)


_named = convention
"""`convention` under a name that the parameter of `flops` does not hide."""
