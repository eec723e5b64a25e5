"""Receptive fields on graphs: which inputs an output can see, along one axis, through all paths.

A node's outputs repeat in phases: output `o = T q + r` sees the inputs of phase `r`, shifted by `J q`. One
phase is enough until a layer enlarges its input. Positions outside the image, in the padding, count.

Gates are not followed: where a product has a factor with one position for all (squeeze-and-excitation), only
the other factors count. The statistics of normalization are taken as given, as at inference.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import singledispatch
from math import gcd, lcm
from typing import TYPE_CHECKING, NamedTuple

from cnnmath.arch import (
    AdaptivePooling,
    ChannelShuffle,
    Crop,
    Dense,
    Flatten,
    Input,
    Layer,
    Multiply,
    Network,
    PadChannels,
    Permute,
    Pointwise,
    Split,
    Transposed,
    Upsample,
    Windowed,
    ZeroPad,
)
from cnnmath.errors import ArchitectureError
from cnnmath.measure.trace import Row, Trace, trace
from cnnmath.rules import window

if TYPE_CHECKING:
    from fractions import Fraction

__all__ = ["ReceptiveField", "receptive_field", "receptive_fields", "sees"]

Shape = tuple[int, ...]
Interval = tuple[int, int]


class ReceptiveField(NamedTuple):
    """What the outputs of a node see along one axis, in input positions.

    `size`: how many positions an output sees from the first to the last (the most, where outputs differ).
    `jump`: how far two neighboring outputs' fields are apart, a whole number or a Fraction.
    `start`: the first position that the first seeing output sees, mostly output 0; negative ones are padding.
    `aligned`: whether the paths that meet on the way have equal jumps and equal centers.
    """

    size: int
    jump: int | Fraction
    start: int
    aligned: bool

    @property
    def padding(self) -> int:
        """The effective padding in front: how far output 0 sees beyond the first input."""
        return -self.start

    @property
    def center(self) -> Fraction:
        """The center of output 0's field, in input positions."""
        from fractions import Fraction

        return self.start + Fraction(self.size - 1, 2)


class Field(NamedTuple):
    """The state along the walk.

    `position` is the array axis that still holds the positions (None behind Flatten); `seen` the interval of
    each phase (None: this output sees nothing); `shift` how far the next period's intervals are (J).
    """

    position: int | None
    seen: tuple[Interval | None, ...]
    shift: int
    aligned: bool = True

    def at(self, output: int) -> Interval | None:
        """Return what one output sees."""
        period = len(self.seen)
        if period == 1:
            interval, repeats = self.seen[0], output
        else:
            interval, repeats = self.seen[output % period], output // period
        return interval and (interval[0] + self.shift * repeats, interval[1] + self.shift * repeats)

    def result(self) -> ReceptiveField:
        """Return the field as it is reported."""
        seen = [interval for interval in self.seen if interval]
        sizes = [last - first + 1 for first, last in seen]
        size = max(sizes) if len(sizes) > 1 else sizes[0]
        return ReceptiveField(size, _ratio(self.shift, len(self.seen)), seen[0][0], self.aligned)


def receptive_field(
    network: Network, node: str | None = None, axis: int = 0, input_shape: Shape | None = None
) -> ReceptiveField:
    """Return what the outputs of a node see along a spatial axis (0 is the height).

    Without `node`: the last node that still has positions, the one before global pooling or Flatten.
    Size and jump follow `r' = r + d (k - 1) j`, `j' = j s` along a path; where paths meet, the hull counts.
    Raises UnknownNode, and ArchitectureError for an axis that the input does not have.
    Source: Araujo, Norris & Sim 2019, Computing receptive fields of convolutional neural networks (Distill).

    >>> from cnnmath import zoo
    >>> receptive_field(zoo.model("vgg16"), "pool5")
    ReceptiveField(size=212, jump=32, start=-90, aligned=True)
    """
    if node is not None:
        network.node(node)
    rows = trace(network, input_shape).rows
    fields = _walk(rows, axis)
    return fields[node if node is not None else _last_with_positions(rows, fields)].result()


def receptive_fields(
    network: Network, axis: int = 0, input_shape: Shape | None = None
) -> dict[str, ReceptiveField]:
    """Return the receptive field of every node by name.

    >>> from cnnmath.arch import Conv2d, Input, chain
    >>> fields = receptive_fields(chain("two", Input(1, 9, 9), Conv2d(1, 3), Conv2d(1, 3)))
    >>> fields["conv2d_2"].size
    5
    """
    return fields_of(trace(network, input_shape), axis)


def sees(
    network: Network, node: str, output: int, axis: int = 0, input_shape: Shape | None = None
) -> tuple[int, int] | None:
    """Return the first and the last input position that one output sees along an axis, padding included.

    None if it sees no input at all, as some outputs of a transposed convolution with a large stride do.
    Raises UnknownNode, and ArchitectureError for a position that the node does not have.

    >>> from cnnmath import zoo
    >>> sees(zoo.model("lenet5"), "C3", 0), sees(zoo.model("lenet5"), "C3", 1)
    ((0, 13), (2, 15))
    """
    network.node(node)
    rows = trace(network, input_shape).rows
    field = _walk(rows, axis)[node]
    shape = next(row.output for row in rows if row.name == node)
    positions = 1 if field.position is None else shape[field.position]
    if not 0 <= output < positions:
        raise ArchitectureError(
            where=f"node {node}", given=f"output {output}", expected=f"a position from 0 to {positions - 1}"
        )
    return field.at(output)


def fields_of(walk: Trace, axis: int = 0) -> dict[str, ReceptiveField]:
    """Return the receptive fields of a network that has been walked through already."""
    found: dict[int, ReceptiveField] = {}
    fields = _walk(walk.rows, axis)
    for field in fields.values():
        if id(field) not in found:
            found[id(field)] = field.result()
    return {name: found[id(field)] for name, field in fields.items()}


def _walk(rows: Iterable[Row], axis: int) -> dict[str, Field]:
    fields: dict[str, Field] = {}
    for row in rows:
        if isinstance(row.layer, Input):
            fields[row.name] = _start(row, axis)
        elif len(row.sources) == 1:
            field = fields[row.sources[0]]
            fields[row.name] = field if field.position is None else look(row.layer, field, row)
        else:
            fields[row.name] = _meet(row, [fields[source] for source in row.sources])
    return fields


def _start(row: Row, axis: int) -> Field:
    if not 0 <= axis < len(row.output) - 1:
        raise ArchitectureError(
            where=f"node {row.name}",
            given=f"axis {axis} of an input with {len(row.output) - 1} spatial axes",
            expected=f"0 to {len(row.output) - 2}" if len(row.output) > 1 else "an input with spatial axes",
            remedy="Axis 0 is the first one behind the channels.",
        )
    return Field(axis + 1, ((0, 0),), 1)


def _last_with_positions(rows: Iterable[Row], fields: dict[str, Field]) -> str:
    """Return the last node of the forward pass whose outputs still differ in what they see."""
    name = ""
    for row in rows:
        field = fields[row.name]
        if field.position is not None and field.shift and not row.auxiliary:
            name = row.name
    return name


@singledispatch
def look(layer: Layer, field: Field, row: Row) -> Field:
    """Return the field behind a layer with one input. Raises ArchitectureError for an unknown layer.

    >>> from cnnmath.arch import Conv2d, ReLU
    >>> look(ReLU(), Field(1, ((0, 4),), 2), None)
    Field(position=1, seen=((0, 4),), shift=2, aligned=True)
    """
    raise ArchitectureError(
        where=repr(layer),
        expected="a layer with a rule for receptive fields",
        remedy="Register it with look.",
    )


@look.register(Pointwise)
@look.register(ChannelShuffle)
@look.register(Split)
@look.register(PadChannels)
def look_through(layer: Layer, field: Field, row: Row) -> Field:
    """Return the field unchanged: each position is handled by itself."""
    del layer, row
    return field


@look.register
def look_windowed(layer: Windowed, field: Field, row: Row) -> Field:
    """Return the hull over the window: positions `o s - p` to `o s - p + d (k - 1)`."""
    along = _spatial(field)
    if along is None:
        return _everything(field, row)
    slid = window(layer, row.inputs[0][1:])
    kernel, stride, dilation = slid.kernel[along], slid.stride[along], slid.dilation[along]
    before = slid.padding[along][0]
    if len(field.seen) == 1 and field.seen[0]:
        first, last = field.seen[0]
        reach = dilation * (kernel - 1) - before
        return field._replace(
            seen=((first - before * field.shift, last + reach * field.shift),), shift=field.shift * stride
        )
    period = len(field.seen)
    common = gcd(period, stride)
    seen = [
        _hull([field.at(phase * stride - before + dilation * tap) for tap in range(kernel)])
        for phase in range(period // common)
    ]
    return _simplest(field._replace(seen=tuple(seen), shift=field.shift * (stride // common)))


@look.register
def look_transposed(layer: Transposed, field: Field, row: Row) -> Field:
    """Return, per phase, the hull of the inputs that reach an output: `i s - p + d t = o` for a tap `t`."""
    along = _spatial(field)
    if along is None:
        return _everything(field, row)
    spread = window(layer)
    kernel, stride, dilation = spread.kernel[along], spread.stride[along], spread.dilation[along]
    before = spread.padding[along][0]
    seen = []
    for phase in range(len(field.seen) * stride):
        offsets = [phase + before - dilation * tap for tap in range(kernel)]
        seen.append(_hull([field.at(offset // stride) for offset in offsets if offset % stride == 0]))
    return _simplest(field._replace(seen=tuple(seen)))


@look.register
def look_upsampled(layer: Upsample, field: Field, row: Row) -> Field:
    """Return, per phase, the one (nearest) or two (linear) inputs that an output is made of."""
    del row
    if _spatial(field) is None:
        return field
    factor = layer.scale_factor
    seen = []
    for phase in range(len(field.seen) * factor):
        if layer.mode == "nearest":
            nearest = [phase // factor]
        else:
            position, between = divmod(2 * phase + 1 - factor, 2 * factor)
            nearest = [position, position + 1] if between else [position]
        seen.append(_hull([field.at(source) for source in nearest]))
    return _simplest(field._replace(seen=tuple(seen)))


@look.register
def look_padded(layer: ZeroPad, field: Field, row: Row) -> Field:
    """Return the field moved by the padding in front."""
    del row
    along = _spatial(field)
    return field if along is None else _moved(field, -layer.padding[along][0])


@look.register
def look_cropped(layer: Crop, field: Field, row: Row) -> Field:
    """Return the field moved by what is cut off in front."""
    del row
    along = _spatial(field)
    return field if along is None else _moved(field, layer.amount[along][0])


@look.register
def look_adaptive(layer: AdaptivePooling, field: Field, row: Row) -> Field:
    """Return the windows `floor(o n / m)` to `ceil((o + 1) n / m) - 1` of adaptive and global pooling."""
    del layer
    if field.position is None or _spatial(field) is None:
        return field
    size, outputs = row.inputs[0][field.position], row.output[field.position]
    if outputs == size:
        return field
    if outputs == 1:
        return _everything(field, row)
    seen = [
        _hull([field.at(i) for i in range(o * size // outputs, -(-(o + 1) * size // outputs))])
        for o in range(outputs)
    ]
    first, behind = field.at(0), field.at(size)
    shift = behind[0] - first[0] if first and behind else 0
    return _simplest(field._replace(seen=tuple(seen), shift=shift))


@look.register
def look_dense(layer: Dense, field: Field, row: Row) -> Field:
    """Return everything if the layer runs along the axis, else the field unchanged."""
    del layer
    return _everything(field, row) if field.position == len(row.inputs[0]) - 1 else field


@look.register
def look_flattened(layer: Flatten, field: Field, row: Row) -> Field:
    """Return everything: behind Flatten there are no positions."""
    del layer
    return _everything(field, row)._replace(position=None)


@look.register
def look_permuted(layer: Permute, field: Field, row: Row) -> Field:
    """Return the field at the axis' new place."""
    del row
    return field if field.position is None else field._replace(position=layer.order.index(field.position))


def _spatial(field: Field) -> int | None:
    """Return which spatial axis of `(C, ...)` holds the positions; None if they stand where channels do."""
    return None if not field.position else field.position - 1


def _moved(field: Field, by: int) -> Field:
    return field._replace(seen=tuple([field.at(phase + by) for phase in range(len(field.seen))]))


def _everything(field: Field, row: Row) -> Field:
    """Return a field that sees what all positions of the input together see."""
    size = row.inputs[0][field.position or 0]
    ends = range(size) if len(field.seen) > 1 else (0, size - 1)
    return field._replace(seen=(_hull([field.at(position) for position in ends]),), shift=0)


def _hull(intervals: list[Interval | None]) -> Interval | None:
    found = [interval for interval in intervals if interval]
    if len(found) < 2:
        return found[0] if found else None
    return min([first for first, _ in found]), max([last for _, last in found])


def _simplest(field: Field) -> Field:
    """Return the same field with one phase, if its phases are evenly spaced and alike."""
    period = len(field.seen)
    if period == 1 or field.shift % period:
        return field
    single = field._replace(seen=field.seen[:1], shift=field.shift // period)
    even = all(single.at(phase) == field.seen[phase] for phase in range(period))
    return single if even else field


def _meet(row: Row, fields: list[Field]) -> Field:
    """Return the hull of the fields that a merge joins."""
    position = fields[0].position
    if position is None:
        return _joined(fields, 1)
    size = row.output[position]
    if isinstance(row.layer, Multiply):
        open_ = [f for f, shape in zip(fields, row.inputs, strict=True) if shape[position] == size]
        fields = open_ or fields
    return fields[0] if len(fields) == 1 else _joined(fields, size)


def _joined(fields: list[Field], size: int) -> Field:
    if all(field == fields[0] for field in fields[1:]):
        return fields[0]
    period = lcm(*[len(field.seen) for field in fields])
    shifts = {field.shift * (period // len(field.seen)) for field in fields}
    even = len(shifts) == 1
    phases = range(period if even else size)
    seen = tuple([_hull([field.at(phase) for field in fields]) for phase in phases])
    aligned = all(field.aligned for field in fields) and even and _same_centers(fields)
    return _simplest(fields[0]._replace(seen=seen, shift=shifts.pop() if even else 0, aligned=aligned))


def _same_centers(fields: list[Field]) -> bool:
    """Compare the mean centers of the phases, brought back to output 0."""
    centers = [_center(field) for field in fields]
    above, below = centers[0]
    return all(above * divisor == center * below for center, divisor in centers[1:])


def _center(field: Field) -> tuple[int, int]:
    """Return twice the mean center of the phases, brought back to output 0, as numerator and denominator."""
    seen = [interval for interval in field.seen if interval]
    period = len(field.seen)
    ends = sum([first + last for first, last in seen])
    return ends * period - field.shift * (period - 1) * len(seen), len(seen) * period


def _ratio(above: int, below: int) -> int | Fraction:
    """Return a quotient as a whole number where it is one."""
    if below == 1:
        return above
    if above % below == 0:
        return above // below
    from fractions import Fraction

    return Fraction(above, below)
