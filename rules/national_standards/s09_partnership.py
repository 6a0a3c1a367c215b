"""Standard 9: Partnership and multi-agency working."""

from __future__ import annotations

from engine.duty.words import (
    FALLS_DUE,
    GOES_ON,
    LAPSES,
    LOCAL,
    be_judged,
    before,
    clause,
    duty,
    either,
    exception,
    happen,
    hold,
    judged_by,
    recorded,
    recur,
    the_date,
    value,
)
from rules.vocabulary import (
    adult,
    case,
    case_accepted,
    case_plan_made,
    child,
    contact_not_possible,
    organisation,
    partners_consulted,
    partners_joined_monitoring,
    plan_shared_with_family,
    protocol,
    protocol_agreed,
    protocol_reviewed,
    reporting_year_began,
    sharing_unsafe,
    standards_revised,
)

DOCUMENT = "Cafcass National Standards, June 2007"
IN_FORCE = "2007-06-01"

NS_9_1 = duty(
    "NS-9.1",
    "We work jointly with other agencies for the child, and stay independent of them",
    for_each=case,
    when=case_accepted,
    must=be_judged(),
    judged=judged_by(
        "practice_supervisor",
        "service_manager",
        question="Did we work jointly with the other agencies in this case for the good of each child, without giving up our "
        "independence?",
    ),
    at_closure=GOES_ON,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 9.1",
    reads="""Each case that Cafcass takes on is one thing to judge, from the day it is accepted. Whether joint work
        served the children, and whether independence was kept while doing it, are matters of practice: calls and
        meetings with other agencies help whoever judges, but decide nothing, and nor does their absence. One
        judgement covers both halves and every child of the case, so it is not met if one of them fails. The last
        judgement stands, because joint work goes on as long as the case; the clause gives no day by which to judge,
        and the end of the case changes nothing. Whoever has led the case cannot be the judge. What the clause asks of
        the organisation as a whole, beyond its cases, is not asked here, and 9.2 asks only a part of it: its question
        is not about independence.""",
)

NS_9_2 = duty(
    "NS-9.2",
    "We support joined-up services for children and play our full part in them",
    for_each=organisation,
    when=reporting_year_began,
    must=be_judged(),
    judged=judged_by(
        "assistant_director",
        "board_member",
        "independent_auditor",
        question="Did we help the services for children to work as one this year, and do the whole of our own share of that?",
    ),
    at_closure=GOES_ON,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 9.2",
    reads="""Asked of the organisation once for each reporting year; that it is a year is ours, because the clause gives no
        period. What a full part is for one agency amongst many is a matter of opinion, so a person says so who answers for
        the organisation, sits on one of its boards, or audits it from outside. A list of the bodies that we belong to, and
        of what we gave to them, helps that person but decides nothing. A judgement speaks for the year in which it is made,
        and also for earlier years that nobody has judged. There is no day by which to judge.""",
)

NS_9_3 = clause("NS-9.3", "A case plan is shared with each child and adult, and their views on it are sought")

NS_9_3A = duty(
    "NS-9.3a",
    "A case plan is shared with each child it is for, whose views on it are sought",
    for_each=child,
    when=case_plan_made,
    must=happen(plan_shared_with_family.with_(views_sought=True)),
    within=value("ns_9_3_shared_within"),
    unless=exception(
        either(contact_not_possible, sharing_unsafe),
        standing=LOCAL,
        source="proposed: contact or sharing is unsafe or was refused, and that is recorded; the clause has no exception",
    ),
    judged=judged_by(
        "practice_supervisor",
        "service_manager",
        question="Did we treat this child as a partner in our work over this plan, as far as age and understanding allow?",
    ),
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 9.3",
    reads="""The clause asks for partnership and does not say what it consists of; we look for one sign of it that a
        record can show. Each case plan, and each new version of one, starts a clock for each child it covers, or for
        every child of the case when its entry names none; the number of days is ours. From that day on the plan
        should be shared with that child, who must be named, and the entry must say that views on it were asked for;
        one that does not say leaves the question open, and one that says they were not does not count. Whether the
        child was treated as a partner is for the supervisor, who did not share it; that this goes as far as age and
        understanding allow is our addition, and it is how a baby's part is judged, whom the record does not set
        apart. An entry that this child cannot be contacted, or that sharing would not be safe, is shown as a reason
        if made since the plan and in time, and the promise still counts as not kept. If the case closes first, it
        should have been done by then.""",
)

NS_9_3B = duty(
    "NS-9.3b",
    "A case plan is shared with each parent, carer and other adult, whose views on it are sought",
    for_each=adult,
    when=case_plan_made,
    must=happen(plan_shared_with_family.with_(views_sought=True)),
    within=value("ns_9_3_shared_within"),
    unless=exception(
        either(contact_not_possible, sharing_unsafe),
        standing=LOCAL,
        source="proposed: contact or sharing is unsafe or was refused, and that is recorded; the clause has no exception",
    ),
    judged=judged_by(
        "practice_supervisor",
        "service_manager",
        question="Did we treat this parent, carer or relative as a partner in our work over this plan?",
    ),
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 9.3",
    reads="""Read like part a, for every adult whom the record has in the case on the day of the plan: the clause
        speaks of families and carers, and we ask for each of them, whatever their part. Sharing it with one parent
        does nothing for the other, and what was shared with a child does nothing for the adults. A reason counts only
        for the adult whom its entry names. Whoever joins the case after the plan was made is asked about from the
        next version on.""",
)

NS_9_4 = clause("NS-9.4", "Protocols with other agencies are agreed, have an owner and are kept up")

NS_9_4A = duty(
    "NS-9.4a",
    "A protocol says with whom it is agreed and who answers for it",
    for_each=protocol,
    when=protocol_agreed,
    must=hold(protocol_agreed, partners=recorded(), owner=recorded()),
    at_closure=GOES_ON,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 9.4",
    reads="""Each protocol is looked at on the day it is agreed. Its entry in the register must name the partner agencies, and
        somebody in Cafcass who answers for it; an entry that lacks either is not kept, because naming them is what is asked
        for. What was left out can only be put right by correcting the entry. That a protocol has these two is our reading
        of developing it; the clause does not say what one contains. Which areas should have a protocol and have none is
        not on the record, so this cannot show it. That the protocol has ended since changes nothing.""",
)

NS_9_4B = duty(
    "NS-9.4b",
    "A protocol is reviewed by its review date, again and again",
    for_each=protocol,
    when=protocol_agreed,
    must=recur(protocol_reviewed),
    on=the_date("next_review", standing=LOCAL, source="the protocol's own review date"),
    at_closure=LAPSES,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 9.4",
    reads="""Maintaining a protocol is read as reviewing it in time. The clause gives no interval, so the day is the one that
        the protocol set for itself when it was agreed; each review sets the next. A review on that day is in time, and a
        new version of the protocol is a review. An early review counts, and from then on its own date holds. Where the
        agreement or the review sets no date, nobody can say by when, and that stays open until the date is added. If the
        protocol ends before its date, there is nothing left to maintain. What a review looked at and what came of it is
        not asked.""",
)

NS_9_5 = clause("NS-9.5", "Partner agencies help to develop the Standards and to monitor them")

NS_9_5A = duty(
    "NS-9.5a",
    "Partner agencies are asked before the Standards are revised",
    for_each=organisation,
    when=standards_revised,
    must=happen(partners_consulted, already=True, same=("revision",)),
    by=before(standards_revised, standing=LOCAL, source="ours: the clause gives no day for asking"),
    judged=judged_by(
        "assistant_director",
        "board_member",
        "independent_auditor",
        question="Were the right partner agencies involved in this revision, and did what they said help to shape it?",
    ),
    at_closure=GOES_ON,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 9.5",
    reads="""Each revision of the Standards should have an entry, of the same day or earlier, that partner agencies
        were asked about that same revision; to be asked afterwards is late, and that limit is ours. Asking about an
        earlier revision does not count. A revision without a reference leaves the question open, and so does a
        consultation without one. How long beforehand they were asked is not fixed by the clause, and not by us. Being
        asked is not yet being involved, so a person then says so who did not run the consultation or the revision,
        and who answers for the organisation, sits on one of its boards, or audits it from outside. The Standards of
        June 2007 themselves are covered only if they count as revised on or after the day they came into force.""",
)

NS_9_5B = duty(
    "NS-9.5b",
    "Partner agencies take part in monitoring the Standards, every year",
    for_each=organisation,
    when=reporting_year_began,
    must=happen(partners_joined_monitoring),
    within=value("ns_9_5b_joined_within"),
    judged=judged_by(
        "assistant_director",
        "board_member",
        "independent_auditor",
        question="Did partner agencies have a real part this year in monitoring how the Standards are kept?",
    ),
    at_closure=GOES_ON,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 9.5",
    reads="""Asked of the organisation once for each reporting year; that it is a year is ours, because the clause gives no
        period. At least one entry since the year began must say that partner agencies took part in monitoring how the
        Standards are kept; the last day is the one on which the next year begins. To be consulted on a revision is part a
        and does not count here, and neither does sending partners the results afterwards. One entry cannot show that the
        part was a real one, so a person then says so who did not arrange it.""",
)
