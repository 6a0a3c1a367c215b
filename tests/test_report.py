"""What people and programs are told: in the contract's words, with nothing from a record that acts on its reader."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, get_args

import jsonschema
import pytest
from rich.console import Console

from engine.judge.outcome import OUTCOMES, Fault, Finding, Flag, Judgements
from engine.ledger.store import Ledger
from engine.ledger.tally import Group, NightSummary, Problem
from engine.record.problem import KeptError, RecordProblem, harmless
from engine.report import pictures
from engine.report.page import MOST_LISTED, night_page, write_page
from engine.report.results import FINDING_FIELDS, RESULT_FIELDS, check_json, night_json, schema, write_csv
from engine.report.text import show_check, show_night, show_unreadable
from engine.report.wording import day, in_a_sentence, many, moment, stands
from tests.nights import AS_AT, FakeRun, every_outcome, fault, finding, judgements, night, outcome_of, rulebook

HOSTILE = "<script>alert('x')</script>\x1b[31m\u202e\x07[bold]&{{ 7*7 }}\"'"


@pytest.fixture
def summary(tmp_path: Path) -> NightSummary:
    """A night with a fault and an unreadable case, after a whole one."""

    def gives(case: str) -> Judgements:
        return every_outcome(case).model_copy(update={"faults": (fault(case),) if case == "C-2" else ()})

    with Ledger.open(str(tmp_path / "ledger.sqlite")) as ledger:
        night(ledger, 2)
        return night(ledger, run=FakeRun(4, (3,), gives))


@pytest.fixture
def whole(tmp_path: Path) -> NightSummary:
    """A night in which nothing went wrong, the first of its ledger."""
    with Ledger.open(str(tmp_path / "whole.sqlite")) as ledger:
        return night(ledger, 2)


def shown(show: Any, *args: Any, terminal: bool = False, width: int = 100) -> str:
    file = io.StringIO()
    show(Console(file=file, width=width, force_terminal=terminal, _environ={}), *args)
    return file.getvalue()


# --- words ---------------------------------------------------------------------------------------------------------------


def test_days_and_numbers_as_people_write_them() -> None:
    assert day(date(2025, 3, 4)) == "4 March 2025"
    assert moment(datetime.fromisoformat("2025-12-31T07:05")) == "31 December 2025, 07:05"
    assert [many(count, "duty", "duties") for count in (0, 1, 2000)] == ["0 duties", "1 duty", "2,000 duties"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "breached: was due 18 March 2025, 104 days ago"),
        ({"due": None, "days_over": None}, "breached"),
        ({"outcome": "late", "done": date(2025, 3, 19), "days_over": 1},
         "late: done on 19 March 2025; was due 18 March 2025, 1 day earlier"),
        ({"outcome": "due", "due": AS_AT}, "due 30 June 2025, today"),
        ({"outcome": "due", "due": date(2025, 7, 1)}, "due 1 July 2025, tomorrow"),
        ({"outcome": "due", "due": date(2025, 7, 4)}, "due 4 July 2025, in 4 days"),
        ({"outcome": "due", "due": None}, "due, by no day that is known yet"),
        ({"outcome": "undetermined", "missing": "the value 'x' is not set"}, "undetermined: the value 'x' is not set"),
        ({"outcome": "met", "done": date(2025, 3, 5)}, "met on 5 March 2025; was due 18 March 2025"),
    ],
)  # fmt: skip
def test_where_an_instance_stands_in_words(given: dict[str, Any], words: str) -> None:
    assert stands(finding(**given), AS_AT) == words


def test_the_night_in_a_sentence(summary: NightSummary, whole: NightSummary) -> None:
    assert in_a_sentence(whole) == (
        "Complete: 2 cases and 16 instances of their duties were judged as at 30 June 2025: 2 breached, 2 late, 2 met."
    )
    assert in_a_sentence(summary).startswith(
        "Incomplete: 1 case could not be read and Kept failed to judge 1 duty; they are in none of the numbers. 3 cases"
    )


# --- JSON ----------------------------------------------------------------------------------------------------------------


def closed(part: Any) -> Any:
    """The schema with nothing allowed that it does not describe: what is printed must be documented."""
    if isinstance(part, dict):
        inside = {key: closed(value) for key, value in part.items()}
        return {**inside, "additionalProperties": False} if "properties" in part else inside
    return [closed(each) for each in part] if isinstance(part, list) else part


def fits(text: str, name: Any) -> Any:
    content = json.loads(text)
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    jsonschema.Draft202012Validator(closed(schema(name)), format_checker=checker).validate(content)
    return content


@pytest.mark.parametrize("name", ["check", "check-line", "nightly"])
def test_every_property_of_a_schema_is_described(name: Any) -> None:
    content = schema(name)
    jsonschema.Draft202012Validator.check_schema(content)

    def walk(part: Any) -> None:
        for key, value in part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ():
            if key == "properties":
                assert [each for each, said in value.items() if not said.get("description", "").endswith(".")] == []
            walk(value)

    walk(content)
    found = content["$defs"]["finding"]["properties"]
    assert list(found) == list(RESULT_FIELDS)
    assert found["outcome"]["enum"] == list(OUTCOMES)
    assert found["flags"]["items"]["enum"] == list(get_args(Flag))


def test_a_finding_has_every_field_and_no_other() -> None:
    assert set(FINDING_FIELDS) == set(Finding.model_fields)


def test_one_case_is_the_object_of_the_contract() -> None:
    given = judgements(finding(why="No visit.", put_right="See her."), faults=(fault(),))
    content = fits(check_json([given]), "check")
    assert content == {
        "as_at": "2025-06-30",
        "known_at": "2025-06-30T23:59:59.999999",
        "rulebook": rulebook().sha256,
        "case": "C-1",
        "team": "north-2",
        "findings": [
            {
                "instance": "C-1/NS-5.1/amy/e1", "case": "C-1", "clause": "NS-5.1", "duty": "NS-5.1", "subject": "amy",
                "subject_type": "child", "outcome": "breached", "start": "2025-03-04", "due": "2025-03-18", "done": None,
                "days_over": 104, "force": "must", "standing": "local", "basis": "stated", "decided_by": "record",
                "flags": ["recorded_late"], "waived": None, "evidence": ["e1", "e2"], "missing": None, "team": "north-2",
                "practitioner": "fca1", "why": "No visit.", "put_right": "See her.",
            }
        ],
        "trial": [],
        "faults": [{"case": "C-2", "duty": "NS-10.2", "error": "ZeroDivisionError: division by zero", "trace": "Traceback …"}],
        "not_applicable": ["NS-5.8"],
    }  # fmt: skip


def test_several_cases_and_unreadable_ones() -> None:
    problem = RecordProblem("c.yaml", "line 3", "no such day", "Correct it.")
    content = fits(check_json([every_outcome("C-1")], [problem]), "check")
    assert [each["case"] for each in content["results"]] == ["C-1"]
    assert content["quarantined"] == [
        {"file": "c.yaml", "place": "line 3", "problem": "no such day", "remedy": "Correct it."}
    ]
    assert len(fits(check_json([every_outcome("C-1"), every_outcome("C-2")]), "check")["results"]) == 2
    assert fits(check_json([], [problem]), "check")["results"] == []


def test_the_summary_of_a_night(summary: NightSummary, whole: NightSummary) -> None:
    content = fits(night_json(summary), "nightly")
    expected = {"run": "2025-06-30-0002", "as_at": "2025-06-30", "cases": 3, "instances": 24, "faults": 1, "quarantined": 1,
                "complete": False, "rulebook": rulebook().sha256, "outcomes": dict.fromkeys(OUTCOMES, 3)}  # fmt: skip
    assert {key: content[key] for key in expected} == expected
    assert content["previous"]["outcomes"] == dict.fromkeys(OUTCOMES, 2)
    assert fits(night_json(whole), "nightly")["previous"] is None


def test_json_holds_nothing_that_acts_on_a_terminal() -> None:
    assert "\x1b" not in check_json([judgements(finding(team=HOSTILE))])


# --- CSV -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "  ="])
def test_no_cell_is_a_formula(start: str) -> None:
    text = f"{start}HYPERLINK(1)"
    hostile = finding(
        team=text, practitioner=text, why=text, put_right=text, missing=text, subject=text, evidence=(text, "e2")
    )
    file = io.StringIO(newline="")
    write_csv([hostile], file)
    (row,) = csv.DictReader(io.StringIO(file.getvalue(), newline=""))
    for field in ("team", "practitioner", "why", "put_right", "missing", "subject"):
        assert row[field] == f"'{harmless(text)}"
    assert row["evidence"].startswith("'")


def test_findings_as_csv() -> None:
    file = io.StringIO(newline="")
    write_csv([finding(done=None, days_over=-3)], file)
    names, values = csv.reader(io.StringIO(file.getvalue()))
    row = dict(zip(names, values, strict=True))
    assert tuple(names) == RESULT_FIELDS
    assert (row["due"], row["done"], row["days_over"], row["evidence"]) == ("2025-03-18", "", "-3", "e1 e2")
    assert row["flags"] == "recorded_late"


# --- a terminal ----------------------------------------------------------------------------------------------------------


def test_one_case_for_a_person() -> None:
    given = judgements(
        outcome_of("C-1", "met"),
        outcome_of("C-1", "late", 2),
        finding(why="No visit is on the record.", put_right="See her, or record why not.", flags=("reason_recorded",)),
        faults=(fault("C-1"),),
    )
    text = shown(show_check, given, rulebook())
    assert text == (
        "Case C-1, as at 30 June 2025: 1 breached, 1 late, 1 met\n"
        "Kept failed to judge 1 duty; these are faults, not outcomes:\n"
        "    NS-10.2 of case C-1: ZeroDivisionError: division by zero\n"
        "\n"
        "\n"
        "Breached: 1 (not kept as far as the record shows, and the due date has passed)\n"
        "  NS-5.1  Every child is seen\n"
        "    child amy: breached: was due 18 March 2025, 104 days ago\n"
        "    local value, not the standard's; a reason is on the record\n"
        "    Why: No visit is on the record.\n"
        "    To put right: See her, or record why not.\n"
        "\n"
        "Late: 1 (done, but after the due date)\n"
        "  PQ-PUB-3  Plans are tested (inferred, in no published text)\n"
        "    child amy: late: done on 21 March 2025; was due 18 March 2025, 3 days earlier\n"
        "\n"
        "Met: 1 (kept, on or before the due date)\n"
        "Applied to nothing here: NS-5.8\n"
        f"Rulebook {rulebook().sha256}; what was on the record by 30 June 2025, 23:59\n"
    )


def test_a_case_that_nothing_applied_to() -> None:
    assert shown(show_check, judgements(), rulebook()).startswith("Case C-1, as at 30 June 2025: no duty applied\n")


def test_the_night_for_a_person(summary: NightSummary) -> None:
    lines = shown(show_night, summary, {"Report": "out/report.html"}).splitlines()
    assert lines[0] == "1 case could not be read and was set aside:"
    assert lines[1] == "    events.csv: case C-3: 'seeen' is no event. Write 'seen'."
    assert lines[3] == "Kept failed to judge 1 duty; these are faults, not outcomes:"
    assert lines[6].startswith("Incomplete: ")
    assert (
        "        3  breached     not kept as far as the record shows, and the due date has passed  (before: 2)" in lines
    )
    assert "        3  NS-5.1    Every child is seen  (local value, not the standard's)" in lines
    assert "Breaches by clause: 0 without any number of ours, 3 against a local value" in lines
    assert "    NS-5.8b  Those who ask are offered counselling" in lines
    assert "Report:    out/report.html" in lines
    assert not any("\x1b" in line for line in lines)


def test_a_whole_night_begins_with_its_sentence(whole: NightSummary) -> None:
    assert shown(show_night, whole, {}).startswith("Complete: ")


@pytest.mark.parametrize("terminal", [False, True])
def test_nothing_from_a_record_acts_on_a_terminal(summary: NightSummary, terminal: bool) -> None:
    hostile = finding(team=HOSTILE, subject=HOSTILE, why=HOSTILE, put_right=HOSTILE, case=HOSTILE, instance=HOSTILE)
    broken = Fault(case=HOSTILE, duty=HOSTILE, error=HOSTILE, trace=HOSTILE)
    given = judgements(hostile, case=HOSTILE, faults=(broken,), not_applicable=(HOSTILE,), rulebook=HOSTILE)
    night = hostile_night(summary)
    texts = [
        shown(show_check, given, rulebook(), terminal=terminal, width=4_000),
        shown(show_night, night, {HOSTILE: HOSTILE}, terminal=terminal, width=4_000),
        shown(show_unreadable, [RecordProblem(HOSTILE, HOSTILE, HOSTILE, HOSTILE)], terminal=terminal, width=4_000),
    ]
    for text in texts:
        assert "\x1b[31m\\u202e" not in text
        assert "\x07" not in text
        assert "\u202e" not in text
        assert "\\x1b[31m\\u202e\\x07[bold]" in text  # shown as it is, not obeyed


def test_lines_are_whole_in_a_pipe_and_wrapped_under_their_indent_on_a_terminal() -> None:
    given = judgements(finding(why="word " * 40))
    assert "    Why: " + "word " * 39 + "word" in shown(show_check, given, rulebook(), width=60)
    wrapped = shown(show_check, given, rulebook(), terminal=True, width=60).splitlines()
    assert [line for line in wrapped if line.startswith("    word")]


# --- the page ------------------------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """What stands on a page: its tags, ids, references and text."""

    VOID = frozenset({"meta", "br", "link", "img", "input"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.refs: list[str] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        self.open += [tag] if tag not in self.VOID else []
        for name, value in attrs:
            self.ids += [value or ""] if name == "id" else []
            self.refs += (value or "").split() if name in ("aria-labelledby", "for") else []

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def hostile_night(summary: NightSummary) -> NightSummary:
    problem = Problem(file=HOSTILE, place=HOSTILE, problem=HOSTILE, remedy=HOSTILE)
    broken = Fault(case=HOSTILE, duty=HOSTILE, error=HOSTILE, trace=HOSTILE)
    overdue = finding(case=HOSTILE, duty=HOSTILE, subject=HOSTILE, subject_type=HOSTILE, team=HOSTILE)
    groups = tuple(Group(name=HOSTILE, outcomes=dict.fromkeys(OUTCOMES, 5)) for _ in range(2))
    return summary.model_copy(
        update={
            "run": HOSTILE, "rulebook": HOSTILE, "caseload": HOSTILE, "quarantine_list": (problem,), "fault_list": (broken,),
            "most_overdue": (overdue,), "teams": groups, "standards": groups,
            "clauses": tuple(each.model_copy(update={"clause": HOSTILE, "title": HOSTILE}) for each in summary.clauses),
            "applied_to_nobody": tuple(
                each.model_copy(update={"duty": HOSTILE, "title": HOSTILE}) for each in summary.applied_to_nobody
            ),
        }
    )  # fmt: skip


def test_hostile_text_in_every_field_of_the_page(summary: NightSummary) -> None:
    text = night_page(hostile_night(summary))
    page = Page(text)
    assert page.open == []
    assert "script" not in page.tags
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert not re.search("[\x00-\x08\x0b-\x1f\u202e]", text)
    assert "<script>alert('x')</script>\\x1b[31m\\u202e\\x07[bold]&{{ 7*7 }}\"'" in "".join(page.text)


def test_the_page_stands_alone_and_is_the_same_each_time(summary: NightSummary) -> None:
    text = night_page(summary)
    assert night_page(summary) == text
    assert "http:" not in text
    assert "https:" not in text
    assert "src=" not in text
    page = Page(text)
    assert not set(page.tags) & {"script", "link", "img", "iframe", "object"}
    assert page.open == []
    assert len(page.ids) == len(set(page.ids))
    assert set(page.refs) <= set(page.ids)
    assert not [value for name, value in page.attributes if name == "href" and not (value or "").startswith("#")]
    references = re.findall(r"url\(#([^)]*)\)", text)
    assert set(references) <= set(page.ids)
    assert '<html lang="en-GB">' in text
    assert page.tags.count("svg") == page.tags.count("desc") == 2
    assert page.tags.count("th") == len(re.findall('<th scope="', text))


def test_the_page_begins_with_what_went_wrong(summary: NightSummary) -> None:
    text = " ".join(" ".join(Page(night_page(summary)).text).split())
    order = ["1 case could not be read", "'seeen' is no event", "Kept failed to judge 1 duty", "ZeroDivisionError",
             "Incomplete: ", "By Standard", "By team", "By clause", "Applied to nobody", "NS-5.8b",
             "Most overdue", "18 March 2025", "Falling due", "4 July 2025",
             rulebook().sha256]  # fmt: skip
    places = [text.find(words, text.find("promises kept? The night")) for words in order]
    assert -1 not in places
    assert places == sorted(places)
    assert "of the night" not in text


def test_a_whole_first_night(whole: NightSummary) -> None:
    text = night_page(whole)
    assert "Complete: 2 cases" in text
    assert "could not be read" not in text
    assert "The night before" not in text


def test_a_page_of_nothing_but_faults(whole: NightSummary) -> None:
    nothing = dict.fromkeys(OUTCOMES, 0)
    given = whole.model_copy(
        update={"outcomes": nothing, "instances": 0, "standards": (), "teams": (), "clauses": (), "most_overdue": ()}
    )
    page = Page(night_page(given))
    assert "svg" not in page.tags
    assert "Nothing is overdue." in page.text


def test_long_lists_are_cut_and_said_to_be(summary: NightSummary) -> None:
    many_problems = (summary.quarantine_list[0],) * (MOST_LISTED + 50)
    given = summary.model_copy(update={"quarantined": 1_250, "quarantine_list": many_problems})
    text = night_page(given)
    assert "And 1,050 more, in the ledger." in text
    assert text.count("is no event") == MOST_LISTED
    assert "and 1,230 more" in shown(show_night, given, {})


def test_teams_of_many_kinds_are_drawn(summary: NightSummary) -> None:
    names = ["$x^$", "", "\U0001f600 team", "Ünïcode", "a" * 300, *(f"north-{number}" for number in range(70))]
    groups = [
        Group(name=name, outcomes={**dict.fromkeys(OUTCOMES, 1), "breached": at}) for at, name in enumerate(names)
    ]
    svg = pictures.by_team(groups)
    assert svg == pictures.by_team(groups)
    assert svg.count("north-") > 50
    assert "north-69" in svg  # the worst
    assert "north-0 " not in svg  # not among the worst 60
    assert "(no team)" in pictures.by_team(groups[:2])
    assert "$x^$" in pictures.by_team(groups[:2])
    assert pictures.by_team([]) == ""
    assert summary.teams


def test_outcomes_have_colours_that_differ_in_lightness_or_hue() -> None:
    assert set(pictures.COLOURS) == set(OUTCOMES)
    assert len(set(pictures.COLOURS.values())) == len(OUTCOMES)


def test_a_page_is_written_whole(tmp_path: Path, summary: NightSummary) -> None:
    write_page(summary, tmp_path / "new" / "report.html")
    assert (tmp_path / "new" / "report.html").read_text(encoding="utf-8") == night_page(summary)
    assert [each.name for each in (tmp_path / "new").iterdir()] == ["report.html"]
    with pytest.raises(KeptError, match="cannot be written there"):
        write_page(summary, tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(KeptError, match="Name a file in a directory"):
        write_page(summary, tmp_path / "file" / "report.html")
