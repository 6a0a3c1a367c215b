"""An impact is the difference of two nights, costs no more than two, and what of it is shared gives away no small group."""

from __future__ import annotations

import csv
import io
import json
import shutil
import stat
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.duty.rulebook import Rulebook
from engine.judge.case_judge import CaseJudge
from engine.judge.caseload_judge import CaseloadJudge
from engine.judge.difference import MOVES, Count, Impact, Moved, Shift, Side, Step, Week, weeks_from
from engine.judge.outcome import OUTCOMES, Finding
from engine.policy.comparison.differing import differing, one_dictionary
from engine.policy.impact import side_by_side
from engine.policy.impact.checked_once import checked_once
from engine.policy.impact.judged_twice import measure_impact
from engine.policy.sample import AS_AT, make_sample
from engine.record.dictionary import AttributeWord, Dictionary, EventWord
from engine.record.duckdb_engine import DuckDBEngine
from engine.record.engines import open_engine
from engine.record.model import CaseRecord
from engine.record.problem import KeptError, RulebookProblem
from engine.record.table_engine import TableEngine, closing
from engine.record.table_reader import Caseload
from engine.record.timeline import View
from engine.report.impact_data import impact_json, write_moved_file, write_numbers
from engine.report.impact_page import impact_page
from engine.report.impact_shared import Shared, shared
from engine.report.impact_text import NOT_APPLIED, in_a_sentence
from engine.report.small_groups import FEWEST
from tests.commands import Run, runner

CASES = 120
VIEW = View(AS_AT)
VALUE = "ns_5_1_seen_within"


@pytest.fixture(scope="module")
def caseload(rulebook: Rulebook, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("impact") / "sample"
    make_sample(rulebook.dictionary, out, CASES, 3, lambda _: None, judgements=[])
    return out


def altered(book: Rulebook, **changed: Any) -> Rulebook:
    return Rulebook(**{name: getattr(book, name) for name in Rulebook.model_fields} | changed)


def with_number(book: Rulebook, name: str, number: int | None) -> Rulebook:
    value = book.values[name]
    versions = tuple(version.model_copy(update={"value": number}) for version in value.versions)
    return altered(book, values={**book.values, name: value.model_copy(update={"versions": versions})})


@pytest.fixture(scope="module")
def candidate(rulebook: Rulebook) -> Rulebook:
    """Children are to be seen sooner, one duty is gone, one is new, and another only reads otherwise."""
    duties = [duty for duty in rulebook.duties if duty.id != "NS-2.2"]
    seen = next(duty for duty in duties if duty.id == "NS-5.1")
    words = {"title": "Another title altogether", "reads": "Read in other words, which judge nothing."}
    duties = [duty.model_copy(update=words) if duty.id == "NS-8.1" else duty for duty in duties]
    new = seen.model_copy(
        update={"id": "NS-5.1z", "deadline": seen.deadline, "title": "Every child is seen, once more"}
    )
    return with_number(altered(rulebook, duties=(*duties, new)), VALUE, 6)


def opened(caseload: Path) -> Callable[[Dictionary], TableEngine]:
    return lambda words: open_engine(str(caseload), words, threads=1)


def measured(caseload: Path, base: Rulebook, candidate: Rulebook, **asked: Any) -> tuple[Impact, list[Moved]]:
    moved: list[Moved] = []
    impact = measure_impact(
        base, candidate, opened(caseload), VIEW, caseload="the sample", moved_to=moved.extend, **{"listed": 0} | asked
    )
    return impact, moved


@pytest.fixture(scope="module")
def found(caseload: Path, rulebook: Rulebook, candidate: Rulebook) -> tuple[Impact, list[Moved]]:
    return measured(caseload, rulebook, candidate, by="work", listed=5)


def records(caseload: Path, book: Rulebook) -> list[CaseRecord]:
    with Caseload(caseload, book.dictionary) as cases:
        return [case for case in cases.cases() if isinstance(case, CaseRecord)]


def by_the_case_judge(cases: list[CaseRecord], book: Rulebook) -> dict[str, Finding]:
    judge = CaseJudge(book)
    return {finding.instance: finding for case in cases for finding in judge.judge(case, VIEW).findings}


# --- it is the difference of two nights ------------------------------------------------------------------------------


def test_an_impact_is_the_difference_of_two_nights(
    caseload: Path, rulebook: Rulebook, candidate: Rulebook, found: tuple[Impact, list[Moved]]
) -> None:
    impact, moved = found
    cases = records(caseload, rulebook)
    work = {case.id: str(case.root.attributes.get("work", "")) for case in cases}
    before, after = (by_the_case_judge(cases, book) for book in (rulebook, candidate))
    differs = {one.id for one in impact.differing}
    pairs = {
        name: (before.get(name), after.get(name))
        for name in before | after
        if (before.get(name) or after[name]).duty in differs
    }
    steps, groups, shifts, wanted = Counter[Step](), Counter[tuple[str, str]](), Counter[tuple[int, bool]](), {}
    for name, (one, other) in pairs.items():
        moves = one is not None and other is not None and one.due != other.due
        step = Step(one.outcome if one else None, other.outcome if other else None, moves)
        steps[step] += 1
        groups[work[(one or other).case], step.move] += 1  # type: ignore[union-attr]
        if one and other and moves and one.due and other.due:
            shifts[(other.due - one.due).days, one.outcome == other.outcome] += 1
        if step.move != "same":
            wanted[name] = (
                step.move,
                one and one.outcome,
                one and one.due,
                other and other.outcome,
                other and other.due,
            )
    assert {step: count.instances for step, count in impact.steps.items()} == steps
    assert {(name, move): count.instances for name, row in impact.groups.items() for move, count in row.items()
            if count.instances} == groups  # fmt: skip
    assert {(shift.days, shift.alone): shift.counted.instances for shift in impact.shifts} == shifts
    assert {one.instance: (one.move, one.before, one.due_before, one.after, one.due_after) for one in moved} == wanted
    assert (impact.base.instances, impact.candidate.instances) == (
        sum(finding.duty in differs for finding in before.values()), sum(finding.duty in differs for finding in after.values())
    )  # fmt: skip
    for week, (first, last) in zip(impact.weeks, weeks_from(AS_AT), strict=False):
        counts = [
            sum(one.outcome == "due" and one.due is not None and first <= one.due <= last and one.duty in differs
                for one in night.values())
            for night in (before, after)
        ]  # fmt: skip
        assert [week.before.instances, week.after.instances] == counts
    # What was not judged by both is the same in both.
    assert {name for name in before | after if before.get(name) != after.get(name)} <= set(pairs)
    assert {step.move for step in steps} >= {"worse", "newly_owed", "no_longer_owed", "due_date", "same"}
    assert impact.complete


def test_cases_are_counted_once(found: tuple[Impact, list[Moved]]) -> None:
    impact, moved = found
    for move in ("worse", "due_date"):
        steps = {step: count for step, count in impact.steps.items() if step.move == move}
        for step, count in steps.items():
            of_step = {one.case for one in moved if (one.before, one.after) == step[:2] and one.move == move}
            assert (count.cases, count.cases <= count.instances) == (len(of_step), True)


def test_the_first_of_those_that_move_are_told_with_both_reasons(found: tuple[Impact, list[Moved]]) -> None:
    impact, moved = found
    order = list(MOVES)
    assert [one.instance for one in impact.listed] == [
        one.instance for one in sorted(moved, key=lambda one: (order.index(one.move), one.instance))[:5]
    ]
    assert len(impact.listed) == 5
    for one in impact.listed:
        assert "10 working days" in one.why_before
        assert "6 working days" in one.why_after


# --- what is judged ----------------------------------------------------------------------------------------------------


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[set[str]]:
    """What each judging of a caseload was asked for."""
    asked: list[set[str]] = []

    class Noting(CaseloadJudge):
        def __init__(self, rulebook: Rulebook, **kwargs: Any) -> None:
            asked.append(set(kwargs["only"]))
            super().__init__(rulebook, **kwargs)

    monkeypatch.setattr(side_by_side, "CaseloadJudge", Noting)
    return asked


def test_only_the_duties_that_differ_are_judged_and_those_that_rest_on_them(
    caseload: Path, rulebook: Rulebook, candidate: Rulebook, judged: list[set[str]]
) -> None:
    impact, _ = measured(caseload, rulebook, candidate, only=["NS-5.1", "NS-2.2", "NS-8.1"])
    assert judged == [{"NS-5.1", "NS-2.2"}, {"NS-5.1", "NS-5.1z"}]
    assert {one.id: one.how for one in impact.differing} == {"NS-5.1": "value", "NS-5.1z": "new", "NS-2.2": "gone"}
    others = {duty.id for duty in rulebook.duties if duty.clause in ("NS-2.2", "NS-5.1", "NS-8.1")}
    assert impact.unchanged == len(others) - 2
    resting = {one.id for one in differing(rulebook, candidate) if one.how == "rests"}
    assert resting == {duty.id for duty in rulebook.duties if duty.about_outcomes}


def test_where_nothing_differs_nothing_is_judged(caseload: Path, rulebook: Rulebook, judged: list[set[str]]) -> None:
    other = altered(
        rulebook, duties=tuple(duty.model_copy(update={"title": f"{duty.title}!"}) for duty in rulebook.duties)
    )
    assert other.sha256 != rulebook.sha256
    impact, moved = measured(caseload, rulebook, other, by="team")
    assert (judged, moved, impact.differing, impact.unchanged) == (
        [],
        [],
        (),
        len({duty.id for duty in rulebook.duties}),
    )
    assert "No duty differs" in impact_page(impact)


def test_a_rulebook_without_any_of_them_judges_nothing_not_everything(
    caseload: Path, rulebook: Rulebook, candidate: Rulebook, judged: list[set[str]]
) -> None:
    impact, moved = measured(caseload, rulebook, candidate, only=["NS-5.1z"])
    assert judged == [{"NS-5.1z"}]
    assert impact.moves["newly_owed"] == impact.moved == len(moved) > 0


def test_the_tables_are_checked_once(caseload: Path, rulebook: Rulebook, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    fetch = DuckDBEngine.fetch

    def noting(engine: DuckDBEngine, question: str) -> Any:
        asked.append(question)
        return fetch(engine, question)

    monkeypatch.setattr(DuckDBEngine, "fetch", noting)
    with closing(open_engine(str(caseload), rulebook.dictionary)) as plain:
        engine = checked_once(plain)
        first = CaseloadJudge(rulebook, only=["NS-5.1"]).judge(engine, VIEW)
        questions = len(asked)
        second = CaseloadJudge(rulebook, only=["NS-5.1"]).judge(engine, VIEW)
        assert (questions > 20, len(asked) - questions) == (True, 1)  # which cases there are
        rows = [sorted(str(row) for batch in run.findings() for row in batch.to_pylist()) for run in (first, second)]
        assert rows[0] == rows[1] != []


def test_what_cannot_be_read_is_told_and_left_out(
    caseload: Path, rulebook: Rulebook, candidate: Rulebook, tmp_path: Path
) -> None:
    broken = shutil.copytree(caseload, tmp_path / "broken")
    events = pq.read_table(broken / "events.parquet")
    types = ["no_such_event" if case == "C-000007" else name
             for case, name in zip(events["case"].to_pylist(), events["type"].to_pylist(), strict=True)]  # fmt: skip
    place = events.column_names.index("type")
    pq.write_table(events.set_column(place, "type", pa.array(types)), broken / "events.parquet")
    impact, moved = measured(broken, rulebook, candidate, only=["NS-5.1"])
    assert [str(problem).split(":")[0] != "" for problem in impact.problems] == [True]
    assert not impact.complete
    assert "C-000007" not in {one.case for one in moved}
    assert "This comparison is incomplete" in impact_page(impact)
    assert json.loads(impact_json(impact))["quarantined"] == 1


def test_a_fault_on_one_side_leaves_its_instances_out_on_both(caseload: Path, rulebook: Rulebook) -> None:
    """The calendar does not reach so far: the candidate fails in every case that the duty applies to."""
    impact, moved = measured(caseload, rulebook, with_number(rulebook, VALUE, 39_000), only=["NS-5.1"])
    assert (moved, impact.steps, impact.complete) == ([], {}, False)
    assert {fault.duty for fault in impact.candidate.faults} == {"NS-5.1"}
    assert impact.base.faults == ()
    assert impact.left_out > CASES
    assert "By the candidate, Kept failed to judge" in impact_page(impact)


# --- words, statuses, names ------------------------------------------------------------------------------------------


def word_added(words: Dictionary, **more: Any) -> Dictionary:
    event = EventWord(name="sung_to", says="Somebody sang.", about=("child",), **more)
    return Dictionary(objects=words.objects, events=(*words.events, event))


@pytest.mark.soak
def test_words_that_only_one_of_them_has_are_joined(caseload: Path, rulebook: Rulebook, candidate: Rulebook) -> None:
    more = word_added(rulebook.dictionary)
    assert one_dictionary(rulebook.dictionary, more) == more
    both = one_dictionary(more, rulebook.dictionary)
    assert both is not None
    assert set(both.event) == set(more.event)
    impact, moved = measured(caseload, rulebook, altered(candidate, dictionary=more), only=["NS-5.1"])
    assert {one.id: one.how for one in impact.differing} == {"NS-5.1": "value", "NS-5.1z": "new"}
    assert impact.complete
    assert {one.duty for one in moved} == {"NS-5.1", "NS-5.1z"}


@pytest.mark.soak
def test_words_that_contradict_each_other_have_everything_judged_apart(caseload: Path, rulebook: Rulebook) -> None:
    flag, number = (
        word_added(rulebook.dictionary, attributes=(AttributeWord(name="loud", says="How loud.", kind=kind),))
        for kind in ("flag", "number")
    )
    assert one_dictionary(flag, number) is None
    before, after = (altered(rulebook, dictionary=words) for words in (flag, number))
    assert {one.how for one in differing(before, after)} == {"words"}
    impact, moved = measured(caseload, before, after, only=["NS-5.1"])
    assert ({one.how for one in impact.differing}, moved, impact.complete) == ({"words"}, [], True)
    assert impact.moves["same"] == impact.base.instances > 0


def test_another_calendar_has_everything_judged_again(rulebook: Rulebook) -> None:
    later = rulebook.calendar.model_copy(update={"known_through": date(2029, 12, 31)})
    found = differing(rulebook, altered(rulebook, calendar=later))
    assert {one.how for one in found} == {"calendar"}
    assert {one.id for one in found} == {duty.id for duty in rulebook.duties} - rulebook.on_trial


def test_to_promote_what_was_on_trial_makes_it_owed(caseload: Path, rulebook: Rulebook) -> None:
    tried = altered(rulebook, duties=tuple(
        duty.model_copy(update={"status": "trial"}) if duty.id == "NS-5.1" else duty for duty in rulebook.duties
    ))  # fmt: skip
    impact, _ = measured(caseload, tried, rulebook, only=["NS-5.1"])
    assert [one.how for one in impact.differing] == ["new"]
    assert impact.moved == impact.moves["newly_owed"] == impact.candidate.instances > 0
    assert "NS-5.1" not in {one.id for one in differing(tried, tried)}


def test_a_clause_that_neither_has_is_an_error(caseload: Path, rulebook: Rulebook, candidate: Rulebook) -> None:
    with pytest.raises(RulebookProblem, match="neither rulebook has a clause 'NS-5\\.99'; did you mean"):
        measured(caseload, rulebook, candidate, only=["NS-5.99"])


@pytest.mark.soak
def test_duties_that_apply_to_nobody_do_not_move_nothing(
    caseload: Path, rulebook: Rulebook, candidate: Rulebook
) -> None:
    impact = measure_impact(
        rulebook, candidate, opened(caseload), View(date(2007, 9, 2)), caseload="the sample", only=["NS-5.1"]
    )
    assert (impact.steps, impact.weeks[0].before.instances) == ({}, 0)
    assert NOT_APPLIED in in_a_sentence(impact)
    assert NOT_APPLIED in impact_page(impact)


def test_an_attribute_that_cases_do_not_have_is_an_error(
    caseload: Path, rulebook: Rulebook, candidate: Rulebook
) -> None:
    with pytest.raises(KeptError, match="cannot be grouped by colour"):
        measured(caseload, rulebook, candidate, only=["NS-5.1"], by="colour")


def test_a_group_may_be_a_team(caseload: Path, rulebook: Rulebook, candidate: Rulebook) -> None:
    impact, moved = measured(caseload, rulebook, candidate, only=["NS-5.1z"], by="team")
    cases = {case.id: case.team for case in records(caseload, rulebook)}
    assert {one.group for one in moved} <= set(impact.groups)
    assert all(one.group == cases[one.case] for one in moved)


# --- what is shared gives nobody away --------------------------------------------------------------------------------


def made_up(
    cells: dict[tuple[str, Step], Count], weeks: Sequence[tuple[int, int]] = (), shifts: Sequence[Shift] = ()
) -> Impact:
    """An impact with these instances, all of one duty; every case in one group."""

    def together(counts: Iterator[Count], *, apart: bool) -> Count:
        some = list(counts)
        cases = [count.cases for count in some]
        return Count(sum(count.instances for count in some), sum(cases) if apart else max(cases, default=0))

    groups = {
        group: {
            move: together(
                (count for (one, step), count in cells.items() if one == group and step.move == move), apart=False
            )
            for move in MOVES
        }
        for group in sorted({group for group, _ in cells})
    }
    steps = {
        step: together((count for (_, one), count in cells.items() if one == step), apart=True)
        for step in sorted({step for _, step in cells}, key=str)
    }
    days = [*weeks_from(AS_AT), (None, None)]
    return Impact(
        view=VIEW, caseload="made up", base=Side("the base", "sha256:a"), candidate=Side("the candidate", "sha256:b"),
        differing=(), unchanged=0, cases=99, steps=steps, by="team", groups=groups,
        duties={"NS-5.1": {move: together((row[move] for row in groups.values()), apart=True) for move in MOVES}},
        weeks=tuple(Week(first, last, Count(b, b), Count(a, a)) for (first, last), (b, a) in zip(days, weeks, strict=False)),
        shifts=tuple(shifts),
    )  # fmt: skip


STEPS = [
    Step("met", "late", True), Step("due", "breached", True), Step("late", "met", True), Step("breached", "due", True),
    Step("met", "met", True), Step("met", "met", False), Step(None, "met", False), Step("due", None, False),
    Step("met", "excused", False),
]  # fmt: skip


def counts() -> st.SearchStrategy[Count]:
    return st.tuples(st.integers(1, 12), st.integers(0, 6)).map(lambda some: Count(sum(some), some[0]))


@given(
    st.dictionaries(
        st.tuples(st.sampled_from(["n-1", "n-2", "s-1", "s-2", ""]), st.sampled_from(STEPS)), counts(), min_size=1
    )
)
def test_no_small_number_is_shared_nor_can_one_be_worked_out(cells: dict[tuple[str, Step], Count]) -> None:
    impact = made_up(cells)
    numbers = shared(impact)
    for number in every_number(numbers):
        assert number == 0 or number >= FEWEST
    for table in (numbers.groups, numbers.duties):
        nothing_follows(numbers, table)
    # What is shown apart lies apart, and all of it together is everything there is.
    if numbers.kinds:
        assert sum(kind.instances for kind in numbers.kinds) == sum(count.instances for count in cells.values())
        assert sum(row.instances for row in numbers.steps) == sum(kind.instances for kind in numbers.kinds)


def every_number(numbers: Shared) -> Iterator[int]:
    yield from (kind.instances for kind in numbers.kinds)
    yield from (row.instances for row in numbers.steps)
    for table in (numbers.groups, numbers.duties):
        for row in (*table.rows.values(), table.together):
            yield from (count for count in row if count is not None)
    for found in numbers.shifts:
        yield from (found or {}).values()
    for week in numbers.weeks:
        yield from (week.before, week.after)


def nothing_follows(numbers: Shared, table: Any) -> None:
    """Solve for what is withheld with everything that is shown: no withheld number follows, and no sum of few does."""
    for place, kind in enumerate(numbers.kinds):
        withheld = [name for name, row in table.rows.items() if row[place] is None]
        equations = []
        visible = sum(row[place] for row in table.rows.values() if row[place] is not None)
        if table.rows:
            equations.append(([Fraction(1)] * len(withheld), Fraction(kind.instances - visible)))
        if table.together[place] is not None:
            equations.append(([Fraction(1)] * len(withheld), Fraction(table.together[place])))
        if not withheld:
            assert all(right == 0 for _, right in equations)
            continue
        (left, right), *others = equations
        assert all(other == (left, right) for other in others)  # they say one thing: a single sum
        assert len(withheld) > 1 or len(table.rows) == 1
        assert right >= FEWEST


def test_one_small_team_takes_the_next_smallest_along() -> None:
    worse = STEPS[0]
    impact = made_up({("n-1", worse): Count(3, 3), ("n-2", worse): Count(8, 8), ("s-1", worse): Count(30, 30)})
    numbers = shared(impact)
    place = next(n for n, kind in enumerate(numbers.kinds) if kind.moves == ("worse",))
    assert {name: row[place] for name, row in numbers.groups.rows.items()} == {"n-1": None, "n-2": None, "s-1": 30}
    assert numbers.groups.together[place] == 11


def test_many_instances_of_few_cases_are_few() -> None:
    worse = STEPS[0]
    impact = made_up({("n-1", worse): Count(9, 2), ("n-2", worse): Count(9, 9), ("s-1", worse): Count(30, 30)})
    assert shared(impact).groups.rows["n-1"] == tuple(
        None if kind.moves == ("worse",) else 0 for kind in shared(impact).kinds
    )


def test_what_does_not_move_is_not_what_is_left_of_a_total() -> None:
    """Neither a group's total nor its parts show that three of its instances do not move."""
    impact = made_up(
        {("n-1", STEPS[0]): Count(17, 17), ("n-1", STEPS[5]): Count(3, 3), ("n-2", STEPS[5]): Count(40, 40)}
    )
    text = impact_json(impact)
    assert "20" not in [str(number) for number in every_number(shared(impact))]
    rows = {row["name"]: row["instances"] for row in json.loads(text)["groups"]["rows"]}
    assert (rows["n-1"]["worse"], rows["n-1"]["same"], rows["n-2"]["same"]) == (17, None, None)


def test_a_way_to_move_that_few_take_is_counted_with_another() -> None:
    impact = made_up(
        {("n-1", STEPS[0]): Count(2, 2), ("n-1", STEPS[2]): Count(20, 20), ("n-2", STEPS[5]): Count(90, 90)}
    )
    kinds = {kind.moves: kind.instances for kind in shared(impact).kinds if kind.instances}
    assert kinds == {("worse", "better"): 22, ("same",): 90}
    alone = shared(made_up({("n-1", STEPS[0]): Count(2, 2), ("n-2", STEPS[5]): Count(90, 90)}))
    assert {kind.moves: kind.instances for kind in alone.kinds if kind.instances} == {("worse", "same"): 92}
    assert alone.few
    assert shared(made_up({("n-1", STEPS[0]): Count(4, 4)})).kinds == ()


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=9, max_size=9))
def test_weeks_are_put_together_until_they_say_nothing_of_few(weeks: list[tuple[int, int]]) -> None:
    shown = shared(made_up({("n-1", STEPS[5]): Count(99, 99)}, weeks)).weeks
    for week in shown:
        for number in (week.before, week.after, abs(week.after - week.before)):
            assert number == 0 or number >= FEWEST
    if shown:
        assert [sum(side) for side in zip(*weeks, strict=True)] == [
            sum(week.before for week in shown), sum(week.after for week in shown)
        ]  # fmt: skip
        assert shown[0].first == AS_AT


def test_due_dates_that_move_are_told_in_buckets_and_only_where_the_rest_is_not_few() -> None:
    step = STEPS[4]
    fine = made_up({("n-1", step): Count(30, 30)}, shifts=[Shift(3, True, Count(20, 20)), Shift(9, True, Count(2, 2)),
                                                            Shift(30, True, Count(8, 8))])  # fmt: skip
    assert shared(fine).shifts[0] == {"1 to 7 days later": 20, "by other numbers of days": 10}
    left = made_up({("n-1", step): Count(30, 30)}, shifts=[Shift(3, True, Count(27, 27))])
    assert shared(left).shifts[0] is None


# --- pages, files, the command -----------------------------------------------------------------------------------------


def test_the_page_stands_alone_and_names_no_instance(found: tuple[Impact, list[Moved]]) -> None:
    impact, moved = found
    page = impact_page(impact)
    assert page == impact_page(impact)
    assert "http://" not in page
    assert "https://" not in page
    assert "<script" not in page
    assert not [one.case for one in moved if one.case in page]
    assert not [one.subject for one in moved if f">{one.subject}<" in page]
    assert page.count("<svg") == page.count('role="img"') == page.count("</desc>") > 1
    assert "By work" in page


def test_what_is_written_by_group_is_what_may_be_shared(found: tuple[Impact, list[Moved]]) -> None:
    impact, _ = found
    file = io.StringIO()
    write_numbers(impact, file)
    rows = list(csv.DictReader(io.StringIO(file.getvalue())))
    numbers = [int(row["instances"]) for row in rows if row["instances"]]
    assert {row["table"] for row in rows} == {"all", "work", "duty"}
    assert any(not row["instances"] for row in rows)
    assert not [number for number in numbers if 0 < number < FEWEST]
    content = json.loads(impact_json(impact))
    assert not [
        count for row in content["groups"]["rows"] for count in row["instances"].values() if count and count < FEWEST
    ]
    assert "listed" not in content


def test_every_moved_instance_is_written_for_its_owner_alone(found: tuple[Impact, list[Moved]], tmp_path: Path) -> None:
    _, moved = found
    write_moved_file(moved, tmp_path / "out" / "moved.csv")
    path = tmp_path / "out" / "moved.csv"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
    assert [row["instance"] for row in rows] == [one.instance for one in moved]


@pytest.fixture
def kept(capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(capsys, "rules")


@pytest.mark.soak
def test_the_command(kept: Run, caseload: Path, rulebook: Rulebook, tmp_path: Path) -> None:
    frozen = tmp_path / "b.json"
    frozen.write_text(with_number(rulebook, VALUE, 6).canonical(), encoding="utf-8")
    asked = ["impact", "--candidate", frozen, "--caseload", caseload, "--as-at", AS_AT, "--clause", "NS-5.1"]
    status, out, err = kept(*asked, "--by", "team", "--out", tmp_path / "out", "--listed", 2)
    assert (status, err) == (0, "")
    assert "For your own eyes" in out
    assert out.count("now:  ") == out.count("then: ") == 2
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "impact.html", "impact.json", "numbers.csv", "own-eyes-moved.csv"
    }  # fmt: skip
    status, out, err = kept(*asked, "--format", "csv")
    assert (status, "own eyes" in err) == (0, True)
    written = [
        list(csv.reader(io.StringIO(text))) for text in (out, (tmp_path / "out" / "own-eyes-moved.csv").read_text())
    ]
    assert [[*row[:3], *row[4:]] for row in written[0]] == [
        [*row[:3], *row[4:]] for row in written[1]
    ]  # all but the group
    frozen.write_text(with_number(rulebook, VALUE, 39_000).canonical(), encoding="utf-8")
    status, out, err = kept(*asked, "--format", "csv", "--by", "law")
    assert (status, out.splitlines()[0]) == (2, "table,row,move,instances")
    assert "incomplete" in err
    assert kept(*asked[:1], "--candidate", tmp_path / "none.json", *asked[3:])[0] == 3


def test_every_outcome_is_a_step_of_some_kind() -> None:
    for before in (None, *OUTCOMES):
        for after in (None, *OUTCOMES):
            if before or after:
                assert Step(before, after, due_moved=False).move in MOVES
    assert Step("due", "breached", True).move == "worse"
    assert Step("late", "breached", True).move == "other"
    assert timedelta(days=7 * 8) == max(last for _, last in weeks_from(AS_AT)) - AS_AT + timedelta(days=1)
