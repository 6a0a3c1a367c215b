"""Reading the file of settings: strictly, and saying everything that is wrong with it at once, each with its line and a remedy."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from engine.record.addresses import shown
from engine.record.problem import KeptError, harmless, nearest
from engine.running.settings import Section, Settings
from engine.running.toml_lines import Key, key_lines, line_of

MOST_BYTES = 1_000_000
_EXAMPLE = "engine/deploy/kept.toml has every key"
_SYNTAX = re.compile(r"(.*) \(at (?:line (\d+), column \d+|end of document)\)", re.DOTALL)
_TYPES = {
    "string_type": "is not text; write it in quotes",
    "int_type": "is not a whole number; write it without quotes or a point",
    "int_from_float": "is not a whole number; write it without a point",
    "float_type": "is not a number; write it without quotes",
    "finite_number": "is not a number; write one such as 0.02",
    "bool_type": "is neither true nor false; write one of them, without quotes",
    "tuple_type": "is not a list; write it in brackets",
    "dict_type": "is not a section; write its keys below a line with its name in brackets",
    "model_type": "is not a section; write its keys below a line with its name in brackets",
    "is_instance_of": "is not a path; write it in quotes",
    "missing": "is missing; add it",
    "string_too_short": "is empty; write something there, or take it away",
    "too_short": "is empty; write something there, or take it away",
}
_LIMITS = {
    "greater_than_equal": "is too little; give {ge:g} or more",
    "less_than_equal": "is too much; give {le:g} or less",
    "less_than": "is too much; give less than {lt:g}",
}


class SettingsProblem(KeptError):
    """What is wrong with a file of settings: one line for each, with the file and the line in it."""

    def __init__(self, problems: Collection[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


def read_settings(path: Path, clauses: Collection[str] | None = None) -> Settings:
    """The settings in that file. `clauses` are the ids of all clauses and duties, to check those asked for against.

    Raises:
        SettingsProblem: when it cannot be read or something is wrong with it; says all of it.
    """
    file = harmless(str(path))
    text = _text(path, file)
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsProblem([f"{file}: {_syntax(text, str(error))}"]) from error
    except RecursionError as error:
        raise SettingsProblem([f"{file}: is nested too deep. {_EXAMPLE}."]) from error
    lines = key_lines(text)
    wrong: list[tuple[int, str]] = _clauses(content, clauses or (), lines) if clauses else []
    settings = None
    try:
        settings = Settings.model_validate(content, context={"folder": path.absolute().parent})
    except ValidationError as error:
        wrong += [_told(each, lines) for each in error.errors(include_url=False)]
    if wrong or settings is None:
        raise SettingsProblem([f"{file}: {says}" for _, says in sorted(wrong)])
    return settings


def _text(path: Path, file: str) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise SettingsProblem([f"{file}: holds more than {MOST_BYTES:,} bytes. Name the file of settings."])
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise SettingsProblem([f"{file}: is not UTF-8 text. Save it as UTF-8."]) from error
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "no path can be so"
        near = nearest(path.name, (each.name for each in path.parent.glob("*.toml"))) if path.parent.is_dir() else ""
        raise SettingsProblem(
            [f"{file}: cannot be read ({why}){near}. Check the name and the permissions; {_EXAMPLE}."]
        ) from error


def _syntax(text: str, error: str) -> str:
    found = _SYNTAX.fullmatch(error)
    said, line = (found[1], found[2] or len(text.splitlines()) or 1) if found else (error, None)
    said = harmless(said[:1].lower() + said[1:])
    where = f"line {line}: " if line else ""
    remedy = "Keep one of the two" if "overwrite" in said or "twice" in said else "Text and paths are written in quotes"
    return f"{where}is not TOML: {said}. {remedy}; {_EXAMPLE}."


def _told(error: ErrorDetails, lines: Mapping[Key, int]) -> tuple[int, str]:
    """Where that is, and in words what is wrong and what to do."""
    key = tuple(part for part in error["loc"] if isinstance(part, str) and part != "[key]")
    entries = [part for part in error["loc"] if isinstance(part, int)]
    line = line_of(key, lines)
    kind, given = error["type"], error["input"]
    if kind == "extra_forbidden":
        says = _unknown(key)
    elif kind in _TYPES:
        says = _TYPES[kind]
    elif kind in _LIMITS:
        says = f"{_shown(given)} {_LIMITS[kind].format(**error.get('ctx', {}))}"
    elif kind == "literal_error":
        says = f"{_shown(given)} is none of {error['ctx']['expected']}"
    else:
        said = error["msg"].removeprefix("Value error, ")
        says = f"{_shown(given)} {said}" if isinstance(given, str) else said
    return _at(line, key, says, entries)


def _at(line: int | None, key: Key, says: str, entries: Sequence[int] = ()) -> tuple[int, str]:
    """The line, and `line 4: nightly.clauses, entry 2: what is wrong. The remedy.`"""
    problem, _, remedy = says.partition("; ")
    name = ".".join(harmless(part, 80) for part in key) + "".join(f", entry {each + 1}" for each in entries)
    where = f"line {line}: " if line else ""
    told = f"{where}{name}: {problem}" if name else f"{where}{problem}"
    ends = "" if remedy.endswith("?") else "."
    return line or 0, f"{told}. {remedy[:1].upper()}{remedy[1:]}{ends}" if remedy else f"{told}."


def _unknown(key: Key) -> str:
    """What to say of a key that there is not."""
    section = _section(key[:-1])
    known = _keys(section)
    if section and key[-1] in section.INSTEAD:
        return f"is no setting; {section.INSTEAD[key[-1]]}"
    elsewhere = [
        name
        for name, field in Settings.model_fields.items()
        if key[-1] in _keys(_model(field.annotation)) and name != "".join(key[:-1])
    ]
    if elsewhere:
        return f"unknown key here; it belongs below [{elsewhere[0]}]"
    if key[-1] in Settings.model_fields:
        return "unknown key here; it belongs at the top of the file, above the first [section]"
    if near := nearest(key[-1], known):
        return f"unknown key{near}"
    return f"unknown key; those known here: {', '.join(known)}"


def _section(key: Key) -> type[Section] | None:
    model: type[Section] | None = Settings
    for part in key:
        field = model.model_fields.get(part) if model else None
        model = _model(field.annotation) if field else None
    return model


def _model(annotation: Any) -> type[Section] | None:
    kinds = [annotation, *get_args(annotation)]
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Section)), None)


def _keys(model: type[BaseModel] | None) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()] if model else []


def _clauses(content: Mapping[str, Any], known: Collection[str], lines: Mapping[Key, int]) -> list[tuple[int, str]]:
    """What is asked for that there is not."""
    night = content.get("nightly")
    asked = night.get("clauses") if isinstance(night, dict) else None
    key = ("nightly", "clauses")
    return [
        _at(line_of(key, lines), key, f"unknown clause '{harmless(each, 40)}'{nearest(each, known) or '; see `kept rules list`'}")
        for each in asked or ()
        if isinstance(each, str) and each not in known
    ] if isinstance(asked, list) else []  # fmt: skip


def _shown(given: object) -> str:
    return f"'{harmless(shown(given), 80)}'" if isinstance(given, str) else harmless(str(given), 80)
