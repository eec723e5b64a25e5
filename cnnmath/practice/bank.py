"""The exercise bank: a folder of topics, each with a file of questions, and the sets made of them.

`NN-topic/questions.py` is imported as part of a synthetic package, so that hyphens and leading digits do no
harm and compiled files work as well. The bank holds no content itself; what a question is lives in
`question`.
"""

from __future__ import annotations

import hashlib
import importlib
import re
import sys
import traceback
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from types import ModuleType

from cnnmath.errors import BankError, CnnMathError, UnknownQuestion
from cnnmath.practice.question import Family, Question, checked_seed
from cnnmath.practice.sets import Entry, ExerciseSet, SetsFile, read_sets

__all__ = ["Bank", "bank", "default_directory", "forget"]

_PACKAGE = "cnnmath_exercises"
_TOPIC = re.compile(r"\d+-(?P<topic>[a-z0-9-]+)")


@dataclass(frozen=True)
class Bank:
    """All questions and sets of one folder.

    >>> bank().question("output-size/valid", seed=1).name
    'output-size/valid'
    """

    directory: Path
    package: str = _PACKAGE
    _loaded: dict[str, tuple[Family, ...]] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def topics(self) -> dict[str, str]:
        """Topic to folder name, in the order of the numbers in front."""
        found = {}
        for folder in sorted(self.directory.iterdir()):
            match = _TOPIC.fullmatch(folder.name)
            if match and any((folder / f"questions.{ending}").is_file() for ending in ("py", "pyc")):
                found[match["topic"]] = folder.name
        return found

    @cached_property
    def sets_file(self) -> SetsFile:
        """What `sets.toml` says; empty where there is none."""
        return read_sets(self.directory / "sets.toml")

    @property
    def name(self) -> str:
        """The name of the bank, part of every seed; `bank = ...` in `sets.toml`."""
        return self.sets_file.bank

    @property
    def sets(self) -> tuple[ExerciseSet, ...]:
        """The exercise sets, in the order of the file."""
        return self.sets_file.sets

    def families(self, topic: str | None = None) -> tuple[Family, ...]:
        """Return the families of one topic, or all of them, in the order in which they are written."""
        names = [*self.topics] if topic is None else [topic] if topic in self.topics else []
        return tuple(family for name in names for family in self._topic(name))

    def family(self, name: str) -> Family:
        """Return one family; raises `UnknownQuestion`, which suggests near misses."""
        for family in self.families(name.partition("/")[0]):
            if family.name == name:
                return family
        raise UnknownQuestion(name, [family.name for family in self.families()])

    def question(self, name: str, seed: int) -> Question:
        """Return the variant of a question for a seed."""
        family, number = self.family(name), checked_seed(seed)
        try:
            return family.variant(number, self.name)
        except Exception as error:
            raise self._broken(error, f'the question "{name}" with seed {seed}') from error

    def exercise(self, entry: Entry) -> Question:
        """Return the variant that an entry of a set names, worth the points that the entry gives it."""
        question = self.question(entry.question, entry.seed)
        return question if entry.points is None else question.worth(entry.points)

    def points(self, entry: Entry) -> int:
        """Return what an entry of a set is worth, without drawing its question."""
        return self.family(entry.question).points if entry.points is None else entry.points

    def exercise_set(self, name: str) -> ExerciseSet:
        """Return one set; raises `UnknownSet`, which suggests near misses."""
        return self.sets_file.find(name)

    def _topic(self, topic: str) -> tuple[Family, ...]:
        if topic not in self._loaded:
            self._loaded[topic] = self._families_of(self._import(self.topics[topic]), topic)
        return self._loaded[topic]

    def _import(self, folder: str) -> ModuleType:
        if self.package not in sys.modules:
            package = ModuleType(self.package, "The exercise bank, as a package.")
            package.__path__ = [str(self.directory)]
            sys.modules[self.package] = package
        try:
            return importlib.import_module(f"{self.package}.{folder}.questions")
        except Exception as error:
            raise self._broken(error, f"the topic {folder}") from error

    def _families_of(self, module: ModuleType, topic: str) -> tuple[Family, ...]:
        families = tuple(value for value in vars(module).values() if isinstance(value, Family))
        for family in families:
            if family.topic != topic or sum(other.name == family.name for other in families) > 1:
                raise BankError(
                    where=f"{self.topics[topic]}/questions.py",
                    given=f'a question named "{family.name}"',
                    expected=f'names that begin with "{topic}/", each once',
                )
        return families

    def _broken(self, error: Exception, what: str) -> BankError:
        """Return the error that names file and line of what went wrong in a bank's own code."""
        place = str(self.directory)
        if isinstance(error, SyntaxError):
            place = f"{error.filename}, line {error.lineno}"
        else:
            inside = [
                frame
                for frame in traceback.extract_tb(error.__traceback__)
                if self.directory in Path(frame.filename).parents
            ]
            if inside:
                place = f"{inside[-1].filename}, line {inside[-1].lineno}"
        reason = str(error) if isinstance(error, CnnMathError) else f"{type(error).__name__}: {error}"
        return BankError(where=f"{place}: {what} cannot be used", remedy=reason)


def default_directory() -> Path:
    """Return the folder of our own bank: inside the package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "exercises"
    return inside if inside.is_dir() else package.parent / "exercises"


def bank(directory: str | Path | None = None) -> Bank:
    """Return the bank of a folder, or the one that comes with cnnmath.

    >>> bank().name
    'cnnmath'
    """
    return _bank(default_directory() if directory is None else Path(directory).resolve())


@cache
def _bank(directory: Path) -> Bank:
    if not directory.is_dir():
        raise BankError(
            where=f"{directory} is not a folder.",
            remedy="Give the folder of an exercise bank, with folders such as 01-topic.",
        )
    if directory == default_directory():
        return Bank(directory)
    digest = hashlib.sha256(str(directory).encode()).hexdigest()[:12]
    return Bank(directory, f"{_PACKAGE}_{digest}")


def forget() -> None:
    """Forget all banks, so that edited files are read again.

    >>> forget()
    """
    _bank.cache_clear()
    for name in [name for name in sys.modules if name.split(".")[0].startswith(_PACKAGE)]:
        del sys.modules[name]
    importlib.invalidate_caches()
