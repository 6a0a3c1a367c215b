"""Results for programs: the JSON of `check` and of `nightly` with their published schemas, JSON lines, and CSV."""

from __future__ import annotations

import csv
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from importlib import resources
from typing import Any, Literal, TextIO

from engine.judge.outcome import Finding, Judgements
from engine.ledger.tally import NightSummary
from engine.ledger.waived import NO_WAIVERS, Waiver
from engine.record.problem import RecordProblem, harmless

FINDING_FIELDS = (
    "instance", "case", "clause", "duty", "subject", "subject_type", "outcome", "start", "due", "done", "days_over", "force",
    "standing", "basis", "decided_by", "flags", "evidence", "missing", "team", "practitioner", "why", "put_right",
)  # fmt: skip
"""The fields of a finding, in the order of JSON and CSV."""

_FLAGS = FINDING_FIELDS.index("flags") + 1
RESULT_FIELDS = (*FINDING_FIELDS[:_FLAGS], "waived", *FINDING_FIELDS[_FLAGS:])
"""The same with the waiver that stands beside it: whole in JSON, by its number in CSV."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a cell begins with that a spreadsheet would run as a formula (the last four are their full-width forms)."""

_MOST_CELL = 30_000
"""Letters in a cell; a spreadsheet takes a few more."""


def case_result(
    judgements: Judgements, on_trial: Collection[str] = (), waivers: Mapping[str, Waiver] = NO_WAIVERS
) -> dict[str, Any]:
    """The result of one case: `as_at`, `known_at`, `rulebook`, `case`, `findings`, `faults`, `not_applicable`, `team`, and
    `trial` with the findings of duties that are on trial. `waivers` are those beside instances, by id.
    """  # fmt: skip
    counted, apart = split_trial(judgements.findings, on_trial)
    return {
        "as_at": judgements.as_at.isoformat(),
        "known_at": judgements.known_at.isoformat(),
        "rulebook": judgements.rulebook,
        "case": judgements.case,
        "team": judgements.team,
        "findings": [finding_result(finding, waivers.get(finding.instance)) for finding in counted],
        "trial": [finding_result(finding, waivers.get(finding.instance)) for finding in apart],
        "faults": [fault.model_dump(mode="json") for fault in judgements.faults],
        "not_applicable": list(judgements.not_applicable),
    }


def split_trial(findings: Iterable[Finding], on_trial: Collection[str]) -> tuple[list[Finding], list[Finding]]:
    """The findings that count, and those of duties on trial."""
    every = list(findings)
    return (
        [finding for finding in every if finding.duty not in on_trial],
        [finding for finding in every if finding.duty in on_trial],
    )


def finding_result(finding: Finding, waiver: Waiver | None = None) -> dict[str, Any]:
    """One finding: days as `2025-03-04`, `flags` and `evidence` as lists, null for what there is none of."""
    values = finding.model_dump(mode="json") | {"waived": waiver and waiver_result(waiver)}
    return {field: values[field] for field in RESULT_FIELDS}


def waiver_result(waiver: Waiver) -> dict[str, Any]:
    """One waiver, with the days from which and until which it counts."""
    return waiver.model_dump(mode="json") | {
        "starts": waiver.starts and waiver.starts.isoformat(),
        "ends": waiver.ends.isoformat(),
    }


def check_json(
    results: Sequence[Judgements],
    quarantined: Sequence[RecordProblem] = (),
    on_trial: Collection[str] = (),
    waivers: Mapping[str, Waiver] = NO_WAIVERS,
) -> str:
    """What `check --format json` prints.

    One case that could be read is its result alone; anything else is `{"results": […], "quarantined": […]}`.
    """
    if len(results) == 1 and not quarantined:
        return _text(case_result(results[0], on_trial, waivers))
    return _text(
        {
            "results": [case_result(result, on_trial, waivers) for result in results],
            "quarantined": [_problem(each) for each in quarantined],
        }
    )


def night_result(summary: NightSummary) -> dict[str, Any]:
    """The summary of a night; `faults` and `quarantined` are numbers, the `…_list` what they were."""
    values = summary.model_dump(mode="json")
    values["most_overdue"] = [
        finding_result(finding, summary.waived.of(finding.instance)) for finding in summary.most_overdue
    ]
    values["waived"] = {
        "outcomes": values["waived"]["outcomes"],
        "in_force": [
            {"waiver": waiver_result(each.waiver), "outcomes": each.outcomes} for each in summary.waived.in_force
        ],
    }
    if summary.previous is not None:
        counts = values["previous"].pop("counts")
        values["previous"] |= counts
    return values


def night_json(summary: NightSummary) -> str:
    """What `nightly --format json` prints: one object."""
    return _text(night_result(summary))


def write_jsonl(findings: Iterable[Finding], file: TextIO, waivers: Mapping[str, Waiver] = NO_WAIVERS) -> None:
    """Write findings as JSON, one on each line: what `check --format jsonl` prints."""
    for finding in findings:
        file.write(json.dumps(finding_result(finding, waivers.get(finding.instance)), ensure_ascii=True) + "\n")


def write_csv(findings: Iterable[Finding], file: TextIO, waivers: Mapping[str, Waiver] = NO_WAIVERS) -> None:
    """Write findings as CSV with a line of names; `flags` and `evidence` are separated by spaces.

    Text that a spreadsheet would take for a formula is led by an apostrophe; what a terminal would act on, and the
    ends of lines, are shown as escapes. Open the file with `newline=""`.
    """

    def row(finding: Finding) -> list[object]:
        waiver = waivers.get(finding.instance)
        beside = {"waived": None if waiver is None else waiver.number}
        return [beside[field] if field in beside else getattr(finding, field) for field in RESULT_FIELDS]

    write_rows(RESULT_FIELDS, (row(finding) for finding in findings), file)


def write_rows(fields: Sequence[str], rows: Iterable[Sequence[object]], file: TextIO) -> None:
    """Write rows as CSV with a line of names, each cell made harmless as `write_csv` has it."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(fields)
    for row in rows:
        writer.writerow([cell(value) for value in row])


def schema(name: Literal["check", "check-line", "nightly"]) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of that command's output; `check-line` is of a line of `check --format jsonl`."""
    text = resources.files("engine.report").joinpath("schema", f"{name}.schema.json").read_text(encoding="utf-8")
    content: dict[str, Any] = json.loads(text)
    return content


def cell(value: object) -> str:
    """What stands in a cell of a spreadsheet: text that it would take for a formula is led by an apostrophe."""
    if value is None:
        return ""
    text = " ".join(value) if isinstance(value, tuple | list) else str(value)
    # Numbers stay numbers; text is made harmless even after spaces, which some spreadsheets skip.
    risky = not isinstance(value, int) and text.lstrip(" ").startswith(_FORMULA)
    shown = text if text.isprintable() and len(text) <= _MOST_CELL else harmless(text, _MOST_CELL)  # most cells are
    return f"'{shown}" if risky else shown


def _problem(problem: RecordProblem) -> dict[str, str]:
    return {key: getattr(problem, key) for key in ("file", "place", "problem", "remedy")}


def _text(content: object) -> str:
    # Surrogates, which no encoding can print, come out as escapes; so does everything a terminal would act on.
    return json.dumps(content, indent=2, ensure_ascii=True)
