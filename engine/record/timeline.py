"""The timeline of one case: its objects, links and events as a read-only graph, seen from a date and a moment."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time

import networkx as nx

from engine.record.model import CaseRecord, EventRecord, ObjectRecord

LAST_MOMENT = time(23, 59, 59, 999999)


class View:
    """From where a run looks: what had happened by `as_at` and was recorded by `known_at` exists, nothing else does."""

    __slots__ = ("as_at", "known_at")

    def __init__(self, as_at: date, known_at: datetime | None = None) -> None:
        self.as_at = as_at
        self.known_at = known_at or datetime.combine(as_at, LAST_MOMENT)

    def shows(self, happened: date | None, recorded: datetime | None) -> bool:
        """Whether it had happened and was on the record; what carries no dates has been so from the start."""
        return (happened is None or happened <= self.as_at) and (recorded is None or recorded <= self.known_at)


class Timeline:
    """A case as a graph that cannot be changed.

    Nodes are `("object", id)` and `("event", id)`, each with its record; edges lead from an event to the objects it is
    about and from object to object, keyed by their qualifier. Events come in order of day, then id.
    """

    def __init__(self, case: CaseRecord, view: View) -> None:
        self.case, self.view, self.root = case, view, case.root
        graph: nx.MultiDiGraph[tuple[str, str]] = nx.MultiDiGraph()
        links = [link for link in case.links if view.shows(link.happened, link.recorded)]
        # Who joins the case later is not there before; any other link that comes later hides nobody.
        joining = {link.source for link in case.links if link.target == case.root.id} - {case.root.id}
        hidden = joining - {link.source for link in links if link.target == case.root.id}
        for thing in (case.root, *case.objects):
            if thing.id not in hidden:
                graph.add_node(("object", thing.id), record=thing)
        for link in links:
            graph.add_edge(("object", link.source), ("object", link.target), key=link.qualifier, record=link)
        events = (event for event in case.events if view.shows(event.happened, event.recorded))
        for event in sorted(events, key=lambda event: (event.happened, event.id)):
            graph.add_node(("event", event.id), record=event)
            for qualifier, target in event.links:
                graph.add_edge(("event", event.id), ("object", target), key=qualifier)
        self.graph = nx.freeze(graph)
        self._events: dict[str, list[EventRecord]] = {}
        self._objects: dict[str, list[ObjectRecord]] = {}
        for node in graph.nodes:
            record: object = graph.nodes[node].get("record")
            if isinstance(record, EventRecord):
                self._events.setdefault(record.type, []).append(record)
            elif isinstance(record, ObjectRecord):
                self._objects.setdefault(record.type, []).append(record)

    def events(self, types: Iterable[str]) -> list[EventRecord]:
        """The visible events of these types, by day, then id."""
        several = [found for name in dict.fromkeys(types) if (found := self._events.get(name))]
        if len(several) < 2:
            return several[0] if several else []
        return sorted((event for found in several for event in found), key=lambda event: (event.happened, event.id))

    def has(self, types: Iterable[str]) -> bool:
        """Whether there is any visible event of these types."""
        return any(name in self._events for name in types)

    def objects(self, object_type: str) -> list[ObjectRecord]:
        """The visible objects of that type."""
        return self._objects.get(object_type, [])

    def object(self, object_id: str) -> ObjectRecord:
        """The object with that id."""
        record: ObjectRecord = self.graph.nodes["object", object_id]["record"]
        return record

    def joined(self, object_id: str) -> date | None:
        """The day on which that object joined the case, if it joined late."""
        link = self.graph.get_edge_data(("object", object_id), ("object", self.root.id)) or {}
        days = [data["record"].happened for data in link.values() if data["record"].happened is not None]
        return max(days, default=None)

    def linked(self, object_id: str, qualifier: str | None = None) -> list[ObjectRecord]:
        """The visible objects that this object is linked to, in that way or in any."""
        edges = self.graph.out_edges(("object", object_id), keys=True)
        found = (self.graph.nodes[target].get("record") for _, target, key in edges if qualifier in (None, key))
        return [record for record in found if isinstance(record, ObjectRecord)]
