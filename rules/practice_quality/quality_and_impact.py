"""The quality assurance and impact framework of 2016: how work is assessed, and what is learnt from it."""

from __future__ import annotations

from engine.duty.words import (
    GOES_ON,
    INFERRED,
    LAPSES,
    LOCAL,
    MUST,
    SHOULD,
    all_of,
    at_most,
    carries,
    clause,
    duty,
    either,
    exception,
    happen,
    hold,
    no_open_breach,
    one_of,
    recorded,
    recur,
    value,
)
from rules.vocabulary import (
    absence_recorded,
    audit,
    case,
    lead_allocated,
    learning_point_recorded,
    practitioner,
    quality_audited,
    supervision_held,
)

DOCUMENT = (
    "Cafcass, “Improving by understanding the difference we make for children”, 2016, on the framework of February 2016"
)
IN_FORCE = "2016-02-01"

# --- 1 and 2: the assessment -------------------------------------------------------------------------------------------

PQ_QAI_1 = duty(
    "PQ-QAI-1",
    "An assessment gives a grade to each of the four outcomes for children",
    for_each=audit,
    when=quality_audited,
    must=hold(quality_audited, safe=recorded(), heard=recorded(), better_represented=recorded(), enabled=recorded()),
    force=MUST,
    at_closure=GOES_ON,
    in_force=IN_FORCE,
    source=DOCUMENT,
    reads="""The source says that the quality of a case is assessed against four outcomes (safe, heard, better represented,
        enabled) and names four grades: outstanding, good, met, requires improvement. That each outcome has a grade of its
        own is how our record has it; the source only speaks of the grade of a case. Each assessment is looked at on the
        day it was made. One that leaves out a grade is not kept, and only correcting the entry puts that right; a second
        assessment is looked at by itself. A record takes no other grades than the four. Whether a grade is deserved is
        for whoever gave it, and nothing here works one out. The framework was launched in February 2016; that it holds
        from the 1st is ours. An assessment that is on the record of a case and of a practitioner is looked at in both.""",
)

PQ_QAI_2 = clause(
    "PQ-QAI-2", "An assessment is made by a practice supervisor or a service manager, and never of one's own work"
)

PQ_QAI_2A = duty(
    "PQ-QAI-2a",
    "An assessment is made by a practice supervisor or a service manager",
    for_each=audit,
    when=quality_audited,
    must=hold(quality_audited, role=one_of("practice_supervisor", "service_manager")),
    unless=exception(
        carries(quality_audited, role="independent_auditor"),
        standing=LOCAL,
        source="proposed: an audit from outside the line of management is not a local one; the source has no exception",
    ),
    force=MUST,
    at_closure=GOES_ON,
    in_force=IN_FORCE,
    source=DOCUMENT,
    reads="""The source says that cases are assessed locally by practice supervisors and service managers, of their own
        team's work. Each assessment should carry the post that whoever made it held that day; one that does not say the
        post leaves it open. Anybody else's assessment is not kept, also a higher manager's; that an auditor from outside
        made it is shown as a reason. Whether they are of the same team is not asked, because the record does not say who
        belonged to which team on which day. This goes by the post alone; part b asks whether it was their own work.""",
)

PQ_QAI_2B = duty(
    "PQ-QAI-2b",
    "Nobody assesses their own work",
    for_each=audit,
    when=quality_audited,
    must=hold(quality_audited, by_another=True),
    force=SHOULD,
    basis=INFERRED,
    at_closure=GOES_ON,
    in_force=IN_FORCE,
    source=DOCUMENT,
    reads="""The source does not say this. We infer it: practice supervisors and service managers assess the cases of their
        practitioners, so it speaks of somebody else's work throughout. Whoever made the assessment should not be a
        practitioner whom it names, nor the one on whose own record it is, nor anyone who had been allocated the case as
        its lead by that day, however long ago. One on a case's record that names nobody is held against the leads of the
        case. An assessment of which the record does not say who made it leaves this open. A practitioner who worked on
        the case and never led it is not found unless the assessment names them. That an auditor comes from outside
        excuses nothing here.""",
)

# --- 3 and 4: what is learnt from it -----------------------------------------------------------------------------------

PQ_QAI_3 = clause(
    "PQ-QAI-3", "An assessment leads to three learning points under each outcome, in the practitioner's log"
)

PQ_QAI_3A = duty(
    "PQ-QAI-3a",
    "What is to be learnt from an assessment is put in the log of the practitioner whose work it was",
    for_each=audit,
    per=practitioner,
    when=quality_audited,
    must=happen(learning_point_recorded),
    within=value("pq_qai_3_points_within"),
    force=SHOULD,
    at_closure=GOES_ON,
    in_force=IN_FORCE,
    source=DOCUMENT,
    reads="""The source says that learning points come together in the practitioner's individual log. We ask for at least
        one point of that assessment, in the log of each practitioner whose work the assessment says it was, from the day
        of the assessment on; the number of days is ours. A point in somebody else's log, or of another assessment, does
        nothing here. An assessment that names no practitioner is not looked at in this part when it is on the record of
        a case; on a practitioner's own record it is about that practitioner unless it names another. The end of the case
        changes nothing: work is often assessed afterwards, and the log is the practitioner's.""",
)

_POINTS_READ = """The source says that whoever assesses is encouraged to find three key learning points under each outcome;
    so it is something to aim for, and the number three is the source's own. That they are in the log within some days of
    the assessment is ours. Points count that name this assessment and this outcome, whichever log they are in (part a
    asks about that); a point of which the record does not say the outcome leaves it open where it would make up the
    number. Points about strengths count like others. Two of the three are not kept, and this does not say that there
    was more to learn: that is for whoever assessed it. The end of the case changes nothing."""

PQ_QAI_3B = duty(
    "PQ-QAI-3b",
    "An assessment leads to three learning points under the outcome safe",
    for_each=audit,
    when=quality_audited,
    must=happen(learning_point_recorded.with_(domain="safe"), at_least=3),
    within=value("pq_qai_3_points_within"),
    force=SHOULD,
    at_closure=GOES_ON,
    in_force=IN_FORCE,
    source=DOCUMENT,
    reads=_POINTS_READ,
)

PQ_QAI_3C = duty(
    "PQ-QAI-3c",
    "An assessment leads to three learning points under the outcome heard",
    for_each=audit,
    when=quality_audited,
    must=happen(learning_point_recorded.with_(domain="heard"), at_least=3),
    within=value("pq_qai_3_points_within"),
    force=SHOULD,
    at_closure=GOES_ON,
    in_force=IN_FORCE,
    source=DOCUMENT,
    reads=_POINTS_READ,
)

PQ_QAI_3D = duty(
    "PQ-QAI-3d",
    "An assessment leads to three learning points under the outcome better represented",
    for_each=audit,
    when=quality_audited,
    must=happen(learning_point_recorded.with_(domain="better_represented"), at_least=3),
    within=value("pq_qai_3_points_within"),
    force=SHOULD,
    at_closure=GOES_ON,
    in_force=IN_FORCE,
    source=DOCUMENT,
    reads=_POINTS_READ,
)

PQ_QAI_3E = duty(
    "PQ-QAI-3e",
    "An assessment leads to three learning points under the outcome enabled",
    for_each=audit,
    when=quality_audited,
    must=happen(learning_point_recorded.with_(domain="enabled"), at_least=3),
    within=value("pq_qai_3_points_within"),
    force=SHOULD,
    at_closure=GOES_ON,
    in_force=IN_FORCE,
    source=DOCUMENT,
    reads=_POINTS_READ,
)

PQ_QAI_3F = duty(
    "PQ-QAI-3f",
    "An assessment leads to no more than three learning points under one outcome",
    for_each=audit,
    when=learning_point_recorded.with_(point=recorded()),
    must=hold(learning_point_recorded, point=at_most(3)),
    force=SHOULD,
    basis=INFERRED,
    at_closure=GOES_ON,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}; that three are also the most is our inference from it",
    reads="""The source wants three key points under each outcome and criteria that are few and to the point; that a fourth is
        one too many is ours, and a fourth may have a good reason. Kept does not count the points: it looks at the number
        that an entry in the log itself has, which says which of the points of that assessment under that outcome it is.
        A point without such a number is not looked at. The fourth and each further one is not kept by itself; the first
        three are, whatever comes after them.""",
)

PQ_QAI_4 = clause("PQ-QAI-4", "Every learning point is taken up again in supervision within a fixed period")

_TAKEN_UP = f"{DOCUMENT}; that supervision is the place for it, and what shows it, is our inference from it"
_TAKEN_UP_READ = """The source says that the log makes it easy to review the points and measure improvement over a fixed
    period; how long that is it does not say, so the number of months is ours, and so is that the place for it is
    supervision. The clock starts for each point on the day it is put in the log, and the same day counts. It is asked of
    the practitioner's own record, where the log and the sessions are; the same point on the record of a case is not
    looked at again. A session takes up every point under an outcome that was in the log by then, if its entry names
    that outcome. A session whose entry names only others does not count; one that does not say what was taken up leaves
    it open, and one that says that nothing was taken up does not count. To acknowledge a point is not to take it up
    (NS-6.3 asks for that). Points of a practitioner who leaves first lapse. What was improved the record cannot show."""

PQ_QAI_4A = duty(
    "PQ-QAI-4a",
    "A learning point under the outcome safe is taken up again in supervision",
    for_each=practitioner,
    when=learning_point_recorded.with_(domain="safe"),
    must=happen(supervision_held.with_(learning_taken_up=all_of("safe"))),
    within=value("pq_qai_4_taken_up_within"),
    force=SHOULD,
    basis=INFERRED,
    at_closure=LAPSES,
    in_force=IN_FORCE,
    source=_TAKEN_UP,
    reads=_TAKEN_UP_READ,
)

PQ_QAI_4B = duty(
    "PQ-QAI-4b",
    "A learning point under the outcome heard is taken up again in supervision",
    for_each=practitioner,
    when=learning_point_recorded.with_(domain="heard"),
    must=happen(supervision_held.with_(learning_taken_up=all_of("heard"))),
    within=value("pq_qai_4_taken_up_within"),
    force=SHOULD,
    basis=INFERRED,
    at_closure=LAPSES,
    in_force=IN_FORCE,
    source=_TAKEN_UP,
    reads=_TAKEN_UP_READ,
)

PQ_QAI_4C = duty(
    "PQ-QAI-4c",
    "A learning point under the outcome better represented is taken up again in supervision",
    for_each=practitioner,
    when=learning_point_recorded.with_(domain="better_represented"),
    must=happen(supervision_held.with_(learning_taken_up=all_of("better_represented"))),
    within=value("pq_qai_4_taken_up_within"),
    force=SHOULD,
    basis=INFERRED,
    at_closure=LAPSES,
    in_force=IN_FORCE,
    source=_TAKEN_UP,
    reads=_TAKEN_UP_READ,
)

PQ_QAI_4D = duty(
    "PQ-QAI-4d",
    "A learning point under the outcome enabled is taken up again in supervision",
    for_each=practitioner,
    when=learning_point_recorded.with_(domain="enabled"),
    must=happen(supervision_held.with_(learning_taken_up=all_of("enabled"))),
    within=value("pq_qai_4_taken_up_within"),
    force=SHOULD,
    basis=INFERRED,
    at_closure=LAPSES,
    in_force=IN_FORCE,
    source=_TAKEN_UP,
    reads=_TAKEN_UP_READ,
)

# --- 5: what the best grade says --------------------------------------------------------------------------------------

PQ_QAI_5 = duty(
    "PQ-QAI-5",
    "An Outstanding grade stands beside kept promises",
    for_each=case,
    when=either(
        quality_audited.with_(safe="outstanding"),
        quality_audited.with_(heard="outstanding"),
        quality_audited.with_(better_represented="outstanding"),
        quality_audited.with_(enabled="outstanding"),
    ),
    must=no_open_breach(force=MUST, clauses=["NS"]),
    force=MUST,
    at_closure=GOES_ON,
    in_force=IN_FORCE,
    source=DOCUMENT,
    reads="""The source says that where casework is assessed as Outstanding there is evidence that both compliance and impact
        were high. So an assessment that gives that grade while the case does not keep what it must contradicts itself,
        and no more than that is found here: the grade may be wrong, or the record, or a promise may need putting right.
        The rest of the measure is ours. Compliance is taken as this: on the day of the assessment no promise of the
        National Standards that is a must stands broken in that case. One is enough, also one whose day is a local figure,
        which the explanation then says; and Outstanding under one of the four outcomes is enough. What is only a should
        does not count, nor does how an assessment was made. A promise stands broken from the day after it was due until
        it is done, for good from the day that something happened that never must, and from the day on which somebody
        entitled to it judged that it was not kept. What was late and is done by the day of the assessment does not count,
        nor does what is still open, excused, unjudged or cannot be told. The day is that of the assessment, but what is
        looked at is what the record shows now: what was done in time and written down later is no contradiction, and a
        breach that only came to light later is one. An assessment that leaves out a grade, and does not say Outstanding
        under another outcome, leaves it open. How high the impact was is for whoever assessed it.""",
)

# --- 6: nobody is left out ---------------------------------------------------------------------------------------------

PQ_QAI_6 = duty(
    "PQ-QAI-6",
    "Work of every practitioner is assessed by a supervisor or service manager in every cycle",
    for_each=practitioner,
    when=lead_allocated,
    first=True,
    must=recur(quality_audited.with_(role=one_of("practice_supervisor", "service_manager"))),
    within=value("pq_qai_6_assessed_within"),
    unless=exception(
        absence_recorded.with_(long_absence=True),
        standing=LOCAL,
        source="proposed: a long absence; the source has no exception",
    ),
    force=SHOULD,
    basis=INFERRED,
    at_closure=LAPSES,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}; that every practitioner has a turn in every cycle is our inference from it",
    reads="""The source has managers assess their team's work, and has an aim for all cases that are assessed; it does not say
        how often, or whose. That nobody's work is left out is ours, and so is the length of the cycle. The clock starts
        when a practitioner is made the lead of a case for the first time, and again with each assessment, until they
        leave. NS-6.3 asks much the same of the same record, from another document; here an assessment counts only if its
        entry says that a practice supervisor or a service manager made it, and one that does not say the post leaves it
        open. Somebody whose first case came before February 2016 is covered from the first such assessment after that.
        Somebody who never leads a case has no casework here. A long absence recorded after the clock started and by the
        due date is shown as a reason, and the promise still counts as not kept.""",
)
