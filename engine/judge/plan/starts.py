"""Instances: what started them, about whom, when, and on which day the case closed for them."""

from __future__ import annotations

import ibis
from ibis.expr import types as ir

from engine.judge.plan.conditions import TRUE, UNKNOWN
from engine.judge.plan.labels import STARTING, Labels, shared, with_linked_per, with_shared
from engine.judge.plan.rows import NOBODY, Role, RulebookRows
from engine.judge.plan.seen import Seen, named, naming_nobody
from engine.judge.plan.steps import ID, Steps, nothing, number, union, unpacked_day

OF_EDITION = ["due_kind", "span", "easy"]


class Starts:
    """Finds the instances. Both tables have k, o, case_n, e, start, closed, missing (nobody can say whether it applies), and
    of the edition due_kind, span, easy. `straight` are those of straight editions; `others` have as well per, the
    shared values, rank (1 for what an occurrence starts) and following (the next such occurrence, packed).
    """

    def __init__(self, steps: Steps, rows: RulebookRows, seen: Seen, labels: Labels) -> None:
        self.steps, self.rows, self.seen, self.labels = steps, rows, seen, labels
        self.shared = shared(rows)
        self.key = ["k", "o", "per", *self.shared]
        self.columns = [*self.key, "case_n", "e", "start", "closed", "missing"]
        steps.stage("finding what has started")
        self.editions = steps.small("editions", rows.edition_table())
        self.endings = self._ends() if rows.has(Role.ENDS) else None
        self.ending = sorted({row["k"] for row in rows.uses().to_pylist() if row["role"] == Role.ENDS})
        self.marks = labels.marks.filter(labels.marks.role.isin(STARTING))
        self.straight = self._straight()
        self.others = self._others()

    def _straight(self) -> ir.Table:
        marks = self.marks.filter(self.marks.straight == 1)
        marks = marks.select(
            "sort", "k", "from_day", "until_day", *OF_EDITION,
            missing=(marks.truth < TRUE) | (marks.held == UNKNOWN) | marks.unset,
        )  # fmt: skip
        found = self.labels.concerned.join(marks, "sort")
        found = found.filter((found.start >= found.from_day) & (found.start < found.until_day))
        return found.select("k", "o", "case_n", "e", "start", "closed", "missing", *OF_EDITION)

    def _others(self) -> ir.Table:
        marks = self.marks.filter(self.marks.straight == 0)
        begun = self.labels.concerned.join(
            marks.drop("already", "needed", "what", "of_no", "unset", "straight", *OF_EDITION), "sort"
        )
        begun = with_linked_per(with_shared(self.rows, self.seen, begun), self.seen, self.rows)
        begun = begun.select(*self.columns[:-1], "sure", "held", "from_day", "until_day", "whole")
        # Kept in steps: a database takes longer to think about one large question than to answer small ones.
        begun = self.steps.keep("begun", begun)
        plain = begun.filter(~begun.whole & (begun.start >= begun.from_day) & (begun.start < begun.until_day))
        plain = plain.mutate(missing=~plain.sure | (plain.held == UNKNOWN)).select(self.columns)
        found = plain.mutate(following=nothing("int64"), rank=number(0))
        if self.rows.numbers(first=True) or self.rows.numbers(recurs=True):
            found = union([found, self._whole(begun.filter(begun.whole))])
        found = self._ended(found, self.ending)
        found = found.join(self.editions.select("k", "unset", *OF_EDITION), "k")
        return self.steps.keep("started", found.mutate(missing=found.missing | found.unset).drop("unset"))

    def _whole(self, some: ir.Table) -> ir.Table:
        """Where only all the starts of a duty together tell which of them count: the first, and what recurs."""
        some = self._first(some.mutate(missing=~some.sure).select(self.columns))
        recurring = self.rows.numbers(recurs=True)
        triggers = some.filter(some.k.isin(recurring)) if recurring else None
        some = some.filter(~some.k.isin(recurring)) if recurring else some
        some = some.mutate(following=nothing("int64"), rank=number(0))
        if triggers is not None:
            triggers = self._ended(triggers, [k for k in self.ending if k in recurring])
            found = self._with_occurrences(self.steps.keep("triggers", triggers), recurring)
            some = union([some, found.select(*some.columns)])
        whole = [*some.columns]
        some = some.join(self.editions.select("k", "from_day", "until_day"), "k")
        some = some.filter((some.start >= some.from_day) & (some.start < some.until_day))
        some = some.join(self.seen.objects.select("o", "scope"), "o").join(self.labels.held, ["k", "scope"])
        return some.mutate(missing=some.missing | (some.held == UNKNOWN)).select(whole)

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

    # --- when the matter ended in some other way than with the case

    def _ended(self, found: ir.Table, ending: list[int]) -> ir.Table:
        """Closed, for those editions, on the day on which the matter ended, when that came first."""
        if self.endings is None or not ending:
            return found
        columns = found.columns
        some = found.filter(found.k.isin(ending))
        ends = self.endings.rename(end_k="k", end_o="o", end_per="per")
        pairs = some.select("k", "o", "per", "e", "start").distinct()
        pairs = pairs.join(ends, [("k", "end_k"), ("o", "end_o")])
        pairs = pairs.filter((pairs.start <= pairs.ended) & (pairs.end_per.isnull() | (pairs.end_per == pairs.per)))
        first = pairs.group_by(["k", "o", "per", "e", "start"]).agg(ended=pairs.ended.min())
        some = some.left_join(first, ["k", "o", "per", "e", "start"])
        soonest = ibis.ifelse(some.closed.isnull() | (some.ended < some.closed), some.ended, some.closed)
        some = some.mutate(closed=ibis.ifelse(some.ended.isnull(), some.closed, soonest)).select(columns)
        return union([found.filter(~found.k.isin(ending)), some])

    def _ends(self) -> ir.Table:
        """The events that end a matter, about each subject; no `per` object where they name none."""
        counts, nobody = self.labels.counts, nothing(ID)
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

    def _with_occurrences(self, triggers: ir.Table, recurring: list[int]) -> ir.Table:
        """With an instance for each occurrence while some trigger of the same key has not been closed."""
        settling = self.labels.hard
        occurring = settling.filter(settling.k.isin(recurring) & (settling.role == Role.FULFILS) & settling.sure)
        occurring = occurring.select(*self.key, "case_n", "e", "closed", "following", day=unpacked_day(occurring.at))
        itself = occurring.select(*self.key, "e", "following", occurs=number(1))
        started = triggers.left_join(itself, [*self.key, "e"])
        started = started.select(*triggers.columns, "following", rank=started.occurs.fill_null(0).cast("int32"))
        following = occurring.anti_join(triggers, [*self.key, "e"])
        open_ones = triggers.filter(~triggers.missing).select(
            over="closed", since="start", **{f"t_{name}": name for name in self.key}
        )
        same = [following[name] == open_ones[f"t_{name}"] for name in self.key]
        still = open_ones.over.isnull() | (following.day < open_ones.over)
        following = following.semi_join(open_ones, [*same, open_ones.since <= following.day, still])
        following = following.mutate(start=following.day, missing=ibis.literal(False))
        following = following.mutate(rank=number(1))
        return union([started, following.select(*started.columns)])
