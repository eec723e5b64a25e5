"""Which layers exist: every concrete layer class by name, for the notation, the laws and the reference.

A class is a layer if nothing in this room inherits from it; the others are families.
"""

from __future__ import annotations

from cnnmath.arch import layer, pointwise, structure, windowed
from cnnmath.arch.layer import Layer

__all__ = ["families", "layers"]

_CLASSES: dict[str, type[Layer]] = {
    name: getattr(module, name)
    for module in (layer, windowed, pointwise, structure)
    for name in module.__all__
}
_FAMILIES = {name: found for name, found in _CLASSES.items() if found.__subclasses__()}
_LAYERS = {name: found for name, found in _CLASSES.items() if name not in _FAMILIES}


def layers() -> dict[str, type[Layer]]:
    """Return all layers by name.

    >>> "Conv2d" in layers(), "Windowed" in layers()
    (True, False)
    """
    return dict(_LAYERS)


def families() -> dict[str, type[Layer]]:
    """Return all families by name: what layers have in common.

    >>> "Windowed" in families()
    True
    """
    return dict(_FAMILIES)
