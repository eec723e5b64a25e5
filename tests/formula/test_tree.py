"""Taking formulas apart and changing them: paths, rewriting, substitution."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cnnmath.formula import parse
from cnnmath.formula.tree import (
    Binary,
    Call,
    Index,
    Name,
    Negate,
    Number,
    children,
    node_at,
    replace_at,
    walk,
    with_children,
)

SIZE = parse("floor((n + 2p - k)/s) + 1")


def test_every_path_leads_to_its_node():
    """Walking yields each node with the path that finds it again; spans are those of the text."""
    for path, node in SIZE.walk():
        assert node_at(SIZE.root, path) is node
    texts = [SIZE.text[slice(*node.span)] for _, node in SIZE.walk()]
    assert texts[:4] == [SIZE.text, "floor((n + 2p - k)/s)", "(n + 2p - k)/s", "(n + 2p - k)"]


def test_replacing_a_node_by_itself_changes_nothing():
    """Taking any node apart and putting it together gives the same tree."""
    formula = parse("-x[i, 2] + sum(min(i, k)^2, i, 0, [n < 3 <= k]) // 2")
    for path, node in formula.walk():
        assert with_children(node, children(node)) == node
        assert formula.replace(path, node) == formula


def test_mistakes_are_small_changes():
    """The usual mistakes in a formula are one rewriting or one replacement each."""
    sizes = {Call: "ceil((n + 2p - k)/s) + 1"}
    ceiling = SIZE.rewrite(lambda node: replace(node, function="ceil") if isinstance(node, Call) else node)
    assert ceiling.text == sizes[Call]
    swapped = SIZE.substitute(s=Name("p"), p=Name("s"))
    assert swapped.text == "floor((n + 2s - k)/p) + 1"
    dropped = [
        SIZE.replace(path, side).text
        for path, node in SIZE.walk()
        if isinstance(node, Binary) and node.operator in "+-"
        for side in children(node)
    ]
    assert "floor((n + 2p - k)/s)" in dropped
    assert "floor((n - k)/s) + 1" in dropped
    once = [
        SIZE.replace(path, node.right).text for path, node in SIZE.walk() if getattr(node, "implicit", False)
    ]
    assert once == ["floor((n + p - k)/s) + 1"]
    signs = [
        SIZE.replace(path, replace(node, operator="-" if node.operator == "+" else "+")).text
        for path, node in SIZE.walk()
        if isinstance(node, Binary) and node.operator in "+-"
    ]
    assert sorted(signs) == [
        "floor((n + 2p + k)/s) + 1",
        "floor((n + 2p - k)/s) - 1",
        "floor((n - 2p - k)/s) + 1",
    ]


def test_changed_formulas_have_places_in_their_own_text():
    """After a change the spans are those of the new text, so that errors point at the right characters."""
    changed = SIZE.replace((0, 0, 1), Name("stride"))
    for _, node in changed.walk():
        if isinstance(node, Name):
            assert changed.text[slice(*node.span)] == node.name


def test_substitution_does_not_capture():
    """A bound variable is renamed where the inserted formula uses its name."""
    formula = parse("sum(i*n, i, 1, n)").substitute(n=parse("i + 1"))
    assert formula.evaluate(i=3) == sum(j * 4 for j in range(1, 5))
    assert formula.names == ("i",)


def test_substitution_is_simultaneous():
    """Names are exchanged at once, so two of them can be swapped."""
    assert parse("n - k").substitute({"n": Name("k"), "k": Name("n")}).text == "k - n"


def test_numbers_can_be_substituted():
    """Numbers are written so that they can be read: a negative one is a negated number."""
    assert parse("n^2").substitute(n=-3).root == Binary("^", Negate(Number(3)), Number(2))
    assert parse("n^2").substitute(n=-3).evaluate() == 9


def test_trees_are_values():
    """Nodes are frozen, comparable and hashable; the place in the text does not count."""
    node = Index("x", (Name("i"),))
    assert node == Index("x", (Name("i", span=(3, 4)),), span=(0, 5))
    assert {node: 1}[Index("x", (Name("i"),))] == 1
    with pytest.raises(AttributeError):
        node.tensor = "y"


def test_replacing_at_the_root_is_the_new_tree():
    """The empty path is the root."""
    assert replace_at(SIZE.root, (), Number(1)) == Number(1)
    assert [path for path, _ in walk(Number(1))] == [()]
