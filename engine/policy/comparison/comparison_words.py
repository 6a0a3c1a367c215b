"""A comparison of two rulebooks as text and as JSON: what changed, with the smallest timeline that shows it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date

import yaml

from engine.duty.english import people
from engine.policy.comparison.case_content import case_content
from engine.policy.comparison.comparing import KINDS, ClauseChange, Comparison
from engine.policy.comparison.witness import MOST_EVENTS, Witness
from engine.record.model import CaseRecord
from engine.record.problem import harmless

ORDER = (
    "From worst to best: breached, late, due, then met, excused, lapsed and not owed alike; unjudged and undetermined have "
    "no place in that order."
)


def comparison_text(comparison: Comparison, names: tuple[str, str]) -> str:
    """All of it in lines; `names` are what the two rulebooks were called."""
    lines = [f"{name}: {sha}" for name, sha in zip(map(harmless, names), (comparison.old, comparison.new), strict=True)]
    if comparison.calendar:
        lines.append(
            "WARNING: the calendars differ, so any due date may move; what says the same was not searched for that."
        )
    lines += [f"Words of the record: {line}" for line in comparison.words]
    for kind in KINDS:
        for change in comparison.clauses:
            if change.kind == kind != "unchanged":
                lines += ["", *_clause(change)]
    return "\n".join([*lines, "", *_end(comparison)])


def _end(comparison: Comparison) -> Iterator[str]:
    counts = Counter(change.kind for change in comparison.clauses)
    yield f"Clauses: {', '.join(f'{counts[kind]} {kind}' for kind in KINDS if counts[kind])}"
    if comparison.too_early:
        clauses = ", ".join(change.clause for change in comparison.too_early)
        yield f"WARNING: moves what started before the change has a date of its own: {clauses}"
    elif comparison.moves_from is not None:
        yield f"Moves nothing that started before {people(comparison.moves_from)}."
    elif not comparison.calendar:
        yield "Moves nothing."
    if any(change.searched for change in comparison.clauses):
        yield ORDER
        yield "What was found is certain; that nothing was found is so only within the timelines that were looked at."


def _clause(change: ClauseChange) -> Iterator[str]:
    yield f"{change.clause}  {change.title}: {change.kind}"
    if change.kind not in ("added", "removed", "texts"):
        yield f"    {KINDS[change.kind].capitalize() if change.duties else 'Says the same itself'}."
    for duty in change.duties:
        whose = "" if duty.duty == change.clause else f"{duty.duty}: "
        yield from (f"    {whose}{line}" for line in duty.says)
    if change.rests_on:
        yield f"    It looks at what became of {', '.join(change.rests_on)}, and may move with that."
    yield from _days(change)
    for what, witness in (("Worse", change.worse), ("Better", change.better), ("Neither", change.neither)):
        if witness is not None and (what != "Neither" or change.kind == "different"):
            yield from _witness(what, witness)
    yield from _bound(change)


def _days(change: ClauseChange) -> Iterator[str]:
    """From which day on anything moves, and loudly if that is not the day the change is dated with."""
    if change.moves_from is None:
        return
    since = people(change.moves_from)
    if change.kind in ("added", "removed"):
        yield f"    {'Newly' if change.kind == 'added' else 'No longer'} judged: what has started since {since}."
    elif change.undated:
        dated = (
            f"before {people(change.dated)}, the day that the change is dated with" if change.dated else "at any time"
        )
        yield f"    WARNING: moves what started {dated}: from {since}, {'when it came into force' if change.from_the_first else 'already'}."
        if change.dated is None:
            yield "    WARNING: no version of a value or a duty is dated with this change, so past findings move as well."
    elif change.before is None:
        yield f"    Moves nothing that started before {since}."
    if change.before is not None:
        yield from _witness("WARNING: moves although it started before that", change.before)


def _witness(what: str, witness: Witness) -> Iterator[str]:
    move = witness.move
    outcomes = f"{_stands(move.before, move.due_before)} → {_stands(move.after, move.due_after)}"
    yield f"    {what}, as at {people(witness.as_at)}: {move.duty} for {move.subject}: {outcomes}"
    yield from (f"        {line}" for line in case_file(witness.case).splitlines())


def _stands(outcome: str | None, due: date | None) -> str:
    if outcome is None:
        return "not owed"
    return f"{outcome} (due {people(due)})" if due else outcome


def _bound(change: ClauseChange) -> Iterator[str]:
    searched = change.searched
    if not searched:
        return
    tried, events, days = (
        sum(f.tried for f in searched),
        max(f.events for f in searched),
        max(f.days for f in searched),
    )
    ended = all(found.ended for found in searched)
    all_of = (
        ""
        if ended
        else f", the smallest of those with up to {MOST_EVENTS} events or bundles of events, then the examples"
    )
    yield f"    Looked at {tried:,} timelines of up to {events} events over {days} days{all_of}."
    if failed := sum(found.unjudged for found in searched):
        yield f"    WARNING: {failed:,} of them could not be judged."


def case_file(case: CaseRecord) -> str:
    """The case as a case file: a line for each entry."""
    lines = []
    for key, part in case_content(case).items():
        if key == "timeline" and isinstance(part, list):
            lines += ["timeline:", *(f"  - {_flow(entry)}" for entry in part)]
        else:
            lines.append(f"{key}: {_flow(part)}")
    return "\n".join(lines)


def _flow(part: object) -> str:
    text: str = yaml.safe_dump(part, default_flow_style=True, sort_keys=False, width=10_000, allow_unicode=True)
    return text.strip()


# --- JSON ----------------------------------------------------------------------------------------------------------------


def comparison_json(comparison: Comparison) -> str:
    """All of it as JSON, with each witness as a case file has it."""
    body = {
        "old": comparison.old,
        "new": comparison.new,
        "moves_from": comparison.moves_from,
        "calendar_differs": comparison.calendar,
        "words": list(comparison.words),
        "clauses": [_clause_body(change) for change in comparison.clauses],
    }
    return json.dumps(body, indent=2, ensure_ascii=False, default=str)


def _clause_body(change: ClauseChange) -> dict[str, object]:
    searched = change.searched
    return {
        "id": change.clause,
        "title": change.title,
        "change": change.kind,
        "duties": [{"id": duty.duty, "says": list(duty.says)} for duty in change.duties],
        "rests_on": list(change.rests_on),
        "moves_from": change.moves_from,
        "dated": change.dated,
        "moves_before_its_date": change.undated or change.before is not None,
        "worse": _witness_body(change.worse),
        "better": _witness_body(change.better),
        "neither": _witness_body(change.neither),
        "before": _witness_body(change.before),
        "bound": {
            "timelines": sum(found.tried for found in searched),
            "unjudged": sum(found.unjudged for found in searched),
            "events": max((found.events for found in searched), default=0),
            "days": max((found.days for found in searched), default=0),
            "complete": all(found.ended for found in searched),
        }
        if searched
        else None,
    }


def _witness_body(witness: Witness | None) -> dict[str, object] | None:
    if witness is None:
        return None
    move = witness.move
    return {
        "as_at": witness.as_at,
        "duty": move.duty,
        "subject": move.subject,
        "start": move.start,
        "old": {"outcome": move.before, "due": move.due_before},
        "new": {"outcome": move.after, "due": move.due_after},
        "case": case_content(witness.case),
    }
