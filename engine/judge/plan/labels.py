"""Labels: what each event may be to which duty, about whom."""

from __future__ import annotations

from typing import NamedTuple

import ibis
from ibis.expr import types as ir

from engine.judge.plan.conditions import FALSE, TRUE, UNKNOWN
from engine.judge.plan.rows import ACTOR_NO, KEYS, NOBODY, Role, RulebookRows
from engine.judge.plan.seen import Seen, led_before, named, naming_nobody, tests_of, texts_of
from engine.judge.plan.steps import LAST, Steps, nothing, number, packed, union
from engine.judge.plan.whom import ABOUT_A_SUBJECT, EVERYBODY, Whom, masks
from engine.record.dictionary import PRACTITIONER

STARTING = (Role.STARTS, Role.STARTS_LATE)
SETTLING = (Role.FULFILS, Role.VIOLATES, Role.EXCUSES, Role.EXPLAINS)
HOLDING = (Role.HOLDS, Role.HOLDS_BY_ANOTHER)
ITSELF = (*HOLDING, Role.EXCUSES_ITSELF, Role.EXPLAINS_ITSELF)


class Labels(NamedTuple):
    """What events may be.

    starts: events that may start an instance, with the subject, the day and the shared values · counts: those that limit
    or end one, or a spell · settling: those that may settle one of the same `key` (the subject and the edition), `per`
    object and shared values, with `own` (the packed day and event, or as late as can be where earlier ones count too),
    `back` (that of the event with which there are enough) and `following` (that of the next, of what recurs) · itself:
    what starting events say of themselves.
    """

    starts: ir.Table
    counts: ir.Table
    settling: ir.Table
    itself: ir.Table


def shared(rows: RulebookRows) -> list[str]:
    """The columns of the values that tie events together; empty text where a duty has none, null where one is not said."""
    return [f"s{i}" for i in range(rows.same)]


def key_of(o: ir.IntegerValue, k: ir.IntegerValue) -> ir.IntegerValue:
    """A subject and an edition in one number."""
    return o * KEYS + k


def label(steps: Steps, rows: RulebookRows, seen: Seen, whom: Whom) -> Labels:
    """Label every event."""
    steps.stage("finding the events that count")
    uses = steps.small("uses", rows.uses())
    found = whom.concerned.join(uses.filter(uses.role.isin(ABOUT_A_SUBJECT)), ["type_no", "subject_no"])
    late = (found.role == Role.STARTS_LATE) & found.late
    about = found.named | found.role.isin(EVERYBODY)
    here = ibis.ifelse(found.role.isin(STARTING), late | ((found.role == Role.STARTS) & ~found.late), about)
    found = found.mutate(truth=_truths(rows, found))
    found = _with_shared(rows, seen, found.filter(here & (found.truth > FALSE)))
    columns = ["e", "case_n", "root", "k", "o", "per_no", "sure", *shared(rows)]
    starts = found.filter(found.role.isin(STARTING)).select(
        *columns, "start", "w", *masks(rows), "from_day", "until_day", "whole"
    )
    counts = found.filter(~found.role.isin([*STARTING, *SETTLING]) & (found.truth == TRUE)).select(
        *columns, "role", "day", "of_no"
    )
    settling = found.filter(found.role.isin(SETTLING) & ((found.role == Role.FULFILS) | found.sure))
    settling = settling.select(*columns, "role", "day", "already", "needed")
    itself = seen.events.select("e", "type_no", *tests_of(rows)).join(uses.filter(uses.role.isin(ITSELF)), "type_no")
    itself = itself.select("k", "e", "role", truth=_truths(rows, itself))
    if rows.has(Role.HOLDS_BY_ANOTHER):
        itself = _by_another(steps, rows, seen, itself)
    itself = itself.filter((itself.truth == TRUE) | (itself.role.isin(HOLDING) & (itself.truth > FALSE)))
    return Labels(
        starts,
        steps.keep("counts", counts) if rows.has(Role.LIMITS, Role.ENDS, Role.BEGINS_SPELL) else counts,
        steps.keep("settling", _with_back(rows, with_per(settling, seen, rows))),
        steps.keep("itself", itself) if rows.has(*ITSELF) else itself,
    )


def with_per(labels: ir.Table, seen: Seen, rows: RulebookRows) -> ir.Table:
    """The labels with each `per` object that the event names, or nobody's number where the duty has no `per`."""
    if not rows.pers:
        return labels.mutate(per=number(NOBODY, "int64"))
    plain = labels.filter(labels.per_no == NOBODY).mutate(per=number(NOBODY, "int64"))
    return union([plain, named(labels.filter(labels.per_no != NOBODY), seen, "per_no", "per")])


def with_linked_per(labels: ir.Table, seen: Seen, rows: RulebookRows) -> ir.Table:
    """As `with_per`; where the event names no such object, with those that the subject is linked to."""
    found = with_per(labels, seen, rows)
    if not rows.pers:
        return found
    nobody = naming_nobody(labels.filter(labels.per_no != NOBODY), seen, "per_no")
    links = seen.links.select(per_no="type_no", o="source", per="target").distinct()
    return union([found, nobody.join(links, ["per_no", "o"]).select(*found.columns)])


def _with_back(rows: RulebookRows, found: ir.Table) -> ir.Table:
    """What may settle an instance of the same key, with what comes before or after it where that is asked."""
    at = packed(found.day, found.e)
    found = found.mutate(key=key_of(found.o, found.k), at=at, own=ibis.ifelse(found.already, number(LAST, "int64"), at))
    found = found.select(
        "k", "o", "case_n", "key", "per", *shared(rows), "role", "sure", "needed", "e", "at", "own", back=found.own,
        following=nothing("int64"),
    )  # fmt: skip
    recurring = rows.numbers(recurs=True)
    in_order = [*recurring, *(row["k"] for row in rows.edition_rows if row["needed"] > 1)]
    if not in_order:
        return found
    ordered = found.k.isin(in_order) & found.sure & (found.role == Role.FULFILS)
    sure = found.filter(ordered)
    window = ibis.window(group_by=["key", "per", *shared(rows)], order_by=sure.at)
    back: ir.IntegerValue = sure.back
    for needed in rows.several:  # the event so many before it that there are enough with it
        back = ibis.ifelse(sure.needed == needed, sure.own.lag(needed - 1).over(window), back)
    sure = sure.mutate(back=back, following=sure.at.lead(1).over(window))
    return union([found.filter(~ordered), sure.select(found.columns)])


def _truths(rows: RulebookRows, found: ir.Table) -> ir.IntegerValue:
    always = ibis.literal(TRUE, type="int8")
    slots = [(found.test == n, found[name]) for n, name in enumerate(tests_of(rows), start=1)]
    return ibis.cases((found.test == 0, always), *slots, else_=ibis.literal(FALSE, type="int8"))


def _by_another(steps: Steps, rows: RulebookRows, seen: Seen, itself: ir.Table) -> ir.Table:
    """What starting events say of themselves, and whether somebody else did it where that is asked."""
    asked = steps.keep("asked_who", itself.filter((itself.role == Role.HOLDS_BY_ANOTHER) & (itself.truth > FALSE)))
    events = seen.events.semi_join(asked, "e").select("e", "case_n", "root", "day")
    events = steps.keep("asked_of", events.mutate(kind=number(rows.types[PRACTITIONER])))
    doers = seen.about.filter(seen.about.type_no == ACTOR_NO).select(done_e="e", who="o")
    themselves = named(events, seen, "kind", "them").join(doers, [("e", "done_e"), ("them", "who")]).select("e")
    barred = union([themselves, led_before(rows, seen, events)]).distinct()
    said = asked.mutate(
        truth=ibis.cases(
            (asked.e.isin(barred.e), ibis.literal(FALSE, type="int8")),
            (asked.e.isin(doers.done_e), asked.truth),
            else_=ibis.literal(UNKNOWN, type="int8"),
        )
    )
    return union([itself.filter(itself.role != Role.HOLDS_BY_ANOTHER), said])


def _with_shared(rows: RulebookRows, seen: Seen, found: ir.Table) -> ir.Table:
    """With the shared values, which few duties have; and `sure`: that it is such an event, and says them all."""
    if not rows.same:
        return found.mutate(sure=found.truth == TRUE)
    plain = found.filter(found.same0 == 0).mutate(
        sure=found.truth == TRUE, **{name: ibis.literal("") for name in shared(rows)}
    )
    tied = found.filter(found.same0 != 0).join(seen.events.select("e", *texts_of(rows)), "e")
    tied = tied.mutate(**{name: _value(rows, tied, tied[f"same{i}"]) for i, name in enumerate(shared(rows))})
    said = tied.truth == TRUE
    for name in shared(rows):
        said = said & tied[name].notnull()
    return union([plain, tied.mutate(sure=said).select(plain.columns)])


def _value(rows: RulebookRows, found: ir.Table, which: ir.IntegerColumn) -> ir.StringValue:
    """The shared value; empty where the duty has none, null where the event does not say it."""
    slots = [(which == n, found[name]) for n, name in enumerate(texts_of(rows), start=1)]
    return ibis.cases((which == 0, ibis.literal("")), *slots, else_=nothing("string"))
