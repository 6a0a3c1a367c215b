"""Run by the rivals' own Python: ten timed response constraints by Declare4Py, and what it took, as JSON.

    python run_declare4py.py LOG.csv CONSTRAINTS.json

What a case needs is read with pandas and made into pm4py's log, which is quicker than XES. Declare4Py counts in each case
the activations that no response followed in time; a case is over when its last event is, so that nothing is ever due.
"""

from __future__ import annotations

import contextlib
import json
import sys
from importlib.metadata import version
from time import perf_counter, process_time

import pandas as pd  # type: ignore[import-not-found,import-untyped,unused-ignore]
import pm4py  # type: ignore[import-not-found,unused-ignore]
from Declare4Py.D4PyEventLog import D4PyEventLog  # type: ignore[import-not-found,unused-ignore]
from Declare4Py.ProcessMiningTasks.ConformanceChecking.MPDeclareAnalyzer import (  # type: ignore[import-not-found,unused-ignore]
    MPDeclareAnalyzer,
)
from Declare4Py.ProcessModels.DeclareModel import DeclareModel  # type: ignore[import-not-found,unused-ignore]


def main(log: str, constraints: str) -> dict[str, object]:
    """Seconds for reading and for checking, and the processor's; activations and violations of each constraint."""
    with open(constraints, encoding="utf-8") as file:  # noqa: PTH123 - this script knows nothing of the project's habits
        wanted = json.load(file)
    began = perf_counter(), process_time()
    table = pd.read_csv(log, parse_dates=["time"])
    table = pm4py.format_dataframe(table, case_id="case", activity_key="activity", timestamp_key="time")
    events = D4PyEventLog(log=pm4py.convert_to_event_log(table))
    read = perf_counter(), process_time()
    names = sorted({name for one in wanted for name in (one["trigger"], one["response"])})
    lines = [f"activity {name}" for name in names]
    lines += [f"Response[{one['trigger']}, {one['response']}] | | |0,{one['hours']},h" for one in wanted]
    model = DeclareModel().parse_from_string("\n".join(lines))
    found = MPDeclareAnalyzer(log=events, declare_model=model, consider_vacuity=True).run()
    checked = perf_counter(), process_time()
    counts = {}
    for number, one in enumerate(wanted):
        counts[one["id"]] = {
            "activations": sum(found.get_metric(metric="num_activations", constr_id=number)),
            "violations": sum(found.get_metric(metric="num_violations", constr_id=number)),
        }
    return {
        "version": version("declare4py"),
        "events": len(table),
        "seconds": {"reading": read[0] - began[0], "checking": checked[0] - read[0]},
        "processor": {"reading": read[1] - began[1], "checking": checked[1] - read[1]},
        "counts": counts,
    }


if __name__ == "__main__":
    with contextlib.redirect_stdout(sys.stderr):  # what the packages print is no part of the answer
        answer = main(*sys.argv[1:])
    json.dump(answer, sys.stdout)
