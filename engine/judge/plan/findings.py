"""The findings: one row an instance, with the columns that every judge gives."""

from __future__ import annotations

from typing import NamedTuple

import ibis
from ibis.expr import types as ir

from engine.judge.outcome import Flag
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
    TOO_LATE,
    UNJUDGED,
    Answers,
    code,
    decisions,
    outcome_numbers,
)
from engine.judge.plan.rows import NOBODY, RulebookRows, day_number
from engine.judge.plan.seen import Seen, leads
from engine.judge.plan.starts import Starts
from engine.judge.plan.steps import Steps, nothing, number, union, unpacked_day, unpacked_event
from engine.record.timeline import View


class Found(NamedTuple):
    """findings: instance, subject, evidence (ids joined with commas), k, case_n, outcome (its place among `OUTCOMES`), flags
    (bits, `FLAG_BITS`), start, due and done (numbers of days), days_over · people: case_n, case, team, practitioner.
    """

    findings: ir.Table
    people: ir.Table


def decide_all(
    steps: Steps,
    rows: RulebookRows,
    starts: Starts,
    due: ir.Table,
    settled: ir.Table,
    verdicts: ir.Table | None,
    view: View,
    kept_as: str = "decided",
) -> ir.Table:
    """Each instance with its outcome and what goes with it, still in numbers; `since` is when it stood broken, if it did."""
    steps.stage("deciding")
    table = steps.small("decisions", decisions())
    editions = starts.editions.select("k", "kind", "falls_due", "lapses", "judged", "valid_unset", "working")
    found = due.join(editions, "k").left_join(settled, "i")
    unjudged = {"verdict": nothing("int64"), "kept": nothing("boolean")}
    found = found.mutate(**unjudged) if verdicts is None else found.left_join(verdicts, "i")
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
    further = found.per != NOBODY
    for name in SHOWN:
        further = further | found[f"shows_{name}"] if name != "done" else further
    broken = {"since": ibis.cases((found.broken_by == 1, found.due + 1), (found.broken_by == 2, day["done"]),
                                  (found.broken_by == 3, day["verdict"]), else_=nothing("int32")).cast("int32")}  # fmt: skip
    return steps.keep(kept_as, found.select(
        "k", "case_n", "o", "per", "e", "start", "outcome", "reasoned", further=further, due=shown_due, done=done, counted=counted,
        provisional=found.working & shown_due.notnull() & (shown_due > horizon),
        **{f"e_{name}": ibis.ifelse(found[f"shows_{name}"], event[name], nothing("int64")) for name in SHOWN},
        **(broken if rows.later else {}),
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
    )
    return code(answers).cast("int32")


_NUMBERS = outcome_numbers()

FLAG_BITS: dict[Flag, int] = {"recorded_late": 1, "reason_recorded": 2, "provisional": 4}


def findings(steps: Steps, rows: RulebookRows, seen: Seen, starts: Starts, decided: ir.Table, view: View) -> Found:
    """The findings as they travel: in words where words are many, in numbers where they are few."""
    steps.stage("writing the findings")
    duties = starts.editions.select("k", "duty")
    people = seen.cases.left_join(leads(steps, rows, seen), "case_n")
    people = steps.keep("people", people.select(
        "case_n", "case", team=people.team.fill_null(""), practitioner=people.practitioner.fill_null("")
    ))  # fmt: skip
    events = seen.events.select("e", "id", "recorded")

    def told(some: ir.Table) -> ir.Table:
        some = some.join(duties, "k").join(people.select("case_n", "case"), "case_n")
        some = some.join(seen.objects.select("o", subject="id"), "o").join(events.select("e", started="id"), "e")
        return some.left_join(events.select(e_done="e", id_done="id", recorded_done="recorded"), "e_done")

    # Most rest on what started them and what was done; only the others are looked up further.
    others = [name for name in SHOWN if name != "done"]
    simple = told(decided.filter(~decided.further))
    done = ibis.ifelse(simple.e_done == simple.e, nothing("string"), simple.id_done)
    evidence = _joined([simple.started, done])
    simple = simple.mutate(per_id=nothing("string"), counted_on=simple.recorded_done, evidence=evidence)
    further = told(decided.filter(decided.further))
    columns = further.columns
    per_id: ir.StringValue = nothing("string")
    if rows.pers:
        things = seen.objects.select(per_o="o", per_id="id")
        further = further.left_join(things, [("per", "per_o")])
        per_id = further.per_id
    further = further.mutate(per_id=per_id)
    for name in others:
        looked_up = events.select(**{f"x_{name}": "e", f"id_{name}": "id"})
        further = further.left_join(looked_up, [(f"e_{name}", f"x_{name}")])
    further = further.left_join(events.select(counted="e", counted_on="recorded"), "counted")
    further = further.select(*columns, "per_id", "counted_on", *(f"id_{name}" for name in others))
    shown, numbers = [further.started], [further.e]
    for name in SHOWN:
        again = ibis.literal(False)
        for earlier in numbers:
            again = again | (further[f"e_{name}"] == earlier).fill_null(False)
        shown.append(ibis.ifelse(again, nothing("string"), further[f"id_{name}"]))
        numbers.append(further[f"e_{name}"])
    further = further.mutate(evidence=_joined(shown))
    whole = [*decided.columns, "duty", "case", "subject", "started", "per_id", "counted_on", "evidence"]
    found = union([simple.select(whole), further.select(whole)])
    said: dict[Flag, ir.BooleanValue] = {
        "recorded_late": (found.counted_on > found.due).fill_null(False) & found.counted.notnull(),
        "reason_recorded": found.reasoned,
        "provisional": found.provisional,
    }
    flags = sum((ibis.ifelse(said[flag], bit, 0) for flag, bit in FLAG_BITS.items()), number(0))
    over = ibis.greatest(ibis.coalesce(found.done, number(day_number(view.as_at))) - found.due, number(0))
    is_over = found.due.notnull() & found.outcome.isin([_NUMBERS["breached"], _NUMBERS["late"]])
    instance = ibis.literal("/").join([found.duty, found.case, found.subject, found.started, found.per_id])
    found = found.select(
        "k", "case_n", "outcome", "start", "due", "done", "subject", "evidence", instance=instance, flags=flags.cast("int32"),
        days_over=ibis.ifelse(is_over, over, nothing("int32")).cast("int32"),
    )  # fmt: skip
    return Found(found, people)


def _joined(texts: list[ir.StringValue]) -> ir.StringValue:
    return ibis.literal(",").join(texts)
