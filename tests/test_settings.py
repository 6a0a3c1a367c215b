"""The file of settings: what is read, everything that is refused, and that an option of the command line wins."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cli
from engine.running.settings import Settings
from engine.running.settings_file import SettingsProblem, read_settings
from engine.running.settings_shown import settings_toml
from engine.running.toml_lines import key_lines
from tests.commands import Run
from tests.test_cli import kept

__all__ = ["kept"]

WHOLE = """
caseload = "postgresql://kept:hush@records/cms?schema=kept&sslpassword=hush"
ledger = "ledger.sqlite"

[nightly]
series = "north-london"
outcomes = "outcomes"
report = "report.html"
threads = 4
memory = "4GB"
clauses = ["NS-5.1", "NS-5.8a"]
stated_only = true

[watching]
log = "nights.jsonl"
log_level = "warning"
metrics = "kept.prom"
disk_margin = "500 MiB"
quarantine_share = 0.05

[output]
masked = true

[digests]
link = "https://cases.example.org/case/"
when_nothing_new = "none"

[smtp]
host = "mail.example.org"
port = 587
starttls = true
user = "kept"
password_file = "mail-password"
from = "kept@example.org"

[teams]
north-2 = ["lead@north.example.org", "quality@example.org"]
"south 1" = ["lead@south.example.org"]
"""

Read = Callable[[str], Settings]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read(text: str) -> Settings:
        (tmp_path / "kept.toml").write_text(text, encoding="utf-8")
        return read_settings(tmp_path / "kept.toml", {"NS-5.1", "NS-5.8", "NS-5.8a"})

    return read


def refused(read: Read, text: str) -> list[str]:
    """What is said of it, without the folder."""
    with pytest.raises(SettingsProblem) as caught:
        read(text)
    assert all("kept.toml: " in each for each in caught.value.problems)
    return [each.split("kept.toml: ", 1)[1] for each in caught.value.problems]


def test_everything_can_be_set_and_paths_begin_at_the_file(read: Read, tmp_path: Path) -> None:
    found = read(WHOLE)
    assert found.ledger == str(tmp_path / "ledger.sqlite")
    assert (found.nightly.outcomes, found.watching.metrics) == (tmp_path / "outcomes", tmp_path / "kept.prom")
    assert found.smtp is not None
    assert (found.smtp.sender, found.smtp.password_file) == ("kept@example.org", tmp_path / "mail-password")
    assert (found.digests.link, found.digests.when_nothing_new) == ("https://cases.example.org/case/", "none")
    assert found.teams["north-2"] == ("lead@north.example.org", "quality@example.org")
    assert (found.nightly.clauses, found.watching.quarantine_share) == (("NS-5.1", "NS-5.8a"), 0.05)


def test_nothing_need_be_set(read: Read) -> None:
    assert read("") == Settings()
    assert Settings().options() == {"--log-level": "info", "--quarantine-share": 0.02, "--caseload-share": 0.5}


def test_a_path_may_be_absolute_and_a_caseload_anywhere(read: Read, tmp_path: Path) -> None:
    for where in ("/data/records", "postgresql://db/x?schema=y", "local[*]:/data/caseload", "spark://host:7077:/data"):
        assert read(f'caseload = "{where}"').caseload == where
    assert read('caseload = "extract"').caseload == str(tmp_path / "extract")
    assert read('ledger = "postgresql+psycopg://kept@db/kept"').ledger == "postgresql+psycopg://kept@db/kept"
    assert read('ledger = "sqlite:///x.sqlite"').ledger == str(tmp_path / "x.sqlite")


WRONG = [
    ('caselaod = "x"', "line 1: caselaod: unknown key. Did you mean 'caseload'?"),
    ("\nthreads = 4", "line 2: threads: unknown key here. It belongs below [nightly]."),
    ('[nightly]\nledger = "x"', "line 2: nightly.ledger: unknown key here. It belongs at the top of the file, above the first [section]."),
    ("[nightly]\nthread = 4", "line 2: nightly.thread: unknown key. Did you mean 'threads'?"),
    ("[output]\nzzz = 4", "line 2: output.zzz: unknown key. Those known here: masked."),
    ("[[nightly]]\nthreads = 4", "line 1: nightly: is not a section. Write its keys below a line with its name in brackets."),
    ("nightly = 3", "line 1: nightly: is not a section. Write its keys below a line with its name in brackets."),
    ('[digests]\nlink = "javascript:alert(1)//"', "line 2: digests.link: 'javascript:alert(1)//' is not what an address begins with. Write it like https://cases.example.org/case/."),
    ('[digests]\nwhen_nothing_new = "some"', "line 2: digests.when_nothing_new: 'some' is none of 'mail' or 'none'."),
    ("ledger = 3", "line 1: ledger: is not text. Write it in quotes."),
    ("[nightly]\nreport = 3", "line 2: nightly.report: is not a path. Write it in quotes."),
    ('[nightly]\nreport = ""', "line 2: nightly.report: '' is not a path. Write one, or take the line away."),
    ('[nightly]\nreport = "."', "is a folder. Name a file in it"),
    ('ledger = "mysql://db/kept"', "line 1: ledger: 'mysql://db/kept' is not where a ledger can be. Write a file's path, or postgresql://user@host/database."),
    ('caseload = "ftp://x"', "is not where a caseload can lie. Give a folder"),
    ('caseload = "local[*]"', "is not a Spark master with a path. Write it like local[*]:/data/caseload."),
    ("[nightly]\nthreads = true", "line 2: nightly.threads: is not a whole number. Write it without quotes or a point."),
    ('[nightly]\nthreads = "4"', "line 2: nightly.threads: is not a whole number. Write it without quotes or a point."),
    ("[nightly]\nthreads = 4.5", "line 2: nightly.threads: is not a whole number. Write it without quotes or a point."),
    ("[nightly]\nthreads = 0", "line 2: nightly.threads: 0 is too little. Give 1 or more."),
    ("[nightly]\nstated_only = 1", "line 2: nightly.stated_only: is neither true nor false. Write one of them, without quotes."),
    ('[nightly]\nmemory = "4"', "line 2: nightly.memory: '4' is not an amount of 64MB or more. Write it like 500MB or 4GB."),
    ('[nightly]\nclauses = "NS-5.1"', "line 2: nightly.clauses: is not a list. Write it in brackets."),
    ('[nightly]\nclauses = ["NS-5.1", "NS-5.9"]', "line 2: nightly.clauses: unknown clause 'NS-5.9'. Did you mean 'NS-5.8'?"),
    ("[watching]\nquarantine_share = 1.0", "line 2: watching.quarantine_share: 1.0 is too much. Give less than 1."),
    ("[watching]\nquarantine_share = nan", "line 2: watching.quarantine_share: is not a number. Write one such as 0.02."),
    ('[watching]\nmetrics = "kept.txt"', "line 2: watching.metrics: "),
    ('[watching]\nlog_level = "loud"', "line 2: watching.log_level: 'loud' is none of 'debug', 'info', 'warning' or 'error'."),
    ('[smtp]\nhost = "h"', "line 1: smtp.from: is missing. Add it."),
    ('[smtp]\nhost = "h"\nfrom = "a@b.org"\npassword = "hush"', "line 4: smtp.password: is no setting. No password belongs in this file: write it in a file that only Kept may read, and name that as password_file."),
    ('[smtp]\nhost = "h:25"\nfrom = "a@b.org"', "line 2: smtp.host: 'h:25' is not the name of a machine. Write it like mail.example.org, with the port apart."),
    ('[smtp]\nhost = "h"\nport = 0\nfrom = "a@b.org"', "line 3: smtp.port: 0 is too little. Give 1 or more."),
    ('[smtp]\nhost = "h"\nfrom = "Kept <a@b.org>"', "line 3: smtp.from: 'Kept <a@b.org>' is not a mail address. Write it like quality@example.org."),
    ('[smtp]\nhost = "h"\nfrom = "a@b.org"\nuser = "u"', "line 1: smtp: has only one of user and password_file. Give both or neither."),
    ('[smtp]\nhost = "h"\nstarttls = false\nfrom = "a@b.org"\nuser = "u"\npassword_file = "p"', "line 1: smtp: would send a password without encryption. Take 'starttls = false' away."),
    ('[teams]\nnorth = ["a@b.org"]', "[teams] has addresses, and there is no [smtp] to send from. Add it, or take [teams] away."),
    ('[teams]\n"4" = ["a@b.org",\n  # ] no end\n  "x"]', "line 2: teams.4, entry 2: 'x' is not a mail address. Write it like quality@example.org."),
    ("[teams]\nnorth = []", "line 2: teams.north: is empty. Write something there, or take it away."),
    ('ledger = "x"\n[nightly]\nreport = "x"', "ledger and nightly.report name the same file. Give each a file of its own."),
    ("ledger = x", "line 1: is not TOML: invalid value. Text and paths are written in quotes; engine/deploy/kept.toml has every key."),
    ('ledger = "a"\nledger = "b"', "line 2: is not TOML: cannot overwrite a value. Keep one of the two; engine/deploy/kept.toml has every key."),
    ('ledger = "a', "line 1: is not TOML: "),
    ("x = " + "[" * 5000, "is nested too deep"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "says"), WRONG, ids=[says[:60] for _, says in WRONG])
def test_what_is_wrong_is_said_with_its_line_and_a_remedy(read: Read, text: str, says: str) -> None:
    (said,) = refused(read, text)
    assert says in said
    assert "hush" not in said


def test_everything_that_is_wrong_is_said_at_once_in_the_order_of_the_file(read: Read) -> None:
    text = '\n[nightly]\nthreads = 0\nmemry = "4GB"\nclauses = ["NS-9"]\n[watching]\ndisk_margin = 2\n'
    assert [each.split(":")[0] for each in refused(read, text)] == ["line 3", "line 4", "line 5", "line 7"]


def test_a_file_that_is_not_there_or_not_text(tmp_path: Path) -> None:
    (tmp_path / "kept.toml").write_bytes(b"\xff\xfe")
    for name, says in {"kept.toml": "not UTF-8", "kpet.toml": "did you mean 'kept.toml'", ".": "cannot be read"}.items():  # fmt: skip
        with pytest.raises(SettingsProblem, match=says):
            read_settings(tmp_path / name)


def test_what_is_shown_reads_back_and_tells_no_secret(read: Read) -> None:
    shown = settings_toml(read(WHOLE))
    assert "hush" not in shown
    again, first = tomllib.loads(shown), tomllib.loads(WHOLE)
    assert again["caseload"] == "postgresql://kept:***@records/cms?schema=kept&sslpassword=***"
    assert (again["teams"], again["nightly"]["clauses"]) == (first["teams"], first["nightly"]["clauses"])
    assert settings_toml(Settings()).count("is not set") == 11


KEYS = st.text("abc_-1", min_size=1, max_size=6)
SIMPLE = st.one_of(st.integers(), st.booleans(), st.text('ab"#=[]{}\\\n ', max_size=12), st.lists(st.text('x]"#', max_size=4), max_size=3))  # fmt: skip


@given(st.dictionaries(KEYS, SIMPLE, max_size=5), st.dictionaries(KEYS, st.dictionaries(KEYS, SIMPLE, max_size=4), max_size=3),
       st.booleans())  # fmt: skip
def test_each_key_is_found_on_its_line(
    top: dict[str, object], tables: dict[str, dict[str, object]], spread: bool
) -> None:
    lines: list[str] = []
    wanted: dict[tuple[str, ...], int] = {}

    def write(key: str, value: object, *above: str) -> None:
        wanted[*above, key] = len(lines) + 1
        if isinstance(value, str) and spread and "\\" not in value and '"' not in value:
            lines.extend(f'{key} = """\n{value}"""  # [no = "end'.split("\n"))
        elif isinstance(value, list) and spread:
            lines.extend([f"{key} = [ # ]", *(f"  {json.dumps(each)}, # {each}" for each in value), "]"])
        else:
            lines.append(f'"{key}" = {json.dumps(value)} # [x]')

    for key, value in top.items():
        write(key, value)
    for table, content in tables.items():
        if table not in top:
            wanted[table,] = len(lines) + 1
            lines.append(f"[ {table} ] # [x")
            for key, value in content.items():
                write(key, value, table)
    text = "\n".join(lines)
    tomllib.loads(text)
    assert key_lines(text) == wanted


# --- on the command line ----------------------------------------------------------------------------------------------


def test_config_check_says_it_all_and_exits_3(kept: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "kept.toml").write_text('ledgr = "x"\n[nightly]\nclauses = ["NS-5.99"]\n')
    for ran in (kept("config", "check", "kept.toml"), kept("--config", "kept.toml", "config", "check")):
        assert (ran.status, ran.out) == (3, "")
        assert "kept.toml: line 1: ledgr: unknown key. Did you mean 'ledger'?\nkept.toml: line 3: " in ran.err
    monkeypatch.setenv("KEPT_CONFIG", "kept.toml")
    assert "ledgr" in kept("config", "check").err
    assert "ledgr" in kept("rules", "list").err
    (tmp_path / "kept.toml").write_text(WHOLE)
    assert kept("config", "check") == (0, "kept.toml: nothing is wrong with it.\n", "")
    monkeypatch.delenv("KEPT_CONFIG")
    assert "KEPT_CONFIG" in kept("config", "check").err


def test_config_show_masks_what_is_secret(kept: Run, tmp_path: Path) -> None:
    (tmp_path / "kept.toml").write_text(WHOLE)
    for form in ("text", "json"):
        ran = kept("--config", "kept.toml", "config", "show", "--format", form)
        assert (ran.status, ran.err) == (0, "")
        assert "hush" not in ran.out
        assert "kept:***@records" in ran.out


@pytest.mark.soak
def test_settings_are_defaults_and_an_option_wins(kept: Run, tmp_path: Path) -> None:
    kept("sample", "--cases", "3", "--out", "made")
    (tmp_path / "kept.toml").write_text(
        'caseload = "made"\nledger = "l.sqlite"\n[nightly]\nreport = "night.html"\nclauses = ["NS-5.1"]\nstated_only = true\n'
    )
    night = ("--config", "kept.toml", "nightly", "--as-at", "2025-06-30", "--format", "json")
    first = kept(*night).json
    assert first["outcomes"]["breached"] + first["outcomes"]["late"] == 0
    assert first["instances"] == first["outcomes"]["undetermined"] + first["outcomes"]["excused"]
    assert (tmp_path / "night.html").exists()
    second = kept(*night, "--no-stated-only", "--clause", "NS-2.2", "--ledger", "other.sqlite").json
    assert second["outcomes"]["undetermined"] == 0
    assert (tmp_path / "other.sqlite").exists()
    again = kept("--config", "kept.toml", "check", "case.yaml", "--as-at", "2025-04-30", "--clause", "NS-5.1", "--format", "json")  # fmt: skip
    assert [each["outcome"] for each in again.json["findings"]] == [
        "met"
    ]  # neither caseload nor stated_only are check's


def test_every_option_that_settings_speak_of_is_one_of_nightly(read: Read) -> None:
    nightly = {option for param in cli.nightly.params for option in param.opts}
    assert set(read(WHOLE).options()) <= nightly


def test_every_command_takes_its_defaults_from_an_option_of_the_same_name() -> None:
    found = cli._defaults(cli.kept, {"--caseload": "C", "--ledger": "L", "--clause": ["NS-5.1"]})
    assert found["nightly"] == {"caseload": "C", "where": "L", "clauses": ["NS-5.1"]}
    assert "caseload" not in found["check"]
    assert found["rules"]["impact"] == {"caseload": "C"}
    assert isinstance(cli.kept, click.Group)
