"""Public law: the seven practice quality standards of which only the titles are published."""

from __future__ import annotations

from engine.duty.words import (
    FALLS_DUE,
    GOES_ON,
    INFERRED,
    LOCAL,
    SHOULD,
    all_of,
    before,
    clause,
    duty,
    either,
    exception,
    happen,
    hold,
    judged_by,
    not_said_to_be,
    value,
)
from rules.vocabulary import (
    adult,
    care_order_at_home_proposed,
    care_order_at_home_questioned,
    care_plan_disagreed_with,
    care_plan_disagreement_raised,
    case,
    case_accepted,
    case_analysis_made,
    child,
    child_found_too_young,
    child_not_looked_after,
    child_not_seen_alone_reason,
    child_not_seen_reason,
    child_seen,
    contact_not_possible,
    delay_impact_recorded,
    extension_granted,
    feedback_invited,
    final_order_made,
    goodbye_letter_sent,
    handover_made,
    hearing_adjourned,
    hearing_held,
    introductory_letter_sent,
    iro_contacted,
    iro_named,
    late_filing_recorded,
    local_authority_work_received,
    local_authority_work_reviewed,
    nwf_statement_filed,
    proceedings_extended,
    recommendation_not_shared_reason,
    report,
    report_filed,
    report_shared_with_child,
    social_worker_contacted,
    special_guardianship_proposed,
    special_guardianship_reviewed,
    views_recorded,
)

IN_FORCE = "2022-01-01"  # seven were in force by January 2022; the day is ours
SOURCE = (
    "Title of public-law practice quality standard {}, “{}”, published January 2022; the text is not public, "
    "and the evidence asked for here is ours, as is the first day in force"
)
PUBLIC = case.law.is_("public")
NOT_REPORTING_OFFICER = case.work.not_in("adoption_reporting_officer")
WITH_CHILDREN = case.work.not_in("adoption_reporting_officer", "work_to_first_hearing")

# --- 1: seeing and engaging --------------------------------------------------------------------------------------------

PQ_PUB_1 = clause("PQ-PUB-1", "In public law, each child is seen, heard and told, from hello to goodbye")
SOURCE_1 = SOURCE.format(1, "Seeing and engaging with children and young people")

PQ_PUB_1A = duty(
    "PQ-PUB-1a",
    "In public law, each child is introduced to us by letter",
    for_each=child,
    where=[PUBLIC, WITH_CHILDREN],
    when=hearing_held,
    first=True,
    must=happen(either(introductory_letter_sent, child_found_too_young), already=True),
    within=value("pq_pub_1a_letter_within"),
    unless=exception(
        contact_not_possible,
        standing=LOCAL,
        source="ours: nothing is published about exceptions; the reason is shown",
        already=True,
    ),
    force=SHOULD,
    basis=INFERRED,
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=SOURCE_1,
    reads="""The published title says only that children are to be seen and engaged with. That a letter of introduction
        belongs to that, and the number of days, is ours; Cafcass has said since January 2021 that it uses such letters
        in public law. Nothing is owed before the first hearing that is on the record for the child: the clock starts
        that day, and a letter sent earlier counts. A child who joins later is asked about from the next hearing on. The
        letter must be to this child; one to a brother, a sister or an adult does not count. A child who was found too
        young to say anything is not asked for a letter, and whether that was right is judged in part b. That the child
        cannot be contacted is shown as a reason, and it still counts as not kept. The framework of 2021 has letters
        too: it looks at the same record from another document.""",
)

PQ_PUB_1B = duty(
    "PQ-PUB-1b",
    "In public law, each child is seen alone, or the reason why not is recorded",
    for_each=child,
    where=[PUBLIC, WITH_CHILDREN],
    when=hearing_held,
    first=True,
    must=happen(
        either(
            child_seen.with_(alone=True, how=not_said_to_be("telephone")),
            child_not_seen_alone_reason,
            child_not_seen_reason,
            child_found_too_young,
        ),
        already=True,
    ),
    within=value("pq_pub_1b_seen_alone_within"),
    judged=judged_by(
        "practice_supervisor",
        "service_manager",
        question="Was this child met in a way that suited age and understanding, or is the reason for not seeing the child "
        "alone a sound one?",
    ),
    force=SHOULD,
    basis=INFERRED,
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=SOURCE_1,
    reads="""The published title says that children are seen and engaged with; that it should be alone, that a reason may
        stand in place of it, and the number of days are ours. Nothing is owed before the first hearing that is on the
        record for the child; clause 5.1 of the National Standards asks by itself that the child is seen at all. A visit
        made earlier counts. An entry that does not say whether the child was alone leaves the question open; a
        telephone call does not count. Any recorded reason is enough for the record, and so is a note that the child is
        too young to say anything. Whether the reason is sound, and whether the child was met well, is for a supervisor
        or manager who did not do the visit or lead the case.""",
)

PQ_PUB_1C = duty(
    "PQ-PUB-1c",
    "In public law, a child too young to speak is observed with somebody who cares for them",
    for_each=child,
    where=[PUBLIC, WITH_CHILDREN],
    when=child_found_too_young,
    first=True,
    must=happen(child_seen.with_(observed_with_carer=True, how=not_said_to_be("telephone")), already=True),
    within=value("pq_pub_1c_observed_within"),
    force=SHOULD,
    basis=INFERRED,
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=SOURCE_1,
    reads="""The published title does not mention young children; that they are observed with a carer is ours, after what
        Cafcass says in public of its welfare reports. No age decides it: it starts with a note that this child is too
        young to say anything, because some children speak early and others never do, and a date of birth cannot tell.
        A baby for whom nobody has made that note is asked about in part b like any other child. An observation before
        the note counts. A visit whose entry does not say whether the child was watched with a carer leaves the question
        open. The clock starts with the note, whether or not there has been a hearing by then; the number of days is ours.""",
)

PQ_PUB_1D = duty(
    "PQ-PUB-1d",
    "In public law, what a child says is recorded in the child's own words",
    for_each=child,
    where=[PUBLIC, WITH_CHILDREN],
    when=child_seen,
    first=True,
    must=happen(
        either(
            views_recorded.with_(own_words=True),
            child_seen.with_(own_words=True),
            nwf_statement_filed,
            child_found_too_young,
        ),
        already=True,
    ),
    within=value("pq_pub_1d_views_within"),
    force=SHOULD,
    basis=INFERRED,
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=SOURCE_1,
    reads="""The published title does not speak of the child's words; that they are on the record as the child said
        them, and the number of days, are ours. The clock starts on the day the child was first seen, in whatever way,
        also before the first hearing: what is owed then is not a visit but the record of one. The words may be in the
        entry of a visit, in a note for the court, or in the child's own statement of needs, wishes and feelings. An
        entry that does not say whose words it holds leaves the question open. A child who was found too young to say
        anything is not asked for. Whether the words were well chosen, or were the child's own, the record cannot show.
        A child whom nobody has seen is a matter for part b.""",
)

PQ_PUB_1E = duty(
    "PQ-PUB-1e",
    "In public law, each child is told what is recommended before filing, or why not is noted",
    for_each=report,
    per=child,
    where=[
        PUBLIC,
        WITH_CHILDREN,
        report.kind.not_in("correspondence", "needs_wishes_feelings"),
    ],
    when=report_filed.with_(recommends=not_said_to_be(False)),
    must=happen(either(report_shared_with_child, recommendation_not_shared_reason), already=True),
    by=before(report_filed, standing=LOCAL, source="ours: nothing is published about when a child is told"),
    judged=judged_by(
        "practice_supervisor",
        "service_manager",
        question="Did this child understand what would be recommended and why, as far as age and understanding allow, or is "
        "the reason for not telling the child a sound one?",
    ),
    force=SHOULD,
    basis=INFERRED,
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=SOURCE_1,
    reads="""The title says only that children are engaged with. That they should understand why a recommendation is made
        is an intention that Cafcass announced in April 2023 for both laws; that they are told before the report is
        filed, and that it starts in 2022, are ours. It is asked for each report, and for each child whom its filing
        names or, when it names none, whom the report is about. The record keeps days, so telling the child on the day
        of filing counts; a day later is late. The entry must name the same report and the child. A letter to the court
        that analyses nothing, the child's own statement, and a report said to recommend nothing are not asked about; a
        report of no recorded kind leaves the question open. A recorded reason for not telling the child is enough for
        the record; a person then says whether the child understood, or whether the reason is sound.""",
)

PQ_PUB_1F = duty(
    "PQ-PUB-1f",
    "In public law, we say goodbye to each child in a letter",
    for_each=child,
    where=[PUBLIC, WITH_CHILDREN],
    when=final_order_made,
    must=happen(either(goodbye_letter_sent, child_found_too_young), already=True),
    within=value("pq_pub_1_goodbye_within"),
    unless=exception(
        contact_not_possible,
        standing=LOCAL,
        source="ours: nothing is published about exceptions; the reason is shown",
        already=True,
    ),
    force=SHOULD,
    basis=INFERRED,
    at_closure=GOES_ON,
    in_force=IN_FORCE,
    source=SOURCE_1,
    reads="""The published title says only that children are engaged with. That our work ends with a letter of goodbye is
        ours; Cafcass has said since January 2021 that it uses such letters in public law. The clock starts with the
        final order, or the day on which the case ended without one, for each child it names, or for every child in the
        case when it names none; the number of days is ours. A letter sent before the order counts, and closing the case
        does not shorten the time. The letter must be to this child. A child who was found too young to say anything is
        not asked for. That the child cannot be contacted is shown as a reason, and it still counts as not kept.""",
)

PQ_PUB_1G = duty(
    "PQ-PUB-1g",
    "In public law, each child is given a way to say what they think of our work",
    for_each=child,
    where=[PUBLIC, WITH_CHILDREN],
    when=final_order_made,
    must=happen(
        either(goodbye_letter_sent.with_(invites_feedback=True), feedback_invited, child_found_too_young), already=True
    ),
    within=value("pq_pub_1_goodbye_within"),
    unless=exception(
        contact_not_possible,
        standing=LOCAL,
        source="ours: nothing is published about exceptions; the reason is shown",
        already=True,
    ),
    force=SHOULD,
    basis=INFERRED,
    at_closure=GOES_ON,
    in_force=IN_FORCE,
    source=SOURCE_1,
    reads="""Read like part f, for feedback: that it is asked for is ours, after what Cafcass says of its letters. The
        goodbye letter may ask for it, or the child may be asked in another way, also before the end of the case. A
        goodbye letter whose record does not say whether it asks leaves the question open; one that is said not to ask
        does not count. Nobody has to answer.""",
)

# --- 2: the work before court ------------------------------------------------------------------------------------------

PQ_PUB_2 = clause("PQ-PUB-2", "In care cases, how the family was helped before court is examined in the first analysis")
SOURCE_2 = SOURCE.format(2, "Scrutinising the support for and work with families prior to court proceedings")

PQ_PUB_2A = duty(
    "PQ-PUB-2a",
    "In care cases, the first analysis looks at all that was done with the family before court",
    for_each=child,
    where=[PUBLIC, case.work.is_("care")],
    when=case_analysis_made,
    first=True,
    must=hold(case_analysis_made, prior_work_covered=all_of("letters", "family_meetings", "assessments", "services")),
    force=SHOULD,
    basis=INFERRED,
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=SOURCE_2,
    reads="""The published title says that support for families and work with them before proceedings is scrutinised. That
        the place for it is the first analysis, and the four things it should look at, are ours. We ask it for each child,
        of the first analysis on the record that covers the child, and only in care and related cases, because other
        public law work mostly follows such a case. That a letter, a family meeting, an assessment or a service is
        missing is itself a finding: an analysis that says so has looked at it, also where the case came to court in a
        hurry. An analysis whose record does not say what it looked at leaves the question open. What a first analysis
        left out, a later one cannot put right. A case without an analysis is a matter for the National Standards.""",
)

PQ_PUB_2B = duty(
    "PQ-PUB-2b",
    "In care cases, the first analysis draws a conclusion on the help given before court",
    for_each=child,
    where=[PUBLIC, case.work.is_("care")],
    when=case_analysis_made,
    first=True,
    must=hold(case_analysis_made, prior_work_concluded=True),
    judged=judged_by(
        "practice_supervisor",
        "service_manager",
        question="Was the help that this child's family had before court tested critically, and is the conclusion sound?",
    ),
    force=SHOULD,
    basis=INFERRED,
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=SOURCE_2,
    reads="""Read like part a. That scrutiny ends in a conclusion is ours, and the record only shows that there is one: an
        analysis that does not say leaves the question open. Whether the scrutiny was thorough is for a supervisor or
        manager who neither wrote the analysis nor led the case.""",
)

# --- 3: the care plan --------------------------------------------------------------------------------------------------

PQ_PUB_3 = clause(
    "PQ-PUB-3", "In public law, each version of a child's care plan is analysed and, if need be, disputed"
)
SOURCE_3 = SOURCE.format(3, "Analysing the care plan for the child")

PQ_PUB_3A = duty(
    "PQ-PUB-3a",
    "In public law, each version of a child's care plan is analysed",
    for_each=child,
    where=[PUBLIC, NOT_REPORTING_OFFICER],
    when=local_authority_work_received.with_(kind="care_plan"),
    must=happen(either(local_authority_work_reviewed, case_analysis_made), same=("document",)),
    within=value("pq_pub_3_analysed_within"),
    ends_with=final_order_made,
    judged=judged_by(
        "practice_supervisor",
        "service_manager",
        question="Is the analysis of this care plan sound, and is it about this child?",
    ),
    force=SHOULD,
    basis=INFERRED,
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=SOURCE_3,
    reads="""The published title says that the care plan for the child is analysed; that this means every version, and the
        number of days, are ours. The clock starts when a version reaches us, for each child its entry names, or for
        every child in the case when it names none. A review of that version counts, and so does a case analysis whose
        record names it; both must name the child. An analysis on the record that does not say which version it is
        about leaves the question open. If the final order is made or the case closes first, it should have been done by
        then. Clause 2.5 of the National Standards looks at the same record for the case as a whole. Whether the
        analysis is any good is for a supervisor or manager who neither made it nor led the case.""",
)

PQ_PUB_3B = duty(
    "PQ-PUB-3b",
    "In public law, a child's care plan is weighed against other plans",
    for_each=child,
    where=[PUBLIC, NOT_REPORTING_OFFICER],
    when=local_authority_work_received.with_(kind="care_plan"),
    must=happen(
        either(
            local_authority_work_reviewed.with_(alternatives_considered=True),
            case_analysis_made.with_(alternatives_considered=True),
        ),
        same=("document",),
    ),
    within=value("pq_pub_3_analysed_within"),
    ends_with=final_order_made,
    force=SHOULD,
    basis=INFERRED,
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=SOURCE_3,
    reads="""Read like part a. The title does not mention alternatives; that a plan can only be analysed beside what else
        could be done for the child is ours. The review or analysis of that version must say that other plans were
        weighed; one that does not say leaves the question open, one that says they were not does not count. That there
        is no other plan for a child is a result of weighing, and counts when it is recorded as such.""",
)

PQ_PUB_3C = duty(
    "PQ-PUB-3c",
    "In public law, disagreement with a child's care plan is raised",
    for_each=child,
    where=[PUBLIC, NOT_REPORTING_OFFICER],
    when=care_plan_disagreed_with,
    must=happen(care_plan_disagreement_raised, same=("document",)),
    within=value("pq_pub_3c_raised_within"),
    ends_with=final_order_made,
    force=SHOULD,
    basis=INFERRED,
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=SOURCE_3,
    reads="""The title says only that the plan is analysed; that a disagreement found in doing so is raised with the local
        authority or the court, and the number of days, are ours. It starts with an entry that we do not agree with a
        version, for each child it names or for every child when it names none; a disagreement that nobody wrote down
        leaves no trace here. It must be raised about the same version and naming the child, that day or later. An entry
        that does not say which version it is about leaves the question open. If the final order is made or the case
        closes first, it should have been raised by then. What came of it is not asked.""",
)

# --- 4: care orders at home --------------------------------------------------------------------------------------------

PQ_PUB_4 = duty(
    "PQ-PUB-4",
    "In public law, a care order for a child who would live at home is questioned in writing",
    for_each=child,
    where=PUBLIC,
    when=care_order_at_home_proposed,
    must=happen(care_order_at_home_questioned.with_(reasons_given=True)),
    within=value("pq_pub_4_questioned_within"),
    ends_with=final_order_made,
    judged=judged_by(
        "practice_supervisor",
        "service_manager",
        question="Was it really tested whether this child needs a care order while living at home, and do the reasons hold?",
    ),
    force=SHOULD,
    basis=INFERRED,
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=SOURCE.format(4, "Questioning the appropriateness of care orders at home"),
    reads="""The published title says that the appropriateness of care orders at home is questioned. That it is done in
        writing and with reasons, and the number of days, are ours. The clock starts whenever somebody proposes a care
        order for a child who would live at home under it; each such proposal is questioned by itself. To question is
        not to oppose: an entry that finds the order right, and says why, counts as well. One that does not say whether
        it gives reasons leaves the question open. If the final order is made or the case closes first, it should have
        been done by then. Whether the reasoning holds is for a supervisor or manager who neither wrote it nor led the
        case. No kind of work is left out, and a proposal that is not on the record cannot be seen.""",
)

# --- 5: special guardianship -------------------------------------------------------------------------------------------

PQ_PUB_5 = clause("PQ-PUB-5", "In public law, a proposal of special guardianship is reviewed from every side")
SOURCE_5 = SOURCE.format(5, "Supporting best practice in Special Guardianship")

PQ_PUB_5A = duty(
    "PQ-PUB-5a",
    "In public law, the assessment of a proposed special guardian is reviewed",
    for_each=child,
    per=adult,
    where=PUBLIC,
    when=special_guardianship_proposed,
    must=happen(special_guardianship_reviewed.with_(looked_at=all_of("assessment"))),
    within=value("pq_pub_5_reviewed_within"),
    ends_with=final_order_made,
    force=SHOULD,
    basis=INFERRED,
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=SOURCE_5,
    reads="""The published title speaks of best practice in special guardianship and does not say what that is; that the
        assessment is reviewed, and the number of days, are ours. The clock starts whenever somebody is proposed as a
        child's special guardian, for each child and separately for each person proposed. The review must name both, and
        come on that day or later. One that does not say what it looked at leaves the question open. If the final order
        is made or the case closes first, it should have been done by then. A proposal that is not on the record cannot
        be seen.""",
)

PQ_PUB_5B = duty(
    "PQ-PUB-5b",
    "In public law, the support plan for a special guardianship is reviewed",
    for_each=child,
    per=adult,
    where=PUBLIC,
    when=special_guardianship_proposed,
    must=happen(special_guardianship_reviewed.with_(looked_at=all_of("support_plan"))),
    within=value("pq_pub_5_reviewed_within"),
    ends_with=final_order_made,
    force=SHOULD,
    basis=INFERRED,
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=SOURCE_5,
    reads="""Read like part a, for the plan of the support that the child and the special guardian would have: that it is
        looked at is ours. One review may look at both, or each may have a review of its own. That there is no such plan
        yet is found by looking for it, and the review may say so.""",
)

PQ_PUB_5C = duty(
    "PQ-PUB-5c",
    "In public law, a child's relationship with a proposed special guardian is considered",
    for_each=child,
    per=adult,
    where=PUBLIC,
    when=special_guardianship_proposed,
    must=happen(special_guardianship_reviewed.with_(looked_at=all_of("relationship"))),
    within=value("pq_pub_5_reviewed_within"),
    ends_with=final_order_made,
    judged=judged_by(
        "practice_supervisor",
        "service_manager",
        question="Was it weighed with care whether this person is right for this child, with the support that is planned?",
    ),
    force=SHOULD,
    basis=INFERRED,
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=SOURCE_5,
    reads="""Read like part a, for the child's own side: how much time the child has spent with this person, and how they
        get on. That this is considered is ours. The record shows only that it was; how well the whole proposal was
        weighed is for a supervisor or manager who neither made the review nor led the case. The judgement must name
        the child and the person proposed.""",
)

# --- 6: delay ----------------------------------------------------------------------------------------------------------

PQ_PUB_6 = clause("PQ-PUB-6", "In public law, what a delay means for each child is recorded, with what was done")
SOURCE_6 = SOURCE.format(6, "Surfacing the impact of delay for children and young people")

PQ_PUB_6A = duty(
    "PQ-PUB-6a",
    "In public law, what a delay means for each child is put on the record",
    for_each=child,
    where=[PUBLIC, NOT_REPORTING_OFFICER],
    when=either(hearing_adjourned, extension_granted, proceedings_extended, late_filing_recorded),
    must=happen(delay_impact_recorded),
    within=value("pq_pub_6a_impact_within"),
    judged=judged_by(
        "practice_supervisor",
        "service_manager",
        question="Does the entry show what this delay means for this child, and not only that delay is harmful?",
    ),
    force=SHOULD,
    basis=INFERRED,
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=SOURCE_6,
    reads="""The published title says that the impact of delay on children is brought to the surface. What counts as delay,
        that there is an entry for each child, and the number of days, are ours. It starts with a hearing put off, more
        time given for a report or for the proceedings, or a note that a report was filed late, for each child named, or
        for every child in the case when none is named; who was in the case by then is asked about. That a report came
        after the court's date starts nothing unless somebody noted it: clause 4.2 of the National Standards finds it.
        The entry must name the child and come on that day or later; one entry may answer several delays that came
        before it. Whether it is about this child's life is for a supervisor or manager who neither wrote it nor led the
        case.""",
)

PQ_PUB_6B = duty(
    "PQ-PUB-6b",
    "In public law, what was done about a delay is recorded with what it means for the child",
    for_each=child,
    where=[PUBLIC, NOT_REPORTING_OFFICER],
    when=delay_impact_recorded,
    must=happen(delay_impact_recorded.with_(action_stated=True)),
    within=value("pq_pub_6b_action_within"),
    force=SHOULD,
    basis=INFERRED,
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=SOURCE_6,
    reads="""The title speaks of impact only; that the record also says what was done about the delay, or that nothing can
        be, and the number of days, are ours. It starts with each entry of what a delay means for a child, for each child
        it names, and that same entry may say it; so may a later one that names the child. An entry that does not say
        leaves the question open, one that is said to leave it out does not count. Where there is no entry of the impact
        at all, part a says so and nothing is asked here. If the case closes first, it should have been said by then.
        Whether what was done was enough is not asked.""",
)

# --- 7: the social worker and the reviewing officer ----------------------------------------------------------------------

PQ_PUB_7 = clause("PQ-PUB-7", "In public law, we work with the child's social worker and reviewing officer to the end")
SOURCE_7 = SOURCE.format(7, "Working with the child's social worker and independent reviewing officer")

PQ_PUB_7A = duty(
    "PQ-PUB-7a",
    "In public law, we are in touch with each child's social worker",
    for_each=child,
    where=[PUBLIC, NOT_REPORTING_OFFICER],
    when=case_accepted,
    must=happen(social_worker_contacted, already=True),
    within=value("pq_pub_7_begun_within"),
    force=SHOULD,
    basis=INFERRED,
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=SOURCE_7,
    reads="""The published title says that we work with the child's social worker. That contact is made soon, and the number
        of days, are ours. The clock starts when the case is accepted, or when a child joins it later; contact before
        that counts. The entry must name the child, because brothers and sisters may have different social workers. One
        contact is enough here. How well the two worked together the record cannot show. A Reporting Officer, who only
        witnesses consent, is not asked.""",
)

PQ_PUB_7B = duty(
    "PQ-PUB-7b",
    "In public law, the name of each child's independent reviewing officer is on the record",
    for_each=child,
    where=[PUBLIC, NOT_REPORTING_OFFICER],
    when=case_accepted,
    must=happen(either(iro_named, child_not_looked_after), already=True),
    within=value("pq_pub_7_begun_within"),
    force=SHOULD,
    basis=INFERRED,
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=SOURCE_7,
    reads="""Read like part a. The title says that we work with the independent reviewing officer; that the name is put on
        the record is ours, after protocols that some local authorities have published. Only a child whom a local
        authority looks after has such an officer, so a record that this child is not looked after is enough.""",
)

PQ_PUB_7C = duty(
    "PQ-PUB-7c",
    "In public law, we are in touch with each child's independent reviewing officer",
    for_each=child,
    where=[PUBLIC, NOT_REPORTING_OFFICER],
    when=case_accepted,
    must=happen(either(iro_contacted, child_not_looked_after), already=True),
    within=value("pq_pub_7_begun_within"),
    force=SHOULD,
    basis=INFERRED,
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=SOURCE_7,
    reads="""Read like parts a and b, for contact: that it is made soon, and the number of days, are ours. To know the name
        is not to have been in touch. A record that this child is not looked after is enough.""",
)

PQ_PUB_7D = duty(
    "PQ-PUB-7d",
    "In public law, each child's social worker hears from us at the end",
    for_each=child,
    where=[PUBLIC, NOT_REPORTING_OFFICER],
    when=final_order_made,
    must=happen(social_worker_contacted),
    within=value("pq_pub_7_ended_within"),
    force=SHOULD,
    basis=INFERRED,
    at_closure=GOES_ON,
    in_force=IN_FORCE,
    source=SOURCE_7,
    reads="""The title says that we work with the social worker; that this includes a word at the end of the case, and the
        number of days, are ours. The clock starts with the final order, or the day on which the case ended without one,
        for each child it names, or for every child in the case when it names none. Contact on that day or later counts,
        naming the child; earlier contact is part a. Closing the case does not shorten the time. What was said is not
        asked.""",
)

PQ_PUB_7E = duty(
    "PQ-PUB-7e",
    "In public law, each child's independent reviewing officer hears from us at the end",
    for_each=child,
    where=[PUBLIC, NOT_REPORTING_OFFICER],
    when=final_order_made,
    must=happen(either(iro_contacted, handover_made.with_(to="iro"), child_not_looked_after)),
    within=value("pq_pub_7_ended_within"),
    unless=exception(
        child_not_looked_after,
        standing=LOCAL,
        source="ours: a record from before the order may no longer hold after it",
        already=True,
    ),
    force=SHOULD,
    basis=INFERRED,
    at_closure=GOES_ON,
    in_force=IN_FORCE,
    source=SOURCE_7,
    reads="""Read like part d, for the reviewing officer, and as much ours. Handing over our proposals to that officer, as
        clause 4.10 of the National Standards asks, counts as being in touch; handing them to the manager for looked
        after children does not. The final order may change whether a child is looked after: a record of that day or
        later that the child is not is enough, an older one is shown as a reason and it still counts as not kept.""",
)
