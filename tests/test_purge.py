"""Removing a period for good: what goes, what stays, that it is noted, and that no byte of it is left."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, text

from engine.judge.outcome import Judgements
from engine.ledger import purge as purging
from engine.ledger.changes import changes_since
from engine.ledger.digest import digests, sending
from engine.ledger.purge import purge, purges, would_remove
from engine.ledger.reading import outcomes_of
from engine.ledger.schema import METADATA
from engine.ledger.store import Ledger
from engine.ledger.waivers import approve, ask, read_waivers
from engine.record.problem import KeptError
from tests.commands import runner
from tests.nights import FINISHED, FakeRun, finding, invariants, judgements, night, outcome_of

FIRST = date(2025, 6, 1)
DAYS = [FIRST + timedelta(days=ahead) for ahead in range(6)]
CUT = DAYS[3]
MOVED = "stale without a state"
"""What was stale already when the first night that stays was judged is stale from the beginning: not wrong here."""


@pytest.fixture
def ledger(where: str) -> Iterator[Ledger]:
    with Ledger.open(where) as opened:
        yield opened


def gives(day: int) -> Callable[[str], Judgements]:
    """Each night: one breach of that night alone, one that stands for three nights, one that always stands."""

    def of(case: str) -> Judgements:
        alone = finding(
            case=case,
            instance=f"{case}/only-{day}/x",
            subject=f"child-of-{day}",
            practitioner=f"fca-{day}",
            evidence=(f"event-{day}",),
        )
        some = finding(case=case, instance=f"{case}/some-{day // 3}/x")
        return judgements(alone, some, outcome_of(case, "breached"), case=case)

    return of


def six_nights(ledger: Ledger) -> None:
    """Of ten cases; case 9 cannot be read in the first three and a half of the time, case 8 never after the first."""
    for day, on in enumerate(DAYS):
        bad = [8] * (day > 0) + [9] * (day % 4 < 2)
        night(ledger, run=FakeRun(10, sorted(bad), gives(day)), as_at=on)


def seen(ledger: Ledger) -> dict[str, list[Any]]:
    """Every outcome of every night that stays, also those that are stale, and what was set aside in it."""
    found = {}
    with ledger.reading() as connection:
        for run in [each.id for each in ledger.runs() if each.as_at >= CUT]:
            rows = connection.execute(
                text('SELECT instance, "case", outcome, subject, team, practitioner, CASE WHEN stale_since IS NULL THEN 0 ELSE 1 END '
                     "FROM outcomes WHERE run = :run ORDER BY 1"), {"run": run},
            ).all()  # fmt: skip
            aside = connection.execute(
                text('SELECT q."case", q.problem FROM runs r JOIN quarantine q ON q.series = r.series AND q.from_run <= r.number '
                     "AND (q.until_run IS NULL OR q.until_run > r.number) WHERE r.id = :run ORDER BY 1, 2"), {"run": run},
            ).all()  # fmt: skip
            found[run] = [tuple(row) for row in (*rows, *aside)]
    return found


def everything(ledger: Ledger) -> str:
    with ledger.reading() as connection:
        tables = {
            name: [list(row) for row in connection.execute(table.select())] for name, table in METADATA.tables.items()
        }
    return repr(tables)


def test_what_stays_is_as_it_was_and_the_rest_is_gone(ledger: Ledger) -> None:
    six_nights(ledger)
    before, since = seen(ledger), changes_since(ledger, ledger.runs()[4].id)
    expected = would_remove(ledger, CUT)
    assert len(ledger.runs()) == 6
    done = purge(ledger, CUT, by="a.mensah", at=FINISHED)
    assert done.removed == expected
    assert (done.removed["runs"], done.removed["series"]) == (3, 0)
    assert [run.as_at for run in ledger.runs()] == DAYS[3:]
    assert seen(ledger) == before
    assert [wrong for wrong in invariants(ledger) if wrong[0] != MOVED] == []
    assert changes_since(ledger, ledger.runs()[1].id) == since
    left = everything(ledger)
    for day in range(6):
        assert (f"/only-{day}/x" in left) == (
            day >= 3 or f"C-8/only-{day}/x" in str(before) or f"C-9/only-{day}/x" in str(before)
        )
    assert "fca-1'" not in left
    assert 'event-1"' not in left
    for day, on in enumerate((DAYS[5] + timedelta(days=1), DAYS[5] + timedelta(days=2)), start=6):
        night(ledger, run=FakeRun(10, [8], gives(day)), as_at=on)
    assert [wrong for wrong in invariants(ledger) if wrong[0] != MOVED] == []


def test_it_is_noted(ledger: Ledger) -> None:
    six_nights(ledger)
    assert purges(ledger) == []
    first = purge(ledger, DAYS[1], by="a.mensah", at=FINISHED)
    second = purge(ledger, CUT, by="b.osei", at=FINISHED + timedelta(days=1))
    assert purges(ledger) == [first, second]
    assert (second.by, second.before, second.at) == ("b.osei", CUT, FINISHED + timedelta(days=1))
    nothing = purge(ledger, CUT, by="b.osei", at=FINISHED)
    assert not any(nothing.removed.values())
    assert len(purges(ledger)) == 2


def test_the_only_nights_are_never_all_removed(ledger: Ledger) -> None:
    with pytest.raises(KeptError, match="no night in it yet"):
        would_remove(ledger, CUT)
    six_nights(ledger)
    before = everything(ledger)
    for attempt in (
        lambda: would_remove(ledger, date(2026, 1, 1)),
        lambda: purge(ledger, date(2026, 1, 1), by="a", at=FINISHED),
    ):
        with pytest.raises(KeptError, match="no night would be left: the last looks from 2025-06-06"):
            attempt()
    with pytest.raises(KeptError, match="Say who"):
        purge(ledger, CUT, by=" ", at=FINISHED)
    assert everything(ledger) == before


def test_a_series_of_before_goes_altogether(ledger: Ledger) -> None:
    night(ledger, run=FakeRun(2, gives=gives(0)), as_at=FIRST, described="what was moved away")
    night(ledger, 2, as_at=DAYS[4])
    removed = purge(ledger, CUT, by="a", at=FINISHED).removed
    assert (removed["runs"], removed["series"]) == (1, 1)
    left = everything(ledger)
    assert "moved away" not in left
    assert "only-0" not in left
    assert invariants(ledger) == []


def test_waivers_and_digests_of_what_went_go_too(ledger: Ledger) -> None:
    six_nights(ledger)
    with ledger.adding() as connection:
        values = {
            "run": ledger.runs()[0].id,
            "team": "north-2",
            "address": "gone@example.org",
            "tries": 1,
            "sent": True,
            "under_way": False,
        }
        connection.execute(insert(METADATA.tables["digests"]), values | {"tried_at": FINISHED.replace(tzinfo=None)})
    (digest,) = digests(ledger)
    with sending(ledger, digest, "stays@example.org", FINISHED) as letter:
        letter.sent = True
    then = FINISHED.replace(day=1)
    for target, until in (
        ("C-1/only-0/x", DAYS[5]), ("C-1/only-4/x", DAYS[5]), ("NS-5.1", DAYS[2]), ("NS-5.1", DAYS[5])
    ):  # fmt: skip
        asked = ask(ledger, target, reason="no visit", until=until, by="a", at=then, clauses=("NS-5.1",))
        approve(ledger, asked.number, by="b", at=then)
    removed = purge(ledger, CUT, by="a", at=FINISHED).removed
    assert (removed["waivers"], removed["waiver_entries"], removed["digests"]) == (2, 2, 1)
    assert [(waiver.number, waiver.target) for waiver in read_waivers(ledger)] == [(2, "C-1/only-4/x"), (4, "NS-5.1")]
    left = everything(ledger)
    assert "gone@example.org" not in left
    assert "stays@example.org" in left


def test_it_is_all_or_nothing(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    six_nights(ledger)
    before = everything(ledger)
    monkeypatch.setattr(purging, "_REMOVE_LAST", (*purging._REMOVE_LAST, ("none", "DELETE FROM nowhere")))
    with pytest.raises(KeptError):
        purge(ledger, CUT, by="a", at=FINISHED)
    assert everything(ledger) == before


def bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir() if path.name.startswith("ledger.sqlite"))


def test_no_byte_of_it_is_left_in_the_file(tmp_path: Path) -> None:
    with Ledger.open(str(tmp_path / "ledger.sqlite")) as ledger:
        six_nights(ledger)
        gone = [b"C-1/only-0/x", b"C-10/only-2/x", b"child-of-1", b"fca-2", b"event-1"]
        assert [each for each in gone if each not in bytes_of(tmp_path)] == []
        would_remove(ledger, CUT)
        assert [each for each in gone if each not in bytes_of(tmp_path)] == []
        purge(ledger, CUT, by="a", at=FINISHED)
        assert [each for each in gone if each in bytes_of(tmp_path)] == []
        assert b"C-1/only-4/x" in bytes_of(tmp_path)
        run = ledger.runs()[0].id
        assert sum(batch.num_rows for batch in outcomes_of(ledger, run))
    assert [each for each in gone if each in bytes_of(tmp_path)] == []


@pytest.mark.soak
def test_somebody_who_reads_keeps_the_bytes_and_is_named_as_the_reason(tmp_path: Path) -> None:
    where = str(tmp_path / "ledger.sqlite")
    with Ledger.open(where) as ledger:
        six_nights(ledger)
        other = Ledger.open(where)
        with other.reading() as connection:
            connection.execute(text("SELECT count(*) FROM states")).all()
            with pytest.raises(KeptError, match="may still be in the file: purge again"):
                purge(ledger, CUT, by="a", at=FINISHED)
            assert len(ledger.runs()) == 3
        other.close()
        purge(ledger, CUT, by="a", at=FINISHED)
        assert b"C-1/only-0/x" not in bytes_of(tmp_path)


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    kept = runner(capsys, "purge", "--ledger", "ledger.sqlite")
    assert kept("--before", "2025-06-04")[0] == 3
    with Ledger.open("ledger.sqlite") as ledger:
        six_nights(ledger)
        status, out, _ = kept("--before", "2025-06-04")
        assert (status, len(ledger.runs())) == (0, 6)
        assert out.startswith("From before 4 June 2025, this would be removed for good: 3 nights, ")
        assert kept()[1] == "Nothing was ever removed from this ledger.\n"
        status, out, _ = kept("--before", "2025-06-04", "--yes", "--by", "a.mensah", "--format", "json")
        assert (status, json.loads(out)["done"], json.loads(out)["removed"]["runs"]) == (0, True, 3)
        assert len(ledger.runs()) == 3
    assert "a.mensah removed what was from before 4 June 2025: 3 nights, " in kept()[1]
    assert kept("--before", "2025-06-04", "--yes")[1] == "Nothing in the ledger is from before 4 June 2025 alone.\n"
    assert kept("--before", "2030-01-01", "--yes")[0] == 3
