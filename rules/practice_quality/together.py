"""Together with children and families: the framework launched in September 2021. Its workbook is not public."""

from __future__ import annotations

from engine.duty.words import (
    FALLS_DUE,
    GOES_ON,
    INFERRED,
    LOCAL,
    SHOULD,
    clause,
    duty,
    either,
    exception,
    happen,
    have_happened,
    hold,
    not_said_to_be,
    value,
)
from rules.vocabulary import (
    adult,
    case,
    case_closed,
    case_plan_made,
    child,
    child_found_too_young,
    contact_not_possible,
    feedback_invited,
    goodbye_letter_sent,
    hearing_held,
    introductory_letter_sent,
    recommendation_not_shared_reason,
    recommendation_shared_with_adult,
    report,
    report_filed,
    report_shared_with_child,
    storyboard_made,
    view_of_recommendation_sought,
)

DOCUMENT = (
    "Cafcass, Together with children and families, launched in September 2021; its workbook is not public. "
    "The evidence asked for is ours"
)
LETTERS = (
    "Cafcass's welcome and goodbye letters, in use since 18 January 2021, and Together with children and families, "
    "September 2021, whose workbook is not public. The evidence asked for is ours"
)
IN_FORCE = "2021-09-01"  # launched in that month; the day is ours

WITH_CHILDREN = case.work.not_in("work_to_first_hearing", "short_court_based_resolution", "adoption_reporting_officer")
ADVISES = report.kind.not_in("safeguarding_letter", "correspondence", "needs_wishes_feelings")
NOT_REACHED = "ours: that the child cannot be contacted is on the record; the framework has no exception"
NOT_SHARED = "ours: why it was not done is on the record; the framework has no exception"

PQ_TOG_1 = duty(
    "PQ-TOG-1",
    "Each child gets a letter of introduction",
    for_each=child,
    where=WITH_CHILDREN,
    when=hearing_held,
    first=True,
    must=happen(either(introductory_letter_sent, child_found_too_young), already=True),
    within=value("pq_tog_1_letter_within"),
    unless=exception(contact_not_possible, already=True, standing=LOCAL, source=NOT_REACHED),
    force=SHOULD,
    basis=INFERRED,
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=LETTERS,
    reads="""That there are letters of introduction, in several versions by age, is Cafcass's own; that each child
        should have one, and by when, is ours. The clock starts with the first hearing on the record, because writing to
        children or meeting them is not asked before it, or for a child who joins later with the next one; a letter that
        was sent earlier counts. A case without a hearing on the record is not asked about. Each child counts alone: a
        letter counts for the children whom its entry names, and one to an adult does not count. A child who was found
        too young to say anything is not asked for a letter, which can be contested, since there are letters for younger
        children. A record that the child cannot be contacted is shown as a reason, and the promise still counts as not
        kept. Work up to the first hearing, short appointments at court and a Reporting Officer's work are outside. In
        public law the practice quality standard, PQ-PUB-1, looks at the same letter from another document, and clause
        8.1 of the National Standards accepts it as one way of explaining our part: one missing letter may be shown
        under each, and is still one letter. Letters have been in use since January 2021; we ask from the launch of the
        framework.""",
)

PQ_TOG_2 = duty(
    "PQ-TOG-2",
    "A storyboard is made of the family",
    for_each=case,
    where=WITH_CHILDREN,
    when=case_plan_made,
    first=True,
    must=happen(either(storyboard_made, case_plan_made.with_(storyboard_used=True)), already=True),
    within=value("pq_tog_2_storyboard_within"),
    force=SHOULD,
    basis=INFERRED,
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=DOCUMENT,
    reads="""The framework names family storyboards among its materials and does not say for which families, or when; all of
        that is ours. A case that has come as far as a plan should have a storyboard by a few days after the first one. An
        entry of a storyboard shows it, whoever it names, and so does a plan that is said to draw on one, the first or a
        later version. A plan that does not say leaves the question open; one that says it does not draw on a storyboard
        shows nothing. It is asked once for each case, because the storyboard is the family's. How it was made, with
        whom, and whether it helped the child to understand, the record cannot show. Work in which no child is met is
        outside.""",
)

PQ_TOG_3 = duty(
    "PQ-TOG-3",
    "A case plan is in the style that the framework brought",
    for_each=case,
    when=case_plan_made,
    must=hold(case_plan_made, together_style=True),
    force=SHOULD,
    basis=INFERRED,
    at_closure=GOES_ON,
    in_force=IN_FORCE,
    source=DOCUMENT,
    reads="""That there is a new style of case plan is the framework's; its form is not public, so all we can ask is what the
        record says of it, and that is ours. Each plan, and each new version, is looked at on the day it is made, once for
        the case and whichever children it covers. An entry that does not say leaves the question open. What the plan
        holds, and that it exists, is asked by Standard 3 of the National Standards. A plan that was made before the
        framework is not looked at until there is a new version of it.""",
)

PQ_TOG_4 = clause("PQ-TOG-4", "What we recommend is shared with the child and the family before it goes to the court")

PQ_TOG_4A = duty(
    "PQ-TOG-4a",
    "What a report recommends is shared with each child before it is filed",
    for_each=report,
    per=child,
    where=[WITH_CHILDREN, ADVISES],
    when=report_filed.with_(recommends=not_said_to_be(False)),
    must=have_happened(report_shared_with_child),
    unless=exception(recommendation_not_shared_reason, already=True, standing=LOCAL, source=NOT_SHARED),
    force=SHOULD,
    basis=INFERRED,
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=DOCUMENT,
    reads="""That children understand our recommendations is the framework's aim, and Cafcass says in public that it shares
        them before filing; that the record should show it for each child is ours. Each report that is filed starts it, for
        each child whom the filing names or, when it names none, whom the report is about, unless the filing is said to
        recommend nothing. The sharing must name report and child, and must have been by the day of filing: the record
        keeps days, so both on one day count as being in that order, and afterwards is late. Safeguarding letters, which
        come before the first hearing, letters that analyse nothing and a child's own statement are outside, and so is
        work in which no child is met. A recorded reason, such as that the child is too young, is shown, and the promise
        still counts as not kept. Whether the child understood is asked in private law by PQ-PRV-4 and in public
        law by PQ-PUB-1, which look at the same entry from other documents. In public law a recorded reason is
        enough, for a person to judge; here nobody judges, so it is only shown.""",
)

PQ_TOG_4B = duty(
    "PQ-TOG-4b",
    "What a report recommends is shared with the parents and carers before it is filed",
    for_each=report,
    per=adult,
    where=[WITH_CHILDREN, ADVISES],
    when=report_filed.with_(recommends=not_said_to_be(False)),
    must=have_happened(recommendation_shared_with_adult),
    unless=exception(recommendation_not_shared_reason, already=True, standing=LOCAL, source=NOT_SHARED),
    force=SHOULD,
    basis=INFERRED,
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=DOCUMENT,
    reads="""Read like part a, for each adult whose part in a child's life the report weighs, by the links of the report on
        the record; whom it does not link is not asked about. Sharing with one parent is not sharing with the other. That
        it would not be safe, as where there has been abuse, is a reason that is shown, and the promise still counts as
        not kept.""",
)

PQ_TOG_5 = duty(
    "PQ-TOG-5",
    "A report says what each child thinks of what it recommends",
    for_each=report,
    per=child,
    where=[WITH_CHILDREN, ADVISES],
    when=report_filed.with_(recommends=True),
    must=have_happened(view_of_recommendation_sought.with_(in_report=True)),
    unless=exception(recommendation_not_shared_reason, already=True, standing=LOCAL, source=NOT_SHARED),
    force=SHOULD,
    basis=INFERRED,
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=DOCUMENT,
    reads="""That children have the opportunity to share their views of our recommendations in our reports is the
        framework's; what shows it is ours. By the day on which a report that recommends something is filed, each child whom
        the filing names or whom the report is about should have been asked, and the entry must say that the report tells
        the answer, or that the child gave none: it is an opportunity, not a duty of the child's. One that does not say
        leaves the question open, and so does a filing that does not say whether it recommends anything. Asked afterwards is
        late. The child's wishes for the case itself are a different matter, which clause 5.3 of the National Standards
        asks about. The same reports and work are outside as in PQ-TOG-4, and a recorded reason is only shown.""",
)

PQ_TOG_6 = duty(
    "PQ-TOG-6",
    "Each child gets a goodbye letter",
    for_each=child,
    where=WITH_CHILDREN,
    when=case_closed,
    must=happen(either(goodbye_letter_sent, child_found_too_young), already=True),
    within=value("pq_tog_6_goodbye_within"),
    unless=exception(contact_not_possible, already=True, standing=LOCAL, source=NOT_REACHED),
    force=SHOULD,
    basis=INFERRED,
    at_closure=GOES_ON,
    in_force=IN_FORCE,
    source=LETTERS,
    reads="""That there are goodbye letters, in several versions by age, is Cafcass's; that each child should have one, and by
        when, is ours. When our work on the case ends, for all its children or for those whom the entry names, each of them
        should have had a letter before that day, or get one within a few days of it. A letter counts for the children whom
        its entry names; one to an adult does not count. A child who was found too young to say anything is not asked for a
        letter, as in PQ-TOG-1. A record that the child cannot be contacted is shown as a reason, and the promise still
        counts as not kept. Work in which no child is met is outside. In public law the practice quality standard,
        PQ-PUB-1, looks at the same letter from another document, counting from the final order: one missing letter may be
        shown under both, and is still one letter.""",
)

PQ_TOG_7 = duty(
    "PQ-TOG-7",
    "Each child is asked what they thought of our work",
    for_each=child,
    where=WITH_CHILDREN,
    when=case_closed,
    must=happen(
        either(feedback_invited, goodbye_letter_sent.with_(invites_feedback=True), child_found_too_young), already=True
    ),
    within=value("pq_tog_7_feedback_within"),
    unless=exception(contact_not_possible, already=True, standing=LOCAL, source=NOT_REACHED),
    force=SHOULD,
    basis=INFERRED,
    at_closure=GOES_ON,
    in_force=IN_FORCE,
    source=LETTERS,
    reads="""That feedback is part of the way we work, and that people tell us whether they felt listened to and understood, is
        the framework's; that each child should have been asked by a few days after our work ended is ours. A goodbye letter
        that invites feedback is asking; one whose entry does not say whether it does leaves the question open. Each child
        must be named, and nobody has to answer; a child who was found too young to say anything is not asked. Clause 8.4 of
        the National Standards asks the same of children and adults by the day the case closes, and in public law PQ-PUB-1
        does from the final order: they look at the same entries from different documents, and this one leaves a few days
        after closing, because the letter is often the last thing sent. Work in which no child is met is outside.""",
)
