"""Standard 6: Quality of service."""

from __future__ import annotations

from engine.duty.words import (
    FALLS_DUE,
    LAPSES,
    LOCAL,
    MUST,
    carries,
    clause,
    duty,
    either,
    exception,
    happen,
    judged_by,
    not_said_to_be,
    recorded,
    recur,
    value,
)
from rules.vocabulary import (
    absence_recorded,
    appraisal_held,
    case,
    case_closed,
    competence_confirmed,
    development_plan_made,
    lead_allocated,
    lead_ended,
    learning_point_acknowledged,
    learning_point_recorded,
    post_taken_up,
    practitioner,
    practitioner_joined,
    quality_audited,
    supervision_held,
    supervisor_named,
)

DOCUMENT = "Cafcass National Standards, June 2007"
IN_FORCE = "2007-06-01"

# --- 6.1 ---------------------------------------------------------------------------------------------------------------

NS_6_1 = duty(
    "NS-6.1",
    "Everybody on the staff is found to have the competence that their post asks for",
    for_each=practitioner,
    when=either(practitioner_joined, post_taken_up),
    must=happen(
        competence_confirmed.with_(core=not_said_to_be(False), specialist=not_said_to_be(False)),
        already=True,
        same=("post",),
    ),
    within=value("ns_6_1_confirmed_within"),
    ends_with=lead_allocated,
    judged=judged_by(
        "practice_supervisor",
        "service_manager",
        "assistant_director",
        question="Does this member of staff have the core and the specialist competence to do what the post asks for, "
        "to Cafcass's standards?",
        valid_for=value("ns_6_1_judgement_stands_for"),
    ),
    force=MUST,
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 6.1",
    reads="""The clock starts on the day somebody joins or takes up another post, supervisors and managers included. Their
        competence for that post should be confirmed before they work alone: by the day they are next made the lead of
        a case, by the day they leave, or within a time of ours, whichever comes first; the clause itself gives no
        day. A confirmation from before counts if it is for the same post, so somebody who comes back to a post brings
        it along. One that says that core or specialist competence was not confirmed does not count; one that is
        silent on either does. An entry that does not say the post leaves it undetermined. The record only shows that
        competence was confirmed; whether it is there is for a supervisor, service manager or assistant director to
        say, who is neither the person concerned nor whoever confirmed it. That judgement stands for a time of ours
        and is then asked for again, which can be contested, since the clause speaks of no renewal. One judgement
        answers for every post the person has taken up by then.""",
)

# --- 6.2 ---------------------------------------------------------------------------------------------------------------

NS_6_2 = clause("NS-6.2", "Everybody on the staff is supervised and developed, and nobody is alone with a case")

NS_6_2A = duty(
    "NS-6.2a",
    "Everybody on the staff has a named supervisor",
    for_each=practitioner,
    when=either(practitioner_joined, post_taken_up),
    must=happen(supervisor_named.with_(supervisor=recorded()), already=True),
    within=value("ns_6_2a_supervisor_named_within"),
    force=MUST,
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 6.2",
    reads="""The clock starts on the day somebody joins or takes up another post; the number of days is ours. The entry
        must say who the supervisor is. A supervisor named earlier counts, also after a change of post, because the
        record does not say until when somebody supervises; this can be contested. Somebody who leaves within those
        days should have had a supervisor by then. Whether the supervision happens is part b, and how good it is the
        record cannot show.""",
)

NS_6_2B = duty(
    "NS-6.2b",
    "No practitioner is alone with a case: every case they lead is discussed in supervision again and again",
    for_each=practitioner,
    per=case,
    when=lead_allocated,
    must=recur(supervision_held),
    within=value("ns_6_2b_discussed_within"),
    unless=exception(
        absence_recorded, standing=LOCAL, source="proposed: a recorded absence; the clause has no exception"
    ),
    ends_with=either(lead_ended, case_closed),
    force=MUST,
    at_closure=LAPSES,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 6.2",
    reads="""The clock starts for each case on the day the practitioner becomes its lead, and again with every session
        in which that case is discussed; the interval is ours, because the clause gives none. A session counts for the
        cases that its entry names: one about other cases, or about none in particular, does nothing for this one,
        since that sessions take place does not show that nobody is alone with a case. It ends when the practitioner
        stops being the lead, the case closes or the practitioner leaves; what is open then lapses. A helper's or a
        duty worker's part in a case is not looked at. An absence whose entry names the case is shown as a reason, and
        the promise still counts as not kept. What was said in the session, and by whom, is not asked. This part looks
        at the practitioner's own record; part d looks at the record of the case.""",
)

NS_6_2C = duty(
    "NS-6.2c",
    "Everybody on the staff has a plan for their training and development",
    for_each=practitioner,
    when=either(practitioner_joined, post_taken_up),
    must=happen(development_plan_made),
    within=value("ns_6_2c_plan_made_within"),
    force=MUST,
    at_closure=LAPSES,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 6.2",
    reads="""The clock starts on the day somebody joins or takes up another post; the time is ours. The plan must be made
        on that day or after it: a plan for an earlier post does not say what this one needs, which can be contested.
        It lapses when the person leaves first. The clause promises training and development themselves; the record
        can only show that they were planned.""",
)

NS_6_2D = duty(
    "NS-6.2d",
    "No open case goes undiscussed in supervision, whoever leads it",
    for_each=case,
    when=lead_allocated,
    first=True,
    must=recur(supervision_held),
    within=value("ns_6_2b_discussed_within"),
    unless=exception(
        absence_recorded, standing=LOCAL, source="proposed: a recorded absence; the clause has no exception"
    ),
    force=MUST,
    at_closure=LAPSES,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 6.2",
    reads="""Part b asks each practitioner about every case they lead; this part asks the same of the case, from its own
        record, so one silence may be found twice, once with the practitioner and once with the case. The clock starts
        on the day the case has a lead for the first time, and again with every session about it, until the case
        closes; what is open then lapses. A change of lead, or a time without one, does not stop it or start it anew:
        the case is as long without supervision, whoever leads it. A session counts whichever practitioner it was with,
        and also when its entry does not say. The interval is that of part b, and ours. An absence recorded for the case
        is shown as a reason, and the promise still counts as not kept. A case taken up again after it was closed is
        looked at in part b only.""",
)

# --- 6.3 ---------------------------------------------------------------------------------------------------------------

NS_6_3 = clause("NS-6.3", "Everybody on the staff takes part in managing performance and assuring quality")

LONG_ABSENCE = exception(
    absence_recorded.with_(long_absence=True),
    standing=LOCAL,
    source="proposed: a long absence; the clause has no exception",
)

NS_6_3A = duty(
    "NS-6.3a",
    "Everybody on the staff is appraised in every cycle",
    for_each=practitioner,
    when=either(practitioner_joined, post_taken_up),
    must=recur(appraisal_held),
    within=value("ns_6_3a_appraised_within"),
    unless=[
        LONG_ABSENCE,
        exception(
            carries(practitioner_joined, induction_first=True),
            standing=LOCAL,
            source="proposed: a new starter; the clause has no exception",
        ),
    ],
    force=MUST,
    at_closure=LAPSES,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 6.3",
    reads="""The clock starts on the day somebody joins or takes up another post, and again with each appraisal, until they
        leave; what is open then lapses. The length of the cycle is ours, because the clause only speaks of processes.
        It is counted from one appraisal to the next, not by calendar year. A new post does not stop the count from
        the last appraisal. A long absence, recorded after the clock started and by the due date, and for a first
        appraisal that the person was new and had an induction first, are shown as reasons, and the promise still
        counts as not kept. How fully the person took part, the record cannot show.""",
)

NS_6_3B = duty(
    "NS-6.3b",
    "The casework of every practitioner is assessed in every cycle",
    for_each=practitioner,
    when=lead_allocated,
    first=True,
    must=recur(quality_audited),
    within=value("ns_6_3b_assessed_within"),
    unless=[
        LONG_ABSENCE,
        exception(
            carries(lead_allocated, induction_first=True),
            standing=LOCAL,
            source="proposed: a new starter; the clause has no exception",
        ),
    ],
    force=MUST,
    at_closure=LAPSES,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 6.3",
    reads="""The clock starts when the practitioner is made the lead of a case for the first time, and again with each
        assessment of their work, until they leave; further cases do not start it anew, and neither does coming back
        after having left, so work after a return is not looked at here. The length of the cycle is ours. One
        assessment of any piece of their work is enough for a cycle, with whatever grades: this part asks whether the
        work is looked at, not how good it is. Somebody who never leads a case has no casework here. A practitioner
        whose first case came before June 2007 is covered from the first assessment after that. A long absence,
        recorded after the clock started and by the due date, and for a first assessment that the practitioner was new
        and had an induction first, are shown as reasons, and the promise still counts as not kept.""",
)

NS_6_3C = duty(
    "NS-6.3c",
    "Every learning point in a practitioner's log is acknowledged",
    for_each=practitioner,
    when=learning_point_recorded,
    must=happen(learning_point_acknowledged, same=("domain",)),
    within=value("ns_6_3c_acknowledged_within"),
    force=MUST,
    at_closure=LAPSES,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 6.3",
    reads="""The clock starts on the day a learning point is put in the practitioner's log; the number of days is ours. The
        log has no number for a point, so an acknowledgement is of all that the log holds that day under one of the
        four outcomes, from whichever assessment: it counts for points of that outcome recorded on or before its day,
        and for no later ones. A point, or an acknowledgement, that does not say the outcome leaves it undetermined.
        An absence is not looked at here, because a record of it says nothing of outcomes. When the practitioner
        leaves in time it lapses. The record shows that a point was acknowledged, not that anything was learnt.""",
)
