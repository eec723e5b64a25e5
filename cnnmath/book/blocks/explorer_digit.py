"""What the digit explorer needs on its page: its first state as a figure, and the trained network as data.

The network travels inside the page, so that the explorer works from a folder as well as from a server.
"""

from __future__ import annotations

from cnnmath.book.context import Context
from cnnmath.book.html import Markup, data_script
from cnnmath.book.scan import Parameter

__all__ = ["OPTIONS", "figure", "supplies"]

OPTIONS: dict[str, type | tuple[str, ...]] = {"digit": int}
"""What the explorer may begin with: a digit, as one of the recorded test images."""


def figure(parameters: dict[str, Parameter]) -> tuple[str, dict[str, Parameter]]:
    """Return the figure of what every layer makes of one digit."""
    return "digit-activations", parameters


def supplies(context: Context) -> Markup:
    """Return layers, weights and one image of each digit as data for the script."""
    from cnnmath.ops.experiments import recorded_data  # NumPy is loaded by the pages that need it only

    data = recorded_data()
    return data_script({key: data[key] for key in ("layers", "examples", "labels")})
