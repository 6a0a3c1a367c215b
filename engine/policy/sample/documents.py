"""A handful each of contracts, protocols, policies and projects of change, from their beginning to their end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import NamedTuple

from engine.policy.sample.rest import Scene, tell_rest
from engine.policy.sample.staff import TEAMS, in_post
from engine.policy.sample.story import Story

_JUDGES = {"assistant_director": 55, "board_member": 40, "independent_auditor": 5}
_DIRECTORS = {"assistant_director": 60, "board_member": 40}
_PARTNERS = ("local-authorities", "police", "health-bodies", "judiciary", "schools")
_KINDS = ("standard", "policy", "procedure")
_BOTH = ("external_codes", "own_codes")


def _manager(story: Story) -> str:
    return in_post(story.rng, story.rng.choice(TEAMS), "service_manager")


def _contract(scene: Scene, story: Story, number: int) -> None:
    """Awarded after it was found to be best value, or without; awarded anew after two or three years, or ended."""
    story.describe()
    day = first = scene.as_at - story.days(200, 2200)
    if story.chance(0.85):
        codes = _BOTH if story.chance(0.9) else _BOTH[:1]
        story.tell("code_accepted", day + story.days(-10, 9), accepted_codes=codes)
    while day <= scene.as_at:
        if story.chance(0.85):
            assessed = day - story.days(5, 60) if story.chance(0.9) else day + story.days(5, 30)
            story.tell("best_value_assessed", assessed, by=_manager(story))
        story.tell("contract_awarded", day, 0, by=_manager(story))
        scene.judge(story, (day + timedelta(20), day + timedelta(90)), _JUDGES, 0.75, story.rng.choice(TEAMS))
        day += story.days(700, 1100)
        if number % 4 == 0 or story.chance(0.2):
            story.tell("contract_ended", day if day <= scene.as_at else scene.as_at - story.days(1, 60), 0)
            break
    tell_rest(story, scene.rest.words["contract"], (first, scene.as_at), 0.8)


def _protocol(scene: Scene, story: Story, number: int) -> None:
    """Agreed with other agencies, and reviewed by its own date again and again; some are overdue."""
    story.describe()
    day = first = scene.as_at - story.days(300, 2500)
    due = day + story.days(360, 740)
    story.tell(
        "protocol_agreed", day, 0, by=_manager(story), next_review=due if story.chance(0.95) else None,
        partners=story.rng.choice(_PARTNERS) if story.chance(0.93) else None,
        owner=in_post(story.rng, story.rng.choice(TEAMS), "assistant_director") if story.chance(0.9) else None,
    )  # fmt: skip
    while due <= scene.as_at:
        if story.chance(0.14):
            break  # forgotten
        on = due - story.days(0, 60) if story.chance(0.85) else due + story.days(10, 150)
        due = max(on, due) + story.days(360, 740)
        story.tell("protocol_reviewed", on, by=_manager(story), next_review=due if story.chance(0.96) else None)
        day = max(day, on)
    if number % 4 == 0:
        story.tell("protocol_ended", story.within(min(day, scene.as_at), scene.as_at), 0)
    tell_rest(story, scene.rest.words["protocol"], (first, scene.as_at), 0.8)


def _policy(scene: Scene, story: Story, number: int) -> None:
    """Put in force, and found fit again every year or two; a few are out of their cycle."""
    story.describe(kind=_KINDS[number % len(_KINDS)])
    day = first = scene.as_at - story.days(400, 3000)
    story.tell("policy_issued", day, 0, by=in_post(story.rng, story.rng.choice(TEAMS), "assistant_director"))
    forgotten = story.chance(0.12)
    on = day
    while on <= scene.as_at:
        day, on = on, on + (story.days(420, 715) if story.chance(0.88) else story.days(740, 1000))
        if forgotten and on > scene.as_at - timedelta(900):
            break
        story.tell("policy_assured", on, by=_manager(story))
    if number % 5 == 0:
        story.tell("policy_withdrawn", story.within(min(day, scene.as_at), scene.as_at), 0)
    tell_rest(story, scene.rest.words["policy_document"], (first, scene.as_at), 0.8)


def _change(scene: Scene, story: Story, number: int) -> None:
    """Begun after its effects were thought through, or before; some could not wait."""
    story.describe()
    urgent = number % 5 == 0
    started = scene.as_at - story.days(30, 800)
    if story.chance(0.3 if urgent else 0.92):
        analysed = started - story.days(0, 70) if story.chance(0.9) else started + story.days(5, 40)
        story.tell("impact_analysed", analysed, by=_manager(story))
    story.tell("change_started", started, 0, by=_manager(story), urgent=urgent if story.chance(0.9) else None)
    finished = started + story.days(90, 500)
    scene.judge(story, (finished - timedelta(40), finished), _DIRECTORS, 0.85, story.rng.choice(TEAMS))
    story.tell("change_completed", finished, 0)
    tell_rest(story, scene.rest.words["change_project"], (started, scene.as_at), 0.8)


class _Shelf(NamedTuple):
    """One kind of them: how many there are, what their ids begin with, who tells them and in which words."""

    number: int
    prefix: str
    tell: Callable[[Scene, Story, int], None]
    words: str


_SHELVES: Mapping[str, _Shelf] = MappingProxyType({
    "contract": _Shelf(12, "contract", _contract, "best_value_assessed contract_awarded code_accepted"),
    "protocol": _Shelf(12, "protocol", _protocol, "protocol_agreed protocol_reviewed"),
    "policy_document": _Shelf(24, "policy", _policy, "policy_issued policy_assured"),
    "change_project": _Shelf(12, "change", _change, "change_started impact_analysed"),
})  # fmt: skip
KINDS = frozenset(_SHELVES)
WORDS = frozenset(word for shelf in _SHELVES.values() for word in shelf.words.split()) | {"judgement_recorded"}


def documents_there(scene: Scene) -> list[tuple[str, str, int]]:
    """Each of them that the dictionary has a word for: its id, its type and its number."""
    return [
        (f"{shelf.prefix}-{number:02}", kind, number)
        for kind, shelf in _SHELVES.items()
        if kind in scene.lexicon.dictionary.roots
        for number in range(1, shelf.number + 1)
    ]


def tell_document(scene: Scene, name: str, kind: str, number: int) -> Story:
    """The timeline of one of them."""
    story = scene.story(kind, name)
    _SHELVES[kind].tell(scene, story, number)
    return story
