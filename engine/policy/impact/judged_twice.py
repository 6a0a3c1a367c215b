"""Impact: whom a candidate rulebook would move, over a whole caseload, before it goes live.

Both rulebooks judge the same caseload from the same day, but only the duties that differ; what they find is put side by
side, instance by instance, in a DuckDB of its own. Memory is bounded: what does not fit goes to a temporary folder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace

import ibis
import pyarrow as pa

from engine.duty.rulebook import Rulebook
from engine.judge.case_judge import CaseJudge
from engine.judge.difference import By, Impact, Moved, Side
from engine.policy.comparison.differing import chosen, differing, one_dictionary
from engine.policy.impact.checked_once import checked_once
from engine.policy.impact.side_by_side import MOVED, Run, Tell, Together
from engine.record.dictionary import Dictionary
from engine.record.problem import KeptError, RecordProblem
from engine.record.suspects import raw_tables
from engine.record.table_engine import TableEngine, closing
from engine.record.timeline import View

LISTED = 20
"""Moved instances that are listed with both reasons."""

Opens = Callable[[Dictionary], TableEngine]


def measure_impact(
    base: Rulebook,
    candidate: Rulebook,
    opens: Opens,
    view: View,
    *,
    caseload: str,
    names: tuple[str, str] = ("the base", "the candidate"),
    only: Iterable[str] = (),
    by: By | None = None,
    listed: int = LISTED,
    moved_to: Callable[[Iterator[Moved]], None] | None = None,
    progress: Tell = lambda _: None,
) -> Impact:
    """What the candidate would move in the caseload that `opens` opens, seen from there; `caseload` describes it.

    `only` names clauses or duties, all when empty. `moved_to` is given every instance that moves, without reasons. The
    first `listed` of them are told with both, by the case judge.

    Raises:
        RulebookProblem: for an unknown clause in `only`.
        RecordProblem: when the caseload cannot be read at all.
        KeptError: when there is no case in it, or its cases do not have what they are to be grouped by.
    """
    within = chosen(base, candidate, only)
    every = differing(base, candidate)
    found = tuple(one for one in every if one.id in within)
    impact = Impact(
        view=view,
        caseload=caseload,
        base=Side(names[0], base.sha256),
        candidate=Side(names[1], candidate.sha256),
        differing=found,
        unchanged=len(within) - len(found),
        cases=0,
        by=by,
    )
    with ExitStack() as stack:
        books, engines = _engines(base, candidate, opens, stack)
        if by not in (None, "team") and by not in books[0].dictionary.object_attributes:
            raise KeptError(f"cases cannot be grouped by {by}: the record dictionary has no such attribute.")
        if not found:
            return replace(impact, cases=len(engines[0].case_ids()))
        together = stack.enter_context(Together.opened(view))
        runs = [
            together.judge(side, book, engine, found, _named(progress, name))
            for side, book, engine, name in zip((0, 1), books, engines, names, strict=True)
        ]
        _refuse_nothing(runs, caseload)
        left_out = together.leave_out(runs)
        together.pair(_attributes(engines[0], books[0].dictionary, by, runs[0].problems) if by else None, by)
        if moved_to is not None:
            moved_to(together.moved())
        return replace(
            impact,
            base=replace(impact.base, instances=together.instances("before"), faults=runs[0].faults),
            candidate=replace(impact.candidate, instances=together.instances("after"), faults=runs[1].faults),
            cases=max(run.cases for run in runs),
            problems=_distinct(runs),
            left_out=left_out,
            steps=together.steps(),
            groups=together.grouped("grp") if by else {},
            duties=together.grouped("duty"),
            weeks=together.weeks(),
            shifts=together.shifts(),
            got_a_date=together.ask_one("due_before IS NULL AND due_after IS NOT NULL"),
            lost_its_date=together.ask_one("due_before IS NOT NULL AND due_after IS NULL"),
            rests_differently=together.ask_one(f"NOT ({MOVED}) AND rests"),
            listed=tuple(_with_reasons(together.moved(listed), books, engines, view)),
        )


def _engines(
    base: Rulebook, candidate: Rulebook, opens: Opens, stack: ExitStack
) -> tuple[list[Rulebook], list[TableEngine]]:
    """Both rulebooks, and where each judges: in one place, with the words of both, unless these contradict each other."""
    words = one_dictionary(base.dictionary, candidate.dictionary)
    if words is None:
        books = [base, candidate]
        return books, [stack.enter_context(closing(opens(book.dictionary))) for book in books]
    engine = checked_once(stack.enter_context(closing(opens(words))))
    return [_with_words(book, words) for book in (base, candidate)], [engine, engine]


def _with_words(book: Rulebook, words: Dictionary) -> Rulebook:
    fields = {name: getattr(book, name) for name in Rulebook.model_fields}
    return book if book.dictionary == words else Rulebook(**fields | {"dictionary": words})


def _named(progress: Tell, name: str) -> Tell:
    return lambda stage: progress(stage._replace(says=f"{name}: {stage.says}"))


def _refuse_nothing(runs: Sequence[Run], caseload: str) -> None:
    if not any(run.cases for run in runs):
        bad = max((run.problems for run in runs), key=len)
        why = f"none of its {len(bad)} cases could be read. The first: {bad[0]}" if bad else "there is no case in it"
        raise KeptError(f"nothing to judge in {caseload}: {why}")


def _distinct(runs: Sequence[Run]) -> tuple[RecordProblem, ...]:
    return tuple({str(problem): problem for run in runs for problem in run.problems}.values())


def _attributes(
    engine: TableEngine, words: Dictionary, by: By, problems: Sequence[RecordProblem]
) -> Iterator[pa.RecordBatch]:
    """The id of every case with what it is grouped by; nothing where that is the team, which findings have."""
    if by == "team":
        return
    objects = raw_tables(words)["objects"]
    own = objects.filter((objects.id == objects.case) & objects.type.isin(words.roots))
    question = str(ibis.to_sql(own.select("case", grp=own[by].fill_null("")), dialect=engine.dialect))
    engine.leave_out([getattr(problem, "case", "") for problem in problems])
    yield from engine.stream(question, pa.schema([("case", pa.string()), ("grp", pa.string())]))


def _with_reasons(
    moved: Iterator[Moved], books: Sequence[Rulebook], engines: Sequence[TableEngine], view: View
) -> Iterator[Moved]:
    """The moved with why each judging says what it says."""
    some = list(moved)
    judges = [
        CaseJudge(book, only=duties)
        if (duties := {duty.id for duty in book.duties} & {one.duty for one in some})
        else None
        for book in books
    ]
    reasons: dict[tuple[int, str], dict[str, str]] = {}
    for one in some:
        said = []
        for side, (judge, engine) in enumerate(zip(judges, engines, strict=True)):
            if judge is not None and (side, one.case) not in reasons:
                judged = judge.judge(engine.case(one.case), view, explained=True)
                reasons[side, one.case] = {finding.instance: finding.why for finding in judged.findings}
            said.append(reasons.get((side, one.case), {}).get(one.instance, ""))
        yield one._replace(why_before=said[0], why_after=said[1])
