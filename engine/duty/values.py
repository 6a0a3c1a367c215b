"""Dated values: numbers with a unit, or lists of codes, each version with the day it is from, its standing and its source.

They live in YAML beside the rules, one line a version:

    ns_5_1_seen_within:
      unit: working_days
      says: How long after acceptance each child should have been seen
      versions:
        - {from: 2007-09-01, value: 10, standing: local, source: "no published figure"}

`value: null` is a value that nobody has set: what rests on it is undetermined. A version may say `confirmed: 2026-03-01`:
the day on which somebody last looked and found it still right.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal, Self, get_args

from pydantic import Field, ValidationError, model_validator

from engine.duty.language import Standing
from engine.record.calendar import Unit
from engine.record.dictionary import Frozen
from engine.record.problem import RecordProblem, RulebookProblem
from engine.record.strict_yaml import read_yaml

ValueUnit = Literal[Unit, "codes"]

SPAN_UNITS = get_args(Unit)


class ValueVersion(Frozen):
    """The value from a day on, whose it is, where it comes from, and when somebody last confirmed that it is still right."""

    from_: date = Field(alias="from")
    value: int | tuple[str, ...] | None
    standing: Standing
    source: str = Field(min_length=3)
    confirmed: date | None = None


class Value(Frozen):
    """A dated value. Versions are in order of their days; before the first there is none."""

    name: str
    unit: ValueUnit
    says: str = Field(min_length=10)
    versions: tuple[ValueVersion, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        days = [version.from_ for version in self.versions]
        if days != sorted(set(days)):
            raise ValueError(f"the versions of '{self.name}' are not in order of their days, one for each day")
        for version in self.versions:
            wrong = isinstance(version.value, int) == (self.unit == "codes") and version.value is not None
            if wrong or isinstance(version.value, bool):
                raise ValueError(f"'{self.name}' from {version.from_}: {version.value!r} is not in {self.unit}")
            if isinstance(version.value, int) and not 0 <= version.value <= 40_000:
                raise ValueError(f"'{self.name}' from {version.from_}: {version.value} is out of range (0 to 40000)")
        return self

    def on(self, day: date) -> ValueVersion | None:
        """The version in force on that day, or None before the first."""
        found = [version for version in self.versions if version.from_ <= day]
        return found[-1] if found else None


def read_values(folder: Path) -> dict[str, Value]:
    """Every value in the YAML files of a folder, by name.

    Raises:
        RulebookProblem: naming file and value, when one is malformed or given twice.
    """
    values: dict[str, Value] = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            content = read_yaml(path)
        except RecordProblem as problem:
            raise RulebookProblem(str(problem)) from problem
        if not isinstance(content, dict):
            raise RulebookProblem(f"{path.name}: should be a mapping from names to values")
        for name, body in content.items():
            if name in values:
                raise RulebookProblem(f"{path.name}: '{name}' is given twice")
            if not isinstance(body, dict):
                raise RulebookProblem(f"{path.name}: '{name}' should have unit, says and versions")
            try:
                values[name] = Value.model_validate({"name": name, **_tuples(body)})
            except ValidationError as error:
                raise RulebookProblem(f"{path.name}: '{name}': {explain(error)}") from error
    return values


def _tuples(content: object) -> dict[str, object]:
    def walk(part: object) -> object:
        if isinstance(part, list):
            return tuple(walk(item) for item in part)
        if isinstance(part, dict):
            return {key: walk(item) for key, item in part.items()}
        return part

    return {str(key): walk(item) for key, item in content.items()} if isinstance(content, dict) else {}


def explain(error: ValidationError) -> str:
    """What pydantic found wrong, in one line: place and message of the first error."""
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    message = first["msg"].removeprefix("Value error, ")
    return f"{place}: {message}" if place else message
