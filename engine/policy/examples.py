"""Examples: the specification of a clause, as a policy officer writes it, run by one generic test.

`fixtures/national_standards/ns_5_1.yaml` holds the examples of NS-5.1:

    clause: NS-5.1
    given:                                  # optional: what every example below begins with
      case: {id: C-1, law: private, work: section_7, team: north-1}
      objects: {amy: {type: child, born: 2016-05-02}}
      timeline: [{id: accepted, date: 2025-03-04, event: case_accepted}]
    examples:
      - name: A child seen on the tenth working day is in time
        as_at: 2025-03-18
        timeline: [{id: seen, date: 2025-03-18, event: child_seen, child: amy}]
        expect: [{subject: amy, outcome: met, due: 2025-03-18, done: 2025-03-18, evidence: [accepted, seen]}]

An example's `case` and `objects` are laid over those given, its `timeline` comes after the one given. `expect` lists
every finding of the clause, no more and no fewer (`[]`: it applies to nobody), each with outcome, due date and evidence;
`duty` and `subject` say which, where there are several; `flags` are none unless they are listed.

`draft: true` marks an example that nobody has agreed to yet: it is tried and counted apart, and fails nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path

from pydantic import Field, ValidationError

from engine.duty.language import Force, Standing
from engine.duty.rulebook import Rulebook, number
from engine.duty.values import explain
from engine.judge.case_judge import CaseJudge
from engine.judge.outcome import Fault, Finding, Flag, Judgements, Outcome
from engine.record.casefile import build_case
from engine.record.dictionary import Frozen
from engine.record.model import CaseRecord
from engine.record.problem import RecordProblem, RulebookProblem
from engine.record.strict_yaml import Mapping, read_yaml
from engine.record.timeline import View


class Expected(Frozen):
    """One expected finding. What is left out of `duty`, `subject`, `start`, `done`, `force`, `standing` is not compared."""

    outcome: Outcome
    due: date | None
    evidence: tuple[str, ...]
    flags: tuple[Flag, ...] = ()
    duty: str | None = None
    subject: str | None = None
    start: date | None = None
    done: date | None = None
    force: Force | None = None
    standing: Standing | None = None

    def fits(self, finding: Finding) -> bool:
        """Whether the finding is the one expected."""
        exact = (self.outcome, self.due, self.evidence, tuple(sorted(self.flags)))
        got = (finding.outcome, finding.due, finding.evidence, tuple(sorted(finding.flags)))
        optional = ("duty", "subject", "start", "done", "force", "standing")
        return exact == got and all(getattr(self, name) in (None, getattr(finding, name)) for name in optional)


@dataclass(frozen=True, slots=True)
class Given:
    """What a file gives to all of its examples: so many events, and things of these ids, as they are there."""

    events: int = 0
    things: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Example:
    """One example: a sentence, a timeline, from where it is looked at, and what must come out.

    `given` is how many of the events, and which of the objects, the file gives to all of its examples. A `draft` is
    tried, and proves nothing.
    """

    clause: str
    name: str
    place: str
    case: CaseRecord
    view: View
    stated_only: bool
    expect: tuple[Expected, ...]
    draft: bool = False
    given: Given = Given()


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of an example: it passed when nothing was missing, nothing was too many, and nothing failed."""

    example: Example
    missing: tuple[Expected, ...]
    unexpected: tuple[Finding, ...]
    faults: tuple[Fault, ...]

    @property
    def passed(self) -> bool:
        """Whether the findings were exactly those expected."""
        return not (self.missing or self.unexpected or self.faults)


class _ExampleBody(Frozen):
    name: str = Field(min_length=15)
    as_at: date
    known_at: date | str | None = None
    stated_only: bool = False
    draft: bool = False
    objects: dict[str, object] = {}
    timeline: tuple[object, ...] = ()
    expect: tuple[Expected, ...]


def example_file(folder: Path, clause: str) -> Path:
    """The file that holds a clause's examples: `ns_5_1.yaml` for NS-5.1."""
    return folder / f"{clause.lower().replace('-', '_').replace('.', '_')}.yaml"


def read_examples(path: Path, rulebook: Rulebook) -> tuple[Example, ...]:
    """The examples in a file.

    Raises:
        RulebookProblem: naming file, example and what is wrong.
    """
    try:
        content = read_yaml(path)
        return _ExampleFile(path, content, rulebook).examples
    except RecordProblem as problem:
        raise RulebookProblem(str(problem)) from problem


class _ExampleFile:
    def __init__(self, path: Path, content: object, rulebook: Rulebook) -> None:
        self.path, self.rulebook = path, rulebook
        if not isinstance(content, Mapping) or set(content) - {"clause", "given", "examples"}:
            raise RulebookProblem(f"{path}: an example file has clause, given (if wanted) and examples, nothing else")
        self.clause = content.get("clause")
        if self.clause not in rulebook.clauses:
            raise RulebookProblem(f"{path}: clause {self.clause!r} is not in the rulebook")
        if example_file(path.parent, str(self.clause)) != path:
            raise RulebookProblem(
                f"{path}: the examples of {self.clause} belong in {example_file(path.parent, str(self.clause)).name}"
            )
        given = content.get("given") or {}
        examples = content.get("examples")
        if not isinstance(given, dict) or not isinstance(examples, list) or not examples:
            raise RulebookProblem(f"{path}: no examples")
        self.given, self.content = given, examples

    @cached_property
    def examples(self) -> tuple[Example, ...]:
        found = tuple(self._example(position, entry) for position, entry in enumerate(self.content, start=1))
        names = [example.name for example in found]
        for name in names:
            if names.count(name) > 1:
                raise RulebookProblem(f"{self.path}: two examples are called '{name}'")
        return found

    def _example(self, position: int, entry: object) -> Example:
        place = f"example {position}"
        try:
            roots = self.rulebook.dictionary.roots
            told = {key: value for key, value in _mapping(entry).items() if key not in roots}
            body = _ExampleBody.model_validate(_tuples(told))
        except ValidationError as error:
            raise RulebookProblem(f"{self.path}: {place}: {explain(error)}") from error
        content = self._laid_over(entry if isinstance(entry, Mapping) else Mapping())
        case = build_case(content, self.rulebook.dictionary, str(self.path), f"{place}: ")
        view = View(body.as_at, self._known_at(body.known_at, place))
        return Example(
            clause=str(self.clause),
            name=body.name,
            place=f"{self.path}: {place}",
            case=case,
            view=view,
            stated_only=body.stated_only,
            expect=body.expect,
            draft=body.draft,
            given=self._given(case, entry),
        )

    def _known_at(self, said: date | str | None, place: str) -> datetime | None:
        """The moment that an example is known at: a day alone is the end of it."""
        if said is None:
            return None
        if isinstance(said, date):
            return View(said).known_at
        try:
            return datetime.fromisoformat(said).replace(tzinfo=None)
        except ValueError:
            raise RulebookProblem(
                f"{self.path}: {place}: known_at: {said!r} is not a moment; write 2025-03-04 or 2025-03-04T16:30"
            ) from None

    def _given(self, case: CaseRecord, entry: object) -> Given:
        """What the example has from the file, and does not say again itself."""
        own = _mapping(_mapping(entry).get("objects"))
        things = [name for name in _mapping(self.given.get("objects")) if name not in own]
        if case.root.type in self.given and case.root.type not in _mapping(entry):
            things.append(case.root.id)
        return Given(len(_list(self.given.get("timeline"))), tuple(things))

    def _laid_over(self, entry: Mapping) -> Mapping:
        content = Mapping()
        content.line = entry.line
        for root in self.rulebook.dictionary.roots:
            if root in self.given or root in entry:
                content[root] = {**_mapping(self.given.get(root)), **_mapping(entry.get(root))}
        content["objects"] = {**_mapping(self.given.get("objects")), **_mapping(entry.get("objects"))}
        content["timeline"] = [*_list(self.given.get("timeline")), *_list(entry.get("timeline"))]
        return content


def _mapping(content: object) -> dict[str, object]:
    return content if isinstance(content, dict) else {}


def _list(content: object) -> list[object]:
    return content if isinstance(content, list) else []


def _tuples(content: object) -> object:
    if isinstance(content, dict):
        return {
            key: _tuples(value) if key in ("expect", "evidence", "flags", "timeline") else value
            for key, value in content.items()
        }
    if isinstance(content, list):
        return tuple(_tuples(item) for item in content)
    return content


class Trials:
    """Runs examples, each by its own clause alone."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        self._judges: dict[tuple[str, bool], CaseJudge] = {}

    def findings(self, example: Example) -> tuple[Finding, ...]:
        """Every finding of the example's clause."""
        return self.judged(example).findings

    def judged(self, example: Example) -> Judgements:
        """What judging the example's clause gives."""
        key = (example.clause, example.stated_only)
        if key not in self._judges:
            self._judges[key] = CaseJudge(self.rulebook, only=[example.clause], stated_only=example.stated_only)
        return self._judges[key].judge(example.case, example.view, explained=True)

    def run(self, example: Example) -> Trial:
        """What came of the example."""
        judged = self.judged(example)
        left, missing = list(judged.findings), []
        for expected in example.expect:
            found = next((finding for finding in left if expected.fits(finding)), None)
            if found is None:
                missing.append(expected)
            else:
                left.remove(found)
        return Trial(example, tuple(missing), tuple(left), judged.faults)


def read_all(folder: Path, rulebook: Rulebook) -> dict[str, tuple[Example, ...]]:
    """The examples of every clause that has a file anywhere below `folder`, in the order of the clauses.

    Raises:
        RulebookProblem: when a file is malformed, or belongs to no clause.
    """
    files = {path.name: path for path in sorted(folder.glob("*/*.yaml")) if path.parent.name != "cases"}
    found: dict[str, tuple[Example, ...]] = {}
    for clause in sorted(rulebook.clauses, key=number):
        path = files.pop(example_file(folder, clause).name, None)
        found[clause] = read_examples(path, rulebook) if path else ()
    for path in files.values():
        raise RulebookProblem(f"{path}: belongs to no clause of the rulebook")
    return found


def told(trial: Trial) -> str:
    """A failed example in words: what was expected, what came out, and why."""
    example = trial.example
    lines = [f"{example.place}: {example.name}"]
    lines += [f"    expected  {_line(expected)}" for expected in trial.missing]
    for finding in trial.unexpected:
        lines += [f"    got       {_line(finding)}", f"              {finding.why}"]
    lines += [f"    fault     {fault.duty}: {fault.error}" for fault in trial.faults]
    if not trial.unexpected and not trial.faults:
        lines.append("    got       nothing more: the clause applied to nobody else")
    return "\n".join(lines)


def _line(one: Expected | Finding) -> str:
    shown = {"duty": one.duty, "subject": one.subject, "outcome": one.outcome, "due": one.due, "done": one.done,
             "evidence": ", ".join(one.evidence), "flags": ", ".join(one.flags)}  # fmt: skip
    return "  ".join(f"{key} {value}" for key, value in shown.items() if value)
