"""The caseload judge gives the rows of the others: over random rulebooks and timelines, every example, and the sample.

A difference is told with the smallest situation in which it still shows, to be made an example.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from itertools import product
from pathlib import Path

import pyarrow as pa
import pytest

from engine.duty.language import (
    AtOnce,
    AttributeTest,
    BeJudged,
    Duty,
    EventMatch,
    Every,
    Hold,
    Judgement,
    NoDeadline,
    Pattern,
)
from engine.duty.rulebook import Rulebook
from engine.duty.words import Calendar
from engine.judge.case_judge import CaseJudge
from engine.judge.caseload_judge import CaseloadJudge
from engine.judge.plan.rows import VIEW, view_row
from engine.policy.examples import read_all
from engine.policy.sample import AS_AT, sample_cases
from engine.record.building import CaseBuilder
from engine.record.duckdb_engine import DuckDBEngine
from engine.record.model import CaseRecord
from engine.record.table_reader import Caseload
from engine.record.timeline import View
from tests.batches import (
    Found,
    as_the_oracle,
    by_case,
    by_the_case_judge,
    by_the_oracle,
    judged,
    story,
    with_duties,
    written,
)
from tests.conftest import FIXTURES
from tests.strategies import DICTIONARY
from tests.variants import Batch, batches, named

SEEDS, BOOKS, CASES, VARIANTS = 16, 3, 48, 44
"""The soak: so many rulebooks for each seed, cases drawn for each rulebook, and variants made of each case."""


def agree(batch: Batch, every: int = 8) -> None:
    """The caseload judge and the oracle say the same of all cases, and the case judge of every so-manieth, in all columns."""
    found = judged(batch)
    short, wanted = as_the_oracle(found), by_the_oracle(batch)
    wrong = [case for case in batch.cases if short.get(case.id) != wanted.get(case.id)]
    assert not wrong, f"{len(wrong)} cases differ, such as\n" + story(
        batch, min(wrong, key=lambda case: len(case.events))
    )
    same(found, batch._replace(cases=batch.cases[::every]))


def same(found: Found, batch: Batch, judge: CaseJudge | None = None) -> int:
    """The case judge finds that too in the cases of the batch: how many findings."""
    wanted = by_the_case_judge(batch, judge)
    for case in batch.cases:
        got, expected = found.get(case.id, []), wanted.get(case.id, [])
        if got != expected:
            lines = [f"wanted {row}" for row in expected if row not in got]
            lines += [f"got    {row}" for row in got if row not in expected]
            where = f"seen from {batch.view}, stated_only={batch.stated_only}"
            pytest.fail("\n".join([where, *map(str, (case.root, *case.objects, *case.links, *case.events)), *lines]))
    return sum(map(len, wanted.values()))


# --- random timelines --------------------------------------------------------------------------------------------------------


def usual(batch: Batch) -> Batch:
    return batch


def stated_only(batch: Batch) -> Batch:
    return batch._replace(stated_only=True)


def a_past_night(batch: Batch) -> Batch:
    """The night of the middle one of all recordings, of what was known half a day before."""
    recorded = sorted(event.recorded for case in batch.cases for event in case.events)
    middle = recorded[len(recorded) // 2]
    return batch._replace(as_at=middle.date(), known_at=middle - timedelta(hours=12))


@pytest.mark.parametrize(("turned", "seed"), [(usual, 1), (stated_only, 2), (a_past_night, 3)])
def test_random_timelines(turned: Callable[[Batch], Batch], seed: int) -> None:
    for batch in batches(1, seed, cases_each=24, variants=5):
        agree(turned(batch))


def test_every_form_of_duty() -> None:
    for batch in batches(1, 4, cases_each=12, variants=2, every_form=True):
        agree(batch)


@pytest.mark.parametrize("judge", ["P-1", "zoe"])
def test_whoever_a_timeline_is_about_may_judge_others_in_it(judge: str) -> None:
    duty = Duty(
        id="TT-1.1", title="A duty made up", for_each="child", when=Pattern(any_of=(EventMatch(event="referred"),)),
        must=BeJudged(), deadline=NoDeadline(), judged=Judgement(question="Was it so?", roles=("practice_supervisor",)),
        source="made up", in_force=date(2007, 9, 1), reads="Made up, and read as written.", force="must",
        basis="stated", at_closure="goes_on",
    )  # fmt: skip
    builder = CaseBuilder(DICTIONARY, "made up")
    builder.add_object("", "P-1", "practitioner", {}, root=True)
    builder.add_object("", "zoe", "practitioner", {})
    builder.add_object("", "ben", "child", {})
    builder.add_event("", "e1", "referred", date(2024, 2, 17), None, [("child", "ben")], {})
    said = {"clause": "TT-1.1", "outcome": "met", "role": "practice_supervisor"}
    links: list[tuple[str, object]] = [("by", judge), ("child", "ben")]
    builder.add_event("", "e2", "judgement_recorded", date(2024, 2, 29), None, links, said)
    calendar = Calendar(subdivision="ENG", known_through=date(2027, 12, 31))
    rulebook = Rulebook(dictionary=DICTIONARY, calendar=calendar, values={}, duties=(duty,))
    batch = Batch([builder.finish()], rulebook, date(2024, 3, 28))
    assert [row[4] for row in by_the_oracle(batch)["P-1"]] == ["met"]
    agree(batch)


def test_somebody_else_did_it() -> None:
    """Whom it names, who led by then, whose timeline it is: none of these is somebody else."""

    def asking(duty: str, for_each: str, test: Every | AttributeTest) -> Duty:
        return Duty(
            id=duty, title="A duty made up", for_each=for_each, when=Pattern(any_of=(EventMatch(event="released"),)),
            must=Hold(test=test, by_another=True), deadline=AtOnce(), source="made up", in_force=date(2007, 9, 1),
            reads="Made up, and read as written.", at_closure="goes_on",
        )  # fmt: skip

    alone = AttributeTest(attribute="alone", op="is", values=(True,))
    duties = (asking("TT-1.1", "child", Every(tests=())), asking("TT-1.2", "practitioner", alone),
              asking("TT-1.3", "case", alone))  # fmt: skip
    calendar = Calendar(subdivision="ENG", known_through=date(2027, 12, 31))
    rulebook = Rulebook(dictionary=DICTIONARY, calendar=calendar, values={}, duties=duties)
    cases: list[CaseRecord] = []
    doers: tuple[tuple[str, ...], ...] = ((), ("pat",), ("sam",), ("kim",), ("pat", "sam"), ("own",))
    for root, by, on, said in product(("case", "practitioner"), doers, (1, 2, 3), (None, True, False)):
        builder = CaseBuilder(DICTIONARY, "made up")
        builder.add_object("", f"C-{len(cases)}", root, {}, root=True)
        for name in ("pat", "sam", "kim"):
            builder.add_object("", name, "practitioner", {})
        builder.add_object("", "ben", "child", {})
        # Kim leads from the 2nd; on the third day Pat's work is released, on the others nobody in particular's.
        builder.add_event("", "e1", "allocated", date(2024, 2, 2), None, [("practitioner", "kim")], {})
        about = [("practitioner", "pat")] if on == 3 or root == "case" else []
        links: list[tuple[str, object]] = [("child", "ben"), *about]
        links += [("by", f"C-{len(cases)}" if who == "own" else who) for who in by if who != "own" or root != "case"]
        told = {} if said is None else {"alone": said}
        builder.add_event("", "e2", "released", date(2024, 2, on), None, links, told)
        cases.append(builder.finish())
    batch = Batch(cases, rulebook, date(2024, 3, 28))
    outcomes = {row[4] for rows in by_the_oracle(batch).values() for row in rows}
    assert outcomes == {"met", "breached", "undetermined"}
    agree(batch, every=1)


def test_the_soak_is_large_enough() -> None:
    assert SEEDS * BOOKS * CASES * (1 + VARIANTS) >= 100_000


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 100 + SEEDS))
def test_many_random_timelines(seed: int) -> None:
    many = versions = 0
    for batch in batches(BOOKS, seed, cases_each=CASES, variants=VARIANTS):
        agree(batch)
        many += len(batch.cases)
        versions += len(batch.rulebook.duties) - len({duty.id for duty in batch.rulebook.duties})
    assert many == BOOKS * CASES * (1 + VARIANTS)
    assert versions


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(6))
def test_every_form_of_duty_over_many(seed: int) -> None:
    for batch in batches(1, 200 + seed, cases_each=30, variants=3, every_form=True):
        agree(batch)


# --- alone or among others, in parts or at once ------------------------------------------------------------------------------


def only(found: Found, wanted: Callable[[str, str], bool]) -> Found:
    """The findings whose clause and duty are wanted."""
    kept = {case: [row for row in rows if wanted(str(row[2]), str(row[3]))] for case, rows in found.items()}
    return {case: rows for case, rows in kept.items() if rows}


def alone(batch: Batch, duties: Iterable[str], found: Found) -> None:
    """Each duty alone, by its name and in a rulebook of its own, and its clause, give what they give among all others."""
    for duty in duties:
        book = with_duties(batch.rulebook, tuple(one for one in batch.rulebook.duties if one.id == duty))
        clause = book.duties[0].clause
        assert judged(batch._replace(rulebook=book)) == only(found, lambda _, name: name == duty)  # noqa: B023 - at once
        # To ask for TT-1.1 is to ask for the clause, and so for TT-1.1a as well.
        assert judged(batch, [duty]) == only(found, lambda of, name: duty in (of, name))  # noqa: B023
        if clause != duty:
            assert judged(batch, [clause]) == only(found, lambda of, _: of == clause)  # noqa: B023


@pytest.mark.soak
def test_a_duty_alone_gives_what_it_gives_among_the_others() -> None:
    (batch,) = batches(1, 5, cases_each=24, variants=5)
    found = judged(batch)
    alone(
        batch,
        [max(batch.rulebook.duties, key=lambda duty: len(only(found, lambda _, name: name == duty.id))).id],
        found,
    )


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(6))
def test_each_duty_alone(seed: int) -> None:
    for batch in batches(1, 300 + seed, cases_each=24, variants=5):
        alone(batch, {duty.id: None for duty in batch.rulebook.duties}, judged(batch))


def test_in_parts_from_csv_and_by_a_frozen_rulebook() -> None:
    (batch,) = batches(1, 6, cases_each=12, variants=4)
    found = judged(batch)
    assert found
    assert judged(batch, together=7, form="csv", threads=2) == found
    frozen = Rulebook.from_json(batch.rulebook.canonical(), "frozen")
    assert judged(batch._replace(rulebook=frozen)) == found


def test_a_frozen_rulebook_is_read_back_to_the_letter(rulebook: Rulebook) -> None:
    """To Python False equals 0, to a plan a flag is no number."""
    frozen = Rulebook.from_json(rulebook.canonical(), "frozen")
    assert [repr(one) for one in frozen.editions()] == [repr(one) for one in rulebook.editions()]


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(6))
def test_in_parts_and_from_csv(seed: int) -> None:
    for batch in batches(1, 400 + seed, cases_each=24, variants=4):
        found = judged(batch)
        assert judged(batch, together=1 + seed * 7) == found
        assert judged(batch, form="csv", threads=2) == found


# --- every example -----------------------------------------------------------------------------------------------------------


class NightsEngine(DuckDBEngine):
    """Sees the cases of one part from one night, whatever night is judged: the examples are seen from some 260, and to check
    the tables takes longer than to judge a few of their cases.
    """  # fmt: skip

    view = View(date(2093, 7, 19))
    part = ("", "")

    def upload(self, name: str, content: pa.Table) -> None:
        super().upload(name, view_row(self.view) if name == VIEW else content)

    def narrow(self, first: str, last: str) -> None:  # noqa: ARG002 - one part of ours
        super().narrow(*self.part)


Night = tuple[date, datetime, bool]


def nights(rulebook: Rulebook) -> dict[Night, list[CaseRecord]]:
    """The timelines of all examples by the night from which they are seen, and whether by what is stated only."""
    found: dict[Night, list[CaseRecord]] = {}
    for examples in read_all(FIXTURES, rulebook).values():
        for example in examples:
            found.setdefault((example.view.as_at, example.view.known_at, example.stated_only), []).append(example.case)
    return dict(sorted(found.items(), key=lambda item: len(item[1]), reverse=True))


def agree_on(rulebook: Rulebook, chosen: dict[Night, list[CaseRecord]], folder: Path) -> None:
    """The caseload judge finds in these examples what the case judge finds, by the whole rulebook."""
    parts = {
        night: [named(case, f"{place:03}.{number:03}.{case.id}") for number, case in enumerate(found)]
        for place, (night, found) in enumerate(chosen.items())
    }
    written((case for part in parts.values() for case in part), rulebook, folder / "examples")
    for stated in sorted({night[-1] for night in parts}):
        judge = CaseJudge(rulebook, stated_only=stated)
        with Caseload(folder / "examples", rulebook.dictionary) as caseload:
            engine = NightsEngine(caseload, threads=1)
            run = CaseloadJudge(rulebook, stated_only=stated).judge(engine, engine.view)
            for night, part in parts.items():
                if night[-1] == stated:
                    engine.view, engine.part = View(*night[:2]), (part[0].id, part[-1].id)
                    same(by_case(run.findings()), Batch(part, rulebook, *night), judge)
            assert (run.problems, run.faults) == ([], [])


@pytest.mark.soak
def test_most_examples(rulebook: Rulebook, tmp_path: Path) -> None:
    """Many examples are seen from these few nights; the soak has them all."""
    every = nights(rulebook)
    usual = {night: every[night] for night in list(every)[:8]}
    assert 4 * sum(map(len, usual.values())) > sum(map(len, every.values()))
    agree_on(rulebook, usual, tmp_path)


@pytest.mark.soak
@pytest.mark.parametrize("part", range(4))
def test_every_example(rulebook: Rulebook, part: int, tmp_path: Path) -> None:
    every = nights(rulebook)
    agree_on(rulebook, {night: every[night] for night in list(every)[part::4]}, tmp_path)


@pytest.mark.soak
def test_a_night_of_the_examples_as_any_night_is_judged(rulebook: Rulebook) -> None:
    night, found = next(iter(nights(rulebook).items()))
    examples = [named(case, f"{case.id}.{place}") for place, case in enumerate(found)]
    batch = Batch(examples, rulebook, *night)
    assert same(judged(batch), batch)


# --- the sample --------------------------------------------------------------------------------------------------------------


def sample(rulebook: Rulebook, cases: int, seed: int) -> list[CaseRecord]:
    judgements = [(duty.id, duty.for_each) for duty in rulebook.duties if duty.judged]
    return list(sample_cases(rulebook.dictionary, cases, seed, judgements=judgements))


@pytest.mark.soak
@pytest.mark.parametrize("half", range(2))
def test_a_sample_of_5000_cases(rulebook: Rulebook, half: int) -> None:
    batch = Batch(sample(rulebook, 5000, 21), rulebook, AS_AT)
    found = judged(batch)
    assert same(found, batch._replace(cases=batch.cases[half::2])) > 50_000
    some = batch._replace(cases=batch.cases[half::100])
    assert by_the_oracle(some) == as_the_oracle({case.id: found[case.id] for case in some.cases if case.id in found})


@pytest.mark.soak
@pytest.mark.parametrize(
    "asked",
    [
        (date(2024, 9, 1), None, False),
        (AS_AT, datetime(2025, 3, 3, 12), False),
        (AS_AT, None, True),
        (date(2026, 12, 31), datetime(2026, 12, 31), False),
    ],
)
def test_the_sample_seen_otherwise(rulebook: Rulebook, asked: tuple[date, datetime | None, bool]) -> None:
    batch = Batch(sample(rulebook, 600, 22), rulebook, *asked)
    assert same(judged(batch, together=250), batch) > 1000


@pytest.mark.soak
def test_some_clauses_of_the_sample_and_a_frozen_rulebook(rulebook: Rulebook) -> None:
    batch = Batch(sample(rulebook, 300, 23), rulebook, AS_AT)
    found = judged(batch)
    for chosen in (["NS-5.8a"], ["NS-2.3"], ["NS-4.5", "NS-5.1", "NS-8.6", "NS-10.5"]):
        ids = rulebook.chosen(chosen)
        assert judged(batch, chosen) == only(found, lambda _, duty: duty in ids)  # noqa: B023 - called at once
    assert judged(batch, form="csv") == found
    assert judged(batch._replace(rulebook=Rulebook.from_json(rulebook.canonical(), "frozen"))) == found
