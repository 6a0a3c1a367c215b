"""What settles each instance: the first fulfilment, violation and exceptions, each a packed day and event."""

from __future__ import annotations

import ibis
import pyarrow as pa
from ibis.expr import types as ir

from engine.duty.language import Stand
from engine.judge.plan.conditions import TRUE
from engine.judge.plan.dues import Dues
from engine.judge.plan.labels import COUNTED, DONE, DOUBTFUL, EXCUSED, ITSELF, REASON, Labels, key_of, shared
from engine.judge.plan.rows import FOREVER, NOBODY, Role, RulebookRows
from engine.judge.plan.seen import Seen, named
from engine.judge.plan.steps import ID, PACK, Steps, nothing, number, packed, union, unpacked_event
from engine.judge.plan.subjects import bit_of


def settle(steps: Steps, rows: RulebookRows, seen: Seen, labels: Labels, dues: Dues) -> ir.Table:
    """The signs of each instance that has any beside `next`: i, done, doubtful, excused, reason."""
    steps.stage("finding what settles each")
    easy = _easy(labels, dues)
    instances = dues.instances.filter((dues.instances.easy == 0) & ~dues.instances.missing)
    others = []
    if rows.has(*ITSELF):
        others.append(_by_itself(labels, instances))
    if rows.scope_excuses:
        others.append(_by_scope(steps, rows, seen, instances))
    if rows.has(Role.BEGINS_SPELL):
        others.append(_standing(steps, rows, seen, labels, instances))
    signs = [*_by_key(rows, labels, dues), *(found.mutate(needed=number(1)) for found in others)]
    hard = _first(union(signs), rows.several)
    return steps.keep("settled", union([_first(easy, []), hard]))


def _first(found: ir.Table, several: list[int]) -> ir.Table:
    """The first sign of each kind; what is doubtful only where there might be enough with it."""
    counted = {
        "needed": found.needed.max(), "sure": found.at.count(where=found.what.isin([DONE, COUNTED])),
        "unsure": found.at.count(where=found.what == DOUBTFUL),
    } if several else {}  # fmt: skip
    first = found.group_by("i").agg(
        done=found.at.min(where=found.what == DONE), doubtful=found.at.min(where=found.what == DOUBTFUL),
        excused=found.at.min(where=found.what == EXCUSED), reason=found.at.min(where=found.what == REASON),
        **counted,
    )  # fmt: skip
    if not several:
        return first
    enough = first.done.isnull() & (first.sure < first.needed) & (first.sure + first.unsure >= first.needed)
    kept = (first.needed == 1) | enough
    first = first.mutate(doubtful=ibis.ifelse(kept, first.doubtful, nothing("int64")))
    return first.drop("needed", "sure", "unsure")


def _easy(labels: Labels, dues: Dues) -> ir.Table:
    """Of easy instances: events about the same subject, from the day of the start on, or earlier where these count too."""
    mine = dues.instances.filter((dues.instances.easy == 1) & ~dues.instances.missing)
    mine = mine.select("i", key=key_of(mine.o, mine.k), trigger="e", since=mine.start)
    found = mine.join(labels.settling, "key")
    counts = found.already | (found.at > found.since.cast("int64") * PACK)
    # What starts an instance does not excuse it as well.
    itself = found.what.isin([EXCUSED, REASON]) & (unpacked_event(found.at) == found.trigger)
    return found.filter(counts & ~itself).select("i", "at", "what")


def _by_key(rows: RulebookRows, labels: Labels, dues: Dues) -> list[ir.Table]:
    """Of the others: events about the same subject, `per` object and shared values, from the start on."""
    columns = ["i", "k", "o", "per", *shared(rows), "e", "start", "rank"]
    straight, others = (table.filter((table.easy == 0) & ~table.missing) for table in (dues.straight, dues.others))
    straight = straight.mutate(
        per=number(NOBODY, ID), rank=number(0), **{name: ibis.literal("") for name in shared(rows)}
    )  # fmt: skip
    instances = union([straight.select(columns), others.select(columns)])
    settling = labels.hard.drop("k", "o", "case_n", "closed", "following")
    found = [_matched(rows, instances.filter(instances.rank == 0), settling)]
    if rows.numbers(recurs=True):
        # What follows an occurrence is known already; what else may be said about it is not.
        later = instances.filter(instances.rank == 1)
        found.append(_matched(rows, later, settling.filter(~(settling.sure & (settling.role == Role.FULFILS)))))
    return found


def _matched(rows: RulebookRows, instances: ir.Table, settling: ir.Table) -> ir.Table:
    names = [name for name in ["per", *shared(rows)] if name != "per" or rows.pers]
    since = instances.start.cast("int64") * PACK
    low = ibis.ifelse(instances.rank == 1, packed(instances.start, instances.e), since)
    mine = instances.select(
        "i", key=key_of(instances.o, instances.k), trigger="e", since=since, low=low,
        **{f"m_{name}": instances[name] for name in names},
    )  # fmt: skip
    found = mine.join(settling, "key")
    fulfils = found.role == Role.FULFILS
    counts = found.own > ibis.ifelse(fulfils, found.low, found.since)
    for name in names:
        same = found[name] == found[f"m_{name}"]
        counts = counts & (same if name == "per" else found[name].isnull() | same)
    excuses = found.role.isin([Role.EXCUSES, Role.EXPLAINS])
    counts = counts & (~excuses | (found.e != found.trigger))  # what starts an instance does not excuse it as well
    what = ibis.cases(
        (fulfils & ~found.sure, DOUBTFUL), (fulfils & (found.back.isnull() | (found.back <= found.low)), COUNTED),
        (found.role == Role.EXCUSES, EXCUSED), (found.role == Role.EXPLAINS, REASON), else_=DONE,
    )  # fmt: skip
    found = found.mutate(counts=counts, what=what.cast("int8"))
    return found.filter(found.counts).select("i", "at", "what", "needed")


def _by_itself(labels: Labels, instances: ir.Table) -> ir.Table:
    """What the starting event itself says: that it is as it must be, or an exception."""
    found = instances.select("i", "k", "e", "start").join(labels.itself, ["k", "e"])
    what = ibis.cases(
        (found.role == Role.EXCUSES_ITSELF, EXCUSED), (found.role == Role.EXPLAINS_ITSELF, REASON),
        (found.truth == TRUE, DONE), else_=DOUBTFUL,
    )  # fmt: skip
    return found.select("i", at=packed(found.start, found.e), what=what.cast("int8"))


def _by_scope(steps: Steps, rows: RulebookRows, seen: Seen, instances: ir.Table) -> ir.Table:
    """Exceptions that rest on the subject, its case, or what it is linked to."""
    granted = union([
        seen.scopes.filter((seen.scopes[f"yes{bit_of(row['x'])[0]}"] & bit_of(row["x"])[1]) != 0).select(
            "scope", k=number(row["k"]), what=number(EXCUSED if row["excuses"] else REASON, "int8")
        )
        for row in rows.scope_excuses
    ])  # fmt: skip
    granted = steps.keep("granted", granted)
    some = instances.filter(instances.k.isin(sorted({row["k"] for row in rows.scope_excuses})))
    some = some.select("i", "k", "o", "e", "start").join(seen.objects.select("o", "scope"), "o")
    found = some.join(granted, ["k", "scope"])
    return found.select("i", at=packed(found.start, found.e), what="what")


def _standing(steps: Steps, rows: RulebookRows, seen: Seen, labels: Labels, instances: ir.Table) -> ir.Table:
    """The days from the start on, at the end of which the right number of spells was open."""
    kinds = [(k, one.duty.must) for k, one in enumerate(rows.editions, start=1) if isinstance(one.duty.must, Stand)]
    bounds = steps.small("bounds", pa.table({
        "k": pa.array([k for k, _ in kinds], pa.int32()),
        "least": pa.array([must.at_least for _, must in kinds], pa.int32()),
        "most": pa.array([FOREVER if must.at_most is None else must.at_most for _, must in kinds], pa.int32()),
    }))  # fmt: skip
    counts = labels.counts
    about = counts.filter(counts.role.isin([Role.BEGINS_SPELL, Role.ENDS_SPELL]))
    about = steps.keep("spelling", about)
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
    return found.select("i", at=packed(found.day, found.e), what=number(DONE, "int8"))
