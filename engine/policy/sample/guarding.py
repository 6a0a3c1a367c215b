"""What a children's guardian does in public law beside the rest: those who look after the child, the care plan, delay.

How often any of this is done, or left out, nobody has published: the proportions here are ours.
"""

from __future__ import annotations

from datetime import date

from engine.policy.sample.life import Life, chapter

LOOKED_AT = ("assessment", "relationship", "support_plan")
PRIOR_WORK = ("assessments", "family_meetings", "letters", "services")


def others_at_work(life: Life) -> None:
    """The guardian is in touch with the social worker and the reviewing officer, at the beginning and at the end."""
    if not _guards(life):
        return
    if life.kept(0.93, 0.75):
        _tell(life, "social_worker_contacted", _soon(life, life.accepted, 9, 25))
    if life.kept(0.88, 0.6):
        officer = f"iro-{life.rng.randrange(1, 90):02}"
        _tell(life, "iro_named", _soon(life, life.accepted, 9, 25), reviewing_officer=officer)
        if life.kept(0.92, 0.65):
            _tell(life, "iro_contacted", _soon(life, life.accepted, 9, 25))
    for child in life.late_joiners:
        if life.kept(0.85, 0.5):
            day = life.later(life.joined[child], 0, 9)
            life.tell("social_worker_contacted", day, child=child, by=life.lead(day))
    if life.final and life.kept(0.85, 0.5):
        _tell(life, "social_worker_contacted", _soon(life, life.final, 8, 20))
    if life.final and life.kept(0.35, 0.2):
        _tell(life, "iro_contacted", _soon(life, life.final, 8, 20))


def disagreement(life: Life) -> None:
    """Now and then the guardian does not agree with a care plan, and says so to whom it concerns, or only to the file."""
    for day, document in life.care_plans:
        if not life.chance(0.12):
            continue
        day = life.later(day, 1, 12)
        child = life.children if life.chance(0.7) else [life.rng.choice(life.children)]
        said = document if life.chance(0.97) else None
        life.tell("care_plan_disagreed_with", day, child=child, by=life.lead(day), document=said)
        if life.kept(0.88, 0.55):
            on = _soon(life, day, 4, 15)
            life.tell("care_plan_disagreement_raised", on, child=child, by=life.lead(on), document=said)


def orders_proposed(life: Life) -> None:
    """A care order at home is proposed, or a special guardian, and questioned and reviewed or not."""
    if life.work == "care" and life.chance(0.1):
        day = life.between(0.4, 0.8)
        _tell(life, "care_order_at_home_proposed", day)
        if life.kept(0.82, 0.45):
            _tell(
                life, "care_order_at_home_questioned", _soon(life, day, 9, 25), reasons_given=life.ask(0.92, 0.65, 0.06)
            )
    if life.work in ("care", "placement") and life.chance(0.14):
        day, guardian = life.between(0.35, 0.75), life.adults[-1:]
        _tell(life, "special_guardianship_proposed", day, adult=guardian)
        if life.kept(0.9, 0.6):
            looked_at = LOOKED_AT if life.kept(0.85, 0.5) else tuple(one for one in LOOKED_AT if life.chance(0.6))
            _tell(
                life, "special_guardianship_reviewed", _soon(life, day, 13, 30), adult=guardian,
                looked_at=looked_at if life.chance(0.96) else None,
            )  # fmt: skip


def delay(life: Life) -> None:
    """What each delay means for the children is put on the record, with what was done, or it passes in silence."""
    if not _guards(life):
        return
    if life.work == "care" and life.chance(0.15):
        extended = life.between(0.5, 0.85)
        life.tell("proceedings_extended", extended, child=life.children if life.chance(0.1) else None)
        life.delays.append(extended)
    for day in life.delays:
        if life.kept(0.75, 0.35):
            _tell(life, "delay_impact_recorded", _soon(life, day, 8, 25), action_stated=life.ask(0.88, 0.6, 0.06))


def _guards(life: Life) -> bool:
    return life.law == "public" and life.work != "adoption_reporting_officer"


def _soon(life: Life, day: date, soon: int, late: int) -> date:
    """Mostly within so many working days, now and then as late as that."""
    return life.later(day, 0, soon) if life.kept(0.93, 0.75) else life.later(day, soon + 2, late)


def _tell(life: Life, event: str, day: date, **said: str | bool | list[str] | tuple[str, ...] | None) -> None:
    life.tell(event, day, child=life.children, by=life.lead(day), **said)


CHAPTERS = (
    chapter(others_at_work, "social_worker_contacted iro_named iro_contacted"),
    chapter(disagreement, "care_plan_disagreed_with care_plan_disagreement_raised"),
    chapter(
        orders_proposed,
        "care_order_at_home_proposed care_order_at_home_questioned special_guardianship_proposed "
        "special_guardianship_reviewed",
    ),
    chapter(delay, "proceedings_extended delay_impact_recorded"),
)
