"""The language refuses nonsense when it is built, and what is built survives freezing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import rules.vocabulary as v
from engine.duty import words as w
from engine.duty.language import Duty
from engine.duty.rulebook import Rulebook
from engine.duty.values import Value, read_values
from engine.record.problem import RulebookProblem
from tests.conftest import ROOT

READS = "How this made-up clause is read, in a sentence."


def a_duty(**changes: Any) -> Duty:
    parts: dict[str, Any] = {
        "for_each": v.child,
        "when": v.case_accepted,
        "must": w.happen(v.child_seen),
        "within": w.value("ns_5_1_seen_within"),
        "at_closure": w.FALLS_DUE,
        "in_force": "2007-09-01",
        "source": "made up",
        "reads": READS,
    }
    return w.duty("TT-1.1", "A made-up promise", **{**parts, **changes})


def with_duty(rulebook: Rulebook, duty: Duty) -> Rulebook:
    return Rulebook(dictionary=rulebook.dictionary, calendar=rulebook.calendar, values=rulebook.values, duties=(duty,))


@pytest.mark.parametrize(
    ("build", "problem"),
    [
        (lambda: v.child_seen.with_(aloen=True), r"'child_seen' has no attribute 'aloen'; did you mean 'alone'"),
        (lambda: v.child_seen.with_(alone="yes"), r"'child_seen.alone' is a flag; 'yes' is not"),
        (lambda: v.child_seen.with_(how="in_persn"), r"has no code 'in_persn'; did you mean 'in_person'"),
        (lambda: v.child_seen.with_(how=w.all_of("video")), r"is a code: 'includes' cannot be asked of it"),
        (lambda: v.case_analysis_made.with_(welfare_headings="needs"), r"is a codes: 'is' cannot be asked of it"),
        (lambda: v.case.wrok, r"'case' has no attribute 'wrok'; did you mean 'work'"),
        (lambda: v.case.work.not_in("adoption"), r"'case.work' has no code 'adoption'"),
        (lambda: w.anniversary(v.child, "bron", w.value("x")), r"'child' has no attribute 'bron'; did you mean 'born'"),
        (lambda: a_duty(within=None), r"TT-1.1: by when\?"),
        (lambda: a_duty(by=w.closure(standing=w.LOCAL, source="ours")), r"TT-1.1: more than one deadline"),
        (lambda: a_duty(must=w.be_judged(), within=None), r"TT-1.1: a duty to be judged says who may judge"),
        (lambda: a_duty(must=w.recur(v.child_seen), within=None), r"what must recur does so within a span"),
        (lambda: a_duty(must=w.never_happen(v.child_seen)), r"what must never happen has a limit"),
        (lambda: a_duty(in_force="2007-02-30"), r"2007-02-30 is not a day"),
        (lambda: a_duty(ends="2007-08-01"), r"it ends before it is in force"),
        (lambda: a_duty(reads="No."), r"reads"),
        (lambda: a_duty(source=""), r"source"),
        (lambda: w.exception(v.child_seen, standing="ours", source="x"), r"standing"),  # type: ignore[arg-type]
        (lambda: w.exception(v.child_seen, standing=w.LOCAL, source=""), r"source"),
        (lambda: w.duty("5.1", "A made-up promise", for_each=v.child, when=v.case_accepted, must=w.happen(v.child_seen),
                        within=w.value("x"), at_closure=w.LAPSES, in_force="2007-09-01", source="made up", reads=READS), r"5.1: id"),
        (lambda: w.happen(v.child_seen, at_least=0), r"at_least"),
        (lambda: w.no_open_breach(force="may"), r"force"),  # type: ignore[arg-type]
        (lambda: a_duty(must=w.no_open_breach()), r"TT-1.1: what must hold of the event itself, or on its day, has no deadline"),
        (lambda: a_duty(must=w.no_open_breach(), within=None, per=v.child), r"TT-1.1: .* is not told apart by object, nor judged"),
        (lambda: a_duty(must=w.no_open_breach(), within=None, judged=w.judged_by("practice_supervisor", question="Well?")),
         r"TT-1.1: .* nor judged"),
    ],
)  # fmt: skip
def test_nonsense_is_refused_when_it_is_built(build: Callable[[], object], problem: str) -> None:
    with pytest.raises((RulebookProblem, ValueError), match=problem):
        build()


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        (
            {"within": w.value("ns_5_1_seen_withn")},
            r"TT-1.1: unknown value 'ns_5_1_seen_withn'; did you mean 'ns_5_1_seen_within'",
        ),
        ({"where": v.report.kind.is_("section_7")}, r"a condition on 'report', which is neither the child nor a case"),
        ({"where": w.linked("about", v.case.law.is_("public"))}, r"'child' has no link 'about'"),
        ({"must": w.happen(v.child_seen, same=["source"])}, r"unknown attribute of 'case_accepted' 'source'"),
        ({"within": None, "on": w.the_date("due", source="the court")}, r"'case_accepted' carries no date 'due'"),
        (
            {
                "when": v.lead_allocated,
                "must": w.hold(v.lead_allocated, by_another=True),
                "within": None,
            },
            r"'lead_allocated' is about whoever did it: nobody else can have done it",
        ),
        ({"judged": w.judged_by("judge", question="Well?")}, r"unknown role 'judge'"),
        (
            {"unless": w.exception(w.carries(v.child_seen, alone=True), standing=w.LOCAL, source="ours")},
            r"attribute of 'case_accepted'",
        ),
    ],
)
def test_a_rulebook_refuses_a_duty_that_names_what_is_not_there(
    rulebook: Rulebook, changes: dict[str, Any], problem: str
) -> None:
    with pytest.raises(RulebookProblem, match=problem):
        with_duty(rulebook, a_duty(**changes))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a_value:\n  says: Something or other\n  versions: [{from: 2007-06-01, value: 3, standing: local, source: ours}]", "unit"),
        ("a_value:\n  unit: days\n  says: Something or other\n  versions: [{from: 2007-06-01, value: 3, source: ours}]", "standing"),
        ("a_value:\n  unit: days\n  says: Something or other\n  versions: [{from: 2007-06-01, value: 3, standing: local}]", "source"),
        ("a_value:\n  unit: days\n  says: Something or other\n  versions: [{from: 2007-06-01, value: -3, standing: local, source: ours}]", "range"),
        ("a_value:\n  unit: days\n  says: Something or other\n  versions: [{from: 2007-06-01, value: three, standing: local, source: ours}]", "value"),
        ("a_value:\n  unit: days\n  says: Something or other\n  versions: [{from: 2007-06-31, value: 3, standing: local, source: ours}]", "2007-06-31"),
        ("a_value:\n  unit: fortnights\n  says: Something or other\n  versions: []", "unit"),
        ("a_value: 3", "should have unit"),
        ("a_value:\n  unit: days\na_value:\n  unit: days", "twice"),
        ("a_value:\n  unit: days\n  says: Something or other\n  versions: [{from: 2008-06-01, value: 3, standing: local, source: ours}, "
         "{from: 2007-06-01, value: 3, standing: local, source: ours}]", "not in order"),
    ],
)  # fmt: skip
def test_a_malformed_value_is_refused_by_name(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "values.yaml").write_text(text)
    with pytest.raises(RulebookProblem, match=problem) as caught:
        read_values(tmp_path)
    assert "values.yaml" in str(caught.value)


def test_a_value_has_the_version_of_the_day() -> None:
    versions = (
        {"from": date(2007, 6, 1), "value": 3, "standing": "local", "source": "ours"},
        {"from": date(2008, 6, 1), "value": None, "standing": "local", "source": "taken back"},
    )
    value = Value.model_validate({"name": "x", "unit": "days", "says": "Something or other", "versions": versions})
    found = [value.on(day) for day in (date(2007, 5, 31), date(2007, 6, 1), date(2008, 5, 31), date(2008, 6, 1))]
    assert [version and version.value for version in found] == [None, 3, 3, None]
    assert found[0] is None
    assert found[3] is not None


def test_freezing_and_reading_back_gives_an_equal_rulebook(rulebook: Rulebook) -> None:
    again = Rulebook.from_json(rulebook.canonical(), "rulebook.json")
    assert again == rulebook
    assert again.sha256 == rulebook.sha256
    assert again.canonical() == rulebook.canonical()


def test_the_hash_is_the_same_in_another_process(rulebook: Rulebook) -> None:
    code = "import rules, pathlib; from engine.duty.rulebook import collect; print(collect(rules, pathlib.Path('rules/values')).sha256)"
    for seed in ("0", "1"):
        told = subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed, "PATH": ""},
            capture_output=True,
            text=True,
            check=True,
        )
        assert told.stdout.strip() == rulebook.sha256


def test_any_change_changes_the_hash(rulebook: Rulebook) -> None:
    duty = rulebook.duties[0]
    for change in (
        {"title": duty.title + "!"},
        {"force": "should" if duty.force == "must" else "must"},
        {"at_closure": "goes_on"},
    ):
        other = with_duty(rulebook, duty.model_copy(update=change))
        assert other.sha256 != with_duty(rulebook, duty).sha256


@pytest.mark.parametrize("text", ["", "{}", "[]", "not json", '{"format": 2}', '{"format": 1, "duties": []}'])
def test_what_is_no_frozen_rulebook_is_refused(text: str) -> None:
    with pytest.raises(RulebookProblem, match=r"book\.json: not a frozen rulebook"):
        Rulebook.from_json(text, "book.json")


def test_a_rulebook_is_split_wherever_a_value_changes(rulebook: Rulebook) -> None:
    value = rulebook.values["ns_5_1_seen_within"]
    later = value.versions[0].model_copy(update={"from_": date(2025, 1, 1), "value": 5})
    longer = value.model_copy(update={"versions": (*value.versions, later)})
    duty = next(duty for duty in rulebook.duties if duty.id == "NS-5.1")
    changed = Rulebook(
        dictionary=rulebook.dictionary,
        calendar=rulebook.calendar,
        values={**rulebook.values, value.name: longer},
        duties=(duty,),
    )
    editions = changed.editions()
    assert [(edition.from_, edition.until, edition.span) for edition in editions] == [
        (date(2007, 9, 1), date(2025, 1, 1), (10, "working_days")),
        (date(2025, 1, 1), None, (5, "working_days")),
    ]
    assert [edition.missing for edition in changed.editions(stated_only=True)] == [
        "the value 'ns_5_1_seen_within' is local, and only stated ones were asked for"
    ] * 2


def test_an_unknown_clause_is_an_error_with_a_suggestion(rulebook: Rulebook) -> None:
    with pytest.raises(RulebookProblem, match=r"unknown clause 'NS-5\.11'; did you mean 'NS-5\.1'"):
        rulebook.chosen(["NS-5.11"])
    assert rulebook.chosen(["NS-5.1"]) == {"NS-5.1"}
    assert rulebook.chosen(["NS-5.8", "NS-2.3a"]) == {"NS-5.8a", "NS-5.8b", "NS-2.3a"}
