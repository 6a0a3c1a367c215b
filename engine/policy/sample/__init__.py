"""A synthetic caseload: seeded, believable, with every word of the dictionary in it. No person in it exists.

The story of a case is told in chapters; to tell more of it, add a chapter. Proportions are those published: two thirds
private law, some 1.6 children a case, 43 weeks of care proceedings, a third of plans and records wanting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path

from engine.policy.sample import (
    beginning,
    court,
    documents,
    engaging,
    guarding,
    informing,
    looking_after,
    organisation,
    people,
    signs,
    working,
)
from engine.policy.sample.life import Chapter, Life, Post
from engine.policy.sample.rest import Rest, Scene, further_roots, tell_rest, tell_root
from engine.policy.sample.story import Lexicon, Story
from engine.record.dictionary import Dictionary
from engine.record.model import CaseRecord
from engine.record.problem import KeptError
from engine.record.table_writer import CaseloadWriter
from engine.record.tables import Form

CHAPTERS: tuple[Chapter, ...] = (
    *beginning.CHAPTERS,
    *informing.CHAPTERS,
    *working.CHAPTERS,
    *engaging.CHAPTERS,
    *signs.CHAPTERS,
    *court.CHAPTERS,
    *guarding.CHAPTERS,
    *looking_after.CHAPTERS,
)
AS_AT = date(2025, 6, 30)
MOST_CASES = 999_999

_CASES_EACH = 40
_STAFF = (6, 600)
_OTHERS_EACH = 5
_TOLD_ELSEWHERE = people.WORDS | organisation.WORDS | documents.WORDS


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
    whatever the number of cases. Returns what `manifest.json` says. The timelines of the organisation, of some
    practitioners and of whatever else has a timeline come on top of `cases`.

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
    """The timelines of such a caseload, in the order of their ids: the cases, then the organisation, some practitioners,
    contracts and whatever else has a timeline.

    Raises:
        KeptError: when `cases` makes no sense, or the dictionary has no cases.
    """
    if not 1 <= cases <= MOST_CASES:
        raise KeptError(f"a sample has 1 to {MOST_CASES:,} cases, not {cases:,}. Ask for another number.")
    if "case" not in dictionary.object:
        raise KeptError("the dictionary has no 'case': a sample cannot be made of it. Add the word.")
    lexicon = Lexicon(dictionary)
    rest = Rest(lexicon, frozenset(word for part in CHAPTERS for word in part.words) | _TOLD_ELSEWHERE)
    judged = [(clause, kind) for clause, kind in judgements if kind in dictionary.object]
    staff = min(max(_STAFF[0], cases // _CASES_EACH), _STAFF[1])
    leads = staff - staff // _OTHERS_EACH
    led: dict[str, list[tuple[str, Post]]] = {}
    for number in range(1, cases + 1):
        life = Life(lexicon, seed, number, as_at, judged)
        for part in CHAPTERS:
            part.tell(life)
        tell_rest(life, rest.words["case"], (life.start, life.end), 0.06)
        for post in life.posts:
            if as_at - people.SEEN_BACK <= post.start <= as_at and (post.practitioner in led or len(led) < leads):
                led.setdefault(post.practitioner, []).append((life.id, post))
        yield life.finish()
    led |= {name: [] for name in people.other_staff(staff - leads)}
    others = _others(Scene(lexicon, seed, as_at, rest, judged), led)
    for name in sorted(others):
        yield others[name]().finish()


def _others(scene: Scene, led: Mapping[str, Sequence[tuple[str, Post]]]) -> dict[str, Callable[[], Story]]:
    """Whoever and whatever else has a timeline, by id: how to tell it."""
    roots = scene.lexicon.dictionary.roots
    found: dict[str, Callable[[], Story]] = {}
    if "organisation" in roots:
        found["cafcass"] = partial(organisation.tell_organisation, scene)
        found["fcws"] = partial(organisation.tell_forerunner, scene)
    if "practitioner" in roots:
        found |= {name: partial(people.tell_staff, scene, name, posts) for name, posts in led.items()}
    for name, kind, number in documents.documents_there(scene):
        found[name] = partial(documents.tell_document, scene, name, kind, number)
    for kind, number in further_roots(scene, {"case", "organisation", "practitioner", *documents.KINDS}):
        story = tell_root(scene, kind, number)
        found[story.id] = partial(tell_root, scene, kind, number)
    return found
