"""What the figures show is true: their data against brute force, other libraries and published numbers."""

import re
from itertools import pairwise, product

import numpy as np
import pytest
from scipy import signal

from cnnmath import measure, ops, rules, zoo
from cnnmath.errors import CnnMathError, FigureError
from cnnmath.figures import exact, figure
from cnnmath.figures.photos import digit_image, gray_photo, photo
from cnnmath.figures.presets import PRESETS
from cnnmath.figures.topics import (
    blocks,
    comparison,
    connectivity,
    flattening,
    functions,
    gradients,
    networks,
    receptive,
    vision,
)
from cnnmath.figures.topics.kernels import factors, rank


def rows(name, **params):
    """Return the rows of the data behind a figure."""
    return figure(name, **params).data.rows


def matrix(text):
    """Return the matrix that a cell of a table spells, such as "1 0; 0 1"."""
    return [[float(entry.replace("−", "-")) for entry in line.split()] for line in text.split(";")]


GEOMETRIES = [
    case
    for case in product((5, 8, 11), (1, 3, 4), (1, 2, 3), ((0, 0), (1, 1), (0, 2)), (1, 2))
    if case[0] + sum(case[3]) >= (case[1] - 1) * case[4] + 1
]


@pytest.mark.parametrize(("size", "kernel", "stride", "padding", "dilation"), GEOMETRIES)
def test_sliding_windows_read_what_numpy_reads(size, kernel, stride, padding, dilation):
    """The windows drawn are NumPy's sliding windows over the padded row, and as many as the rule says."""
    shown = figure(
        "sliding-window", input=size, kernel=kernel, stride=stride, padding=padding, dilation=dilation
    )
    padded = np.pad(np.arange(size), padding, constant_values=-1)
    span = (kernel - 1) * dilation + 1
    windows = np.lib.stride_tricks.sliding_window_view(padded, span)[::stride, ::dilation]
    expected = [", ".join("padding" if index < 0 else str(index) for index in window) for window in windows]
    assert [row[3] for row in shown.data.rows] == expected
    assert len(expected) == rules.output_size(size, kernel, stride, *padding, dilation)
    assert shown.alt.count(f"= {len(expected)}") == 1


def test_formula_in_numbers_computes_to_its_right_side():
    """In the alt texts, the left side of the formula with numbers computes to its right side."""
    for size, kernel, stride, padding, dilation in GEOMETRIES[::2]:
        for rounding in ("floor", "ceil"):
            shown = figure(
                "sliding-window",
                input=size,
                kernel=kernel,
                stride=stride,
                padding=padding,
                dilation=dilation,
                rounding=rounding,
            )
            left, right = re.search(r"([⌊⌈][^=]+) = (\d+)", shown.alt).groups()
            sign = "-" if left[0] == "⌈" else ""
            inner, divisor, rest = re.fullmatch(
                r"[⌊⌈]\((.*)\)/(\d+)[⌋⌉](.*)", left.replace("−", "-")
            ).groups()
            value = eval(inner.replace("·", "*"))  # noqa: S307 - digits and operators that we have written
            quotient = -(-value // int(divisor)) if sign else value // int(divisor)
            assert quotient + eval(rest) == int(right) == len(shown.data.rows)  # noqa: S307


@pytest.mark.parametrize("size", range(3, 13))
def test_rounding_up_draws_as_many_windows_as_pytorch(size):
    """With rounding up, the windows are those of PyTorch's ceil mode: none starts in the end padding."""
    for kernel, stride, padding in ((2, 2, 1), (3, 2, 1), (3, 3, 1), (2, 3, 1)):
        found = rows(
            "sliding-window", input=size, kernel=kernel, stride=stride, padding=padding, rounding="ceil"
        )
        assert len(found) == rules.ceil_output_size(size, kernel, stride, padding, padding)


def test_convolution_by_hand_is_the_published_example():
    """The 5×5 binary image and the cross kernel give 4 3 4; 2 4 3; 2 3 4, as in Stanford's UFLDL tutorial."""
    sums = [row[2] for row in rows("convolution-by-hand")]
    assert sums == [4, 3, 4, 2, 4, 3, 2, 3, 4]


@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (2, 1), (1, 2), (3, 1)])
def test_convolution_player_steps_are_scipys(stride, padding):
    """Every step of the animation has SciPy's sum, and products that add up to it."""
    image, kernel = [[3, 1, 4, 1, 5], [9, 2, 6, 5, 3], [5, 8, 9, 7, 9], [3, 2, 3, 8, 4]], [[1, -2], [0, 3]]
    shown = figure("convolution-player", image=image, kernel=kernel, stride=stride, padding=padding)
    expected = signal.correlate2d(np.pad(image, padding), kernel, "valid")[::stride, ::stride]
    assert shown.player["output"] == expected.tolist()
    assert len(shown.player["steps"]) == len(shown.frames) == expected.size
    for step in shown.player["steps"]:
        assert np.sum(step["products"]) == step["sum"] == expected[tuple(step["output"])]
        assert step["sentence"].endswith(f"= {step['sum']}.".replace("-", "−"))


def test_multi_channel_sum_adds_the_partial_maps_and_the_bias():
    """The output map is the multi-channel convolution of the drawn numbers, as `ops` computes it."""
    shown = figure("multi-channel-sum", channels=4, bias=-3)
    images = np.array([matrix(row[1]) for row in shown.data.rows])
    kernels = np.array([matrix(row[2]) for row in shown.data.rows])
    expected = ops.conv2d(images[None], kernels[None], np.array([-3.0]))[0, 0]
    words = re.search(r"output map ([^;]+;[^;]+);", shown.alt)[1]
    assert np.array_equal(matrix(words), expected)


def test_exact_arithmetic_agrees_with_ops():
    """The small loops that need no NumPy give what the fast kernels give: convolution and pooling."""
    image = np.array(exact.digits("image", 64, -9, 9)).reshape(8, 8)
    kernel = np.array(exact.digits("kernel", 6, -3, 3)).reshape(2, 3)
    for stride, dilation in product((1, 2, 3), (1, 2)):
        fast = ops.conv2d(image[None, None], kernel[None, None], stride=stride, dilation=dilation)[0, 0]
        assert exact.correlate(image.tolist(), kernel.tolist(), stride, dilation) == fast.tolist()
    for size, stride in product((1, 2, 3), (1, 2, 3)):
        best = ops.max_pool2d(image[None, None].astype(float), size, stride=stride)[0, 0]
        mean = ops.avg_pool2d(image[None, None].astype(float), size, stride=stride)[0, 0]
        assert exact.pool(image.tolist(), size, stride, "max") == best.tolist()
        assert np.allclose(exact.pool(image.tolist(), size, stride, "average"), mean)


def test_pixels_are_used_four_six_nine_times():
    """With a 3×3 kernel and padding 1 a corner is used 4, an edge 6 and an inner pixel 9 times."""
    counts = np.array(rows("pixel-use"))[:, 1:]
    assert (counts[0, 0], counts[0, 3], counts[3, 3]) == (4, 6, 9)


@pytest.mark.parametrize(("kernel", "stride", "padding"), [(3, 1, 0), (3, 2, 1), (2, 3, 0), (5, 1, 2)])
def test_pixel_use_is_the_gradient_of_a_sum(kernel, stride, padding):
    """How often a pixel is used is the gradient of the sum of all outputs with a kernel of ones."""
    counts = np.array(rows("pixel-use", input=7, kernel=kernel, stride=stride, padding=padding))[:, 1:]
    x, w = np.ones((1, 1, 7, 7)), np.ones((1, 1, kernel, kernel))
    out = ops.conv2d(x, w, stride=stride, padding=padding)
    assert np.array_equal(
        ops.conv2d_backward(np.ones_like(out), x, w, stride=stride, padding=padding)[0][0, 0], counts
    )


def test_padding_modes_are_numpys():
    """The four ways to pad are NumPy's constant, edge, reflect and wrap."""
    for size, padding in ((5, 2), (3, 2), (8, 4)):
        shown = {name: text.split() for name, text in rows("padding-modes", input=size, padding=padding)}
        names = {"zeros": "constant", "replicate": "edge", "reflect": "reflect", "circular": "wrap"}
        for name, mode in names.items():
            expected = np.pad(np.arange(1, size + 1), padding, mode=mode)
            assert [int(value) for value in shown[name]] == expected.tolist()


def test_transposed_convolution_lays_kernels_down():
    """Output size is the rule's, and contributions are those of scattering kernels of ones."""
    cases = product((1, 2, 4), (1, 2, 3, 5), (1, 2, 3), (0, 1), (0, 1))
    for size, kernel, stride, padding, extra in cases:
        try:
            found = rows(
                "transposed-convolution",
                input=size,
                kernel=kernel,
                stride=stride,
                padding=padding,
                output_padding=extra,
            )
        except FigureError:
            assert extra >= stride or (size - 1) * stride + kernel - 2 * padding + extra < 1
            continue
        expected = rules.transposed_output_size(size, kernel, stride, padding, padding, output_padding=extra)
        assert len(found) == expected
        full = np.zeros((size - 1) * stride + kernel + extra, dtype=int)
        for at in range(size):
            full[at * stride : at * stride + kernel] += 1
        assert [row[1] for row in found] == full[padding : padding + len(found)].tolist()


def test_checkerboards_come_from_kernels_that_stride_does_not_divide():
    """Inside the row contributions are even exactly if the stride divides the kernel (Odena et al. 2016)."""
    for kernel, stride in product(range(1, 7), range(1, 5)):
        caption = figure("transposed-convolution", input=10, kernel=kernel, stride=stride, padding=0).caption
        assert ("checkerboard" in caption) == (kernel % stride != 0)


def test_pooling_is_the_published_example():
    """Max pooling of 1 1 2 4; 5 6 7 8; 3 2 1 0; 1 2 3 4 gives 6 8; 3 4, as in Stanford's CS231n."""
    assert [row[2] for row in rows("pooling")] == [6, 8, 3, 4]


@pytest.mark.parametrize(("size", "stride"), [(2, 2), (2, 1), (3, 1), (3, 2)])
@pytest.mark.parametrize("kind", ["max", "average"])
def test_pooling_gradient_is_that_of_ops(size, stride, kind):
    """The gradient drawn is the backward pass of `ops` for ones, with ties to the first maximum."""
    image = [[1, 7, 7, 2], [7, 7, 0, 2], [3, 3, 3, 3], [0, 1, 2, 9]]
    shown = np.array(rows("pooling-gradient", image=image, size=size, stride=stride, kind=kind))[:, 1:]
    x = np.array(image, dtype=float)[None, None]
    forward, backward = {
        "max": (ops.max_pool2d, ops.max_pool2d_backward),
        "average": (ops.avg_pool2d, ops.avg_pool2d_backward),
    }[kind]
    ones = np.ones_like(forward(x, size, stride=stride))
    assert np.allclose(shown, backward(ones, x, size, stride=stride)[0, 0])


def test_convolution_matrix_convolves():
    """The matrix times the image as a vector is the convolution, for every size that can be drawn."""
    for height, width, kernel in product(range(2, 6), range(2, 6), range(1, 4)):
        if kernel > min(height, width):
            continue
        image, weights = np.arange(1, height * width + 1), np.arange(1, kernel * kernel + 1) ** 2
        shape = (height - kernel + 1) * (width - kernel + 1), height * width
        entries = [
            [connectivity.weight_index(width, kernel, i, j) for j in range(shape[1])] for i in range(shape[0])
        ]
        dense = np.array([[0 if at is None else weights[at] for at in line] for line in entries])
        expected = signal.correlate2d(image.reshape(height, width), weights.reshape(kernel, kernel), "valid")
        assert np.array_equal(dense @ image, expected.ravel())


def test_im2col_columns_are_patches():
    """The columns drawn are the patches of the numbered image, in reading order."""
    windows = np.lib.stride_tricks.sliding_window_view(np.arange(20).reshape(4, 5), (3, 3))
    expected = [" ".join(map(str, patch.ravel())) for patch in windows.reshape(-1, 9)]
    assert [row[1] for row in rows("im2col", height=4, width=5, kernel=3)] == expected


def test_connections_are_counted_one_by_one():
    """7 inputs and 5 outputs have 35 dense, 15 local and 3 shared weights."""
    assert [row[1] for row in rows("connectivity")] == [7 * 5, 5 * 3, 3]


def test_flattening_moves_vertical_neighbors_a_row_apart():
    """Positions are NumPy's row-major index; horizontal neighbors stay 1 apart, vertical ones a row."""
    shown = {row[0]: row[1:] for row in rows("flattening", rows=6, columns=8, row=2, column=3)}
    index = np.arange(48).reshape(6, 8)
    assert shown == {
        "left": (index[2, 2], 1),
        "right": (index[2, 4], 1),
        "up": (index[1, 3], 8),
        "down": (index[3, 3], 8),
    }
    assert len(rows("flattening", row=0, column=0)) == 2


def test_permutations_are_permutations_and_pinned():
    """A permutation holds every place once; that of seed 1 is pinned for all releases."""
    assert sorted(flattening.permutation(64, 7)) == list(range(64))
    assert flattening.permutation(8, 1) == [2, 4, 1, 0, 5, 6, 7, 3]


def test_shifts_survive_a_stride_that_divides_them():
    """A strided convolution of a ring is equivariant exactly to shifts that the stride divides."""
    for stride, *found in rows("equivariance-by-stride", strides=6, shifts=10):
        assert found == [shift // stride if shift % stride == 0 else "≠" for shift in range(11)]


@pytest.mark.parametrize("of", ["input", "weight"])
def test_traced_paths_add_up_to_the_gradient(of):
    """The products on the traced lines add up to the gradient that `ops` computes."""
    rng = np.random.default_rng(5)
    for kernel, stride, padding in ((3, 1, 1), (2, 2, 0), (4, 3, 2)):
        x, w = rng.integers(-9, 9, 9), rng.integers(-9, 9, kernel)
        out = ops.conv1d(
            x[None, None].astype(float), w[None, None].astype(float), stride=stride, padding=padding
        )
        g = rng.integers(-9, 9, out.shape[-1])
        tensors = (array[None, None].astype(float) for array in (g, x, w))
        dx, dw, _ = ops.conv1d_backward(*tensors, stride=stride, padding=padding)
        for at in range(9 if of == "input" else kernel):
            paths = rows(
                "gradient-tracer", input=9, kernel=kernel, stride=stride, padding=padding, of=of, at=at
            )
            total = sum(g[i] * (w[a] if of == "input" else x[j]) for i, a, j in paths)
            assert total == (dx if of == "input" else dw)[0, 0, at]


def test_backpropagation_agrees_with_finite_differences():
    """Every gradient in the drawn example is the slope of the loss, by central differences."""
    x, w, b, t = map(np.array, (gradients.X, gradients.W, [gradients.B], gradients.T))

    def loss(x, w, b):
        z = np.correlate(x, w, "valid") + b
        return 0.5 * np.sum((np.maximum(z, 0) - t) ** 2)

    shown = {name: matrix(back.replace(",", " "))[0] for name, _, back in rows("backpropagation")}
    for name, at in (("x", 0), ("w", 1), ("b", 2)):
        values = [x.astype(float), w.astype(float), b.astype(float)]
        for index, slope in enumerate(shown[name]):
            sides = []
            for step in (1e-6, -1e-6):
                moved = [value.copy() for value in values]
                moved[at][index] += step
                sides.append(loss(*moved))
            assert (sides[0] - sides[1]) / 2e-6 == pytest.approx(slope, abs=1e-6)


def test_receptive_field_growth_follows_the_recurrence():
    """Counted connections agree with r = 1 + sum (k - 1) times the strides before (Araujo et al. 2019)."""
    for layers in (
        ((3, 1), (3, 1), (3, 1)),
        ((7, 2), (3, 2)),
        ((2, 2), (2, 2), (2, 2)),
        ((5, 1), (1, 1), (3, 2)),
    ):
        size, jump = 1, 1
        for kernel, stride in layers:
            size += (kernel - 1) * jump
            jump *= stride
        found = rows("receptive-field-growth", layers=layers)
        assert found[0][3] == size
        assert found[-1][4] == jump


def test_paths_are_powers_of_a_box():
    """The number of paths through n layers of width 3 is the n-fold convolution of 1 1 1."""
    power = np.array([1])
    for depth in range(1, 13):
        power = np.convolve(power, [1, 1, 1])
        assert receptive.path_counts(depth) == power.tolist()


def test_inception_modules_are_those_of_the_paper():
    """Each module gives the channels that the next one takes, and has the weights of the zoo's GoogLeNet."""
    table = list(blocks.INCEPTION.values())
    for before, after in pairwise(table):
        assert before[2] + before[4] + before[6] + before[7] == after[1]
    network = zoo.model("googlenet_paper")
    shapes = rules.shapes(network)
    for module in blocks.INCEPTION:
        nodes = [node for node in network.nodes if node.name.startswith(f"inception_{module}/")]
        total = sum(
            tensor.size
            for node in nodes
            for tensor in rules.weights(node.layer, *(shapes[name] for name in node.inputs)).values()
            if tensor.role == "weight"
        )
        assert sum(row[3] for row in rows("inception-block", module=module)) == total


def test_residual_blocks_are_those_of_resnet():
    """A basic block of 64 has 73,728 weights and a bottleneck of 64 has 69,632 (He et al. 2016, figure 5)."""
    assert rows("residual-block")[-1] == ("sum", 64 * 64 * 9 * 2)
    assert rows("residual-block", kind="bottleneck")[-1] == ("sum", 256 * 64 + 64 * 64 * 9 + 64 * 256)


def test_separable_share_is_the_papers():
    """Depthwise and pointwise together have 1/O + 1/k² of the weights (Howard et al. 2017, section 3.1)."""
    ordinary, depthwise, pointwise = (
        row[1] for row in rows("separable-block", inputs=32, outputs=64, kernel=3)
    )
    assert (depthwise + pointwise) / ordinary == pytest.approx(1 / 64 + 1 / 9)


def test_groups_must_divide_the_channels():
    """Groups that do not divide the channels are refused."""
    with pytest.raises(CnnMathError):
        figure("grouped-convolution", inputs=6, outputs=6, groups=4)


def test_cone_curves_peak_where_they_should():
    """Each cone's curve is highest, about 1, within 2 nm of its peak and falls on both sides."""
    for peak in vision.CONES.values():
        waves = np.arange(380, 721, 0.5)
        curve = np.array([vision.cone_template(wave, peak) for wave in waves])
        top = int(curve.argmax())
        assert abs(waves[top] - peak) <= 2
        assert curve[top] == pytest.approx(1, abs=0.005)
        assert np.all(np.diff(curve[:top]) > 0)
        assert np.all(np.diff(curve[top + 1 :]) < 0)


def test_luminous_efficiency_is_the_cies():
    """The fitted curve is within 0.05 of the CIE 1931 table of y: 0.038, 0.503, 1.000, 0.503, 0.107."""
    table = {450: 0.038, 510: 0.503, 555: 1.0, 610: 0.503, 650: 0.107}
    for wave, value in table.items():
        assert vision.luminous_efficiency(wave) == pytest.approx(value, abs=0.05)


def test_gray_weights_are_the_standards():
    """The luma weights are ITU-R BT.709's and BT.601's and add up to 1."""
    assert vision.LUMINANCE["709"] == (0.2126, 0.7152, 0.0722)
    for shares in vision.LUMINANCE.values():
        assert sum(shares) == pytest.approx(1)


def test_simple_cells_do_not_answer_to_even_light():
    """Gabor kernels of both phases add up to 0."""
    for angle, phase in product(vision.ANGLES, (0, 90)):
        assert vision.gabor(angle, phase).sum() == pytest.approx(0, abs=1e-12)


def test_gabor_kernels_answer_most_to_their_own_angle():
    """A grating of an angle excites the pair of that angle more than any other."""
    y, x = np.mgrid[:40, :40]
    for angle in vision.ANGLES:
        turned = np.deg2rad(angle)
        grating = np.cos(2 * np.pi * (x * np.cos(turned) + y * np.sin(turned)) / 5)
        answers = {other: vision._energy(grating, other).mean() for other in vision.ANGLES}
        assert max(answers, key=answers.get) == angle


def test_kernels_are_separable_exactly_if_their_rank_is_one():
    """Rank is NumPy's; of rank 1, column times row gives the kernel back."""
    for preset in PRESETS.values():
        assert rank(preset.rows) == np.linalg.matrix_rank(np.array(preset.rows))
        if rank(preset.rows) == 1:
            column, row = factors(preset.rows)
            assert np.array_equal(np.outer(column, row), preset.rows)


def test_presets_answer_as_they_say():
    """Sobel and Prewitt answer with + to a step from dark to bright along their axis; gains are as stated."""
    step = np.repeat([[0.0, 0.0, 1.0, 1.0, 1.0]], 5, axis=0)
    for name in ("sobel", "prewitt"):
        for axis, image in (("x", step), ("y", step.T)):
            answer = signal.correlate2d(image, PRESETS[f"{name}-{axis}"].rows, "valid")
            assert answer.max() > 0
            assert answer.min() >= 0
    assert {name for name, preset in PRESETS.items() if preset.gain == 1} == {
        "identity",
        "box",
        "gaussian",
        "sharpen",
        "emboss",
    }


def test_photos_are_means_of_blocks():
    """A reduced photo is the block mean of the middle square of the file that scikit-image ships."""
    from skimage import data

    whole = data.coffee()[:, 100:500]
    expected = np.rint(whole.reshape(100, 4, 100, 4, 3).mean(axis=(1, 3)))
    assert np.array_equal(photo("coffee", 100), expected)
    assert gray_photo("camera", 64).shape == (64, 64)


def test_digits_are_scikit_learns():
    """Sample and label are those that scikit-learn loads."""
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    for sample in (0, 777, 1796):
        assert digit_image(sample) == ([int(value) for value in images[sample]], labels[sample])


def test_missing_photos_say_what_to_install(monkeypatch):
    """Where the packages with photographs are missing, the error names the package to install."""
    monkeypatch.setattr("cnnmath.figures.photos.find_spec", lambda name: None)
    with pytest.raises(FigureError, match="pip install scikit-learn"):
        figure("permuted-digit", sample=11)


def test_trunk_of_alexnet_is_published():
    """AlexNet as torchvision has it goes 224, 55, 27, 13, 6 with 64, 192, 384, 256 maps."""
    shapes = [row[1] for row in rows("network-to-scale")]
    assert shapes == [
        "3 × 224 × 224",
        "64 × 55 × 55",
        "64 × 27 × 27",
        "192 × 27 × 27",
        "192 × 13 × 13",
        "384 × 13 × 13",
        "256 × 13 × 13",
        "256 × 6 × 6",
        "4096",
        "1000",
    ]


@pytest.mark.slow
@pytest.mark.parametrize("name", zoo.models())
def test_every_network_of_the_zoo_can_be_drawn(name):
    """A network's drawing begins with its input, ends with its output, and has 4 to 40 blocks."""
    network = zoo.model(name)
    shapes = rules.shapes(network)
    found = networks.trunk(network)
    assert found[0][1] == network.input_shape
    assert found[-1][1][0] == shapes[network.outputs[-1]][0]
    assert 4 <= len(found) <= 40
    assert all(len(label) <= 20 for label, _ in found)


@pytest.mark.parametrize("row", comparison.PUBLISHED, ids=lambda row: row.name)
def test_published_counts_are_ours(row):
    """Parameters and multiply-adds beside the published accuracies are those that our own networks have."""
    options = {"auxiliary": False} if "auxiliary" in zoo.entry(row.name).options else {}
    network = zoo.model(row.name, **options)
    assert measure.parameters(network) == row.parameters
    assert measure.macs(network) == row.macs


def test_receptive_fields_drawn_are_published():
    """VGG-16's last pooling sees 212 pixels, torchvision's ResNet-50 427 (Araujo et al. 2019)."""
    assert rows("receptive-field")[-1][1] == 212
    resnet = {row[0]: row[1] for row in rows("receptive-field", model="resnet50")}
    assert resnet["conv5_x"] == 427
    assert resnet["conv1"] == 7


def test_costs_drawn_add_up_to_the_whole_network():
    """Parameters and multiply-adds of the rows add up to the network's, by layer and by stage."""
    for name in ("alexnet", "vgg16", "resnet50", "mobilenet_v2"):
        found = rows("network-costs", model=name)
        network = zoo.model(name)
        assert sum(row[1] for row in found) == measure.parameters(network)
        assert sum(row[2] for row in found) == measure.macs(network)


def test_convolution_keeps_the_kernel_and_correlation_flips_it():
    """The results drawn are SciPy's correlation and true convolution of a single bright pixel."""
    kernel = np.array([[1, 2, 3], [4, 5, 6], [7, 8, 9]])
    impulse = np.zeros((5, 5), dtype=int)
    impulse[2, 2] = 1
    shown = {row[0]: matrix(row[2]) for row in rows("flipped-kernel")}
    assert np.array_equal(shown["correlation"], signal.correlate2d(impulse, kernel, "valid"))
    assert np.array_equal(shown["convolution"], signal.convolve2d(impulse, kernel, "valid"))
    assert np.array_equal(shown["convolution"], kernel)


def test_rows_of_a_cutout_stand_a_row_apart_in_the_vector():
    """Between a row of the cutout and the next, as many numbers stand in the vector as the caption says."""
    vector = list(gray_photo("camera", 84).ravel())
    shown = figure("photo-to-vector", row=12, column=36)
    first, second = (list(row[1:]) for row in shown.data.rows[:2])
    start = 12 * 84 + 36
    between = int(re.search(r"(\d+) other numbers", shown.caption)[1])
    assert vector[start : start + 6] == first
    assert vector[start + 6 + between : start + 12 + between] == second


def test_layouts_are_numpys_memory_orders():
    """Channels first is NumPy's C order of (C, H, W), channels last that of the transposed (H, W, C)."""
    index = np.arange(3 * 2 * 3).reshape(3, 2, 3)
    found = rows("tensor-layout")
    for name, array in (("NCHW", index), ("NHWC", index.transpose(1, 2, 0))):
        order = [index[c, i, j] for layout, _, c, i, j in found if layout == name]
        assert order == list(array.ravel())


def test_slopes_are_derivatives():
    """Each activation's slope is its derivative, by central differences away from ReLU's corner."""
    for shown in functions.ACTIVATIONS.values():
        for x in (-3.0, -0.5, 0.5, 3.0):
            slope = (shown.value(x + 1e-6) - shown.value(x - 1e-6)) / 2e-6
            assert shown.slope(x) == pytest.approx(slope, abs=1e-6)


def test_stacks_of_small_kernels_are_counted():
    """Three 3×3 layers have 27 C² weights, one 7×7 has 49 C² (Simonyan and Zisserman 2015, section 2.3)."""
    assert [row[1] for row in rows("stacked-kernels", layers=3, channels=10)] == [2700, 4900]


def test_dense_block_connects_everything():
    """A block of L layers has L (L + 1) / 2 connections (Huang et al. 2017) and grows by k each layer."""
    shown = figure("dense-block", layers=5, entering=10, growth=4)
    assert "15 in all" in shown.alt
    assert [row[1] for row in shown.data.rows] == [10, 14, 18, 22, 26]
