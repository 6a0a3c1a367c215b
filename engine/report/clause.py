"""What a clause's page tells, in words, for the terminal and for HTML alike: the clause, its duties, values and exceptions.

Its examples are in `engine.report.clause_examples`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.duty.english import STANDING, English, words
from engine.duty.language import (
    Anniversary,
    AtOnce,
    Basis,
    Before,
    ByClosure,
    Duty,
    Force,
    Judgement,
    Never,
    OnDate,
    Standing,
    ValueRef,
    Within,
)
from engine.duty.rulebook import Rulebook, refs
from engine.duty.values import Value
from engine.report.clause_examples import ExampleRead, ExamplesTold, tell_examples
from engine.report.wording import DECIDED_BY, day

_FORCE: dict[Force, str] = {
    "must": "must (the clause's own word is will, always, never or the like)",
    "should": "should (the clause's own word is normally, as far as possible, aims or the like)",
}
_INFERRED_FORCE: dict[Force, str] = {"must": "must (ours: inferred)", "should": "should (ours: inferred)"}
_BASIS: dict[Basis, str] = {
    "stated": "stated in a published text",
    "inferred": "inferred: no published text says it in these words",
}
Facts = tuple[tuple[str, str], ...]
"""Headings, each with what there is to say under it."""


@dataclass(frozen=True, slots=True)
class VersionTold:
    """A value from a day on: its number with the unit, whose it is, and where it comes from."""

    from_: str
    shown: str
    standing: str
    local: bool
    source: str


@dataclass(frozen=True, slots=True)
class ValueTold:
    """A dated value: what it says, its name as words, and its history."""

    says: str
    name: str
    versions: tuple[VersionTold, ...]


@dataclass(frozen=True, slots=True)
class ExceptionTold:
    """An exception as a sentence, what comes of it, whose it is, and where it comes from."""

    sentence: str
    effect: str
    standing: str
    local: bool
    source: str


@dataclass(frozen=True, slots=True)
class DutyTold:
    """A duty: its English paragraph, how we read it, who judges it and by when, its values and exceptions."""

    id: str
    title: str
    paragraph: str
    reads: str
    facts: Facts
    judgement: Facts
    values: tuple[ValueTold, ...]
    exceptions: tuple[ExceptionTold, ...]


@dataclass(frozen=True, slots=True)
class ClauseTold:
    """Everything that a clause's page says. `local`: something in it is ours, because the clause does not give it."""

    id: str
    title: str
    inferred: bool
    facts: Facts
    local: bool
    duties: tuple[DutyTold, ...]
    examples: ExamplesTold
    rulebook: str


def tell_clause(rulebook: Rulebook, clause: str, examples: Sequence[ExampleRead] = ()) -> ClauseTold:
    """The page of a clause, or of one part of it; `examples` are those of the whole clause.

    Raises:
        RulebookProblem: when there is no such clause or duty.
    """
    chosen = rulebook.chosen([clause])
    duties = [duty for duty in rulebook.duties if duty.id in chosen]
    whole = duties[0].clause
    told = tuple(_duty(duty, rulebook) for duty in duties)
    return ClauseTold(
        id=clause,
        title=rulebook.title(whole) if clause == whole else duties[0].title,
        inferred=any(duty.basis == "inferred" for duty in duties),
        facts=_clause_facts(whole, duties),
        local=any(edition.standing == "local" for edition in rulebook.editions() if edition.duty.id in chosen)
        or any(version.local for duty in told for value in duty.values for version in value.versions)
        or any(exception.local for duty in told for exception in duty.exceptions),
        duties=told,
        examples=tell_examples(rulebook, duties, examples),
        rulebook=rulebook.sha256,
    )


# --- the clause ----------------------------------------------------------------------------------------------------------


def _clause_facts(clause: str, duties: Sequence[Duty]) -> Facts:
    facts = [
        ("Basis", _by_part(clause, duties, lambda duty: _BASIS[duty.basis])),
        ("In force", _by_part(clause, duties, _in_force)),
        ("Force", _by_part(clause, duties, _force)),
        ("Decided by", _by_part(clause, duties, lambda duty: DECIDED_BY[duty.decided_by])),
        ("Source", _by_part(clause, duties, lambda duty: duty.source)),
    ]
    if any(duty.status == "under_review" for duty in duties):
        facts.insert(1, ("Status", "under review; judged as it stands until that is decided"))
    if any(duty.status == "trial" for duty in duties):
        facts.insert(1, ("On trial", ", ".join(dict.fromkeys(duty.id for duty in duties if duty.status == "trial"))
                         + ": judged every night and shown apart, in no total, until somebody promotes it"))  # fmt: skip
    return tuple(facts)


def _by_part(clause: str, duties: Sequence[Duty], say: Callable[[Duty], str]) -> str:
    """What is so of every part, or of which: `must; part c: should`."""
    parts: dict[str, list[str]] = {}
    for duty in duties:
        parts.setdefault(say(duty), []).append(duty.id.removeprefix(clause))
    if len(parts) == 1:
        return next(iter(parts))
    named = [(list(dict.fromkeys(names)), said) for said, names in parts.items()]
    return "; ".join(f"part{'s' if len(names) > 1 else ''} {', '.join(names)}: {said}" for names, said in named)


def _force(duty: Duty) -> str:
    return (_FORCE if duty.basis == "stated" else _INFERRED_FORCE)[duty.force]


def _in_force(duty: Duty) -> str:
    until = f", until {day(duty.until)}" if duty.until else ""
    return f"for whatever starts on or after {day(duty.in_force)}{until}"


# --- a duty --------------------------------------------------------------------------------------------------------------


def _duty(duty: Duty, rulebook: Rulebook) -> DutyTold:
    english = English(rulebook)
    values = [rulebook.values[name] for name in dict.fromkeys(ref.value for ref in refs(duty))]
    return DutyTold(
        id=duty.id,
        title=duty.title,
        paragraph=english.paragraph(duty),
        reads=duty.reads,
        facts=_duty_facts(duty, english),
        judgement=_judgement(duty.judged, english) if duty.judged else (),
        values=tuple(tell_value(value, english) for value in values),
        exceptions=tuple(
            ExceptionTold(
                sentence=english.exception(excuse, duty),
                effect="excuses" if excuse.excuses else "only shows a reason",
                standing=STANDING[excuse.standing],
                local=excuse.standing == "local",
                source=excuse.source,
            )
            for excuse in duty.unless
        ),
    )


def _duty_facts(duty: Duty, english: English) -> Facts:
    return (
        ("By when", _by_when(duty, english)),
        ("Force", _force(duty)),
        ("Decided by", DECIDED_BY[duty.decided_by]),
        ("In force", _in_force(duty)),
    )


def _by_when(duty: Duty, english: English) -> str:
    match duty.deadline:
        case Within(value=ref):
            return f"{_now(ref, english)}, counted from the start"
        case Anniversary(value=ref, of=of, attribute=attribute, youngest=youngest):
            whose = f"the {'youngest ' if youngest else ''}{words(of)}"
            return f"{_now(ref, english)}, counted from the date “{words(attribute)}” of {whose}"
        case OnDate(attribute=attribute, standing=standing, source=source):
            return f"on the date that the record gives as “{words(attribute)}”{_whose(standing, source)}"
        case Before(pattern=pattern, standing=standing, source=source):
            first = " or ".join(f"“{words(name)}”" for name in pattern.events)
            by = "before" if isinstance(duty.must, Never) else "on or before"
            return f"{by} the day of the first {first}{_whose(standing, source)}"
        case ByClosure(standing=standing, source=source):
            return f"by the day the case closes{_whose(standing, source)}"
        case AtOnce(standing=standing, source=source):
            return f"on the day that starts it{_whose(standing, source)}"
        case _:
            return "no day is given, and none is needed"


def _whose(standing: Standing, source: str) -> str:
    return f" ({STANDING[standing]}{f'; source: {source}' if source else ''})"


def _judgement(judged: Judgement, english: English) -> Facts:
    facts = [
        ("The question", judged.question),
        ("Who may judge", " or ".join(words(role) for role in judged.roles)),
        (
            "Who may not",
            "the person judged: not whom it is about, not whoever did what is judged, not one who has led the case",
        ),
    ]
    if judged.valid_for:
        facts.append(("How long it stands", _now(judged.valid_for, english)))
    return tuple(facts)


def _now(ref: ValueRef, english: English) -> str:
    """The newest version of a value, with whose it is; the history stands with the value."""
    value = english.rulebook.values[ref.value]
    return english.value(value, value.versions[-1])


def tell_value(value: Value, english: English) -> ValueTold:
    """A dated value with its history."""
    versions = []
    for version in value.versions:
        standing = STANDING[version.standing]
        shown = english.value(value, version).removesuffix(f" ({standing})")
        if version.value is None:
            shown = "nobody has set it"
        local = version.standing == "local"
        versions.append(VersionTold(day(version.from_), shown, standing, local, version.source))
    return ValueTold(value.says, words(value.name), tuple(versions))
