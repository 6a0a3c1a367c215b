"""Which cases of a caseload may be malformed: questions to the tables, instead of reading every case in Python.

It asks whatever `CaseBuilder` would refuse, and may ask a little more: who is suspected is read case by case through that
one gate, which says what is wrong, or that nothing is. Who is not suspected would have passed it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, partial, reduce
from operator import or_
from typing import TYPE_CHECKING

import ibis
import pyarrow as pa
from ibis.expr import operations as ops
from ibis.expr import types as ir

from engine.record.dictionary import (
    ACTOR,
    EARLIEST,
    LATEST,
    PRACTITIONER,
    AttributeWord,
    Dictionary,
    EventWord,
    ObjectWord,
)
from engine.record.table_cases import MOST_ROWS
from engine.record.tables import UNREADABLE, columns, raw_name
from engine.record.tie_bits import ACTED, BAD, NO_EVENT, TWICE, UNKNOWN, TieBits

if TYPE_CHECKING:
    from engine.record.table_engine import TableEngine

_IBIS: dict[str, str] = {
    "text": "string",
    "code": "string",
    "codes": "array<string>",
    "date": "date",
    "moment": "timestamp",
    "number": "int64",
    "flag": "boolean",
}


def raw_tables(words: Dictionary) -> dict[str, ir.Table]:
    """The caseload's tables as engines lay them out."""
    return {
        table: ibis.table({name: _IBIS[kind] for name, kind in kinds.items()} | {UNREADABLE: "boolean"}, name=raw_name(table))
        for table, kinds in columns(words).items()
    }  # fmt: skip


STEPS = 5
"""How often `suspected` says what it is about to do."""

_KINDS, _THINGS, _ROWS, _LISTS, _WRONG = (
    f"kept_check_{name}" for name in ("kinds", "things", "rows", "lists", "wrong")
)
_MOST_TOGETHER = 5_000

_Words = Sequence[ObjectWord] | Sequence[EventWord]
_Allowed = dict[str, dict[str, AttributeWord]]
_Check = tuple[ir.BooleanValue, Callable[[], ir.BooleanValue]]
"""What is wrong, asked of rows that were put together, and asked of the rows themselves."""


def suspected(engine: TableEngine, words: Dictionary, tell: Callable[[str], None]) -> list[str]:
    """The ids of the cases that may be malformed, in order; '' stands for rows without a case.

    First it is asked what occurs at all: which types with which attributes and codes, which events about which objects.
    Only where some of that is wrong is it asked in which cases. `tell` hears `STEPS` times what is coming.

    Raises:
        RecordProblem: when the tables cannot be read.
    """
    asked = _Suspects(engine, words)
    tell("checking which cases there are")
    asked.cases()
    tell("checking objects")
    asked.rows("objects", words.objects)
    asked.twice("objects", ["case", "id"])
    tell("checking links")
    asked.links()
    asked.twice("object_object", ["case", "source", "qualifier", "target"])
    tell("checking events")
    asked.rows("events", words.events)
    tell("checking what events are about")
    asked.ties()
    return sorted(asked.found)


class _Suspects:
    def __init__(self, engine: TableEngine, words: Dictionary) -> None:
        self.engine, self.words = engine, words
        self.raw = raw_tables(words)
        self.found: set[str] = set()

    def cases(self) -> None:
        """Cases without an object of their own with a timeline, and those with too many rows in a table."""
        counted = [table.group_by("case").agg(rows=table.count()) for table in self.raw.values()]
        every = ibis.union(*counted).left_join(self._heads().distinct(), "case")
        self._blame(every.filter(every.root.isnull() | (every.rows > MOST_ROWS)))

    def twice(self, table: str, key: list[str]) -> None:
        """Rows that are there more than once."""
        counted = self.raw[table].group_by(key).agg(rows=self.raw[table].count())
        self._blame(counted.filter(counted.rows > 1))

    def rows(self, name: str, words: _Words) -> None:
        """Rows of objects or events that are wrong by themselves.

        Rows with the same type and codes are put together first, with whether each other attribute is said in any of
        them and in all of them; the little that this leaves is looked at closely.
        """
        table, allowed = self.raw[name], _allowed(words)
        lists, together = _of_kind(allowed, "codes"), _together(allowed)
        apart = [some for some in allowed if some not in together and some not in lists]
        names, wrong = [word.name for word in words], _row_wrong(table, _of_kind(allowed, "date"))
        kept = self._keep(
            _ROWS,
            table.group_by(["type", *together]).agg(
                kept_rows=table.count(), kept_wrong=wrong.any(), **{_said(some): table[some].count() for some in apart}
            ),
        )
        unknown, unknown_kept = (~some.type.isin(names).fill_null(False) for some in (table, kept))
        checks: list[_Check] = [(kept.kept_wrong | unknown_kept, lambda: wrong | unknown)]
        for some in apart:
            needing, said = _needing(words, some), kept[_said(some)]
            amiss = (said > 0) & ~kept.type.isin(list(allowed[some]))
            if needing:
                amiss = amiss | (said < kept.kept_rows) & kept.type.isin(needing)
            checks.append((amiss, partial(_misplaced, table, some, allowed, needing)))
        for some in together:
            there = partial(_misplaced, name=some, allowed=allowed, needing=_needing(words, some))
            checks.append((there(kept), partial(there, table)))
        self._where(table, kept, checks)
        self.engine.drop([_ROWS])
        loose = [some for some in apart if some in _of_kind(allowed, "code")]
        if loose:
            self._blame(table.filter(_any(_misplaced(table, some, allowed, ()) for some in loose)))
        for some in lists:
            self._lists(table, some, allowed[some], _needing(words, some))

    def links(self) -> None:
        """Links from or to what is not there, of an unknown kind, to the wrong type, or recorded too soon."""
        links, things = self.raw["object_object"], self.raw["objects"].select("case", "id", "type")
        found = links.left_join(things.rename(source_id="id", source_type="type"), ["case", ("source", "source_id")])
        found = found.drop("case_right")
        found = found.left_join(things.rename(target_id="id", target_type="type"), ["case", ("target", "target_id")])
        right = _any(
            (found.source_type == word.name) & (found.qualifier == tie.qualifier) & found.target_type.isin(list(tie.to))
            for word in self.words.objects
            for tie in word.links
        )
        self._blame(found.filter(_row_wrong(found, []) | ~right.fill_null(False)))

    def ties(self) -> None:
        """What events are about: things that are not there, that such events are not about, that they fail to say.

        For each event, what it is about becomes a set of bits; and so few sets occur that they can be looked at one by
        one. Whether an event is there twice comes up on the way.
        """
        bits = TieBits(self.words)
        self.engine.upload(_KINDS, bits.kinds)
        self.engine.upload(_THINGS, bits.things)
        every = self._about(bits)
        sets = every.select("no", *bits.names).distinct()
        wrong = [
            found
            for found in self.engine.fetch(self._sql(sets))
            if not bits.right(int(found[0]), [*map(int, found[1:])])
        ]
        if wrong:
            columns = [pa.array(column, pa.int64()) for column in zip(*wrong, strict=True)]
            some = pa.table(columns, names=["no", *bits.names])
            self.engine.upload(_WRONG, some)
            listed = ibis.table(dict.fromkeys(some.column_names, "int64"), name=_WRONG)
            self._blame(every.semi_join(listed, some.column_names))
            self.engine.drop([_WRONG])
        self.engine.drop([_KINDS, _THINGS])
        self._needed_roots()

    def _about(self, bits: TieBits) -> ir.Table:
        """Every event, by the number of its type or `UNKNOWN`, or `TWICE`, with the set of what it is about; and the same, of
        number `NO_EVENT`, for ties of what is no event.
        """
        types = ibis.table({"name": "string"} | dict.fromkeys((*bits.names, *bits.own), "int64"), name=_THINGS)
        kinds = ibis.table({"name": "string", "no": "int64"}, name=_KINDS)
        things = self.raw["objects"].select("case", thing="id", thing_type="type").left_join(self._heads(), "case")
        things = things.drop("case_right").left_join(types, [("thing_type", "name")])
        own = (things.thing_type == things.root).fill_null(False)
        things = things.select(
            "case", "thing", "thing_type",
            **{name: ibis.ifelse(own, things[mine], things[name]) for name, mine in zip(bits.names, bits.own, strict=True)},
        )  # fmt: skip
        found = self.raw["event_object"].left_join(things, ["case", ("object", "thing")])
        said = found.select(
            "case", "event", **{name: _bit(found, name, first=not n) for n, name in enumerate(bits.names)}
        )
        events = self.raw["events"].select("case", "id", "type").left_join(kinds, [("type", "name")])
        # Events and ties are put together in one pass: to join them would take two.
        both = ibis.union(
            said.mutate(no=ibis.null("int64"), times=ibis.literal(0, "int64")),
            events.select("case", event="id", **dict.fromkeys(bits.names, ibis.literal(0, "int64")),
                          no=events.no.fill_null(UNKNOWN), times=ibis.literal(1, "int64")),
        )  # fmt: skip
        found = both.group_by(["case", "event"]).agg(
            no=both.no.max(), times=both.times.sum(), **{name: _bit_or(both[name]) for name in bits.names}
        )
        no = ibis.cases((found.times > 1, TWICE), (found.times == 0, NO_EVENT), else_=found.no)
        return found.select("case", *bits.names, no=no.cast("int64"))

    def _needed_roots(self) -> None:
        """Events that need a type with a timeline of its own: about the case in whose timeline they are they always are."""
        events, ties = self.raw["events"], self.raw["event_object"]
        for word in self.words.events:
            for needed in set(word.needs) & set(self.words.roots):
                wanted = [needed, ACTOR] if needed == PRACTITIONER and word.by_subject else [needed]
                heads = self._heads()
                some = events.filter(events.type == word.name).anti_join(heads.filter(heads.root == needed), "case")
                self._blame(some.anti_join(ties.filter(ties.qualifier.isin(wanted)), ["case", ("id", "event")]))

    def _lists(self, table: ir.Table, name: str, allowed: dict[str, AttributeWord], needing: Sequence[str]) -> None:
        """Lists of codes: with types that have none, and with what is no code of theirs."""
        held = table.filter(table[name].notnull())
        kept = self._keep(_LISTS, held.select("type", held=held[name]).distinct())

        def wrong(some: ir.Table) -> list[ir.Table]:
            each = some.mutate(code=some.held.unnest())
            right = _any((each.type == kind) & each.code.isin(list(word.codes)) for kind, word in allowed.items())
            elsewhere = ~some.type.isin(list(allowed)).fill_null(False)
            return [some.filter(elsewhere), each.filter(~right.fill_null(False))]

        if any(self.engine.fetch(self._sql(some.select("type").limit(1))) for some in wrong(kept)):
            for some in wrong(held.select("case", "type", held=held[name])):
                self._blame(some)
        self.engine.drop([_LISTS])
        if needing:
            self._blame(table.filter(table.type.isin(needing) & table[name].isnull()))

    def _where(self, table: ir.Table, kept: ir.Table, checks: Sequence[_Check]) -> None:
        """Ask which checks fail on what was put together, and then in which cases these do."""
        asked = kept.agg(**{f"c{n}": here.fill_null(False).any() for n, (here, _) in enumerate(checks)})
        failed = self.engine.fetch(self._sql(asked))[0]
        wrong = [there() for (_, there), fails in zip(checks, failed, strict=True) if fails]
        if wrong:
            self._blame(table.filter(_any(wrong)))

    def _heads(self) -> ir.Table:
        """The cases that have an object of their own, and the type of that."""
        things = self.raw["objects"]
        return things.filter((things.id == things.case) & things.type.isin(self.words.roots)).select(
            "case", root="type"
        )

    def _keep(self, name: str, table: ir.Table) -> ir.Table:
        self.engine.keep(name, self._sql(table))
        return ibis.table(table.schema(), name=name)

    def _blame(self, rows: ir.Table) -> None:
        cases = rows.select(case=rows.case.fill_null("")).distinct()
        self.found |= {str(case) for (case,) in self.engine.fetch(self._sql(cases))}

    def _sql(self, table: ir.Table) -> str:
        return _in_sql(table.op(), self.engine.dialect)


@lru_cache(maxsize=256)  # the same questions are asked of every caseload that is looked at
def _in_sql(asked: ops.Relation, dialect: str) -> str:
    return str(ibis.to_sql(asked.to_expr(), dialect=dialect, pretty=False))


@ibis.udf.agg.builtin(name="bit_or")  # type: ignore[untyped-decorator]  # ibis carries no types
def _bit_or(_bits: int) -> int:
    """What all three databases have, and Ibis not for Spark."""
    raise NotImplementedError


def _bit(found: ir.Table, name: str, *, first: bool) -> ir.IntegerValue:
    """What one tie adds to a column of bits."""
    bad, acted = (BAD, ACTED) if first else (0, 0)
    return ibis.cases(
        (found[UNREADABLE].fill_null(True), bad),
        (found.qualifier == found.thing_type, found[name]),
        ((found.qualifier == ACTOR) & (found.thing_type == PRACTITIONER), acted),
        else_=bad,
    ).cast("int64")


def _is_id(column: ir.StringColumn) -> ir.BooleanValue:
    # What `ID` does not match, in words that mean the same everywhere: the ends of a text do not.
    wrong = column.re_search("^[_.:-]|[^A-Za-z0-9_.:-]")
    return (~wrong & column.length().between(1, 64)).fill_null(False)


def _in_range(day: ir.DateValue) -> ir.BooleanValue:
    return day.between(ibis.literal(EARLIEST), ibis.literal(LATEST)).fill_null(False)


def _row_wrong(table: ir.Table, dates: Sequence[str]) -> ir.BooleanValue:
    """What can be wrong with a row of objects, events or links, whatever its type; true or false, never null."""
    wrong = table[UNREADABLE].fill_null(True)
    if "id" in table.columns:
        wrong = wrong | ~_is_id(table.id)
    if "happened" in table.columns:
        wrong = wrong | ~_in_range(table.happened) & (table.happened.notnull() | ibis.literal("id" in table.columns))
        wrong = wrong | table.recorded.notnull() & ~_in_range(table.recorded.date())
        wrong = wrong | (table.recorded.date() < table.happened).fill_null(False)
    return _any([wrong, *(table[name].notnull() & ~_in_range(table[name]) for name in dates)])


def _any(conditions: Iterable[ir.BooleanValue]) -> ir.BooleanValue:
    return reduce(or_, conditions, ibis.literal(False))


def _said(name: str) -> str:
    return f"said_{name}"


def _allowed(words: _Words) -> _Allowed:
    """Each attribute with the types that may have it."""
    found: _Allowed = {}
    for word in words:
        for attribute in word.attributes:
            found.setdefault(attribute.name, {})[word.name] = attribute
    return found


def _needing(words: _Words, name: str) -> list[str]:
    """The types of event that say nothing without this attribute."""
    return [
        word.name for word in words if isinstance(word, EventWord) and name in word.needs and name in word.attribute
    ]


def _of_kind(allowed: _Allowed, *kinds: str) -> list[str]:
    """The attributes that are of such a kind in some type."""
    return [name for name, words in allowed.items() if any(word.kind in kinds for word in words.values())]


def _together(allowed: _Allowed) -> list[str]:
    """Attributes with a code in every type that has them, so few for each type that the different rows are few."""
    found: list[str] = []
    rows: dict[str, int] = {}
    for name, words in allowed.items():
        more = {kind: rows.get(kind, 1) * (len(word.codes) + 1) for kind, word in words.items()}
        if all(word.kind == "code" for word in words.values()) and max(more.values()) <= _MOST_TOGETHER:
            found.append(name)
            rows |= more
    return found


def _misplaced(table: ir.Table, name: str, allowed: _Allowed, needing: Sequence[str]) -> ir.BooleanValue:
    """An attribute of a type that does not have it, or that does not hold one of its codes, or is needed and not there."""
    column = table[name]
    by_codes: dict[tuple[str, ...], list[str]] = {}
    for kind, word in allowed[name].items():
        by_codes.setdefault(tuple(word.codes) if word.kind == "code" else (), []).append(kind)
    right = _any(
        table.type.isin(kinds) & column.isin(list(codes)) if codes else table.type.isin(kinds)
        for codes, kinds in by_codes.items()
    )
    wrong = column.notnull() & ~right
    return wrong | table.type.isin(needing) & column.isnull() if needing else wrong
