"""By when each instance is due. Days are counted by the calendar itself, once for each span and day that comes up."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import pyarrow as pa
from ibis.expr import types as ir

from engine.judge.plan.labels import Labels
from engine.judge.plan.rows import Due, Role, Rows, RulebookRows, day_number, table
from engine.judge.plan.seen import Seen, days_of
from engine.judge.plan.starts import Starts
from engine.judge.plan.steps import Steps, day_of, nothing, number, union
from engine.judge.plan.whom import Whom
from engine.record.calendar import Calendar
from engine.record.dictionary import EARLIEST

AFTER = pa.schema([("span", pa.int32()), ("day", pa.int32()), ("after", pa.int32()), ("fails", pa.bool_())])


def days_after(rows: RulebookRows, asked: Sequence[tuple[int, ...]]) -> pa.Table:
    """The day so long after each day: span, day, after. `fails` where the calendar does not reach."""
    calendar: Calendar = rows.rulebook.calendar
    found: Rows = []
    for span, day in asked:
        count, unit = rows.spans[span - 1]
        try:
            after = day_number(calendar.after(EARLIEST.fromordinal(EARLIEST.toordinal() + day), count, unit))
            found.append({"span": span, "day": day, "after": after, "fails": False})
        except (ValueError, IndexError, OverflowError):
            found.append({"span": span, "day": day, "after": None, "fails": True})
    return table(found, {name: AFTER.field(name).type for name in AFTER.names})


class Dues:
    """`found` is the instances with `due` (null when there is none, or none yet) and `missing` where nobody can say;
    `failed` says for which editions and cases the calendar does not reach.
    """

    def __init__(
        self, steps: Steps, rows: RulebookRows, seen: Seen, whom: Whom, labels: Labels, starts: Starts
    ) -> None:
        self.steps, self.rows, self.seen, self.whom, self.labels = steps, rows, seen, whom, labels
        steps.stage("counting the days")
        unset = rows.numbers(unset=True)
        instances = starts.found
        self.columns = [*starts.found.columns, "due", "fails"]
        if unset:
            instances = instances.mutate(missing=instances.missing | instances.k.isin(unset))
        self.editions = starts.editions.select("k", "span", "birth")
        ways = {
            Due.WITHIN: self._within, Due.ON_DATE: self._on_date, Due.BEFORE: self._before, Due.ANNIVERSARY: self._anniversary,
        }  # fmt: skip
        looked_up = {kind: ks for kind in ways if (ks := rows.numbers(due_kind=int(kind)))}
        elsewhere = [k for ks in looked_up.values() for k in ks]
        plain = instances.filter(instances.missing | ~instances.k.isin(elsewhere)) if elsewhere else instances
        closure, at_once = (rows.numbers(due_kind=int(kind)) for kind in (Due.BY_CLOSURE, Due.AT_ONCE))
        due = ibis.cases(
            (plain.missing, nothing("int32")), (plain.k.isin([0, *closure]), plain.closed),
            (plain.k.isin([0, *at_once]), plain.start), else_=nothing("int32"),
        )  # fmt: skip
        parts = [plain.mutate(due=due, fails=ibis.literal(False)).select(self.columns)]
        known = instances.filter(~instances.missing)
        parts += [ways[kind](known.filter(known.k.isin(ks))) for kind, ks in looked_up.items()]
        found = steps.keep("due", union(parts))
        # What fails takes the other instances of its duty in that case along, as it does in the case judge.
        self.failed = steps.keep("failed", found.filter(found.fails).select("k", "case_n").distinct())
        self.found = found.filter(~found.fails).anti_join(self.failed, ["k", "case_n"]).drop("fails")

    def _within(self, some: ir.Table) -> ir.Table:
        some = some.join(self.editions, "k")
        asked = some.select("span", day="start").distinct()
        after = self.steps.ask("after", asked, lambda found: days_after(self.rows, found), AFTER)
        found = some.join(after, ["span", ("start", "day")])
        return found.mutate(due=found.after).select(self.columns)

    def _on_date(self, some: ir.Table) -> ir.Table:
        """The date that the starting event carries; each type of event has its dates in places of its own."""
        slots = self.steps.small(
            "dated", table(self.rows.dated, {"k": pa.int32(), "type_no": pa.int32(), "slot": pa.int32()})
        )
        names = days_of(self.rows)
        found = some.join(self.seen.events.select("e", "type_no", *names), "e").join(slots, ["k", "type_no"])
        due = ibis.cases(
            *((found.slot == n, found[name]) for n, name in enumerate(names, start=1)), else_=nothing("int32")
        )
        found = found.mutate(due=due, fails=ibis.literal(False))
        return found.mutate(missing=found.due.isnull()).select(self.columns)

    def _before(self, some: ir.Table) -> ir.Table:
        counts = self.labels.counts
        limits = counts.filter(counts.role == Role.LIMITS).select("k", "o", limit_day="day")
        pairs = some.select("i", "k", "o", "start").join(limits, ["k", "o"])
        pairs = pairs.filter(pairs.start <= pairs.limit_day)
        first = pairs.group_by("i").agg(due=pairs.limit_day.min())
        return some.left_join(first, "i").mutate(fails=ibis.literal(False)).select(self.columns)

    def _anniversary(self, some: ir.Table) -> ir.Table:
        """So many years after the latest such date; nobody can say when one of them is not on the record."""
        visible, parts = self.seen.visible, []
        for n, (of, attribute, youngest, for_each) in enumerate(self.rows.births, start=1):
            things = visible.filter(visible.type_no == self.rows.types[of])
            born = things.select("case_n", "o", born=day_of(things[f"a_{attribute}"]))
            if youngest:
                each = born.group_by("case_n").agg(born=born.born.max(), unsaid=born.born.isnull().any())
                whom = visible.filter(visible.type_no == self.rows.types[for_each]).select("case_n", whom="o")
                each = each.join(whom, "case_n").select("whom", "born", "unsaid")
            else:
                each = born.select(whom="o", born="born", unsaid=born.born.isnull())
            parts.append(each.mutate(birth_n=number(n)))
        births = self.steps.keep("births", union(parts))
        some = some.join(self.editions, "k")
        found = some.left_join(births, [("birth", "birth_n"), ("o", "whom")])
        found = found.mutate(known=~found.unsaid.fill_null(True))
        asked = found.filter(found.known).select("span", day="born").distinct()
        after = self.steps.ask("birthdays", asked, lambda days: days_after(self.rows, days), AFTER)
        after = after.rename(after_span="span", after_day="day", after_fails="fails")
        found = found.left_join(after, [("span", "after_span"), ("born", "after_day")])
        return found.mutate(due=found.after, fails=found.after_fails.fill_null(False), missing=~found.known).select(
            self.columns
        )
