"""The command line run in this process, as its users meet it: how it exits and what it prints."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

import cli


class Ran(NamedTuple):
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Ran]


def status_of(*arguments: object) -> int:
    """Run `kept` with these arguments, each as text; its exit status."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["kept", *map(str, arguments)])
        with pytest.raises(SystemExit) as caught:
            cli.main()
    return int(caught.value.code or 0)


def runner(capsys: pytest.CaptureFixture[str], *leading: object) -> Run:
    """What runs `kept` with these arguments and whatever it is given after them."""

    def run(*arguments: object) -> Ran:
        return Ran(status_of(*leading, *arguments), *capsys.readouterr())

    return run
