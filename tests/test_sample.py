"""The synthetic caseload: believable, whole in its words, the same every time."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest

import rules.vocabulary
from engine.duty.words import Event, Thing
from engine.policy.sample import AS_AT, CHAPTERS, make_sample, sample_cases
from engine.record.building import CaseBuilder
from engine.record.calendar import Calendar
from engine.record.dictionary import Dictionary, EventWord, ObjectWord
from engine.record.model import CaseRecord, EventRecord, ObjectRecord
from engine.record.problem import KeptError
from engine.record.table_reader import Caseload

JUDGEMENTS = (
    ("X-1", "child"), ("X-2", "report"), ("X-3", "complaint"), ("X-4", "practitioner"), ("X-5", "organisation"),
    ("X-6", "case"), ("X-7", "audit"), ("X-8", "plan"), ("X-9", "adult"), ("X-10", "request"), ("X-11", "no_such_type"),
    ("X-12", "contract"), ("X-13", "change_project"),
)  # fmt: skip


@pytest.fixture(scope="module")
def dictionary() -> Dictionary:
    return words()


@cache
def words() -> Dictionary:
    known = vars(rules.vocabulary).values()
    return Dictionary(
        objects=tuple(word.word for word in known if isinstance(word, Thing)),
        events=tuple(word.word for word in known if isinstance(word, Event)),
    )


@cache
def sample(cases: int, seed: int = 1) -> tuple[CaseRecord, ...]:
    return tuple(sample_cases(words(), cases, seed, judgements=JUDGEMENTS))


def court_cases(cases: int = 2000) -> list[CaseRecord]:
    return [record for record in sample(cases) if record.root.type == "case"]


def of_type(record: CaseRecord, kind: str) -> list[str]:
    return [thing.id for thing in record.objects if thing.type == kind]


def has(record: CaseRecord, event: str) -> bool:
    return any(told.type == event for told in record.events)


def leads(record: CaseRecord) -> set[str]:
    return {name for event in record.events if event.type == "lead_allocated" for name in event.about("practitioner")}


def share(records: list[CaseRecord], event: str) -> float:
    return sum(has(record, event) for record in records) / len(records)


# --- well formed -----------------------------------------------------------------------------------------------------------


@pytest.mark.soak
def test_every_timeline_is_one_that_the_reader_would_make(dictionary: Dictionary) -> None:
    """The sample makes its records without checks: here they are checked."""
    for record in sample(2000)[::9] + sample(2000)[-30:]:
        builder = CaseBuilder(dictionary, record.id)
        for thing in (record.root, *record.objects):
            builder.add_object(thing.id, thing.id, thing.type, thing.attributes, root=thing is record.root)
        for link in record.links:
            builder.add_link("link", link.source, link.qualifier, link.target, link.happened, link.recorded)
        for event in record.events:
            links: list[tuple[str, object]] = list(event.links)
            builder.add_event(event.id, event.id, event.type, event.happened, event.recorded, links, event.attributes)
        assert builder.finish() == record


def test_written_and_read_back_it_is_the_same(dictionary: Dictionary, tmp_path: Path) -> None:
    make_sample(dictionary, tmp_path / "out", 40, 1, judgements=JUDGEMENTS)
    with Caseload(tmp_path / "out", dictionary) as caseload:
        assert list(caseload.cases()) == list(sample(40))


@pytest.mark.soak
def test_ids_are_ids_and_events_are_numbered_for_the_whole_caseload() -> None:
    events = [event.id for record in sample(2000) for event in record.events]
    assert len(set(events)) == len(events)
    assert [record.id for record in sample(2000)] == sorted(record.id for record in sample(2000))
    first = sample(2000)[0]
    assert first.id == "C-000001"
    assert of_type(first, "child")[0] == "ch-000001-1"
    assert first.events[0].id == "C-000001-e1"


def test_nothing_happens_or_is_recorded_after_the_extract() -> None:
    for record in sample(2000):
        assert all(event.happened <= event.recorded.date() <= AS_AT for event in record.events)


def test_nobody_has_anything_to_do_with_a_case_before_joining_it() -> None:
    late = 0
    for record in court_cases():
        joined = {link.source: link.happened for link in record.links if link.happened is not None}
        late += len(joined)
        for event in record.events:
            assert all(joined.get(name, event.happened) <= event.happened for _, name in event.links)
    assert late > 20


# --- the same every time -------------------------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_bytes(dictionary: Dictionary, tmp_path: Path) -> None:
    for name in ("one", "two"):
        make_sample(dictionary, tmp_path / name, 30, 7, judgements=JUDGEMENTS)
    for file in (tmp_path / "one").iterdir():
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes()


def test_a_case_does_not_depend_on_how_many_there_are() -> None:
    few, many = sample(20), sample(2000)
    assert [record for record in few if record.root.type == "case"] == list(many[:20])


def test_another_seed_gives_another_caseload() -> None:
    assert sample(20, seed=2)[0] != sample(20)[0]


def test_progress_and_manifest(dictionary: Dictionary, tmp_path: Path) -> None:
    done: list[int] = []
    manifest = make_sample(dictionary, tmp_path / "out", 5, 1, progress=done.append, as_at=date(2024, 1, 31))
    assert done == [1, 2, 3, 4, 5]
    assert {name: manifest[name] for name in ("seed", "as_at", "court_cases", "synthetic")} == {
        "seed": 1, "as_at": "2024-01-31", "court_cases": 5, "synthetic": True,
    }  # fmt: skip


@pytest.mark.parametrize("cases", [0, -1, 1_000_000])
def test_a_number_of_cases_that_makes_no_sense(dictionary: Dictionary, tmp_path: Path, cases: int) -> None:
    with pytest.raises(KeptError, match="a sample has 1 to 999,999 cases"):
        make_sample(dictionary, tmp_path / "out", cases, 1)
    assert list(tmp_path.iterdir()) == []


# --- whole in its words ----------------------------------------------------------------------------------------------------------


@pytest.mark.soak
def test_every_word_of_the_dictionary_occurs(dictionary: Dictionary) -> None:
    seen: set[tuple[object, ...]] = set()
    for record in sample(5000):
        entries: list[ObjectRecord | EventRecord] = [record.root, *record.objects, *record.events]
        for entry in entries:
            seen.add((entry.type,))
            for name, value in entry.attributes.items():
                seen.add((entry.type, name))
                seen |= {(entry.type, name, code) for code in (value if isinstance(value, tuple) else (value,))}
        types = {thing.id: thing.type for thing in (record.root, *record.objects)}
        seen |= {(types[link.source], link.qualifier) for link in record.links}
    wanted: set[tuple[object, ...]] = set()
    known: list[ObjectWord | EventWord] = [*dictionary.objects, *dictionary.events]
    for word in known:
        wanted.add((word.name,))
        wanted |= {(word.name, attribute.name) for attribute in word.attributes}
        wanted |= {(word.name, attribute.name, code) for attribute in word.attributes for code in attribute.codes}
    wanted |= {(thing.name, link.qualifier) for thing in dictionary.objects for link in thing.links}
    assert sorted(map(str, wanted - seen)) == []


@pytest.mark.soak
def test_flags_are_sometimes_true_sometimes_false(dictionary: Dictionary) -> None:
    found: dict[tuple[str, str], Counter[object]] = {}
    for record in sample(5000):
        for event in record.events:
            for attribute in dictionary.event[event.type].attributes:
                if attribute.kind == "flag" and attribute.name in event.attributes:
                    found.setdefault((event.type, attribute.name), Counter())[event.attributes[attribute.name]] += 1
    # Of what is told only a few times (the organisation's), nothing can be asked.
    assert {name for name, values in found.items() if values.total() > 40 and len(values) < 2} == set()


def test_no_word_is_needed() -> None:
    """The sample is made of whatever words there are."""
    full = words()
    closing = {word.closed_by for word in full.objects}  # which the dictionary itself asks for
    for lost in range(0, len(full.events), 5):
        kept = {word.name for word in full.events[:lost] + full.events[lost + 5 :]} | closing
        fewer = Dictionary(objects=full.objects, events=tuple(word for word in full.events if word.name in kept))
        assert list(sample_cases(fewer, 6, 1))
    bare = Dictionary(
        objects=tuple(
            word.model_copy(update={"attributes": (), "closed_by": None})
            for word in full.objects
            if word.name == "case"
        ),
        events=(),
    )
    assert [record.root.attributes for record in sample_cases(bare, 60, 1)] == [{}] * 60
    with pytest.raises(KeptError, match="has no 'case'"):
        list(sample_cases(Dictionary(objects=(), events=()), 1, 1))


def test_a_new_word_is_told_without_a_chapter() -> None:
    full = words()
    seen = next(word for word in full.events if word.name == "child_seen")
    new = [
        seen.model_copy(update={"name": "advice_given", "about": ("child", "adult"), "needs": ("adult",)}),
        seen.model_copy(update={"name": "course_attended", "about": ("practitioner",), "needs": ("practitioner",)}),
        seen.model_copy(update={"name": "estate_reviewed", "about": (), "needs": ("place",)}),
    ]
    told = Counter(
        (event.type, record.root.type)
        for record in sample_cases(Dictionary(objects=full.objects, events=(*full.events, *new)), 200, 1)
        for event in record.events
    )
    for name, root in (
        ("advice_given", "case"),
        ("course_attended", "practitioner"),
        ("estate_reviewed", "organisation"),
    ):
        assert told[name, root] > 2
    assert not any("advice_given" in chapter.words for chapter in CHAPTERS)


# --- believable ----------------------------------------------------------------------------------------------------------------------


def test_the_proportions_are_those_published() -> None:
    cases = court_cases()
    private = sum(record.root.attributes["law"] == "private" for record in cases) / len(cases)
    children = sum(len(of_type(record, "child")) for record in cases) / len(cases)
    open_ = 1 - share(cases, "case_closed")
    assert 0.64 < private < 0.70
    assert 1.5 < children < 1.7
    assert 0.50 < open_ < 0.60
    teams = {record.team for record in cases}
    assert len(teams) == 40


def test_a_case_has_some_fifty_events() -> None:
    counts = sorted(len(record.events) for record in court_cases())
    assert 50 < sum(counts) / len(counts) < 62
    assert counts[len(counts) // 10] >= 10
    assert counts[-len(counts) // 10] <= 125


@pytest.mark.soak
def test_care_proceedings_last_some_43_weeks() -> None:
    weeks = []
    for record in court_cases(5000):
        if record.root.attributes["work"] == "care" and has(record, "case_closed"):
            days = {event.type: event.happened for event in record.events}
            weeks.append((days["case_closed"] - record.events[0].happened).days / 7)
    assert len(weeks) > 200
    assert 40 < sum(weeks) / len(weeks) < 46


def test_what_goes_wrong_goes_wrong_about_as_often_as_was_found() -> None:
    planned = [record for record in court_cases() if has(record, "case_plan_made")]
    analysed = [record for record in court_cases() if has(record, "case_analysis_made")]
    wanting = sum(
        any(
            event.type == "case_analysis_made" and str(event.attributes.get("welfare_headings", "")).count(",") < 6
            for event in record.events
        )
        for record in analysed
    )
    assert 0.15 < wanting / len(analysed) < 0.45
    assert 0.02 < 1 - share(planned, "case_plan_reviewed") < 0.35
    assert 0.03 < share(court_cases(), "child_not_seen_reason") < 0.15
    assert 0.02 < share(court_cases(), "complaint_received") < 0.08


def kept_share(cases: list[CaseRecord], promised: str, kept: str, by: str) -> float:
    """Of the objects of type `by` that an event names, for how many another event does."""
    asked: set[str] = set()
    done: set[str] = set()
    for record in cases:
        for event in record.events:
            asked |= set(event.about(by)) if event.type == promised else set()
            done |= set(event.about(by)) if event.type == kept else set()
    return len(asked & done) / len(asked)


def test_children_and_families_are_mostly_drawn_in_and_sometimes_not() -> None:
    cases = court_cases(5000)
    seen = {"promised": "child_seen", "by": "child"}
    assert 0.7 < kept_share(cases, **seen, kept="introductory_letter_sent") < 0.9
    closed = [record for record in cases if has(record, "case_closed")]
    assert 0.55 < kept_share(closed, **seen, kept="goodbye_letter_sent") < 0.8
    assert 0.5 < kept_share(closed, **seen, kept="feedback_invited") < 0.95
    since = [record for record in cases if record.events and record.events[0].happened >= date(2022, 1, 1)]
    assert 0.5 < kept_share(since, "case_plan_made", "storyboard_made", "case") < 0.75
    for kept in ("report_shared_with_child", "view_of_recommendation_sought", "own_words_invited"):
        assert 0.3 < kept_share(cases, "views_recorded", kept, "report") < 0.95
    assert share(cases, "recommendation_shared_with_adult") > 0.3
    assert 0.05 < share(cases, "recommendation_not_shared_reason") < 0.4


def test_storyboards_and_the_newer_plans_came_with_the_framework() -> None:
    for record in court_cases(5000):
        for event in record.events:
            if event.type == "storyboard_made" or "together_style" in event.attributes:
                assert event.happened >= date(2021, 9, 1)


def test_what_is_said_of_harm_is_mostly_there() -> None:
    analyses = [event for record in court_cases() for event in record.events if event.type == "case_analysis_made"]
    for name in ("harm_experienced_addressed", "future_harm_addressed"):
        told = Counter(event.attributes.get(name) for event in analyses)
        assert told[True] > told[False] > told[None] > 0
        assert 0.7 < told[True] / len(analyses) < 0.95


def test_what_a_guardian_does_is_told_in_public_law_alone() -> None:
    cases = court_cases(5000)
    words_ = ("social_worker_contacted", "iro_named", "iro_contacted", "care_plan_disagreed_with", "proceedings_extended",
              "care_plan_disagreement_raised", "care_order_at_home_proposed", "care_order_at_home_questioned",
              "special_guardianship_proposed", "special_guardianship_reviewed", "delay_impact_recorded")  # fmt: skip
    public = [record for record in cases if record.root.attributes["law"] == "public"]
    for word in words_:
        assert sum(has(record, word) for record in cases) == sum(has(record, word) for record in public), word
    assert 0.6 < share(public, "social_worker_contacted") < 0.95
    for proposed, answered in (
        ("care_order_at_home_proposed", "care_order_at_home_questioned"),
        ("special_guardianship_proposed", "special_guardianship_reviewed"),
        ("care_plan_disagreed_with", "care_plan_disagreement_raised"),
    ):
        asked = [record for record in public if has(record, proposed)]
        assert 0.02 < len(asked) / len(public) < 0.3
        assert 0.4 < share(asked, answered) < 0.95
    delayed = [record for record in public if has(record, "hearing_adjourned")]
    assert 0.5 < share(delayed, "delay_impact_recorded") < 0.95


def test_there_is_something_of_each_rarer_kind() -> None:
    cases = court_cases(5000)
    holidays = Calendar(known_through=date(2027, 12, 31))
    referrals = {record.id: [e.happened for e in record.events if e.type == "referral_received"] for record in cases}
    first = [days[0] for days in referrals.values() if days]
    assert sum(len(days) > 1 for days in referrals.values()) > 100  # referred again
    assert sum(day.weekday() >= 5 for day in first) > 50
    assert sum(day.weekday() < 5 and not holidays.is_working_day(day) for day in first) > 5
    for landmark in (date(2007, 6, 1), date(2007, 9, 1)):
        assert sum(abs(day - landmark) <= timedelta(days=40) for day in first) > 15
    for event in ("record_destroyed", "history_requested", "counselling_offered", "duty_cover_recorded", "helper_assigned",
                  "hearing_adjourned", "extension_granted", "nwf_statement_filed", "handover_made"):  # fmt: skip
        assert share(cases, event) > 0.001
    changes = [sum(event.type == "lead_allocated" for event in record.events) for record in cases]
    assert 0.1 < sum(count > 1 for count in changes) / len(cases) < 0.35
    late = [(event.recorded.date() - event.happened).days for record in cases for event in record.events]
    assert 0.6 < sum(days == 0 for days in late) / len(late) < 0.85
    assert 0.01 < sum(days > 14 for days in late) / len(late) < 0.1
    unreasoned = Counter(
        "reason" in event.attributes for record in cases for event in record.events if event.type == "lead_ended"
    )
    assert min(unreasoned.values()) > 50


def test_judgements_are_about_what_the_clause_is_about_and_by_somebody_else() -> None:
    kinds = dict(JUDGEMENTS)
    judged: Counter[str] = Counter()
    for record in sample(5000):
        for event in record.events:
            if event.type == "judgement_recorded":
                clause = str(event.attributes["clause"])
                judged[clause] += 1
                assert event.about(kinds[clause])
                assert event.by
                if kinds[clause] == "practitioner":
                    assert record.id not in event.by
                if event.attributes["role"] != "practitioner":
                    assert not set(event.by) & leads(record)
    assert set(judged) == set(kinds) - {"X-11"}
    cases = court_cases(5000)
    assert 0.2 < share(cases, "judgement_recorded") < 0.4


def others(kind: str) -> list[CaseRecord]:
    return [record for record in sample(2000) if record.root.type == kind]


def test_the_other_timelines() -> None:
    staff = others("practitioner")
    assert len(staff) == 2000 // 40
    assert Counter(record.root.attributes["role"] for record in staff)["practitioner"] == 40
    [cafcass, _] = others("organisation")
    years = [event.attributes["year"] for event in cafcass.events if event.type == "reporting_year_began"]
    assert years == [2021, 2022, 2023, 2024, 2025]
    assert len(of_type(cafcass, "team")) == 40
    led = {
        case
        for record in staff
        for event in record.events
        if event.type == "supervision_held"
        for case in event.about("case")
    }
    assert led
    assert led <= {record.id for record in court_cases()}


def test_there_is_a_handful_of_timelines_of_every_type_and_some_are_over() -> None:
    for word in words().objects:
        if word.root and word.name not in ("case", "organisation"):
            there = others(word.name)
            assert len(there) >= 10
            assert all(len(record.events) > 0 for record in there)
            over = sum(has(record, str(word.closed_by)) for record in there)
            assert 0 < over < len(there)


@pytest.mark.parametrize(
    ("kind", "asked", "event"),
    [
        ("contract", "best_value_assessed", "contract_awarded"),
        ("change_project", "impact_analysed", "change_started"),
        ("practitioner", "registration_recorded", "practitioner_joined"),
    ],
)
def test_what_ought_to_come_first_mostly_does(kind: str, asked: str, event: str) -> None:
    first = []
    for record in others(kind):
        days: dict[str, date] = {}
        for told in record.events:
            days.setdefault(told.type, told.happened)
        first.append(asked in days and event in days and days[asked] <= days[event])
    assert 0.5 < sum(first) / len(first) < 1


def test_nothing_happens_to_anybody_who_has_left() -> None:
    for record in others("practitioner"):
        assert all(event.type != "practitioner_left" for event in record.events[:-1])
    for record in others("contract"):
        ended = [event.happened for event in record.events if event.type == "contract_ended"]
        assert all(event.happened <= ended[0] for event in record.events if ended and event.type == "contract_awarded")


def test_a_type_that_nobody_knows_has_timelines_too() -> None:
    """Whatever gets a timeline of its own in the dictionary has a few in the sample."""
    full = words()
    contract = next(word for word in full.objects if word.name == "contract")
    ended = next(word for word in full.events if word.name == "contract_ended")
    seen = next(word for word in full.events if word.name == "child_seen")
    more = Dictionary(
        objects=(*full.objects, contract.model_copy(update={"name": "lease", "closed_by": "lease_ended"})),
        events=(
            *full.events,
            ended.model_copy(update={"name": "lease_ended"}),
            seen.model_copy(update={"name": "lease_valued", "about": ("lease",), "needs": ()}),
        ),
    )
    leases = [
        record for record in sample_cases(more, 3, 1, judgements=[("X-1", "lease")]) if record.root.type == "lease"
    ]
    told = Counter(event.type for record in leases for event in record.events)
    assert len(leases) > 2
    assert min(told[name] for name in ("lease_valued", "judgement_recorded", "lease_ended")) > 0


def test_audits_and_learning_are_mostly_as_the_framework_has_them() -> None:
    """Every rate is ours; what matters is that each rule is mostly kept, and broken now and then."""
    audits = [event for record in sample(5000) for event in record.events if event.type == "quality_audited"]
    assert len(audits) > 500
    outcomes = ("safe", "heard", "better_represented", "enabled")
    graded = sum(all(name in event.attributes for name in outcomes) for event in audits) / len(audits)
    entitled = Counter(event.attributes["role"] for event in audits)
    own = sum(bool(set(event.by) & set(event.about("practitioner"))) for event in audits)
    assert 0.85 < graded < 0.97
    assert 0.85 < (entitled["practice_supervisor"] + entitled["service_manager"]) / len(audits) < 0.97
    assert 0 < own < 0.03 * len(audits)
    points: Counter[tuple[str, object]] = Counter()
    for record in sample(5000):
        for event in record.events:
            if event.type == "learning_point_recorded":
                assert event.attributes.get("point") in (None, 1, 2, 3, 4)
                [audit] = event.about("audit")
                points[audit, event.attributes["domain"]] += 1
    known = {audit for event in audits for audit in event.about("audit")}
    counts = Counter(points[audit, domain] for audit in known for domain in outcomes)
    assert set(counts) == {0, 1, 2, 3, 4}
    assert 0.5 < counts[3] / counts.total() < 0.8
    assert counts[4] < 0.1 * counts.total()


def test_supervision_takes_up_most_of_what_is_to_be_learnt() -> None:
    waiting = taken = silent = 0
    for record in sample(5000):
        sessions = [event for event in record.events if event.type == "supervision_held"]
        if record.root.type != "practitioner":
            assert not any("learning_taken_up" in event.attributes for event in sessions)
            continue
        silent += sum("learning_taken_up" not in event.attributes for event in sessions)
        for event in record.events:
            if event.type == "learning_point_recorded" and event.happened < AS_AT - timedelta(days=100):
                waiting += 1
                taken += any(
                    event.happened <= other.happened <= event.happened + timedelta(days=90)
                    and str(event.attributes["domain"]) in str(other.attributes.get("learning_taken_up", ""))
                    for other in sessions
                )
    assert silent > 20
    assert waiting > 300
    assert 0.6 < taken / waiting < 0.97
