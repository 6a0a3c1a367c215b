"""One night: every case judged, its outcomes into the ledger, and all of it counted, case by case.

Memory does not grow with the caseload, but for the ids of its cases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Protocol

from engine.duty.rulebook import Rulebook
from engine.judge.outcome import Judgements
from engine.ledger.outcomes_file import OutcomesFile, outcomes_file
from engine.ledger.runs import RunStart
from engine.ledger.store import Ledger, Night
from engine.ledger.tally import NightSummary, NightTally
from engine.record.model import CaseRecord
from engine.record.problem import KeptError, RecordProblem
from engine.record.timeline import View


class Cases(Protocol):
    """Where cases come from, such as `engine.record.table_reader.Caseload`."""

    def cases(self) -> Iterator[CaseRecord | RecordProblem]:
        """Each case, or what is wrong with it."""


class Judge(Protocol):
    """Who judges them, such as `engine.judge.case_judge.CaseJudge`."""

    def judge(self, case: CaseRecord, view: View, *, explained: bool = False) -> Judgements:
        """Where every instance of the case stands."""


class NothingToJudgeError(KeptError):
    """There was no case, or no duty applied to any: nothing was judged, and nothing written. `tally` has the counts."""

    def __init__(self, message: str, tally: NightTally) -> None:
        super().__init__(message)
        self.tally = tally


def run_night(
    caseload: Cases,
    judge: Judge,
    rulebook: Rulebook,
    view: View,
    ledger: Ledger,
    *,
    described: str,
    started_at: datetime,
    finished_clock: Callable[[], datetime],
    outcomes_dir: Path | None = None,
    stated_only: bool = False,
    explained: bool = False,
    progress: Callable[[int], None] = lambda _: None,
) -> NightSummary:
    """Judge every case and write the night.

    `described` says in words what was read; `started_at` and what `finished_clock` gives have a time zone; `progress`
    is called with 1 after each case. With `outcomes_dir` every outcome is also written to `outcomes.parquet` there.

    Raises:
        NothingToJudgeError: when there was nothing; the ledger is as it was.
        KeptError: when the ledger or the outcomes cannot be written; both are as they were (but when the file cannot be
            put in its place at the very end: the night is in the ledger then).
    """
    start = RunStart(
        rulebook=rulebook.sha256,
        text=rulebook.canonical(),
        as_at=view.as_at,
        known_at=view.known_at,
        started_at=started_at,
        caseload=described,
        stated_only=stated_only,
    )
    tally = NightTally(rulebook, view)
    with outcomes_file(outcomes_dir) as file:
        with ExitStack() as stack:
            pen = _Pen(ledger, start, file, stack)
            for found in _each_once(caseload, described):
                if isinstance(found, RecordProblem):
                    tally.unreadable(found)
                    pen.set_aside(found)
                else:
                    judgements = judge.judge(found, view, explained=explained)
                    tally.judged(judgements)
                    pen.write(judgements)
                progress(1)
            if pen.night is None:
                raise NothingToJudgeError(_nothing(tally, view, described), tally)
            file.close()
            finished_at = finished_clock()
            pen.night.finish(tally.counts(), finished_at)
            run = pen.night.run
        # The ledger has the night now: from here on it is what happened, whatever becomes of the file.
        file.publish()
    return tally.summary(
        run=run,
        previous=ledger.previous(run),
        started_at=started_at,
        finished_at=finished_at,
        caseload=described,
        stated_only=stated_only,
    )


class _Pen:
    """Writes judgements; takes the ledger in hand with the first that says something: nothing writes nothing."""

    def __init__(self, ledger: Ledger, start: RunStart, file: OutcomesFile, stack: ExitStack) -> None:
        self._ledger, self._start, self._file, self._stack = ledger, start, file, stack
        self._waiting: list[RecordProblem] = []
        self.night: Night | None = None

    def write(self, judgements: Judgements) -> None:
        if not judgements.findings and not judgements.faults:
            return
        if self.night is None:
            self.night = self._stack.enter_context(self._ledger.night(self._start))
            self.night.quarantine(self._waiting)
        self.night.findings(judgements.findings)
        self.night.faults(judgements.faults)
        self._file.add(judgements.findings)

    def set_aside(self, problem: RecordProblem) -> None:
        if self.night is None:
            self._waiting.append(problem)
        else:
            self.night.quarantine([problem])


def _each_once(caseload: Cases, described: str) -> Iterator[CaseRecord | RecordProblem]:
    seen: set[str] = set()
    for found in caseload.cases():
        if isinstance(found, CaseRecord) and found.id in seen:
            yield RecordProblem(described, f"case {found.id}", "the case is in the caseload twice", "Keep one of them.")
        else:
            if isinstance(found, CaseRecord):
                seen.add(found.id)
            yield found


def _nothing(tally: NightTally, view: View, described: str) -> str:
    if tally.cases:
        day = view.as_at.isoformat()
        return (
            f"nothing to judge: as at {day}, no duty applied to any of the {tally.cases} cases of {described}. "
            "Check the as-at date, and the clauses that were asked for."
        )
    if tally.quarantined:
        first = tally.quarantine_list[0]
        return (
            f"nothing to judge: none of the {tally.quarantined} cases of {described} could be read. The first: "
            f"{first.file}: {first.place}: {first.problem}. {first.remedy}"
        )
    return f"nothing to judge: there is no case in {described}. Check that it is the caseload you mean."
