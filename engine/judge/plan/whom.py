"""Whom each event concerns: every type of subject is looked up once for an event, however many duties ask."""

from __future__ import annotations

from typing import NamedTuple

import ibis
import pyarrow as pa
from ibis.expr import types as ir

from engine.judge.plan.closings import with_closed
from engine.judge.plan.rows import KINDS, Role, RulebookRows
from engine.judge.plan.seen import Seen, naming_nobody
from engine.judge.plan.steps import Steps, union

EVERYBODY = (Role.STARTS, Role.STARTS_LATE, Role.VIOLATES, Role.LIMITS, Role.ENDS)
"""To these, an event that names nobody in particular is about everybody."""

ABOUT_A_SUBJECT = (*EVERYBODY, Role.FULFILS, Role.EXCUSES, Role.EXPLAINS, Role.BEGINS_SPELL, Role.ENDS_SPELL)

_SCOPE_BITS = 24


class Sort(NamedTuple):
    """What decides for which duties an event counts, about one subject: how the event looks, the type of the subject,
    whether the event names it, whether it joined afterwards, and its scope.
    """

    look: ir.IntegerValue
    subject_no: ir.IntegerValue
    named: ir.BooleanValue
    late: ir.BooleanValue
    scope: ir.IntegerValue


def sort_number(sort: Sort) -> ir.IntegerValue:
    """A sort as one number: there are many events and few sorts."""
    found = sort.look.cast("int64") * KINDS + sort.subject_no
    # PostgreSQL makes no number of a truth by itself.
    found = found * 4 + ibis.ifelse(sort.named, 2, 0) + ibis.ifelse(sort.late, 1, 0)
    return found * 2**_SCOPE_BITS + sort.scope.cast("int64")


def sort_of(number: ir.IntegerValue) -> Sort:
    """The sort with that number."""
    how = number >> _SCOPE_BITS
    kind = how >> 2
    return Sort(
        look=(kind >> (KINDS - 1).bit_length()).cast("int32"),
        subject_no=(kind & (KINDS - 1)).cast("int32"),
        named=(how & 2) == 2,
        late=(how & 1) == 1,
        scope=(number & (2**_SCOPE_BITS - 1)).cast("int32"),
    )


def concern(steps: Steps, rows: RulebookRows, seen: Seen) -> ir.Table:
    """The events with each subject that they concern: e, case_n, root, day, o, sort, start (the day of joining for whoever
    joined afterwards), closed (seen from the start).
    """
    steps.stage("finding whom each event concerns")
    wanted = steps.small("wanted", _wanted(rows))
    subjects = seen.objects.filter(seen.objects.scope.notnull())
    yes, no = ibis.literal(True), ibis.literal(False)

    def whole(found: ir.Table, *, named: ir.BooleanValue, late: ir.BooleanValue) -> ir.Table:
        sort = sort_number(Sort(found.look, found.subject_no, named, late, found.scope))
        return found.select("e", "case_n", "root", "day", "o", "start", "closed", sort=sort)

    events = seen.events.select("e", "case_n", "root", "type_no", "day", "look", "closed")
    # An event that names a colleague beside the one whose timeline it is in is about the latter alone.
    roots = events.join(wanted.filter(wanted.any_root), "type_no")
    roots = roots.filter(roots.subject_no == roots.root).anti_join(seen.elsewhere, "e")
    roots = roots.join(subjects.select("o", "scope"), [("case_n", "o")])
    parts = [whole(roots.mutate(o=roots.case_n, start=roots.day), named=yes, late=no)]
    kinds = wanted.filter(~wanted.any_root).select("subject_no", event_no="type_no")
    direct = seen.about.join(kinds, [("kind_no", "event_no"), ("type_no", "subject_no")])
    direct = direct.filter(direct.scope.notnull())
    parts.append(whole(direct.mutate(subject_no=direct.type_no, start=direct.day), named=yes, late=no))
    others = events.join(wanted.filter(~wanted.any_root & wanted.everybody), "type_no")
    nobody = naming_nobody(others, seen, "subject_no").drop("closed")
    nobody = nobody.join(
        subjects.select("o", "case_n", "joined", "scope", subject_no="type_no"), ["case_n", "subject_no"]
    )
    late = (nobody.joined > nobody.day).fill_null(False)
    nobody = nobody.mutate(start=ibis.ifelse(late, nobody.joined, nobody.day), late=late)
    nobody = with_closed(nobody, seen.pieces, "start")
    parts.append(whole(nobody, named=no, late=nobody.late))
    return steps.keep("concerned", union(parts))


def _wanted(rows: RulebookRows) -> pa.Table:
    """The types of subject to look up for each type of event, and whether one that names nobody is about everybody."""
    found: dict[tuple[int, int, bool], bool] = {}
    for use in rows.uses().to_pylist():
        if use["role"] in ABOUT_A_SUBJECT:
            key = (use["type_no"], use["subject_no"], use["any_root"])
            found[key] = found.get(key, False) or use["role"] in EVERYBODY
    return pa.table({
        "type_no": pa.array([key[0] for key in found], pa.int32()),
        "subject_no": pa.array([key[1] for key in found], pa.int32()),
        "any_root": pa.array([key[2] for key in found], pa.bool_()),
        "everybody": pa.array(list(found.values()), pa.bool_()),
    })  # fmt: skip
