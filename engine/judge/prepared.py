"""The questions of a plan, in the SQL of one place, and a store of those that were asked before.

Making a plan takes seconds, and what comes out is the same every night: it depends on the rulebook, on what is judged of it
and on this program, not on any case or date. So it is kept on disk, in a folder of the user's own, under a name that is made
of all it depends on. A store that cannot be read or written only makes judging slower.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from base64 import b64decode, b64encode
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import ibis
import platformdirs
import pyarrow as pa
from ibis.expr import types as ir

from engine.judge.plan.plan import make_plan
from engine.judge.plan.rows import RulebookRows
from engine.judge.plan.steps import Ask, Small
from engine.record.problem import KeptError
from engine.record.whole_file import write_bytes_whole

WHERE = "KEPT_CACHE"
"""The variable of the environment that names another folder for the store; empty, nothing is stored."""

MOST = 40
"""Plans that are kept: the newest."""

_LIBRARIES = ("ibis-framework", "sqlglot", "duckdb", "pyarrow")


class Question(NamedTuple):
    """One step: keep what `sql` gives under `name`, or what the calendar answers to it (`calendar`); or, without `sql`, keep
    `content`. `says` is what a progress bar shows.
    """

    name: str
    says: str
    sql: str
    calendar: bool
    content: pa.Table | None


class Questions(NamedTuple):
    """A plan: its steps, the tables that nothing reads after a step, and what it all comes to, in SQL."""

    steps: list[Question]
    done_with: dict[str, list[str]]
    failed: str
    findings: str
    people: str


def questions(rows: RulebookRows, dialect: str, depends_on: str) -> Questions:
    """The questions of the plan for these rows. `depends_on` says all that the rows depend on."""
    file = _file(dialect, depends_on)
    known = _read(file) if file else None
    if known is not None:
        return known
    made = _make(rows, dialect)
    if file:
        _write(file, made)
    return made


def _make(rows: RulebookRows, dialect: str) -> Questions:
    def sql(table: ir.Table) -> str:
        return str(ibis.to_sql(table, dialect=dialect, pretty=False))

    plan = make_plan(rows)
    steps = [
        Question(step.name, "", "", calendar=False, content=step.content)
        if isinstance(step, Small)
        else Question(step.name, step.says, sql(step.expr), calendar=isinstance(step, Ask), content=None)
        for step in plan.steps
    ]
    return Questions(steps, plan.done_with, sql(plan.failed), sql(plan.found.findings), sql(plan.found.people))


# --- the store ---------------------------------------------------------------------------------------------------------


@cache
def _program() -> str:
    """What this program is, to the letter."""
    engine = Path(__file__).parent.parent
    found = hashlib.sha256()
    for file in sorted(engine.rglob("*.py")):
        found.update(f"{file.relative_to(engine)}\0".encode() + file.read_bytes() + b"\0")
    found.update(json.dumps([metadata.version(name) for name in _LIBRARIES]).encode())
    return found.hexdigest()


def _file(dialect: str, depends_on: str) -> Path | None:
    where = os.environ.get(WHERE)
    if where == "":
        return None
    folder = Path(where) if where else platformdirs.user_cache_path("kept", appauthor=False) / "plans"
    if not where and not folder.is_absolute():
        return None  # somebody without a home, and "~" is not where they are
    name = hashlib.sha256("\0".join([_program(), dialect, depends_on]).encode()).hexdigest()
    return folder / f"{name}.json"


def _read(file: Path) -> Questions | None:
    try:
        about = file.stat()
        if hasattr(os, "getuid") and (about.st_uid != os.getuid() or about.st_mode & (stat.S_IWGRP | stat.S_IWOTH)):
            return None  # somebody else may have written what would be asked
        digest, content = file.read_bytes().split(b"\n", 1)
        if digest.decode() != hashlib.sha256(content).hexdigest():
            return None
        held = json.loads(content)
    except (OSError, ValueError):
        return None
    steps = [
        Question(name, says, sql, calendar, _table(content) if content else None)
        for name, says, sql, calendar, content in held["steps"]
    ]
    return Questions(steps, held["done_with"], held["failed"], held["findings"], held["people"])


def _write(file: Path, made: Questions) -> None:
    steps = [[*step[:4], _text(step.content) if step.content is not None else None] for step in made.steps]
    content = json.dumps(made._asdict() | {"steps": steps}).encode()
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_bytes_whole(file, hashlib.sha256(content).hexdigest().encode() + b"\n" + content)
        newest = sorted(file.parent.glob("*.json"), key=lambda one: one.stat().st_mtime, reverse=True)
        for old in newest[MOST:]:
            old.unlink(missing_ok=True)
    except (OSError, KeptError):
        return  # nowhere to write, or a full disk: the plan is made again next time


def _text(table: pa.Table) -> str:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return b64encode(sink.getvalue()).decode()


def _table(text: str) -> pa.Table:
    return pa.ipc.open_stream(b64decode(text)).read_all()
