"""The second pass: duties about outcomes, judged when it is known what became of all the others."""

from __future__ import annotations

from typing import NamedTuple

import pyarrow as pa
from ibis.expr import types as ir

from engine.duty.language import NoOpenBreach
from engine.judge.plan.rows import Rows, RulebookRows, table
from engine.judge.plan.steps import Steps, nothing, packed, union


class Later(NamedTuple):
    """Instances of duties about outcomes, their signs (as those of `settle`), and what could not be judged: k, case_n."""

    due: ir.Table
    settled: ir.Table
    failed: ir.Table


def later(
    steps: Steps, rows: RulebookRows, due: ir.Table, settled: ir.Table, first: ir.Table, failed: ir.Table
) -> Later:
    """What the duties about outcomes rest on: `first` is what was decided of the others, `failed` what was not."""
    steps.stage("looking at what stood broken")
    looks = steps.small("looked_at", _looks(rows))
    mine = due.filter(due.k.isin(rows.later)).anti_join(failed, ["k", "case_n"])
    # A duty that rests on what failed has failed in that case, in whatever editions.
    resting = mine.select("k", "case_n").distinct().join(looks, "k")
    resting = resting.join(failed.select(on="k", case_n="case_n"), ["case_n", "on"])
    resting = resting.select("case_n", duty_no="later_no").distinct()
    failing = mine.join(looks.select("k", duty_no="later_no").distinct(), "k").join(resting, ["duty_no", "case_n"])
    failing = steps.keep("resting", failing.select("k", "case_n").distinct())
    mine = mine.anti_join(failing, ["k", "case_n"])
    broken = first.filter(first.since.notnull()).select("case_n", on="k", since="since", until="done")
    stood = mine.select("i", "k", "case_n", "start").join(broken, "case_n")
    stood = stood.filter((stood.since <= stood.start) & (stood.until.isnull() | (stood.start < stood.until)))
    stood = stood.join(looks.filter(looks.looks).select("k", "on"), ["k", "on"]).select("i").distinct()
    clear = mine.anti_join(stood, "i")
    clear = clear.select("i", clear=packed(clear.start, clear.e))
    signs = mine.select("i").left_join(settled.select("i", "excused", "reason"), "i").drop("i_right")
    signs = signs.left_join(clear, "i")
    signs = signs.select("i", "excused", "reason", done="clear", doubtful=nothing("int64"))
    return Later(mine, signs.select(settled.columns), union([failed.select("k", "case_n"), failing]))


def _looks(rows: RulebookRows) -> pa.Table:
    """Which editions about outcomes look at which duty's editions; `looks` is false for those that this version of the
    duty is not looked at in, though another is.
    """  # fmt: skip
    found: Rows = []
    for k in rows.later:
        must = rows.editions[k - 1].duty.must
        assert isinstance(must, NoOpenBreach)  # noqa: S101 - what `later` is
        looked_at = {duty.id for duty in rows.rulebook.duties if must.looks_at(duty)}
        found += [
            {"k": k, "later_no": rows.edition_rows[k - 1]["duty_no"], "on": on, "looks": must.looks_at(edition.duty)}
            for on, edition in enumerate(rows.editions, start=1)
            if edition.duty.id in looked_at
        ]
    return table(found, {"k": pa.int32(), "later_no": pa.int32(), "on": pa.int32(), "looks": pa.bool_()})
