"""The timelines that are not cases: the organisation's, and those of a few members of staff.

And whatever words of the dictionary no chapter tells: they are told here by form alone, each in the kind of timeline
that it belongs to, so that every word occurs in a sample large enough.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from random import Random
from types import MappingProxyType

from engine.policy.sample.life import Life, Post
from engine.policy.sample.staff import TEAMS, attributes_of, in_post
from engine.policy.sample.story import Lexicon, Story
from engine.record.dictionary import ACTOR, EventWord

_FIRST_YEARS = 4
_STAFF_WORDS = frozenset({"supervision_held", "quality_audited", "learning_point_recorded", "judgement_recorded"})
_ORGANISATION_WORDS = frozenset({"reporting_year_began", "children_involved", "judgement_recorded"})


class Rest:
    """The words that nobody tells, by the type of the timeline they belong to.

    An event about a child or whatever else is in a case belongs to cases, else one about a practitioner to that
    practitioner's timeline, else to the organisation's.
    """

    def __init__(self, lexicon: Lexicon, told: frozenset[str]) -> None:
        self.words: dict[str, list[EventWord]] = {"case": [], "practitioner": [], "organisation": []}
        closing = {word.closed_by for word in lexicon.dictionary.objects}
        for word in lexicon.dictionary.events:
            if word.name not in told | _STAFF_WORDS | _ORGANISATION_WORDS | closing:
                self.words[_home(lexicon, word)].append(word)


def _home(lexicon: Lexicon, word: EventWord) -> str:
    in_cases = {"case"}
    for _ in lexicon.objects:  # whatever is linked to something in a case is in a case
        in_cases |= {thing.name for thing in lexicon.dictionary.objects for tie in thing.links if in_cases & {*tie.to}}
    if in_cases & set(word.about):
        return "case"
    return "practitioner" if "practitioner" in word.about else "organisation"


def tell_rest(story: Story, words: Iterable[EventWord], days: tuple[date, date], often: float) -> None:
    """Each of the words told now and then, about what there is or what it needs."""
    first, last = days
    for word in words:
        if story.chance(often):
            tell_by_form(story, word, story.within(first, max(first, min(last, story.as_at))))


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


def tell_staff(
    lexicon: Lexicon, seed: int, practitioner: str, led: Sequence[tuple[str, Post]], as_at: date, rest: Rest,
    judged: Sequence[tuple[str, str]],
) -> Story:  # fmt: skip
    """The timeline of one member of staff, who leads these cases in these spells."""
    rng = Random(f"{seed}:{practitioner}")  # noqa: S311 - a sample, not a secret
    story = Story(lexicon, rng, as_at, ("practitioner", practitioner), attributes_of)
    post = attributes_of(practitioner)
    story.describe(role=post["role"], team=post["team"])
    supervisor = in_post(rng, post["team"], "practice_supervisor")
    begun = as_at - timedelta(days=rng.randint(200, 900))
    leaving = as_at - timedelta(days=rng.randint(5, 150)) if rng.random() < 0.2 else None
    end = leaving or as_at
    day = begun + timedelta(days=rng.randint(5, 40))
    while day < end:
        cases = [case for case, spell in led if spell.start <= day <= spell.end]
        for case in cases:
            story.add("case", case, day, law=None, work=None, team=None)
        # Now and then one of the cases is not talked about.
        talked = [case for case in cases if rng.random() < 0.93]
        story.tell("supervision_held", day, case=talked, by=supervisor)
        day += timedelta(days=rng.choices((28, 35, 63), (60, 30, 10))[0])
    for _ in range(rng.randint(0, 3)):
        on = story.within(begun, end)
        audit = story.add("audit", f"au-{practitioner}-{on.toordinal() % 9973}", on)
        story.tell("quality_audited", on, audit=audit, by=supervisor, role="practice_supervisor")
        story.tell("learning_point_recorded", on, audit=audit, by=supervisor)
    for _ in range(3):
        tell_rest(story, rest.words["practitioner"], (begun, end), 0.8)
    for clause, kind in judged:
        if kind == "practitioner" and rng.random() < 0.7:
            on = story.within(begun, end)
            outcome = "met" if rng.random() < 0.8 else "not_met"
            story.tell(
                "judgement_recorded", on, by=supervisor, clause=clause, outcome=outcome, role="practice_supervisor"
            )
    if leaving is not None:
        story.tell("practitioner_left", leaving, 0, practitioner=practitioner)
    return story


def tell_organisation(lexicon: Lexicon, seed: int, as_at: date, rest: Rest, judged: Sequence[tuple[str, str]]) -> Story:
    """The organisation's own timeline: its reporting years and what belongs to no case and nobody."""
    rng = Random(f"{seed}:organisation")  # noqa: S311 - a sample, not a secret
    story = Story(lexicon, rng, as_at, ("organisation", "cafcass"), attributes_of)
    story.describe()
    for team in TEAMS:
        story.add("team", team, as_at)
    mentioned = {kind for word in lexicon.dictionary.events for kind in word.about}
    for thing in lexicon.dictionary.objects:
        if not thing.root and thing.name not in mentioned and thing.name not in story.types.values():
            story.add(thing.name, f"{thing.name}-1", as_at)
    for year in range(as_at.year - _FIRST_YEARS, as_at.year + 1):
        began = date(year, 4, 1)
        last = min(date(year + 1, 3, 31), as_at)
        if not story.tell("reporting_year_began", began, 0, year=year):
            continue
        _tell_year(story, (began, last), rest.words["organisation"])
        for clause in (clause for clause, kind in judged if kind == "organisation" and rng.random() < 0.8):
            director = in_post(rng, rng.choice(TEAMS), "assistant_director")
            outcome = "met" if rng.random() < 0.8 else "not_met"
            on = story.within(began, last)
            role = "assistant_director"
            story.tell("judgement_recorded", on, by=director, clause=clause, outcome=outcome, role=role)
    return story


def tell_forerunner(lexicon: Lexicon, seed: int, as_at: date) -> Story:
    """An organisation that came to its end before Cafcass began: the Family Court Welfare Service."""
    rng = Random(f"{seed}:forerunner")  # noqa: S311 - a sample, not a secret
    story = Story(lexicon, rng, as_at, ("organisation", "fcws"), attributes_of)
    story.describe()
    story.tell("organisation_wound_up", date(2001, 3, 31), 0)
    return story


def _tell_year(story: Story, year: tuple[date, date], words: Iterable[EventWord]) -> None:
    for activity in ("recruitment", "training", "quality_assurance"):
        for _ in range(story.rng.choices((0, 1, 2), (12, 58, 30))[0]):
            on = story.within(*year)
            story.tell("children_involved", on, activity=activity, through_board=story.chance(0.7))
    # One timeline only: each word often enough for every code of it to occur.
    for word in words:
        most = max((len(attribute.codes) for attribute in word.attributes), default=0)
        for turn in range(1 + most):
            said = {a.name: list(a.codes)[turn % len(a.codes)] for a in word.attributes if a.kind == "code"}
            tell_by_form(story, word, story.within(*year), said if turn < most else {})


def posts_of(life: Life) -> list[tuple[str, Post]]:
    """Who leads that case when, as far as it is known by now."""
    return [(life.id, post) for post in life.posts if post.start <= life.as_at]
