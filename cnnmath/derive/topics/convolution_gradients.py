"""The backward pass of a convolution, derived completely: by weights, input and bias."""

from __future__ import annotations

from sympy import Indexed, symbols

from cnnmath.derive.backward import MERGE, backward, named, own, pick, primed
from cnnmath.derive.calculus.definitions import Definition
from cnnmath.derive.calculus.nodes import Divides, Equal, Within, bracket, index, tensor, total
from cnnmath.derive.calculus.sheet import IndexSheet
from cnnmath.derive.calculus.slopes import Varying
from cnnmath.derive.checks.setting import Ranges, Setting
from cnnmath.derive.convolutions import Convolution, convolution
from cnnmath.derive.letters import F, b, c, f, g, i, j, k, l, m, n, o, p, s, u, v, w, x
from cnnmath.derive.model import Proof
from cnnmath.derive.quantities import quantities, quantity
from cnnmath.derive.registry import derives
from cnnmath.derive.sides import Side, label

ALL_VIEWS = ("simple", "standard", "general")


def _start(sheet: IndexSheet, conv: Convolution) -> None:
    where = "Cells outside the input count as zeros: this is what the last bracket says."
    if conv.view != "simple":
        where = "Cells outside the input count as zeros: this is what the brackets at the end say."
    sheet.start(
        named(conv.y.tensor, conv.y.indices),
        conv.y.body,
        f"The convolution: every output is a sum of products of weights and input cells. {where}",
    )


def _chain_rule(sheet: IndexSheet, conv: Convolution, element: Indexed, how: Varying) -> Side:
    """Write the chain rule; the element's own indices get a subscript in the sum over the outputs."""
    return backward(sheet, conv.y, element, primed(conv.outputs, *element.indices), how)


def _sift_positions(sheet: IndexSheet, conv: Convolution) -> None:
    cell = "m + p - d*u" if conv.view == "general" else "m + p - s*i"
    if conv.view == "general":
        because = (
            "Window $i$ covers cell $m$ with kernel cell $u$ when $s*i + d*u - p = m$. So $i$ is the "
            f"quotient of ${cell}$ by $s$, if the division leaves no remainder: only this term of the sum "
            "over $i$ is left."
        )
    else:
        because = (
            f"Window $i$ covers cell $m$ with kernel cell $u$ when $s*i + u - p = m$. So $u = {cell}$, if "
            "the kernel has such a cell: only this term of the sum over $u$ is left."
        )
    if conv.view == "standard":
        because += " The same holds on the second axis."
    names = {"simple": "u", "standard": "u v", "general": "i"}[conv.view]
    sheet.apply("sift", because, variables=symbols(names, seq=True))


def _own_indices(conv: Convolution) -> Ranges:
    sizes = dict((*conv.outputs, *conv.taps))
    return tuple((name, sizes[name]) for name in conv.weights)


@derives("conv-gradient-weights", "Gradient of a convolution by its weights", views=ALL_VIEWS)
def conv_gradient_weights(view: str) -> Proof:
    """Correlate the input with the output's gradient: every product that used the weight counts."""
    conv = convolution(view)
    mine = _own_indices(conv)
    sheet = conv.sheet(mine)
    _start(sheet, conv)
    left = _chain_rule(sheet, conv, w[conv.weights], Varying(fixed=(x, b)))
    sheet.apply("merge", MERGE)
    pick(
        sheet,
        *symbols(
            {"simple": "u_1", "standard": "f_1 c_1 u_1 v_1", "general": "t_1 f_1 c_1 u_1"}[view], seq=True
        ),
    )
    own(sheet, mine)
    return sheet.conclude_here(left)


@derives("conv-gradient-bias", "Gradient of a convolution by its bias", views=("standard", "general"))
def conv_gradient_bias(view: str) -> Proof:
    """Add up the output's gradient: the bias enters every output of its filter once."""
    conv = convolution(view)
    sizes = dict(conv.outputs)
    mine = tuple((name, sizes[name]) for name in conv.bias)
    sheet = conv.sheet(mine)
    _start(sheet, conv)
    left = _chain_rule(sheet, conv, b[conv.bias], Varying(fixed=(x, w)))
    pick(sheet, *symbols({"standard": "f_1", "general": "t_1 f_1"}[view], seq=True))
    own(sheet, mine)
    return sheet.conclude_here(left)


@derives("conv-gradient-input", "Gradient of a convolution by its input", views=ALL_VIEWS)
def conv_gradient_input(view: str) -> Proof:
    """Collect from every window that covers the cell, with the weight under which the cell lay."""
    conv = convolution(view)
    sheet = conv.sheet(conv.cells)
    _start(sheet, conv)
    left = _chain_rule(sheet, conv, x[tuple(name for name, _ in conv.cells)], Varying(fixed=(w, b)))
    sheet.apply("merge", MERGE)
    if view != "simple":
        pick(sheet, *symbols({"standard": "c_1", "general": "e_1 t_1 c_1"}[view], seq=True))
    _sift_positions(sheet, conv)
    own(sheet, conv.cells)
    return sheet.conclude_here(left)


@derives(
    "conv-gradient-input-flipped", "Gradient by the input as a convolution", views=("simple", "standard")
)
def conv_gradient_input_flipped(view: str) -> Proof:
    """Stretch the output's gradient with zeros, flip the kernel, and slide: the gradient is a convolution."""
    conv = convolution(view)
    a, d = index("a d")
    h = tensor("h")
    plane = view == "standard"
    stretched = bracket(Divides(s, a), Within(a / s, 0, o))
    if plane:
        stretched *= bracket(Divides(s, d), Within(d / s, 0, o))
        zeros = Definition(h, (f, a, d), g[f, a / s, d / s] * stretched)
    else:
        zeros = Definition(h, (a,), g[a / s] * stretched)
    extra = (
        quantity(
            "h",
            "gradient of the loss by the output, stretched with zeros",
            kind="tensor",
            unit="",
            least=None,
        ),
        quantity("a", "position in the stretched gradient", unit="", least=None),
        *(
            (quantity("d", "position in the stretched gradient on the second axis", unit="", least=None),)
            if plane
            else ()
        ),
    )
    sheet = conv.sheet(conv.cells, *extra, definitions=(zeros,))
    _start(sheet, conv)
    left = _chain_rule(sheet, conv, x[tuple(name for name, _ in conv.cells)], Varying(fixed=(w, b)))
    sheet.apply("merge", MERGE)
    if plane:
        pick(sheet, *symbols("c_1", seq=True))
    sheet.apply(
        "sift",
        "Window $i$ covers cell $m$ with kernel cell $u$ when $s*i + u - p = m$. This time solve for the "
        "window: $i$ is the quotient of $m + p - u$ by $s$, if the division leaves no remainder."
        + (" The same holds on the second axis." if plane else ""),
        variables=(i, j) if plane else (i,),
    )
    own(sheet, conv.cells)
    so_far = sheet.now
    place = label("h_{f, a, d}", "h[f, a, d]") if plane else label("h_a", "h[a]")
    sheet.start(
        place,
        zeros.body,
        "Stretch the gradient: put $s - 1$ zeros between neighbors, so that element $i$ lies at $s*i$, "
        "and zeros around it.",
    )
    sheet.resume(so_far)
    reach = h[f, m + p - u, l + p - v] if plane else h[m + p - u]
    sheet.apply(
        "fold",
        "The brackets say exactly where the stretched gradient is not zero.",
        definition=zeros,
        after=total(w[conv.weights] * reach, (f, F), (u, k), (v, k))
        if plane
        else total(w[u] * reach, (u, k)),
    )
    for name in (u, v) if plane else (u,):
        sheet.apply(
            "reindex",
            f"Go through the kernel from its other end: replace ${name}$ by $k - 1 - {name}$, which takes "
            "the same values.",
            variable=name,
            new=k - 1 - name,
        )
    return sheet.conclude_here(
        left,
        "a convolution of stride 1 of the stretched gradient with the flipped kernel, padding k - 1 - p",
    )


@derives("conv-matrix", "Convolution as a matrix, and its transpose", views=("simple",))
def conv_matrix(view: str) -> Proof:
    """Write the convolution as one matrix; the backward pass multiplies by its transpose."""
    conv = convolution(view)
    a = tensor("a")
    matrix = Definition(a, (i, m), w[m + p - s * i] * bracket(Within(m + p - s * i, 0, k)))
    letters = (quantity("a", "matrix of the convolution", kind="tensor", unit=""),)
    sheet = conv.sheet(((i, o),), *letters, definitions=(matrix,))
    _start(sheet, conv)
    picked = total(w[u] * x[m] * bracket(Equal(m, s * i + u - p)), (m, n), (u, k))
    sheet.apply(
        "introduce",
        "Let $m$ run over all input cells and pick the one that is meant with a bracket. The sum over $m$ "
        "is 0 when there is no such cell.",
        after=picked,
        variable=m,
    )
    sheet.apply(
        "sift",
        "For given $i$ and $m$ only the kernel cell $u = m + p - s*i$ is left, if there is one.",
        variables=(u,),
    )
    product = sheet.now
    sheet.start(
        label("a_{i, m}", "a[i, m]"),
        matrix.body,
        "Call the factor of $x[m]$ the matrix: row $i$ holds the kernel, shifted by $s$ cells from row to "
        "row, and zeros elsewhere.",
    )
    sheet.resume(product)
    sheet.apply(
        "fold",
        "So the convolution is a matrix times the input.",
        definition=matrix,
        after=total(a[i, m] * x[m], (m, n)),
    )
    as_matrix = Definition(conv.y.tensor, (i,), sheet.now)
    sheet.free, sheet.definitions = ((m, n),), (as_matrix, matrix)
    left = backward(sheet, as_matrix, x[m], conv.outputs, Varying(fixed=(a,)))
    sheet.apply("merge", MERGE)
    pick(sheet, *symbols("m_1", seq=True))
    own(sheet, ((m, n),))
    return sheet.conclude_here(left, "a sum over the first index: the transposed matrix times g")


@derives("conv-adjoint", "The backward pass is the adjoint", views=("simple",))
def conv_adjoint(view: str) -> Proof:
    """Show <C x, g> = <x, C' g>: the identity by which a backward pass is tested without derivatives."""
    conv = convolution(view)
    sheet = conv.sheet(())
    _start(sheet, conv)
    sheet.start(
        label(r"\langle C x, g \rangle", "<C x, g>"),
        total(g[i] * conv.y.tensor[i], (i, o)),
        "The inner product of the output with any $g$ of the same size.",
    )
    product = sheet.lines[-1].left
    sheet.apply("unfold", "Put in the convolution.", definition=conv.y)
    sheet.apply("merge", MERGE)
    sheet.apply(
        "introduce",
        "Let $m$ run over all input cells and pick the one that is meant with a bracket.",
        after=total(g[i] * w[u] * x[m] * bracket(Equal(m, s * i + u - p)), (i, o), (u, k), (m, n)),
        variable=m,
    )
    sheet.apply(
        "sift",
        "For given $i$ and $m$ only the kernel cell $u = m + p - s*i$ is left, if there is one.",
        variables=(u,),
    )
    inside = total(g[i] * w[m + p - s * i] * bracket(Within(m + p - s * i, 0, k)), (i, o))
    sheet.apply(
        "algebra",
        "Sum over $m$ last and take $x[m]$ out of the inner sum. The inner sum is the gradient by the "
        "input, which is what the backward pass computes from $g$.",
        after=total(x[m] * inside, (m, n)),
    )
    return sheet.conclude_here(product, "for all x and g: the inner product of x with the backward pass of g")


@derives("conv-im2col", "Convolution as one matrix product (im2col)", views=("simple", "standard"))
def conv_im2col(view: str) -> Proof:
    """Copy every window into a row of a table; then forward and both gradients are matrix products."""
    conv = convolution(view)
    plane = view == "standard"
    q = tensor("q")
    windows, taps = ((i, j), (c, u, v)) if plane else ((i,), (u,))
    table = Definition(q, (*windows, *taps), x[conv.inputs] * conv.padding)
    letters = (
        quantity("q", "table of patches: one row per window, one column per kernel cell", kind="tensor"),
    )
    sheet = conv.sheet(tuple((name, size) for name, size in conv.outputs), *letters, definitions=(table,))
    sheet.start(
        named(q, (*windows, *taps)),
        table.body,
        "Copy the cells under every window into a row of a table (im2col). Cells outside the input are "
        "zeros.",
    )
    _start(sheet, conv)
    row = q[(*windows, *taps)]
    folded = total(w[conv.weights] * row, *conv.taps) + (b[f] if plane else 0)
    sheet.apply(
        "fold",
        "With the table, every output is a row times the weights: the convolution is one matrix product.",
        definition=table,
        after=folded,
    )
    by_table = Definition(conv.y.tensor, conv.y.indices, sheet.now)
    mine = _own_indices(conv)
    sheet.free, sheet.definitions = mine, (by_table, table)
    left = backward(sheet, by_table, w[conv.weights], primed(conv.outputs, f), Varying(fixed=(q, b)))
    sheet.apply("merge", MERGE)
    pick(sheet, *symbols("f_1 c_1 u_1 v_1" if plane else "u_1", seq=True))
    own(sheet, mine)
    return sheet.conclude_here(left, "the transposed table times g: again one matrix product")


@derives("transposed-conv", "Transposed convolution: scatter and gather", views=("simple",))
def transposed_conv(view: str) -> Proof:
    """Stamp the kernel for every input cell, or collect for every output cell: the same sums."""
    del view  # there is one
    letters = (
        *quantities("n k s p u m x w"),
        quantity("o", "output size of the transposed convolution"),
        quantity("i", "position in the input, counted from 0"),
        quantity("z", "output of the transposed convolution", kind="tensor"),
    )
    setting = Setting.of(
        "n 1..4, k 1..3, s 1..2, p 0..1", ("s*(n - 1) + k - 2p >= 1",), {"o": "s*(n - 1) + k - 2p"}
    )
    sheet = IndexSheet(letters, setting=setting, free=((m, o),))
    left = label("z_m", "z[m]")
    sheet.start(
        left,
        total(x[i] * w[u] * bracket(Equal(s * i + u - p, m)), (i, n), (u, k)),
        "Scatter: input cell $i$ adds $x[i]*w[u]$ to output cell $s*i + u - p$. So output cell $m$ is the "
        "sum of all products that land on it.",
    )
    scattered = sheet.now
    sheet.apply(
        "sift",
        "Gather by kernel cells: for given $u$ only the input cell $i$ with $s*i = m + p - u$ lands on "
        "$m$, if there is one.",
        variables=(i,),
    )
    sheet.resume(scattered)
    sheet.apply(
        "sift",
        "Or gather by input cells: for given $i$ only the kernel cell $u = m + p - s*i$ lands on $m$, if "
        "there is one. This is the gradient of a convolution by its input, with $x$ in the place of the "
        "output's gradient: hence the name.",
        variables=(u,),
    )
    return sheet.conclude_here(left)
