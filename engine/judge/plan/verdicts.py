"""Which judgement of a person stands for each instance."""

from __future__ import annotations

import ibis
import pyarrow as pa
from ibis.expr import types as ir

from engine.duty.rulebook import JUDGEMENT
from engine.judge.plan.decided import PERSON
from engine.judge.plan.dues import Dues
from engine.judge.plan.rows import ACTOR_NO, FOREVER, NOBODY, RulebookRows, table
from engine.judge.plan.seen import Seen, led_before, named
from engine.judge.plan.steps import ID, Steps, number, packed, seen_from, union, unpacked_day, unpacked_event


def verdicts(steps: Steps, rows: RulebookRows, seen: Seen, dues: Dues, settled: ir.Table) -> ir.Table:
    """The judgement that stands: i, verdict (packed), kept (whether it says met).

    It is by somebody entitled to it who is not judged by it: the last one before the duty started again about the same
    subject; where there is none, the first one after that.
    """
    steps.stage("looking up what people judged")
    given = _given(steps, rows, seen)
    editions, due = dues.editions, dues.instances
    every = due.anti_join(dues.failed, ["k", "case_n"]).join(editions.select("k", "duty_no"), "k")
    editions = editions.filter(editions.judged).select("k", "kind", "duty_no")
    work = due.filter(~due.missing).select("i", "k", "o", "per", "start", "next", trigger="e")
    pairs = work.join(given, [("k", "given_k"), ("o", "given_o"), ("per", "given_per")]).join(editions, "k")
    pairs = pairs.left_join(settled.select("i", settled="done"), "i")
    pairs = pairs.mutate(done=ibis.coalesce(pairs.next, pairs.settled))
    alone = pairs.kind == PERSON
    done_on = ibis.greatest(unpacked_day(pairs.done.fill_null(0)), pairs.start)
    pairs = pairs.select(
        "i", "duty_no", "o", "per", "trigger", "judgement", "given_day", "kept", counts=alone | pairs.done.notnull(),
        worked=ibis.ifelse(alone, pairs.start, done_on),
        done_e=ibis.ifelse(alone, number(0, ID), unpacked_event(pairs.done.fill_null(0))),
    )  # fmt: skip
    pairs = pairs.filter(pairs.counts & (pairs.worked <= pairs.given_day)).drop("counts")
    pairs = steps.keep("judged_pairs", pairs)
    pairs = pairs.anti_join(_barred(seen, pairs), ["i", "judgement"])
    every = every.select("duty_no", "o", "per", again="start").semi_join(pairs, ["duty_no", "o", "per"]).distinct()
    mine = pairs.select("i", "duty_no", "o", "per", "worked").distinct()
    following = mine.join(every, ["duty_no", "o", "per"])
    following = following.filter(following.worked < following.again)
    following = following.group_by("i").agg(following=following.again.min())
    pairs = pairs.left_join(following, "i")
    pairs = pairs.select("i", "kept", before=pairs.given_day < pairs.following.fill_null(FOREVER),
                         at=packed(pairs.given_day, pairs.judgement))  # fmt: skip
    best = pairs.group_by("i").agg(own=pairs.at.max(where=pairs.before), later=pairs.at.min(where=~pairs.before))
    best = best.select("i", verdict=ibis.coalesce(best.own, best.later))
    found = best.join(pairs.select("i", "at", "kept"), ["i", ("verdict", "at")])
    return steps.keep("verdicts", found.select("i", "verdict", "kept"))


def _given(steps: Steps, rows: RulebookRows, seen: Seen) -> ir.Table:
    """The judgements for each edition that somebody entitled to it gave, who had not led the case, and that still stand."""
    asked = [
        {"k": k, "clause": clause, "role": role, "subject_no": row["subject_no"], "per_no": rows.types[duty.per] if duty.per else NOBODY,
         "valid_span": row["valid_span"]}
        for k, (edition, row) in enumerate(zip(rows.editions, rows.edition_rows, strict=True), start=1)
        if (duty := edition.duty).judged is not None
        for clause in {duty.id, duty.clause} for role in duty.judged.roles
    ]  # fmt: skip
    kinds = {
        "k": pa.int32(),
        "clause": pa.string(),
        "role": pa.string(),
        "subject_no": pa.int32(),
        "per_no": pa.int32(),
        "valid_span": pa.int32(),
    }
    judges = steps.small("judges", table(asked, kinds))
    events = seen.events.filter(seen.events.type_no == rows.event_types[JUDGEMENT])
    events = events.select(
        "e",
        "case_n",
        "root",
        "day",
        clause=events[f"v{rows.said('clause')}"],
        role=events[f"v{rows.said('role')}"],
        kept=events[f"v{rows.said('outcome')}"] != "not_met",
    )
    by = seen.about.filter(seen.about.type_no == ACTOR_NO).select("e", who="o")
    events = events.semi_join(by, "e")
    events = events.anti_join(led_before(rows, seen, events), "e")
    given = steps.keep("given", events.join(judges, ["clause", "role"]).select(
        "e", "case_n", "root", "day", "kept", "k", "subject_no", "per_no", "valid_span"
    ))  # fmt: skip
    spans = given.filter(given.valid_span > 0)
    after = steps.ask("valid", spans.select(span="valid_span", day="day").distinct())
    after = after.rename(after_span="span", after_day="day")
    given = given.left_join(after, [("valid_span", "after_span"), ("day", "after_day")])
    given = given.filter((given.valid_span == 0) | (given.after >= seen_from().today))
    given = given.select("e", "case_n", "root", "day", "kept", "k", "subject_no", "per_no")
    given = named(given, seen, "subject_no", "o")
    plain = given.filter(given.per_no == NOBODY).mutate(per=number(NOBODY, ID))
    given = union([plain, named(given.filter(given.per_no != NOBODY), seen, "per_no", "per")])
    return steps.keep(
        "judgements",
        given.select(given_k="k", given_o="o", given_per="per", given_day="day", judgement="e", kept="kept"),
    )


def _barred(seen: Seen, pairs: ir.Table) -> ir.Table:
    """The pairs whose judge is the subject, started what is judged, or did it."""
    by = seen.about.filter(seen.about.type_no == ACTOR_NO).select(judged_e="e", who="o")
    judges = pairs.join(by, [("judgement", "judged_e")])
    itself = judges.filter(judges.who == judges.o).select("i", "judgement")
    acting = seen.about.filter(seen.about.type_no == ACTOR_NO).select(acted_e="e", actor="o")
    started = judges.join(acting, [("trigger", "acted_e"), ("who", "actor")]).select("i", "judgement")
    did = judges.join(acting, [("done_e", "acted_e"), ("who", "actor")]).select("i", "judgement")
    return union([itself, started, did])
