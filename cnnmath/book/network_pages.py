"""The reference pages about layers and networks: cards of all layers, the zoo, and published numbers.

Nothing is typed by hand: what a layer does is shown on the first example of its docstring, and every number
is counted while the book is built. The other generated pages are in `pages`.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

from cnnmath import arch, measure, rules, zoo
from cnnmath.book.sheet import sheet
from cnnmath.errors import ShapeError

__all__ = ["layers", "networks", "published"]

GROUPS: tuple[tuple[str, type[arch.Layer], tuple[str, ...]], ...] = (
    ("Input", arch.Source, ()),
    (
        "Convolutions",
        arch.Convolution,
        ("conv-output-size view=general", "parameters-conv view=general", "macs-conv view=general"),
    ),
    ("Transposed convolutions", arch.Transposed, ("transposed-output-size",)),
    ("Pooling", arch.Pooling, ("pool-output-size-ceil",)),
    ("Pooling to a given size", arch.AdaptivePooling, ()),
    ("Convolutions without sharing", arch.Windowed, ("parameters-locally-connected",)),
    ("Dense layers", arch.Dense, ("parameters-linear",)),
    ("Normalization", arch.Normalization, ()),
    ("Activations", arch.Activation, ()),
    ("Other layers that keep the shape", arch.Pointwise, ()),
    ("Layers with several inputs", arch.Merge, ()),
    ("Layers that move values", arch.Reshape, ()),
)
"""Sections of the layers' page: title, family, formulas. A layer stands in the first that fits."""

INPUTS = ("Input(96, 12, 12)", "Input(96, 12)", "Input(96, 12, 12, 12)", "Input(96)")


def layers() -> str:
    """Return the cards of all layers, by family."""
    users = _users()
    lines = [
        "# Layers",
        "",
        "Every kind of layer that this book counts with: what it does to a shape, what it stores, and an",
        "example. Names and arguments are PyTorch's, without the number of input channels: that follows",
        "from what a layer is connected to. Sizes, weights and work follow from the formulas of each family.",
        "",
    ]
    waiting = arch.layers()
    for title, family, formulas in GROUPS:
        members = [name for name, layer in waiting.items() if issubclass(layer, family)]
        lines += [f"## {title}", ""]
        for text in formulas:
            lines += [f"```formula {text}", "```", ""]
        for name in sorted(members):
            lines += _card(name, waiting.pop(name), users.get(name, []))
    return sheet("Layers", "Every kind of layer, with its formulas and an example.", lines)


def _card(name: str, layer: type[arch.Layer], users: list[str]) -> Iterator[str]:
    """Yield the lines about one layer."""
    about = inspect.getdoc(layer) or ""
    yield f"### {name}"
    yield ""
    yield f"`{name}{_signature(layer)}`"
    yield ""
    yield about.partition("\n\n")[0].replace("\n", " ")
    yield ""
    row = specimen(name)
    if row.inputs:
        change = f"turns {_shapes(row.inputs)} into {_shape(row.output)}"
        yield f"*Example:* `{row.layer!r}` {change}{_stored(row)}."
        yield ""
    if users:
        yield f"*In the zoo:* in {len(users)} of {len(zoo.models())} networks, such as `{users[0]}`."
        yield ""


def _signature(layer: type[arch.Layer]) -> str:
    """Return the arguments of a layer with their defaults, without types."""
    found = inspect.signature(layer)
    bare = [part.replace(annotation=inspect.Parameter.empty) for part in found.parameters.values()]
    return str(found.replace(parameters=bare, return_annotation=inspect.Signature.empty))


def specimen(name: str) -> measure.Row:
    """Return what is known about a layer on an input that it takes: the first example of its docstring.

    >>> specimen("Conv2d").output
    (64, 12, 12)
    """
    layer = arch.layers()[name]
    found = re.search(rf">>> ({name}\(.*?\))(?=$|\.)", layer.__doc__ or "", re.MULTILINE)
    text = found[1] if found else name
    for source in INPUTS:
        try:
            return measure.trace(arch.read(_network(text, source, layer.least_inputs))).rows[-1]
        except ShapeError:
            continue
    raise ShapeError(where=name, expected=f"a layer that takes one of {', '.join(INPUTS)}")


def _network(text: str, source: str, inputs: int) -> str:
    """Return a network in text notation: as many inputs as the layer needs, and the layer."""
    if not inputs:
        return text
    names = [f"input{at}" for at in range(inputs)]
    return "\n".join([*(f"{name}: {source}" for name in names), f"{text} <- {', '.join(names)}"])


def _stored(row: measure.Row) -> str:
    parts = [f"`{name}` {_shape(tensor.shape)}" for name, tensor in row.weights.items()]
    said = f"; it stores {', '.join(parts)}" if parts else ""
    return f"{said}; {row.macs:,} multiply-adds" if row.macs else said


def _shape(shape: tuple[int, ...]) -> str:
    return rules.spell_shape(shape).replace(" x ", "\N{NARROW NO-BREAK SPACE}×\N{NARROW NO-BREAK SPACE}")


def _shapes(shapes: tuple[tuple[int, ...], ...]) -> str:
    return " and ".join(map(_shape, shapes))


def _users() -> dict[str, list[str]]:
    """Return the networks that have a layer, by the layer's name, in the order of history."""
    found: dict[str, list[str]] = {}
    for entry in sorted(zoo.entries(), key=lambda entry: (entry.year, entry.name)):
        for name in {type(node.layer).__name__ for node in zoo.model(entry.name).nodes}:
            found.setdefault(name, []).append(entry.name)
    return found


def networks() -> str:
    """Return the zoo: every network with year, paper, variant, parameters and multiply-adds."""
    lines = [
        "# The zoo",
        "",
        f"{len(zoo.models())} networks, each written down once and counted by the same rules. Parameters",
        "are what is trained: weights, biases, and two per normalized channel; heads that only training",
        "needs count if the network has them. MACs are multiply-adds of convolution and linear layers for",
        "one image. `cnnmath summary NAME` prints any of them layer by layer.",
        "",
    ]
    for family in zoo.FAMILIES:
        members = [entry for entry in zoo.entries() if entry.build.__module__ == family.__name__]
        about = (inspect.getdoc(family) or "").partition("\n\n")[0].replace("\n", " ")
        lines += [f"## {_heading(about)}", "", _crossed(about), ""]
        lines += ["| Network | Year | Input | Parameters | MACs | Variant |", "|---|---|---|---:|---:|---|"]
        lines += [_row(entry) for entry in sorted(members, key=lambda entry: (entry.year, entry.name))]
        papers = dict.fromkeys(entry.paper for entry in members)
        lines += ["", "*Papers:* " + "; ".join(papers) + ".", ""]
    return sheet("The zoo", "Every network of the zoo, counted.", lines)


def _heading(about: str) -> str:
    """Return what a family's description begins with: its name.

    >>> _heading("VGG: 3 x 3 convolutions, stacked."), _heading("AlexNet under its four names")
    ('VGG', 'AlexNet')
    """
    return re.split(r"[:;,.]| as | under ", about)[0]


def _row(entry: zoo.Entry) -> str:
    network = zoo.model(entry.name)
    rows = measure.trace(network).rows
    shape = _shape(network.input_shape)
    variant = f"{entry.variant}; {entry.convention}" if entry.convention else entry.variant
    parameters = sum(row.parameters for row in rows)
    macs = sum(row.macs for row in rows if not row.auxiliary)
    counts = f"{parameters:,} | {macs:,}"
    return f"| `{entry.name}` | {entry.year} | {shape} | {counts} | {_crossed(variant)} |"


def _crossed(text: str) -> str:
    """Return a text with a multiplication sign between numbers.

    >>> _crossed("a 3 x 3 kernel")
    'a 3 × 3 kernel'
    """
    return re.sub(r"(?<=\d) x (?=\d)", " × ", text)


def published() -> str:
    """Return all printed numbers beside our counts, by source."""
    found = [measure.recount(claim) for claim in zoo.claims()]
    same = sum(entry.verdict != "differs" for entry in found)
    lines = [
        "# Published numbers, counted again",
        "",
        f"{len(found)} numbers that papers and courses print, each beside what the same rules count;",
        f"{same} of them come out. How to read the verdicts is said in the",
        "[overview](../architectures/index.md#how-the-numbers-on-these-pages-come-about); the pages of that",
        "part explain the differences.",
        "",
    ]
    for name in zoo.sources():
        source = zoo.claims(source=name)[0].source
        lines += [f"## {source.text}: {source.place}", "", f"```recount {name}", "```", ""]
    return sheet("Published numbers", "Numbers in print beside our counts.", lines)
