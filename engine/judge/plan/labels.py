"""Labels: what each event may be to which duty, about whom."""

from __future__ import annotations

from typing import NamedTuple

import ibis
from ibis.expr import types as ir

from engine.judge.plan.conditions import FALSE, TRUE, UNKNOWN
from engine.judge.plan.rows import ACTOR_NO, KEYS, NOBODY, Role, RulebookRows
from engine.judge.plan.seen import Seen, led_before, named, naming_nobody, tests_of, texts_of
from engine.judge.plan.steps import ID, LAST, Steps, nothing, number, packed, union
from engine.judge.plan.subjects import held
from engine.judge.plan.whom import ABOUT_A_SUBJECT, EVERYBODY, sort_of
from engine.record.dictionary import PRACTITIONER

STARTING = (Role.STARTS, Role.STARTS_LATE)
SETTLING = (Role.FULFILS, Role.VIOLATES, Role.EXCUSES, Role.EXPLAINS)
HOLDING = (Role.HOLDS, Role.HOLDS_BY_ANOTHER)
ITSELF = (*HOLDING, Role.EXCUSES_ITSELF, Role.EXPLAINS_ITSELF)

DONE, DOUBTFUL, EXCUSED, REASON, COUNTED = 1, 2, 3, 4, 5
"""What an event is to an instance. COUNTED is one of several that are needed, and not the last of them."""


class Labels(NamedTuple):
    """What events may be.

    marks: what each sort of event is to each edition: sort, k, role, truth, held, what stands in the edition and the use ·
    held: which editions concern which scope · concerned: as in `engine.judge.plan.whom` · counts: the events that limit
    or end an instance, or a spell · settling: those that may settle an easy one: `key` (the subject and the edition),
    `at` (the packed day and event), `what`, `already` · hard: those that may settle any other of the same `key`, `per`
    object and shared values, with `own` (the packed day and event, or as late as can be where earlier ones count too),
    `back` (that of the event with which there are enough) and `following` (that of the next, of what recurs) · itself:
    what starting events say of themselves.
    """

    marks: ir.Table
    held: ir.Table
    concerned: ir.Table
    counts: ir.Table
    settling: ir.Table
    hard: ir.Table
    itself: ir.Table


def shared(rows: RulebookRows) -> list[str]:
    """The columns of the values that tie events together; empty text where a duty has none, null where one is not said."""
    return [f"s{i}" for i in range(rows.same)]


def key_of(o: ir.IntegerValue, k: ir.IntegerValue) -> ir.IntegerValue:
    """A subject and an edition in one number."""
    return o.cast("int64") * KEYS + k


def label(steps: Steps, rows: RulebookRows, seen: Seen, concerned: ir.Table) -> Labels:
    """Label every event."""
    steps.stage("finding the events that count")
    holding = held(steps, rows, seen.scopes)
    uses = steps.small("uses", rows.uses())
    marks = _marks(steps, rows, seen, concerned, uses, holding)
    sure = marks.truth == TRUE
    settling = marks.filter(marks.role.isin(SETTLING) & ((marks.role == Role.FULFILS) | sure))
    easy = concerned.join(settling.filter(settling.easy == 1).select("sort", "k", "what", "already"), "sort")
    easy = easy.select("what", "already", key=key_of(easy.o, easy.k), at=packed(easy.day, easy.e))
    hard = settling.filter(settling.easy == 0).select(
        "sort", "k", "role", "truth", "per_no", "already", "needed", *_sames(rows)
    )
    hard = concerned.select("e", "case_n", "root", "o", "day", "closed", "sort").join(hard, "sort")
    hard = with_shared(rows, seen, hard)
    hard = with_per(hard.filter((hard.role == Role.FULFILS) | hard.sure), seen, rows)
    counting = marks.filter(~marks.role.isin([*STARTING, *SETTLING]) & sure)
    counts = concerned.join(counting.select("sort", "k", "role", "per_no", "of_no"), "sort")
    counts = counts.select("e", "case_n", "root", "k", "o", "per_no", "role", "day", "of_no")
    itself = _itself(steps, rows, seen, uses)
    return Labels(
        marks,
        holding,
        concerned,
        steps.keep("counts", counts) if rows.has(Role.LIMITS, Role.ENDS, Role.BEGINS_SPELL) else counts,
        steps.keep("settling", easy),
        steps.keep("hard", _with_back(rows, hard)),
        steps.keep("itself", itself) if rows.has(*ITSELF) else itself,
    )


def _marks(
    steps: Steps, rows: RulebookRows, seen: Seen, concerned: ir.Table, uses: ir.Table, holding: ir.Table
) -> ir.Table:
    """What each sort of event is to each edition."""
    sorts = concerned.select("sort").distinct()
    sorts = sorts.mutate(**sort_of(sorts.sort)._asdict())
    found = sorts.join(seen.looks, "look").join(uses.filter(uses.role.isin(ABOUT_A_SUBJECT)), ["type_no", "subject_no"])
    starting = found.role.isin(STARTING)
    late = (found.role == Role.STARTS_LATE) & found.late
    about = found.named | found.role.isin(EVERYBODY)
    here = ibis.ifelse(starting, late | ((found.role == Role.STARTS) & ~found.late), about)
    found = found.mutate(truth=_truths(rows, found))
    found = found.filter(here & (found.truth > FALSE)).left_join(holding, ["k", "scope"])
    editions = steps.small("editions", rows.edition_table())
    found = found.select(
        "sort", "k", "role", "truth", "held", "per_no", "of_no", "already", "needed", "whole", "from_day", "until_day",
        *_sames(rows),
        what=ibis.cases(
            (found.role == Role.EXCUSES, EXCUSED), (found.role == Role.EXPLAINS, REASON),
            ((found.role == Role.FULFILS) & (found.truth < TRUE), DOUBTFUL), else_=DONE,
        ).cast("int8"),
    )  # fmt: skip
    found = found.filter(~found.role.isin(STARTING) | found.held.notnull())
    return steps.keep("marks", found.join(editions.select("k", "straight", "easy", "due_kind", "span", "unset"), "k"))


def with_per(labels: ir.Table, seen: Seen, rows: RulebookRows) -> ir.Table:
    """The labels with each `per` object that the event names, or nobody's number where the duty has no `per`."""
    if not rows.pers:
        return labels.mutate(per=number(NOBODY, ID))
    plain = labels.filter(labels.per_no == NOBODY).mutate(per=number(NOBODY, ID))
    return union([plain, named(labels.filter(labels.per_no != NOBODY), seen, "per_no", "per")])


def with_linked_per(labels: ir.Table, seen: Seen, rows: RulebookRows) -> ir.Table:
    """As `with_per`; where the event names no such object, with those that the subject is linked to."""
    found = with_per(labels, seen, rows)
    if not rows.pers:
        return found
    nobody = naming_nobody(labels.filter(labels.per_no != NOBODY), seen, "per_no")
    links = seen.links.select(per_no="type_no", o="source", per="target").distinct()
    return union([found, nobody.join(links, ["per_no", "o"]).select(*found.columns)])


def with_shared(rows: RulebookRows, seen: Seen, found: ir.Table) -> ir.Table:
    """With the shared values, which few duties have; and `sure`: that it is such an event, and says them all."""
    if not rows.same:
        return found.mutate(sure=found.truth == TRUE)
    plain = found.filter(found.same0 == 0).mutate(
        sure=found.truth == TRUE, **{name: ibis.literal("") for name in shared(rows)}
    )
    tied = found.filter(found.same0 != 0).join(seen.events.select("e", *texts_of(rows)), "e")
    tied = tied.mutate(**{name: _value(rows, tied, tied[f"same{i}"]) for i, name in enumerate(shared(rows))})
    said = tied.truth == TRUE
    for name in shared(rows):
        said = said & tied[name].notnull()
    return union([plain, tied.mutate(sure=said).select(plain.columns)])


def _with_back(rows: RulebookRows, found: ir.Table) -> ir.Table:
    """What may settle an instance of the same key, with what comes before or after it where that is asked."""
    at = packed(found.day, found.e)
    found = found.mutate(key=key_of(found.o, found.k), at=at, own=ibis.ifelse(found.already, number(LAST, "int64"), at))
    found = found.select(
        "k", "o", "case_n", "key", "per", *shared(rows), "role", "sure", "needed", "e", "at", "closed", "own", back=found.own,
        following=nothing("int64"),
    )  # fmt: skip
    recurring = rows.numbers(recurs=True)
    in_order = [*recurring, *(row["k"] for row in rows.edition_rows if row["needed"] > 1)]
    if not in_order:
        return found
    ordered = found.k.isin(in_order) & found.sure & (found.role == Role.FULFILS)
    sure = found.filter(ordered)
    window = ibis.window(group_by=["key", "per", *shared(rows)], order_by=sure.at)
    back: ir.IntegerValue = sure.back
    for needed in rows.several:  # the event so many before it that there are enough with it
        back = ibis.ifelse(sure.needed == needed, sure.own.lag(needed - 1).over(window), back)
    sure = sure.mutate(back=back, following=sure.at.lead(1).over(window))
    return union([found.filter(~ordered), sure.select(found.columns)])


def _itself(steps: Steps, rows: RulebookRows, seen: Seen, uses: ir.Table) -> ir.Table:
    """What starting events say of themselves: k, e, role, truth."""
    said = seen.looks.join(uses.filter(uses.role.isin(ITSELF)), "type_no")
    said = said.select("look", "k", "role", truth=_truths(rows, said).cast("int32"))
    said = said.filter((said.truth == TRUE) | (said.role.isin(HOLDING) & (said.truth > FALSE)))
    found = seen.events.select("e", "look").join(said, "look").drop("look")
    return _by_another(steps, rows, seen, found) if rows.has(Role.HOLDS_BY_ANOTHER) else found


def _truths(rows: RulebookRows, found: ir.Table) -> ir.IntegerValue:
    slots = [(found.test == n, found[name]) for n, name in enumerate(tests_of(rows), start=1)]
    return ibis.cases((found.test == 0, number(TRUE, "int64")), *slots, else_=number(FALSE, "int64"))


def _by_another(steps: Steps, rows: RulebookRows, seen: Seen, itself: ir.Table) -> ir.Table:
    """What starting events say of themselves, and whether somebody else did it where that is asked."""
    asked = steps.keep("asked_who", itself.filter(itself.role == Role.HOLDS_BY_ANOTHER))
    events = seen.events.semi_join(asked, "e").select("e", "case_n", "root", "day")
    events = steps.keep("asked_of", events.mutate(kind=number(rows.types[PRACTITIONER])))
    doers = seen.about.filter(seen.about.type_no == ACTOR_NO).select(done_e="e", who="o")
    themselves = named(events, seen, "kind", "them").join(doers, [("e", "done_e"), ("them", "who")]).select("e")
    barred = union([themselves, led_before(rows, seen, events)]).distinct()
    said = asked.mutate(
        truth=ibis.cases(
            (asked.e.isin(barred.e), number(FALSE)),
            (asked.e.isin(doers.done_e), asked.truth),
            else_=number(UNKNOWN),
        )
    )
    return union([itself.filter(itself.role != Role.HOLDS_BY_ANOTHER), said.filter(said.truth > FALSE)])


def _sames(rows: RulebookRows) -> list[str]:
    """The columns that say which of an event's texts are shared."""
    return [f"same{i}" for i in range(rows.same)]


def _value(rows: RulebookRows, found: ir.Table, which: ir.IntegerColumn) -> ir.StringValue:
    """The shared value; empty where the duty has none, null where the event does not say it."""
    slots = [(which == n, found[name]) for n, name in enumerate(texts_of(rows), start=1)]
    return ibis.cases((which == 0, ibis.literal("")), *slots, else_=nothing("string"))
