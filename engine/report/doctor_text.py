"""What the doctor found, for a person and for a program."""

from __future__ import annotations

import json
from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from engine.running.checked import Check, State

_COLOURS: dict[State, str] = {"ok": "green", "warn": "yellow", "bad": "bold red"}


def show_check(console: Console, check: Check) -> None:
    """One line, and below it what to do."""
    console.print(Text(f"{check.state:<5}", style=_COLOURS[check.state]) + Text(f"{check.name:<11}{check.says}"))
    if check.remedy:
        console.print(Text(f"{'':<16}{check.remedy}"))


def checks_json(checks: Iterable[Check], worst: State) -> str:
    """All of it: `state` is the worst, `checks` are in the order in which they were made."""
    content = {"state": worst, "checks": [check.model_dump() for check in checks]}
    return json.dumps(content, indent=2, ensure_ascii=False)
