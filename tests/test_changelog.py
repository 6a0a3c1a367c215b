"""The changelog of the rules: no change under `rules/` without an entry, and every entry says what is so."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

import cli
from engine.duty.changelog import KINDS, Change, Moved, read_changes
from engine.duty.rulebook import Rulebook
from engine.judge.case_judge import CaseJudge
from engine.policy import changelog as bench
from engine.policy.changelog import TO_SAY, Changelog, applies_from, changed_clauses, moved_on_sample
from engine.policy.comparison.differing import differing
from engine.policy.sample import AS_AT, sample_cases
from engine.record.problem import KeptError, RulebookProblem
from engine.record.timeline import View
from tests.commands import Run
from tests.conftest import ROOT
from tests.test_cli import kept

__all__ = ["kept"]  # the fixture

TODAY = date(2025, 3, 1)
ALONE = "ns_3_2_drawn_on_within"
"""A value of one clause, on which no duty about outcomes rests: quick to measure."""
HASH = "sha256:" + "0123456789abcdef" * 4
ENTRY = f"""## 2025-03-01: revision

- clauses: NS-3.2, words
- applies from: 2025-04-01
- moved: due to breached 3, met with another due date 12, not owed to due 1
- sample: 200 cases, seed 1, as at 2025-10-01
- rulebook: {HASH}

The number was
lengthened.

Twice.

## 2024-01-01: beginning

- clauses: all
- applies from: the start
- moved: nothing
- sample: not measured
- rulebook: {HASH[::-1][:64].join(["sha256:", ""])}

What stands.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rules").mkdir()
    return tmp_path / "rules"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small sample, on which nothing is judged unless the test asks for it with `measured`."""
    monkeypatch.setattr(bench, "CASES", 40)
    monkeypatch.setattr(
        bench,
        "moved_on_sample",
        lambda base, candidate, _: (Moved("due", "breached", 3),) if differing(base, candidate) else (),
    )


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch, quick: None) -> None:  # noqa: ARG001
    monkeypatch.setattr(bench, "moved_on_sample", moved_on_sample)


Alter = Callable[..., Rulebook]


@pytest.fixture
def seen_within(rulebook: Rulebook) -> Alter:
    """Today's rulebook with another number for a value, from a day on or from its first."""

    def alter(number: int, from_: date | None = None, name: str = "ns_5_1_seen_within") -> Rulebook:
        value = rulebook.values[name]
        last = value.versions[-1]
        versions = (
            (*value.versions, last.model_copy(update={"value": number, "from_": from_}))
            if from_
            else (*value.versions[:-1], last.model_copy(update={"value": number}))
        )
        changed = value.model_copy(update={"versions": versions})
        return with_(rulebook, values={**rulebook.values, value.name: changed})

    return alter


def with_(book: Rulebook, **parts: object) -> Rulebook:
    return Rulebook(**{name: getattr(book, name) for name in Rulebook.model_fields} | parts)


def titled(book: Rulebook, clause: str, title: str) -> Rulebook:
    return with_(
        book,
        duties=tuple(
            duty.model_copy(update={"title": title}) if duty.clause == clause else duty for duty in book.duties
        ),
    )


# --- today ---------------------------------------------------------------------------------------------------------------


def test_the_rules_as_they_are_have_an_entry(rulebook: Rulebook) -> None:
    """Whoever changes anything under `rules/` writes what it is, from when, and what it moves."""
    found = Changelog(ROOT / "rules").check(rulebook, TODAY)
    assert not found.wrong, f"{found.wrong}: see `kept rules changelog`"


# --- the file ------------------------------------------------------------------------------------------------------------


def test_an_entry_is_read_as_it_is_written() -> None:
    newest, oldest = read_changes(f"# Title\n\nWords.\n\n{ENTRY}", "CHANGELOG.md")
    assert newest == Change(
        on=date(2025, 3, 1),
        kind="revision",
        clauses=("NS-3.2", "words"),
        applies_from=date(2025, 4, 1),
        moved=(Moved("due", "breached", 3), Moved("met", "met", 12), Moved("not owed", "due", 1)),
        sample="200 cases, seed 1, as at 2025-10-01",
        rulebook=HASH,
        says=("The number was lengthened.", "Twice."),
    )
    assert (oldest.kind, oldest.clauses, oldest.applies_from, oldest.moved) == ("beginning", ("all",), None, ())
    assert read_changes(f"{newest}\n{oldest}", "again") == (newest, oldest)
    assert read_changes("# Nothing yet\n", "CHANGELOG.md") == ()


@pytest.mark.parametrize(
    ("was", "becomes", "wrong"),
    [
        ("## 2025-03-01: revision", "## 2025-03-01: improvement", f"line 1: an entry begins .* one of {', '.join(KINDS)}"),
        ("## 2025-03-01: revision", "## 1 March: revision", "line 1: an entry begins"),
        ("## 2025-03-01: revision", "## 2025-02-30: revision", "line 1: '2025-02-30' is not a date"),
        ("## 2025-03-01: revision", "## 2023-03-01: revision", "newest first"),
        ("## 2025-03-01: revision", "## 2025-03-01: beginning", "is a beginning, and not the oldest"),
        ("## 2025-03-01: revision", "## 2025-03-01: technical", "line 1: a technical change may move nothing"),
        ("2024-01-01: beginning", "2024-01-01: correction", "should be the beginning"),
        ("- clauses: NS-3.2, words", "- clause: NS-3.2", "line 3: should be '- clauses: …'"),
        ("- applies from: 2025-04-01\n", "", "line 4: should be '- applies from: …'"),
        ("- applies from: 2025-04-01", "- applies from: April", "line 4: 'April' is not a date"),
        ("due to breached 3", "some breaches", "line 5: 'some breaches' should be as in"),
        (f"- rulebook: {HASH}", "- rulebook: sha256:12", "line 7: should be sha256: and 64 digits"),
        ("The number was\nlengthened.\n\nTwice.\n", "", "what changed and why should follow"),
    ],
)  # fmt: skip
def test_what_is_not_as_it_should_be_is_refused_by_line(was: str, becomes: str, wrong: str) -> None:
    assert was in ENTRY
    with pytest.raises(RulebookProblem, match=f"CHANGELOG.md: .*{wrong}"):
        read_changes(ENTRY.replace(was, becomes, 1), "CHANGELOG.md")


# --- what changed --------------------------------------------------------------------------------------------------------


def test_the_clauses_that_changed_and_from_which_day(rulebook: Rulebook, seen_within: Alter) -> None:
    assert (changed_clauses(rulebook, rulebook), applies_from(rulebook, rulebook)) == (("none",), None)
    later = seen_within(15, date(2025, 4, 1))
    assert (changed_clauses(rulebook, later), applies_from(rulebook, later)) == (("NS-5.1",), date(2025, 4, 1))
    always = seen_within(15)
    assert (changed_clauses(rulebook, always), applies_from(rulebook, always)) == (("NS-5.1",), date(2007, 9, 1))
    said = titled(rulebook, "NS-5.2", "Another title")
    assert (changed_clauses(rulebook, said), applies_from(rulebook, said)) == (("NS-5.2",), None)
    without = with_(rulebook, duties=tuple(duty for duty in rulebook.duties if duty.clause != "NS-10.8"))
    assert "NS-10.8" in changed_clauses(rulebook, without)
    assert changed_clauses(rulebook, without) == changed_clauses(without, rulebook)


@pytest.mark.soak
def test_what_moves_on_the_sample_is_the_difference_of_two_judgings(rulebook: Rulebook, seen_within: Alter) -> None:
    candidate = seen_within(3, name=ALONE)
    judged = [(duty.id, duty.for_each) for duty in candidate.duties if duty.judged]
    cases = list(sample_cases(rulebook.dictionary, 40, 1, AS_AT, judged))
    sides = [
        {
            (case.id, finding.instance): (finding.outcome, finding.due)
            for judge in [CaseJudge(book, only=["NS-3.2"])]
            for case in cases
            for finding in judge.judge(case, View(AS_AT)).findings
        }
        for book in (rulebook, candidate)
    ]
    assert sides[0].keys() == sides[1].keys()
    expected: dict[tuple[str, str], int] = {}
    for key, (outcome, due) in sides[0].items():
        now = sides[1][key]
        if now != (outcome, due):
            expected[outcome, now[0]] = expected.get((outcome, now[0]), 0) + 1
    moved = moved_on_sample(rulebook, candidate, AS_AT)
    assert {(one.before, one.after): one.instances for one in moved} == expected
    assert len(expected) > 1
    assert [one.instances for one in moved] == sorted(expected.values(), reverse=True)
    assert moved_on_sample(rulebook, titled(rulebook, "NS-5.1", "Another title"), AS_AT) == ()


# --- checking and writing ------------------------------------------------------------------------------------------------


def test_it_is_begun_and_then_asks_for_an_entry_for_every_change(
    folder: Path, rulebook: Rulebook, seen_within: Alter
) -> None:
    found = Changelog(folder).check(rulebook, TODAY)
    assert "no entry yet" in found.wrong
    assert found.entry is not None
    assert (found.entry.kind, found.entry.rulebook) == ("beginning", rulebook.sha256)

    Changelog(folder).write(rulebook, TODAY, "What stands.", None)
    assert Changelog(folder).check(rulebook, TODAY).wrong == ""

    later = seen_within(15, date(2025, 4, 1))
    found = Changelog(folder).check(later, TODAY)
    assert "no entry says how" in found.wrong
    assert found.entry is not None
    assert (found.entry.kind, found.entry.clauses) == ("revision", ("NS-5.1",))
    assert (found.entry.applies_from, found.entry.says) == (date(2025, 4, 1), (TO_SAY,))
    assert found.entry.moved != ()
    assert found.entry.sample == "40 cases, seed 1, as at 2025-10-01"


def test_what_is_pasted_in_passes_once_its_rulebook_is_kept(
    folder: Path, rulebook: Rulebook, seen_within: Alter
) -> None:
    Changelog(folder).write(rulebook, TODAY, "What stands.", None)
    later = seen_within(15, date(2025, 4, 1))
    entry = Changelog(folder).check(later, TODAY).entry
    file = folder / "CHANGELOG.md"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("\n## ", f"\n{entry}\n## ", 1), encoding="utf-8")
    with pytest.raises(RulebookProblem, match=r"is missing; .*--keep"):
        Changelog(folder).check(later, TODAY)
    Changelog(folder).keep(later)
    assert Changelog(folder).check(later, TODAY).wrong == ""


def test_an_entry_is_written_before_the_others_and_two_rulebooks_are_kept(
    folder: Path, rulebook: Rulebook, seen_within: Alter
) -> None:
    books = [rulebook, seen_within(15, date(2025, 4, 1)), seen_within(20, date(2025, 4, 1))]
    Changelog(folder).write(books[0], TODAY, "What stands.", None)
    Changelog(folder).write(books[1], TODAY, "Longer.\n\nWe were\nasked to.", "revision")
    Changelog(folder).write(books[2], TODAY, "Longer still.", "revision")
    changes = Changelog(folder).changes
    assert [change.rulebook for change in changes] == [book.sha256 for book in reversed(books)]
    assert changes[1].says == ("Longer.", "We were asked to.")
    assert {path.name[:64] for path in (folder / "frozen").iterdir()} == {book.sha256[7:] for book in books[1:]}
    assert sum(path.stat().st_size for path in (folder / "frozen").iterdir()) < 200_000
    assert Changelog(folder).check(books[2], TODAY).wrong == ""

    again = seen_within(25, date(2025, 4, 1))
    Changelog(folder).write(again, TODAY, "Longest.", "revision", again=True)
    changes = Changelog(folder).changes
    assert [change.says for change in changes] == [("Longest.",), ("Longer.", "We were asked to."), ("What stands.",)]
    assert Changelog(folder).check(again, TODAY).wrong == ""


@pytest.mark.usefixtures("measured")
@pytest.mark.soak
def test_a_technical_change_that_moves_anything_is_refused(
    folder: Path, rulebook: Rulebook, seen_within: Alter
) -> None:
    Changelog(folder).write(rulebook, TODAY, "What stands.", None)
    candidate = seen_within(3, name=ALONE)
    with pytest.raises(KeptError, match="a technical change may move nothing; this one moves "):
        Changelog(folder).write(candidate, TODAY, "Tidied.", "technical")

    # by hand, so that it says that nothing moves
    clauses, since = changed_clauses(rulebook, candidate), applies_from(rulebook, candidate)
    entry = Change(TODAY, "technical", clauses, since, (), "40 cases", candidate.sha256, ("Tidied.",))
    file = folder / "CHANGELOG.md"
    file.write_text(file.read_text(encoding="utf-8").replace("\n## ", f"\n{entry}\n## ", 1), encoding="utf-8")
    Changelog(folder).keep(candidate)
    assert "is technical, and moves " in Changelog(folder).check(candidate, TODAY).wrong


def test_an_entry_that_names_other_clauses_or_another_day_is_contradicted(
    folder: Path, rulebook: Rulebook, seen_within: Alter
) -> None:
    Changelog(folder).write(rulebook, TODAY, "What stands.", None)
    later = seen_within(15, date(2025, 4, 1))
    Changelog(folder).write(later, TODAY, "Longer.", "revision")
    file = folder / "CHANGELOG.md"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("- clauses: NS-5.1", "- clauses: NS-5.2"), encoding="utf-8")
    assert "should name these clauses: NS-5.1" in Changelog(folder).check(later, TODAY).wrong
    file.write_text(text.replace("from: 2025-04-01", "from: 2025-05-01"), encoding="utf-8")
    assert "should apply from 2025-04-01" in Changelog(folder).check(later, TODAY).wrong


def test_what_moves_is_not_written_without_saying_what_it_is(
    folder: Path, rulebook: Rulebook, seen_within: Alter
) -> None:
    Changelog(folder).write(rulebook, TODAY, "What stands.", None)
    with pytest.raises(KeptError, match="--kind"):
        Changelog(folder).write(seen_within(3), TODAY, "Tidied.", None)


def test_texts_alone_are_a_technical_change(folder: Path, rulebook: Rulebook) -> None:
    Changelog(folder).write(rulebook, TODAY, "What stands.", None)
    entry = Changelog(folder).write(titled(rulebook, "NS-5.2", "Another title"), TODAY, "Said better.", None)
    assert (entry.kind, entry.clauses, entry.applies_from, entry.moved) == ("technical", ("NS-5.2",), None, ())


def test_a_rulebook_that_was_tampered_with_is_noticed(folder: Path, rulebook: Rulebook, seen_within: Alter) -> None:
    log = Changelog(folder)
    log.write(rulebook, TODAY, "What stands.", None)
    [path] = (folder / "frozen").iterdir()
    other = log.keep(seen_within(15))
    shutil.copy(other, path)
    with pytest.raises(RulebookProblem, match="is not the rulebook that its name says"):
        Changelog(folder).check(rulebook, TODAY)
    path.write_bytes(b"nothing packed")
    with pytest.raises(RulebookProblem, match="cannot be read"):
        Changelog(folder).check(rulebook, TODAY)


def test_nothing_to_write_is_said(folder: Path, rulebook: Rulebook) -> None:
    Changelog(folder).write(rulebook, TODAY, "What stands.", None)
    with pytest.raises(KeptError, match="there is no change to write of"):
        Changelog(folder).write(rulebook, TODAY, "Again.", None)
    with pytest.raises(KeptError, match="in words"):
        Changelog(folder).write(rulebook, TODAY, " ", None, again=True)


def test_the_command(kept: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "CHANGELOG", folder / "CHANGELOG.md")
    missing = kept("rules", "changelog")
    assert missing.status == 1
    assert "the changelog has no entry yet" in missing.out
    assert ": beginning\n\n- clauses: all\n" in missing.out
    assert kept("rules", "changelog", "--kind", "technical").status == 3
    assert kept("rules", "changelog", "--write", "What stands.").status == 0
    passed = kept("rules", "changelog")
    assert (passed.status, "is about the rules as they are" in passed.out) == (0, True)
    assert kept("rules", "changelog", "--keep").out.endswith(".json.xz\n")
    assert kept("rules", "changelog", "--write", "Again.").status == 3
