"""The findings of two judgings put side by side, instance by instance, in a DuckDB of their own.

Memory is bounded: what does not fit goes to a temporary folder.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa

from engine.duty.rulebook import Rulebook
from engine.judge.caseload_judge import CaseloadJudge, Progress
from engine.judge.difference import MOVES, WEEKS, By, Count, Differing, Move, Moved, Shift, Step, Week, weeks_from
from engine.judge.outcome import Fault
from engine.record.problem import RecordProblem
from engine.record.table_engine import TableEngine
from engine.record.timeline import View

MEMORY = "2GB"
"""What the comparison may take before it goes to disk."""

Tell = Callable[[Progress], None]

_BATCH = 20_000


class Run(NamedTuple):
    """What a judging came to beside its findings."""

    cases: int
    problems: tuple[RecordProblem, ...]
    faults: tuple[Fault, ...]


MOVED = "(before IS DISTINCT FROM after OR due_before IS DISTINCT FROM due_after)"
"""The condition on what moves."""

_COUNTED = 'count(*), count(DISTINCT hash("case"))'
_ORDER = {move: place for place, move in enumerate(MOVES)}


class Together:
    """The findings of both judgings: judge twice, leave out what failed, pair them, then ask."""

    def __init__(self, database: duckdb.DuckDBPyConnection, view: View) -> None:
        self._database, self._view = database, view

    @classmethod
    @contextmanager
    def opened(cls, view: View) -> Iterator[Together]:
        """An empty one, which goes when it is left."""
        with tempfile.TemporaryDirectory(prefix="kept-impact-") as spill:
            config: dict[str, str | bool | int | float | list[str]] = {
                "memory_limit": MEMORY,
                "temp_directory": spill,
                "preserve_insertion_order": False,
            }
            with duckdb.connect(config=config) as database:
                for side in (0, 1):
                    database.execute(
                        f'CREATE TABLE found_{side} (instance VARCHAR, "case" VARCHAR, duty VARCHAR, subject_type VARCHAR, '
                        "subject VARCHAR, team VARCHAR, start DATE, outcome VARCHAR, due DATE, rest UBIGINT)"
                    )
                yield cls(database, view)

    def judge(self, side: int, book: Rulebook, engine: TableEngine, found: Iterable[Differing], progress: Tell) -> Run:
        """Judge the duties that differ, and keep what is found."""
        only = {duty.id for duty in book.duties} & {one.id for one in found} - book.on_trial
        if not only:  # none of them is in this rulebook, and to name none would be to ask for all
            return Run(0, (), ())
        run = CaseloadJudge(book, only=only).judge(engine, self._view, progress=progress)
        for batch in run.findings():
            self._database.register("batch", batch)
            self._database.execute(
                f'INSERT INTO found_{side} SELECT instance, "case", duty, subject_type, subject, team, start, outcome, due, '  # noqa: S608
                "hash(done, force, standing, basis, flags, evidence) FROM batch"
            )
            self._database.unregister("batch")
        return Run(run.cases, tuple(run.problems), tuple(run.faults))

    def leave_out(self, runs: Sequence[Run]) -> int:
        """Drop what only one side can have because the other failed there; how many instances."""
        failed = {(fault.case, fault.duty) for run in runs for fault in run.faults}
        # A case that only one of them could read; where both read the same tables there is none.
        unread = {getattr(problem, "case", "") for run in runs for problem in run.problems}
        gone = 0
        for side in (0, 1):
            for condition, values in (
                ('("case", duty) IN (SELECT unnest(?::VARCHAR[]), unnest(?::VARCHAR[]))', list(zip(*sorted(failed), strict=True))),
                ('"case" IN (SELECT unnest(?::VARCHAR[]))', [sorted(unread)] if unread else []),
            ):  # fmt: skip
                if values:
                    where = f"FROM found_{side} WHERE {condition}"
                    lists = [list(value) for value in values]
                    gone += self._one(f"SELECT count(*) {where}", lists)
                    self._database.execute(f"DELETE {where}", lists)
        return gone

    def pair(self, cases: Iterator[pa.RecordBatch] | None, by: By | None) -> None:
        """Put the findings side by side; `cases` is what each case is grouped by, where it is not the team."""
        self._database.execute('CREATE TABLE cases ("case" VARCHAR, grp VARCHAR)')
        for batch in cases or ():
            self._database.register("batch", batch)
            self._database.execute("INSERT INTO cases SELECT * FROM batch")
            self._database.unregister("batch")
        grp = "coalesce(b.team, a.team)" if by == "team" else "coalesce(c.grp, '')" if by else "''"
        both = ", ".join(f'coalesce(b."{name}", a."{name}") AS "{name}"'
                         for name in ("instance", "case", "duty", "subject_type", "subject", "team", "start"))  # fmt: skip
        grouped = 'LEFT JOIN cases AS c ON c."case" = coalesce(b."case", a."case")' if by and by != "team" else ""
        self._database.execute(
            f"CREATE TABLE pairs AS SELECT {both}, {grp} AS grp, b.outcome AS before, a.outcome AS after, "  # noqa: S608 - names of ours
            "b.due AS due_before, a.due AS due_after, "
            "b.outcome IS NOT NULL AND a.outcome IS NOT NULL AND b.due IS DISTINCT FROM a.due AS due_moved, "
            "b.rest IS DISTINCT FROM a.rest AS rests "
            f"FROM found_0 AS b FULL JOIN found_1 AS a ON a.instance = b.instance {grouped}"
        )
        self._database.execute("DROP TABLE found_0; DROP TABLE found_1")

    def instances(self, side: str) -> int:
        """How many that side has."""
        return self._one(f"SELECT count({side}) FROM pairs")  # noqa: S608 - names of ours

    def ask_one(self, condition: str) -> int:
        """How many instances that both have are like that."""
        owed = "before IS NOT NULL AND after IS NOT NULL"
        return self._one(f"SELECT count(*) FROM pairs WHERE {owed} AND {condition}")  # noqa: S608 - names of ours

    def steps(self) -> dict[Step, Count]:
        """How many instances take each step."""
        rows = self._all(f"SELECT before, after, due_moved, {_COUNTED} FROM pairs GROUP BY ALL ORDER BY ALL")  # noqa: S608
        return {Step(before, after, moved): Count(*counted) for before, after, moved, *counted in rows}

    def grouped(self, column: str) -> dict[str, dict[Move, Count]]:
        """How many instances of each group move, and how."""
        case = " ".join(
            f"WHEN before IS NOT DISTINCT FROM {_text(step.before)} AND after IS NOT DISTINCT FROM {_text(step.after)} "
            f"AND due_moved = {step.due_moved} THEN '{step.move}'"
            for step in self.steps()
        )
        found: dict[str, dict[Move, Count]] = {}
        for group, move, *counted in (
            self._all(
                f"SELECT {column}, CASE {case} END AS move, {_COUNTED} FROM pairs GROUP BY ALL ORDER BY ALL"  # noqa: S608
            )
            if case
            else ()
        ):
            found.setdefault(group, dict.fromkeys(MOVES, Count(0, 0)))[move] = Count(*counted)
        return found

    def weeks(self) -> tuple[Week, ...]:
        """What falls due in each week ahead; then what does later, or by no day that is known yet."""
        sides = []
        for side in ("before", "after"):
            week = f"least(coalesce((due_{side} - DATE '{self._view.as_at}') // 7, {WEEKS}), {WEEKS})"
            rows = self._all(f"SELECT {week}, {_COUNTED} FROM pairs WHERE {side} = 'due' GROUP BY ALL")  # noqa: S608
            sides.append({number: Count(*counted) for number, *counted in rows})
        none = Count(0, 0)
        spans = [*weeks_from(self._view.as_at), (None, None)]
        return tuple(
            Week(first, last, sides[0].get(number, none), sides[1].get(number, none))
            for number, (first, last) in enumerate(spans)
        )

    def shifts(self) -> tuple[Shift, ...]:
        """By how many days due dates are later or earlier."""
        rows = self._all(
            f"SELECT due_after - due_before AS days, before = after AS alone, {_COUNTED} FROM pairs "  # noqa: S608 - names of ours
            "WHERE due_moved AND due_before IS NOT NULL AND due_after IS NOT NULL GROUP BY ALL ORDER BY ALL"
        )
        return tuple(Shift(days, alone, Count(*counted)) for days, alone, *counted in rows)

    def moved(self, most: int | None = None) -> Iterator[Moved]:
        """What moves, what matters most first."""
        order = " ".join(
            f"WHEN before IS NOT DISTINCT FROM {_text(step.before)} AND after IS NOT DISTINCT FROM {_text(step.after)} "
            f"THEN {_ORDER[step.move]}"
            for step in self.steps()
            if step.move != "same"
        )
        if not order or most == 0:
            return
        limit = "" if most is None else f"LIMIT {most}"
        cursor = self._database.cursor()
        cursor.execute(
            'SELECT instance, "case", team, grp, duty, subject_type, subject, start, before, due_before, after, due_after, due_moved '  # noqa: S608
            f"FROM pairs WHERE {MOVED} ORDER BY CASE {order} END, instance {limit}"
        )
        while rows := cursor.fetchmany(_BATCH):
            for row in rows:
                before, due_before, after, due_after, due_moved = row[8:]
                instance, case, team, group, duty, subject_type, subject, start = row[:8]
                yield Moved(
                    instance, case, team, group, duty, subject_type, subject, start,
                    Step(before, after, due_moved).move, before, due_before, after, due_after,
                )  # fmt: skip

    def _all(self, question: str) -> list[tuple[Any, ...]]:
        return self._database.execute(question).fetchall()

    def _one(self, question: str, values: Sequence[object] = ()) -> int:
        row = self._database.execute(question, list(values)).fetchone()
        return int(row[0]) if row else 0


def _text(outcome: str | None) -> str:
    return "NULL" if outcome is None else f"'{outcome}'"
