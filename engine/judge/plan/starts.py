"""Instances: what started them, about whom, when, and on which day the case closed for them."""

from __future__ import annotations

import ibis
import pyarrow as pa
from ibis.expr import types as ir

from engine.duty.language import Scope
from engine.judge.plan.conditions import FALSE, TRUE, all_of, truth
from engine.judge.plan.labels import Labels, shared, with_per
from engine.judge.plan.rows import FOREVER, NOBODY, Role, RulebookRows
from engine.judge.plan.seen import Seen, named, naming_nobody
from engine.judge.plan.steps import Steps, nothing, number, union


def scopes(steps: Steps, rows: RulebookRows, seen: Seen) -> ir.Table:
    """How far each set of conditions on a subject holds of each object: w, o, scope (true or unknown; false is left out)."""
    steps.stage("finding whom each duty concerns")
    wide = steps.small("scopes", pa.table({
        "w": pa.array(range(1, len(rows.scopes) + 1), pa.int32()),
        "type_no": pa.array([rows.types[for_each] for for_each, _ in rows.scopes], pa.int32()),
    }))  # fmt: skip
    if not rows.scopes:
        return steps.keep("owes", seen.objects.select(w=number(0), o="o", scope=number(TRUE)).limit(0))
    names = rows.used_object_attributes()
    heads = seen.objects.semi_join(seen.cases, [("o", "case_n")])
    heads = heads.select(head="o", head_type="type_no", **{f"h_{name}": f"a_{name}" for name in names})
    things = seen.visible.join(heads, [("case_n", "head")])
    through = [scope for _, several in rows.scopes for scope in several if scope.through is not None]
    through = [scope for n, scope in enumerate(through) if scope not in through[:n]]
    for n, scope in enumerate(through):
        ties = _linked(rows, seen, scope, n)
        things = things.left_join(ties, [("o", f"from{n}")])
    found = things.join(wide, "type_no")
    branches = [
        (found.w == w, all_of([_scope(rows, found, for_each, scope, through) for scope in several]))
        for w, (for_each, several) in enumerate(rows.scopes, start=1)
    ]
    found = found.select("w", "o", scope=ibis.cases(*branches, else_=ibis.literal(FALSE, type="int8")))
    return steps.keep("owes", found.filter(found.scope > FALSE))


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


class Starts:
    """Finds the instances. `found` has i, k, case_n, root, o, per, e, start, rank (1 for what an occurrence starts),
    missing (nobody can say whether it applies), closed, the shared values.
    """

    def __init__(self, steps: Steps, rows: RulebookRows, seen: Seen, labels: Labels, owes: ir.Table) -> None:
        self.steps, self.rows, self.seen, self.labels = steps, rows, seen, labels
        self.shared = shared(rows)
        self.key = ["k", "o", "per", *self.shared]
        self.editions = steps.small("editions", rows.edition_table())
        steps.stage("finding what has started")
        self._endings: ir.Table | None = None
        self.pieces = self._closings()
        started = steps.keep("started", self._first(self._triggered()))
        closed = self._with_closed(started)
        recurring = rows.numbers(recurs=True)
        if recurring:
            closed = self._with_occurrences(closed, recurring)
        else:
            closed = closed.mutate(rank=number(0))
        found = closed.join(self.editions.select("k", "from_day", "until_day", "w"), "k")
        found = found.filter((found.start >= found.from_day) & (found.start < found.until_day))
        found = found.left_join(owes, ["w", "o"])
        found = found.filter((found.w == 0) | found.scope.notnull())
        unknown = (found.w != 0) & (found.scope != TRUE)
        self.found = steps.keep(
            "instances",
            found.select(
                "k", "case_n", "o", "per", "e", "start", "rank", "closed", *self.shared,
                missing=found.missing | unknown.fill_null(False), i=ibis.row_number() + 1,
            ),
        )  # fmt: skip

    # --- what starts an instance

    def _triggered(self) -> ir.Table:
        """An instance for every event that starts one, or that would if the record said more."""
        starts, seen = self.labels.starts, self.seen
        columns = [*starts.columns, "o", "start"]
        visible = seen.visible.select("o", "case_n", "joined", subject_no="type_no")
        plain = starts.filter(starts.role == Role.STARTS)
        about = named(plain, seen, "subject_no", "o").semi_join(visible, "o")
        # A root's own timeline: an event that also names a colleague is about the root alone.
        about = about.filter(~about.any_root | ((about.subject_no == about.root) & (about.o == about.case_n)))
        parts = [about.mutate(start=about.day).select(columns)]
        nobody = naming_nobody(starts.filter(~starts.any_root), seen, "subject_no").join(
            visible, ["case_n", "subject_no"]
        )
        there = nobody.joined.isnull() | (nobody.joined <= nobody.day)
        early = nobody.filter((nobody.role == Role.STARTS) & there)
        parts.append(early.mutate(start=early.day).select(columns))
        if self.rows.has(Role.STARTS_LATE):
            late = nobody.filter((nobody.role == Role.STARTS_LATE) & ~there)
            parts.append(late.mutate(start=late.joined).select(columns))
        found = union(parts)
        found = self._with_pers(found)
        return found.select("k", "case_n", "root", "o", "per", "e", "start", *self.shared, missing=~found.sure)

    def _with_pers(self, found: ir.Table) -> ir.Table:
        """For each `per` object that the event names; when it names none, those that the subject is linked to."""
        parts = [with_per(found, self.seen)]
        if any(row["per_no"] for row in self.rows.uses().to_pylist()):
            nobody = naming_nobody(found.filter(found.per_no != NOBODY), self.seen, "per_no")
            links = self.seen.links.select(per_no="type_no", o="source", per="target").distinct()
            parts.append(nobody.join(links, ["per_no", "o"]).select(*parts[0].columns))
        return union(parts)

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
        found = found.select(
            *columns,
            closed=ibis.ifelse(found.high.notnull(), ibis.coalesce(found.closes, found.start), nothing("int32")),
        )
        if not self.rows.has(Role.ENDS):
            return found
        ending = sorted({row["k"] for row in self.rows.uses().to_pylist() if row["role"] == Role.ENDS})
        some = found.filter(found.k.isin(ending))
        if self._endings is None:
            self._endings = self._ends()
        ends = self._endings.rename(end_k="k", end_case="case_n", end_o="o", end_per="per")
        pairs = some.select("k", "case_n", "o", "per", "e", "start").distinct()
        pairs = pairs.join(ends, [("k", "end_k"), ("case_n", "end_case")])
        pairs = pairs.filter(pairs.start <= pairs.ended)
        pairs = pairs.filter(
            (pairs.end_o.isnull() | (pairs.end_o == pairs.o)) & (pairs.end_per.isnull() | (pairs.end_per == pairs.per))
        )
        first = pairs.group_by(["k", "o", "per", "e", "start"]).agg(ended=pairs.ended.min())
        some = some.left_join(first, ["k", "o", "per", "e", "start"])
        soonest = ibis.ifelse(some.closed.isnull() | (some.ended < some.closed), some.ended, some.closed)
        some = some.select(*columns, closed=ibis.ifelse(some.ended.isnull(), some.closed, soonest))
        return union([found.filter(~found.k.isin(ending)), some])

    def _ends(self) -> ir.Table:
        """The events that end a matter; no subject, or no `per` object, where they name none in particular."""
        counts, nobody = self.labels.counts, nothing("int64")
        ends = counts.filter((counts.role == Role.ENDS) & (counts.truth == TRUE))
        ends = union(
            [named(ends, self.seen, "subject_no", "o"), naming_nobody(ends, self.seen, "subject_no").mutate(o=nobody)]
        )
        plain = ends.filter(ends.per_no == NOBODY).mutate(per=nobody)
        tied = ends.filter(ends.per_no != NOBODY)
        tied = union(
            [named(tied, self.seen, "per_no", "per"), naming_nobody(tied, self.seen, "per_no").mutate(per=nobody)]
        )
        found = union([plain, tied])
        return self.steps.keep("endings", found.select("k", "case_n", "o", "per", ended="day"))

    # --- what recurs

    def _with_occurrences(self, started: ir.Table, recurring: list[int]) -> ir.Table:
        """With an instance for each occurrence while some trigger of the same key has not been closed."""
        settling = self.labels.settling
        occurring = settling.filter(settling.k.isin(recurring) & (settling.role == Role.FULFILS) & settling.sure)
        occurring = occurring.select(*self.key, "e", day=(occurring.at >> 32).cast("int32")).distinct()
        started = self.steps.keep("closed", started)
        itself = occurring.select(*self.key, "e", occurs=number(1))
        started = started.left_join(itself, [*self.key, "e"])
        started = started.select(*[name for name in started.columns if name not in ("occurs",) and not name.endswith("_right")],
                                 rank=started.occurs.fill_null(0).cast("int32"))  # fmt: skip
        triggers = started.filter(started.k.isin(recurring) & ~started.missing)
        following = occurring.anti_join(started.filter(started.k.isin(recurring)), [*self.key, "e"])
        open_ones = triggers.select(*self.key, "case_n", "root", since="start", over="closed")
        following = following.join(open_ones, self.key)
        following = following.filter(
            (following.since <= following.day) & (following.over.isnull() | (following.day < following.over))
        )
        following = following.select(
            "k", "case_n", "root", "o", "per", "e", *self.shared, start="day", missing=ibis.literal(False)
        ).distinct()
        following = self._with_closed(
            following.select(*[name for name in started.columns if name not in ("closed", "rank")])
        )
        return union([started, following.mutate(rank=number(1)).select(started.columns)])
