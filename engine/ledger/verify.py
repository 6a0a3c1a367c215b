"""Judging a night again from its receipt: does the answer stand?

The rulebook is the kept text, the view and the clauses are those of the night; the caseload is as it is now. What was
recorded since the night does not exist in its view, so the answer is the same, unless the past was rewritten on the
record, or Kept itself judges otherwise than it did.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, Date, select, text

from engine.duty.rulebook import Rulebook
from engine.judge.case_judge import CaseJudge
from engine.judge.caseload_judge import CaseloadJudge
from engine.judge.finding_table import from_batch
from engine.judge.outcome import Fault, Finding
from engine.ledger.entry import TOLD, place_staged
from engine.ledger.reading import outcomes_of
from engine.ledger.runs import Receipt
from engine.ledger.schema import DURING, FAULTS, QUARANTINE, RUNS
from engine.ledger.staging import Staging, own_numbers
from engine.ledger.store import Ledger
from engine.record.dictionary import Frozen
from engine.record.fingerprint import fingerprint
from engine.record.problem import KeptError, RecordProblem
from engine.record.table_cases import BadCase
from engine.record.table_engine import TableEngine
from engine.record.timeline import View

MOST_LISTED = 500
"""Instances that differ which are listed; they are all counted."""

Cause = Literal["", "record", "kept", "unknown"]

_EDITION = ("clause", "duty", "subject_type", "force", "standing", "basis", "decided_by")
_ANSWER = ("outcome", "start", "due", "done", "flags", "evidence", *_EDITION, "team", "practitioner")


class Differing(Frozen):
    """An instance whose answer is another: what differs, as it was `then` and as it is `now`; both are empty for what is
    missing on that side.
    """

    instance: str
    case: str
    kind: Literal["changed", "gone", "added"]
    then: dict[str, str]
    now: dict[str, str]


class Verification(Frozen):
    """Whether the answer of a night, or of one instance in it, stands.

    `checked` is how many instances were compared, `differ` how many differ; `unread` says what could not be judged again,
    or was not judged then. `cause` is where the difference comes from: the `record` (its content is another than it was,
    by its fingerprint), `kept` itself (it is the same content), or `unknown` (the fingerprints cannot be compared).
    `versions` are what judged then and now, where they differ.
    """

    run: str
    instance: str | None
    checked: int
    differ: int
    differing: tuple[Differing, ...]
    cause: Cause
    unread: tuple[str, ...]
    versions: dict[str, tuple[str, str]]

    @property
    def stands(self) -> bool:
        """Whether nothing differs."""
        return not self.differ


def kept_rulebook(ledger: Ledger, run: str) -> tuple[Receipt, Rulebook]:
    """What the night followed from, and the rulebook that it was judged by.

    Raises:
        KeptError: when there is no such night, or it cannot be judged again.
    """
    receipt = ledger.receipt(run)
    if receipt.clauses is None:
        raise KeptError(
            f"{ledger.name}: the night {run} was written by an earlier Kept, which did not note which clauses were asked for. "
            "It cannot be judged again; `kept check` with --as-at and --known-at looks at one case as it was."
        )
    return receipt, Rulebook.from_json(ledger.rulebook(receipt.rulebook), f"the rulebook of {run}")


def verify_instance(
    ledger: Ledger, run: str, instance: str, engine: TableEngine, versions: dict[str, str]
) -> Verification:
    """Judge the case of that instance again.

    Raises:
        KeptError: when the night did not judge it.
    """
    receipt, book = kept_rulebook(ledger, run)
    found = [each for batch in outcomes_of(ledger, run, instance) for each in from_batch(batch)]
    if not found:
        raise KeptError(
            f"{ledger.name}: the night {run} judged no instance '{instance}'. Check its id; the night's outcomes list it."
        )
    (then,) = found
    unread: list[str] = []
    now: Finding | None = None
    try:
        judged = CaseJudge(book, only=receipt.clauses or (), stated_only=receipt.stated_only).judge(
            engine.case(then.case), View(receipt.as_at, receipt.known_at)
        )
        unread = [_failed(fault) for fault in judged.faults if fault.duty == then.duty]
        now = next((each for each in judged.findings if each.instance == instance), None)
    except BadCase as problem:
        unread = [str(problem)]
    except RecordProblem:
        now = None  # the case is no longer there
    differing = [] if unread else list(_differing(instance, then.case, _shown(then), _shown(now)))
    return _verification(receipt, run, instance, 1, differing, unread, engine, versions)


def verify_night(ledger: Ledger, run: str, engine: TableEngine, versions: dict[str, str]) -> Verification:
    """Judge the whole night again. Nothing is written, and a night may be meanwhile: the ledger is seen as it is now."""
    receipt, book = kept_rulebook(ledger, run)
    judge = CaseloadJudge(book, only=receipt.clauses or (), stated_only=receipt.stated_only)
    judging = judge.judge(engine, View(receipt.as_at, receipt.known_at))
    with ledger.comparing() as connection:
        own_numbers(connection)
        staging = Staging(connection)
        for batch in judging.findings():
            # What is on trial is not in the ledger.
            staging.add(
                batch.filter(pc.invert(pc.is_in(batch.column("duty"), pa.array(sorted(book.on_trial), pa.string()))))
            )
        staging.ready()
        place_staged(connection, adding=False)
        then = connection.execute(select(RUNS).where(RUNS.c.id == run)).one()
        aside = _set_aside(connection, then.number)
        unread = [
            *(f"{case}{f', {duty}' if duty else ''}: was not judged in that night" for case, duty in sorted(aside)),
            *map(str, judging.problems), *map(_failed, judging.faults),
        ]  # fmt: skip
        aside |= {(problem.case, "") for problem in judging.problems} | {
            (fault.case, fault.duty) for fault in judging.faults
        }
        differing = [each for each in _compared(connection, run) if not _is_aside(each, aside)]
    return _verification(receipt, run, None, staging.rows, differing, unread, engine, versions)


_STOOD = f"""
    CREATE TEMP TABLE stood AS SELECT s.* FROM runs r JOIN states s ON {DURING.format(it="s")}
    LEFT JOIN stale t ON t.instance = s.instance AND {DURING.format(it="t")}
    WHERE r.id = :run AND t.instance IS NULL
"""  # noqa: S608 - ours
_EACH = ", ".join(
    f"{{it}}{kind}.{name} AS {name}_{{it}}"
    for kind, names in (
        ("", ("outcome", "start", "due", "done", "flags", "evidence")),
        ("e", _EDITION),
        ("h", ("team", "practitioner")),
    )
    for name in names
)
_COMPARED = f"""
    SELECT coalesce(i.id, n.id) AS instance, c.id AS "case", {_EACH.format(it="a")}, {_EACH.format(it="b")}
    FROM {{pairs}} x LEFT JOIN instances i ON i.number = x.instance LEFT JOIN added n ON n.number = x.instance
    JOIN cases c ON c.number = coalesce(i."case", n."case")
    LEFT JOIN stood a ON a.instance = x.instance
    LEFT JOIN editions ae ON ae.number = a.edition LEFT JOIN holders ah ON ah.number = a.holder
    LEFT JOIN placed p ON p.instance = x.instance LEFT JOIN staged b ON b.place = p.place
    LEFT JOIN editions be ON be.number = b.edition LEFT JOIN holders bh ON bh.number = b.holder
    ORDER BY 1
"""  # noqa: S608 - ours
_PAIRS = """
    (SELECT p.instance FROM placed p JOIN staged s ON s.place = p.place LEFT JOIN stood o ON o.instance = p.instance
     WHERE o.instance IS NULL OR {differs}
     UNION ALL SELECT o.instance FROM stood o LEFT JOIN placed p ON p.instance = o.instance WHERE p.instance IS NULL)
"""


def _compared(connection: Connection, run: str) -> Iterator[Differing]:
    """Every instance whose staged finding is not what stood in that night."""
    connection.execute(text(_STOOD), {"run": run})
    connection.execute(text("CREATE UNIQUE INDEX stood_instance ON stood (instance)"))
    differs = "IS NOT" if connection.dialect.name == "sqlite" else "IS DISTINCT FROM"
    pairs = _PAIRS.format(differs=" OR ".join(f"o.{name} {differs} s.{name}" for name in TOLD if name != "missing"))
    days = {f"{name}_{side}": Date() for name in ("start", "due", "done") for side in "ab"}
    for row in connection.execute(text(_COMPARED.format(pairs=pairs)).columns(**days)).mappings():
        sides = [
            {name: _text(_read(name, row[f"{name}_{side}"])) for name in _ANSWER}
            if row[f"outcome_{side}"] is not None
            else {}
            for side in "ab"
        ]
        yield from _differing(row["instance"], row["case"], *sides)


def _differing(instance: str, case: str, then: dict[str, str], now: dict[str, str]) -> Iterator[Differing]:
    kind: Literal["changed", "gone", "added"] = "gone" if not now else "added" if not then else "changed"
    other = [name for name in then or now if then.get(name) != now.get(name)]
    if other:
        sides = ({name: side[name] for name in other if name in side} for side in (then, now))
        yield Differing(**dict(zip(("then", "now"), sides, strict=True)), instance=instance, case=case, kind=kind)


def _shown(finding: Finding | None) -> dict[str, str]:
    return {} if finding is None else {name: _text(getattr(finding, name)) for name in _ANSWER}


def _read(name: str, value: Any) -> Any:
    """A cell as a finding has it."""
    return tuple(json.loads(value)) if name in ("flags", "evidence") else value


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return " ".join(value)
    return "" if value is None else value.isoformat() if isinstance(value, date) else str(value)


def _set_aside(connection: Connection, number: int) -> set[tuple[str, str]]:
    """The cases, or duties of them, that were not judged in that night."""
    found = set[tuple[str, str]]()
    for table in (QUARANTINE, FAULTS):
        columns = [table.c.case, table.c.duty] if table is FAULTS else [table.c.case]
        this = select(RUNS.c.series).where(RUNS.c.number == number).scalar_subquery()
        during = (table.c.from_run <= number) & (table.c.until_run.is_(None) | (table.c.until_run > number))
        for row in connection.execute(select(*columns).where(table.c.series == this, during)):
            found.add((row[0], row[1] if len(row) > 1 else ""))
    return found


def _is_aside(each: Differing, aside: set[tuple[str, str]]) -> bool:
    duty = (each.then or each.now).get("duty") or each.instance.split("/")[0]
    return (each.case, "") in aside or (each.case, duty) in aside


def _failed(fault: Fault) -> str:
    return f"{fault.case}, {fault.duty}: {fault.error}"


def _verification(
    receipt: Receipt, run: str, instance: str | None, checked: int, differing: list[Differing], unread: Iterable[str],
    engine: TableEngine, versions: dict[str, str],
) -> Verification:  # fmt: skip
    cause: Cause = ""
    if differing:
        now = fingerprint(engine)
        comparable = now.comparable(receipt.fingerprint)
        cause = "unknown" if not comparable else "kept" if now == receipt.fingerprint else "record"
    before = receipt.versions
    other = {name: (before.get(name, ""), now) for name, now in versions.items() if before.get(name) != now}
    return Verification(
        run=run, instance=instance, checked=checked, differ=len(differing), differing=tuple(differing[:MOST_LISTED]), cause=cause,
        unread=tuple(unread), versions=other,
    )  # fmt: skip
