"""The language that everything speaks: formulas as text, read safely, computed exactly, printed in many ways.

The public names are those listed here, and the nodes and their walks in `cnnmath.formula.tree`. Nothing here
simplifies or proves.
"""

from cnnmath.errors import FormulaError
from cnnmath.formula.expression import Formula, parse
from cnnmath.formula.javascript import javascript_name
from cnnmath.formula.limits import DEFAULT, Limits
from cnnmath.formula.parser import Note
from cnnmath.formula.refusals import LIMIT_CODES, REFUSALS
from cnnmath.formula.relation import Relation, parse_relation

__all__ = [
    "DEFAULT",
    "LIMIT_CODES",
    "REFUSALS",
    "Formula",
    "FormulaError",
    "Limits",
    "Note",
    "Relation",
    "javascript_name",
    "parse",
    "parse_relation",
]
