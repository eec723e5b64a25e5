"""The table of a network: one row per node or per stage, totals, and the convention behind each number.

A table is data first; `cnnmath.measure.printing`, loaded when asked for, makes text, Markdown, CSV and JSON.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from cnnmath.arch import Conv, Layer, Network, Transposed, Windowed
from cnnmath.errors import ArchitectureError
from cnnmath.measure.conventions import Convention, convention
from cnnmath.measure.memory import Memory, memory_of
from cnnmath.measure.parameters import Parameters, sum_by_role
from cnnmath.measure.receptive import ReceptiveField, fields_of
from cnnmath.measure.trace import Row, Trace, trace

__all__ = ["StageRow", "Table", "TableRow", "label", "table"]

Shape = tuple[int, ...]


class TableRow(NamedTuple):
    """One node. `operations` are counted under the table's convention; shares are per cent of the totals."""

    node: str
    stage: str
    layer: Layer
    sources: tuple[str, ...]
    output: Shape
    parameters: Parameters
    operations: int
    parameters_share: float
    operations_share: float
    receptive_field: tuple[ReceptiveField, ...]
    auxiliary: bool


class StageRow(NamedTuple):
    """Neighboring nodes of one stage: how many, what leaves the last one, and their sums."""

    stage: str
    nodes: int
    output: Shape
    parameters: Parameters
    operations: int
    parameters_share: float
    operations_share: float
    receptive_field: tuple[ReceptiveField, ...]


@dataclass(frozen=True)
class Table:
    """Everything that is counted about a network at one input shape, under one convention, for one image."""

    network: str
    input_shape: tuple[Shape, ...]
    convention: Convention
    rows: tuple[TableRow, ...]
    parameters: Parameters
    operations: int
    memory: Memory

    def stages(self) -> tuple[StageRow, ...]:
        """Return the rows joined by stage; a node without a stage is a stage of its own."""
        groups: list[list[TableRow]] = []
        for row in self.rows:
            if groups and row.stage and row.stage == groups[-1][0].stage:
                groups[-1].append(row)
            else:
                groups.append([row])
        return tuple([_stage(group) for group in groups])

    def text(self, by: str = "node", width: int = 80, notes: tuple[str, ...] = ()) -> str:
        """Return the table for a terminal, at most `width` columns wide; `notes` are added to the footer."""
        from cnnmath.measure import printing

        return printing.text(self, _checked(by), width, notes)

    def markdown(self, by: str = "node", notes: tuple[str, ...] = ()) -> str:
        """Return the table as Markdown."""
        from cnnmath.measure import printing

        return printing.markdown(self, _checked(by), notes)

    def csv(self, by: str = "node") -> str:
        """Return the rows as comma-separated values, with a header and every column."""
        from cnnmath.measure import printing

        return printing.csv(self, _checked(by))

    def json(self, by: str = "node") -> str:
        """Return the rows, totals and conventions as JSON."""
        from cnnmath.measure import printing

        return printing.json(self, _checked(by))


def table(
    network: Network,
    input_shape: Shape | None = None,
    convention: str = "macs",
    *,
    training: bool = False,
) -> Table:
    """Return the table of a network: shape, parameters, operations and receptive field per node, with totals.

    `convention` names how operations are counted (`conventions()`); auxiliary heads run only with `training`.
    Raises ShapeError, which names the node, and ArchitectureError for an unknown convention.

    >>> from cnnmath import zoo
    >>> row = table(zoo.model("lenet5")).rows[1]
    >>> row.node, row.output, row.parameters.total, row.operations
    ('C1', (6, 28, 28), 156, 117600)
    """
    counting = _convention(convention)
    walk = trace(network, input_shape)
    stored = sum_by_role(walk.rows)
    costs = counting.costs_of(walk, training=training)
    operations = sum(costs)
    fields = _fields(walk)
    rows = [
        _row(row, cost, stored.total, operations, fields) for row, cost in zip(walk.rows, costs, strict=True)
    ]
    return Table(
        network=network.name,
        input_shape=tuple([row.output for row in walk.rows if not row.sources]),
        convention=counting,
        rows=tuple(rows),
        parameters=stored,
        operations=operations,
        memory=memory_of(walk, training=training),
    )


def _row(
    row: Row, cost: int, parameters: int, operations: int, fields: list[dict[str, ReceptiveField]]
) -> TableRow:
    own = sum_by_role((row,)) if row.weights else NOTHING
    return TableRow(
        node=row.name,
        stage=row.stage,
        layer=row.layer,
        sources=row.sources,
        output=row.output,
        parameters=own,
        operations=cost,
        parameters_share=share(own.total, parameters),
        operations_share=share(cost, operations),
        receptive_field=tuple([field[row.name] for field in fields]),
        auxiliary=row.auxiliary,
    )


NOTHING = Parameters(0, 0, 0, 0)
_convention = convention
"""`convention` under a name that the parameter of `table` does not hide."""


def share(part: int, whole: int) -> float:
    """Return a share in per cent; of nothing it is 0.

    >>> share(1, 8)
    12.5
    """
    return 100 * part / whole if whole else 0.0


def label(layer: Layer) -> str:
    """Return a layer in a few characters: kind, kernel, stride behind a slash, groups, dilation.

    >>> from cnnmath.arch import Conv2d
    >>> label(Conv2d(64, 7, stride=2, padding=3))
    'Conv 7x7 /2'
    """
    kind = type(layer).__name__.removesuffix("1d").removesuffix("2d").removesuffix("3d")
    if not isinstance(layer, Windowed):
        return kind
    words = [kind, "x".join(map(str, layer.kernel_size))]
    if any(step != 1 for step in layer.stride):
        words.append(
            "/" + "x".join(map(str, layer.stride if len(set(layer.stride)) > 1 else layer.stride[:1]))
        )
    if isinstance(layer, Conv | Transposed) and layer.groups != 1:
        words.append(f"g{layer.groups}")
    return " ".join(words)


def _checked(by: str) -> str:
    if by not in ("node", "stage"):
        raise ArchitectureError(where="table", given=f'by "{by}"', expected='"node" or "stage"')
    return by


def _fields(walk: Trace) -> list[dict[str, ReceptiveField]]:
    """Return the receptive fields along the height and, if anything differs, along the other axes."""
    spatial = min([len(row.output) - 1 for row in walk.rows if not row.sources])
    square = all(_is_square(row) for row in walk.rows)
    return [fields_of(walk, axis) for axis in range(min(spatial, 1) if square else spatial)]


def _is_square(row: Row) -> bool:
    """Say whether a node treats all axes alike, so that one receptive field stands for all."""
    if not row.sources:
        return len(set(row.output[1:])) < 2
    if not row.layer.axis_fields:
        return True
    values = [getattr(row.layer, name, None) for name in row.layer.axis_fields]
    return all(len(set(value)) == 1 for value in values if isinstance(value, tuple))


def _stage(group: list[TableRow]) -> StageRow:
    last = group[-1]
    return StageRow(
        stage=last.stage or last.node,
        nodes=len(group),
        output=last.output,
        parameters=Parameters(
            *[sum(values) for values in zip(*[row.parameters for row in group], strict=True)]
        ),
        operations=sum(row.operations for row in group),
        parameters_share=sum(row.parameters_share for row in group),
        operations_share=sum(row.operations_share for row in group),
        receptive_field=last.receptive_field,
    )
