"""The examples of running Kept every night: each is parsed as the program would that reads it, and each `kept` line by click."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import click
import pytest
from dockerfile_parse import DockerfileParser
from prometheus_client.openmetrics.parser import text_string_to_metric_families

import cli
from engine.ledger.store import Ledger
from engine.running.metrics import metrics_text
from engine.running.night_log import EVENTS, STAGES
from engine.running.settings import Digests, Night, Output, Settings, Smtp, Watching
from engine.running.settings_file import read_settings
from tests.conftest import ROOT
from tests.nights import FINISHED, STARTED, night

DEPLOY = ROOT / "engine" / "deploy"
FILES = ["Dockerfile", "Dockerfile.dockerignore", "README.md", "kept.service", "kept.timer", "kept.toml"]


def test_the_examples_are_those() -> None:
    assert sorted(each.name for each in DEPLOY.iterdir()) == FILES


@pytest.mark.parametrize("name", FILES)
def test_no_example_names_a_registry_or_holds_a_secret(name: str) -> None:
    text = (DEPLOY / name).read_text(encoding="utf-8").replace("https://cases.example.org/", "")  # nobody's, for ever
    assert not re.search(r"https?://|index-url|\b[a-z0-9-]+\.(io|org|com|dev|net)/|://[^/@\s]*:[^/@\s]+@", text)


# --- the settings -----------------------------------------------------------------------------------------------------


def test_the_example_of_settings_is_right_and_has_every_key() -> None:
    found = read_settings(DEPLOY / "kept.toml", set(cli._rulebook(None).clauses))

    def unset(content: dict[str, object], *above: str) -> list[str]:
        return [
            name
            for key, value in content.items()
            for name in (unset(value, *above, key) if isinstance(value, dict) else [".".join((*above, key))] if value is None else [])
        ]  # fmt: skip

    assert unset(found.as_shown()) == []
    text = (DEPLOY / "kept.toml").read_text()
    for model in (Settings, Night, Watching, Output, Digests, Smtp):
        for name, field in model.model_fields.items():
            assert re.search(rf"^(\[{name}\]|{field.alias or name} =)", text, re.MULTILINE), name


# --- systemd ----------------------------------------------------------------------------------------------------------

SECTIONS = {
    "kept.service": {
        "Unit": "Description Documentation Wants After RequiresMountsFor StartLimitIntervalSec StartLimitBurst",
        "Service": "Type User Group ExecStart Environment Restart RestartPreventExitStatus RestartSec TimeoutStartSec MemoryMax "
        "MemorySwapMax TasksMax Nice IOSchedulingClass OOMPolicy StateDirectory StateDirectoryMode LogsDirectory LogsDirectoryMode "
        "CacheDirectory ReadWritePaths UMask NoNewPrivileges ProtectSystem ProtectHome PrivateTmp PrivateDevices ProtectClock "
        "ProtectHostname ProtectKernelLogs ProtectKernelModules ProtectKernelTunables ProtectControlGroups ProtectProc ProcSubset "
        "RestrictAddressFamilies RestrictNamespaces RestrictRealtime RestrictSUIDSGID RemoveIPC LockPersonality "
        "CapabilityBoundingSet AmbientCapabilities SystemCallArchitectures SystemCallFilter SystemCallErrorNumber",
    },
    "kept.timer": {
        "Unit": "Description",
        "Timer": "OnCalendar Persistent RandomizedDelaySec AccuracySec",
        "Install": "WantedBy",
    },
}  # fmt: skip
"""What may stand in each file: systemd passes over a key that it does not know, and the sandbox would have a hole."""


def unit(name: str) -> dict[str, dict[str, list[str]]]:
    """The values of each key in each section."""
    found: dict[str, dict[str, list[str]]] = {}
    section: dict[str, list[str]] | None = None
    for line in (DEPLOY / name).read_text(encoding="utf-8").splitlines():
        if header := re.fullmatch(r"\[(\w+)\]", line):
            assert header[1] not in found
            section = found.setdefault(header[1], {})
        elif line and not line.startswith("#"):
            key, equals, value = line.partition("=")
            assert equals, line
            assert section is not None, line
            assert value == value.strip(), line
            section.setdefault(key, []).append(value)
    return found


@pytest.mark.parametrize("name", SECTIONS)
def test_the_units_have_the_keys_that_systemd_knows(name: str) -> None:
    assert {section: " ".join(keys) for section, keys in unit(name).items()} == SECTIONS[name]
    several = {key for keys in unit(name).values() for key, values in keys.items() if len(values) > 1}
    assert several <= {"SystemCallFilter"}


def test_the_service_is_shut_in_and_the_timer_makes_up_for_what_it_missed() -> None:
    service, timer = unit("kept.service")["Service"], unit("kept.timer")["Timer"]
    for key, value in {
        "NoNewPrivileges": "true", "ProtectSystem": "strict", "ProtectHome": "true", "PrivateTmp": "true", "Type": "oneshot",
        "CapabilityBoundingSet": "", "RestartPreventExitStatus": str(cli.INCOMPLETE),
    }.items():  # fmt: skip
        assert service[key] == [value]
    assert timer["Persistent"] == ["true"]
    assert {"OnCalendar", "RandomizedDelaySec"} <= timer.keys()


def test_the_service_may_write_where_the_example_of_settings_writes() -> None:
    service, settings = unit("kept.service")["Service"], read_settings(DEPLOY / "kept.toml")
    may = [Path(each.lstrip("-")) for each in service["ReadWritePaths"]]
    may += [Path("/var/lib", service["StateDirectory"][0]), Path("/var/log", service["LogsDirectory"][0])]
    files = [
        settings.ledger,
        settings.nightly.report,
        settings.nightly.outcomes,
        settings.watching.log,
        settings.watching.metrics,
    ]
    for file in files:
        assert any(Path(str(file)).is_relative_to(folder) for folder in may), file
    memory = re.fullmatch(r"(\d+)G", service["MemoryMax"][0])
    assert memory is not None
    assert int(memory[1]) > int(str(settings.nightly.memory).removesuffix("GB"))


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd-analyze on this machine")
def test_systemd_takes_the_units_as_they_are(tmp_path: Path) -> None:
    for name in SECTIONS:
        text = (DEPLOY / name).read_text().replace("/opt/kept/bin/kept", str(shutil.which("true")))
        (tmp_path / name).write_text(text)
    paths = [str(tmp_path / name) for name in SECTIONS]
    ran = subprocess.run(["systemd-analyze", "verify", "--man=no", *paths], capture_output=True, text=True)
    assert (ran.returncode, [line for line in ran.stderr.splitlines() if "kept" in line]) == (0, [])
    when = unit("kept.timer")["Timer"]["OnCalendar"][0]
    assert subprocess.run(["systemd-analyze", "calendar", when], capture_output=True).returncode == 0
    shut = ["systemd-analyze", "security", "--offline=yes", "--threshold=20", "--no-pager", paths[0]]
    asked = subprocess.run(shut, capture_output=True, text=True)
    if "unrecognized option" not in asked.stderr:  # before systemd 250
        assert asked.returncode == 0, asked.stdout


# --- Docker -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def instructions(tmp_path: Path) -> list[tuple[str, str]]:
    (tmp_path / "Dockerfile").write_text((DEPLOY / "Dockerfile").read_text())  # the parser opens it for writing too
    found = DockerfileParser(str(tmp_path / "Dockerfile")).structure
    return [(each["instruction"], each["value"]) for each in found]


def test_the_image_is_built_in_two_stages_and_runs_as_nobody_special(instructions: list[tuple[str, str]]) -> None:
    assert {name for name, _ in instructions} <= {
        "COMMENT", "FROM", "RUN", "WORKDIR", "COPY", "ENV", "USER", "VOLUME", "HEALTHCHECK", "ENTRYPOINT", "CMD",
    }  # fmt: skip
    stages = [value for name, value in instructions if name == "FROM"]
    assert [re.fullmatch(r"python:3\.(11|12)-slim-bookworm( AS build)?", each) is not None for each in stages] == [
        True,
        True,
    ]
    assert (stages[0].endswith(" AS build"), stages[1].endswith(" AS build")) == (True, False)
    last = instructions[max(number for number, (name, _) in enumerate(instructions) if name == "FROM") :]
    assert dict(last)["USER"] == "10001:10001"
    assert [value for name, value in last if name == "COPY"] == ["--from=build /opt/kept /opt/kept"]
    assert not any("gcc" in value for _, value in last)


def test_what_the_image_is_built_from_is_there_and_let_through(instructions: list[tuple[str, str]]) -> None:
    sources = [
        source
        for name, value in instructions
        if name == "COPY" and not value.startswith("--from")
        for source in value.split()[:-1]
    ]
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    assert sorted(sources) == sorted(line[1:] for line in ignored if line.startswith("!"))
    assert all((ROOT / source).exists() for source in sources)
    assert "*" in ignored


# --- every line with `kept` in it -------------------------------------------------------------------------------------


def parse(words: Sequence[str], config: Path) -> str:
    """Have click parse a command line of Kept, with these settings: the name of the command that it is for.

    Raises:
        click.UsageError: when it is none.
    """
    context: click.Context = cli.kept.make_context("kept", list(words))
    named = context.params["config"]
    assert named in (None, Path("/etc/kept/kept.toml"))
    context.default_map = cli._defaults(cli.kept, read_settings(config).options())
    path = []
    while isinstance(context.command, click.Group):
        name, command, rest = context.command.resolve_command(context, [*context._protected_args, *context.args])
        assert command is not None
        path.append(str(name))
        context = command.make_context(str(name), rest, parent=context)
    return " ".join(path)


def command_lines(text: str) -> list[list[str]]:
    """What stands after `kept` in the lines of code of a text, to the end of the command."""
    found = []
    for line in re.sub(r"\\\n\s*", " ", text).splitlines():
        for code in [line] if line.startswith("    ") else re.findall(r"`([^`]+)`", line):
            words = shlex.split(code, comments=True) if code.count("'") % 2 == 0 else []
            if words[:2] == ["docker", "run"]:
                words = words[words.index("kept", 2) :]
            if words[:2] == ["sudo", "-u"]:
                words = words[3:]
            if words and Path(words[0]).name == "kept" and len(words) > 1:
                found.append(words[1:])
    return found


def test_every_command_line_in_the_examples_is_one_of_kept(instructions: list[tuple[str, str]]) -> None:
    config = DEPLOY / "kept.toml"
    start = shlex.split(unit("kept.service")["Service"]["ExecStart"][0])
    assert parse(start[1:], config) == "nightly"
    entry, command = (json.loads(dict(instructions)[name]) for name in ("ENTRYPOINT", "CMD"))
    assert entry[0] == "kept"
    assert parse([*entry[1:], *command], config) == "nightly"
    in_readme = [parse(words, config) for words in command_lines((DEPLOY / "README.md").read_text())]
    assert in_readme == ["config check", "doctor", "nightly", "doctor", "quarantine", "doctor"]
    in_settings = command_lines((DEPLOY / "kept.toml").read_text())
    assert [parse([word for word in words if word != "FILE"], config) for words in in_settings] == ["config check", "config show", "doctor", "doctor"]  # fmt: skip
    with pytest.raises(click.UsageError):
        parse(["nightly", "--metric", "x.prom"], config)


def test_the_readme_documents_every_metric_and_every_line_of_the_log(tmp_path: Path) -> None:
    text = (DEPLOY / "README.md").read_text()
    with Ledger.open(str(tmp_path / "l.sqlite")) as ledger:
        families = text_string_to_metric_families(metrics_text(night(ledger), 0, STARTED, FINISHED))
    for family in families:
        labels = ",".join(family.samples[0].labels)
        assert f"`{family.name}{{{labels}}}`" in text if labels else f"`{family.name}`" in text
    for word in (*EVENTS, *STAGES):
        assert word in text, word


def test_the_projects_readme_names_commands_that_there_are() -> None:
    section = (ROOT / "README.md").read_text().partition("## Running it every night\n")[2].partition("\n## ")[0]
    lines = [line[:52] for line in section.splitlines() if line.startswith("    kept")]
    said = [shlex.split(line)[1:] for line in lines]
    config = DEPLOY / "kept.toml"
    assert [parse([w.replace("kept.toml", "/etc/kept/kept.toml") for w in words], config) for words in said] == [
        "config check", "config show", "doctor", "nightly",
    ]  # fmt: skip
