"""The organisation's own timeline: its reporting years, its boards, what it learns from those whom it serves."""

from __future__ import annotations

from datetime import date, timedelta

from engine.policy.sample.rest import Scene, tell_every_code
from engine.policy.sample.staff import TEAMS, in_post
from engine.policy.sample.story import Story

WORDS = frozenset({
    "reporting_year_began", "children_involved", "feedback_acted_on", "filing_intervals_reviewed", "process_reviewed",
    "standards_revised", "partners_consulted", "partners_joined_monitoring", "governance_meeting_held",
    "judgement_recorded",
})  # fmt: skip
_FIRST_YEARS = 4
_ACTIVITIES = ("recruitment", "training", "quality_assurance")
_HEARD = ("children_programme", "complaints", "feedback")
_BOARDS = {"young_people": (2, 4), "participation": (2, 4), "management": (4, 6)}
_PARTNERS = ("local-authorities", "judiciary", "police", "family-charities", "health-bodies")
_PROCESSES = ("allocation", "expenses", "file-closing", "interpreter-booking", "report-checking")
_STEPS = ("none", "second-signature", "paper-copy", "monthly-return")
_JUDGES = {"assistant_director": 60, "board_member": 38, "independent_auditor": 2}


def tell_organisation(scene: Scene) -> Story:
    """The organisation's years, and what belongs to no case and nobody."""
    story, as_at = scene.story("organisation", "cafcass"), scene.as_at
    story.describe()
    for team in TEAMS:
        story.add("team", team, as_at)
    mentioned = {kind for word in scene.lexicon.dictionary.events for kind in word.about}
    for thing in scene.lexicon.dictionary.objects:
        if not thing.root and thing.name not in mentioned and thing.name not in story.types.values():
            story.add(thing.name, f"{thing.name}-1", as_at)
    for process in _PROCESSES:
        story.add("process", f"process-{process}", as_at)
    for year in range(as_at.year - _FIRST_YEARS, as_at.year + 1):
        began = date(year, 4, 1)
        if story.tell("reporting_year_began", began, 0, year=year):
            _year(scene, story, began)
    return story


def tell_forerunner(scene: Scene) -> Story:
    """An organisation that came to its end before Cafcass began: the Family Court Welfare Service."""
    story = scene.story("organisation", "fcws")
    story.describe()
    story.tell("organisation_wound_up", date(2001, 3, 31), 0)
    return story


def _year(scene: Scene, story: Story, began: date) -> None:
    """One reporting year, as far as it is over."""
    rng, last = story.rng, date(began.year + 1, 3, 20)
    _users(story, began, last)
    _partners(story, began, last)
    processes = [f"process-{process}" for process in rng.sample(_PROCESSES, rng.randint(1, 3))]
    for process in processes:
        story.tell(
            "process_reviewed", story.within(began, last), by=_manager(story), process=process,
            outcome_served=f"outcome-{rng.randint(1, 4)}", steps_removed=rng.choice(_STEPS),
        )  # fmt: skip
    if story.chance(0.9):
        alike = story.chance(0.25)
        story.tell("filing_intervals_reviewed", story.within(began, last), by=_manager(story), all_alike=alike)
    tell_every_code(story, scene.rest.words["organisation"], (began, min(last, story.as_at)))
    said = {"process": processes} if "process" in story.types.values() else {}
    scene.judge(story, (last, date(began.year + 1, 3, 31)), _JUDGES, 0.85, rng.choice(TEAMS), **said)


def _manager(story: Story) -> str:
    return in_post(story.rng, story.rng.choice(TEAMS), "service_manager")


def _some(story: Story, often: float, fewest: int, most: int, days: tuple[date, date]) -> list[date]:
    """Some days of the year, or, less often, none."""
    return [story.within(*days) for _ in range(story.rng.randint(fewest, most) if story.chance(often) else 0)]


def _users(story: Story, began: date, last: date) -> None:
    """Children take part, boards meet, and what users say changes something."""
    for activity in _ACTIVITIES:
        for on in _some(story, 0.9, 1, 3, (began, last)):
            story.tell("children_involved", on, by=_manager(story), activity=activity, through_board=story.chance(0.7))
    for board, (fewest, most) in _BOARDS.items():
        for on in _some(story, 0.95, fewest, most, (began, last)):
            story.tell(
                "governance_meeting_held", on, board=board,
                membership_recorded=story.chance(0.92), minutes_recorded=story.chance(0.92),
            )  # fmt: skip
    for on in _some(story, 0.9, 1, 3, (began, last)):
        always = story.rng.choice(_HEARD)
        heard = tuple(where for where in _HEARD if where == always or story.chance(0.5))
        story.tell("feedback_acted_on", on, by=_manager(story), drawn_from=heard)


def _partners(story: Story, began: date, last: date) -> None:
    """Partner agencies help to watch over the Standards, and are asked about a revision, every other year."""
    for on in _some(story, 0.93, 1, 3, (began, last)):
        story.tell("partners_joined_monitoring", on, by=_manager(story), partners=story.rng.choice(_PARTNERS))
    if began.year % 2:
        return
    on, revision = story.within(began + timedelta(days=90), last), f"revision-{began.year}"
    if story.chance(0.8):
        asked, partners = on - story.days(20, 80), story.rng.choice(_PARTNERS)
        story.tell("partners_consulted", asked, by=_manager(story), revision=revision, partners=partners)
    story.tell("standards_revised", on, by=_manager(story), revision=revision)
