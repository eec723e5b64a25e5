"""Laws over every layer: each has its rules, its spelling, and counts that brute force confirms.

New layers are picked up from the registry: their docstring's first example is the specimen.
"""

from __future__ import annotations

import dataclasses
import itertools
import random
import re

import pytest
import sympy
from sympy import Symbol

import cnnmath.arch
from cnnmath import arch, derive, formula, measure, rules
from cnnmath.arch import (
    Add,
    AvgPool1d,
    ChannelShuffle,
    Concat,
    Conv1d,
    Conv2d,
    Conv3d,
    ConvTranspose1d,
    ConvTranspose2d,
    Crop,
    Input,
    Layer,
    Linear,
    LocallyConnected2d,
    MaxPool1d,
    Network,
    Node,
    ReLU,
    TableConv2d,
    Upsample,
    ZeroPad,
    chain,
)
from cnnmath.errors import ArchitectureError, ShapeError
from cnnmath.measure.receptive import look

LAYERS = arch.layers()
SHAPES = ((96, 12, 12), (96, 12), (96, 12, 12, 12), (96,))


def specimen(name):
    """Return the layer of the first example in a docstring."""
    example = re.search(r">>> (.+)", LAYERS[name].__doc__ or "")
    assert example, f"{name} needs a doctest"
    text = re.match(rf"{name}\(.*?\)(?=$|\.)", example[1])
    assert text, f"the first example of {name} must begin with {name}(...)"
    made = eval(text[0], vars(cnnmath.arch))  # noqa: S307 - our own docstring
    assert isinstance(made, Layer)
    return made


def inputs(layer):
    """Return shapes that a layer takes."""
    if not layer.least_inputs:
        return ()
    for shape in SHAPES:
        given = (shape,) * layer.least_inputs
        try:
            rules.output_shape(layer, *given)
        except ShapeError:
            continue
        return given
    raise AssertionError(f"{layer!r} takes none of {SHAPES}")


def test_every_layer_has_all_rules():
    """Every layer has a shape, weights, uses, and a rule for receptive fields unless it merges or begins."""
    for name in LAYERS:
        check_rules(specimen(name))


def check_rules(layer):
    """Apply every table to a layer and look at what comes out."""
    given = inputs(layer)
    output = rules.output_shape(layer, *given)
    assert all(size >= 1 for size in output)
    stored = rules.weights(layer, *given)
    assert all(tensor.role in ("weight", "bias", "normalization", "buffer") for tensor in stored.values())
    if given:
        assert rules.uses(layer, given[0], output) >= 0
    if layer.least_inputs == 1:
        look.dispatch(type(layer))
        assert look.dispatch(type(layer)) is not look.dispatch(object)


def test_every_layer_reads_back():
    """What a layer prints is what the notation reads, and equal layers are equal and hash alike."""
    for layer in map(specimen, LAYERS):
        names = ", ".join(f"x{n}" for n in range(layer.least_inputs))
        lines = [f"x{n}: Input(96, 12, 12)" for n in range(max(1, layer.least_inputs))]
        text = "\n".join([*lines, f"node: {layer!r}" + (f" <- {names}" if names else "")])
        again = arch.read(text).node("node").layer
        assert again == layer
        assert hash(again) == hash(layer)
        assert repr(again) == repr(layer)


def test_layers_cannot_be_changed():
    """Layers are values: neither a field nor anything else can be set."""
    for layer in map(specimen, LAYERS):
        for attribute in ("anything", *(field.name for field in dataclasses.fields(layer))):
            with pytest.raises(dataclasses.FrozenInstanceError):
                setattr(layer, attribute, 1)


def test_unknown_layers_are_refused():
    """A layer without rules raises; nothing is guessed."""

    class Strange(Layer):
        pass

    for rule in (rules.output_shape, rules.weights, rules.window):
        with pytest.raises(ArchitectureError, match="Strange: expected a layer"):
            rule(Strange(), (1, 2, 3))
    with pytest.raises(ArchitectureError, match="uses rule"):
        rules.uses(Strange(), (1,), (1,))


def places(n, kernel, stride, before, after, dilation):  # noqa: PLR0917 - a window's numbers
    """Return the starts at which a window fits into the padded input: the definition."""
    span = dilation * (kernel - 1) + 1
    return [start for start in range(0, n + before + after, stride) if start + span <= n + before + after]


GRID = [
    (n, k, s, before, after, d)
    for n, k, s, d in itertools.product(range(1, 9), range(1, 5), range(1, 4), range(1, 3))
    for before, after in ((0, 0), (1, 1), (0, 1), (2, 0))
]


def test_output_size_counts_the_places():
    """The output size is the number of places at which the window fits; none is an error."""
    for n, k, s, before, after, d in GRID:
        expected = len(places(n, k, s, before, after, d))
        if expected:
            assert rules.output_size(n, k, s, before, after, d) == expected
        else:
            with pytest.raises(ShapeError, match="not larger than the padded input"):
                rules.output_size(n, k, s, before, after, d)


def test_ceil_mode_counts_overhanging_windows():
    """In ceil mode windows follow until one reaches the end, if they start before the right padding."""
    for n, k, s, before, after, d in GRID:
        span = d * (k - 1) + 1
        if max(before, after) > span // 2 or span > n + before + after:
            continue
        count = 1
        while (count - 1) * s + span < n + before + after and count * s < n + before:
            count += 1
        assert rules.ceil_output_size(n, k, s, before, after, d) == count, (n, k, s, before, after, d)


def test_ceil_mode_of_windows_that_never_fit():
    """PyTorch's MaxPool2d(3, 2, ceil_mode=True) takes a side of 2; MaxPool2d(2, 1) refuses a side of 1."""
    assert rules.ceil_output_size(2, kernel=3, stride=2) == 1
    with pytest.raises(ShapeError):
        rules.ceil_output_size(1, kernel=2, stride=1)


def test_tensorflow_same_padding():
    """SAME padding gives ceil(n / s) outputs with as little padding as possible, the odd one behind."""
    for n, k, s, d in itertools.product(range(1, 12), range(1, 5), range(1, 4), range(1, 3)):
        before, after = rules.padding_same_tf(n, k, s, d)
        wanted = -(-n // s)
        assert len(places(n, k, s, before, after, d)) == wanted
        assert 0 <= after - before <= 1
        if before + after:
            assert len(places(n, k, s, 0, before + after - 1, d)) < wanted


def test_transposed_size_is_the_reach_of_the_inputs():
    """A transposed convolution ends where its last input reaches, minus padding, plus output padding."""
    for n, k, s, d in itertools.product(range(1, 6), range(1, 5), range(1, 4), range(1, 3)):
        for extra in range(max(s, d)):
            reach = max(i * s + d * t for i in range(n) for t in range(k)) + 1
            assert rules.transposed_output_size(n, k, s, 0, 0, d, extra) == reach + extra
            if reach + extra > 2:
                assert rules.transposed_output_size(n, k, s, 1, 1, d, extra) == reach + extra - 2


def convolution_products(shape, layer):
    """Count every multiplication of a convolution by looping over all of them, and the distinct weights."""
    window = rules.window(layer, shape[1:])
    axes = zip(shape[1:], window.kernel, window.stride, window.padding, window.dilation, strict=True)
    positions = list(itertools.product(*[places(n, k, s, *sides, d) for n, k, s, sides, d in axes]))
    taps = list(itertools.product(*[range(k) for k in window.kernel]))
    table = getattr(layer, "table", None)
    groups = getattr(layer, "groups", 1)
    unshared = isinstance(layer, LocallyConnected2d)
    used = set()
    products = 0
    for place in positions:
        for out in range(layer.out_channels):
            group = out * groups // layer.out_channels
            sources = table[out] if table else [c for c in range(shape[0]) if c * groups // shape[0] == group]
            for source in sources:
                for tap in taps:
                    products += 1
                    used.add((out, source, tap, place if unshared else None))
    return products, len(used), len(positions)


CONVOLUTIONS = [
    ((4, 7, 6), Conv2d(6, (3, 2), stride=(2, 1), padding=((1, 0), (0, 1)), groups=2)),
    ((4, 7, 6), Conv2d(4, 3, padding="same", dilation=2, groups=4)),
    ((3, 7, 6), Conv2d(5, 3, 2, padding="same-tf")),
    ((2, 9), Conv1d(3, 4, padding="same")),
    ((2, 5, 4, 3), Conv3d(3, 2)),
    ((3, 6, 6), TableConv2d(((0, 1), (2,), (0, 1, 2)), 3)),
    ((2, 5, 6), LocallyConnected2d(3, 3, 2)),
]


@pytest.mark.parametrize(("shape", "layer"), CONVOLUTIONS, ids=repr)
def test_multiply_adds_of_convolutions(shape, layer):
    """Multiply-adds, weights and positions are what counting every multiplication gives (padding counts)."""
    products, weights, positions = convolution_products(shape, layer)
    row = measure.trace(chain("net", Input(*shape), layer)).rows[1]
    assert row.macs == products
    assert row.stored("weight") == weights
    assert row.elements == positions * layer.out_channels
    expected_biases = row.elements if isinstance(layer, LocallyConnected2d) else layer.out_channels
    assert row.stored("bias") == expected_biases


TRANSPOSED = [ConvTranspose2d(6, (3, 2), (2, 3), groups=2), ConvTranspose2d(2, 3, padding=1)]


@pytest.mark.parametrize("layer", TRANSPOSED, ids=repr)
def test_multiply_adds_of_transposed_convolutions(layer):
    """A transposed convolution multiplies each input value by its group's kernels once, borders included."""
    shape = (4, 3, 5)
    taps = layer.kernel_size[0] * layer.kernel_size[1]
    products = sum(
        1
        for source in range(shape[0])
        for _ in range(shape[1] * shape[2])
        for out in range(layer.out_channels)
        if source * layer.groups // shape[0] == out * layer.groups // layer.out_channels
        for _ in range(taps)
    )
    assert measure.macs(chain("net", Input(*shape), layer)) == products


def test_multiply_adds_of_linear_layers():
    """A linear layer multiplies each entry of the last axis by each column, at every leading position."""
    for shape in ((5,), (2, 3, 5)):
        leading = list(itertools.product(*[range(size) for size in shape[:-1]]))
        products = sum(1 for _ in leading for _ in range(shape[-1]) for _ in range(7))
        assert measure.macs(chain("net", Input(*shape), Linear(7))) == products


n, k, s, p, d, o = [Symbol(letter, integer=True, positive=True) for letter in "nkspdo"]


def agree(expression, text, names, points):
    """Hold a symbolic rule against a derived formula at whole-number points."""
    derived = formula.parse(text)
    symbols = {"n": n, "k": k, "s": s, "p": p, "a": o}
    for point in points:
        values = dict(zip(names, point, strict=True))
        exact = expression.subs({symbols[name]: value for name, value in values.items()})
        assert exact == derived.evaluate(**values), (text, values, exact)


def points(*ranges, keep):
    """Return the points of a grid that lie in the formula's domain."""
    return [point for point in itertools.product(*ranges) if keep(*point)]


def test_symbolic_output_size_is_the_derived_formula():
    """With symbols, the rule for the output size is the derivation's result."""
    result = derive.record("conv-output-size").result
    grid = points(range(1, 8), range(1, 5), range(1, 4), range(2), keep=lambda n, k, s, p: n + 2 * p >= k)
    agree(rules.output_size(n, k, s, p, p), result.formula, "nksp", grid)


def test_symbolic_ceil_mode_is_the_derived_formula():
    """With symbols, the rule for ceil mode is the derivation's result."""
    result = derive.record("pool-output-size-ceil").result
    grid = points(range(1, 8), range(1, 5), range(1, 4), range(2), keep=lambda n, k, s, p: n + 2 * p >= k)
    agree(rules.ceil_output_size(n, k, s, p, p), result.formula, "nksp", grid)


def test_symbolic_transposed_size_is_the_derived_formula():
    """With symbols, the rule for transposed convolution is the derivation's result."""
    result = derive.record("transposed-output-size").result
    grid = points(
        range(1, 6),
        range(1, 5),
        range(1, 4),
        range(2),
        range(3),
        keep=lambda n, k, s, p, a: s * (n - 1) + k > 2 * p,
    )
    expression = rules.transposed_output_size(n, k, s, p, p, 1, o)
    agree(expression, result.formula, "nkspa", grid)


def test_symbolic_same_padding_is_the_derived_formula():
    """With symbols, TensorFlow's SAME padding in all is the derivation's result."""
    result = derive.record("padding-same-tf").result
    before, after = rules.padding_same_tf(n, k, s)
    grid = points(range(1, 7), range(1, 5), range(1, 4), keep=lambda *_: True)
    agree(before + after, result.formula, "nks", grid)


def test_symbolic_layers_return_formulas():
    """A network with symbols for sizes gives formulas for shapes, parameters and multiply-adds."""
    channels, kernels = Symbol("c", integer=True, positive=True), Symbol("m", integer=True, positive=True)
    net = chain("net", Input(channels, n, n), Conv2d(kernels, k, s, p))
    row = measure.trace(net).rows[1]
    side = sympy.floor((n + 2 * p - k) / s) + 1
    assert sympy.simplify(row.output[1] - side) == 0
    assert sympy.expand(measure.parameters(net) - (kernels * channels * k**2 + kernels)) == 0
    assert sympy.expand(measure.macs(net) - kernels * channels * k**2 * row.output[1] ** 2) == 0
    field = measure.receptive_field(chain("two", Input(1, 99, 99), Conv2d(1, k, s), Conv2d(1, k, s)))
    assert sympy.expand(field.size - (k + (k - 1) * s)) == 0
    assert sympy.expand(field.jump - s**2) == 0


SIDE = 48
OUTSIDE = -(10**6)
"""Stands for a position in some padding: an output that sees one is not an inner output."""


def positions_seen(net, side):
    """Return per node and output the set of input positions it depends on, in the plainest way."""
    seen = {}
    for node in net:
        if isinstance(node.layer, Input):
            seen[node.name] = [{position} for position in range(side)]
            continue
        sources = [seen[name] for name in node.inputs]
        seen[node.name] = PLAIN[type(node.layer)](node.layer, *sources)
    return seen


def union(sets):
    """Return everything that is in any of the sets."""
    return set().union(*sets)


def plain_window(layer, source):
    """Put the window at each place and gather what its taps see."""
    window = rules.window(layer, (len(source),))
    before, after = window.padding[0]
    padded = [{OUTSIDE}] * before + source + [{OUTSIDE}] * after
    step, taps = window.dilation[0], window.kernel[0]
    starts = places(len(source), taps, window.stride[0], before, after, step)
    return [union(padded[start + step * tap] for tap in range(taps)) for start in starts]


def plain_transposed(layer, source):
    """Scatter each input over the outputs that it reaches; beyond the borders there are inputs outside."""
    window = rules.window(layer)
    before, after = window.padding[0]
    stride, span = window.stride[0], window.dilation[0] * (window.kernel[0] - 1) + 1
    full = (len(source) - 1) * stride + span + layer.output_padding[0]
    padded = [{OUTSIDE}] * span + source + [{OUTSIDE}] * span
    reached = [set() for _ in range((len(padded) - 1) * stride + span)]
    for i, positions in enumerate(padded):
        for tap in range(window.kernel[0]):
            reached[i * stride + window.dilation[0] * tap] |= positions
    return reached[span * stride + before : span * stride + full - after]


def plain_upsample(layer, source):
    """Repeat each input."""
    return [positions for positions in source for _ in range(layer.scale_factor)]


PLAIN = {
    Conv1d: plain_window,
    MaxPool1d: plain_window,
    AvgPool1d: plain_window,
    ConvTranspose1d: plain_transposed,
    Upsample: plain_upsample,
    ZeroPad: lambda layer, source: (
        [{OUTSIDE}] * layer.padding[0][0] + source + [{OUTSIDE}] * layer.padding[0][1]
    ),
    Crop: lambda layer, source: source[layer.amount[0][0] : len(source) - layer.amount[0][1]],
    ReLU: lambda _, source: source,
    ChannelShuffle: lambda _, source: source,
    Concat: lambda _, *sources: [union(sets) for sets in zip(*sources, strict=True)],
    Add: lambda _, *sources: [union(sets) for sets in zip(*sources, strict=True)],
}


def random_network(seed):
    """Return a network of one axis with windows, enlargements and branches that meet again."""
    draw = random.Random(seed)  # noqa: S311 - a test needs repeatable draws
    nodes = [Node("input", Input(2, SIDE))]

    def add(layer, *names):
        nodes.append(Node(f"n{len(nodes)}", layer, names or (nodes[-1].name,)))
        return nodes[-1].name

    for _ in range(draw.randint(2, 6)):
        kind = draw.choice(("conv", "pool", "transposed", "upsample", "pad", "crop", "branch"))
        kernel, stride = draw.randint(1, 4), draw.randint(1, 3)
        if kind == "conv":
            add(
                Conv1d(
                    2,
                    kernel,
                    stride,
                    padding=((draw.randint(0, 2), draw.randint(0, 2)),),
                    dilation=draw.randint(1, 2),
                )
            )
        elif kind == "pool":
            add(MaxPool1d(kernel, stride, padding=kernel // 2))
        elif kind == "transposed":
            add(ConvTranspose1d(2, kernel, stride, padding=draw.randint(0, 1)))
        elif kind == "upsample":
            add(Upsample(draw.randint(1, 3)))
        elif kind == "pad":
            add(ZeroPad(((draw.randint(0, 2), draw.randint(0, 2)),)))
        elif kind == "crop":
            add(Crop(((draw.randint(0, 2), 1),)))
        else:
            start = nodes[-1].name
            left = add(Conv1d(2, 3, padding="same"), start)
            right = add(Conv1d(2, draw.choice((1, 2, 5)), padding="same"), start)
            add(Add(), left, right)
    return Network("random", tuple(nodes))


def test_receptive_fields_are_what_the_outputs_depend_on():
    """For random graphs, the interval of each inner output is the hull of the inputs it really depends on."""
    for seed in range(40):
        check_fields(seed)


def check_fields(seed):
    """Compare a random network's receptive fields with the plain sets, at a dozen outputs of each node."""
    net = random_network(seed)
    seen = positions_seen(net, SIDE)
    for node in list(net)[1:]:
        sizes = []
        inner = [output for output, positions in enumerate(seen[node.name]) if OUTSIDE not in positions]
        for output in inner[:6] + inner[6 :: max(1, len(inner) // 6)]:
            positions = seen[node.name][output]
            interval = measure.sees(net, node.name, output)
            assert interval == ((min(positions), max(positions)) if positions else None), (seed, node, output)
            sizes.append(interval[1] - interval[0] + 1 if interval else 0)
        if sizes:
            assert measure.receptive_field(net, node.name).size >= max(sizes)


def test_liveness_peak_by_definition():
    """The peak is the largest sum of values that are made already and still needed, over all moments."""
    net = Network(
        "branches",
        (
            Node("x", Input(2, 8, 8)),
            Node("a", Conv2d(4, 1), ("x",)),
            Node("b", Conv2d(6, 1), ("x",)),
            Node("c", Conv2d(4, 1), ("b",)),
            Node("d", Add(), ("a", "c")),
            Node("e", Conv2d(1, 1), ("d",)),
        ),
    )
    rows = measure.trace(net).rows
    order = {row.name: moment for moment, row in enumerate(rows)}
    peaks = []
    for moment in range(len(rows)):
        alive = 0
        for row in rows[: moment + 1]:
            readers = [order[user.name] for user in rows if row.name in user.sources]
            if row.name == "e" or max(readers) >= moment:
                alive += row.elements
        peaks.append(alive)
    used = measure.memory(net, bytes_per_value=1)
    assert used.peak == max(peaks)
    assert order[used.peak_node] == peaks.index(max(peaks))
