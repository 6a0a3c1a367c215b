"""Mutation: a hole in the examples of a clause shows as a mutant that nothing notices, and filling it closes it."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import get_args

import pytest

import engine.policy.mutation.mutating as mutation_module
from engine.duty import words
from engine.duty.language import Duty, NoOpenBreach
from engine.duty.rulebook import Rulebook
from engine.duty.values import Value
from engine.policy.examples import read_examples
from engine.policy.mutation.mutant_conditions import Kind
from engine.policy.mutation.mutants import mutants
from engine.policy.mutation.mutating import Mutation, Tried, mutate, reported, try_clause
from engine.record.calendar import Calendar
from engine.record.dictionary import Dictionary
from engine.record.problem import KeptError, RulebookProblem
from tests.conftest import FIXTURES

CASE = words.thing("case", "Some proceedings.", timeline_closed_by="case_closed")
CHILD = words.thing(
    "child", "A child.", links=[words.link("subject_of", ["case"], "The case is about this child.", membership=True)]
)
ACCEPTED = words.event("case_accepted", "The case was taken on.", about=["child"], lasting=True)
SEEN = words.event(
    "child_seen", "The child was seen.", about=["child"], needs=["child"], minutes=words.number("For how long.")
)
CLOSED = words.event("case_closed", "The case was closed.")

SEEN_IN_TIME = words.duty(
    "TY-1.1",
    "Every child is seen for a quarter of an hour",
    for_each=CHILD,
    when=ACCEPTED,
    must=words.happen(SEEN.with_(minutes=words.at_least(15))),
    within=words.value("seen_within"),
    at_closure=words.LAPSES,
    in_force="2007-06-01",
    source="A toy",
    reads="A duty that is small enough to be told in a few examples.",
)

NOTHING_BROKEN = words.duty(
    "TY-2.1",
    "No case is closed while a promise stands broken",
    for_each=CASE,
    when=CLOSED,
    must=words.no_open_breach(force=words.MUST, clauses=["TY-1.1", "TY-1.2"]),
    at_closure=words.GOES_ON,
    in_force="2007-06-01",
    source="A toy",
    reads="A duty about outcomes that is small enough to be told in a few examples.",
)

SEEN_WITHIN = Value.model_validate({
    "name": "seen_within", "unit": "working_days", "says": "How soon a child is seen",
    "versions": ({"from": date(2007, 6, 1), "value": 2, "standing": "local", "source": "a toy"},),
})  # fmt: skip

TUESDAY = "{id: accepted, date: 2025-03-04, event: case_accepted}"
DUE = "subject: amy, outcome: due, start: 2025-03-04, due: 2025-03-06, evidence: [accepted]"
EXAMPLES = {
    "A child seen on the second working day is in time": f"""
    as_at: 2025-03-07
    timeline: [{TUESDAY}, {{id: seen, date: 2025-03-06, event: child_seen, child: amy, minutes: 15}}]
    expect: [{{subject: amy, outcome: met, due: 2025-03-06, evidence: [accepted, seen], force: must, standing: local}}]""",
    "A child seen for fourteen minutes was not seen": f"""
    as_at: 2025-03-06
    timeline: [{TUESDAY}, {{id: seen, date: 2025-03-05, event: child_seen, child: amy, minutes: 14}}]
    expect: [{{{DUE}}}]""",
    "A child seen before the case was taken on was not seen for it": f"""
    as_at: 2025-03-06
    timeline: [{TUESDAY}, {{id: seen, date: 2025-03-03, event: child_seen, child: amy, minutes: 20}}]
    expect: [{{{DUE}}}]""",
    "Saturday and Sunday are no working days": """
    as_at: 2025-03-10
    timeline: [{id: accepted, date: 2025-03-07, event: case_accepted}]
    expect: [{subject: amy, outcome: due, due: 2025-03-11, evidence: [accepted]}]""",
    "When the case closes in time it lapses": f"""
    as_at: 2025-03-06
    timeline: [{TUESDAY}, {{date: 2025-03-05, event: case_closed}}]
    expect: [{{subject: amy, outcome: lapsed, due: 2025-03-06, evidence: [accepted]}}]""",
    "A case taken on again asks for the child to be seen again, and so does a child who joins": f"""
    as_at: 2025-03-12
    objects: {{ben: {{type: child, joined: 2025-03-12}}}}
    timeline:
      - {TUESDAY}
      - {{id: again, date: 2025-03-11, event: case_accepted}}
    expect:
      - {{subject: amy, outcome: breached, due: 2025-03-06, evidence: [accepted]}}
      - {{subject: amy, outcome: due, due: 2025-03-13, evidence: [again]}}
      - {{subject: ben, outcome: due, due: 2025-03-14, evidence: [accepted]}}
      - {{subject: ben, outcome: due, due: 2025-03-14, evidence: [again]}}""",
    "A case taken on the day before the toy was in force is not asked about": """
    as_at: 2007-06-29
    timeline: [{date: 2007-05-31, event: case_accepted}]
    expect: []""",
    "A case taken on the first day is asked about": """
    as_at: 2007-06-01
    timeline: [{id: first, date: 2007-06-01, event: case_accepted}]
    expect: [{subject: amy, outcome: due, due: 2007-06-05, evidence: [first]}]""",
}


def toy(*duties: Duty) -> Rulebook:
    return Rulebook(
        dictionary=Dictionary(objects=(CASE.word, CHILD.word), events=(ACCEPTED.word, SEEN.word, CLOSED.word)),
        calendar=Calendar(known_through=date(2027, 12, 31)),
        values={"seen_within": SEEN_WITHIN},
        duties=duties or (SEEN_IN_TIME,),
    )


def write(folder: Path, names: Sequence[str], clause: str = "TY-1.1") -> Path:
    """A folder of examples with these of them."""
    path = folder / "toys" / f"{clause.lower().replace('-', '_').replace('.', '_')}.yaml"
    path.parent.mkdir(exist_ok=True)
    given = f"clause: {clause}\ngiven:\n  case: {{id: C-1}}\n  objects: {{amy: {{type: child}}}}\nexamples:"
    path.write_text(given + "".join(f"\n  - name: {name}{EXAMPLES[name]}" for name in names), encoding="utf-8")
    return folder


def tried(folder: Path, *left_out: str) -> Tried:
    assert set(left_out) <= set(EXAMPLES)
    write(folder, [name for name in EXAMPLES if name not in left_out])
    return try_clause(toy(), "TY-1.1", ["TY-1.1"], read_examples(folder / "toys" / "ty_1_1.yaml", toy()))


def test_examples_without_a_hole_notice_every_mutant(tmp_path: Path) -> None:
    found = tried(tmp_path)
    assert [str(survivor) for survivor in found.survivors] == []
    assert found.mutants == len(list(mutants(toy()))) == 18


@pytest.mark.parametrize(
    ("hole", "survivors"),
    [
        (
            "A child seen for fourteen minutes was not seen",
            [
                "what: “child seen” without the condition “minutes at least 15”",
                "what: “child seen” with “minutes at least 14” instead of 15",
            ],
        ),
        ("Saturday and Sunday are no working days", []),  # the examples of June 2007 go over a weekend as well
        (
            "When the case closes in time it lapses",
            ["falls due at closure instead of: lapses at closure", "goes on after closure instead of: lapses at closure"],
        ),
        (
            "A case taken on again asks for the child to be seen again, and so does a child who joins",
            ["start: the first time instead of each", "start: “case accepted” does not hold for who joins later"],
        ),
        (
            "A case taken on the day before the toy was in force is not asked about",
            ["in force from 31 May 2007 instead of 1 June 2007"],
        ),
        (
            "A case taken on the first day is asked about",
            ["in force from 2 June 2007 instead of 1 June 2007", "the value from 2 June 2007 instead of 1 June 2007"],
        ),
    ],
)  # fmt: skip
def test_a_hole_in_the_examples_has_survivors_that_name_it(tmp_path: Path, hole: str, survivors: list[str]) -> None:
    assert [survivor.says for survivor in tried(tmp_path, hole).survivors] == survivors


def test_an_example_that_fails_as_things_are_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, list(EXAMPLES)) / "toys" / "ty_1_1.yaml"
    path.write_text(path.read_text().replace("outcome: lapsed", "outcome: breached"))
    with pytest.raises(RulebookProblem, match="fails notices every mutant"):
        try_clause(toy(), "TY-1.1", ["TY-1.1"], read_examples(path, toy()))


def listing(folder: Path, *entries: tuple[str, str]) -> None:
    reason = "Because this is only a toy of a rule."
    lines = [f'- {{duty: {duty}, mutant: "{mutant}", reason: "{reason}"}}' for duty, mutant in entries]
    (folder / "survivors.yaml").write_text("\n".join(lines), encoding="utf-8")


def run(folder: Path, *left_out: str) -> Mutation:
    write(folder, [name for name in EXAMPLES if name not in left_out])
    return mutate(toy(), folder, processes=1)


CLOSING = "When the case closes in time it lapses"
NOT_YET = "A case taken on the day before the toy was in force is not asked about"


def test_what_is_listed_is_not_reported_and_what_is_listed_for_nothing_is(tmp_path: Path) -> None:
    listing(tmp_path, ("TY-1.1", "falls due at closure*"), ("TY-1.1", "3 working days instead of 2"))
    found = run(tmp_path, CLOSING)
    assert [survivor.says for survivor in found.listed] == ["falls due at closure instead of: lapses at closure"]
    assert [survivor.says for survivor in found.unnoticed] == ["goes on after closure instead of: lapses at closure"]
    assert [one.mutant for one in found.stale] == ["3 working days instead of 2"]
    assert not found.passed
    (survivor,) = found.unnoticed
    assert survivor.missing is not None
    assert survivor.missing.example is not None
    assert reported(found, tmp_path).splitlines() == [
        "TY-1.1: goes on after closure instead of: lapses at closure",
        f"    no example notices: add one to {tmp_path / 'toys' / 'ty_1_1.yaml'}",
        f"    this one would (variation {survivor.missing.tried} of 3,000 at most); check it:",
        *survivor.missing.example.splitlines(),
        "TY-1.1: 3 working days instead of 2",
        f"    an example notices it: take it out of {tmp_path / 'survivors.yaml'}",
        "18 mutants, 16 noticed, 1 listed as changing nothing, 1 not noticed",
    ]


def test_all_noticed_or_listed_is_a_pass(tmp_path: Path) -> None:
    listing(tmp_path, ("TY-1.1", "falls due at closure*"), ("TY-1.1", "goes on after closure*"))
    found = run(tmp_path, CLOSING)
    assert found.passed
    assert reported(found, tmp_path) == "18 mutants, 16 noticed, 2 listed as changing nothing, 0 not noticed"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            '- {duty: TY-1.2, mutant: "something", reason: "Because this is only a toy of a rule."}',
            "did you mean 'TY-1.1'",
        ),
        ('- {duty: TY-1.1, mutant: "something", reason: "So."}', "reason: .* an entry has duty, mutant and reason"),
        ("duty: TY-1.1", "an entry has duty, mutant and reason"),
    ],
)
def test_a_list_that_makes_no_sense_is_refused(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "survivors.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(RulebookProblem, match=message):
        run(tmp_path)


def test_a_clause_without_examples_notices_nothing() -> None:
    found = try_clause(toy(), "TY-1.1", ["TY-1.1"], ())
    assert len(found.survivors) == found.mutants == 18


class Deadly:
    """Ends the process that reads it."""

    def __reduce__(self) -> tuple[object, tuple[int]]:
        return os._exit, (3,)


def test_a_process_that_dies_is_an_error_that_names_the_clause(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, list(EXAMPLES))
    monkeypatch.setattr(mutation_module, "read_examples", lambda *_: (Deadly(),))
    with pytest.raises(KeptError, match=r"TY-1\.1: the process that tried its mutants died"):
        mutate(toy(), tmp_path, processes=1)


def test_clauses_tried_side_by_side_come_in_their_own_order(tmp_path: Path) -> None:
    book = toy(SEEN_IN_TIME, Duty.model_validate({**SEEN_IN_TIME.model_dump(), "id": "TY-1.2"}))
    write(tmp_path, [name for name in EXAMPLES if name != CLOSING])
    write(tmp_path, [name for name in EXAMPLES if name != NOT_YET], "TY-1.2")
    told: list[int] = []
    found = mutate(book, tmp_path, processes=2, progress=told.append)
    assert [str(survivor) for survivor in found.unnoticed] == [
        "TY-1.1: falls due at closure instead of: lapses at closure",
        "TY-1.1: goes on after closure instead of: lapses at closure",
        "TY-1.2: in force from 31 May 2007 instead of 1 June 2007",
    ]
    assert told == [1, 1]
    assert found.mutants == 36


def test_every_kind_of_mutant_is_made_and_each_has_its_own_words(rulebook: Rulebook) -> None:
    made = [*mutants(rulebook), *mutants(toy()), *mutants(about_outcomes(), ["TY-2.1"])]
    assert {mutant.kind for mutant in made} == set(get_args(Kind))
    assert [name for name, count in Counter(map(str, made)).items() if count > 1] == []


def about_outcomes() -> Rulebook:
    return toy(SEEN_IN_TIME, Duty.model_validate({**SEEN_IN_TIME.model_dump(), "id": "TY-1.2"}), NOTHING_BROKEN)


def test_the_mutants_of_a_duty_about_outcomes_still_have_what_it_looks_at() -> None:
    made = list(mutants(about_outcomes(), ["TY-2.1"]))
    assert [mutant.says for mutant in made if mutant.says.startswith("what")] == [
        "what: looks at all duties instead of what a clause says must be",
        "what: looks at what a clause says should be instead of what a clause says must be",
        "what: looks not at TY-1.1",
        "what: looks not at TY-1.2",
    ]
    assert {duty.id for mutant in made for duty in mutant.rulebook.duties[:-1]} == {"TY-1.1", "TY-1.2"}
    alone = [mutant.says for mutant in mutants(with_what(words.no_open_breach(clauses=["TY-1"])), ["TY-2.1"])]
    assert "what: looks at all clauses instead of TY-1" in alone
    assert "what: looks at what a clause says must be instead of all duties" in alone


def with_what(must: NoOpenBreach) -> Rulebook:
    return toy(SEEN_IN_TIME, Duty.model_validate({**NOTHING_BROKEN.model_dump(), "must": must}))


def test_a_mutant_is_another_duty_or_another_value_and_nothing_else(rulebook: Rulebook) -> None:
    for mutant in mutants(rulebook, ["NS-5.1", "NS-5.8"]):
        was = {duty.id: duty for duty in rulebook.duties}
        now = {duty.id: duty for duty in mutant.rulebook.duties}
        values = {name for name, value in mutant.rulebook.values.items() if value != rulebook.values[name]}
        assert set(now) == {mutant.duty}
        assert (now[mutant.duty] != was[mutant.duty]) + len(values) == 1, mutant


def test_what_changes_nothing_by_the_forms_alone_is_not_made(rulebook: Rulebook) -> None:
    closures = {
        duty.id: [mutant.says for mutant in mutants(rulebook, [duty.id]) if mutant.kind == "closure"]
        for duty in rulebook.duties
        if duty.id in ("NS-2.3b", "NS-2.3e", "NS-5.2")
    }
    assert closures == {
        "NS-2.3b": ["falls due at closure instead of: lapses at closure"],  # at once, and on the same day
        "NS-2.3e": ["lapses at closure instead of: falls due at closure"],
        "NS-5.2": ["falls due at closure instead of: goes on after closure"],  # only a person can say
    }


def test_an_unknown_clause_is_refused(rulebook: Rulebook) -> None:
    with pytest.raises(RulebookProblem, match=r"unknown clause 'NS-5\.99'"):
        list(mutants(rulebook, ["NS-5.99"]))


def test_the_command_tries_the_clauses_that_it_is_given(capsys: pytest.CaptureFixture[str]) -> None:
    import cli

    assert cli.kept.main(["rules", "mutate", "NS-2.2"], standalone_mode=False) == 0
    assert capsys.readouterr().out.splitlines()[-1].endswith(" 0 listed as changing nothing, 0 not noticed")


@pytest.mark.soak
def test_no_mutant_of_the_rules_goes_unnoticed(rulebook: Rulebook) -> None:
    found = mutate(rulebook, FIXTURES)
    assert found.passed, reported(found, FIXTURES)
