"""The example that is missing: a small variation of one there is, on which a duty and its mutant differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

import yaml

from engine.duty.english import people
from engine.duty.rulebook import Rulebook
from engine.judge.case_judge import CaseJudge
from engine.judge.outcome import Finding
from engine.policy.example_yaml import written
from engine.policy.examples import Example, Given, Trials
from engine.policy.mutation.variations import Variation, Varied, in_turn
from engine.record.casefile import build_case
from engine.record.problem import RecordProblem
from engine.record.timeline import View

MOST_TRIED: Final = 3_000
"""So many variations are tried for one mutant."""

DAY = timedelta(days=1)
LATER = timedelta(days=400)
"""So much later what is changed is also looked at: most things have come to an end by then."""


@dataclass(frozen=True, slots=True)
class Missing:
    """What came of the search: the example as its file would have it, or None; and how many variations were tried."""

    example: str | None
    tried: int


def search(
    rulebook: Rulebook, clause: str, duty: str, mutant: Rulebook, says: str, examples: Sequence[Example]
) -> Missing:
    """A variation of one of these examples of the clause on which the duty and its mutant come to something else.

    First every example seen from other days, then with one thing changed, then with two; no more
    than `MOST_TRIED` of them. `says` is what is wrong with the mutant.
    """
    hunt = _Hunt(rulebook, duty, mutant)
    found = hunt.first(examples)
    if found is None:
        return Missing(None, hunt.tried)
    variation, like = found
    findings = Trials(rulebook).findings(variation.example)
    several = len({one.id for one in rulebook.clauses[clause]}) > 1
    name = f"Missing: {duty}, {says}: “{like.name}”, {', '.join(variation.says)}"
    return Missing(written(name, variation.example, like, findings, rulebook.dictionary, several=several), hunt.tried)


class _Hunt:
    def __init__(self, rulebook: Rulebook, duty: str, mutant: Rulebook) -> None:
        self.rulebook, self.duty, self.mutant = rulebook, duty, mutant
        self.varied = Varied(duty, (rulebook, mutant))
        self.tried = 0
        self._judges: dict[tuple[bool, bool], CaseJudge] = {}

    def first(self, examples: Sequence[Example]) -> tuple[Variation, Example] | None:
        """The first variation on which they differ, with the example that it is a variation of."""
        for variation, like in self._all(examples):
            if self.tried >= MOST_TRIED:
                return None
            self.tried += 1
            if self._differ(variation.example):
                return variation, like
        return None

    def _all(self, examples: Sequence[Example]) -> Iterator[tuple[Variation, Example]]:
        """Every variation with the example that it is of: those with the fewest changes first, the examples in turn."""
        days = {id(example): self._days(example) for example in examples}
        for like in examples:
            yield from ((one, like) for one in self.varied.looks(like, days[id(like)]))
        yield from in_turn(self._one_changed(like, days[id(like)]) for like in examples)
        yield from in_turn(self._two_changed(like, days[id(like)]) for like in examples)

    def _one_changed(self, like: Example, days: list[date]) -> Iterator[tuple[Variation, Example]]:
        for one in self.varied.timelines(like, days):
            yield one, like
            later = one.example.view.as_at + LATER
            yield Variation((*one.says, f"as at {people(later)}"), replace(one.example, view=View(later))), like

    def _two_changed(self, like: Example, days: list[date]) -> Iterator[tuple[Variation, Example]]:
        for one in self.varied.timelines(like, days[:2]):
            for other in self.varied.timelines(one.example, days[:2]):
                yield Variation((*one.says, *other.says), other.example), like

    def _days(self, example: Example) -> list[date]:
        """The days that matter in it: on which something starts, falls due or is done, by either version, and next to them."""
        found: dict[date, None] = {}
        for mutant in (False, True):
            judged = self._judge(example, mutant=mutant)
            for finding in judged:
                for day in (finding.due, finding.start, finding.done):
                    found |= {} if day is None else dict.fromkeys((day, day + DAY, day - DAY))
        if not found and example.case.events:
            day = example.case.events[0].happened
            found = dict.fromkeys((day, day + DAY, day - DAY))
        return list(found)

    def _differ(self, example: Example) -> bool:
        """Whether they come to something else, also when the example is written down and read again."""
        if not self._two_results(example):
            return False
        read = self._read_again(example)
        return read is not None and self._two_results(read)

    def _two_results(self, example: Example) -> bool:
        return _seen(self._judge(example, mutant=False)) != _seen(self._judge(example, mutant=True))

    def _read_again(self, example: Example) -> Example | None:
        """The example as a reader would have it; None where one would refuse it."""
        alone = replace(example, given=Given())
        text = written("As it is written", alone, alone, (), self.rulebook.dictionary, several=False)
        (content,) = yaml.safe_load(text)
        known = (*self.rulebook.dictionary.roots, "objects", "timeline")
        try:
            case = build_case(
                {key: value for key, value in content.items() if key in known}, self.rulebook.dictionary, "a variation"
            )
        except RecordProblem:
            return None
        return replace(example, case=case)

    def _judge(self, example: Example, *, mutant: bool) -> tuple[Finding, ...]:
        key = mutant, example.stated_only
        if key not in self._judges:
            book = self.mutant if mutant else self.rulebook
            self._judges[key] = CaseJudge(book, only=[self.duty], stated_only=example.stated_only)
        judged = self._judges[key].judge(example.case, example.view)
        return judged.findings if not judged.faults else ()


def _seen(findings: tuple[Finding, ...]) -> list[tuple[object, ...]]:
    """What an example can say of them."""
    return sorted(
        (
            one.duty, one.subject, one.outcome, one.start.isoformat(), str(one.due), str(one.done), one.evidence,
            tuple(sorted(one.flags)), one.force, one.standing,
        )
        for one in findings
    )  # fmt: skip
