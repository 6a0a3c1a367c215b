"""A synthetic caseload: seeded, believable, with every word of the dictionary in it. No person in it exists.

The story of a case is told in chapters; to tell more of it, add a chapter. Proportions are those published: two thirds
private law, some 1.6 children a case, 43 weeks of care proceedings, a third of plans and records wanting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from engine.policy.sample import beginning, court, looking_after, working
from engine.policy.sample.life import Chapter, Life, Post
from engine.policy.sample.other_timelines import (
    Rest,
    posts_of,
    tell_forerunner,
    tell_organisation,
    tell_rest,
    tell_staff,
)
from engine.policy.sample.story import Lexicon
from engine.record.dictionary import Dictionary
from engine.record.model import CaseRecord
from engine.record.problem import KeptError
from engine.record.tables import CaseloadWriter, Form

CHAPTERS: tuple[Chapter, ...] = (
    *beginning.CHAPTERS,
    *working.CHAPTERS,
    *court.CHAPTERS,
    *looking_after.CHAPTERS,
)
AS_AT = date(2025, 6, 30)
MOST_CASES = 999_999

_STAFF = 24


def make_sample(
    dictionary: Dictionary,
    out: Path,
    cases: int,
    seed: int,
    progress: Callable[[int], None] | None = None,
    as_at: date = AS_AT,
    judgements: Sequence[tuple[str, str]] = (),
    form: Form = "parquet",
) -> Mapping[str, object]:
    """Write a synthetic caseload to the directory `out`, as it would be extracted at the end of `as_at`.

    `judgements` are the clauses that a person may judge, each with the type of its subject. `progress` is told, after
    each case, how many have been made. The same arguments give the same bytes, and case k of a seed is the same
    whatever the number of cases. Returns what `manifest.json` says. The timelines of the organisation and of some
    practitioners come on top of `cases`.

    Raises:
        KeptError: when `cases` makes no sense, or `out` holds something else.
    """
    extra = {"seed": seed, "as_at": as_at.isoformat(), "synthetic": True, "court_cases": cases}
    with CaseloadWriter(out, dictionary, form=form, extra=extra) as writer:
        for made, record in enumerate(sample_cases(dictionary, cases, seed, as_at, judgements), start=1):
            writer.write(record)
            if progress is not None and made <= cases:
                progress(made)
    return writer.manifest


def sample_cases(
    dictionary: Dictionary,
    cases: int,
    seed: int,
    as_at: date = AS_AT,
    judgements: Sequence[tuple[str, str]] = (),
) -> Iterator[CaseRecord]:
    """The timelines of such a caseload, in the order of their ids: the cases, the organisation, some practitioners.

    Raises:
        KeptError: when `cases` makes no sense, or the dictionary has no cases.
    """
    if not 1 <= cases <= MOST_CASES:
        raise KeptError(f"a sample has 1 to {MOST_CASES:,} cases, not {cases:,}. Ask for another number.")
    if "case" not in dictionary.object:
        raise KeptError("the dictionary has no 'case': a sample cannot be made of it. Add the word.")
    lexicon = Lexicon(dictionary)
    rest = Rest(lexicon, frozenset(word for part in CHAPTERS for word in part.words))
    judged = [(clause, kind) for clause, kind in judgements if kind in dictionary.object]
    led: dict[str, list[tuple[str, Post]]] = {}
    for number in range(1, cases + 1):
        life = Life(lexicon, seed, number, as_at, judged)
        for part in CHAPTERS:
            part.tell(life)
        tell_rest(life, rest.words["case"], (life.start, life.end), 0.06)
        for case, post in posts_of(life):
            if post.practitioner in led or len(led) < _STAFF:
                led.setdefault(post.practitioner, []).append((case, post))
        yield life.finish()
    if "organisation" in dictionary.roots:
        yield tell_organisation(lexicon, seed, as_at, rest, judged).finish()
        yield tell_forerunner(lexicon, seed, as_at).finish()
    if "practitioner" in dictionary.roots:
        for practitioner in sorted(led):
            yield tell_staff(lexicon, seed, practitioner, led[practitioner], as_at, rest, judged).finish()
