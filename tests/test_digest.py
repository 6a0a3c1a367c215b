"""A team's digest: what is in it and what never is, as files and as mail through a real mail server, once for a night."""

from __future__ import annotations

import email
import re
import socket
import ssl
import subprocess
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from engine.judge.outcome import Judgements
from engine.ledger.digest import Digest, digests
from engine.ledger.store import Ledger
from engine.ledger.waivers import approve, ask
from engine.record.problem import KeptError
from engine.report.digest import digest_mail, digest_page, digest_text, file_stem, subject, write_digest
from engine.report.digest_sent import Told, send_digests
from engine.running.settings import Settings
from tests.commands import Run, runner
from tests.nights import FINISHED, FakeRun, finding, judgements, night, outcome_of

LINK = "https://cases.example.org/case/"
PASSWORD = "open sesame"  # noqa: S105 - a server of this test alone


class Post:
    """What a mail server was given, and what it answers."""

    def __init__(self) -> None:
        self.letters: list[tuple[str, EmailMessage]] = []
        self.answers: list[str] = []
        self.refuses: set[str] = set()

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: ARG002, N802
        if address in self.refuses:
            return "550 No such mailbox: <script>"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: ARG002, N802
        if self.answers:
            return self.answers.pop(0)
        mail = email.message_from_bytes(envelope.content, policy=default)
        assert isinstance(mail, EmailMessage)
        self.letters += [(address, mail) for address in envelope.rcpt_tos]
        return "250 OK"


class Server(NamedTuple):
    post: Post
    port: int


@pytest.fixture
def server() -> Iterator[Server]:
    """A mail server of its own, without encryption."""
    post = Post()
    controller = Controller(post, hostname="127.0.0.1", port=_free_port())
    controller.start()
    yield Server(post, controller.port)
    controller.stop()


@pytest.fixture
def guarded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """One that takes mail only over STARTTLS, from one user with one password."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
         "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    def check(server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:  # noqa: ARG001
        right = (given.login, given.password) == (b"kept", PASSWORD.encode())
        return AuthResult(success=right, handled=right)  # what is not handled here is refused by the server itself

    post = Post()
    controller = Controller(
        post, hostname="localhost", port=_free_port(), tls_context=context, require_starttls=True, auth_required=True,
        authenticator=check,
    )  # fmt: skip
    controller.start()
    yield Server(post, controller.port)
    controller.stop()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def settings(port: int, teams: dict[str, list[str]] | None = None, **given: Any) -> Settings:
    smtp = {"host": "127.0.0.1", "port": port, "starttls": False, "from": "kept@example.org"}
    content = {"smtp": smtp | given.pop("smtp", {}), "teams": teams or {"north-2": ["a@example.org"]}} | given
    return Settings.model_validate(content)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(str(tmp_path / "ledger.sqlite")) as opened:
        yield opened


def first(case: str) -> Judgements:
    return judgements(outcome_of(case, "breached", 0), outcome_of(case, "due", 3), case=case)


def second(case: str) -> Judgements:
    """The breach is put right, another one is there, and something falls due."""
    soon, later = date(2025, 7, 14), date(2025, 7, 17)
    return judgements(
        outcome_of(case, "met", 0),
        outcome_of(case, "breached", 1, missing="Amy Smith was not at home"),
        outcome_of(case, "due", 3, due=soon),
        outcome_of(case, "due", 6, due=later),
        outcome_of(case, "met", 2, team="south-1"),
        case=case,
    )


def two_nights(ledger: Ledger) -> None:
    night(ledger, run=FakeRun(1, gives=first))
    night(ledger, run=FakeRun(1, gives=second), as_at=date(2025, 7, 1))


def told(ledger: Ledger, given: Settings, at: datetime = FINISHED, **more: Any) -> Told:
    return send_digests(ledger, given, digests(ledger), lambda: at, pause=lambda _: None, **more)


def the(ledger: Ledger, team: str = "north-2") -> Digest:
    (found,) = digests(ledger, team)
    return found


# --- what is in it -----------------------------------------------------------------------------------------------------


def test_what_a_team_is_told(ledger: Ledger) -> None:
    two_nights(ledger)
    found = the(ledger)
    assert [each.instance for each in found.new] == ["C-1/NS-5.8a/amy/e1"]
    assert [(each.instance, each.how) for each in found.put_right] == [("C-1/NS-5.1/amy/e0", "fulfilled")]
    assert [each.due for each in found.due] == [date(2025, 7, 14)]  # the other is 16 days ahead
    assert (found.run, found.since) == ("2025-07-01-0001", "2025-06-30-0001")
    assert subject(found) == "Kept, 1 July 2025, north-2: 1 new, 1 put right, 1 falling due"
    text = digest_text(found, LINK)
    for said in ("C-1/NS-5.8a/amy/e1", "due 2025-07-14", "done", f"{LINK}C-1"):
        assert said in text
    page = digest_page(found, LINK)
    assert f'<a href="{LINK}C-1">C-1</a>' in page
    assert [each.team for each in digests(ledger)] == ["north-2", "south-1"]


def test_no_free_text_is_in_it(ledger: Ledger) -> None:
    two_nights(ledger)
    at = FINISHED + timedelta(days=1)
    until = date(2025, 7, 10)
    asked = ask(
        ledger,
        "C-1/NS-5.8a/amy/e1",
        clauses=(),
        reason="Amy Smith is ill",
        begins=at.date(),
        until=until,
        by="a",
        at=at,
    )
    approve(ledger, asked.number, by="b", at=at)
    found = the(ledger)
    assert [waiver.number for waiver in found.waivers] == [1]
    assert the(ledger, "south-1").waivers == ()
    mail = digest_mail(found, "kept@example.org", ["a@example.org"], FINISHED, LINK)
    for text in (digest_text(found), digest_page(found), str(mail)):
        assert "Amy Smith" not in text
    assert "waiver 1: C-1/NS-5.8a/amy/e1 until 10 July 2025, which is soon" in digest_text(found)


def test_the_first_night_says_that_it_is(ledger: Ledger) -> None:
    night(ledger, run=FakeRun(1, gives=first))
    found = the(ledger)
    assert (found.since, found.new, found.put_right) == (None, (), ())
    assert "first night of its kind" in digest_text(found)


def test_nothing_new_is_said_in_so_many_words(ledger: Ledger) -> None:
    for day in (29, 30):
        night(
            ledger,
            run=FakeRun(1, gives=lambda case: judgements(outcome_of(case, "breached"), case=case)),
            as_at=date(2025, 6, day),
        )
    found = the(ledger)
    assert found.quiet
    assert "Nothing is new since 29 June 2025" in digest_text(found)
    assert "1 breach is as before" in digest_text(found)
    assert subject(found).endswith("nothing new")


def test_an_incomplete_night_says_so_first(ledger: Ledger) -> None:
    night(ledger, 2)
    night(ledger, run=FakeRun(2, bad=[2]), as_at=date(2025, 7, 1))
    assert "incomplete" in digest_text(the(ledger)).splitlines()[2]
    assert "1 could not be judged again" in digest_text(the(ledger))


def test_a_team_or_a_night_that_there_is_not(ledger: Ledger) -> None:
    with pytest.raises(KeptError, match="no night in it yet"):
        digests(ledger)
    two_nights(ledger)
    with pytest.raises(KeptError, match="did you mean 'north-2'"):
        digests(ledger, "north-3")
    with pytest.raises(KeptError, match="there is no night"):
        digests(ledger, None, "2025-06-30-0009")
    night(ledger, described="another", as_at=date(2025, 6, 1))
    with pytest.raises(KeptError, match=r"none beside it|cannot be compared"):
        digests(ledger, None, "2025-06-01-0001")
    with pytest.raises(KeptError, match="none beside it"):
        digests(ledger, None, "2025-07-01-0001")


HOSTILE = (
    "x\r\nBcc: evil@example.org", "x\nSubject: other", "../../etc/passwd", "<script>alert(1)</script>", "\u202eknil",
    "a\0b", "=?utf-8?q?=0ABcc:_e@e.org?=", "é" * 300, "\ud800", "x\u2028Bcc: y", "",
)  # fmt: skip


@pytest.mark.parametrize("team", HOSTILE)
def test_a_hostile_team_puts_nothing_in_a_header_a_page_or_a_path(tmp_path: Path, ledger: Ledger, team: str) -> None:
    night(ledger, run=FakeRun(1, gives=lambda case: judgements(finding(), case=case)))
    found = the(ledger).model_copy(update={"team": team})
    mail = digest_mail(found, "kept@example.org", ["a@example.org"], FINISHED, LINK)
    read = email.message_from_bytes(mail.as_bytes(), policy=default)
    assert sorted(read.keys()) == sorted(
        ["Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"]
    )
    assert [each.addr_spec for each in read["To"].addresses] == ["a@example.org"]
    assert "\n" not in read["Subject"]
    assert "<script" not in digest_page(found)
    folder = tmp_path / "digests"
    paths = write_digest(found, folder, mail, LINK)
    assert {path.parent for path in paths} == {folder}
    assert sorted(folder.iterdir()) == sorted(paths)
    assert re.fullmatch(r"[a-z0-9-]+", file_stem(team))


def test_every_team_has_files_of_its_own() -> None:
    assert len({file_stem(team) for team in (*HOSTILE, "north-2", "North-2", "north 2", "north_2")}) == len(HOSTILE) + 4
    assert file_stem("north-2") == "north-2"


# --- through a mail server ---------------------------------------------------------------------------------------------


def test_the_same_night_is_sent_once(ledger: Ledger, server: Server) -> None:
    two_nights(ledger)
    given = settings(server.port, {"north-2": ["a@example.org", "b@example.org"], "south-1": ["c@example.org"]})
    assert told(ledger, given).lines == (
        "north-2: a@example.org: sent", "north-2: b@example.org: sent", "south-1: c@example.org: sent",
    )  # fmt: skip
    again = told(ledger, given)
    assert not again.failed
    assert all("was sent before" in line for line in again.lines)
    assert [address for address, _ in server.post.letters] == ["a@example.org", "b@example.org", "c@example.org"]
    _, mail = server.post.letters[0]
    body = mail.get_body(("plain",))
    assert body is not None
    assert "C-1/NS-5.8a/amy/e1" in body.get_content()
    night(ledger, run=FakeRun(1, gives=second), as_at=date(2025, 7, 2))
    assert told(ledger, given).lines[0] == "north-2: a@example.org: sent"
    assert len({mail["Message-ID"] for _, mail in server.post.letters}) == 6


def test_what_failed_is_tried_again_and_says_so(ledger: Ledger, server: Server) -> None:
    two_nights(ledger)
    given = settings(server.port, {"north-2": ["a@example.org", "b@example.org"]})
    server.post.refuses.add("a@example.org")
    found = told(ledger, given)
    assert found.failed
    assert found.lines[0] == (
        "north-2: a@example.org: not sent: the mail server refused the address (550). The next `kept digest --send` tries again."
    )
    assert found.lines[1] == "north-2: b@example.org: sent"
    assert "after 1 attempt on earlier calls" in told(ledger, given).lines[0]
    server.post.refuses.clear()
    assert told(ledger, given).lines[0] == "north-2: a@example.org: sent, after 2 attempts on earlier calls"
    assert sorted(address for address, _ in server.post.letters) == ["a@example.org", "b@example.org"]


def test_a_server_that_will_not_have_it_now_is_asked_again(ledger: Ledger, server: Server) -> None:
    two_nights(ledger)
    server.post.answers = ["451 later"]
    found = told(ledger, settings(server.port, {"north-2": ["a@example.org", "b@example.org"]}))
    assert [line.rpartition(": ")[2][:40] for line in found.lines][1] == "sent"
    assert "refused it (451)" in found.lines[0]
    assert not told(ledger, settings(server.port)).failed


def test_a_server_that_is_not_there_is_not_waited_for_by_every_team(ledger: Ledger) -> None:
    two_nights(ledger)
    waited: list[float] = []
    given = settings(_free_port(), {"north-2": ["a@example.org", "b@example.org"], "south-1": ["c@example.org"]})
    found = send_digests(ledger, given, digests(ledger), lambda: FINISHED, pause=waited.append)
    assert found.failed
    assert len(waited) == 1
    assert all("the mail server cannot be used" in line for line in found.lines)


def test_a_server_that_says_nothing_is_left(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    two_nights(ledger)
    monkeypatch.setattr("engine.running.mailing.PATIENCE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        found = told(ledger, settings(silent.getsockname()[1]))
    assert found.failed
    assert "timed out" in found.lines[0]


def test_over_starttls_with_a_password(ledger: Ledger, guarded: Server, tmp_path: Path) -> None:
    two_nights(ledger)
    (tmp_path / "password").write_text(f"{PASSWORD}\n")
    smtp = {"host": "localhost", "starttls": True, "user": "kept", "password_file": str(tmp_path / "password")}
    given = settings(guarded.port, smtp=smtp)
    (tmp_path / "password").write_text("wrong\n")
    refused = told(ledger, given)
    assert "refused the user or the password (535)" in refused.lines[0]
    assert "wrong" not in refused.lines[0]
    (tmp_path / "password").write_text(f"{PASSWORD}\n")
    assert told(ledger, given).lines[0] == "north-2: a@example.org: sent, after 1 attempt on earlier calls"
    assert len(guarded.post.letters) == 1
    (tmp_path / "password").write_text("")
    with pytest.raises(KeptError, match="has no password"):
        told(ledger, given)
    (tmp_path / "password").unlink()
    with pytest.raises(KeptError, match="cannot be read"):
        told(ledger, given)


def test_a_server_that_nobody_vouches_for_gets_nothing(
    ledger: Ledger, guarded: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_nights(ledger)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    found = told(ledger, settings(guarded.port, smtp={"host": "localhost", "starttls": True}))
    assert "cannot be trusted" in found.lines[0]
    assert guarded.post.letters == []


def test_a_server_without_encryption_gets_nothing_when_it_is_asked_for(ledger: Ledger, server: Server) -> None:
    two_nights(ledger)
    assert told(ledger, settings(server.port, smtp={"starttls": True})).failed
    assert server.post.letters == []


def test_a_team_with_nothing_new_gets_a_short_mail_or_none(ledger: Ledger, server: Server) -> None:
    two_nights(ledger)
    teams = {"south-1": ["c@example.org"], "west": ["w@example.org"]}
    found = told(ledger, settings(server.port, teams, digests={"when_nothing_new": "none"}))
    assert found.lines == (
        "north-2: no address in the settings", "south-1: nothing new, and no mail", "west: has addresses, and the last night knows no such team",
    )  # fmt: skip
    told(ledger, settings(server.port, teams))
    assert [mail["Subject"] for _, mail in server.post.letters] == ["Kept, 1 July 2025, south-1: nothing new"]


# --- the command -------------------------------------------------------------------------------------------------------


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.chdir(tmp_path)
    return runner(capsys)


def test_the_command(ledger: Ledger, tmp_path: Path, kept: Run, server: Server) -> None:
    two_nights(ledger)
    asked = ("digest", "--ledger", "ledger.sqlite")
    status, out, _ = kept(*asked, "--team", "north-2")
    assert status == 0
    assert out.startswith("Kept: north-2, the night of 1 July 2025\n")
    assert kept(*asked, "--out", "mails")[0] == 0
    assert sorted(path.name for path in (tmp_path / "mails").iterdir()) == [
        f"{team}.{form}" for team in ("north-2", "south-1") for form in ("eml", "html", "txt")
    ]
    status, _, err = kept(*asked, "--send")
    assert (status, "under [smtp]" in err) == (3, True)
    (tmp_path / "kept.toml").write_text(
        f'[digests]\nlink = "{LINK}"\n[smtp]\nhost = "127.0.0.1"\nport = {server.port}\nstarttls = false\nfrom = "kept@example.org"\n'
        '[teams]\nnorth-2 = ["a@example.org"]\n'
    )
    assert kept(*asked, "--send", "--config", "kept.toml")[:2] == (
        0, "north-2: a@example.org: sent\nsouth-1: no address in the settings\n",
    )  # fmt: skip
    assert "was sent before" in kept("--config", "kept.toml", *asked, "--send")[1]
    night(ledger, run=FakeRun(1, gives=second), as_at=date(2025, 7, 2))
    server.post.refuses.add("a@example.org")
    status, _, err = kept(*asked, "--send", "--config", "kept.toml")
    assert (status, "not sent" in err) == (2, True)
