"""One case as records: objects, links and events, with both clocks, unchangeable once read.

"Case" here is whatever has a timeline of its own: a court case, a member of staff, the organisation.
"""

from __future__ import annotations

from datetime import date, datetime

from engine.record.dictionary import ACTOR, AttributeValue, Frozen


class ObjectRecord(Frozen):
    """An object: a case, child, practitioner, report…"""

    id: str
    type: str
    attributes: dict[str, AttributeValue] = {}


class LinkRecord(Frozen):
    """A link from one object to another. Without dates it has been so from the start."""

    source: str
    qualifier: str
    target: str
    happened: date | None = None
    recorded: datetime | None = None


class EventRecord(Frozen):
    """Something that happened on a day (`happened`) and was recorded at a moment (`recorded`, local time).

    `links` are pairs of qualifier and object id: the type of the object it is about, or `by` for who did it.
    """

    id: str
    type: str
    happened: date
    recorded: datetime
    attributes: dict[str, AttributeValue] = {}
    links: tuple[tuple[str, str], ...] = ()

    def about(self, object_type: str) -> tuple[str, ...]:
        """The ids of the objects of that type that it is about, in order."""
        return tuple([target for qualifier, target in self.links if qualifier == object_type])

    @property
    def by(self) -> tuple[str, ...]:
        """The ids of those who did it."""
        return self.about(ACTOR)


class CaseRecord(Frozen):
    """Everything on the record of one case: `root` is the object whose timeline it is."""

    root: ObjectRecord
    objects: tuple[ObjectRecord, ...]
    links: tuple[LinkRecord, ...]
    events: tuple[EventRecord, ...]

    @property
    def id(self) -> str:
        """The id of the case."""
        return self.root.id

    @property
    def team(self) -> str:
        """The team that holds it, or nothing."""
        return str(self.root.attributes.get("team", ""))
