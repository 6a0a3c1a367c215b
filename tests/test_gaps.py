"""Gaps: what no example shows is named, and goes as soon as an example shows it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings

from engine.duty.rulebook import Rulebook
from engine.judge.case_judge import CaseJudge
from engine.policy.examples import Example, read_all, read_examples
from engine.policy.gaps import Gap, find_gaps, told_gaps
from engine.policy.reachable import reachable
from engine.record.timeline import View
from tests.commands import runner
from tests.conftest import FIXTURES
from tests.strategies import Situation, situations


@pytest.fixture(scope="module")
def small(rulebook: Rulebook) -> Rulebook:
    """Two clauses: nothing here looks at another, and all of them take their time."""
    duties = tuple(duty for duty in rulebook.duties if duty.clause in ("NS-5.1", "NS-5.8"))
    return Rulebook(dictionary=rulebook.dictionary, calendar=rulebook.calendar, values=rulebook.values, duties=duties)


def of_clause(rulebook: Rulebook, clause: str) -> list[Example]:
    name = f"{clause.lower().replace('-', '_').replace('.', '_')}.yaml"
    (path,) = FIXTURES.glob(f"*/{name}")
    return list(read_examples(path, rulebook))


def gaps(rulebook: Rulebook, examples: list[Example], duty: str) -> list[tuple[str, str]]:
    return [(gap.kind, gap.says) for gap in find_gaps(rulebook, examples, [duty]).gaps]


def test_a_clause_with_all_its_examples_has_no_gap(small: Rulebook) -> None:
    assert gaps(small, of_clause(small, "NS-5.1"), "NS-5.1") == []


def test_a_clause_without_examples_is_one_gap(small: Rulebook) -> None:
    assert find_gaps(small, [], ["NS-5.1"]).gaps == (Gap("NS-5.1", "NS-5.1", "examples", "no example shows it at all"),)


@pytest.mark.parametrize(
    ("says", "kept"),
    [
        ("no example expects “late” (done, but after the due date)", lambda one: all(each.outcome != "late" for each in one.expect)),
        ("no example expects “excused” (an exception that the clause itself allows is on the record in time)",
         lambda one: all(each.outcome != "excused" for each in one.expect)),
        ("done on the due date itself", lambda one: all(each.done != each.due for each in one.expect)),
        ("not done, seen from the due date itself: still due", lambda one: all(one.view.as_at != each.due for each in one.expect)),
        ("exception “child not seen reason (reason outside jurisdiction, too ill)”: never in time",
         lambda one: all(each.outcome != "excused" for each in one.expect)),
    ],
)  # fmt: skip
def test_what_is_left_out_is_named(small: Rulebook, says: str, kept: object) -> None:
    examples = of_clause(small, "NS-5.1")
    left = [one for one in examples if not one.expect or kept(one)]  # type: ignore[operator]
    assert len(left) < len(examples)
    assert says in [says for _, says in gaps(small, left, "NS-5.1")]


def test_both_sides_of_each_version_date_are_asked_for(small: Rulebook) -> None:
    examples = of_clause(small, "NS-5.1")
    later = [
        one for one in examples if one.case.events and min(event.happened for event in one.case.events).year > 2007
    ]
    assert [says for kind, says in gaps(small, later, "NS-5.1") if kind == "version"] == [
        "in force: nothing starts on 1 September 2007",
        "in force: nothing starts, or would, on the day before, 31 August 2007",
    ]


def test_both_sides_of_the_scope_and_each_of_its_codes_are_asked_for(small: Rulebook) -> None:
    examples = of_clause(small, "NS-5.1")
    work = "“case work not adoption reporting officer, short court based resolution”"
    inside = [one for one in examples if one.case.root.attributes.get("work") == "section_7"]
    assert [says for kind, says in gaps(small, inside, "NS-5.1") if kind == "scope"] == [
        f"{work}: nobody whom it does not concern",
        f"{work}: never adoption reporting officer",
        f"{work}: never short court based resolution",
    ]
    one_code = [one for one in examples if one.case.root.attributes.get("work") != "adoption_reporting_officer"]
    assert [says for kind, says in gaps(small, one_code, "NS-5.1") if kind == "scope"] == [
        f"{work}: never adoption reporting officer"
    ]


@pytest.mark.parametrize(
    ("clause", "duty", "kind", "wanted"),
    [
        ("NS-5.1", "NS-5.1", "boundary", "the day after the due date: breached as at that day, or done on it"),
        ("NS-5.8", "NS-5.8a", "boundary", "still to be kept on the day before the limit"),
        ("NS-5.8", "NS-5.8a", "boundary", "kept, seen from the day of the limit itself"),
        ("NS-5.1", "NS-5.1", "exception", "(reason outside jurisdiction, too ill)”: never too late"),
    ],
)
def test_the_gap_opens_when_what_shows_it_is_gone(
    small: Rulebook, clause: str, duty: str, kind: str, wanted: str
) -> None:
    """Whichever examples show it: without every one of them it is a gap, with any of them it is none."""
    examples = of_clause(small, clause)
    showing = [one for one in examples if not opens(small, [one], duty, kind, wanted)]
    assert showing
    left = [one for one in examples if one not in showing]
    assert opens(small, left, duty, kind, wanted)
    assert not opens(small, examples, duty, kind, wanted)


def opens(small: Rulebook, examples: list[Example], duty: str, kind: str, wanted: str) -> bool:
    found = gaps(small, examples, duty)
    return ("examples", "no example shows it at all") in found or any(
        one == kind and says.endswith(wanted) for one, says in found
    )


def test_what_fails_or_is_a_draft_shows_nothing(small: Rulebook, tmp_path: Path) -> None:
    text = (FIXTURES / "national_standards" / "ns_5_1.yaml").read_text(encoding="utf-8")
    wrong = text.replace("outcome: late, due: 2025-03-18", "outcome: met, due: 2025-03-18")
    assert wrong != text
    (tmp_path / "ns_5_1.yaml").write_text(wrong, encoding="utf-8")
    found = find_gaps(small, read_examples(tmp_path / "ns_5_1.yaml", small), ["NS-5.1"])
    assert found.failing > 0
    assert f"{found.failing} that fail left out" in told_gaps(found)
    assert "no example expects “late” (done, but after the due date)" in [gap.says for gap in found.gaps]
    drafts = text.replace("    as_at:", "    draft: true\n    as_at:")
    (tmp_path / "ns_5_1.yaml").write_text(drafts, encoding="utf-8")
    found = find_gaps(small, read_examples(tmp_path / "ns_5_1.yaml", small), ["NS-5.1"])
    assert (found.examples, [gap.kind for gap in found.gaps]) == (0, ["examples"])


# --- which outcomes there can be -----------------------------------------------------------------------------------------


def expected(rulebook: Rulebook) -> Iterator[tuple[str, str]]:
    for clause, examples in read_all(FIXTURES, rulebook).items():
        ids = list(dict.fromkeys(duty.id for duty in rulebook.clauses[clause]))
        for example in examples:
            yield from ((one.duty or ids[0], one.outcome) for one in example.expect if one.duty or len(ids) == 1)


def test_no_example_expects_what_cannot_be(rulebook: Rulebook) -> None:
    possible = {duty.id: reachable(duty, rulebook) for duty in rulebook.duties}
    assert [(duty, outcome) for duty, outcome in expected(rulebook) if outcome not in possible[duty]] == []


@settings(max_examples=60)
@given(situations())
@pytest.mark.soak
def test_no_random_case_has_an_outcome_that_cannot_be(situation: Situation) -> None:
    book = situation.rulebook
    view = View(situation.as_at, situation.known_at)
    possible: dict[str, set[str]] = {}
    for duty in book.duties:
        possible.setdefault(duty.id, set()).update(reachable(duty, book))
    for finding in CaseJudge(book, stated_only=situation.stated_only).judge(situation.case, view).findings:
        assert finding.outcome in possible[finding.duty], (finding.duty, finding.outcome)


@pytest.mark.parametrize(
    ("duty", "never"),
    [
        ("NS-5.1", {"unjudged", "lapsed"}),
        ("NS-5.8a", {"late", "unjudged", "lapsed"}),  # must never happen
        ("NS-9.1", {"due", "excused", "lapsed", "late"}),  # only a person can say, by no day
    ],
)
def test_what_each_form_can_never_come_to(rulebook: Rulebook, duty: str, never: set[str]) -> None:
    (one,) = (one for one in rulebook.duties if one.id == duty)
    assert {"met", "late", "due", "breached", "excused", "unjudged", "undetermined", "lapsed"} - reachable(
        one, rulebook
    ) >= never
    assert "breached" in reachable(one, rulebook)


# --- the command ---------------------------------------------------------------------------------------------------------


def test_the_command_lists_them_and_fails_only_when_asked(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    kept = runner(capsys, "rules", "gaps")
    status, out, _ = kept("NS-5.1", "--fail")
    assert (status, out.splitlines()[-1].endswith(": 0 gaps")) == (0, True)
    status, out, _ = kept("NS-5.1", "--examples", str(tmp_path))
    assert (status, out) == (0, "NS-5.1\n    examples   no example shows it at all\n1 clause, 0 examples: 1 gap\n")
    status, out, _ = kept("NS-5.1", "--examples", str(tmp_path), "--fail", "--format", "json")
    assert (status, json.loads(out)["gaps"]) == (
        1,
        [{"clause": "NS-5.1", "duty": "NS-5.1", "kind": "examples", "says": "no example shows it at all"}],
    )
    assert kept("NS-5.99")[0] == 3
