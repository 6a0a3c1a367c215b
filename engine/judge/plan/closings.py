"""On which day a case closed, seen from the day of an event: asked once for each event, not for all that it starts."""

from __future__ import annotations

import ibis
import pyarrow as pa
from ibis.expr import types as ir

from engine.judge.plan.rows import FOREVER, RulebookRows
from engine.judge.plan.steps import Steps, nothing, union


def closings(steps: Steps, rows: RulebookRows, events: ir.Table) -> ir.Table:
    """From which day to which a case closes on which day (none: it is closed already): case_n, low, high, closes."""
    closers = steps.small("closers", pa.table({
        "root": pa.array([root for root, _ in rows.closers], pa.int32()),
        "type_no": pa.array([event for _, event in rows.closers], pa.int32()),
    }))  # fmt: skip
    found = events.join(closers, ["root", "type_no"]).select("case_n", closing="day").distinct()
    lasting = [rows.event_types[word.name] for word in rows.words.events if word.lasting]
    opened = events.filter(events.type_no.isin(lasting)).select("case_n", opening="day")
    reopened = found.join(opened, "case_n")
    reopened = reopened.filter(reopened.opening > reopened.closing)
    reopened = reopened.group_by(["case_n", "closing"]).agg(reopened=reopened.opening.min())
    found = found.left_join(reopened, ["case_n", "closing"])
    found = found.select("case_n", "closing", reopened=found.reopened.fill_null(FOREVER))
    window = ibis.window(group_by="case_n", order_by=found.closing)
    found = steps.keep(
        "closings",
        found.mutate(
            opened=found.reopened.lag().over(window),
            following=found.closing.lead().over(window).fill_null(FOREVER),
        ),
    )
    still_open = found.select("case_n", low=found.opened.fill_null(0), high=found.closing, closes=found.closing)
    over = found.select(
        "case_n",
        low=found.closing + 1,
        high=ibis.least(found.reopened - 1, found.following),
        closes=nothing("int32"),
    )
    return steps.keep(
        "pieces", union([still_open.cast({"low": "int32"}), over.cast({"low": "int32", "high": "int32"})])
    )


def with_closed(found: ir.Table, pieces: ir.Table, day: str) -> ir.Table:
    """With `closed`: the first day on or after that one on which the case closed, that day itself if it was closed."""
    pieces = pieces.rename(case_key="case_n")
    columns = found.columns
    found = found.left_join(
        pieces, [found.case_n == pieces.case_key, found[day] >= pieces.low, found[day] <= pieces.high]
    )
    closed = ibis.ifelse(found.high.notnull(), ibis.coalesce(found.closes, found[day]), nothing("int32"))
    return found.select(*columns, closed=closed)
