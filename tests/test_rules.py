"""The rules as a whole: the words, the clauses of the document, and that every clause has the examples it needs."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta

import pytest

import rules.vocabulary as vocabulary
from engine.duty.english import English
from engine.duty.language import Duty
from engine.duty.rulebook import Rulebook, refs
from engine.duty.words import Event, Thing
from engine.policy.examples import Example, Trials, example_file, read_all, read_examples, told
from engine.record.dictionary import Dictionary
from tests.conftest import FIXTURES

STANDARDS = {1: 4, 2: 6, 3: 5, 4: 10, 5: 9, 6: 3, 7: 7, 8: 7, 9: 5, 10: 8}
"""The Standards with the number of clauses that the document gives each: sixty-four."""

EXPECTED_DECIDERS = {
    "record": "1.4 2.2 2.3 2.4 3.5 4.2 4.7 4.9 4.10 5.1 5.6 5.8 6.2 6.3 7.1 8.1 8.2 8.5 8.7 9.4 10.1 10.5 10.8",
    "record_and_person": "1.1 1.2 1.3 2.1 2.5 2.6 3.1 3.2 3.3 3.4 4.1 4.4 4.5 4.6 4.8 5.3 5.7 5.9 6.1 7.6 8.3 8.4 8.6 9.3 9.5 10.6",
    "person": "4.3 5.2 5.4 5.5 7.2 7.3 7.4 7.5 7.7 9.1 9.2 10.2 10.3 10.4 10.7",
}
"""Whether the record decides a clause, a record and a person, or a person alone: 23, 26 and 15 of them."""

CONTRACT_EVENTS = [
    "referral_received",
    "referral_screened",
    "case_accepted",
    "lead_allocated",
    "lead_ended",
    "duty_cover_recorded",
    "early_assessment_made",
    "risk_assessed",
    "case_analysis_made",
    "case_plan_made",
    "case_plan_reviewed",
    "significant_change",
    "child_seen",
    "child_not_seen_reason",
    "direction_made",
    "report_filed",
    "report_shared_with_child",
    "hearing_held",
    "final_order_made",
    "outcome_told_to_child",
    "third_party_statement_used",
    "third_party_statement_verified",
    "nwf_statement_filed",
    "nwf_agreement_given",
    "handover_made",
    "introductory_letter_sent",
    "goodbye_letter_sent",
    "complaint_received",
    "complaint_acknowledged",
    "complaint_answered",
    "record_destroyed",
    "supervision_held",
    "quality_audited",
    "learning_point_recorded",
    "judgement_recorded",
    "case_closed",
]


def national(rulebook: Rulebook) -> dict[str, list[Duty]]:
    """The clauses of the National Standards."""
    return {clause: list(duties) for clause, duties in rulebook.clauses.items() if clause.startswith("NS-")}


def test_every_clause_of_the_standards_is_there(rulebook: Rulebook) -> None:
    assert list(rulebook.clauses) == CLAUSES


def test_practice_quality_says_of_every_promise_whether_a_text_has_it(rulebook: Rulebook) -> None:
    """Of the practice quality standards only titles and intentions are public: whatever is checked there is inferred."""
    for duty in rulebook.duties:
        if duty.clause.startswith(("PQ-PUB", "PQ-PRV")):
            assert duty.basis == "inferred", duty.id
        if duty.clause.startswith("PQ-") and duty.basis == "inferred":
            standing = getattr(duty.deadline, "standing", "local")
            assert (standing, duty.force) == ("local", "should"), f"{duty.id} shows as the standard's what is ours"
    assert {duty.basis for duty in rulebook.duties if duty.clause.startswith("NS-")} == {"stated"}


def test_who_decides_is_as_the_clause_needs(rulebook: Rulebook) -> None:
    strongest = ["record", "record_and_person", "person"]
    found: dict[str, list[str]] = {}
    for clause, duties in national(rulebook).items():
        decider = max((duty.decided_by for duty in duties), key=strongest.index)
        found.setdefault(decider, []).append(clause.removeprefix("NS-"))
    assert {decider: " ".join(clauses) for decider, clauses in found.items()} == EXPECTED_DECIDERS


def test_a_clause_of_several_promises_says_what_it_is_as_a_whole(rulebook: Rulebook) -> None:
    several = [clause for clause, duties in rulebook.clauses.items() if len({duty.id for duty in duties}) > 1]
    assert [gist.id for gist in rulebook.gists] == several


def test_only_three_clauses_have_a_number_or_a_date_of_their_own(rulebook: Rulebook) -> None:
    stated = {edition.duty.clause for edition in rulebook.editions() if edition.span and edition.standing == "stated"}
    assert stated == {"NS-2.2", "NS-5.8"}
    assert {duty.clause for duty in rulebook.duties if getattr(duty.deadline, "standing", "") == "court"} == {"NS-4.2"}


def test_only_the_clause_under_review_says_so(rulebook: Rulebook) -> None:
    assert {duty.clause for duty in rulebook.duties if duty.status == "under_review"} == {"NS-4.10"}


def test_in_force_days_are_the_documents(rulebook: Rulebook) -> None:
    for clause, duties in national(rulebook).items():
        first = date(2007, 9, 1) if clause.startswith("NS-5.") or clause == "NS-1.4" else date(2007, 6, 1)
        assert {duty.in_force for duty in duties} == {first}, clause


def test_on_every_day_exactly_one_version_of_each_duty_is_in_force(rulebook: Rulebook) -> None:
    editions = rulebook.editions()
    day = date(2007, 5, 1)
    while day < date(2028, 1, 1):
        count = Counter(edition.duty.id for edition in editions if edition.covers(day))
        for duty in rulebook.duties:
            assert count[duty.id] == (day >= duty.in_force), (duty.id, day)
        day += timedelta(days=1)


def test_every_value_is_used_and_says_whose_it_is(rulebook: Rulebook) -> None:
    used = {ref.value for duty in rulebook.duties for ref in refs(duty)}
    assert set(rulebook.values) == used


def test_every_word_has_a_sentence(dictionary: Dictionary) -> None:
    for word in dictionary.words:
        said = [(word.name, word.says)]
        for attribute in word.attributes:
            said += [(attribute.name, attribute.says), *attribute.codes.items()]
        for name, says in said:
            assert re.match(r"[A-Z].*[.]$", says), f"{word.name}: {name}: {says!r} is not a sentence"


def test_the_words_others_rely_on_are_there(dictionary: Dictionary) -> None:
    assert set(CONTRACT_EVENTS) <= set(dictionary.event)
    attributes = {
        "direction_made": ["due"], "handover_made": ["to"], "judgement_recorded": ["clause", "outcome", "role"],
        "third_party_statement_used": ["source", "hearsay_rules_followed"], "third_party_statement_verified": ["source"],
        "quality_audited": ["role", "safe", "heard", "better_represented", "enabled"], "learning_point_recorded": ["domain"],
        "child_not_seen_reason": ["reason"],
    }  # fmt: skip
    for event, names in attributes.items():
        assert set(names) <= set(dictionary.event[event].attribute)
    assert set(dictionary.event["child_not_seen_reason"].attribute["reason"].codes) == {
        "outside_jurisdiction",
        "too_ill",
        "other",
    }
    assert set(dictionary.object["case"].attribute["law"].codes) == {"private", "public"}
    work = "work_to_first_hearing short_court_based_resolution dispute_resolution section_7 rule_16_4 care adoption_reporting_officer"
    assert set(work.split()) <= set(dictionary.object["case"].attribute["work"].codes)


def test_every_word_of_the_vocabulary_module_is_in_the_dictionary(dictionary: Dictionary) -> None:
    for name, item in vars(vocabulary).items():
        if isinstance(item, Thing | Event):
            assert item.word.name == name
            assert dictionary.object.get(name) == item.word or dictionary.event.get(name) == item.word


def test_every_duty_reads_as_a_paragraph(rulebook: Rulebook) -> None:
    english = English(rulebook)
    for duty in rulebook.duties:
        paragraph = english.paragraph(duty)
        assert paragraph.startswith("For each ")
        assert paragraph.endswith(".")
        assert "_" not in paragraph, paragraph
        assert "  " not in paragraph


_READ: dict[str, tuple[Example, ...]] = {}


def examples_of(clause: str, rulebook: Rulebook) -> tuple[Example, ...]:
    """The examples of a clause, read once for all the tests here."""
    folder = "national_standards" if clause.startswith("NS-") else "practice_quality"
    path = example_file(FIXTURES / folder, clause)
    assert path.exists(), f"{clause} has no examples: write {path}"
    if clause not in _READ:
        _READ[clause] = read_examples(path, rulebook)
    return _READ[clause]


PRACTICE = {"PRV": 5, "PUB": 7, "QAI": 6, "TOG": 7}
"""How many clauses each of the practice documents has here."""

CLAUSES = [f"NS-{standard}.{clause}" for standard, count in STANDARDS.items() for clause in range(1, count + 1)]
CLAUSES += [f"PQ-{document}-{clause}" for document, count in PRACTICE.items() for clause in range(1, count + 1)]


@pytest.mark.parametrize("clause", CLAUSES)
def test_the_examples_of(clause: str, rulebook: Rulebook) -> None:
    trials = Trials(rulebook)
    failed = [told(trial) for trial in map(trials.run, examples_of(clause, rulebook)) if not trial.passed]
    assert not failed, "\n".join(["", *failed])


@pytest.mark.parametrize("clause", CLAUSES)
def test_each_duty_has_the_examples_it_needs_at_least(clause: str, rulebook: Rulebook) -> None:
    """Kept and not kept, still open, outside its time in force, and each exception; for a judged one each judgement."""
    trials = Trials(rulebook)
    examples = examples_of(clause, rulebook)
    assert any(not example.expect for example in examples), "an example to which the clause does not apply"
    found = {(finding.duty, finding.outcome) for example in examples for finding in trials.findings(example)}
    for duty in rulebook.clauses[clause]:
        outcomes = {outcome for name, outcome in found if name == duty.id}
        wanted = {"met", "breached"}
        if duty.must.form == "be_judged" or duty.judged:
            wanted |= {"unjudged"}
        if any(excuse.standing == "stated" for excuse in duty.unless):
            wanted |= {"excused"}
        if duty.must.form in ("happen", "recur") and duty.deadline.deadline != "at_once":
            wanted |= {"due", "late"}
        assert wanted <= outcomes, f"{duty.id} has no example of {sorted(wanted - outcomes)}"


def test_no_example_file_is_left_over(rulebook: Rulebook) -> None:
    assert sum(map(len, read_all(FIXTURES, rulebook).values())) > 100
