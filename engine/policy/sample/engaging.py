"""Children and families drawn in: letters, storyboards, what is recommended explained to them, and what they say to it.

How often any of this is done, or left out, nobody has published: the proportions here are ours.
"""

from __future__ import annotations

from datetime import date

from engine.policy.sample.life import Life, chapter

TOGETHER = date(2021, 9, 1)
"""From then on there are storyboards, and plans in the style of the Together framework."""

_REASONS = ("unreachable", "unsafe", "declined", "other")
_WRITES = 4.0
"""From about that age a child is asked for words of their own."""
_SPEAKS = 2.0
"""Below about that age a child is noted as too young to say anything."""


def letters(life: Life) -> None:
    """Each child is written to at the beginning and at the end, in most kinds of work.

    In private law the first letter mostly follows the first hearing, before which children are not spoken to.
    """
    for child in life.children:
        if not life.sees_children and not life.chance(0.5):
            continue
        if life.kept(0.9, 0.6):
            begun = life.begun(child)
            if life.law == "private" and life.chance(0.7):
                begun = max(begun, life.first_hearing)
            day = life.later(begun, 0, 5) if life.kept(0.93, 0.75) else life.later(begun, 6, 20)
            life.tell("introductory_letter_sent", day, child=child, by=life.lead(day))
        if life.kept(0.8, 0.45):
            day = life.between(0.95, 0.99)
            life.tell("goodbye_letter_sent", day, child=child, by=life.lead(day), invites_feedback=life.ask(0.92, 0.7))


def too_young(life: Life) -> None:
    """Of a small child it is noted that there is nothing yet to ask, or that is left out."""
    for child in life.children:
        if life.sees_children and life.age(child, life.begun(child)) < _SPEAKS and life.kept(0.8, 0.45):
            day = life.later(life.begun(child), 3, 15)
            life.tell("child_found_too_young", day, child=child, by=life.lead(day))


def storyboard(life: Life, planned: date) -> bool | None:
    """About when the first plan is made a storyboard is made as well; what a plan is said to have drawn from it."""
    if planned < TOGETHER:
        return None
    if life.kept(0.75, 0.4):
        on = life.later(planned, 0, 9) if life.kept(0.9, 0.7) else life.later(planned, 11, 25)
        adults = life.adults if life.chance(0.5) else None
        life.tell("storyboard_made", on, child=life.children, adult=adults, by=life.lead(on))
        return life.ask(0.75, 0.5, 0.15)
    return None if life.chance(0.2) else life.chance(0.05)


def recommending(life: Life, report: str, filed: date, about: list[str], weighs: list[str]) -> None:
    """What a report recommends is explained to child and family before it is filed, or later, or not; and they are asked."""
    for child in about:
        if life.age(child, filed) < _SPEAKS + 1:
            if life.kept(0.75, 0.4):
                _why_not(life, report, filed, "too_young", child=child)
            continue
        if life.kept(0.9, 0.55):
            on = _before(life, filed, 5) if life.kept() else life.later(filed, 1, 9)
            explained = life.ask(0.93, 0.65, 0.06)
            life.tell(
                "report_shared_with_child",
                on,
                child=child,
                report=report,
                by=life.lead(on),
                reasons_explained=explained,
            )
            if life.kept(0.92, 0.6):
                on = min(on, filed)
                life.tell(
                    "view_of_recommendation_sought", on, child=child, report=report, by=life.lead(on),
                    in_report=life.ask(0.94, 0.75, 0.05),
                )  # fmt: skip
        elif life.kept(0.5, 0.2):
            _why_not(life, report, filed, life.rng.choice(_REASONS), child=child)
        if life.age(child, filed) >= _WRITES and life.kept(0.85, 0.5):
            on = _before(life, filed, 20)
            life.tell("own_words_invited", on, child=child, report=report, by=life.lead(on))
    for adult in weighs:
        if life.kept(0.88, 0.55):
            on = _before(life, filed, 5) if life.kept() else life.later(filed, 1, 9)
            life.tell("recommendation_shared_with_adult", on, adult=adult, report=report, by=life.lead(on))
        elif life.kept(0.5, 0.2):
            _why_not(life, report, filed, life.rng.choice(_REASONS), adult=adult)


def _before(life: Life, filed: date, most: int) -> date:
    return min(life.workday(filed - life.days(1, most)), filed)


def _why_not(life: Life, report: str, filed: date, reason: str, **about: str) -> None:
    on = _before(life, filed, 5)
    life.tell("recommendation_not_shared_reason", on, report=report, by=life.lead(on), reason=reason, **about)


CHAPTERS = (
    chapter(letters, "introductory_letter_sent goodbye_letter_sent"),
    chapter(too_young, "child_found_too_young"),
)
"""Storyboards are told with the plans, what is recommended with the reports."""
