"""The text notation for networks: one layer per line, branches by name. It reads what it writes.

    network small          # optional: the network's name
    [stem]                 # optional: the stage of the nodes that follow
    image: Input(3, 32, 32)
    conv1: Conv2d(16, 3, padding=1)
    ReLU                   # a node without a name is numbered by kind: relu_1
    left: Conv2d(16, 1) <- conv1
    Concat <- left, relu_1
    outputs concat_1       # optional: without it, all nodes that feed nothing

A line without `<-` continues from the line before. Arguments are those of the layer's class, by place or by
name. Every error gives line, column and remedy.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import MISSING, dataclass
from typing import NamedTuple, NoReturn, TypeAlias

from cnnmath.arch.catalog import layers
from cnnmath.arch.layer import Input, Layer
from cnnmath.arch.network import NAME, Names, Network, Node, describe_arity
from cnnmath.arch.structure import Permute
from cnnmath.errors import ArchitectureError, NotationError, near_misses

__all__ = ["read", "write"]

MOST_CHARACTERS = 1_000_000
DEEPEST = 6
Value: TypeAlias = "int | float | bool | str | tuple[Value, ...] | None"

TOKEN = re.compile(
    r"""\s*(?:
    (?P<float>[+-]?(?:\d+\.\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]?\d+[eE][+-]?\d+)
    |(?P<int>[+-]?\d+)
    |(?P<string>"[^"]*"|'[^']*')
    |(?P<word>[A-Za-z_][\w-]*)
    |(?P<sign>[(),=])
    )""",
    re.VERBOSE,
)
LABEL = re.compile(r"\s*([^\s:#()<]+)\s*:")
WORDS: dict[str, Value] = {"True": True, "False": False, "None": None}


def read(text: str, name: str = "network", input_shape: tuple[int, ...] | None = None) -> Network:
    r"""Return the network that a text describes; `input_shape` stands in for a missing Input.

    Raises NotationError with line, column and remedy.

    >>> net = read("Input(1, 8, 8)\nconv: Conv2d(4, 3)\nReLU")
    >>> [node.name for node in net]
    ['input', 'conv', 'relu_1']
    """
    if len(text) > MOST_CHARACTERS:
        raise NotationError(
            f"the text has {len(text):,} characters",
            line=1,
            column=1,
            remedy=f"{MOST_CHARACTERS:,} is the limit.",
        )
    return _Reader(text, name, input_shape).network()


def write(network: Network) -> str:
    """Return a network in text notation; `read` gives the same network back.

    >>> from cnnmath.arch import Conv2d, chain
    >>> print(write(chain("tiny", Input(1, 8, 8), ("conv", Conv2d(4, 3)))), end="")
    network tiny
    input: Input(1, 8, 8)
    conv: Conv2d(4, 3)
    """
    lines = [f"network {network.name}"]
    stage = previous = ""
    for node in network:
        if node.stage != stage:
            lines.append(f"[{node.stage}]")
            stage = node.stage
        sources = "" if node.inputs in ((previous,), ()) else f" <- {', '.join(node.inputs)}"
        lines.append(f"{node.name}: {node.layer!r}{sources}")
        previous = node.name
    used = {source for node in network for source in node.inputs}
    if network.outputs != tuple(node.name for node in network if node.name not in used):
        lines.append(f"outputs {', '.join(network.outputs)}")
    return "\n".join(lines) + "\n"


class _Line(NamedTuple):
    """One line of the text without its comment; columns are counted in the original line."""

    number: int
    source: str
    text: str

    def fail(self, message: str, at: int, remedy: str = "") -> NoReturn:
        raise NotationError(message, line=self.number, column=at + 1, source=self.source, remedy=remedy)


@dataclass
class _Entry:
    """A node as it stands in the text, before its inputs are known to exist."""

    line: _Line
    at: int
    name: str
    layer: Layer
    inputs: list[tuple[str, int]] | None
    stage: str


class _Reader:
    def __init__(self, text: str, name: str, input_shape: tuple[int, ...] | None) -> None:
        self.lines = [
            _Line(number, line, line.split("#")[0]) for number, line in enumerate(text.splitlines(), 1)
        ]
        self.name = name
        self.input_shape = input_shape
        self.stage = ""
        self.entries: list[_Entry] = []
        self.outputs: list[tuple[_Line, str, int]] = []

    def network(self) -> Network:
        for line in self.lines:
            if line.text.strip():
                self._line(line)
        self._name_nameless()
        self._check_input()
        nodes = tuple(self._nodes())
        known = {node.name for node in nodes}
        for line, output, at in self.outputs:
            self._known(line, output, at, known)
        try:
            return Network(self.name, nodes, tuple(output for _, output, _ in self.outputs))
        except ArchitectureError as error:
            culprit = next((e for e in self.entries if error.where == f"node {e.name}"), self.entries[0])
            culprit.line.fail(f"expected {error.expected}, got {error.given}", culprit.at, error.remedy)

    def _line(self, line: _Line) -> None:
        stripped = line.text.strip()
        first, _, rest = stripped.partition(" ")
        if stripped.startswith("["):
            self._stage(line, stripped)
        elif first == "network" and ":" not in stripped:
            self._network_name(line, rest.strip())
        elif first == "outputs" and ":" not in stripped:
            start = line.text.index("outputs") + len("outputs")
            self.outputs = [(line, name, at) for name, at in _names(line, start)]
        else:
            self.entries.append(self._entry(line))

    def _stage(self, line: _Line, stripped: str) -> None:
        title = stripped[1:-1].strip()
        if not stripped.endswith("]") or (title and not NAME.fullmatch(title)):
            line.fail("a stage is written [name]", line.text.index("["), "For example [stem].")
        self.stage = title

    def _network_name(self, line: _Line, name: str) -> None:
        if not NAME.fullmatch(name):
            line.fail(
                "a network's name is one word", line.text.index("network"), "For example: network my-net"
            )
        self.name = name

    def _entry(self, line: _Line) -> _Entry:
        at, name = 0, ""
        label = LABEL.match(line.text)
        if label:
            name, at = label[1], label.end()
            if not NAME.fullmatch(name):
                line.fail(
                    f'"{name}" is no name', label.start(1), "Use letters, digits and _ . + - / for names."
                )
        body, arrow, _ = line.text.partition("<-")
        tokens = _Tokens(line, body, at)
        start = tokens.skip()
        layer = tokens.layer()
        inputs = _names(line, len(body) + len(arrow)) if arrow else None
        return _Entry(line, label.start(1) if label else start, name, layer, inputs, self.stage)

    def _name_nameless(self) -> None:
        names = Names(entry.name for entry in self.entries if entry.name)
        seen: dict[str, int] = {}
        for entry in self.entries:
            entry.name = entry.name or names.fresh(entry.layer)
            if entry.name in seen:
                entry.line.fail(
                    f'the name "{entry.name}" is taken by line {seen[entry.name]}',
                    entry.at,
                    "Choose another name.",
                )
            seen[entry.name] = entry.line.number

    def _check_input(self) -> None:
        if any(isinstance(entry.layer, Input) for entry in self.entries):
            return
        if self.input_shape is None:
            line = self.entries[0].line if self.entries else _Line(1, "", "")
            line.fail("the input size is missing", 0, "Begin with a line such as Input(3, 224, 224).")
        line = _Line(0, "", "")
        self.entries.insert(0, _Entry(line, 0, "input", Input(*self.input_shape), None, ""))

    def _nodes(self) -> Iterator[Node]:
        known = {entry.name for entry in self.entries}
        previous = ""
        for entry in self.entries:
            inputs = entry.inputs
            if inputs is None:
                inputs = [(previous, entry.at)] if previous and entry.layer.least_inputs else []
            for name, at in inputs:
                self._known(entry.line, name, at, known)
            self._check_count(entry, len(inputs))
            previous = entry.name
            yield Node(entry.name, entry.layer, tuple(name for name, _ in inputs), entry.stage)

    def _known(self, line: _Line, name: str, at: int, known: set[str]) -> None:
        if name not in known:
            close = near_misses(name, known)
            remedy = f"Did you mean {' or '.join(close)}?" if close else "Name a node of this text."
            line.fail(f'there is no node "{name}"', at, remedy)

    def _check_count(self, entry: _Entry, count: int) -> None:
        layer = entry.layer
        if count < layer.least_inputs or (layer.most_inputs is not None and count > layer.most_inputs):
            remedy = (
                "Name them behind the layer: <- left, right."
                if layer.least_inputs > 1
                else "Change what is behind <-."
            )
            kind = type(layer).__name__
            entry.line.fail(f"{kind} takes {describe_arity(layer)}, got {count}", entry.at, remedy)


def _names(line: _Line, start: int) -> list[tuple[str, int]]:
    """Return the comma-separated names from column `start` on, with their columns."""
    found = []
    at = start
    for part in line.text[start:].split(","):
        name = part.strip()
        column = at + len(part) - len(part.lstrip())
        if not NAME.fullmatch(name):
            line.fail(
                "a name is missing here" if not name else f'"{name}" is no name',
                column,
                "Write: <- left, right",
            )
        found.append((name, column))
        at += len(part) + 1
    return found


class _Tokens:
    """Reads a layer and its arguments from one line."""

    def __init__(self, line: _Line, text: str, at: int) -> None:
        self.line = line
        self.text = text
        self.at = at

    def skip(self) -> int:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1
        return self.at

    def take(self) -> tuple[str, str, int]:
        """Return kind, text and column of the next token and move behind it; at the end, kind "end"."""
        start = self.skip()
        if start == len(self.text):
            return "end", "", start
        match = TOKEN.match(self.text, start)
        if match is None:
            self.line.fail(
                f"cannot read {self.text[start]!r} here", start, "Write a layer such as Conv2d(64, 3)."
            )
        self.at = match.end()
        return str(match.lastgroup), match[match.lastgroup or 0], start

    def peek(self) -> str:
        at = self.at
        found = self.take()[1]
        self.at = at
        return found

    def layer(self) -> Layer:
        kind, name, start = self.take()
        known = layers()
        if kind != "word":
            self.line.fail("a layer's name is expected", start, "For example Conv2d(64, 3).")
        if name not in known:
            close = near_misses(name, known)
            remedy = (
                f"Did you mean {' or '.join(close)}?" if close else "The layers are listed in the reference."
            )
            self.line.fail(f'there is no layer "{name}"', start, remedy)
        places: list[tuple[Value, int]] = []
        options: dict[str, tuple[Value, int]] = {}
        if self.peek() == "(":
            self.take()
            self._arguments(places, options)
        kind, text, at = self.take()
        if kind != "end":
            self.line.fail(f"{text!r} is not expected here", at, "One layer per line; inputs follow <-.")
        return self._make(known[name], start, places, options)

    def _arguments(self, places: list[tuple[Value, int]], options: dict[str, tuple[Value, int]]) -> None:
        while self.peek() != ")":
            start = self.skip()
            value = self._value(1)
            if self.peek() == "=" and isinstance(value, str):
                self.take()
                at = self.skip()
                if value in options:
                    self.line.fail(f"{value} is given twice", start, "Give it once.")
                options[value] = (self._value(1), at)
            elif options:
                self.line.fail(
                    "arguments by name come last", start, "Move this one to the front, or name it."
                )
            else:
                places.append((value, start))
            if not self._comma():
                break
        self._close()

    def _comma(self) -> bool:
        found = self.peek() == ","
        if found:
            self.take()
        return found

    def _close(self) -> None:
        _, text, at = self.take()
        if text != ")":
            self.line.fail(
                "a closing bracket is missing" if not text else f"{text!r} is not expected here",
                at,
                "Write ).",
            )

    def _value(self, depth: int) -> Value:
        kind, text, at = self.take()
        if text == "(":
            if depth > DEEPEST:
                self.line.fail("the brackets are nested too deeply", at, f"{DEEPEST} levels are the limit.")
            return self._tuple(depth)
        if kind == "int":
            if len(text) > 15:
                self.line.fail("the number is too long", at, "15 digits are the limit.")
            return int(text)
        if kind == "float":
            return float(text)
        if kind == "string":
            return text[1:-1]
        if kind != "word":
            self.line.fail(
                "a value is missing here", at, 'Write a number, a tuple (1, 7) or a word such as "same".'
            )
        return WORDS.get(text, text)

    def _tuple(self, depth: int) -> tuple[Value, ...]:
        values: list[Value] = []
        while self.peek() != ")":
            values.append(self._value(depth + 1))
            if not self._comma():
                break
        self._close()
        return tuple(values)

    def _make(
        self,
        layer: type[Layer],
        start: int,
        places: list[tuple[Value, int]],
        options: dict[str, tuple[Value, int]],
    ) -> Layer:
        if layer not in (Input, Permute):
            self._check_arguments(layer, start, places, options)
        elif options:
            name, (_, at) = next(iter(options.items()))
            self.line.fail(
                f'{layer.__name__} has no argument "{name}"', at, f"Write {layer.__name__}(1, 2, 0)."
            )
        try:
            return layer(
                *[value for value, _ in places], **{name: value for name, (value, _) in options.items()}
            )
        except ArchitectureError as error:
            message = f"{error.where}: expected {error.expected}, got {error.given}"
            self.line.fail(message, start, error.remedy)

    def _check_arguments(
        self,
        layer: type[Layer],
        start: int,
        places: list[tuple[Value, int]],
        options: dict[str, tuple[Value, int]],
    ) -> None:
        fields = dataclasses.fields(layer)
        names = [field.name for field in fields]
        spelled = f"Its arguments are: {', '.join(names)}." if names else "It takes none."
        if len(places) > len(names):
            self.line.fail(f"too many arguments for {layer.__name__}", places[len(names)][1], spelled)
        for name, (_, at) in options.items():
            if name not in names:
                self.line.fail(f'{layer.__name__} has no argument "{name}"', at, spelled)
            if name in names[: len(places)]:
                self.line.fail(f"{name} is given twice", at, "Give it once.")
        needed = [field.name for field in fields if field.default is MISSING]
        for name in needed[len(places) :]:
            if name not in options:
                self.line.fail(f"{layer.__name__} needs {name}", start, spelled)
