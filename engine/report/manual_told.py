"""What the manual tells beside its clauses: the values and who uses them, the words of the record, what examples cover."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from engine.duty.english import English, words
from engine.duty.rulebook import JUDGEMENT, Rulebook, patterns, refs
from engine.judge.outcome import Outcome
from engine.record.dictionary import AttributeKind, AttributeWord, EventWord, ObjectWord
from engine.report.clause import ValueTold, tell_value
from engine.report.clause_examples import ExampleRead

_KINDS: dict[AttributeKind, str] = {
    "text": "words",
    "code": "one of",
    "codes": "some of",
    "date": "a date",
    "number": "a number",
    "flag": "yes or no",
}


@dataclass(frozen=True, slots=True)
class ValueUsed:
    """A dated value with its history, when each version was last confirmed, and the clauses that use it."""

    name: str
    told: ValueTold
    confirmed: tuple[date | None, ...]
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AttributeTold:
    """An attribute as words: what it holds, and its codes with their sentences."""

    name: str
    called: str
    kind: str
    says: str
    codes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class WordTold:
    """A word of the record: its place on the page, its sentence, what it has, and the clauses that look at it."""

    anchor: str
    name: str
    called: str
    says: str
    notes: tuple[str, ...]
    attributes: tuple[AttributeTold, ...]
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Covered:
    """What the examples of a clause cover: how many there are, drafts apart, and how often each outcome is expected."""

    examples: int
    drafts: int
    outcomes: Mapping[Outcome, int] = field(default_factory=dict)
    nobody: int = 0


def file_of(clause: str) -> str:
    """The file of a clause's page: `NS-5.1.html`."""
    return f"{clause}.html"


def tell_values(rulebook: Rulebook) -> tuple[ValueUsed, ...]:
    """Every value, in the order of the clauses that use them; those that none uses last."""
    english = English(rulebook)
    used: dict[str, list[str]] = {}
    for duty in rulebook.duties:
        for ref in refs(duty):
            used.setdefault(ref.value, []).append(duty.clause)
    used |= {name: [] for name in rulebook.values if name not in used}
    return tuple(
        ValueUsed(
            name,
            tell_value(rulebook.values[name], english),
            tuple(version.confirmed for version in rulebook.values[name].versions),
            tuple(dict.fromkeys(clauses)),
        )
        for name, clauses in used.items()
    )


def tell_words(rulebook: Rulebook) -> dict[str, tuple[WordTold, ...]]:
    """Every word of the record dictionary under its kind, `object` or `event`."""
    looks: dict[str, list[str]] = {}
    for duty in rulebook.duties:
        names = [name for pattern in patterns(duty) for name in pattern.events]
        for name in [*names, *([JUDGEMENT] if duty.judged else [])]:
            looks.setdefault(name, []).append(duty.clause)
    return {
        "object": tuple(_object(word) for word in rulebook.dictionary.objects),
        "event": tuple(
            _event(word, tuple(dict.fromkeys(looks.get(word.name, ())))) for word in rulebook.dictionary.events
        ),
    }


def tell_coverage(examples: Sequence[ExampleRead]) -> Covered:
    """What these examples cover; drafts prove nothing, and are in no other number."""
    agreed = [example for example in examples if not example.draft]
    counted = Counter(one.outcome for example in agreed for one in example.expect)
    nobody = sum(not example.expect for example in agreed)
    return Covered(len(agreed), len(examples) - len(agreed), counted, nobody)


def _object(word: ObjectWord) -> WordTold:
    notes = ["has a timeline of its own"] if word.root else []
    notes += [f"{words(link.qualifier)} {_either(link.to)}: {link.says}" for link in word.links]
    return WordTold(
        f"object-{word.name}", word.name, words(word.name), word.says, tuple(notes), _attributes(word.attributes), ()
    )


def _event(word: EventWord, clauses: tuple[str, ...]) -> WordTold:
    notes = [f"about {_either(word.about)}"] if word.about else []
    notes += [f"says nothing without {', '.join(words(name) for name in word.needs)}"] if word.needs else []
    notes += ["goes on being so, for a child who joins afterwards too"] if word.lasting else []
    return WordTold(
        f"event-{word.name}",
        word.name,
        words(word.name),
        word.says,
        tuple(notes),
        _attributes(word.attributes),
        clauses,
    )


def _either(names: Sequence[str]) -> str:
    return " or ".join(words(name) for name in names)


def _attributes(given: Sequence[AttributeWord]) -> tuple[AttributeTold, ...]:
    return tuple(AttributeTold(one.name, words(one.name), _KINDS[one.kind], one.says, one.codes) for one in given)
