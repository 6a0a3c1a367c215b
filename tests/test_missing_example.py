"""The example that is missing: what is written can be read again, notices the mutant, and closes the hole."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

import engine.policy.mutation.missing_example as missing_module
import engine.policy.mutation.mutating as mutation_module
from engine.duty.rulebook import Rulebook
from engine.policy.example_yaml import written
from engine.policy.examples import Example, Given, Trials, read_examples
from engine.policy.mutation.missing_example import search
from engine.policy.mutation.mutants import mutants
from engine.policy.mutation.mutating import mutate, reported, try_clause
from engine.record.model import CaseRecord
from engine.record.problem import RulebookProblem
from engine.record.timeline import View
from tests.conftest import FIXTURES
from tests.test_mutation import EXAMPLES, toy, write


def holes() -> list[str]:
    return [name for name in EXAMPLES if name != "Saturday and Sunday are no working days"]


@pytest.mark.parametrize("hole", holes())
def test_what_is_pasted_closes_the_hole(tmp_path: Path, hole: str) -> None:
    write(tmp_path, [name for name in EXAMPLES if name != hole])
    path = tmp_path / "toys" / "ty_1_1.yaml"
    found = try_clause(toy(), "TY-1.1", ["TY-1.1"], read_examples(path, toy()))
    texts = [survivor.missing.example for survivor in found.survivors if survivor.missing]
    assert len(texts) == len(found.survivors)
    assert None not in texts
    path.write_text("\n".join([path.read_text(encoding="utf-8"), *map(str, texts)]), encoding="utf-8")
    pasted = read_examples(path, toy())
    assert len(pasted) == len(EXAMPLES) - 1 + len(texts)
    assert try_clause(toy(), "TY-1.1", ["TY-1.1"], pasted).survivors == ()


def test_what_is_pasted_passes_as_things_are_and_fails_on_the_mutant(tmp_path: Path) -> None:
    write(tmp_path, list(EXAMPLES)[:1])
    path = tmp_path / "toys" / "ty_1_1.yaml"
    examples = read_examples(path, toy())
    tried = 0
    for mutant in mutants(toy()):
        found = search(toy(), "TY-1.1", "TY-1.1", mutant.rulebook, mutant.says, examples)
        if found.example is None:
            continue
        tried += 1
        path.write_text(f"{path.read_text(encoding='utf-8')}\n{found.example}\n", encoding="utf-8")
        example = read_examples(path, toy())[-1]
        assert Trials(toy()).run(example).passed, mutant
        assert not Trials(mutant.rulebook).run(example).passed, mutant
    assert tried >= 17  # from a single example, and only two of them need two changes


def test_a_search_that_finds_nothing_says_how_far_it_went(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (missing_module, mutation_module):
        monkeypatch.setattr(module, "MOST_TRIED", 3)
    write(tmp_path, [name for name in EXAMPLES if name != "When the case closes in time it lapses"])
    found = try_clause(toy(), "TY-1.1", ["TY-1.1"], read_examples(tmp_path / "toys" / "ty_1_1.yaml", toy()))
    assert [one.missing.tried for one in found.survivors if one.missing] == [3, 3]
    mutation = replace(mutate(toy(), tmp_path, ["TY-1.1"], processes=1), unnoticed=found.survivors)
    assert (
        "    none was found among 3 small variations of the clause's examples (at most 3 are tried)"
        in reported(mutation, tmp_path).splitlines()
    )


def test_nothing_is_looked_for_where_there_is_nothing_to_vary() -> None:
    (first, *_) = try_clause(toy(), "TY-1.1", ["TY-1.1"], ()).survivors
    assert first.missing is not None
    assert (first.missing.example, first.missing.tried) == (None, 0)


def test_a_draft_notices_nothing(tmp_path: Path) -> None:
    write(tmp_path, list(EXAMPLES))
    examples = read_examples(tmp_path / "toys" / "ty_1_1.yaml", toy())
    drafts = [replace(example, draft=True) for example in examples]
    assert try_clause(toy(), "TY-1.1", ["TY-1.1"], examples).survivors == ()
    found = try_clause(toy(), "TY-1.1", ["TY-1.1"], drafts)
    assert len(found.survivors) == found.mutants


# --- written as a file has it --------------------------------------------------------------------------------------------


def flat(case: CaseRecord) -> tuple[object, ...]:
    return (
        case.root,
        sorted(case.objects, key=lambda one: one.id),
        sorted(case.links, key=lambda one: (one.source, one.qualifier, one.target)),
        sorted(case.events, key=lambda one: one.id),
    )


@pytest.mark.parametrize("clause", ["NS-1.4", "NS-4.2", "NS-5.8", "NS-6.2", "NS-8.4", "NS-9.1", "NS-10.1", "PQ-QAI-3"])
@pytest.mark.parametrize("alone", [True, False])
def test_what_is_written_is_read_as_it_was(rulebook: Rulebook, tmp_path: Path, clause: str, alone: bool) -> None:
    name = f"{clause.lower().replace('-', '_').replace('.', '_')}.yaml"
    (source,) = FIXTURES.glob(f"*/{name}")
    duties = tuple(duty for duty in rulebook.duties if duty.clause == clause)
    book = Rulebook(dictionary=rulebook.dictionary, calendar=rulebook.calendar, values=rulebook.values, duties=duties)
    examples = read_examples(source, book)
    several = len({duty.id for duty in duties}) > 1
    trials, texts = Trials(book), []
    for place, example in enumerate(examples):
        like = replace(example, given=Given()) if alone else example
        called = f"Written again, number {place}: “{example.name}”"
        texts.append(written(called, example, like, trials.findings(example), book.dictionary, several=several))
    begins = f"clause: {clause}\nexamples:\n" if alone else f"{source.read_text(encoding='utf-8')}\n"
    (tmp_path / name).write_text(begins + "\n".join(texts), encoding="utf-8")
    again = read_examples(tmp_path / name, book)[-len(examples) :]
    for before, after in zip(examples, again, strict=True):
        assert flat(after.case) == flat(before.case), before.name
        assert seen_from(after) == seen_from(before), before.name
        assert trials.run(after).passed, before.name


def seen_from(example: Example) -> tuple[object, ...]:
    return example.view.as_at, example.view.known_at, example.stated_only


def test_a_moment_within_a_day_is_written_and_read_again(tmp_path: Path) -> None:
    write(tmp_path, list(EXAMPLES)[:1])
    path = tmp_path / "toys" / "ty_1_1.yaml"
    (example,) = read_examples(path, toy())
    moment = datetime(2025, 3, 6, 16, 30)
    early = replace(example, view=View(example.view.as_at, moment))
    findings = Trials(toy()).findings(early)
    text = written("What was known by half past four", early, example, findings, toy().dictionary, several=False)
    path.write_text(f"{path.read_text(encoding='utf-8')}\n{text}\n", encoding="utf-8")
    assert read_examples(path, toy())[-1].view.known_at == moment
    path.write_text(path.read_text(encoding="utf-8").replace("2025-03-06T16:30:00", "teatime"), encoding="utf-8")
    with pytest.raises(RulebookProblem, match="known_at: 'teatime' is not a moment; write 2025-03-04"):
        read_examples(path, toy())
