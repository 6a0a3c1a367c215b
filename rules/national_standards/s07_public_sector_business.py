"""Standard 7: Cafcass as a public sector business."""

from __future__ import annotations

from engine.duty.words import (
    FALLS_DUE,
    GOES_ON,
    LAPSES,
    LOCAL,
    SHOULD,
    be_judged,
    before,
    clause,
    duty,
    happen,
    judged_by,
    value,
)
from rules.vocabulary import (
    best_value_assessed,
    contract,
    contract_awarded,
    it_training_completed,
    organisation,
    practitioner,
    practitioner_joined,
    process,
    process_reviewed,
    reporting_year_began,
)

DOCUMENT = "Cafcass National Standards, June 2007"
IN_FORCE = "2007-06-01"

NS_7_1 = duty(
    "NS-7.1",
    "Everybody who works here is trained in the computer systems that the post needs",
    for_each=practitioner,
    when=practitioner_joined,
    must=happen(it_training_completed, already=True),
    within=value("ns_7_1_trained_within"),
    at_closure=LAPSES,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 7.1",
    reads="""The clock starts on the day somebody begins to work for Cafcass; the number of months is ours, because the clause
        gives none. It asks for everybody, so supervisors and managers owe it like practitioners. The clause promises
        support towards competence; we look for training that was finished, because that is what a record can show: an
        offer, or a course begun, does not count. Training from before the first day counts. Somebody who leaves before
        the last day no longer needs it; somebody who comes back later is asked anew, and earlier training still counts.
        There is no exception for those who can already do it all: they too need the entry. New systems brought in later
        ask for nothing here, and how skilled somebody has become is not something that the record can show.""",
)

NS_7_2 = duty(
    "NS-7.2",
    "Children and families can find useful services online and in other media",
    for_each=organisation,
    when=reporting_year_began,
    must=be_judged(),
    judged=judged_by(
        "assistant_director",
        "board_member",
        "independent_auditor",
        question="Did we offer children and families online and multimedia services that were of use to them this year?",
    ),
    at_closure=GOES_ON,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 7.2",
    reads="""Asked of the organisation once for each reporting year; that it is a year is ours, because the clause gives no
        period. Whether what is offered is of use to those whom it is for is a matter of opinion, so no record settles
        it: a person says so who answers for the organisation, sits on one of its boards, or audits it from outside. A
        list of the services, whom each is for and when it was last looked at helps that person, and we do not ask for it.
        A judgement speaks for the year in which it is made, and also for earlier years that nobody has judged. There is
        no day by which to judge, so a year that nobody has judged is not late, only unjudged.""",
)

NS_7_3 = clause("NS-7.3", "Conferencing, offices and property are put to the best use")

NS_7_3A = duty(
    "NS-7.3a",
    "Video and telephone conferencing are used as well as they can be, and securely",
    for_each=organisation,
    when=reporting_year_began,
    must=be_judged(),
    judged=judged_by(
        "assistant_director",
        "board_member",
        "independent_auditor",
        question="Did we make the best use of secure video conferencing and of telephone conferencing this year?",
    ),
    force=SHOULD,
    at_closure=GOES_ON,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 7.3",
    reads="""Asked of the organisation once for each reporting year; that it is a year is ours, because the clause gives no
        period. What use would be the best is a matter of opinion, so a person says so who answers for the organisation,
        sits on one of its boards, or audits it from outside. Figures of use help that person but decide nothing. The
        clause wants video to be secure and encrypted, and we take that as part of the question; it does not say so of the
        telephone. The clause speaks of an optimum, so we read it as something to aim for. A judgement speaks for the year
        in which it is made, and also for earlier years that nobody has judged. There is no day by which to judge.""",
)

NS_7_3B = duty(
    "NS-7.3b",
    "Offices and property are used as well as they can be",
    for_each=organisation,
    when=reporting_year_began,
    must=be_judged(),
    judged=judged_by(
        "assistant_director",
        "board_member",
        "independent_auditor",
        question="Did we make the best use of visits to our offices, and efficient use of our property, this year?",
    ),
    force=SHOULD,
    at_closure=GOES_ON,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 7.3",
    reads="""Read like part a, for the visits that families make to our offices and for the buildings themselves. The
        clause gives no measure of how well property is used; what it costs and how full it is help whoever judges.
        Since the same sentence speaks of an optimum, this part too is something to aim for, although its second half
        could be read as more. It is one of two parts, which may be judged together or apart.""",
)

NS_7_4 = duty(
    "NS-7.4",
    "Staff have the best tools, equipment and guidance that we can give them",
    for_each=organisation,
    when=reporting_year_began,
    must=be_judged(),
    judged=judged_by(
        "assistant_director",
        "board_member",
        "independent_auditor",
        question="Did staff have the best tools for the job that we could give them this year, with decent computer "
        "systems and with practice guidance that they trust and can use?",
    ),
    force=SHOULD,
    at_closure=GOES_ON,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 7.4",
    reads="""Asked of the organisation once for each reporting year, not of each member of staff; that it is a year is ours,
        because the clause gives no period. Whether tools are good and guidance is credible is a matter of opinion, so a
        person says so who answers for the organisation, sits on one of its boards, or audits it from outside. The clause
        promises what is in the organisation's power; a judge may therefore find it kept although money was short, and no
        separate exception is needed. A survey of staff, or guidance past its date, helps that person but decides nothing.
        A judgement speaks for the year in which it is made, and also for earlier years that nobody has judged. There is
        no day by which to judge.""",
)

NS_7_5 = duty(
    "NS-7.5",
    "A process keeps only the steps that its purpose needs",
    for_each=organisation,
    per=process,
    when=process_reviewed,
    must=be_judged(),
    judged=judged_by(
        "assistant_director",
        "board_member",
        "independent_auditor",
        question="Does this process serve an outcome, and is it down to the steps that the outcome needs?",
    ),
    force=SHOULD,
    at_closure=GOES_ON,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 7.5",
    reads="""Each time one of our own processes is brought in, or looked at again, there is one thing to judge, for each
        process that the entry names; the judgement must name that process too. Which step is essential is a matter of
        opinion, so a person says so who answers for the organisation, sits on one of its boards, or audits it from
        outside, and who did not carry out the review. The outcome that the process serves and the steps taken out may be
        on the entry; they help whoever judges and decide nothing. A judgement speaks for the last review before it, and
        also for earlier ones that nobody has judged. Reducing is something to aim for, so we read it as such. A process
        that is never looked at starts nothing here: the clause gives no interval. There is no day by which to judge.""",
)

NS_7_6 = duty(
    "NS-7.6",
    "A service for children and families is commissioned only as best value",
    for_each=contract,
    when=contract_awarded,
    must=happen(best_value_assessed, already=True),
    by=before(contract_awarded, standing=LOCAL, source="ours: the clause gives no day for an assessment"),
    judged=judged_by(
        "assistant_director",
        "board_member",
        "independent_auditor",
        question="Does the assessment show that this contract was best value for children and families when it was awarded?",
    ),
    at_closure=FALLS_DUE,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 7.6",
    reads="""Each award of a contract for a service to children and families should have an assessment of best value
        on the record by the same day, which is ours; the record keeps days, so both on one day count as being in that
        order. An assessment after the award is late, for the order is the point. An award made anew asks again; an
        older assessment then counts for the record, and whether it still held is for the judge. That somebody
        assessed it does not make it best value, so a person then says so who neither made the assessment nor the
        award. Contracts for anything else, such as cleaning, are not on this record and are not asked about. That the
        contract has ended since changes nothing.""",
)

NS_7_7 = duty(
    "NS-7.7",
    "We take part in developing wider services for children and families",
    for_each=organisation,
    when=reporting_year_began,
    must=be_judged(),
    judged=judged_by(
        "assistant_director",
        "board_member",
        "independent_auditor",
        question="Did we try this year to help shape services for families beyond our own, and commission or run them "
        "together with others where that was fitting?",
    ),
    force=SHOULD,
    at_closure=GOES_ON,
    in_force=IN_FORCE,
    source=f"{DOCUMENT}, 7.7",
    reads="""Asked of the organisation once for each reporting year; that it is a year is ours, because the clause gives no
        period. The clause promises to seek a part, so a judge may find it kept although others did not let us in; and
        joint commissioning or joint provision is asked for only where it is fitting, which is also for the judge. A list
        of joint work and partners helps that person but decides nothing. Whoever judges answers for the organisation, sits
        on one of its boards, or audits it from outside. A judgement speaks for the year in which it is made, and also for
        earlier years that nobody has judged. There is no day by which to judge.""",
)
