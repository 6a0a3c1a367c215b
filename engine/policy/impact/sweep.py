"""A sweep: how compliance bends with a dated number. Only the duties that use it are judged, once for each number."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import ValidationError

from engine.duty.rulebook import Rulebook, refs
from engine.duty.values import SPAN_UNITS, Value, ValueVersion, explain
from engine.judge.caseload_judge import CaseloadJudge, CaseloadRun, Progress
from engine.judge.curve import DECIDED, Curve, Kept, Point
from engine.judge.outcome import OUTCOMES
from engine.policy.impact.checked_once import checked_once
from engine.record.dictionary import Dictionary
from engine.record.problem import KeptError, RecordProblem, harmless, nearest
from engine.record.table_engine import TableEngine, closing
from engine.record.timeline import View

MOST = 200
"""Numbers in one sweep."""

FEWEST = 5
"""Cases that a share must be about at least to be shared."""

_PARTS = 1000


def numbers_in(text: str, step: int) -> list[int]:
    """The numbers that `5..60` means, every so-manieth; the last one always.

    Raises:
        KeptError: when it means none, or too many.
    """
    found = re.fullmatch(r"\s*(\d{1,5})\s*\.\.\s*(\d{1,5})\s*", text)
    if found is None or int(found[1]) > int(found[2]):
        raise KeptError(f"'{harmless(text, 40)}' is not a range of numbers. Write it like 5..60, the smaller first.")
    first, last = int(found[1]), int(found[2])
    numbers = sorted({*range(first, last + 1, step), last})
    if len(numbers) > MOST:
        raise KeptError(
            f"{harmless(text, 40)} is {len(numbers)} numbers, and each is judged; {MOST} is the most. Take a --step."
        )
    return numbers


def sweep(
    book: Rulebook,
    name: str,
    numbers: Sequence[int],
    opens: Callable[[Dictionary], TableEngine],
    view: View,
    *,
    caseload: str,
    by_team: bool = False,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Curve:
    """Compliance with the duties that use that value, for each number in the place of its version on the as-at day.

    Raises:
        KeptError: when there is no such value, it is no number, no duty uses it, a number is out of range, or there is no
            case in the caseload.
        RecordProblem: when the caseload cannot be read at all.
    """
    place, version = _version(book, name, view)
    value = book.values[name]
    using = {duty.id: duty.title for duty in book.duties if any(ref.value == name for ref in refs(duty))}
    # What is on trial is in no total; a value that nothing else uses is swept for that alone.
    using = {duty: title for duty, title in using.items() if duty not in book.on_trial} or using
    if not using:
        raise KeptError(f"no duty uses the value '{name}': nothing depends on it.")
    books = [_with_number(book, value, place, number) for number in numbers]
    points, problems, cases = list[Point](), tuple[RecordProblem, ...](), 0
    with closing(opens(book.dictionary)) as opened:
        engine = checked_once(opened)
        for done, (number, changed) in enumerate(zip(numbers, books, strict=True)):
            tell = _part(progress, done, len(numbers), f"{name} = {number}")
            run = CaseloadJudge(changed, only=using).judge(engine, view, progress=tell)
            whole, groups = _counted(run, by_team=by_team)
            points.append(Point(number, whole, groups, tuple(run.faults)))
            problems, cases = tuple(run.problems), run.cases
    if not cases:
        why = (
            f"none of its {len(problems)} cases could be read. The first: {problems[0]}" if problems else "it is empty"
        )
        raise KeptError(f"nothing to judge in {caseload}: {why}")
    after = value.versions[place + 1 : place + 2]
    return Curve(
        value=name,
        says=value.says,
        unit=value.unit,
        now=version.value if isinstance(version.value, int) else None,
        since=version.from_,
        until=after[0].from_ if after else None,
        duties=using,
        view=view,
        caseload=caseload,
        rulebook=book.sha256,
        cases=cases,
        by_team=by_team,
        points=tuple(points),
        problems=problems,
    )


def _version(book: Rulebook, name: str, view: View) -> tuple[int, ValueVersion]:
    """The version on the as-at day, or the first when that comes later, and its place."""
    if name not in book.values:
        raise KeptError(f"there is no value '{harmless(name, 80)}'{nearest(name, book.values)}")
    value = book.values[name]
    if value.unit not in SPAN_UNITS:
        raise KeptError(f"'{name}' is a list of {value.unit}, not a number: there is nothing to sweep.")
    version = value.on(view.as_at) or value.versions[0]
    return value.versions.index(version), version


def _with_number(book: Rulebook, value: Value, place: int, number: int) -> Rulebook:
    changed = value.versions[place].model_copy(update={"value": number})
    versions = (*value.versions[:place], changed, *value.versions[place + 1 :])
    try:
        other = Value.model_validate(
            {**{name: getattr(value, name) for name in Value.model_fields}, "versions": versions}
        )
        fields = {name: getattr(book, name) for name in Rulebook.model_fields}
        return Rulebook(**fields | {"values": {**book.values, value.name: other}})
    except ValidationError as error:
        raise KeptError(explain(error)) from error


def _part(progress: Callable[[Progress], None], done: int, of: int, name: str) -> Callable[[Progress], None]:
    """One of so many judgings as a part of the whole."""

    def tell(stage: Progress) -> None:
        here = min(_PARTS * stage.done // max(stage.steps, 1), _PARTS)
        progress(Progress(done * _PARTS + here, of * _PARTS, f"{name}: {stage.says}"))

    return tell


def _counted(run: CaseloadRun, *, by_team: bool) -> tuple[Kept, dict[str, Kept]]:
    """What was found, counted: all of it, and for each team."""
    whole, teams = Counter[str](), Counter[tuple[str, str]]()
    cases = dict[tuple[str | None, bool], set[str]]()
    for batch in run.findings():
        found = pa.Table.from_batches([batch]).select(["case", "team", "outcome"]).unify_dictionaries()
        for team, outcome, count in _groups(found, "team", "outcome"):
            whole[outcome] += count
            teams[team, outcome] += count
        _note_cases(cases, found)
    names = sorted({team for team, _ in teams}) if by_team else []
    return (
        _kept(whole, cases, None),
        {team: _kept({outcome: teams[team, outcome] for outcome in OUTCOMES}, cases, team) for team in names},
    )


def _groups(found: pa.Table, *columns: str) -> Iterator[tuple[str, str, int]]:
    counted = found.group_by(list(columns)).aggregate([([], "count_all")])
    return zip(*(counted[name].to_pylist() for name in (*columns, "count_all")), strict=True)


def _note_cases(cases: dict[tuple[str | None, bool], set[str]], found: pa.Table) -> None:
    """Note whose those are that were met, and whose those late or breached, until they are enough to be shared."""
    decided = found.filter(pc.is_in(found["outcome"].cast(pa.string()), pa.array(DECIDED)))
    each = decided.group_by(["team", "outcome", "case"]).aggregate([])
    for team, outcome, case in zip(*(each[name].to_pylist() for name in ("team", "outcome", "case")), strict=True):
        for group in (None, team):
            some = cases.setdefault((group, outcome == "met"), set())
            if len(some) < FEWEST:
                some.add(case)


def _kept(
    counts: dict[str, int] | Counter[str], cases: dict[tuple[str | None, bool], set[str]], team: str | None
) -> Kept:
    kept, failed = (len(cases.get((team, met), ())) for met in (True, False))
    return Kept({outcome: counts[outcome] for outcome in OUTCOMES}, 0 < kept < FEWEST, 0 < failed < FEWEST)
