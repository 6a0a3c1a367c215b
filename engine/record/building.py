"""From loose content to a `CaseRecord`, strictly: the one place that decides what a well-formed case is.

Case files and caseload tables both come through here, so that both refuse the same things in the same words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time

from engine.record.dictionary import (
    ACTOR,
    PRACTITIONER,
    AttributeValue,
    AttributeWord,
    Dictionary,
    EventWord,
    check_id,
    fits,
    in_range,
)
from engine.record.model import CaseRecord, EventRecord, LinkRecord, ObjectRecord
from engine.record.problem import RecordProblem, nearest


class CaseBuilder:
    """Takes a case piece by piece; each piece may be refused with the file and the place it came from.

    Objects first, then links, then events, in the order of the file.
    """

    def __init__(self, dictionary: Dictionary, file: str) -> None:
        self.words, self.file = dictionary, file
        self._objects: dict[str, ObjectRecord] = {}
        self._links: dict[tuple[str, str, str], LinkRecord] = {}
        self._events: dict[str, EventRecord] = {}
        self._root: ObjectRecord | None = None

    def refuse(self, place: str, problem: str, remedy: str) -> RecordProblem:
        """The error to raise."""
        return RecordProblem(self.file, place, problem, remedy)

    def id(self, place: str, text: object) -> str:
        """The text as an id."""
        try:
            return check_id(text)
        except ValueError as error:
            remedy = "An id is letters, digits and _ . : - only, at most 64 of them, beginning with a letter or digit."
            raise self.refuse(place, str(error), remedy) from error

    def add_object(
        self,
        place: str,
        object_id: object,
        object_type: object,
        attributes: Mapping[str, object],
        *,
        root: bool = False,
    ) -> str:
        """An object of the case, or the case itself; its id."""
        name = self.id(place, object_id)
        word = self.words.object.get(object_type) if isinstance(object_type, str) else None
        if word is None:
            known = ", ".join(self.words.object)
            raise self.refuse(
                place,
                f"unknown type of object {object_type!r}{nearest(str(object_type), self.words.object)}",
                f"Known types: {known}.",
            )
        if name in self._objects:
            raise self.refuse(place, f"the object id '{name}' is used twice", "Give each object an id of its own.")
        values = self._attributes(place, attributes, word.attribute, word.name, (*word.link, "joined", "type"))
        self._objects[name] = ObjectRecord(id=name, type=word.name, attributes=values)
        if root:
            self._root = self._objects[name]
        return name

    def add_link(
        self,
        place: str,
        source: str,
        qualifier: str,
        target: object,
        happened: date | None = None,
        recorded: datetime | None = None,
    ) -> None:
        """A link from an object to another."""
        thing = self._object(place, source)
        word = self.words.object[thing.type].link.get(qualifier)
        if word is None:
            raise self.refuse(place, f"'{thing.type}' has no link or attribute '{qualifier}'{nearest(qualifier, self._keys(thing.type))}",
                              "See `kept rules words`.")  # fmt: skip
        other = self._object(place, target)
        if other.type not in word.to:
            raise self.refuse(place, f"'{qualifier}' of '{source}' leads to '{other.id}', which is a {other.type}",
                              f"It should lead to: {', '.join(word.to)}.")  # fmt: skip
        if happened is not None and recorded is not None and recorded.date() < happened:
            raise self._recorded_too_soon(place, happened, recorded)
        self._links[source, qualifier, other.id] = LinkRecord(
            source=source, qualifier=qualifier, target=other.id, happened=happened, recorded=recorded
        )

    def add_membership(self, place: str, object_id: str, joined: date | None, recorded: datetime | None) -> None:
        """The link that ties an object to the case it is in, when its type has one."""
        thing, root = self._object(place, object_id), self.root
        for word in self.words.object[thing.type].links:
            if word.membership and root.type in word.to:
                self.add_link(place, object_id, word.qualifier, root.id, joined, recorded)
                return
        if joined is not None:
            raise self.refuse(place, f"a {thing.type} does not join a {root.type}", "Take 'joined' away.")

    def add_event(
        self,
        place: str,
        event_id: object,
        event_type: object,
        happened: object,
        recorded: object,
        links: list[tuple[str, object]],
        attributes: Mapping[str, object],
    ) -> None:
        """An event; it is about the case whether it says so or not."""
        name = self.id(place, event_id)
        if name in self._events:
            raise self.refuse(place, f"the event id '{name}' is used twice", "Give each event an id of its own.")
        word = self.words.event.get(event_type) if isinstance(event_type, str) else None
        if word is None:
            raise self.refuse(place, f"unknown event {event_type!r}{nearest(str(event_type), self.words.event)}",
                              "`kept rules words` lists the events.")  # fmt: skip
        day = self.day(place, "date", happened)
        moment = self.moment(place, "recorded", recorded) if recorded is not None else datetime.combine(day, time.min)
        if moment.date() < day:
            raise self._recorded_too_soon(place, day, moment)
        tied = self._event_links(place, word, links)
        values = self._attributes(place, attributes, word.attribute, word.name)
        for needed in word.needs:
            if needed not in values and needed not in {qualifier for qualifier, _ in tied}:
                raise self.refuse(place, f"'{word.name}' does not say {needed}", f"Add '{needed}: …'.")
        self._events[name] = EventRecord(
            id=name, type=word.name, happened=day, recorded=moment, attributes=values, links=tied
        )

    def finish(self) -> CaseRecord:
        """The case."""
        root = self.root
        others = tuple(thing for thing in self._objects.values() if thing is not root)
        return CaseRecord(
            root=root, objects=others, links=tuple(self._links.values()), events=tuple(self._events.values())
        )

    @property
    def root(self) -> ObjectRecord:
        """The object whose timeline it is."""
        if self._root is None:
            raise self.refuse("", "does not say which case it is", f"Begin with one of: {', '.join(self.words.roots)}.")
        return self._root

    def day(self, place: str, key: str, value: object) -> date:
        """The value as a day within the range that a record can hold."""
        if isinstance(value, datetime) or not isinstance(value, date):
            raise self.refuse(
                place,
                f"'{key}' is {'missing' if value is None else f'not a date: {value!r}'}",
                f"Write '{key}: 2025-03-04'.",
            )
        try:
            return in_range(value)
        except ValueError as error:
            raise self.refuse(place, str(error), f"Correct '{key}'.") from error

    def moment(self, place: str, key: str, value: object) -> datetime:
        """The value as a moment: a date is its first moment."""
        if isinstance(value, str):
            try:
                value = datetime.fromisoformat(value)
            except ValueError:
                raise self.refuse(
                    place,
                    f"'{key}' is not a moment: {value!r}",
                    f"Write '{key}: 2025-03-04' or '{key}: 2025-03-04T16:30'.",
                ) from None
        if isinstance(value, datetime):
            self.day(place, key, value.date())
            return value.replace(tzinfo=None)
        return datetime.combine(self.day(place, key, value), time.min)

    def _event_links(self, place: str, word: EventWord, links: list[tuple[str, object]]) -> tuple[tuple[str, str], ...]:
        # Every event is about the case whose timeline it is in, unless it names another of its kind: a colleague's training.
        names_another = any(qualifier == self.root.type for qualifier, _ in links)
        found: dict[tuple[str, str], None] = {} if names_another else {(self.root.type, self.root.id): None}
        for qualifier, target in links:
            wanted = PRACTITIONER if qualifier == ACTOR else qualifier
            if qualifier not in (ACTOR, self.root.type, *word.about):
                about = ", ".join(word.about) or "nothing but the case"
                raise self.refuse(place, f"'{word.name}' is not about a {qualifier}", f"It may be about: {about}.")
            thing = self._object(place, target)
            if thing.type != wanted:
                raise self.refuse(place, f"'{qualifier}: {thing.id}' names a {thing.type}", f"Name a {wanted}.")
            found[qualifier, thing.id] = None
        if word.by_subject and not any(qualifier == PRACTITIONER for qualifier, _ in found):
            found |= {(PRACTITIONER, target): None for qualifier, target in found if qualifier == ACTOR}
        return tuple(sorted(found))

    def _object(self, place: str, name: object) -> ObjectRecord:
        known = self._objects.get(name) if isinstance(name, str) else None
        if known is None:
            raise self.refuse(
                place,
                f"there is no object {name!r}{nearest(str(name), self._objects)}",
                "Add it under 'objects:' or correct the id.",
            )
        return known

    def _keys(self, object_type: str) -> list[str]:
        word = self.words.object[object_type]
        return [*word.attribute, *word.link]

    def _attributes(
        self,
        place: str,
        given: Mapping[str, object],
        known: Mapping[str, AttributeWord],
        where: str,
        also: Iterable[str] = (),
    ) -> dict[str, AttributeValue]:
        values: dict[str, AttributeValue] = {}
        for name, value in given.items():
            if value is None and name in known:
                continue  # written as null: not on the record
            word = known.get(name)
            if word is None:
                others = [other for other in (*known, *also) if other != name]
                raise self.refuse(place, f"'{where}' has no attribute '{name}'{nearest(name, others)}",
                                  f"It may have: {', '.join(known) or 'none'}.")  # fmt: skip
            try:
                values[name] = fits(word, value)
            except ValueError as error:
                raise self.refuse(
                    place, str(error), f"Correct '{name}', or take it away if it is not known."
                ) from error
        return values

    def _recorded_too_soon(self, place: str, happened: date, recorded: datetime) -> RecordProblem:
        return self.refuse(
            place, f"recorded on {recorded.date()}, before it happened on {happened}", "Correct one of the two dates."
        )
