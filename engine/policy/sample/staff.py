"""Who works where in the sample: some forty teams, with practitioners, supervisors and managers. Ids only, no names."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

TEAMS = tuple(
    f"{region}-{number}" for region in ("north", "south", "east", "west", "midlands") for number in range(1, 9)
)

_EACH = 50
_POSTS = {
    **dict.fromkeys(range(1, 42), "practitioner"),
    42: "board_member",
    **dict.fromkeys(range(43, 47), "practice_supervisor"),
    47: "service_manager",
    48: "assistant_director",
    49: "legal",
    50: "independent_auditor",
}


def in_post(rng: Random, team: str, role: str) -> str:
    """The id of somebody in that post in that team."""
    place = rng.choice([place for place, post in _POSTS.items() if post == role] or [1])
    return f"p-{TEAMS.index(team) * _EACH + place:04}"


def attributes_of(practitioner: str) -> Mapping[str, str]:
    """The role and team of that member of staff."""
    number = int(practitioner.removeprefix("p-")) - 1
    return {"role": _POSTS[number % _EACH + 1], "team": TEAMS[number // _EACH]}
