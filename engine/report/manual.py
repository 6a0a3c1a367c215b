"""The manual of the rules as a small static site: a page for every clause, and what is common to them.

It needs no server and no network: no page asks for anything but its own folder, and the one script, which searches, is
part of the contents page. The same rules, examples and changelog give the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from engine.duty.changelog import KINDS, Change
from engine.duty.contents import Document
from engine.duty.english import STANDING
from engine.duty.rulebook import Rulebook
from engine.record.problem import RulebookProblem
from engine.record.whole_folder import write_folder
from engine.report.clause import ClauseTold, tell_clause
from engine.report.clause_examples import ExampleRead
from engine.report.clause_page import draw
from engine.report.manual_told import ValueUsed, WordTold, file_of, tell_coverage, tell_values, tell_words
from engine.report.page import environment
from engine.report.pictures import COLOURS
from engine.report.wording import DECIDED_BY, WORST_FIRST

MARKER = "kept-manual.json"

CONTENTS, VALUES, COVERAGE, CHANGES, WORDS = "index.html", "values.html", "coverage.html", "changes.html", "words.html"

PAGES = {CONTENTS: "Contents", VALUES: "Values", COVERAGE: "Coverage", CHANGES: "Changes", WORDS: "Words of the record"}
"""The pages beside those of the clauses, as every page names them."""


def manual_pages(
    rulebook: Rulebook,
    documents: Sequence[Document],
    examples: Mapping[str, Sequence[ExampleRead]],
    changes: Sequence[Change] = (),
    gaps: Mapping[str, int] | None = None,
) -> dict[str, str]:
    """The files of the manual by name.

    Args:
        rulebook: the rules.
        documents: its clauses by document and Standard.
        examples: the examples of each clause.
        changes: the changelog, newest first.
        gaps: how many things no example shows, for each clause; None where nobody has looked.

    Raises:
        RulebookProblem: when the documents do not hold every clause once.
    """
    listed = [clause for document in documents for standard in document.standards for clause in standard.clauses]
    if sorted(listed) != sorted(rulebook.clauses):
        raise RulebookProblem("the contents of the manual are not the clauses of the rulebook, each once")
    told = {clause: tell_clause(rulebook, clause, examples.get(clause, ())) for clause in listed}
    values, words = tell_values(rulebook), tell_words(rulebook)
    covered = {clause: tell_coverage(examples.get(clause, ())) for clause in listed}
    site = _Site(rulebook)
    script = _script()
    pages = {
        CONTENTS: site.page(
            "manual_index.html", CONTENTS, documents=documents, told=told, covered=covered, decided=_decided(rulebook),
            script=Markup(script),  # noqa: S704 - our own file
            scripts=f"; script-src 'sha256-{_digest(script)}'",
            index=Markup(_index(told, values, words)),  # noqa: S704 - escaped there
        ),
        VALUES: site.page("manual_values.html", VALUES, values=values),
        COVERAGE: site.page("manual_coverage.html", COVERAGE, documents=documents, told=told, covered=covered,
                            outcomes=WORST_FIRST, colours=COLOURS, gaps=gaps),
        CHANGES: site.page("manual_changes.html", CHANGES, changes=changes, kinds=KINDS, clauses=set(listed)),
        WORDS: site.page("manual_words.html", WORDS, groups=words),
    }  # fmt: skip
    for place, clause in enumerate(listed):
        pages[file_of(clause)] = site.page(
            "manual_clause.html",
            file_of(clause),
            clause=told[clause],
            where=next((d, s) for d in documents for s in d.standards if clause in s.clauses),
            before=listed[place - 1] if place else None,
            after=listed[place + 1] if place + 1 < len(listed) else None,
            titles={other: told[other].title for other in listed},
            drawings=[draw(example) for example in told[clause].examples.each],
            colours=COLOURS,
            standings=STANDING,
            local=STANDING["local"],
            changes=[change for change in changes if clause in change.clauses],
            kinds=KINDS,
        )
    return pages


def write_manual(out: Path, pages: Mapping[str, str]) -> None:
    """Put the manual into the folder, in the place of the one that was there.

    Raises:
        KeptError: when it cannot be written there, or something else than a manual is there.
    """
    write_folder(out, pages, MARKER, "a manual")


class _Site:
    """Fills in templates with what every page needs."""

    def __init__(self, rulebook: Rulebook) -> None:
        self._environment = environment()
        self._environment.globals |= {
            "pages": PAGES,
            "rulebook": rulebook.sha256,
            "file_of": file_of,
            "values_page": VALUES,
        }

    def page(self, template: str, name: str, **content: Any) -> str:
        return self._environment.get_template(template).render(here=name, **content)


def _decided(rulebook: Rulebook) -> dict[str, str]:
    """Who decides each clause: a person at least where a person decides one of its parts."""
    order = list(DECIDED_BY)
    return {
        clause: DECIDED_BY[max((duty.decided_by for duty in duties), key=order.index)]
        for clause, duties in rulebook.clauses.items()
    }


# --- search --------------------------------------------------------------------------------------------------------------


def _script() -> str:
    return Path(__file__).with_name("templates").joinpath("manual_search.js").read_text(encoding="utf-8")


def _digest(script: str) -> str:
    """What the browser compares the script with before it runs it."""
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _index(told: Mapping[str, ClauseTold], values: Sequence[ValueUsed], words: Mapping[str, Sequence[WordTold]]) -> str:
    """What can be found, as JSON that can stand in a page: where, what it is called, its kind, every word of it."""
    entries: list[tuple[str, str, str, str]] = []
    for clause in told.values():
        said = [part for duty in clause.duties for part in (duty.title, duty.paragraph, duty.reads)]
        said += [exception.sentence for duty in clause.duties for exception in duty.exceptions]
        said += [example.name for example in clause.examples.each]
        entries.append((file_of(clause.id), f"{clause.id}: {clause.title}", "clause", _words(said)))
    for value in values:
        where = f"{VALUES}#{value.name}"
        entries.append((where, value.told.says, "value", _words([value.told.name, *value.clauses])))
    for kind, group in words.items():
        for word in group:
            attributes = [f"{one.called} {one.says} {' '.join(one.codes.values())}" for one in word.attributes]
            entries.append((f"{WORDS}#{word.anchor}", word.called, kind, _words([word.says, *attributes])))
    text = json.dumps(entries, ensure_ascii=False, separators=(",", ":"))
    # Nothing in it may end the element that it stands in.
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _words(said: Sequence[str]) -> str:
    """Every word once, small."""
    split = "".join(char if char.isalnum() or char in "-.'" else " " for char in " ".join(said).lower()).split()
    return " ".join(sorted({word.strip("-.'") for word in split} - {""}))
