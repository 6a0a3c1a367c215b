"""What falls due as iCalendar (RFC 5545): one file, or a folder with one for each practitioner or team.

Each instance is an all-day event on its due date: Outlook shows no to-dos that come in a file. Its UID follows from the
instance's id, its SEQUENCE and LAST-MODIFIED from the night since which it has stood just so, so that a date that moved
moves the entry, and the same night gives the same bytes. What is done is no longer in the file. Ids only, no names.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import UTC, timedelta
from pathlib import Path
from uuid import UUID, uuid5

from icalendar import Calendar, Event

from engine.ledger.coming import By, Coming, Due
from engine.record.problem import KeptError, harmless
from engine.record.whole_file import write_whole
from engine.record.whole_folder import write_folder
from engine.report.coming_text import grouped
from engine.report.wording import STANDINGS

SUFFIX = ".ics"
MARKER = "kept-calendars.json"
"""Says that the folder is ours, and which files are in it."""

_INSTANCES = UUID("6b657074-0000-5000-8000-636f6d696e67")
NOBODY = "nobody"
"""Whose calendar it is where the record names no practitioner or team."""

_PLAIN = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}", re.ASCII)
_DEVICES = re.compile(r"con|prn|aux|nul|(com|lpt)[0-9]", re.ASCII)


def check_place(path: Path, by: By | None) -> None:
    """Refuse a folder when nobody said for whom its files are.

    Raises:
        KeptError: saying what to give.
    """
    if path.suffix.lower() != SUFFIX and by is None:
        raise KeptError(
            f"{harmless(str(path))}: a folder of calendars has a file for each practitioner or team: say which with --by. "
            f"For one file, end its name in {SUFFIX}."
        )


def write_calendars(found: Coming, path: Path, by: By | None) -> None:
    """Write one file, or the whole folder: files of those for whom nothing is due any more are gone.

    Raises:
        KeptError: when it cannot be written there, or something else is there.
    """
    check_place(path, by)
    if path.suffix.lower() == SUFFIX:
        write_whole(path, calendar_text(found.due, found.team))
        return
    files = {file_name(name): calendar_text(due, name or NOBODY) for name, due in grouped(found.due, by)}
    write_folder(path, files, MARKER, f"calendars by {by}")


def file_name(name: str) -> str:
    """The name of somebody's file: their id where every system takes it as a name, else what is left of it and a hash."""
    if _PLAIN.fullmatch(name) and not _DEVICES.fullmatch(name):
        return f"{name}{SUFFIX}"
    left = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or NOBODY
    return f"{left}~{hashlib.sha256(name.encode()).hexdigest()[:12]}{SUFFIX}"


def calendar_text(due: Iterable[Due], whose: str = "") -> str:
    """The calendar; `whose` is shown as its name."""
    calendar = Calendar()
    calendar.add("prodid", "-//Kept//what falls due//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", harmless(f"Falling due: {whose}" if whose else "Falling due", 100))
    for each in due:
        calendar.add_component(_event(each))
    written: bytes = calendar.to_ical()
    return written.decode("utf-8")


def uid(instance: str) -> str:
    """The UID of an instance: the same for ever, and nothing can be read from it."""
    return f"{uuid5(_INSTANCES, instance)}@kept"


def _event(due: Due) -> Event:
    event = Event()
    changed = due.changed_at.replace(tzinfo=UTC, microsecond=0)
    event.add("uid", uid(due.instance))
    event.add("summary", harmless(f"{due.duty} {due.title} ({due.case})".replace("  ", " "), 200))
    event.add("description", "\n".join(_told(due)))
    event.add("dtstart", due.due)
    event.add("dtend", due.due + timedelta(days=1))
    event.add("dtstamp", changed)
    event.add("last-modified", changed)
    event.add("sequence", due.changed_in)
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT")
    event.add("x-microsoft-cdo-alldayevent", "TRUE")
    event.add("x-microsoft-cdo-busystatus", "FREE")
    event.add("categories", ["Kept"])
    return event


def _told(due: Due) -> Iterable[str]:
    yield harmless(f"Due: {due.instance}")
    yield f"Deadline: {STANDINGS[due.standing]}"
    if due.provisional:
        yield "The bank holidays up to the due date are not all known yet."
