"""Write HTML by function calls: whatever is not already markup is escaped.

Knows elements and attributes, nothing of what they show. Mathematics is left as TeX between the marks that
`tex` looks for when the page is complete, so that the search index sees the TeX and not the markup.
"""

from __future__ import annotations

import html as escaping
import json
import re
from collections.abc import Iterable

__all__ = ["Markup", "data_script", "escape", "join", "math", "prose", "tag"]


class Markup(str):
    """Text that is markup already and is not escaped again."""

    __slots__ = ()


_VOID = frozenset({"br", "col", "hr", "img", "input", "link", "meta"})


def escape(text: object) -> Markup:
    """Return text as markup; markup stays as it is.

    >>> escape("1 < 2"), escape(Markup("<b>1</b>"))
    ('1 &lt; 2', '<b>1</b>')
    """
    return text if isinstance(text, Markup) else Markup(escaping.escape(str(text)))


def prose(text: str) -> Markup:
    """Return plain words as markup, with the quotation marks and apostrophes of a printed book.

    >>> prose("the kernel's half")
    'the kernel’s half'
    """
    text = re.sub(r"(?<=\w)'", "\N{RIGHT SINGLE QUOTATION MARK}", text)
    text = re.sub(r'"([^"]*)"', "\N{LEFT DOUBLE QUOTATION MARK}\\1\N{RIGHT DOUBLE QUOTATION MARK}", text)
    return escape(text)


def join(parts: Iterable[object], separator: str = "") -> Markup:
    """Join parts, escaping those that are not markup.

    >>> join(["a & b", tag("b", "c")], ", ")
    'a &amp; b, <b>c</b>'
    """
    return Markup(separator.join(escape(part) for part in parts))


def tag(name: str, /, *content: object, **attributes: object) -> Markup:
    """Return an element; `class_` means class, `_` is a hyphen, False and None leave an attribute out.

    >>> tag("p", "1 < 2", class_="note", data_points=2, hidden=False)
    '<p class="note" data-points="2">1 &lt; 2</p>'
    """
    written = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in _VOID:
        return Markup(f"<{name}{written}>")
    return Markup(f"<{name}{written}>{join(content)}</{name}>")


def data_script(data: object) -> Markup:
    r"""Return data for the page's script; a closing tag inside would end the element, so it is escaped.

    >>> data_script({"text": "</script>"})
    '<script type="application/json">{"text": "<\\/script>"}</script>'
    """
    return tag(
        "script", Markup(json.dumps(data, ensure_ascii=False).replace("</", "<\\/")), type="application/json"
    )


def _attribute(key: str, value: object) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escaping.escape(str(value))}"'


def math(latex: str, *, display: bool = False) -> Markup:
    r"""Return TeX between the marks that the typesetting pass replaces.

    >>> math("n < k")
    '<span class="arithmatex">\\(n &lt; k\\)</span>'
    """
    body = escaping.escape(latex, quote=False)
    if display:
        return Markup(f'<div class="arithmatex">\\[{body}\\]</div>')
    return Markup(f'<span class="arithmatex">\\({body}\\)</span>')
