"""Tables on paper: text at a given width, Markdown, CSV and JSON, all from the same records.

Nothing is counted here; a long name is shortened in the middle, a number never.
"""

from __future__ import annotations

import io
import textwrap
from typing import TypeAlias

from cnnmath.measure.receptive import ReceptiveField
from cnnmath.measure.table import StageRow, Table, TableRow, label

__all__ = ["csv", "json", "markdown", "text"]

Cell: TypeAlias = "str | int | float"
Record: TypeAlias = "dict[str, Cell | list[str] | list[int] | None]"
NARROWEST_NAME = 8


def text(table: Table, by: str, width: int, notes: tuple[str, ...]) -> str:
    """Return the table for a terminal: aligned columns, totals, and a footer that says what is counted."""
    header, body = _grid(table, by)
    grid = [header, *body, _totals(table, header)]
    widths = _fit([max(len(line[column]) for line in grid) for column in range(len(header))], width)
    left = _left_aligned(by)
    lines = [_line(cells, widths, left) for cells in grid]
    rule = "-" * len(lines[0])
    footer = [
        part
        for note in (*_footer(table), *notes)
        for part in textwrap.wrap(note, width, subsequent_indent="  ")
    ]
    title = f"{table.network}, input {_inputs(table)}"
    return "\n".join(
        [
            title,
            "",
            lines[0].rstrip(),
            rule,
            *[line.rstrip() for line in lines[1:-1]],
            rule,
            lines[-1].rstrip(),
            "",
            *footer,
            "",
        ]
    )


def markdown(table: Table, by: str, notes: tuple[str, ...]) -> str:
    """Return a Markdown table with a row of totals and the footer as a list."""
    header, body = _grid(table, by)
    left = _left_aligned(by)
    marks = ["---" if column in left else "---:" for column in range(len(header))]
    lines = [f"| {' | '.join(cells)} |" for cells in (header, marks, *body, _totals(table, header))]
    return "\n".join([*lines, "", *[f"- {note}" for note in (*_footer(table), *notes)], ""])


def csv(table: Table, by: str) -> str:
    """Return every column as comma-separated values; shapes as 64x112x112, sources separated by spaces."""
    import csv as writing

    records = _records(table, by)
    stream = io.StringIO()
    writer = writing.writer(stream, lineterminator="\n")
    writer.writerow(records[0])
    writer.writerows([_flat(value) for value in record.values()] for record in records)
    return stream.getvalue()


def json(table: Table, by: str) -> str:
    """Return rows, totals and convention as one JSON object."""
    import json as writing

    memory = table.memory
    whole = {
        "network": table.network,
        "input": [list(shape) for shape in table.input_shape],
        "convention": {
            "name": table.convention.name,
            "unit": table.convention.unit,
            "counts": table.convention.words,
        },
        "totals": {
            "parameters": table.parameters.total,
            **table.parameters._asdict(),
            "operations": table.operations,
        },
        "memory": {
            "bytes_per_value": memory.bytes_per_value,
            "batch": memory.batch,
            "parameters": memory.parameters,
            "buffers": memory.buffers,
            "activations": memory.activations,
            "peak": memory.peak,
            "peak_node": memory.peak_node,
        },
        "rows": _records(table, by),
    }
    return writing.dumps(whole, indent=2)


def _grid(table: Table, by: str) -> tuple[list[str], list[list[str]]]:
    unit = table.convention.unit
    if by == "stage":
        header = ["stage", "nodes", "output", "parameters", "%", unit, "%", "RF"]
        return header, [_stage_cells(row) for row in table.stages()]
    return ["node", "layer", "output", "parameters", unit, "%", "RF"], [
        _node_cells(row) for row in table.rows
    ]


def _node_cells(row: TableRow) -> list[str]:
    return [
        row.node,
        label(row.layer),
        _shape(row.output),
        _count(row.parameters.total),
        "training" if row.auxiliary and not row.operations else _count(row.operations),
        _percent(row.operations_share),
        _field(row.receptive_field),
    ]


def _stage_cells(row: StageRow) -> list[str]:
    return [
        row.stage,
        str(row.nodes),
        _shape(row.output),
        _count(row.parameters.total),
        _percent(row.parameters_share),
        _count(row.operations),
        _percent(row.operations_share),
        _field(row.receptive_field),
    ]


def _totals(table: Table, header: list[str]) -> list[str]:
    cells = ["" for _ in header]
    cells[0] = "total"
    cells[header.index("parameters")] = _count(table.parameters.total)
    cells[header.index(table.convention.unit)] = _count(table.operations)
    return cells


def _footer(table: Table) -> list[str]:
    stored, memory = table.parameters, table.memory
    return [
        f"Parameters: {stored.weights:,} weights, {stored.biases:,} biases, {stored.normalization:,} of "
        f"normalization; {stored.buffers:,} buffer values apart.",
        f"{table.convention.unit}: {table.convention.words}; one image; convention "
        f'"{table.convention.name}". %: share of the total.',
        f"Memory at {memory.bytes_per_value} bytes per value: parameters {_bytes(memory.parameters)}, all "
        f"outputs {_bytes(memory.activations)}, peak of a forward pass {_bytes(memory.peak)} "
        f"at {memory.peak_node}.",
        "RF: receptive field in input positions"
        + (", height x width." if len(table.rows[0].receptive_field) > 1 else "."),
    ]


def _records(table: Table, by: str) -> list[Record]:
    if by == "stage":
        return [
            {"stage": row.stage, "nodes": row.nodes, "output": list(row.output), **_numbers(row)}
            for row in table.stages()
        ]
    return [
        {
            "node": row.node,
            "stage": row.stage,
            "layer": repr(row.layer),
            "inputs": list(row.sources),
            "output": list(row.output),
            **_numbers(row),
            "auxiliary": row.auxiliary,
        }
        for row in table.rows
    ]


def _numbers(row: TableRow | StageRow) -> Record:
    stored = row.parameters
    return {
        "parameters": stored.total,
        "weights": stored.weights,
        "biases": stored.biases,
        "normalization": stored.normalization,
        "buffers": stored.buffers,
        "parameters_percent": round(row.parameters_share, 4),
        "operations": row.operations,
        "operations_percent": round(row.operations_share, 4),
        **_seen(row.receptive_field),
    }


def _seen(fields: tuple[ReceptiveField, ...]) -> Record:
    """Return the receptive field along the first axis and its size along the last; empty without one."""
    if not fields:
        return dict.fromkeys(("receptive_field", "receptive_field_last_axis", "jump", "start", "aligned"))
    first = fields[0]
    return {
        "receptive_field": first.size,
        "receptive_field_last_axis": fields[-1].size,
        "jump": first.jump if isinstance(first.jump, int) else str(first.jump),
        "start": first.start,
        "aligned": first.aligned,
    }


def _flat(value: Cell | list[str] | list[int] | None) -> Cell:
    if isinstance(value, list):
        numbers = [entry for entry in value if isinstance(entry, int)]
        return _shape(tuple(numbers)) if numbers else " ".join(map(str, value))
    return "" if value is None else value


def _shape(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape))


def _inputs(table: Table) -> str:
    return " and ".join(_shape(shape) for shape in table.input_shape)


def _count(number: int) -> str:
    return f"{number:,}" if number else "-"


def _percent(number: float) -> str:
    return f"{number:.1f}" if number else "-"


def _field(fields: tuple[ReceptiveField, ...]) -> str:
    sizes = [str(field.size) for field in fields]
    return sizes[0] if len(set(sizes)) == 1 else "x".join(sizes) or "-"


def _bytes(count: int) -> str:
    return f"{count / 2**20:,.1f} MiB" if count >= 2**20 else f"{count / 2**10:,.1f} KiB"


def _left_aligned(by: str) -> tuple[int, ...]:
    return (0, 1, 2) if by == "node" else (0,)


def _fit(widths: list[int], width: int) -> list[int]:
    """Return the widths with the first column, then the second, shortened until the line fits."""
    widths = list(widths)
    for column in (0, 1):
        excess = sum(widths) + len(widths) - 1 - width
        if excess > 0:
            widths[column] = max(min(widths[column], NARROWEST_NAME), widths[column] - excess)
    return widths


def _line(cells: list[str], widths: list[int], left: tuple[int, ...]) -> str:
    fitted = [_shorten(cell, size) for cell, size in zip(cells, widths, strict=True)]
    return " ".join(
        [
            cell.ljust(size) if column in left else cell.rjust(size)
            for column, (cell, size) in enumerate(zip(fitted, widths, strict=True))
        ]
    )


def _shorten(cell: str, size: int) -> str:
    if len(cell) <= size:
        return cell
    head = (size - 1) // 3
    return f"{cell[:head]}…{cell[len(cell) - (size - 1 - head) :]}"
