"""Standard 10: Leadership, accountability and governance."""

from __future__ import annotations

from engine.duty.words import (
    FALLS_DUE,
    GOES_ON,
    LAPSES,
    LOCAL,
    SHOULD,
    all_of,
    be_judged,
    before,
    carries,
    clause,
    duty,
    exception,
    happen,
    judged_by,
    not_said_to_be,
    recur,
    the_date,
    value,
)
from rules.vocabulary import (
    change_project,
    change_started,
    code_accepted,
    contract,
    contract_awarded,
    governance_meeting_held,
    impact_analysed,
    organisation,
    policy_assured,
    policy_document,
    policy_issued,
    practitioner,
    practitioner_joined,
    registration_recorded,
    registration_renewed,
    reporting_year_began,
)

DOCUMENT = "Cafcass National Standards, June 2007"
IN_FORCE = "2007-06-01"

NS_10_1 = clause("NS-10.1", "Staff and contractors keep to the codes of conduct, practice and ethics")

NS_10_1A = duty(
    "NS-10.1a",
    "Everybody who joins accepts our own codes and an outside ethical code",
    for_each=practitioner,
    when=practitioner_joined,
    must=happen(code_accepted.with_(accepted_codes=all_of("own_codes", "external_codes")), already=True),
    within=value("ns_10_1a_code_accepted_within"),
    at_closure=LAPSES,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 10.1",
    reads="""The clock starts on the day somebody began to work for Cafcass; the number of days is ours, because the clause
        gives none. One entry must show that by then the person had accepted both the organisation's own codes and an
        ethical code from outside; an entry with one of them is not enough, and one that does not say which leaves the
        question open. What was accepted before joining counts, also from an earlier time in post. Whoever left within
        those days owes it no more. That a code was accepted does not show that it was kept: the record has no register
        of conduct, so keeping to it is not asked here. Staff who were in post before June 2007 are not asked about.""",
)

NS_10_1B = duty(
    "NS-10.1b",
    "A professional registration is renewed before it ends",
    for_each=practitioner,
    when=registration_recorded,
    must=recur(registration_renewed),
    on=the_date("expires", standing=LOCAL, source="the registration's own end date; the clause gives no day"),
    at_closure=LAPSES,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 10.1",
    reads="""We read keeping to the outside code as needing a registration that is current, because that is where the code
        binds; the clause does not name registration, so this can be contested. Each registration that is put on the record
        is to be seen renewed on or before its last day, and each renewal in its turn. The last day is the registration's
        own and not the clause's, so it counts as local. An entry without a last day leaves the question open. What is
        open when the practitioner leaves lapses; whoever comes back has the registration put on the record anew, and of
        that one only the first renewal is watched. Being struck off or suspended before the last day is not an entry that
        we know of, so it does not show. Somebody for whom no registration was ever recorded is asked about in part d.""",
)

NS_10_1C = duty(
    "NS-10.1c",
    "Every contractor accepts our own codes and an outside ethical code",
    for_each=contract,
    when=contract_awarded,
    must=happen(code_accepted.with_(accepted_codes=all_of("own_codes", "external_codes")), already=True),
    within=value("ns_10_1c_code_accepted_within"),
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 10.1",
    reads="""Read like part a, for each contract: the clock starts on the day it was awarded, and the number of days is ours.
        An acceptance that came with the tender, before the award, counts, and it goes on counting when the same contract
        is awarded anew. It is the contractor who accepts; whether everybody whom the contractor employs did so cannot be
        seen. Unlike somebody who leaves, a contractor whose contract ended within those days should have accepted by its
        last day, because the whole service had then been given. Registration is asked of staff only.""",
)

NS_10_1D = duty(
    "NS-10.1d",
    "Whoever joins to do social work, or to lead it, is registered from the first day",
    for_each=practitioner,
    where=practitioner.role.one_of("practitioner", "practice_supervisor", "service_manager"),
    when=practitioner_joined,
    must=happen(registration_recorded, already=True),
    by=before(practitioner_joined, standing=LOCAL, source="ours: the clause names neither a registration nor a day"),
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 10.1",
    reads="""On the day that a practitioner, practice supervisor or service manager begins to work for Cafcass, a
        professional registration should be on the record; one seen on that day counts, and one seen afterwards is
        late. That these three posts need one and the others do not, and that they need it from the first day, is our
        reading: the clause names neither a registration nor a post nor a day. A person whose post is not on the
        record leaves the question open. Whether the registration was still good on that day is asked in part b, by
        its last day. Staff who were in post before June 2007 are not asked about.""",
)

NS_10_2 = duty(
    "NS-10.2",
    "Staff, contractors and partners respect one another as equals",
    for_each=organisation,
    when=reporting_year_began,
    must=be_judged(),
    judged=judged_by(
        "assistant_director",
        "board_member",
        question="Did we encourage people to treat one another with respect at work this year, whether staff, contractors or "
        "partners, with nobody counted as less important?",
    ),
    force=SHOULD,
    at_closure=GOES_ON,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 10.2",
    reads="""Asked of the organisation once for each reporting year; that it is a year is ours, because the clause gives no
        period. Surveys of staff, and grievances, help whoever judges, but no figure decides: respect is not something that a
        record shows. Somebody who answers for the organisation or sits on one of its boards judges, and not the person who
        opened the year. There is no due date. A judgement belongs to the year in which it is signed; a year that had none
        takes the first that comes after it. We read it as an aim, because promoting is not the same as bringing about.""",
)

NS_10_3 = duty(
    "NS-10.3",
    "Stakeholders are dealt with in the same spirit of respect",
    for_each=organisation,
    when=reporting_year_began,
    must=be_judged(),
    judged=judged_by(
        "assistant_director",
        "board_member",
        question="Were our dealings with stakeholders this year as respectful and equal as those we want at work?",
    ),
    force=SHOULD,
    at_closure=GOES_ON,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 10.3",
    reads="""Asked of the organisation once for each reporting year, like 10.2, whose principles it takes over; the year is
        ours. A register of stakeholders and what they say of us helps whoever judges, but does not decide. A judgement of
        10.2 says nothing about this one. There is no due date. A judgement belongs to the year in which it is signed; a year
        that had none takes the first that comes after it. We read it as an aim, as we do 10.2.""",
)

NS_10_4 = duty(
    "NS-10.4",
    "All our work follows our equality and diversity strategies, led at every level",
    for_each=organisation,
    when=reporting_year_began,
    must=be_judged(),
    judged=judged_by(
        "assistant_director",
        "board_member",
        question="Was our work this year done as our equality and diversity strategies ask, and did people at all levels "
        "take the lead in that and answer for it?",
    ),
    at_closure=GOES_ON,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 10.4",
    reads="""Asked of the organisation once for each reporting year; the clause wants it shown without a break, and a year is
        our nearest measure. Progress on the action plan, assessments of impact and reports from each level help whoever
        judges, but none of them decides. What is asked for each child, that diversity is explored and applied, is 3.3 and not
        this. There is no due date. A judgement belongs to the year in which it is signed; a year that had none takes the first
        that comes after it.""",
)

NS_10_5 = duty(
    "NS-10.5",
    "Every standard, policy and procedure passes quality assurance, again and again",
    for_each=policy_document,
    when=policy_issued,
    must=recur(policy_assured),
    within=value("ns_10_5_assured_within"),
    at_closure=LAPSES,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 10.5",
    reads="""The clock starts when a standard, policy or procedure is put in force, and again each time it has passed quality
        assurance, until it is withdrawn; what is open then lapses. The clause says that all of them are assured and not how
        often: that it recurs, and the number of months, are ours. A new issue of the same document starts a clock of its own
        beside the one that runs. An assurance before the issue does not count. Only one that found the document fit is such
        an entry, and how thorough it was cannot be seen. A document withdrawn and later put in force again needs a record of
        its own. Documents issued before June 2007 and not again since are asked about only from their first assurance
        after that day.""",
)

NS_10_6 = duty(
    "NS-10.6",
    "A change in how we work begins with an analysis of its impact, and is managed well",
    for_each=change_project,
    when=change_started,
    must=happen(impact_analysed, already=True),
    by=before(change_started, standing=LOCAL, source="ours: the clause gives no day for an analysis"),
    unless=exception(
        carries(change_started, urgent=True),
        standing=LOCAL,
        source="ours: the clause has no exception; that a change could not wait is shown, not a pass",
    ),
    judged=judged_by(
        "assistant_director",
        "board_member",
        question="Was this change made neither too fast nor too slowly, was it run well, and did we look afterwards at what "
        "it did?",
    ),
    force=SHOULD,
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 10.6",
    reads="""By the day that a change in the way Cafcass works is begun, an analysis of its impact should be on the
        record; the record keeps days, so one written on that day counts as before. Later than that is late, for the
        order is the point; that limit is ours. The clause names impact analysis as one way among several; we ask for
        it because it is the one it names. A change recorded as urgent is shown with that reason but counts as not
        kept, because the clause has no such exception. Speed, management and a look back at what the change did are
        for a person to judge, who may not be whoever began the change or wrote the analysis. A decision to change
        nothing leaves no entry.""",
)

NS_10_7 = duty(
    "NS-10.7",
    "We take our share in leading the family justice system",
    for_each=organisation,
    when=reporting_year_began,
    must=be_judged(),
    judged=judged_by(
        "assistant_director",
        "board_member",
        question="Did we do our part this year, with others, in leading on the problems of the family justice system?",
    ),
    force=SHOULD,
    at_closure=GOES_ON,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 10.7",
    reads="""Asked of the organisation once for each reporting year; the year is ours. Which bodies were attended, and what was
        brought to them, helps whoever judges, but sitting at a table does not by itself keep the promise. There is no due
        date. A judgement belongs to the year in which it is signed; a year that had none takes the first that comes after it.
        We read it as an aim, because what is led jointly does not depend on us alone.""",
)

NS_10_8 = clause("NS-10.8", "Boards give children, families and partners a part in how we are governed")

NS_10_8A = duty(
    "NS-10.8a",
    "The Children and Young People's Board meets at least twice a year",
    for_each=organisation,
    when=reporting_year_began,
    must=happen(
        governance_meeting_held.with_(
            board="young_people",
            membership_recorded=not_said_to_be(False),
            minutes_recorded=not_said_to_be(False),
        ),
        at_least=2,
    ),
    within=value("ns_10_8_met_within"),
    at_closure=LAPSES,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 10.8",
    reads="""Asked of the organisation once for each reporting year. The clause gives neither a number of meetings nor a
        period: two in a year is ours, because one meeting alone is hardly a part in governing. The last day is the one on
        which the next year begins. A meeting counts unless its record says that there are no minutes, or that nobody wrote
        down who sits on the board; silence on either passes. A meeting that does not say which board met leaves the question
        open where it would make the difference. What the board could change cannot be seen. If the organisation comes to its
        end within the year, it lapses.""",
)

NS_10_8B = duty(
    "NS-10.8b",
    "Participation Boards meet at least twice a year",
    for_each=organisation,
    when=reporting_year_began,
    must=happen(
        governance_meeting_held.with_(
            board="participation",
            membership_recorded=not_said_to_be(False),
            minutes_recorded=not_said_to_be(False),
        ),
        at_least=2,
    ),
    within=value("ns_10_8_met_within"),
    at_closure=LAPSES,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 10.8",
    reads="""Read like part a, for the Participation Boards, where children, families and partner agencies sit. Any two
        meetings keep it, whether of one such board or of two, because the record does not tell the boards apart; that every
        region has one, and that families and partners both sit on them, it cannot show. A meeting of the Children and Young
        People's Board does not count here.""",
)
