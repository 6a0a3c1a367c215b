"""Which duties two rulebooks may judge differently: only these have to be judged by both.

A duty cannot move when all of its versions say the same and every value that it uses is the same, unless it is about
outcomes and looks at one that differs. Titles, readings and sources are for people, and judge nothing. A duty on trial is in
no total: where it is on trial it is as if it were not there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from pydantic import ValidationError

from engine.duty.language import Duty, NoOpenBreach
from engine.duty.rulebook import Rulebook, number, refs
from engine.judge.difference import Differing, How
from engine.record.dictionary import AttributeWord, Dictionary, EventWord, Frozen, LinkWord, ObjectWord
from engine.record.problem import RulebookProblem, nearest

_FOR_PEOPLE = frozenset({"title", "reads", "source", "says", "question"})

_Word = TypeVar("_Word", ObjectWord, EventWord, AttributeWord, LinkWord)


def differing(base: Rulebook, candidate: Rulebook) -> tuple[Differing, ...]:
    """The duties that have to be judged by both, in the order of their numbers."""
    titles = {duty.id: duty.title for book in (base, candidate) for duty in _counting(book)}
    whole: How | None = None
    if one_dictionary(base.dictionary, candidate.dictionary) is None:
        whole = "words"
    elif base.calendar != candidate.calendar:
        whole = "calendar"
    found: dict[str, How] = {}
    for name in titles:
        if how := _how(name, base, candidate) or whole:
            found[name] = how
    resting = _resting(base, found) | _resting(candidate, found)
    found |= dict.fromkeys(sorted(resting - set(found)), "rests")
    return tuple(Differing(name, titles[name], found[name]) for name in sorted(found, key=number))


def _counting(book: Rulebook) -> list[Duty]:
    return [duty for duty in book.duties if duty.id not in book.on_trial]


def _how(name: str, base: Rulebook, candidate: Rulebook) -> How | None:
    before, after = ([duty for duty in _counting(book) if duty.id == name] for book in (base, candidate))
    if not before or not after:
        return "gone" if before else "new"
    if _bare(before) != _bare(after):
        return "changed"
    values = {ref.value for duty in before for ref in refs(duty)}
    return "value" if any(_bare([base.values[one]]) != _bare([candidate.values[one]]) for one in values) else None


def _resting(book: Rulebook, moved: Iterable[str]) -> set[str]:
    """The duties about outcomes that look at any of these."""
    looked_at = [duty for duty in book.duties if duty.id in set(moved)]
    return {
        duty.id
        for duty in _counting(book)
        if isinstance(must := duty.must, NoOpenBreach) and any(must.looks_at(one) for one in looked_at)
    }


def _bare(models: Iterable[Frozen]) -> list[Any]:
    """What a machine reads in them."""
    return [_without(model.model_dump()) for model in models]


def _without(part: Any) -> Any:
    if isinstance(part, dict):
        return {key: _without(item) for key, item in part.items() if key not in _FOR_PEOPLE}
    if isinstance(part, list | tuple):
        return [_without(item) for item in part]
    return part


def chosen(base: Rulebook, candidate: Rulebook, only: Iterable[str]) -> frozenset[str]:
    """The ids of the duties of these clauses or duties in either rulebook; of all of them when none is named.

    Raises:
        RulebookProblem: for an id that neither has.
    """
    wanted = set(only)
    duties = [*base.duties, *candidate.duties]
    known = {name for duty in duties for name in (duty.id, duty.clause)}
    for name in sorted(wanted - known):
        raise RulebookProblem(f"neither rulebook has a clause '{name}'{nearest(name, known)}")
    return frozenset(duty.id for duty in duties if not wanted or {duty.id, duty.clause} & wanted)


# --- words -----------------------------------------------------------------------------------------------------------


class _ContradictionError(Exception):
    """One word means two things."""


def one_dictionary(base: Dictionary, candidate: Dictionary) -> Dictionary | None:
    """A dictionary with the words of both; None where they contradict each other, so that a record would not mean the same.

    What one of them lacks (a word, an attribute, a code) the other adds: records in which it occurs are judged by both.
    """
    if base == candidate:
        return base
    try:
        return Dictionary(
            objects=_joined(base.objects, candidate.objects, _name, _thing),
            events=_joined(base.events, candidate.events, _name, _event),
        )
    except (_ContradictionError, ValidationError):
        return None


def _joined(
    before: Iterable[_Word], after: Iterable[_Word], key: Callable[[_Word], str], join: Callable[[_Word, _Word], _Word]
) -> tuple[_Word, ...]:
    """The words of the candidate, each joined with the base's of that name, then what only the base has."""
    others: dict[str, _Word] = {key(word): word for word in before}
    found: list[_Word] = []
    for word in after:
        other = others.pop(key(word), None)
        found.append(word if other is None else join(other, word))
    found.extend(others.values())
    return tuple(found)


def _name(word: ObjectWord | EventWord | AttributeWord) -> str:
    return word.name


def _qualifier(word: LinkWord) -> str:
    return word.qualifier


def _thing(before: ObjectWord, after: ObjectWord) -> ObjectWord:
    _alike(before, after, "root", "closed_by")
    attributes = _joined(before.attributes, after.attributes, _name, _attribute)
    return ObjectWord(
        **_fields(after) | {"attributes": attributes, "links": _joined(before.links, after.links, _qualifier, _link)}
    )


def _event(before: EventWord, after: EventWord) -> EventWord:
    _alike(before, after, "needs", "lasting", "answerable", "by_subject")
    attributes = _joined(before.attributes, after.attributes, _name, _attribute)
    return EventWord(
        **_fields(after) | {"attributes": attributes, "about": tuple(dict.fromkeys((*after.about, *before.about)))}
    )


def _attribute(before: AttributeWord, after: AttributeWord) -> AttributeWord:
    _alike(before, after, "kind")
    return AttributeWord(**_fields(after) | {"codes": {**before.codes, **after.codes}})


def _link(before: LinkWord, after: LinkWord) -> LinkWord:
    _alike(before, after, "membership")
    return LinkWord(**_fields(after) | {"to": tuple(dict.fromkeys((*after.to, *before.to)))})


def _fields(word: Frozen) -> dict[str, Any]:
    return {name: getattr(word, name) for name in type(word).model_fields}


def _alike(before: Frozen, after: Frozen, *names: str) -> None:
    if any(getattr(before, name) != getattr(after, name) for name in names):
        raise _ContradictionError
