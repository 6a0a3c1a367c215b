"""Findings as columns: how they travel between the caseload judge, the ledger, files and reports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import attrgetter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from engine.judge.outcome import Finding

_TEXT = pa.string()
_FEW = pa.dictionary(pa.int32(), pa.string())
"""Texts of which there are few: each is kept once, and a row has its number."""

SCHEMA = pa.schema(
    [
        pa.field("instance", _TEXT, nullable=False),
        pa.field("case", _FEW, nullable=False),
        pa.field("clause", _FEW, nullable=False),
        pa.field("duty", _FEW, nullable=False),
        pa.field("subject", _TEXT, nullable=False),
        pa.field("subject_type", _FEW, nullable=False),
        pa.field("outcome", _FEW, nullable=False),
        pa.field("start", pa.date32(), nullable=False),
        pa.field("due", pa.date32()),
        pa.field("done", pa.date32()),
        pa.field("days_over", pa.int32()),
        pa.field("force", _FEW, nullable=False),
        pa.field("standing", _FEW, nullable=False),
        pa.field("basis", _FEW, nullable=False),
        pa.field("decided_by", _FEW, nullable=False),
        pa.field("flags", pa.list_(_TEXT), nullable=False),
        pa.field("evidence", pa.list_(_TEXT), nullable=False),
        pa.field("missing", _TEXT),
        pa.field("team", _FEW, nullable=False),
        pa.field("practitioner", _FEW, nullable=False),
        pa.field("why", _FEW, nullable=False),
        pa.field("put_right", _FEW, nullable=False),
    ]
)
"""The columns of a finding. `why`, `put_right` and `missing` are told when somebody opens a finding, by the case judge;
a night leaves them empty."""

_REPEATED = [
    *(field.name for field in SCHEMA if pa.types.is_dictionary(field.type)), "subject", "start", "due", "done", "days_over",
    "flags.list.element",
]  # fmt: skip


def parquet_writer(path: Path) -> pq.ParquetWriter:
    """A Parquet file for findings. Ids hardly ever repeat: looking for repetitions among them takes time for nothing; and
    only of the case, by which they are roughly in order, does it help to know the first and the last in a part.
    """  # fmt: skip
    return pq.ParquetWriter(
        path, SCHEMA, compression="zstd", compression_level=1, use_dictionary=_REPEATED, write_statistics=["case"]
    )


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
