"""A clause's page, as text and as HTML: all of it is there, whose each number is stands beside it, and it stands alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from engine.duty.english import STANDING
from engine.duty.rulebook import Rulebook, refs
from engine.judge.outcome import Finding
from engine.policy.examples import Example, Expected, Trials, read_all
from engine.record.problem import RulebookProblem
from engine.report.clause import ClauseTold, tell_clause
from engine.report.clause_examples import ExampleTold
from engine.report.clause_page import MOST_DAYS, clause_page, draw
from engine.report.clause_text import COLUMNS, clause_text
from tests.commands import Run
from tests.conftest import FIXTURES
from tests.test_cli import kept
from tests.test_report import HOSTILE, Page

__all__ = ["kept"]  # the fixture

WHOSE = "|".join(STANDING.values())
SPAN = re.compile(rf"\b(\d+ (?:working day|calendar day|day|week|month|year)s?)\b(?: \(?({WHOSE}))?")


@pytest.fixture(scope="module")
def examples(rulebook: Rulebook) -> dict[str, tuple[Example, ...]]:
    return read_all(FIXTURES, rulebook)


@pytest.fixture(scope="module")
def pages(rulebook: Rulebook, examples: dict[str, tuple[Example, ...]]) -> dict[str, ClauseTold]:
    return {clause: tell_clause(rulebook, clause, examples[clause]) for clause in rulebook.clauses}


def flat(text: str) -> str:
    return " ".join(text.split())


def both(told: ClauseTold) -> Iterator[str]:
    """The words of the page in either form."""
    yield flat(clause_text(told))
    yield flat(" ".join(Page(clause_page(told)).text))


@pytest.mark.soak
def test_every_clause_has_a_page_with_everything_on_it(pages: dict[str, ClauseTold], rulebook: Rulebook) -> None:
    assert list(pages) == list(rulebook.clauses)
    for clause, told in pages.items():
        for text in both(told):
            assert clause in text
            assert flat(told.title) in text
            for duty in rulebook.clauses[clause]:
                said = [duty.title, duty.reads, duty.source]
                said += [excuse.source for excuse in duty.unless]
                said += [duty.judged.question, "not whom it is about"] if duty.judged else []
                said += [rulebook.values[ref.value].says for ref in refs(duty)]
                for each in said:
                    assert flat(each) in text
            for paragraph in (duty.paragraph for duty in told.duties):
                assert flat(paragraph) in text
            assert ("under review; judged" in text) == any(d.status == "under_review" for d in rulebook.clauses[clause])
            assert ("inferred: no" in text) == any(d.basis == "inferred" for d in rulebook.clauses[clause])
            for example in told.examples.each:
                assert flat(example.name) in text
            assert "…" not in text  # nothing was cut


@pytest.mark.soak
def test_whose_a_number_is_stands_beside_it_wherever_it_is_shown(pages: dict[str, ClauseTold]) -> None:
    for clause, told in pages.items():
        versions = [version for duty in told.duties for value in duty.values for version in value.versions]
        whose = {(version.shown, version.standing) for version in versions}
        for text in both(told):
            found = set(SPAN.findall(text))
            assert found <= whose, f"{clause}: a number without its standing, or with another's"
            assert {pair for pair in whose if pair[0][0].isdigit()} <= found
            assert all(re.search(rf"{re.escape(shown)} \(?{standing}", text) for shown, standing in whose)
        assert told.local or not any(version.local for version in versions)


@pytest.mark.soak
def test_whose_a_due_date_is_stands_beside_it(
    pages: dict[str, ClauseTold], examples: dict[str, tuple[Example, ...]], rulebook: Rulebook
) -> None:
    trials = Trials(rulebook)
    for clause, told in pages.items():
        for example, shown in zip(examples[clause], told.examples.each, strict=True):
            findings = list(trials.findings(example))
            for expected, one in zip(example.expect, shown.expect, strict=True):
                finding = first_fit(expected, findings)
                if finding is not None:  # an example that fails is another test's business
                    assert (one.start, one.standing if one.due else "") == (
                        finding.start,
                        finding.standing if one.due else "",
                    ), f"{example.place}: {example.name}"
        text, page = both(told)
        for due in {one.due_told for example in told.examples.each for one in example.expect if one.due}:
            assert due in text
            assert due.replace("(", "").replace(")", "") in page


def first_fit(expected: Expected, findings: list[Finding]) -> Finding | None:
    found = next((finding for finding in findings if expected.fits(finding)), None)
    if found is not None:
        findings.remove(found)
    return found


@pytest.mark.soak
def test_the_page_stands_alone(pages: dict[str, ClauseTold]) -> None:
    for told in pages.values():
        text = clause_page(told)
        page = Page(text)
        assert page.open == []
        assert clause_page(told) == text
        assert not re.search("https?:|//|src=|url\\(|@import", text)
        assert not set(page.tags) & {"script", "link", "img", "iframe", "object", "a"}
        assert not [name for name, _ in page.attributes if name.startswith("on")]
        assert len(page.ids) == len(set(page.ids))
        assert set(page.refs) <= set(page.ids)
        assert page.tags.count("th") == len(re.findall('<th scope="', text))
        assert '<html lang="en-GB">' in text
        assert not re.search(r"\d{4}-\d{2}-\d{2}", "".join(page.text)), "a date not as people write it"


def test_the_text_is_plain_and_fits(pages: dict[str, ClauseTold]) -> None:
    for told in pages.values():
        text = clause_text(told)
        assert max(len(line) for line in text.splitlines()) <= COLUMNS
        assert not re.search(r"[\x00-\x09\x0b-\x1f]|\[/?bold|<[a-z/]|_|\d{4}-\d{2}-\d{2}", text)


def test_an_example_in_words(pages: dict[str, ClauseTold]) -> None:
    text = clause_text(pages["NS-5.1"])
    assert (
        "  A child seen on the tenth working day is in time\n"
        "    As at 18 March 2025\n"
        "     1  4 March 2025  case accepted\n"
        "     2  18 March 2025  child seen: amy\n"
        "    => amy: met on 18 March 2025; due 18 March 2025 (local, not the standard's); rests on 1 and 2\n"
    ) in text
    assert "As at 20 March 2025; by what was on the record by 18 March 2025, 23:59\n" in text
    assert "child seen: amy; recorded 19 March 2025 [not yet on the record]\n" in text
    assert "ben (child, born 9 January 2018, joined 20 March 2025)" in text
    assert "=> applies to nobody\n" in text
    assert "; work: not on the record\n" in text
    assert "judged only by what the standards or the court state\n" in text


def test_hostile_text_in_an_example(rulebook: Rulebook, examples: dict[str, tuple[Example, ...]]) -> None:
    example = next(example for example in examples["NS-5.1"] if len(example.case.events) > 1)
    case = example.case.model_copy(
        update={
            "root": example.case.root.model_copy(update={"id": HOSTILE, "attributes": {HOSTILE: HOSTILE}}),
            "objects": tuple(
                thing.model_copy(update={"id": HOSTILE, "attributes": {HOSTILE: HOSTILE}})
                for thing in example.case.objects
            ),
            "events": tuple(
                event.model_copy(update={"attributes": {HOSTILE: HOSTILE}, "links": (("by", HOSTILE), ("child", "b<"))})
                for event in example.case.events
            ),
        }
    )
    expect = tuple(one.model_copy(update={"subject": HOSTILE}) for one in example.expect)
    told = tell_clause(rulebook, "NS-5.1", [replace(example, name=HOSTILE, case=case, expect=expect)])
    text = clause_page(told)
    page = Page(text)
    assert page.open == []
    assert "script" not in page.tags
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    for shown in (text, clause_text(told)):
        assert not re.search("[\x00-\x08\x0b-\x1f\u202e]", shown)
    assert "<script>alert('x')</script>\\x1b[31m\\u202e\\x07[bold]&{{ 7*7 }}\"'" in "".join(page.text)
    assert "[bold]&{{ 7*7 }}" in clause_text(told)


def test_a_part_of_a_clause_has_the_examples_that_are_about_it(
    rulebook: Rulebook, examples: dict[str, tuple[Example, ...]]
) -> None:
    told = tell_clause(rulebook, "NS-5.8b", examples["NS-5.8"])
    assert (told.id, [duty.id for duty in told.duties]) == ("NS-5.8b", ["NS-5.8b"])
    assert {one.about for example in told.examples.each for one in example.expect} <= {"", "amy", "ben"}
    assert 0 < len(told.examples.each) < len(examples["NS-5.8"])
    with pytest.raises(RulebookProblem, match="unknown clause 'NS-99'"):
        tell_clause(rulebook, "NS-99")


def test_a_clause_without_examples_says_so(rulebook: Rulebook) -> None:
    for text in both(tell_clause(rulebook, "NS-5.1")):
        assert "There is none yet." in text


def test_a_drawing_has_each_day_once_in_order(pages: dict[str, ClauseTold]) -> None:
    example = next(one for one in pages["NS-5.1"].examples.each if "first seen on the eleventh" in one.name)
    drawing = draw(example)
    assert drawing is not None
    assert [(day.date, day.labels, [dot.event.number for dot in day.dots]) for day in drawing.days] == [
        ("4 March", ("starts",), [1]),
        ("18 March", ("due (local)",), []),
        ("19 March", (), [2]),
        ("30 April", ("as at",), []),
    ]
    assert [day.x for day in drawing.days] == sorted(day.x for day in drawing.days)
    assert drawing.as_at == drawing.days[-1].x
    assert draw(ExampleTold("Nothing at all", date(2025, 3, 4), (), (), ())) is not None


def test_a_drawing_that_would_be_too_wide_is_left_out(pages: dict[str, ClauseTold]) -> None:
    drawn = {
        example: draw(example) for told in pages.values() for example in told.examples.each if len(example.events) > 1
    }
    assert all(len(drawing.days) <= MOST_DAYS for drawing in drawn.values() if drawing)
    assert sum(drawing is None for drawing in drawn.values()) < len(drawn) / 10


def test_the_command(kept: Run, tmp_path: Path) -> None:
    assert kept("rules", "show", "NS-5.1").out.startswith("NS-5.1  Every child is seen")
    assert kept("rules", "show", "NS-5.1", "--format", "html").out.startswith("<!DOCTYPE html>")
    assert kept("rules", "show", "NS-5.1", "--format", "html", "--out", "page.html").status == 0
    assert Page((tmp_path / "page.html").read_text(encoding="utf-8")).open == []
    assert kept("rules", "show", "NS-5.1", "--out", "page.txt").out == "page.txt\n"
    assert "Examples: " in (tmp_path / "page.txt").read_text(encoding="utf-8")
    assert kept("rules", "show", "NS-5").status == 3
