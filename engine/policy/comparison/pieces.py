"""The pieces that timelines about one duty are made of: events that any version of it can tell apart, and whom they are about.

Nothing here knows a rulebook's meaning: each piece is an entry of a case file without its day. `engine.policy.comparison.witness`
puts pieces on days, builds records from them and has both rulebooks judge those.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from engine.duty.language import Anniversary, Carries, Duty, Happen, Hold, OnDate, Scope, Stand, Test
from engine.duty.rulebook import JUDGEMENT, Edition, patterns
from engine.judge.matching import holds
from engine.policy.comparison.choices import Attributes, choices
from engine.record.dictionary import ACTOR, PRACTITIONER, AttributeWord, Dictionary, EventWord, ObjectWord

MOST_OF_ONE = 5
"""How many ways of one event, or of one object, are tried; ours have two or three."""

ROOT, JUDGE, DOER = "C-1", "practitioner-9", "practitioner-1"

Entry = dict[str, object]
"""An entry of a case file's timeline."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Events that come together on one day. `starts`: they may start the duty; `dated`: the attributes that want a day of
    their own, such as the court's date; `eager`: only the old or only the new duty means them; `long_before`: they start
    what should stand broken by the start.
    """

    entries: tuple[Entry, ...]
    starts: bool = False
    dated: tuple[str, ...] = ()
    eager: bool = False
    long_before: bool = False


@dataclass(frozen=True, slots=True)
class Stage:
    """Whom the events are about: the root's attributes, and the objects with theirs, as a case file has them.

    `late`: the subject joins the case some days after the start.
    """

    root: Attributes
    objects: dict[str, dict[str, object]]
    late: bool = False


def timeline_of(duties: Sequence[Duty], words: Dictionary) -> str:
    """The type of the object in whose timelines the duty is tried.

    One that the subject is a member of, or that a condition is on; else the one that others are members of, the case.
    """
    word = words.object[duties[0].for_each]
    if word.root:
        return word.name
    asked = [scope.of for duty in duties for scope in duty.where if scope.through is None]
    tied = [target for link in word.links if link.membership for target in link.to]
    theirs = [target for other in words.objects for link in other.links if link.membership for target in link.to]
    known = tied or words.roots
    return next((root for root in (*asked, *theirs, *known) if root in known), words.roots[0])


class Pieces:
    """What there is to put together for one duty, in these editions of the old and the new rulebook."""

    def __init__(self, old: Sequence[Edition], new: Sequence[Edition], words: Dictionary) -> None:
        self.words = words
        self.old, self.new = ([edition.duty for edition in editions] for editions in (old, new))
        self.duties = [*self.new, *self.old]
        self.main = self.duties[0]
        self.root = timeline_of(self.duties, words)
        self.subject = ROOT if self.main.for_each == self.root else self.name(self.main.for_each)

    @staticmethod
    def name(object_type: str, number: int = 1) -> str:
        """The id of an object of that type; a subject other than the case is always the first."""
        return f"{object_type}-{number}"

    # --- events ------------------------------------------------------------------------------------------------------

    def events(self) -> list[Piece]:
        """Every piece, those that only one version knows first."""
        found = [piece for name in self._types() for piece in self._of_type(self.words.event[name])]
        found += list(self._several())
        found += self._judgements()
        if (closing := self.words.object[self.root].closed_by) is not None:
            found.append(Piece((self._entry(self.words.event[closing]),)))
        unique: dict[str, Piece] = {}
        for piece in found:
            unique.setdefault(repr(piece.entries), piece)
        return sorted(unique.values(), key=lambda piece: not piece.eager)

    def _types(self) -> list[str]:
        found = dict.fromkeys(match.event for duty in self.duties for part in patterns(duty) for match in part.any_of)
        return [name for name in found if name in self.words.event]

    def _of_type(self, word: EventWord) -> Iterator[Piece]:
        tests = list(dict.fromkeys(self._tests_on(self.duties, word.name)))
        before = [test in set(self._tests_on(self.old, word.name)) for test in tests]
        after = [test in set(self._tests_on(self.new, word.name)) for test in tests]
        starting = [test for duty in self.duties for match in duty.when.any_of if match.event == word.name
                    for test in (match.test,)]  # fmt: skip
        dated = self._dated(word)
        for answers, attributes in sorted(choices(tests, word.attribute).items(), key=_best)[:MOST_OF_ONE]:
            known = [[answer for answer, has in zip(answers, which, strict=True) if has] for which in (before, after)]
            if not any(answer is not False for answer in answers):
                continue
            starts = any(holds(test, attributes) is not False for test in starting)
            own = self._entry(word, {name: value for name, value in attributes.items() if name not in dated})
            yield Piece((own,), starts, dated, eager=any(known[0]) != any(known[1]))
            if self._by_another and PRACTITIONER in word.about:
                yield Piece((own | {PRACTITIONER: DOER},), starts, dated, eager=any(known[0]) != any(known[1]))

    @property
    def _by_another(self) -> bool:
        """Whether some version asks that whoever did it is not whom it is about."""
        return any(isinstance(duty.must, Hold) and duty.must.by_another for duty in self.duties)

    @staticmethod
    def _tests_on(duties: Iterable[Duty], event: str) -> Iterator[Test | None]:
        """Every condition that some version puts on events of that type; None is no condition."""
        for duty in duties:
            yield from (match.test for part in patterns(duty) for match in part.any_of if match.event == event)
            if event in duty.when.events:
                yield from [duty.must.test] if isinstance(duty.must, Hold) else []
                yield from (excuse.when.test for excuse in duty.unless if isinstance(excuse.when, Carries))

    def _dated(self, word: EventWord) -> tuple[str, ...]:
        names = {duty.deadline.attribute for duty in self.duties if isinstance(duty.deadline, OnDate)}
        return tuple(name for name in sorted(names) if getattr(word.attribute.get(name), "kind", "") == "date")

    def _entry(self, word: EventWord, attributes: Attributes | None = None, number: int = 1) -> Entry:
        """An event of that type about the subject, and about whatever else it needs or a version tells apart."""
        entry: Entry = {"event": word.name}
        apart = {duty.per for duty in self.duties if duty.per}
        apart |= {duty.must.of for duty in self.duties if isinstance(duty.must, Stand)}
        for about in word.about:
            if about == self.root:
                continue
            if about == self.main.for_each:
                entry[about] = self.subject
            elif about in apart or about in word.needs:
                entry[about] = self.name(about, number)
        given = dict(attributes or {})
        for name in {*word.needs, *(name for duty in self.duties for name in duty.same)}:
            if name in word.attribute:
                given.setdefault(name, _something(word.attribute[name]))
        if ACTOR in word.needs or self._by_another or any(duty.judged for duty in self.duties):
            entry[ACTOR] = DOER
        return entry | given

    def _several(self) -> Iterator[Piece]:
        """As many at once as some version asks for, and one fewer."""
        counts = {duty.must.at_least for duty in self.duties if isinstance(duty.must, Happen)}
        for duty in self.duties:
            if isinstance(duty.must, Happen) and max(counts) > 1:
                word = self.words.event[duty.must.pattern.any_of[0].event]
                attributes = _satisfying(duty.must.pattern.any_of[0].test, word)
                for count in sorted({near for wanted in counts for near in (wanted, wanted - 1)} - {0, 1}):
                    yield Piece((self._entry(word, attributes),) * count, eager=len(counts) > 1)
            if isinstance(duty.must, Stand):
                word = self.words.event[duty.must.begins.any_of[0].event]
                attributes = _satisfying(duty.must.begins.any_of[0].test, word)
                wanted = {duty.must.at_least, duty.must.at_most or 0}
                for count in sorted({near for one in wanted for near in (one - 1, one, one + 1)}):
                    if 1 < count <= 12:
                        yield Piece(tuple(self._entry(word, attributes, number) for number in range(1, count + 1)))

    def _judgements(self) -> Iterator[Piece]:
        """A judgement of each kind, by each role that only one version has, and by one that both have."""
        before, after = (dict.fromkeys(role for duty in duties if duty.judged for role in duty.judged.roles)
                         for duties in (self.old, self.new))  # fmt: skip
        both = [role for role in after if role in before][:1]
        alone = [role for role in (*before, *after) if (role in before) != (role in after)]
        word = self.words.event.get(JUDGEMENT)
        for role in (*alone, *both) if word else ():
            for outcome in ("met", "not_met"):
                assert word is not None  # noqa: S101 - there is nothing to go through without it
                entry = self._entry(word) | {"clause": self.main.id, "outcome": outcome, "role": role, ACTOR: JUDGE}
                yield Piece((entry,), eager=role in alone)

    # --- whom they are about -----------------------------------------------------------------------------------------

    def stages(self) -> list[Stage]:
        """The case and the subject, in every way that some version's conditions can tell apart; plain ones first."""
        wanted = [scope for duty in self.duties for scope in duty.where]
        excusing = [excuse.when for duty in self.duties for excuse in duty.unless if isinstance(excuse.when, Scope)]
        scopes = wanted + excusing
        owners = list(dict.fromkeys((scope.of, scope.through) for scope in scopes))
        found = [Stage({}, self._objects())]
        for of, through in owners:
            tests = list(dict.fromkeys(scope.test for scope in scopes if (scope.of, scope.through) == (of, through)))
            owing = {scope.test for scope in wanted if (scope.of, scope.through) == (of, through)}
            signs = [1 if test in owing else -1 for test in tests]
            made = sorted(choices(tests, self.words.object[of].attribute).items(), key=partial(_plainest, signs))
            made = made[:MOST_OF_ONE]
            found = [self._with(stage, of, through, attributes) for stage in found for _, attributes in made]
        if self.subject != ROOT and self._lasting(self.old) != self._lasting(self.new):
            found += [replace(stage, late=True) for stage in found]
        return list({repr(stage): stage for stage in found}.values())

    @staticmethod
    def _lasting(duties: Iterable[Duty]) -> set[str]:
        return {match.event for duty in duties for match in duty.when.any_of if match.lasting}

    def _objects(self) -> dict[str, dict[str, object]]:
        found: dict[str, dict[str, object]] = {}
        if self.subject != ROOT:
            found[self.subject] = {"type": self.main.for_each}
        for duty in self.duties:
            if isinstance(duty.deadline, Anniversary) and duty.deadline.of != self.root:
                found.setdefault(self.name(duty.deadline.of), {"type": duty.deadline.of})
        return found

    def _with(self, stage: Stage, of: str, through: str | None, attributes: Attributes) -> Stage:
        """The stage with these attributes on the root, on the subject, or on an object that the subject is linked to."""
        if through is None and (of == self.root or of != self.main.for_each):
            return Stage({**stage.root, **attributes} if of == self.root else stage.root, stage.objects)
        objects = dict(stage.objects)
        if through is None:
            objects[self.subject] = {**objects.get(self.subject, {"type": of}), **attributes}
        elif of == self.root:
            objects[self.subject] = {**objects[self.subject], through: ROOT}
            return Stage({**stage.root, **attributes}, objects)
        elif self.subject != ROOT:
            other = self.name(of, 2)
            objects[other] = {"type": of, **attributes}
            objects[self.subject] = {**objects[self.subject], through: other}
        return Stage(stage.root, objects)

    def mentioned(self, entries: Iterable[Entry]) -> dict[str, dict[str, object]]:
        """The objects that these entries name."""
        known: dict[str, ObjectWord] = self.words.object
        found: dict[str, dict[str, object]] = {}
        for entry in entries:
            for key, value in entry.items():
                if (key in known or key == ACTOR) and value != ROOT:
                    found[str(value)] = {"type": "practitioner" if key == ACTOR else key}
        return found


def _plainest(signs: Sequence[int], choice: tuple[tuple[bool | None, ...], Attributes]) -> tuple[int, int, int]:
    """Those that the duty is owed in and that no exception concerns first, then those that are known, then the shortest."""
    answers, attributes = choice
    score = sum(sign for sign, answer in zip(signs, answers, strict=True) if answer is True)
    return -score, sum(answer is None for answer in answers), len(attributes)


def _best(choice: tuple[tuple[bool | None, ...], Attributes]) -> tuple[int, int, int]:
    """Those that satisfy most first, then those that are known, then the shortest."""
    answers, attributes = choice
    return -sum(answer is True for answer in answers), sum(answer is None for answer in answers), len(attributes)


def _satisfying(test: Test | None, word: EventWord) -> Attributes:
    return choices([test], word.attribute).get((True,), {})


def _something(word: AttributeWord) -> str | int | bool:
    match word.kind:
        case "code" | "codes":
            return next(iter(word.codes))
        case "flag":
            return True
        case "number":
            return 1
        case _:
            return "one"
