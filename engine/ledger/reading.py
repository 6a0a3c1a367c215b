"""Looking things up in the ledger: the outcomes of a night, and the cases that were set aside."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pyarrow as pa
from sqlalchemy import Date, column, select, table, text

from engine.judge.finding_table import SCHEMA
from engine.ledger.runs import Run
from engine.ledger.schema import QUARANTINE, RUNS
from engine.ledger.store import Ledger
from engine.record.dictionary import Frozen

TOGETHER = 20_000
_LATER = ("why", "put_right")
_DAYS = ("start", "due", "done")
_OUTCOMES = table(
    "outcomes", *(column(name, Date() if name in _DAYS else None) for name in SCHEMA.names if name not in _LATER),
    column("run"), column("stale_since"),
)  # fmt: skip


class SetAside(Frozen):
    """A case that cannot be read: where, what is wrong with it, what would put it right, and the first night of those in
    which it could not be read without a break, with its as-at day. The case is empty when nobody knows which it is.
    """

    case: str
    file: str
    place: str
    problem: str
    remedy: str
    since: str
    since_day: date


def outcomes_of(ledger: Ledger, run: str, instance: str | None = None) -> Iterator[pa.RecordBatch]:
    """Every finding of a night (or that of one instance), with the columns of `engine.judge.finding_table`.

    What stood from before because its case or its duty could not be judged is not among them.
    """
    query = select(_OUTCOMES).where(_OUTCOMES.c.run == run, _OUTCOMES.c.stale_since.is_(None))
    if instance is not None:
        query = query.where(_OUTCOMES.c.instance == instance)
    with ledger.reading() as connection:
        found = connection.execution_options(stream_results=True, yield_per=TOGETHER).execute(query).mappings()
        for rows in found.partitions(TOGETHER):
            yield pa.RecordBatch.from_pylist([_row(dict(row)) for row in rows], schema=SCHEMA)


def quarantine(ledger: Ledger) -> tuple[Run, list[SetAside]]:
    """The last night, and the cases that were set aside in it."""
    run = ledger.previous()
    with ledger.reading() as connection:
        assert run is not None  # noqa: S101 - else there is nothing to read
        query = (
            select(QUARANTINE, RUNS.c.id.label("since"), RUNS.c.as_at.label("since_day"))
            .join(RUNS, RUNS.c.number == QUARANTINE.c.since_run)
            .where(
                text("quarantine.from_run <= :this AND (quarantine.until_run IS NULL OR quarantine.until_run > :this)")
            )
            .where(QUARANTINE.c.series == select(RUNS.c.series).where(RUNS.c.id == run.id).scalar_subquery())
            .order_by(QUARANTINE.c.case, QUARANTINE.c.from_run, QUARANTINE.c.number)
        )
        number = connection.scalar(select(RUNS.c.number).where(RUNS.c.id == run.id))
        rows = connection.execute(query, {"this": number}).mappings()
        return run, [SetAside(**{name: row[name] for name in SetAside.model_fields}) for row in rows]


def _row(row: dict[str, Any]) -> dict[str, Any]:
    lists = {name: json.loads(row[name]) if isinstance(row[name], str) else row[name] for name in ("flags", "evidence")}
    return {**row, **lists, **dict.fromkeys(_LATER, "")}
