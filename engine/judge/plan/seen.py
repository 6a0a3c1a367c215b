"""What a run sees of a caseload, in numbers: cases, objects, events and what they are about, from a date and a moment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import ibis
import pyarrow as pa
from ibis.expr import types as ir

from engine.duty.language import Test
from engine.duty.rulebook import JUDGEMENT
from engine.judge.plan.closings import closings, with_closed
from engine.judge.plan.conditions import truth
from engine.judge.plan.rows import ACTOR_NO, NOBODY, RulebookRows
from engine.judge.plan.steps import Steps, day_of, in_turn, nothing, number, packed, seen_from, union, unpacked_event
from engine.judge.plan.subjects import with_scope
from engine.record.dictionary import ACTOR, PRACTITIONER, AttributeKind
from engine.record.suspects import raw_tables


class Seen(NamedTuple):
    """The tables that everything else reads.

    cases: case_n, root (type), case (id), team · objects: o, case_n, type_no, id, seen, joined, attributes, scope (which
    conditions hold of it, where it exists) · scopes: as in `engine.judge.plan.subjects` · links: source, target, how ·
    events: e, case_n, root, type_no, day, recorded, id, texts and days that are asked for, look, closed (the day on which
    its case closed, on or after its own) · looks: look, type_no, and the truth of each condition on such an event ·
    about: e, type_no, o (`by` has a number too), and of the event case_n, root, kind_no (its type), day, look, closed, of
    the object scope · elsewhere: e, of the events that are about another of the root's type and not about it · pieces: as
    in `engine.judge.plan.closings`.
    """

    cases: ir.Table
    objects: ir.Table
    scopes: ir.Table
    links: ir.Table
    events: ir.Table
    looks: ir.Table
    about: ir.Table
    elsewhere: ir.Table
    pieces: ir.Table

    @property
    def visible(self) -> ir.Table:
        """The objects that exist in this view."""
        return self.objects.filter(self.objects.seen)


def see(steps: Steps, rows: RulebookRows) -> Seen:
    """Number what is seen."""
    steps.stage("reading the record")
    raw = raw_tables(rows.words)
    types = steps.small(
        "types", pa.table({"name": [*rows.types, ACTOR], "no": pa.array([*rows.types.values(), ACTOR_NO], pa.int32())})
    )
    # --- objects
    links = raw["object_object"].filter(_shown(raw["object_object"]))
    memberships = raw["object_object"].filter(lambda t: (t.target == t.case) & (t.source != t.case))
    memberships = memberships.mutate(shown=_shown(memberships))
    joining = memberships.group_by(case=memberships.case, source=memberships.source).agg(
        shown=memberships.shown.any(), joined=day_of(memberships.happened).max(where=memberships.shown)
    )
    wanted = rows.used_object_attributes()
    things = raw["objects"].join(types, [("type", "name")])
    things = things.select(
        "case", "id", type_no=things.no, team=things.team if "team" in things.columns else ibis.null("string"),
        o=in_turn(order_by=[things.case, things.id]),
        **{f"a_{name}": _said(things[name], rows.words.object_attributes[name]) for name in wanted},
    )  # fmt: skip
    things = steps.keep("things", things)
    heads = things.filter((things.id == things.case) & things.type_no.isin(rows.roots))
    cases = steps.keep("cases", heads.select(case_n=heads.o, root=heads.type_no, case=heads.case, team=heads.team))
    keys = cases.select("case_n", case_key=cases.case)
    joined = things.join(keys, [("case", "case_key")])
    joined = joined.left_join(joining, ["case", ("id", "source")])
    objects = steps.keep(
        "joined",
        joined.select(
            "o", "case_n", "type_no", "id", "joined", "case", seen=joined.shown.fill_null(True),
            **{f"a_{name}": joined[f"a_{name}"] for name in wanted},
        ),
    )  # fmt: skip
    links = _links(steps, links, objects)
    objects, scopes = with_scope(steps, rows, cases, objects, links)
    events, looks, pieces = _events(steps, rows, raw["events"], cases)
    about, elsewhere = _about(steps, rows, raw["event_object"], types, cases, objects, events)
    return Seen(cases, objects, scopes, links, events, looks, about, elsewhere, pieces)


def _links(steps: Steps, links: ir.Table, objects: ir.Table) -> ir.Table:
    """The links between objects."""
    links = links.join(objects.select("case", source=objects.id, source_o=objects.o), ["case", "source"])
    links = links.join(
        objects.filter(objects.seen).select("case", target=objects.id, target_o=objects.o, target_type=objects.type_no),
        ["case", "target"],
    )
    return steps.keep(
        "links",
        links.select(source=links.source_o, target=links.target_o, type_no=links.target_type, how=links.qualifier),
    )


def _events(steps: Steps, rows: RulebookRows, events: ir.Table, cases: ir.Table) -> tuple[ir.Table, ir.Table, ir.Table]:
    """The events, what they look like, and when cases closed."""
    kinds = steps.small(
        "kinds", pa.table({"name": list(rows.event_types), "no": pa.array(rows.event_types.values(), pa.int32())})
    )
    # Without a moment of its own, an event was recorded as its day began.
    events = events.mutate(recorded=ibis.coalesce(events.recorded, events.happened.cast("timestamp")))
    events = events.filter(_shown(events))
    events = events.join(kinds, [("type", "name")]).join(cases.select("case_n", "root", "case"), "case")
    # What is asked of an event is worked out before they are put in order: that takes whole rows along.
    scanned = steps.keep(
        "scanned",
        events.select(
            "case_n", "root", "id", type_no=events.no, day=day_of(events.happened), recorded=day_of(events.recorded.date()),
            **_slots(rows, events),
        ),
    )  # fmt: skip
    said = _said_columns(rows)
    looks = scanned.select("type_no", *said).distinct()
    truths = {name: (looks[said[n // _TRUTHS]] >> (n % _TRUTHS * 2)) & 3 for n, name in enumerate(tests_of(rows))}
    looks = steps.keep("looks", looks.mutate(look=in_turn(), **truths))
    found = scanned.join(looks.select("look", "type_no", *said), ["type_no", *said]).drop(*said)
    pieces = closings(steps, rows, scanned)
    found = with_closed(found, pieces, "day")
    found = found.mutate(e=in_turn(order_by=[found.case_n, found.id]))
    return steps.keep("events", found), looks, pieces


def named(events: ir.Table, seen: Seen, kind: str, name: str) -> ir.Table:
    """The events with each object of the type in `kind` that the event names, under `name`."""
    tied = seen.about.select(e="e", kind_no="type_no", **{name: "o"})
    direct = events.join(tied, ["e", (kind, "kind_no")]).select(*events.columns, name)
    implied = events.filter(events[kind] == events.root).anti_join(seen.elsewhere, "e")
    return union([direct, implied.select(*events.columns, **{name: implied.case_n})])


def naming_nobody(events: ir.Table, seen: Seen, kind: str) -> ir.Table:
    """The events that name no object of the type in `kind`."""
    others = events.filter((events[kind] != events.root) | events.e.isin(seen.elsewhere.e))
    tied = seen.about.select(named_e="e", kind_no="type_no")
    return others.anti_join(tied, [("e", "named_e"), (kind, "kind_no")])


def _about(
    steps: Steps,
    rows: RulebookRows,
    ties: ir.Table,
    types: ir.Table,
    cases: ir.Table,
    objects: ir.Table,
    events: ir.Table,
) -> tuple[ir.Table, ir.Table]:
    """What events are about, and which of them are about another of the root's type instead."""
    asked = _asked_about(rows)
    wanted = steps.small("asked", asked)
    # That an event is about the case goes without saying; that whoever's timeline it is did it does not.
    others = ties.filter((ties.object != ties.case) | (ties.qualifier == ACTOR))
    kinds = sorted({*asked["thing_no"].to_pylist(), *rows.roots})
    others = others.join(types.filter(types.no.isin(kinds)), [("qualifier", "name")])
    others = others.join(cases.select("case", "case_n", "root"), "case")
    others = others.select("case_n", "root", "event", "object", type_no="no")
    known = events.select("e", "case_n", "id", "day", "look", "closed", kind_no="type_no")
    others = others.join(known, ["case_n", ("event", "id")]).drop("id")
    others = others.left_join(wanted, [("kind_no", "event_no"), ("type_no", "thing_no")])
    others = others.filter(others.event_no.notnull() | (others.type_no == others.root))
    others = others.join(objects.select("o", "case_n", "id", "scope"), ["case_n", ("object", "id")])
    whole = ["e", "type_no", "o", "root", "case_n", "kind_no", "day", "look", "closed", "scope"]
    tied = steps.keep("tied", others.select(whole).distinct())
    another = tied.filter(tied.type_no == tied.root).select("e").distinct()
    another = another.join(events.select("e", "case_n", event="id"), "e").join(cases.select("case_n", "case"), "case_n")
    own = ties.filter((ties.object == ties.case) & (ties.qualifier != ACTOR)).select("case", "event")
    own = own.semi_join(another, ["case", "event"])  # there are hardly any of the others, and very many of these
    elsewhere = steps.keep("elsewhere", another.anti_join(own, ["case", "event"]).select("e"))
    by_subject = [
        rows.event_types[word.name] for word in rows.words.events if word.by_subject and word.name in rows.event_types
    ]
    if not by_subject:
        return tied, elsewhere
    who = rows.types[PRACTITIONER]
    meant = tied.filter((tied.type_no == ACTOR_NO) & tied.kind_no.isin(by_subject))
    meant = meant.filter((meant.root != who) | meant.e.isin(elsewhere.e))
    implied = meant.anti_join(tied.filter(tied.type_no == who).select(named_e="e"), [("e", "named_e")])
    implied = steps.keep("implied", implied.mutate(type_no=number(who)))
    return union([tied, implied]), elsewhere


_TRUTHS = 30
"""How many answers to conditions fit into one whole number, two bits each."""


def _said_columns(rows: RulebookRows) -> list[str]:
    """The columns that hold the answers to all conditions on an event."""
    return [f"said{n}" for n in range(-(-len(tests_of(rows)) // _TRUTHS) or 1)]


def tests_of(rows: RulebookRows) -> list[str]:
    """The columns with the truth of the conditions on an event, the first of its type in the first."""
    return [f"t{n}" for n in range(1, 1 + max(map(len, rows.tests.values()), default=0))]


def texts_of(rows: RulebookRows) -> list[str]:
    """The columns with the attributes of an event that are wanted as text."""
    return [f"v{n}" for n in range(1, 1 + max(map(len, rows.texts.values()), default=0))]


def days_of(rows: RulebookRows) -> list[str]:
    """The columns with the attributes of an event that are wanted as days."""
    return [f"d{n}" for n in range(1, 1 + max(map(len, rows.days.values()), default=0))]


def _slots(rows: RulebookRows, events: ir.Table) -> dict[str, ir.Value]:
    """What is asked of each type of event, in as few columns as the type with most questions needs."""
    kinds = dict(rows.words.event_attributes)

    def by_type(
        wanted: dict[str, list[Any]], position: int, value: Callable[[Any], ir.Value], otherwise: ir.Value
    ) -> ir.Value:
        here = [
            (events.no == rows.event_no(name), value(several[position]))
            for name, several in wanted.items()
            if position < len(several)
        ]
        return ibis.cases(*here, else_=otherwise)

    def column(name: str) -> ir.Column:
        return _said(events[name], kinds[name])

    def said(test: Test) -> ir.Value:
        return truth(test, column, kinds)

    def packed_truths(tests: Sequence[Test]) -> ir.IntegerValue:
        return sum((said(test).cast("int64") * 4**n for n, test in enumerate(tests)), number(0, "int64"))

    found: dict[str, ir.Value] = {}
    for place, name in enumerate(_said_columns(rows)):
        several = {kind: some[place * _TRUTHS :][:_TRUTHS] for kind, some in rows.tests.items()}
        here = [(events.no == rows.event_no(kind), packed_truths(some)) for kind, some in several.items() if some]
        found[name] = ibis.cases(*here, else_=number(0, "int64")) if here else number(0, "int64")
    for position, name in enumerate(texts_of(rows)):
        found[name] = by_type(
            rows.texts, position, lambda attribute: _text(column(attribute), kinds[attribute]), nothing("string")
        )
    for position, name in enumerate(days_of(rows)):
        found[name] = by_type(rows.days, position, lambda attribute: day_of(events[attribute]), nothing("int32"))
    return found


def _said(column: ir.Column, kind: AttributeKind) -> ir.Column:
    """The attribute; an empty text is not recorded."""
    return column.nullif("") if kind in ("text", "code") else column


def _text(column: ir.Column, kind: AttributeKind) -> ir.StringValue:
    """The value as text: two events tie when the texts are equal."""
    if kind == "codes":
        return ibis.ifelse(column.isnull(), nothing("string"), ibis.coalesce(column.join("|"), ibis.literal("")))
    return column.cast("string")


def _shown(table: ir.Table) -> ir.BooleanValue:
    """Whether it had happened and was on the record; what carries no dates has been so from the start."""
    view = seen_from()
    happened = table.happened.isnull() | (table.happened <= view.as_at)
    return happened & (table.recorded.isnull() | (table.recorded <= view.known_at))


def _asked_about(rows: RulebookRows) -> pa.Table:
    """Of which events some step wants to know which objects they are about, or who did it."""
    found = {
        (use["type_no"], use[name]) for use in rows.uses().to_pylist() for name in ("subject_no", "per_no", "of_no")
    }
    # Who did it is asked of few events, and most events say it.
    acted, who = rows.acted(), rows.types.get(PRACTITIONER, ACTOR_NO)
    found |= {(event, thing) for event in acted for thing in (ACTOR_NO, who)}
    if rows.judged:
        judged = [one.duty for one in rows.editions if one.duty.judged]
        named = {rows.types[name] for duty in judged for name in (duty.for_each, duty.per) if name}
        found |= {(rows.event_types[JUDGEMENT], thing) for thing in named}
    pairs = sorted(pair for pair in found if pair[1] != NOBODY)
    return pa.table({
        "event_no": pa.array([event for event, _ in pairs], pa.int32()), "thing_no": pa.array([thing for _, thing in pairs], pa.int32()),
    })  # fmt: skip


def leading(rows: RulebookRows, seen: Seen) -> ir.Table:
    """Who has answered for a case from when on, by every event that says so: case_n, e, day, who."""
    events = _answering(rows, seen).mutate(kind=number(rows.types.get(PRACTITIONER, -2)))
    return named(events.select("case_n", "root", "e", "day", "kind"), seen, "kind", "who")


def led_before(rows: RulebookRows, seen: Seen, events: ir.Table) -> ir.Table:
    """Those of the events (e, case_n, day) that somebody did who had answered for the case by then: e."""
    since = leading(rows, seen)
    since = since.group_by(["case_n", "who"]).agg(since=since.day.min())
    doers = seen.about.filter(seen.about.type_no == ACTOR_NO).select("e", who="o")
    led = events.select("e", "case_n", "day").join(doers, "e").join(since, ["case_n", "who"])
    return led.filter(led.day >= led.since).select("e")


def leads(steps: Steps, rows: RulebookRows, seen: Seen) -> ir.Table:
    """Who answers for each case: the practitioner whom the last event about it names, if any. case_n, practitioner."""
    last = _answering(rows, seen)
    last = last.group_by("case_n").agg(at=packed(last.day, last.e).max())
    last = last.select("case_n", e=unpacked_event(last.at))
    found = leading(rows, seen).join(last, ["case_n", "e"]).join(seen.objects.select("id", who="o"), "who")
    return steps.keep("leads", found.group_by("case_n").agg(practitioner=found.id.min()))


def _answering(rows: RulebookRows, seen: Seen) -> ir.Table:
    """The events after which somebody answers for the case."""
    answerable = [rows.event_types[word.name] for word in rows.words.events if word.answerable]
    return seen.events.filter(seen.events.type_no.isin(answerable))
