"""Dated values made wrong: one version of them, or their unit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from pydantic import ValidationError

from engine.duty.english import people, span, words
from engine.duty.language import Duty, Standing
from engine.duty.rulebook import refs
from engine.duty.values import Value, ValueVersion
from engine.policy.mutation.mutant_conditions import Kind, altered

DAY = timedelta(days=1)
FLIPPED: dict[Standing, Standing] = {"stated": "local", "local": "stated", "court": "local"}
"""`court` excuses and counts as `stated` does; only `local` is different."""


def of_a_value(value: Value, duty: Duty) -> Iterator[tuple[Kind, str, Value]]:
    """One version of the value, or its unit, made wrong: what holds while the duty is in force."""
    unit = "days" if value.unit in ("working_days", "weeks", "months") else None
    unit = "working_days" if value.unit == "days" else unit
    for position, version in enumerate(value.versions):
        following = value.versions[position + 1 :]
        if (following and following[0].from_ <= duty.in_force) or _over(version, duty):
            continue  # this version never holds while the duty is in force
        for kind, says, changed in _of_a_version(value, version, duty):
            versions = (*value.versions[:position], changed, *following)
            kept = altered(value, versions=versions)
            try:
                yield kind, says, Value.model_validate({name: getattr(kept, name) for name in Value.model_fields})
            except ValidationError:
                continue
        if unit and isinstance(version.value, int):
            says = f"{span(version.value, unit)} instead of {span(version.value, value.unit)}"
            if unit == "days" and version.value == 0:
                says = "the same day instead of the same or the next working day"
            yield "unit", f"{says}{_whose(value, duty)}", altered(value, unit=unit)
            unit = None


def _over(version: ValueVersion, duty: Duty) -> bool:
    return duty.until is not None and version.from_ >= duty.until


def _of_a_version(value: Value, version: ValueVersion, duty: Duty) -> Iterator[tuple[Kind, str, ValueVersion]]:
    now, whose = version.value, _whose(value, duty)
    for other in (now + 1, now - 1) if isinstance(now, int) else ():
        yield "value", f"{other} {words(value.unit)} instead of {now}{whose}", altered(version, value=other)
    codes = now if isinstance(now, tuple) and len(now) > 1 else ()
    for code in codes:
        rest = tuple(one for one in codes if one != code)
        yield "code", f"without “{words(code)}”{whose}", altered(version, value=rest)
    flipped = FLIPPED[version.standing]
    yield "standing", f"{flipped} instead of {version.standing}{whose}", altered(version, standing=flipped)
    # A value that begins before the duty may begin on any other day before it.
    for moved in (version.from_ - DAY, version.from_ + DAY):
        if max(moved, version.from_) > duty.in_force:
            says = f"from {people(moved)} instead of {people(version.from_)}{whose}"
            yield "day", f"the value {says}", altered(version, from_=moved)


def _whose(value: Value, duty: Duty) -> str:
    """Which value it is, where the duty has several."""
    several = len({ref.value for ref in refs(duty)}) > 1
    return f" ({words(value.name)})" if several else ""
