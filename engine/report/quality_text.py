"""A team's quality as people read it, and as JSON."""

from __future__ import annotations

import json

from rich.console import Console

from engine.report.learning_text import NOTE, columns, number, say
from engine.report.quality import DOMAINS, EVERY, GRADES, Compliance, Graded, Quality, share, unread
from engine.report.small_groups import FEWEST
from engine.report.wording import day, many


def show_quality(console: Console, quality: Quality) -> None:
    """Grades by outcome, then compliance, each said for what it is."""
    say(console, f"Quality in the team {quality.team}, as at {day(quality.view.as_at)}", "bold")
    if unread(quality):
        say(console, f"Incomplete: {unread(quality)}; they are in none of the numbers of compliance.", "bold red")
    if quality.assessments is None:
        say(console, f"Assessments: withheld ({NOTE})")
    elif not quality.assessments:
        say(console, "There is no record of an assessment of its work.")
    else:
        say(console, f"{many(quality.assessments, 'assessment')}; the aim is that all work is Good or Outstanding")
    if quality.assessments != 0:
        say(console)
        table = columns("Outcome", *(_plain(grade) for grade in GRADES), "No grade", "Good or Outstanding")
        for domain in DOMAINS:
            row = quality.outcomes[domain]
            cells = [number(row.grades[grade]) for grade in GRADES] + [number(row.no_grade)]
            table.add_row(_plain(domain), *cells, _aim(quality, row))
        table.add_row("All four", *([""] * (len(GRADES) + 1)), _aim(quality, quality.outcomes[EVERY]))
        console.print(table)
    say(console)
    say(console, f"Promises kept in time: {_kept(quality.compliance)}", "bold")
    say(console, f"  {_told(quality.compliance)}")
    say(console, "  Duties that say 'must' and are met, late or breached; what is not decided is left out.", "dim")
    say(
        console,
        "A grade is a person's judgement of impact, and the other is counted from the record: neither stands for the other.",
    )
    say(console, NOTE, "dim")


def quality_json(quality: Quality) -> str:
    """`team`, `as_at`, `known_at`, `fewest`, `assessments`, `outcomes`, `compliance`, `complete`; null is withheld."""
    outcomes: list[dict[str, object]] = []
    for domain, row in quality.outcomes.items():
        told: dict[str, object] = {"domain": domain, "good_or_outstanding": row.aim, "below": row.below}
        told |= {} if domain == EVERY else {**row.grades, "no_grade": row.no_grade}
        outcomes.append(told | {"share": _part(row.aim, quality.assessments)})
    compliance = quality.compliance
    night = {"id": compliance.night[0], "as_at": compliance.night[1].isoformat()} if compliance.night else None
    kept: dict[str, object] = {"force": "must", "night": night, "decided": compliance.decided}
    kept |= {str(outcome): count for outcome, count in compliance.counts.items()}
    kept["share"] = _part(compliance.counts["met"], compliance.decided)
    content: dict[str, object] = {
        "team": quality.team,
        "as_at": quality.view.as_at.isoformat(),
        "known_at": quality.view.known_at.isoformat(),
        "fewest": FEWEST,
        "assessments": quality.assessments,
        "outcomes": outcomes,
        "compliance": kept,
        "quarantined": len(quality.problems),
        "faults": quality.faults,
        "complete": not (quality.problems or quality.faults),
    }
    return json.dumps(content, indent=2)


def _aim(quality: Quality, row: Graded) -> str:
    return share(row.aim, quality.assessments) or number(None)


def _kept(compliance: Compliance) -> str:
    if compliance.decided == 0:
        return "no duty of the team is decided yet"
    return share(compliance.counts["met"], compliance.decided) or f"withheld ({NOTE})"


def _told(compliance: Compliance) -> str:
    counts = ", ".join(f"{outcome} {number(count)}" for outcome, count in compliance.counts.items())
    if compliance.night is None:
        return f"{counts}; judged now"
    return f"{counts}; from the night {compliance.night[0]}, as at {day(compliance.night[1])}"


def _part(part: int | None, whole: int | None) -> float | None:
    return round(part / whole, 4) if part is not None and whole else None


def _plain(code: str) -> str:
    return code.replace("_", " ").capitalize()
