"""The record dictionary: every object, link, event, attribute and code that a record may hold, each with a sentence.

Names are the field's. An event is a past participle, and says what the record says, never what happened in the world.
`kept rules words` prints all of it. A `by` link (who did it) is allowed on every event.
"""

from __future__ import annotations

from datetime import date

from engine.duty.words import Calendar, code, codes, day, event, flag, link, number, text, thing

calendar = Calendar(subdivision="ENG", known_through=date(2027, 12, 31))
"""Working days of England and Wales. Bank holidays had been announced through 2027 when this was last checked."""

ROLES = {
    "practitioner": "A family court adviser, children's guardian or children and family reporter.",
    "practice_supervisor": "A practice supervisor.",
    "service_manager": "A service manager.",
    "assistant_director": "An assistant director or head of practice.",
    "legal": "A lawyer of Cafcass Legal.",
    "board_member": "A member of the Cafcass board, or of a board of children, young people, families or partners.",
    "independent_auditor": "An auditor from outside the line of management.",
}

# --- objects -----------------------------------------------------------------------------------------------------------

case = thing(
    "case",
    "One set of family court proceedings that Cafcass works on.",
    timeline_closed_by="case_closed",
    law=code("Which law the proceedings are under.", {
        "private": "Between parents or other adults, such as an application for a child arrangements order.",
        "public": "Brought by a local authority, such as an application for a care order.",
    }),
    work=code("The kind of work that the court asked for or the law requires.", {
        "work_to_first_hearing": "Safeguarding checks and advice up to the first hearing only.",
        "short_court_based_resolution": "A dispute resolution appointment at court with no further work required.",
        "dispute_resolution": "An extended programme of dispute resolution.",
        "section_7": "A report on the child's welfare under section 7 of the Children Act 1989.",
        "rule_16_4": "A guardian for the child in private law proceedings.",
        "family_assistance_order": "Help to the family under a family assistance order.",
        "enforcement": "Work on the enforcement or monitoring of an order.",
        "care": "Care, supervision or related public law proceedings.",
        "placement": "Proceedings for a placement order.",
        "adoption_guardian": "A guardian for the child in adoption proceedings.",
        "adoption_reporting_officer": "Witnessing a parent's consent to adoption or placement as Reporting Officer.",
        "parental_order": "A parental order reporter's work after surrogacy.",
        "other": "Work of another kind.",
    }),
    team=text("The team that holds the case."),
)  # fmt: skip

child = thing(
    "child",
    "A child or young person who is the subject of a case.",
    links=[
        link(
            "subject_of",
            ["case"],
            "The proceedings concern this child, from the day the child joined them.",
            membership=True,
        )
    ],
    born=day("Date of birth."),
    gender=code("Gender as recorded.", {"female": "Female.", "male": "Male.", "other": "Another, or not said."}),
)

adult = thing(
    "adult",
    "A parent, carer or other grown-up in a case.",
    links=[link("party_to", ["case"], "The adult is a party or carer in the proceedings, from that day.", membership=True)],
    part=code("The adult's part in the case.", {
        "parent": "A parent.",
        "carer": "Somebody else who cares for the child.",
        "relative": "Another member of the family.",
    }),
)  # fmt: skip

practitioner = thing(
    "practitioner",
    "A member of staff: a practitioner, or somebody who supervises or manages practitioners.",
    timeline_closed_by="practitioner_left",
    role=code("The post held.", ROLES),
    team=text("The team that the practitioner works in."),
)

team = thing("team", "A team of practitioners with a service manager.")

organisation = thing(
    "organisation",
    "Cafcass itself.",
    timeline_closed_by="organisation_wound_up",
)

report = thing(
    "report",
    "A report or statement prepared for the court.",
    links=[
        link("about", ["child"], "The report is about this child."),
        link("weighs", ["adult"], "The report weighs what part this adult has, or should have, in a child's life."),
    ],
    kind=code("The kind of report.", {
        "section_7": "A welfare report under section 7.",
        "section_7_addendum": "An addition to an earlier section 7 report.",
        "safeguarding_letter": "A letter to the court with the results of safeguarding checks.",
        "risk_assessment": "A risk assessment under section 16A.",
        "guardian": "A children's guardian's analysis and recommendations.",
        "rule_16_4": "A report of a guardian in private law.",
        "child_impact": "A child impact report.",
        "needs_wishes_feelings": "A statement of the child's own needs, wishes and feelings.",
        "position_statement": "A short statement of position.",
        "correspondence": "A letter to the court that analyses nothing.",
        "other": "Another document.",
    }),
)  # fmt: skip

plan = thing("plan", "A case plan.", links=[link("about", ["child"], "The plan is about this child.")])

complaint = thing(
    "complaint",
    "A complaint or concern raised by somebody who uses the service.",
    links=[link("raised_by", ["adult", "child"], "Who complained.")],
)

disclosure = thing(
    "disclosure",
    "One giving of somebody's information to somebody outside Cafcass.",
    links=[link("about", ["child", "adult"], "Whose information it is.")],
)

breach = thing(
    "breach",
    "One entry in the register of breaches of confidentiality.",
    links=[link("about", ["child", "adult"], "Whose information it is.")],
)

audit = thing("audit", "One quality assessment of one piece of work.")

policy_document = thing(
    "policy_document",
    "One standard, policy or procedure of Cafcass, from its issue until it is withdrawn.",
    timeline_closed_by="policy_withdrawn",
    kind=code("What it is.", {
        "standard": "A standard.",
        "policy": "A policy.",
        "procedure": "A procedure or guidance for staff.",
    }),
)  # fmt: skip

change_project = thing(
    "change_project",
    "One change in the way Cafcass works, from its start until it is complete.",
    timeline_closed_by="change_completed",
)

contract = thing(
    "contract",
    "An agreement by which Cafcass commissions a service for children and families from somebody else.",
    timeline_closed_by="contract_ended",
)

protocol = thing(
    "protocol",
    "An agreement with other agencies on how to share information, or on another key area of working together.",
    timeline_closed_by="protocol_ended",
)

process = thing("process", "One of Cafcass's own ways of doing something, with its forms, steps and approvals.")

request = thing(
    "request",
    "A request by somebody whom a case was about, as a child then or long grown up, to know about their own past.",
    links=[link("made_by", ["child"], "Whose history it is.")],
)

# --- events: intake and allocation ---------------------------------------------------------------------------------------

referral_received = event("referral_received", "The court's referral or application reached Cafcass.", about=["child"])
referral_screened = event(
    "referral_screened",
    "Somebody screened the referral.",
    about=["child"],
    result=code("What the screening found.", {
        "no_concern": "No sign of risk.",
        "concern": "A sign of risk to follow up.",
        "urgent": "A risk that needs action at once.",
    }),
)  # fmt: skip
case_accepted = event("case_accepted", "Cafcass took the case on.", about=["child"], lasting=True)
lead_allocated = event(
    "lead_allocated",
    "A practitioner was made the lead of the case.",
    about=["child", "practitioner", "case"],
    answerable=True,
    by_subject=True,
    induction_first=flag("Whether the person was new, with an induction to go through first."),
)
lead_ended = event(
    "lead_ended",
    "A practitioner stopped being the lead of the case.",
    about=["child", "practitioner", "case"],
    by_subject=True,
    reason=code("Why the lead changed.", {
        "left_post": "The practitioner left.",
        "long_absence": "The practitioner was away for long.",
        "workload": "To spread the work.",
        "conflict_of_interest": "A conflict of interest.",
        "family_request": "The child or family asked for it.",
        "case_ended": "The work came to its end.",
        "other": "Another reason, on the case file.",
    }),
)  # fmt: skip
helper_assigned = event(
    "helper_assigned",
    "Another practitioner was asked to help with the case.",
    about=["child", "practitioner"],
    by_subject=True,
    tasks_set_by_lead=flag("Whether the lead set what the helper is to do."),
)
duty_cover_recorded = event(
    "duty_cover_recorded",
    "A duty practitioner looked after the case before there was a lead.",
    about=["child", "practitioner"],
    by_subject=True,
    action=text("What the duty practitioner did."),
)

# --- events: assessment, analysis, plan ----------------------------------------------------------------------------------

RISKS = {
    "domestic_abuse": "Violence or abuse at home.",
    "neglect": "Neglect.",
    "substance_misuse": "Misuse of alcohol or drugs.",
    "mental_health": "The mental health of somebody who cares for the child.",
    "sexual_harm": "Sexual abuse or exploitation.",
    "other": "Another risk.",
}

AGENCIES = {
    "local_authority": "The local authority's children's services.",
    "police": "The police.",
    "health": "A health service.",
    "school": "A school or nursery.",
    "other": "Another agency.",
}

early_assessment_made = event(
    "early_assessment_made",
    "An early assessment and analysis of the case was written.",
    about=["child"],
    diversity_explored=flag("Whether equality and diversity were explored and applied."),
    reviews_local_authority_work=flag("Whether it reviews the local authority's assessments and care plan."),
)
risk_assessed = event(
    "risk_assessed",
    "The risk to a child was assessed.",
    about=["child"],
    tool_used=flag("Whether the unified risk assessment tool was used."),
    risk_found=flag("Whether a risk was found."),
)
risk_indicator_found = event(
    "risk_indicator_found",
    "A sign was found that a child may be at risk.",
    about=["child"],
    kind=code("Of what.", RISKS),
)
toolkit_step_completed = event(
    "toolkit_step_completed",
    "A step was finished that the safeguarding policy, or one of its toolkits, asks for at such a sign.",
    about=["child"],
    kind=code("At a sign of what.", RISKS),
)
variation_noted = event(
    "variation_noted",
    "It was put on the case file why the safeguarding policy was not followed to the letter.",
    about=["child"],
    needs=["reason"],
    kind=code("At a sign of what.", RISKS),
    reason=text("Why, in a few words."),
    discussed_with_manager=flag("Whether it was discussed with a manager."),
)
local_authority_work_received = event(
    "local_authority_work_received",
    "An assessment or a care plan of the local authority was received, or a new version of it.",
    about=["child"],
    needs=["document"],
    document=text("The reference of the assessment or of the version of the care plan."),
    kind=code("What it is.", {"assessment": "An assessment.", "care_plan": "A care plan."}),
)
local_authority_work_reviewed = event(
    "local_authority_work_reviewed",
    "An assessment or care plan of the local authority was reviewed by the practitioner.",
    about=["child"],
    document=text("The reference of what was reviewed."),
    further_steps_noted=flag("Whether the review says which further steps are needed, or that none are."),
    alternatives_considered=flag("Whether the review weighs the plan against other plans that the child could have."),
)
care_plan_disagreed_with = event(
    "care_plan_disagreed_with",
    "It was recorded that we do not agree with a version of the local authority's care plan.",
    about=["child"],
    document=text("The reference of that version."),
)
care_plan_disagreement_raised = event(
    "care_plan_disagreement_raised",
    "Our disagreement with a version of the care plan was raised with the local authority or the court.",
    about=["child"],
    document=text("The reference of that version."),
)
care_order_at_home_proposed = event(
    "care_order_at_home_proposed",
    "A care order was proposed for a child who would live at home under it.",
    about=["child"],
    needs=["child"],
)
care_order_at_home_questioned = event(
    "care_order_at_home_questioned",
    "We questioned in writing whether a child who would live at home needs a care order.",
    about=["child"],
    needs=["child"],
    reasons_given=flag("Whether it says why such an order is right for the child, or why it is not."),
)
special_guardianship_proposed = event(
    "special_guardianship_proposed",
    "It was proposed that somebody become a child's special guardian.",
    about=["child", "adult"],
    needs=["child", "adult"],
)
special_guardianship_reviewed = event(
    "special_guardianship_reviewed",
    "We reviewed a proposal that somebody become a child's special guardian.",
    about=["child", "adult"],
    needs=["child", "adult"],
    looked_at=codes("What was looked at.", {
        "assessment": "The assessment of whoever would be the special guardian.",
        "support_plan": "The plan of the support that they and the child would have.",
        "relationship": "The time that the child has spent with them, and how the child gets on with them.",
    }),
)  # fmt: skip
no_local_authority_plan_recorded = event(
    "no_local_authority_plan_recorded",
    "It was recorded that there is no local authority assessment or care plan.",
    about=["child"],
)
agreement_reached = event(
    "agreement_reached",
    "The parents or carers reached an agreement.",
    about=["child", "adult"],
    safety_checked=flag("Whether the agreement was checked for the child's safety."),
)
agreement_not_possible = event(
    "agreement_not_possible", "It was recorded that no safe agreement could be reached.", about=["child", "adult"]
)
way_forward_filed = event(
    "way_forward_filed",
    "A plan of the further work needed was sent to the court.",
    about=["child"],
    future_work_named=flag("Whether it says what work is needed."),
    legal_framework_named=flag("Whether it recommends a legal framework for that work."),
)

WELFARE_HEADINGS = {
    "wishes_and_feelings": "The child's wishes and feelings, by age and understanding.",
    "needs": "The child's physical, emotional and educational needs.",
    "effect_of_change": "The likely effect of a change in circumstances.",
    "characteristics": "The child's age, sex, background and other characteristics that matter.",
    "harm": "Harm suffered, or at risk of being suffered.",
    "capability": "How capable the parents and others are of meeting the child's needs.",
    "court_powers": "The range of the court's powers.",
}

case_analysis_made = event(
    "case_analysis_made",
    "An analysis of the case, or a new version of it, was written.",
    about=["child"],
    welfare_headings=codes("The headings of the Welfare Checklist that are answered.", WELFARE_HEADINGS),
    research_cited=flag("Whether research evidence and case law were taken into account."),
    draws_on=codes("The other agencies whose assessments it draws on.", AGENCIES),
    diversity_explored=flag("Whether equality and diversity were explored and applied."),
    reviews_local_authority_work=flag("Whether it reviews the local authority's assessments and care plan."),
    harm_experienced_addressed=flag("Whether it says what harm the child has experienced, or that none was found."),
    future_harm_addressed=flag("Whether it says what harm the child is at risk of from now on, or that there is no risk."),
    prior_work_covered=codes("What it looks at of the time before court, even to say that there was none.", {
        "letters": "What the local authority wrote to the family before going to court.",
        "family_meetings": "Family group conferences and other meetings of the wider family.",
        "assessments": "Assessments made before going to court.",
        "services": "Support and services that the family was offered.",
    }),
    prior_work_concluded=flag("Whether it says what follows for the child from how the family was helped before court."),
    document=text("The reference of the version of the local authority's care plan that it analyses."),
    alternatives_considered=flag("Whether it weighs that care plan against other plans that the child could have."),
    version=text("The version's reference."),
)  # fmt: skip
case_plan_made = event(
    "case_plan_made",
    "A case plan, or a new version of it, was written.",
    about=["child", "plan"],
    intervention_stated=flag("Whether it says which intervention is proposed for each child it covers."),
    evidence_stated=flag("Whether it says on what evidence that intervention rests."),
    resources_estimated=flag("Whether it estimates what that intervention takes in time, staff and money."),
    risks_named=flag("Whether it names the risks to each child it covers that the work is meant to end."),
    safeguarding_focus=code("What it says is our own safeguarding work in the case.", {
        "critique_of_local_authority": "To examine the local authority's work, as in public law.",
        "primary_assessment": "To do the first social work assessment ourselves, as in private law.",
        "not_stated": "It does not say.",
    }),
    no_risk_found=flag("Whether it says that no risk was found."),
    diversity_explored=flag("Whether equality and diversity were explored and applied."),
    storyboard_used=flag("Whether it draws on a storyboard of the family."),
    together_style=flag("Whether it is in the new style of case plan that the Together framework brought."),
    version=text("The version's reference."),
)  # fmt: skip
storyboard_made = event(
    "storyboard_made",
    "A storyboard of the family was made.",
    about=["child", "adult"],
)
case_plan_reviewed = event(
    "case_plan_reviewed",
    "The case plan was reviewed.",
    about=["child", "plan"],
    effectiveness_concluded=flag("Whether the review says how well the plan is working."),
)
significant_change = event(
    "significant_change",
    "The child's circumstances changed significantly.",
    about=["child"],
    kind=code("What changed.", {
        "placement": "Where the child lives.",
        "allegation": "A new allegation or disclosure.",
        "order": "A new order.",
        "new_party": "A new party or carer.",
        "move": "A move of the family.",
        "other": "Something else.",
    }),
)  # fmt: skip
plan_shared_with_family = event(
    "plan_shared_with_family",
    "A case plan was shared with the children, parents or carers of the case.",
    about=["child", "adult", "plan"],
    views_sought=flag("Whether they were asked for their views on it."),
)
sharing_unsafe = event(
    "sharing_unsafe",
    "It was recorded why sharing a case plan with the family, or with one of them, would not be safe.",
    about=["child", "adult", "plan"],
)
change_found_not_significant = event(
    "change_found_not_significant",
    "A manager or practitioner recorded that the change was not significant after all.",
    about=["child"],
)
agency_assessment_received = event(
    "agency_assessment_received",
    "Another agency's assessment reached the case file.",
    about=["child"],
    agency=code("Which agency.", AGENCIES),
)
agency_assessment_not_needed = event(
    "agency_assessment_not_needed", "It was recorded why another agency's assessment was not needed.", about=["child"]
)
diversity_assessed = event(
    "diversity_assessed",
    "Equality and diversity were explored in the assessment, or the family declined to say.",
    about=["child", "adult"],
    declined=flag("Whether the person declined to say."),
)

# --- events: seeing and hearing the child --------------------------------------------------------------------------------

child_seen = event(
    "child_seen",
    "A practitioner saw the child, in person unless it says otherwise.",
    about=["child"],
    needs=["child"],
    alone=flag("Whether the child was seen alone."),
    how=code("How the child was seen.", {
        "in_person": "Face to face.",
        "video": "By video call.",
        "telephone": "By telephone only.",
    }),
    place=code("Where.", {
        "home": "At home.",
        "school": "At school or nursery.",
        "office": "In a Cafcass office.",
        "contact_centre": "In a contact centre.",
        "court": "At court.",
        "other": "Elsewhere.",
    }),
    own_words=flag("Whether what the child said is written down in the child's own words."),
    observed_with_carer=flag("Whether the child was watched together with somebody who cares for the child."),
)  # fmt: skip
child_not_seen_alone_reason = event(
    "child_not_seen_alone_reason",
    "The reason why the child has not been seen alone was put on the case file.",
    about=["child"],
    needs=["child", "reason"],
    reason=code("The reason.", {
        "child_wished": "The child wanted somebody else to be there.",
        "needs_support": "The child cannot do without somebody to help, such as an interpreter.",
        "unsafe": "It would not be safe.",
        "other": "Another reason.",
    }),
)  # fmt: skip
child_found_too_young = event(
    "child_found_too_young",
    "It was recorded that the child is too young to say anything for themselves.",
    about=["child"],
    needs=["child"],
)
child_not_seen_reason = event(
    "child_not_seen_reason",
    "The reason why the child has not been seen was put on the case file.",
    about=["child"],
    needs=["child", "reason"],
    reason=code("The reason.", {
        "outside_jurisdiction": "The child is outside England and Wales.",
        "too_ill": "The child is too ill to be seen.",
        "other": "Another reason.",
    }),
)  # fmt: skip
direct_work_done = event(
    "direct_work_done",
    "Direct work with the child took place.",
    about=["child"],
    needs=["child"],
    purpose_recorded=flag("Whether its purpose is recorded."),
    tool=text("The tool that was used."),
)
views_recorded = event(
    "views_recorded",
    "The child's wishes and feelings were written down for the court.",
    about=["child", "report"],
    needs=["child"],
    own_words=flag("Whether in the child's own words."),
)
oral_evidence_given = event(
    "oral_evidence_given", "The practitioner told the court the child's views in evidence.", about=["child"]
)
child_spoke_to_court = event(
    "child_spoke_to_court", "The child spoke to the judge or magistrates directly.", about=["child"], needs=["child"]
)
child_account_obtained = event(
    "child_account_obtained",
    "The child gave an account of events that the adults dispute.",
    about=["child"],
    needs=["child"],
)
influence_considered = event(
    "influence_considered",
    "It was considered whether the child's account was influenced or rehearsed.",
    about=["child"],
    needs=["child"],
)
involvement_decided = event(
    "involvement_decided",
    "It was decided how far the child would be involved in the proceedings.",
    about=["child"],
    needs=["child"],
    vulnerability_considered=flag("Whether the effect on the child was weighed and written down."),
)
support_need_found = event(
    "support_need_found",
    "The child was found to need support from a service outside Cafcass.",
    about=["child"],
    needs=["child"],
    need=text("The reference of the need, so that agreement and referral can be told apart by need."),
    child_agreement_appropriate=flag("Whether the child is of an age and understanding to be asked for agreement."),
)
support_agreement_given = event(
    "support_agreement_given",
    "Somebody agreed to a referral for support.",
    about=["child", "adult"],
    needs=["child"],
    need=text("The reference of the need."),
    given_by=code("Who agreed.", {"parent": "A parent or carer with parental responsibility.", "child": "The child."}),
)
support_agreement_refused = event(
    "support_agreement_refused",
    "Somebody whose agreement was needed refused a referral for support.",
    about=["child", "adult"],
    needs=["child"],
    need=text("The reference of the need."),
)
support_referral_made = event(
    "support_referral_made",
    "The child was referred to a service for support. A child protection referral is a different event.",
    about=["child"],
    needs=["child"],
    need=text("The reference of the need."),
)
child_protection_referral_made = event(
    "child_protection_referral_made",
    "The child was referred to children's services because of a risk of harm.",
    about=["child"],
)
outcome_told_to_child = event(
    "outcome_told_to_child",
    "The child was told how the case ended.",
    about=["child"],
    needs=["child"],
    method=code("How.", {
        "in_person": "Face to face.",
        "letter": "By letter or card.",
        "video": "By video or telephone.",
        "through_other": "Through somebody the child trusts.",
    }),
)  # fmt: skip
outcome_not_told_reason = event(
    "outcome_not_told_reason",
    "The reason why the child could not be told the outcome was recorded.",
    about=["child"],
    needs=["child"],
    reason=code("The reason.", {
        "too_young": "The child is too young.",
        "unreachable": "The child cannot be reached.",
        "unsafe": "Telling the child would not be safe.",
        "other": "Another reason.",
    }),
)  # fmt: skip
introductory_letter_sent = event(
    "introductory_letter_sent",
    "A letter of introduction was sent to a child, or to an adult.",
    about=["child", "adult"],
)
goodbye_letter_sent = event(
    "goodbye_letter_sent",
    "A goodbye letter was sent to a child, or to an adult.",
    about=["child", "adult"],
    invites_feedback=flag("Whether the letter asks what they thought of our work."),
)

# --- events: informing and hearing everybody who uses the service ----------------------------------------------------------

role_explained = event(
    "role_explained",
    "Somebody was told what Cafcass is there to do, for instance in a written agreement.",
    about=["child", "adult"],
)
information_given = event(
    "information_given",
    "Somebody was told how our work for them is going.",
    about=["child", "adult"],
)
contact_not_possible = event(
    "contact_not_possible",
    "It was recorded why somebody cannot be contacted.",
    about=["child", "adult"],
    needs=["reason"],
    reason=code("The reason.", {
        "unsafe": "Contact would not be safe.",
        "no_details": "Nobody knows how to reach the person.",
        "declined": "The person wants no contact.",
        "other": "Another reason.",
    }),
)  # fmt: skip
written_information_given = event(
    "written_information_given",
    "Somebody was given information in writing, such as a leaflet.",
    about=["child", "adult"],
    age_suited=flag("Whether it suits the person's age and understanding."),
    language_fits=flag("Whether it is in a language and a format that the person can use."),
    format=text("What it is, such as a leaflet, a film or a web page."),
)
child_language_need_found = event(
    "child_language_need_found",
    "A child was found to need information in another language or format.",
    about=["child"],
    needs=["child"],
    language=text("Which language or format, such as Polish or Braille."),
)
adult_language_need_found = event(
    "adult_language_need_found",
    "An adult was found to need information in another language or format.",
    about=["adult"],
    needs=["adult"],
    language=text("Which language or format, such as Polish or Braille."),
)
child_interpreter_need_found = event(
    "child_interpreter_need_found",
    "A child was found to need an interpreter or translator.",
    about=["child"],
    needs=["child"],
)
adult_interpreter_need_found = event(
    "adult_interpreter_need_found",
    "An adult was found to need an interpreter or translator.",
    about=["adult"],
    needs=["adult"],
)
interpreter_booked = event(
    "interpreter_booked",
    "An interpreter or translator was booked for somebody.",
    about=["child", "adult"],
    approved_service=flag("Whether from a service that Cafcass has approved."),
)
feedback_invited = event(
    "feedback_invited", "Somebody was asked what they thought of our work.", about=["child", "adult"]
)
party_interviewed = event(
    "party_interviewed", "A practitioner interviewed an adult in the case.", about=["adult"], needs=["adult"]
)

# --- events: court ---------------------------------------------------------------------------------------------------------

FILING_TIMES = {
    "by_need": "It was fitted to what the children of the report need.",
    "standard": "It is the time that any such report is given.",
}

direction_made = event(
    "direction_made",
    "The court directed a report by a date.",
    about=["report", "child"],
    due=day("The date the court set for that report."),
    timing=code("How the time until that date was chosen.", FILING_TIMES),
)
extension_granted = event(
    "extension_granted",
    "The court gave more time for a report.",
    about=["report"],
    due=day("The new date."),
    timing=code("How the time until that date was chosen.", FILING_TIMES),
)
report_filed = event(
    "report_filed",
    "A report was filed with the court.",
    about=["report", "child"],
    built_on_analysis=flag("Whether it rests on a case analysis of our own."),
    recommends=flag("Whether it recommends anything to the court."),
    future_work_named=flag("Whether it says what work is needed."),
    legal_framework_named=flag("Whether it recommends a legal framework for that work."),
    child_views_included=flag("Whether it says what each child whom this entry names wishes and feels."),
    plain_language=flag("Whether a check found the report to be in plain language."),
)
recommendation_made = event(
    "recommendation_made",
    "A recommendation was put into a report.",
    about=["report", "child"],
    needs=["report"],
    reference=text("The recommendation's number or reference in the report."),
)
intended_outcome_stated = event(
    "intended_outcome_stated",
    "A report says what a recommendation is meant to bring about for a child.",
    about=["report", "child"],
    needs=["report", "child"],
    reference=text("The recommendation's number or reference in the report."),
)
filing_date_reasoned = event(
    "filing_date_reasoned",
    "It was written down how the date for a report follows from what the child needs.",
    about=["report", "child"],
    needs=["report", "child"],
    due=day("The date that the reason is for."),
)
report_shared_with_child = event(
    "report_shared_with_child",
    "What a report recommends was shared with the child.",
    about=["report", "child"],
    reasons_explained=flag("Whether the child was told why."),
)
recommendation_shared_with_adult = event(
    "recommendation_shared_with_adult",
    "What a report recommends was shared with a parent, carer or relative.",
    about=["report", "adult"],
    needs=["report", "adult"],
)
recommendation_not_shared_reason = event(
    "recommendation_not_shared_reason",
    "It was recorded why somebody was not told what a report recommends, or not asked for a view of their own for it.",
    about=["report", "child", "adult"],
    needs=["report", "reason"],
    reason=code("The reason.", {
        "too_young": "The child is too young.",
        "unreachable": "The person cannot be reached.",
        "unsafe": "It would not be safe.",
        "declined": "The person did not want it.",
        "other": "Another reason.",
    }),
)  # fmt: skip
own_words_invited = event(
    "own_words_invited",
    "A child was offered the chance to say something of their own in a report.",
    about=["report", "child"],
    needs=["report", "child"],
)
view_of_recommendation_sought = event(
    "view_of_recommendation_sought",
    "A child was asked what they think of what a report recommends.",
    about=["report", "child"],
    needs=["report", "child"],
    in_report=flag("Whether the report says what the child answered, or that the child gave no answer."),
)
hearing_held = event(
    "hearing_held",
    "A hearing took place.",
    about=["child"],
    kind=code("What kind of hearing.", {
        "first": "A first hearing and dispute resolution appointment.",
        "dispute_resolution": "A dispute resolution appointment.",
        "case_management": "A case management hearing.",
        "issues_resolution": "An issues resolution hearing.",
        "fact_finding": "A fact-finding hearing.",
        "final": "A final hearing.",
        "other": "Another hearing.",
    }),
)  # fmt: skip
hearing_adjourned = event("hearing_adjourned", "A hearing was put off.", about=["child"])
proceedings_extended = event(
    "proceedings_extended", "The court gave more time for the proceedings as a whole.", about=["child"]
)
late_filing_recorded = event(
    "late_filing_recorded",
    "It was recorded that a report reached the court after its date, or will.",
    about=["report", "child"],
)
delay_impact_recorded = event(
    "delay_impact_recorded",
    "It was recorded what a delay of the proceedings means for the child.",
    about=["child"],
    needs=["child"],
    action_stated=flag("Whether it says what was done about the delay, or that nothing can be."),
)
final_order_made = event(
    "final_order_made", "The court made its final order, or the case ended without one.", about=["child"]
)
third_party_statement_used = event(
    "third_party_statement_used",
    "A report used what a third party said.",
    about=["report", "child"],
    source=text("The reference of whoever said it."),
    hearsay_rules_followed=flag("Whether the report shows that the rules on hearsay were followed."),
)
third_party_statement_verified = event(
    "third_party_statement_verified",
    "What a third party said was checked with whoever said it.",
    about=["report", "child"],
    source=text("The reference of whoever said it."),
)
nwf_statement_filed = event(
    "nwf_statement_filed",
    "A statement of the child's needs, wishes and feelings was filed.",
    about=["child", "report"],
    alongside_section_7=flag("Whether a current section 7 report about the child is before the court with it."),
    filed_alone_reason=text("Why it was filed without such a report."),
)
nwf_agreement_given = event(
    "nwf_agreement_given", "The child agreed to the statement being filed.", about=["child", "report"]
)
handover_made = event(
    "handover_made",
    "Our proposals for the child's future were formally handed over.",
    about=["child"],
    to=code("To whom.", {
        "iro": "The independent reviewing officer.",
        "looked_after_manager": "The manager responsible for looked after children.",
    }),
)  # fmt: skip
social_worker_contacted = event(
    "social_worker_contacted", "We were in touch with the child's social worker.", about=["child"], needs=["child"]
)
iro_named = event(
    "iro_named",
    "The name of the child's independent reviewing officer was put on the case file.",
    about=["child"],
    needs=["child", "reviewing_officer"],
    reviewing_officer=text("Who it is."),
)
iro_contacted = event(
    "iro_contacted",
    "We were in touch with the child's independent reviewing officer.",
    about=["child"],
    needs=["child"],
)
child_not_looked_after = event(
    "child_not_looked_after",
    "It was recorded that the child is not looked after by a local authority.",
    about=["child"],
    needs=["child"],
)
service_gap_found = event(
    "service_gap_found",
    "The child's welfare was found to suffer from a gap in the services of another body.",
    about=["child"],
    gap=text("The reference of the gap, so that what was done about it can be told apart."),
    body=code("Which body should close it.", AGENCIES),
)
gap_raised_with_body = event(
    "gap_raised_with_body",
    "A gap in services was raised with the body that should close it.",
    about=["child"],
    gap=text("The reference of the gap."),
    body=code("With which body.", AGENCIES),
)
gap_result_recorded = event(
    "gap_result_recorded",
    "It was recorded what came of raising a gap in services.",
    about=["child"],
    gap=text("The reference of the gap."),
    result=code("What came of it.", {
        "closed": "The need is met, or has gone.",
        "partly_closed": "A part of the need is met, and the rest is under way.",
        "failed": "The body did not act as it was asked to.",
    }),
)  # fmt: skip
gap_overtaken = event(
    "gap_overtaken",
    "It was recorded that a gap was closed, or no longer mattered, after persuasion had failed.",
    about=["child"],
    gap=text("The reference of the gap."),
)
returned_to_court = event(
    "returned_to_court",
    "The case was taken back to court for directions about a gap in services.",
    about=["child"],
    gap=text("The reference of the gap."),
)
duplication_found = event(
    "duplication_found",
    "Work of ours was found to repeat work done well elsewhere, or to be another body's to do.",
    about=["child"],
    task=text("The reference of the piece of work."),
)
duplication_ended = event(
    "duplication_ended",
    "Work of ours was stopped, or given to the body whose it is.",
    about=["child"],
    task=text("The reference of the piece of work."),
)
case_closed = event("case_closed", "Cafcass's work on the case ended.", about=["child", "case"])

# --- events: records and complaints ------------------------------------------------------------------------------------------

record_destroyed = event(
    "record_destroyed", "The record of the case was destroyed, or a child's part of it.", about=["child"]
)
history_requested = event(
    "history_requested",
    "Somebody whom a case was about, as a child then or long grown up, asked about their past and our part in it.",
    about=["child", "request"],
    needs=["child"],
)
counselling_offered = event(
    "counselling_offered",
    "Counselling was offered to somebody who asked about their history.",
    about=["child", "request"],
    needs=["child"],
)
complaint_received = event("complaint_received", "A complaint reached Cafcass.", about=["complaint", "child", "adult"])
complaint_acknowledged = event(
    "complaint_acknowledged", "The complaint was acknowledged.", about=["complaint", "child", "adult"]
)
complaint_answered = event(
    "complaint_answered",
    "The complaint was answered in writing.",
    about=["complaint", "child", "adult"],
    resolution_attempted=flag("Whether the answer shows that somebody tried to settle the complaint."),
)
complaint_resolution_attempted = event(
    "complaint_resolution_attempted", "Somebody tried to settle the complaint.", about=["complaint", "child", "adult"]
)
complaint_resolution_not_possible = event(
    "complaint_resolution_not_possible",
    "It was recorded why the complaint could not be settled.",
    about=["complaint", "child", "adult"],
)
complaint_extension_agreed = event(
    "complaint_extension_agreed",
    "Whoever complained agreed to wait longer for the answer.",
    about=["complaint", "child", "adult"],
)
complaint_found_out_of_time = event(
    "complaint_found_out_of_time",
    "The complaint was found to come too long after what it is about.",
    about=["complaint", "child", "adult"],
)
information_disclosed = event(
    "information_disclosed",
    "Somebody's information was given to somebody outside Cafcass.",
    about=["disclosure", "child", "adult"],
    needs=["disclosure", "recipient"],
    recipient=text("Who received it."),
    basis=code("What allowed it.", {
        "consent": "The person agreed.",
        "protocol": "An agreed protocol on sharing information.",
        "statute": "An Act or rules of court.",
        "court_order": "An order of the court.",
        "no_basis": "Nothing was found that allowed it.",
    }),
    authorised=flag("Whether somebody entitled to it authorised the disclosure."),
)  # fmt: skip
confidentiality_breached = event(
    "confidentiality_breached",
    "A breach of confidentiality was put in the register.",
    about=["breach", "child", "adult"],
    needs=["breach"],
)
breach_handled = event(
    "breach_handled",
    "What follows from a breach was decided: who is told, and what is put right.",
    about=["breach", "child", "adult"],
    needs=["breach"],
)

# --- events: staff and quality -------------------------------------------------------------------------------------------------

DOMAINS = {
    "safe": "Safe.",
    "heard": "Heard.",
    "better_represented": "Better represented.",
    "enabled": "Enabled.",
}

supervision_held = event(
    "supervision_held",
    "A supervision session took place, about these cases.",
    about=["practitioner", "case", "child"],
    learning_taken_up=codes("Under which outcomes learning points were taken up again, if under any.", DOMAINS),
)
practitioner_joined = event(
    "practitioner_joined",
    "A practitioner began to work for Cafcass.",
    about=["practitioner"],
    lasting=True,
    post=code("The post in which the person began.", ROLES),
    induction_first=flag("Whether the person was new, with an induction to go through first."),
)
post_taken_up = event(
    "post_taken_up",
    "A member of staff took up a post, or changed to another.",
    about=["practitioner"],
    lasting=True,
    post=code("Which post.", ROLES),
    induction_first=flag("Whether the person was new, with an induction to go through first."),
)
competence_confirmed = event(
    "competence_confirmed",
    "A member of staff was found to have the competences that a post asks for.",
    about=["practitioner"],
    post=code("For which post.", ROLES),
    core=flag("Whether the competences that every post asks for were confirmed."),
    specialist=flag("Whether the special competences of that post were confirmed."),
)
supervisor_named = event(
    "supervisor_named",
    "It was recorded who supervises a member of staff.",
    about=["practitioner"],
    supervisor=text("Who supervises."),
)
absence_recorded = event(
    "absence_recorded",
    "It was recorded that a member of staff is away from work, and for which cases that is a reason.",
    about=["practitioner", "case"],
    long_absence=flag("Whether the absence is a long one."),
)
development_plan_made = event(
    "development_plan_made",
    "A plan was made of the training and development that a member of staff is to have.",
    about=["practitioner"],
)
appraisal_held = event(
    "appraisal_held", "The performance of a member of staff was appraised with them.", about=["practitioner"]
)
it_training_completed = event(
    "it_training_completed",
    "A member of staff finished the training in the computer systems that the post needs.",
    about=["practitioner"],
)
training_completed = event(
    "training_completed",
    "A member of staff finished a training.",
    about=["practitioner"],
    subject=code("In what.", {"risk_tool": "The unified risk assessment tool.", "other": "Something else."}),
)
practitioner_left = event("practitioner_left", "The practitioner left Cafcass.", about=["practitioner"])
code_accepted = event(
    "code_accepted",
    "A member of staff or a contractor bound themselves to keep to codes of conduct and practice.",
    about=["practitioner", "contract"],
    accepted_codes=codes("Every code accepted by then.", {
        "own_codes": "Cafcass's own codes of conduct and practice.",
        "external_codes": "An ethical code from outside, such as the social care council's.",
    }),
)  # fmt: skip
registration_recorded = event(
    "registration_recorded",
    "A practitioner's professional registration was seen and put on the record.",
    about=["practitioner"],
    expires=day("The last day of that registration."),
)
registration_renewed = event(
    "registration_renewed",
    "A practitioner's professional registration was seen to have been renewed.",
    about=["practitioner"],
    expires=day("The last day of the renewed registration."),
)

GRADES = {
    "outstanding": "Outstanding.",
    "good": "Good.",
    "met": "Met.",
    "requires_improvement": "Requires improvement.",
}

quality_audited = event(
    "quality_audited",
    "A piece of work was assessed against the four outcomes for children.",
    about=["audit", "child", "practitioner", "case"],
    role=code("The post of whoever assessed it.", ROLES),
    safe=code("The grade for safe.", GRADES),
    heard=code("The grade for heard.", GRADES),
    better_represented=code("The grade for better represented.", GRADES),
    enabled=code("The grade for enabled.", GRADES),
)

learning_point_recorded = event(
    "learning_point_recorded",
    "A learning point was put in a practitioner's learning log.",
    about=["audit", "practitioner"],
    domain=code("The outcome that it belongs to.", DOMAINS),
    point=number("Which of the points of that assessment under that outcome it is, from 1."),
    theme=code("What it is about.", {
        "risk": "Finding, analysing and managing risk.",
        "lived_experience": "What life is like for the child.",
        "recommendation": "How the recommendation serves the child.",
        "analysis": "Analysing rather than describing, with evidence.",
        "language": "Words that are accurate and respectful.",
        "delay": "Avoiding delay.",
        "explaining": "Helping the child to understand.",
        "taking_part": "Helping the child to have a say in what happens.",
        "other": "Something else.",
    }),
)  # fmt: skip
learning_point_acknowledged = event(
    "learning_point_acknowledged",
    "A practitioner acknowledged the learning points that the log holds under one outcome.",
    about=["audit", "practitioner"],
    domain=code("The outcome that they belong to.", DOMAINS),
)
judgement_recorded = event(
    "judgement_recorded",
    "Somebody entitled to it judged whether a clause was kept, and signed.",
    about=[
        "child",
        "adult",
        "practitioner",
        "report",
        "plan",
        "complaint",
        "disclosure",
        "audit",
        "request",
        "process",
        "case",
        "organisation",
        "change_project",
    ],
    needs=["clause", "outcome", "role", "by"],
    clause=text("The clause, or the part of it, that was judged."),
    outcome=code("What was judged.", {"met": "The clause was kept.", "not_met": "The clause was not kept."}),
    role=code("The post of whoever judged.", ROLES),
    reason=text("Why, in a few words."),
)

# --- events: the organisation -----------------------------------------------------------------------------------------------------

reporting_year_began = event(
    "reporting_year_began", "A reporting year began.", year=number("The calendar year in which it began.")
)
children_involved = event(
    "children_involved",
    "Children or young people took part in developing the service.",
    activity=code("In what.", {
        "recruitment": "In recruiting staff.",
        "training": "In training staff.",
        "quality_assurance": "In assuring the quality of the work.",
    }),
    through_board=flag("Whether through the Young People's Board."),
)  # fmt: skip
feedback_acted_on = event(
    "feedback_acted_on",
    "Something in the service was changed because of what its users said.",
    drawn_from=codes("Where it was heard.", {
        "feedback": "In answers to an invitation to give feedback.",
        "complaints": "In complaints.",
        "children_programme": "In a programme that asks children and young people, such as Viewpoint.",
    }),
)  # fmt: skip
filing_intervals_reviewed = event(
    "filing_intervals_reviewed",
    "The times given for filing reports in private law cases were compared across the organisation.",
    all_alike=flag("Whether the times were found to be much the same whatever the child's needs."),
)
process_reviewed = event(
    "process_reviewed",
    "One of our own ways of doing something was brought in, or looked at again.",
    about=["process"],
    needs=["process"],
    outcome_served=text("Which outcome the process is there to bring about."),
    steps_removed=text("Which steps were taken out, if any."),
)
standards_revised = event(
    "standards_revised",
    "The National Standards were revised.",
    revision=text("The reference of the revision."),
)
partners_consulted = event(
    "partners_consulted",
    "Partner agencies were asked about a revision of the National Standards.",
    revision=text("The reference of the revision."),
    partners=text("Which agencies."),
)
partners_joined_monitoring = event(
    "partners_joined_monitoring",
    "Partner agencies took part in monitoring how the National Standards are kept.",
    partners=text("Which agencies."),
)
governance_meeting_held = event(
    "governance_meeting_held",
    "A board that takes part in the governance of Cafcass met.",
    board=code("Which board.", {
        "young_people": "The Children and Young People's Board.",
        "participation": "A Participation Board of children, families or partner agencies.",
        "management": "The board of Cafcass itself.",
    }),
    membership_recorded=flag("Whether the record says who sits on that board."),
    minutes_recorded=flag("Whether minutes of the meeting are on the record."),
)  # fmt: skip
policy_issued = event("policy_issued", "A standard, policy or procedure was put in force.", about=["policy_document"])
policy_assured = event(
    "policy_assured",
    "A standard, policy or procedure passed through quality assurance and was found fit.",
    about=["policy_document"],
)
policy_withdrawn = event(
    "policy_withdrawn", "A standard, policy or procedure was taken out of force.", about=["policy_document"]
)
change_started = event(
    "change_started",
    "A change in the way Cafcass works was begun.",
    about=["change_project"],
    urgent=flag("Whether it was recorded as too urgent to wait."),
)
impact_analysed = event(
    "impact_analysed", "The effects that a change would have were analysed and written down.", about=["change_project"]
)
change_completed = event(
    "change_completed", "A change in the way Cafcass works was complete.", about=["change_project"]
)
organisation_wound_up = event("organisation_wound_up", "The organisation came to its end.")

# --- events: contracts and protocols ------------------------------------------------------------------------------------------------

best_value_assessed = event("best_value_assessed", "It was assessed whether a service would be best value.")
contract_awarded = event("contract_awarded", "The contract was awarded, or awarded anew.", lasting=True)
contract_ended = event("contract_ended", "The contract came to its end.")
protocol_agreed = event(
    "protocol_agreed",
    "The protocol was agreed with other agencies and came into force.",
    lasting=True,
    partners=text("Which agencies."),
    owner=text("Who in Cafcass answers for it."),
    next_review=day("The day by which the protocol itself says it is to be reviewed."),
)
protocol_reviewed = event(
    "protocol_reviewed",
    "The protocol was reviewed, and kept as it was or agreed in a new version.",
    next_review=day("The day by which it is to be reviewed next."),
)
protocol_ended = event("protocol_ended", "The protocol came to its end, or another took its place.")
