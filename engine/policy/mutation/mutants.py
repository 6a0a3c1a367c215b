"""Mutants: a duty with one small thing made wrong, as a slip of the pen would have it.

A mutant that no example of its clause notices is a missing example. `engine.policy.mutation.mutating` tries them; here they are
gathered. A duty is made wrong in `mutant_duties`, its values in `mutant_values`, both from what `mutant_conditions` has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pydantic import ValidationError

from engine.duty.language import Duty
from engine.duty.rulebook import Rulebook, refs
from engine.duty.values import Value
from engine.policy.mutation.mutant_conditions import Kind
from engine.policy.mutation.mutant_duties import changes
from engine.policy.mutation.mutant_values import of_a_value
from engine.record.problem import RulebookProblem


@dataclass(frozen=True, slots=True)
class Mutant:
    """One duty with one thing wrong in it: what, in a few words, and a rulebook of that duty alone.

    With a duty about outcomes go all the others that such a one may look at.
    """

    duty: str
    clause: str
    kind: Kind
    says: str
    rulebook: Rulebook

    def __str__(self) -> str:
        return f"{self.duty}: {self.says}"


def mutants(rulebook: Rulebook, clauses: Iterable[str] = ()) -> Iterator[Mutant]:
    """Every mutant of the duties of these clauses (or of these duties), of all when none is named, duty by duty.

    A mutant that the rulebook itself refuses needs no example and is left out.

    Raises:
        RulebookProblem: for an unknown clause.
    """
    chosen = rulebook.chosen(clauses)
    for duty in rulebook.duties:
        if duty.id in chosen:
            yield from _of_a_duty(rulebook, duty)


def _of_a_duty(rulebook: Rulebook, duty: Duty) -> Iterator[Mutant]:
    """The mutants of one duty, in one version: each once, however it comes about."""

    def mutant(kind: Kind, says: str, changed: Duty, values: dict[str, Value]) -> Mutant:
        versions = tuple(
            changed if one is duty else one
            for one in rulebook.duties
            if one.id == duty.id or (duty.about_outcomes and not one.about_outcomes)
        )
        alone = Rulebook(dictionary=rulebook.dictionary, calendar=rulebook.calendar, values=values, duties=versions)
        return Mutant(duty.id, duty.clause, kind, says, alone)

    fields: dict[str, object] = {name: getattr(duty, name) for name in Duty.model_fields}
    seen: set[object] = {duty}
    for kind, says, other in changes(duty, rulebook.dictionary):
        try:
            changed = Duty.model_validate({**fields, **other})
            if changed not in seen:
                seen.add(changed)
                yield mutant(kind, says, changed, rulebook.values)
        except (ValidationError, RulebookProblem):
            continue
    for name in dict.fromkeys(ref.value for ref in refs(duty)):
        for kind, says, value in of_a_value(rulebook.values[name], duty):
            try:
                yield mutant(kind, says, duty, {**rulebook.values, name: value})
            except RulebookProblem:
                continue
