"""What assessments find and what is to be learnt from them: grades, assessors, learning points. Every rate is ours."""

from __future__ import annotations

from random import Random

DOMAINS = ("safe", "heard", "better_represented", "enabled")

_GRADES = ("outstanding", "good", "met", "requires_improvement")
# A few are assessed by somebody whom no clause entitles to it: the record takes that too.
_ASSESSORS = {
    "practice_supervisor": 58,
    "service_manager": 28,
    "independent_auditor": 7,
    "assistant_director": 3,
    "practitioner": 2,
    "legal": 1,
    "board_member": 1,
}
_THEMES = {
    "safe": ("risk", "risk", "analysis", "delay"),
    "heard": ("lived_experience", "recommendation"),
    "better_represented": ("analysis", "language", "delay"),
    "enabled": ("explaining", "taking_part"),
}


def assessor(rng: Random) -> str:
    """The post of whoever assesses."""
    return rng.choices(list(_ASSESSORS), list(_ASSESSORS.values()))[0]


def grades(rng: Random, *, sound: bool) -> dict[str, str | None]:
    """A grade for each outcome; now and then one is left out."""
    weights = (12, 45, 33, 10) if sound else (3, 22, 40, 35)
    return {name: rng.choices(_GRADES, weights)[0] if rng.random() < 0.98 else None for name in DOMAINS}


def points(rng: Random, *, sound: bool) -> range:
    """The numbers of the learning points under one outcome: three as they should be, or fewer, or one too many."""
    three = rng.random() < (0.75 if sound else 0.45)
    return range(1, 1 + (3 if three else rng.choices((0, 1, 2, 4), (30, 30, 30, 10))[0]))


def said(rng: Random, domain: str, point: int) -> dict[str, str | int | None]:
    """What the log says of a learning point."""
    theme = "other" if rng.random() < 0.05 else rng.choice(_THEMES[domain])
    return {
        "domain": domain,
        "point": point if rng.random() < 0.95 else None,
        "theme": theme if rng.random() < 0.93 else None,
    }
