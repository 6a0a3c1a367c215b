"""The smallest record of which something is still true: what can be left out is."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from engine.record.dictionary import Dictionary
from engine.record.model import CaseRecord, EventRecord, ObjectRecord


def shrunk(case: CaseRecord, words: Dictionary, still: Callable[[CaseRecord], bool]) -> CaseRecord:
    """The record without every event, object, link and attribute that it can do without, one after the other."""
    smaller = next((one for one in _smaller(case, words) if still(one)), None)
    while smaller is not None:
        case = smaller
        smaller = next((one for one in _smaller(case, words) if still(one)), None)
    return case


def _smaller(case: CaseRecord, words: Dictionary) -> Iterator[CaseRecord]:
    """The record without one thing, largest first; what it then still says is well formed."""
    for event in case.events:
        yield _with(case, events=tuple(one for one in case.events if one is not event))
    named = {target for event in case.events for _, target in event.links}
    linked = {link.target for link in case.links if link.target != link.source}
    for thing in case.objects:
        if thing.id not in named | linked:
            kept = tuple(link for link in case.links if thing.id not in (link.source, link.target))
            yield _with(case, objects=tuple(one for one in case.objects if one is not thing), links=kept)
    for link in case.links:
        if link.target != case.id or not _membership(case, link.source, link.qualifier, words):
            yield _with(case, links=tuple(one for one in case.links if one is not link))
    for root in _barer(case.root):
        yield _with(case, root=root)
    for thing in case.objects:
        for bare in _barer(thing):
            yield _with(case, objects=tuple(bare if one is thing else one for one in case.objects))
    for event in case.events:
        for plain in _plainer(event, case, words):
            yield _with(case, events=tuple(plain if one is event else one for one in case.events))


def _with(case: CaseRecord, **changes: object) -> CaseRecord:
    return case.model_copy(update=changes)


def _barer(thing: ObjectRecord) -> Iterator[ObjectRecord]:
    for name in thing.attributes:
        yield thing.model_copy(
            update={"attributes": {key: thing.attributes[key] for key in thing.attributes if key != name}}
        )


def _plainer(event: EventRecord, case: CaseRecord, words: Dictionary) -> Iterator[EventRecord]:
    needs = words.event[event.type].needs if event.type in words.event else ()
    for name in event.attributes:
        if name not in needs:
            rest = {key: value for key, value in event.attributes.items() if key != name}
            yield event.model_copy(update={"attributes": rest})
    for tie in event.links:
        if tie[0] not in needs and tie[1] != case.id:
            yield event.model_copy(update={"links": tuple(one for one in event.links if one != tie)})


def _membership(case: CaseRecord, source: str, qualifier: str, words: Dictionary) -> bool:
    thing = next(thing for thing in (case.root, *case.objects) if thing.id == source)
    word = words.object[thing.type].link.get(qualifier)
    return word is not None and word.membership
