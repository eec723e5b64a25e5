"""A generated page as Markdown: its front matter and its lines. What stands on it is not known here."""

from __future__ import annotations

import json

__all__ = ["sheet"]


def sheet(title: str, description: str, lines: list[str]) -> str:
    """Return a page with a title for the navigation and a description for search engines.

    In the book's own search it comes after the lessons.

    >>> sheet("Zoo", "All networks.", ["# Zoo"]).splitlines()[:2]
    ['---', 'title: "Zoo"']
    """
    front = [f"title: {json.dumps(title)}", f"description: {json.dumps(description)}", "search: {boost: 0.5}"]
    return "\n".join(["---", *front, "---", "", *lines, ""])
