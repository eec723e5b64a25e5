"""What convolution is like: shifts, flips, orders, products of polynomials, separable kernels, the DFT."""

from __future__ import annotations

from sympy import Expr, IndexedBase, Symbol

from cnnmath.derive.backward import named
from cnnmath.derive.calculus.definitions import Definition
from cnnmath.derive.calculus.nodes import Within, bracket, index, largest, tensor, total
from cnnmath.derive.calculus.sheet import IndexSheet
from cnnmath.derive.checks.setting import Ranges, Setting
from cnnmath.derive.letters import N, a, b, f, h, i, j, k, m, n, o, p, q, s, t, u, v, w, x, y
from cnnmath.derive.model import Proof
from cnnmath.derive.quantities import Quantity, quantities, quantity
from cnnmath.derive.registry import derives
from cnnmath.derive.sides import label

SHIFT = quantity("t", "shift: how many cells the input moves", unit="cells", least=0)
SHIFTED = quantity("h", "shifted input", kind="tensor", unit="", least=None)
ENDLESS = "the input goes on for ever in both directions (with zeros, for example), so there is no border"
MOVED = "The input moves by $t$ cells: what was at $m$ is now at $m + t$."


def _shifted_input(shift: object) -> Definition:
    return Definition(h, (m,), x[m - shift])


@derives("translation-equivariance", "Convolution is translation equivariant", views=("simple", "standard"))
def translation_equivariance(view: str) -> Proof:
    """Shift the input, and the output shifts by as much: re-index the sum."""
    if view == "simple":
        forward, moved = Definition(y, (i,), total(w[u] * x[i + u], (u, k))), _shifted_input(t)
        output, read = y[i - t], total(w[u] * h[i + u], (u, k))
        free: Ranges = ((i, o),)
        letters = quantities("k o x w y i m u")
    else:
        shifts = (t, index("r"))
        forward = Definition(y, (f, i, j), total(w[f, index("c"), u, v] * x[index("c"), i + u, j + v],
                             (index("c"), index("C")), (u, k), (v, k)))  # fmt: skip
        moved = Definition(
            h, (index("c"), m, index("l")), x[index("c"), m - shifts[0], index("l") - shifts[1]]
        )
        output = y[f, i - shifts[0], j - shifts[1]]
        read = total(
            w[f, index("c"), u, v] * h[index("c"), i + u, j + v], (index("c"), index("C")), (u, k), (v, k)
        )
        free = ((f, index("F")), (i, o), (j, o))
        letters = (
            *quantities("k o C F x w y c f i j m l u v"),
            quantity("r", "shift on the second axis", least=0),
        )
    sheet = IndexSheet(
        (*letters, SHIFT, SHIFTED),
        assumed=(ENDLESS,),
        setting=Setting.of(
            "k 1..3, o 1..3, t 0..3" if view == "simple" else "k 1..2, o 1..2, t 0..2, r 0..1, C 1..2, F 1..1"
        ),
        free=free,
        definitions=(forward, moved),
    )
    sheet.start(named(y, forward.indices), forward.body, "The convolution with stride 1.")
    sheet.start(named(h, moved.indices), moved.body, MOVED)
    sheet.start(
        label(r"\text{output for the shifted input}", "output for the shifted input"),
        read,
        "The same weights slide over the shifted input.",
    )
    name = sheet.lines[-1].left
    sheet.apply("unfold", "Put in where the cells came from.", definition=moved)
    sheet.apply(
        "fold",
        "This is the convolution of the input itself, read $t$ cells earlier: the output has moved by as "
        "much.",
        definition=forward,
        after=output,
    )
    return sheet.conclude_here(name)


@derives("equivariance-stride", "What a stride does to shifts", views=("simple",))
def equivariance_stride(view: str) -> Proof:
    """Show that a strided layer follows shifts by multiples of its stride, and no others."""
    del view  # there is one
    forward, moved = Definition(y, (i,), total(w[u] * x[s * i + u], (u, k))), _shifted_input(s * t)
    sheet = IndexSheet(
        (*quantities("k s o x w y i m u"), quantity("t", "shift, in strides", least=0), SHIFTED),
        assumed=(ENDLESS,),
        setting=Setting.of("k 1..3, s 1..3, o 1..2, t 0..2"),
        free=((i, o),),
        definitions=(forward, moved),
    )
    sheet.start(named(y, (i,)), forward.body, "A convolution with stride $s$.")
    sheet.start(named(h, (m,)), moved.body, "The input moves by $s*t$ cells, a multiple of the stride.")
    sheet.start(
        label(r"\text{output for the shifted input}", "output for the shifted input"),
        total(w[u] * h[s * i + u], (u, k)),
        "The same weights slide over the shifted input.",
    )
    name = sheet.lines[-1].left
    sheet.apply("unfold", "Put in where the cells came from.", definition=moved)
    sheet.apply("fold", "This is the output, moved by $t$.", definition=forward, after=y[i - t])
    result = sheet.now
    sheet.step(
        "(s*i - t) mod s",
        "=",
        "(-t) mod s",
        rule="other shifts",
        because="A shift by $t$ cells makes window $i$ read from $s*i - t$ on. What remains after "
        "division by the stride is the same for all windows, and 0 only when $t$ is a multiple of "
        "$s$: other shifts read together cells that no window read together before.",
    )
    sheet.resume(result)
    return sheet.conclude_here(name, "shifts by s t cells; other shifts have no such equation")


@derives("equivariance-padding", "What padding does to shifts", views=("simple",))
def equivariance_padding(view: str) -> Proof:
    """Show that the output follows a shift except where a window sees the border."""
    del view  # there is one
    place = i + u - p
    forward = Definition(y, (i,), total(w[u] * x[place] * bracket(Within(place, 0, n)), (u, k)))
    moved = Definition(h, (m,), x[m - t] * bracket(Within(m - t, 0, n)))
    sheet = IndexSheet(
        (*quantities("n k p o x w y i m u"), SHIFT, SHIFTED),
        setting=Setting.of("n 1..4, k 1..3, p 0..1, t 0..2", ("n + 2p >= k",), {"o": "n + 2p - k + 1"}),
        free=((i, o),),
        definitions=(forward, moved),
    )
    sheet.start(named(y, (i,)), forward.body, "A convolution with stride 1; the bracket makes padding zero.")
    sheet.start(
        named(h, (m,)),
        moved.body,
        "The input moves by $t$ cells; zeros come in, and the last cells are lost.",
    )
    sheet.start(
        label(r"\text{output for the shifted input}", "output for the shifted input"),
        total(w[u] * h[place] * bracket(Within(place, 0, n)), (u, k)),
        "The same weights slide over the shifted input.",
    )
    name = sheet.lines[-1].left
    sheet.apply("unfold", "Put in where the cells came from.", definition=moved)
    lost = total(
        w[u] * x[place - t] * bracket(Within(place - t, 0, n)) * (1 - bracket(Within(place, 0, n))), (u, k)
    )
    sheet.apply(
        "algebra",
        "Without the last bracket this is the output moved by $t$. So the two differ by the products "
        "whose cells were read before, $0 <= i + u - p - t < n$, but have left the image now: windows "
        "that see the border.",
        after=total(w[u] * x[place - t] * bracket(Within(place - t, 0, n)), (u, k)) - lost,
    )
    sheet.apply(
        "fold",
        "The first sum is the output at $i - t$; the second one is 0 for windows that see no cell that "
        "was lost.",
        definition=forward,
        after=y[i - t] - lost,
    )
    return sheet.conclude_here(name)


@derives("pooling-shift", "What pooling does to shifts", views=("simple",))
def pooling_shift(view: str) -> Proof:
    """Show that max pooling, too, follows shifts by multiples of its stride."""
    del view  # there is one
    forward, moved = Definition(y, (i,), largest(x[s * i + u], u, k)), _shifted_input(s * t)
    sheet = IndexSheet(
        (*quantities("k s o x y i m u"), quantity("t", "shift, in strides", least=0), SHIFTED),
        assumed=(ENDLESS,),
        setting=Setting.of("k 1..3, s 1..3, o 1..2, t 0..2"),
        free=((i, o),),
        definitions=(forward, moved),
    )
    sheet.start(named(y, (i,)), forward.body, "Max pooling: the largest cell of every window.")
    sheet.start(named(h, (m,)), moved.body, "The input moves by $s*t$ cells, a multiple of the stride.")
    sheet.start(
        label(r"\text{output for the shifted input}", "output for the shifted input"),
        largest(h[s * i + u], u, k),
        "The same windows of the shifted input.",
    )
    name = sheet.lines[-1].left
    sheet.apply("unfold", "Put in where the cells came from.", definition=moved)
    sheet.apply(
        "fold",
        "The same cells are compared as before, $t$ windows earlier. Between multiples of the stride the "
        "output changes only where the largest cell of a window changes: this is all the invariance there "
        "is.",
        definition=forward,
        after=y[i - t],
    )
    return sheet.conclude_here(name, "shifts by s t cells")


@derives("global-pooling-invariance", "Global pooling does not see shifts", views=("simple",))
def global_pooling_invariance(view: str) -> Proof:
    """Add up all cells: a shift on a ring changes nothing."""
    del view  # there is one
    moved = _shifted_input(t)
    sheet = IndexSheet(
        (
            *quantities("x m"),
            quantity("n", "cells of the ring"),
            quantity("i", "position, counted from 0"),
            SHIFT,
            SHIFTED,
        ),
        assumed=("the input is a ring: after the last cell comes the first one",),
        setting=Setting.of("n 1..6, t 0..5", rings="x", period="n"),
        definitions=(moved,),
    )
    sheet.start(
        label(r"\text{sum}", "sum"),
        total(x[i], (i, n)),
        "Global pooling adds up all cells (and divides by their number).",
    )
    sheet.start(named(h, (m,)), moved.body, MOVED)
    sheet.start(
        label(r"\text{sum after the shift}", "sum after the shift"),
        total(h[i], (i, n)),
        "The same for the shifted input.",
    )
    name = sheet.lines[-1].left
    sheet.apply("unfold", "Put in where the cells came from.", definition=moved)
    sheet.apply(
        "turn",
        "Begin to add up $t$ cells later: on a ring, all cells are met all the same.",
        variable=i,
        shift=t,
        period=n,
        periodic=(x,),
        root=Symbol("omega"),
    )
    return sheet.conclude_here(name, "the sum of the cells themselves: it has not changed")


# ---------------------------------------------------------------- the algebra of convolution


def _true_convolution(kernel: IndexedBase, signal: IndexedBase, size: Expr) -> Expr:
    return total(kernel[u] * signal[i - u], (u, size))


@derives("correlation-and-convolution", "Correlation against convolution", views=("simple",))
def correlation_and_convolution(view: str) -> Proof:
    """Flip the kernel: what frameworks call convolution is correlation."""
    del view  # there is one
    flipped = Definition(h, (u,), w[k - 1 - u])
    sheet = IndexSheet(
        (*quantities("k o x w y i u"), quantity("h", "flipped kernel", kind="tensor", unit="", least=None)),
        assumed=(ENDLESS,),
        setting=Setting.of("k 1..4, o 1..3"),
        free=((i, o),),
        definitions=(flipped,),
    )
    sheet.start(
        label(r"(w * x)_i", "(w * x)[i]"),
        _true_convolution(w, x, k),
        "Convolution, as in mathematics: the kernel runs forward, the input backward.",
    )
    name = sheet.lines[-1].left
    sheet.apply(
        "reindex",
        "Go through the kernel from its other end: replace $u$ by $k - 1 - u$, which takes the same values.",
        variable=u,
        new=k - 1 - u,
    )
    so_far = sheet.now
    sheet.start(named(h, (u,)), flipped.body, "Call the kernel, read from its other end, the flipped kernel.")
    sheet.resume(so_far)
    sheet.apply(
        "fold",
        "Now both run forward: this is the correlation with the flipped kernel, as frameworks compute it, "
        "read $k - 1$ cells earlier. Learned kernels do not care which way round they are learned.",
        definition=flipped,
        after=total(h[u] * x[i - (k - 1) + u], (u, k)),
    )
    return sheet.conclude_here(name)


@derives("convolution-commutes", "Convolution is commutative", views=("simple",))
def convolution_commutes(view: str) -> Proof:
    """Swap the roles of kernel and input."""
    del view  # there is one
    inside = bracket(Within(i - u, 0, n))
    sheet = IndexSheet(
        quantities("n k x w i u"),
        setting=Setting.of("n 1..4, k 1..3", derived={"o": "n + k - 1"}),
        free=((i, o),),
    )
    sheet.start(
        label(r"(w * x)_i", "(w * x)[i]"),
        total(w[u] * x[i - u] * inside, (u, k)),
        "Convolution of a kernel of $k$ and an input of $n$ cells; outside there is nothing.",
    )
    name = sheet.lines[-1].left
    sheet.apply(
        "reindex",
        "Sum over the input's cell instead of the kernel's: replace $u$ by $i - u$. The bracket and the "
        "range of the sum change places.",
        variable=u,
        new=i - u,
    )
    sheet.apply(
        "algebra",
        "Write the range of the input as the range of the sum: this is the convolution of $x$ and $w$. "
        "With correlation this fails: its order matters.",
        after=total(x[u] * w[i - u] * bracket(Within(i - u, 0, k)), (u, n)),
    )
    return sheet.conclude_here(name, "the same sum with w and x exchanged: w * x = x * w")


@derives("convolution-associates", "Two convolutions in a row are one", views=("simple",))
def convolution_associates(view: str) -> Proof:
    """Convolve the kernels first: the result is the same, so two linear layers are one."""
    del view  # there is one
    inner = Definition(y, (i,), total(b[v] * x[i - v], (v, n)))
    kernel = Definition(h, (v,), total(a[u] * b[v - u] * bracket(Within(v - u, 0, n)), (u, k)))
    letters = (
        quantity("k", "size of the first kernel"),
        quantity("n", "size of the second kernel"),
        quantity("a", "first kernel", kind="tensor", unit="", least=None),
        quantity("b", "second kernel", kind="tensor"),
        quantity("h", "convolution of the kernels", kind="tensor", unit="", least=None),
        *quantities("x y i u v"),
    )
    sheet = IndexSheet(
        letters,
        assumed=(ENDLESS,),
        setting=Setting.of("n 1..3, k 1..3, o 1..2"),
        free=((i, o),),
        definitions=(inner, kernel),
    )
    sheet.start(named(y, (i,)), inner.body, "First convolve the input with $b$.")
    sheet.start(
        label(r"(a * (b * x))_i", "(a * (b * x))[i]"), _true_convolution(a, y, k), "Then convolve with $a$."
    )
    name = sheet.lines[-1].left
    sheet.apply("unfold", "Put the first convolution in.", definition=inner)
    sheet.apply("merge", "Move the factors into the inner sum.")
    sheet.apply(
        "reindex",
        "Sum over the distance in all: replace $v$ by $v - u$, so that $v$ is now how far back the input "
        "is read.",
        variable=v,
        new=v - u,
    )
    inside = bracket(Within(v - u, 0, n))
    sheet.apply(
        "ranges",
        "Let $v$ run over all values for which there can be a $u$: from 0 to $n + k - 2$.",
        after=total(a[u] * b[v - u] * x[i - v] * inside, (v, n + k - 1), (u, k)),
    )
    so_far = sheet.now
    sheet.start(
        named(h, (v,)), kernel.body, "Convolve the two kernels: the new kernel has $n + k - 1$ cells."
    )
    sheet.resume(so_far)
    sheet.apply(
        "fold",
        "This is the input convolved with the new kernel: two layers without a non-linearity between them "
        "are one.",
        definition=kernel,
        after=total(h[v] * x[i - v], (v, n + k - 1)),
    )
    return sheet.conclude_here(name)


@derives("polynomial-product", "Convolution multiplies polynomials", views=("simple",))
def polynomial_product(view: str) -> Proof:
    """Multiply two polynomials: the coefficients of the product are a convolution."""
    del view  # there is one
    variable = index("z")
    coefficient = Definition(y, (i,), total(a[u] * b[i - u] * bracket(Within(i - u, 0, n)), (u, k)))
    letters = (
        quantity("k", "coefficients of the first polynomial"),
        quantity("n", "coefficients of the second polynomial"),
        quantity("a", "coefficients of the first polynomial", kind="tensor", unit="", least=None),
        quantity("b", "coefficients of the second polynomial", kind="tensor"),
        quantity("y", "coefficients of the product", kind="tensor"),
        Quantity("z", "the variable of the polynomials", kind="real"),
        quantity("i", "number of a coefficient, counted from 0"),
        quantity("u", "number of a coefficient, counted from 0"),
        quantity("v", "number of a coefficient, counted from 0"),
    )
    sheet = IndexSheet(letters, setting=Setting.of("n 1..3, k 1..3, z 1..3"), definitions=(coefficient,))
    sheet.start(
        label("A(z) B(z)", "A(z)*B(z)"),
        total(a[u] * variable**u, (u, k)) * total(b[v] * variable**v, (v, n)),
        "The product of two polynomials.",
    )
    name = sheet.lines[-1].left
    sheet.apply("merge", "Multiply every term by every term.")
    sheet.apply(
        "reindex",
        "Collect by the power: replace $v$ by $v - u$, so that $v$ is now the power of $z$.",
        variable=v,
        new=v - u,
    )
    inside = bracket(Within(v - u, 0, n))
    sheet.apply(
        "ranges",
        "Let $v$ run over all values for which there can be a $u$: from 0 to $n + k - 2$.",
        after=total(a[u] * b[v - u] * variable**v * inside, (v, n + k - 1), (u, k)),
    )
    so_far = sheet.now
    sheet.start(named(y, (i,)), coefficient.body, "The convolution of the coefficients.")
    sheet.resume(so_far)
    sheet.apply(
        "fold",
        "The coefficients of the product are the convolution of the coefficients. So convolving commutes and "
        "associates because multiplying polynomials does.",
        definition=coefficient,
        after=total(y[v] * variable**v, (v, n + k - 1)),
    )
    return sheet.conclude_here(name)


@derives("separable-kernel", "Separable kernels", views=("simple", "standard"))
def separable_kernel(view: str) -> Proof:
    """Split a kernel of rank one into a column and a row, and any kernel into a few of them."""
    rank = view == "standard"
    c_number = index("c")
    kernel = Definition(
        w, (u, v), total(a[c_number, u] * b[c_number, v], (c_number, index("R"))) if rank else a[u] * b[v]
    )  # fmt: skip
    letters = (
        *quantities("k o x i j u v"),
        quantity("w", "kernel", kind="tensor"),
        quantity(
            "a", "column" + ("s" if rank else "") + " of the kernel", kind="tensor", unit="", least=None
        ),
        quantity("b", "row" + ("s" if rank else "") + " of the kernel", kind="tensor"),
        *(
            (
                quantity("R", "rank: how many products are added up", least=1),
                quantity("c", "number of a product, counted from 0"),
            )
            if rank
            else ()
        ),
    )
    sheet = IndexSheet(
        letters,
        setting=Setting.of("k 1..2, o 1..2, R 1..2" if rank else "k 1..3, o 1..2"),
        free=((i, o), (j, o)),
        definitions=(kernel,),
    )
    sheet.start(
        named(w, (u, v)),
        kernel.body,
        "A kernel of rank $R$ is a sum of $R$ products of a column and a row; every matrix is, with its "
        "rank as $R$."
        if rank
        else "The kernel is a column times a row: every row is a multiple of the same row.",
    )
    sheet.start(
        named(y, (i, j)),
        total(w[u, v] * x[i + u, j + v], (u, k), (v, k)),
        "The convolution takes $k^2$ products per output.",
    )
    name = sheet.lines[-1].left
    sheet.apply("unfold", "Put the kernel in.", definition=kernel)
    if rank:
        sheet.apply("merge", "Move the cell into the inner sum.")
        inner = total(b[c_number, v] * x[i + u, j + v], (v, k))
        after = total(total(a[c_number, u] * inner, (u, k)), (c_number, index("R")))
    else:
        after = total(a[u] * total(b[v] * x[i + u, j + v], (v, k)), (u, k))
    sheet.apply(
        "algebra",
        "Take out of the inner sum what does not depend on $v$: first convolve all rows with the row, "
        "then the result with the column" + (", and add up over the products." if rank else "."),
        after=after,
    )
    result = sheet.now
    saved = "R*2k/k^2" if rank else "2k/k^2"
    sheet.step(
        saved,
        "=",
        "2R/k" if rank else "2/k",
        rule="count",
        because="The two passes take $2k$ products per output"
        + (" for each of the $R$ products" if rank else "")
        + " in place of $k^2$.",
    )
    sheet.resume(result)
    return sheet.conclude_here(name)


@derives("circular-convolution-dft", "Circular convolution and the DFT", views=("simple",))
def circular_convolution_dft(view: str) -> Proof:
    """Transform, multiply, transform back: the DFT turns circular convolution into products."""
    del view  # there is one
    root, spectrum = index("omega"), tensor("p")
    circular = Definition(y, (i,), total(w[u] * x[i - u], (u, N)))
    spectra = tuple(
        Definition(one, (f,), total(other[i] * root ** (f * i), (i, N)))
        for one, other in ((spectrum, w), (q, x))
    )
    letters = (
        quantity("N", "cells of the ring", unit="cells"),
        Quantity("omega", "an N-th root of 1, so that omega^N = 1", kind="root of 1"),
        quantity("x", "input, on the ring", kind="tensor"),
        quantity("w", "kernel, on the ring", kind="tensor"),
        quantity("y", "circular convolution of both", kind="tensor"),
        quantity("p", "transform of the kernel", kind="tensor", unit="", least=None),
        quantity("q", "transform of the input", kind="tensor", unit="", least=None),
        quantity("f", "number of a frequency, counted from 0"),
        quantity("i", "position on the ring, counted from 0"),
        quantity("u", "position on the ring, counted from 0"),
    )
    sheet = IndexSheet(
        letters,
        assumed=("positions count around the ring: $x[i + N] = x[i]$",),
        setting=Setting.of("N 1..7", ("(2^61 - 2) mod N = 0",), rings="x w", period="N", root="omega"),
        free=((f, N),),
        definitions=(circular, *spectra),
    )
    sheet.start(named(y, (i,)), circular.body, "Circular convolution: a convolution on a ring of $N$ cells.")
    for definition, what in zip(spectra, ("kernel", "input"), strict=True):
        sheet.start(
            named(definition.tensor, (f,)),
            definition.body,
            f"The discrete Fourier transform (DFT) of the {what}.",
        )
    sheet.start(
        label(r"\text{transform of } y", "transform of y"),
        total(y[i] * root ** (f * i), (i, N)),
        "The transform of the convolution.",
    )
    name = sheet.lines[-1].left
    sheet.apply("unfold", "Put the convolution in.", definition=circular)
    sheet.apply("merge", "Move the factors into the inner sum.")
    sheet.apply(
        "turn",
        "Begin to add up $u$ cells later: replace $i$ by $i + u$. Around the ring all cells are met all "
        "the same, and the powers of the root repeat after $N$ as well.",
        variable=i,
        shift=u,
        period=N,
        periodic=(x,),
        root=root,
    )
    product = total(w[u] * root ** (f * u), (u, N)) * total(x[i] * root ** (f * i), (i, N))
    sheet.apply(
        "algebra", "The power of a sum is a product of powers, so the two sums come apart.", after=product
    )
    sheet.apply("fold", "The first one is the transform of the kernel.", definition=spectra[0],
                after=spectrum[f] * total(x[i] * root ** (f * i), (i, N)))  # fmt: skip
    sheet.apply("fold", "The other one is the transform of the input: convolving is multiplying frequency by "
                "frequency.", definition=spectra[1], after=spectrum[f] * q[f])  # fmt: skip
    return sheet.conclude_here(name)
