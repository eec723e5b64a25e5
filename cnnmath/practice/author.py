"""Everything that a file of questions needs, in one import: `from cnnmath.practice.author import ...`.

Names only; each lives in the module that it is imported from.
"""

from cnnmath.practice.answers import (
    Choice,
    Expression,
    Integer,
    Matrix,
    Mistake,
    Number,
    Option,
    Ordering,
    Shape,
)
from cnnmath.practice.domains import Domain, Variable, domain
from cnnmath.practice.draw import Draw
from cnnmath.practice.question import Question, ask, question
from cnnmath.practice.richtext import Cells, Items, Table, line
from cnnmath.practice.working import working

__all__ = [
    "Cells",
    "Choice",
    "Domain",
    "Draw",
    "Expression",
    "Integer",
    "Items",
    "Matrix",
    "Mistake",
    "Number",
    "Option",
    "Ordering",
    "Question",
    "Shape",
    "Table",
    "Variable",
    "ask",
    "domain",
    "line",
    "question",
    "working",
]
