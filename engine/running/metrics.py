"""What a night came to, as OpenMetrics text for the textfile collector of the node exporter.

All of them are gauges, without timestamps: the collector reads the older text format, which knows no other type that we could
use, and refuses a whole file for one that it does not know. So the file is good in both formats.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.openmetrics.exposition import generate_latest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from engine.ledger.tally import NightSummary
from engine.record.whole_file import write_whole

LAST_SUCCESS = "kept_night_last_success_timestamp_seconds"
MOST_BYTES = 1_000_000

Rows = list[tuple[dict[str, str], float]]


def write_metrics(path: Path, night: NightSummary | None, started_at: datetime, finished_at: datetime) -> None:
    """Write what is to be known of the night that ended then, whole or not at all; None for one that failed.

    The time of the last success is that of the file which was there, unless this night is complete. A failed night has no
    counts. Both moments have a time zone.

    Raises:
        KeptError: when it cannot be written there.
    """
    write_whole(path, metrics_text(night, last_success(path), started_at, finished_at))


def metrics_text(night: NightSummary | None, before: float, started_at: datetime, finished_at: datetime) -> str:
    """The text; `before` is the time of the last success until now, in seconds since 1970, and 0 for none."""
    ended = finished_at.timestamp()
    complete = night is not None and night.complete
    families: list[tuple[str, str, Rows]] = [
        (
            LAST_SUCCESS,
            "When the last night ended that was complete; 0 for never.",
            _one(ended if complete else before),
        ),
        ("kept_night_last_end_timestamp_seconds", "When the last night ended, however it went.", _one(ended)),
        # Not the difference of two local times: an hour is missing between them in the night when the clocks change.
        ("kept_night_duration_seconds", "How long it took.", _one(ended - started_at.timestamp())),
        ("kept_night_failed", "1 if it did not run, or not to its end.", _one(night is None)),
        ("kept_night_complete", "1 if every case was read and every duty judged.", _one(complete)),
        ("kept_build_info", "The version of Kept.", [({"version": version("kept")}, 1)]),
    ]
    if night is not None:
        outcomes: Rows = [({"outcome": outcome}, many) for outcome, many in night.outcomes.items()]
        families += [
            ("kept_night_cases", "How many cases were judged.", _one(night.cases)),
            ("kept_night_instances", "How many instances of duties have each outcome.", outcomes),
            ("kept_night_quarantined_cases", "How many cases could not be read and were set aside.", _one(night.quarantined)),
            ("kept_night_faults", "How many duties could not be judged, once for each case.", _one(night.faults)),
            ("kept_rulebook_info", "The rulebook that it was judged by.", [({"sha256": night.rulebook}, 1)]),
        ]  # fmt: skip
    registry = CollectorRegistry()
    registry.register(_Collected(families))
    text: bytes = generate_latest(registry)
    return text.decode()


def last_success(path: Path) -> float:
    """The time of the last success that the file there tells of, in seconds since 1970; 0 if it tells of none."""
    try:
        if path.stat().st_size > MOST_BYTES:
            return 0.0
        for family in text_string_to_metric_families(path.read_text(encoding="utf-8")):
            for sample in family.samples:
                if sample.name == LAST_SUCCESS:
                    return float(sample.value)
    except (OSError, ValueError, KeyError, IndexError):
        pass  # a file that is not there, or is damaged: tonight's takes its place
    return 0.0


class _Collected:
    """What a registry asks for its metrics."""

    def __init__(self, families: Iterable[tuple[str, str, Rows]]) -> None:
        self._families = list(families)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Each metric with its samples."""
        for name, says, rows in self._families:
            family = GaugeMetricFamily(name, says, labels=list(rows[0][0]) if rows else [])
            for labels, value in rows:
                family.add_metric(list(labels.values()), float(value))
            yield family


def _one(value: float) -> Rows:
    return [({}, value)]
