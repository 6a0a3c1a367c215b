"""Conditions on a subject, its case or what it is linked to: asked once of each object, however many duties ask.

Few different sets of answers occur, so each set has a number, its `scope`, and goes along with the object as that.
"""

from __future__ import annotations

import ibis
from ibis.expr import types as ir

from engine.duty.language import Scope
from engine.judge.plan.conditions import FALSE, TRUE, UNKNOWN, all_of, truth
from engine.judge.plan.rows import ONE_MASK, RulebookRows
from engine.judge.plan.steps import Steps, in_turn, number


def masks(rows: RulebookRows) -> list[str]:
    """The columns with the conditions that hold of an object, or may."""
    groups = range(max((len(rows.scopes) + ONE_MASK - 1) // ONE_MASK, 1))
    return [f"{which}{group}" for group in groups for which in ("yes", "maybe")]


def bit_of(w: int) -> tuple[int, int]:
    """Which group a set of conditions is in, and its bit."""
    return (w - 1) // ONE_MASK, 1 << ((w - 1) % ONE_MASK)


def with_scope(
    steps: Steps, rows: RulebookRows, cases: ir.Table, objects: ir.Table, links: ir.Table
) -> tuple[ir.Table, ir.Table]:
    """The objects with their `scope`, which those have that exist in this view; and the scopes: scope, two masks for each
    group of conditions (`yes…`, `maybe…`).
    """  # fmt: skip
    asked = steps.keep("masked", _masked(rows, cases, objects, links))
    scopes = asked.select(*masks(rows)).distinct()
    scopes = steps.keep("scopes", scopes.mutate(scope=in_turn()))
    numbered = asked.join(scopes, masks(rows)).select(masked_o="o", scope="scope")
    found = objects.left_join(numbered, [("o", "masked_o")]).select(*objects.columns, "scope")
    return steps.keep("objects", found), scopes


def held(steps: Steps, rows: RulebookRows, scopes: ir.Table) -> ir.Table:
    """Which editions concern objects of which scope, or may: k, scope, held (`TRUE` or `UNKNOWN`)."""
    editions = steps.small("editions", rows.edition_table()).select("k", "w")
    pairs = editions.cross_join(scopes)
    how: list[tuple[ir.BooleanValue, int]] = [(pairs.w == 0, TRUE)]
    for name in masks(rows):
        group = int(name.removeprefix("yes").removeprefix("maybe"))
        here = (pairs.w > group * ONE_MASK) & (pairs.w <= (group + 1) * ONE_MASK)
        # PostgreSQL shifts by nothing wider.
        bit = (pairs.w.cast("int64") - (group * ONE_MASK + 1)).clip(lower=0).cast("int32")
        meaning = TRUE if name.startswith("yes") else UNKNOWN
        how.append((here & (((pairs[name] >> bit) & 1) == 1), meaning))
    pairs = pairs.select("k", "scope", held=ibis.cases(*how, else_=FALSE).cast("int32"))
    return steps.keep("held", pairs.filter(pairs.held > FALSE))


def _masked(rows: RulebookRows, cases: ir.Table, objects: ir.Table, links: ir.Table) -> ir.Table:
    names = rows.used_object_attributes()
    visible = objects.filter(objects.seen)
    heads = objects.semi_join(cases, [("o", "case_n")])
    heads = heads.select(head="o", head_type="type_no", **{f"h_{name}": f"a_{name}" for name in names})
    things = visible.join(heads, [("case_n", "head")])
    through = [scope for _, several in rows.scopes for scope in several if scope.through is not None]
    through = [scope for n, scope in enumerate(through) if scope not in through[:n]]
    for n, scope in enumerate(through):
        things = things.left_join(_linked(rows, visible, links, scope, n), [("o", f"from{n}")])
    answers = {
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
        mask: ir.IntegerValue = things.o.cast("int64") * 0  # of 64 bits: a number in SQL has fewer
        for w, how in answers.items():
            if bit_of(w)[0] == group // 2:
                mask = mask + ibis.ifelse(how == wanted, number(bit_of(w)[1], "int64"), number(0, "int64"))
        found[name] = mask
    return things.select("o", **found)


def _scope(rows: RulebookRows, found: ir.Table, for_each: str, scope: Scope, through: list[Scope]) -> ir.IntegerValue:
    kinds = dict(rows.words.object_attributes)
    if scope.through is not None:
        return found[f"linked{through.index(scope)}"].fill_null(FALSE).cast("int8")
    if scope.of == for_each:
        return truth(scope.test, lambda name: found[f"a_{name}"], kinds)
    answer = truth(scope.test, lambda name: found[f"h_{name}"], kinds)
    return ibis.ifelse(found.head_type == rows.types[scope.of], answer, ibis.literal(FALSE, type="int8"))


def _linked(rows: RulebookRows, visible: ir.Table, links: ir.Table, scope: Scope, n: int) -> ir.Table:
    """Whether any object that an object is linked to in that way satisfies the condition."""
    others = visible.filter(visible.type_no == rows.types[scope.of])
    answer = truth(scope.test, lambda name: others[f"a_{name}"], dict(rows.words.object_attributes))
    others = others.select(target=others.o, held=answer.cast("int32"))
    ties = links.filter(links.how == str(scope.through)).join(others, "target")
    return ties.group_by(**{f"from{n}": ties.source}).agg(**{f"linked{n}": ties.held.max()})
