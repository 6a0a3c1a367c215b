"""The changelog of the rules, kept with them: is the newest entry today's rulebook, and if not, what should be written?

Beside `CHANGELOG.md` the folder `frozen` holds the rulebooks of the two newest entries, packed, so that what the newest
one changed can be worked out again on any machine.
"""

from __future__ import annotations

import hashlib
import lzma
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from engine.duty.changelog import ALL, NONE, NOT_MEASURED, Change, Kind, Moved, read_changes
from engine.duty.rulebook import Rulebook, refs
from engine.policy.comparison.differing import differing, one_dictionary
from engine.policy.comparison.stretches import editions_of, stretches
from engine.policy.impact.judged_twice import measure_impact
from engine.policy.sample import AS_AT, make_sample
from engine.record.engines import open_engine
from engine.record.problem import KeptError, RulebookProblem
from engine.record.timeline import View
from engine.record.whole_file import write_bytes_whole, write_whole

CASES, SEED = 200, 1
"""The sample caseload that a change is measured on."""

AFTER = timedelta(days=183)
"""How long after the day from which a change applies the sample is looked at, so that there is something to move."""

TO_SAY = "What changed, and why."

_NAME, _FOLDER, _PACKED = "CHANGELOG.md", "frozen", ".json.xz"
_BEGINNING = """# Changes of the rules

Every change under `rules/`, newest first. A *correction* is where we had misread the standard, a *revision* where the
standard or a value of ours changed from a day, a *technical* change moves nothing. What it moved is counted on a
made-up caseload. `kept rules changelog` says what to write.
"""


@dataclass(frozen=True, slots=True)
class Checked:
    """What is wrong, if anything, and the entry to be written where one is missing."""

    wrong: str = ""
    entry: Change | None = None


class Changelog:
    """The changelog in a folder of rules."""

    def __init__(self, folder: Path) -> None:
        """Read it.

        Raises:
            RulebookProblem: when it is malformed, naming the line.
            KeptError: when it cannot be read.
        """
        self._path, self._frozen = folder / _NAME, folder / _FOLDER
        try:
            self._text = self._path.read_text(encoding="utf-8") if self._path.exists() else _BEGINNING
        except (OSError, UnicodeDecodeError) as error:
            raise KeptError(f"{self._path}: cannot be read ({error})") from error
        self.changes = read_changes(self._text, _NAME)

    def check(self, book: Rulebook, today: date) -> Checked:
        """Whether the newest entry is this rulebook's and says what is so of it.

        Raises:
            RulebookProblem: when a frozen rulebook cannot be read.
            KeptError: when the change cannot be measured.
        """
        if not self.changes:
            entry = beginning(book, today, TO_SAY)
            return Checked("the changelog has no entry yet; what stands should be its beginning", entry)
        newest, *older = self.changes
        if newest.rulebook != book.sha256:
            entry = self._entry(self._rulebook(newest), book, today)
            return Checked(f"the rules have changed since the entry of {newest.on}, and no entry says how", entry)
        self._rulebook(newest)
        return Checked("; ".join(_contradicted(newest, self._rulebook(older[0]), book)) if older else "")

    def write(self, book: Rulebook, today: date, says: str, kind: Kind | None, *, again: bool = False) -> Change:
        """Put an entry for this rulebook before the others, or `again` in the place of the newest, and keep the rulebook.

        Raises:
            KeptError: when there is nothing to say, the kind is missing or does not fit, or it cannot be written.
        """
        older = self.changes[1:] if again else self.changes
        if older and older[0].rulebook == book.sha256:
            raise KeptError(f"the rules are those of the entry of {older[0].on}: there is no change to write of.")
        entry = replace(self._entry(self._rulebook(older[0]), book, today) if older else beginning(book, today, TO_SAY),
                        says=tuple(" ".join(part.split()) for part in says.split("\n\n") if part.strip()))  # fmt: skip
        if not entry.says:
            raise KeptError("an entry says what changed and why, in words.")
        entry = replace(entry, kind=_kind(entry, kind, first=not older))
        self.keep(book)
        told = "\n".join(str(each) for each in (entry, *older))
        introduction = self._text.partition("\n## ")[0].rstrip("\n")
        write_whole(self._path, f"{introduction}\n\n{told}")
        self.changes = (entry, *older)
        wanted = {_file(change.rulebook) for change in self.changes[:2]}
        for path in self._frozen.glob(f"*{_PACKED}"):
            if path.name not in wanted:
                path.unlink()
        return entry

    def keep(self, book: Rulebook) -> Path:
        """Keep this rulebook beside the changelog.

        Raises:
            KeptError: when it cannot be written there.
        """
        path = self._frozen / _file(book.sha256)
        write_bytes_whole(path, lzma.compress(book.canonical().encode(), preset=9))
        return path

    def _rulebook(self, change: Change) -> Rulebook:
        path = self._frozen / _file(change.rulebook)
        name = f"{_FOLDER}/{path.name}"
        try:
            text = lzma.decompress(path.read_bytes())
        except FileNotFoundError as error:
            raise RulebookProblem(
                f"{name}: is missing; it is the rulebook of the entry of {change.on}. Write entries with "
                "`kept rules changelog --write`, or keep today's rulebook with `--keep`, and add the file to the repository."
            ) from error
        except (OSError, lzma.LZMAError) as error:
            raise RulebookProblem(f"{name}: cannot be read ({error})") from error
        if "sha256:" + hashlib.sha256(text).hexdigest() != change.rulebook:
            raise RulebookProblem(f"{name}: is not the rulebook that its name says")
        return Rulebook.from_json(text, name)

    def _entry(self, base: Rulebook, book: Rulebook, today: date) -> Change:
        """What there is to say of the change from one to the other."""
        since = applies_from(base, book)
        as_at = max(AS_AT, since + AFTER) if since else AS_AT
        moved = moved_on_sample(base, book, as_at)
        kind: Kind = "technical" if not moved else "revision" if since and since > self.changes[0].on else "correction"
        sample = f"{CASES} cases, seed {SEED}, as at {as_at.isoformat()}"
        on = max(today, self.changes[0].on)
        return Change(on, kind, changed_clauses(base, book), since, moved, sample, book.sha256, (TO_SAY,))


def beginning(book: Rulebook, today: date, says: str) -> Change:
    """The first entry: what stands."""
    return Change(today, "beginning", (ALL,), None, (), NOT_MEASURED, book.sha256, (says,))


def changed_clauses(base: Rulebook, candidate: Rulebook) -> tuple[str, ...]:
    """The clauses of which anything differs, be it a text; `words`, `calendar`, `values` (that no duty uses); `none`."""
    every = dict.fromkeys((*candidate.clauses, *base.clauses))
    found = [clause for clause in every if _says(base, clause) != _says(candidate, clause)]
    if base.dictionary != candidate.dictionary:
        found.append("words")
    if base.calendar != candidate.calendar:
        found.append("calendar")
    used = {ref.value for book in (base, candidate) for duty in book.duties for ref in refs(duty)}
    names = ({*base.values} | {*candidate.values}) - used
    if any(base.values.get(name) != candidate.values.get(name) for name in names):
        found.append("values")
    return tuple(found) or (NONE,)


def _says(book: Rulebook, clause: str) -> object:
    duties = book.clauses.get(clause, ())
    names = sorted({ref.value for duty in duties for ref in refs(duty)})
    return duties, [book.values[name] for name in names], [gist for gist in book.gists if gist.id == clause]


def applies_from(base: Rulebook, candidate: Rulebook) -> date | None:
    """The first day on which something that starts is judged or counted otherwise; None where it is not a matter of days."""
    sides = editions_of(base), editions_of(candidate)
    days = [
        stretch.since
        for name in {*sides[0], *sides[1]}
        for stretch in stretches(sides[0].get(name, ()), sides[1].get(name, ()))
        if stretch.moves or stretch.counts
    ]
    return min(days, default=None)


def moved_on_sample(base: Rulebook, candidate: Rulebook, as_at: date) -> tuple[Moved, ...]:
    """What goes from which outcome to which in the sample caseload, seen from that day; most first.

    Raises:
        KeptError: when not all of it can be judged by both.
    """
    if not differing(base, candidate):
        return ()
    words = one_dictionary(base.dictionary, candidate.dictionary) or candidate.dictionary
    judged = [(duty.id, duty.for_each) for duty in candidate.duties if duty.judged]
    with tempfile.TemporaryDirectory(prefix="kept-changelog-") as scratch:
        caseload = Path(scratch) / "sample"
        make_sample(words, caseload, CASES, SEED, as_at=as_at, judgements=judged)
        impact = measure_impact(
            base,
            candidate,
            lambda known: open_engine(str(caseload), known),
            View(as_at),
            caseload="the sample",
            listed=0,
        )
    if not impact.complete:
        first = [*impact.problems, *impact.base.faults, *impact.candidate.faults][0]
        raise KeptError(f"the change cannot be measured: the sample caseload cannot be judged by both ({first})")
    counted: Counter[tuple[str, str]] = Counter()
    for step, count in impact.steps.items():
        if step.move != "same":
            counted[step.before or "not owed", step.after or "not owed"] += count.instances
    return tuple(Moved(*steps, count) for steps, count in sorted(counted.items(), key=lambda one: (-one[1], one[0])))


def _contradicted(entry: Change, base: Rulebook, book: Rulebook) -> Iterator[str]:
    """What the entry says and is not so. Not the counts: they follow the sample, which is told better from time to time."""
    clauses, since = changed_clauses(base, book), applies_from(base, book)
    if set(entry.clauses) != set(clauses):
        yield f"the entry of {entry.on} should name these clauses: {', '.join(clauses)}"
    if entry.applies_from != since:
        yield f"the entry of {entry.on} should apply from {since.isoformat() if since else 'the start'}"
    if entry.kind == "technical":
        moved = moved_on_sample(base, book, max(AS_AT, since + AFTER) if since else AS_AT)
        if moved:
            yield f"the entry of {entry.on} is technical, and moves {', '.join(str(each) for each in moved)}"


def _kind(entry: Change, wanted: Kind | None, *, first: bool) -> Kind:
    if first:
        if wanted not in (None, "beginning"):
            raise KeptError("the oldest entry is the beginning, and of no other kind.")
        return "beginning"
    if wanted == "technical" and entry.moved:
        raise KeptError(
            f"a technical change may move nothing; this one moves {', '.join(str(each) for each in entry.moved)}."
        )
    if wanted is None and entry.moved:
        raise KeptError("it moves something. Say with --kind whether it is a correction or a revision.")
    return wanted or "technical"


def _file(sha256: str) -> str:
    return sha256.removeprefix("sha256:") + _PACKED
