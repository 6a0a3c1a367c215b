"""A check of the rules themselves, before they judge anything: what contradicts itself, is missing, or was forgotten.

Everything here is found by reading the rulebook; nothing is judged. Errors are certainly not what anybody meant; warnings
may be.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path
from types import ModuleType

from engine.duty.english import people
from engine.duty.language import AtOnce, Duty
from engine.duty.rulebook import Gathered, Rulebook, gather, overlap, refs, unknown_in
from engine.duty.values import Value, ValueVersion, read_values
from engine.policy.checks.conditions import impossible
from engine.policy.checks.flaw import Flaw, Places, Severity
from engine.policy.checks.order import tensions, told
from engine.policy.examples import example_file, read_examples
from engine.policy.reachable import reachable
from engine.record.calendar import birthday
from engine.record.problem import RulebookProblem

NO_SOURCE = frozenset({"", "?", "-", "todo", "tbc", "tbd", "source", "none", "n/a", "unknown", "to be confirmed"})
"""What somebody writes who has no source (yet)."""


def check_rules(package: ModuleType, values: Path, examples: Path, as_at: date) -> tuple[Flaw, ...]:
    """Everything that is wrong with a package of rules, its values and its examples: errors first, in the order of clauses.

    Raises:
        RulebookProblem: when the package or the values cannot be read at all.
    """
    gathered, known = gather(package), read_values(values)
    check = _Check(gathered, known, Places(package, values), as_at)
    found = [*check.duties(), *check.values(), *check.order(), *check.examples(examples)]
    return tuple(sorted(dict.fromkeys(found), key=lambda flaw: flaw.severity))


class _Check:
    def __init__(self, gathered: Gathered, values: dict[str, Value], places: Places, as_at: date) -> None:
        self.places, self.as_at, self.all = places, as_at, gathered.duties
        # Not validated: what one duty gets wrong should not hide what is wrong with the others.
        whole = Rulebook.model_construct(values=values, **gathered._asdict())
        self.unknown = {id(duty): wrong for duty in self.all if (wrong := unknown_in(whole, duty)) is not None}
        sound = tuple(duty for duty in self.all if id(duty) not in self.unknown)
        self.book = Rulebook.model_construct(values=values, **{**gathered._asdict(), "duties": sound})
        self.editions = self.book.editions()
        self.used = {ref.value for duty in self.all for ref in refs(duty)}

    def _duty(self, severity: Severity, kind: str, duty: Duty, wrong: str, remedy: str) -> Flaw:
        versions = [one for one in self.all if one.id == duty.id]
        version = next((number for number, one in enumerate(versions) if one.in_force == duty.in_force), 0)
        return Flaw(severity, kind, duty.id, self.places.duty(duty, version), wrong, remedy)

    def _value(self, severity: Severity, kind: str, value: Value, wrong: str, remedy: str) -> Flaw:
        return Flaw(severity, kind, value.name, self.places.value(value.name), wrong, remedy)

    # --- duties ------------------------------------------------------------------------------------------------------

    def duties(self) -> Iterator[Flaw]:
        """What is wrong with each duty and its versions."""
        for duty in self.all:
            if id(duty) in self.unknown:
                yield self._duty(
                    "error", "unknown", duty, self.unknown[id(duty)], "Correct the name, or add what it names."
                )
            yield from self._sources(duty)
        for one, two in itertools.pairwise(self.all):
            if overlap(one, two):
                wrong = f"two versions are in force from {people(two.in_force)} on"
                yield self._duty("error", "overlap", two, wrong, "End the first with ends= on that day.")
            elif one.id == two.id and one.until is not None and one.until < two.in_force:
                wrong = f"no version is in force from {people(one.until)} until {people(two.in_force)}"
                yield self._duty(
                    "warning", "gap", two, wrong, "Let the second begin when the first ends, if no gap is meant."
                )
        for duty in self.book.duties:
            yield from self._outcomes(duty)
            yield from self._before_its_values(duty)
        for edition in self.editions:
            for kind, wrong, remedy in impossible(edition, self.book.dictionary):
                yield self._duty("error", kind, edition.duty, wrong, remedy)

    def _sources(self, duty: Duty) -> Iterator[Flaw]:
        sources = {"the duty": duty.source}
        sources |= {f"exception {number}": excuse.source for number, excuse in enumerate(duty.unless, start=1)}
        if not isinstance(duty.deadline, AtOnce) and (source := getattr(duty.deadline, "source", None)) is not None:
            sources["the deadline"] = source
        for what, source in sources.items():
            if source.strip().lower() in NO_SOURCE:
                yield self._duty(
                    "error", "source", duty, f"{what} has no source", "Say where it stands, or that it is ours."
                )

    def _outcomes(self, duty: Duty) -> Iterator[Flaw]:
        """What whoever wrote the duty will expect to come of it, and cannot."""
        can = reachable(duty, self.book)
        if duty.at_closure == "lapses" and "lapsed" not in can and duty.must.form != "be_judged":
            wrong = "it can never lapse: nothing closes what it is owed in, or its limit is that closure"
            yield self._duty(
                "warning", "outcome", duty, wrong, "Say GOES_ON or FALLS_DUE, or what it ends with (ends_with=)."
            )
        if "met" not in can:
            wrong = "it can never be met: there is no limit on which what must never happen has not happened"
            yield self._duty(
                "warning", "outcome", duty, wrong, "Give it a limit (until=), or let it fall due at closure."
            )
        if "breached" not in can:
            wrong = "it can never be breached: nothing is due by any day, and no person judges it"
            yield self._duty("warning", "outcome", duty, wrong, "Say by when (within=, on=, by=), or who judges it.")

    def _before_its_values(self, duty: Duty) -> Iterator[Flaw]:
        """Days on which the duty is in force and a value that it uses is not."""
        for name in sorted({ref.value for ref in refs(duty)}):
            first = self.book.values[name].versions[0].from_
            if duty.in_force < first:
                until = people(min(first, duty.until) if duty.until else first)
                wrong = f"the value {name} begins only on {people(first)}: until {until} nobody can say what is due"
                yield self._duty("error", "gap", duty, wrong, f"Begin the value on {duty.in_force} or before.")

    # --- values ------------------------------------------------------------------------------------------------------

    def values(self) -> Iterator[Flaw]:
        """What is wrong with the dated values."""
        for value in self.book.values.values():
            for version in value.versions:
                if version.source.strip().lower() in NO_SOURCE:
                    wrong = f"the version from {people(version.from_)} has no source"
                    yield self._value("error", "source", value, wrong, "Say where it stands, or that it is ours.")
            if value.name not in self.used:
                yield self._value("warning", "unused", value, "no duty uses it", "Take it out, or use it.")
                continue
            yield from self._versions(value)
            yield from self._confirmed(value)

    def _versions(self, value: Value) -> Iterator[Flaw]:
        users = [duty for duty in self.all if value.name in {ref.value for ref in refs(duty)}]
        ends: list[date | None] = [*(version.from_ for version in value.versions[1:]), None]
        for version, end in zip(value.versions, ends, strict=True):
            if not any(_while(duty, version.from_, end) for duty in users):
                wrong = f"the version from {people(version.from_)} never holds while a duty that uses it is in force"
                yield self._value("warning", "gap", value, wrong, "Correct its day, or take it out.")
            if version.value is None:
                wrong = f"nobody has set it from {people(version.from_)} on: what rests on it is undetermined"
                yield self._value("warning", "unset", value, wrong, "Set it, when somebody can.")
            if version.value == ():
                wrong = f"the list from {people(version.from_)} is empty: no code is in it"
                yield self._value("error", "condition", value, wrong, "Name the codes, or end the duty that uses it.")

    def _confirmed(self, value: Value) -> Iterator[Flaw]:
        begun = [version for version in value.versions if version.from_ <= self.as_at]
        if not begun:
            return
        last = max(_confirmed_on(version, self.as_at) for version in begun)
        if birthday(last, 1) < self.as_at:
            wrong = f"nobody has confirmed for a year that it is still right (last on {people(last)})"
            remedy = f"Look, and add `confirmed: {self.as_at}` to its last version."
            yield self._value("warning", "confirmed", value, wrong, remedy)

    # --- between duties, and examples --------------------------------------------------------------------------------

    def order(self) -> Iterator[Flaw]:
        """What is due before what it waits for."""
        for tension in tensions(self.editions, self.book.calendar, self.as_at):
            yield self._duty(
                "warning", "order", tension[0].duty, told(tension), "Lengthen the one, or shorten the other."
            )

    def examples(self, folder: Path) -> Iterator[Flaw]:
        """Clauses whose examples are missing, cannot be read, or are drafts."""
        files = {path.name: path for path in sorted(folder.glob("*/*.yaml")) if path.parent.name != "cases"}
        for clause, duties in self.book.clauses.items():
            path = files.get(example_file(folder, clause).name)
            place = self.places.duty(duties[0])
            if path is None:
                remedy = f"Write them in {example_file(folder, clause).name}."
                yield Flaw("error", "examples", clause, place, "it has no examples", remedy)
                continue
            try:
                found = read_examples(path, self.book)
            except RulebookProblem as problem:
                yield Flaw("error", "examples", clause, str(path), str(problem), "Mend the file.")
                continue
            if all(example.draft for example in found):
                wrong = "all of its examples are drafts: nobody has agreed to any"
                yield Flaw("warning", "examples", clause, str(path), wrong, "Agree to some, and take `draft` away.")


def _while(duty: Duty, since: date, until: date | None) -> bool:
    """Whether the duty is in force on some day from `since` until the day before `until`."""
    return (until is None or duty.in_force < until) and (duty.until is None or since < duty.until)


def _confirmed_on(version: ValueVersion, as_at: date) -> date:
    days = [version.from_, *([version.confirmed] if version.confirmed and version.confirmed <= as_at else [])]
    return max(days)


# --- shown -----------------------------------------------------------------------------------------------------------------

TOGETHER = 3
"""How many flaws that say the same of different things are still shown one by one."""


def flaws_text(flaws: Iterable[Flaw]) -> str:
    """Each flaw with its place and what to do; many of one kind together. The counts at the end."""
    found = list(flaws)
    lines: list[str] = []
    for (severity, kind), group in itertools.groupby(found, key=lambda flaw: (flaw.severity, flaw.kind)):
        several = list(group)
        if kind == "confirmed" and len(several) > TOGETHER:
            names = ", ".join(flaw.of for flaw in several)
            lines += [
                f"{severity}: for a year nobody has confirmed that {len(several)} values are still right: {names}"
            ]
            lines += ["    Look at each, and add `confirmed:` with the day to its last version."]
            continue
        for flaw in several:
            lines += [
                f"{severity}: {flaw.of}: {flaw.wrong}",
                f"    {flaw.place + ': ' if flaw.place else ''}{flaw.remedy}",
            ]
    errors = sum(flaw.severity == "error" for flaw in found)
    return "\n".join([*lines, f"{errors} errors, {len(found) - errors} warnings"])


def flaws_json(flaws: Iterable[Flaw]) -> str:
    """The flaws as JSON."""
    return json.dumps({"flaws": [asdict(flaw) for flaw in flaws]}, indent=2, ensure_ascii=False)
