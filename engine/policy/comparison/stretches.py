"""What two rulebooks have of one duty, by the day on which something starts.

Which edition of a duty an instance has is settled by the day it starts. So two rulebooks can be laid side by side day by
day: on every stretch of days on which neither changes, a duty is one edition here and one there, alike or not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from engine.duty.language import Duty
from engine.duty.rulebook import Edition, Rulebook, refs

TEXTS = ("title", "reads", "source", "status")
"""What a duty only says to people."""

COUNTED = ("force", "basis")
"""What decides under which heading an outcome is counted, not the outcome; so do whose a number is, and a mere reason."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days on which neither rulebook changes what it says of a duty: `old` and `new` are what holds there, if anything.

    `moves`: an outcome may differ. `counts`: it may be counted elsewhere.
    """

    since: date
    until: date | None
    old: Edition | None
    new: Edition | None
    moves: bool
    counts: bool


Editions = Mapping[str, Sequence[Edition]]
"""The editions of each duty of a rulebook, by its id."""


def editions_of(book: Rulebook) -> Editions:
    """The editions of each duty."""
    found: dict[str, list[Edition]] = {}
    for edition in book.editions():
        found.setdefault(edition.duty.id, []).append(edition)
    return found


def stretches(old: Sequence[Edition], new: Sequence[Edition]) -> tuple[Stretch, ...]:
    """The stretches of days on which one duty, with these editions in each rulebook, is in force in either, in order."""
    days = sorted({day for edition in (*old, *new) for day in (edition.from_, edition.until) if day})
    found = []
    for since, until in zip(days, [*days[1:], None], strict=True):
        was, now = _on(old, since), _on(new, since)
        if was is not None or now is not None:
            moves, counts = _core(was) != _core(now), _headings(was) != _headings(now)
            found.append(Stretch(since, until, was, now, moves, counts))
    return tuple(found)


def _on(editions: Iterable[Edition], day: date) -> Edition | None:
    return next((edition for edition in editions if edition.covers(day)), None)


def _core(edition: Edition | None) -> object:
    """What an outcome rests on: everything but texts, headings, names of values, and whose a number is."""
    if edition is None:
        return None
    duty = edition.duty
    parts = {name: getattr(duty, name) for name in Duty.model_fields}
    for name in (*TEXTS, *COUNTED, "in_force", "until"):
        del parts[name]
    parts["unless"] = tuple((excuse.when, excuse.already) for excuse in duty.unless if excuse.excuses)
    deadline = duty.deadline.model_dump()
    parts["deadline"] = {name: deadline[name] for name in deadline if name not in ("standing", "source", "value")}
    parts["judged"] = duty.judged and duty.judged.roles
    return parts, edition.span, edition.missing is None, edition.valid_for, edition.valid_missing is None


def _headings(edition: Edition | None) -> object:
    if edition is None:
        return None
    reasons = [(excuse.when, excuse.already) for excuse in edition.duty.unless if not excuse.excuses]
    return [getattr(edition.duty, name) for name in COUNTED], edition.standing, reasons


def dates(book: Rulebook, duties: Iterable[str]) -> frozenset[date]:
    """Every day that a change of these duties, or of a value that they use, is dated with."""
    wanted = set(duties)
    found: set[date | None] = set()
    for duty in book.duties:
        if duty.id in wanted:
            found |= {duty.in_force, duty.until}
            found |= {version.from_ for ref in refs(duty) for version in book.values[ref.value].versions}
    return frozenset(day for day in found if day is not None)
