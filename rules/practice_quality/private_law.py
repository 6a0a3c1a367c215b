"""Private law practice quality standards: what was announced in April 2023. Their text is not public."""

from __future__ import annotations

from engine.duty.words import (
    FALLS_DUE,
    GOES_ON,
    INFERRED,
    LOCAL,
    SHOULD,
    before,
    clause,
    duty,
    either,
    exception,
    happen,
    have_happened,
    hold,
    judged_by,
    not_said_to_be,
    value,
)
from rules.vocabulary import (
    case,
    case_analysis_made,
    child,
    child_not_seen_reason,
    child_seen,
    contact_not_possible,
    hearing_held,
    own_words_invited,
    recommendation_not_shared_reason,
    report,
    report_filed,
    report_shared_with_child,
    risk_assessed,
    views_recorded,
)

DOCUMENT = (
    "Cafcass's announcement of practice quality standards for private law, April 2023; their text is not public. "
    "The evidence asked for is ours"
)
IN_FORCE = "2023-04-28"  # the day of the announcement

PRIVATE = case.law.is_("private")
BEYOND_FIRST_HEARING = case.work.not_in(
    "work_to_first_hearing", "short_court_based_resolution", "adoption_reporting_officer"
)
ADVISES = report.kind.not_in("safeguarding_letter", "correspondence", "needs_wishes_feelings")

PQ_PRV_1 = duty(
    "PQ-PRV-1",
    "In private law, time is taken to make a relationship with each child",
    for_each=child,
    where=[PRIVATE, BEYOND_FIRST_HEARING],
    when=hearing_held,
    first=True,
    must=happen(child_seen.with_(how=not_said_to_be("telephone")), already=True),
    within=value("pq_prv_1_seen_within"),
    unless=exception(
        either(child_not_seen_reason, contact_not_possible),
        already=True,
        standing=LOCAL,
        source="ours: why the child was not seen is on the record; the announcement has no exception",
    ),
    judged=judged_by(
        "practice_supervisor",
        "service_manager",
        question="Was time taken to make a relationship with this child, and to learn what is happening for the child and "
        "what the child wants and needs?",
    ),
    force=SHOULD,
    basis=INFERRED,
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=DOCUMENT,
    reads="""That time should be taken to make a relationship with each child is the announcement's; everything that shows it
        is ours. A relationship begins with meeting, so each child must have been seen, and then a supervisor or manager
        says whether time was taken: no entry can show that, and whoever saw the child cannot say it. The clock starts with
        the first hearing on the record, because children are not spoken to before it, or for a child who joins later
        with the next one. A child who was seen earlier all the same needs no new visit. Telephone calls are not seeing;
        each child must be named. Work that ends with the first hearing, short appointments at court and a Reporting
        Officer's work are outside. A recorded reason is shown, and the promise still counts as not kept. A case without
        a hearing on the record is not asked about. Clause 5.1 of the National Standards looks at the same visits, from
        the day the case was accepted.""",
)

PQ_PRV_2 = clause("PQ-PRV-2", "In private law, what is safe and what is best for the child are soundly assessed")

PQ_PRV_2A = duty(
    "PQ-PRV-2a",
    "The child's safety was assessed before we report",
    for_each=child,
    where=[PRIVATE, BEYOND_FIRST_HEARING],
    when=hearing_held,
    first=True,
    must=happen(risk_assessed, already=True),
    by=before(report_filed, standing=LOCAL, source="ours: the announcement gives no day"),
    force=SHOULD,
    basis=INFERRED,
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=DOCUMENT,
    reads="""The announcement speaks of good assessments of what is safe and what is in the child's best interests; this part
        is the first half. That an assessment of risk shows it, and by when, is ours: it should be on the record, naming the
        child, by the day on which the next report after the first hearing is filed about the child, since the report rests
        on it. Any report will do, also a letter. Where no report follows, it is due when the case closes, and until then
        there is no due date. An assessment from before the hearing counts, so that most of what Standard 1 of the National
        Standards asks for serves here too. Nobody has to speak to the child for it. The same work is outside as in
        PQ-PRV-1.""",
)

PQ_PRV_2B = duty(
    "PQ-PRV-2b",
    "The child's best interests were analysed well before we report",
    for_each=child,
    where=[PRIVATE, BEYOND_FIRST_HEARING],
    when=hearing_held,
    first=True,
    must=happen(case_analysis_made, already=True),
    by=before(report_filed, standing=LOCAL, source="ours: the announcement gives no day"),
    judged=judged_by(
        "practice_supervisor",
        "service_manager",
        question="Is this a good assessment of what is safe for this child and in the child's best interests, with full "
        "attention to harm in the past and to risk in the future?",
    ),
    force=SHOULD,
    basis=INFERRED,
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=DOCUMENT,
    reads="""Read like part a, with an analysis of the case that names the child in place of the assessment of risk. Whether
        the assessment is a good one, as the announcement asks, is for a supervisor or manager who did not make it: one
        judgement covers safety, best interests, harm and risk, and it is asked of the first analysis on the record. A
        later version does not open the question again, but a later judgement stands in place of an earlier one.
        Standard 3 of the National Standards asks when an analysis is made and what it holds; that it is good is asked
        here.""",
)

PQ_PRV_3 = clause("PQ-PRV-3", "In private law, harm experienced and the risk of future harm are both addressed")

PQ_PRV_3A = duty(
    "PQ-PRV-3a",
    "Each analysis addresses the harm that the child has experienced",
    for_each=child,
    where=[PRIVATE, BEYOND_FIRST_HEARING],
    when=case_analysis_made,
    must=hold(case_analysis_made, harm_experienced_addressed=True),
    force=SHOULD,
    basis=INFERRED,
    at_closure=GOES_ON,
    in_force=IN_FORCE,
    source=DOCUMENT,
    reads="""That full attention is paid to harm experienced is the announcement's; that the record of each analysis should
        say whether it does so is ours. Each analysis, and each new version, is looked at on its own day, for each child it
        names, or for all children of the case when it names none. To have found that there was no harm is to have addressed
        it. An entry that does not say leaves the question open: that the heading on harm of the Welfare Checklist is
        answered is not enough, because one heading holds past and future together. How full the attention was is part of
        the judgement in PQ-PRV-2b. The same work is outside as in PQ-PRV-1.""",
)

PQ_PRV_3B = duty(
    "PQ-PRV-3b",
    "Each analysis addresses the risk of harm to the child from now on",
    for_each=child,
    where=[PRIVATE, BEYOND_FIRST_HEARING],
    when=case_analysis_made,
    must=hold(case_analysis_made, future_harm_addressed=True),
    force=SHOULD,
    basis=INFERRED,
    at_closure=GOES_ON,
    in_force=IN_FORCE,
    source=DOCUMENT,
    reads="""Read like part a, for the risk of harm from now on: that such risk be understood is the announcement's, that the
        record says whether it was addressed is ours. To have found no risk is to have addressed it. An analysis may keep
        one part and not the other, which is why there are two.""",
)

PQ_PRV_4 = duty(
    "PQ-PRV-4",
    "In private law, each child understands why a recommendation is made",
    for_each=report,
    per=child,
    where=[PRIVATE, BEYOND_FIRST_HEARING, ADVISES],
    when=report_filed.with_(recommends=not_said_to_be(False)),
    must=happen(report_shared_with_child.with_(reasons_explained=True), already=True),
    within=value("pq_prv_4_explained_within"),
    unless=exception(
        recommendation_not_shared_reason,
        already=True,
        standing=LOCAL,
        source="ours: why the child was not told is on the record; the announcement has no exception",
    ),
    judged=judged_by(
        "practice_supervisor",
        "service_manager",
        question="As far as age and understanding allow, did this child come to understand why we recommend what we do?",
    ),
    force=SHOULD,
    basis=INFERRED,
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=DOCUMENT,
    reads="""That all children understand why we recommend what we do is the announcement's; what shows it is ours. Each
        report that is filed starts it, for each child whom the filing names or, when it names none, whom the report is
        about, unless the filing is said to recommend nothing. What is recommended should have been shared with that child,
        with the reasons, before the filing or within a few days of it; an entry that does not say whether reasons were
        given leaves the question open. Being told is not yet understanding, so a supervisor or manager then says so,
        naming report and child. Age sets no child apart here: a recorded reason for this report, such as that the
        child is too young, is shown, and the promise still counts as not kept. Safeguarding letters, which come before the first
        hearing, letters that analyse nothing and a child's own statement are outside, and so is the work that is outside
        PQ-PRV-1. Together, PQ-TOG-4, looks at the same sharing from another document: it asks that it came before the
        filing, and this one asks for the reasons.""",
)

PQ_PRV_5 = duty(
    "PQ-PRV-5",
    "In private law, each child has the chance to say something of their own in a report",
    for_each=report,
    per=child,
    where=[PRIVATE, BEYOND_FIRST_HEARING, ADVISES],
    when=report_filed.with_(recommends=True),
    must=have_happened(either(own_words_invited, views_recorded.with_(own_words=True))),
    unless=exception(
        recommendation_not_shared_reason,
        already=True,
        standing=LOCAL,
        source="ours: why the child was not asked is on the record; the announcement has no exception",
    ),
    force=SHOULD,
    basis=INFERRED,
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=DOCUMENT,
    reads="""That children have the opportunity to express a view about themselves in our reports is the announcement's; what
        shows it is ours. By the day on which a report that recommends something is filed, the record should show, for each
        child whom the filing names or whom the report is about, that the chance was offered for that report, or that the
        child's views were written down for it in the child's own words. To be offered it is enough, because no child has
        to take it up; afterwards is late. A filing that does not say whether it recommends anything leaves the question
        open, and so do views of which the record does not say whose words they are. What the child thinks of the
        recommendation is another matter, and is asked by PQ-TOG-5. The same reports and work are outside as in PQ-PRV-4,
        and a recorded reason is only shown.""",
)
