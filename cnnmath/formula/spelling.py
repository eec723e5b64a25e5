"""How people spell mathematics: the signs, letters and LaTeX commands that mean something in the language.

Data only. Single characters map to single characters, so that positions in a text never move.
"""

from __future__ import annotations

__all__ = [
    "BLANKS",
    "BRACKETS",
    "COMMANDS",
    "FUNCTION_SPELLINGS",
    "GREEK",
    "GREEK_LETTERS",
    "RELATIONS",
    "SIGNS",
    "SUBSCRIPTS",
    "SUPERSCRIPTS",
]

GREEK = [
    "alpha",
    "beta",
    "gamma",
    "delta",
    "epsilon",
    "zeta",
    "eta",
    "theta",
    "iota",
    "kappa",
    "lambda",
    "mu",
    "nu",
    "xi",
    "pi",
    "rho",
    "sigma",
    "tau",
    "upsilon",
    "phi",
    "chi",
    "psi",
    "omega",
    "Gamma",
    "Delta",
    "Theta",
    "Lambda",
    "Xi",
    "Pi",
    "Sigma",
    "Upsilon",
    "Phi",
    "Psi",
    "Omega",
]
"""Names of Greek letters as LaTeX writes them; these are the canonical names of the variables."""

GREEK_LETTERS = dict(zip("αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΥΦΨΩ", GREEK, strict=True)) | {
    "µ": "mu",  # the micro sign
    "ϵ": "epsilon",
    "ϑ": "theta",
    "ϕ": "phi",
    "ς": "sigma",
}

SIGNS = {
    **dict.fromkeys("−–—‐‑‒﹣", "-"),
    **dict.fromkeys("·×⋅∙•∗✕✖", "*"),
    **dict.fromkeys("÷∕⁄", "/"),
    **dict.fromkeys("≤⩽", "≤"),
    **dict.fromkeys("≥⩾", "≥"),
    "′": "'",
    "’": "'",
    "【": "[",
    "】": "]",
}
"""Look-alikes of operators and brackets, each with the character that the language uses."""

BLANKS = "\u200b\u200c\u200d\u2060\u2061\u2062\u2063\u2064\ufeff\u00ad"
"""Characters that cannot be seen; they arrive with pasted formulas and mean nothing."""

SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿⁱ", "0123456789+-()ni", strict=True))
SUBSCRIPTS = dict(zip("₀₁₂₃₄₅₆₇₈₉ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", "0123456789aehijklmnoprstuvx", strict=True))

BRACKETS = {"(": ")", "[": "]", "{": "}", "⌊": "⌋", "⌈": "⌉"}

RELATIONS = {
    "=": "=",
    "==": "=",
    "!=": "!=",
    "≠": "!=",
    "<": "<",
    ">": ">",
    "<=": "<=",
    "≤": "<=",
    ">=": ">=",
    "≥": ">=",
    "≈": "≈",
}

FUNCTION_SPELLINGS = {
    "ceiling": "ceil",
    "roundup": "ceil",
    "rounddown": "floor",
    "maximum": "max",
    "minimum": "min",
    "product": "prod",
    "ln": "log",
    "modulo": "mod",
}
"""Other words for functions; letter case does not count."""

COMMANDS: dict[str, tuple[str, str]] = {
    **{name: ("name", name) for name in GREEK},
    "varepsilon": ("name", "epsilon"),
    "varphi": ("name", "phi"),
    "vartheta": ("name", "theta"),
    **{name: ("function", name) for name in ("max", "min", "exp", "log", "ln")},
    **dict.fromkeys(("frac", "dfrac", "tfrac"), ("command", "frac")),
    "sqrt": ("command", "sqrt"),
    "sum": ("command", "sum"),
    "prod": ("command", "prod"),
    **dict.fromkeys(("bmod", "mod"), ("name", "mod")),
    **dict.fromkeys(("cdot", "times", "ast"), ("operator", "*")),
    "div": ("operator", "/"),
    "lfloor": ("open", "⌊"),
    "rfloor": ("close", "⌋"),
    "lceil": ("open", "⌈"),
    "rceil": ("close", "⌉"),
    **dict.fromkeys(("lvert", "left|"), ("open", "|")),
    **dict.fromkeys(("rvert", "right|"), ("close", "|")),
    "vert": ("bar", "|"),
    **dict.fromkeys(("le", "leq", "leqslant"), ("relation", "<=")),
    **dict.fromkeys(("ge", "geq", "geqslant"), ("relation", ">=")),
    "lt": ("relation", "<"),
    "gt": ("relation", ">"),
    **dict.fromkeys(("ne", "neq"), ("relation", "!=")),
    "approx": ("relation", "≈"),
    **dict.fromkeys(
        (
            "left",
            "right",
            "big",
            "Big",
            "bigl",
            "bigr",
            "Bigl",
            "Bigr",
            "displaystyle",
            "limits",
            "quad",
            "qquad",
        ),
        ("blank", ""),
    ),
    **dict.fromkeys((",", ";", ":", "!", " "), ("blank", "")),
}
"""LaTeX command (without its backslash): kind and value of the token that it stands for."""
