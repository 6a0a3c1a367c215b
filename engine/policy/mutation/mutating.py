"""Trying the mutants of every clause on its examples: what no example notices is a missing example.

`fixtures/survivors.yaml` lists the mutants that truly change nothing, each with the reason:

    - duty: NS-2.4
      mutant: "what: at least 2 instead of 1"         # may hold * for anything
      reason: "Why no record whatever could show a difference"

An entry that some example notices after all is stale, and reported like a mutant that nothing notices.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from itertools import groupby
from os import cpu_count
from pathlib import Path

from pydantic import Field, ValidationError

from engine.duty.rulebook import Rulebook
from engine.duty.values import explain
from engine.policy.examples import Example, Trials, example_file, read_examples, told
from engine.policy.mutation.missing_example import MOST_TRIED, Missing, search
from engine.policy.mutation.mutants import Mutant, mutants
from engine.record.dictionary import Frozen
from engine.record.problem import KeptError, RecordProblem, RulebookProblem, nearest
from engine.record.strict_yaml import read_yaml

SURVIVORS = "survivors.yaml"
"""The file in the folder of examples that lists what changes nothing."""

CLAUSES_PER_PROCESS = 8
"""durable-rules never gives back the memory of a ruleset (some 150 kB each), so processes are renewed."""


class Listed(Frozen):
    """A mutant that changes nothing, and why."""

    duty: str
    mutant: str = Field(min_length=5)
    reason: str = Field(min_length=20)

    def covers(self, survivor: Survivor) -> bool:
        """Whether it is this one."""
        return self.duty == survivor.duty and fnmatchcase(survivor.says, self.mutant)


@dataclass(frozen=True, slots=True)
class Survivor:
    """A mutant that no example of its clause noticed, with the example that is `missing` where one was looked for."""

    duty: str
    clause: str
    says: str
    missing: Missing | None = None

    def __str__(self) -> str:
        return f"{self.duty}: {self.says}"


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of the mutants of one clause: how many there were, and which nothing noticed."""

    clause: str
    mutants: int
    survivors: tuple[Survivor, ...]


@dataclass(frozen=True, slots=True)
class Mutation:
    """What came of all of them, in the order of the clauses.

    `unnoticed` survived and are not listed, `listed` survived and are; `stale` are entries that nothing survived for.
    """

    mutants: int
    unnoticed: tuple[Survivor, ...]
    listed: tuple[Survivor, ...]
    stale: tuple[Listed, ...]

    @property
    def noticed(self) -> int:
        """How many mutants some example noticed."""
        return self.mutants - len(self.unnoticed) - len(self.listed)

    @property
    def passed(self) -> bool:
        """Whether every mutant is noticed or listed, and every entry of the list is needed."""
        return not self.unnoticed and not self.stale


def mutate(
    rulebook: Rulebook,
    folder: Path,
    clauses: Iterable[str] = (),
    *,
    processes: int | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Mutation:
    """Tries the mutants of these clauses or duties, of all when none is named, on the examples below `folder`.

    Clauses are tried side by side in as many processes as there are processors; `progress` is told of each clause done.

    Raises:
        RulebookProblem: for an unknown clause, a malformed example or list, or an example that fails as things are.
        KeptError: naming the clause, when the process that tried its mutants died.
    """
    chosen = rulebook.chosen(clauses)
    listed = [one for one in read_listed(folder / SURVIVORS, rulebook) if one.duty in chosen]
    wanted = {
        clause: [duty.id for duty in duties if duty.id in chosen]
        for clause, duties in rulebook.clauses.items()
        if any(duty.id in chosen for duty in duties)
    }
    examples = {
        clause: read_examples(path, rulebook) if (path := _file(folder, clause)).exists() else () for clause in wanted
    }
    found = _side_by_side(rulebook, wanted, examples, listed, processes or cpu_count() or 1, progress)
    tried = [found[clause] for clause in wanted]
    survivors = [survivor for one in tried for survivor in one.survivors]
    covered = {survivor for survivor in survivors if any(one.covers(survivor) for one in listed)}
    return Mutation(
        mutants=sum(one.mutants for one in tried),
        unnoticed=tuple(survivor for survivor in survivors if survivor not in covered),
        listed=tuple(survivor for survivor in survivors if survivor in covered),
        stale=tuple(one for one in listed if not any(one.covers(survivor) for survivor in survivors)),
    )


def try_clause(
    rulebook: Rulebook, clause: str, duties: Iterable[str], examples: Sequence[Example], listed: Sequence[Listed] = ()
) -> Tried:
    """Tries the mutants of these duties of a clause on its examples, each until the first that notices.

    Drafts notice nothing. For each that none notices and that is not `listed`, the example that is missing is looked for.

    Raises:
        RulebookProblem: when an example fails as things are, for then it would notice everything.
    """
    trials = Trials(rulebook)
    examples = [example for example in examples if not example.draft]
    for example in examples:
        trial = trials.run(example)
        if not trial.passed:
            raise RulebookProblem(f"{told(trial)}\nPut that right first: an example that fails notices every mutant.")
    count, survivors = 0, []
    for duty, made in groupby(mutants(rulebook, duties), key=lambda mutant: mutant.duty):
        own = [_alone(example, duty, rulebook) for example in examples]
        for mutant in made:
            count += 1
            noticed = _noticed_by(mutant, own)
            if noticed is None:
                survivors.append(_survivor(rulebook, mutant, examples, listed))
            else:
                own.insert(0, own.pop(noticed))  # what noticed one often notices the next
    return Tried(clause, count, tuple(survivors))


def _survivor(rulebook: Rulebook, mutant: Mutant, examples: Sequence[Example], listed: Sequence[Listed]) -> Survivor:
    survivor = Survivor(mutant.duty, mutant.clause, mutant.says)
    if any(one.covers(survivor) for one in listed):
        return survivor
    missing = search(rulebook, mutant.clause, mutant.duty, mutant.rulebook, mutant.says, examples)
    return replace(survivor, missing=missing)


def _alone(example: Example, duty: str, rulebook: Rulebook) -> Example:
    """The example with what it expects of that duty: what a mutant leaves as it was need not be judged again."""
    several = len({one.id for one in rulebook.clauses[example.clause]}) > 1
    if several and any(expected.duty is None for expected in example.expect):
        raise RulebookProblem(f"{example.place}: say of which duty of {example.clause} each expected finding is")
    return replace(example, expect=tuple(one for one in example.expect if one.duty in (None, duty)))


def _noticed_by(mutant: Mutant, examples: Sequence[Example]) -> int | None:
    trials = Trials(mutant.rulebook)
    return next((place for place, example in enumerate(examples) if not trials.run(example).passed), None)


# --- side by side --------------------------------------------------------------------------------------------------------

_rulebook: Rulebook | None = None


def _begin(rulebook: Rulebook) -> None:
    global _rulebook
    _rulebook = rulebook


def _try(clause: str, duties: list[str], examples: tuple[Example, ...], listed: list[Listed]) -> Tried:
    assert _rulebook is not None  # noqa: S101 - `_begin` ran first
    return try_clause(_rulebook, clause, duties, examples, listed)


def _side_by_side(
    rulebook: Rulebook,
    wanted: Mapping[str, list[str]],
    examples: Mapping[str, tuple[Example, ...]],
    listed: list[Listed],
    processes: int,
    progress: Callable[[int], None],
) -> dict[str, Tried]:
    """Each clause in some process. A pool holds one process, so that whichever dies, it is known over which clause."""
    # The longest first, so that no process is left alone with one at the end.
    waiting = sorted(wanted, key=lambda clause: len(wanted[clause]) * len(examples[clause]))
    context = multiprocessing.get_context("spawn")  # durable-rules keeps state that must not be inherited half-way
    pools = [
        ProcessPoolExecutor(1, context, _begin, (rulebook,), max_tasks_per_child=CLAUSES_PER_PROCESS)
        for _ in range(min(processes, len(waiting)))
    ]
    running: dict[Future[Tried], tuple[str, ProcessPoolExecutor]] = {}
    found: dict[str, Tried] = {}

    def start(pool: ProcessPoolExecutor) -> None:
        if waiting:
            clause = waiting.pop()
            running[pool.submit(_try, clause, wanted[clause], examples[clause], listed)] = (clause, pool)

    try:
        for pool in pools:
            start(pool)
        while running:
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                clause, pool = running.pop(future)
                try:
                    found[clause] = future.result()
                except BrokenProcessPool as error:
                    raise KeptError(
                        f"{clause}: the process that tried its mutants died, so nothing is known about them. "
                        f"Try it alone: kept rules mutate {clause}"
                    ) from error
                progress(1)
                start(pool)
    finally:
        for pool in pools:
            pool.shutdown(wait=False, cancel_futures=True)
    return found


# --- what changes nothing ------------------------------------------------------------------------------------------------


def read_listed(path: Path, rulebook: Rulebook) -> tuple[Listed, ...]:
    """The mutants listed as changing nothing; none when there is no such file.

    Raises:
        RulebookProblem: when the list is malformed, or names a duty that there is not.
    """
    if not path.exists():
        return ()
    try:
        content = read_yaml(path)
        entries = content if isinstance(content, list) else [content]
        found = tuple(Listed.model_validate(entry) for entry in entries)
    except RecordProblem as problem:
        raise RulebookProblem(str(problem)) from problem
    except ValidationError as error:
        raise RulebookProblem(f"{path}: {explain(error)}; an entry has duty, mutant and reason") from error
    known = {duty.id for duty in rulebook.duties}
    for one in found:
        if one.duty not in known:
            raise RulebookProblem(f"{path}: unknown duty '{one.duty}'{nearest(one.duty, known)}")
    return found


def _file(folder: Path, clause: str) -> Path:
    """The file of the clause's examples, below the folder; where it should be when there is none."""
    name = example_file(folder, clause).name
    return next(folder.glob(f"*/{name}"), folder / name)


def reported(mutation: Mutation, folder: Path) -> str:
    """Every mutant that nothing notices, with the file that wants an example, every stale entry, and the counts."""
    lines = []
    for survivor in mutation.unnoticed:
        lines += [str(survivor), f"    no example notices: add one to {_file(folder, survivor.clause)}"]
        if survivor.missing is not None and survivor.missing.example is not None:
            lines += [f"    this one would (variation {survivor.missing.tried:,} of {MOST_TRIED:,} at most); check it:"]
            lines.append(survivor.missing.example)
        elif survivor.missing is not None:
            lines.append(
                f"    none was found among {survivor.missing.tried:,} small variations of the clause's examples "
                f"(at most {MOST_TRIED:,} are tried)"
            )
    for one in mutation.stale:
        lines += [f"{one.duty}: {one.mutant}", f"    an example notices it: take it out of {folder / SURVIVORS}"]
    lines.append(
        f"{mutation.mutants:,} mutants, {mutation.noticed:,} noticed, {len(mutation.listed):,} listed as changing "
        f"nothing, {len(mutation.unnoticed):,} not noticed"
    )
    return "\n".join(lines)
