"""What the doctor says of one thing that it looked at."""

from __future__ import annotations

from typing import Literal

from engine.record.dictionary import Frozen
from engine.record.problem import KeptError

State = Literal["ok", "warn", "bad"]


class Check(Frozen):
    """One thing that was looked at: how it is, in words, and what to do (empty when it is well)."""

    name: str
    state: State
    says: str
    remedy: str = ""


def well(name: str, says: str) -> Check:
    """It is as it should be."""
    return Check(name=name, state="ok", says=says)


def warn(name: str, says: str, remedy: str) -> Check:
    """A night can run, and somebody should see to it."""
    return Check(name=name, state="warn", says=says, remedy=remedy)


def bad(name: str, says: str, remedy: str) -> Check:
    """A night cannot run, or cannot be trusted."""
    return Check(name=name, state="bad", says=says, remedy=remedy)


def refused(name: str, error: KeptError) -> Check:
    """Something was refused: our messages end with what to do, in a sentence of its own."""
    problem, _, remedy = str(error).partition(". ")
    return bad(name, problem, remedy or "Put that right, then look again.")
