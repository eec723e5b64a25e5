"""Every refusal of the language: its stable code, what is wrong in plain words, what to write instead.

The table lists all that can go wrong with a formula; code elsewhere only names a row and fills it in.
"""

from __future__ import annotations

from cnnmath.errors import FormulaError
from cnnmath.formula.tree import Span

__all__ = ["LIMIT_CODES", "REFUSALS", "refuse"]

REFUSALS: dict[str, tuple[str, str]] = {
    # -- characters and words
    "empty": ("There is no formula here.", "Write one, for example floor((n - k)/s) + 1."),
    "bad-character": ("The character {shown} is not part of this language.", "{advice}"),
    "quote": ("Text in quotation marks is not part of a formula.", "Write names without quotation marks."),
    "dot": ("A dot stands between two names.", "Names have no dots; a product is written {left}*{right}."),
    "underscore": ("An underscore stands alone.", "It joins a name and its subscript, as in c_in."),
    "bad-number": ("{given} is not a number of this language.", "{advice}"),
    "unknown-command": ("The LaTeX command {given} is not known here.", "{advice}"),
    "unknown-name": ("The name {name} is not known here.", "{advice}"),
    "unknown-function": ("There is no function {name}.", "{advice}"),
    # -- structure
    "missing-operand": ("Something is missing {place}.", "Write a number, a name or a bracket there."),
    "missing-operator": (
        "An operator is missing between {left} and {right}.",
        "Write {left}*{right} for the product or {left}^{right} for the power.",
    ),
    "double-operator": ("Two operators, {first} and {second}, follow each other.", "{advice}"),
    "unclosed-bracket": ("The bracket {bracket} is never closed.", "Add {closing} where its contents end."),
    "mismatched-bracket": (
        "The bracket {bracket} needs {closing}, but {given} stands here.",
        "Close the brackets in the order in which they were opened, innermost first.",
    ),
    "stray-bracket": ("The bracket {given} closes nothing.", "Remove it, or open it earlier."),
    "empty-brackets": (
        "There is nothing between these brackets.",
        "Write a number, a name or a formula inside.",
    ),
    "square-brackets": (
        "Square brackets around a value have several meanings.",
        "Write floor(...) to round down, or round brackets to group.",
    ),
    "stray-comma": ("A comma only separates the arguments of a function.", "Remove it."),
    "decimal-comma": (
        "A comma stands inside a number.",
        "Write decimals with a point, and large numbers without commas: {suggestion}.",
    ),
    "equals": ("There is an equals sign in the formula.", "Write only the right-hand side, without =."),
    "comparison": (
        "The formula contains the comparison {given}.",
        "Write one formula, without a comparison.",
    ),
    "unexpected": ("{given} does not fit here.", "{advice}"),
    "ambiguous-division": (
        "{given} can be read in two ways: {first} or {second}.",
        "Write the one that you mean.",
    ),
    "ambiguous-power": (
        "{given} can be read in two ways: {first} or {second}.",
        "Write the one that you mean.",
    ),
    "ambiguous-name": (
        "{name} can be split into known names in several ways: {first} or {second}.",
        "Write the product signs.",
    ),
    "missing-brackets": (
        "The function {name} has no brackets.",
        "Write its argument in brackets: {example}.",
    ),
    "argument-count": ("{name} takes {expected}, but here are {given}.", "Write for example {example}."),
    "range-form": ("{name} over a range is not complete.", "Write {name}(term, i, first, last): {example}."),
    "range-variable": (
        "The variable {name} of this {function} already has a meaning.",
        "Choose another letter, for example {suggestion}.",
    ),
    "not-a-tensor": ("{name} is a single number and has no elements.", "Remove the index."),
    "missing-index": ("{name} is indexed by {expected}.", "Write for example {example}."),
    "index-count": ("{name} takes {expected}, but here are {given}.", "Write for example {example}."),
    # -- limits
    "too-long": ("The formula has {given} characters; at most {limit} are read.", "Write it shorter."),
    "too-many-parts": ("The formula has more than {limit} parts.", "Write it shorter."),
    "too-deep": ("More than {limit} brackets or signs stand inside one another.", "Remove some of them."),
    "too-many-digits": ("This number has more than {limit} digits.", "Use a smaller number."),
    "exponent-too-big": ("The exponent {given} is larger than {limit}.", "Use a smaller exponent."),
    # -- values
    "missing-value": ("There is no value for {name}.", "Give one: {name}=..."),
    "bad-value": ("{name} cannot be {given}.", "{advice}"),
    "undefined": ("The value is not defined: {reason}.", "{advice}"),
    "too-big": ("The value has too many digits to compute it exactly.", "Try smaller numbers."),
    "too-much-work": ("The ranges have more than {limit} steps all together.", "Try smaller numbers."),
    "undecided": ("{reason}, too close to tell with decimals.", "Try other numbers."),
}
"""code: (what is wrong, what to do); names in braces are filled in by `refuse`."""

LIMIT_CODES = frozenset({"too-big", "too-much-work", "undecided"})
"""The codes that mean "not computed within the limits": nothing was decided about the value."""


def refuse(code: str, text: str, span: Span, **facts: object) -> FormulaError:
    """Return the error of this code about the characters `span` of `text`, its sentences filled with `facts`.

    >>> print(refuse("equals", "y = n", (2, 3)))
    There is an equals sign in the formula. Write only the right-hand side, without =.
    """
    message, remedy = REFUSALS[code]
    return FormulaError(code, message.format(**facts), text=text, span=span, remedy=remedy.format(**facts))
