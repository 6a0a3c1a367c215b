"""An example written as its file has it, ready to be pasted below the others of its clause."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time

from engine.judge.outcome import Finding
from engine.policy.examples import Example
from engine.record.dictionary import Dictionary
from engine.record.model import CaseRecord, EventRecord, ObjectRecord
from engine.record.timeline import View

_BARE = re.compile(r"[A-Za-z](?:[A-Za-z0-9_. -]*[A-Za-z0-9])?")
_NOT_BARE = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


def written(
    name: str, example: Example, like: Example, findings: Sequence[Finding], dictionary: Dictionary, *, several: bool
) -> str:
    """The example under that name, with these findings as what it expects.

    Args:
        name: a sentence.
        example: the example to write.
        like: the one from the file that it is like: what the file gives to all of them is not written again.
        findings: every finding of its clause.
        dictionary: the words.
        several: whether the clause has several duties, so that each finding says of which it is.
    """
    lines = [f"  - name: {_scalar(name)}", f"    as_at: {example.view.as_at}"]
    if example.view.known_at != View(example.view.as_at).known_at:
        known_at = example.view.known_at
        whole_day = known_at == View(known_at.date()).known_at
        lines.append(f"    known_at: {known_at.date() if whole_day else _scalar(known_at.isoformat())}")
    if example.stated_only:
        lines.append("    stated_only: true")
    root = example.case.root
    if root.id not in like.given.things or root != like.case.root:
        lines.append(f"    {root.type}: {_flow({'id': root.id, **root.attributes})}")
    things = _things(example.case, like, dictionary)
    if things:
        lines.append("    objects:")
        lines += [f"      {_scalar(name)}: {_flow(body)}" for name, body in things]
    events = example.case.events[like.given.events :]
    if events:
        lines.append("    timeline:")
        lines += [f"      - {_flow(dict(_event(event, example.case)))}" for event in events]
    if findings:
        lines.append("    expect:")
        lines += [f"      - {_flow(dict(_expected(finding, several=several)))}" for finding in findings]
    else:
        lines.append("    expect: []")
    return "\n".join(lines)


def _things(case: CaseRecord, like: Example, dictionary: Dictionary) -> list[tuple[str, dict[str, object]]]:
    """The objects that the file does not give, or not as they are here."""
    found = []
    for thing in case.objects:
        body, before = _object(thing, case, dictionary), None
        if thing.id in like.given.things:
            same = next((one for one in like.case.objects if one.id == thing.id), None)
            before = _object(same, like.case, dictionary) if same else None
        if body != before:
            found.append((thing.id, body))
    return found


def _object(thing: ObjectRecord, case: CaseRecord, dictionary: Dictionary) -> dict[str, object]:
    body: dict[str, object] = {"type": thing.type, **thing.attributes}
    for link in case.links:
        if link.source != thing.id:
            continue
        if dictionary.object[thing.type].link[link.qualifier].membership and link.target == case.id:
            body |= {"joined": link.happened} if link.happened else {}
            body |= {"recorded": _moment(link.recorded)} if link.recorded else {}
        else:
            body[link.qualifier] = [*_listed(body.get(link.qualifier)), link.target]
    return body


def _event(event: EventRecord, case: CaseRecord) -> Iterator[tuple[str, object]]:
    yield "id", event.id
    yield "date", event.happened
    yield "event", event.type
    links: dict[str, list[str]] = {}
    for qualifier, target in event.links:
        links.setdefault(qualifier, []).append(target)
    if links.get(case.root.type) == [case.id]:
        del links[case.root.type]  # implied
    yield from links.items()
    yield from event.attributes.items()
    if event.recorded != datetime.combine(event.happened, time.min):
        yield "recorded", _moment(event.recorded)


def _expected(finding: Finding, *, several: bool) -> Iterator[tuple[str, object]]:
    if several:
        yield "duty", finding.duty
    yield "subject", finding.subject
    yield "outcome", finding.outcome
    yield "start", finding.start
    yield "due", finding.due
    if finding.done is not None:
        yield "done", finding.done
    yield "evidence", list(finding.evidence)
    if finding.flags:
        yield "flags", list(finding.flags)
    yield "force", finding.force
    yield "standing", finding.standing


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _moment(moment: datetime) -> date | str:
    """A moment as a file has it: the day alone where it is the day's first moment."""
    return moment.date() if moment.time() == time.min else moment.isoformat()


def _flow(body: dict[str, object]) -> str:
    return "{" + ", ".join(f"{_scalar(key)}: {_value(key, value)}" for key, value in body.items()) + "}"


def _value(key: str, value: object) -> str:
    if isinstance(value, list) and len(value) == 1 and key not in ("evidence", "flags"):
        return _scalar(value[0])
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_scalar(one) for one in value) + "]"
    return _scalar(value)


def _scalar(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | date):
        return str(value)
    text = str(value)
    bare = _BARE.fullmatch(text) and text.lower() not in _NOT_BARE and "  " not in text
    return text if bare else json.dumps(text, ensure_ascii=False)
