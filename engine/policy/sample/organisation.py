"""The organisation's own timeline: its reporting years, its boards, what it learns from those whom it serves."""

from __future__ import annotations

from datetime import date, timedelta

from engine.policy.sample.rest import Scene, tell_every_code
from engine.policy.sample.staff import TEAMS, in_post
from engine.policy.sample.story import Story

WORDS = frozenset(
    """reporting_year_began children_involved feedback_acted_on filing_intervals_reviewed process_reviewed
    standards_revised partners_consulted partners_joined_monitoring governance_meeting_held judgement_recorded""".split()
)
_FIRST_YEARS = 4
_ACTIVITIES = ("recruitment", "training", "quality_assurance")
_HEARD = ("children_programme", "complaints", "feedback")
_BOARDS = {"young_people": (2, 4), "participation": (1, 4), "management": (4, 6)}
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
    rng, year, last = story.rng, began.year, date(began.year + 1, 3, 20)

    def some(fewest: int, most: int) -> list[date]:
        return sorted(story.within(began, last) for _ in range(rng.randint(fewest, most)))

    def by() -> str:
        return in_post(rng, rng.choice(TEAMS), "service_manager")

    for activity in _ACTIVITIES:
        for on in some(1, 3) if story.chance(0.9) else ():
            story.tell("children_involved", on, by=by(), activity=activity, through_board=story.chance(0.7))
    for board, (fewest, most) in _BOARDS.items():
        for on in some(fewest, most):
            story.tell(
                "governance_meeting_held", on, board=board,
                membership_recorded=story.chance(0.92), minutes_recorded=story.chance(0.92),
            )  # fmt: skip
    for on in some(1, 3) if story.chance(0.9) else ():
        heard = tuple(where for where in _HEARD if story.chance(0.6)) or _HEARD[-1:]
        story.tell("feedback_acted_on", on, by=by(), drawn_from=heard)
    if story.chance(0.9):
        story.tell("filing_intervals_reviewed", some(1, 1)[0], by=by(), all_alike=story.chance(0.25))
    for on in some(1, 2) if story.chance(0.85) else ():
        story.tell("partners_joined_monitoring", on, by=by(), partners=rng.choice(_PARTNERS))
    processes = rng.sample(_PROCESSES, rng.randint(1, 3))
    for process in processes:
        story.tell(
            "process_reviewed", story.within(began, last), by=by(), process=f"process-{process}",
            outcome_served=f"outcome-{rng.randint(1, 4)}", steps_removed=rng.choice(_STEPS),
        )  # fmt: skip
    if year % 2 == 0:
        on = story.within(began + timedelta(days=90), last)
        if story.chance(0.8):
            asked = on - story.days(20, 80)
            story.tell(
                "partners_consulted", asked, by=by(), revision=f"revision-{year}", partners=rng.choice(_PARTNERS)
            )
        story.tell("standards_revised", on, by=by(), revision=f"revision-{year}")
    tell_every_code(story, scene.rest.words["organisation"], (began, min(last, story.as_at)))
    named = [f"process-{process}" for process in processes]
    said = {"process": named} if "process" in story.types.values() else {}
    scene.judge(story, (last, date(year + 1, 3, 31)), _JUDGES, 0.85, rng.choice(TEAMS), **said)
