"""The work itself: analysis and plan, and the children, who are seen and heard or are not."""

from __future__ import annotations

from datetime import date

from engine.policy.sample import engaging, guarding
from engine.policy.sample.life import Life, chapter

# In order of the alphabet, as lists of codes are kept.
HEADINGS = ("capability", "characteristics", "court_powers", "effect_of_change", "harm", "needs", "wishes_and_feelings")
_NOT_ALONE = ("child_wished", "needs_support", "unsafe", "other")
_AGENCIES = {"health": 0.3, "local_authority": 0.6, "other": 0.06, "police": 0.55, "school": 0.5}


def analysis_and_plan(life: Life) -> None:
    """A case analysis, then a plan, reviewed every few weeks; both made anew after a significant change, or not."""
    day = life.later(life.accepted, 10, 17)
    if not life.analyses:
        if life.kept(0.75, 0.4):  # a short one, for the first hearing
            _analysis(life, day, 1)
        return
    version, told = 0, None
    plan = life.next_id("pl")
    life.add("plan", plan, day, links={"about": life.children})
    changes = sorted(life.between(0.25, 0.9) for _ in range(life.rng.choices((0, 1, 2), (60, 30, 10))[0]))
    for on in [day, *changes]:
        version += 1
        if version > 1 and not _changed(life, on):
            continue
        if version == 1 or life.kept(0.92, 0.5):
            _analysis(life, life.later(on, 0, 8) if version > 1 else on, version)
        if life.kept(0.97, 0.85) if version == 1 else life.kept(0.88, 0.45):
            planned = life.later(on, 1, 8)
            told = engaging.storyboard(life, planned) if version == 1 else told
            _plan(life, plan, planned, version, storyboard_used=told)
    late = [on for on in life.assessed if on > day]
    if late and life.kept(0.9, 0.55):
        _analysis(life, life.later(max(late), 0, 12), version + 1)
    elif life.chance(0.4):
        _analysis(life, life.between(0.7, 0.95), version + 1)
    review = life.later(day, 15, 40)
    while review < life.end:
        if life.kept(0.95, 0.45):
            concluded = life.kept(0.95, 0.7) if life.chance(0.95) else None
            life.tell(
                "case_plan_reviewed", review, child=life.children, plan=plan, by=life.lead(review),
                effectiveness_concluded=concluded,
            )  # fmt: skip
        review = life.later(review, 25, 50)


def _analysis(life: Life, day: date, version: int) -> None:
    headings = HEADINGS if life.kept(0.95, 0.6) else tuple(head for head in HEADINGS if life.chance(0.75))
    agencies = tuple(name for name, often in _AGENCIES.items() if life.chance(often))
    life.tell(
        "case_analysis_made", day, child=life.children, by=life.lead(day), version=f"analysis-v{version}",
        welfare_headings=headings if life.chance(0.98) else None, draws_on=agencies if life.kept(0.95, 0.7) else None,
        research_cited=life.ask(0.95, 0.7, 0.02), diversity_explored=life.ask(0.92, 0.6),
        reviews_local_authority_work=life.ask(0.8, 0.5, 0.1) if life.law == "public" else None,
        harm_experienced_addressed=life.ask(0.95, 0.7, 0.06), future_harm_addressed=life.ask(0.93, 0.65, 0.06),
        **_of_local_authority(life, day, first=version == 1),
    )  # fmt: skip


def _of_local_authority(life: Life, day: date, *, first: bool) -> dict[str, bool | str | tuple[str, ...] | None]:
    """What an analysis says of the help before court, and of a care plan, in public law."""
    care = life.work == "care" and (first or life.chance(0.15))
    covered = guarding.PRIOR_WORK if life.kept(0.85, 0.5) else tuple(
        one for one in guarding.PRIOR_WORK if life.chance(0.65)
    )  # fmt: skip
    plans = [document for received, document in life.care_plans if received <= day]
    plan = plans[-1] if plans and life.chance(0.4) else None
    return {
        "prior_work_covered": covered if care and life.chance(0.94) else None,
        "prior_work_concluded": life.ask(0.88, 0.55, 0.06) if care else None,
        "document": plan,
        "alternatives_considered": life.ask(0.8, 0.45, 0.06) if plan else None,
    }


def _plan(life: Life, plan: str, day: date, version: int, *, storyboard_used: bool | None) -> None:
    """One version of the plan, and whether the family gets to see it."""
    no_risk = life.chance(0.07)
    ours = "critique_of_local_authority" if life.law == "public" else "primary_assessment"
    life.tell(
        "case_plan_made", day, child=life.children, plan=plan, by=life.lead(day), version=f"plan-v{version}",
        diversity_explored=life.ask(0.92, 0.6), risks_named=False if no_risk else life.ask(0.95, 0.75),
        safeguarding_focus=ours if life.kept(0.95, 0.75) else "not_stated" if life.chance(0.7) else None,
        no_risk_found=no_risk if life.chance(0.7) else None, intervention_stated=life.ask(0.98, 0.85, 0.02),
        evidence_stated=life.ask(0.96, 0.8, 0.02), resources_estimated=life.ask(0.94, 0.7, 0.02),
        storyboard_used=storyboard_used,
        together_style=life.ask(0.95, 0.8, 0.06) if day >= engaging.TOGETHER else None,
    )  # fmt: skip
    on = life.later(day, 0, 9) if life.kept(0.93, 0.75) else life.later(day, 12, 25)
    if life.chance(0.03):
        life.tell("sharing_unsafe", on, adult=life.adults[:1], plan=plan, by=life.lead(on))
    elif life.kept(0.9, 0.6):
        life.tell(
            "plan_shared_with_family", on, child=life.children if life.chance(0.9) else None, adult=life.adults,
            plan=plan, by=life.lead(on), views_sought=life.ask(0.95, 0.75),
        )  # fmt: skip


def _changed(life: Life, on: date) -> bool:
    child = life.children if life.chance(0.6) else life.rng.choice(life.children)
    life.tell("significant_change", on, child=child, by=life.lead(on))
    if life.chance(0.08):
        life.tell("change_found_not_significant", life.later(on, 1, 8), child=child, by=life.manager)
        return False
    return True


def seeing(life: Life) -> None:
    """Each child is seen, once or several times; or is not, with or without a reason on the file."""
    rng = life.rng
    for child in life.children:
        if not life.sees_children and life.chance(0.9):
            if life.chance(0.1):
                life.tell("child_not_seen_reason", life.between(0.3, 0.9), child=child, reason="other")
            continue
        day = life.later(life.begun(child), 2, 9) if life.kept(0.93, 0.7) else life.later(life.begun(child), 11, 45)
        if not life.kept(0.97, 0.86):
            if life.kept(0.8, 0.4):
                reason = rng.choices(("outside_jurisdiction", "too_ill", "other"), (35, 20, 45))[0]
                life.tell("child_not_seen_reason", day, child=child, by=life.lead(day), reason=reason)
            continue
        visits, alone, small = 0, False, life.age(child, day) < 3
        first = day
        while day < life.end and visits < 7:
            visits += 1
            # Siblings are often seen together; sometimes only one of them is named.
            together = life.children if life.chance(0.15) else child
            by_itself = life.chance(0.65)
            alone |= by_itself
            life.tell(
                "child_seen", day, child=together, by=life.lead(day),
                alone=by_itself if life.chance(0.95) else None,
                how=rng.choices(("in_person", "video", "telephone"), (86, 9, 5))[0] if life.chance(0.97) else None,
                own_words=None if small else life.ask(0.65, 0.4, 0.2),
                observed_with_carer=life.ask(0.85, 0.55, 0.06) if small else None,
            )  # fmt: skip
            day = life.later(day, 22, 60)
        if visits and not alone and life.kept(0.75, 0.4):
            on, reason = life.later(first, 0, 4), rng.choice(_NOT_ALONE)
            life.tell("child_not_seen_alone_reason", on, child=child, by=life.lead(on), reason=reason)


def hearing_the_child(life: Life) -> None:
    """Direct work, wishes and feelings, what the child says happened, how far the child is drawn in."""
    if not life.sees_children:
        return
    rng = life.rng
    for child in life.children:
        old_enough = life.age(child, life.start) >= 4
        day = life.later(life.begun(child), 8, 40)
        for _ in range(rng.choices((0, 1, 2, 3), (20, 45, 25, 10))[0] if old_enough else 0):
            tool = rng.choice(
                ("how-it-looks-to-me", "worry-meter", "emotion-stickers", "board-game", "say-it-your-own-way")
            )
            life.tell(
                "direct_work_done",
                day,
                child=child,
                by=life.lead(day),
                tool=tool,
                purpose_recorded=life.kept(0.93, 0.6),
            )
            day = life.later(day, 6, 30)
        if old_enough and life.chance(0.18):
            life.tell("child_account_obtained", day, child=child, by=life.lead(day))
            if life.kept(0.9, 0.5):
                on = life.later(day, 1, 15)
                life.tell("influence_considered", on, child=child, by=life.lead(on))
        if life.chance(0.3):
            considered = life.kept(0.92, 0.6)
            life.tell("involvement_decided", day, child=child, by=life.lead(day), vulnerability_considered=considered)
        if old_enough and life.chance(0.04):
            life.tell("child_spoke_to_court", life.between(0.6, 0.95), child=child)
        elif life.chance(0.06):
            on = life.between(0.7, 0.95)
            life.tell("oral_evidence_given", on, child=child, by=life.lead(on))


def support(life: Life) -> None:
    """A child needs support from elsewhere: agreement first, then the referral."""
    for child in life.children:
        if not (life.analyses and life.chance(0.22)):
            continue
        day, need = life.between(0.15, 0.7), life.next_id("need")
        mature = life.age(child, day) >= 11
        life.tell(
            "support_need_found", day, child=child, by=life.lead(day), need=need,
            child_agreement_appropriate=mature if life.chance(0.93) else None,
        )  # fmt: skip
        if life.chance(0.1):
            life.tell(
                "support_agreement_refused", life.later(day, 1, 10), child=child, adult=life.adults[:1], need=need
            )
            continue
        asked = life.later(day, 0, 4)
        if life.kept(0.95, 0.75):
            life.tell(
                "support_agreement_given", asked, child=child, adult=life.adults[:1], need=need, given_by="parent"
            )
        if mature and life.kept(0.9, 0.6):
            life.tell("support_agreement_given", life.later(asked, 0, 2), child=child, need=need, given_by="child")
        if life.kept(0.9, 0.6):
            on = life.later(max(asked, day), 0, 3) if life.kept(0.9, 0.7) else life.later(asked, 12, 40)
            life.tell("support_referral_made", on, child=child, by=life.lead(on), need=need)


CHAPTERS = (
    chapter(
        analysis_and_plan,
        "case_analysis_made case_plan_made case_plan_reviewed significant_change change_found_not_significant "
        "plan_shared_with_family sharing_unsafe storyboard_made",
    ),
    chapter(seeing, "child_seen child_not_seen_reason child_not_seen_alone_reason"),
    chapter(
        hearing_the_child,
        "direct_work_done child_account_obtained influence_considered involvement_decided child_spoke_to_court "
        "oral_evidence_given",
    ),
    chapter(support, "support_need_found support_agreement_refused support_agreement_given support_referral_made"),
)
