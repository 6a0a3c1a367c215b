"""What can be wrong with what we were given.

    KeptError                 anything Kept refuses to go on with; has a message for a person
    ├── RecordProblem         a case file or a caseload that cannot be read: file, place, problem, remedy
    └── RulebookProblem       a duty, a value, an example or a frozen rulebook that makes no sense

A fault (Kept itself failing on one duty of one case) is not an error class: see `engine.judge.outcome.Fault`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class KeptError(Exception):
    """Anything Kept refuses to go on with. The message is written for a person and says what to do next."""


class RecordProblem(KeptError):
    """A case file or a caseload that cannot be read.

    `file` and `place` say where, `problem` what is wrong, `remedy` what would put it right.
    """

    def __init__(self, file: str, place: str, problem: str, remedy: str) -> None:
        self.file, self.place, self.problem, self.remedy = (harmless(text) for text in (file, place, problem, remedy))
        where = f"{self.file}: {self.place}" if self.place else self.file
        super().__init__(f"{where}: {self.problem}. {self.remedy}")


class RulebookProblem(KeptError):
    """A duty, a value, an example or a frozen rulebook that makes no sense; the message names it."""


def harmless(text: str, most: int = 300) -> str:
    """The text with everything a terminal would act on shown as an escape, and cut to `most` characters."""
    shown = "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
    return shown if len(shown) <= most else f"{shown[: most - 1]}…"


def nearest(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'child_seen'?` for the known word nearest to `word`, or nothing."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean '{close[0]}'?" if close else ""
