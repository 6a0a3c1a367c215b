"""A synthetic log with a seed, written as a caseload of Kept and as what the rivals read.

N cases of forty events each, over twenty months; one to three children a case, and every event names one of them or
all. The same seed gives the same cases, and more cases begin with the same ones.
"""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import NamedTuple

from engine.record.model import CaseRecord, EventRecord, LinkRecord, ObjectRecord
from engine.record.table_writer import CaseloadWriter
from tests.rivals.duties import DICTIONARY, TRIGGERS, TWENTY

EVENTS = 40
"""Events in a case."""

MORNING, EVENING = time(9), time(17)
"""When what starts something happens for the rivals, and when the rest does: on one day the one is before the other."""

AS_AT = date(2025, 6, 30)
"""A day on which some of it is still due."""

LONG_AFTER = date(2026, 12, 31)
"""A day on which nothing is due any more: where the rivals, who know no such day, look from."""

_FIRST = date(2024, 1, 1)
_STARTS, _LASTS = 480, 120
"""Cases start within so many days of the first, and start new things for so many."""
_FOLLOWS, _EXCUSED = 0.85, 0.06
"""So often what starts a duty is followed by what fulfils it, in time or not, and by what excuses it."""

_TRIGGERS = sorted(TRIGGERS)
_STARTED = {trigger: [one for one in TWENTY if one.trigger == trigger] for trigger in _TRIGGERS}

Advance = Callable[[int], None]


class Entry(NamedTuple):
    """An event: the day, what happened, the children it names, and on which day it was recorded."""

    on: date
    activity: str
    children: tuple[str, ...]
    recorded_on: date

    @property
    def at(self) -> datetime:
        """The moment at which the rivals have it."""
        return datetime.combine(self.on, MORNING if self.activity in TRIGGERS else EVENING)


class Story(NamedTuple):
    """One case: its id, its children, and forty entries in the order of their moments."""

    case: str
    children: tuple[str, ...]
    entries: tuple[Entry, ...]


def stories(cases: int, seed: int = 1) -> Iterator[Story]:
    """The log, case by case, in the order of their ids."""
    for number in range(cases):
        yield _story(f"R-{number:06}", random.Random(f"{seed}-{number}"))  # noqa: S311 - made up, not secret


def _story(case: str, chance: random.Random) -> Story:
    children = tuple(f"child{number}" for number in range(1, chance.randint(1, 3) + 1))
    begun = _FIRST + timedelta(days=chance.randrange(_STARTS))
    entries: list[Entry] = []

    def add(day: date, activity: str, about: tuple[str, ...]) -> None:
        entries.append(Entry(day, activity, about, day + timedelta(days=chance.choice((0, 0, 0, 1, 3)))))

    while len(entries) < EVENTS:
        trigger = chance.choice(_TRIGGERS)
        day = begun + timedelta(days=chance.randrange(_LASTS))
        about = children if chance.random() < 0.5 else (chance.choice(children),)
        add(day, trigger, about)
        for one in _STARTED[trigger]:
            span = one.span if one.unit == "days" else one.span * 7 // 5
            if chance.random() < _FOLLOWS:
                # Mostly in time, sometimes on the last day or just after it, and sometimes only for one of the children.
                early, after = chance.randint(0, span), chance.randint(span + 1, 2 * span + 2)
                waited = chance.choice((early, early, early, early, span, span + 1, after))
                add(day + timedelta(days=waited), one.fulfilment, about if chance.random() < 0.9 else about[:1])
            if chance.random() < _EXCUSED:
                add(day + timedelta(days=chance.randint(0, span + 3)), one.exception, about)
    kept = sorted(entries[:EVENTS], key=lambda entry: (entry.at, entry.activity))
    return Story(case, children, tuple(kept))


# --- as Kept has it ----------------------------------------------------------------------------------------------------


def record(story: Story) -> CaseRecord:
    """The case as a record of Kept."""
    root = ObjectRecord(id=story.case, type="case")
    events = tuple(
        EventRecord(
            id=f"e{number:02}",
            type=entry.activity,
            happened=entry.on,
            recorded=datetime.combine(entry.recorded_on, EVENING),
            links=(("case", story.case), *(("child", child) for child in entry.children)),
        )
        for number, entry in enumerate(story.entries, start=1)
    )
    return CaseRecord(
        root=root,
        objects=tuple(ObjectRecord(id=child, type="child") for child in story.children),
        links=tuple(LinkRecord(source=child, qualifier="subject_of", target=story.case) for child in story.children),
        events=events,
    )


def write_caseload(out: Path, cases: int, seed: int = 1, advance: Advance | None = None) -> None:
    """The log as a caseload directory; `advance` is told of every case.

    Raises:
        KeptError: when `out` holds something else.
    """
    with CaseloadWriter(out, DICTIONARY, extra={"seed": seed}) as writer:
        for story in stories(cases, seed):
            writer.write(record(story))
            if advance:
                advance(1)


# --- as the rivals read it ---------------------------------------------------------------------------------------------


def write_csv(path: Path, cases: int, seed: int = 1) -> None:
    """The log as a table of case, activity and moment: Declare4Py knows cases, and no objects in them."""
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(("case", "activity", "time"))
        for story in stories(cases, seed):
            out.writerows((story.case, entry.activity, entry.at.isoformat()) for entry in story.entries)


def write_ocel(path: Path, cases: int, seed: int = 1) -> None:
    """The log as OCEL 2.0 in JSON, with the cases and the children as objects."""
    types = [{"name": word.name, "attributes": []} for word in DICTIONARY.events if word.name != "case_closed"]
    with path.open("w", encoding="utf-8") as file:
        file.write('{"objectTypes": [{"name": "case", "attributes": []}, {"name": "child", "attributes": []}],\n')
        file.write(f'"eventTypes": {json.dumps(types)},\n"objects": [')
        _listed(file.write, (one for story in stories(cases, seed) for one in _objects(story)))
        file.write('],\n"events": [')
        _listed(file.write, (one for story in stories(cases, seed) for one in _events(story)))
        file.write("]}\n")


def _listed(write: Callable[[str], int], things: Iterator[dict[str, object]]) -> None:
    for number, thing in enumerate(things):
        write(f"{',' if number else ''}\n{json.dumps(thing)}")


def _objects(story: Story) -> Iterator[dict[str, object]]:
    yield {"id": story.case, "type": "case", "attributes": [], "relationships": []}
    for child in story.children:
        belongs = [{"objectId": story.case, "qualifier": "subject_of"}]
        yield {"id": f"{story.case}/{child}", "type": "child", "attributes": [], "relationships": belongs}


def _events(story: Story) -> Iterator[dict[str, object]]:
    for number, entry in enumerate(story.entries, start=1):
        about = [{"objectId": f"{story.case}/{child}", "qualifier": "child"} for child in entry.children]
        yield {
            "id": f"{story.case}/e{number:02}",
            "type": entry.activity,
            "time": f"{entry.at.isoformat()}Z",
            "attributes": [],
            "relationships": [{"objectId": story.case, "qualifier": "case"}, *about],
        }
