"""Which networks exist: one file per family, each network a function, with year, paper and convention.

Shapes and numbers are not here: `cnnmath.measure` computes them. Blocks are functions on a Builder.
"""

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
from cnnmath.zoo.published import Claim, Source, claims, sources
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
