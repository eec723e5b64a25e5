"""What a layer means: tables from layers to windows, weights and shapes, for numbers and for symbols alike.

One rule set with two readings: with whole numbers the rules count, with SymPy symbols they return formulas.
Nothing here imports SymPy or NumPy.
"""

from cnnmath.rules.shape import output_shape, spell_shape
from cnnmath.rules.shapes import shapes
from cnnmath.rules.size import (
    ceil_output_size,
    output_size,
    padding_same,
    padding_same_tf,
    transposed_output_size,
    window_span,
)
from cnnmath.rules.weights import Role, Tensor, uses, weights
from cnnmath.rules.window import Window, window

__all__ = [
    "Role",
    "Tensor",
    "Window",
    "ceil_output_size",
    "output_shape",
    "output_size",
    "padding_same",
    "padding_same_tf",
    "shapes",
    "spell_shape",
    "transposed_output_size",
    "uses",
    "weights",
    "window",
    "window_span",
]
