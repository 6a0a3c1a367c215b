"""The rules by document and Standard: a package of rules is a document, a module of it a Standard, its docstring the title."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from dataclasses import dataclass
from types import ModuleType

from engine.duty.language import Duty
from engine.duty.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class Standard:
    """A Standard, or a group of practice quality statements: its title, what more is said of it, its clauses in order."""

    title: str
    says: str
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A document with its Standards in order."""

    title: str
    standards: tuple[Standard, ...]


def contents(package: ModuleType, rulebook: Rulebook) -> tuple[Document, ...]:
    """Every clause of the rulebook that was collected from this package, under its document and Standard."""
    order = {clause: place for place, clause in enumerate(rulebook.clauses)}
    found: dict[str, list[Standard]] = {}
    for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        module = importlib.import_module(info.name)
        clauses = {item.clause for item in vars(module).values() if isinstance(item, Duty)} & set(order)
        if clauses and not info.ispkg:
            above = importlib.import_module(info.name.rpartition(".")[0])
            title, says = _title(module)
            standard = Standard(title, says, tuple(sorted(clauses, key=order.__getitem__)))
            found.setdefault(_document(above), []).append(standard)
    documents = [
        Document(title, tuple(sorted(standards, key=lambda one: order[one.clauses[0]])))
        for title, standards in found.items()
    ]
    return tuple(sorted(documents, key=lambda one: order[one.standards[0].clauses[0]]))


def _document(module: ModuleType) -> str:
    """`The Cafcass National Standards of June 2007, one module …` without what is said for programmers."""
    name = re.split(r"[,:.]", inspect.getdoc(module) or module.__name__)[0]
    bare = name.removeprefix("The ")
    return bare[:1].upper() + bare[1:]


def _title(module: ModuleType) -> tuple[str, str]:
    """`Standard 5: Children's …`; where more than a name follows the colon or the name, that apart."""
    said = (inspect.getdoc(module) or module.__name__).splitlines()[0]
    first, _, more = said.partition(". ")
    head, colon, tail = first.removesuffix(".").partition(": ")
    if colon and not re.fullmatch(r"\w+ \d+", head):
        return head, f"{tail[:1].upper()}{tail[1:]}." + (f" {more}" if more else "")
    return first.removesuffix("."), more
