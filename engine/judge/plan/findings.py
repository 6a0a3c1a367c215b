"""The findings: one row an instance, with the columns that every judge gives."""

from __future__ import annotations

import ibis
from ibis.expr import types as ir

from engine.judge.plan.decided import (
    ABSENT,
    AFTER_IT,
    BEFORE_IT,
    IN_TIME,
    KEPT,
    KEPT_LATE,
    MISSING,
    NEVER,
    NO_LIMIT,
    NOT_KEPT,
    ON_IT,
    SHOWN,
    SIZES,
    TOO_LATE,
    UNJUDGED,
    Answers,
    decisions,
)
from engine.judge.plan.rows import NOBODY, RulebookRows, day_number
from engine.judge.plan.seen import Seen, leads
from engine.judge.plan.starts import Starts
from engine.judge.plan.steps import EPOCH, Steps, nothing, number, unpacked_day, unpacked_event
from engine.record.timeline import View


def decide_all(
    steps: Steps,
    rows: RulebookRows,
    starts: Starts,
    due: ir.Table,
    settled: ir.Table,
    verdicts: ir.Table | None,
    view: View,
) -> ir.Table:
    """Each instance with its outcome and what goes with it, still in numbers."""
    steps.stage("deciding")
    table = steps.small("decisions", decisions())
    editions = starts.editions.select("k", "kind", "falls_due", "lapses", "judged", "valid_unset", "working")
    found = due.join(editions, "k").left_join(settled, "i")
    if verdicts is None:
        found = found.mutate(verdict=nothing("int64"), kept=nothing("boolean"))
    else:
        found = found.left_join(verdicts, "i")
    limit = ibis.ifelse(found.due.isnull() | (found.closed < found.due), found.closed, found.due)
    limit = ibis.ifelse(found.falls_due & found.closed.notnull(), limit, found.due)
    found = found.select(
        "i", "k", "case_n", "o", "per", "e", "start", "missing", "closed", "kind", "lapses", "judged", "valid_unset", "working",
        "done", "doubtful", "excused", "reason", "verdict", "kept", due=limit,
    )  # fmt: skip
    found = found.mutate(code=ibis.ifelse(found.missing, number(MISSING), _code(found, day_number(view.as_at))))
    found = found.join(table, "code")
    event = {name: unpacked_event(found[name]) for name in SHOWN}
    day = {name: unpacked_day(found[name]) for name in SHOWN}
    shown_due = ibis.ifelse(found.has_due, found.due, nothing("int32"))
    done = ibis.cases((found.done_by == 1, day["done"]), (found.done_by == 2, found.due), (found.done_by == 3, day["verdict"]),
                      else_=nothing("int32"))  # fmt: skip
    counted = ibis.cases((found.counted == 1, event["done"]), (found.counted == 2, event["excused"]),
                         (found.counted == 3, event["verdict"]), else_=nothing("int64"))  # fmt: skip
    horizon = day_number(rows.rulebook.calendar.known_through)
    return steps.keep("decided", found.select(
        "k", "case_n", "o", "per", "e", "start", "outcome", "reasoned", due=shown_due, done=done, counted=counted,
        provisional=found.working & shown_due.notnull() & (shown_due > horizon),
        **{f"e_{name}": ibis.ifelse(found[f"shows_{name}"], event[name], nothing("int64")) for name in SHOWN},
    ))  # fmt: skip


def _code(found: ir.Table, today: int) -> ir.IntegerValue:
    """The number of an instance's answers, as `decided.code` makes it."""
    due, never = found.due, found.kind == NEVER

    def when(at: ir.IntegerValue, in_time: ir.BooleanValue) -> ir.IntegerValue:
        return ibis.cases((at.isnull(), ABSENT), (in_time, IN_TIME), else_=TOO_LATE)

    def by_due(at: ir.IntegerValue) -> ir.BooleanValue:
        return due.isnull() | (unpacked_day(at) <= due)

    done_day = unpacked_day(found.done)
    before_limit = due.isnull() | (done_day < due)
    lapsed = found.lapses & found.closed.notnull() & (due.isnull() | (found.closed <= due))
    answers = Answers(
        kind=found.kind,
        today=ibis.cases((due.isnull(), NO_LIMIT), (due > today, BEFORE_IT), (due == today, ON_IT), else_=AFTER_IT),
        done=when(found.done, ibis.ifelse(never, before_limit, by_due(found.done))),
        excused=when(
            found.excused,
            ibis.ifelse(never, (unpacked_day(found.excused) <= done_day).fill_null(False), by_due(found.excused)),
        ),
        reason=when(found.reason, by_due(found.reason)),
        verdict=ibis.cases(
            (found.verdict.isnull(), UNJUDGED), (~found.kept, NOT_KEPT), (by_due(found.verdict), KEPT), else_=KEPT_LATE
        ),
        doubtful=(found.done.isnull() & found.doubtful.notnull()).cast("int32"),
        lapsed=lapsed.fill_null(False).cast("int32"),
        judged=found.judged.cast("int32"),
        unset=(found.judged & found.valid_unset).cast("int32"),
    )  # type: ignore[arg-type]  # the same answers, as columns
    code: ir.IntegerValue = number(0)
    for answer, size in zip(answers, SIZES, strict=True):
        code = code * size + answer
    return code.cast("int32")


def findings(steps: Steps, rows: RulebookRows, seen: Seen, starts: Starts, decided: ir.Table, view: View) -> ir.Table:
    """The findings in words: the columns of `engine.judge.outcome.Finding`, flags and evidence joined with commas."""
    steps.stage("writing the findings")
    events = seen.events.select("e", "id", "recorded")
    texts = starts.editions.select("k", "duty", "clause", "subject_type", "force", "standing", "basis", "decided_by")
    found = decided.join(texts, "k").join(seen.cases.select("case_n", "case", "team"), "case_n")
    found = found.left_join(leads(steps, rows, seen), "case_n")
    found = found.join(seen.objects.select("o", subject="id"), "o")
    found = found.join(events.select("e", started="id"), "e")
    per_id: ir.StringValue = ibis.null("string")
    if any(row["per_no"] != NOBODY for row in rows.uses().to_pylist()):
        others = seen.objects.select(per_o="o", per_id="id")
        found = found.left_join(others, [("per", "per_o")])
        per_id = found.per_id
    slots: list[ir.StringValue] = [found.started]
    numbers: list[ir.IntegerValue] = [found.e]
    for name in SHOWN:
        key, other = f"e_{name}", events.select(**{f"x_{name}": "e", f"id_{name}": "id"})
        found = found.left_join(other, [(key, f"x_{name}")])
        again = ibis.literal(False)
        for earlier in numbers:
            again = again | (found[key] == earlier).fill_null(False)
        slots.append(ibis.ifelse(again, nothing("string"), found[f"id_{name}"]))
        numbers.append(found[key])
    late = events.select(counted="e", counted_on="recorded")
    found = found.left_join(late, "counted")
    flags = ibis.literal(",").join([
        ibis.ifelse((found.counted_on > found.due).fill_null(False), ibis.literal("recorded_late"), nothing("string")),
        ibis.ifelse(found.reasoned, ibis.literal("reason_recorded"), nothing("string")),
        ibis.ifelse(found.provisional, ibis.literal("provisional"), nothing("string")),
    ])  # fmt: skip
    today = number(day_number(view.as_at))
    over = ibis.greatest(ibis.coalesce(found.done, today) - found.due, number(0))
    instance = ibis.literal("/").join([found.duty, found.case, found.subject, found.started, per_id])
    return found.select(
        instance=instance, case=found.case, clause=found.clause, duty=found.duty, subject=found.subject,
        subject_type=found.subject_type, outcome=found.outcome, start=_date(found.start), due=_date(found.due), done=_date(found.done),
        days_over=ibis.ifelse(found.due.notnull() & found.outcome.isin(["breached", "late"]), over, nothing("int32")).cast("int32"),
        force=found.force, standing=found.standing, basis=found.basis, decided_by=found.decided_by, flags=flags,
        evidence=ibis.literal(",").join(slots), team=found.team.fill_null(""), practitioner=found.practitioner.fill_null(""),
    )  # fmt: skip


def _date(day: ir.IntegerValue) -> ir.DateValue:
    # By way of a moment: a day and an interval make one in some engines.
    return (EPOCH.cast("timestamp") + day.as_interval("D")).cast("date")
