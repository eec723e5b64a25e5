"""How far a window gets: sizes along one axis, for convolutions, pooling and transposed convolutions.

Only `+ - * //` and `abs` are used, so the same lines work on whole numbers and on SymPy expressions, where
they return the formula. With numbers, a window that does not fit is a ShapeError, never a size below one.
"""

from __future__ import annotations

from cnnmath.errors import ShapeError

__all__ = [
    "ceil_output_size",
    "output_size",
    "padding_same",
    "padding_same_tf",
    "smaller",
    "transposed_output_size",
    "window_span",
]


def window_span(kernel: int, dilation: int = 1) -> int:
    """Return how many input values a dilated kernel covers: `d (k - 1) + 1`.

    >>> window_span(3, dilation=2)
    5
    """
    return dilation * (kernel - 1) + 1


def output_size(  # noqa: PLR0917 - the numbers of a window, in the order in which they are always written
    n: int, kernel: int, stride: int = 1, before: int = 0, after: int = 0, dilation: int = 1
) -> int:
    """Return how many positions a window has: `floor((n + p_before + p_after - d (k - 1) - 1) / s) + 1`.

    Sizes in values along one axis; padding per side. Numbers or SymPy symbols.
    Raises ShapeError when the window is larger than the padded input.
    Source: Dumoulin & Visin 2016, relationships 6 and 15.

    >>> output_size(227, kernel=11, stride=4)
    55
    """
    room = n + before + after - window_span(kernel, dilation)
    if isinstance(room, int) and room < 0:
        raise _too_large(n, kernel, before, after, dilation)
    return room // stride + 1


def ceil_output_size(  # noqa: PLR0917 - as output_size
    n: int, kernel: int, stride: int = 1, before: int = 0, after: int = 0, dilation: int = 1
) -> int:
    """Return the positions in `ceil_mode`: the last window may hang over, if it starts inside the input.

    `min(ceil((n + p_before + p_after - d (k - 1) - 1) / s), floor((n + p_before - 1) / s)) + 1`; the second
    part drops a window that would see nothing but padding on the right (PyTorch's rule).

    >>> ceil_output_size(5, kernel=2, stride=2), output_size(5, kernel=2, stride=2)
    (3, 2)
    """
    room = n + before + after - window_span(kernel, dilation)
    size: int = smaller(-(-room // stride), (n + before - 1) // stride) + 1
    if isinstance(size, int) and size < 1:
        raise _too_large(n, kernel, before, after, dilation)
    return size


def transposed_output_size(  # noqa: PLR0917 - as output_size
    n: int,
    kernel: int,
    stride: int = 1,
    before: int = 0,
    after: int = 0,
    dilation: int = 1,
    output_padding: int = 0,
) -> int:
    """Return the size after a transposed convolution: `(n - 1) s - p_before - p_after + d (k - 1) + 1 + o`.

    Raises ShapeError when nothing is left. Source: PyTorch's ConvTranspose2d; Dumoulin & Visin 2016, ch. 4.

    >>> transposed_output_size(4, kernel=2, stride=2)
    8
    """
    size = (n - 1) * stride - before - after + window_span(kernel, dilation) + output_padding
    if isinstance(size, int) and size < 1:
        raise ShapeError(
            given=f"input {n}, kernel {kernel}, stride {stride}, padding {before} and {after}: size {size}",
            expected="at least one output value",
            remedy="Use less padding.",
        )
    return size


def padding_same(kernel: int, dilation: int = 1) -> tuple[int, int]:
    """Return PyTorch's "same" padding `(before, after)` at stride 1: `d (k - 1)` in all, the odd one behind.

    >>> padding_same(4)
    (1, 2)
    """
    total = dilation * (kernel - 1)
    return total // 2, total - total // 2


def padding_same_tf(n: int, kernel: int, stride: int = 1, dilation: int = 1) -> tuple[int, int]:
    """Return TensorFlow's SAME padding `(before, after)`: just enough for `ceil(n / s)` outputs.

    `max((ceil(n / s) - 1) s + d (k - 1) + 1 - n, 0)` in all, the odd one behind: it depends on the input.

    >>> padding_same_tf(224, kernel=3, stride=2), padding_same_tf(321, kernel=3, stride=2)
    ((0, 1), (1, 1))
    """
    outputs = -(-n // stride)
    needed = (outputs - 1) * stride + window_span(kernel, dilation) - n
    total = needed - smaller(needed, 0)
    return total // 2, total - total // 2


def smaller(a: int, b: int) -> int:
    """Return the smaller of two numbers, as `(a + b - |a - b|) / 2`, which symbols understand as well.

    >>> smaller(3, 5)
    3
    """
    return (a + b - abs(a - b)) // 2


def _too_large(n: int, kernel: int, before: int, after: int, dilation: int) -> ShapeError:
    span = window_span(kernel, dilation)
    dilated = f" (dilation {dilation}: it spans {span})" if dilation != 1 else ""
    padded = f"{n} + {before} + {after} = {n + before + after}" if before or after else f"{n}"
    return ShapeError(
        given=f"a kernel of {kernel}{dilated} on {padded}",
        expected="a kernel that is not larger than the padded input",
        remedy="Use a smaller kernel, more padding or a larger input.",
    )
