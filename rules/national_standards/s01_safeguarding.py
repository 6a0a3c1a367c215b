"""Standard 1: Safeguarding."""

from __future__ import annotations

from engine.duty.words import (
    FALLS_DUE,
    LAPSES,
    LOCAL,
    before,
    carries,
    clause,
    duty,
    either,
    exception,
    happen,
    have_happened,
    hold,
    judged_by,
    not_said_to_be,
    one_of,
    recur,
    value,
)
from rules.vocabulary import (
    case_accepted,
    case_plan_made,
    child,
    hearing_held,
    practitioner,
    practitioner_joined,
    report_filed,
    risk_assessed,
    risk_indicator_found,
    toolkit_step_completed,
    training_completed,
    variation_noted,
)

DOCUMENT = "Cafcass National Standards, June 2007"
IN_FORCE = "2007-06-01"
TOOL_AVAILABLE = "2007-09-01"  # the unified risk assessment tool came later than the Standards

NS_1_1 = duty(
    "NS-1.1",
    "The risk to each child is looked at again and again until our work ends",
    for_each=child,
    when=case_accepted,
    must=recur(risk_assessed),
    within=value("ns_1_1_assessed_again_within"),
    judged=judged_by(
        "practice_supervisor",
        "service_manager",
        question="Up to this entry, was the risk to this child analysed as well and as often as the case called for?",
    ),
    at_closure=LAPSES,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 1.1",
    reads="""The clock starts when the case is accepted, or when a child joins it later, and again with each entry of
        the risk to that child, until the case closes. The clause says that this goes on all the time and gives no
        number: the longest gap is ours. Each child counts alone, and must be named in the entry; any way of assessing
        risk counts, with the tool of 1.4 or without, and so does an entry that found no risk. New information and
        filings do not shorten the wait, because the clause does not name them: whether the case called for an earlier
        look is for whoever judges. When the case closes, a wait that is not yet over lapses: the promise runs until
        then, and an entry within the gap keeps it up to that day. We did not make it fall due on the day of closing,
        because that would ask for an entry dated on that very day and call a child assessed the day before not
        assessed. The price is that a case which closes within the first gap, with no entry at all, lapses here too;
        1.4a asks for that first entry. The record shows that somebody looked, not how well.""",
)

NS_1_2 = duty(
    "NS-1.2",
    "A sign of risk is met with the step that the safeguarding policy asks for",
    for_each=child,
    when=risk_indicator_found,
    must=happen(toolkit_step_completed, same=("kind",)),
    by=before(either(report_filed, hearing_held), standing=LOCAL, source="ours: the clause gives no day"),
    unless=exception(
        variation_noted.with_(discussed_with_manager=True),
        standing=LOCAL,
        source="proposed: the later Safeguarding Policy (about 2022) allows a noted variation discussed with a "
        "manager; the clause has no exception",
    ),
    judged=judged_by(
        "practice_supervisor",
        "service_manager",
        question="Was this the right step under the safeguarding policy for this child, and was the policy followed in "
        "everything else?",
    ),
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 1.2",
    reads="""The policy holds from first to last; the record can show that only where a sign of risk is on it. The
        clock starts on the day the sign was found, for each child it names, or for every child in the case when it
        names none. A step for a sign of the same kind must follow, for the child it names, from that day on; an
        earlier step was not taken at this sign. One step answers every open sign of its kind. A sign or a step whose
        entry does not say of what kind it is leaves the outcome undetermined. The clause gives no day: we take the
        day of the next report filed or hearing held, that very day if the sign was found on it, and closing at the
        latest. A note that the policy was departed from is shown as a reason if it names the same kind and was
        discussed with a manager, and the promise still counts as not kept. Which step is the right one the record
        does not know.""",
)

NS_1_3 = duty(
    "NS-1.3",
    "Each case plan says what we are safeguarding the child from, and what our part is",
    for_each=child,
    when=case_plan_made,
    must=hold(
        case_plan_made,
        risks_named=True,
        safeguarding_focus=one_of("critique_of_local_authority", "primary_assessment"),
    ),
    unless=exception(
        carries(case_plan_made, no_risk_found=True),
        standing=LOCAL,
        source="proposed: the plan says that no risk was found; the clause has no exception",
    ),
    judged=judged_by(
        "practice_supervisor",
        "service_manager",
        question="Does the plan say plainly what the risks to this child are, and is the part it gives us the right "
        "one for these proceedings?",
    ),
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 1.3",
    reads="""Every case plan, and every new version of it, is looked at by itself, on its own day, for each child it
        names, or for every child in the case when it names none. Its record must say that the risks are named, and
        whether our part is to examine the local authority's work or to make the first assessment ourselves. The
        clause ties the one to public and the other to private law; that the part fits the proceedings is left to
        whoever judges. A plan whose record says that risks or part are missing is not kept; one that is silent on
        either leaves the outcome undetermined. A plan that names no risk because none was found is shown as not kept,
        with that reason beside it. Reports are not looked at here: a report's record need not say which children it
        is about, and what is said in a report does not mend a plan that does not say it. A case without a plan is not
        asked.""",
)

NS_1_4 = clause("NS-1.4", "Risk is looked for in every case with one tool, in which all staff are trained")

NS_1_4A = duty(
    "NS-1.4a",
    "The risk assessment tool is used for every child, soon after the case is accepted",
    for_each=child,
    when=case_accepted,
    must=happen(risk_assessed.with_(tool_used=not_said_to_be(False)), already=True),
    within=value("ns_1_4a_tool_used_within"),
    at_closure=FALLS_DUE,
    in_force=TOOL_AVAILABLE,
    source=f"{DOCUMENT}, 1.4",
    reads="""The tool was available from September 2007, so cases accepted before then are not asked. The clock
        starts when the case is accepted, or when a child joins it later. An entry from before counts, however
        old, since screening may have used the tool already; whether it is still good is a matter for part d.
        Each child must be named in an entry of their own or a shared one. The clause gives no number of days:
        ours is local. An entry that does not say whether the tool was used is taken to have used it, because
        the clause wants one tool and no other; one that says it was not used does not count. Every kind of work
        is included. A case that closes first should have had it by then.""",
)

NS_1_4B = duty(
    "NS-1.4b",
    "Everybody who joins is trained in the risk assessment tool",
    for_each=practitioner,
    when=practitioner_joined,
    must=happen(training_completed.with_(subject="risk_tool"), already=True),
    within=value("ns_1_4b_trained_within"),
    at_closure=LAPSES,
    in_force=TOOL_AVAILABLE,
    source=f"{DOCUMENT}, 1.4",
    reads="""The clause says all staff, so managers and supervisors are asked as well, whether or not they use the
        tool. The clock starts on the day somebody joins; the number of months is ours. Earlier training counts, so
        somebody who comes back need not be trained again, and the clause asks for no refresher. A training whose
        entry does not say in what it was leaves the outcome undetermined. Somebody who leaves in time is no longer
        asked. Those who had joined before September 2007 have no start of their own here: they are asked in part c,
        when they use the tool. The record shows that a training was finished, not what was learnt.""",
)

NS_1_4C = duty(
    "NS-1.4c",
    "Nobody uses the risk assessment tool without having been trained in it",
    for_each=practitioner,
    when=risk_assessed.with_(tool_used=not_said_to_be(False)),
    must=have_happened(training_completed.with_(subject="risk_tool")),
    at_closure=FALLS_DUE,
    in_force=TOOL_AVAILABLE,
    source=f"{DOCUMENT}, 1.4",
    reads="""Every use of the tool on the practitioner's own timeline is looked at by itself, whenever they joined. By
        that day, or on it, the training must be on the record; the record has no hours, so training finished on the
        day of use is in time. Training afterwards makes each earlier use late, not kept in time. An entry that does
        not say whether the tool was used is taken to have used it, as in part a; an entry said to be without the tool
        asks nothing. Uses that are only on the timeline of a case are not seen here.""",
)

NS_1_4D = duty(
    "NS-1.4d",
    "The risk assessment tool is used again and again for each child while the case is open",
    for_each=child,
    when=case_accepted,
    must=recur(risk_assessed.with_(tool_used=not_said_to_be(False))),
    within=value("ns_1_4d_tool_used_again_within"),
    at_closure=LAPSES,
    in_force=TOOL_AVAILABLE,
    source=f"{DOCUMENT}, 1.4",
    reads="""The clause calls the process continuous: part a asks for a first use soon, this part for no gap that is
        too long, and what is too long is ours. The clock starts when the case is accepted, or when a child joins it
        later, and again with each use of the tool that names the child. An entry said to be without the tool does not
        count here, although it counts for 1.1; one that does not say is taken to have used it. An entry from before
        acceptance counts for part a only. A use of the tool also starts the next wait in a case that was accepted
        before September 2007. A wait that is not over when the case closes lapses, for the reason given at 1.1.""",
)
