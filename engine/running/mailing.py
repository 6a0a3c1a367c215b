"""Handing digests in at a mail server: each once, in the clear for nobody, and never waiting for ever."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Iterable
from datetime import datetime
from email.message import EmailMessage
from typing import Literal

from engine.ledger.digest import Digest, Sending, sending
from engine.ledger.store import Ledger
from engine.record.dictionary import Frozen
from engine.record.problem import KeptError, harmless
from engine.running.settings import Smtp

PATIENCE = 30.0
"""Seconds to wait for each answer of the mail server."""

PAUSE = 3.0
"""Seconds before a second attempt."""

_ATTEMPTS = 2
_REFUSED = (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError, ValueError)
"""It is this letter that the server does not take; the next one may be another matter."""

Letter = tuple[Digest, str, EmailMessage]
"""A digest, the address, and the mail to it."""


State = Literal["sent", "already", "failed", "held"]


class Sent(Frozen):
    """What became of one letter: `held` when another call has it in hand. `tries` counts the calls of Kept that tried, this
    one included; `problem` says why it failed or is held.
    """

    team: str
    address: str
    state: State
    tries: int
    problem: str = ""


def send(
    ledger: Ledger, smtp: Smtp, letters: Iterable[Letter], now: Callable[[], datetime], pause: Callable[[float], None]
) -> list[Sent]:
    """Send each letter that was not sent before, and say what became of each.

    The ledger is not locked while a mail is on its way. What fails is tried again by the next call. When the server cannot
    be reached at all, the rest is not tried.

    Raises:
        KeptError: when the password cannot be read, or the ledger not be written to.
    """
    post = _Post(smtp, _password(smtp), pause)
    found = []
    try:
        for digest, address, mail in letters:
            at = now()
            with sending(ledger, digest, address, at, pause) as letter:
                if letter.ours:
                    post.send(mail, smtp.sender, address)
                    letter.sent = not post.problem
            problem, state = "", _state(letter)
            if letter.held_until is not None:
                again = letter.held_until.astimezone(at.tzinfo)
                problem = f"another call is sending it, or was cut off while it did. Look again after {again:%H:%M}"
            elif state == "failed":
                problem = post.problem
            tries = letter.tries + 1 if letter.ours else letter.tries
            found.append(Sent(team=digest.team, address=address, state=state, tries=tries, problem=problem))
    finally:
        post.close()
    return found


def _state(letter: Sending) -> State:
    if letter.ours:
        return "sent" if letter.sent else "failed"
    return "already" if letter.already else "held"


class _Post:
    """A connection to the mail server, opened when it is needed. `problem` is why the last letter could not be sent."""

    def __init__(self, smtp: Smtp, password: str, pause: Callable[[float], None]) -> None:
        self._smtp, self._password, self._pause = smtp, password, pause
        self._server: smtplib.SMTP | None = None
        self._gone = False
        self.problem = ""

    def send(self, mail: EmailMessage, sender: str, address: str) -> None:
        if self._gone:
            return
        self.problem = ""
        for attempt in range(_ATTEMPTS):
            try:
                self._opened().send_message(mail, sender, [address])
            except _REFUSED as error:
                self.problem = _why(error)
                self.close()
                return
            except OSError as error:  # what smtplib raises is one too
                self.problem = _why(error)
                self.close()
                if attempt + 1 < _ATTEMPTS and not isinstance(error, smtplib.SMTPAuthenticationError):
                    self._pause(PAUSE)
                    continue
                self._gone = True
                return
            else:
                self.problem = ""
                return

    def close(self) -> None:
        if self._server is not None:
            try:
                self._server.quit()
            except OSError:
                self._server.close()
            self._server = None

    def _opened(self) -> smtplib.SMTP:
        if self._server is None:
            server = smtplib.SMTP(self._smtp.host, self._smtp.port, timeout=PATIENCE)
            try:
                if self._smtp.starttls:
                    server.starttls(context=ssl.create_default_context())
                if self._smtp.user is not None:
                    server.login(self._smtp.user, self._password)
            except BaseException:
                server.close()
                raise
            self._server = server
        return self._server


def _password(smtp: Smtp) -> str:
    """The first line of the file of the password; nothing without one."""
    if smtp.password_file is None:
        return ""
    name = harmless(str(smtp.password_file))
    try:
        lines = smtp.password_file.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise KeptError(f"{name}: the password for mail cannot be read ({why}). Nothing was sent.") from error
    if not lines or not lines[0]:
        raise KeptError(f"{name}: has no password in its first line. Nothing was sent.")
    return lines[0]


def _why(error: Exception) -> str:
    """What went wrong, without what was sent."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = sorted({code for code, _ in error.recipients.values()})
        return f"the mail server refused the address ({', '.join(map(str, codes))})"
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"the mail server refused the user or the password ({error.smtp_code})"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"the mail server refused it ({error.smtp_code})"
    if isinstance(error, ssl.SSLError):
        return f"the mail server cannot be trusted ({harmless(error.reason or type(error).__name__, 120)})"
    return f"the mail server cannot be used ({harmless(str(error), 120) or type(error).__name__})"
