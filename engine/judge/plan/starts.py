"""Instances: what started them, about whom, when, and on which day the case closed for them."""

from __future__ import annotations

import ibis
import pyarrow as pa
from ibis.expr import types as ir

from engine.judge.plan.conditions import FALSE, TRUE, UNKNOWN
from engine.judge.plan.labels import Labels, shared, with_linked_per
from engine.judge.plan.rows import FOREVER, NOBODY, ONE_MASK, Role, RulebookRows
from engine.judge.plan.seen import Seen, named, naming_nobody
from engine.judge.plan.steps import Steps, nothing, number, union, unpacked_day
from engine.judge.plan.whom import Whom, masks


class Starts:
    """Finds the instances. `found` has i, k, case_n, o, per, e, start, rank (1 for what an occurrence starts), following
    (the next such occurrence, packed), closed, missing (nobody can say whether it applies), the shared values.
    """

    def __init__(self, steps: Steps, rows: RulebookRows, seen: Seen, whom: Whom, labels: Labels) -> None:
        self.steps, self.rows, self.seen, self.whom, self.labels = steps, rows, seen, whom, labels
        self.shared = shared(rows)
        self.key = ["k", "o", "per", *self.shared]
        self.columns = [*self.key, "case_n", "e", "start", "missing"]
        steps.stage("finding what has started")
        self.editions = steps.small("editions", rows.edition_table())
        self.endings = self._ends() if rows.has(Role.ENDS) else None
        self.pieces = self._closings()
        plain = self._in_force(labels.starts.filter(~labels.starts.whole))
        plain = with_linked_per(plain, seen, rows).select(self.columns)
        parts = [self._with_closed(plain).mutate(following=nothing("int64"), rank=number(0))]
        if rows.numbers(first=True) or rows.numbers(recurs=True):
            parts.append(self._whole())
        found = union(parts)
        self.found = steps.keep("instances", found.mutate(i=ibis.row_number() + 1))

    def _whole(self) -> ir.Table:
        """Where only all the starts of a duty together tell which of them count: the first, and what recurs."""
        starts = self.labels.starts
        some = with_linked_per(starts.filter(starts.whole), self.seen, self.rows)
        some = self._first(some.mutate(missing=~some.sure).select(self.columns))
        some = self.steps.keep("closed", self._with_closed(some))
        recurring = self.rows.numbers(recurs=True)
        some = (
            self._with_occurrences(some, recurring)
            if recurring
            else some.mutate(following=nothing("int64"), rank=number(0))
        )
        whole = [*some.columns]
        some = some.join(self.editions.select("k", "from_day", "until_day", "w"), "k")
        some = some.join(self.whom.subjects.select("o", *masks(self.rows)), "o")
        return self._in_force(some.mutate(sure=~some.missing).drop("missing")).select(whole)

    def _in_force(self, starts: ir.Table) -> ir.Table:
        """Those that start while their edition is in force, for a subject whom the duty concerns or may concern."""
        starts = starts.filter((starts.start >= starts.from_day) & (starts.start < starts.until_day))
        how: list[tuple[ir.BooleanValue, int]] = [(starts.w == 0, TRUE)]
        for name, meaning in zip(masks(self.rows), [TRUE, UNKNOWN] * len(self.rows.scopes), strict=False):
            group = int(name.removeprefix("yes").removeprefix("maybe"))
            here = (starts.w > group * ONE_MASK) & (starts.w <= (group + 1) * ONE_MASK)
            bit = (
                (starts.w.cast("int64") - (group * ONE_MASK + 1)).clip(lower=0).cast("int32")
            )  # PostgreSQL shifts by no other
            how.append((here & (((starts[name] >> bit) & 1) == 1), meaning))
        starts = starts.mutate(scope=ibis.cases(*how, else_=FALSE))
        starts = starts.filter(starts.scope > FALSE)
        return starts.mutate(missing=~starts.sure | (starts.scope == UNKNOWN))

    def _first(self, started: ir.Table) -> ir.Table:
        """Where only the first counts, the first; one that nobody can be sure of only when there is no other."""
        firsts = self.rows.numbers(first=True)
        if not firsts:
            return started
        some = started.filter(started.k.isin(firsts))
        order = ibis.row_number().over(
            group_by=[some[name].fill_null("") if name in self.shared else some[name] for name in self.key],
            order_by=[some.missing.cast("int32"), some.start, some.e],
        )
        some = some.mutate(place=order)
        return union([started.filter(~started.k.isin(firsts)), some.filter(some.place == 0).drop("place")])

    # --- when the case closed

    def _closings(self) -> ir.Table:
        """From which start to which the case closed on which day (none: the start's own, for it was closed already)."""
        events, rows = self.seen.events, self.rows
        closers = self.steps.small("closers", pa.table({
            "root": pa.array([root for root, _ in rows.closers], pa.int32()),
            "type_no": pa.array([event for _, event in rows.closers], pa.int32()),
        }))  # fmt: skip
        closings = events.join(closers, ["root", "type_no"]).select("case_n", closing="day").distinct()
        lasting = [rows.event_types[word.name] for word in rows.words.events if word.lasting]
        opened = events.filter(events.type_no.isin(lasting)).select("case_n", opening="day")
        reopened = closings.join(opened, "case_n")
        reopened = reopened.filter(reopened.opening > reopened.closing)
        reopened = reopened.group_by(["case_n", "closing"]).agg(reopened=reopened.opening.min())
        closings = closings.left_join(reopened, ["case_n", "closing"])
        closings = closings.select("case_n", "closing", reopened=closings.reopened.fill_null(FOREVER))
        window = ibis.window(group_by="case_n", order_by=closings.closing)
        closings = self.steps.keep(
            "closings",
            closings.mutate(
                opened=closings.reopened.lag().over(window),
                following=closings.closing.lead().over(window).fill_null(FOREVER),
            ),
        )
        still_open = closings.select(
            "case_n", low=closings.opened.fill_null(0), high=closings.closing, closes=closings.closing
        )
        over = closings.select(
            "case_n",
            low=closings.closing + 1,
            high=ibis.least(closings.reopened - 1, closings.following),
            closes=nothing("int32"),
        )
        return self.steps.keep(
            "pieces", union([still_open.cast({"low": "int32"}), over.cast({"low": "int32", "high": "int32"})])
        )

    def _with_closed(self, found: ir.Table) -> ir.Table:
        """With the first day on or after the start on which the case closed, or the matter ended in some other way."""
        pieces = self.pieces.rename(case_key="case_n")
        columns = found.columns
        found = found.left_join(
            pieces, [found.case_n == pieces.case_key, found.start >= pieces.low, found.start <= pieces.high]
        )
        over = ibis.ifelse(found.high.notnull(), ibis.coalesce(found.closes, found.start), nothing("int32"))
        found = found.select(*columns, closed=over)
        if self.endings is None:
            return found
        ending = sorted({row["k"] for row in self.rows.uses().to_pylist() if row["role"] == Role.ENDS})
        some = found.filter(found.k.isin(ending))
        ends = self.endings.rename(end_k="k", end_o="o", end_per="per")
        pairs = some.select("k", "o", "per", "e", "start").distinct()
        pairs = pairs.join(ends, [("k", "end_k"), ("o", "end_o")])
        pairs = pairs.filter((pairs.start <= pairs.ended) & (pairs.end_per.isnull() | (pairs.end_per == pairs.per)))
        first = pairs.group_by(["k", "o", "per", "e", "start"]).agg(ended=pairs.ended.min())
        some = some.left_join(first, ["k", "o", "per", "e", "start"])
        soonest = ibis.ifelse(some.closed.isnull() | (some.ended < some.closed), some.ended, some.closed)
        some = some.select(*columns, closed=ibis.ifelse(some.ended.isnull(), some.closed, soonest))
        return union([found.filter(~found.k.isin(ending)), some])

    def _ends(self) -> ir.Table:
        """The events that end a matter, about each subject; no `per` object where they name none."""
        counts, nobody = self.labels.counts, nothing("int64")
        ends = counts.filter(counts.role == Role.ENDS)
        parts = [ends.filter(ends.per_no == NOBODY).mutate(per=nobody)]
        if self.rows.pers:
            tied = ends.filter(ends.per_no != NOBODY)
            parts += [
                named(tied, self.seen, "per_no", "per"),
                naming_nobody(tied, self.seen, "per_no").mutate(per=nobody),
            ]
        found = union(parts)
        return self.steps.keep("endings", found.select("k", "o", "per", ended="day"))

    # --- what recurs

    def _with_occurrences(self, started: ir.Table, recurring: list[int]) -> ir.Table:
        """With an instance for each occurrence while some trigger of the same key has not been closed."""
        settling = self.labels.settling
        occurring = settling.filter(settling.k.isin(recurring) & (settling.role == Role.FULFILS) & settling.sure)
        occurring = occurring.select(*self.key, "case_n", "e", "following", day=unpacked_day(occurring.at))
        itself = occurring.select(*self.key, "e", "following", occurs=number(1))
        columns = started.columns
        started = started.left_join(itself, [*self.key, "e"])
        started = started.select(*columns, "following", rank=started.occurs.fill_null(0).cast("int32"))
        triggers = started.filter(started.k.isin(recurring))
        following = occurring.anti_join(triggers, [*self.key, "e"])
        open_ones = triggers.filter(~triggers.missing).select(
            over="closed", since="start", **{f"t_{name}": name for name in self.key}
        )
        same = [following[name] == open_ones[f"t_{name}"] for name in self.key]
        still = open_ones.over.isnull() | (following.day < open_ones.over)
        following = following.semi_join(open_ones, [*same, open_ones.since <= following.day, still])
        following = following.mutate(start=following.day, missing=ibis.literal(False))
        following = self._with_closed(following.select(*self.columns, "following")).mutate(rank=number(1))
        return union([started, following])
