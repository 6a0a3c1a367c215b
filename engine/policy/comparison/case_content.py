"""A case as a case file has it: what `engine.record.casefile` reads, written from the record."""

from __future__ import annotations

from datetime import time

from engine.record.dictionary import AttributeValue
from engine.record.model import CaseRecord, EventRecord

Content = dict[str, object]


def case_content(case: CaseRecord) -> Content:
    """The case as content for YAML or JSON: `case`, `objects`, `timeline`; dates stay dates.

    Links with a date of their own, other than that of joining, have no place in a case file and lose it.
    """
    content: Content = {case.root.type: {"id": case.root.id, **_attributes(case.root.attributes)}}
    objects: dict[str, Content] = {}
    for thing in case.objects:
        objects[thing.id] = {"type": thing.type, **_attributes(thing.attributes)}
    for link in case.links:
        of = objects.get(link.source)
        if of is None:
            continue
        if link.target == case.root.id:
            if link.happened is not None:
                of["joined"] = link.happened
        else:
            listed = of.setdefault(link.qualifier, [])
            assert isinstance(listed, list)  # noqa: S101 - made so above
            listed.append(link.target)
    if objects:
        content["objects"] = objects
    ordered = sorted(case.events, key=lambda event: (event.happened, event.id))
    content["timeline"] = [_entry(event, case) for event in ordered]
    return content


def _entry(event: EventRecord, case: CaseRecord) -> Content:
    entry: Content = {"date": event.happened, "event": event.type}
    links: dict[str, list[str]] = {}
    for qualifier, target in event.links:
        if target != case.root.id:
            links.setdefault(qualifier, []).append(target)
    entry |= {qualifier: found[0] if len(found) == 1 else found for qualifier, found in links.items()}
    entry |= _attributes(event.attributes)
    if event.recorded.date() != event.happened or event.recorded.time() != time.min:
        entry["recorded"] = event.recorded.isoformat()
    return entry


def _attributes(attributes: dict[str, AttributeValue]) -> Content:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in attributes.items()}
