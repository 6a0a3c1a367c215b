"""Sending the digests of a night to the addresses in the settings, and saying what became of each."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from engine.ledger.digest import Digest
from engine.ledger.store import Ledger
from engine.record.dictionary import Frozen
from engine.record.problem import KeptError, harmless
from engine.report.digest import NOBODY, digest_mail
from engine.report.wording import many
from engine.running.mailing import Letter, Sent, send
from engine.running.settings import Settings


class Told(Frozen):
    """What became of all, in lines; `failed` when one could not be sent, or nobody can say yet whether it was."""

    lines: tuple[str, ...]
    failed: bool


def sender(settings: Settings) -> str:
    """Whom a mail is from."""
    return settings.smtp.sender if settings.smtp else NOBODY


def send_digests(
    ledger: Ledger,
    settings: Settings,
    digests: Sequence[Digest],
    now: Callable[[], datetime],
    team: str | None = None,
    pause: Callable[[float], None] = time.sleep,
) -> Told:
    """Send them; those that were sent before are not sent again. `team` is the one that was asked for alone.

    Raises:
        KeptError: when there is no mail server in the settings or no address, or the ledger cannot be written to.
    """
    if settings.smtp is None:
        raise KeptError("There is no mail server to send from. Name it in the settings, under [smtp].")
    if not settings.teams:
        raise KeptError("There is no address to send to. Give each team's in the settings, under [teams].")
    quiet = settings.digests.when_nothing_new == "none"
    left = [each for each in digests if quiet and each.quiet]
    letters = [each for each in digests if each not in left]
    sent = send(ledger, settings.smtp, _letters(letters, settings, now), now, pause)
    known = {each.team for each in digests}
    unknown = [] if team is not None else sorted(set(settings.teams) - known)
    lines = [
        *map(_line, sent),
        *(f"{_shown(each.team)}: no address in the settings" for each in letters if not settings.teams.get(each.team)),
        *(f"{_shown(each.team)}: nothing new, and no mail" for each in left),
        *(f"{_shown(each)}: has addresses, and the last night knows no such team" for each in unknown),
    ]
    return Told(lines=tuple(lines), failed=any(each.state in ("failed", "held") for each in sent))


def _letters(digests: Sequence[Digest], settings: Settings, now: Callable[[], datetime]) -> Iterator[Letter]:
    for digest in digests:
        for address in dict.fromkeys(settings.teams.get(digest.team, ())):
            mail = digest_mail(digest, sender(settings), [address], now(), settings.digests.link)
            yield digest, address, mail


def _line(sent: Sent) -> str:
    whom = f"{_shown(sent.team)}: {harmless(sent.address, 120)}"
    if sent.state == "already":
        return f"{whom}: was sent before, and is not sent again"
    if sent.state == "held":
        return f"{whom}: {sent.problem}."
    before = f", after {many(sent.tries - 1, 'attempt')} on earlier calls" if sent.tries > 1 else ""
    if sent.state == "sent":
        return f"{whom}: sent{before}"
    return f"{whom}: not sent{before}: {sent.problem}. The next `kept digest --send` tries again."


def _shown(team: str) -> str:
    return harmless(team, 80) or "(no team)"
