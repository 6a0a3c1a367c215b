"""How a case begins: the referral, the screening, who leads it, the first assessments."""

from __future__ import annotations

from datetime import date, timedelta

from engine.policy.sample.life import Life, Post, chapter
from engine.policy.sample.staff import in_post

_AGENCIES = {"police": 0.9, "local_authority": 0.9, "health": 0.25, "school": 0.35, "other": 0.06}
_CHECKS = ("police", "local_authority")


def intake(life: Life) -> None:
    """The referral is received, screened and accepted; some families are referred again."""
    _referral(life, life.start)
    life.tell("case_accepted", life.accepted)
    if life.chance(0.07):
        _referral(life, life.between(0.3, 0.8) if life.chance(0.6) else life.start + life.days(5, 40))


def _referral(life: Life, on: date) -> None:
    children = life.children if life.chance(0.3) else None
    life.tell("referral_received", on, 0 if life.chance(0.8) else None, child=children)
    if life.kept(0.985, 0.85):
        screened = life.workday(on) if life.kept(0.95, 0.78) else life.later(on, 1, 6)
        result = life.rng.choices(("no_concern", "concern", "urgent"), (70, 25, 5))[0]
        by = in_post(life.rng, life.team, "practitioner")
        life.tell("referral_screened", screened, child=children, by=by, result=result if life.chance(0.97) else None)
        if result != "no_concern" and life.kept(0.8, 0.5):
            life.tell("child_protection_referral_made", life.later(screened, 0, 2), child=life.children, by=by)


def allocation(life: Life) -> None:
    """A practitioner leads the case, after duty cover for some; most leads stay, some change well, some badly."""
    rng = life.rng
    wait = rng.choices((rng.randint(0, 2), rng.randint(3, 8), rng.randint(9, 50)), (80, 15, 5))[0]
    first = life.later(life.start, wait, wait)
    if wait > 2 and life.kept(0.85, 0.5):
        day = life.later(life.start, 0, 2)
        while day < first:
            cover = in_post(rng, life.team, "practitioner")
            action = rng.choice(("call-made", "checks-sent", "letter-sent", "reviewed", "no-action"))
            life.tell("duty_cover_recorded", day, practitioner=cover, by=cover, action=action)
            day = life.later(day, 4, 9)
    lead, day = in_post(rng, life.team, "practitioner"), first
    for last in _spells(life, first):
        life.posts.append(Post(day, last, lead))
        if life.kept(0.995, 0.96):
            by = life.manager if life.chance(0.5) else None
            life.tell("lead_allocated", day, practitioner=lead, by=by, induction_first=life.chance(0.06))
        closing = last >= life.end
        if closing and not life.chance(0.6):
            continue
        reason = "case_ended" if closing else rng.choice(
            ("left_post", "long_absence", "workload", "conflict_of_interest", "family_request", "other")
        )  # fmt: skip
        life.tell("lead_ended", last, practitioner=lead, reason=reason if life.kept(0.93, 0.6) else None)
        lead = in_post(rng, life.team, "practitioner")
        # The next one begins the same day, after a gap, or while the first is still there.
        day = rng.choices((last, life.later(last, 1, 20), last - timedelta(days=rng.randint(1, 14))), (60, 28, 12))[0]
    if life.chance(0.12):
        day = life.between(0.1, 0.8)
        helper = in_post(rng, life.team, "practitioner")
        life.tell("helper_assigned", day, practitioner=helper, by=life.lead(day), tasks_set_by_lead=life.kept(0.9, 0.6))


def _spells(life: Life, first: date) -> list[date]:
    """The last days of the leads, one after the other."""
    changes = life.rng.choices((0, 1, 2), (76, 19, 5))[0] if (life.end - life.start).days > 60 else 0
    ends = sorted(day for day in (life.between(0.2, 0.85) for _ in range(changes)) if day > first)
    return [*dict.fromkeys(ends), life.end]


def risk(life: Life) -> None:
    """Risk and needs are looked at early, and risk again every couple of months, mostly with the tool."""
    if life.kept(0.93, 0.75):
        day = (
            life.amid(life.start, life.first_hearing) if life.kept(0.95, 0.8) else life.later(life.first_hearing, 1, 15)
        )
        explored = life.ask(0.92, 0.6)
        life.tell(
            "early_assessment_made", day, child=life.children, by=life.lead(day), diversity_explored=explored,
            reviews_local_authority_work=life.ask(0.5, 0.3, 0.3) if life.law == "public" else None,
        )  # fmt: skip
    together = life.chance(0.8)
    for children in [life.children] if together else [[child] for child in life.children]:
        day = life.later(life.accepted, 1, 9) if life.kept(0.95, 0.75) else life.later(life.accepted, 11, 25)
        while day < life.end:
            if life.kept(0.95, 0.7):
                _look_at_risk(life, day, children)
            day = life.later(day, 25, 38)
    for child in life.late_joiners if together else ():
        if life.kept(0.92, 0.6):
            _look_at_risk(life, life.later(life.joined[child], 0, 9), [child])


def _look_at_risk(life: Life, day: date, children: list[str]) -> None:
    tool = life.ask(0.97, 0.85, 0.1)
    life.tell("risk_assessed", day, child=children, by=life.lead(day), tool_used=tool, risk_found=life.chance(0.3))


def agencies(life: Life) -> None:
    """What the police, the local authority and others know about each child."""
    life.assessed = []
    for agency, often in _AGENCIES.items():
        if not life.analyses and agency not in _CHECKS:
            continue
        together = life.chance(0.9)
        for children in [life.children] if together else [[child] for child in life.children]:
            if life.chance(often):
                day = life.later(life.accepted, 1, 12) if life.chance(0.85) else life.later(life.accepted, 18, 45)
                if life.tell("agency_assessment_received", day, agency=agency, child=children):
                    life.assessed.append(day)
    if life.assessed and life.chance(0.1 if life.analyses else 0.35):
        day = life.later(max(life.assessed), 0, 8)
        life.tell("agency_assessment_not_needed", day, child=life.children, by=life.lead(day))


def diversity(life: Life) -> None:
    """Equality and diversity are explored with each person, or not."""
    day = life.later(life.start, 4, 20)
    for persons in [life.adults] if life.chance(0.8) else [[person] for person in life.adults]:
        if life.kept(0.75, 0.4):
            life.tell("diversity_assessed", day, adult=persons, by=life.lead(day), declined=life.chance(0.08))
    if life.kept(0.8, 0.45):
        life.tell("diversity_assessed", day, child=life.children, by=life.lead(day), declined=False)


def agreement(life: Life) -> None:
    """In private law, whether the parents can agree; and what further work the court should order."""
    if life.law != "private":
        return
    early = life.kept(0.95, 0.75)
    day = life.amid(life.accepted, life.first_hearing) if early else life.later(life.first_hearing, 1, 20)
    if life.chance(0.6 if life.work in ("short_court_based_resolution", "dispute_resolution") else 0.2):
        safe = life.kept(0.92, 0.6) if life.chance(0.95) else None
        by = life.lead(day)
        life.tell("agreement_reached", day, child=life.children, adult=life.adults, by=by, safety_checked=safe)
        return
    if life.chance(0.3):
        life.tell("agreement_not_possible", day, child=life.children, adult=life.adults, by=life.lead(day))
    if life.kept(0.95, 0.75):
        life.tell(
            "way_forward_filed", day, child=life.children, by=life.lead(day),
            future_work_named=life.ask(0.97, 0.85, 0.02), legal_framework_named=life.ask(0.93, 0.7, 0.02),
        )  # fmt: skip


def local_authority(life: Life) -> None:
    """In public law, the local authority's assessments and care plans arrive, and are reviewed or not."""
    if life.law != "public":
        return
    if life.chance(0.06):
        life.tell("no_local_authority_plan_recorded", life.later(life.start, 2, 20), child=life.children)
        return
    day = life.later(life.start, 0, 8)
    for version in range(1, 5):
        for kind in ("assessment", "care_plan") if version == 1 or life.chance(0.7) else ("care_plan",):
            document = f"{kind.replace('_', '-')}-v{version}"
            life.tell("local_authority_work_received", day, child=life.children, document=document, kind=kind)
            if kind == "care_plan":
                life.care_plans.append((day, document))
            if life.kept(0.95, 0.7):
                on = life.later(day, 0, 5) if life.kept(0.9, 0.6) else life.later(day, 6, 30)
                life.tell(
                    "local_authority_work_reviewed", on, child=life.children, by=life.lead(on), document=document,
                    further_steps_noted=life.ask(0.97, 0.8),
                    alternatives_considered=life.ask(0.82, 0.5, 0.06) if kind == "care_plan" else None,
                )  # fmt: skip
        day = life.later(day, 40, 80)
        if day >= life.end:
            return


CHAPTERS = (
    chapter(intake, "referral_received referral_screened case_accepted child_protection_referral_made"),
    chapter(allocation, "lead_allocated lead_ended duty_cover_recorded helper_assigned"),
    chapter(risk, "early_assessment_made risk_assessed"),
    chapter(agencies, "agency_assessment_received agency_assessment_not_needed"),
    chapter(diversity, "diversity_assessed"),
    chapter(agreement, "agreement_reached agreement_not_possible way_forward_filed"),
    chapter(
        local_authority,
        "local_authority_work_received local_authority_work_reviewed no_local_authority_plan_recorded",
    ),
)
