"""`network-table NAME by=stage convention=macs`: a network layer by layer, with all numbers by `measure`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from cnnmath.book.context import Context
from cnnmath.book.html import Markup, join, tag
from cnnmath.book.scan import Directive

if TYPE_CHECKING:
    from cnnmath.measure import ReceptiveField, StageRow, Table, TableRow

__all__ = ["render"]


def render(directive: Directive, context: Context) -> Markup:
    """Return the table of a network of the zoo."""
    from cnnmath import measure, zoo

    del context
    name = directive.name
    by = directive.parameters.get("by", "node")
    convention = str(directive.parameters.get("convention", "macs"))
    counted = measure.table(zoo.model(name), convention=convention)
    unit = counted.convention.unit
    names = ("Stage", "Layers") if by == "stage" else ("Layer", "Kind")
    heads = (*names, "Output", "Parameters", unit, "Receptive field")
    head = tag("tr", *(tag("th", text, scope="col") for text in heads))
    rows = _stages(counted) if by == "stage" else _nodes(counted)
    total = tag(
        "tr",
        tag("th", "In all", scope="row", colspan=3),
        _number(counted.parameters.total),
        _number(counted.operations),
        tag("td", ""),
    )
    table = tag(
        "table",
        tag("caption", _caption(name, counted)),
        tag("thead", head),
        tag("tbody", *rows),
        tag("tfoot", total),
        class_="cnn-network",
    )
    return tag(
        "div", table, class_="cnn-scroll cnn-wide cnn-block", tabindex=0, role="group", aria_label=name
    )


def _caption(name: str, counted: Table) -> Markup:
    from cnnmath import zoo

    entry = zoo.entry(name)
    shapes = " and ".join(map(_shape, counted.input_shape))
    said = (
        f" ({entry.year}), input {shapes}, one image. {counted.convention.unit}: {counted.convention.words}."
    )
    return join([tag("strong", entry.title), said])


def _nodes(counted: Table) -> Iterable[Markup]:
    from cnnmath.measure.table import label

    for row in counted.rows:
        yield _row(row.node, label(row.layer), row)


def _stages(counted: Table) -> Iterable[Markup]:
    for row in counted.stages():
        yield _row(row.stage, f"{row.nodes} layer{'' if row.nodes == 1 else 's'}", row)


def _row(name: str, kind: str, row: TableRow | StageRow) -> Markup:
    return tag(
        "tr",
        tag("th", tag("code", name), scope="row"),
        tag("td", kind),
        tag("td", _shape(row.output)),
        _number(row.parameters.total),
        _number(row.operations),
        tag("td", " × ".join(map(_field, row.receptive_field)), class_="cnn-count"),
    )


def _number(count: int) -> Markup:
    return tag("td", f"{count:,}" if count else "", class_="cnn-count")


def _shape(shape: tuple[int, ...]) -> str:
    return "\N{THIN SPACE}×\N{THIN SPACE}".join(map(str, shape))


def _field(field: ReceptiveField) -> str:
    return str(field.size)
