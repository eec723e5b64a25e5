"""Find our fenced blocks and inline values in Markdown, and put other text in their place.

Reads line by line, so that a block shown inside another fence stays text. Knows the shape of a directive
(kind, name, parameters, body), not what any kind means; evaluates nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import partial

from cnnmath.book.places import located
from cnnmath.errors import BookError, near_misses

__all__ = ["Directive", "Parameter", "Value", "expand", "parameters", "read_info"]

Parameter = int | bool | str

_FENCE = re.compile(r"(?P<indent>[ \t]*)(?P<ticks>`{3,}|~{3,})[ \t]*(?P<info>[^`\n]*?)[ \t]*$")
_TOKEN = re.compile(
    r'[ \t]*(?:(?P<key>[A-Za-z_][\w-]*)=)?(?:"(?P<quoted>[^"]*)"|(?P<word>[^\s"=]+))(?=[ \t]|$)'
)
_SPAN = re.compile(r"(?<!`)(?P<ticks>`+)(?!`)(?P<code>.+?)(?<!`)(?P=ticks)(?!`)")
_WORDS = {"true": True, "false": False}


@dataclass(frozen=True)
class Directive:
    """One fenced block of ours: its kind, name, parameters and body, and the line on which it opens."""

    kind: str
    name: str
    parameters: dict[str, Parameter] = field(default_factory=dict)
    body: str = ""
    line: int = 1


@dataclass(frozen=True)
class Value:
    """One inline value: the Python expression between `` `= `` and the closing backtick."""

    expression: str
    line: int = 1


def parameters(text: str) -> tuple[list[str], dict[str, Parameter]]:
    """Split what follows the kind into bare words and `key=value` pairs; values are ints, booleans or text.

    Raises BookError for what is neither. Nothing is evaluated.

    >>> parameters('sliding-window n=5 numbers=true title="Five cells"')
    (['sliding-window'], {'n': 5, 'numbers': True, 'title': 'Five cells'})
    """
    words: list[str] = []
    pairs: dict[str, Parameter] = {}
    position = 0
    while text[position:].strip():
        match = _TOKEN.match(text, position)
        if match is None:
            raise BookError(
                where="parameters",
                given=text[position:].strip(),
                expected='words or key=value, with text that has spaces in "quotes"',
            )
        position = match.end()
        value = match["quoted"] if match["quoted"] is not None else _literal(match["word"])
        if match["key"] is None:
            words.append(str(value))
        elif match["key"] in pairs:
            raise BookError(where=f'parameter "{match["key"]}"', given="two values", expected="one")
        else:
            pairs[match["key"].replace("-", "_")] = value
    return words, pairs


def _literal(word: str) -> Parameter:
    if re.fullmatch(r"-?\d+", word):
        return int(word)
    return _WORDS.get(word, word)


def read_info(info: str, kinds: Collection[str], languages: Callable[[str], bool]) -> str | None:
    """Return the kind of ours that an info string names, or None where it names a language to highlight.

    Raises BookError where the first word is neither: a misspelled kind must not become a grey box.

    >>> read_info("figure sliding-window k=3", {"figure"}, {"python"}.__contains__)
    'figure'
    >>> read_info('python title="size.py"', {"figure"}, {"python"}.__contains__)
    >>> read_info("figur sliding-window", {"figure"}, {"python"}.__contains__)
    Traceback (most recent call last):
    ...
    cnnmath.errors.BookError: There is no kind of block and no language called "figur". Did you mean figure?
    """
    first = re.match(r"\{\s*\.?([\w+#-]+)|([\w+#.-]+)", info)
    if first is None:
        return None
    word = first[1] or first[2]
    if word in kinds and first[2]:
        return word
    if languages(word):
        return None
    close = near_misses(word, kinds)
    hint = f"Did you mean {' or '.join(close)}?" if close else f"Our kinds are {', '.join(sorted(kinds))}."
    raise BookError(where=f'There is no kind of block and no language called "{word}".', remedy=hint)


@dataclass
class _Open:
    """A fence that has been opened and not yet closed."""

    line: int
    indent: str
    ticks: str
    kind: str | None
    info: str
    lines: list[str]

    def closes(self, line: str) -> bool:
        mark = line.strip()
        return len(mark) >= len(self.ticks) and set(mark) == {self.ticks[0]}

    def directive(self) -> Directive:
        words, pairs = parameters(self.info[len(self.kind or "") :])
        if len(words) > 1:
            raise BookError(where=f'"{words[1]}"', expected="one name, then key=value pairs")
        body = "\n".join(line.removeprefix(self.indent) for line in self.lines[1:]).strip("\n")
        return Directive(self.kind or "", words[0] if words else "", pairs, body, self.line)


def expand(
    markdown: str,
    kinds: Collection[str],
    block: Callable[[Directive], str],
    value: Callable[[Value], str],
    *,
    languages: Callable[[str], bool],
    page: str = "page",
    first_line: int = 1,
) -> str:
    """Return the Markdown with our blocks replaced by `block(...)` and inline values by `value(...)`.

    Other fences, and whatever stands in them, are kept as they are. A replacement takes over the indentation
    of its fence, so blocks work inside admonitions, tabs and lists. Any error is raised again as a BookError
    that names `page` and the line.

    >>> text = "It has `= 2 + 3` cells."
    >>> expand(text, (), str, lambda value: f"<{value.expression}>", languages=bool)
    'It has <2 + 3> cells.'
    """
    done: list[str] = []
    fence: _Open | None = None
    for number, line in enumerate(markdown.split("\n"), first_line):
        place = f"{page}, line {fence.line if fence else number}"
        with located(place):
            if fence is None:
                fence = _opened(line, number, kinds, languages)
                if fence is None:
                    done.append(_SPAN.sub(partial(_span, line=number, value=value), line))
                continue
            if not fence.closes(line):
                fence.lines.append(line)
                continue
            done += _closed(fence, line, block)
            fence = None
    if fence is not None:
        raise BookError(
            where=f"{page}, line {fence.line}: the fence {fence.ticks}{fence.info} is never closed",
            remedy=f"Add a line with {fence.ticks}.",
        )
    return "\n".join(done)


def _opened(line: str, number: int, kinds: Collection[str], languages: Callable[[str], bool]) -> _Open | None:
    match = _FENCE.match(line)
    if match is None:
        return None
    kind = read_info(match["info"], kinds, languages)
    return _Open(number, match["indent"], match["ticks"], kind, match["info"], [line])


def _closed(fence: _Open, last: str, block: Callable[[Directive], str]) -> list[str]:
    if fence.kind is None:
        return [*fence.lines, last]
    text = block(fence.directive())
    return [fence.indent + line if line else line for line in text.split("\n")]


def _span(span: re.Match[str], line: int, value: Callable[[Value], str]) -> str:
    if len(span["ticks"]) == 1 and span["code"].startswith("= ") and span["code"][2:].strip():
        return value(Value(span["code"][2:].strip(), line))
    return span[0]
