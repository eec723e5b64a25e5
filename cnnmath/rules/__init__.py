"""What a layer means: tables from layers to windows, weights and shapes, for numbers and for symbols alike.

One rule set with two readings: with whole numbers the rules count, with SymPy symbols they return formulas. No
rule knows a network, and nothing here imports SymPy or NumPy.
"""

from cnnmath.rules.size import (
    ceil_output_size,
    output_size,
    padding_same,
    padding_same_tf,
    transposed_output_size,
    window_span,
)
from cnnmath.rules.window import Window, window

__all__ = [
    "Window",
    "ceil_output_size",
    "output_size",
    "padding_same",
    "padding_same_tf",
    "transposed_output_size",
    "window",
    "window_span",
]
