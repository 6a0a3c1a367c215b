"""Where a caseload lies, as a person writes it: what may be shown of it, and what its parts are."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote

_LOGIN = re.compile(r"^([a-z][a-z0-9+.-]*://[^:@/?#]*):.*@", re.IGNORECASE | re.DOTALL)
_SECRET = re.compile(r"([?&][a-z_]*(?:password|passfile|secret|token)[a-z_]*=)[^&]*", re.IGNORECASE)
_POSTGRES = re.compile(r"postgres(?:ql)?://", re.IGNORECASE)
_MASTER = r"local(?:-cluster)?(?:\[[0-9*, ]+\])?|spark://[^/:,\s]+:[0-9]+(?:,[^/:,\s]+:[0-9]+)*"
_SPARK = re.compile(rf"({_MASTER})(?::(?=.)|(?=/))(.+)")


class SparkAddress(NamedTuple):
    """A Spark master, and the path of the tables as the workers see it."""

    master: str
    path: str


def shown(where: str) -> str:
    """An address with nothing secret in it."""
    return _SECRET.sub(r"\1***", _LOGIN.sub(r"\1:***@", where))


def is_postgres(where: str) -> bool:
    """Whether it is the address of a PostgreSQL database."""
    return bool(_POSTGRES.match(where))


def looks_like_spark(where: str) -> bool:
    """Whether it begins as a Spark master does."""
    return bool(re.match(r"spark:|local(?:-cluster)?[\[:]", where, re.IGNORECASE))


def spark_address(where: str) -> SparkAddress | None:
    """The parts of a Spark master with a path, such as `local[*]:/data/caseload`; none when it is not one."""
    found = _SPARK.fullmatch(where)
    return SparkAddress(found[1], found[2]) if found else None


def without_schema(where: str) -> tuple[str, str]:
    """The address of a PostgreSQL database without its option `schema`, which is ours alone, and what that said."""
    address, _, options = where.partition("?")
    schema, others = "", []
    for option in options.split("&"):
        name, _, value = option.partition("=")
        if name == "schema":
            schema = unquote(value)
        elif option:
            others.append(option)
    return address + ("?" + "&".join(others) if others else ""), schema
