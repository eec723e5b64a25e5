"""Which networks exist: one file per family, each network a function, with year, paper and convention.

Shapes and numbers are not here: `cnnmath.measure` computes them. Blocks are functions on a Builder.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from cnnmath.zoo import (
    alexnet,
    convnext,
    densenet,
    efficientnet,
    googlenet,
    inception,
    lenet,
    mobilenet,
    nin,
    resnet,
    resnet_cifar,
    shufflenet,
    squeezenet,
    unet,
    vgg,
    xception,
)
from cnnmath.zoo.registry import Entry, entries, entry, model, models, register

FAMILIES = (
    lenet,
    alexnet,
    vgg,
    nin,
    googlenet,
    inception,
    resnet,
    resnet_cifar,
    squeezenet,
    densenet,
    mobilenet,
    shufflenet,
    xception,
    efficientnet,
    convnext,
    unet,
)
"""The families' files, in the order of history."""

if TYPE_CHECKING:
    from cnnmath.zoo.published import Claim, Source, claims, sources

__all__ = [
    "FAMILIES",
    "Claim",
    "Entry",
    "Source",
    "claims",
    "entries",
    "entry",
    "model",
    "models",
    "register",
    "sources",
]


def __getattr__(name: str) -> object:
    """Load the published numbers when somebody asks for them: building a network does not."""
    if name in {"Claim", "Source", "claims", "sources"}:
        return getattr(import_module("cnnmath.zoo.published"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
