"""Which figures exist: `@draws` registers a function of `topics`, `figure` calls it with checked parameters.

A figure is a pure function of its name and parameters. How marks become files lives in `svg` and `raster`.
"""

from __future__ import annotations

import hashlib
import importlib
import inspect
import json
import pkgutil
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from cnnmath.errors import FigureError, UnknownFigure, near_misses
from cnnmath.figures.marks import Drawing
from cnnmath.figures.parameters import Parameter

__all__ = ["Figure", "Kind", "Sketch", "Table", "draws", "figure", "figures", "kind"]

Cell = int | float | str


@dataclass(frozen=True)
class Table:
    """The data behind a figure, for readers who want the numbers: column heads and rows of equal length."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def __post_init__(self) -> None:
        ragged = [row for row in self.rows if len(row) != len(self.columns)]
        if ragged:
            raise FigureError(
                where="table", given=f"{ragged[0]}", expected=f"{len(self.columns)} cells in a row"
            )


@dataclass(frozen=True)
class Sketch:
    """What a figure's function returns: the drawing and its words, before it gets a name.

    `player` is what a page needs to replay an animation: plain data that JSON can hold.
    """

    title: str
    caption: str
    alt: str
    data: Table
    drawing: Drawing
    frames: tuple[Drawing, ...] = ()
    seconds: float = 0.9
    player: Mapping[str, object] | None = None


@dataclass(frozen=True)
class Figure:
    """A drawing with its words and numbers: `svg`, `png` and, where it moves, `gif`.

    >>> shown = figure("sliding-window", input=5, kernel=3, stride=1, padding=0)
    >>> shown.title, shown.data.rows[0]
    ('3 windows of 3 on 5 cells', (0, 0, 2, '0, 1, 2'))
    """

    name: str
    params: Mapping[str, object]
    title: str
    caption: str
    alt: str
    data: Table
    drawing: Drawing = field(repr=False)
    frames: tuple[Drawing, ...] = field(default=(), repr=False)
    seconds: float = 0.9
    player: Mapping[str, object] | None = field(default=None, repr=False)

    def svg(self, scheme: str = "light", *, prefix: str = "", frame: int | None = None) -> str:
        """Return SVG text for "light", "dark" or "page".

        `prefix` begins the element's ids; the default is made from name, parameters and frame, so it is the
        same every time and differs between figures. Give your own to put one figure on a page twice.
        """
        from cnnmath.figures.svg import print_svg

        return print_svg(
            self._frame(frame),
            scheme,
            title=self.title,
            description=self.alt,
            prefix=prefix or self._prefix(frame),
        )

    def png(self, scheme: str = "light", *, scale: float = 2.0, frame: int | None = None) -> bytes:
        """Return a PNG file with `scale` pixels per unit."""
        from cnnmath.figures.raster import paint_png

        return paint_png(self._frame(frame), scheme, scale)

    def gif(self, scheme: str = "light") -> bytes:
        """Return an animated GIF; raises FigureError where nothing moves."""
        if not self.frames:
            raise FigureError(
                where=f"figure {self.name}",
                given="a request for a GIF",
                expected="svg or png, since nothing in it moves",
            )
        from cnnmath.figures.raster import paint_gif

        return paint_gif(self.frames, scheme, self.seconds)

    def _repr_svg_(self) -> str:
        """Return the light SVG, which a notebook shows as the value of a cell."""
        return self.svg()

    def json(self) -> str:
        """Return words, data and, for an animation, the player's frames as JSON."""
        record = {
            "name": self.name,
            "params": dict(self.params),
            "title": self.title,
            "caption": self.caption,
            "alt": self.alt,
            "columns": self.data.columns,
            "rows": self.data.rows,
        }
        if self.player is not None:
            record["player"] = dict(self.player)
        return json.dumps(record, ensure_ascii=False, indent=1)

    def _frame(self, frame: int | None) -> Drawing:
        if frame is None:
            return self.drawing
        if not 0 <= frame < len(self.frames):
            raise FigureError(
                where=f"frame of figure {self.name}",
                given=str(frame),
                expected=f"0 to {len(self.frames) - 1}",
            )
        return self.frames[frame]

    def _prefix(self, frame: int | None) -> str:
        identity = json.dumps([self.name, dict(self.params), frame], sort_keys=True)
        return f"{self.name}-{hashlib.sha256(identity.encode()).hexdigest()[:8]}"


@dataclass(frozen=True)
class Kind:
    """A registered figure: its function, and what its parameters may be."""

    name: str
    about: str
    draw: Callable[..., Sketch] = field(repr=False)
    parameters: Mapping[str, Parameter]
    defaults: Mapping[str, object]


_KINDS: dict[str, Kind] = {}
_LOADED: list[str] = []


def draws(name: str, **parameters: Parameter) -> Callable[[Callable[..., Sketch]], Callable[..., Sketch]]:
    """Register the decorated function under a name; each of its parameters gets a kind and has a default.

    A parameter that would hide a builtin ends in an underscore in the function (`input_`) and not outside
    (`input`). Raises TypeError, at import, where kinds and signature differ or a default is not acceptable.
    """

    def register(draw: Callable[..., Sketch]) -> Callable[..., Sketch]:
        signature = inspect.signature(draw).parameters.values()
        defaults = {parameter.name.rstrip("_"): parameter.default for parameter in signature}
        if set(defaults) != set(parameters):
            raise TypeError(
                f"figure {name}: kinds {sorted(parameters)} differ from parameters {sorted(defaults)}"
            )
        if name in _KINDS:
            raise TypeError(f"figure {name}: there is one already")
        read = {key: parameters[key].read(key, default) for key, default in defaults.items()}
        about = (draw.__doc__ or "").partition("\n")[0].rstrip(".")
        _KINDS[name] = Kind(name, about, draw, MappingProxyType(parameters), MappingProxyType(read))
        return draw

    return register


def figure(name: str, /, **params: object) -> Figure:
    """Draw the figure of this name.

    >>> figure("sliding-window", input=7, kernel=3, stride=2, padding=1).title
    '4 windows of 3 on 7 cells'

    Raises UnknownFigure for a name that is not there (with near misses), FigureError for a bad parameter.
    """
    chosen = kind(name)
    values = dict(chosen.defaults)
    for key, given in params.items():
        if key not in chosen.parameters:
            raise _unknown_parameter(chosen, key)
        values[key] = chosen.parameters[key].read(f"figure {name}: {key}", given)
    sketch = chosen.draw(**{_python_name(chosen.draw, key): value for key, value in values.items()})
    return Figure(
        name=name,
        params=MappingProxyType(values),
        title=sketch.title,
        caption=_unbroken(sketch.caption),
        alt=sketch.alt,
        data=sketch.data,
        drawing=sketch.drawing,
        frames=sketch.frames,
        seconds=sketch.seconds,
        player=sketch.player,
    )


def _unbroken(caption: str) -> str:
    """Return the caption with no-break spaces in sizes (3 × 3) and in formulas with floor or ceiling."""
    pattern = r"[0-9]+(?: × [0-9]+)+|[⌊⌈][^=]+ = [0-9]+"
    return re.sub(pattern, lambda found: found[0].replace(" ", "\N{NO-BREAK SPACE}"), caption)


def figures() -> tuple[str, ...]:
    """Return the names of all figures, in alphabetical order.

    >>> "sliding-window" in figures()
    True
    """
    _load()
    return tuple(sorted(_KINDS))


def kind(name: str) -> Kind:
    """Return what is registered under a name: its parameters with their kinds and defaults."""
    _load()
    if name not in _KINDS:
        raise UnknownFigure(name, _KINDS)
    return _KINDS[name]


def _load() -> None:
    from cnnmath.figures import topics

    if not _LOADED:
        names = sorted(module.name for module in pkgutil.iter_modules(topics.__path__))
        for name in names:
            importlib.import_module(f"{topics.__name__}.{name}")
        _LOADED.extend(names)


def _python_name(draw: Callable[..., Sketch], key: str) -> str:
    return key if key in inspect.signature(draw).parameters else f"{key}_"


def _unknown_parameter(chosen: Kind, key: str) -> FigureError:
    close = near_misses(key, chosen.parameters)
    return FigureError(
        where=f"figure {chosen.name}",
        given=f'a parameter "{key}"',
        expected=f"some of {', '.join(chosen.parameters)}" if chosen.parameters else "no parameters",
        remedy=f"Did you mean {' or '.join(close)}?" if close else "",
    )
