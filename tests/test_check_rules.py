"""A check of the rules finds what is wrong with them, says where, and finds nothing wrong with ours."""

from __future__ import annotations

import importlib
import itertools
import json
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

import rules
from engine.policy.checks.checking import check_rules, flaws_text
from engine.policy.checks.flaw import Flaw
from engine.policy.examples import example_file
from tests.commands import Run
from tests.conftest import FIXTURES, ROOT
from tests.test_cli import kept  # noqa: F401 - a fixture
from tests.test_compare import DUTIES, VALUES, VOCABULARY

AS_AT = date(2007, 12, 1)
EXAMPLE = """clause: {clause}
examples:
  - name: Nobody is in it, so it applies to nobody
    as_at: 2026-01-05
    case: {{id: C-1, law: private}}
    expect: []
"""
SEEING, VOCABULARY_FILE, SPANS = "seeing.py", "vocabulary.py", "values/all.yaml"
SOUND = {VOCABULARY_FILE: VOCABULARY, SEEING: DUTIES, SPANS: VALUES}
CLAUSES = ("TT-1.1", "TT-1.2")

Change = tuple[str, str, str]
"""A file, a text in it, and what stands there instead."""

Check = Callable[..., list[Flaw]]
_number = itertools.count()


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Check]:
    """Checks a small package of rules with these changes."""
    made: list[str] = []

    def run(*changes: Change, as_at: date = AS_AT, examples: str = EXAMPLE) -> list[Flaw]:
        name = f"toy_rules_{next(_number)}"
        made.append(name)
        top = tmp_path / name
        (top / "values").mkdir(parents=True)
        (top / "__init__.py").write_text("")
        for path, sound in SOUND.items():
            text = sound
            for file, old, new in changes:
                assert old in text or file != path
                text = text.replace(old, new) if file == path else text
            (top / path).write_text(text.replace("rules.vocabulary", f"{name}.vocabulary"))
        folder = tmp_path / f"{name}_examples" / "toy"
        folder.mkdir(parents=True)
        for clause in CLAUSES if examples else ():
            example_file(folder, clause).write_text(examples.format(clause=clause))
        monkeypatch.syspath_prepend(str(tmp_path))
        return list(check_rules(importlib.import_module(name), top / "values", folder.parent, as_at))

    yield run
    for module in [module for module in sys.modules if module.split(".")[0] in made]:
        del sys.modules[module]


def test_nothing_is_wrong_with_sound_rules(check: Check) -> None:
    assert check() == []


MADE_UP = 'at_closure=LAPSES, in_force="{since}", source="made up", reads="As it is written, and no otherwise.")\n'
AGAIN = (
    '\nAGAIN = duty("TT-1.2", "Every case ends well, again", for_each=case, when=case_accepted, must=happen(case_closed),\n'
    '             within=value("ended_within"), ' + MADE_UP
)
ENDS = 'at_closure=LAPSES, in_force="2007-06-01"'


@pytest.mark.parametrize(
    ("change", "severity", "kind", "of", "wrong"),
    [
        ((SEEING, 'value("seen_within")', 'value("seen_wihin")'), "error", "unknown", "TT-1.1",
         "unknown value 'seen_wihin'; did you mean 'seen_within'?"),
        ((SEEING, 'value("seen_within")', 'value("ended_within")'), "warning", "unused", "seen_within", "no duty uses it"),
        ((SEEING, 'standing=STATED, source="made up"', 'standing=STATED, source="TODO"'), "error", "source", "TT-1.1",
         "exception 1 has no source"),
        ((SEEING, 'within=value("ended_within"), at_closure=LAPSES', 'by=closure(standing=LOCAL, source=" "), at_closure=FALLS_DUE'), "error", "source", "TT-1.2",
         "the deadline has no source"),
        ((SPANS, 'value: 90, standing: local, source: "made up"', 'value: 90, standing: local, source: "tbc"'), "error", "source",
         "ended_within", "the version from 1 June 2007 has no source"),
        ((SPANS, "from: 2007-06-01, value: 10", "from: 2007-09-01, value: 10"), "error", "gap", "TT-1.1",
         "the value seen_within begins only on 1 September 2007: until 1 September 2007 nobody can say what is due"),
        ((SPANS, "value: 10", "value: null"), "warning", "unset", "seen_within", "nobody has set it from 1 June 2007 on"),
        ((SPANS, "    - {from: 2007-06-01, value: 10",
          '    - {from: 2001-01-01, value: 9, standing: local, source: "made up"}\n    - {from: 2007-06-01, value: 10'),
         "warning", "gap", "seen_within", "the version from 1 January 2001 never holds while a duty that uses it is in force"),
        ((SEEING, "GOODBYE =", AGAIN.format(since="2008-01-01") + "GOODBYE ="), "error", "overlap", "TT-1.2",
         "two versions are in force from 1 January 2008 on"),
        ((SEEING, "SEEN =", AGAIN.format(since="2008-01-01") + "SEEN ="), "error", "overlap", "TT-1.2",
         "two versions are in force from 1 January 2008 on"),
        ((SEEING, 'case.law.not_in("public")', 'case.law.not_in("public", "private")'), "error", "condition", "TT-1.1",
         "what is asked of the case contradicts itself: it is never owed"),
        ((SEEING, "when=case_accepted, must=happen(case_closed)",
          'when=child_seen.with_(how=none_of("in_person", "telephone")), must=happen(case_closed)'), "error", "condition", "TT-1.2",
         "no “child seen” can start it: its condition contradicts itself"),
        ((SEEING, "when=case_accepted, must=happen(case_closed),\n               within=value(\"ended_within\")",
          'when=child_seen.with_(how="telephone"), must=hold(child_seen, how="in_person")'), "error", "condition", "TT-1.2",
         "nothing that starts it can be as it must be"),
        ((SEEING, "must=happen(child_seen)", "must=happen(case_closed)"), "error", "fulfilment", "TT-1.1",
         "no “case closed” can ever fulfil it: it is never about a child"),
        ((SEEING, "exception(child_ill,", "exception(case_closed,"), "error", "exception", "TT-1.1",
         "no “case closed” can ever make exception 1 apply: it is never about a child"),
        ((SEEING, "exception(child_ill,", 'exception(case.law.is_("public"),'), "error", "exception", "TT-1.1",
         "exception 1 can never apply: it contradicts what the duty asks of the case (where)"),
        ((SEEING, 'when=case_accepted,\n            must=happen(child_seen), within=value("seen_within"),\n            unless=[exception(child_ill,',
          'when=child_seen.with_(how="telephone"), must=happen(child_seen), within=value("seen_within"),\n'
          '            unless=[exception(carries(child_seen, how="in_person"),'), "error", "exception", "TT-1.1",
         "exception 1 can never apply: nothing that starts the duty can be so"),
        ((SEEING, 'must=happen(child_seen), within=value("seen_within")', 'must=be_judged(), judged=judged_by("head", question="Well?")'),
         "error", "exception", "TT-1.1", "exception 1 can never apply: only a person decides"),
        ((SEEING, 'when=case_accepted,\n            must=happen(child_seen)', 'when=child_seen, must=happen(child_seen, same=["how"])'),
         "error", "exception", "TT-1.1", "no “child ill” can ever make exception 1 apply: it has no how, which should be the same"),
        ((SEEING, 'must=happen(case_closed),\n               within=value("ended_within"), at_closure=LAPSES',
          "must=never_happen(child_ill), at_closure=GOES_ON"), "warning", "outcome", "TT-1.2", "it can never be met: there is no limit"),
        ((SEEING, 'must=happen(case_closed),\n               within=value("ended_within")',
          'must=never_happen(child_ill),\n               until=closure(standing=LOCAL, source="ours")'), "warning", "outcome", "TT-1.2",
         "it can never lapse"),
    ],
)  # fmt: skip
def test_each_flaw_is_found_and_said_where_it_is(
    check: Check, change: Change, severity: str, kind: str, of: str, wrong: str
) -> None:
    found = [flaw for flaw in check(change) if (flaw.severity, flaw.kind, flaw.of) == (severity, kind, of)]
    assert [flaw.wrong for flaw in found if wrong in flaw.wrong]
    assert all(flaw.remedy and flaw.place for flaw in found)


def test_a_flaw_names_the_line(check: Check) -> None:
    (flaw,) = [flaw for flaw in check((SPANS, "value: 10", "value: null")) if flaw.kind == "unset"]
    assert flaw.place.endswith("values/all.yaml:1")
    (flaw,) = [
        flaw for flaw in check((SEEING, "exception(child_ill,", "exception(case_closed,")) if flaw.kind == "exception"
    ]
    line = DUTIES.splitlines().index('SEEN = duty("TT-1.1", "Every child is seen", for_each=child, '
                                     'where=[case.law.not_in("public")], when=case_accepted,') + 1  # fmt: skip
    assert flaw.place.endswith(f"seeing.py:{line}")


def test_days_between_two_versions(check: Check) -> None:
    ended = (SEEING, ENDS, f'{ENDS}, ends="2007-12-01"')
    later = (SEEING, "SEEN =", AGAIN.format(since="2008-01-01") + "SEEN =")
    assert [(flaw.kind, flaw.wrong) for flaw in check(ended, later)] == [
        ("gap", "no version is in force from 1 December 2007 until 1 January 2008")
    ]
    later = (SEEING, "SEEN =", AGAIN.format(since="2007-12-01") + "SEEN =")
    assert check(ended, later) == []


def test_every_duty_with_something_unknown_is_named_not_only_the_first(check: Check) -> None:
    found = check((SEEING, 'value("seen_within")', 'value("x")'), (SEEING, 'value("ended_within")', 'value("y")'))
    assert [flaw.of for flaw in found if flaw.kind == "unknown"] == ["TT-1.1", "TT-1.2"]


def test_a_list_of_codes_that_is_empty_from_a_day(check: Check) -> None:
    listed = (
        "\nways:\n  unit: codes\n  says: The ways of seeing a child that count\n  versions:\n"
        '    - {from: 2007-06-01, value: [in_person], standing: local, source: "made up"}\n'
        '    - {from: 2008-01-01, value: [], standing: local, source: "made up"}\n'
    )
    found = check(
        (SEEING, "must=happen(child_seen)", 'must=happen(child_seen.with_(how=one_of(value("ways"))))'),
        (SPANS, "\nended_within", f"{listed}ended_within"),
    )
    assert {(flaw.kind, flaw.of) for flaw in found} == {("condition", "ways"), ("fulfilment", "TT-1.1")}


BEFORE = """
ASKS = duty("TT-1.3", "Seeing follows illness", for_each=child, when=child_seen, must=have_happened(child_ill),
            at_closure=FALLS_DUE, in_force="2007-06-01", source="made up", reads="As it is written, and no otherwise.")
LATER = duty("TT-1.4", "Illness is asked about", for_each=child, when=case_accepted, must=happen(child_ill), within=value("{value}"),
             at_closure=FALLS_DUE, in_force="2007-06-01", source="made up", reads="As it is written, and no otherwise.")
"""


def test_a_duty_that_is_due_before_what_it_waits_for(check: Check) -> None:
    (flaw,) = [
        flaw
        for flaw in check((SEEING, "GOODBYE =", BEFORE.format(value="ended_within") + "GOODBYE ="))
        if flaw.kind == "order"
    ]
    assert (flaw.severity, flaw.of) == ("warning", "TT-1.1")
    assert flaw.wrong == (
        "“child seen” is due within 10 working days, but TT-1.3 asks for “child ill” before it, which TT-1.4 makes due only "
        "within 90 days of the same start"
    )
    assert not [
        flaw
        for flaw in check((SEEING, "GOODBYE =", BEFORE.format(value="seen_within") + "GOODBYE ="))
        if flaw.kind == "order"
    ]


def test_values_that_nobody_has_confirmed_for_a_year(check: Check) -> None:
    assert check(as_at=date(2008, 6, 1)) == []
    found = check(as_at=date(2008, 6, 2))
    assert {(flaw.severity, flaw.kind, flaw.of) for flaw in found} == {
        ("warning", "confirmed", "ended_within"), ("warning", "confirmed", "seen_within"),
    }  # fmt: skip
    confirmed = (SPANS, "value: 10,", "value: 10, confirmed: 2008-03-01,")
    assert {flaw.of for flaw in check(confirmed, as_at=date(2008, 6, 2))} == {"ended_within"}
    assert {flaw.of for flaw in check(confirmed, as_at=date(2009, 3, 2))} == {"ended_within", "seen_within"}


def test_a_clause_without_examples_or_with_drafts_only(check: Check) -> None:
    assert {(flaw.severity, flaw.of, flaw.wrong) for flaw in check(examples="")} == {
        ("error", clause, "it has no examples") for clause in CLAUSES
    }
    drafts = check(examples=EXAMPLE.replace("    as_at", "    draft: true\n    as_at"))
    assert {(flaw.severity, flaw.kind, flaw.of) for flaw in drafts} == {
        ("warning", "examples", clause) for clause in CLAUSES
    }
    broken = check(examples=EXAMPLE.replace("expect: []", "expcet: []"))
    assert {(flaw.severity, flaw.kind, flaw.of) for flaw in broken} == {
        ("error", "examples", clause) for clause in CLAUSES
    }


def test_many_old_values_are_told_together(check: Check) -> None:
    flaws = [Flaw("warning", "confirmed", f"v{n}", "", "old", "look") for n in range(9)]
    text = flaws_text(flaws)
    assert "9 values are still right: v0, v1" in text
    assert text.endswith("0 errors, 9 warnings")
    assert check() == []


def test_our_rules_have_no_error() -> None:
    found = check_rules(rules, ROOT / "rules" / "values", FIXTURES, date(2026, 11, 20))
    assert [flaw for flaw in found if flaw.kind != "confirmed"] == []


def test_the_command_line(kept: Run, tmp_path: Path) -> None:  # noqa: F811
    ran = kept("rules", "check", "--format", "json", "--as-at", "2007-12-01")
    assert {flaw["severity"] for flaw in json.loads(ran.out)["flaws"]} <= {"warning"}
    assert ran.status == 0
    ran = kept("rules", "check", "--examples", str(tmp_path / "nowhere"))
    assert (ran.status, "error: NS-1.1: it has no examples" in ran.out) == (1, True)
