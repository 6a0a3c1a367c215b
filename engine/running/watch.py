"""Watching over one night: its log and its metrics, however it ends.

    with watching(log, "info", metrics, now=now) as watch:
        watch.started(…)
        …
        watch.found(summary)

Nothing here keeps a night from running or changes what it finds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

from engine.duty.rulebook import Rulebook
from engine.judge.caseload_judge import Progress
from engine.ledger.night import Judging
from engine.ledger.tally import NightSummary
from engine.record.problem import KeptError
from engine.record.suspects import STEPS
from engine.record.timeline import View
from engine.running.metrics import write_metrics
from engine.running.night_log import STAGES, NightLog, night_log
from engine.running.settings import Level

MOST_LISTED = 1_000
"""Cases set aside and faults that are listed in the log; it counts them all, and the ledger has them all."""

_ERROR_TYPE = re.compile(r"([A-Za-z_][A-Za-z0-9_]*(?:Error|Exception|Exit|Interrupt|Iteration)):?\b")


Judged = TypeVar("Judged", bound=Judging)


class Watch:
    """One night while it runs. `problems` are in words what could not be written for those who watch."""

    def __init__(self, log: NightLog, metrics: Path | None, now: Callable[[], datetime]) -> None:
        self._log, self._metrics, self._now = log, metrics, now
        self.problems: list[str] = []
        self._judging: Judging | None = None
        self._begun = now()
        self._stage, self._since = STAGES[0], self._begun
        self._step, self._step_since, self._steps = "", self._begun, dict[str, float]()

    def started(self, rulebook: Rulebook, view: View, *, stated_only: bool) -> None:
        """The night has begun."""
        self._log.tell(
            "started",
            version=version("kept"),
            rulebook=rulebook.sha256,
            as_at=view.as_at,
            known_at=view.known_at,
            stated_only=stated_only,
        )

    def progress(self, then: Callable[[Progress], None]) -> Callable[[Progress], None]:
        """What hears how far the judging is, and passes it on."""

        def heard(stage: Progress) -> None:
            self._enter("checking" if stage.done < STEPS else "judging")
            self._end_step(stage.says)
            then(stage)

        return heard

    def writing(self) -> datetime:
        """Everything is judged, and is being written now; the moment."""
        self._end_step("")
        self._enter("writing")
        return self._now()

    def judging(self, judged: Judged) -> Judged:
        """What is being judged, and which of its cases could not be read; gives it back."""
        self._judging = judged
        for problem in judged.problems[:MOST_LISTED]:
            table = problem.place.partition(",")[0]
            self._log.tell("quarantined", "warning", case=getattr(problem, "case", None), table=table or None)
        self._unlisted("quarantined", len(judged.problems))
        return judged

    def reporting(self) -> None:
        """The night is in the ledger; what else is asked for is being written."""
        self._enter("reporting")

    def found(self, night: NightSummary) -> None:
        """The night is over, and came to this."""
        self._end_step("")
        self._end_stage()
        self._tell_faults()
        for step, seconds in self._steps.items():
            self._log.tell("step", "debug", step=step, seconds=round(seconds, 3))
        level: Level = "info" if night.complete else "warning"
        counts = {
            name: getattr(night, name)
            for name in ("cases", "instances", "outcomes", "quarantined", "faults", "shrunk_from")
        }
        self._log.tell("counted", level, run=night.run, complete=night.complete, **counts)
        self._log.tell(
            "finished",
            level,
            run=night.run,
            previous=night.previous and night.previous.id,
            already=night.already,
            seconds=round(_seconds(self._begun, self._now()), 3),
        )
        self._measure(night)

    def failed(self, error: BaseException) -> None:
        """It did not get to its end."""
        cause = error.__cause__
        self._end_stage()
        self._tell_faults()
        self._log.tell(
            "failed",
            "error",
            error=type(error).__name__,
            cause=None if cause is None else type(cause).__name__,
            seconds=round(_seconds(self._begun, self._now()), 3),
        )
        self._measure(None)

    def _tell_faults(self) -> None:
        faults = self._judging.faults if self._judging else ()
        for fault in faults[:MOST_LISTED]:
            kind = _ERROR_TYPE.match(fault.error)
            self._log.tell("fault", "error", case=fault.case, duty=fault.duty, error=kind[1] if kind else "NotJudged")
        self._unlisted("fault", len(faults))

    def _measure(self, night: NightSummary | None) -> None:
        if self._metrics is not None:
            try:
                write_metrics(self._metrics, night, self._begun, self._now())
            except KeptError as error:
                self.problems.append(str(error))
        if self._log.lost:
            self.problems.append("the log: lines of it could not be written. Check the disk that it is on.")

    def _unlisted(self, event: str, many: int) -> None:
        if many > MOST_LISTED:
            self._log.tell("unlisted", "warning", of=event, unlisted=many - MOST_LISTED)

    def _enter(self, stage: str) -> None:
        # Never back: each part of a caseload is checked and judged in turn.
        if STAGES.index(stage) > STAGES.index(self._stage):
            self._end_stage()
            self._stage = stage

    def _end_stage(self) -> None:
        now = self._now()
        self._log.tell("stage", stage=self._stage, seconds=round(_seconds(self._since, now), 3))
        self._since = now

    def _end_step(self, says: str) -> None:
        now = self._now()
        if self._step:
            self._steps[self._step] = self._steps.get(self._step, 0.0) + _seconds(self._step_since, now)
        self._step, self._step_since = says, now


@contextmanager
def watching(log: Path | None, level: Level, metrics: Path | None, *, now: Callable[[], datetime]) -> Iterator[Watch]:
    """Watch over what is done inside: whatever is raised is told, and raised again. `now` gives moments with a time zone.

    Raises:
        KeptError: when the log cannot be written to.
    """
    with night_log(log, level, now) as lines:
        watch = Watch(lines, metrics, now)
        try:
            yield watch
        except BaseException as error:
            watch.failed(error)
            raise


def _seconds(since: datetime, until: datetime) -> float:
    # The difference of two local times would be an hour wrong in the night when the clocks change.
    return until.timestamp() - since.timestamp()
