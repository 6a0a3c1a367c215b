"""Where each key of a TOML file stands: `tomllib` reads the file strictly, and does not say."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping

Key = tuple[str, ...]

_HEADER = re.compile(r"\s*(\[\[?)(.+?)\]\]?\s*(?:#.*)?")
_KEY = re.compile(r"""\s*((?:"(?:\\.|[^"\\])*"|'[^']*'|[A-Za-z0-9_.\- \t])+?)\s*=""")
_QUOTED = re.compile(r'"""|\'\'\'|"(?:\\.|[^"\\])*"|\'[^\']*\'|#')
_BRACKETS = {"[": 1, "{": 1, "]": -1, "}": -1}


def key_lines(text: str) -> dict[Key, int]:
    """The line, from 1, of each key and each table of a text that `tomllib` has read."""
    found: dict[Key, int] = {}
    table: Key = ()
    inside, depth = "", 0  # the quotes of a text over several lines, and how many brackets are open
    for line, content in enumerate(text.splitlines(), start=1):
        if not inside and not depth:
            if header := _HEADER.fullmatch(content):
                table = _parts(header[2])
                found.setdefault(table, line)
                continue
            if key := _KEY.match(content):
                found.setdefault((*table, *_parts(key[1])), line)
                content = content[key.end() :]
        for part in _structure(content, inside):
            if part in ('"""', "'''"):
                inside = "" if inside else part
            else:
                depth += _BRACKETS[part]
    return found


def line_of(key: Key, lines: Mapping[Key, int]) -> int | None:
    """The line of that key, or of the nearest that it is part of."""
    return next((lines[key[:count]] for count in range(len(key), 0, -1) if key[:count] in lines), None)


def _parts(dotted: str) -> Key:
    """The words of `a."b c".d`."""
    content: object = tomllib.loads(f"{dotted} = 0")
    words = []
    while isinstance(content, dict):
        ((word, content),) = content.items()
        words.append(word)
    return tuple(words)


def _structure(content: str, inside: str) -> Iterator[str]:
    """What of a line opens or closes something: brackets, and the quotes of a text over several lines."""
    place = 0
    while place < len(content):
        if inside:
            end = content.find(inside, place)
            if end < 0:
                return
            yield inside
            place, inside = end + 3, ""
        elif quoted := _QUOTED.match(content, place):
            if quoted[0] == "#":
                return
            place = quoted.end()
            if len(quoted[0]) == 3 and quoted[0] in ('"""', "'''"):
                yield quoted[0]
                inside = quoted[0]
        else:
            if content[place] in _BRACKETS:
                yield content[place]
            place += 1
