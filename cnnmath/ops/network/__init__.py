"""Running a network of `cnnmath.arch`: first weights, forward, backward, learning, and weights on disk.

`compute` and `differentiate` are the two tables from layers to operations; `run` applies them along the
graph, `train` learns. A layer that is in neither table raises an error that names it.
"""

from __future__ import annotations

from .files import load_weights, save_weights
from .initialization import check_weights, initialize, trained
from .running import NetworkGradients, Run, backward, forward, node_values, run
from .trace import LayerGradients, Model, Trace, Weights
from .training import (
    Epoch,
    Evaluation,
    Progress,
    Recipe,
    Trained,
    evaluate,
    predict,
    progress_bar,
    scores_node,
    train,
)

__all__ = [
    "Epoch",
    "Evaluation",
    "LayerGradients",
    "Model",
    "NetworkGradients",
    "Progress",
    "Recipe",
    "Run",
    "Trace",
    "Trained",
    "Weights",
    "backward",
    "check_weights",
    "evaluate",
    "forward",
    "initialize",
    "load_weights",
    "node_values",
    "predict",
    "progress_bar",
    "run",
    "save_weights",
    "scores_node",
    "train",
    "trained",
]
