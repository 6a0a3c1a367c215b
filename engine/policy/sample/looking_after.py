"""How the case and those who work on it are looked after: supervision, audits, judgements, complaints; how it ends."""

from __future__ import annotations

from datetime import timedelta

from engine.policy.sample import learning
from engine.policy.sample.life import Life, chapter
from engine.policy.sample.staff import in_post
from engine.record.calendar import birthday

# A few are judged by somebody whom no clause entitles to it: the record takes that too.
_JUDGES = {
    "practice_supervisor": 66,
    "service_manager": 27,
    "assistant_director": 2,
    "independent_auditor": 2,
    "legal": 1,
    "practitioner": 1,
    "board_member": 1,
}


def supervision(life: Life) -> None:
    """The lead is supervised on the case every few weeks, or less often."""
    day = life.later(life.start, 6, 20)
    while day < life.end:
        lead = life.lead(day)
        if lead and life.kept(0.93, 0.5):
            about = life.children if life.chance(0.6) else None
            # What was taken up of the lead's learning is in the lead's own record.
            life.tell(
                "supervision_held", day, practitioner=lead, child=about, by=life.supervisor, learning_taken_up=None
            )
        day = life.later(day, 17, 25)


def audits(life: Life) -> None:
    """One case in eight is assessed for quality; learning points follow."""
    if not life.chance(0.13):
        return
    day = life.between(0.4, 1.0)
    lead = life.lead(day) or (life.posts[0].practitioner if life.posts else None)
    audit = life.next_id("au")
    life.add("audit", audit, day)
    role = learning.assessor(life.rng)
    grades = learning.grades(life.rng, sound=life.sound)
    assessor = lead if role == "practitioner" and life.chance(0.5) else in_post(life.rng, life.team, role)
    life.tell(
        "quality_audited", day, audit=audit, practitioner=lead, by=assessor, role=role,
        child=life.children if life.chance(0.5) else None, **grades,
    )  # fmt: skip
    for domain in learning.DOMAINS:
        for point in learning.points(life.rng, sound=life.sound):
            on = life.later(day, *((0, 8) if life.kept(0.97, 0.85) else (12, 25)))
            said = learning.said(life.rng, domain, point)
            life.tell("learning_point_recorded", on, audit=audit, practitioner=lead, by=assessor, **said)


def complaints(life: Life) -> None:
    """Somebody complains about one case in twenty; the complaint is acknowledged and answered, or not."""
    for _ in range(life.rng.choices((0, 1, 2), (94, 5, 1))[0]):
        day = life.between(0.2, 1.0)
        who = life.rng.choice([*life.adults, *life.adults, *life.children])
        complaint = life.next_id("co")
        life.add("complaint", complaint, day, links={"raised_by": who})
        kind = life.types.get(who)
        adult, child = (who if kind == "adult" else None), (who if kind == "child" else None)
        if not life.tell("complaint_received", day, complaint=complaint, adult=adult, child=child):
            continue
        if life.kept(0.95, 0.7):
            acknowledged = life.later(day, 0, 3) if life.kept(0.93, 0.8) else life.later(day, 4, 8)
            life.tell("complaint_acknowledged", acknowledged, complaint=complaint, by=life.manager)
        if life.chance(0.04):
            life.tell("complaint_found_out_of_time", life.later(day, 2, 10), complaint=complaint, by=life.manager)
            continue
        if life.chance(0.08):
            life.tell("complaint_extension_agreed", life.later(day, 6, 14), complaint=complaint, by=life.manager)
        if life.kept(0.6, 0.4):
            tried = life.later(day, 1, 5)
            life.tell("complaint_resolution_attempted", tried, complaint=complaint, by=life.manager)
        elif life.chance(0.25):
            life.tell("complaint_resolution_not_possible", life.later(day, 1, 5), complaint=complaint, by=life.manager)
        if life.kept(0.96, 0.8):
            answered = life.later(day, 5, 15) if life.kept(0.93, 0.6) else life.later(day, 16, 40)
            attempted = life.ask(0.9, 0.6, 0.06)
            life.tell(
                "complaint_answered", answered, complaint=complaint, by=life.manager, resolution_attempted=attempted
            )


def ending(life: Life) -> None:
    """The child is told the outcome, somebody else takes over, the case is closed."""
    ended = life.final or life.between(0.92, 0.97)
    for child in life.children:
        day = min(life.later(ended, 0, 6), life.end)
        if life.kept(0.95, 0.65) and life.age(child, day) >= 2:
            told = day if life.kept(0.97, 0.85) else life.later(life.end, 1, 12)
            method = life.rng.choices(("in_person", "letter", "video", "through_other"), (45, 35, 12, 8))[0]
            life.tell("outcome_told_to_child", told, child=child, by=life.lead(told), method=method)
        elif life.kept(0.75, 0.4):
            reason = "too_young" if life.age(child, day) < 4 else life.rng.choice(("unreachable", "unsafe", "other"))
            life.tell("outcome_not_told_reason", day, child=child, by=life.lead(day), reason=reason)
    if life.law == "public" and life.chance(0.1):
        life.tell("child_not_looked_after", ended, child=life.children, by=life.lead(ended))
    elif life.law == "public":
        for to in ("iro", "looked_after_manager"):
            if life.kept(0.95, 0.7):
                day = min(life.later(ended, 0, 8), life.end) if life.kept(0.95, 0.8) else life.later(life.end, 1, 8)
                life.tell("handover_made", day, child=life.children, by=life.lead(day), to=to)
    life.tell("case_closed", life.end, 0 if life.chance(0.8) else None, by=life.lead(life.end))


def records(life: Life) -> None:
    """Years later: children ask about their history; records are destroyed, some of them too soon."""
    if life.end > life.as_at:
        return
    years_since = (life.as_at - life.end).days / 365
    for child in life.children:
        first = max(life.end + timedelta(days=60), birthday(life.born[child], 12))
        if first < life.as_at and life.chance(0.012 * min(years_since, 10) + 0.005):
            day = life.workday(first + timedelta(days=life.rng.randint(0, (life.as_at - first).days)))
            request = life.next_id("rq")
            life.add("request", request, day, links={"made_by": child})
            life.tell("history_requested", day, child=child, request=request)
            if life.kept(0.88, 0.6):
                on = life.later(day, 0, 10) if life.kept() else life.later(day, 20, 60)
                life.tell("counselling_offered", on, child=child, request=request, by=life.manager)
    if years_since < 6 or not life.chance(0.4):
        return
    oldest_enough = birthday(max(life.born.values(), default=life.end), 22)
    day = oldest_enough + life.days(0, 400) if life.chance(0.7) else life.end + life.days(2000, 4500)
    one = life.rng.choice(life.children) if life.children and life.chance(0.4) else None
    life.tell("record_destroyed", life.workday(max(day, life.end + timedelta(days=2000))), child=one, by=life.manager)


def judgements(life: Life) -> None:
    """In two cases of five, somebody who is not the lead goes through what only a person can judge, and signs."""
    if not life.judged or not life.chance(0.38):
        return
    role = life.rng.choices(list(_JUDGES), list(_JUDGES.values()))[0]
    judge = in_post(life.rng, life.team, role)
    day = life.between(0.25, 1.0) if life.chance(0.65) else life.later(life.end, 1, 15)
    share = life.rng.uniform(0.6, 1.0)
    for clause, kind in life.judged:
        if kind != life.root_type and kind in life.lexicon.dictionary.roots:
            continue
        things = life.of_type(kind)
        if not things or not life.chance(share):
            continue
        on = life.later(day, 0, 3)
        about: dict[str, list[str]] = {kind: things if life.chance(0.85) else [life.rng.choice(things)]}
        if kind == "report" and life.chance(0.9):
            about["child"] = life.children  # for whom the report is: some clauses ask for each of them
        life.tell(
            "judgement_recorded", on, by=judge, clause=clause, outcome="met" if life.kept(0.97, 0.8) else "not_met",
            role=role, reason=f"note-{life.rng.randrange(1, 500)}" if life.chance(0.6) else None, **about,
        )  # fmt: skip


CHAPTERS = (
    chapter(supervision, "supervision_held"),
    chapter(audits, "quality_audited learning_point_recorded"),
    chapter(
        complaints,
        "complaint_received complaint_acknowledged complaint_answered complaint_resolution_attempted "
        "complaint_resolution_not_possible complaint_extension_agreed complaint_found_out_of_time",
    ),
    chapter(ending, "outcome_told_to_child outcome_not_told_reason handover_made child_not_looked_after case_closed"),
    chapter(records, "history_requested counselling_offered record_destroyed"),
    chapter(judgements, "judgement_recorded"),
)
