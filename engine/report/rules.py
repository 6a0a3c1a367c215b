"""The rules for people and for programs: the list of clauses, and the record dictionary."""

from __future__ import annotations

import json
from collections.abc import Mapping

from rich.console import Console
from rich.table import Table
from rich.text import Text

from engine.duty.english import people
from engine.duty.language import DecidedBy, Duty
from engine.duty.rulebook import Rulebook
from engine.record.dictionary import Dictionary
from engine.record.problem import RulebookProblem, nearest
from engine.report.wording import DECIDED_BY


def clauses_json(rulebook: Rulebook, examples: Mapping[str, int]) -> str:
    """The contract's JSON of `rules list`: `{"clauses": [{"id": "NS-5.8", "title": …, "duties": […], …}]}`."""
    clauses = [
        _clause(rulebook, clause, duties, examples.get(clause, 0)) for clause, duties in rulebook.clauses.items()
    ]
    return json.dumps({"clauses": clauses}, indent=2, ensure_ascii=False)


def _clause(rulebook: Rulebook, clause: str, duties: tuple[Duty, ...], examples: int) -> dict[str, object]:
    editions = [edition for edition in rulebook.editions() if edition.duty.clause == clause]
    return {
        "id": clause,
        "title": rulebook.title(clause),
        "duties": list(dict.fromkeys(duty.id for duty in duties)),
        "force": "must" if any(duty.force == "must" for duty in duties) else "should",
        "basis": "stated" if all(duty.basis == "stated" for duty in duties) else "inferred",
        "standing": sorted({edition.standing for edition in editions}),
        "decided_by": _strongest(duties),
        "in_force": min(duty.in_force for duty in duties).isoformat(),
        "status": next((duty.status for duty in duties if duty.status != "in_force"), "in_force"),
        "examples": examples,
    }


def _strongest(duties: tuple[Duty, ...]) -> DecidedBy:
    """Who decides a clause: a person at least where a person decides one of its parts."""
    order = list(DECIDED_BY)
    return max((duty.decided_by for duty in duties), key=order.index)


def show_clauses(console: Console, rulebook: Rulebook, examples: Mapping[str, int]) -> None:
    """Every clause on a line."""
    table = Table(box=None, pad_edge=False)
    for heading in ("Clause", "Promise", "Parts", "Force", "Decided by", "In force from", "Examples"):
        table.add_column(heading, no_wrap=heading != "Promise")
    for clause, duties in rulebook.clauses.items():
        told = _clause(rulebook, clause, duties, examples.get(clause, 0))
        title = f"{told['title']}{' (inferred)' if told['basis'] == 'inferred' else ''}"
        parts = ", ".join(duty.id.removeprefix(clause) for duty in duties) if len(duties) > 1 else ""
        table.add_row(clause, Text(title), parts, str(told["force"]), DECIDED_BY[_strongest(duties)],
                      people(min(duty.in_force for duty in duties)), str(told["examples"]))  # fmt: skip
    console.print(table)
    console.print(
        f"{len(rulebook.clauses)} clauses, {len(rulebook.duties)} duties. Rulebook {rulebook.sha256}", style="dim"
    )


def show_words(console: Console, dictionary: Dictionary, about: str | None = None) -> None:
    """Every word of the record with its sentence, or one.

    Raises:
        RulebookProblem: when there is no such word.
    """
    known = {**dictionary.object, **dictionary.event}
    if about is not None and about not in known:
        raise RulebookProblem(f"there is no word '{about}'{nearest(about, known)}")
    for heading, group in (("Objects", dictionary.objects), ("Events", dictionary.events)):
        for position, word in enumerate(one for one in group if about in (None, one.name)):
            if position == 0:
                console.print(Text(heading, style="bold"))
            console.print(Text(f"  {word.name}", style="bold") + Text(f"  {word.says}", style="default"))
            for link in getattr(word, "links", ()):
                console.print(Text(f"      {link.qualifier} → {', '.join(link.to)}: {link.says}"))
            if may_be_about := getattr(word, "about", ()):
                console.print(Text(f"      about: {', '.join(may_be_about)}"))
            for attribute in word.attributes:
                console.print(Text(f"      {attribute.name} ({attribute.kind}): {attribute.says}"))
                for code, says in attribute.codes.items():
                    console.print(Text(f"          {code}: {says}"))
