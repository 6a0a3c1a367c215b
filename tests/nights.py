"""Made-up nights: a judging and a rulebook small enough to see through, for the ledger and the reports."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from engine.duty.language import Before, ByClosure, Duty, EventMatch, Happen, Pattern
from engine.duty.rulebook import Rulebook
from engine.judge.finding_table import as_batch
from engine.judge.outcome import OUTCOMES, Fault, Finding, Judgements, Outcome
from engine.ledger.night import run_night
from engine.ledger.store import Ledger
from engine.ledger.tally import NightSummary
from engine.record.calendar import Calendar
from engine.record.dictionary import Dictionary, EventWord, ObjectWord
from engine.record.fingerprint import Fingerprint
from engine.record.table_cases import BadCase
from engine.record.timeline import View

AS_AT = date(2025, 6, 30)
STARTED, FINISHED = datetime(2025, 6, 30, 22, 0, tzinfo=UTC), datetime(2025, 6, 30, 22, 5, tzinfo=UTC)


def day(ahead: int) -> date:
    """So many days after the usual one."""
    return AS_AT + timedelta(days=ahead)


@cache
def rulebook() -> Rulebook:
    """Four duties: two parts of one clause, one that applies to nobody, one of another document."""
    words = Dictionary(
        objects=(ObjectWord(name="case", says="A case.", root=True), ObjectWord(name="child", says="A child.")),
        events=(
            EventWord(name="begun", says="It began.", about=("child",)),
            EventWord(name="seen", says="Seen.", about=("child",)),
        ),
    )

    def duty(name: str, title: str, **more: Any) -> Duty:
        begun, seen = (Pattern(any_of=(EventMatch(event=event),)) for event in ("begun", "seen"))
        values: dict[str, Any] = {
            "for_each": "child",
            "when": begun,
            "must": Happen(pattern=seen),
            "deadline": ByClosure(standing="local", source="ours"),
            "at_closure": "falls_due",
            "in_force": date(2007, 9, 1),
            "source": "made up",
            "reads": "Made up, and long enough to be a reading.",
        }
        return Duty(id=name, title=title, **(values | more))

    return Rulebook(
        dictionary=words,
        calendar=Calendar(known_through=date(2027, 12, 31)),
        values={},
        duties=(
            duty("NS-5.1", "Every child is seen"),
            duty("NS-5.8a", "Records are kept"),
            duty("NS-5.8b", "Those who ask are offered counselling"),
            duty("NS-10.2", "Working relationships are respectful", force="should"),
            duty("PQ-PUB-3", "Plans are tested", basis="inferred",
                 deadline=Before(pattern=Pattern(any_of=(EventMatch(event="seen"),)), standing="stated", source="x")),
        ),
    )  # fmt: skip


def finding(**given: Any) -> Finding:
    """A breached finding; anything can be given another value."""
    values: dict[str, Any] = {
        "instance": "C-1/NS-5.1/amy/e1",
        "case": "C-1",
        "clause": "NS-5.1",
        "duty": "NS-5.1",
        "subject": "amy",
        "subject_type": "child",
        "outcome": "breached",
        "start": date(2025, 3, 4),
        "due": date(2025, 3, 18),
        "done": None,
        "days_over": 104,
        "force": "must",
        "standing": "local",
        "basis": "stated",
        "decided_by": "record",
        "flags": ("recorded_late",),
        "evidence": ("e1", "e2"),
        "team": "north-2",
        "practitioner": "fca1",
    }
    return Finding(**(values | given))


def judgements(*findings: Finding, case: str = "C-1", **given: Any) -> Judgements:
    """The judgements of one case."""
    values: dict[str, Any] = {
        "case": case,
        "team": "north-2",
        "as_at": AS_AT,
        "known_at": View(AS_AT).known_at,
        "rulebook": rulebook().sha256,
        "findings": findings,
        "faults": (),
        "not_applicable": ("NS-5.8",),
    }
    return Judgements(**(values | given))


def every_outcome(case: str) -> Judgements:
    """One finding of each outcome."""
    many = []
    for position, outcome in enumerate(OUTCOMES):
        many.append(outcome_of(case, outcome, position))
    return judgements(*many, case=case)


def outcome_of(case: str, outcome: Outcome, position: int = 0, **given: Any) -> Finding:
    """A finding of that case with that outcome."""
    duty = ("NS-5.1", "NS-5.8a", "PQ-PUB-3")[position % 3]
    over = {"breached": 104, "late": 3}.get(outcome)
    values: dict[str, Any] = {
        "instance": f"{case}/{duty}/amy/e{position}",
        "case": case,
        "clause": duty.rstrip("ab"),
        "duty": duty,
        "outcome": outcome,
        "due": date(2025, 7, 4) if outcome == "due" else date(2025, 3, 18),
        "done": date(2025, 3, 21) if outcome == "late" else date(2025, 3, 10) if outcome == "met" else None,
        "days_over": over,
        "standing": "stated" if duty == "PQ-PUB-3" else "local",
        "basis": "inferred" if duty == "PQ-PUB-3" else "stated",
        "flags": (),
        "missing": "no value is set" if outcome == "undetermined" else None,
    }
    return finding(**(values | given))


def fault(case: str = "C-2") -> Fault:
    """A fault."""
    return Fault(case=case, duty="NS-10.2", error="ZeroDivisionError: division by zero", trace="Traceback …")


class FakeRun:
    """A judging of cases C-1 to C-n, each with the same findings under its own ids or what `gives` says; the positions in
    `bad` cannot be read. `together` is the most cases in a batch; `pause` is called with each position.
    """

    def __init__(
        self,
        cases: int,
        bad: Sequence[int] = (),
        gives: Callable[[str], Judgements] | None = None,
        *,
        together: int = 400,
        pause: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._positions = [position for position in range(1, cases + 1) if position not in bad]
        self._gives, self._together, self._pause = gives or every_outcome, together, pause
        self.problems = [
            BadCase(f"C-{position}", "events.csv", f"case C-{position}", "'seeen' is no event", "Write 'seen'.")
            for position in bad
        ]
        self.faults: list[Fault] = []
        self.cases = 0

    def findings(self) -> Iterator[pa.RecordBatch]:
        """The findings of so many cases, then of so many more."""
        for first in range(0, len(self._positions), self._together):
            found: list[Finding] = []
            for position in self._positions[first : first + self._together]:
                self._pause(position)
                given = self._gives(f"C-{position}")
                found += given.findings
                self.faults += given.faults
                self.cases += 1
            yield as_batch(found)


def night(
    ledger: Ledger,
    cases: int = 3,
    *,
    run: FakeRun | None = None,
    as_at: date = AS_AT,
    book: Rulebook | None = None,
    content: str = "",
    **given: Any,
) -> NightSummary:
    """A made-up night; with `content` its fingerprint says so, else it has none."""
    values: dict[str, Any] = {"described": "made up", "started_at": STARTED, "finished_clock": lambda: FINISHED}
    if content:
        values["fingerprint"] = Fingerprint(by="made up", rows={"events": 1}, sums={"events": content})
    return run_night(run or FakeRun(cases), book or rulebook(), View(as_at), ledger, **(values | given))


BREACHES = {
    "more than one open state": "SELECT series, instance FROM states WHERE until_run IS NULL GROUP BY 1, 2 HAVING count(*) > 1",
    "states that overlap": """
        SELECT a.series, a.instance FROM states a
        JOIN states b ON b.series = a.series AND b.instance = a.instance AND b.from_run > a.from_run
        WHERE a.until_run IS NULL OR a.until_run > b.from_run""",
    "twice from the same night": "SELECT series, instance FROM states GROUP BY 1, 2, from_run HAVING count(*) > 1",
    "until no later than from": "SELECT instance FROM states WHERE until_run <= from_run",
    "a state of no night": """
        SELECT s.instance FROM states s LEFT JOIN runs f ON f.number = s.from_run LEFT JOIN runs u ON u.number = s.until_run
        WHERE f.series IS NULL OR f.series <> s.series OR (s.until_run IS NOT NULL AND (u.series IS NULL OR u.series <> s.series))""",
    "a state of nothing": """
        SELECT s.instance FROM states s LEFT JOIN instances i ON i.number = s.instance LEFT JOIN cases c ON c.number = i."case"
        LEFT JOIN editions e ON e.number = s.edition LEFT JOIN holders h ON h.number = s.holder
        WHERE i.number IS NULL OR c.number IS NULL OR e.number IS NULL OR h.number IS NULL""",
    "an instance without a state": "SELECT id FROM instances WHERE number NOT IN (SELECT instance FROM states)",
    "stale without a state": """
        SELECT t.instance FROM stale t LEFT JOIN states s ON s.series = t.series AND s.instance = t.instance
        AND s.from_run < t.from_run WHERE s.instance IS NULL""",
    "a run that was not finished": "SELECT id FROM runs WHERE finished_at IS NULL",
    "a run without its rulebook": "SELECT id FROM runs WHERE rulebook NOT IN (SELECT sha256 FROM rulebooks)",
    "a run that does not count its states": """
        SELECT r.id, r.instances, count(o.run) FROM runs r LEFT JOIN outcomes o ON o.run = r.id AND o.stale_since IS NULL
        GROUP BY r.id, r.instances HAVING count(o.run) <> r.instances""",
    "a run that counts other cases in quarantine": """
        SELECT r.id, r.quarantined, count(q.number) FROM runs r LEFT JOIN quarantine q ON q.series = r.series
        AND q.from_run <= r.number AND (q.until_run IS NULL OR q.until_run > r.number)
        GROUP BY r.id, r.quarantined HAVING count(q.number) <> r.quarantined""",
    "a run that counts other faults": """
        SELECT r.id, r.faults, count(f.number) FROM runs r LEFT JOIN faults f ON f.series = r.series
        AND f.from_run <= r.number AND (f.until_run IS NULL OR f.until_run > r.number)
        GROUP BY r.id, r.faults HAVING count(f.number) <> r.faults""",
}  # fmt: skip
"""What must never be found in a ledger, with the question that would find it."""


def invariants(ledger: Ledger) -> list[tuple[str, Any]]:
    """What is wrong with a ledger: nothing. One that does not exist yet is right."""
    if not ledger.runs():
        return []
    with ledger.reading() as connection:
        wrong: list[tuple[str, Any]] = [
            (what, tuple(row)) for what, query in BREACHES.items() for row in connection.exec_driver_sql(query)
        ]
        by_outcome = connection.exec_driver_sql(
            "SELECT run, outcome, count(*) FROM outcomes WHERE stale_since IS NULL GROUP BY run, outcome"
        ).all()
        if connection.dialect.name == "sqlite":
            wrong += [
                ("integrity", row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check") if row[0] != "ok"
            ]
    for run in ledger.runs():
        found = {outcome: count for each, outcome, count in by_outcome if each == run.id}
        if found != {outcome: count for outcome, count in run.counts.outcomes.items() if count}:
            wrong.append(("outcomes that a run counts otherwise", run.id))
    return wrong


VERSION_1 = (
    "INSERT INTO rulebooks VALUES ('sha256:1', '{}')",
    *(
        f"INSERT INTO runs VALUES ('{run}', '2025-06-30 22:00:00', '2025-06-30 22:05:00', 'sha256:1', '{run[:10]}', "  # noqa: S608
        f"'{run[:10]} 23:59:59', 'old', {flag}, '{counts}', 2, {many}, 1, 1, {flag})"
        for run, flag, counts, many in (
            ("2025-06-30-0001", "false", '{"breached": 1, "met": 1}', 2), ("2025-06-29-0001", "false", '{"breached": 1}', 1),
        )
    ),
    *(
        f"INSERT INTO outcomes VALUES ('{run}', '{case}/NS-5.1/{who}/e1', '{case}', 'NS-5.1', 'NS-5.1', '{who}', 'child', '{outcome}', "  # noqa: S608
        f"'2025-03-04', '2025-03-18', NULL, {over}, 'must', 'local', 'stated', 'record', '{flags}', '{evidence}', NULL, 'north-2', 'fca1')"
        for run, case, who, outcome, over, flags, evidence in (
            ("2025-06-30-0001", "C-1", "amy", "breached", "104", '["recorded_late"]', '["e1", "e2"]'),
            ("2025-06-30-0001", "C-2", "ben", "met", "NULL", "[]", "[]"),
            ("2025-06-29-0001", "C-1", "amy", "breached", "103", "[]", '["e1"]'),
        )
    ),
    *(f"INSERT INTO faults VALUES ('{run}', 1, 'C-1', 'NS-10.2', 'ValueError', 'trace')"  # noqa: S608
      for run in ("2025-06-29-0001", "2025-06-30-0001")),
    *(f"INSERT INTO quarantine VALUES ('{run}', 1, 'events.csv', 'case C-3', 'no event', 'Write one.')"  # noqa: S608
      for run in ("2025-06-29-0001", "2025-06-30-0001")),
)  # fmt: skip
"""Two nights in a ledger of version 1."""


def _killed(ledger: Path, outcomes: Path, at: int) -> None:
    """A night that stops dead at a case: nothing is cleaned up."""

    def pause(position: int) -> None:
        if position == at:
            os.kill(os.getpid(), signal.SIGKILL)

    with Ledger.open(str(ledger)) as opened:
        night(opened, run=FakeRun(4_000, pause=pause), outcomes_dir=outcomes)


def _slow(ledger: Path, ready: Path) -> None:
    """A night that says when it is under way, and then waits to be ended."""

    def pause(position: int) -> None:
        if position == 3:
            ready.touch()
            time.sleep(60)

    with Ledger.open(str(ledger)) as opened:
        night(opened, run=FakeRun(10, together=1, pause=pause))


if __name__ == "__main__":
    if sys.argv[1] == "killed":
        _killed(Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]))
    else:
        _slow(Path(sys.argv[2]), Path(sys.argv[3]))
