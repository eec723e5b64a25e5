"""The pages that the registries write: nothing in them is typed by hand.

Each function returns one page as Markdown with our blocks in it, which then goes the way of every other page.
A new derivation, question or figure appears on its page by being registered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from cnnmath.book.blocks.derivation import RELATIONS
from cnnmath.book.blocks.exercise import anchor_of
from cnnmath.book.network_pages import layers, networks, published
from cnnmath.book.sheet import sheet

if TYPE_CHECKING:
    from cnnmath.derive import Record
    from cnnmath.practice.sets import ExerciseSet

__all__ = [
    "PAGES",
    "by_topic",
    "derivations",
    "derivations_of",
    "figures",
    "formulas",
    "notation",
    "pages",
    "questions",
    "questions_of",
]


def questions() -> str:
    """Return the catalog: the exercise sets, each with a page of its own, and a table of all questions."""
    from cnnmath.practice.bank import bank

    source = bank()
    families = source.families()
    lines = [
        "# Practice",
        "",
        f"{len(families)} families of questions so far, each an endless source of variants: *Next variant*",
        "draws new numbers. The terminal has the same questions and grades with the same code:",
        "`cnnmath practice`.",
        "",
        "## Exercise sets",
        "",
        "| Set | What it asks | Exercises | Points |",
        "|---|---|---:|---:|",
    ]
    places: dict[str, str] = {}
    for found in source.sets:
        points = sum(map(source.points, found.entries))
        link = f"[{found.title}]({found.name}.md)"
        lines.append(f"| {link} | {found.summary} | {len(found.entries)} | {points} |")
        for entry in found.entries:
            anchor = anchor_of(entry.question, entry.seed, found.name)
            places.setdefault(entry.question, f"{found.name}.md#{anchor}")
    lines += ["", "## All questions", "", "| Question | Name | Points |", "|---|---|---:|"]
    for family in families:
        title = f"[{family.title}]({places[family.name]})" if family.name in places else family.title
        lines.append(f"| {title} | `{family.name}` | {family.points} |")
    return sheet("Practice", "All questions of the book, with hints and worked solutions.", lines)


def questions_of(found: ExerciseSet) -> str:
    """Return one exercise set in full."""
    lines = [
        f"# {found.title}",
        "",
        "One of the [exercise sets](questions.md) of this book. In the terminal:",
        f"`cnnmath practice {found.name}`.",
        "",
        "## Exercises",
        "",
        f"```exercise-set {found.name}",
        "```",
    ]
    return sheet(f"Practice: {found.title}", f"Exercises: {found.title}.", lines)


def formulas() -> str:
    """Return the formula sheet: the result of every derivation, on one page that prints well."""
    lines = [
        "# Formula sheet",
        "",
        "Every result of the book, with the meaning of its letters, as text that you can copy. Each has its",
        "[derivation](derivations.md).",
        "",
    ]
    for topic, records in by_topic().items():
        lines += [f"## {_spoken(topic)}", ""]
        for record in records:
            lines += [f"```formula {record.name}", "```", ""]
    return sheet("Formula sheet", "Every formula of the book on one page.", lines)


def derivations() -> str:
    """Return the list of all derivations, with what each of them proves."""
    lines = [
        "# Derivations",
        "",
        "Every derivation of the book. What the badges promise is said in",
        "[How to read this book](../how-to-read.md#derivations-and-their-badges).",
        "",
    ]
    for topic, records in by_topic().items():
        lines += [f"## {_spoken(topic)}", "", "| Derivation | Steps | Result |", "|---|---|---|"]
        for record in records:
            result = f"${record.result.name_latex} {RELATIONS[record.result.relation]} {record.result.latex}$"
            lines.append(f"| {_link(record)} | {len(record.steps)} | {result} |")
        lines.append("")
    return sheet("Derivations", "Every derivation of the book, by topic.", lines)


def derivations_of(topic: str) -> str:
    """Return the derivations of one topic in full."""
    title = _spoken(topic)
    lines = [f"# {title}", "", "Part of the [derivations](../derivations.md) of this book.", ""]
    for record in by_topic()[topic]:
        lines += [f"## {record.title} {{ #{record.name} }}", "", f"```derivation {record.name}", "```", ""]
    return sheet(f"Derivations: {title.lower()}", f"Derivations on {title.lower()}, step by step.", lines)


def by_topic() -> dict[str, list[Record]]:
    """Return the shipped derivations by their topic, both in alphabetical order."""
    from cnnmath import derive

    topics: dict[str, list[Record]] = {}
    for record in derive.records():
        topics.setdefault(record.topic, []).append(record)
    return dict(sorted(topics.items()))


def _spoken(name: str) -> str:
    return name.replace("-", " ").capitalize()


def _link(record: Record, shown: str = "") -> str:
    """Return a link to a derivation from a page beside the list of all."""
    return f"[{shown or record.title}](derivations/{record.topic}.md#{record.name})"


def notation() -> str:
    """Return the list of symbols: every letter once, with its meaning and the derivations that use it."""
    from cnnmath import derive

    users: dict[tuple[str, str], dict[str, Record]] = {}
    letters = {}
    for record in derive.records():
        for view in record.views.values():
            for letter in view.names:
                users.setdefault((letter.name, letter.meaning), {})[record.name] = record
                letters[letter.name, letter.meaning] = letter
    lines = ["# Notation", "", "| Symbol | Typed as | Meaning | Used in |", "|---|---|---|---|"]
    before = ""
    for name, meaning in sorted(users, key=lambda entry: (entry[0].lower(), entry)):
        letter = letters[name, meaning]
        unit = f" ({letter.unit})" if letter.unit else ""
        shown = f"${letter.latex}$ | `{name}`" if name != before else " | "
        lines.append(f"| {shown} | {meaning}{unit} | {_links(list(users[name, meaning].values()))} |")
        before = name
    return sheet("Notation", "Every symbol of the book, once.", lines)


def _links(users: list[Record], most: int = 3) -> str:
    """Return links to the first few of these derivations, and how many more there are."""
    links = [_link(record, record.name) for record in users[:most]]
    return ", ".join(links) + (f" and {len(users) - most} more" if len(users) > most else "")


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
            f"## {_spoken(name)}",
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
    return sheet("Figures", "Every kind of drawing in the book.", lines)


PAGES: dict[str, Callable[[], str]] = {
    "practice/questions.md": questions,
    "reference/formulas.md": formulas,
    "reference/derivations.md": derivations,
    "reference/notation.md": notation,
    "reference/figures.md": figures,
    "reference/layers.md": layers,
    "reference/zoo.md": networks,
    "reference/published.md": published,
}
"""The address of each generated page that the navigation lists, and the function that writes it."""


def pages() -> Iterator[tuple[str, str]]:
    """Yield the address and the Markdown of every generated page, those below the navigation's last."""
    from cnnmath.practice.bank import bank

    for address, write in PAGES.items():
        yield address, write()
    if PAGES:  # a project may list none
        yield from ((f"reference/derivations/{topic}.md", derivations_of(topic)) for topic in by_topic())
        yield from ((f"practice/{found.name}.md", questions_of(found)) for found in bank().sets)
