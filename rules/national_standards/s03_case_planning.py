"""Standard 3: Case planning."""

from __future__ import annotations

from engine.duty.words import (
    FALLS_DUE,
    LAPSES,
    LOCAL,
    SHOULD,
    STATED,
    all_of,
    before,
    clause,
    duty,
    exception,
    happen,
    hold,
    judged_by,
    not_said_to_be,
    recorded,
    recur,
    value,
)
from rules.vocabulary import (
    WELFARE_HEADINGS,
    agency_assessment_not_needed,
    agency_assessment_received,
    case,
    case_accepted,
    case_analysis_made,
    case_plan_made,
    case_plan_reviewed,
    change_found_not_significant,
    child,
    early_assessment_made,
    significant_change,
)

DOCUMENT = "Cafcass National Standards, June 2007"

NS_3_1 = duty(
    "NS-3.1",
    "Each child's needs, wishes and feelings are analysed under every welfare heading",
    for_each=child,
    when=case_accepted,
    must=happen(
        case_analysis_made.with_(welfare_headings=all_of(*WELFARE_HEADINGS), research_cited=True), already=True
    ),
    by=before(case_plan_made, standing=LOCAL, source="ours: the clause gives no day"),
    unless=exception(
        case.work.one_of("placement", "adoption_guardian"),
        standing=LOCAL,
        source="ours: this work follows the checklist in section 1(4) of the Adoption and Children Act 2002",
    ),
    judged=judged_by(
        "practice_supervisor",
        "service_manager",
        question="Does the analysis set out this child's own needs, wishes and feelings, weigh every heading, and use "
        "the research and case law that bear on them?",
    ),
    at_closure=FALLS_DUE,
    in_force="2007-06-01",
    source=f"{DOCUMENT}, 3.1",
    reads="""The clock starts when the case is accepted, or when a child joins it later, and runs until the first
    case plan for that child after that; an analysis dated on the plan's own day is in time, and so is one made
    before acceptance. If there is no plan, the analysis is due by the day the case closes. The child must be named
    in the analysis: a sibling's does not count. One analysis must answer all seven headings of the Children Act
    checklist and say that research and case law were used; headings are not added up over several versions. An
    analysis whose record does not say which headings it answers, or whether research was used, leaves the outcome
    undetermined. Every kind of work is included, even a Reporting Officer's or work up to the first hearing,
    because the clause makes no exception. Placement and adoption work follows the checklist of the 2002 Act, which
    has other headings: there a missing or shorter analysis is shown as not kept, with that reason beside it, until
    it is decided which checklist counts.""",
)

NS_3_2 = duty(
    "NS-3.2",
    "The case analysis makes use of other agencies' assessments where they are needed",
    for_each=child,
    when=agency_assessment_received,
    must=happen(case_analysis_made.with_(draws_on=recorded())),
    within=value("ns_3_2_drawn_on_within"),
    unless=exception(agency_assessment_not_needed, standing=STATED, source=f"{DOCUMENT}, 3.2"),
    judged=judged_by(
        "practice_supervisor",
        "service_manager",
        question="Does the analysis make use of what the other agency found, as far as that was needed for this child?",
    ),
    force=SHOULD,
    at_closure=FALLS_DUE,
    in_force="2007-06-01",
    source=f"{DOCUMENT}, 3.2",
    reads="""It is owed to each child, because each child has an analysis of their own; an assessment that names no
    child concerns every child in the case. The clock starts on the day the assessment reaches the case file. Only
    an analysis, or a new version of it, from that day on counts, and only if it says on which agency's work it
    draws; one that says nothing of agencies is read as drawing on none. The record cannot tie an analysis to one
    assessment: naming any agency, or leaving the list empty on purpose, satisfies the record, and whoever judges
    says whether this one's work was used. The clause asks for it only as needed, so a written reason why the
    assessment was not needed excuses it, if it was given on or after the day the assessment came and by the due
    date; one reason covers every assessment for that child that is still open on that day. An assessment that was
    never asked for, or never arrived, starts nothing.""",
)

NS_3_3 = clause("NS-3.3", "Assessment, analysis and plan each explore equality and diversity for the child and family")

NS_3_3A = duty(
    "NS-3.3a",
    "The early assessment explores equality and diversity for the child and family",
    for_each=child,
    when=early_assessment_made,
    must=hold(early_assessment_made, diversity_explored=True),
    judged=judged_by(
        "practice_supervisor",
        "service_manager",
        question="Were the equality and diversity matters that bear on this child and family explored, understood and "
        "put to use in the early assessment?",
    ),
    at_closure=FALLS_DUE,
    in_force="2007-06-01",
    source=f"{DOCUMENT}, 3.3",
    reads="""Every early assessment is looked at by itself, on its own day, for each child it names, or for every
    child in the case when it names none. An assessment whose record does not say whether equality and diversity
    were explored leaves the outcome undetermined; one that says they were not is not kept. A family that was asked
    and declined to say has been explored. Writing it up elsewhere does not count, and a later version is looked at
    by itself: the earlier one stays as it was. The record shows only that it was explored; whether it was
    understood and put to use, for the whole family, is for whoever judges.""",
)

NS_3_3B = duty(
    "NS-3.3b",
    "The case analysis explores equality and diversity for the child and family",
    for_each=child,
    when=case_analysis_made,
    must=hold(case_analysis_made, diversity_explored=True),
    judged=judged_by(
        "practice_supervisor",
        "service_manager",
        question="Were the equality and diversity matters that bear on this child and family explored, understood and "
        "put to use in the analysis?",
    ),
    at_closure=FALLS_DUE,
    in_force="2007-06-01",
    source=f"{DOCUMENT}, 3.3",
    reads="""As for the early assessment, and for every version of the analysis: each is looked at by itself, on its
    own day, for each child it names, or for every child in the case when it names none. What the early assessment
    or the plan says does not count for the analysis. A record that does not say whether equality and diversity were
    explored leaves the outcome undetermined. A family that was asked and declined to say has been explored.""",
)

NS_3_3C = duty(
    "NS-3.3c",
    "The case plan takes account of equality and diversity for the child and family",
    for_each=child,
    when=case_plan_made,
    must=hold(case_plan_made, diversity_explored=True),
    judged=judged_by(
        "practice_supervisor",
        "service_manager",
        question="Were the equality and diversity matters that bear on this child and family explored, understood and "
        "put to use in the case plan?",
    ),
    at_closure=FALLS_DUE,
    in_force="2007-06-01",
    source=f"{DOCUMENT}, 3.3",
    reads="""As for the early assessment, and for every version of the plan: each is looked at by itself, on its own
    day, for each child it names, or for every child in the case when it names none. What the early assessment or
    the analysis says does not count for the plan. A record that does not say whether equality and diversity were
    explored leaves the outcome undetermined. A family that was asked and declined to say has been explored.""",
)

NS_3_4 = duty(
    "NS-3.4",
    "Each child's case plan is reviewed again and again for how well it is working",
    for_each=child,
    when=case_plan_made,
    first=True,
    must=recur(case_plan_reviewed.with_(effectiveness_concluded=not_said_to_be(False))),
    within=value("ns_3_4_reviewed_within"),
    judged=judged_by(
        "practice_supervisor",
        "service_manager",
        question="Does the review say how well the plan is working for this child, and what follows from that?",
    ),
    at_closure=LAPSES,
    in_force="2007-06-01",
    source=f"{DOCUMENT}, 3.4",
    reads="""The clock starts with the child's first case plan, and again with each review, until the case closes;
    what is open then lapses, because there is no plan left to review. A review counts for each child it names,
    unless it says that it came to no view of how well the plan is working; a review whose record is silent on that
    counts, and whoever judges says whether it did. A plan made anew is not a review and does not start the clock
    again, since writing the next version does not show that anybody asked whether the last one worked. The clause
    says only that reviews are regular; the guidance on case planning that the Standard points to was not found, so
    the interval is ours. A review starts the next wait even where the plan was made before the Standards came into
    force.""",
)

NS_3_5 = clause("NS-3.5", "A significant change brings a new version of both the case plan and the case analysis")

NS_3_5A = duty(
    "NS-3.5a",
    "A significant change in a child's circumstances brings a new version of the case plan",
    for_each=child,
    when=significant_change,
    must=happen(case_plan_made),
    within=value("ns_3_5_updated_within"),
    unless=exception(
        change_found_not_significant, standing=LOCAL, source="ours: the clause leaves open who says what is significant"
    ),
    at_closure=LAPSES,
    in_force="2007-06-01",
    source=f"{DOCUMENT}, 3.5",
    reads="""The clock starts on the day of the change, for each child it names, or for every child in the case when
    it names none; that the change was significant is taken from the record. Plan and analysis must both be brought
    up to date: this part is the plan. A version dated on the day of the change counts, because the record has no
    hours; an earlier one does not, and neither does a review of the plan. One new version answers every change
    before it. A recorded finding that the change was not significant after all is shown as a reason, but the
    outcome stays not kept, since the clause does not provide for it. When the case closes in time it lapses: there
    is nothing left to plan. The record cannot show what the new version says about the change.""",
)

NS_3_5B = duty(
    "NS-3.5b",
    "A significant change in a child's circumstances brings a new version of the case analysis",
    for_each=child,
    when=significant_change,
    must=happen(case_analysis_made),
    within=value("ns_3_5_updated_within"),
    unless=exception(
        change_found_not_significant, standing=LOCAL, source="ours: the clause leaves open who says what is significant"
    ),
    at_closure=LAPSES,
    in_force="2007-06-01",
    source=f"{DOCUMENT}, 3.5",
    reads="""As for the plan: from the day of the change on, a new version of the analysis that names the child. A
    new plan with an old analysis fails this part, and a new analysis with an old plan fails the other. An early
    assessment is not an analysis here. Whether the new version covers every welfare heading is not asked again
    (that is 3.1).""",
)
