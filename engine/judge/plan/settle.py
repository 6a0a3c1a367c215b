"""What settles each instance: the first fulfilment, violation and exceptions, each a packed day and event."""

from __future__ import annotations

import ibis
import pyarrow as pa
from ibis.expr import types as ir

from engine.duty.language import Stand
from engine.judge.plan.conditions import TRUE
from engine.judge.plan.labels import Labels, shared
from engine.judge.plan.rows import FOREVER, Role, RulebookRows, table
from engine.judge.plan.seen import Seen, named
from engine.judge.plan.starts import Starts
from engine.judge.plan.steps import PACK, Steps, nothing, number, packed, union

DONE, DOUBTFUL, EXCUSED, REASON, COUNTED = 1, 2, 3, 4, 5
"""What an event is to an instance. COUNTED is one of several that are needed, and not the last of them."""


def settle(
    steps: Steps, rows: RulebookRows, seen: Seen, labels: Labels, starts: Starts, owes: ir.Table, due: ir.Table
) -> ir.Table:
    """The signs of each instance that has any: i, done, doubtful, excused, reason."""
    steps.stage("finding what settles each")
    open_ones = due.filter(~due.missing)
    signs = [_by_key(rows, labels, starts, open_ones), *_by_itself(rows, labels, open_ones)]
    if rows.scope_excuses:
        signs.append(_by_scope(steps, rows, owes, open_ones))
    if any(isinstance(one.duty.must, Stand) for one in rows.editions):
        signs.append(_standing(steps, rows, seen, labels, open_ones))
    found = union(signs)
    first = found.group_by("i").agg(
        done=found.at.min(where=found.what == DONE), doubtful=found.at.min(where=found.what == DOUBTFUL),
        excused=found.at.min(where=found.what == EXCUSED), reason=found.at.min(where=found.what == REASON),
        **_counts(rows, found),
    )  # fmt: skip
    if "needed" in first.columns:
        enough = first.done.isnull() & (first.sure < first.needed) & (first.sure + first.unsure >= first.needed)
        kept = (first.needed == 1) | enough
        first = first.mutate(doubtful=ibis.ifelse(kept, first.doubtful, nothing("int64"))).drop(
            "needed", "sure", "unsure"
        )
    return steps.keep("settled", first)


def _counts(rows: RulebookRows, found: ir.Table) -> dict[str, ir.Value]:
    if not any(row["needed"] > 1 for row in rows.edition_rows):
        return {}
    return {
        "needed": found.needed.max(), "sure": found.at.count(where=found.what.isin([DONE, COUNTED])),
        "unsure": found.at.count(where=found.what == DOUBTFUL),
    }  # fmt: skip


def _by_key(rows: RulebookRows, labels: Labels, starts: Starts, instances: ir.Table) -> ir.Table:
    """Events about the same subject, `per` object and shared values, from the start on."""
    late = instances.rank == 1
    since = instances.start.cast("int64") * PACK
    mine = instances.select(
        "i", "k", "o", "per", trigger="e", since=since,
        low=ibis.ifelse(late, packed(instances.start, instances.e), since),
        **{f"m{n}": instances[name] for n, name in enumerate(shared(rows))},
    )  # fmt: skip
    found = mine.join(labels.settling, ["k", "o", "per"])
    fulfils = found.role == Role.FULFILS
    counts = found.own > ibis.ifelse(fulfils, found.low, found.since)
    for n, name in enumerate(shared(rows)):
        counts = counts & (found[name].isnull() | (found[name] == found[f"m{n}"]))
    excuses = found.role.isin([Role.EXCUSES, Role.EXPLAINS])
    counts = counts & (~excuses | (found.e != found.trigger))  # what starts an instance does not excuse it as well
    found = found.filter(counts)
    what = ibis.cases(
        (fulfils_in(found) & ~found.sure, DOUBTFUL),
        (fulfils_in(found) & (found.back.isnull() | (found.back <= found.low)), COUNTED),
        (found.role == Role.EXCUSES, EXCUSED), (found.role == Role.EXPLAINS, REASON), else_=DONE,
    )  # fmt: skip
    return found.select("i", "at", what=what.cast("int8"), needed=found.needed)


def fulfils_in(found: ir.Table) -> ir.BooleanValue:
    """Whether the row is about a fulfilment."""
    return found.role == Role.FULFILS


def _by_itself(rows: RulebookRows, labels: Labels, instances: ir.Table) -> list[ir.Table]:
    """What the starting event itself says: that it is as it must be, or an exception."""
    meant = {Role.HOLDS: DONE, Role.EXCUSES_ITSELF: EXCUSED, Role.EXPLAINS_ITSELF: REASON}
    if not rows.has(*meant):
        return []
    own = labels.counts.filter(labels.counts.role.isin(list(meant)))
    own = own.filter((own.truth == TRUE) | (own.role == Role.HOLDS)).select("k", "e", "role", "truth")
    found = instances.select("i", "k", "e", "start").join(own, ["k", "e"])
    what = ibis.cases(
        ((found.role == Role.HOLDS) & (found.truth != TRUE), DOUBTFUL), *((found.role == role, kind) for role, kind in meant.items()),
        else_=0,
    )  # fmt: skip
    return [found.select("i", at=packed(found.start, found.e), what=what.cast("int8"), needed=number(1))]


def _by_scope(steps: Steps, rows: RulebookRows, owes: ir.Table, instances: ir.Table) -> ir.Table:
    """Exceptions that rest on the subject, its case, or what it is linked to."""
    excuses = steps.small(
        "scope_excuses", table(rows.scope_excuses, {"k": pa.int32(), "x": pa.int32(), "excuses": pa.bool_()})
    )
    found = instances.select("i", "k", "o", "e", "start").join(excuses, "k")
    granted = owes.filter(owes.scope == TRUE).select(x="w", o="o")
    found = found.join(granted, ["x", "o"])
    what = ibis.ifelse(found.excuses, EXCUSED, REASON).cast("int8")
    return found.select("i", at=packed(found.start, found.e), what=what, needed=number(1))


def _standing(steps: Steps, rows: RulebookRows, seen: Seen, labels: Labels, instances: ir.Table) -> ir.Table:
    """The days from the start on, at the end of which the right number of spells was open."""
    kinds = [(k, one.duty.must) for k, one in enumerate(rows.editions, start=1) if isinstance(one.duty.must, Stand)]
    bounds = steps.small("bounds", pa.table({
        "k": pa.array([k for k, _ in kinds], pa.int32()),
        "least": pa.array([must.at_least for _, must in kinds], pa.int32()),
        "most": pa.array([FOREVER if must.at_most is None else must.at_most for _, must in kinds], pa.int32()),
    }))  # fmt: skip
    counts = labels.counts
    about = counts.filter(counts.role.isin([Role.BEGINS_SPELL, Role.ENDS_SPELL]) & (counts.truth == TRUE))
    about = steps.keep("spelling", named(about, seen, "subject_no", "o"))
    things = named(about, seen, "of_no", "thing")
    begins = things.filter(things.role == Role.BEGINS_SPELL).select("k", "o", "thing", "e", begin="day")
    ends = things.filter(things.role == Role.ENDS_SPELL).select("k", "o", "thing", ending="day")
    ended = begins.join(ends, ["k", "o", "thing"])
    ended = ended.filter(ended.begin <= ended.ending)
    ended = ended.group_by(["k", "o", "thing", "e"]).agg(end=ended.ending.min())
    spells = begins.left_join(ended, ["k", "o", "thing", "e"])
    spells = steps.keep(
        "spells",
        spells.select(spell_k="k", spell_o="o", thing="thing", begin="begin", end=spells.end.fill_null(FOREVER)),
    )
    turns = about.group_by(["k", "o", "day"]).agg(last=about.e.max())
    mine = instances.semi_join(bounds, "k").select("i", "k", "o", "e", "start")
    later = mine.join(turns, ["k", "o"])
    later = later.filter(later.start < later.day)
    days = union([mine.select("i", "k", "o", day="start", e="e"), later.select("i", "k", "o", "day", e=later.last)])
    days = steps.keep("spell_days", days)
    standing = days.join(spells, [("k", "spell_k"), ("o", "spell_o")])
    standing = standing.filter((standing.day >= standing.begin) & (standing.day < standing.end))
    standing = standing.group_by(["i", "day"]).agg(standing=standing.thing.nunique())
    found = days.left_join(standing, ["i", "day"]).join(bounds, "k")
    open_now = found.standing.fill_null(0)
    found = found.filter((open_now >= found.least) & (open_now <= found.most))
    return found.select("i", at=packed(found.day, found.e), what=number(DONE, "int8"), needed=number(1))
