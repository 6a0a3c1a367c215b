"""Telling one timeline: the words of the dictionary made into records, cheaply and without ever failing.

A word that the dictionary lacks is left out; an attribute of a word that the teller does not mention is filled in at
random now and then. So the sample follows a dictionary that grows or shrinks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from random import Random
from typing import NamedTuple

from engine.record.dictionary import (
    ACTOR,
    EARLIEST,
    PRACTITIONER,
    AttributeValue,
    AttributeWord,
    Dictionary,
    EventWord,
    ObjectWord,
)
from engine.record.model import CaseRecord, EventRecord, LinkRecord, ObjectRecord

Said = AttributeValue | Iterable[str] | None
Filler = Callable[[Random, date], AttributeValue]


class _Told(NamedTuple):
    """An event before it has its number."""

    type: str
    happened: date
    recorded: datetime
    attributes: dict[str, AttributeValue]
    links: tuple[tuple[str, str], ...]


class Lexicon:
    """The dictionary as a story needs it: what may be said of each word, and how to fill in what nobody says."""

    def __init__(self, dictionary: Dictionary) -> None:
        self.dictionary = dictionary
        self.objects, self.events = dictionary.object, dictionary.event
        words: tuple[ObjectWord | EventWord, ...] = (*dictionary.objects, *dictionary.events)
        self.fillers: dict[str, dict[str, Filler]] = {
            word.name: {attribute.name: _filler(attribute) for attribute in word.attributes} for word in words
        }
        self._forms: dict[tuple[str, str], tuple[type, frozenset[str] | None]] = {
            (word.name, attribute.name): (_PYTHON[attribute.kind], frozenset(attribute.codes) or None)
            for word in words
            for attribute in word.attributes
        }

    def fits(self, word: str, attribute: str, value: Said) -> bool:
        """Whether that attribute of that word may have that value."""
        form = self._forms.get((word, attribute))
        if form is None or type(value) is not form[0]:
            return False
        codes = form[1]
        return codes is None or (codes.issuperset(value) if isinstance(value, tuple) else value in codes)


_PYTHON: dict[str, type] = {"text": str, "code": str, "codes": tuple, "date": date, "flag": bool, "number": int}


def _filler(word: AttributeWord) -> Filler:
    codes = sorted(word.codes)
    match word.kind:
        case "code":
            return lambda rng, _: rng.choice(codes)
        case "codes":
            return lambda rng, _: tuple(code for code in codes if rng.random() < 0.7)
        case "date":
            return lambda rng, day: day + timedelta(days=rng.randrange(7, 120))
        case "flag":
            return lambda rng, _: rng.random() < 0.7
        case "number":
            return lambda rng, _: rng.randrange(1, 50)
        case "text":
            return lambda rng, _: f"ref-{rng.randrange(1, 1000)}"


class Story:
    """One timeline in the telling. `rng` is its own: what is told depends on nothing else.

    Shapes: `cast` gives the attributes of a practitioner by id. Nothing is told that would have happened, or been put
    on the record, after `as_at`.
    """

    def __init__(
        self,
        lexicon: Lexicon,
        rng: Random,
        as_at: date,
        root: tuple[str, str],
        cast: Callable[[str], Mapping[str, str]],
    ) -> None:
        self.lexicon, self.rng, self.as_at, self.cast = lexicon, rng, as_at, cast
        self.root_type, self.id = root
        self.root_attributes: dict[str, AttributeValue] = {}
        self.types: dict[str, str] = {self.id: self.root_type}
        self.joined: dict[str, date] = {}
        self._objects: dict[str, dict[str, AttributeValue]] = {}
        self._links: list[LinkRecord] = []
        self._events: list[_Told] = []

    # --- chance

    def chance(self, probability: float) -> bool:
        """True so often."""
        return self.rng.random() < probability

    def days(self, fewest: int, most: int) -> timedelta:
        """Some days, both ends included."""
        return timedelta(days=self.rng.randint(fewest, most))

    def within(self, first: date, last: date) -> date:
        """Some day from the first to the last."""
        return first + timedelta(days=self.rng.randint(0, (last - first).days))

    # --- objects

    def describe(self, **said: AttributeValue) -> None:
        """The attributes of the object whose timeline it is; what is not said is filled in."""
        fillers = self.lexicon.fillers[self.root_type]
        fits = {name: value for name, value in said.items() if self.lexicon.fits(self.root_type, name, value)}
        self.root_attributes = {
            name: fill(self.rng, self.as_at) for name, fill in fillers.items() if name not in said
        } | fits

    def of_type(self, object_type: str) -> list[str]:
        """The ids of the objects of that type, in the order in which they were added."""
        return [name for name, kind in self.types.items() if kind == object_type]

    def add(
        self,
        object_type: str,
        name: str,
        on: date,
        *,
        joined: date | None = None,
        links: Mapping[str, str | Iterable[str]] | None = None,
        **said: AttributeValue | None,
    ) -> str:
        """An object, from about that day; it stays out when the dictionary has no such type. Its id.

        With `joined` it joined the case then. Links that are not given lead to any object that they may lead to.
        """
        word = self.lexicon.objects.get(object_type)
        if word is None or name in self.types or (joined or EARLIEST) > self.as_at:
            return name
        attributes = {
            key: value
            for key, value in said.items()
            if value is not None and self.lexicon.fits(object_type, key, value)
        }
        for key, fill in self.lexicon.fillers[object_type].items():
            if key not in said and self.chance(0.9):
                attributes[key] = fill(self.rng, on)
        if joined is not None:
            recorded = self._recorded(joined, None)
            if recorded is None:
                return name
            self.joined[name] = joined
        self.types[name], self._objects[name] = object_type, attributes
        for tie in word.links:
            if tie.membership and self.root_type in tie.to:
                self._link(name, tie.qualifier, self.id, joined, recorded if joined else None)
                continue
            given = (links or {}).get(tie.qualifier)
            if given is None:
                able = [other for kind in tie.to for other in self.of_type(kind) if other != name]
                given = [self.rng.choice(able)] if able and self.chance(0.8) else []
            for target in dict.fromkeys([given] if isinstance(given, str) else given):
                if self.types.get(target) in tie.to:
                    self._link(name, tie.qualifier, target, None, None)
        return name

    def _link(self, source: str, qualifier: str, target: str, happened: date | None, recorded: datetime | None) -> None:
        self._links.append(
            LinkRecord(source=source, qualifier=qualifier, target=target, happened=happened, recorded=recorded)
        )

    # --- events

    def tell(self, event: str, on: date, late: int | None = None, /, **said: Said) -> bool:
        """An event on that day, with `key=object id or ids` or `key=value`, as in a case file; whether it is told.

        It is recorded `late` days after, or as soon as people record. An attribute given as None is not recorded; of
        those not mentioned, some are filled in.
        """
        word = self.lexicon.events.get(event)
        if word is None or on > self.as_at:
            return False
        recorded = self._recorded(on, late)
        if recorded is None:
            return False
        links = {(self.root_type, self.id)}
        attributes: dict[str, AttributeValue] = {}
        for key, value in said.items():
            if value is None:
                continue
            if key in word.about or key == ACTOR:
                if not self._tie(links, key, value, on):
                    return False
            elif self.lexicon.fits(event, key, value):
                attributes[key] = value  # type: ignore[assignment]
        for key, fill in self.lexicon.fillers[event].items():
            if key not in said and (self.rng.random() < 0.6 or key in word.needs):
                attributes[key] = fill(self.rng, on)
        if word.needs and not attributes.keys() | {key for key, _ in links} >= set(word.needs):
            return False
        # As the reader of case files has it: who did it is whom it is about, where nobody else is named.
        if word.by_subject and not any(key == PRACTITIONER for key, _ in links):
            links |= {(PRACTITIONER, name) for key, name in links if key == ACTOR}
        self._events.append(_Told(event, on, recorded, attributes, tuple(sorted(links))))
        return True

    def _tie(self, links: set[tuple[str, str]], key: str, value: Said, on: date) -> bool:
        """Link the event to these objects; False when it is about something of which nothing is there yet."""
        wanted = PRACTITIONER if key == ACTOR else key
        names: Iterable[str] = (value,) if isinstance(value, str) else value  # type: ignore[assignment]
        before, wanting = len(links), False
        for name in names:
            if wanted == PRACTITIONER and name not in self.types:
                post = self.cast(name)
                self.add(PRACTITIONER, name, on, role=post["role"], team=post["team"])
            # Nobody had anything to do with a case before joining it.
            if self.types.get(name) == wanted and self.joined.get(name, on) <= on:
                links.add((key, name))
            else:
                wanting = True
        return key == ACTOR or len(links) > before or not wanting

    def _recorded(self, on: date, late: int | None) -> datetime | None:
        draw = self.rng.random()
        if late is None:
            if draw < 0.72:
                late = 0
            elif draw < 0.92:
                late = 1 + int((draw - 0.72) * 15)
            elif draw < 0.985:
                late = 4 + int((draw - 0.92) * 300)
            else:
                late = 24 + int((draw - 0.985) * 5000)
        day = on + timedelta(days=late)
        minute = int(draw * 1_000_003) % 600
        return datetime.combine(day, time(8 + minute // 60, minute % 60)) if day <= self.as_at else None

    # --- the end

    def finish(self) -> CaseRecord:
        """The timeline as a record. Objects that no event came to name are left out, apart from who is in the case."""
        named = {name for told in self._events for _, name in told.links}
        tied = {link.source for link in self._links if link.target == self.id}
        kept = {name for name in self.types if name in named or name in tied or name == self.id or not self._events}
        kept |= {name for name in self.types if self.root_type == "organisation"}
        links = [link for link in self._links if link.source in kept and link.target in kept]
        things = [
            ObjectRecord.model_construct(id=name, type=self.types[name], attributes=attributes)
            for name, attributes in self._objects.items()
            if name in kept
        ]
        told = sorted(self._events, key=lambda event: event.happened)
        events = [
            EventRecord.model_construct(
                id=f"{self.id}-e{number}",
                type=event.type,
                happened=event.happened,
                recorded=event.recorded,
                attributes=event.attributes,
                links=event.links,
            )
            for number, event in enumerate(told, start=1)
        ]
        root = ObjectRecord.model_construct(id=self.id, type=self.root_type, attributes=self.root_attributes)
        return CaseRecord.model_construct(root=root, objects=tuple(things), links=tuple(links), events=tuple(events))
