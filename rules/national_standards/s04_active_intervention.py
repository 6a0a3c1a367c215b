"""Standard 4: Active intervention and case management."""

from __future__ import annotations

from engine.duty.words import (
    COURT,
    FALLS_DUE,
    GOES_ON,
    LAPSES,
    LOCAL,
    SHOULD,
    STATED,
    UNDER_REVIEW,
    be_judged,
    before,
    carries,
    clause,
    closure,
    duty,
    either,
    exception,
    happen,
    have_happened,
    hold,
    judged_by,
    one_of,
    recorded,
    the_date,
    value,
)
from rules.vocabulary import (
    case,
    case_plan_made,
    child,
    child_not_looked_after,
    direction_made,
    duplication_ended,
    duplication_found,
    extension_granted,
    filing_date_reasoned,
    filing_intervals_reviewed,
    final_order_made,
    gap_overtaken,
    gap_raised_with_body,
    gap_result_recorded,
    handover_made,
    intended_outcome_stated,
    nwf_agreement_given,
    nwf_statement_filed,
    organisation,
    recommendation_made,
    report,
    report_filed,
    reporting_year_began,
    returned_to_court,
    service_gap_found,
)

DOCUMENT = "Cafcass National Standards, June 2007"
IN_FORCE = "2007-06-01"

NS_4_1 = duty(
    "NS-4.1",
    "Each child's case plan says what we will do, on what evidence, and what it takes",
    for_each=child,
    when=case_plan_made,
    must=hold(case_plan_made, intervention_stated=True, evidence_stated=True, resources_estimated=True),
    judged=judged_by(
        "practice_supervisor",
        "service_manager",
        question="Does the plan set out what we will do for this child, rest it on sound evidence, and weigh honestly "
        "what it takes?",
    ),
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 4.1",
    reads="""Every case plan, and every new version of it, is looked at by itself, on its own day, for each child it
        names, or for every child in the case when it names none. The record of the plan must say that it has three
        things: the intervention, the evidence for it, and an estimate of what it takes. A plan whose record says that
        one of them is missing is not kept, even if it is silent on the others; one that only says nothing leaves the
        outcome undetermined. A better version later does not mend an earlier one. The record shows that something is
        written under each of the three, never how good it is: that is for whoever judges. A judgement is of the last
        version before it, and of earlier ones for that child that nobody had judged.""",
)

NS_4_2 = duty(
    "NS-4.2",
    "Every report is filed by the date the court set",
    for_each=report,
    when=either(direction_made, extension_granted),
    must=happen(report_filed),
    on=the_date("due", standing=COURT, source="the court's direction"),
    unless=exception(extension_granted, standing=COURT, source="the court gave more time before the date had passed"),
    at_closure=LAPSES,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 4.2",
    reads="""Of all the timescales of the family courts, the record can show one: the date in a direction for a
        report. Each direction is one promise, and so is each extension, with the new date. An extension granted on or
        before the old date excuses the old date; one granted afterwards does not, because the date had been missed by
        then. Only the court moves its date, so no reason of ours does. A second direction for the same report does
        not excuse the first: the record does not say whether it moves the date or asks for more, and an extension has
        an entry of its own. The report must be filed from the day of the direction on, so that what was filed under
        an earlier one does not count; one filing answers every direction before it. A direction that names no date
        leaves the outcome undetermined, and one that names no report concerns every report in the case. If the case
        closes before the date, nobody waits for the report any more and the promise lapses; a date that had passed by
        then stays as it was. Dates for hearings and other steps are not checked.""",
)

NS_4_3 = duty(
    "NS-4.3",
    "What we do in a case is neither more nor less than it calls for",
    for_each=child,
    when=case_plan_made,
    must=be_judged(),
    judged=judged_by(
        "practice_supervisor",
        "service_manager",
        question="Is what the plan proposes for this child in proportion to the issues that matter, and does the "
        "evidence bear it out?",
    ),
    at_closure=GOES_ON,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 4.3",
    reads="""Each case plan, and each new version of it, is one thing to judge, for each child it names, or for every
        child in the case when it names none. No entry can show that an intervention was in proportion; what the
        plan's record says about evidence and resources helps whoever judges, and decides nothing here. The clause
        gives no day by which to judge, so there is no due date, and a judgement may also be made after the case has
        closed. Whoever wrote the plan, or has led the case, cannot be the judge. A judgement is of the last version
        before it, and of earlier ones that nobody had judged; a later judgement of the same version stands in its
        place. A review of the plan that changes nothing is not a new thing to judge.""",
)

NS_4_4 = duty(
    "NS-4.4",
    "Every report keeps to the point and rests on a case analysis of our own",
    for_each=report,
    when=report_filed,
    must=hold(report_filed, built_on_analysis=True),
    unless=exception(
        report.kind.one_of("correspondence", "needs_wishes_feelings", "position_statement"),
        standing=LOCAL,
        source="proposed: a report of this kind analyses nothing; the clause speaks of all reports",
    ),
    judged=judged_by(
        "practice_supervisor",
        "service_manager",
        question="Does the report keep to what matters, and is its analysis independent and well argued?",
    ),
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 4.4",
    reads="""Each filing of a report is looked at by itself, on its own day. Its record must say that the report rests
        on a case analysis of our own: an analysis names children and a report names none, so that the two cannot be
        matched in any other way. If the record is silent, the outcome is undetermined, even where there is an
        analysis in the case. A letter, a child's own statement of needs, wishes and feelings, or a short statement of
        position has no analysis to rest on: it is shown as not kept, with its kind as the reason, because the clause
        speaks of every report. Whether the report is focused and the argument a good one is for a supervisor or
        manager who neither filed it nor led the case. That a report is only a part of what the plan describes is
        explanation, and not tested.""",
)

NS_4_5 = clause("NS-4.5", "Reports recommend clearly, and say what each recommendation should do for each child")

NS_4_5A = duty(
    "NS-4.5a",
    "Every report makes a clear recommendation",
    for_each=report,
    when=report_filed,
    must=have_happened(either(recommendation_made, report_filed.with_(recommends=True))),
    unless=exception(
        report.kind.one_of("correspondence", "needs_wishes_feelings", "position_statement"),
        standing=LOCAL,
        source="proposed: nobody asks for a recommendation in a report of this kind; the clause makes no exception",
    ),
    judged=judged_by(
        "practice_supervisor",
        "service_manager",
        question="Are the recommendations clear, and do they help the court to decide in the children's interests?",
    ),
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 4.5",
    reads="""On the day a report is filed, the record must show at least one recommendation in it: by an entry of that
        recommendation, or because the record of the filing says that the report recommends. Where there is neither,
        the outcome is undetermined: nobody can tell a report without a recommendation from one whose recommendations
        were not entered. A filing that is said to recommend nothing is not kept. A recommendation entered for a later
        day is late: the court had the report without it. A recommendation in another report does not count, and what
        was recommended at an earlier filing of the same report still does. For a letter, a child's own statement, or
        a short statement of position nobody asks for a recommendation: without one it is shown as not kept, with its
        kind as the reason, because the clause makes no exception. That a recommendation is clear, and helps the
        court, is for a supervisor or manager to judge.""",
)

NS_4_5B = duty(
    "NS-4.5b",
    "Each recommendation says what it should bring about for each child",
    for_each=report,
    per=child,
    when=recommendation_made,
    must=happen(intended_outcome_stated, already=True, same=("reference",)),
    by=before(report_filed, standing=LOCAL, source="ours: the clause gives no day"),
    judged=judged_by(
        "practice_supervisor",
        "service_manager",
        question="Is it clear what this recommendation is meant to bring about for this child?",
    ),
    at_closure=LAPSES,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 4.5",
    reads="""For each recommendation in a report there must be an entry of what it should bring about, for each child
        whom the recommendation names, or for every child the report is about when it names none. The entry must name
        the child, the report and the same recommendation: what is meant for a brother or sister, or by another
        recommendation, does not count. The clause gives no day; since the court reads it in the report, we read it as
        due on the day the report is filed, and until then there is no due date. If the case closes before the report
        was filed, there is no report to put it in and the promise lapses. A recommendation without its reference
        leaves the outcome undetermined. A report that is linked to no child, with a recommendation that names none,
        is not seen here, and neither is one that is said to recommend without an entry of any recommendation. Whoever
        judges names the report and the child.""",
)

NS_4_6 = clause("NS-4.6", "Private law cases move at the pace each child needs, not at a standard one")

NS_4_6A = duty(
    "NS-4.6a",
    "In private law, the date for a report rests on what each child needs",
    for_each=report,
    per=child,
    where=case.law.is_("private"),
    when=either(
        direction_made.with_(timing=one_of("by_need", "standard")),
        extension_granted.with_(timing=one_of("by_need", "standard")),
        filing_date_reasoned,
    ),
    first=True,
    must=happen(filing_date_reasoned, already=True, same=("due",)),
    within=value("ns_4_6a_reasoned_within"),
    judged=judged_by(
        "practice_supervisor",
        "service_manager",
        question="Does the date for this report follow from what this child needs, and not from a standard interval?",
    ),
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 4.6",
    reads="""This is about the reason for a date; whether the date was kept is 4.2, so the two do not conflict. When
        the court sets a date for a report in private law, or a new one, and the record says how the time was chosen,
        it must hold a reason for that date which rests on the child's needs, for each child whom the direction names,
        or whom the report is about. It must do so even where the time is said to be a standard one: the reason then
        has to show that it fits this child. The clause asks for no entry with each direction, so one that does not
        say how its time was chosen leaves the outcome undetermined for each child without a reason; a reason that is
        on the record is judged all the same, and then starts the promise on its own day, so that it is not late. A
        reason written down beforehand, when the date was proposed, counts; the clause gives no day, and the few days
        after the direction are ours. Each date is asked about once for each child. A reason for another date, another
        report, or a brother or sister does not count for this one. A direction that does not say its date leaves the
        outcome undetermined, and so does a case that does not say its law. A report that is linked to no child is not
        asked about. Whether the reason is a good one, or a standard interval in other words, is for whoever judges.""",
)

NS_4_6B = duty(
    "NS-4.6b",
    "Every year we look at how long private law reports are given",
    for_each=organisation,
    when=reporting_year_began,
    must=happen(filing_intervals_reviewed),
    within=value("ns_4_6b_reviewed_within"),
    at_closure=GOES_ON,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 4.6",
    reads="""A standard filing time cannot be seen in one case, only across many. So the organisation compares, once
        in each reporting year, the times that reports in private law are given. That there should be such a review,
        and that it is once a year, is ours: the clause says only what should not be found. The last day is the one on
        which the next year begins. Any review since the year began counts; what it found is part c.""",
)

NS_4_6C = duty(
    "NS-4.6c",
    "The times given for private law reports differ as children's needs do",
    for_each=organisation,
    when=filing_intervals_reviewed,
    must=hold(filing_intervals_reviewed, all_alike=False),
    at_closure=GOES_ON,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 4.6",
    reads="""Each review of filing times is looked at by itself. If it found that the times are much the same whatever
        the children need, there is a standard filing time, whatever each direction says, and the promise was not
        kept. A review that does not say what it found leaves the outcome undetermined. A later review does not change
        what an earlier one found. Times that differ do not show that they follow need: that is judged case by case in
        part a.""",
)

NS_4_7 = clause("NS-4.7", "A child's own statement is filed only with the child's agreement, and not by itself")

NS_4_7A = duty(
    "NS-4.7a",
    "A child's own statement is filed only with the child's agreement",
    for_each=child,
    when=nwf_statement_filed,
    must=have_happened(nwf_agreement_given),
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 4.7",
    reads="""On the day a statement of needs, wishes and feelings is filed, the child's agreement must be on the
        record, dated that day or before. There is no exception, not for a young child either. An agreement after the
        filing is late, for the statement was with the court by then. A statement that names no child concerns every
        child in the case, and each of them must have agreed: only an agreement that names the child counts. The
        record does not tie an agreement to one statement, so an agreement to an earlier statement is also counted for
        a later one; that can be contested. Nobody has to file a statement at all: the clause only allows it.""",
)

NS_4_7B = duty(
    "NS-4.7b",
    "A child's own statement normally comes with a current section 7 report",
    for_each=child,
    when=nwf_statement_filed,
    must=hold(nwf_statement_filed, alongside_section_7=True),
    unless=exception(
        carries(nwf_statement_filed, filed_alone_reason=recorded()),
        standing=STATED,
        source=f"{DOCUMENT}, 4.7: it says normally",
    ),
    force=SHOULD,
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 4.7",
    reads="""The record of the statement must say that a current section 7 report on the child is with the court as
        well. We ask it of that record, because the entry of a report's filing need not name the children, and no
        entry can show that a report is still current. If the record does not say, the outcome is undetermined. The
        clause says normally, so a reason for filing the statement alone, in the same record, excuses it; other
        guidance of the time lets it be filed by itself. Whether the reason was a good one is not tested.""",
)

NS_4_8 = clause("NS-4.8", "We do not do others' work; where their services fall short, we press them")

NS_4_8A = duty(
    "NS-4.8a",
    "A gap in services is raised with the body that should close it",
    for_each=case,
    when=service_gap_found,
    first=True,
    must=happen(gap_raised_with_body, already=True, same=("gap",)),
    within=value("ns_4_8a_raised_within"),
    judged=judged_by(
        "practice_supervisor",
        "service_manager",
        question="Was the gap pressed on the right body, with enough force, and without our doing its work for it?",
    ),
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 4.8",
    reads="""The clock starts on the day a gap was first put on the record; the same gap noted again starts nothing.
        The number of days is ours, because the clause gives none. Raising it must name the same gap; a gap that was
        raised before it was written down as found has been raised. It is asked once for the case, not for each child.
        Naming another body than the one recorded with the gap is not a fault here: whether it was the right one, and
        was pressed hard enough, is for a supervisor or manager to judge, with the help of what came of it (part b).
        If the case closes first, it should have been raised by then. An entry that does not say which gap it is about
        leaves the outcome undetermined, and a gap that nobody put on the record cannot be seen.""",
)

NS_4_8B = duty(
    "NS-4.8b",
    "What came of raising a gap is followed up",
    for_each=case,
    when=gap_raised_with_body,
    first=True,
    must=happen(gap_result_recorded, same=("gap",)),
    within=value("ns_4_8b_result_within"),
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 4.8",
    reads="""The clock starts on the day the gap was first raised; raising it again does not start it anew. Some
        result for the same gap must be on the record within a time that is ours, because the clause gives none. That
        the body did nothing is a result too: the promise here is to follow it up, and what follows from failure is
        4.9. A result that is not coded counts here, and is undetermined there. If the case closes first, the result
        should have been recorded by then.""",
)

NS_4_8C = duty(
    "NS-4.8c",
    "Work that is done elsewhere, or is another body's to do, is stopped",
    for_each=case,
    when=duplication_found,
    first=True,
    must=happen(duplication_ended, same=("task",)),
    within=value("ns_4_8c_ended_within"),
    at_closure=LAPSES,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 4.8",
    reads="""The clock starts on the day it was first put on the record that a piece of our work repeats work done
        well elsewhere, or is another body's to do. It must then be recorded, for the same piece of work, that it was
        stopped or handed over; the number of days is ours. The clause says that such work is never begun, which no
        record of what was done can show, so this part only sees what somebody noticed. If the case closes first, our
        work has ended with it and the promise lapses.""",
)

NS_4_9 = duty(
    "NS-4.9",
    "When the body does not act, the case goes back to court for directions",
    for_each=case,
    when=gap_result_recorded.with_(result="failed"),
    first=True,
    must=happen(returned_to_court, already=True, same=("gap",)),
    within=value("ns_4_9_returned_within"),
    unless=exception(
        gap_overtaken,
        standing=LOCAL,
        source="proposed: the gap was closed or overtaken after all; the clause makes no exception",
    ),
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 4.9",
    reads="""The clock starts on the day it was first recorded that raising a gap had failed; a further failure over
        the same gap starts nothing. The case must then be back in court about that gap, within a number of days that
        is ours. Going back about another gap does not count; having gone back about this one before the failure was
        written down does. A gap that was closed in part has not failed. A result that is not coded, or that does not
        say which gap it is about, leaves the outcome undetermined: nobody can say whether the case had to go back.
        That the gap was overtaken after all is shown as a reason, but the promise stays unkept, because the clause
        makes no exception. If the case closes first, it should have gone back by then. What the court directed is not
        tested.""",
)

NS_4_10 = clause("NS-4.10", "In public law, our proposals are handed to those who look after the child next")

NS_4_10A = duty(
    "NS-4.10a",
    "In public law, our proposals reach the manager for looked after children",
    for_each=child,
    where=case.law.is_("public"),
    when=final_order_made,
    must=happen(handover_made.with_(to="looked_after_manager"), already=True),
    by=closure(standing=LOCAL, source="ours: the clause gives no day"),
    unless=exception(
        child_not_looked_after,
        already=True,
        standing=LOCAL,
        source="proposed: the child is not looked after, so that nobody has this task; the clause makes no exception",
    ),
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    status=UNDER_REVIEW,
    source=f"{DOCUMENT}, 4.10",
    reads="""Both recipients are needed: this part is the manager, part b the independent reviewing officer. The wait
        starts with the final order, or the day on which the case ended without one, for each child it names, or for
        every child in the case when it names none; a case that closes with no such entry is not asked. A handover
        made earlier counts, because the proposals are ready before the order is made. The clause gives no day: that
        it should be done by the day the case closes is ours, and while the case is open it is due without a date. The
        handover must name the child; one that does not say to whom leaves the outcome undetermined. That the child is
        not looked after is shown as a reason but leaves the promise unkept, because the clause makes no exception.
        The document says that this clause would be reviewed; no decision is known to us, so it is shown as in force
        and under review. That a handover was formal cannot be seen beyond its being on the record.""",
)

NS_4_10B = duty(
    "NS-4.10b",
    "In public law, our proposals reach the independent reviewing officer",
    for_each=child,
    where=case.law.is_("public"),
    when=final_order_made,
    must=happen(handover_made.with_(to="iro"), already=True),
    by=closure(standing=LOCAL, source="ours: the clause gives no day"),
    unless=exception(
        child_not_looked_after,
        already=True,
        standing=LOCAL,
        source="proposed: the child is not looked after, so that nobody has this task; the clause makes no exception",
    ),
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    status=UNDER_REVIEW,
    source=f"{DOCUMENT}, 4.10",
    reads="""Read like part a, for the independent reviewing officer. A handover to the manager does not count for
        this part, and one to the officer does not count for the other; two entries of one day do. Routine contact
        with the officer during the case is not a handover.""",
)
