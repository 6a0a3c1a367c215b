"""A waiver's reason is free text that may name somebody: what shows it, and that it goes for good when its waiver goes."""

from __future__ import annotations

import json
import zlib
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest
from sqlalchemy import create_engine, text

import cli
from engine.ledger.digest import digests
from engine.ledger.exported import Chosen, export
from engine.ledger.migrations import upgrade
from engine.ledger.purge import purge, would_remove
from engine.ledger.schema import METADATA
from engine.ledger.store import Ledger
from engine.ledger.waivers import approve, ask, list_waivers, read_waivers, withdraw
from engine.report.digest import digest_mail, digest_page, digest_text, write_digest
from engine.report.export import write_export
from engine.report.page import night_page
from engine.report.results import night_json, write_jsonl
from engine.report.text import show_night
from engine.report.waivers_text import show_waivers, waiver_json, waivers_json
from tests.commands import Run
from tests.nights import AS_AT, FINISHED, day, finding, night
from tests.test_ledger_commands import LEDGER, NIGHT, WHERE, kept, made
from tests.test_report import fits
from tests.test_waivers import CLAUSES, INSTANCE, granted, on, shown

__all__ = ["kept", "made"]

WHO = "Whitlock"
REASON = f"Amy {WHO} is ill"


@pytest.fixture
def ledger(ledger: Ledger) -> Ledger:
    """A ledger with one night of every outcome in two cases, in each database."""
    night(ledger, 2)
    return ledger


def everything(ledger: Ledger) -> str:
    """All that the ledger's tables hold, with the summaries unpacked."""
    with ledger.reading() as connection:
        rows = [list(row) for table in METADATA.tables.values() for row in connection.execute(table.select())]
        summaries = connection.scalars(text("SELECT summary FROM runs WHERE summary IS NOT NULL"))
        return repr([rows, [zlib.decompress(summary) for summary in summaries]])


# --- who sees it -------------------------------------------------------------------------------------------------------


def test_no_export_has_it(ledger: Ledger, tmp_path: Path) -> None:
    granted(ledger, reason=REASON)
    granted(ledger, "NS-5.8", team="north-2", reason=REASON)
    for masked in (True, False):
        found = export(ledger, None, Chosen(), masked=masked)
        assert sorted(filter(None, found.findings["waived"].to_pylist())) == [1, 2, 2]
        assert WHO not in str(found)
        for form in ("csv", "xlsx", "jsonl", "parquet", "html"):
            file = tmp_path / f"out.{form}"
            write_export(found, form, file)
            if form == "xlsx":
                content = str([list(sheet.values) for sheet in openpyxl.load_workbook(file)])
            else:
                content = str(pq.read_table(file).to_pylist()) if form == "parquet" else file.read_text()
            assert "2025" in content
            assert WHO not in content


def test_no_digest_has_it(ledger: Ledger, tmp_path: Path) -> None:
    granted(ledger, reason=REASON)
    (digest,) = digests(ledger)
    assert [waiver.number for waiver in digest.waivers] == [1]
    mail = digest_mail(digest, "kept@example.org", ["a@example.org"], FINISHED)
    written = [path.read_text() for path in write_digest(digest, tmp_path / "out", mail)]
    for content in (repr(digest), digest_text(digest), digest_page(digest), str(mail), *written):
        assert "1" in content
        assert WHO not in content


def test_a_night_has_it_only_when_asked_for(ledger: Ledger) -> None:
    granted(ledger, reason=REASON)
    for unmasked in (True, False, True):  # the second and third are in the ledger already
        summary = night(ledger, 2, content="now", unmasked=unmasked)
        assert [each.waiver.number for each in summary.waived.in_force] == [1]
        texts = [shown(show_night, summary, {}), night_page(summary), night_json(summary), summary.model_dump_json()]
        for content in texts:
            assert "b.okafor" in content
            assert (WHO in content) == unmasked
        assert (">Reason</th>" in texts[1]) == unmasked
        assert fits(texts[2], "nightly")["waived"]["in_force"][0]["waiver"]["reason"] == (REASON if unmasked else "")
    assert everything(ledger).count(WHO) == 1  # in the waiver alone


def test_the_list_has_it_as_text_and_as_json_when_asked_for(ledger: Ledger) -> None:
    waiver = granted(ledger, reason=REASON)
    listed = list_waivers(ledger, AS_AT)
    assert REASON in shown(show_waivers, listed, AS_AT)
    for unmasked in (False, True):
        assert (WHO in waivers_json(listed, AS_AT, unmasked=unmasked)) == unmasked
        assert (WHO in waiver_json(waiver, AS_AT, unmasked=unmasked)) == unmasked
        assert (WHO in repr(read_waivers(ledger, unmasked=unmasked))) == unmasked
    assert WHO not in waivers_json(listed, AS_AT)
    assert WHO not in repr(read_waivers(ledger))


@pytest.mark.soak
def test_on_the_command_line(kept: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "_now", lambda: on(date(2025, 6, 30)))
    case, clause = "", ""
    with Ledger.open("ledger.sqlite") as opened, opened.reading() as connection:
        query = "SELECT \"case\", clause FROM outcomes WHERE outcome = 'breached' AND \"case\" LIKE 'C-%' AND run = '2025-06-30-0001'"
        case, clause = connection.execute(text(query)).first()  # type: ignore[misc]
    asked = ("--reason", REASON, "--until", "2025-07-30", "--by", "a.mensah")
    said = [
        kept("waive", clause, *LEDGER, *asked, "--format", "json"),
        kept("waive", "approve", "1", *LEDGER, "--by", "b.okafor", "--format", "json"),
    ]
    assert [ran.json["reason"] for ran in said] == ["", ""]
    of_case = ("check", case, *WHERE, "--clause", clause)
    last = (*NIGHT, "--as-at", "2025-07-01", "--report", "page.html")
    for unmasked in (False, True):
        options = ("--unmasked",) if unmasked else ()
        for form in ("text", "json", "jsonl"):
            out = kept(*of_case, "--format", form, *options).out
            assert (WHO in out) == unmasked
            assert "b.okafor" in out
        for form in ("text", "json"):
            out = kept(*last, "--format", form, *options).out
            assert (WHO in out) == unmasked
            assert "b.okafor" in out
            assert (WHO in (tmp_path / "page.html").read_text()) == unmasked
        assert (WHO in kept("waive", "list", *LEDGER, "--format", "json", *options).out) == unmasked
        assert WHO in kept("waive", "list", *LEDGER, *options).out
    # What the settings say of personal data is said of reasons too.
    (tmp_path / "kept.toml").write_text("[output]\nmasked = false\n")
    for command in (
        (*of_case, "--format", "json"),
        (*last, "--format", "json"),
        ("waive", "list", *LEDGER, "--format", "json"),
    ):
        assert WHO in kept("--config", "kept.toml", *command).out
        assert WHO not in kept("--config", "kept.toml", *command, "--masked").out


def test_json_lines_show_it_as_they_are_given(ledger: Ledger, tmp_path: Path) -> None:
    granted(ledger, reason=REASON)
    for unmasked in (False, True):
        (waiver,) = read_waivers(ledger, unmasked=unmasked)
        with (tmp_path / "lines.jsonl").open("w") as file:
            write_jsonl([finding(instance=INSTANCE)], file, {INSTANCE: waiver})
        content = fits((tmp_path / "lines.jsonl").read_text(), "check-line")
        assert content["waived"]["reason"] == (REASON if unmasked else "")


# --- and when it goes --------------------------------------------------------------------------------------------------


def waiver(ledger: Ledger, name: str, begins: int, until: int, **given: Any) -> int:
    """A waiver for those days, approved on its first, whose reason names that person."""
    at = on(day(begins))
    asked = ask(ledger, "NS-5.1", reason=f"about {name}", until=day(until), by=f"asks-{name}", at=at, clauses=CLAUSES)
    if given.get("approved", True):
        approve(ledger, asked.number, by=f"approves-{name}", at=at)
    return asked.number


def test_what_ended_before_the_day_goes_with_its_reason(ledger: Ledger) -> None:
    for ahead in range(1, 8):
        night(ledger, 2, as_at=day(ahead))
    waiver(ledger, "Adams", 0, 3)  # ended the day before
    waiver(ledger, "Baker", 0, 4)  # ends on the day
    withdraw(ledger, waiver(ledger, "Cooper", 0, 30), by="takes-Cooper", at=on(day(4)))  # ended the day before
    withdraw(ledger, waiver(ledger, "Dyer", 0, 30), by="takes-Dyer", at=on(day(5)))  # ended on the day
    waiver(ledger, "Evans", 0, 3, approved=False)
    waiver(ledger, "Foster", 0, 30, approved=False)
    withdraw(ledger, waiver(ledger, "Glover", 0, 30, approved=False), by="takes-Glover", at=on(day(2)))
    waiver(ledger, "Hunter", 0, 30)
    night(ledger, 2, as_at=day(8), content="x", unmasked=True)
    expected = would_remove(ledger, day(4))
    assert "about Adams" in everything(ledger)
    removed = purge(ledger, day(4), by="a", at=FINISHED).removed
    assert removed == expected
    assert (removed["waivers"], removed["waiver_entries"]) == (4, 4)
    left = everything(ledger)
    for gone in ("Adams", "Cooper", "Evans", "Glover"):
        assert gone not in left
    for stays in ("Baker", "Dyer", "Foster", "Hunter"):
        assert f"about {stays}" in left
    assert [each.number for each in read_waivers(ledger)] == [2, 4, 6, 8]
    assert {each.ends >= day(4) for each in read_waivers(ledger)} == {True}


def test_no_byte_of_a_reason_is_left(tmp_path: Path) -> None:
    def content() -> bytes:
        return b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.name.startswith("ledger.sqlite"))

    with Ledger.open(str(tmp_path / "ledger.sqlite")) as ledger:
        night(ledger, 2)
        waiver(ledger, "Adams", 0, 3)
        withdraw(ledger, waiver(ledger, "Cooper", 0, 30), by="takes-Cooper", at=on(day(4)))
        night(ledger, 2, as_at=day(6), content="x", unmasked=True)
        assert all(name in content() for name in (b"about Adams", b"about Cooper", b"takes-Cooper"))
        purge(ledger, day(5), by="a", at=FINISHED)
        assert [name for name in (b"Adams", b"Cooper") if name in content()] == []


def test_an_older_ledger_loses_the_reasons_in_its_summaries(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite"
    with Ledger.open(str(path)) as ledger:
        first = night(ledger, 2, content="x")
        granted(ledger, reason=REASON)
    with_waivers = json.loads(first.model_dump_json()) | {"waived": {"in_force": [REASON]}}
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        packed = zlib.compress(json.dumps(with_waivers).encode())
        connection.execute(text("UPDATE runs SET summary = :packed"), {"packed": packed})
        connection.execute(text("UPDATE kept_ledger SET schema = 7"))
        connection.execute(text("UPDATE kept_migrated SET version_num = '0007'"))
    with engine.begin() as connection:
        assert WHO in str(zlib.decompress(connection.execute(text("SELECT summary FROM runs")).scalar_one()))
        upgrade(connection)
    engine.dispose()
    with Ledger.open(str(path)) as ledger:
        assert everything(ledger).count(WHO) == 1
        again = night(ledger, 2, content="x", unmasked=True)
        assert (again.already, again.outcomes) == (True, first.outcomes)
        assert again.waived.in_force[0].waiver.reason == REASON
