"""Strict reading of YAML and JSON, with the line of everything, and none of YAML's surprises.

Only `true` and `false` are flags, only `2025-03-04` is a date, `12:30` and `on` are text. Refused: duplicate keys,
anchors and aliases, tags, anything nested deeper than 20, more than 10 MB, anything that is not UTF-8.
"""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import NoReturn

import yaml

from engine.record.problem import RecordProblem, nearest

MOST_BYTES = 10_000_000
MOST_DEPTH = 20
MAY_BE_EMPTY = ("objects", "timeline")

_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]{0,14})")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Mapping(dict[str, object]):
    """A mapping that remembers the line of each key (`lines`) and its own first line (`line`); 0 when unknown."""

    def __init__(self) -> None:
        super().__init__()
        self.line = 0
        self.lines: dict[str, int] = {}


def read_yaml(path: Path) -> object:
    """What a YAML or JSON file holds: `Mapping`, list, str, int, bool, date, None.

    Raises:
        RecordProblem: when the file cannot be read or is not what this module accepts; names file and line.
    """
    text = _read_text(path)
    return _json(path, text) if path.suffix.lower() == ".json" else _yaml(path, text)


def _read_text(path: Path) -> str:
    file = str(path)
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise RecordProblem(
                file, "", "is a folder, not a file", "Name the file, or use --caseload for a folder of tables."
            )
        if size > MOST_BYTES:
            raise RecordProblem(file, "", f"holds {size:,} bytes, more than any one case ({MOST_BYTES:,})",
                                "Use --caseload for many cases.")  # fmt: skip
        data = path.read_bytes()
    except OSError as error:
        suggestion = nearest(path.name, (other.name for other in path.parent.glob("*"))) if path.parent.is_dir() else ""
        raise RecordProblem(
            file, "", f"cannot be read ({error.strerror or error}){suggestion}", "Check the name and the permissions."
        ) from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise RecordProblem(
            file, f"line {line}", "is not UTF-8 text", "Save the file as UTF-8 (it may be in Latin-1 now)."
        ) from error
    if not text.strip():
        raise RecordProblem(file, "", "is empty", "A case file begins with 'case:'; see fixtures/cases for whole ones.")
    return text


def _yaml(path: Path, text: str) -> object:
    file = str(path)
    try:
        depth = 0
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MOST_DEPTH:
                raise RecordProblem(
                    file, _line(event), f"is nested deeper than {MOST_DEPTH}", "A case file needs no more than 4."
                )
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                raise RecordProblem(file, _line(event), "uses an anchor or an alias", "Write the content out.")
            if tag := getattr(event, "tag", None):
                raise RecordProblem(file, _line(event), f"uses the tag '{tag}'", "Write the plain value.")
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "cannot be understood"
        raise RecordProblem(
            file, place, f"is not YAML: {problem}", "Check the indentation and quotes there."
        ) from error
    return _value(file, node)


def _value(file: str, node: yaml.Node | None) -> object:
    if isinstance(node, yaml.MappingNode):
        mapping = Mapping()
        mapping.line = node.start_mark.line + 1
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            if key is None:
                raise RecordProblem(file, _line(key_node), "has a key that is not a word", "Write 'word: value'.")
            if key in mapping:
                raise RecordProblem(file, _line(key_node), f"has the key '{key}' twice", "Keep one of them.")
            if _empty(value_node) and key not in MAY_BE_EMPTY:
                raise RecordProblem(
                    file, _line(key_node), f"has nothing after '{key}:'", "Write a value, or null if it is not known."
                )
            mapping[key] = _value(file, value_node)
            mapping.lines[key] = key_node.start_mark.line + 1
        return mapping
    if isinstance(node, yaml.SequenceNode):
        return [_value(file, item) for item in node.value]
    assert isinstance(node, yaml.ScalarNode)  # noqa: S101 - the composer makes no other kind
    return _scalar(file, node)


def _empty(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and not node.style and node.value == ""


def _scalar(file: str, node: yaml.ScalarNode) -> object:
    text: str = node.value
    if node.style:  # quoted, or a block of text
        return text
    if text in ("true", "false"):
        return text == "true"
    if text in ("", "null", "~"):
        return None
    if _WHOLE.fullmatch(text):
        return int(text)
    if _DATE.fullmatch(text):
        return _date(file, _line(node), text)
    return text


def _date(file: str, place: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise RecordProblem(
            file, place, f"{text} is not a day that exists", "Correct the date (year-month-day)."
        ) from error


def _line(part: yaml.Node | yaml.Event) -> str:
    return f"line {part.start_mark.line + 1}" if part.start_mark else ""


def _json(path: Path, text: str) -> object:
    file = str(path)

    def pairs(items: list[tuple[str, object]]) -> Mapping:
        mapping = Mapping()
        for key, value in items:
            if key in mapping:
                raise RecordProblem(file, "", f"has the key '{key}' twice", "Keep one of them.")
            mapping[key] = _json_date(file, value)
        return mapping

    def constant(name: str) -> NoReturn:
        raise RecordProblem(file, "", f"holds {name}", "Write a whole number.")

    try:
        content: object = json.loads(text, object_pairs_hook=pairs, parse_constant=constant)
    except json.JSONDecodeError as error:
        raise RecordProblem(
            file, f"line {error.lineno}", f"is not JSON: {error.msg}", "Check the quotes and commas there."
        ) from error
    except RecursionError as error:
        raise RecordProblem(
            file, "", f"is nested deeper than {MOST_DEPTH}", "A case file needs no more than 4."
        ) from error
    except ValueError as error:
        raise RecordProblem(file, "", "holds a number with too many digits", "Write a whole number.") from error
    if _depth(content) > MOST_DEPTH:
        raise RecordProblem(file, "", f"is nested deeper than {MOST_DEPTH}", "A case file needs no more than 4.")
    return content


def _json_date(file: str, value: object) -> object:
    # JSON has no dates: text that is written like one is one, as it is in YAML without quotes.
    if isinstance(value, str) and _DATE.fullmatch(value):
        return _date(file, "", value)
    return value


def _depth(content: object) -> int:
    deepest, level = 0, [content]
    while level and deepest <= MOST_DEPTH:
        deepest += 1
        inside: list[object] = []
        for part in level:
            inside += list(part.values()) if isinstance(part, dict) else part if isinstance(part, list) else []
        level = inside
    return deepest
