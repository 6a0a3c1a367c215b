"""Every outcome of a night as Parquet: `outcomes.parquet`, one row a finding.

It is written under another name and renamed when the night is in the ledger, so that a reader finds a whole night or
the one before.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from engine.judge.finding_table import parquet_writer
from engine.record.problem import KeptError, harmless

NAME = "outcomes.parquet"

_GROUP = 100_000
"""Rows that are held before they are written, as one row group."""


class OutcomesFile:
    """The file while it is being written; without a directory everything here does nothing."""

    def __init__(self, directory: Path | None, partial: Path | None) -> None:
        self._directory, self._partial = directory, partial
        self._writer = parquet_writer(partial) if partial else None
        self._held: list[pa.RecordBatch] = []

    def add(self, batch: pa.RecordBatch) -> None:
        """Add these rows, which have the columns of `engine.judge.finding_table`."""
        if self._writer:
            self._held.append(batch)
            if sum(held.num_rows for held in self._held) >= _GROUP:
                with _plainly(self._directory):
                    self._send()

    def close(self) -> None:
        """Write what is left and make sure that it is on the disk; nothing is to be seen of it yet."""
        if self._writer and self._partial:
            with _plainly(self._directory):
                self._send()
                self._writer.close()
                self._writer = None
                with self._partial.open("rb") as file:
                    os.fsync(file.fileno())

    def publish(self) -> None:
        """Put the file in the place of the one before."""
        if self._partial and self._directory:
            with _plainly(self._directory):
                self._partial.chmod(0o644)
                self._partial.replace(self._directory / NAME)
                self._partial = None

    def discard(self) -> None:
        """Take away what was not published."""
        if self._writer:
            self._writer.close()
        if self._partial:
            self._partial.unlink(missing_ok=True)

    def _send(self) -> None:
        if self._held and self._writer:
            self._writer.write_table(pa.Table.from_batches(self._held))
            self._held = []


@contextmanager
def outcomes_file(directory: Path | None) -> Iterator[OutcomesFile]:
    """A file of outcomes to be written into that directory, which is made when it is not there; none for None.

    Raises:
        KeptError: when the directory cannot be written to, or the disk is full.
    """
    partial = None
    if directory is not None:
        with _plainly(directory):
            directory.mkdir(parents=True, exist_ok=True)
            if (directory / NAME).is_dir():
                raise IsADirectoryError(f"{NAME} is a directory")
            handle, name = tempfile.mkstemp(dir=directory, prefix=".outcomes-", suffix=".partial")
            os.close(handle)
            partial = Path(name)
    file = OutcomesFile(directory, partial)
    try:
        yield file
    finally:
        file.discard()


@contextmanager
def _plainly(directory: Path | None) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:
        raise KeptError(
            f"{harmless(str(directory))}: the outcomes cannot be written there ({harmless(str(error))}). "
            "Name a directory that you may write to, on a disk with room."
        ) from error
