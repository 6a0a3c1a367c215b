"""The form of the record dictionary: which objects, events, links and attributes a record may hold, each with a sentence.

The words themselves are in `rules/vocabulary.py`; the engine only knows that there are words.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import cached_property
from typing import Literal

from pydantic import BaseModel, ConfigDict, field_validator, model_validator

from engine.record.problem import nearest

AttributeKind = Literal["text", "code", "codes", "date", "number", "flag"]
AttributeValue = str | int | bool | date | tuple[str, ...]

WORD = re.compile(r"[a-z][a-z0-9_]{0,62}")
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}")

ACTOR = "by"
"""The qualifier of the link from an event to the practitioner who did what it says."""

PRACTITIONER = "practitioner"
"""The type of whoever does what the record tells of."""

EARLIEST, LATEST = date(1900, 1, 1), date(2100, 12, 31)
"""Dates outside are refused: no child in family proceedings was born before, no duty falls due after."""

RESERVED = frozenset({"id", "type", "date", "event", "recorded", "joined", "by", "case_id", "happened"})


class Frozen(BaseModel):
    """Base of every model: strict, without unknown keys, unchangeable."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class AttributeWord(Frozen):
    """One attribute: its kind, a sentence, and for codes each code with a sentence."""

    name: str
    says: str
    kind: AttributeKind
    codes: dict[str, str] = {}

    @model_validator(mode="after")
    def _codes_belong_to_codes(self) -> AttributeWord:
        if (self.kind in ("code", "codes")) != bool(self.codes):
            raise ValueError(f"attribute '{self.name}': exactly the kinds code and codes list their codes")
        return self


class LinkWord(Frozen):
    """One kind of link from an object to another: its qualifier, the types it may lead to, a sentence.

    A `membership` ties an object to the case it is in, from the day it joined.
    """

    qualifier: str
    to: tuple[str, ...]
    says: str
    membership: bool = False


class ObjectWord(Frozen):
    """One type of object. A `root` has a timeline of its own, which ends with the event `closed_by`."""

    name: str
    says: str
    root: bool = False
    closed_by: str | None = None
    attributes: tuple[AttributeWord, ...] = ()
    links: tuple[LinkWord, ...] = ()

    @cached_property
    def attribute(self) -> dict[str, AttributeWord]:
        """Its attributes by name."""
        return {word.name: word for word in self.attributes}

    @cached_property
    def link(self) -> dict[str, LinkWord]:
        """Its links by qualifier."""
        return {word.qualifier: word for word in self.links}


class EventWord(Frozen):
    """One type of event.

    `about` names the types of object it may be linked to, `needs` those (and those attributes) without which it says
    nothing. `lasting` means that what it says goes on being so, and holds for a child who joins afterwards.
    `by_subject`: whoever did it is also the practitioner it is about, where none is named (a lead allocated `by: fca1`).
    `answerable`: from then on the practitioner it is about answers for the case, and may not judge work on it.
    """

    name: str
    says: str
    about: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    lasting: bool = False
    answerable: bool = False
    by_subject: bool = False
    attributes: tuple[AttributeWord, ...] = ()

    @cached_property
    def attribute(self) -> dict[str, AttributeWord]:
        """Its attributes by name."""
        return {word.name: word for word in self.attributes}

    @field_validator("attributes")
    @classmethod
    def _no_reserved_names(cls, attributes: tuple[AttributeWord, ...]) -> tuple[AttributeWord, ...]:
        for word in attributes:
            if word.name in RESERVED:
                raise ValueError(f"'{word.name}' has a meaning of its own in case files")
        return attributes


class Dictionary(Frozen):
    """Every word a record may use."""

    objects: tuple[ObjectWord, ...]
    events: tuple[EventWord, ...]

    @cached_property
    def object(self) -> dict[str, ObjectWord]:
        """Object types by name."""
        return {word.name: word for word in self.objects}

    @cached_property
    def event(self) -> dict[str, EventWord]:
        """Event types by name."""
        return {word.name: word for word in self.events}

    @property
    def words(self) -> tuple[ObjectWord | EventWord, ...]:
        """Every object and event word."""
        return (*self.objects, *self.events)

    @cached_property
    def roots(self) -> tuple[str, ...]:
        """The types of object that have a timeline of their own."""
        return tuple(word.name for word in self.objects if word.root)

    @cached_property
    def object_attributes(self) -> dict[str, AttributeKind]:
        """Every attribute of any object with its kind: the typed columns of the `objects` table."""
        return _columns(self.objects)

    @cached_property
    def event_attributes(self) -> dict[str, AttributeKind]:
        """Every attribute of any event with its kind: the typed columns of the `events` table."""
        return _columns(self.events)

    @model_validator(mode="after")
    def _hangs_together(self) -> Dictionary:
        for group in (self.objects, self.events):
            names = [word.name for word in group]
            for name in names:
                if not WORD.fullmatch(name):
                    raise ValueError(f"'{name}' is not a word: small letters, digits and underscores")
                if names.count(name) > 1:
                    raise ValueError(f"'{name}' is in the dictionary twice")
        for thing in self.objects:
            for link in thing.links:
                _known(link.to, self.object, f"the link '{link.qualifier}' of '{thing.name}'")
            if thing.closed_by is not None:
                _known((thing.closed_by,), self.event, f"'{thing.name}'")
        for event in self.events:
            _known(event.about, self.object, f"'{event.name}'")
            _known(event.needs, {*event.about, *event.attribute, ACTOR}, f"what '{event.name}' needs")
            overlap = set(event.attribute) & set(self.object)
            if overlap:
                raise ValueError(f"'{event.name}' has an attribute named like a type of object: {sorted(overlap)}")
        _columns(self.objects)
        _columns(self.events)
        return self


def _known(names: tuple[str, ...], known: object, where: str) -> None:
    for name in names:
        if name not in known:  # type: ignore[operator]
            raise ValueError(f"{where} names '{name}', which is not in the dictionary")


def _columns(words: tuple[ObjectWord, ...] | tuple[EventWord, ...]) -> dict[str, AttributeKind]:
    columns: dict[str, AttributeKind] = {}
    for word in words:
        for attribute in word.attributes:
            # One code and a few words are both a column of text.
            wanted: AttributeKind = "text" if attribute.kind == "code" else attribute.kind
            kind = columns.setdefault(attribute.name, wanted)
            if kind != wanted:
                raise ValueError(
                    f"attribute '{attribute.name}' is a {kind} in one place and a {attribute.kind} in another"
                )
    return dict(sorted(columns.items()))


def fits(word: AttributeWord, value: object) -> AttributeValue:
    """`value` as the attribute's kind has it.

    Raises:
        ValueError: with a message for a person, when the value is not of that kind or not one of the codes.
    """
    match word.kind:
        case "text" if isinstance(value, str):
            return value
        case "code" if isinstance(value, str):
            return _code(word, value)
        case "codes":
            values = (value,) if isinstance(value, str) else value
            if isinstance(values, list | tuple) and all(isinstance(code, str) for code in values):
                return tuple(sorted({_code(word, code) for code in values}))
        case "date" if isinstance(value, date) and not isinstance(value, datetime):
            return in_range(value)
        case "number" if isinstance(value, int) and not isinstance(value, bool):
            return value
        case "flag" if isinstance(value, bool):
            return value
    wanted = {"text": "text", "code": "one code", "codes": "a list of codes", "date": "a date such as 2025-03-04",
              "number": "a whole number", "flag": "true or false"}[word.kind]  # fmt: skip
    raise ValueError(f"'{word.name}' should be {wanted}")


def in_range(day: date) -> date:
    """The day, unless it is one that no record of ours can hold.

    Raises:
        ValueError: outside `EARLIEST` to `LATEST`.
    """
    if not EARLIEST <= day <= LATEST:
        raise ValueError(f"{day.isoformat()} is not a day that a record can hold ({EARLIEST.year} to {LATEST.year})")
    return day


def _code(word: AttributeWord, value: str) -> str:
    if value not in word.codes:
        raise ValueError(
            f"'{value}' is not a code of '{word.name}'{nearest(value, word.codes)} (known: {', '.join(word.codes)})"
        )
    return value


def check_id(text: object) -> str:
    """The text as an id.

    Raises:
        ValueError: anything but letters, digits and `_ . : -`, beginning with a letter or digit, at most 64 characters.
    """
    if not isinstance(text, str) or not ID.fullmatch(text):
        raise ValueError(f"{text!r} is not an id")
    return text
