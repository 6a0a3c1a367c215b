"""The timeline of one case: its objects, links and events, seen from a date and a moment."""

from __future__ import annotations

from collections.abc import Container, Iterable
from datetime import date, datetime, time
from functools import cached_property
from typing import TYPE_CHECKING

from engine.record.model import CaseRecord, EventRecord, LinkRecord, ObjectRecord

if TYPE_CHECKING:
    import networkx as nx

LAST_MOMENT = time(23, 59, 59, 999999)


class View:
    """From where a run looks: what had happened by `as_at` and was recorded by `known_at` exists, nothing else does."""

    __slots__ = ("as_at", "known_at")

    def __init__(self, as_at: date, known_at: datetime | None = None) -> None:
        self.as_at = as_at
        self.known_at = known_at or datetime.combine(as_at, LAST_MOMENT)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, View) and (self.as_at, self.known_at) == (other.as_at, other.known_at)

    def __hash__(self) -> int:
        return hash((self.as_at, self.known_at))

    def shows(self, happened: date | None, recorded: datetime | None) -> bool:
        """Whether it had happened and was on the record; what carries no dates has been so from the start."""
        return (happened is None or happened <= self.as_at) and (recorded is None or recorded <= self.known_at)


class Timeline:
    """A case as it is seen from there: its objects, the links between them, and its events by day, then id."""

    def __init__(self, case: CaseRecord, view: View) -> None:
        self.case, self.view, self.root = case, view, case.root
        links = [link for link in case.links if view.shows(link.happened, link.recorded)]
        # Who joins the case later is not there before; any other link that comes later hides nobody.
        joining = {link.source for link in case.links if link.target == case.root.id} - {case.root.id}
        hidden = joining - {link.source for link in links if link.target == case.root.id}
        self._things = {thing.id: thing for thing in (case.root, *case.objects) if thing.id not in hidden}
        self._links: dict[str, list[LinkRecord]] = {}
        for link in links:
            self._links.setdefault(link.source, []).append(link)
        self._objects: dict[str, list[ObjectRecord]] = {}
        for thing in self._things.values():
            self._objects.setdefault(thing.type, []).append(thing)
        seen = [event for event in case.events if view.shows(event.happened, event.recorded)]
        self._records = {event.id: event for event in sorted(seen, key=_place)}
        self._events: dict[str, list[EventRecord]] = {}
        for event in self._records.values():
            self._events.setdefault(event.type, []).append(event)

    @cached_property
    def graph(self) -> nx.MultiDiGraph[tuple[str, str]]:
        """All of it as a graph that cannot be changed: for whoever wants to look around; judging reads the lists.

        Nodes are `("object", id)` and `("event", id)`, each with its record; edges lead from an event to the objects it
        is about and from object to object, keyed by their qualifier.
        """
        import networkx as nx  # slow to import, and seldom asked for

        graph: nx.MultiDiGraph[tuple[str, str]] = nx.MultiDiGraph()
        graph.add_nodes_from((("object", thing.id), {"record": thing}) for thing in self._things.values())
        for link in (link for links in self._links.values() for link in links):
            graph.add_edge(("object", link.source), ("object", link.target), key=link.qualifier, record=link)
        graph.add_nodes_from((("event", event.id), {"record": event}) for event in self._records.values())
        for event in self._records.values():
            for qualifier, target in event.links:
                graph.add_edge(("event", event.id), ("object", target), key=qualifier)
        frozen: nx.MultiDiGraph[tuple[str, str]] = nx.freeze(graph)
        return frozen

    def event(self, event_id: str) -> EventRecord:
        """The visible event with that id."""
        return self._records[event_id]

    def events(self, types: Iterable[str]) -> list[EventRecord]:
        """The visible events of these types, by day, then id."""
        several = [found for name in dict.fromkeys(types) if (found := self._events.get(name))]
        if len(several) < 2:
            return several[0] if several else []
        return sorted((event for found in several for event in found), key=_place)

    def count(self, types: Container[str]) -> int:
        """How many visible events are of these types."""
        return sum(len(found) for name, found in self._events.items() if name in types)

    def has(self, types: Iterable[str]) -> bool:
        """Whether there is any visible event of these types."""
        return any(name in self._events for name in types)

    def objects(self, object_type: str) -> list[ObjectRecord]:
        """The visible objects of that type."""
        return self._objects.get(object_type, [])

    def object(self, object_id: str) -> ObjectRecord:
        """The object with that id."""
        return self._things[object_id]

    def joined(self, object_id: str) -> date | None:
        """The day on which that object joined the case, if it joined late."""
        links = self._links.get(object_id, ())
        days = [link.happened for link in links if link.target == self.root.id and link.happened is not None]
        return max(days, default=None)

    def linked(self, object_id: str, qualifier: str | None = None) -> list[ObjectRecord]:
        """The visible objects that this object is linked to, in that way or in any."""
        links = self._links.get(object_id, ())
        found = (self._things.get(link.target) for link in links if qualifier in (None, link.qualifier))
        return [thing for thing in found if thing is not None]


def _place(event: EventRecord) -> tuple[date, str]:
    """Where the event stands among others."""
    return event.happened, event.id
