"""Standard 8: Customer care."""

from __future__ import annotations

from engine.duty.words import (
    FALLS_DUE,
    GOES_ON,
    LAPSES,
    LOCAL,
    SHOULD,
    STATED,
    before,
    carries,
    clause,
    closure,
    duty,
    either,
    exception,
    happen,
    hold,
    judged_by,
    not_said_to_be,
    one_of,
    recur,
    value,
)
from rules.vocabulary import (
    adult,
    adult_interpreter_need_found,
    adult_language_need_found,
    breach,
    breach_handled,
    case_accepted,
    child,
    child_interpreter_need_found,
    child_language_need_found,
    child_seen,
    complaint,
    complaint_acknowledged,
    complaint_answered,
    complaint_extension_agreed,
    complaint_found_out_of_time,
    complaint_received,
    complaint_resolution_attempted,
    complaint_resolution_not_possible,
    confidentiality_breached,
    contact_not_possible,
    disclosure,
    feedback_acted_on,
    feedback_invited,
    goodbye_letter_sent,
    hearing_held,
    information_disclosed,
    information_given,
    interpreter_booked,
    introductory_letter_sent,
    organisation,
    outcome_told_to_child,
    party_interviewed,
    plan_shared_with_family,
    report,
    report_filed,
    report_shared_with_child,
    reporting_year_began,
    role_explained,
    third_party_statement_used,
    third_party_statement_verified,
    written_information_given,
)

DOCUMENT = "Cafcass National Standards, June 2007"
IN_FORCE = "2007-06-01"

# --- 8.1 ---------------------------------------------------------------------------------------------------------------

NS_8_1 = clause("NS-8.1", "Everybody who uses the service is told early what Cafcass is there to do")

NS_8_1A = duty(
    "NS-8.1a",
    "Each child is told early what Cafcass is there to do",
    for_each=child,
    when=case_accepted,
    must=happen(either(role_explained, introductory_letter_sent), already=True),
    within=value("ns_8_1_told_within"),
    unless=exception(
        contact_not_possible,
        already=True,
        standing=LOCAL,
        source="proposed: contact is unsafe or impossible, and that is recorded; the clause has no exception",
    ),
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 8.1",
    reads="""The clock starts when Cafcass takes the case on, or when the child joins it later; the number of days is
        ours, because the clause only asks for the earliest possible stage. What was explained before that day counts.
        Each child counts alone: a letter or a talk counts for the children whom its entry names, and an entry that
        names nobody counts for nobody. A letter of introduction is taken to say what Cafcass is there to do. Written
        agreements are only the clause's example, so none is asked for. A child too young to be told anything is not set
        apart, since the clause does not do so; this can be contested. A record that the child cannot be contacted is
        shown as a reason, and the promise still counts as not kept.""",
)

NS_8_1B = duty(
    "NS-8.1b",
    "Each parent, carer and other adult is told early what Cafcass is there to do",
    for_each=adult,
    when=case_accepted,
    must=happen(either(role_explained, introductory_letter_sent), already=True),
    within=value("ns_8_1_told_within"),
    unless=exception(
        contact_not_possible,
        already=True,
        standing=LOCAL,
        source="proposed: contact is unsafe or impossible, and that is recorded; the clause has no exception",
    ),
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 8.1",
    reads="""Read like part a, for every adult whom the record has in the case: parents, carers and other relatives
        alike, a late joiner from the day of joining. Each must be named; telling one parent is not telling the other.
        A letter of introduction counts for the adults whom its entry names, and one to a child does not count for
        them. Adults who are not on the record are not seen here.""",
)

# --- 8.2 ---------------------------------------------------------------------------------------------------------------

NS_8_2 = clause("NS-8.2", "Everybody who uses the service is told regularly how the work is going")

NS_8_2A = duty(
    "NS-8.2a",
    "Each child is told regularly how our work for them is going",
    for_each=child,
    when=case_accepted,
    must=recur(
        either(information_given, plan_shared_with_family, report_shared_with_child, outcome_told_to_child),
    ),
    within=value("ns_8_2_informed_every"),
    unless=exception(
        contact_not_possible,
        standing=LOCAL,
        source="proposed: no way of contact, or contact is unsafe; the clause has no exception",
    ),
    at_closure=LAPSES,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 8.2",
    reads="""The clock starts when Cafcass takes the case on, or when the child joins it later, and again each time
        the child is told something, until the case closes; what is open then lapses, because there is no more work to
        tell of. The clause says regular and timely without a figure: the interval is ours. Sharing the case plan or
        what a report recommends, and telling the child the outcome, are such occasions too. Explaining at the start
        who we are is 8.1 and does not count here, and neither does a visit whose entry does not say that anything was
        told. Each child must be named. That a child cannot be contacted is shown as a reason for the interval in
        which it was recorded.""",
)

NS_8_2B = duty(
    "NS-8.2b",
    "Each parent, carer and other adult is told regularly how our work is going",
    for_each=adult,
    when=case_accepted,
    must=recur(either(information_given, plan_shared_with_family)),
    within=value("ns_8_2_informed_every"),
    unless=exception(
        contact_not_possible,
        standing=LOCAL,
        source="proposed: no way of contact, or contact is unsafe; the clause has no exception",
    ),
    at_closure=LAPSES,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 8.2",
    reads="""Read like part a, for every adult whom the record has in the case, one by one. Only an entry that the
        adult was given information, or that the case plan was shared with them, counts; an interview or a hearing is
        not by itself such an entry, although something may well have been told there. Telling one parent is not
        telling the other. Where contact with an adult is impossible for long, that needs an entry in each interval to
        be shown beside it.""",
)

# --- 8.3 ---------------------------------------------------------------------------------------------------------------

NS_8_3 = clause("NS-8.3", "What is confidential stays so, and is shared only by the rules")

NS_8_3A = duty(
    "NS-8.3a",
    "Whoever passes on information has a ground for it, and the right to do so",
    for_each=disclosure,
    when=information_disclosed,
    must=hold(information_disclosed, basis=one_of("consent", "protocol", "statute", "court_order"), authorised=True),
    unless=exception(
        carries(information_disclosed, basis=one_of("statute", "court_order")),
        standing=LOCAL,
        source="proposed: the law or the court required the disclosure; the clause has no exception",
    ),
    judged=judged_by(
        "practice_supervisor",
        "service_manager",
        question="Were the recognised principles of confidentiality, and the protocol that applies, kept to when this "
        "information was passed on?",
    ),
    at_closure=GOES_ON,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 8.3",
    reads="""Every disclosure that is on the record stands by itself and is looked at on its own day. Its entry must give
        what allowed it and say that somebody entitled to it authorised it; who received it is part of every such entry.
        An entry that is silent on one of the two leaves the outcome undetermined; one that says nothing allowed it, or
        that nobody authorised it, is not kept. Disclosure that the law or the court required still needs its
        authorisation noted; that ground is shown as a reason and no more. Whether the principles and protocols were
        kept to is for a supervisor or manager who did not make the disclosure. What was passed on without an entry is
        not seen here.""",
)

NS_8_3B = duty(
    "NS-8.3b",
    "What follows from a breach of confidentiality is decided promptly",
    for_each=breach,
    when=confidentiality_breached,
    must=happen(breach_handled),
    within=value("ns_8_3b_handled_within"),
    at_closure=GOES_ON,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 8.3",
    reads="""The clause wants confidentiality at all times; that breaches are registered and dealt with is our way of
        seeing whether it is taken seriously, and the number of days is ours. The clock starts on the day of the breach
        as the register has it. Each breach needs its own entry of what was decided, such as who is told and what is put
        right. An entry about another breach does not count. The closing of the case changes nothing. That a breach was
        handled does not make it no breach: the record of it stays, and this part says only that it was dealt with.""",
)

# --- 8.4 ---------------------------------------------------------------------------------------------------------------

NS_8_4 = clause("NS-8.4", "The views of everybody who uses the service are sought and put to use")

NS_8_4A = duty(
    "NS-8.4a",
    "Each child is asked what they thought of our work",
    for_each=child,
    when=case_accepted,
    must=happen(either(feedback_invited, goodbye_letter_sent.with_(invites_feedback=True))),
    by=closure(standing=LOCAL, source="ours: the clause gives no day"),
    unless=exception(
        contact_not_possible,
        already=True,
        standing=LOCAL,
        source="proposed: asking is unsafe or impossible, and that is recorded; the clause has no exception",
    ),
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 8.4",
    reads="""Each child whom the case concerns should have been asked at least once between acceptance, or joining, and
        the day the case closes; that day is ours, because the clause gives none. Each child must be named, and being
        asked is enough, since nobody has to answer. A goodbye letter that invites the child's view is asking; one
        whose entry does not say whether it does leaves the question open. What the child wishes for the case itself is
        a different matter. That a child cannot be asked is shown as a reason, and the promise still counts as not
        kept. How actively views were sought is asked of the organisation in part c.""",
)

NS_8_4B = duty(
    "NS-8.4b",
    "Each parent, carer and other adult is asked what they thought of our work",
    for_each=adult,
    when=case_accepted,
    must=happen(either(feedback_invited, goodbye_letter_sent.with_(invites_feedback=True))),
    by=closure(standing=LOCAL, source="ours: the clause gives no day"),
    unless=exception(
        contact_not_possible,
        already=True,
        standing=LOCAL,
        source="proposed: asking is unsafe or impossible, and that is recorded; the clause has no exception",
    ),
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 8.4",
    reads="""Read like part a, for every adult whom the record has in the case. Each must be named as asked, and a goodbye
        letter counts for the adults whom its entry names, as it does for a child; a complaint that somebody makes of
        their own accord is not an invitation. Asking one parent is not asking the other. That an
        adult cannot or will not be contacted is shown as a reason, and the promise still counts as not kept.""",
)

NS_8_4C = duty(
    "NS-8.4c",
    "What users say changes the service, every year",
    for_each=organisation,
    when=reporting_year_began,
    must=happen(feedback_acted_on),
    within=value("ns_8_4c_acted_on_within"),
    judged=judged_by(
        "assistant_director",
        "board_member",
        question="Did we actively seek what children, families and carers think this year, through complaints and "
        "children's programmes too, and use it to do better?",
    ),
    at_closure=GOES_ON,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 8.4",
    reads="""Asked of the organisation once for each reporting year; that it is a year is ours, because the clause gives no
        period. At least one entry since the year began must say that something was changed because of what users said;
        the last day is the one on which the next year begins. The entry may say where that was heard: in feedback, in
        complaints, or in a programme that asks children. The record is content with one change from any of them;
        whether all three were sought and used is for somebody who answers for the organisation, or sits on one of its
        boards, and did not make the change.""",
)

# --- 8.5 ---------------------------------------------------------------------------------------------------------------

NS_8_5 = clause("NS-8.5", "Concerns and complaints are answered in time, and settled where possible")

NS_8_5A = duty(
    "NS-8.5a",
    "A complaint is acknowledged promptly",
    for_each=complaint,
    when=complaint_received,
    first=True,
    must=happen(either(complaint_acknowledged, complaint_answered)),
    within=value("ns_8_5a_acknowledged_within"),
    at_closure=GOES_ON,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 8.5",
    reads="""The clock starts on the day the complaint or concern first reaches Cafcass; the same complaint put on the
        record again, or sent again, does not start it anew. The clause points to the complaints procedure, and the
        procedure's days for an acknowledgement were not found: the number is ours. An answer in writing also
        acknowledges. It must be about the same complaint; a new one, or one that comes back after its answer, needs a
        number of its own. The closing of the case changes nothing.""",
)

NS_8_5B = duty(
    "NS-8.5b",
    "Somebody tries to settle a complaint before it is answered",
    for_each=complaint,
    when=complaint_received,
    first=True,
    must=happen(either(complaint_resolution_attempted, complaint_answered.with_(resolution_attempted=True))),
    by=before(complaint_answered, standing=LOCAL, source="ours: the clause gives no day for the attempt"),
    unless=exception(
        complaint_resolution_not_possible,
        standing=STATED,
        source=f"{DOCUMENT}, 8.5: only where it is possible",
    ),
    force=SHOULD,
    at_closure=GOES_ON,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 8.5",
    reads="""The clause strives for a settlement wherever one is possible, so we ask for an attempt, not for its
        success. It should come on or before the day of the written answer; that day is ours. While there is no answer
        it is due without a date: part c holds the time. As in part a, the same complaint starts it once. The answer
        itself may show the attempt. An answer whose entry says nothing about it leaves the question open, and an
        answer said to show none does not count. A record that a settlement was not possible excuses, if it was made
        on or before the day of the answer; the clause itself allows for that. The closing of the case changes
        nothing.""",
)

NS_8_5C = duty(
    "NS-8.5c",
    "A complaint is answered in writing, in time",
    for_each=complaint,
    when=complaint_received,
    first=True,
    must=happen(complaint_answered),
    within=value("ns_8_5c_answered_within"),
    unless=[
        exception(
            complaint_extension_agreed,
            standing=LOCAL,
            source="proposed: whoever complained agreed to wait longer; the clause does not say so",
        ),
        exception(
            complaint_found_out_of_time,
            standing=LOCAL,
            source="proposed: the complaint came too long after what it is about; the clause does not say so",
        ),
    ],
    at_closure=GOES_ON,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 8.5",
    reads="""The clock starts on the day the complaint or concern first reaches Cafcass, and once for each complaint,
        as in part a. The clause points to the complaints procedure; its days were not found for 2007, so we use the
        working days that Cafcass named as its practice some years later, and count them as local. An acknowledgement
        is not an answer. An agreed extension, or a finding that the complaint came too late to be looked into, is
        shown as a reason, and the promise still counts as not kept. Whether the answer is a good one is not asked.
        The closing of the case changes nothing.""",
)

# --- 8.6 ---------------------------------------------------------------------------------------------------------------

NS_8_6 = clause("NS-8.6", "Information comes in writing, in plain words, in a form that its reader can use")

NS_8_6A = duty(
    "NS-8.6a",
    "Each child is given written information that suits them",
    for_each=child,
    when=case_accepted,
    must=happen(
        either(written_information_given.with_(age_suited=not_said_to_be(False)), introductory_letter_sent),
        already=True,
    ),
    within=value("ns_8_6_given_within"),
    judged=judged_by(
        "practice_supervisor",
        "service_manager",
        question="Did the written information suit this child's age and understanding?",
    ),
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 8.6",
    reads="""The clock starts when Cafcass takes the case on, or when the child joins it later; the number of days is ours,
        because the clause gives none. What was given before that day counts. A letter of introduction is written
        information; anything else in writing counts too, unless its entry says that it did not suit the child. The child
        must be named: a leaflet for a brother or sister does not count. Whether it suited this child's age and
        understanding is for the supervisor to judge. The clause has no exception for babies, so for them it may be the
        judge who says what was fitting.""",
)

NS_8_6B = duty(
    "NS-8.6b",
    "Each parent, carer and other adult is given written information",
    for_each=adult,
    when=case_accepted,
    must=happen(either(written_information_given, introductory_letter_sent), already=True),
    within=value("ns_8_6_given_within"),
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 8.6",
    reads="""Read like part a, for every adult whom the record has in the case: the clause names parents and carers,
        and we add other relatives who are in it. Each must be named. What was written for a child does not count for
        the adults; a letter of introduction to the adult does. Any format counts, and the record decides alone.""",
)

NS_8_6C = duty(
    "NS-8.6c",
    "A child who needs another language or format is given information in it",
    for_each=child,
    when=child_language_need_found,
    must=happen(written_information_given.with_(language_fits=True)),
    within=value("ns_8_6_given_within"),
    at_closure=LAPSES,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 8.6",
    reads="""The clock starts on the day on which the child was found to need another language or another format. From that
        day on, written information must be given to the child whose entry says that it fits; an entry that does not say
        so leaves the question open. A letter of introduction alone does not show in which language it was. A need found
        again later, or another one, asks for information again. If the case closes in time, the need for it has ended.
        A need that nobody noted is not seen here.""",
)

NS_8_6D = duty(
    "NS-8.6d",
    "An adult who needs another language or format is given information in it",
    for_each=adult,
    when=adult_language_need_found,
    must=happen(written_information_given.with_(language_fits=True)),
    within=value("ns_8_6_given_within"),
    at_closure=LAPSES,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 8.6",
    reads="""Read like part c, for each adult whom the entry of the need names. A need of one parent asks for nothing for
        the other or for the children. Information that the adult was given before the need was found does not count,
        since a need is dated from the day on which it was first there to be seen.""",
)

NS_8_6E = duty(
    "NS-8.6e",
    "A child who needs an interpreter has an approved one by the next meeting",
    for_each=child,
    when=child_interpreter_need_found,
    must=happen(interpreter_booked.with_(approved_service=True)),
    by=before(either(child_seen, hearing_held), standing=LOCAL, source="ours: the clause gives no day"),
    at_closure=LAPSES,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 8.6",
    reads="""The wait starts on the day on which an interpreter or translator was found to be needed, and ends on the day of
        the next meeting: the next time the child is seen in any way, or the next hearing. That day is ours, because the
        clause gives none; until there is a meeting it is due without a date. The booking must name the child and come from
        an approved service; an entry that does not say so leaves the question open. One booking keeps the promise for the
        need noted before it; for later meetings the need must be noted again. If the case closes before any meeting, there
        is nothing left to interpret.""",
)

NS_8_6F = duty(
    "NS-8.6f",
    "An adult who needs an interpreter has an approved one by the next meeting",
    for_each=adult,
    when=adult_interpreter_need_found,
    must=happen(interpreter_booked.with_(approved_service=True)),
    by=before(either(party_interviewed, hearing_held), standing=LOCAL, source="ours: the clause gives no day"),
    at_closure=LAPSES,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 8.6",
    reads="""Read like part e, for an adult: the next meeting is the next interview with that adult, or the next hearing,
        whichever comes first. A hearing counts for every adult in the case. The booking must name the adult: an
        interpreter for the child, or for the other parent, does not count, even if the language is the same.""",
)

NS_8_6G = duty(
    "NS-8.6g",
    "What goes to the court is in plain language",
    for_each=report,
    when=report_filed,
    must=hold(report_filed, plain_language=not_said_to_be(False)),
    judged=judged_by(
        "practice_supervisor",
        "service_manager",
        question="Is this report in plain language, so that the people whom it is about can follow it?",
    ),
    at_closure=GOES_ON,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 8.6",
    reads="""Every report or statement filed with the court is looked at on the day of its filing, and so is one filed anew.
        Where a check found that it is not in plain language, the promise is not kept; where a check found that it is, or
        none is on the record, a supervisor or manager says so, who did not file it. The clause means every document of
        ours; only those filed with the court are on the record.""",
)

# --- 8.7 ---------------------------------------------------------------------------------------------------------------

NS_8_7 = duty(
    "NS-8.7",
    "What a third party said is checked with that person before the report is filed",
    for_each=report,
    when=third_party_statement_used,
    must=happen(third_party_statement_verified, same=("source",), already=True),
    by=before(report_filed, standing=STATED, source=f"{DOCUMENT}, 8.7"),
    unless=exception(
        carries(third_party_statement_used, hearsay_rules_followed=True), standing=STATED, source=f"{DOCUMENT}, 8.7"
    ),
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 8.7",
    reads="""Each statement that a report uses must have been checked with whoever made it, on or before the day the report
        is filed; the record has no hours, so the day of filing counts as before it. While the report is not filed it is
        due without a date; if the case closes first, the check should have been made by then, because the entry says that
        the report used the statement. The check may be older than its use, but must be about the same source and be
        recorded for the same report. Where the entry says that the report follows the rules on hearsay, it is excused
        without a check; that a check was impossible is not asked for separately, and whether the rules were really
        followed is not something the record can show. A statement put on the record only after the report was filed is
        due with the next filing of that report, or when the case closes. An entry that does not say who made the statement
        cannot be matched with any check, so it stands as undetermined until the source is added.""",
)
