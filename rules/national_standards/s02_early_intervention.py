"""Standard 2: Early intervention."""

from __future__ import annotations

from engine.duty.words import (
    FALLS_DUE,
    LAPSES,
    LOCAL,
    SHOULD,
    STATED,
    before,
    clause,
    duty,
    either,
    exception,
    happen,
    hold,
    judged_by,
    never_happen,
    not_said_to_be,
    recorded,
    stand,
    value,
)
from rules.vocabulary import (
    agreement_reached,
    case,
    case_accepted,
    case_analysis_made,
    duty_cover_recorded,
    early_assessment_made,
    final_order_made,
    hearing_held,
    helper_assigned,
    lead_allocated,
    lead_ended,
    local_authority_work_received,
    local_authority_work_reviewed,
    no_local_authority_plan_recorded,
    practitioner,
    referral_received,
    referral_screened,
    report_filed,
    way_forward_filed,
)

DOCUMENT = "Cafcass National Standards, June 2007"
IN_FORCE = "2007-06-01"

NS_2_1 = duty(
    "NS-2.1",
    "Every case has an early assessment and analysis",
    for_each=case,
    when=case_accepted,
    must=happen(early_assessment_made, already=True),
    by=before(hearing_held, standing=LOCAL, source="ours: the clause gives no day"),
    judged=judged_by(
        "practice_supervisor",
        "service_manager",
        question="Is the early assessment an analysis of this case, sound enough to base early help on?",
    ),
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 2.1",
    reads="""The clock starts when Cafcass takes the case on. An assessment made earlier, between referral and
        acceptance, counts. The clause says early but gives no day; we read it as on or before the day of the first
        hearing from acceptance on, and a hearing before acceptance sets no day. Until a hearing has been held there
        is no due date; if the case closes first, the assessment was due that day. One assessment serves the whole
        case, whichever of its children it names. The record shows that there is an assessment; whether it is one to
        act on is for a supervisor or manager who neither wrote it nor led the case.""",
)

NS_2_2 = duty(
    "NS-2.2",
    "Every referral has been screened by the end of its first working day",
    for_each=case,
    when=referral_received,
    must=happen(referral_screened),
    within=value("ns_2_2_screened_within"),
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 2.2",
    reads="""The clock starts on the day the referral reaches Cafcass. If that is a working day, it is the first
        working day, and screening is due that same day; at a weekend or on a bank holiday, it is due on the next
        working day. The record has days and no hours, so a referral that arrives after the office has closed counts
        as received on its date. Whether it should then have until the next working day is for the owner to decide.
        Screening on a day off counts. Each referral needs its own screening on or after the day it came: an earlier
        screening does not cover a second referral of the same case. The record does not say which referral a
        screening belongs to, so two referrals on one day may share one. What the screening found, and who did it, is
        not tested.""",
)

NS_2_3 = clause("NS-2.3", "Each case has one lead practitioner for the whole of the proceedings")

NS_2_3A = duty(
    "NS-2.3a",
    "Every case is given a lead practitioner",
    for_each=case,
    when=case_accepted,
    must=happen(lead_allocated, already=True),
    within=value("ns_2_3a_allocated_within"),
    unless=exception(
        duty_cover_recorded,
        already=True,
        standing=LOCAL,
        source="proposed: a duty practitioner looked after the case until there was a lead",
    ),
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 2.3",
    reads="""The clock starts when Cafcass takes the case on; a lead named earlier counts. The clause gives no number
        of days: ours follows the target that was set for public law at the time, counted in working days and applied
        to every case. A duty practitioner is not a lead: duty cover on the record explains a late allocation and does
        not excuse it. What happens when a lead has ended is part b.""",
)

NS_2_3B = duty(
    "NS-2.3b",
    "When a lead ends, the case is not left without one",
    for_each=case,
    when=lead_ended,
    must=stand(lead_allocated, lead_ended, of=practitioner, at_least=1),
    unless=exception(
        final_order_made,
        already=True,
        standing=STATED,
        source=f"{DOCUMENT}, 2.3: it speaks of the duration of the proceedings",
    ),
    at_closure=LAPSES,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 2.3",
    reads="""Whenever a lead ends, somebody must be lead at the end of that day: a handover on one day leaves no gap,
        a new lead on the next day comes late, weekends included. Somebody is lead from the day of the allocation
        until the day before the lead is recorded as ended. Once the final order has been made the proceedings are
        over and no new lead is needed; nor when the case closes that day. The time before the first allocation is
        part a. The record shows who was named as lead, not whether that person was at work: a long absence without a
        recorded end is not seen here.""",
)

NS_2_3C = duty(
    "NS-2.3c",
    "A case never has two leads at once",
    for_each=case,
    when=lead_allocated,
    must=stand(lead_allocated, lead_ended, of=practitioner, at_most=1),
    at_closure=LAPSES,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 2.3",
    reads="""Whenever a lead is named, no more than one practitioner may be lead at the end of that day, so the one
        before must have ended by then. If the earlier lead ends only later, the promise was kept late, on that day.
        Naming the same practitioner again does not make two. Other staff may help with the case without being its
        lead: see part e.""",
)

NS_2_3D = duty(
    "NS-2.3d",
    "The same lead stays for the whole of the proceedings",
    for_each=case,
    per=practitioner,
    when=lead_allocated,
    must=never_happen(lead_ended),
    until=before(
        final_order_made,
        standing=STATED,
        source=f"{DOCUMENT}, 2.3: it speaks of the duration of the proceedings",
    ),
    unless=exception(
        lead_ended.with_(reason=recorded()),
        standing=LOCAL,
        source="proposed: a change of lead with its reason on the record",
    ),
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 2.3",
    reads="""Each practitioner who is named as lead must stay lead until the day of the final order, or the day the
        case closes if that comes first; ending on that day is no change. The clause's words allow no change of lead
        at all, so every change shows as not kept. A reason on the record, such as the practitioner having left, is
        shown beside it; to treat a reasoned change as kept awaits the owner's decision. An end without a reason shows
        without one. While the proceedings last and the lead has not ended, the promise is still open. The next lead's
        promise begins with the new allocation.""",
)

NS_2_3E = duty(
    "NS-2.3e",
    "Whoever helps with a case does what the lead has set",
    for_each=case,
    when=helper_assigned,
    must=hold(helper_assigned, tasks_set_by_lead=True),
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 2.3",
    reads="""Help from other staff is allowed, never required: this applies only where somebody was asked to help. The
        record of the request must itself say that the lead set the helper's tasks. If it says nothing about that, the
        outcome cannot be determined; if it says no, the promise was not kept. What the tasks were, and whether the
        helper kept to them, the record does not show. Duty cover before there is a lead is not help of this kind.""",
)

NS_2_4 = duty(
    "NS-2.4",
    "A duty practitioner looks after a new case that has no lead yet",
    for_each=case,
    when=case_accepted,
    must=happen(duty_cover_recorded, already=True),
    within=value("ns_2_4_covered_within"),
    unless=exception(
        lead_allocated,
        already=True,
        standing=STATED,
        source=f"{DOCUMENT}, 2.4: a duty system is used when and where it is needed",
    ),
    force=SHOULD,
    at_closure=LAPSES,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 2.4",
    reads="""The clause speaks of need, and of a case's first days without counting them. We read them as a window
        that starts when Cafcass takes the case on, and the need as having no lead in that window: a lead named within
        it, or before it, means that duty cover was not needed. Duty cover recorded before acceptance counts. Another
        need for duty cover, such as a lead who is away, is not on the record and not tested. If the case closes
        within the window, nothing is asked any more. The clause leaves it to need, so it is weighed as should, not
        must.""",
)

NS_2_5 = clause("NS-2.5", "In public law, what the local authority has assessed and plans is reviewed early")

NS_2_5A = duty(
    "NS-2.5a",
    "In public law, the local authority's assessments and care plan are reviewed early",
    for_each=case,
    where=case.law.is_("public"),
    when=case_accepted,
    must=happen(
        either(
            local_authority_work_reviewed.with_(further_steps_noted=not_said_to_be(False)),
            early_assessment_made.with_(reviews_local_authority_work=True),
            case_analysis_made.with_(reviews_local_authority_work=True),
        ),
        already=True,
    ),
    by=before(hearing_held, standing=LOCAL, source="ours: the clause gives no day"),
    unless=exception(
        no_local_authority_plan_recorded,
        already=True,
        standing=LOCAL,
        source="proposed: there is no local authority assessment or care plan to review",
    ),
    judged=judged_by(
        "practice_supervisor",
        "service_manager",
        question="Did the review test the quality of the local authority's assessments and care plan, "
        "and bring out what more is needed?",
    ),
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 2.5",
    reads="""This applies to public law only. The clock starts when Cafcass takes the case on; a review made earlier
        counts. The clause gives no day: we read early as on or before the day of the first hearing from acceptance
        on, and if the case closes first, the review was due that day. The review may be an entry of its own, or a
        part of the early assessment or of a case analysis whose record says so; where such a document is on the
        record and does not say, and there is no other review, the outcome is undetermined. A review that is recorded
        as leaving out the further steps does not count; one that says nothing about them counts here, and the
        supervisor judges it. A record that there is nothing to review is shown as a reason; it does not make the
        promise kept, because the clause has no exception. One review is enough for this part, each document is part
        b. Whether the review assured quality is for a supervisor or manager who neither made it nor led the case.""",
)

NS_2_5B = duty(
    "NS-2.5b",
    "In public law, each local authority document received is reviewed",
    for_each=case,
    where=case.law.is_("public"),
    when=local_authority_work_received,
    must=happen(
        local_authority_work_reviewed.with_(further_steps_noted=not_said_to_be(False)),
        same=("document",),
    ),
    within=value("ns_2_5b_reviewed_within"),
    at_closure=LAPSES,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 2.5",
    reads="""The clause speaks of the assessments and of the care plan, so we ask for a review of each assessment and
        of each version of the plan, from the day it reaches Cafcass. The review must name the same document; a review
        that names none counts for part a only. A review that is recorded as leaving out the further steps does not
        count. The clause gives no number of days: ours is local. If the case closes within that time, nothing is
        asked any more. A document that was never recorded as received is not seen here.""",
)

NS_2_6 = clause("NS-2.6", "In private law, parents are helped to a safe agreement, or the court is shown a way forward")

NS_2_6A = duty(
    "NS-2.6a",
    "In private law, early help ends in an agreement or in a plan sent to the court",
    for_each=case,
    where=case.law.is_("private"),
    when=case_accepted,
    must=happen(
        either(
            agreement_reached,
            way_forward_filed,
            report_filed.with_(future_work_named=True, legal_framework_named=True),
        ),
        already=True,
    ),
    by=before(hearing_held, standing=LOCAL, source="ours: the clause gives no day"),
    unless=exception(
        case.work.one_of("adoption_guardian", "adoption_reporting_officer", "parental_order"),
        standing=LOCAL,
        source="ours: in this work no parents or carers are in dispute, whom the clause speaks of",
    ),
    judged=judged_by(
        "practice_supervisor",
        "service_manager",
        question="Were the adults supported towards an agreement that is safe and likely to last, "
        "or, where that was not possible, does the plan set out the right work and legal framework?",
    ),
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 2.6",
    reads="""This applies to private law only. The clause has two ways: an agreement of the parents or carers, or,
        where none is possible, a plan of further work for the court; either is enough here, and what each must show
        is in parts b and c. The plan may also stand in a report or letter to the court, if the record of its filing
        says that it names both the work and the framework; where that record is silent on either, and there is
        nothing else, the outcome is undetermined. It need not be recorded that no agreement was possible: sending the
        plan says so. Every kind of private law work is included; where it is adoption or a parental order, in which
        there may be no dispute, that is shown as a reason and the promise still counts as not kept. The clock starts
        when Cafcass takes the case on; an agreement or plan from before counts. The clause gives no day: we take the
        day of the first hearing of any kind from acceptance on, so that an agreement made at court that day is in
        time; if the case closes first, it was due that day. Support that led to neither does not show on the record.
        Whether the support was good, and the agreement likely to last, is for a supervisor or manager.""",
)

NS_2_6B = duty(
    "NS-2.6b",
    "In private law, every agreement is checked for the child's safety",
    for_each=case,
    where=case.law.is_("private"),
    when=agreement_reached,
    must=hold(agreement_reached, safety_checked=True),
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 2.6",
    reads="""Every agreement must be a safe one, so the record of the agreement must itself say that it was checked
        for the child's safety. If it says nothing about that, the outcome cannot be determined; if it says no, the
        promise was not kept. The record shows that a check was made, not how well. Each agreement in a case is looked
        at for itself: a checked agreement later on does not mend an unchecked one.""",
)

NS_2_6C = duty(
    "NS-2.6c",
    "In private law, a plan sent to the court names the work and the legal framework",
    for_each=case,
    where=case.law.is_("private"),
    when=way_forward_filed,
    must=hold(way_forward_filed, future_work_named=True, legal_framework_named=True),
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 2.6",
    reads="""Where a plan goes to the court in place of an agreement, its record must say that it names the work that
        is needed and recommends a legal framework for it; one without the other is not enough. If the record is
        silent on either, and the other is not said to be missing, the outcome cannot be determined. Whether the work
        and the framework are the right ones is judged under part a. Each plan is looked at for itself.""",
)
