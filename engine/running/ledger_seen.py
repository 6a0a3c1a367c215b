"""Looking at a ledger without touching it: what is there, of which version, how large, and its last night."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, func, inspect, select, text

from engine.ledger.database import connect, locate, plainly
from engine.ledger.schema import LEDGER, RUNS, SCHEMA
from engine.record.dictionary import Frozen
from engine.running.checked import Check, bad, warn, well

PATIENCE = 10
"""Seconds to wait for a database that does not answer."""


class LastNight(Frozen):
    """The last night that a ledger of this version holds; `finished_at` in UTC."""

    id: str
    finished_at: datetime | None
    rulebook: str
    cases: int
    quarantined: int
    faults: int
    complete: bool
    shrunk_from: int | None


class LedgerSeen(Frozen):
    """What is there: `version` is None where there is none yet, `size` in bytes, `folder` None for a server."""

    name: str
    version: int | None
    foreign: tuple[str, ...]
    size: int
    folder: Path | None
    last: LastNight | None

    def check(self) -> Check:
        """How it is, in words."""
        if self.foreign:
            says = f"{self.name}: is a database but not a ledger (its tables: {', '.join(self.foreign)})"
            return bad("ledger", says, "Name another, or one that does not exist yet.")
        if self.version is None:
            says = f"{self.name}: there is none yet"
            return warn("ledger", says, "The first night makes it; run `kept nightly`.")
        told = f"{self.name}: version {self.version}, {self.size / 1024**2:,.1f} MB"
        if self.version > SCHEMA:
            remedy = f"It was written by a newer Kept (this one knows version {SCHEMA}). Install that."
            return bad("ledger", told, remedy)
        if self.version < SCHEMA:
            remedy = f"The next night brings it to version {SCHEMA}. Keep a copy from before, and leave it the time."
            return warn("ledger", told, remedy)
        return well("ledger", told)


def look(where: str) -> LedgerSeen:
    """What is at that place.

    Raises:
        KeptError: when it cannot be reached or read; says what to do.
    """
    url, name, exists = locate(where)
    file = Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None
    folder = file.absolute().parent if file else None
    if not exists:
        return LedgerSeen(name=name, version=None, foreign=(), size=0, folder=folder, last=None)
    engine = connect(_impatient(url), name)
    try:
        with plainly(name):
            return _seen(engine, name, file)
    finally:
        engine.dispose()


def _impatient(url: URL) -> URL:
    if url.get_backend_name() != "postgresql" or "connect_timeout" in url.query:
        return url
    return url.update_query_dict({"connect_timeout": str(PATIENCE)})


def _seen(engine: Engine, name: str, file: Path | None) -> LedgerSeen:
    tables = set(inspect(engine).get_table_names())
    found: int | None = None
    last, size = None, _size(file)
    with engine.connect() as connection:
        if LEDGER.name in tables:
            found = connection.scalar(select(func.max(LEDGER.c.schema)))
        if found == SCHEMA:
            last = _last(connection)
        if file is None:
            size = int(connection.scalar(text("SELECT pg_database_size(current_database())")) or 0)
    foreign = tuple(sorted(tables)[:5]) if tables and LEDGER.name not in tables else ()
    folder = file.absolute().parent if file else None
    return LedgerSeen(name=name, version=found, foreign=foreign, size=size, folder=folder, last=last)


def _last(connection: Connection) -> LastNight | None:
    """The one that was written last, whichever day it looks from."""
    columns = [RUNS.c[name] for name in LastNight.model_fields]
    row = connection.execute(select(*columns).order_by(RUNS.c.number.desc()).limit(1)).mappings().first()
    if row is None:
        return None
    ended = row["finished_at"] and row["finished_at"].replace(tzinfo=UTC)
    return LastNight(**{**row, "finished_at": ended})


def _size(file: Path | None) -> int:
    """With the log that SQLite keeps beside it."""
    beside = [file, file.with_name(f"{file.name}-wal")] if file else []
    return sum(each.stat().st_size for each in beside if each.exists())
