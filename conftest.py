"""Every Python block of the book and of the README is a test; a page is one namespace, top to bottom."""

from __future__ import annotations

import re
from collections.abc import Iterator
from doctest import ELLIPSIS, NORMALIZE_WHITESPACE
from textwrap import dedent

from sybil import Document, Lexeme, Region, Sybil
from sybil.evaluators.doctest import DocTestEvaluator
from sybil.evaluators.python import PythonEvaluator
from sybil.parsers.abstract.doctest import DocTestStringParser

# Notebooks are run by tests/docs, not imported while tests are being collected; the recorder needs PyTorch.
collect_ignore_glob = ["docs/notebooks/*", "tests/truth/make_*"]

FENCE = re.compile(
    r"^(?P<indent>[ \t]*)(?P<ticks>`{3,}|~{3,})[ \t]*(?P<info>[^`\n]*)\n"
    r"(?P<body>.*?)^(?P=indent)(?P=ticks)[ \t]*$",
    re.MULTILINE | re.DOTALL,
)
PYTHON = {"python", "py", "pycon"}


class FenceParser:
    """Finds Python fences wherever they stand (in tabs, remarks, lists), whatever their attributes."""

    plain = PythonEvaluator()
    session = DocTestStringParser(DocTestEvaluator(ELLIPSIS | NORMALIZE_WHITESPACE))

    def __call__(self, document: Document) -> Iterator[Region]:
        """Yield one region for each plain block, and one for each example of a session."""
        for fence in FENCE.finditer(document.text):
            if language(fence["info"]) not in PYTHON:
                continue
            if ">>>" in fence["body"]:
                for region in self.session(fence["body"], document.path):
                    start = fence.start("body") + region.start
                    region.parsed.lineno += document.text.count("\n", 0, fence.start("body"))
                    yield Region(start, fence.start("body") + region.end, region.parsed, region.evaluator)
            else:
                body = dedent(fence["body"])
                yield Region(fence.start(), fence.end(), Lexeme(body, fence.start("body"), 0), self.plain)


def language(info: str) -> str:
    """Return the language of an info string such as `python title="x.py"` or `{ .python .annotate }`."""
    found = re.match(r"\{?\s*\.?([\w+-]+)", info)
    return found[1] if found else ""


pytest_collect_file = Sybil(parsers=[FenceParser()], patterns=["*.md"]).pytest()
