"""The changelog of the rules: Markdown for people, strict enough that a program reads every entry of it.

    ## 2026-03-01: revision

    - clauses: NS-3.2, NS-3.4
    - applies from: 2026-04-01
    - moved: due to breached 3, met with another due date 12
    - sample: 200 cases, seed 1, as at 2026-09-30
    - rulebook: sha256:…

    What changed and why, in paragraphs.

The newest entry stands first; the oldest is the `beginning`, and no other is. `applies from: the start` is what holds
for every day, `moved: nothing` what changes no outcome and no due date on the sample caseload.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from datetime import date
from typing import Literal, NoReturn, get_args

from engine.record.problem import RulebookProblem, harmless

Kind = Literal["beginning", "correction", "revision", "technical"]

KINDS: dict[Kind, str] = {
    "beginning": "what stood when this log was begun",
    "correction": "we had misread the standard",
    "revision": "the standard, or a value, changed from a day",
    "technical": "nothing may move",
}

NOTHING, ALWAYS, ALL, NONE, NOT_MEASURED = "nothing", "the start", "all", "none", "not measured"

_HEADING = re.compile(r"## (\d{4}-\d{2}-\d{2}): ([a-z]+)")
_FIELD = re.compile(r"- ([a-z ]+): (.+)")
_MOVED = re.compile(r"([a-z ]+?) (?:to ([a-z ]+)|with another due date) (\d{1,9})")
_HASH = re.compile(r"sha256:[0-9a-f]{64}")
_FIELDS = ("clauses", "applies from", "moved", "sample", "rulebook")


@dataclass(frozen=True, slots=True)
class Moved:
    """So many instances go from an outcome to another (`not owed`: to nothing); the same one twice is another due date."""

    before: str
    after: str
    instances: int

    def __str__(self) -> str:
        to = "with another due date" if self.before == self.after else f"to {self.after}"
        return f"{self.before} {to} {self.instances}"


@dataclass(frozen=True, slots=True)
class Change:
    """One entry. `applies_from` is None for what holds from the start; `clauses` may also be `words`, `calendar`,
    `values`, `all` of them, or `none` where only the form of the rulebook changed.
    """

    on: date
    kind: Kind
    clauses: tuple[str, ...]
    applies_from: date | None
    moved: tuple[Moved, ...]
    sample: str
    rulebook: str
    says: tuple[str, ...]

    def __str__(self) -> str:
        fields = (
            ", ".join(self.clauses),
            self.applies_from.isoformat() if self.applies_from else ALWAYS,
            ", ".join(str(each) for each in self.moved) or NOTHING,
            self.sample,
            self.rulebook,
        )
        lines = [f"## {self.on.isoformat()}: {self.kind}", ""]
        lines += [f"- {name}: {said}" for name, said in zip(_FIELDS, fields, strict=True)]
        for paragraph in self.says:
            lines += ["", paragraph]
        return "\n".join(lines) + "\n"


def read_changes(text: str, name: str) -> tuple[Change, ...]:
    """The entries of a changelog, newest first; what stands before the first is for people only. `name` is the file's.

    Raises:
        RulebookProblem: naming the line that is not as it should be.
    """
    lines = text.splitlines()
    starts = [number for number, line in enumerate(lines) if line.startswith("## ")]
    found = [
        _Entry(lines[start:end], name, start + 1).change for start, end in itertools.pairwise([*starts, len(lines)])
    ]
    for newer, older in itertools.pairwise(found):
        if newer.on < older.on:
            raise RulebookProblem(f"{name}: the entry of {newer.on} stands before that of {older.on}; newest first")
        if newer.kind == "beginning":
            raise RulebookProblem(f"{name}: the entry of {newer.on} is a beginning, and not the oldest")
        if newer.rulebook == older.rulebook:
            raise RulebookProblem(f"{name}: the entries of {newer.on} and {older.on} have one rulebook")
    if found and found[-1].kind != "beginning":
        raise RulebookProblem(f"{name}: the oldest entry, of {found[-1].on}, should be the beginning")
    return tuple(found)


class _Entry:
    """Reads the lines of one entry; `first` is the number of the first of them."""

    def __init__(self, lines: list[str], name: str, first: int) -> None:
        self._lines, self._name, self._first = lines, name, first

    @property
    def change(self) -> Change:
        heading = _HEADING.fullmatch(self._lines[0])
        if heading is None or heading[2] not in get_args(Kind):
            self._refuse(0, f"an entry begins '## 2026-03-01: KIND', with one of {', '.join(KINDS)}")
        fields: dict[str, str] = {}
        at = 2
        for at, wanted in enumerate(_FIELDS, start=2):
            line = self._lines[at] if at < len(self._lines) else ""
            field = _FIELD.fullmatch(line)
            if field is None or field[1] != wanted:
                self._refuse(at, f"should be '- {wanted}: …'")
            fields[wanted] = field[2].strip()
        if not _HASH.fullmatch(fields["rulebook"]):
            self._refuse(at, "should be sha256: and 64 digits, as `kept rules freeze` prints it")
        says = [part.strip() for part in re.split(r"\n\s*\n", "\n".join(self._lines[at + 1 :])) if part.strip()]
        if not says:
            self._refuse(at, "what changed and why should follow, in words")
        kind: Kind = heading[2]  # type: ignore[assignment]
        moved = self._moved(fields["moved"])
        if kind == "technical" and moved:
            self._refuse(0, "a technical change may move nothing, and this one does")
        return Change(
            on=self._day(heading[1], 0),
            kind=kind,
            clauses=tuple(fields["clauses"].split(", ")),
            applies_from=None if fields["applies from"] == ALWAYS else self._day(fields["applies from"], 3),
            moved=moved,
            sample=fields["sample"],
            rulebook=fields["rulebook"],
            says=tuple(" ".join(part.split()) for part in says),
        )

    def _moved(self, text: str) -> tuple[Moved, ...]:
        if text == NOTHING:
            return ()
        found = []
        for part in text.split(", "):
            match = _MOVED.fullmatch(part)
            if match is None:
                self._refuse(
                    4, f"'{harmless(part)}' should be as in 'due to breached 3' or 'met with another due date 12'"
                )
            found.append(Moved(match[1], match[2] or match[1], int(match[3])))
        return tuple(found)

    def _day(self, text: str, line: int) -> date:
        try:
            return date.fromisoformat(text)
        except ValueError:
            self._refuse(line, f"'{harmless(text)}' is not a date; write it as 2026-03-01")

    def _refuse(self, line: int, why: str) -> NoReturn:
        raise RulebookProblem(f"{self._name}: line {self._first + line}: {why}")
