"""Where a caseload's tables can be asked questions in SQL, and what every such place can do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar, Protocol

import pyarrow as pa

from engine.record.dictionary import Dictionary
from engine.record.model import CaseRecord
from engine.record.problem import KeptError, harmless
from engine.record.tables import UNREADABLE, raw_name

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
        """Let the raw tables show every case but these."""

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


def raw_rows(cells: Mapping[str, str], amiss: Sequence[str], source: str, only: str, case: str = 'held."case"') -> str:
    """The rows of a raw table: each column with what it is made of, what shows that a row cannot be read, where the rows
    are, which of them are wanted, and what the id of their case is made of.
    """
    shown = ", ".join(f'{cell} AS "{name}"' for name, cell in cells.items())
    bad = f'SELECT 1 FROM "{BAD_CASES}" AS bad WHERE bad."case" = {case}'  # noqa: S608 - names of ours
    wrong = " OR ".join(["false", *amiss])
    return f"SELECT {shown}, ({wrong}) AS {UNREADABLE} FROM {source} AS held WHERE NOT EXISTS ({bad}) AND {only}"  # noqa: S608 - names of ours


def between(first: str, last: str) -> str:
    """The condition that a row is of the cases from the first to the last."""
    return f'"case" BETWEEN {quoted(first)} AND {quoted(last)}'


def memory_bytes(memory: str) -> int:
    """How many bytes "4GB" or "500 MiB" are.

    Raises:
        KeptError: when it is not such an amount.
    """
    found = _AMOUNT.fullmatch(memory.strip())
    many = round(float(found[1]) * 1024 ** ("kmgt".index(found[2].lower()) + 1)) if found else 0
    if many < _LEAST_MEMORY:
        problem = f"the memory '{harmless(memory, 40)}' is not an amount of 64MB or more"
        raise KeptError(f"{problem}. Write it like 500MB or 4GB.")
    return many


_AMOUNT = re.compile(r"(\d{1,9}(?:\.\d{1,9})?) ?([kmgt])i?b", re.IGNORECASE)
_LEAST_MEMORY = 64 * 1024**2


def own_ids(words: Dictionary) -> str:
    """The question for the ids of the cases that have their object, in order."""
    roots = ", ".join(quoted(name) for name in words.roots)
    return f'SELECT DISTINCT "case" FROM {raw_name("objects")} WHERE id = "case" AND type IN ({roots}) ORDER BY 1'  # noqa: S608 - quoted


def quoted(text: str) -> str:
    """A text as SQL has it."""
    return "'" + text.replace("'", "''") + "'"
