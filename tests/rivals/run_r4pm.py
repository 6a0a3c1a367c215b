"""Run by the rivals' own Python: ten arcs by r4pm's checker in Rust, and what it took, as JSON.

    python run_r4pm.py LOG.json CONSTRAINTS.json

An arc has no time limit and is answered with one number: the share of triggers that any response followed in the same
case, ever. The count of violations is worked out from that.
"""

from __future__ import annotations

import contextlib
import json
import sys
from importlib.metadata import version
from time import perf_counter, process_time

import r4pm  # type: ignore[import-not-found,unused-ignore]
from r4pm import bindings


def main(log: str, constraints: str) -> dict[str, object]:
    """Seconds for reading and for checking, and the processor's; activations and violations of each arc."""
    with open(constraints, encoding="utf-8") as file:  # noqa: PTH123 - this script knows nothing of the project's habits
        wanted = json.load(file)
    began = perf_counter(), process_time()
    linked = bindings.slim_link_ocel(ocel=r4pm.import_item("OCEL", log))
    read = perf_counter(), process_time()
    shares = [bindings.oc_declare_conformance(ocel=linked, arc=arc(one)) for one in wanted]
    checked = perf_counter(), process_time()
    counts = {}
    for one, share in zip(wanted, shares, strict=True):
        activations = len(bindings.locel_get_evs_of_type(linked, one["trigger"]))
        counts[one["id"]] = {"activations": activations, "violations": round((1 - share) * activations)}
    return {
        "version": version("r4pm"),
        "events": bindings.num_events(linked),
        "seconds": {"reading": read[0] - began[0], "checking": checked[0] - read[0]},
        "processor": {"reading": read[1] - began[1], "checking": checked[1] - read[1]},
        "counts": counts,
    }


def arc(one: dict[str, str]) -> dict[str, object]:
    """After the trigger at least one response, for each case that the trigger is about."""
    case = {"type": "Simple", "object_type": "case"}
    label = {"each": [case], "any": [], "all": []}
    return {"from": one["trigger"], "to": one["response"], "arc_type": "EF", "label": label, "counts": [1, None]}


if __name__ == "__main__":
    with contextlib.redirect_stdout(sys.stderr):
        answer = main(*sys.argv[1:])
    json.dump(answer, sys.stdout)
