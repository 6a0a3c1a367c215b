"""The benchmark: how fast the case judge and what is around it are here, printed and written to `BENCHMARKS.md`.

Run by `make bench`; `--quick` takes fewer of everything and writes nothing. No test is timed, only this.
"""

from __future__ import annotations

import gc
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import NamedTuple

import click
from rich import box
from rich.console import Console
from rich.table import Table

import rules
from cli import RARELY
from engine.duty.rulebook import Rulebook, collect
from engine.judge.case_judge import CaseJudge
from engine.judge.caseload_judge import CaseloadJudge
from engine.ledger.night import run_night
from engine.ledger.store import Ledger
from engine.policy.sample import AS_AT, make_sample, sample_cases
from engine.record.engines import open_engine
from engine.record.model import CaseRecord
from engine.record.table_engine import closing
from engine.record.table_reader import Caseload
from engine.record.timeline import View
from tests import bench_caseload

ROOT = Path(__file__).parent.parent
TWENTY = ("NS-2.", "NS-3.", "NS-5.")
"""What the clauses of Standards 2, 3 and 5 begin with."""


class Size(NamedTuple):
    """How many cases to warm up with, to judge, and to make a caseload of; how often to run a command."""

    warming: int
    judged: int
    caseload: int
    runs: int


FULL, QUICK = Size(50, 600, 2000, 7), Size(20, 60, 100, 3)


class Line(NamedTuple):
    """One thing that was measured: over how many cases, in how many seconds, and how many of the processor's."""

    what: str
    cases: int
    seconds: float
    processor: float
    note: str = ""

    @property
    def each(self) -> float:
        """Processor seconds for one: what else the machine does counts less."""
        return self.processor / self.cases


@click.command()
@click.option("--quick", is_flag=True, help="A few of everything, to see that it runs; BENCHMARKS.md stays as it is.")
def bench(*, quick: bool) -> None:
    """Measure, print, and write BENCHMARKS.md."""
    console = Console(highlight=False) if sys.stdout.isatty() else Console(highlight=False, width=200)
    size = QUICK if quick else FULL
    gc.set_threshold(*RARELY)  # as every command does
    book = collect(rules, ROOT / "rules" / "values")
    twenty = [clause for clause in book.clauses if clause.startswith(TWENTY)]
    with TemporaryDirectory(prefix="kept-bench-") as folder:
        lines = [
            judging(console, book, f"judging, the {len(twenty)} clauses of Standards 2, 3 and 5", twenty, size),
            judging(console, book, f"judging, the whole rulebook ({len(book.clauses)} clauses)", book.clauses, size),
            *around(console, book, Path(folder), size),
        ]
        commands = checking(console, size)
    sizes = bench_caseload.QUICK if quick else bench_caseload.FULL
    kept_for_next_time = ROOT / "out" / "bench"
    kept_for_next_time.mkdir(parents=True, exist_ok=True)
    with progress(console, "the caseload judge, and the nearest systems", sizes.national) as advance:
        found = list(bench_caseload.ratios(kept_for_next_time, book, sizes, advance, lines[1].each))
    judgings = [one for one in found if isinstance(one, bench_caseload.Judging)]
    compared = [one for one in found if isinstance(one, bench_caseload.Ratio)]
    console.print(shown(lines))
    console.print(shown_commands(commands))
    console.print(table(JUDGINGS, judging_rows(judgings)))
    console.print(table(RATIOS, [tuple(one) for one in compared]))
    if not quick:
        text = page(lines, commands, book, size, judgings, compared)
        (ROOT / "BENCHMARKS.md").write_text(text, encoding="utf-8")
        console.print("Written to BENCHMARKS.md")


# --- what is measured ------------------------------------------------------------------------------------------------


def judging(console: Console, book: Rulebook, what: str, clauses: Iterable[str], size: Size) -> Line:
    """The case judge alone, on one core: cases come one by one from the sample, and making them does not count."""
    judge, view = CaseJudge(book, only=clauses), View(AS_AT)
    cases = streamed(book, size.warming + size.judged)
    for case in islice(cases, size.warming):
        judge.judge(case, view)
    gc.collect()
    findings, wall, processor = 0, 0.0, 0.0
    with progress(console, what, size.judged) as advance:
        for case in cases:
            began, spent = perf_counter(), process_time()
            findings += len(judge.judge(case, view).findings)
            processor += process_time() - spent
            wall += perf_counter() - began
            advance(1)
    return Line(what, size.judged, wall, processor, f"{findings / size.judged:.0f} findings a case")


def streamed(book: Rulebook, cases: int) -> Iterator[CaseRecord]:
    """Court cases of the sample, none of the other timelines."""
    return islice(sample_cases(book.dictionary, cases, 1, judgements=judgements(book)), cases)


def judgements(book: Rulebook) -> list[tuple[str, str]]:
    """The duties that a person may judge, as the sample wants them."""
    return [(duty.id, duty.for_each) for duty in book.duties if duty.judged]


def around(console: Console, book: Rulebook, folder: Path, size: Size) -> Iterator[Line]:
    """Making a caseload, reading it, and a night over it."""
    made = folder / "sample"
    with progress(console, "making a caseload", size.caseload) as advance:
        began, spent = perf_counter(), process_time()
        manifest = make_sample(book.dictionary, made, size.caseload, 1, advance, judgements=judgements(book))
        wall, processor = perf_counter() - began, process_time() - spent
    events = f"{int(str(manifest['events'])):,} events"
    yield Line("making a caseload, as Parquet", size.caseload, wall, processor, events)
    with Caseload(made, book.dictionary) as caseload, progress(console, "reading it", caseload.count()) as advance:
        began, spent = perf_counter(), process_time()
        for _ in caseload.cases():
            advance(1)
        wall, processor = perf_counter() - began, process_time() - spent
    yield Line("reading it", size.caseload, wall, processor)
    with (
        closing(open_engine(str(made), book.dictionary)) as engine,
        Ledger.open(str(folder / "ledger.sqlite")) as ledger,
        progress(console, "a night over it", engine.count()),
    ):
        began, spent = perf_counter(), process_time()
        summary = run_night(
            CaseloadJudge(book).judge(engine, View(AS_AT)), book, View(AS_AT), ledger, described="the benchmark",
            started_at=datetime.now(UTC), finished_clock=lambda: datetime.now(UTC),
        )  # fmt: skip
        wall, processor = perf_counter() - began, process_time() - spent
    note = f"read, judged by the whole rulebook, {summary.instances:,} findings into SQLite"
    yield Line("a night over it", size.caseload, wall, processor, note)


class Command(NamedTuple):
    """A command, and the seconds that each of its runs took."""

    what: str
    runs: list[float]

    @property
    def median(self) -> float:
        return statistics.median(self.runs)


def checking(console: Console, size: Size) -> list[Command]:
    """The installed command on one file, and for comparison what it takes to start Python and to load Kept."""
    found = sorted((ROOT / "fixtures" / "cases").glob("*.yaml"))
    kept = Path(sys.executable).parent / "kept"
    asked = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "kept --version": [str(kept), "--version"],
        **{f"kept check {case.name}": [str(kept), "check", str(case), "--as-at", "2025-06-30"] for case in found},
    }
    commands = []
    with progress(console, "checking one file", len(asked) * size.runs) as advance:
        for what, arguments in asked.items():
            runs = []
            for _ in range(size.runs + 1):
                began = perf_counter()
                done = subprocess.run(arguments, capture_output=True, check=False, cwd=ROOT)
                runs.append(perf_counter() - began)
                if done.returncode not in (0, 1):
                    raise SystemExit(f"{what} ended with {done.returncode}: {done.stderr.decode()}")
                advance(1)
            commands.append(Command(what, runs[1:]))  # the first run may have had to compile
    return commands


@contextmanager
def progress(console: Console, what: str, total: int) -> Iterator[Callable[[int], None]]:
    """A line that counts, on a terminal; two lines in a pipe."""
    done, told = 0, perf_counter()

    def advance(count: int) -> None:
        nonlocal done, told
        done += count
        if console.is_terminal and perf_counter() - told > 0.5:
            told = perf_counter()
            console.print(f"{what}: {done:,} of {total:,}", end="\r")

    console.print(f"{what} …", end="\r" if console.is_terminal else "\n")
    yield advance
    if console.is_terminal:
        console.print(" " * (console.width - 1), end="\r")


# --- what is said of it ----------------------------------------------------------------------------------------------


def rows(lines: list[Line]) -> list[tuple[str, ...]]:
    """What, cases, seconds, a second, processor seconds, compared with judging by the whole rulebook, note."""
    judged = lines[1].each
    return [
        (
            line.what,
            f"{line.cases:,}",
            f"{line.seconds:.2f}",
            f"{line.cases / line.seconds:,.0f}",
            f"{line.cases / line.processor:,.0f}",
            f"{line.each / judged:.2f}",
            line.note,
        )
        for line in lines
    ]


HEADINGS = ("what", "cases", "seconds", "a second", "a processor second", "ratio to judging", "note")
JUDGINGS = ("the caseload judge", "cases", "findings", "seconds", "processor seconds", "peak memory, GB")
RATIOS = ("compared", "in this run", "aim", "note")
COMMANDS = ("command", "median, seconds", "fastest", "slowest", "ratio to starting Python")


def command_rows(commands: list[Command]) -> list[tuple[str, ...]]:
    start = commands[0].median
    return [
        (one.what, f"{one.median:.2f}", f"{min(one.runs):.2f}", f"{max(one.runs):.2f}", f"{one.median / start:.0f}")
        for one in commands
    ]


def judging_rows(judgings: list[bench_caseload.Judging]) -> list[tuple[str, ...]]:
    return [
        (
            one.what,
            f"{one.cases:,}",
            f"{one.findings:,}",
            f"{one.seconds:.1f}",
            f"{one.processor:.1f}",
            f"{one.peak:.1f}",
        )
        for one in judgings
    ]


def shown(lines: list[Line]) -> Table:
    return table(HEADINGS, rows(lines))


def shown_commands(commands: list[Command]) -> Table:
    return table(COMMANDS, command_rows(commands))


def table(headings: tuple[str, ...], body: list[tuple[str, ...]]) -> Table:
    found = Table(*headings, box=box.SIMPLE)
    for row in body:
        found.add_row(*row)
    return found


def page(
    lines: list[Line],
    commands: list[Command],
    book: Rulebook,
    size: Size,
    judgings: list[bench_caseload.Judging],
    compared: list[bench_caseload.Ratio],
) -> str:
    """The whole of BENCHMARKS.md."""
    return "\n".join(
        [
            "# Benchmarks",
            "",
            "Written by `make bench`; not by hand. The machine is shared with other work, so the ratios count, not the",
            "seconds: the same code on a busy day takes half as long again. Nothing here is tested against a clock.",
            "",
            *markdown(("machine", ""), machine(book)),
            "",
            f"Judging is the case judge on one core, after {size.warming} cases to warm up, over sample cases that are made one by one",
            "(making them does not count). The ratio is of the processor's time for one case to that of",
            "judging it by the whole rulebook.",
            "",
            *markdown(HEADINGS, rows(lines)),
            "",
            f"The installed command, started anew each time, {size.runs} runs after one that does not count:",
            "",
            *markdown(COMMANDS, command_rows(commands)),
            "",
            "The caseload judge, each time in a process of its own that starts Python, reads the plan (made before and stored, as on",
            "every night but the first), checks the tables, judges, and writes every finding as Parquet; DuckDB may take "
            f"{bench_caseload.MEMORY}:",
            "",
            *markdown(JUDGINGS, judging_rows(judgings)),
            "",
            *markdown(RATIOS, [tuple(one) for one in compared]),
            "",
        ]
    )


def markdown(headings: tuple[str, ...], body: list[tuple[str, ...]]) -> list[str]:
    return [f"| {' | '.join(cells)} |" for cells in (headings, ("---",) * len(headings), *body)]


def machine(book: Rulebook) -> list[tuple[str, ...]]:
    return [
        ("date", date.today().isoformat()),  # noqa: DTZ011 - the day on this machine
        ("processor", f"{model()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end"),
        ("memory", f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"),
        ("system", f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"),
        ("packages", ", ".join(f"{name} {version(name)}" for name in ("durable-rules", "networkx", "pydantic", "duckdb"))),
        ("rulebook", f"{len(book.clauses)} clauses, {len(book.duties)} duties, {book.sha256[:19]}…"),
    ]  # fmt: skip


def model() -> str:
    """The processor's name, where Linux tells it."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown processor"


if __name__ == "__main__":
    bench()
