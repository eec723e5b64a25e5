"""The letters of the index derivations as symbols and tensors, so that every topic means the same ones."""

from __future__ import annotations

from cnnmath.derive.calculus.nodes import index, tensor

i, j, u, v, m, l = index("i j u v m l")  # noqa: E741  (row m and column l of a cell)
c, f, t, e = index("c f t e")
n, k, s, p, d, o = index("n k s p d o")
B, C, F, G, N = index("B C F G N")
w, x, b, g, y = tensor("w x b g y")
a, h, q, r, z = tensor("a h q r z")
