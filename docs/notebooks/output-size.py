# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # The output size, in code
#
# This page is a notebook: the [lesson](../convolution/output-size.md) once more, without a single formula taken on
# trust. Everything below was run when the page was built. Take the file `docs/notebooks/output-size.py`, open it in
# Jupyter or your editor, and change what you like.
#
# ## Start from the definition
#
# The output has one number for each place where the window lies inside the padded row. So let us try all places.

# %%
def places(n, k, s=1, left=0, right=0, d=1):
    """Return every start at which a window of k cells, d apart, lies inside the padded row."""
    row = left + n + right
    reach = d * (k - 1)
    return [start for start in range(0, row, s) if start + reach < row]


places(7, 3, s=2, left=1, right=1)

# %% [markdown]
# Four places, so four output numbers. This is what they look like; a number to the right is the output cell that
# the window makes.

# %%
from IPython.display import SVG

from cnnmath import figures

drawing = figures.figure("sliding-window", input=7, kernel=3, stride=2, padding=1)
SVG(drawing.svg("page"))

# %% [markdown]
# ## Hold the formula against it
#
# `cnnmath.formula` reads formulas the way you would type them and computes with exact integers. The general size
# formula, with both paddings and a dilation $d$:

# %%
from cnnmath import formula

general = formula.parse("floor((n + p_l + p_r - d(k - 1) - 1)/s) + 1")
general.words()

# %% [markdown]
# It should count the same places as the loop, in every case in which at least one window fits. There are not many
# small cases, so we can afford all of them.

# %%
import itertools

checked = 0
for n, k, s, left, right, d in itertools.product(range(1, 10), range(1, 6), range(1, 5), range(3), range(3), range(1, 4)):
    if d * (k - 1) + 1 > left + n + right:
        continue
    counted = len(places(n, k, s, left, right, d))
    assert counted == general.evaluate(n=n, k=k, s=s, p_l=left, p_r=right, d=d)
    checked += 1

print(f"{checked:,} cases, no difference")

# %% [markdown]
# That is evidence, not proof: it says nothing about $n = 227$. The proof is in the
# [derivation](../convolution/output-size.md#the-derivation), and `derive` can tell which steps it has:

# %%
from cnnmath import derive

record = derive.record("conv-output-size")
for number, step in enumerate(record.steps, start=1):
    print(f"{number}. {step.badge:<11} {step.rule}")

# %% [markdown]
# ## What the floor throws away
#
# Which inputs give an output of 4 with $k = 3$ and $s = 2$? Run the formula over all of them.

# %%
simple = formula.parse("floor((n + 2p - k)/s) + 1")
[n for n in range(3, 20) if simple.evaluate(n=n, p=0, k=3, s=2) == 4]

# %% [markdown]
# Two of them, one for each remainder of a division by $s = 2$. The formula cannot be turned around into a single
# number; that is why a transposed convolution asks you for `output_padding`.
#
# ## The same rule for a whole layer
#
# `rules` knows what each layer means. The first layers of three networks, with the size of the picture they were made
# for:

# %%
from cnnmath import arch, rules

first_layers = {
    "AlexNet": (arch.Conv2d(96, 11, stride=4), (3, 227, 227)),
    "VGG-16": (arch.Conv2d(64, 3, padding=1), (3, 224, 224)),
    "ResNet-50": (arch.Conv2d(64, 7, stride=2, padding=3), (3, 224, 224)),
}
for network, (layer, picture) in first_layers.items():
    print(f"{network:<10} {picture} -> {rules.output_shape(layer, picture)}")

# %% [markdown]
# ## Your turn
#
# Two things to try before the [exercises](../convolution/output-size.md#exercises):
#
# 1. Give `places` a parameter `ceil_mode` that allows the last window to hang over the edge. When must it be refused?
# 2. For which $k$ does a stride of 1 keep the size with the same padding on both sides? Let the loop tell you, and then
#    say why.
