"""Findings as columns: how they travel between the caseload judge, the ledger, files and reports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import attrgetter

import pyarrow as pa

from engine.judge.outcome import Finding

_TEXT = pa.string()
SCHEMA = pa.schema(
    [
        pa.field("instance", _TEXT, nullable=False),
        pa.field("case", _TEXT, nullable=False),
        pa.field("clause", _TEXT, nullable=False),
        pa.field("duty", _TEXT, nullable=False),
        pa.field("subject", _TEXT, nullable=False),
        pa.field("subject_type", _TEXT, nullable=False),
        pa.field("outcome", _TEXT, nullable=False),
        pa.field("start", pa.date32(), nullable=False),
        pa.field("due", pa.date32()),
        pa.field("done", pa.date32()),
        pa.field("days_over", pa.int32()),
        pa.field("force", _TEXT, nullable=False),
        pa.field("standing", _TEXT, nullable=False),
        pa.field("basis", _TEXT, nullable=False),
        pa.field("decided_by", _TEXT, nullable=False),
        pa.field("flags", pa.list_(_TEXT), nullable=False),
        pa.field("evidence", pa.list_(_TEXT), nullable=False),
        pa.field("missing", _TEXT),
        pa.field("team", _TEXT, nullable=False),
        pa.field("practitioner", _TEXT, nullable=False),
        pa.field("why", _TEXT, nullable=False),
        pa.field("put_right", _TEXT, nullable=False),
    ]
)
"""The columns of a finding. `why`, `put_right` and `missing` are told when somebody opens a finding, by the case judge;
a night leaves them empty."""

_row = attrgetter(*SCHEMA.names)


def as_batch(findings: Iterable[Finding]) -> pa.RecordBatch:
    """Findings as columns."""
    rows = [_row(finding) for finding in findings]
    columns = zip(*rows, strict=True) if rows else [()] * len(SCHEMA)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=SCHEMA)


def from_batch(batch: pa.RecordBatch) -> Iterator[Finding]:
    """Columns as findings."""
    for row in batch.to_pylist():
        yield Finding(**{**row, "flags": tuple(row["flags"]), "evidence": tuple(row["evidence"])})
