"""COMPUTED: the layers in NumPy, forward and backward, in the order in which one learns them.

1 `loops` (the definition), 2 `windows` (a view), 3 `convolution` (one matrix product), 4 `transposed`, 5
`pooling`, 6 `dense`, 7 `activations`, 8 `losses`, 9 `normalization`, 10 `chance`, 11 `padding`, 12
`resize`, 13 `checking`. What the first share: `tensors`, `geometry`, `convolution_arguments`, `unfolding`.
Then `network` runs and trains what `arch` describes, `experiments` asks the book's questions of it,
`seeing` looks inside. Tensors are (N, C, H, W); no function changes what it was given.
"""

from __future__ import annotations

from . import network
from .activations import (
    gelu,
    gelu_backward,
    hard_sigmoid,
    hard_sigmoid_backward,
    hard_swish,
    hard_swish_backward,
    leaky_relu,
    leaky_relu_backward,
    relu,
    relu6,
    relu6_backward,
    relu_backward,
    sigmoid,
    sigmoid_backward,
    silu,
    silu_backward,
    tanh,
    tanh_backward,
)
from .chance import dropout, dropout_backward, dropout_mask
from .checking import GradientReport, TensorCheck, gradient_check
from .convolution import (
    col2im,
    conv1d,
    conv1d_backward,
    conv2d,
    conv2d_backward,
    conv2d_weight_gradient,
    flip,
    im2col,
    true_conv2d,
    true_conv2d_backward,
)
from .dense import linear, linear_backward, locally_connected2d, locally_connected2d_backward
from .geometry import Geometry
from .loops import conv2d_loops, conv2d_loops_backward, max_pool2d_loops
from .losses import (
    mean_squared_error,
    mean_squared_error_backward,
    softmax,
    softmax_backward,
    softmax_cross_entropy,
    softmax_cross_entropy_backward,
)
from .network import *  # noqa: F403 - listed once, in the __all__ of that package
from .normalization import (
    batch_norm,
    batch_norm_backward,
    batch_statistics,
    group_norm,
    group_norm_backward,
    layer_norm,
    layer_norm_backward,
    local_response_norm,
    local_response_norm_backward,
    running_statistics,
)
from .padding import pad2d, pad2d_backward, padding_modes
from .pooling import (
    avg_pool2d,
    avg_pool2d_backward,
    global_avg_pool2d,
    global_avg_pool2d_backward,
    global_max_pool2d,
    global_max_pool2d_backward,
    max_pool2d,
    max_pool2d_backward,
    max_pool2d_switches,
    max_unpool2d,
)
from .resize import (
    adaptive_avg_pool2d,
    adaptive_avg_pool2d_backward,
    resize2d,
    upsample2d,
    upsample2d_backward,
)
from .tensors import Gradients
from .transposed import conv_transpose2d, conv_transpose2d_backward, convolution_matrix
from .windows import conv2d_windows, conv2d_windows_backward

__all__ = [
    "Geometry",
    "GradientReport",
    "Gradients",
    "TensorCheck",
    "adaptive_avg_pool2d",
    "adaptive_avg_pool2d_backward",
    "avg_pool2d",
    "avg_pool2d_backward",
    "batch_norm",
    "batch_norm_backward",
    "batch_statistics",
    "col2im",
    "conv1d",
    "conv1d_backward",
    "conv2d",
    "conv2d_backward",
    "conv2d_loops",
    "conv2d_loops_backward",
    "conv2d_weight_gradient",
    "conv2d_windows",
    "conv2d_windows_backward",
    "conv_transpose2d",
    "conv_transpose2d_backward",
    "convolution_matrix",
    "dropout",
    "dropout_backward",
    "dropout_mask",
    "flip",
    "gelu",
    "gelu_backward",
    "global_avg_pool2d",
    "global_avg_pool2d_backward",
    "global_max_pool2d",
    "global_max_pool2d_backward",
    "gradient_check",
    "group_norm",
    "group_norm_backward",
    "hard_sigmoid",
    "hard_sigmoid_backward",
    "hard_swish",
    "hard_swish_backward",
    "im2col",
    "layer_norm",
    "layer_norm_backward",
    "leaky_relu",
    "leaky_relu_backward",
    "linear",
    "linear_backward",
    "local_response_norm",
    "local_response_norm_backward",
    "locally_connected2d",
    "locally_connected2d_backward",
    "max_pool2d",
    "max_pool2d_backward",
    "max_pool2d_loops",
    "max_pool2d_switches",
    "max_unpool2d",
    "mean_squared_error",
    "mean_squared_error_backward",
    "pad2d",
    "pad2d_backward",
    "padding_modes",
    "relu",
    "relu6",
    "relu6_backward",
    "relu_backward",
    "resize2d",
    "running_statistics",
    "sigmoid",
    "sigmoid_backward",
    "silu",
    "silu_backward",
    "softmax",
    "softmax_backward",
    "softmax_cross_entropy",
    "softmax_cross_entropy_backward",
    "tanh",
    "tanh_backward",
    "true_conv2d",
    "true_conv2d_backward",
    "upsample2d",
    "upsample2d_backward",
]
__all__ += network.__all__
