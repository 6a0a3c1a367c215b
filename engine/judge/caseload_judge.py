"""The caseload judge: a whole rulebook over a whole caseload as one relational plan, wherever the caseload lies.

The plan is in `engine.judge.plan`, the places where it can run are `engine.record.table_engine`s. Outcomes are those of
`engine.judge.outcome`, as with the case judge, and the rows are the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from engine.duty.language import NoOpenBreach
from engine.duty.rulebook import Rulebook
from engine.judge.finding_table import SCHEMA
from engine.judge.outcome import OUTCOMES, Fault
from engine.judge.plan.rows import FLAG_BITS, VIEW, RulebookRows, view_row
from engine.judge.prepared import Questions, questions
from engine.record.dictionary import EARLIEST
from engine.record.suspects import STEPS, suspected
from engine.record.table_cases import BadCase
from engine.record.table_engine import TableEngine
from engine.record.timeline import View

TOGETHER = 15_000
"""Cases that are judged in one go: enough to be quick, few enough to stay in memory."""


class Progress(NamedTuple):
    """How far a judging is: so many of so many steps, and what the next one does."""

    done: int
    steps: int
    says: str


class CaseloadJudge:
    """Judges caseloads by one rulebook.

    `only` names clauses or duties to judge, all of them when it is empty. With `stated_only`, local values count as not
    set.

    Raises:
        RulebookProblem: for an unknown clause in `only`.
    """

    def __init__(self, rulebook: Rulebook, *, only: Iterable[str] = (), stated_only: bool = False) -> None:
        self.rulebook = rulebook
        self._wanted = _Wanted(rulebook, rulebook.sha256, rulebook.chosen(only), stated_only)

    def judge(
        self,
        engine: TableEngine,
        view: View,
        *,
        together: int = TOGETHER,
        progress: Callable[[Progress], None] = lambda _: None,
    ) -> CaseloadRun:
        """Judge every case that the engine holds, seen from there. Reading the findings is what runs it.

        Raises:
            RecordProblem: when the tables cannot be read at all; also while the findings are read.
            KeptError: when the rulebook has more than the plan can number.
        """
        progress(Progress(0, 1, "reading the rulebook"))
        rows, plan = _prepared(self._wanted, engine.dialect)
        return CaseloadRun(rows, plan, view, engine, together, progress)


@dataclass(frozen=True)
class _Wanted:
    """What is judged by: equal when every answer would be."""

    rulebook: Rulebook = field(compare=False)
    sha256: str
    only: frozenset[str]
    stated_only: bool


@lru_cache(maxsize=4)  # a plan takes a while to make or to read, and is asked for again by whoever judges twice
def _prepared(wanted: _Wanted, dialect: str) -> tuple[RulebookRows, Questions]:
    rows = RulebookRows(wanted.rulebook, wanted.only, stated_only=wanted.stated_only)
    depends_on = json.dumps([wanted.sha256, sorted(wanted.only), wanted.stated_only])
    return rows, questions(rows, dialect, depends_on)


class CaseloadRun:
    """One judging of a caseload: `problems` are the cases that cannot be read, known from the beginning; `faults` is
    complete when the findings have been read, and so is `cases`, the number of those judged.
    """

    def __init__(
        self,
        rows: RulebookRows,
        plan: Questions,
        view: View,
        engine: TableEngine,
        together: int,
        progress: Callable[[Progress], None],
    ) -> None:
        self.rulebook, self._rows, self._plan, self._view = rows.rulebook, rows, plan, view
        self._engine, self._progress = engine, progress
        self.faults: list[Fault] = []
        self.cases = self._done = 0
        self._parts: list[tuple[str, str, int]] = []
        engine.leave_out([])  # whatever an earlier judging on this engine left out
        self.problems = self._quarantined()
        engine.leave_out([problem.case for problem in self.problems])
        self._parts = _parts(engine.case_ids(), together)

    def findings(self) -> Iterator[pa.RecordBatch]:
        """Every finding, in batches of columns as in `engine.judge.finding_table`, in no particular order."""
        for first, last, cases in self._parts:
            self._engine.narrow(first, last)
            self._engine.upload(VIEW, view_row(self._view))
            for step in self._plan.steps:
                self._tell(step.says)
                if step.content is not None:
                    self._engine.upload(step.name, step.content)
                elif step.calendar:
                    asked = [(int(span), int(day)) for span, day in self._engine.fetch(step.sql)]
                    self._engine.upload(step.name, self._rows.days_after(asked))
                else:
                    self._engine.keep(step.name, step.sql)
                self._engine.drop(self._plan.done_with.get(step.name, ()))
            self._note_faults()
            self.cases += cases
            people = pa.Table.from_batches(self._engine.stream(self._plan.people, _PEOPLE), _PEOPLE)
            found = self._engine.stream(self._plan.findings, _TRAVELLING)
            yield from map(_Teller(self._rows, people).batch, found)

    def _quarantined(self) -> list[BadCase]:
        """Every case that is suspected, read through the one strict gate: what is wrong with those that it refuses."""
        problems = []
        for case in suspected(self._engine, self.rulebook.dictionary, self._tell):
            try:
                self._engine.case(case)
            except BadCase as problem:
                problems.append(problem)
        return problems

    def _note_faults(self) -> None:
        failed: dict[str, list[str]] = {}
        for duty, case in self._engine.fetch(self._plan.failed):
            failed.setdefault(case, []).append(duty)
        for case, duties in failed.items():
            for duty in duties:
                if duty in self._rows.only:
                    self.faults.append(Fault(case=case, duty=duty, error=self._error(duty, duties), trace=""))

    def _error(self, duty: str, failed: Sequence[str]) -> str:
        """Why that duty could not be judged where these failed."""
        musts = [one.must for one in self.rulebook.duties if one.id == duty and isinstance(one.must, NoOpenBreach)]
        if not musts:
            return "the calendar does not reach the day on which this falls due"
        looked_at = {one.id for one in self.rulebook.duties if any(must.looks_at(one) for must in musts)}
        return f"what it rests on could not be judged: {', '.join(sorted(looked_at.intersection(failed)))}"

    def _tell(self, says: str) -> None:
        steps = STEPS + len(self._plan.steps) * max(len(self._parts), 1)
        self._progress(Progress(self._done, steps, says))
        self._done += 1


class _Teller:
    """Puts the findings of one part into words."""

    def __init__(self, rows: RulebookRows, people: pa.Table) -> None:
        self._people = people
        self._editions = rows.edition_table()
        flags = list(FLAG_BITS)
        self._flags = pa.array(
            [[flag for flag in flags if FLAG_BITS[flag] & bits] for bits in range(2 ** len(flags))],
            pa.list_(pa.string()),
        )

    def batch(self, found: pa.RecordBatch) -> pa.RecordBatch:
        """A batch with the columns of `SCHEMA`."""
        edition = pc.subtract(found.column("k"), 1)
        person = pc.index_in(found.column("case_n"), self._people.column("case_n").combine_chunks())
        columns: dict[str, pa.Array] = {
            "instance": found.column("instance"),
            "subject": found.column("subject"),
            "evidence": pc.split_pattern(found.column("evidence"), ","),
            "outcome": _coded(found.column("outcome"), list(OUTCOMES)),
            "flags": self._flags.take(found.column("flags")),
            "days_over": found.column("days_over"),
        }
        for name in ("clause", "duty", "subject_type", "force", "standing", "basis", "decided_by"):
            columns[name] = _coded(edition, self._editions.column(name).to_pylist())
        for name in ("case", "team", "practitioner"):
            columns[name] = pa.DictionaryArray.from_arrays(person, self._people.column(name).combine_chunks())
        for name in ("start", "due", "done"):
            columns[name] = pc.add(found.column(name), _SINCE_1970).cast(pa.date32())
        columns["missing"] = pa.nulls(found.num_rows, pa.string())
        nothing = pa.DictionaryArray.from_arrays(pa.array([0] * found.num_rows, pa.int32()), pa.array([""]))
        columns["why"] = columns["put_right"] = nothing
        return pa.RecordBatch.from_arrays([columns[name] for name in SCHEMA.names], schema=SCHEMA)


_SINCE_1970 = pa.scalar((EARLIEST - date(1970, 1, 1)).days, pa.int32())

_TRAVELLING = pa.schema(
    [("instance", pa.string()), ("subject", pa.string()), ("evidence", pa.string()), ("k", pa.int32()), ("case_n", pa.int32()),
     ("outcome", pa.int32()), ("flags", pa.int32()), ("start", pa.int32()), ("due", pa.int32()), ("done", pa.int32()),
     ("days_over", pa.int32())]
)  # fmt: skip
"""The findings as a plan gives them."""

_PEOPLE = pa.schema(
    [("case_n", pa.int32()), ("case", pa.string()), ("team", pa.string()), ("practitioner", pa.string())]
)


def _coded(places: pa.Array, texts: Sequence[str]) -> pa.DictionaryArray:
    """Places in a list of texts, as the texts."""
    return pa.DictionaryArray.from_arrays(places.cast(pa.int32()), pa.array(texts, pa.string()))


def _parts(ids: Sequence[str], together: int) -> list[tuple[str, str, int]]:
    """The ids, which are in order, in parts of much the same size, so many at most: the first and the last of each, and how
    many they are.
    """  # fmt: skip
    parts = -(-len(ids) // together)
    bounds = [len(ids) * part // parts for part in range(parts + 1)] if parts else []
    return [(ids[start], ids[end - 1], end - start) for start, end in pairwise(bounds)]
