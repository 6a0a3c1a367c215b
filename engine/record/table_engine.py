"""Where a caseload's tables can be asked questions in SQL, and what every such place can do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar, Protocol

import pyarrow as pa

from engine.record.dictionary import Dictionary
from engine.record.model import CaseRecord
from engine.record.suspects import raw_name

BAD_CASES = "kept_bad_cases"
"""The table of the ids of cases that cannot be read: the raw tables leave them out."""


class TableEngine(Protocol):
    """A database, or what works like one, that holds a caseload.

    The raw tables (`engine.record.suspects.raw_tables`) are there under their names from the beginning, with all their
    columns, typed. Tables that are kept are temporary: nobody else sees them, and they go when the engine is closed.
    """

    dialect: ClassVar[str]
    """The name that Ibis has for its SQL."""

    def keep(self, name: str, question: str) -> None:
        """Keep what the question gives as a table."""

    def upload(self, name: str, content: pa.Table) -> None:
        """Keep a small table."""

    def fetch(self, question: str) -> list[tuple[Any, ...]]:
        """What the question gives, all of it."""

    def stream(self, question: str, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        """What the question gives, batch by batch, with these columns."""

    def drop(self, names: Sequence[str]) -> None:
        """Give tables back."""

    def leave_out(self, cases: Sequence[str]) -> None:
        """Take these cases out of the raw tables."""

    def case_ids(self) -> list[str]:
        """The ids of the cases that have their object, in order of the code points, without those left out."""

    def narrow(self, first: str, last: str) -> None:
        """Let the raw tables show only the cases from the first to the last."""

    def case(self, case_id: str) -> CaseRecord:
        """One case, read strictly.

        Raises:
            RecordProblem: when there is none, or it cannot be read.
        """

    def count(self) -> int:
        """How many cases there are, with those that cannot be read."""

    def close(self) -> None:
        """Give everything back."""


@contextmanager
def closing(engine: TableEngine) -> Iterator[TableEngine]:
    """Close it whatever happens."""
    try:
        yield engine
    finally:
        engine.close()


def own_ids(words: Dictionary) -> str:
    """The question for the ids of the cases that have their object, in order."""
    roots = ", ".join(quoted(name) for name in words.roots)
    return f'SELECT DISTINCT "case" FROM {raw_name("objects")} WHERE id = "case" AND type IN ({roots}) ORDER BY 1'  # noqa: S608 - quoted


def quoted(text: str) -> str:
    """A text as SQL has it."""
    return "'" + text.replace("'", "''") + "'"
