"""What comes up on the way: signs of risk, gaps in others' services, work done twice, confidences passed on."""

from __future__ import annotations

from engine.policy.sample.life import Life, chapter
from engine.policy.sample.staff import in_post

_RISKS = ("domestic_abuse", "neglect", "substance_misuse", "mental_health", "sexual_harm", "other")
_OFTEN = (40, 15, 18, 14, 5, 8)
_BODIES = {"local_authority": 60, "health": 20, "school": 14, "police": 4, "other": 2}
_GROUNDS = {"consent": 30, "protocol": 30, "statute": 20, "court_order": 14, "no_basis": 6}
_RECIPIENTS = ("school", "health-visitor", "police", "solicitor", "housing")


def signs(life: Life) -> None:
    """A sign of risk is met with the step that the policy asks for, or a reason why not, or nothing."""
    for _ in range(life.rng.choices((0, 1, 2), (80, 15, 5))[0]):
        kind = life.rng.choices(_RISKS, _OFTEN)[0]
        day = life.between(0.05, 0.8)
        child = life.children if life.chance(0.6) else life.rng.choice(life.children)
        told = kind if life.chance(0.97) else None
        if not life.tell("risk_indicator_found", day, child=child, by=life.lead(day), kind=told):
            continue
        on = life.later(day, 0, 3)
        if life.kept(0.92, 0.7):
            life.tell("toolkit_step_completed", on, child=child, by=life.lead(on), kind=told)
        elif life.kept(0.7, 0.3):
            life.tell(
                "variation_noted", on, child=child, by=life.lead(on), kind=told, reason="other-agency-acting",
                discussed_with_manager=life.ask(0.9, 0.6),
            )  # fmt: skip


def gaps(life: Life) -> None:
    """A child does not get what another body should give: it is raised there, and now and then in court."""
    if not (life.analyses and life.chance(0.12)):
        return
    day, gap = life.between(0.15, 0.75), life.next_id("gap")
    body = life.rng.choices(list(_BODIES), list(_BODIES.values()))[0]
    child = life.children if life.chance(0.5) else life.rng.choice(life.children)
    life.tell("service_gap_found", day, child=child, by=life.lead(day), gap=gap, body=body)
    if not life.kept(0.94, 0.65):
        return
    day = life.later(day, 0, 8) if life.kept(0.93, 0.75) else life.later(day, 11, 25)
    life.tell("gap_raised_with_body", day, child=child, by=life.lead(day), gap=gap, body=body)
    if not life.kept(0.9, 0.6):
        return
    day = life.later(day, 4, 26) if life.kept(0.92, 0.7) else life.later(day, 31, 50)
    result = life.rng.choices(("closed", "partly_closed", "failed"), (45, 20, 35))[0]
    life.tell("gap_result_recorded", day, child=child, by=life.lead(day), gap=gap, result=result)
    on = life.later(day, 1, 9)
    if result == "failed" and life.kept(0.85, 0.55):
        life.tell("returned_to_court", on, child=child, by=life.lead(on), gap=gap)
    elif result == "failed" and life.chance(0.5):
        life.tell("gap_overtaken", on, child=child, by=life.lead(on), gap=gap)


def work_done_twice(life: Life) -> None:
    """Somebody finds that a piece of our work is done elsewhere, and we stop it."""
    if not life.chance(0.05):
        return
    day, task = life.between(0.2, 0.8), life.next_id("task")
    life.tell("duplication_found", day, child=life.children, by=life.supervisor, task=task)
    if life.kept(0.92, 0.7):
        on = life.later(day, 0, 9) if life.kept(0.95, 0.8) else life.later(day, 12, 25)
        life.tell("duplication_ended", on, child=life.children, by=life.lead(on), task=task)


def confidences(life: Life) -> None:
    """Information is passed on, with a ground or without; now and then something gets out."""
    rng = life.rng
    for _ in range(rng.choices((0, 1, 2), (90, 8, 2))[0]):
        day, who = life.between(0.1, 0.95), rng.choice([*life.adults, *life.children])
        disclosure, kind = life.next_id("di"), life.types.get(who, "adult")
        life.add("disclosure", disclosure, day, links={"about": who})
        basis = rng.choices(list(_GROUNDS), list(_GROUNDS.values()))[0]
        life.tell(
            "information_disclosed", day, disclosure=disclosure, by=life.lead(day), recipient=rng.choice(_RECIPIENTS),
            basis=basis, authorised=life.ask(0.96, 0.8), **{kind: who},
        )  # fmt: skip
    if life.chance(0.025):
        day, who = life.between(0.1, 1.0), rng.choice([*life.adults, *life.children])
        breach, kind = life.next_id("br"), life.types.get(who, "adult")
        life.add("breach", breach, day, links={"about": who})
        by = in_post(rng, life.team, "legal") if life.chance(0.5) else life.manager
        life.tell("confidentiality_breached", day, breach=breach, by=life.lead(day), **{kind: who})
        if life.kept(0.94, 0.7):
            on = life.later(day, 1, 9) if life.kept(0.95, 0.75) else life.later(day, 11, 30)
            life.tell("breach_handled", on, breach=breach, by=by, **{kind: who})


CHAPTERS = (
    chapter(signs, "risk_indicator_found toolkit_step_completed variation_noted"),
    chapter(
        gaps,
        "service_gap_found gap_raised_with_body gap_result_recorded returned_to_court gap_overtaken",
    ),
    chapter(work_done_twice, "duplication_found duplication_ended"),
    chapter(confidences, "information_disclosed confidentiality_breached breach_handled"),
)
