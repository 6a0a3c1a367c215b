"""`kept doctor`: is everything there that a night needs, and what to do where it is not.

Nothing is changed by looking: an older ledger is not brought up to date, no folder is made, and what is written to see
whether one may write is taken away again.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from importlib.metadata import PackageNotFoundError, requires, version
from importlib.util import find_spec
from pathlib import Path

from packaging.requirements import Requirement

from engine.duty.rulebook import Rulebook
from engine.ledger.runs import SHRUNK_REMEDY
from engine.record.addresses import is_postgres, looks_like_spark, shown
from engine.record.engines import open_engine
from engine.record.problem import KeptError, harmless
from engine.record.table_engine import closing, memory_bytes
from engine.running.checked import Check, State, bad, refused, warn, well
from engine.running.ledger_seen import LedgerSeen, look
from engine.running.settings import STDERR, Settings

PYTHONS = (3, 11), (3, 13)
HORIZON = 365
"""Days of known bank holidays below which to warn: the longest deadlines that are counted in working days, with room."""
LATE = timedelta(hours=36)
"""A night is late when the last one is longer ago: one was missed, or is twelve hours behind."""
FIRST_YEAR = 2025
"""A clock that says an earlier one is wrong: this was not written yet."""


def examine(
    settings: Settings,
    rulebook: Callable[[], Rulebook],
    now: datetime,
    config: Path | None = None,
    problems: Sequence[str] = (),
) -> Iterator[Check]:
    """Each thing that a night needs, looked at in turn. `rulebook` reads today's rules, `now` has a time zone, `config` is the
    file of the settings, and `problems` what is wrong with it.
    """
    for problem in problems:
        yield bad("settings", problem, "Correct it; `kept config check` says when all is well.")
    if config is not None and not problems:
        yield well("settings", harmless(str(config)))
    yield _python()
    yield from _packages(settings)
    yield from _secrets(settings, config)
    book = None
    try:
        book = rulebook()
        yield well("rulebook", f"{len(book.clauses)} clauses, {book.sha256[:19]}…")
        yield _calendar(book, now.date())
        yield from _clauses(book, settings)
    except KeptError as error:
        yield bad("rulebook", str(error), "Correct the rules, or install Kept again.")
    seen = None
    if settings.ledger is None and not problems:
        yield bad("ledger", "none is named", "Give --ledger, or set `ledger` in the file of settings.")
    elif settings.ledger is not None:
        try:
            seen = look(settings.ledger)
            yield seen.check()
        except KeptError as error:
            yield refused("ledger", error)
    yield from _compared(book, seen, now, settings.watching.quarantine_share)
    folders = _folders(settings, seen)
    yield from _room(settings, folders, seen)
    yield from _places(folders)
    if settings.caseload or not problems:  # what they would say is not known
        yield _caseload(settings, book)


def worst_of(checks: Iterable[Check]) -> State:
    """The worst state among them."""
    states = {check.state for check in checks}
    return "bad" if "bad" in states else "warn" if "warn" in states else "ok"


def _python() -> Check:
    """Whether Kept runs on this Python."""
    this = ".".join(map(str, sys.version_info[:3]))
    if PYTHONS[0] <= sys.version_info[:2] < PYTHONS[1]:
        return well("python", this)
    return bad("python", f"{this} is not one that Kept runs on", "Use Python 3.11 or 3.12.")


def _packages(settings: Settings) -> Iterator[Check]:
    """Whether what Kept is built on is there, in a version that it was written for."""
    wrong = []
    try:
        wanted = [Requirement(each) for each in requires("kept") or ()]
    except PackageNotFoundError:
        wanted, wrong = [], ["kept itself is not installed"]
    for each in wanted:
        if each.marker and not each.marker.evaluate({"extra": ""}):
            continue
        try:
            if not each.specifier.contains(version(each.name), prereleases=True):
                wrong.append(f"{each.name} is {version(each.name)}, not {each.specifier}")
        except PackageNotFoundError:
            wrong.append(f"{each.name} is missing")
    for extra, module in {"postgres": "psycopg", "spark": "pyspark"}.items():
        if _needs(settings, extra) and find_spec(module) is None:
            wrong.append(f"{module} is missing")
    if _needs(settings, "spark") and shutil.which("java") is None:
        wrong.append("Java is missing")
    if wrong:
        yield bad(
            "packages", "; ".join(wrong), "Install Kept again, with the extras it needs: kept[postgres], kept[spark]."
        )
    else:
        yield well("packages", f"kept {version('kept')} and {len(wanted)} that it may need")


def _needs(settings: Settings, extra: str) -> bool:
    caseload, ledger = settings.caseload or "", settings.ledger or ""
    return looks_like_spark(caseload) if extra == "spark" else is_postgres(caseload) or ledger.startswith("postgresql")


def _secrets(settings: Settings, config: Path | None) -> Iterator[Check]:
    """Whether what is secret is kept so."""
    for name, where in {"caseload": settings.caseload, "ledger": settings.ledger}.items():
        if where and shown(where) != where:
            yield warn("secrets", f"the address of the {name} has a password in it", "Put it in ~/.pgpass instead.")
    file = settings.smtp and settings.smtp.password_file
    if file:
        try:
            if not file.read_text(encoding="utf-8").partition("\n")[0].strip():
                yield bad("secrets", f"{file}: its first line is empty", "Write the password for mail there.")
            elif file.stat().st_mode & 0o077:
                yield warn("secrets", f"{file}: others may read it", f"chmod 600 {file}")
        except (OSError, ValueError):
            yield bad(
                "secrets", f"{file}: cannot be read", "Make it readable for the user that runs Kept, and nobody else."
            )
    if config is not None and config.exists() and config.stat().st_mode & 0o022:
        yield warn("settings", f"{harmless(str(config))}: others may change it", f"chmod go-w {harmless(str(config))}")


def _calendar(book: Rulebook, today: date) -> Check:
    """How far ahead the bank holidays are known."""
    through = book.calendar.known_through
    left = (through - today).days
    says = f"bank holidays are known through {through.isoformat()}, {left} days from today"
    remedy = "Install a Kept that knows the bank holidays announced since: due dates past that day are provisional."
    if left < 0:
        return bad("calendar", f"bank holidays are known through {through.isoformat()} only, which is past", remedy)
    return warn("calendar", says, remedy) if left < HORIZON else well("calendar", says)


def _clauses(book: Rulebook, settings: Settings) -> Iterator[Check]:
    """Whether the clauses asked for are in the rulebook."""
    try:
        book.chosen(settings.nightly.clauses)
    except KeptError as error:
        yield bad("settings", str(error), "Correct `clauses` in the file of settings.")


def _compared(book: Rulebook | None, seen: LedgerSeen | None, now: datetime, share: float) -> Iterator[Check]:
    """The clock and the rulebook, beside what the last night says of them; and how that night went."""
    last = seen and seen.last
    if now.year < FIRST_YEAR:
        yield bad("clock", f"it says {now.date().isoformat()}", "Set the clock of this machine, and keep it set (NTP).")
    elif last and last.finished_at and last.finished_at > now:
        says = f"the last night ended at {last.finished_at.isoformat(timespec='minutes')}, which has not come yet"
        yield bad("clock", says, "Set the clock of this machine, and keep it set (NTP).")
    else:
        yield well("clock", now.isoformat(timespec="minutes"))
    if not last:
        return
    if book and last.rulebook != book.sha256:
        remedy = "If nobody meant to change the rules, find out who did; `kept rules impact` says whom it would move."
        yield warn("rulebook", f"it is not that of the last night ({last.rulebook[:19]}…)", remedy)
    asked = last.cases + last.quarantined
    if not last.complete:
        says = f"{last.id} is incomplete: {last.quarantined} of {asked} cases could not be read, {last.faults} faults"
        above = bool(asked) and last.quarantined > share * asked
        remedy = "See `kept quarantine`, and put the records right; a fault is ours: please report it."
        if last.shrunk_from is not None:
            above, remedy = True, f"{SHRUNK_REMEDY} {remedy if last.quarantined or last.faults else ''}".strip()
            says += f"; the last whole night had {last.shrunk_from} cases"
        yield bad("last night", says, remedy) if above else warn("last night", says, remedy)
    elif last.finished_at and now - last.finished_at > LATE:
        says = f"{last.id} ended at {last.finished_at.isoformat(timespec='minutes')}, and none since"
        yield warn("last night", says, "See why none ran: `systemctl status kept.timer`, `journalctl -u kept`.")
    else:
        yield Check(name="last night", state="ok", says=f"{last.id}, complete, {last.cases:,} cases")


def _room(settings: Settings, folders: Mapping[str, Path], seen: LedgerSeen | None) -> Iterator[Check]:
    """Whether there is room on each disk that is written to."""
    margin = memory_bytes(settings.watching.disk_margin)
    wanted = {_there(folder): margin for folder in (*folders.values(), Path(tempfile.gettempdir()))}
    # A night may write as much again as the ledger holds, before it is done.
    if seen and seen.folder:
        wanted[_there(seen.folder)] = margin + seen.size
    for folder, needed in sorted(wanted.items()):
        free = shutil.disk_usage(folder).free
        says = f"{harmless(str(folder))}: {_gb(free)} free"
        remedy = f"Make room there: {_gb(needed)} is wanted ({_gb(margin)} of margin)."
        if free < margin:
            yield bad("disk", says, remedy)
        elif free < needed:
            yield warn("disk", says, remedy)
        else:
            yield well("disk", says)


def _gb(amount: int) -> str:
    return f"{amount / 1024**3:,.1f} GB"


def _folders(settings: Settings, seen: LedgerSeen | None) -> dict[str, Path]:
    """Each folder that is written to, by what is written there."""
    night, watching = settings.nightly, settings.watching
    log = None if watching.log == STDERR else watching.log
    files = {"report": night.report, "log": log, "metrics": watching.metrics}
    folders = {name: file.parent for name, file in files.items() if file}
    folders |= {"outcomes": night.outcomes} if night.outcomes else {}
    return folders | ({"ledger": seen.folder} if seen and seen.folder else {})


def _there(folder: Path) -> Path:
    """The folder, or the nearest above it that is there."""
    path = folder.absolute()
    return next((each for each in (path, *path.parents) if each.is_dir()), Path("/"))


def _places(folders: Mapping[str, Path]) -> Iterator[Check]:
    """Whether one may write where something is written: tried, for rights alone do not tell (a disk may be read-only)."""
    for name, folder in folders.items():
        there = _there(folder)
        try:
            with tempfile.TemporaryFile(dir=there):
                pass
        except OSError as error:
            says = f"{harmless(str(there))}: cannot be written to ({error.strerror})"
            yield bad(
                name,
                says,
                "Let the user that runs Kept write there (under systemd: ReadWritePaths=), or name another place.",
            )
        else:
            if there == folder.absolute():
                yield well(name, f"{harmless(str(there))} can be written to")
            elif name == "ledger":
                yield bad(name, f"{harmless(str(folder))}: is not there", "Make it, or correct the path.")
            else:
                says = f"{harmless(str(folder))}: is not there yet"
                yield warn(name, says, "Make it, or correct the path; the first night makes it otherwise.")


def _caseload(settings: Settings, book: Rulebook | None) -> Check:
    """Whether the caseload opens, and how many cases are in it."""
    if settings.caseload is None:
        return bad("caseload", "none is named", "Give --caseload, or set `caseload` in the file of settings.")
    if book is None:
        return warn("caseload", "was not looked at without a rulebook", "Put that right first.")
    name = harmless(shown(settings.caseload))
    try:
        with closing(open_engine(settings.caseload, book.dictionary, threads=settings.nightly.threads)) as engine:
            count = engine.count()
    except KeptError as error:
        return refused("caseload", error)
    if not count:
        return bad("caseload", f"{name}: there is no case in it", "See whether the extract ran.")
    return well("caseload", f"{name}: {count:,} timelines")
