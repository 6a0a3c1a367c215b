"""Runs the rivals and times them: Declare4Py, r4pm's Rust checker, and SQL by hand.

The first two live in an environment of their own (`out/rivals-venv`), which the benchmark makes: Declare4Py needs pm4py,
whose licence (AGPL) must not reach Kept, so that nothing of ours may import or depend on either. They are run as other
programs, on files. Where the environment cannot be made, what they give says so, and the benchmark goes on without them.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import NamedTuple

import duckdb

from tests.rivals import log
from tests.rivals.duties import CALENDAR, TEN, TWENTY

HERE = Path(__file__).parent
ENVIRONMENT = HERE.parent.parent / "out" / "rivals-venv"
LOCK = HERE / "requirements.lock"
SEED = 1

_HOURS = log.EVENING.hour - log.MORNING.hour
"""A response on the last day is so many hours more than the days after its trigger."""
_PATIENCE = 3600
_WORKING_DAYS = (date(2019, 11, 15), date(2028, 12, 31))

Say = Callable[[str], None]


class Measured(NamedTuple):
    """What one rival did: seconds for each part of the work, processor seconds (of all cores) likewise, what it counted.

    `counts` has, for Declare4Py and r4pm, `activations` and `violations` of each constraint of `TEN`; for the SQL the
    number of instances with each outcome, for each duty of `TWENTY`. `note` says in a line what the work was. With a
    `problem` nothing was measured, and it says why.

    What must be equal, over the same cases, to what Kept finds with `rulebook_ten()` as at `log.LONG_AFTER`:
    activations are Kept's instances; Declare4Py's violations are `late` and `breached` together, because it knows no
    lateness; r4pm's are `breached` alone, because it has no time limits and takes a response at any time. Neither would
    ever say `due`: both take a case as over, so that as at `log.AS_AT` the figures differ.
    """

    name: str
    version: str = ""
    cases: int = 0
    events: int = 0
    seconds: dict[str, float] = {}
    processor: dict[str, float] = {}
    counts: dict[str, dict[str, int]] = {}
    note: str = ""
    problem: str = ""

    @property
    def total(self) -> float:
        """All seconds together."""
        return sum(self.seconds.values())


# --- the rivals' environment -------------------------------------------------------------------------------------------


def ensure_environment(progress: Say) -> str:
    """Make the rivals' environment unless it is there as the lock file wants it; nothing, or why it cannot be.

    `progress` is told what is being done, which takes a minute or two the first time.
    """
    if environment_ready():
        return ""
    wanted = LOCK.read_text(encoding="utf-8")
    progress(f"making the rivals' environment in {ENVIRONMENT} (once, a minute or two)")
    try:
        _run([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)])
        progress(f"installing {len(wanted.split())} packages into it")
        pip = [str(_python()), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        _run([*pip, "--no-deps", "--requirement", str(LOCK)])
    except _Failed as failed:
        return f"the rivals' environment could not be made, so that Declare4Py and r4pm are not measured: {failed}"
    _installed().write_text(wanted, encoding="utf-8")
    return ""


def environment_ready() -> bool:
    """Whether the rivals' environment is there, with what the lock file names."""
    return _installed().exists() and _installed().read_text(encoding="utf-8") == LOCK.read_text(encoding="utf-8")


def _installed() -> Path:
    """What the lock file said when all of it had been installed."""
    return ENVIRONMENT / "installed.lock"


def _python() -> Path:
    return ENVIRONMENT / "bin" / "python"


class _Failed(Exception):
    """Another program failed: its last line."""


def _run(arguments: list[str]) -> str:
    try:
        done = subprocess.run(arguments, capture_output=True, text=True, check=True, timeout=_PATIENCE)
    except subprocess.CalledProcessError as error:
        lines = [line for line in str(error.stderr).splitlines() if line.strip()]
        raise _Failed(lines[-1] if lines else f"it ended with {error.returncode}") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _Failed(str(error)) from error
    return done.stdout


# --- the ten -----------------------------------------------------------------------------------------------------------


def declare4py(cases: int, seed: int = SEED) -> Measured:
    """Ten timed response constraints by Declare4Py, over the log of so many cases; see `Measured` for what is equal.

    `seconds`: `reading` (the table, and making pm4py's log of it) and `checking`. Needs `ensure_environment` before.
    """
    note = "ten constraints with time limits, on one core; tells no late response from none"
    return _ten("Declare4Py", note, "run_declare4py.py", "log.csv", log.write_csv, cases, seed)


def r4pm(cases: int, seed: int = SEED) -> Measured:
    """Ten arcs without time limits by r4pm's checker in Rust, over the log of so many cases; see `Measured`.

    `seconds`: `reading` (OCEL 2.0 in JSON, and linking it) and `checking`. Needs `ensure_environment` before.
    """
    note = "ten arcs without time limits, on all cores; one number for each arc"
    return _ten("r4pm", note, "run_r4pm.py", "log.json", log.write_ocel, cases, seed)


def _ten(
    name: str, note: str, script: str, file: str, write: Callable[[Path, int, int], None], cases: int, seed: int
) -> Measured:
    if not environment_ready():
        return Measured(name, note=note, problem="not measured: the rivals' environment is not there")
    with tempfile.TemporaryDirectory(prefix="kept-rivals-") as folder:
        write(Path(folder, file), cases, seed)
        constraints = [
            {"id": one.id, "trigger": one.trigger, "response": one.response, "hours": 24 * one.days + _HOURS}
            for one in TEN
        ]
        Path(folder, "ten.json").write_text(json.dumps(constraints), encoding="utf-8")
        try:
            printed = _run([str(_python()), str(HERE / script), str(Path(folder, file)), str(Path(folder, "ten.json"))])
        except _Failed as failed:
            return Measured(name, note=note, problem=f"not measured: it failed: {failed}")
    return Measured(name=name, cases=cases, note=note, **json.loads(printed))


# --- the twenty --------------------------------------------------------------------------------------------------------


def handwritten(caseload: Path, out: Path, as_at: date = log.AS_AT) -> Measured:
    """Twenty response duties by the SQL in `twenty.sql`, over a caseload's Parquet tables, into `out/outcomes.parquet`.

    `seconds`: `judging`, which reads the tables and writes the outcomes; counting them comes after. Over a log of
    `log.write_caseload` the rows are those of Kept with `rulebook_twenty()`: instance, outcome, start, due and done.

    Raises:
        duckdb.Error: when the tables are not there, or cannot be read.
    """
    out.mkdir(parents=True, exist_ok=True)
    written = out / "outcomes.parquet"
    with duckdb.connect() as database:
        began, spent = perf_counter(), process_time()
        for table in ("events", "event_object"):
            database.read_parquet(str(caseload / f"{table}.parquet")).create_view(table)
        database.execute(
            "CREATE TABLE duty (duty TEXT, trigger TEXT, fulfilment TEXT, exception TEXT, span INT, unit TEXT)"
        )
        database.executemany("INSERT INTO duty VALUES (?, ?, ?, ?, ?, ?)", [tuple(one) for one in TWENTY])
        database.execute(
            "CREATE TABLE working_day AS SELECT CAST(row_number() OVER (ORDER BY day) AS INT) AS number, day"
            " FROM (SELECT unnest($days) AS day)",
            {"days": _working_days()},
        )
        database.sql((HERE / "twenty.sql").read_text(encoding="utf-8"), params={"as_at": as_at}).write_parquet(
            str(written)
        )
        seconds, processor = perf_counter() - began, process_time() - spent
        counts: dict[str, Counter[str]] = {one.duty: Counter() for one in TWENTY}
        found = database.read_parquet(str(written)).aggregate("duty, outcome, count(*)")
        for duty, outcome, number in found.fetchall():
            counts[duty][outcome] = number
        cases, events = database.execute('SELECT count(DISTINCT "case"), count(*) FROM events').fetchone() or (0, 0)
    told = {duty: dict(sorted(outcomes.items())) for duty, outcomes in counts.items()}
    return Measured(
        "SQL by hand (DuckDB)",
        duckdb.__version__,
        cases,
        events,
        {"judging": seconds},
        {"judging": processor},
        told,
        "twenty duties with deadline and exception, on all cores; outcomes into Parquet",
    )


def _working_days() -> list[date]:
    first, last = _WORKING_DAYS
    days = (first + timedelta(days=number) for number in range((last - first).days))
    return [day for day in days if CALENDAR.is_working_day(day)]
