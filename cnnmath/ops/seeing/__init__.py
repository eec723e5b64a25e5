"""What layers see: filters, patches, occlusion, gradients and their relatives, a check of them, and search.

Every function takes a network of `cnnmath.arch` and its weights, and returns arrays; drawing is for
`figures`.
"""

from __future__ import annotations

from .export import export_network, import_network, round_weights
from .gradients import (
    as_map,
    class_gradient,
    deconvnet,
    deconvnet_relu,
    grad_cam,
    guided_backpropagation,
    guided_relu,
    smooth_gradient,
    unit_gradient,
)
from .maximization import Maximized, Search, maximize_activation
from .occlusion import Occlusion, occlusion
from .patches import Field, Patch, filters, top_patches
from .sanity import METHODS, ClassRow, Method, SanityRow, class_check, rank_correlation, sanity_check

__all__ = [
    "METHODS",
    "ClassRow",
    "Field",
    "Maximized",
    "Method",
    "Occlusion",
    "Patch",
    "SanityRow",
    "Search",
    "as_map",
    "class_check",
    "class_gradient",
    "deconvnet",
    "deconvnet_relu",
    "export_network",
    "filters",
    "grad_cam",
    "guided_backpropagation",
    "guided_relu",
    "import_network",
    "maximize_activation",
    "occlusion",
    "rank_correlation",
    "round_weights",
    "sanity_check",
    "smooth_gradient",
    "top_patches",
    "unit_gradient",
]
