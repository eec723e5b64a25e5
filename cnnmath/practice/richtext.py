"""Rich text: what prompts, hints, solutions and feedback are made of, and its four printers.

A text is a tuple of frozen blocks; a block of words holds inlines. Authors write light Markdown whose
`$...$` holds our formula language: the terminal prints it as written, the page gets LaTeX from our own
parser. Nothing here knows HTML: the page and the book build elements from the plain data of `to_dict`.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cnnmath import formula
from cnnmath.errors import BankError
from cnnmath.formula import tree
from cnnmath.formula.plain import to_plain
from cnnmath.formula.relation import Relation, parse_relation

__all__ = [
    "Block",
    "Cells",
    "Code",
    "Inline",
    "Items",
    "Listing",
    "Math",
    "Paragraph",
    "RichText",
    "Strong",
    "Table",
    "Text",
    "latex",
    "line",
    "markdown",
    "parse",
    "plain",
    "prefixed",
    "relabeled",
    "relabeled_source",
    "rich",
    "say",
    "to_dict",
]


@dataclass(frozen=True)
class Text:
    """Plain words."""

    text: str


@dataclass(frozen=True)
class Strong:
    """Emphasized words."""

    text: str


@dataclass(frozen=True)
class Code:
    """A piece of code, or what a learner typed: shown literally."""

    text: str


@dataclass(frozen=True)
class Math:
    """A formula or a relation between formulas, in our formula language."""

    text: str


Inline = Text | Strong | Code | Math


@dataclass(frozen=True)
class Paragraph:
    """A run of inlines. One that holds a single `Math` may be displayed on its own line."""

    inlines: tuple[Inline, ...]


@dataclass(frozen=True)
class Items:
    """A list, ordered or not; each item is a run of inlines."""

    items: tuple[tuple[Inline, ...], ...]
    ordered: bool = False


@dataclass(frozen=True)
class Listing:
    """A block of code, shown line by line."""

    text: str


@dataclass(frozen=True)
class Table:
    """A grid of short texts (an image, a kernel, a result)."""

    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Cells:
    """A row of input cells with padding around it, and the windows that were placed on it.

    Each window is the tuple of the positions that it reads; position 0 is the first cell of the padded row,
    and positions behind the last cell overhang it. The drawing is data: the terminal prints it with
    characters, the page draws it.

    >>> print(plain((Cells(4, before=1, after=1, windows=((0, 1, 2), (2, 3, 4))),)))
    row        . # # # # .
    window 1   x x x
    window 2       x x x
    """

    size: int
    before: int = 0
    after: int = 0
    windows: tuple[tuple[int, ...], ...] = ()
    caption: str = ""

    @classmethod
    def of(
        cls,
        size: int,
        kernel: int,
        stride: int = 1,
        padding: int = 0,
        dilation: int = 1,
        *,
        caption: str = "",
    ) -> Cells:
        """Return the drawing of all windows of a layer, with `padding` cells on each side.

        >>> Cells.of(5, kernel=3, stride=2).windows
        ((0, 1, 2), (2, 3, 4))
        """
        span, width = dilation * (kernel - 1), size + 2 * padding
        starts = range(0, width - span, stride)
        windows = tuple(tuple(range(start, start + span + 1, dilation)) for start in starts)
        return cls(size, padding, padding, windows, caption)

    @property
    def width(self) -> int:
        """Number of columns that the drawing needs, overhanging windows included."""
        reach = max((max(window) + 1 for window in self.windows), default=0)
        return max(self.before + self.size + self.after, reach)


Block = Paragraph | Items | Listing | Table | Cells
RichText = tuple[Block, ...]

_INLINE = re.compile(
    r"\\(?P<escaped>[\\$*`])"
    r"|\*\*(?P<strong>[^*]+)\*\*"
    r"|`(?P<code>[^`]+)`"
    r"|\$(?P<math>[^$]+)\$"
)
_BULLET = re.compile(r"[-*] +(?P<rest>.+)")
_NUMBER = re.compile(r"\d+\. +(?P<rest>.+)")


def parse(text: str) -> RichText:
    """Read light Markdown: paragraphs, lists, fenced code; **strong**, `code` and $formula$ within a line.

    >>> parse("The size is $n - 1$.")[0].inlines
    (Text(text='The size is '), Math(text='n - 1'), Text(text='.'))
    """
    return tuple(_block(chunk) for chunk in _chunks(text))


def line(text: str) -> tuple[Inline, ...]:
    """Read light Markdown that has to be one line, such as an option; raises `BankError` for anything else.

    >>> line("pad by $p$")
    (Text(text='pad by '), Math(text='p'))
    """
    blocks = parse(text)
    if len(blocks) != 1 or not isinstance(blocks[0], Paragraph):
        raise BankError(where=f'"{text}"', expected="one line of text")
    return blocks[0].inlines


def rich(*parts: str | Block | RichText) -> RichText:
    """Join light Markdown and finished blocks into one text.

    >>> len(rich("One paragraph.", Cells(5), "Another."))
    3
    """
    blocks: list[Block] = []
    for part in parts:
        if isinstance(part, str):
            blocks.extend(parse(part))
        elif isinstance(part, tuple):
            blocks.extend(part)
        else:
            blocks.append(part)
    return tuple(blocks)


def say(*inlines: str | Inline) -> RichText:
    """Return one paragraph; strings are words, never Markdown, so a learner's text is safe here.

    >>> plain(say("You typed ", Code("**5**"), "."))
    'You typed **5**.'
    """
    return (Paragraph(tuple(Text(inline) if isinstance(inline, str) else inline for inline in inlines)),)


def prefixed(words: str, text: RichText) -> RichText:
    """Return the text with words in front, in its first paragraph if it begins with one.

    >>> plain(prefixed("Not yet. ", parse("Count the jumps.")))
    'Not yet. Count the jumps.'
    """
    if text and isinstance(text[0], Paragraph):
        return (Paragraph((Text(words), *text[0].inlines)), *text[1:])
    return (*say(words.strip()), *text)


def relabeled(text: RichText, letters: Mapping[str, str]) -> RichText:
    """Return the text with other letters in all its formulas.

    >>> plain(relabeled(parse("The input has $n$ cells, and $n > k$."), {"n": "W"}))
    'The input has W cells, and W > k.'
    """
    return tuple(_relabeled_block(block, letters) for block in text)


def relabeled_source(text: str, letters: Mapping[str, str]) -> str:
    """Return light Markdown with other letters in all its formulas.

    >>> relabeled_source("a kernel of $k$", {"k": "F"})
    'a kernel of $F$'
    """
    return re.sub(r"(?<!\\)\$([^$]+)\$", lambda found: f"${_relabeled_math(found[1], letters)}$", text)


@lru_cache(maxsize=4096)
def latex(text: str) -> str:
    r"""Return the LaTeX of a formula or of a chain of relations in our formula language.

    >>> latex("n + 1 <= 7")
    'n + 1 \\le 7'
    """
    try:
        return _relation(text).latex()
    except formula.FormulaError as error:
        raise BankError(
            where=f'the formula "${text}$" in a text', expected="our formula language", remedy=str(error)
        ) from error


def plain(text: RichText, width: int = 80) -> str:
    r"""Return the text for a terminal, words wrapped at `width` columns.

    >>> print(plain(parse("Two steps:\n\n- add $2p$\n- subtract $k$")))
    Two steps:
    <BLANKLINE>
    - add 2p
    - subtract k
    """
    return "\n\n".join(_PLAIN[type(block)](block, width) for block in text)


def markdown(text: RichText, math: Callable[[str], str] = lambda tex: f"${tex}$") -> str:
    r"""Return Markdown with LaTeX formulas; `math` wraps each LaTeX text the way the reader's tool wants it.

    >>> markdown(parse("Add $2p$ to **n**."))
    'Add $2p$ to **n**.'
    """
    return "\n\n".join(_MARKDOWN[type(block)](block, math) for block in text)


def to_dict(text: RichText) -> list[dict[str, Any]]:
    """Return plain data for the page: blocks with their kind, formulas as LaTeX and as text.

    >>> to_dict(parse("Add $2p$."))[0]["inlines"][1]
    {'math': '2p', 'text': '2p'}
    """
    return [_DICT[type(block)](block) for block in text]


# Reading


@lru_cache(maxsize=4096)
def _relation(text: str) -> Relation:
    """Return a formula or chain of relations of our own texts, read once."""
    return parse_relation(text)


def _chunks(text: str) -> Iterable[str]:
    """Split at blank lines, but keep a fenced block whole."""
    lines: list[str] = []
    fenced = False
    for line in textwrap.dedent(text).strip("\n").split("\n"):
        if line.startswith("```"):
            fenced = not fenced
        if line.strip() or fenced:
            lines.append(line.rstrip())
        elif lines:
            yield "\n".join(lines)
            lines = []
    if lines:
        yield "\n".join(lines)


def _block(chunk: str) -> Block:
    if chunk.startswith("```"):
        return Listing("\n".join(line for line in chunk.split("\n") if not line.startswith("```")))
    lines = chunk.split("\n")
    for pattern, ordered in ((_BULLET, False), (_NUMBER, True)):
        if pattern.match(lines[0]):
            return Items(tuple(_inlines(item) for item in _entries(lines, pattern)), ordered)
    return Paragraph(_inlines(" ".join(line.strip() for line in lines)))


def _entries(lines: Sequence[str], pattern: re.Pattern[str]) -> list[str]:
    """Join continuation lines to the list item that they belong to."""
    entries: list[str] = []
    for line in lines:
        found = pattern.match(line)
        if found:
            entries.append(found["rest"])
        else:
            entries[-1] += f" {line.strip()}"
    return entries


_INLINE_KINDS: dict[str, type[Text] | type[Strong] | type[Code] | type[Math]] = {
    "escaped": Text,
    "strong": Strong,
    "code": Code,
    "math": Math,
}


def _inlines(line: str) -> tuple[Inline, ...]:
    found: list[Inline] = []
    position = 0
    for match in _INLINE.finditer(line):
        if match.start() > position:
            found.append(Text(line[position : match.start()]))
        kind = match.lastgroup or ""
        found.append(_INLINE_KINDS[kind](match[kind]))
        position = match.end()
    if position < len(line):
        found.append(Text(line[position:]))
    return tuple(_joined(found))


def _joined(inlines: Iterable[Inline]) -> Iterable[Inline]:
    """Join neighboring words, so that an escaped sign does not split a sentence."""
    waiting = ""
    for inline in inlines:
        if isinstance(inline, Text):
            waiting += inline.text
            continue
        if waiting:
            yield Text(waiting)
            waiting = ""
        yield inline
    if waiting:
        yield Text(waiting)


def _relabeled_block(block: Block, letters: Mapping[str, str]) -> Block:
    if isinstance(block, Paragraph):
        return Paragraph(_relabeled_run(block.inlines, letters))
    if isinstance(block, Items):
        return Items(tuple(_relabeled_run(item, letters) for item in block.items), block.ordered)
    return block


def _relabeled_run(inlines: Sequence[Inline], letters: Mapping[str, str]) -> tuple[Inline, ...]:
    return tuple(
        Math(_relabeled_math(inline.text, letters)) if isinstance(inline, Math) else inline
        for inline in inlines
    )


def _relabeled_math(text: str, letters: Mapping[str, str]) -> str:
    names = {name: tree.Name(letter) for name, letter in letters.items()}
    chain = _relation(text)
    parts = [to_plain(tree.substitute(part.root, names)) for part in chain.parts]
    return "".join(
        f"{part} {sign} " for part, sign in zip(parts, (*chain.operators, ""), strict=True)
    ).strip()


# Printing for the terminal


def _words(inlines: Sequence[Inline]) -> str:
    return "".join(inline.text for inline in inlines)


def _plain_paragraph(block: Paragraph, width: int) -> str:
    if len(block.inlines) == 1 and isinstance(block.inlines[0], Math):
        return f"    {block.inlines[0].text}"
    return textwrap.fill(_words(block.inlines), width, break_long_words=False, break_on_hyphens=False)


def _plain_items(block: Items, width: int) -> str:
    return "\n".join(
        textwrap.fill(
            _words(item),
            width,
            initial_indent=mark,
            subsequent_indent=" " * len(mark),
            break_long_words=False,
            break_on_hyphens=False,
        )
        for mark, item in zip(_marks(block), block.items, strict=True)
    )


def _marks(block: Items) -> list[str]:
    return [f"{number}. " if block.ordered else "- " for number in range(1, len(block.items) + 1)]


def _plain_listing(block: Listing, width: int) -> str:
    del width  # code is never wrapped
    return textwrap.indent(block.text, "    ")


def _plain_table(block: Table, width: int) -> str:
    del width  # a grid is never wrapped
    widths = [max(len(cell) for cell in column) for column in zip(*block.rows, strict=True)]
    rows = ("  ".join(cell.rjust(size) for cell, size in zip(row, widths, strict=True)) for row in block.rows)
    return textwrap.indent("\n".join(rows), "    ")


def _plain_cells(block: Cells, width: int) -> str:
    del width  # the drawing has one column of two characters a cell
    row = "." * block.before + "#" * block.size + "." * block.after
    lines = [("row", row)]
    for number, window in enumerate(block.windows, start=1):
        taps = "".join("x" if position in window else " " for position in range(block.width))
        lines.append((f"window {number}", taps))
    label = max(len(name) for name, _ in lines) + 3
    drawn = [f"{name:<{label}}{' '.join(marks)}".rstrip() for name, marks in lines]
    return "\n".join([*drawn, *([block.caption] if block.caption else [])])


_PLAIN: dict[type, Callable[[Any, int], str]] = {
    Paragraph: _plain_paragraph,
    Items: _plain_items,
    Listing: _plain_listing,
    Table: _plain_table,
    Cells: _plain_cells,
}


# Printing as Markdown


def _marked(inlines: Sequence[Inline], math: Callable[[str], str]) -> str:
    printers: dict[type, Callable[[str], str]] = {
        Text: lambda text: re.sub(r"([\\`*_$<\[\]])", r"\\\1", text),
        Strong: lambda text: f"**{text}**",
        Code: lambda text: f"`{text}`" if "`" not in text else f"`` {text} ``",
        Math: lambda text: math(latex(text)),
    }
    return "".join(printers[type(inline)](inline.text) for inline in inlines)


def _markdown_paragraph(block: Paragraph, math: Callable[[str], str]) -> str:
    return _marked(block.inlines, math)


def _markdown_items(block: Items, math: Callable[[str], str]) -> str:
    return "\n".join(
        mark + _marked(item, math) for mark, item in zip(_marks(block), block.items, strict=True)
    )


def _markdown_drawing(block: Listing | Table | Cells, math: Callable[[str], str]) -> str:
    del math  # a drawing holds no formulas
    drawn = block.text if isinstance(block, Listing) else textwrap.dedent(_PLAIN[type(block)](block, 80))
    return f"```text\n{drawn}\n```"


_MARKDOWN: dict[type, Callable[[Any, Callable[[str], str]], str]] = {
    Paragraph: _markdown_paragraph,
    Items: _markdown_items,
    Listing: _markdown_drawing,
    Table: _markdown_drawing,
    Cells: _markdown_drawing,
}


# Plain data for the page


def _inline_dict(inline: Inline) -> dict[str, str]:
    match inline:
        case Strong(text):
            return {"strong": text}
        case Code(text):
            return {"code": text}
        case Math(text):
            return {"math": latex(text), "text": text}
        case Text(text):
            return {"text": text}


def _run_dict(inlines: Sequence[Inline]) -> list[dict[str, str]]:
    return [_inline_dict(inline) for inline in inlines]


def _paragraph_dict(block: Paragraph) -> dict[str, Any]:
    return {"kind": "paragraph", "inlines": _run_dict(block.inlines)}


def _items_dict(block: Items) -> dict[str, Any]:
    return {"kind": "list", "ordered": block.ordered, "items": [_run_dict(item) for item in block.items]}


def _listing_dict(block: Listing) -> dict[str, Any]:
    return {"kind": "code", "text": block.text}


def _table_dict(block: Table) -> dict[str, Any]:
    return {"kind": "table", "rows": [list(row) for row in block.rows]}


def _cells_dict(block: Cells) -> dict[str, Any]:
    return {
        "kind": "cells",
        "size": block.size,
        "before": block.before,
        "after": block.after,
        "windows": [list(window) for window in block.windows],
        "caption": block.caption,
        "text": _plain_cells(block, 80),
    }


_DICT: dict[type, Callable[[Any], dict[str, Any]]] = {
    Paragraph: _paragraph_dict,
    Items: _items_dict,
    Listing: _listing_dict,
    Table: _table_dict,
    Cells: _cells_dict,
}
