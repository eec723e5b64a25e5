"""cnnmath: the mathematics of convolutional networks, derived, computed, drawn, asked and graded.

The rooms are imported by name (`from cnnmath import formula, zoo, measure`); importing the package itself
loads none of them, so the command line and the page start fast.
"""

__version__ = "0.1.0"
