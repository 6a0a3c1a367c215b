"""What no chapter tells, told by form alone, so that every word occurs in a sample large enough.

A word belongs to one kind of timeline. A type of object that has timelines of its own, and of which nobody tells, gets
a few of them here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from random import Random
from types import MappingProxyType
from typing import NamedTuple

from engine.policy.sample.staff import TEAMS, attributes_of, in_post
from engine.policy.sample.story import Lexicon, Said, Story
from engine.record.dictionary import ACTOR, EventWord

_FEW = 4


class Rest:
    """The words that nobody tells, by the type of the timeline they belong to.

    An event about a child or whatever else is in a case belongs to cases, else to the timeline of the practitioner, or
    of whatever else it is about that has timelines, else to the organisation's.
    """

    def __init__(self, lexicon: Lexicon, told: frozenset[str]) -> None:
        self.words: dict[str, list[EventWord]] = {root: [] for root in (*lexicon.dictionary.roots, "organisation")}
        closing = {word.closed_by for word in lexicon.dictionary.objects}
        for word in lexicon.dictionary.events:
            if word.name not in told | closing:
                self.words[_home(lexicon, word)].append(word)


def _home(lexicon: Lexicon, word: EventWord) -> str:
    in_cases = {"case"}
    for _ in lexicon.objects:  # whatever is linked to something in a case is in a case
        in_cases |= {thing.name for thing in lexicon.dictionary.objects for tie in thing.links if in_cases & {*tie.to}}
    if in_cases & set(word.about):
        return "case"
    roots = [kind for kind in word.about if kind in lexicon.dictionary.roots]
    return "practitioner" if "practitioner" in roots else roots[0] if roots else "organisation"


class Scene(NamedTuple):
    """What all timelines that are no cases are told from. `judged` as in `make_sample`."""

    lexicon: Lexicon
    seed: int
    as_at: date
    rest: Rest
    judged: Sequence[tuple[str, str]]

    def story(self, kind: str, name: str) -> Story:
        """A new timeline, with chances of its own."""
        rng = Random(f"{self.seed}:{name}")  # noqa: S311 - a sample, not a secret
        return Story(self.lexicon, rng, self.as_at, (kind, name), attributes_of)

    def judge(
        self, story: Story, days: tuple[date, date], roles: Mapping[str, int], often: float, team: str, **about: Said
    ) -> None:
        """Each clause about such a timeline is judged so often, by somebody in one of these roles."""
        for clause, kind in self.judged:
            if kind == story.root_type and days[0] <= self.as_at and story.chance(often):
                role = story.rng.choices(list(roles), list(roles.values()))[0]
                judge = in_post(story.rng, team, role)
                while judge == story.id:
                    judge = in_post(story.rng, story.rng.choice(TEAMS), role)
                on, outcome = story.within(*days), "met" if story.chance(0.88) else "not_met"
                story.tell("judgement_recorded", on, by=judge, clause=clause, outcome=outcome, role=role, **about)


def tell_rest(story: Story, words: Iterable[EventWord], days: tuple[date, date], often: float) -> None:
    """Each of the words told now and then, about what there is or what it needs."""
    first, last = days
    for word in words:
        if story.chance(often):
            tell_by_form(story, word, story.within(first, max(first, min(last, story.as_at))))


def tell_every_code(story: Story, words: Iterable[EventWord], days: tuple[date, date]) -> None:
    """Each of the words so often that every code of it occurs: for words that have few timelines to occur in."""
    for word in words:
        most = max((len(attribute.codes) for attribute in word.attributes), default=0)
        for turn in range(1 + most):
            said = {a.name: list(a.codes)[turn % len(a.codes)] for a in word.attributes if a.kind == "code"}
            tell_by_form(story, word, story.within(*days), said if turn < most else {})


def tell_by_form(story: Story, word: EventWord, on: date, said: Mapping[str, str] = MappingProxyType({})) -> bool:
    """One event that says this at least, about an object of each type it may be about, made up where there is none."""
    about: dict[str, str] = {}
    for kind in word.about:
        if kind == story.root_type:
            continue
        able = story.of_type(kind)
        if kind == "practitioner" and not able:
            about[kind] = in_post(story.rng, story.rng.choice(TEAMS), "practitioner")
        elif able and (kind in word.needs or len(word.about) == 1 or story.chance(0.75)):
            about[kind] = story.rng.choice(able)
        elif not able and kind not in story.lexicon.dictionary.roots:
            about[kind] = story.add(kind, f"{kind}-{story.id}-{on.toordinal() % 997}", on)
    if ACTOR in word.needs or story.chance(0.5):
        about[ACTOR] = in_post(story.rng, story.rng.choice(TEAMS), "service_manager")
    return story.tell(word.name, on, **about, **said)


def tell_root(scene: Scene, kind: str, number: int) -> Story:
    """One of a few timelines of a type that nobody knows how to tell."""
    story = scene.story(kind, f"{kind.replace('_', '-')}-{number:02}")
    story.describe()
    first = scene.as_at - story.days(100, 1500)
    last = first + timedelta(days=(scene.as_at - first).days * 2 // 3)
    tell_every_code(story, scene.rest.words[kind], (first, last))
    scene.judge(story, (last, scene.as_at), {"assistant_director": 1, "board_member": 1}, 0.7, story.rng.choice(TEAMS))
    closed_by = scene.lexicon.objects[kind].closed_by
    if number == _FEW and closed_by is not None:
        tell_by_form(story, scene.lexicon.events[closed_by], last + story.days(0, (scene.as_at - last).days))
    return story


def further_roots(scene: Scene, known: Iterable[str]) -> list[tuple[str, int]]:
    """The types with timelines of their own that nobody tells, each with the numbers of a few timelines."""
    kinds = [kind for kind in scene.lexicon.dictionary.roots if kind not in known]
    return [(kind, number) for kind in kinds for number in range(1, _FEW + 1)]
