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
# # Train one yourself
#
# You have seen every part of a convolutional network by now. Here they are put together, and they learn: handwritten
# digits of 8 × 8 pixels, in NumPy, in seconds. Everything below was run when the page was built. Take the file
# `docs/notebooks/train-one-yourself.py`, open it in Jupyter or your editor, and break things.
#
# ## The data
#
# scikit-learn ships 1,797 digits. We shuffle them once, learn from 1,297 and keep 500 for the test. The test images
# are looked at, never learned from.

# %%
import numpy as np

from cnnmath.ops.experiments import load_digits

digits = load_digits(seed=0)
digits.train.images.shape, digits.test.images.shape

# %%
from IPython.display import SVG

from cnnmath.figures import charts

shown = {f"{at}: {digits.train.labels[at]}": digits.train.images[at, 0] for at in range(8)}
SVG(
    charts.pictures(shown, title="Eight digits", caption="The first eight training images, with labels.").svg(
        "page"
    )
)

# %% [markdown]
# ## The network
#
# Much like LeNet, only smaller: two convolutions, one pool, two dense layers. `arch` describes it, `measure` counts it.

# %%
from cnnmath import measure
from cnnmath.arch import Conv2d, Flatten, Input, Linear, MaxPool2d, ReLU, chain

network = chain(
    "little-lenet",
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
print(f"{measure.parameters(network):,} weights and biases to learn")

# %% [markdown]
# ## Before anything is learned
#
# The first weights are random (He's rule). What does such a network know? It should be about as good as a die with ten
# faces, and its loss should be near the logarithm of 10. If it is not, something is wrong before you have begun.

# %%
from cnnmath.ops import evaluate, initialize

generator = np.random.default_rng(0)
first = initialize(network, generator)
before = evaluate(network, first, digits.test)
print(f"loss {before.loss:.2f} (ln 10 = {np.log(10):.2f}), {before.accuracy:.1%} right")

# %% [markdown]
# The loss is a little above: random scores are not only wrong, but now and then sure of it.
#
# ## One step, to see that there is no magic
#
# Take 32 images. Run the network, ask for the gradient of the loss with respect to every weight, and move all weights a
# little against it. The loss of these images falls.

# %%
from cnnmath.ops import backward, run, softmax_cross_entropy, softmax_cross_entropy_backward

images, labels = digits.train.images[:32], digits.train.labels[:32]
done = run(network, first, images)
scores = done.value("scores")
start = softmax_cross_entropy_backward(scores, labels)
gradients = backward(done, {"scores": start}).weights
moved = {
    node: {name: value - 0.05 * gradients[node][name] for name, value in stored.items()}
    for node, stored in first.items()
}
after_one = run(network, moved, images).value("scores")
print(f"{softmax_cross_entropy(scores, labels):.3f} -> {softmax_cross_entropy(after_one, labels):.3f}")

# %% [markdown]
# ## Twelve times through all images
#
# `train` does that again and again, with another 32 images each time, with momentum, and with a rate that falls to
# zero at the end.

# %%
from cnnmath.ops import Recipe, train

recipe = Recipe(epochs=12, batch_size=32, learning_rate=0.05, momentum=0.9)
trained = train(network, first, digits.train, recipe, generator, validation=digits.test)
after = evaluate(network, trained.weights, digits.test)
print(f"loss {after.loss:.3f}, {after.accuracy:.1%} of {len(digits.test.labels)} test images right")

# %%
history = trained.history
losses = {"training": [epoch.loss for epoch in history], "test": [epoch.validation_loss for epoch in history]}
SVG(charts.curves(losses, title="Loss", caption="Cross-entropy by epoch.", y_name="loss").svg("page"))

# %%
accuracies = {
    "training": [100 * epoch.accuracy for epoch in history],
    "test": [100 * epoch.validation_accuracy for epoch in history],
}
SVG(
    charts.curves(accuracies, title="Accuracy", caption="Percent right by epoch.", y_name="percent").svg(
        "page"
    )
)

# %% [markdown]
# Read the curves. In the first epoch the test does better than training, which looks impossible: the training figure
# is the mean *during* the epoch, while the network was still worse; the test comes after it. At the end it is the
# other way around: all training images are right, not all test images. The gap is what it knows only by heart.
#
# ## What went wrong
#
# One number hides which digits are hard. A confusion table does not.

# %%
table = charts.confusion(
    after.confusion.tolist(),
    title="Test images",
    caption="Rows are the true digits, columns what the network said.",
)
SVG(table.svg("page"))

# %% [markdown]
# Look at the mistakes themselves, at least once in your life. You will often side with the network.

# %%
wrong = np.flatnonzero(after.predictions != digits.test.labels)[:8]
mistaken = {
    f"{digits.test.labels[at]}, read as {after.predictions[at]}": digits.test.images[at, 0] for at in wrong
}
drawing = charts.pictures(
    mistaken, title="Mistakes", caption="Test images that were read wrongly.", columns=4
)
SVG(drawing.svg("page"))

# %% [markdown]
# How much should you trust the accuracy? With 500 images, one image is 0.2 of a percentage point. Think of each image as
# a coin: the standard error of the share says how much luck is in it.

# %%
share, count = after.accuracy, len(digits.test.labels)
print(f"{share:.1%}, give or take {np.sqrt(share * (1 - share) / count):.1%}")

# %% [markdown]
# So do not celebrate a change that gains 0.2 points here. Another seed does as much.
#
# ## The filters, before and after

# %%
filters = {f"{at} before": first["conv1"]["weight"][at, 0] for at in range(8)}
filters |= {f"{at} after": trained.weights["conv1"]["weight"][at, 0] for at in range(8)}
drawing = charts.pictures(
    filters,
    title="The first layer",
    caption="The eight 3 × 3 filters before learning (upper rows) and after it. Middle gray is zero.",
    symmetric=True,
)
SVG(drawing.svg("page"))

# %% [markdown]
# You can still recognize each filter. Learning moved it, but did not start over: a good part of what you see in
# the lower rows is where the dice fell. How alike they are, filter by filter (1 is the same direction, 0 unrelated):

# %%
old, new = (weights["conv1"]["weight"].reshape(8, -1) for weights in (first, trained.weights))
alike = (old * new).sum(axis=1) / np.linalg.norm(old, axis=1) / np.linalg.norm(new, axis=1)
print(" ".join(f"{value:.2f}" for value in alike))

# %% [markdown]
# Does the first layer need to learn at all, then? Hold it still and train the rest. A wrong guess here costs nothing,
# so make one before you look.

# %%
frozen_images = {}
for name, part in (("train", digits.train), ("test", digits.test)):
    frozen_images[name] = (run(network, first, part.images).value("relu1"), part.labels)

rest = chain("the-rest", Input(8, 8, 8), *((node.name, node.layer) for node in network.nodes[3:]))
generator = np.random.default_rng(0)
learned = train(rest, initialize(rest, generator), frozen_images["train"], recipe, generator)
print(f"{evaluate(rest, learned.weights, frozen_images['test']).accuracy:.1%} with a random first layer")

# %% [markdown]
# On digits this small, random filters go a long way. That is worth remembering when somebody shows you pretty
# filters and tells you that they are why the network works.
#
# ## Your turn
#
# 1. Set the learning rate to 5. What happens to the loss, and at which line do you notice?
# 2. Start with all weights 0. Which layers learn nothing, and why?
# 3. Permute the pixels of all images alike (`cnnmath.ops.experiments.permute_pixels`). How much does it cost, and what would
#    a dense network say?
#
# Next: [what layers see](../network/what-layers-see.md) looks into a network like this one.
