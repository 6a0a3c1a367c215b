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
from engine.judge.plan.rows import FLAG_BITS, NOBODY, RulebookRows, day_number
from engine.judge.plan.seen import Seen, leads
from engine.judge.plan.steps import ID, Steps, nothing, number, seen_from, unpacked_day, unpacked_event


class Found(NamedTuple):
    """findings: instance, subject, evidence (ids joined with commas), k, case_n, outcome (its place among `OUTCOMES`), flags
    (bits, `FLAG_BITS`), start, due and done (numbers of days), days_over · people: case_n, case, team, practitioner.
    """

    findings: ir.Table
    people: ir.Table


def decide_all(
    steps: Steps,
    rows: RulebookRows,
    due: ir.Table,
    settled: ir.Table,
    verdicts: ir.Table | None,
    failed: ir.Table,
    turn: int = 0,
) -> ir.Table:
    """Each instance of that turn with its outcome and what goes with it, still in numbers; `since` is when it stood broken, if it did.
    Those that failed are left out.
    """  # fmt: skip
    steps.stage("deciding")
    table = steps.small("decisions", decisions())
    editions = steps.small("editions", rows.edition_table())
    editions = editions.select("k", "turn", "kind", "falls_due", "lapses", "judged", "valid_unset", "working")
    found = due.left_join(settled, "i").drop("i_right")
    found = found.mutate(done=ibis.coalesce(found.next, found.done))
    unjudged = {"verdict": nothing("int64"), "kept": nothing("boolean")}
    found = found.mutate(**unjudged) if verdicts is None else found.left_join(verdicts, "i").drop("i_right")
    found = found.join(editions, "k")
    failed = failed.select(failed_k="k", failed_in="case_n")
    found = found.left_join(failed, [("k", "failed_k"), ("case_n", "failed_in")])
    # Whoever is left out is so at the end: filtered before, a database would expect few rows, and go about it badly.
    left_out = found.failed_k.notnull() | (found.turn != turn)
    limit = ibis.ifelse(found.due.isnull() | (found.closed < found.due), found.closed, found.due)
    limit = ibis.ifelse(found.falls_due & found.closed.notnull(), limit, found.due)
    found = found.select(
        "i", "k", "case_n", "o", "per", "e", "start", "missing", "closed", "kind", "lapses", "judged", "valid_unset", "working",
        "done", "doubtful", "excused", "reason", "verdict", "kept", due=limit, left_out=left_out,
    )  # fmt: skip
    found = found.mutate(code=ibis.ifelse(found.missing, number(MISSING), _code(found, seen_from().today)))
    found = found.join(table, "code")
    event = {name: unpacked_event(found[name]) for name in SHOWN}
    day = {name: unpacked_day(found[name]) for name in SHOWN}
    shown_due = ibis.ifelse(found.has_due, found.due, nothing("int32"))
    done = ibis.cases((found.done_by == 1, day["done"]), (found.done_by == 2, found.due), (found.done_by == 3, day["verdict"]),
                      else_=nothing("int32"))  # fmt: skip
    counted = ibis.cases((found.counted == 1, event["done"]), (found.counted == 2, event["excused"]),
                         (found.counted == 3, event["verdict"]), else_=nothing(ID))  # fmt: skip
    horizon = day_number(rows.rulebook.calendar.known_through)
    further: ir.BooleanValue = found.per != NOBODY
    for name in SHOWN:
        further = further | found[f"shows_{name}"] if name != "done" else further
    broken = {"since": ibis.cases((found.broken_by == 1, found.due + 1), (found.broken_by == 2, day["done"]),
                                  (found.broken_by == 3, day["verdict"]), else_=nothing("int32")).cast("int32")}  # fmt: skip
    outcome = ibis.ifelse(found.left_out, nothing("int32"), found.outcome)
    found = found.select(
        "i", "k", "case_n", "o", "per", "e", "start", "reasoned", outcome=outcome, further=further.cast("int32"), due=shown_due,
        done=done, counted=counted,
        provisional=found.working & shown_due.notnull() & (shown_due > horizon),
        **{f"e_{name}": ibis.ifelse(found[f"shows_{name}"], event[name], nothing(ID)) for name in SHOWN},
        **(broken if rows.later else {}),
    )  # fmt: skip
    return steps.keep(f"decided{turn}", found.filter(found.outcome.notnull()))


def _code(found: ir.Table, today: ir.IntegerValue) -> ir.IntegerValue:
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


def findings(steps: Steps, rows: RulebookRows, seen: Seen, decided: ir.Table) -> Found:
    """The findings as they travel: in words where words are many, in numbers where they are few."""
    steps.stage("writing the findings")
    people = seen.cases.left_join(leads(steps, rows, seen), "case_n")
    people = steps.keep("people", people.select(
        "case_n", "case", team=people.team.fill_null(""), practitioner=people.practitioner.fill_null("")
    ))  # fmt: skip
    events = seen.events.select("e", "id", "recorded")
    duties = steps.small("editions", rows.edition_table()).select("k", "duty")
    subjects = steps.keep("named", seen.objects.join(people.select("case_n", "case"), "case_n").select(
        "o", subject="id", of_case=ibis.literal("/").join([seen.objects.case, seen.objects.id])
    ))  # fmt: skip
    further = steps.keep("further", _further(rows, seen, decided.filter(decided.further == 1), events))
    found = decided.join(events.select("e", started="id"), "e")
    found = found.left_join(events.select(done_on="e", id_done="id", recorded_done="recorded"), [("e_done", "done_on")])
    found = found.join(subjects, "o").join(duties, "k")
    # Most rest on what started them and what was done; only the others are looked up further.
    found = found.left_join(further, [("i", "further_i")])
    done = ibis.ifelse(found.e_done == found.e, nothing("string"), found.id_done)
    found = found.mutate(
        evidence=_joined([found.started, done, found.rest]),
        counted_on=ibis.ifelse(found.counted == found.e_done, found.recorded_done, found.recorded_other),
    )
    said: dict[Flag, ir.BooleanValue] = {
        "recorded_late": (found.counted_on > found.due).fill_null(False) & found.counted.notnull(),
        "reason_recorded": found.reasoned,
        "provisional": found.provisional,
    }
    flags = sum((ibis.ifelse(said[flag], bit, 0) for flag, bit in FLAG_BITS.items()), number(0))
    over = ibis.greatest(ibis.coalesce(found.done, seen_from().today) - found.due, number(0))
    is_over = found.due.notnull() & found.outcome.isin([_NUMBERS["breached"], _NUMBERS["late"]])
    instance = ibis.literal("/").join([found.duty, found.of_case, found.started, found.per_id])
    found = found.select(
        "k", "case_n", "outcome", "start", "due", "done", "subject", "evidence", instance=instance, flags=flags.cast("int32"),
        days_over=ibis.ifelse(is_over, over, nothing("int32")).cast("int32"),
    )  # fmt: skip
    return Found(found, people)


def _further(rows: RulebookRows, seen: Seen, decided: ir.Table, events: ir.Table) -> ir.Table:
    """What some findings rest on beside what started them and what was done: further_i, rest (ids joined with commas, or
    null), per_id, and when that was recorded which counts.
    """  # fmt: skip
    found = decided
    per_id: ir.StringValue = nothing("string")
    if rows.pers:
        things = seen.objects.select(per_o="o", per_id="id")
        found = found.left_join(things, [("per", "per_o")])
        per_id = found.per_id
    found = found.select("i", "e", "counted", *(f"e_{name}" for name in SHOWN), per_id=per_id)
    others = [name for name in SHOWN if name != "done"]
    for name in others:
        looked_up = events.select(**{f"x_{name}": "e", f"id_{name}": "id", f"recorded_{name}": "recorded"})
        found = found.left_join(looked_up, [(f"e_{name}", f"x_{name}")])
    shown, earlier = list[ir.StringValue](), ["e", "e_done"]
    for name in others:
        again = ibis.literal(False)
        for before in earlier:
            again = again | (found[f"e_{name}"] == found[before]).fill_null(False)
        shown.append(ibis.ifelse(again, nothing("string"), found[f"id_{name}"]))
        earlier.append(f"e_{name}")
    recorded = [(found.counted == found[f"e_{name}"], found[f"recorded_{name}"]) for name in others]
    return found.select(
        "per_id", further_i="i", rest=_joined(shown).nullif(""),
        recorded_other=ibis.cases(*recorded, else_=nothing("int32")),
    )  # fmt: skip


def _joined(texts: list[ir.StringValue]) -> ir.StringValue:
    return ibis.literal(",").join(texts)
