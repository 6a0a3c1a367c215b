"""The settings of Kept, as `engine.running.settings_file` reads them from one TOML file: what there is, and what makes no sense.

What each key means is in `engine/deploy/kept.toml`, which has all of them. A path that is not absolute begins at the folder
of the file. Nothing secret belongs in it: a password for mail is in a file of its own, which only Kept may read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.errors import MessageError
from email.headerregistry import Address
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, model_validator

from engine.ledger.runs import series_name
from engine.record.addresses import is_postgres, looks_like_spark, shown, spark_address
from engine.record.dictionary import Frozen
from engine.record.problem import KeptError
from engine.record.table_engine import memory_bytes

Level = Literal["debug", "info", "warning", "error"]
STDERR = Path("-")
"""For the log: standard error."""

_LEDGER = re.compile(r"(sqlite|postgresql)(\+[a-z0-9_]+)?://", re.IGNORECASE)
_MAIL = re.compile(r"[^\s@<>,;:\"]+@[^\s@<>,;:\"]+\.[^\s@<>,;:\".]+|[^\s@<>,;:\"]+@localhost")
_LINK = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+/[!#$%&'()*+,./0-9:;=?@A-Z_a-z~-]*")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,253}[A-Za-z0-9])?")
_SQLITE = "sqlite:///"


def _path(given: object, info: ValidationInfo) -> object:
    """A path, from the folder of the file; anything but a text is for pydantic to refuse."""
    if not isinstance(given, str):
        return given
    if not given.strip() or "\0" in given:
        raise ValueError("is not a path; write one, or take the line away")
    return _folder(info) / Path(given)


def _log(given: object, info: ValidationInfo) -> object:
    return STDERR if given == str(STDERR) else _path(given, info)


def _folder(info: ValidationInfo) -> Path:
    return Path(info.context["folder"]) if info.context else Path()


def _file(path: Path) -> Path:
    if path.is_dir():
        raise ValueError(f"is a folder; name a file in it, such as {path / 'kept'}")
    return path


def _directory(path: Path) -> Path:
    if path.exists() and not path.is_dir():
        raise ValueError("is a file; name a folder")
    return path


def _collected(path: Path) -> Path:
    if path.suffix != ".prom":
        raise ValueError("does not end in .prom; the node exporter reads no other file")
    return path


def _caseload(where: str, info: ValidationInfo) -> str:
    if is_postgres(where):
        return where
    if looks_like_spark(where):
        if spark_address(where) is None:
            raise ValueError("is not a Spark master with a path; write it like local[*]:/data/caseload")
        return where
    if "://" in where or not where.strip() or "\0" in where:
        raise ValueError(
            "is not where a caseload can lie; give a folder, a DuckDB file, postgresql://user@host/database?schema=name, or "
            "a Spark master with a path"
        )
    return str(_folder(info) / where)


def _ledger(where: str, info: ValidationInfo) -> str:
    if "://" in where:
        if not _LEDGER.match(where):
            raise ValueError("is not where a ledger can be; write a file's path, or postgresql://user@host/database")
        if not where.lower().startswith(_SQLITE):
            return where
        where = where[len(_SQLITE) :]
    if not where.strip() or "\0" in where:
        raise ValueError("is not a path; write one, or take the line away")
    path = _folder(info) / where
    return str(_file(path))


def _series(name: str) -> str:
    try:
        return series_name(name)
    except KeptError:
        raise ValueError(
            "is not a name of letters, digits and dashes, 40 at most; write one like north-london"
        ) from None


def _amount(given: str) -> str:
    try:
        memory_bytes(given)
    except KeptError:
        raise ValueError("is not an amount of 64MB or more; write it like 500MB or 4GB") from None
    return given


def _mail(address: str) -> str:
    if not _MAIL.fullmatch(address) or not _is_addressable(address):
        raise ValueError("is not a mail address; write it like quality@example.org")
    return address


def _is_addressable(address: str) -> bool:
    """Whether a mail can be addressed so."""
    try:
        return address.isascii() and bool(Address(addr_spec=address))
    except (ValueError, MessageError, IndexError):
        return False


def _link(begins: str) -> str:
    if not _LINK.fullmatch(begins):
        raise ValueError("is not what an address begins with; write it like https://cases.example.org/case/")
    return begins


def _host(name: str) -> str:
    if not _HOST.fullmatch(name) and not _is_ip(name):
        raise ValueError("is not the name of a machine; write it like mail.example.org, with the port apart")
    return name


def _is_ip(name: str) -> bool:
    try:
        return bool(ip_address(name))
    except ValueError:
        return False


FilePath = Annotated[Path, BeforeValidator(_path), AfterValidator(_file)]
LogFile = Annotated[Path, BeforeValidator(_log), AfterValidator(_file)]
Folder = Annotated[Path, BeforeValidator(_path), AfterValidator(_directory)]
MetricsFile = Annotated[Path, BeforeValidator(_path), AfterValidator(_file), AfterValidator(_collected)]
Mail = Annotated[str, AfterValidator(_mail)]
Amount = Annotated[str, AfterValidator(_amount)]


class Section(Frozen):
    """Part of the settings: no key but these, no value of another type. `INSTEAD` says what to do about keys that people try."""

    INSTEAD: ClassVar[Mapping[str, str]] = {}


class Night(Section):
    """How a night is judged: the options of `kept nightly` with these names."""

    series: Annotated[str, AfterValidator(_series)] | None = None
    outcomes: Folder | None = None
    report: FilePath | None = None
    threads: int | None = Field(default=None, ge=1, le=1024)
    memory: Amount | None = None
    clauses: tuple[str, ...] = Field(default=(), strict=False)
    stated_only: bool = False


class Watching(Section):
    """What is written for those who watch over the nights, and what the doctor minds."""

    log: LogFile | None = None
    log_level: Level = "info"
    metrics: MetricsFile | None = None
    disk_margin: Amount = "2GB"
    quarantine_share: float = Field(default=0.02, ge=0, lt=1, allow_inf_nan=False)
    caseload_share: float = Field(default=0.5, ge=0, le=1, allow_inf_nan=False)


class Output(Section):
    """What is shown of people."""

    masked: bool = True


class Smtp(Section):
    """Where digests are handed in. `sender` is the key `from`. The password is the first line of `password_file`."""

    INSTEAD: ClassVar[Mapping[str, str]] = {
        "password": "No password belongs in this file: write it in a file that only Kept may read, and name that as password_file"
    }

    host: Annotated[str, AfterValidator(_host)]
    port: int = Field(default=587, ge=1, le=65535)
    starttls: bool = True
    user: str | None = Field(default=None, min_length=1)
    password_file: FilePath | None = None
    sender: Mail = Field(alias="from")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.user is None) != (self.password_file is None):
            raise ValueError("has only one of user and password_file; give both or neither")
        if self.user is not None and not self.starttls and self.host not in ("localhost", "127.0.0.1", "::1"):
            raise ValueError("would send a password without encryption; take 'starttls = false' away")
        return self


class Digests(Section):
    """What is in a digest. `link` is what the address of a case's page begins with; the id of the case follows it."""

    link: Annotated[str, AfterValidator(_link)] | None = None
    when_nothing_new: Literal["mail", "none"] = "mail"


class Settings(Section):
    """All of them. `teams` has the addresses that each team's digest goes to."""

    caseload: Annotated[str, AfterValidator(_caseload)] | None = None
    ledger: Annotated[str, AfterValidator(_ledger)] | None = None
    nightly: Night = Night()
    watching: Watching = Watching()
    output: Output = Output()
    digests: Digests = Digests()
    smtp: Smtp | None = None
    teams: dict[
        Annotated[str, Field(min_length=1)], Annotated[tuple[Mail, ...], Field(strict=False, min_length=1)]
    ] = {}

    @model_validator(mode="after")
    def _apart(self) -> Self:
        seen: dict[Path, str] = {}
        files = {"ledger": self.ledger and Path(self.ledger), "nightly.report": self.nightly.report}
        files |= {"watching.log": self.watching.log, "watching.metrics": self.watching.metrics}
        for name, path in files.items():
            if path and path != STDERR and seen.setdefault(path, name) != name:
                raise ValueError(f"{seen[path]} and {name} name the same file; give each a file of its own")
        if self.teams and self.smtp is None:
            raise ValueError("[teams] has addresses, and there is no [smtp] to send from; add it, or take [teams] away")
        return self

    def options(self) -> dict[str, Any]:
        """What the settings say for options of the command line, by the option; none for what is not set.

        `--caseload` and `--ledger` and what judging may take are for every command that has them, the others for `nightly`.
        """
        night, watching = self.nightly, self.watching
        said = {
            "--caseload": self.caseload,
            "--ledger": self.ledger,
            "--threads": night.threads,
            "--memory": night.memory,
            "--series": night.series,
            "--outcomes": night.outcomes,
            "--report": night.report,
            "--clause": night.clauses or None,
            "--stated-only": night.stated_only or None,
            "--log": watching.log,
            "--log-level": watching.log_level,
            "--metrics": watching.metrics,
            "--quarantine-share": watching.quarantine_share,
            "--caseload-share": watching.caseload_share,
            "--unmasked": not self.output.masked or None,
        }
        return {option: value for option, value in said.items() if value is not None}

    def as_shown(self) -> dict[str, Any]:
        """Every setting, without what is secret."""
        content = self.model_dump(mode="json", by_alias=True)
        for name in ("caseload", "ledger"):
            content[name] = content[name] and shown(content[name])
        return content


EVERYWHERE = ("--caseload", "--ledger", "--threads", "--memory", "--unmasked")
"""The options that are the same for every command that has them."""
