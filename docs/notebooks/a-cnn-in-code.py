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
# # A CNN, in code
#
# The whole way once, from data to a look inside, with as little talk as possible: load, describe, count, train, ask, look.
# At the end stands the same network in PyTorch and in Keras, so that you can take it with you. Everything above that was
# run when the page was built; the file is `docs/notebooks/a-cnn-in-code.py`.
#
# ## Load
#
# Images are `(N, C, H, W)`: how many, channels, rows, columns. Pixels go from 0 to 1.

# %%
import numpy as np

from cnnmath.ops.experiments import load_digits

train_data, test_data = load_digits(seed=0)
print(train_data.images.shape, train_data.labels.shape, train_data.images.min(), train_data.images.max())
print("images of each digit:", np.bincount(train_data.labels))

# %% [markdown]
# Always look at the shapes, at the range and at how often each class occurs. Half of all bugs live here.
#
# ## Describe
#
# A network is data: layers with names, each reading the one before it. No size is typed twice; what a layer reads is
# known from what comes before.

# %%
from cnnmath.arch import Conv2d, Flatten, Input, Linear, MaxPool2d, ReLU, chain

network = chain(
    "digits",
    Input(1, 8, 8),
    ("conv1", Conv2d(8, 3, padding=1)),
    ("relu1", ReLU()),
    ("conv2", Conv2d(16, 3, padding=1)),
    ("relu2", ReLU()),
    ("pool", MaxPool2d(2)),
    ("flatten", Flatten()),
    ("dense", Linear(32)),
    ("relu3", ReLU()),
    ("scores", Linear(10)),
)

# %% [markdown]
# ## Count
#
# Before anything runs: how large is each output, how many weights are there, how many multiply-adds? Work out the
# rows of `conv2` and `dense` yourself before you look.

# %%
from cnnmath import measure

table = measure.table(network)
print(f"{'layer':<8} {'output':<14} {'parameters':>10} {'MACs':>8}  sees")
for row in table.rows:
    sees = row.receptive_field[0].size
    print(f"{row.node:<8} {row.output!s:<14} {row.parameters.total:>10,} {row.operations:>8,}  {sees}")
print(f"{'all':<23} {table.parameters.total:>10,} {table.operations:>8,}")

# %% [markdown]
# Most weights sit in `dense`, most of the work is done in `conv2`. That is so in nearly every network that ends in
# dense layers: a convolution uses each weight at every place, a dense layer uses each once. The last column is the side
# of the receptive field; behind the pool it is larger than the image, because it counts the padding, too.
#
# ## Check the backward pass
#
# A gradient that is slightly wrong still learns, only worse. So compare it with finite differences once, in float64
# and on a few images..

# %%
from cnnmath import ops

generator = np.random.default_rng(0)
x, w, b = (generator.standard_normal(shape) for shape in ((2, 1, 5, 5), (3, 1, 3, 3), (3,)))


def forward(x, w, b):
    return ops.conv2d(x, w, b, padding=1)


def backward(grad, x, w, b):
    return ops.conv2d_backward(grad, x, w, padding=1)


print(ops.gradient_check(forward, x, w, b, backward=backward))

# %% [markdown]
# ## Train
#
# First weights by He's rule, then momentum descent. The seed makes the run repeatable.

# %%
first = ops.initialize(network, generator)
recipe = ops.Recipe(epochs=8, batch_size=32, learning_rate=0.05, momentum=0.9)
trained = ops.train(network, first, train_data, recipe, generator, validation=test_data)
for epoch in trained.history:
    print(f"epoch {epoch.number}: loss {epoch.loss:.3f}, test accuracy {epoch.validation_accuracy:.1%}")

# %% [markdown]
# ## Ask
#
# One image, its ten probabilities. And the image about which the network is least sure:

# %%
scores = ops.predict(network, trained.weights, test_data.images)
probabilities = ops.softmax(scores)
print("first image:", " ".join(f"{p:.2f}" for p in probabilities[0]), "and it is a", test_data.labels[0])

doubt = int(probabilities.max(axis=1).argmin())
likely = probabilities[doubt].argsort()[::-1][:2]
print("least sure: " + ", ".join(f"{digit} with {probabilities[doubt, digit]:.0%}" for digit in likely))
print("it is labelled", test_data.labels[doubt])

# %% [markdown]
# A probability of 99% does not mean that 99 of 100 such answers are right. Whether it does can be measured: of the
# answers given with at least 95%, how many were right?

# %%
sure = probabilities.max(axis=1) >= 0.95
right = probabilities.argmax(axis=1) == test_data.labels
print(f"{sure.sum()} answers with at least 95%, {right[sure].mean():.1%} of them right")
print(f"{(~sure).sum()} others, {right[~sure].mean():.1%} of them right")

# %% [markdown]
# ## Look inside
#
# What the doubtful image becomes in the first layer, and where covering it costs the network its favorite answer.

# %%
from IPython.display import SVG

from cnnmath.figures import charts
from cnnmath.ops import seeing

image = test_data.images[doubt]
maps = ops.run(network, trained.weights, image[None]).value("relu1")[0]
covered = seeing.occlusion(ops.Model(network, trained.weights), image, int(likely[0]), patch=2)
pictures = {"input": image[0]} | {f"map {at}": maps[at] / maps.max() for at in range(6)}
pictures["occlusion"] = np.maximum(covered.heat, 0) / covered.heat.max()
drawing = charts.pictures(
    pictures,
    title="Inside",
    caption="The least sure image, six maps of the first layer, and where covering lowers the first answer's "
    "probability. Maps and occlusion are scaled to their largest value.",
)
SVG(drawing.svg("page"))

# %% [markdown]
# [What layers see](../network/what-layers-see.md) says which of such pictures you may believe.
#
# ## The same network in PyTorch
#
# Not run here, since this book does not install PyTorch. The layers and the shapes are the same, and so is the order of
# the weights: `(out, in, rows, columns)`. Two differences: `Linear` wants to be told how many numbers it reads
# ($16 \cdot 4 \cdot 4$), and the weights start from another rule unless you say otherwise.
#
# ```py
# import torch
# from torch import nn
#
# model = nn.Sequential(
#     nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(),
#     nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(),
#     nn.MaxPool2d(2),
#     nn.Flatten(),
#     nn.Linear(16 * 4 * 4, 32), nn.ReLU(),
#     nn.Linear(32, 10),
# )
# for layer in model:
#     if isinstance(layer, (nn.Conv2d, nn.Linear)):
#         nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
#         nn.init.zeros_(layer.bias)
#
# images, labels = torch.from_numpy(train_data.images), torch.from_numpy(train_data.labels)
# steps = 8 * -(-len(images) // 32)
# optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
# schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
# for epoch in range(8):
#     for batch in torch.randperm(len(images)).split(32):
#         loss = nn.functional.cross_entropy(model(images[batch]), labels[batch])
#         optimizer.zero_grad()
#         loss.backward()
#         optimizer.step()
#         schedule.step()
# ```
#
# `cross_entropy` takes scores, not probabilities: the softmax is inside. A `Softmax` layer before it is one of the most
# common mistakes; the network still learns, only slowly.
#
# ## The same network in Keras
#
# Keras puts channels last: images are `(N, H, W, C)`, weights `(rows, columns, in, out)`, and the flattening has
# another order. `padding="same"` is the padding of 1 that you typed above, as long as the stride is 1.
#
# ```py
# import keras
# from keras import layers
#
# model = keras.Sequential([
#     keras.Input((8, 8, 1)),
#     layers.Conv2D(8, 3, padding="same", activation="relu", kernel_initializer="he_normal"),
#     layers.Conv2D(16, 3, padding="same", activation="relu", kernel_initializer="he_normal"),
#     layers.MaxPooling2D(2),
#     layers.Flatten(),
#     layers.Dense(32, activation="relu", kernel_initializer="he_normal"),
#     layers.Dense(10),
# ])
# images = train_data.images.transpose(0, 2, 3, 1)
# rate = keras.optimizers.schedules.CosineDecay(0.05, 8 * -(-len(images) // 32))
# model.compile(
#     optimizer=keras.optimizers.SGD(rate, momentum=0.9),
#     loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
#     metrics=["accuracy"],
# )
# model.fit(images, train_data.labels, batch_size=32, epochs=8)
# ```
#
# Both count the same parameters as the table above. If yours do not, compare layer by layer: a missing bias, a
# padding that is not there, or a flattening of another size.
#
# ## Your turn
#
# 1. Replace the pool by a stride of 2 in `conv2`. Which rows of the table change? Predict them first.
# 2. Put a `GlobalAvgPool` in place of `pool` and `dense`. How many parameters are left, and what does it cost in
#    accuracy?
# 3. Give the PyTorch model our trained weights. Which tensors can be copied as they are?
