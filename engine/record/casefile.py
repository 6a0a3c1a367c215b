"""Reading a case file: one case in YAML or JSON, as people write it for examples, checks on demand and tests.

    case: {id: C-1001, law: private, work: section_7, team: north-2}
    objects:
      amy:  {type: child, born: 2016-05-02}
      fca1: {type: practitioner}
    timeline:
      - {date: 2025-03-04, event: case_accepted}
      - {date: 2025-03-06, event: child_seen, child: amy, by: fca1, alone: true, recorded: 2025-03-07}

The first key may be any type of object that has a timeline of its own (`organisation: {id: cafcass}`). A child who
joins late has `joined: DATE` (and `recorded:` when that was put on the record). A key that names a type of object
links the event to it, and may list several; every other key is an attribute.
"""

from __future__ import annotations

from collections.abc import Mapping as MappingType
from pathlib import Path

from engine.record.building import CaseBuilder
from engine.record.dictionary import ACTOR, Dictionary
from engine.record.model import CaseRecord
from engine.record.problem import nearest
from engine.record.strict_yaml import Mapping, read_yaml


def read_case(path: Path, dictionary: Dictionary) -> CaseRecord:
    """The case in that file.

    Raises:
        RecordProblem: naming file, place and remedy.
    """
    return build_case(read_yaml(path), dictionary, str(path))


def build_case(content: object, dictionary: Dictionary, file: str, place: str = "") -> CaseRecord:
    """The case that this content describes; `file` and `place` are named in errors.

    Raises:
        RecordProblem: naming file, place and remedy.
    """
    builder = CaseBuilder(dictionary, file)
    body = _mapping(builder, place or "the file", content)
    known = (*dictionary.roots, "objects", "timeline")
    for key in body:
        if key not in known:
            raise builder.refuse(
                _line(place, body, key),
                f"unknown key '{key}'{nearest(key, known)}",
                f"A case file has: {', '.join(known)}.",
            )
    roots = [key for key in body if key in dictionary.roots]
    if len(roots) != 1:
        problem = "says twice whose timeline it is" if roots else "does not say whose timeline it is"
        raise builder.refuse(place, problem, f"Give exactly one of: {', '.join(dictionary.roots)}.")
    _root(builder, place, roots[0], _mapping(builder, roots[0], body[roots[0]]))
    _objects(builder, place, _mapping(builder, "objects", body.get("objects") or {}))
    timeline = body.get("timeline") or []
    if not isinstance(timeline, list):
        raise builder.refuse(
            _line(place, body, "timeline"),
            "'timeline' is not a list",
            "Write each entry after a dash: '- {date: …, event: …}'.",
        )
    for position, entry in enumerate(timeline, start=1):
        where = f"{place}timeline entry {position}"
        _event(builder, where, f"e{position}", _mapping(builder, where, entry))
    return builder.finish()


def _root(builder: CaseBuilder, place: str, root_type: str, body: MappingType[str, object]) -> None:
    attributes = {key: value for key, value in body.items() if key != "id"}
    if "id" not in body:
        raise builder.refuse(
            _line(place, body, root_type), f"the {root_type} has no id", "Add 'id: C-1001' or the like."
        )
    builder.add_object(_line(place, body, "id"), body["id"], root_type, attributes, root=True)


def _objects(builder: CaseBuilder, place: str, objects: MappingType[str, object]) -> None:
    words = builder.words
    ties: list[tuple[str, str, str, object]] = []
    for name, content in objects.items():
        where = _line(place, objects, name)
        body = _mapping(builder, f"object '{name}'", content)
        word = words.object.get(str(body.get("type")))
        link = word.link if word else {}
        attributes = {
            key: value for key, value in body.items() if key not in link and key not in ("type", "joined", "recorded")
        }
        builder.add_object(where, name, body.get("type"), attributes)
        for key in body:
            if key in link:
                ties += [(where, name, key, target) for target in _listed(body[key])]
        joined = builder.day(where, "joined", body["joined"]) if "joined" in body else None
        recorded = builder.moment(where, "recorded", body["recorded"]) if "recorded" in body else None
        builder.add_membership(where, name, joined, recorded)
    for where, source, qualifier, target in ties:
        builder.add_link(where, source, qualifier, target)


def _event(builder: CaseBuilder, where: str, default_id: str, entry: MappingType[str, object]) -> None:
    place = _line(where, entry)
    event_type = entry.get("event")
    if "event" not in entry:
        raise builder.refuse(place, "has no event", "Add 'event: …'; `kept rules words` lists them.")
    word = builder.words.event.get(str(event_type))
    known = {"id", "date", "event", "recorded"}
    links: list[tuple[str, object]] = []
    attributes: dict[str, object] = {}
    for key, value in entry.items():
        if key in known:
            continue
        if key == ACTOR or key in builder.words.object:
            links += [(key, target) for target in _listed(value)]
        else:
            if word is not None and key not in word.attribute:
                allowed = [*known, ACTOR, *word.about, *word.attribute]
                raise builder.refuse(
                    place,
                    f"'{word.name}' has no '{key}'{nearest(key, allowed)}",
                    f"It may have: {', '.join(sorted(allowed))}.",
                )
            attributes[key] = value
    builder.add_event(
        place, entry.get("id", default_id), event_type, entry.get("date"), entry.get("recorded"), links, attributes
    )


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _mapping(builder: CaseBuilder, place: str, content: object) -> MappingType[str, object]:
    if not isinstance(content, dict):
        raise builder.refuse(
            place, "is not a mapping of words to values", "Write 'word: value', or '{word: value, …}'."
        )
    return content


def _line(place: str, content: object, key: str | None = None) -> str:
    place = place.rstrip(": ")
    if not isinstance(content, Mapping) or not content.line:
        return place
    line = content.lines.get(key, content.line) if key else content.line
    return f"{place}, line {line}" if place else f"line {line}"
