"""A caseload whose tables are checked once, however many judgings follow on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

import pyarrow as pa

from engine.record.model import CaseRecord
from engine.record.problem import RecordProblem
from engine.record.table_engine import TableEngine


def checked_once(engine: TableEngine) -> TableEngine:
    """The engine, which remembers what it was asked while its tables were checked.

    The check begins when no case is left out, and ends when those that cannot be read are. What it asks rests on the
    tables alone, which do not change while they are judged: the second time, the answers are those of the first.
    """
    # A protocol's class variable cannot be given by an instance; whoever uses an engine only reads it.
    return cast(TableEngine, _CheckedOnce(engine))


class _CheckedOnce:
    def __init__(self, engine: TableEngine) -> None:
        self._engine, self.dialect = engine, engine.dialect
        self._checking = False
        self._answers: dict[tuple[object, ...], list[tuple[Any, ...]]] = {}
        self._cases: dict[str, CaseRecord | RecordProblem] = {}
        self._kept: dict[str, str] = {}
        self._put_off: dict[str, str] = {}
        """What is kept while the tables are checked, and what of that has only been said to be."""

    def leave_out(self, cases: Sequence[str]) -> None:
        self._checking = not self._checking and not cases
        self._kept, self._put_off = {}, {}
        self._engine.leave_out(cases)

    def keep(self, name: str, question: str) -> None:
        if self._checking:
            self._kept[name] = self._put_off[name] = question
        else:
            self._engine.keep(name, question)

    def fetch(self, question: str) -> list[tuple[Any, ...]]:
        if not self._checking:
            return self._engine.fetch(question)
        asked = (question, *sorted(self._kept.items()))
        if asked not in self._answers:
            for name, made_of in self._put_off.items():
                self._engine.keep(name, made_of)
            self._put_off = {}
            self._answers[asked] = self._engine.fetch(question)
        return self._answers[asked]

    def drop(self, names: Sequence[str]) -> None:
        there = [name for name in names if name not in self._put_off]
        for name in names:
            self._kept.pop(name, None)
            self._put_off.pop(name, None)
        self._engine.drop(there)

    def case(self, case_id: str) -> CaseRecord:
        if case_id not in self._cases or not self._checking:
            try:
                found: CaseRecord | RecordProblem = self._engine.case(case_id)
            except RecordProblem as problem:
                found = problem
            if self._checking:
                self._cases[case_id] = found
        else:
            found = self._cases[case_id]
        if isinstance(found, RecordProblem):
            raise found
        return found

    def upload(self, name: str, content: pa.Table) -> None:
        self._engine.upload(name, content)

    def stream(self, question: str, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        return self._engine.stream(question, schema)

    def case_ids(self) -> list[str]:
        return self._engine.case_ids()

    def narrow(self, first: str, last: str) -> None:
        self._engine.narrow(first, last)

    def count(self) -> int:
        return self._engine.count()

    def close(self) -> None:
        self._engine.close()
