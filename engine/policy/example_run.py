"""A run of examples: which passed, which failed and why, with the drafts counted apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.duty.rulebook import Rulebook
from engine.judge.account import Account, account_of, not_started
from engine.judge.outcome import Fault, Finding
from engine.policy.examples import Example, Expected, Trial, Trials, read_all
from engine.record.problem import KeptError

COMPARED = ("duty", "subject", "outcome", "start", "due", "done", "evidence", "flags", "force", "standing")
"""What is set side by side, in this order."""

ALWAYS = ("outcome", "due", "evidence", "flags")
"""What every expectation says; the rest is compared where it is said."""


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that was expected and what came: None where it was not asked, or nothing came. `differs`: not the same."""

    what: str
    expected: str | None
    got: str | None
    differs: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """An expected finding beside the one that came in its place; one of them may be wanting.

    `why` is what the finding says of itself; the accounts say what it rests on, or why nothing started.
    """

    duty: str
    subject: str
    rows: tuple[Row, ...]
    why: str
    accounts: tuple[Account, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one example."""

    clause: str
    name: str
    place: str
    draft: bool
    differences: tuple[Difference, ...]
    faults: tuple[Fault, ...]

    @property
    def passed(self) -> bool:
        """Whether the findings were exactly those expected, and nothing failed."""
        return not (self.differences or self.faults)


@dataclass(frozen=True, slots=True)
class ExampleRun:
    """What came of all of them, in the order of the clauses. A draft is in none of the numbers but its own."""

    rulebook: str
    results: tuple[Result, ...]

    @property
    def passed(self) -> int:
        """How many passed, without the drafts."""
        return sum(one.passed for one in self.results if not one.draft)

    @property
    def failed(self) -> int:
        """How many failed, without the drafts."""
        return sum(not one.passed for one in self.results if not one.draft)

    @property
    def drafts(self) -> int:
        """How many drafts were tried."""
        return sum(one.draft for one in self.results)

    @property
    def drafts_failing(self) -> int:
        """How many of the drafts fail."""
        return sum(one.draft and not one.passed for one in self.results)


def chosen_examples(folder: Path, rulebook: Rulebook, clauses: Iterable[str]) -> tuple[Example, ...]:
    """The examples of these clauses, or of the clauses that these duties are part of; all when none is named.

    Raises:
        RulebookProblem: for an unknown clause or a malformed file.
        KeptError: when there is none of that: nothing would be tried.
    """
    wanted = rulebook.chosen(clauses)
    chosen = {duty.clause for duty in rulebook.duties if duty.id in wanted}
    found = tuple(
        example for clause, examples in read_all(folder, rulebook).items() if clause in chosen for example in examples
    )
    if not found:
        raise KeptError("There is no example of that: nothing was tried.")
    return found


def run_examples(
    rulebook: Rulebook, examples: Sequence[Example], progress: Callable[[int], None] = lambda _: None
) -> ExampleRun:
    """Tries each example; `progress` is told of each one done."""
    trials, results = Trials(rulebook), []
    for example in examples:
        results.append(result_of(rulebook, trials.run(example)))
        progress(1)
    return ExampleRun(rulebook.sha256, tuple(results))


def result_of(rulebook: Rulebook, trial: Trial) -> Result:
    """What came of a trial, with each difference accounted for."""
    example = trial.example
    return Result(
        clause=example.clause,
        name=example.name,
        place=example.place,
        draft=example.draft,
        differences=tuple(_difference(rulebook, example, *pair) for pair in _pairs(trial)),
        faults=trial.faults,
    )


def _pairs(trial: Trial) -> list[tuple[Expected | None, Finding | None]]:
    """Each expected finding that did not come with the most similar of those that came unexpected."""
    left = list(trial.unexpected)
    pairs: list[tuple[Expected | None, Finding | None]] = []
    for expected in trial.missing:
        fitting = [one for one in left if _may_be(expected, one)]
        got = max(fitting, key=lambda one: _alike(expected, one), default=None)
        if got is not None:
            left.remove(got)
        pairs.append((expected, got))
    return [*pairs, *((None, finding) for finding in left)]


def _may_be(expected: Expected, finding: Finding) -> bool:
    """Whether they are about the same duty and subject, as far as is said."""
    return expected.duty in (None, finding.duty) and expected.subject in (None, finding.subject)


def _alike(expected: Expected, finding: Finding) -> tuple[bool, int]:
    """How alike they are: what started it first of all."""
    started = expected.evidence[:1] == finding.evidence[:1] and expected.start in (None, finding.start)
    return started, sum(getattr(expected, name) == getattr(finding, name) for name in COMPARED)


def _difference(rulebook: Rulebook, example: Example, expected: Expected | None, got: Finding | None) -> Difference:
    accounts: list[Account] = []
    if got is not None:
        accounts.append(account_of(rulebook, example.case, example.view, got, stated_only=example.stated_only))
    elif expected is not None:
        duties = dict.fromkeys(duty.id for duty in rulebook.clauses[example.clause])
        names = [expected.duty] if expected.duty in duties else list(duties)
        accounts += [
            not_started(rulebook, example.case, example.view, name, expected.subject) for name in names if name
        ]
    one = got or expected
    assert one is not None  # noqa: S101 - a pair has at least one
    return Difference(
        duty=one.duty or example.clause,
        subject=one.subject or "",
        rows=tuple(_rows(expected, got)),
        why=got.why if got else "",
        accounts=tuple(accounts),
    )


def _rows(expected: Expected | None, got: Finding | None) -> list[Row]:
    rows = []
    for name in COMPARED:
        asked = expected is not None and (name in ALWAYS or getattr(expected, name) is not None)
        if not asked and (got is None or expected is not None or name in ("force", "standing", "flags")):
            continue
        wanted = _shown(getattr(expected, name)) if asked else None
        came = _shown(getattr(got, name)) if got is not None else None
        if name == "flags" and not (wanted or came):
            continue
        differs = wanted != came if name != "flags" else _sorted(wanted) != _sorted(came)
        rows.append(Row(name, wanted, came, differs))
    return rows


def _sorted(flags: str | None) -> list[str]:
    return sorted((flags or "").split(", "))


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(value)
    return "none" if value is None else str(value)
