"""A team's digest as text, as a page, and as a mail. No name of a child, no free text: ids, days and links."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import quote

from engine.ledger.changed import How
from engine.ledger.digest import DAYS, Digest
from engine.ledger.waived import SOON
from engine.record.problem import harmless
from engine.record.whole_file import write_bytes_whole
from engine.report.page import environment
from engine.report.wording import NO_TEAM, day, many, shrunk, target

MOST_LISTED = 200
"""Of each kind; the digest says how many more there are."""

NOBODY = "kept@localhost"
"""Whom a mail in a file is from when the settings name nobody."""


def subject(digest: Digest) -> str:
    """What the mail is about, in a line: `Kept, 30 June 2025, north-2: 3 new, 1 put right, 5 falling due`."""
    counts = f"{len(digest.new):,} new, {len(digest.put_right):,} put right, {len(digest.due):,} falling due"
    return f"Kept, {day(digest.as_at)}, {_team(digest)}: {'nothing new' if digest.quiet else counts}"


def digest_text(digest: Digest, link: str | None = None) -> str:
    """The digest as plain text. `link` is what a case's page begins with; the id of the case follows it."""
    return "\n".join(_lines(digest, link)) + "\n"


def digest_page(digest: Digest, link: str | None = None) -> str:
    """The digest as a page that stands alone, and that a mail program shows."""
    return (
        environment()
        .get_template("digest.html")
        .render(
            digest=digest,
            team=_team(digest),
            subject=subject(digest),
            opening=list(_opening(digest)),
            days=DAYS,
            most=MOST_LISTED,
            link=lambda case: _link(link, case),
            how=_how,
            waivers=[_waiver(digest, place) for place in range(len(digest.waivers))],
        )
    )


def digest_mail(digest: Digest, sender: str, to: Sequence[str], at: datetime, link: str | None = None) -> EmailMessage:
    """The digest as a mail, as text and as a page. The same night's digest for the same people has the same Message-ID."""
    mail = EmailMessage(policy=SMTP)
    # What looks like an encoded word would be decoded, and may have the end of a line in it.
    mail["Subject"] = harmless(subject(digest), 200).replace("=?", "= ?")
    mail["From"] = Address("Kept", addr_spec=sender)
    if to:
        mail["To"] = tuple(Address(addr_spec=each) for each in to)
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<kept-{_hash(digest.run, digest.team, *to)[:32]}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(digest_text(digest, link))
    mail.add_alternative(digest_page(digest, link), subtype="html")
    boundary = f"=-kept-{_hash(digest.run, digest.team)[:24]}"
    mail.set_boundary(boundary)
    return mail


def write_digest(digest: Digest, directory: Path, mail: EmailMessage, link: str | None = None) -> list[Path]:
    """Write it into the directory as .txt, .html and .eml, each whole or not at all, and say where.

    Raises:
        KeptError: when it cannot be written there.
    """
    stem = directory / file_stem(digest.team)
    content = {
        ".txt": digest_text(digest, link).encode(),
        ".html": digest_page(digest, link).encode(),
        ".eml": mail.as_bytes(),
    }
    paths = [stem.with_name(stem.name + ending) for ending in content]
    for path, each in zip(paths, content.values(), strict=True):
        write_bytes_whole(path, each)
    return paths


def file_stem(team: str) -> str:
    """What a team's files are called: its name as far as it is safe, and what tells it from every other."""
    safe = re.sub(r"[^A-Za-z0-9]+", "-", team).strip("-")[:40].lower() or "no-team"
    return safe if safe == team else f"{safe}-{_hash(team)[:8]}"


def _lines(digest: Digest, link: str | None) -> Iterator[str]:
    yield f"Kept: {_team(digest)}, the night of {day(digest.as_at)}"
    yield ""
    yield from _opening(digest)
    sections = (
        ("New, or back again", [(each, f"was due {_day(each.due)}") for each in digest.new]),
        (f"Falling due in {DAYS} days", [(each, f"due {_day(each.due)}") for each in digest.due]),
        ("Put right", [(each, _how(each.how)) for each in digest.put_right]),
    )
    for title, rows in sections:
        if not rows:
            continue
        yield from ("", f"{title} ({len(rows):,})")
        for each, says in rows[:MOST_LISTED]:
            yield f"  {each.clause}  {harmless(each.case)}  {says}  {harmless(each.instance)}"
            if address := _link(link, each.case):
                yield f"    {address}"
        if len(rows) > MOST_LISTED:
            yield f"  and {len(rows) - MOST_LISTED:,} more, in the ledger"
    if digest.waivers:
        yield from ("", f"Waivers that count ({len(digest.waivers):,})")
        yield from (f"  {_waiver(digest, place)}" for place in range(len(digest.waivers)))


def _opening(digest: Digest) -> Iterator[str]:
    if digest.shrunk_from is not None:
        yield f"The night is incomplete. {shrunk(digest.there, digest.shrunk_from)} Ask whoever runs Kept whether to act on it."
    elif not digest.complete:
        yield "The night is incomplete: some cases could not be read or judged, and may be missing here."
    if digest.since_day is None:
        yield "It is the first night of its kind: there is none before to say what is new or was put right."
    elif digest.quiet:
        yield f"Nothing is new since {day(digest.since_day)}, nothing was put right, and nothing falls due in {DAYS} days."
    if digest.still:
        stale = f"; of those, {digest.stale:,} could not be judged again" if digest.stale else ""
        yield f"{many(digest.still, 'breach is', 'breaches are')} as before{stale}."


def _how(how: str) -> str:
    return _HOW.get(how, how.replace("_", " "))


_HOW: dict[str | How, str] = {
    "fulfilled": "done",
    "excused": "excused by the clause",
    "lapsed": "the case closed",
    "rule_changed": "the rule changed",
    "record_corrected": "the record was corrected",
    "undecided": "no longer breached; undecided",
}


def _waiver(digest: Digest, place: int) -> str:
    waiver = digest.waivers[place]
    soon = ", which is soon" if (waiver.ends - digest.as_at).days <= SOON else ""
    return f"waiver {waiver.number}: {harmless(target(waiver))} until {day(waiver.ends)}{soon}"


def _link(link: str | None, case: str) -> str:
    return f"{link}{quote(case, safe='', errors='replace')}" if link else ""


def _day(value: object) -> str:
    return str(value) if value else "on no day that is known"


def _team(digest: Digest) -> str:
    return harmless(digest.team or NO_TEAM, 80)


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
