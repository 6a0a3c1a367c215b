"""The caseload judge's part of the benchmark: the national caseload, SQL by hand, the nearest systems, one case of many.

Each judging runs in a process of its own (`python -m tests.bench_caseload …`), so that its memory can be told.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, NamedTuple

import rules
from cli import RARELY
from engine.duty.rulebook import Rulebook, collect
from engine.judge.case_judge import CaseJudge
from engine.judge.caseload_judge import CaseloadJudge
from engine.judge.finding_table import parquet_writer
from engine.policy.impact.judged_twice import measure_impact
from engine.policy.sample import AS_AT, make_sample
from engine.record.engines import open_engine
from engine.record.timeline import View
from engine.report.impact_data import write_moved_file
from tests import rivals

ROOT = Path(__file__).parent.parent
MEMORY = "4GB"
IMPACT = "impact"
"""Asks a process for an impact instead of a judging."""

Advance = Callable[[int], None]


class Sizes(NamedTuple):
    """Cases of the national caseload, of one a tenth as large, of the log for SQL by hand, and for the nearest systems."""

    national: int
    tenth: int
    by_hand: int
    nearest: int


FULL, QUICK = Sizes(60_000, 6_000, 60_000, 10_000), Sizes(600, 60, 500, 300)


class Judging(NamedTuple):
    """One judging: `peak` is the most memory it took, in GB."""

    what: str
    cases: int
    findings: int
    seconds: float
    processor: float
    peak: float


class Ratio(NamedTuple):
    """Two things measured in this run, and the one divided by the other; `aim` is what we are after."""

    what: str
    ratio: str
    aim: str
    note: str = ""


def judged(what: str, caseload: Path, out: Path, book: str, as_at: date = AS_AT) -> Judging:
    """The caseload judged and written as Parquet, by a process of its own, from opening it to the last byte."""
    arguments = [sys.executable, "-m", "tests.bench_caseload", str(caseload), str(out), book, as_at.isoformat()]
    began = perf_counter()
    done = subprocess.run(arguments, capture_output=True, text=True, check=False, cwd=ROOT)
    seconds = perf_counter() - began
    if done.returncode:
        raise SystemExit(f"{what} failed:\n{done.stderr}")
    said: dict[str, Any] = json.loads(done.stdout)
    return Judging(what, said["cases"], said["findings"], seconds, said["processor"], said["peak"])


def plans(folder: Path, book: Rulebook, advance: Advance) -> None:
    """Have the plan of each rulebook in the store, as on every night but the first: making one takes seconds."""
    few_cases, log = sample(folder, book, QUICK.tenth, advance), event_log(folder, QUICK.nearest, advance)
    for name, few in (("rules", few_cases), ("twenty", log), ("ten", log)):
        judged("a few cases", few, folder / "found.parquet", name)


def place(folder: Path, book: Rulebook, cases: int) -> Path:
    """Where a synthetic caseload is kept for this rulebook."""
    return folder / f"sample-{cases}-{book.sha256[7:19]}"


def sample(folder: Path, book: Rulebook, cases: int, advance: Advance) -> Path:
    """A synthetic caseload, made once, in `folder`: 60,000 cases take some minutes."""
    made = place(folder, book, cases)
    if not (made / "manifest.json").exists():
        asked = [(duty.id, duty.for_each) for duty in book.duties if duty.judged]
        make_sample(book.dictionary, made, cases, 1, advance, judgements=asked)
    return made


def event_log(folder: Path, cases: int, advance: Advance) -> Path:
    """The log that the rivals read as well, made once, in `folder`."""
    log = folder / f"log-{cases}"
    if not (log / "manifest.json").exists():
        rivals.write_caseload(log, cases, advance=advance)
    return log


def national(folder: Path, book: Rulebook, sizes: Sizes, advance: Advance) -> tuple[Judging, Judging]:
    """The national caseload and one a tenth as large."""
    whole, tenth = (sample(folder, book, cases, advance) for cases in (sizes.national, sizes.tenth))
    found = folder / "found.parquet"
    return judged("the national caseload", whole, found, "rules"), judged("a tenth of it", tenth, found, "rules")


def ratios(
    folder: Path, book: Rulebook, sizes: Sizes, advance: Advance, case_judge: float
) -> Iterator[Ratio | Judging]:
    """Everything; `case_judge` is the processor's seconds of the case judge for one case by the whole rulebook."""
    plans(folder, book, advance)
    whole, tenth = national(folder, book, sizes, advance)
    yield whole
    yield tenth
    times = sizes.national / sizes.tenth
    yield Ratio(f"{times:.0f} times the cases", f"{whole.seconds / tenth.seconds:.1f} times the time", "at most 11")
    yield Ratio(
        "the case judge, one core, for a case",
        f"{case_judge / (whole.seconds / whole.cases):.0f} times as long",
        "at least 50",
    )
    yield from impact(folder, book, sizes, tenth)
    made = place(folder, book, sizes.national)
    yield Ratio(
        "one case of the national caseload", f"{one_case(made, book) * 1000:.0f} ms in the process", "under 100 ms"
    )
    yield from by_hand(folder, sizes, advance)
    yield from nearest(folder, sizes, advance)


def impact(folder: Path, book: Rulebook, sizes: Sizes, one: Judging) -> Iterator[Ratio | Judging]:
    """Both rulebooks over a tenth of the national caseload, where every duty differs: the most that an impact can cost."""
    made = place(folder, book, sizes.tenth)
    both = judged("an impact over a tenth of it", made, folder / "moved.csv", IMPACT)
    yield both
    # The machine is quicker at one minute than at another: one judging before and one after.
    after = judged("a tenth of it again", made, folder / "found.parquet", "rules")
    times = 2 * both.processor / (one.processor + after.processor)
    note = f"every duty judged by both, compared, and {both.findings:,} put side by side; of the processor's time"
    yield Ratio("an impact, to one judging of the same", f"{times:.2f} times as long", "at most 2.2", note)


def one_case(caseload: Path, book: Rulebook) -> float:
    """Seconds of the process's own work for reading one case out of many and judging it, the best of five."""
    judge, view = CaseJudge(book), View(AS_AT)
    engine = open_engine(str(caseload), book.dictionary)
    try:
        ids = engine.case_ids()
        spent = []
        for place in range(1, 6):
            began = perf_counter()
            judge.judge(engine.case(ids[len(ids) * place // 6]), view, explained=True)
            spent.append(perf_counter() - began)
    finally:
        engine.close()
    return min(spent)


def by_hand(folder: Path, sizes: Sizes, advance: Advance) -> Iterator[Ratio | Judging]:
    """Twenty duties in SQL written by hand, and the same twenty as a rulebook."""
    log = event_log(folder, sizes.by_hand, advance)
    hand = rivals.handwritten(log, folder / "hand")
    ours = judged("twenty duties as a rulebook", log, folder / "found.parquet", "twenty", rivals.AS_AT)
    yield ours
    note = f"{hand.total:.1f} s by hand, which neither checks the tables nor starts Python, and suits this log alone"
    yield Ratio("twenty duties, to SQL by hand", f"{ours.seconds / hand.total:.1f} times as long", "at most 1.5", note)


def nearest(folder: Path, sizes: Sizes, advance: Advance) -> Iterator[Ratio | Judging]:
    """Declare4Py and r4pm over the same log: their checking alone, set against all that we do."""
    problem = rivals.ensure_environment(lambda _: None)
    if problem:
        yield Ratio("Declare4Py and r4pm", "not measured", "", problem)
        return
    log = event_log(folder, sizes.nearest, advance)
    ours = judged("ten constraints as a rulebook", log, folder / "found.parquet", "ten", rivals.LONG_AFTER)
    yield ours
    for name, measure, aim in (("Declare4Py", rivals.declare4py, 100), ("r4pm", rivals.r4pm, 5)):
        theirs = measure(sizes.nearest)
        if theirs.problem:
            yield Ratio(name, "not measured", "", theirs.problem)
        else:
            note = ", ".join(f"{part} {seconds:.1f} s" for part, seconds in theirs.seconds.items())
            times = theirs.total / ours.seconds
            yield Ratio(f"{name}, ten constraints", f"{times:.1f} times as long as ours", f"at least {aim}", note)


def _books() -> dict[str, Callable[[], Rulebook]]:
    return {
        "rules": lambda: collect(rules, ROOT / "rules" / "values"),
        "twenty": rivals.rulebook_twenty,
        "ten": rivals.rulebook_ten,
    }


def _judge(caseload: str, out: str, book: str, as_at: str) -> None:
    """Judge and write, and say what it took."""
    rulebook = _books()[book]()
    engine = open_engine(caseload, rulebook.dictionary, memory=MEMORY)
    findings = 0
    try:
        run = CaseloadJudge(rulebook).judge(engine, View(date.fromisoformat(as_at)))
        with parquet_writer(Path(out)) as writer:
            for batch in run.findings():
                writer.write_batch(batch)
                findings += batch.num_rows
    finally:
        engine.close()
    _say(run.cases, findings)


def _impact(caseload: str, out: str, as_at: str) -> None:
    """Compare today's rules with some that know one day fewer of the calendar, so that every duty is judged by both."""
    base = _books()["rules"]()
    known = base.calendar.known_through - timedelta(days=1)
    fields = {name: getattr(base, name) for name in Rulebook.model_fields}
    candidate = Rulebook(**fields | {"calendar": base.calendar.model_copy(update={"known_through": known})})
    found = measure_impact(
        base, candidate, lambda words: open_engine(caseload, words, memory=MEMORY), View(date.fromisoformat(as_at)),
        caseload=caseload, by="team", moved_to=lambda moved: write_moved_file(moved, Path(out)),
    )  # fmt: skip
    _say(found.cases, sum(found.moves.values()))


def _say(cases: int, findings: int) -> None:
    """What it took, for the process that asked."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "linux" else 2**30)
    said = {"cases": cases, "findings": findings, "processor": process_time(), "peak": peak, "cpus": os.cpu_count()}
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    gc.set_threshold(*RARELY)  # as every command does
    if sys.argv[3] == IMPACT:
        _impact(sys.argv[1], sys.argv[2], sys.argv[4])
    else:
        _judge(*sys.argv[1:5])
