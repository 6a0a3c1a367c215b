"""Comparing rulebooks as a policy officer does: files, directories and revisions of a real git repository."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

import cli
from engine.duty.language import Duty
from engine.duty.rulebook import Rulebook
from engine.judge.case_judge import CaseJudge
from engine.policy.comparison import revisions
from engine.policy.comparison.comparing import ClauseChange, Comparison, compare
from engine.policy.comparison.comparison_words import comparison_text
from engine.policy.comparison.revisions import read_rulebook
from engine.record.casefile import build_case
from engine.record.problem import KeptError, RulebookProblem
from engine.record.timeline import View
from rules.vocabulary import case
from tests.commands import Ran, Run
from tests.test_cli import kept  # noqa: F401 - a fixture

NEAR = date(2026, 11, 20)

VOCABULARY = """
from datetime import date
from engine.duty.words import Calendar, code, event, link, text, thing
calendar = Calendar(subdivision="ENG", known_through=date(2027, 12, 31))
case = thing("case", "A case.", timeline_closed_by="case_closed",
             law=code("Which law.", {"private": "Private law.", "public": "Public law."}))
child = thing("child", "A child.", links=[link("subject_of", ["case"], "In the case.", membership=True)])
practitioner = thing("practitioner", "A practitioner.", timeline_closed_by="practitioner_left")
case_accepted = event("case_accepted", "Taken on.", lasting=True)
child_seen = event("child_seen", "Seen.", about=["child"], needs=["child"],
                   how=code("How.", {"in_person": "In person.", "telephone": "By telephone."}))
child_ill = event("child_ill", "Too ill.", about=["child"], needs=["child"])
case_closed = event("case_closed", "Closed.")
practitioner_left = event("practitioner_left", "Left.", about=["practitioner"])
judgement_recorded = event("judgement_recorded", "Judged.", about=["child"], clause=text("Clause."),
                           outcome=code("Outcome.", {"met": "Met.", "not_met": "Not."}), role=code("Role.", {"head": "Head."}))
"""
DUTIES = """
from engine.duty.words import *
from rules.vocabulary import *
SEEN = duty("TT-1.1", "Every child is seen", for_each=child, where=[case.law.not_in("public")], when=case_accepted,
            must=happen(child_seen), within=value("seen_within"),
            unless=[exception(child_ill, standing=STATED, source="made up")],
            at_closure=FALLS_DUE, in_force="2007-06-01", source="made up", reads="As it is written, and no otherwise.")
GOODBYE = duty("TT-1.2", "Every case ends well", for_each=case, when=case_accepted, must=happen(case_closed),
               within=value("ended_within"), at_closure=LAPSES, in_force="2007-06-01", source="made up",
               reads="As it is written, and no otherwise.")
"""
VALUES = """seen_within:
  unit: working_days
  says: How soon a child should be seen
  versions:
    - {from: 2007-06-01, value: 10, standing: local, source: "made up"}
ended_within:
  unit: days
  says: How soon a case should end
  versions:
    - {from: 2007-06-01, value: 90, standing: local, source: "made up"}
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A git repository with a small package of rules, committed and tagged `first`."""
    top = tmp_path / "repository"
    values = top / "rules" / "values"
    values.mkdir(parents=True)
    (top / "rules" / "__init__.py").write_text("")
    (top / "rules" / "vocabulary.py").write_text(VOCABULARY)
    (top / "rules" / "seeing.py").write_text(DUTIES)
    (values / "all.yaml").write_text(VALUES)
    git(top, "init", "--quiet")
    commit(top, "first")
    return top


def git(top: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(top), *arguments], check=True, capture_output=True)


def commit(top: Path, tag: str) -> None:
    git(top, "add", "--all")
    git(top, "-c", "user.name=T", "-c", "user.email=t@localhost", "commit", "--quiet", "--message", tag)
    git(top, "tag", tag)


def change(top: Path, file: str, old: str, new: str) -> None:
    path = top / "rules" / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def compared(top: Path, old: str = "first", new: str = "second") -> Comparison:
    return compare(read_rulebook(old, top), read_rulebook(new, top), NEAR)


def clause(comparison: Comparison, name: str = "TT-1.1") -> ClauseChange:
    return next(change for change in comparison.clauses if change.clause == name)


LATER = '\n    - {from: 2026-03-01, value: 15, standing: local, source: "made up"}\nended'


def lengthen(top: Path) -> None:
    change(top, "values/all.yaml", "\nended", LATER)


def test_a_longer_time_from_a_day_is_looser_from_that_day_and_moves_nothing_before(repository: Path) -> None:
    lengthen(repository)
    commit(repository, "second")
    comparison = compared(repository)
    changed = clause(comparison)
    assert (changed.kind, changed.moves_from, changed.dated) == ("looser", date(2026, 3, 1), date(2026, 3, 1))
    assert (changed.undated, changed.before, changed.worse) == (False, None, None)
    assert [line for duty in changed.duties for line in duty.says] == [
        "deadline: 10 working days (local, not the standard's) → 15 working days (local, not the standard's) from 1 March 2026"
    ]
    assert changed.better is not None
    move = changed.better.move
    assert (move.before, move.after, len(changed.better.case.events)) == ("breached", "due", 1)
    assert move.start >= date(2026, 3, 1)
    assert clause(comparison, "TT-1.2").kind == "unchanged"
    text = comparison_text(comparison, ("first", "second"))
    assert "Moves nothing that started before 1 March 2026." in text
    assert "WARNING" not in text
    assert "timelines of up to" in text


def test_a_witness_is_a_case_file_that_both_rulebooks_judge_as_it_says(repository: Path) -> None:
    lengthen(repository)
    commit(repository, "second")
    witness = clause(compared(repository)).better
    assert witness is not None
    for revision, outcome in (("first", witness.move.before), ("second", witness.move.after)):
        book = read_rulebook(revision, repository)
        (finding,) = CaseJudge(book, only=["TT-1.1"]).judge(witness.case, View(witness.as_at)).findings
        assert (finding.outcome, finding.instance) == (outcome, witness.move.instance)


def test_a_value_edited_in_place_is_a_loud_warning(repository: Path) -> None:
    change(repository, "values/all.yaml", "value: 10", "value: 5")
    commit(repository, "second")
    comparison = compared(repository)
    changed = clause(comparison)
    assert (changed.kind, changed.moves_from, changed.dated, changed.undated) == (
        "stricter",
        date(2007, 6, 1),
        None,
        True,
    )
    text = comparison_text(comparison, ("first", "second"))
    assert "WARNING: no version of a value or a duty is dated with this change" in text
    assert "Moves nothing that started before" not in text


def test_a_change_may_be_both_stricter_and_looser(repository: Path) -> None:
    change(repository, "seeing.py", 'where=[case.law.not_in("public")], ', "")
    change(repository, "seeing.py", "at_closure=FALLS_DUE, in_force=", "at_closure=LAPSES, in_force=")
    commit(repository, "second")
    changed = clause(compared(repository))
    assert changed.kind == "both"
    assert changed.worse is not None
    assert changed.better is not None
    assert (changed.worse.move.before, changed.worse.case.root.attributes["law"]) == (None, "public")
    assert (changed.better.move.after, len(changed.better.case.events)) == ("lapsed", 2)
    said = [line for duty in changed.duties for line in duty.says]
    assert "where: the case's law is anything but public → anywhere" in said
    assert "at closure: it falls due → it lapses" in said


def test_an_exception_taken_away_is_stricter(repository: Path) -> None:
    change(repository, "seeing.py", 'unless=[exception(child_ill, standing=STATED, source="made up")],', "")
    commit(repository, "second")
    changed = clause(compared(repository))
    assert changed.kind == "stricter"
    assert changed.worse is not None
    assert (changed.worse.move.before, changed.worse.move.after) == ("excused", "breached")
    assert [event.type for event in changed.worse.case.events] == ["case_accepted", "child_ill"]


def test_texts_only_moves_nothing_and_is_not_searched(repository: Path) -> None:
    change(repository, "seeing.py", "Every child is seen", "Each child is seen")
    commit(repository, "second")
    comparison = compared(repository)
    changed = clause(comparison)
    assert (changed.kind, changed.moves_from, changed.searched) == ("texts", None, ())
    assert "Moves nothing." in comparison_text(comparison, ("first", "second"))


def test_force_alone_moves_no_outcome_but_is_no_mere_text(repository: Path) -> None:
    change(repository, "seeing.py", "at_closure=LAPSES", "force=SHOULD, at_closure=LAPSES")
    commit(repository, "second")
    changed = clause(compared(repository), "TT-1.2")
    assert (changed.kind, changed.moves_from, changed.duties[0].says) == ("different", None, ("force: must → should",))


def test_a_revision_from_before_a_file_was_renamed(repository: Path) -> None:
    git(repository, "mv", "rules/seeing.py", "rules/s01_seeing.py")
    git(repository, "mv", "rules/values/all.yaml", "rules/values/spans.yaml")
    commit(repository, "second")
    assert {change.kind for change in compared(repository).clauses} == {"unchanged"}
    change(repository, "s01_seeing.py", "at_closure=FALLS_DUE", "at_closure=LAPSES")
    commit(repository, "third")
    assert clause(compared(repository, "HEAD~2", "third")).kind == "looser"


def test_clauses_that_only_one_has(repository: Path) -> None:
    change(repository, "seeing.py", "TT-1.2", "TT-2.1")
    commit(repository, "second")
    kinds = {change.clause: change.kind for change in compared(repository).clauses}
    assert kinds == {"TT-1.1": "unchanged", "TT-1.2": "removed", "TT-2.1": "added"}


def test_a_directory_a_file_and_a_revision_of_the_same_are_the_same(repository: Path, tmp_path: Path) -> None:
    book = read_rulebook("first", repository)
    frozen = tmp_path / "frozen.json"
    frozen.write_text(book.canonical(), encoding="utf-8")
    found = {read_rulebook(where, repository).sha256 for where in (str(frozen), str(repository), "HEAD")}
    assert found == {book.sha256}


def test_a_rulebook_frozen_before_a_key_was_added_can_be_read(repository: Path) -> None:
    body = json.loads(read_rulebook("first", repository).canonical())
    for value in body["values"].values():
        for version in value["versions"]:
            del version["confirmed"]
    body.pop("gists")
    assert Rulebook.from_json(json.dumps(body), "old").duties


def test_old_rules_run_with_the_engine_of_their_revision(repository: Path) -> None:
    duty = repository / "engine" / "duty"
    duty.mkdir(parents=True)
    for package in (repository / "engine", duty):
        (package / "__init__.py").write_text("")
    (duty / "rulebook.py").write_text(
        'class Old:\n    def canonical(self):\n        return \'{"from": "the old engine"}\'\n'
        "def collect(package, values):\n    return Old()\n"
    )
    for name in ("vocabulary", "seeing"):
        (repository / "rules" / f"{name}.py").write_text("")
    commit(repository, "second")
    shutil.rmtree(repository / "engine")
    with pytest.raises(RulebookProblem, match=r"second: not a frozen rulebook: .*this engine does not know"):
        read_rulebook("second", repository)


def test_rules_never_run_in_our_own_process(repository: Path) -> None:
    change(
        repository,
        "seeing.py",
        "from rules.vocabulary",
        "import sys; sys.modules['came_from_there'] = sys\nfrom rules.vocabulary",
    )
    commit(repository, "second")
    import sys

    import rules

    read_rulebook("second", repository)
    assert "came_from_there" not in sys.modules
    assert Path(str(rules.__file__)).parent.parent == Path(cli.__file__).parent


@pytest.mark.parametrize(
    ("where", "problem"),
    [
        ("nowhere", r"nowhere: is no file, no directory and no revision of .*repository"),
        ("--output=x", r"--output=x: is no file, no directory and no revision"),
        (".", r"has no package 'rules'"),
    ],
)
def test_what_is_no_rulebook_is_said_plainly(
    repository: Path, tmp_path: Path, where: str, problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(KeptError, match=problem):
        read_rulebook(where, repository)


def test_rules_that_fail_show_what_they_said(repository: Path) -> None:
    change(repository, "seeing.py", "must=happen(child_seen),", "must=happen(child_sene),")
    with pytest.raises(KeptError, match=r"its rules cannot be collected:\n(.*\n)*.*child_sene"):
        read_rulebook(str(repository), repository)


def test_rules_that_never_end_are_stopped(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change(repository, "seeing.py", "SEEN =", "while True: pass\nSEEN =")
    monkeypatch.setattr(revisions, "SECONDS", 2)
    with pytest.raises(KeptError, match="gave no rulebook within 2 seconds"):
        read_rulebook(str(repository), repository)


def test_without_git_or_a_repository(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(repository / ".git")
    with pytest.raises(KeptError, match="is in no git repository"):
        read_rulebook("first", repository)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(KeptError, match="git is not installed"):
        read_rulebook("first", repository)


@pytest.mark.soak
def test_the_command_line(kept: Run, repository: Path, tmp_path: Path) -> None:  # noqa: F811
    lengthen(repository)
    commit(repository, "second")
    files = {}
    for tag in ("first", "second"):
        files[tag] = tmp_path / f"{tag}.json"
        files[tag].write_text(read_rulebook(tag, repository).canonical(), encoding="utf-8")
    ran: Ran = kept(
        "rules", "compare", str(files["first"]), str(files["second"]), "--clause", "TT-1.1", "--format", "json"
    )
    assert (ran.status, ran.err) == (0, "")
    (found,) = ran.json["clauses"]
    assert (found["change"], found["moves_from"], found["moves_before_its_date"]) == ("looser", "2026-03-01", False)
    witness = found["better"]
    assert (witness["old"]["outcome"], witness["new"]["outcome"]) == ("breached", "due")
    text = kept("rules", "compare", str(files["first"]), str(files["second"])).out
    assert "TT-1.1  Every child is seen: looser" in text
    shown = case_in(text)
    witness_case = build_case(shown, read_rulebook("first", repository).dictionary, "shown")
    assert len(witness_case.events) == 1
    assert kept("rules", "compare", str(files["first"]), str(files["first"])).out.endswith(
        "Clauses: 2 unchanged\nMoves nothing.\n"
    )
    ran = kept("rules", "compare", str(files["first"]), "nowhere")
    assert (ran.status, "nowhere: is no file, no directory and no revision" in ran.err) == (3, True)
    ran = kept("rules", "compare", str(files["first"]), str(files["second"]), "--clause", "TT-1.3")
    assert (ran.status, "neither rulebook has a clause 'TT-1.3'" in ran.err) == (3, True)


def case_in(text: str) -> Any:
    """The case file that is shown in a comparison."""
    lines = [line[8:] for line in text.splitlines() if line.startswith(" " * 8)]
    return yaml.safe_load("\n".join(lines))


def test_a_change_of_the_real_rules(rulebook: Rulebook) -> None:
    """The issue's own: the time for plan reviews is lengthened from a date."""
    name = "ns_3_4_reviewed_within"
    value = rulebook.values[name]
    later = value.versions[-1].model_copy(update={"from_": date(2027, 1, 4), "value": 120})
    longer = value.model_copy(update={"versions": (*value.versions, later)})
    parts = {part: getattr(rulebook, part) for part in ("dictionary", "calendar", "gists", "duties")}
    changed = Rulebook(values={**rulebook.values, name: longer}, **parts)
    comparison = compare(rulebook, changed, NEAR)
    moved = [one for one in comparison.clauses if one.kind not in ("unchanged", "different")]
    assert [one.kind for one in moved] == ["looser"]
    assert comparison.moves_from == date(2027, 1, 4)
    assert not comparison.too_early
    assert all(one.rests_on == (moved[0].clause,) for one in comparison.clauses if one.kind == "different")


def test_what_moves_before_its_date_is_warned_of_loudly(rulebook: Rulebook) -> None:
    """A judgement is of the work before it: where a change takes a later start away, it may be of an earlier one instead."""
    day = date(2027, 1, 4)
    (duty,) = (duty for duty in rulebook.duties if duty.id == "NS-5.2")
    parts = {name: getattr(duty, name) for name in Duty.model_fields}
    versions = Duty(**{**parts, "until": day}), Duty(**{**parts, "in_force": day, "where": (case.law.is_("public"),)})
    duties = tuple(one for old in rulebook.duties for one in (versions if old is duty else (old,)))
    whole = {part: getattr(rulebook, part) for part in ("dictionary", "calendar", "gists", "values")}
    comparison = compare(rulebook, Rulebook(duties=duties, **whole), NEAR, ["NS-5.2"])
    changed = clause(comparison, "NS-5.2")
    assert changed.before is not None
    assert changed.before.move.start < day == changed.moves_from
    text = comparison_text(comparison, ("A", "B"))
    assert "WARNING: moves although it started before that" in text
    assert "Moves nothing" not in text
