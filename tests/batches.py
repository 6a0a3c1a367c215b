"""What each judge says of a batch of cases, in one form, and the story of a difference.

Where the caseload judge and the oracle differ, `story` gives the smallest situation it can find in which they still do.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa

from engine.duty.language import Duty
from engine.duty.rulebook import Rulebook
from engine.judge.case_judge import CaseJudge
from engine.judge.caseload_judge import TOGETHER, CaseloadJudge
from engine.judge.finding_table import SCHEMA, as_batch
from engine.record.duckdb_engine import DuckDBEngine
from engine.record.model import CaseRecord
from engine.record.problem import RecordProblem
from engine.record.table_reader import Caseload
from engine.record.table_writer import CaseloadWriter
from engine.record.tables import Form
from tests import oracle
from tests.strategies import Situation
from tests.variants import Batch, named, rebuilt

COMPARED = tuple(name for name in SCHEMA.names if name not in ("missing", "why", "put_right"))
"""What both judges say of a finding; the others are told when somebody opens it."""

Row = tuple[object, ...]
"""A finding: the columns `COMPARED`."""

Found = dict[str, list[Row]]
"""The findings of each case, in the order of their ids; a case without any is not in it."""


# --- judging


def judged(
    batch: Batch, only: Iterable[str] = (), *, together: int = TOGETHER, form: Form = "parquet", threads: int = 1
) -> Found:
    """What the caseload judge finds."""
    with tempfile.TemporaryDirectory() as folder:
        written(batch.cases, batch.rulebook, Path(folder) / "caseload", form)
        engine = DuckDBEngine(Caseload(Path(folder) / "caseload", batch.rulebook.dictionary), threads=threads)
        try:
            run = CaseloadJudge(batch.rulebook, only=only, stated_only=batch.stated_only).judge(
                engine, batch.view, together=together
            )
            found = by_case(run.findings())
        finally:
            engine.close()
    assert (run.problems, run.faults, run.cases) == ([], [], len(batch.cases))
    return found


def written(found: Iterable[CaseRecord], rulebook: Rulebook, out: Path, form: Form = "parquet") -> None:
    """The cases as a caseload."""
    with CaseloadWriter(out, rulebook.dictionary, form=form) as writer:
        for case in found:
            writer.write(case)


def by_case(found: Iterable[pa.RecordBatch]) -> Found:
    """Findings as rows."""
    rows: Found = {}
    for batch in found:
        columns = [batch.column(name).to_pylist() for name in COMPARED]
        for row in zip(*columns, strict=True):
            rows.setdefault(row[_CASE], []).append(
                tuple(tuple(cell) if isinstance(cell, list) else cell for cell in row)
            )
    for part in rows.values():
        part.sort(key=lambda row: str(row[0]))
    return rows


_CASE = COMPARED.index("case")
_IN_BOTH = [COMPARED.index(name) for name in oracle.Row._fields]
_FLAGS = oracle.Row._fields.index("flags")


def by_the_case_judge(batch: Batch, judge: CaseJudge | None = None) -> Found:
    """What the case judge finds, or this one."""
    judge = judge or CaseJudge(batch.rulebook, stated_only=batch.stated_only)
    found: Found = {}
    for case in batch.cases:
        judgements = judge.judge(case, batch.view)
        assert not judgements.faults, judgements.faults[0].trace
        found |= by_case([as_batch(judgements.findings)])
    return found


def by_the_oracle(batch: Batch) -> Found:
    """What the oracle finds, in the columns that it has."""
    found: Found = {case.id: [tuple(row) for row in oracle.judge(case, *batch[1:])] for case in batch.cases}
    return {case: rows for case, rows in found.items() if rows}


def as_the_oracle(found: Found) -> Found:
    """Findings in the columns that the oracle has, flags in its order."""
    return {case: [_short(row) for row in rows] for case, rows in found.items()}


def _short(row: Row) -> Row:
    cells = [row[place] for place in _IN_BOTH]
    cells[_FLAGS] = tuple(sorted(cells[_FLAGS]))  # type: ignore[call-overload]  # a tuple of texts
    return tuple(cells)


# --- telling


def differs(situations: list[Situation]) -> list[int]:
    """In which of these situations, alike but for their cases, the caseload judge and the oracle differ."""
    first = situations[0]
    asked = Batch([named(one.case, f"D{place}.{one.case.id}") for place, one in enumerate(situations)], *first[1:])
    got, wanted = as_the_oracle(judged(asked)), by_the_oracle(asked)
    return [place for place, case in enumerate(asked.cases) if got.get(case.id) != wanted.get(case.id)]


def with_duties(book: Rulebook, duties: tuple[Duty, ...]) -> Rulebook:
    """The rulebook with these duties instead of its own. (A copy would keep what the old one had worked out.)"""
    return Rulebook(dictionary=book.dictionary, calendar=book.calendar, values=book.values, duties=duties)


def story(batch: Batch, case: CaseRecord) -> str:
    """A smallest situation like this case's in which the judges still differ, and what each says."""
    left = Situation(case, *batch[1:])
    for duty in {duty.id for duty in batch.rulebook.duties}:
        duties = tuple(one for one in batch.rulebook.duties if one.id == duty)
        alone = left._replace(rulebook=with_duties(batch.rulebook, duties))
        if differs([alone]):
            left = alone
            break
    while smaller := [left._replace(case=one) for one in _smaller(left.case)]:
        places = differs(smaller)
        if not places:
            break
        left = smaller[places[0]]
    alone_in = Batch([left.case], *left[1:])
    got, wanted = (found.get(left.case.id, []) for found in (as_the_oracle(judged(alone_in)), by_the_oracle(alone_in)))
    rows = [f"wanted {row}" for row in wanted if row not in got] + [f"got    {row}" for row in got if row not in wanted]
    return "\n".join([repr(left), *rows])


def _smaller(case: CaseRecord) -> Iterator[CaseRecord]:
    """The well-formed cases that have something less: half of the events, one event, one object, one link, one attribute."""
    half = len(case.events) // 2
    tries = [case.model_copy(update={"events": part}) for part in (case.events[:half], case.events[half:]) if half > 1]
    for name in ("events", "objects", "links"):
        parts = getattr(case, name)
        tries += [case.model_copy(update={name: parts[:place] + parts[place + 1 :]}) for place in range(len(parts))]
    for place, event in enumerate(case.events):
        for name in event.attributes:
            kept = {other: value for other, value in event.attributes.items() if other != name}
            less = event.model_copy(update={"attributes": kept})
            tries.append(case.model_copy(update={"events": (*case.events[:place], less, *case.events[place + 1 :])}))
    for one in tries:
        try:
            yield rebuilt(one)
        except RecordProblem:
            continue
