"""The log of a night: one JSON line for each thing that happens, to keep and to search for years.

No name and no free text of a record can get into it. A line has only the keys of `KEYS`, and each only what such a key may
hold: numbers, days and moments, ids as the record's dictionary has them, and words of ours. Everything else is dropped, and
`dropped` says how many keys were.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TextIO

import structlog

from engine.judge.outcome import OUTCOMES
from engine.record.dictionary import ID
from engine.record.problem import KeptError, harmless
from engine.record.tables import TABLES
from engine.running.settings import STDERR, Level

LEVELS: Mapping[Level, int] = {"debug": 10, "info": 20, "warning": 30, "error": 40}

EVENTS = {
    "started": "the night began: by which rulebook, seen from when",
    "stage": "a stage is done, and took so many seconds",
    "step": "one of the steps of judging, all parts of the caseload together (at level debug)",
    "quarantined": "a case that cannot be read was set aside: its id, if it is one, and the table",
    "fault": "a duty that could not be judged in one case: the type of the error only",
    "counted": "what the night came to",
    "unlisted": "there are more of the event `of` than are listed here; the ledger has them all",
    "finished": "the night is in the ledger",
    "failed": "it is not, or not all was written: the type of the error, and of what caused it",
}
STAGES = ("opening", "checking", "judging", "writing", "reporting")

_WORDS = re.compile(r"[a-z][a-z ,'-]{0,99}")
_ERROR = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,59}")
_DUTY = re.compile(r"[A-Z]{2,4}(-[A-Z]{2,4})?-[0-9]{1,3}(\.[0-9]{1,3})?[a-z]?")
_RUN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}-[0-9]{4,9}")
_HASH = re.compile(r"sha256:[0-9a-f]{64}")
_VERSION = re.compile(r"[0-9][0-9A-Za-z.+!-]{0,39}")


def _like(pattern: re.Pattern[str]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, str) and bool(pattern.fullmatch(value))


def _one_of(words: object) -> Callable[[object], bool]:
    return lambda value: isinstance(value, str) and value in words  # type: ignore[operator]


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _flag(value: object) -> bool:
    return isinstance(value, bool)


def _moment(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(datetime.fromisoformat(value))
    except ValueError:
        return False


def _outcomes(value: object) -> bool:
    return isinstance(value, dict) and all(name in OUTCOMES and _number(many) for name, many in value.items())


KEYS: Mapping[str, Callable[[object], bool]] = {
    "at": _moment,
    "level": _one_of(LEVELS),
    "event": _one_of(EVENTS),
    "run": _like(_RUN),
    "previous": _like(_RUN),
    "version": _like(_VERSION),
    "rulebook": _like(_HASH),
    "as_at": _moment,
    "known_at": _moment,
    "stated_only": _flag,
    "stage": _one_of(STAGES),
    "step": _like(_WORDS),
    "seconds": _number,
    "case": _like(ID),
    "table": _one_of(TABLES),
    "duty": _like(_DUTY),
    "error": _like(_ERROR),
    "cause": _like(_ERROR),
    "of": _one_of(EVENTS),
    **dict.fromkeys(("cases", "instances", "quarantined", "faults", "shrunk_from", "unlisted"), _number),
    "outcomes": _outcomes,
    "complete": _flag,
    "already": _flag,
    "dropped": _number,
}
"""Every key that a line may have, and what it may hold."""


class NightLog:
    """Writes lines to a stream, those of `level` and above; without a stream it does nothing. `now` gives moments with a zone.

    A line that cannot be written (the disk is full) stops no night: `lost` counts them.
    """

    def __init__(self, stream: TextIO | None, level: Level, now: Callable[[], datetime]) -> None:
        self._stream, self.lost = stream, 0

        def stamped(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
            line["at"] = now().astimezone(UTC).isoformat(timespec="milliseconds")
            return line

        self._logger = structlog.wrap_logger(
            self,
            processors=[structlog.processors.add_log_level, stamped, known_only, structlog.processors.JSONRenderer()],
            wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
            context_class=dict,
        )

    def tell(self, event: str, level: Level = "info", **said: Any) -> None:
        """One line about one of `EVENTS`."""
        if self._stream is not None:
            self._logger.log(LEVELS[level], event, **said)

    def _line(self, line: str) -> None:
        try:
            assert self._stream is not None  # noqa: S101 - `tell` has looked
            self._stream.write(line + "\n")
            self._stream.flush()
        except (OSError, ValueError):
            self.lost += 1

    debug = info = warning = error = _line  # what structlog calls


def known_only(_: Any, __: str, line: MutableMapping[str, Any]) -> dict[str, Any]:
    """What of a line may be written, in the order of `KEYS`."""
    plain = {key: value.isoformat() if isinstance(value, date) else value for key, value in line.items()}
    kept = {key: plain[key] for key, fits in KEYS.items() if key in plain and fits(plain[key])}
    lost = sum(1 for value in plain.values() if value is not None) - len(kept)
    return kept | {"dropped": lost} if lost else kept


@contextmanager
def night_log(to: Path | None, level: Level, now: Callable[[], datetime]) -> Iterator[NightLog]:
    """The log in that file, to which lines are added, or on standard error for `-`; without one it does nothing.

    Raises:
        KeptError: when the file cannot be written to.
    """
    if to is None or to == STDERR:
        yield NightLog(None if to is None else sys.stderr, level, now)
        return
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(to, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "no path can be so"
        raise KeptError(
            f"{harmless(str(to))}: the log cannot be written there ({why}). Name a file in a directory that you may write to."
        ) from error
    stream = os.fdopen(handle, "a", encoding="utf-8", newline="\n")
    try:
        yield NightLog(stream, level, now)
    finally:
        with suppress(OSError):  # what could not be written is counted already
            stream.close()
