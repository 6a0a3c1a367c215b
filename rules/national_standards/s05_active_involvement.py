"""Standard 5: Children's active involvement."""

from __future__ import annotations

from engine.duty.words import (
    FALLS_DUE,
    GOES_ON,
    LOCAL,
    SHOULD,
    STATED,
    all_of,
    anniversary,
    be_judged,
    carries,
    clause,
    closure,
    duty,
    either,
    exception,
    happen,
    have_happened,
    judged_by,
    never_happen,
    not_said_to_be,
    one_of,
    value,
)
from rules.vocabulary import (
    case,
    case_accepted,
    case_analysis_made,
    child,
    child_account_obtained,
    child_not_seen_reason,
    child_seen,
    child_spoke_to_court,
    children_involved,
    counselling_offered,
    direct_work_done,
    final_order_made,
    hearing_held,
    history_requested,
    involvement_decided,
    nwf_statement_filed,
    oral_evidence_given,
    organisation,
    outcome_not_told_reason,
    outcome_told_to_child,
    record_destroyed,
    report_filed,
    reporting_year_began,
    support_agreement_given,
    support_agreement_refused,
    support_need_found,
    support_referral_made,
    views_recorded,
)

DOCUMENT = "Cafcass National Standards, June 2007"
IN_FORCE = "2007-09-01"  # the whole of Standard 5 came in later than the rest

NS_5_1 = duty(
    "NS-5.1",
    "Every child is seen, or the reason is recorded",
    for_each=child,
    where=case.work.not_in("adoption_reporting_officer", "short_court_based_resolution"),
    when=case_accepted,
    must=happen(child_seen.with_(how=not_said_to_be("telephone"))),
    within=value("ns_5_1_seen_within"),
    unless=[
        exception(
            child_not_seen_reason.with_(reason=one_of("outside_jurisdiction", "too_ill")),
            standing=STATED,
            source=f"{DOCUMENT}, 5.1",
        ),
        exception(
            child_not_seen_reason.with_(reason="other"),
            standing=LOCAL,
            source="ours: the clause names two reasons as examples; whether another was unavoidable is not coded",
        ),
        exception(
            case.work.is_("work_to_first_hearing"),
            standing=LOCAL,
            source="ours: Cafcass says today that it does not meet children before the first hearing; the clause does not",
        ),
    ],
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 5.1",
    reads="""The clock starts on the day Cafcass took the case on, or when the child joined it if that was later; the number
        of days is ours, because the clause gives none. Each child counts alone: brothers and sisters seen together count
        only if each of them is named. A telephone call is not seeing; a video call counts, and so does an entry that does
        not say how the child was seen, both of which can be contested. Being outside the jurisdiction and being too ill
        excuse, if recorded by the due date; another reason is shown but leaves the promise unkept, because the clause
        asks that it be unavoidable and the record cannot show that. Work as Reporting Officer and short appointments at
        court are outside the promise. Whether those two kinds of work also need a written reason is open, because the
        clause's last sentence makes no exception: we read the kind of work on the case as the reason. Work up to the
        first hearing is not among the clause's exceptions: it counts as not kept, with that reason beside it.""",
)

NS_5_2 = duty(
    "NS-5.2",
    "Direct work with a child respects the child's rights",
    for_each=child,
    when=direct_work_done,
    must=be_judged(),
    judged=judged_by(
        "practice_supervisor",
        "service_manager",
        question="Did this direct work respect the child's rights under the United Nations Convention, "
        "and the qualities that children ask of services?",
    ),
    at_closure=GOES_ON,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 5.2",
    reads="""Each session of direct work with a child is one thing to judge, for each child who is named in it. A recorded
        purpose or tool helps whoever judges but decides nothing: no entry can show that a child's rights were respected.
        The clause gives no day by which to judge, so there is no due date, and a judgement may also be made after the
        case has closed. Whoever did the work, or has led the case, cannot be the judge. A later judgement stands in
        place of an earlier one.""",
)

NS_5_3 = duty(
    "NS-5.3",
    "The child's voice reaches the court when the child cannot speak there",
    for_each=child,
    when=hearing_held,
    must=have_happened(
        either(
            views_recorded,
            oral_evidence_given,
            nwf_statement_filed,
            report_filed.with_(child_views_included=True),
            case_analysis_made.with_(welfare_headings=all_of("wishes_and_feelings")),
        )
    ),
    unless=[
        exception(
            child_spoke_to_court,
            standing=LOCAL,
            source="ours: the clause is about children who cannot speak directly",
            already=True,
        ),
        exception(
            carries(hearing_held, kind="first"),
            standing=LOCAL,
            source="ours: Cafcass has seldom met the child before the first hearing; the clause does not set it apart",
        ),
    ],
    judged=judged_by(
        "practice_supervisor",
        "service_manager",
        question="Did the court hear from us, fairly and fully, what this child wished and felt?",
    ),
    force=SHOULD,
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 5.3",
    reads="""Every hearing starts it, for each child it names, or for every child in the case by then when it names none. By
        the day of the hearing the child's views should be on the record as written down for the court, told in evidence, or
        filed as the child's own statement, or set out in a report, or in an analysis that answers the heading on wishes and
        feelings; a report or an analysis whose record does not say so leaves the question open. A report counts only where
        the record of its filing names the child: one that names none is not seen here. What was put on paper for an earlier
        hearing counts for a later one, and whether it still spoke for the child is for the supervisor to judge. The entry
        must name the child. The record cannot say that a child was unable to speak: where the child did speak to the court
        on that day or before, that is shown as a reason and no more. A first hearing is treated in the same way, because the
        practitioner has often not met the child by then; the clause itself does not set it apart.""",
)

NS_5_4 = duty(
    "NS-5.4",
    "Somebody stays alert to a child having been told what to say",
    for_each=child,
    when=child_account_obtained,
    must=be_judged(),
    judged=judged_by(
        "practice_supervisor",
        "service_manager",
        question="Was it noticed, weighed and handled with care that the child may have been under pressure to say what is "
        "untrue or learnt by heart?",
    ),
    at_closure=GOES_ON,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 5.4",
    reads="""Each time a child gives an account of what the adults dispute, for each child named in that entry, there is one
        thing to judge. An entry that influence was considered helps whoever judges, but it neither keeps the promise nor is
        it needed for it: alertness is a matter of practice. The clause gives no day by which to judge, so there is no due
        date, and the end of the case changes nothing. Whoever took the account, or has led the case, cannot be the judge.""",
)

NS_5_5 = duty(
    "NS-5.5",
    "A child is kept from involvement in the case that would do harm",
    for_each=child,
    when=involvement_decided,
    must=be_judged(),
    judged=judged_by(
        "practice_supervisor",
        "service_manager",
        question="Was the child protected, as far as possible, from involvement likely to make them more vulnerable?",
    ),
    force=SHOULD,
    at_closure=GOES_ON,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 5.5",
    reads="""Each decision on a child's part in the proceedings, such as meeting the judge, coming to court or reading papers,
        is one thing to judge, for each child it names. That the effect on the child was weighed and written down helps
        whoever judges, but does not decide. The clause asks for what is possible, so a judge may find it kept although the
        child was exposed to something that nobody could prevent. Exposure that nobody decided on leaves no entry, so the
        record cannot start the question. There is no due date, and the end of the case changes nothing.""",
)

NS_5_6 = clause("NS-5.6", "A child who needs support from elsewhere is referred for it, with agreement")

NS_5_6A = duty(
    "NS-5.6a",
    "A parent agrees before a child is referred for support",
    for_each=child,
    when=support_referral_made,
    must=have_happened(support_agreement_given.with_(given_by="parent"), same=("need",)),
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 5.6",
    reads="""Every referral of a child to a service outside Cafcass should have a parent's agreement on the record by the same
        day; the record keeps days, so agreement and referral on one day count as being in that order. One parent's agreement
        is enough, because the clause does not ask for both. It must be agreement to a referral for the same need: agreement
        about another need does not count. An agreement after the referral is late, for the order is the point. A referral
        to children's services because of risk is another event and needs nobody's agreement. A referral that
        does not say which need it is for leaves the question open; an agreement that does not say so counts for nothing.""",
)

NS_5_6B = duty(
    "NS-5.6b",
    "A child who should be asked agrees before being referred for support",
    for_each=child,
    when=support_referral_made,
    must=have_happened(
        either(
            support_agreement_given.with_(given_by="child"),
            support_need_found.with_(child_agreement_appropriate=False),
        ),
        same=("need",),
    ),
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 5.6",
    reads="""Every referral for support should have the child's own agreement on the record by the same day, for the same
        need, unless the entry of that need says that asking this child was not appropriate: then it is kept without. Where
        that entry does not say whether asking was appropriate and no agreement is on the record, the question stays open
        rather than being answered against the practitioner. Where there is no entry of the need at all, there must be the
        child's agreement. Agreement after the referral is late. Whether a child was rightly thought too young to ask is
        not something that the record can show.""",
)

NS_5_6C = duty(
    "NS-5.6c",
    "A child who needs support from elsewhere is referred for it",
    for_each=child,
    when=support_need_found,
    first=True,
    must=happen(support_referral_made, same=("need",)),
    within=value("ns_5_6c_referred_within"),
    unless=exception(
        support_agreement_refused,
        standing=STATED,
        source=f"{DOCUMENT}, 5.6: a referral needs agreement",
    ),
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 5.6",
    reads="""The clock starts on the day a need was first put on the record; the same need noted again starts nothing. The
        number of days is ours, because the clause gives none. Only a referral for that need counts, and a referral to
        children's services because of risk does not. A refusal of agreement for that need, on or before the due date,
        excuses: the clause makes the referral depend on agreement. Agreement that nobody asked for, or that is still
        awaited, does not. If the case closes first, the referral should have been made by then. Whether the service was
        the right one, or ever answered, is not asked. A need without a reference leaves the question open.""",
)

NS_5_7 = duty(
    "NS-5.7",
    "The child is told, with care, how the case ended",
    for_each=child,
    when=final_order_made,
    must=happen(outcome_told_to_child),
    by=closure(standing=LOCAL, source="ours: the clause gives no day"),
    unless=exception(
        outcome_not_told_reason,
        standing=LOCAL,
        source="ours: the clause has no exception; a reason is shown, not a pass",
    ),
    judged=judged_by(
        "practice_supervisor",
        "service_manager",
        question="Was the outcome told sensitively, in a way that suited this child's age and understanding?",
    ),
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 5.7",
    reads="""The wait starts with the final order, or the day on which the case ended without one, for each child it names,
        or for every child in the case by then when it names none; a case that closes with no such entry is not asked. The
        clause gives no day: that it should be done by the day the case closes is ours, and while the case is open it is due
        without a date. Each child must be named as told; a brother or sister passing it on is not on the record. Any way of
        telling counts, also through somebody the child trusts; whether it was done sensitively is for the supervisor to
        judge. That a child was too young or could not be reached is shown as a reason but leaves the promise unkept, because
        the clause has no exception. What the child was told before the final order does not count.""",
)

NS_5_8 = clause("NS-5.8", "Records are kept until 22, and whoever asks about theirs is offered counselling")

NS_5_8A = duty(
    "NS-5.8a",
    "The record is kept until the youngest child of the case is 22",
    for_each=child,
    when=case_accepted,
    must=never_happen(record_destroyed),
    until=anniversary(child, "born", value("ns_5_8a_kept_until"), youngest=True),
    at_closure=GOES_ON,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 5.8",
    reads="""A file that several children share is kept until the youngest of them is 22, so an older one's part may not be
        destroyed before that either. The birthday itself is the first day on which it may be; somebody born on 29 February
        has it on 1 March in other years. Closing the case changes nothing, and a grown-up's wish to have the record deleted
        does not shorten the time. Until the birthday the promise is due, not met: it can still be broken. If the date of
        birth of any child in the case is missing, nobody can say until when. An entry of destruction counts for the
        children it names. Later practice keeps records until 25; that is not in this text and is not the figure here.
        The clause speaks of all records, so it can be read as covering files that already existed in September 2007;
        we check only cases accepted, or joined by a child, from that day on, and say nothing about older ones.""",
)

NS_5_8B = duty(
    "NS-5.8b",
    "Whoever asks about their own history is offered counselling",
    for_each=child,
    when=history_requested,
    must=happen(counselling_offered),
    within=value("ns_5_8b_counselling_offered_within"),
    at_closure=GOES_ON,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 5.8",
    reads="""Each request to find out about one's history starts it, whether the child is still young or long grown up, and
        whether the case is open or closed; what counts is the day of the request, not of the case. The number of days is
        ours, because the clause gives none. An offer is enough: nobody has to take up counselling, and the record cannot
        show how good it was. The offer must come on or after the day of the request; one offer answers every request that
        the same person had made by then. An offer to a brother or sister does not count.""",
)

NS_5_9 = clause("NS-5.9", "Children and young people take part in developing the service")

NS_5_9A = duty(
    "NS-5.9a",
    "Young people take part in recruiting staff, every year",
    for_each=organisation,
    when=reporting_year_began,
    must=happen(children_involved.with_(activity="recruitment")),
    within=value("ns_5_9_involved_within"),
    judged=judged_by(
        "assistant_director",
        "board_member",
        question="Did children and young people take an active part in recruiting staff this year?",
    ),
    at_closure=GOES_ON,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 5.9",
    reads="""Asked of the organisation once for each reporting year; that it is a year is ours, because the clause gives no
        period. At least one entry since the year began must say that children or young people took part in recruiting
        staff; the last day is the one on which the next year begins. It does not matter whether this was through the
        Young People's Board: the clause expects the board only at first. An entry that does not say in what they took
        part leaves the question open. One entry cannot show that the part was an active one, so somebody who answers for
        the organisation or sits on one of its boards then says so. It is one of three parts, and each must be kept.""",
)

NS_5_9B = duty(
    "NS-5.9b",
    "Young people take part in training staff, every year",
    for_each=organisation,
    when=reporting_year_began,
    must=happen(children_involved.with_(activity="training")),
    within=value("ns_5_9_involved_within"),
    judged=judged_by(
        "assistant_director",
        "board_member",
        question="Did children and young people take an active part in training staff this year?",
    ),
    at_closure=GOES_ON,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 5.9",
    reads="""Read like part a, for training. At least one entry since the reporting year began must say that children or young
        people took part in providing training; being the subject of a training course is not taking part. One entry cannot
        show that the part was an active one, so a person then says so.""",
)

NS_5_9C = duty(
    "NS-5.9c",
    "Young people take part in checking the quality of the work, every year",
    for_each=organisation,
    when=reporting_year_began,
    must=happen(children_involved.with_(activity="quality_assurance")),
    within=value("ns_5_9_involved_within"),
    judged=judged_by(
        "assistant_director",
        "board_member",
        question="Did children and young people take an active part in checking the quality of our work this year?",
    ),
    at_closure=GOES_ON,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 5.9",
    reads="""Read like part a, for quality assurance. At least one entry since the reporting year began must say that children
        or young people took part in checking the quality of the work; answering a survey about one's own case is not by
        itself such an entry. One entry cannot show that the part was an active one, so a person then says so.""",
)
