"""The language that everything speaks: formulas as text, read safely, computed exactly, printed in many ways."""

from cnnmath.errors import FormulaError
from cnnmath.formula.expression import Formula, parse
from cnnmath.formula.limits import DEFAULT, Limits
from cnnmath.formula.parser import Note
from cnnmath.formula.refusals import LIMIT_CODES, REFUSALS

__all__ = ["DEFAULT", "LIMIT_CODES", "REFUSALS", "Formula", "FormulaError", "Limits", "Note", "parse"]
