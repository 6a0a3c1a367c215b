"""Which cases of a caseload may be malformed: one question to the tables, instead of reading every case in Python.

It asks whatever `CaseBuilder` would refuse, and may ask a little more: who is suspected is read case by case through that
one gate, which says what is wrong, or that nothing is. Who is not suspected would have passed it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import ibis
from ibis.expr import types as ir

from engine.record.building import PRACTITIONER
from engine.record.dictionary import ACTOR, EARLIEST, ID, LATEST, AttributeWord, Dictionary, EventWord, ObjectWord
from engine.record.table_cases import MOST_ROWS
from engine.record.tables import TABLES, columns

UNREADABLE = "unreadable"
"""A column that the raw tables have beside their own: whether a cell of the row cannot be read as what it should be."""

_IBIS: dict[str, str] = {
    "text": "string",
    "code": "string",
    "codes": "array<string>",
    "date": "date",
    "moment": "timestamp",
    "number": "int64",
    "flag": "boolean",
}


RAW = "kept_raw_"


def raw_name(table: str) -> str:
    """The name under which every engine lays out a table of the caseload, with all its columns, typed."""
    return RAW + table


def raw_tables(words: Dictionary) -> dict[str, ir.Table]:
    """The caseload's tables as engines lay them out."""
    return {
        table: ibis.table({name: _IBIS[kind] for name, kind in kinds.items()} | {UNREADABLE: "boolean"}, name=raw_name(table))
        for table, kinds in columns(words).items()
    }  # fmt: skip


def suspects(words: Dictionary) -> list[tuple[str, ir.Table]]:
    """Questions that each give the ids (`case`) of cases that may be malformed; the text says what each looks for."""
    raw = raw_tables(words)
    asked = _Suspects(words, raw)
    return [(says, found.select(case=found.case.fill_null("")).distinct()) for says, found in asked.all()]


class _Suspects:
    def __init__(self, words: Dictionary, raw: Mapping[str, ir.Table]) -> None:
        self.words = words
        self.objects, self.events = raw["objects"], raw["events"]
        self.ties, self.links = raw["event_object"], raw["object_object"]
        self.raw = raw

    def all(self) -> Iterator[tuple[str, ir.Table]]:
        """Every question."""
        for table in TABLES:
            rows = self.raw[table]
            amiss = rows[UNREADABLE] | rows.case.isnull()
            yield f"cells of {table}", rows.filter(amiss.fill_null(True)).select("case")
            many = rows.group_by("case").agg(rows=rows.count())
            yield f"too many {table}", many.filter(many.rows > MOST_ROWS).select("case")
        yield "objects", self._objects()
        yield "objects given twice", _twice(self.objects, ["case", "id"])
        yield "cases without their object", self._headless()
        yield "links", self._links()
        yield "links given twice", _twice(self.links, ["case", "source", "qualifier", "target"])
        yield "events", self._events()
        yield "events given twice", _twice(self.events, ["case", "id"])
        yield "what events are about", self._ties()
        yield "what events need", self._needs()
        for says, table, kinds in (
            ("objects", self.objects, self.words.objects),
            ("events", self.events, self.words.events),
        ):
            for name in _lists(kinds):
                yield f"lists of codes in {says}", _wrong_codes(table, name, kinds)

    def _headless(self) -> ir.Table:
        """Cases that have rows in some table and no object of their own with a timeline."""
        every = ibis.union(*(self.raw[table].select("case") for table in TABLES), distinct=True)
        roots = self.objects.filter((self.objects.id == self.objects.case) & self.objects.type.isin(self.words.roots))
        return every.anti_join(roots.select("case"), "case")

    def _objects(self) -> ir.Table:
        things = self.objects
        wrong = ~_is_id(things.id) | ~things.type.isin(list(self.words.object))
        for name, allowed in _allowed(self.words.objects).items():
            wrong = wrong | _misplaced(things, name, allowed)
        return things.filter(wrong.fill_null(True)).select("case")

    def _events(self) -> ir.Table:
        events = self.events
        wrong = ~_is_id(events.id) | ~events.type.isin(list(self.words.event)) | ~_in_range(events.happened)
        wrong = wrong | (events.recorded.notnull() & ~_in_range(events.recorded.date()))
        wrong = wrong | (events.recorded.date() < events.happened).fill_null(False)
        for name, allowed in _allowed(self.words.events).items():
            wrong = wrong | _misplaced(events, name, allowed)
        return events.filter(wrong.fill_null(True)).select("case")

    def _links(self) -> ir.Table:
        """Links from or to what is not there, of an unknown kind, to the wrong type, or recorded too soon."""
        things = self.objects.select("case", "id", "type")
        found = self.links.left_join(
            things.rename(source_id="id", source_type="type"), ["case", ("source", "source_id")]
        )
        found = found.drop("case_right").left_join(
            things.rename(target_id="id", target_type="type"), ["case", ("target", "target_id")]
        )
        right = ibis.literal(False)
        for word in self.words.objects:
            for tie in word.links:
                right = right | (
                    (found.source_type == word.name)
                    & (found.qualifier == tie.qualifier)
                    & found.target_type.isin(list(tie.to))
                )
        dated = found.happened.isnull() | _in_range(found.happened)
        moment = found.recorded.isnull() | _in_range(found.recorded.date())
        soon = (found.recorded.date() < found.happened).fill_null(False)
        return found.filter(~(right & dated & moment & ~soon).fill_null(False)).select("case")

    def _ties(self) -> ir.Table:
        """Events about what is not there, or about what such an event is not about."""
        things = self.objects.select("case", "id", "type").rename(thing="id", thing_type="type")
        kinds = self.events.select("case", "id", "type").rename(about="id", kind="type")
        roots = self.objects.filter((self.objects.id == self.objects.case) & self.objects.type.isin(self.words.roots))
        found = self.ties.left_join(things, ["case", ("object", "thing")]).drop("case_right")
        found = found.left_join(kinds, ["case", ("event", "about")]).drop("case_right")
        found = found.left_join(roots.select("case", root="type"), "case")
        wanted = ibis.ifelse(found.qualifier == ACTOR, ibis.literal(PRACTITIONER), found.qualifier)
        about = (found.qualifier == ACTOR) | (found.qualifier == found.root)
        for qualifier, events in _about(self.words.events).items():
            about = about | ((found.qualifier == qualifier) & found.kind.isin(events))
        right = found.kind.notnull() & (found.thing_type == wanted) & about
        return found.filter(~right.fill_null(False)).select("case")

    def _needs(self) -> ir.Table:
        """Events that do not say what they cannot do without. Those about the case itself always say that."""
        parts = []
        for word in self.words.events:
            some = self.events.filter(self.events.type == word.name)
            for needed in word.needs:
                if needed in word.attribute:
                    parts.append(some.filter(_unsaid(some[needed])).select("case"))
                else:
                    wanted = [needed, ACTOR] if needed == PRACTITIONER and word.by_subject else [needed]
                    ties = self.ties.filter(self.ties.qualifier.isin(wanted)).select("case", "event")
                    parts.append(some.select("case", "id").anti_join(ties, ["case", ("id", "event")]).select("case"))
        return ibis.union(*parts) if len(parts) > 1 else parts[0] if parts else self.events.select("case").limit(0)


def _is_id(column: ir.StringColumn) -> ir.BooleanValue:
    return (column.re_search(f"^{ID.pattern}$") & ~column.contains("\n")).fill_null(False)


def _in_range(day: ir.DateValue) -> ir.BooleanValue:
    return ((day >= ibis.literal(EARLIEST)) & (day <= ibis.literal(LATEST))).fill_null(False)


def _unsaid(column: ir.Column) -> ir.BooleanValue:
    return column.isnull()


def _twice(table: ir.Table, key: list[str]) -> ir.Table:
    counted = table.group_by(key).agg(rows=table.count())
    return counted.filter(counted.rows > 1).select("case")


def _allowed(words: Iterable[ObjectWord | EventWord]) -> dict[str, dict[str, AttributeWord]]:
    """Each attribute with the types that may have it."""
    found: dict[str, dict[str, AttributeWord]] = {}
    for word in words:
        for attribute in word.attributes:
            found.setdefault(attribute.name, {})[word.name] = attribute
    return found


def _misplaced(table: ir.Table, name: str, allowed: dict[str, AttributeWord]) -> ir.BooleanValue:
    """An attribute of a type that does not have it, or that does not hold one of its codes or a possible day."""
    column = table[name]
    by_codes: dict[tuple[str, ...], list[str]] = {}
    for kind, word in allowed.items():
        by_codes.setdefault(tuple(word.codes) if word.kind == "code" else (), []).append(kind)
    right: ir.BooleanValue = ibis.literal(False)
    for codes, kinds in by_codes.items():
        here = table.type.isin(kinds)
        right = right | (here & column.isin(list(codes)) if codes else here)
    if next(iter(allowed.values())).kind == "date":
        right = right & _in_range(column)  # type: ignore[arg-type]  # a column of dates
    return column.notnull() & ~right


def _lists(words: Iterable[ObjectWord | EventWord]) -> list[str]:
    return sorted({attribute.name for word in words for attribute in word.attributes if attribute.kind == "codes"})


def _wrong_codes(table: ir.Table, name: str, words: Iterable[ObjectWord | EventWord]) -> ir.Table:
    some = table.filter(table[name].notnull()).select("case", "type", held=table[name])
    each = some.select("case", "type", held=some.held.unnest())
    right: ir.BooleanValue = ibis.literal(False)
    for kind, word in _allowed(words)[name].items():
        right = right | ((each.type == kind) & each.held.isin(list(word.codes)))
    return each.filter(~right.fill_null(False)).select("case")


def _about(words: Iterable[EventWord]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word in words:
        for qualifier in word.about:
            found.setdefault(qualifier, []).append(word.name)
    return found
