"""What the theme leaves to be desired for screen readers, validators and slow machines, mended in the page.

A table of exact replacements; a test looks whether the theme still writes what is replaced here.
"""

from __future__ import annotations

__all__ = ["MENDED", "mend"]

MENDED = {
    # A dialog needs a name.
    'class="md-search" data-md-component="search" role="dialog"': (
        'class="md-search" data-md-component="search" role="dialog" aria-label="Search"'
    ),
    # HTML knows no autocomplete on checkboxes.
    'data-md-toggle="drawer" type="checkbox" id="__drawer" autocomplete="off"': (
        'data-md-toggle="drawer" type="checkbox" id="__drawer"'
    ),
    'data-md-toggle="search" type="checkbox" id="__search" autocomplete="off"': (
        'data-md-toggle="search" type="checkbox" id="__search"'
    ),
    # The search index is built when the page has come to rest (later.js).
    "assets/javascripts/workers/search.": "assets/javascripts/workers/later.js?search.",
}
"""What the theme writes, and what stands there instead."""


def mend(document: str) -> str:
    """Return the page with the theme's faults mended."""
    for written, better in MENDED.items():
        document = document.replace(written, better)
    return document
