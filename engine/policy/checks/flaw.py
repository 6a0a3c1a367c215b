"""What a check of the rules found wrong, and where in the source a duty or a value stands."""

from __future__ import annotations

import ast
import importlib.util
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Literal

from engine.duty.language import Duty
from engine.record.strict_yaml import Mapping, read_yaml

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that is wrong: what kind of thing, whose, where, in words, and what to do.

    `of` is a clause, a duty or a value. An `error` is certainly not what anybody meant; a `warning` may be.
    """

    severity: Severity
    kind: str
    of: str
    place: str
    wrong: str
    remedy: str


class Places:
    """Where duties and values are declared: `rules/national_standards/s05_active_involvement.py:49`."""

    def __init__(self, package: ModuleType, values: Path) -> None:
        top = Path(next(iter(package.__path__))).parent
        self._duties: dict[str, list[str]] = {}
        for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            found = importlib.util.find_spec(info.name)
            if found is not None and found.origin is not None:
                for name, line in _named(Path(found.origin)):
                    self._duties.setdefault(name, []).append(f"{_below(Path(found.origin), top)}:{line}")
        self._values: dict[str, str] = {}
        for path in sorted(values.glob("*.yaml")):
            content = read_yaml(path)
            if isinstance(content, Mapping):
                self._values |= {name: f"{_below(path, top)}:{content.lines.get(name, 0)}" for name in content}

    def duty(self, duty: Duty, version: int = 0) -> str:
        """The place of that version of the duty; its first known one, or nothing, where there are fewer."""
        found = self._duties.get(duty.id, [])
        return found[version] if version < len(found) else found[0] if found else ""

    def value(self, name: str) -> str:
        """The place of that value, or nothing."""
        return self._values.get(name, "")


def _named(file: Path) -> Iterator[tuple[str, int]]:
    """Every call in the file whose first argument is a text, with that text and the line."""
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Call) and node.args and isinstance(node.func, ast.Name) and node.func.id != "clause":
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value, node.lineno


def _below(file: Path, top: Path) -> str:
    return str(file.relative_to(top)) if file.is_relative_to(top) else str(file)
