"""Reaching the ledger's database, and saying in plain words why it could not be reached."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from engine.record.problem import KeptError, harmless

_MAGIC = b"SQLite format 3\0"
_PATIENCE = 5.0
"""Seconds to wait for another connection to finish what takes a moment; a night takes longer, and is refused."""

_CACHE = 65_536
"""KiB of the database that SQLite keeps in memory while a night is written, and as much of what is compared with it."""
_LOCK = 0x6B657074
"""The number of the lock in PostgreSQL: whoever writes a night to a ledger of this database holds it."""
_LOST = "the connection was lost; the ledger is as it was. Check that the database runs, then start again."
_BUSY = "another night is being written to this ledger. Wait until it is done, then start again."

_REASONS = {
    "locked": _BUSY,
    "lock timeout": _BUSY,
    "readonly": "cannot be written to. Make the file and its directory writable, or name another place.",
    "read-only": "cannot be written to. Make it writable, or name another place.",
    "unable to open": "cannot be opened. Check that its directory exists and that you may read and write there.",
    "full": "the disk is full; the ledger is as it was. Make room, then start again.",
    "no space left": "the disk is full; the ledger is as it was. Make room, then start again.",
    "could not extend": "the disk is full; the ledger is as it was. Make room, then start again.",
    "terminating connection": _LOST,
    "connection already closed": _LOST,
    "connection unexpectedly": _LOST,
    "connection is lost": _LOST,
    "connection is closed": _LOST,
    "malformed": "the database is damaged. Restore it from a copy, or start a new ledger.",
    "not a database": "is not a ledger. Name another file, or one that does not exist yet.",
    "unique constraint": "Kept found the same instance twice; the ledger is as it was. Please report this: it is our mistake.",
    "disk i/o": "the disk could not be read or written; the ledger is as it was. Check the disk, then start again.",
}


def locate(where: str) -> tuple[URL, str, bool]:
    """The URL, a name to show (without a password), and whether there is something there already.

    Raises:
        KeptError: for an address that makes no sense, a directory, or a file that is no database.
    """
    if "://" in where:
        try:
            url = make_url(where)
        except ArgumentError as error:
            raise KeptError(
                f"{harmless(where)}: not a database address. Write postgresql://user@host/database."
            ) from error
        if url.get_backend_name() != "sqlite" or not url.database:
            return url, harmless(url.render_as_string(hide_password=True)), True
        where = url.database
    path, name = Path(where), harmless(where)
    try:
        if path.is_dir():
            raise KeptError(f"{name}: is a directory. Name a file in it, such as {name.rstrip('/')}/ledger.sqlite.")
        exists = path.exists() and path.stat().st_size > 0
        if exists:
            with path.open("rb") as file:
                if file.read(len(_MAGIC)) != _MAGIC:
                    raise KeptError(f"{name}: is not a ledger. Name another file, or one that does not exist yet.")
    except (OSError, ValueError) as error:
        raise KeptError(f"{name}: cannot be read ({_why(error)}). Check the path and that you may read it.") from error
    return URL.create("sqlite", database=str(path)), name, exists


def connect(url: URL, name: str) -> Engine:
    """An engine for that database; nothing is opened yet.

    Connections with the execution option `kept_writes` lock out other writers from their first moment.

    Raises:
        KeptError: when there is no driver for it.
    """
    try:
        if url.get_backend_name() == "sqlite":
            engine = create_engine(url, connect_args={"timeout": _PATIENCE, "isolation_level": None})
        else:
            # A connection that was laid by may have been lost since, while the caseload was judged.
            engine = create_engine(url, pool_pre_ping=True)
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise KeptError(
            f"{name}: no driver for this database ({_why(error)}). Install it, or give a file's path."
        ) from error
    if url.get_backend_name() == "sqlite":
        event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    """Begin a transaction as SQLite needs it: Python's own driver would begin later, and not for every statement."""
    if connection.get_execution_options().get("kept_writes"):
        driver = connection.connection.dbapi_connection
        assert isinstance(driver, sqlite3.Connection)  # noqa: S101 - only listened to for SQLite
        # A log beside the file: those who read are not held up for as long as the night is being written.
        driver.execute("PRAGMA journal_mode = WAL")
        driver.execute("PRAGMA synchronous = FULL")
        driver.execute(f"PRAGMA main.cache_size = -{_CACHE}")
        driver.execute(f"PRAGMA temp.cache_size = -{_CACHE}")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.exec_driver_sql("BEGIN")


def lock(connection: Connection) -> None:
    """Lock out other writers until the transaction ends; waits as long as our patience lasts.

    Raises:
        SQLAlchemyError: when another night is being written.
    """
    if connection.dialect.name != "postgresql":
        return  # SQLite is locked from the first moment of the transaction: see `_begin`
    # A night whose process was killed must not hold the lock for as long as the server is still busy with its last question.
    connection.execute(
        text("SELECT set_config(name, :often, true) FROM pg_settings WHERE name = 'client_connection_check_interval'"),
        {"often": "500ms"},
    )
    connection.execute(text("SELECT set_config('lock_timeout', :patience, true)"), {"patience": f"{_PATIENCE}s"})
    connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
    connection.execute(text("SELECT set_config('lock_timeout', '0', true)"))


def rewrite(engine: Engine, tables: Iterable[str]) -> None:
    """Write the database's files anew, without what was deleted. SQLite's log beside the file is emptied, too.

    Raises:
        SQLAlchemyError, sqlite3.Error: when somebody else has the database open, or there is no room.
    """
    if engine.dialect.name == "sqlite":
        pooled = engine.raw_connection()
        try:
            driver = pooled.driver_connection
            assert isinstance(driver, sqlite3.Connection)  # noqa: S101 - it is SQLite
            driver.execute("VACUUM")
            busy, *_ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if busy:
                raise sqlite3.OperationalError("database is locked")
        finally:
            pooled.close()
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in tables:
            connection.execute(text(f'VACUUM (FULL) "{table}"'))


@contextmanager
def plainly(name: str) -> Iterator[None]:
    """Turn what a database raises inside into a KeptError that says what to do."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        said = _why(error.orig if isinstance(error, DBAPIError) and error.orig else error)
        for words, meaning in _REASONS.items():
            if words in said.lower():
                raise KeptError(f"{name}: {meaning}") from error
        raise KeptError(f"{name}: the database refused: {said}. Check that it is there and is a ledger.") from error


def _why(error: BaseException) -> str:
    return harmless(str(error).strip().rstrip(".")) or type(error).__name__
