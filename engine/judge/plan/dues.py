"""By when each instance is due. Days are counted by the calendar itself, once for each span and day that comes up."""

from __future__ import annotations

import ibis
import pyarrow as pa
from ibis.expr import types as ir

from engine.judge.plan.labels import STARTING, Labels
from engine.judge.plan.rows import NOBODY, Due, Role, RulebookRows, table
from engine.judge.plan.seen import Seen, days_of
from engine.judge.plan.starts import Starts
from engine.judge.plan.steps import ID, Steps, day_of, in_turn, nothing, number, union


class Dues:
    """Instances with `due`: null when there is none, or none yet; `missing` where nobody can say; `fails` where the calendar
    does not reach.

    instances: all of them, with i, k, o, per, case_n, e, start, closed, missing, due, fails, easy, next (for what an
    occurrence started: the next one, packed) · straight, others: the two parts of them; the others have rank and the
    shared values as well, as in `engine.judge.plan.starts` · failed: the editions and cases that the calendar fails.
    """

    def __init__(self, steps: Steps, rows: RulebookRows, seen: Seen, labels: Labels, starts: Starts) -> None:
        self.steps, self.rows, self.seen, self.labels = steps, rows, seen, labels
        steps.stage("counting the days")
        self.editions = starts.editions
        self.after = self._after()
        straight = self._within(starts.straight)
        # Numbered from either end, so that the parts need not be put together for it.
        columns = ["i", "k", "o", "case_n", "e", "start", "closed", "missing", "due", "fails", "easy"]
        straight = straight.mutate(i=-in_turn())
        self.straight = steps.keep("straight", straight.select(columns))
        others = self._others(starts.others)
        others = others.mutate(i=in_turn())
        # What follows an occurrence is known already.
        others = others.mutate(next=ibis.ifelse(others.rank == 1, others.following, nothing("int64")))
        self.others = steps.keep("others", others.drop("following", "due_kind", "span"))
        columns += ["per", "next"]
        plain = self.straight.mutate(per=number(NOBODY, ID), next=nothing("int64")).select(columns)
        self.instances = union([plain, self.others.select(columns)])
        failed = self.instances.filter(self.instances.fails)
        # What fails takes the other instances of its duty in that case along, as it does in the case judge.
        self.failed = steps.keep("failed", failed.select("k", "case_n").distinct())

    def _after(self) -> ir.Table:
        """The day so long after each day on which something starts that has so long: whoever asks, asked once."""
        marks = self.labels.marks
        recurring = marks.k.isin([0, *self.rows.numbers(recurs=True)]) & (marks.role == Role.FULFILS)
        spans = marks.filter(
            (marks.due_kind == Due.WITHIN) & (marks.span > 0) & (marks.role.isin(STARTING) | recurring)
        )
        asked = self.labels.concerned.join(spans.select("sort", "span").distinct(), "sort")
        asked = asked.select("span", day="start").distinct()
        return self.steps.ask("after", asked)

    def _within(self, found: ir.Table) -> ir.Table:
        """Due so long after the start, at once, or when the case closes."""
        after = self.after.rename(after_span="span", after_day="day", after_fails="fails")
        found = found.left_join(after, [("span", "after_span"), ("start", "after_day")])
        within = ~found.missing & (found.due_kind == Due.WITHIN)
        due = ibis.cases(
            (found.missing, nothing("int32")), (found.due_kind == Due.WITHIN, found.after),
            (found.due_kind == Due.BY_CLOSURE, found.closed), (found.due_kind == Due.AT_ONCE, found.start), else_=nothing("int32"),
        )  # fmt: skip
        return found.mutate(due=due, fails=within & found.after_fails.fill_null(False))

    def _others(self, found: ir.Table) -> ir.Table:
        columns = [*found.columns, "due", "fails"]
        ways = {Due.ON_DATE: self._on_date, Due.BEFORE: self._before, Due.ANNIVERSARY: self._anniversary}
        looked_up = {kind: way for kind, way in ways.items() if self.rows.numbers(due_kind=int(kind))}
        plain = found.filter(found.missing | ~found.due_kind.isin([0, *looked_up]))
        parts = [self._within(plain)]
        parts += [way(found.filter((found.due_kind == kind) & ~found.missing)) for kind, way in looked_up.items()]
        return union([part.select(columns) for part in parts])

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
        return found.mutate(missing=found.due.isnull())

    def _before(self, some: ir.Table) -> ir.Table:
        counts = self.labels.counts
        limits = counts.filter(counts.role == Role.LIMITS).select("k", "o", limit_day="day")
        pairs = some.select("k", "o", "start").distinct().join(limits, ["k", "o"])
        pairs = pairs.filter(pairs.start <= pairs.limit_day)
        first = pairs.group_by(["k", "o", "start"]).agg(due=pairs.limit_day.min())
        return some.left_join(first, ["k", "o", "start"]).mutate(fails=ibis.literal(False))

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
        owed = self.editions.filter(self.editions.due_kind == Due.ANNIVERSARY).select("birth", "span").distinct()
        asked = births.filter(~births.unsaid).join(owed, [("birth_n", "birth")]).select("span", day="born").distinct()
        spans = self.editions.select("birth", edition="k", years="span")
        some = some.join(spans, [("k", "edition")])
        found = some.left_join(births, [("birth", "birth_n"), ("o", "whom")])
        found = found.mutate(known=~found.unsaid.fill_null(True))
        after = self.steps.ask("birthdays", asked)
        after = after.rename(after_span="span", after_day="day", after_fails="fails")
        found = found.left_join(after, [("years", "after_span"), ("born", "after_day")])
        return found.mutate(due=found.after, fails=found.after_fails.fill_null(False), missing=~found.known)
