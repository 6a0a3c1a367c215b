"""One night: a whole caseload judged, its outcomes into the ledger, and all of it counted, batch by batch.

Memory does not grow with the caseload.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from engine.duty.rulebook import Rulebook
from engine.judge.outcome import Fault
from engine.ledger.entry import Night
from engine.ledger.outcomes_file import OutcomesFile, outcomes_file
from engine.ledger.reading import outcomes_of
from engine.ledger.runs import Receipt, Run, RunStart, asked_for, calendar_hash, has_shrunk, series_name, versions
from engine.ledger.store import Ledger
from engine.ledger.tally import FEWEST, MOST_UNREAD, NightSummary, NightTally
from engine.ledger.waived import NightWaived, Waiver
from engine.ledger.waived_tally import WaivedTally
from engine.ledger.waivers import read_waivers
from engine.record.fingerprint import Fingerprint
from engine.record.problem import KeptError, RecordProblem
from engine.record.timeline import View


class Judging(Protocol):
    """A judging of a whole caseload, such as `engine.judge.caseload_judge.CaseloadRun`."""

    @property
    def problems(self) -> Sequence[RecordProblem]:
        """What is wrong with each case that cannot be read: known from the beginning."""

    @property
    def faults(self) -> Sequence[Fault]:
        """The duties that Kept failed to judge, once for each case: complete when the findings have been read."""

    @property
    def cases(self) -> int:
        """How many cases were judged: complete when the findings have been read."""

    def findings(self) -> Iterator[pa.RecordBatch]:
        """Every finding, in batches with the columns of `engine.judge.finding_table`."""


class NothingToJudgeError(KeptError):
    """There was no case, or no duty applied to any: nothing was judged, and nothing written. `tally` has the counts."""

    def __init__(self, message: str, tally: NightTally) -> None:
        super().__init__(message)
        self.tally = tally


def run_night(
    judging: Judging | Callable[[], Judging],
    rulebook: Rulebook,
    view: View,
    ledger: Ledger,
    *,
    described: str,
    started_at: datetime,
    finished_clock: Callable[[], datetime],
    outcomes_dir: Path | None = None,
    stated_only: bool = False,
    clauses: Sequence[str] = (),
    fingerprint: Fingerprint | None = None,
    most_unread: float = MOST_UNREAD,
    fewest: float = FEWEST,
    series: str = "",
    unmasked: bool = False,
) -> NightSummary:
    """Read what the judging finds (or what it is made by, when it is needed) and write the night.

    `described` says in words what was judged, without a password; `started_at` and what `finished_clock` gives have a
    time zone. With `outcomes_dir` every outcome is also written to `outcomes.parquet` there. `clauses` and `stated_only`
    are what the judging was asked for, `fingerprint` is of what it reads; above the share `most_unread` of cases that cannot
    be read, the night is no point in a trend. With fewer cases than the share `fewest` of those of the last whole night of
    its series, its caseload has shrunk: it closes nothing that is missing (0 accepts any number). With a `series` it is one
    of the nights of that name, whatever was judged; else of those over the same caseload, as described. The summary has the
    reasons of waivers only when it is to be `unmasked`; none is kept with it in the ledger. A night that is in the
    ledger already (the same receipt) is not judged again: its summary is given as it was, with `already`, and with the
    waivers there are by now; but one whose caseload had shrunk is, when its number of cases is accepted now.

    Raises:
        NothingToJudgeError: when there was nothing; the ledger is as it was.
        KeptError: when the series cannot be called so, or the ledger or the outcomes cannot be written; both are as they
            were (but when the file cannot be put in its place at the very end: the night is in the ledger then).
    """
    receipt = Receipt(
        rulebook=rulebook.sha256,
        calendar=calendar_hash(rulebook.calendar),
        caseload=described,
        fingerprint=fingerprint,
        as_at=view.as_at,
        known_at=view.known_at,
        clauses=asked_for(clauses),
        stated_only=stated_only,
        versions=versions(),
        series=series and series_name(series),
    )
    found = ledger.already(receipt)
    waivers = read_waivers(ledger, unmasked=unmasked)
    if found and not _accepted(found[0], fewest):
        return _again(ledger, *found, outcomes_dir, waivers)
    start = RunStart(receipt=receipt, text=rulebook.canonical(), started_at=started_at)
    if callable(judging):
        judging = judging()
    tally = NightTally(rulebook, view, waivers, most_unread, fewest, clauses)
    tally.unreadable(judging.problems)
    with outcomes_file(outcomes_dir) as file:
        with ExitStack() as stack:
            pen = _Pen(ledger, start, judging.problems, file, stack)
            for batch in judging.findings():
                pen.write(tally.judged(batch))
            pen.write_faults(judging.faults)
            tally.finished(judging.cases, judging.faults, pen.night.cases_before if pen.night else None)
            if pen.night is None:
                raise NothingToJudgeError(_nothing(tally, view, described), tally)
            file.close()
            finished_at = finished_clock()
            changes = pen.night.finish(tally.counts(), finished_at)
            summary = tally.summary(
                run=pen.night.run,
                previous=ledger.run(changes.since) if changes else None,
                started_at=started_at,
                finished_at=finished_at,
                caseload=described,
                series=series,
                stated_only=stated_only,
                changes=changes,
            )
            # Its waivers are read anew whenever it is asked for: what they say goes when they go.
            pen.night.keep_summary(summary.model_copy(update={"waived": NightWaived()}).model_dump_json())
        # The ledger has the night now: from here on it is what happened, whatever becomes of the file.
        file.publish()
    return summary


def _accepted(run: Run, fewest: float) -> bool:
    """Whether the caseload of that night had shrunk, and is accepted as it is now."""
    counts = run.counts
    return counts.shrunk_from is not None and not has_shrunk(counts.there, counts.shrunk_from, fewest)


def _again(
    ledger: Ledger, run: Run, summary: str, outcomes_dir: Path | None, waivers: Sequence[Waiver]
) -> NightSummary:
    """A night that is in the ledger already; the file of outcomes is made from there, and waivers are counted anew."""
    then, waived = NightSummary.model_validate_json(summary), WaivedTally(waivers, run.as_at)
    with outcomes_file(outcomes_dir) as file:
        if outcomes_dir is not None or waived.any:
            for batch in outcomes_of(ledger, run.id):
                waived.add(batch)
                file.add(batch)
            file.close()
            file.publish()
    return then.model_copy(update={"already": True, "waived": waived.counted(then.most_overdue)})


class _Pen:
    """Writes what was found; takes the ledger in hand with the first that says something: nothing writes nothing."""

    def __init__(
        self, ledger: Ledger, start: RunStart, problems: Sequence[RecordProblem], file: OutcomesFile, stack: ExitStack
    ) -> None:
        self._ledger, self._start, self._problems, self._file, self._stack = ledger, start, problems, file, stack
        self.night: Night | None = None

    def write(self, batch: pa.RecordBatch) -> None:
        if batch.num_rows:
            self._opened().findings(batch)
            self._file.add(batch)

    def write_faults(self, faults: Sequence[Fault]) -> None:
        if faults:
            self._opened().faults(faults)

    def _opened(self) -> Night:
        if self.night is None:
            self.night = self._stack.enter_context(self._ledger.night(self._start))
            self.night.quarantine(self._problems)
        return self.night


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
