"""What is handed out: every form, formulas that are none, masks that nobody can undo, pictures, and whole files only."""

from __future__ import annotations

import csv
import json
import re
import zipfile
from datetime import date
from pathlib import Path
from typing import Any, get_args

import openpyxl
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.judge.outcome import Finding, Judgements
from engine.ledger.exported import COLUMNS, Chosen, Exported, export
from engine.ledger.masking import Mask, mask_key
from engine.ledger.store import Ledger
from engine.record.problem import KeptError
from engine.report import export as forms
from engine.report.export import Form, write_export
from tests.commands import Run, runner
from tests.conftest import ROOT
from tests.nights import FakeRun, finding, judgements, night, outcome_of

FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\uff1d1", "\uff0b1", "\uff0d1", "\uff20A1", "  =1")
SECRETS = ("amy-smith", "C-secret", "fca-jones", "evidence-e9", "begun-e1", "no value is set")


def real(**given: Any) -> Finding:
    """A finding whose id is as Kept makes them."""
    made = finding(**given)
    return made.model_copy(update={"instance": f"{made.duty}/{made.case}/{made.subject}/{made.evidence[0]}"})


def personal(case: str) -> Judgements:
    """One case whose every id is one that must not be seen."""
    about = {
        "case": "C-secret",
        "subject": "amy-smith",
        "practitioner": "fca-jones",
        "evidence": ("begun-e1", "evidence-e9"),
    }
    one = real(**about, missing="no value is set")
    report = real(**(about | {"subject": "C-secret", "subject_type": "case"}))
    staff = real(**(about | {"subject": "fca-jones", "subject_type": "practitioner", "team": "south-1"}))
    return judgements(one, report, staff, case=case)


@pytest.fixture
def ledger(tmp_path: Path) -> Any:
    with Ledger.open(str(tmp_path / "ledger.sqlite")) as opened:
        yield opened


def rows(found: Exported) -> list[dict[str, Any]]:
    given: list[dict[str, Any]] = found.findings.to_pylist()
    return given


def written(found: Exported, form: Form, tmp_path: Path) -> Path:
    path = tmp_path / f"out.{form}"
    write_export(found, form, path)
    return path


def everything(path: Path) -> str:
    """All the text in a file, taken out of what packs it."""
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as packed:
            return "\n".join(packed.read(name).decode() for name in packed.namelist())
    if path.suffix == ".parquet":
        return json.dumps(pq.read_table(path).to_pylist(), default=str) + repr(path.read_bytes())
    return path.read_text(encoding="utf-8")


# --- masks -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", get_args(Form))
def test_nothing_of_a_person_is_in_any_form_unless_asked_for(ledger: Ledger, tmp_path: Path, form: Form) -> None:
    night(ledger, run=FakeRun(1, gives=personal))
    masked = everything(written(export(ledger, None, Chosen(), masked=True), form, tmp_path))
    assert [secret for secret in SECRETS if secret in masked] == []
    assert "north-2" in masked
    open_ = everything(written(export(ledger, None, Chosen(), masked=False), form, tmp_path))
    assert "C-secret" in open_


def test_the_same_child_has_the_same_mask_from_night_to_night_and_in_another_ledger_another(
    ledger: Ledger, tmp_path: Path
) -> None:
    def masks(where: Ledger, day: date) -> list[dict[str, Any]]:
        run = night(where, run=FakeRun(1, gives=personal), as_at=day).run
        found = rows(export(where, run, Chosen(), masked=True))
        return [
            {name: row[name] for name in ("instance", "case", "subject", "practitioner", "evidence")} for row in found
        ]

    first, second = masks(ledger, date(2025, 6, 29)), masks(ledger, date(2025, 6, 30))
    assert first == second
    with Ledger.open(str(tmp_path / "other.sqlite")) as other:
        found = masks(other, date(2025, 6, 29))
    mine, theirs = ({row[name] for row in several for name in ("case", "subject")} for several in (first, found))
    assert not mine & theirs


def test_masks_hang_together(ledger: Ledger) -> None:
    night(ledger, run=FakeRun(1, gives=personal))
    found = {row["subject_type"]: row for row in rows(export(ledger, None, Chosen(), masked=True))}
    child, case, staff = found["child"], found["case"], found["practitioner"]
    assert case["subject"] == case["case"] == child["case"]
    assert staff["subject"] == staff["practitioner"] == child["practitioner"]
    assert child["instance"] == f"NS-5.1/{child['case']}/{child['subject']}/{child['evidence'][0]}"
    assert len({row["instance"] for row in found.values()}) == 3
    assert all(re.fullmatch(r"m[a-z2-7]{16}", each) for each in (child["case"], child["subject"], *child["evidence"]))


def test_the_order_of_masked_findings_says_nothing_of_the_record(ledger: Ledger) -> None:
    night(ledger, 30)
    found = rows(export(ledger, None, Chosen(), masked=True))
    assert [row["instance"] for row in found] == sorted(row["instance"] for row in found)


hostile = st.text(min_size=1, max_size=12) | st.sampled_from(("/", "a/b", "NS-5.1", "\0", "=1", "../..", "m" * 17))


@given(
    case=hostile,
    subject=hostile,
    practitioner=hostile,
    event=hostile,
    odd=st.none() | hostile,
    key=st.binary(min_size=32, max_size=32),
)
def test_hostile_ids_are_masked_and_told_apart(
    case: str, subject: str, practitioner: str, event: str, odd: str | None, key: bytes
) -> None:
    mask = Mask(key)
    row = finding(
        case=case, subject=subject, practitioner=practitioner, evidence=(event,), missing=subject
    ).model_dump()
    row["instance"] = f"NS-5.1/{case}/{subject}/{event}" if odd is None else odd
    masked = mask.finding(row)
    assert masked["missing"] is None
    for shown in (masked["case"], masked["subject"], masked["practitioner"], *masked["evidence"]):
        assert re.fullmatch(r"m[a-z2-7]{16}", shown)
    assert re.fullmatch(r"NS-5\.1(/(m[a-z2-7]{16})?)+", masked["instance"])
    other = mask.finding(row | {"case": case + "x", "instance": f"NS-5.1/{case}x/{subject}/{event}"})
    assert other["case"] != masked["case"]
    assert other["instance"] != masked["instance"]
    assert mask.of("ab", "c") != mask.of("a", "bc")
    assert Mask(key[::-1] + b"x").of(case) != mask.of(case)


def test_the_key_is_made_once_and_stays(ledger: Ledger) -> None:
    with pytest.raises(KeptError, match="no night in it yet"):
        mask_key(ledger)
    night(ledger)
    assert mask_key(ledger) == mask_key(ledger)
    assert len(mask_key(ledger)) == 32


# --- forms -------------------------------------------------------------------------------------------------------------


def test_every_form_has_the_same_findings(ledger: Ledger, tmp_path: Path) -> None:
    night(ledger, 3)
    found = export(ledger, None, Chosen(), masked=False)
    expected = rows(found)
    assert len(expected) == 24
    assert pq.read_table(written(found, "parquet", tmp_path)).to_pylist() == expected
    lines = [json.loads(line) for line in written(found, "jsonl", tmp_path).read_text().splitlines()]
    assert lines == json.loads(json.dumps(expected, default=str))
    with written(found, "csv", tmp_path).open(encoding="utf-8", newline="") as file:
        read = list(csv.DictReader(file))
    assert [row["instance"] for row in read] == [row["instance"] for row in expected]
    assert list(read[0]) == list(lines[0]) == COLUMNS.names
    sheet = openpyxl.load_workbook(written(found, "xlsx", tmp_path)).active
    head, *cells = sheet.iter_rows(values_only=True)
    assert list(head) == COLUMNS.names
    for row, wanted in zip(cells, expected, strict=True):
        by_name = dict(zip(head, row, strict=True))
        assert (by_name["instance"], by_name["days_over"]) == (wanted["instance"], wanted["days_over"])
        assert by_name["start"].date() == wanted["start"]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_is_a_formula(ledger: Ledger, tmp_path: Path, text: str) -> None:
    def gives(case: str) -> Judgements:
        return judgements(finding(team=text, missing=text, evidence=(text, "e2"), practitioner=text), case=case)

    night(ledger, run=FakeRun(1, gives=gives))
    for masked in (True, False):
        found = export(ledger, None, Chosen(), masked=masked)
        book = written(found, "xlsx", tmp_path)
        assert "<f>" not in everything(book)
        cells = [cell for row in openpyxl.load_workbook(book).active.iter_rows() for cell in row]
        assert "f" not in {cell.data_type for cell in cells}
        with written(found, "csv", tmp_path).open(encoding="utf-8", newline="") as file:
            plain = [each for row in csv.reader(file) for each in row]
        for value in [*plain, *(cell.value for cell in cells if isinstance(cell.value, str))]:
            assert not value.lstrip(" ").startswith(
                ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
            )


def test_a_choice_of_findings(ledger: Ledger) -> None:
    night(ledger, run=FakeRun(1, gives=personal))
    night(ledger, 3, as_at=date(2025, 7, 1))
    last = rows(export(ledger, None, Chosen(outcomes=("breached", "late")), masked=True))
    assert {row["outcome"] for row in last} == {"breached", "late"}
    assert {row["duty"] for row in rows(export(ledger, None, Chosen(clauses=("NS-5.8a",)), masked=True))} == {"NS-5.8a"}
    assert rows(export(ledger, None, Chosen(clauses=("NS-5.8",)), masked=True))
    south = rows(export(ledger, "2025-06-30-0001", Chosen(team="south-1"), masked=True))
    assert [row["subject_type"] for row in south] == ["practitioner"]
    for chosen in (Chosen(team="south-1"), Chosen(clauses=("NS-5.7",)), Chosen(team="\u202ex")):
        with pytest.raises(KeptError, match=r"has no (team|clause)"):
            export(ledger, None, chosen, masked=True)
    assert rows(export(ledger, "2025-06-30-0001", Chosen(outcomes=("met",)), masked=True)) == []


def test_what_could_not_be_judged_again_says_since_when(ledger: Ledger) -> None:
    night(ledger, 2)
    second = night(ledger, run=FakeRun(2, bad=[2]), as_at=date(2025, 7, 1)).run
    since = {row["case"]: row["stale_since"] for row in rows(export(ledger, None, Chosen(), masked=False))}
    assert since == {"C-1": None, "C-2": second}


# --- the page ----------------------------------------------------------------------------------------------------------


def test_the_page_has_pictures_and_asks_for_nothing_outside(ledger: Ledger, tmp_path: Path) -> None:
    for day in (28, 29, 30):
        night(ledger, 3, as_at=date(2025, 6, day))
    night(ledger, run=FakeRun(3, bad=[1, 2]), as_at=date(2025, 7, 1))
    night(ledger, 3, as_at=date(2025, 7, 2))
    found = export(ledger, None, Chosen(), masked=True)
    assert [point.as_at.day for point in found.trend] == [28, 29, 30, 2]
    page = written(found, "html", tmp_path).read_text()
    assert page.count("<svg") == 3
    assert "1 night left out" in page
    assert not re.search(r"https?://|<script|src=|@import", page)
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert page == written(found, "html", tmp_path).read_text()


def test_the_trend_is_of_what_was_chosen(ledger: Ledger) -> None:
    def gives(case: str) -> Judgements:
        return judgements(
            outcome_of(case, "breached", team="north-2"), outcome_of(case, "met", 1, team="south-1"), case=case
        )

    for day in (29, 30):
        night(ledger, run=FakeRun(2, gives=gives), as_at=date(2025, 6, day))
    assert [point.outcomes for point in export(ledger, None, Chosen(team="south-1"), masked=True).trend] == [
        {"met": 2}
    ] * 2
    whole = export(ledger, "2025-06-29-0001", Chosen(), masked=True).trend
    assert [(point.outcomes["breached"], point.outcomes["met"]) for point in whole] == [(2, 2)]


def test_hostile_teams_are_only_text_on_the_page(ledger: Ledger, tmp_path: Path) -> None:
    team = "<script>alert(1)</script>\u202e$x$"
    night(ledger, run=FakeRun(1, gives=lambda case: judgements(finding(team=team), case=case)))
    page = written(export(ledger, None, Chosen(team=team), masked=False), "html", tmp_path).read_text()
    assert "<script" not in page
    assert "\u202e" not in page


# --- whole or not at all -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", get_args(Form))
def test_a_file_is_whole_or_the_one_before(
    ledger: Ledger, tmp_path: Path, form: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    night(ledger)
    found = export(ledger, None, Chosen(), masked=True)
    path = tmp_path / "there" / "out"
    path.parent.mkdir()
    path.write_text("before")
    write = forms._WRITERS[form]

    def fails(exported: Exported, partial: Path) -> None:
        write(exported, partial)
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(forms._WRITERS, form, fails)
    with pytest.raises(KeptError, match="No space left"):
        write_export(found, form, path)
    assert [(each.name, each.read_text()) for each in path.parent.iterdir()] == [("out", "before")]


def test_more_rows_than_a_sheet_takes_are_refused(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    night(ledger)
    monkeypatch.setattr(forms, "MOST_ROWS", 23)
    found = export(ledger, None, Chosen(), masked=True)
    with pytest.raises(KeptError, match="more than the 23 that a sheet takes"):
        write_export(found, "xlsx", tmp_path / "out.xlsx")
    assert not (tmp_path / "out.xlsx").exists()


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.chdir(tmp_path)
    return runner(capsys)


def test_the_command(ledger: Ledger, tmp_path: Path, kept: Run) -> None:
    asked = ("export", "--ledger", "ledger.sqlite", "--out", "out", "--format")
    assert kept(*asked, "csv")[0] == 3
    night(ledger)
    assert kept(*asked, "jsonl", "--outcome", "breached") == (
        0,
        "out: 3 findings of the night 2025-06-30-0001, masked\n",
        "",
    )
    assert "C-1" not in (tmp_path / "out").read_text()
    assert kept(*asked, "csv", "--unmasked", "--run", "2025-06-30-0001")[0] == 0
    assert "C-1" in (tmp_path / "out").read_text()
    assert kept(*asked, "csv", "--run", "2025-06-30-0009")[0] == 3
    (tmp_path / "kept.toml").write_text('ledger = "ledger.sqlite"\n[output]\nmasked = false\n')
    assert "masked" not in kept("--config", "kept.toml", *asked[:1], *asked[3:], "csv")[1]
    assert "masked" in kept("--config", "kept.toml", *asked[:1], *asked[3:], "csv", "--masked")[1]


def test_every_column_is_described_in_the_readme() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in COLUMNS.names if f"| `{name}`" not in text and f", `{name}`" not in text] == []
