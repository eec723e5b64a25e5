"""The pages that the registries write: nothing in them is typed by hand.

Each function returns one page as Markdown with our blocks in it, which then goes the way of every other page.
A new derivation, question or figure appears on its page by being registered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cnnmath.book.blocks.exercise import anchor_of

__all__ = ["PAGES", "derivations", "figures", "formulas", "notation", "pages", "questions"]


def questions() -> str:
    """Return the catalog: the exercise sets in full, the questions that are in none, and a table of all."""
    from cnnmath.practice.bank import bank

    source = bank()
    families = source.families()
    first = {
        entry.question: entry.seed for found in reversed(source.sets) for entry in reversed(found.entries)
    }
    lines = [
        "# Practice",
        "",
        f"{len(families)} families of questions so far, each an endless source of variants: *Next variant*",
        "draws new numbers. The terminal has the same questions and grades with the same code:",
        "`cnnmath practice`.",
        "",
    ]
    for found in source.sets:
        lines += [f"## {found.title}", "", f"```exercise-set {found.name}", "```", ""]
    loose = [family for family in families if family.name not in first]
    if loose:
        lines += ["## In no set", ""]
    for family in loose:
        lines += [f"```exercise {family.name} seed=1", "```", ""]
    lines += ["## All questions", "", "| Question | Name | Points |", "|---|---|---|"]
    for family in families:
        anchor = anchor_of(family.name, first.get(family.name, 1))
        lines.append(f"| [{family.title}](#{anchor}) | `{family.name}` | {family.points} |")
    return _page("Practice", "All questions of the book, with hints and worked solutions.", lines)


def formulas() -> str:
    """Return the formula sheet: the result of every derivation, on one page that prints well."""
    from cnnmath import derive

    lines = [
        "# Formula sheet",
        "",
        "Every result of the book, with the meaning of its letters, as text that you can copy. Each has its",
        "[derivation](derivations.md).",
        "",
    ]
    for record in derive.records():
        lines += [f"```formula {record.name}", "```", ""]
    return _page("Formula sheet", "Every formula of the book on one page.", lines)


def derivations() -> str:
    """Return all derivations in full."""
    from cnnmath import derive

    lines = [
        "# Derivations",
        "",
        "Every derivation of the book, in full. What the badges promise is said in",
        "[How to read this book](../how-to-read.md#derivations-and-their-badges).",
        "",
    ]
    for record in derive.records():
        lines += [f"## {record.title} {{ #{record.name} }}", "", f"```derivation {record.name}", "```", ""]
    return _page("Derivations", "Every derivation of the book, step by step.", lines)


def notation() -> str:
    """Return the list of symbols: every letter once, with its meaning and the derivations that use it."""
    from cnnmath import derive

    users: dict[tuple[str, str], dict[str, None]] = {}
    letters = {}
    for record in derive.records():
        for view in record.views.values():
            for letter in view.names:
                users.setdefault((letter.name, letter.meaning), {})[record.name] = None
                letters[letter.name, letter.meaning] = letter
    lines = ["# Notation", "", "| Symbol | Typed as | Meaning | Used in |", "|---|---|---|---|"]
    before = ""
    for name, meaning in sorted(users, key=lambda entry: (entry[0].lower(), entry)):
        letter = letters[name, meaning]
        unit = f" ({letter.unit})" if letter.unit else ""
        shown = f"${letter.latex}$ | `{name}`" if name != before else " | "
        lines.append(f"| {shown} | {meaning}{unit} | {_links(list(users[name, meaning]))} |")
        before = name
    return _page("Notation", "Every symbol of the book, once.", lines)


def _links(names: list[str], most: int = 3) -> str:
    """Return links to the first few of these derivations, and how many more there are."""
    links = [f"[{name}](derivations.md#{name})" for name in names[:most]]
    return ", ".join(links) + (f" and {len(names) - most} more" if len(names) > most else "")


def figures() -> str:
    """Return the gallery: every kind of figure as it looks without parameters, and what it takes."""
    from cnnmath.figures import figures as names
    from cnnmath.figures import kind

    lines = [
        "# Figures",
        "",
        "Every kind of drawing in the book, as it looks when nothing is asked for. `cnnmath figure NAME`",
        "draws it to a file.",
        "",
    ]
    for name in names():
        shown = kind(name)
        lines += [
            f"## {name.replace('-', ' ').capitalize()}",
            "",
            f"{shown.about}.",
            "",
            f"```figure {name}",
            "```",
            "",
        ]
        if shown.defaults:
            settings = " ".join(f"{key}={value}" for key, value in shown.defaults.items())
            lines += [f"Parameters: `{settings}`", ""]
    return _page("Figures", "Every kind of drawing in the book.", lines)


PAGES: dict[str, Callable[[], str]] = {
    "practice/questions.md": questions,
    "reference/formulas.md": formulas,
    "reference/derivations.md": derivations,
    "reference/notation.md": notation,
    "reference/figures.md": figures,
}
"""The address of each generated page, and the function that writes it."""


def pages() -> Iterator[tuple[str, str]]:
    """Yield the address and the Markdown of every generated page."""
    for address, write in PAGES.items():
        yield address, write()


def _page(title: str, description: str, lines: list[str]) -> str:
    head = ["---", f"title: {title}", f"description: {description}", "---", ""]
    return "\n".join([*head, *lines, ""])
