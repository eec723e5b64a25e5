"""The answer types: how each is read, compared, shown, and asked for in the page. One file for each type.

A new type is one subclass of `Answer` in a file of its own and a line in this list; grading, worksheets, the
page and the laws pick it up from the methods.
"""

from cnnmath.practice.answers.base import Answer, Mistake, Unreadable
from cnnmath.practice.answers.choice import Choice, Option
from cnnmath.practice.answers.expression import Expression
from cnnmath.practice.answers.matrix import Matrix
from cnnmath.practice.answers.number import Integer, Number
from cnnmath.practice.answers.ordering import Ordering
from cnnmath.practice.answers.shape import Shape

__all__ = [
    "Answer",
    "Choice",
    "Expression",
    "Integer",
    "Matrix",
    "Mistake",
    "Number",
    "Option",
    "Ordering",
    "Shape",
    "Unreadable",
]
