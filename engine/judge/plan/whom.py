"""Whom each event concerns: every type of subject is looked up once for an event, however many duties ask.

Conditions on a subject, its case or what it is linked to are looked up once for an object, and go along as bits.
"""

from __future__ import annotations

from typing import NamedTuple

import ibis
import pyarrow as pa
from ibis.expr import types as ir

from engine.duty.language import Scope
from engine.judge.plan.conditions import FALSE, TRUE, UNKNOWN, all_of, truth
from engine.judge.plan.rows import ONE_MASK, Role, RulebookRows
from engine.judge.plan.seen import Seen, naming_nobody, tests_of
from engine.judge.plan.steps import Steps, number, union

EVERYBODY = (Role.STARTS, Role.STARTS_LATE, Role.VIOLATES, Role.LIMITS, Role.ENDS)
"""To these, an event that names nobody in particular is about everybody."""

ABOUT_A_SUBJECT = (*EVERYBODY, Role.FULFILS, Role.EXCUSES, Role.EXPLAINS, Role.BEGINS_SPELL, Role.ENDS_SPELL)


class Whom(NamedTuple):
    """subjects: the objects that exist, o, case_n, type_no, joined, and two masks for each group of conditions, `yes…`
    and `maybe…` · concerned: events with each subject, e, case_n, root, type_no, day, subject_no, o, start (the day of
    joining for whoever joined afterwards: `late`), `named`, what is asked of the event, and the masks.
    """

    subjects: ir.Table
    concerned: ir.Table


def masks(rows: RulebookRows) -> list[str]:
    """The columns with the conditions that hold of an object, or may."""
    groups = range((len(rows.scopes) + ONE_MASK - 1) // ONE_MASK)
    return [f"{which}{group}" for group in groups for which in ("yes", "maybe")]


def bit_of(w: int) -> tuple[int, int]:
    """Which group a set of conditions is in, and its bit."""
    return (w - 1) // ONE_MASK, 1 << ((w - 1) % ONE_MASK)


def whom(steps: Steps, rows: RulebookRows, seen: Seen) -> Whom:
    """Look up whom the events concern."""
    steps.stage("finding whom each event concerns")
    subjects = _subjects(steps, rows, seen)
    wanted = steps.small("wanted", _wanted(rows))
    asked = tests_of(rows)
    events = seen.events.select("e", "case_n", "root", "type_no", "day", *asked).join(wanted, "type_no")
    whole = ["e", "case_n", "root", "type_no", "day", "subject_no", *asked, "o", "start", "late", "named", *masks(rows)]
    # An event that names a colleague beside the one whose timeline it is in is about the latter alone.
    roots = events.filter(events.any_root & (events.subject_no == events.root)).anti_join(seen.elsewhere, "e")
    roots = roots.join(subjects.select("o", *masks(rows)), [("case_n", "o")]).mutate(o=ibis._.case_n)
    yes, no = ibis.literal(True), ibis.literal(False)
    parts = [roots.mutate(start=roots.day, late=no, named=yes).select(whole)]
    others = events.filter(~events.any_root)
    kinds = sorted({row["subject_no"] for row in _wanted(rows).to_pylist() if not row["any_root"]})
    about = seen.about.filter(seen.about.type_no.isin(kinds)).select("e", "o", subject_no="type_no")
    direct = others.join(about, ["e", "subject_no"]).join(subjects.select("o", *masks(rows)), "o")
    parts.append(direct.mutate(start=direct.day, late=no, named=yes).select(whole))
    nobody = naming_nobody(others.filter(others.everybody), seen, "subject_no")
    nobody = nobody.join(subjects.rename(subject_no="type_no"), ["case_n", "subject_no"])
    late = (nobody.joined > nobody.day).fill_null(False)
    start = ibis.ifelse(late, nobody.joined, nobody.day)
    parts.append(nobody.mutate(start=start, late=late, named=no).select(whole))
    return Whom(subjects, steps.keep("concerned", union(parts)))


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


# --- conditions on objects ---------------------------------------------------------------------------------------------


def _subjects(steps: Steps, rows: RulebookRows, seen: Seen) -> ir.Table:
    names = rows.used_object_attributes()
    heads = seen.objects.semi_join(seen.cases, [("o", "case_n")])
    heads = heads.select(head="o", head_type="type_no", **{f"h_{name}": f"a_{name}" for name in names})
    things = seen.visible.join(heads, [("case_n", "head")])
    through = [scope for _, several in rows.scopes for scope in several if scope.through is not None]
    through = [scope for n, scope in enumerate(through) if scope not in through[:n]]
    for n, scope in enumerate(through):
        things = things.left_join(_linked(rows, seen, scope, n), [("o", f"from{n}")])
    held = {
        w: ibis.ifelse(
            things.type_no == rows.types[for_each],
            all_of([_scope(rows, things, for_each, scope, through) for scope in several]),
            ibis.literal(FALSE, type="int8"),
        )
        for w, (for_each, several) in enumerate(rows.scopes, start=1)
    }
    found = {}
    for group, name in enumerate(masks(rows)):
        wanted = TRUE if name.startswith("yes") else UNKNOWN
        mask: ir.IntegerValue = things.o * 0  # of 64 bits: a number in SQL has fewer
        for w, how in held.items():
            if bit_of(w)[0] == group // 2:
                mask = mask + ibis.ifelse(how == wanted, number(bit_of(w)[1], "int64"), number(0, "int64"))
        found[name] = mask
    return steps.keep("subjects", things.select("o", "case_n", "type_no", "joined", **found))


def _scope(rows: RulebookRows, found: ir.Table, for_each: str, scope: Scope, through: list[Scope]) -> ir.IntegerValue:
    kinds = dict(rows.words.object_attributes)
    if scope.through is not None:
        return found[f"linked{through.index(scope)}"].fill_null(FALSE).cast("int8")
    if scope.of == for_each:
        return truth(scope.test, lambda name: found[f"a_{name}"], kinds)
    held = truth(scope.test, lambda name: found[f"h_{name}"], kinds)
    return ibis.ifelse(found.head_type == rows.types[scope.of], held, ibis.literal(FALSE, type="int8"))


def _linked(rows: RulebookRows, seen: Seen, scope: Scope, n: int) -> ir.Table:
    """Whether any object that an object is linked to in that way satisfies the condition."""
    others = seen.visible.filter(seen.visible.type_no == rows.types[scope.of])
    held = truth(scope.test, lambda name: others[f"a_{name}"], dict(rows.words.object_attributes))
    others = others.select(target=others.o, held=held.cast("int32"))
    ties = seen.links.filter(seen.links.how == str(scope.through)).join(others, "target")
    return ties.group_by(**{f"from{n}": ties.source}).agg(**{f"linked{n}": ties.held.max()})
