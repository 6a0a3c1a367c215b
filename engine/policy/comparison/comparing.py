"""Two rulebooks, clause by clause: what changed, whether that is stricter or looser, for whom, and from which day.

*Stricter*: some timeline has a worse outcome by the second rulebook (`engine.policy.comparison.moves` has the order), and none was
found that has a better one. *Looser* is the reverse, *both* is both. *Different* is neither: it is counted elsewhere, or
moves only between outcomes of which none is worse, or no timeline within the bound shows a difference. What says the same
in both, values and all, is unchanged and not searched.

Records of both are judged by this engine: a change of the engine itself is not seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from engine.duty.language import Duty, NoOpenBreach
from engine.duty.rulebook import Rulebook, number, refs
from engine.policy.comparison.differing import one_dictionary
from engine.policy.comparison.stretch_words import Differing
from engine.policy.comparison.stretches import Editions, Stretch, dates, editions_of, stretches
from engine.policy.comparison.witness import Found, Search, Witness
from engine.record.dictionary import Dictionary
from engine.record.model import CaseRecord
from engine.record.problem import RulebookProblem, nearest

Kind = Literal["unchanged", "texts", "added", "removed", "stricter", "looser", "both", "different"]

KINDS: dict[Kind, str] = {
    "both": "stricter for some timelines, looser for others",
    "stricter": "some timelines have a worse outcome, and none was found that has a better one",
    "looser": "some timelines have a better outcome, and none was found that has a worse one",
    "different": "changed, and neither stricter nor looser as far as was found",
    "added": "only the second rulebook has it",
    "removed": "only the first rulebook has it",
    "texts": "only the words for people changed: no outcome moves",
    "unchanged": "says the same, with the same values",
}
"""Every kind of change with what it means, in the order in which people want to read them."""

Seeds = Callable[[str], Sequence[tuple[CaseRecord, date]]]
"""Gives timelines of a clause, each with the day it is looked at from, such as its examples: tried as well."""


@dataclass(frozen=True, slots=True)
class DutyChange:
    """One duty that changed: how, in words, and what came of looking for a timeline. `found` is None when nothing was looked
    for, because nothing that an outcome rests on changed.
    """

    duty: str
    says: tuple[str, ...]
    found: Found | None


@dataclass(frozen=True, slots=True)
class ClauseChange:
    """What became of one clause.

    `moves_from` is the first day on which anything that starts may move, None when nothing does; `from_the_first`: that is
    the day on which the clause came into force. `dated` is the first day that the change is dated with: of a version of a
    duty or a value that only one of the two has. `rests_on` are changed clauses that a duty about outcomes looks at.
    """

    clause: str
    title: str
    kind: Kind
    duties: tuple[DutyChange, ...] = ()
    moves_from: date | None = None
    from_the_first: bool = False
    dated: date | None = None
    rests_on: tuple[str, ...] = ()

    @property
    def searched(self) -> tuple[Found, ...]:
        """What came of looking for timelines."""
        return tuple(duty.found for duty in self.duties if duty.found is not None)

    @property
    def worse(self) -> Witness | None:
        """The smallest timeline found with a worse outcome by the second rulebook."""
        return self._smallest("worse")

    @property
    def better(self) -> Witness | None:
        """The smallest timeline found with a better outcome by the second rulebook."""
        return self._smallest("better")

    @property
    def neither(self) -> Witness | None:
        """The smallest timeline found whose outcome is another, and neither worse nor better."""
        return self._smallest("neither")

    def _smallest(self, direction: Literal["worse", "better", "neither"]) -> Witness | None:
        found = [found.witnesses[direction] for found in self.searched if direction in found.witnesses]
        return min(found, key=lambda one: len(one.case.events), default=None)

    @property
    def before(self) -> Witness | None:
        """A timeline that moves although it started before anything should, if one was found."""
        return next((found.before for found in self.searched if found.before is not None), None)

    @property
    def undated(self) -> bool:
        """Whether it moves what started before the first day that the change is dated with, or has no such day."""
        if self.moves_from is None or self.kind in ("added", "removed"):
            return False
        return self.dated is None or self.moves_from < self.dated


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two rulebooks compared, in the order of the clauses. `words`: how the words that records may use differ.

    `calendar`: the calendars differ, so that any due date may move.
    """

    old: str
    new: str
    clauses: tuple[ClauseChange, ...]
    words: tuple[str, ...]
    calendar: bool

    @property
    def moves_from(self) -> date | None:
        """The first day on which anything that starts may move."""
        return min((one.moves_from for one in self.clauses if one.moves_from is not None), default=None)

    @property
    def too_early(self) -> tuple[ClauseChange, ...]:
        """The changes that move what started before the day that they are dated with, or have no such day."""
        return tuple(one for one in self.clauses if one.undated or one.before is not None)


def compare(
    old: Rulebook,
    new: Rulebook,
    near: date,
    only: Iterable[str] = (),
    seeds: Seeds = lambda _: (),
    progress: Callable[[int], None] = lambda _: None,
) -> Comparison:
    """What became of these clauses or duties, of all when none is named. Timelines start about `near` where they may.

    `progress` is told of each clause done.

    Raises:
        RulebookProblem: for a clause that neither has.
    """
    chosen = clauses_of(old, new, only)
    editions = editions_of(old), editions_of(new)
    words = one_dictionary(old.dictionary, new.dictionary) or new.dictionary
    changed: list[ClauseChange] = []
    for clause in chosen:
        changed.append(_clause(clause, (old, new), editions, _Searching(old, new, words, near, seeds, clause)))
        progress(1)
    if any(one.moves_from for one in changed):
        changed = [_resting(one, changed, (old, new)) for one in changed]
    said = tuple(_words(old, new))
    return Comparison(old.sha256, new.sha256, tuple(changed), said, old.calendar != new.calendar)


def clauses_of(old: Rulebook, new: Rulebook, only: Iterable[str] = ()) -> list[str]:
    """The clauses of either that these ids name, all when there is none, in the order of their numbers.

    Raises:
        RulebookProblem: for an id that is a clause or a duty of neither.
    """
    wanted = set(only)
    duties = [*old.duties, *new.duties]
    known = {name for duty in duties for name in (duty.id, duty.clause)}
    for name in sorted(wanted - known):
        raise RulebookProblem(f"neither rulebook has a clause '{name}'{nearest(name, known)}")
    found = {duty.clause for duty in duties if not wanted or {duty.id, duty.clause} & wanted}
    return sorted(found, key=number)


@dataclass(frozen=True, slots=True)
class _Searching:
    """What looking for timelines of one clause needs."""

    old: Rulebook
    new: Rulebook
    words: Dictionary
    near: date
    seeds: Seeds
    clause: str

    def run(self, duty: str, found: Sequence[Stretch]) -> Found:
        return Search(self.old, self.new, self.words, duty, found, self.near).run(self.seeds(self.clause))


def _clause(
    clause: str, books: tuple[Rulebook, Rulebook], editions: tuple[Editions, Editions], searching: _Searching
) -> ClauseChange:
    old, new = books
    before, after = old.clauses.get(clause, ()), new.clauses.get(clause, ())
    title = (new if after else old).title(clause)
    if not before or not after:
        first = min(duty.in_force for duty in before or after)
        return ClauseChange(clause, title, "removed" if before else "added", moves_from=first, from_the_first=True)
    if _printed(old, before) == _printed(new, after) and old.title(clause) == new.title(clause):
        return ClauseChange(clause, title, "unchanged")
    ids = sorted({duty.id for duty in (*before, *after)}, key=number)
    words = Differing(old, new)
    changes, moving, first_days = [], [], []
    for name in ids:
        found = stretches(editions[0].get(name, ()), editions[1].get(name, ()))
        says = words.told(found)
        moves = [stretch for stretch in found if stretch.moves]
        first_days.append(found[0].since)
        moving += [stretch.since for stretch in moves]
        if says:
            changes.append(DutyChange(name, says, searching.run(name, found) if moves else None))
    if not changes:
        changes = [DutyChange(clause, ("texts: the clause's own title, or where a value comes from",), None)]
    dated = dates(new, ids) ^ dates(old, ids)
    draft = ClauseChange(
        clause,
        title,
        "different",
        tuple(changes),
        moves_from=min(moving, default=None),
        from_the_first=bool(moving) and min(moving) == min(first_days),
        dated=min(dated, default=None),
    )
    return replace(draft, kind=_kind(draft))


def _kind(change: ClauseChange) -> Kind:
    if change.worse and change.better:
        return "both"
    if change.worse or change.better:
        return "stricter" if change.worse else "looser"
    lines = [line for duty in change.duties for line in duty.says]
    return "texts" if change.moves_from is None and all(line.startswith("texts: ") for line in lines) else "different"


def _printed(book: Rulebook, duties: Iterable[Duty]) -> list[object]:
    """The duties and the values that they use, as the frozen rulebook has them."""
    found = list(duties)
    names = sorted({ref.value for duty in found for ref in refs(duty)})
    return [*(duty.model_dump() for duty in found), *(book.values[name].model_dump() for name in names)]


def _resting(change: ClauseChange, changed: Sequence[ClauseChange], books: Iterable[Rulebook]) -> ClauseChange:
    """The clause, with the changed ones that it looks at when it is about outcomes."""
    moved = {
        one.clause: one.moves_from for one in changed if one.moves_from is not None and one.clause != change.clause
    }
    found: dict[str, date] = {}
    for book in books:
        for duty in book.clauses.get(change.clause, ()):
            if isinstance(duty.must, NoOpenBreach):
                looked_at = {one.clause for one in book.duties if duty.must.looks_at(one)}
                found |= {clause: day for clause, day in moved.items() if day is not None and clause in looked_at}
    if not found:
        return change
    day = min([*found.values(), *([change.moves_from] if change.moves_from else [])])
    kind: Kind = "different" if change.kind in ("unchanged", "texts") else change.kind
    return replace(
        change, kind=kind, rests_on=tuple(sorted(found, key=number)), moves_from=day, dated=change.dated or day
    )


def _words(old: Rulebook, new: Rulebook) -> Iterator[str]:
    """How the words that records may use differ, but for the sentences that say what they mean."""
    for what, before, after in (
        ("objects", old.dictionary.object, new.dictionary.object),
        ("events", old.dictionary.event, new.dictionary.event),
    ):
        both = sorted(set(before) & set(after))
        lists = {
            "added": [name for name in after if name not in before],
            "removed": [name for name in before if name not in after],
            "changed": [name for name in both if _bare(before[name].model_dump()) != _bare(after[name].model_dump())],
        }
        yield from (f"{what} {how}: {', '.join(names)}" for how, names in lists.items() if names)


def _bare(part: object) -> object:
    if isinstance(part, dict):
        return {key: _bare(item) for key, item in part.items() if key != "says"}
    return [_bare(item) for item in part] if isinstance(part, list | tuple) else part
