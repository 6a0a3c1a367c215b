"""What goes on at court: hearings, directions, reports and what they rest on, the final order."""

from __future__ import annotations

from datetime import date

from engine.policy.sample import engaging
from engine.policy.sample.life import Life, chapter

_REPORT_OF_WORK = {
    "work_to_first_hearing": "safeguarding_letter",
    "short_court_based_resolution": "safeguarding_letter",
    "dispute_resolution": "position_statement",
    "section_7": "section_7",
    "rule_16_4": "rule_16_4",
    "family_assistance_order": "other",
    "enforcement": "other",
    "parental_order": "other",
    "care": "guardian",
    "placement": "guardian",
    "adoption_guardian": "guardian",
    "adoption_reporting_officer": "correspondence",
}
_SHORT = ("safeguarding_letter", "correspondence", "position_statement")
_NO_ADVICE = ("correspondence", "position_statement", "needs_wishes_feelings")
_HEARINGS = ("case_management", "issues_resolution", "fact_finding", "dispute_resolution", "other")


def hearings(life: Life) -> None:
    """A first hearing, more every couple of months, some put off, then the final one with its order."""
    day = life.first_hearing
    life.tell("hearing_held", day, 0, kind="first" if life.law == "private" else "case_management")
    day = life.later(day, 20, 45)
    while day < (life.final or life.end):
        if life.chance(0.17):
            life.tell("hearing_adjourned", day, 0)
            life.delays.append(day)
        else:
            child = life.rng.choice(life.children) if life.chance(0.04) else None
            life.tell("hearing_held", day, 0, child=child, kind=life.rng.choice(_HEARINGS))
        day = life.later(day, 25, 60)
    if life.final:
        life.tell("hearing_held", life.final, 0, kind="final" if life.analyses else "dispute_resolution")
        life.tell("final_order_made", life.final, 0, child=life.children if life.chance(0.1) else None)


def reports(life: Life) -> None:
    """Reports: directed, written, checked, shared with the child, filed in time or not."""
    kinds = ["safeguarding_letter"] if life.law == "private" and life.chance(0.9) else []
    own = _REPORT_OF_WORK.get(life.work, "other")
    if own not in kinds:
        kinds.append(own)
    if life.analyses and life.chance(0.3):
        kinds.append(
            life.rng.choice(("child_impact", "position_statement", "correspondence", "risk_assessment", "other"))
        )
    if own == "section_7" and life.chance(0.22):
        kinds.append("section_7_addendum")
    if own == "guardian":
        kinds.append("guardian")
    for place, kind in enumerate(kinds):
        day = (
            life.later(life.start, 1, 6)
            if kind == "safeguarding_letter"
            else life.between(0.1 + 0.2 * place, 0.3 + 0.2 * place)
        )
        _report(life, kind, day)


def _report(life: Life, kind: str, day: date) -> None:
    report = life.next_id("r")
    about = life.children if life.chance(0.85) else life.children[:1]
    short = kind in _SHORT
    weighs = [] if short else life.adults if life.chance(0.9) else life.adults[:1]
    ties = {"about": about, "weighs": weighs}
    life.add("report", report, day, links=ties, kind=kind if life.chance(0.985) else None)
    due = life.later(day, 12, 18) if short else life.later(day, 30, 60)
    if life.chance(0.85):
        child = about if life.chance(0.1) else None
        life.tell(
            "direction_made", day, 0, report=report, child=child, due=due if life.chance(0.98) else None,
            timing=_timing(life),
        )  # fmt: skip
        _reason_for_date(life, report, about, day, due)
    if life.chance(0.1):
        due, day = life.later(due, 5, 25), life.later(day, 8, 12)
        life.tell("extension_granted", day, report=report, due=due, timing=_timing(life))
        life.delays.append(day)
        _reason_for_date(life, report, about, day, due)
    filed = life.workday(due - life.days(0, 6)) if life.kept(0.92, 0.7) else life.later(due, 1, 15)
    if filed > due and life.kept(0.7, 0.35):
        life.tell("late_filing_recorded", filed, report=report, by=life.lead(filed))
        life.delays.append(filed)
    for _ in range(0 if short else life.rng.choices((0, 1, 2, 3), (35, 40, 17, 8))[0]):
        _third_party(life, report, filed)
    if not short:
        _children_in(life, report, filed)
        engaging.recommending(life, report, filed, about, weighs)
    if kind not in _NO_ADVICE or life.chance(0.15):
        _recommend(life, report, about, filed, 1 if short else life.rng.choices((1, 2, 3), (50, 35, 15))[0])
    if life.kept(0.985, 0.93):
        analysed = life.chance(0.15) if kind in _NO_ADVICE else life.ask(0.95, 0.7)
        plain = life.ask(0.96, 0.85, 0.15)
        life.tell(
            "report_filed", filed, report=report, child=about if life.chance(0.1) else None, by=life.lead(filed),
            built_on_analysis=analysed, plain_language=plain, **_said_of(life, kind),
        )  # fmt: skip


def _timing(life: Life) -> str | None:
    """How the record says that the time for a report was chosen, where it says so."""
    return life.rng.choices(("by_need", "standard", None), (70, 10, 20))[0]


def _said_of(life: Life, kind: str) -> dict[str, bool | None]:
    """What the record of a filing says the report holds: advice, a way forward, the child's views."""
    advises, own_words = kind not in _NO_ADVICE, kind == "needs_wishes_feelings"
    plan = kind == "safeguarding_letter" and life.chance(0.5)
    return {
        "recommends": life.ask(0.97, 0.85, 0.3) if advises else life.chance(0.1),
        "future_work_named": life.ask(0.95, 0.8, 0.1) if plan else False,
        "legal_framework_named": life.ask(0.9, 0.7, 0.1) if plan else False,
        "child_views_included": True if own_words else life.ask(0.8, 0.5, 0.2) if advises else False,
    }


def _reason_for_date(life: Life, report: str, about: list[str], day: date, due: date) -> None:
    """In private law, why the report is wanted by that day and not another, for each child."""
    if life.law == "private" and life.kept(0.87, 0.55):
        on = life.later(day, 0, 4) if life.kept() else life.later(day, 6, 15)
        life.tell("filing_date_reasoned", on, report=report, child=about, by=life.lead(on), due=due)


def _recommend(life: Life, report: str, about: list[str], filed: date, most: int) -> None:
    """What the report recommends, and what that should bring about for each child."""
    for number in range(1, most + 1 if life.kept(0.96, 0.8) else 1):
        on, reference = life.workday(filed - life.days(0, 5)), f"rec-{number}"
        on = min(on, filed)
        life.tell("recommendation_made", on, report=report, by=life.lead(on), reference=reference)
        children = [child for child in about if life.kept(0.94, 0.65)]
        if children:
            life.tell(
                "intended_outcome_stated", on, report=report, child=children, by=life.lead(on), reference=reference
            )


def _third_party(life: Life, report: str, filed: date) -> None:
    source, verified = life.next_id("src"), life.kept(0.9, 0.6)
    used = life.workday(filed - life.days(2, 14))
    life.tell(
        "third_party_statement_used", used, report=report, source=source, by=life.lead(used),
        hearsay_rules_followed=life.kept(0.8, 0.4) if not verified or life.chance(0.2) else None,
    )  # fmt: skip
    if verified:
        on = life.workday(used - life.days(0, 6)) if life.kept() else life.later(filed, 1, 4)
        life.tell("third_party_statement_verified", on, report=report, source=source, by=life.lead(on))


def _children_in(life: Life, report: str, filed: date) -> None:
    for child in life.children:
        if life.age(child, filed) < 3:
            continue
        if life.kept(0.88, 0.55):
            on = life.workday(filed - life.days(3, 15))
            life.tell(
                "views_recorded", on, child=child, report=report, by=life.lead(on), own_words=life.kept(0.75, 0.4)
            )


def wishes_statement(life: Life) -> None:
    """A statement of the child's needs, wishes and feelings, filed with the child's agreement or without."""
    if not life.analyses:
        return
    for child in life.children:
        if life.age(child, life.start) < 5 or not life.chance(0.25):
            continue
        day = life.between(0.35, 0.8)
        statement = life.next_id("r")
        life.add("report", statement, day, links={"about": child, "weighs": []}, kind="needs_wishes_feelings")
        if life.kept(0.95, 0.7):
            agreed = life.later(day, 0, 3) if life.kept(0.95, 0.8) else life.later(day, 8, 20)
            life.tell("nwf_agreement_given", agreed, child=child, report=statement)
        filed = life.later(day, 3, 7)
        beside = life.ask(0.8, 0.6, 0.05)
        life.tell(
            "nwf_statement_filed", filed, child=child, report=statement, by=life.lead(filed), alongside_section_7=beside,
            filed_alone_reason="asked-by-court" if not beside and life.kept(0.8, 0.4) else None,
        )  # fmt: skip
        life.tell(
            "report_filed", filed, report=statement, by=life.lead(filed),
            built_on_analysis=life.chance(0.2), plain_language=life.ask(0.97, 0.9, 0.1),
            **_said_of(life, "needs_wishes_feelings"),
        )  # fmt: skip


CHAPTERS = (
    chapter(hearings, "hearing_held hearing_adjourned final_order_made"),
    chapter(
        reports,
        "direction_made extension_granted report_filed report_shared_with_child views_recorded "
        "filing_date_reasoned recommendation_made intended_outcome_stated "
        "third_party_statement_used third_party_statement_verified late_filing_recorded "
        "recommendation_shared_with_adult recommendation_not_shared_reason own_words_invited "
        "view_of_recommendation_sought",
    ),
    chapter(wishes_statement, "nwf_agreement_given nwf_statement_filed report_filed"),
)
