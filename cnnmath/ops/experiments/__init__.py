"""The book's experiments: digits learned by convolution and without, moved and mixed; equivariance measured.

They need scikit-learn's digits (an extra of the book); equivariance needs only an image of the caller's.
"""

from __future__ import annotations

from .digits import Digits, Labelled, load_digits, permute_pixels, place
from .equivariance import EquivarianceRow, equivariance_error, equivariance_table, shift_sensitivity
from .learning import (
    RECIPE,
    Accuracy,
    DigitsResult,
    PermutedDigits,
    ShiftedDigits,
    anywhere_network,
    dense_network,
    digits_for_page,
    digits_network,
    permuted_digits,
    shifted_digits,
    train_digits_network,
)
from .recorded_network import Recorded, recorded_data, recorded_digits
from .recorded_permutation import SEEDS, recorded_permuted_digits

__all__ = [
    "RECIPE",
    "SEEDS",
    "Accuracy",
    "Digits",
    "DigitsResult",
    "EquivarianceRow",
    "Labelled",
    "PermutedDigits",
    "Recorded",
    "ShiftedDigits",
    "anywhere_network",
    "dense_network",
    "digits_for_page",
    "digits_network",
    "equivariance_error",
    "equivariance_table",
    "load_digits",
    "permute_pixels",
    "permuted_digits",
    "place",
    "recorded_data",
    "recorded_digits",
    "recorded_permuted_digits",
    "shift_sensitivity",
    "shifted_digits",
    "train_digits_network",
]
