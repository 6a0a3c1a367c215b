"""By when each instance is due. Days are counted by the calendar itself, once for each span and day that comes up."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import pyarrow as pa
from ibis.expr import types as ir

from engine.judge.plan.conditions import TRUE
from engine.judge.plan.labels import Labels
from engine.judge.plan.rows import Due, Role, Rows, RulebookRows, day_number, table
from engine.judge.plan.seen import Seen, days_of, named, naming_nobody
from engine.judge.plan.starts import Starts
from engine.judge.plan.steps import Steps, day_of, nothing, number, union
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
    `failed` those whose due date cannot be computed.
    """

    def __init__(self, steps: Steps, rows: RulebookRows, seen: Seen, labels: Labels, starts: Starts) -> None:
        self.steps, self.rows, self.seen, self.labels = steps, rows, seen, labels
        steps.stage("counting the days")
        kinds = starts.editions.select("k", "due_kind", "span", "birth", "unset")
        instances = starts.found.join(kinds, "k")
        instances = instances.mutate(missing=instances.missing | instances.unset)
        self.columns = [*starts.found.columns, "due", "fails"]
        known = instances.filter(~instances.missing)
        parts = [self._plain(instances.filter(instances.missing), nothing("int32"))]
        for kind in sorted({row["due_kind"] for row in rows.edition_rows}):
            parts.append(self._by(Due(kind), known.filter(known.due_kind == kind)))
        found = steps.keep("due", union(parts))
        # What fails takes the other instances of its duty in that case along, as it does in the case judge.
        self.failed = steps.keep("failed", found.filter(found.fails).select("k", "case_n").distinct())
        self.found = found.filter(~found.fails).anti_join(self.failed, ["k", "case_n"]).drop("fails")

    def _plain(self, some: ir.Table, due: ir.IntegerValue) -> ir.Table:
        return some.mutate(due=due, fails=ibis.literal(False)).select(self.columns)

    def _by(self, kind: Due, some: ir.Table) -> ir.Table:
        match kind:
            case Due.WITHIN:
                return self._within(some)
            case Due.ON_DATE:
                return self._on_date(some)
            case Due.BEFORE:
                return self._before(some)
            case Due.BY_CLOSURE:
                return self._plain(some, some.closed)
            case Due.AT_ONCE:
                return self._plain(some, some.start)
            case Due.ANNIVERSARY:
                return self._anniversary(some)
            case _:
                return self._plain(some, nothing("int32"))

    def _within(self, some: ir.Table) -> ir.Table:
        asked = some.select("span", day="start").distinct()
        after = self.steps.ask("after", asked, lambda found: days_after(self.rows, found), AFTER)
        found = some.drop("fails") if "fails" in some.columns else some
        found = found.join(after, ["span", ("start", "day")])
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
        limits = counts.filter((counts.role == Role.LIMITS) & (counts.truth == TRUE))
        nobody = naming_nobody(limits, self.seen, "subject_no")
        everyone = self.seen.visible.select("case_n", "o", subject_no="type_no")
        whole = nobody.join(everyone, ["case_n", "subject_no"]).select(*limits.columns, "o")
        limits = union([named(limits, self.seen, "subject_no", "o"), whole]).select(
            limit_k="k", limit_o="o", limit_day="day"
        )
        pairs = some.join(limits, [("k", "limit_k"), ("o", "limit_o")])
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
        found = some.left_join(births, [("birth", "birth_n"), ("o", "whom")])
        found = found.mutate(known=~found.unsaid.fill_null(True))
        asked = found.filter(found.known).select("span", day="born").distinct()
        after = self.steps.ask("birthdays", asked, lambda days: days_after(self.rows, days), AFTER)
        after = after.rename(after_span="span", after_day="day", after_fails="fails")
        found = found.left_join(after, [("span", "after_span"), ("born", "after_day")])
        return found.mutate(due=found.after, fails=found.after_fails.fill_null(False), missing=~found.known).select(
            self.columns
        )
