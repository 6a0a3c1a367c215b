"""Labels: what each event may be to which duty, about whom."""

from __future__ import annotations

from typing import NamedTuple

import ibis
from ibis.expr import types as ir

from engine.judge.plan.conditions import FALSE, TRUE
from engine.judge.plan.rows import NOBODY, Role, RulebookRows
from engine.judge.plan.seen import Seen, named, naming_nobody, tests_of, texts_of
from engine.judge.plan.steps import LAST, Steps, nothing, number, packed, union


class Labels(NamedTuple):
    """starts: events that may start an instance · counts: all others that may count · settling: those that may settle an
    instance, with the subject o, `per` and shared values, `own` (the packed day and event, or as late as can be where
    earlier ones count too) and `back` (that of the event with which there are enough).
    """

    starts: ir.Table
    counts: ir.Table
    settling: ir.Table


def shared(rows: RulebookRows) -> list[str]:
    """The columns of the values that tie events together; empty text where a duty has none, null where one is not said."""
    return [f"s{i}" for i in range(rows.same)]


def label(steps: Steps, rows: RulebookRows, seen: Seen) -> Labels:
    """Label every event."""
    steps.stage("finding the events that count")
    uses = steps.small("uses", rows.uses())
    found = seen.events.join(uses, "type_no")
    found = found.mutate(truth=_truths(rows, found))
    found = found.filter(found.truth > 0)
    found = found.mutate(**{f"s{i}": _value(rows, found, found[f"same{i}"]) for i in range(rows.same)})
    unsaid = ibis.literal(False)
    for name in shared(rows):
        unsaid = unsaid | found[name].isnull()
    found = found.mutate(sure=(found.truth == TRUE) & ~unsaid, said=~unsaid)
    columns = ["e", "case_n", "root", "day", "k", "role", "subject_no", "per_no", "sure", *shared(rows)]
    starting = found.role.isin([Role.STARTS, Role.STARTS_LATE])
    starts = steps.keep("starts", found.filter(starting).select(*columns, "any_root"))
    others = found.filter(~starting).select(*columns, "already", "needed", "of_no", "any_root", "truth")
    counts = steps.keep("counts", others)
    return Labels(starts, counts, _settling(steps, rows, seen, counts))


def with_per(labels: ir.Table, seen: Seen) -> ir.Table:
    """The labels with each `per` object that the event names, or nobody's number where the duty has no `per`."""
    plain = labels.filter(labels.per_no == NOBODY).mutate(per=number(NOBODY, "int64"))
    return union([plain, named(labels.filter(labels.per_no != NOBODY), seen, "per_no", "per")])


def _settling(steps: Steps, rows: RulebookRows, seen: Seen, counts: ir.Table) -> ir.Table:
    """What may settle an instance of the same key."""
    roles = counts.role
    fulfil = (roles == Role.FULFILS) & True
    wanted = counts.filter(fulfil | (roles.isin([Role.EXCUSES, Role.EXPLAINS, Role.VIOLATES]) & counts.sure))
    parts = [named(wanted, seen, "subject_no", "o")]
    if rows.has(Role.VIOLATES):  # what names nobody in particular is about everybody
        nobody = naming_nobody(
            counts.filter((roles == Role.VIOLATES) & counts.sure & ~counts.any_root), seen, "subject_no"
        )
        everyone = seen.visible.select("case_n", "o", subject_no="type_no")
        parts.append(nobody.join(everyone, ["case_n", "subject_no"]).select(*wanted.columns, "o"))
    found = with_per(union(parts), seen)
    at = packed(found.day, found.e)
    found = found.mutate(at=at, own=ibis.ifelse(found.already, number(LAST, "int64"), at))
    found = found.select("k", "o", "per", *shared(rows), "role", "sure", "needed", "e", "at", "own")
    one = found.filter((found.needed == 1) | ~found.sure | (found.role != Role.FULFILS))
    parts = [one.mutate(back=one.own)]
    if any(row["needed"] > 1 for row in rows.edition_rows):
        parts.append(_several(rows, found))
    return steps.keep("settling", union(parts))


def _several(rows: RulebookRows, found: ir.Table) -> ir.Table:
    """Where several are needed: each event with the one so many before it that there are enough with it."""
    sure = found.filter((found.needed > 1) & found.sure & (found.role == Role.FULFILS))
    key = ["k", "o", "per", *shared(rows)]
    back = nothing("int64")
    for needed in sorted({row["needed"] for row in rows.edition_rows if row["needed"] > 1}):
        before = sure.own.lag(needed - 1).over(ibis.window(group_by=key, order_by=sure.at))
        back = ibis.ifelse(sure.needed == needed, before, back)
    return sure.mutate(back=back)


def _truths(rows: RulebookRows, found: ir.Table) -> ir.IntegerValue:
    always = ibis.literal(TRUE, type="int8")
    slots = [(found.test == n, found[name]) for n, name in enumerate(tests_of(rows), start=1)]
    return ibis.cases((found.test == 0, always), *slots, else_=ibis.literal(FALSE, type="int8"))


def _value(rows: RulebookRows, found: ir.Table, which: ir.IntegerColumn) -> ir.StringValue:
    """The shared value; empty where the duty has none, null where the event does not say it."""
    slots = [(which == n, found[name]) for n, name in enumerate(texts_of(rows), start=1)]
    return ibis.cases((which == 0, ibis.literal("")), *slots, else_=nothing("string"))
