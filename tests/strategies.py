"""Random rulebooks and random cases over a small toy vocabulary, for setting the judges against the oracle.

Everything happens within about forty days around a day worth testing (a leap day, Easter, Christmas, the end of a
short February), most of it on three or four of them, so that several things fall on one day as often as not.
`situations()` is the whole of what a judge is asked: a case, a rulebook, and from where to look at it.

Left out on purpose, because the language does not say what it would mean:

- a recurrence that shares a type of event with what starts it, or that asks for a dated list of codes;
- a list of codes that is not set, or is local;
- a judgement of something that must never happen;
- a scope or an anniversary of a type of object that is neither the subject's, a case's, nor linked.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import cache
from typing import NamedTuple

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from engine.duty import language as say
from engine.duty.rulebook import Rulebook, number, refs
from engine.duty.rulebook import patterns as patterns_in
from engine.duty.values import Value, ValueVersion
from engine.duty.words import Calendar, Event, Thing, code, codes, day, event, flag, link, text, thing
from engine.duty.words import number as whole
from engine.record.building import CaseBuilder
from engine.record.dictionary import AttributeValue, AttributeWord, Dictionary
from engine.record.model import CaseRecord
from rules.vocabulary import judgement_recorded as real_judgement

# --- the toy vocabulary

case = thing(
    "case", "A case.", timeline_closed_by="case_closed",
    links=[link("concerns", ["child"], "The case concerns this child.")],
    law=code("Which law.", {"private": "Private law.", "public": "Public law."}),
    urgent=flag("Whether it is urgent."),
    opened=day("When it was opened."),
)  # fmt: skip
child = thing(
    "child", "A child.",
    links=[
        link("subject_of", ["case"], "In the case from that day.", membership=True),
        link("sibling_of", ["child"], "A brother or sister."),
    ],
    born=day("Date of birth."),
    gender=code("Gender.", {"female": "Female.", "male": "Male."}),
    looked_after=flag("Whether looked after."),
)  # fmt: skip
report = thing(
    "report", "A report.",
    links=[
        link("filed_in", ["case"], "In the case from that day.", membership=True),
        link("annexed_to", ["case"], "Added to the case on that day."),
        link("about", ["child"], "The report is about this child."),
    ],
    kind=code("Which kind.", {"full": "A full report.", "short": "A short report."}),
    pages=whole("How long."),
)  # fmt: skip
practitioner = thing(
    "practitioner", "A practitioner.", timeline_closed_by="practitioner_left",
    links=[link("wrote", ["report"], "Who wrote it.")],
    post=code("Which post.", {"adviser": "An adviser.", "guardian": "A guardian."}),
    urgent=flag("Whether wanted at once."),
)  # fmt: skip

THINGS: tuple[Thing, ...] = (case, child, report, practitioner)

PLACES = {"home": "At home.", "office": "At the office.", "court": "At court."}
HEADINGS = {"safety": "Safety.", "wishes": "Wishes.", "needs": "Needs."}


def _ordinary(name: str, *about: str, lasting: bool = False, answerable: bool = False) -> Event:
    # All alike, so that any event may start, fulfil, excuse or violate any duty.
    return event(
        name, f"It was {name}.", about=about, lasting=lasting, answerable=answerable,
        needs=["practitioner"] if "practitioner" in about else [],
        place=code("Where.", PLACES), headings=codes("On what.", HEADINGS), alone=flag("Whether alone."),
        count=whole("How many."), source=text("Whose."), due_on=day("By when."),
    )  # fmt: skip


referred = _ordinary("referred", "child", "report", lasting=True)
accepted = _ordinary("accepted", "child", "report")
visited = _ordinary("visited", "child", "report")
filed = _ordinary("filed", "report", "child")
reason_given = _ordinary("reason_given", "child", "report")
allocated = _ordinary("allocated", "practitioner", "child", answerable=True)
released = _ordinary("released", "practitioner", "child")
case_closed = event("case_closed", "The case was closed.")
practitioner_left = event("practitioner_left", "The practitioner left.")
judgement_recorded = Event(
    real_judgement.word.model_copy(update={"about": ("child", "report", "practitioner", "case")})
)

ORDINARY: tuple[Event, ...] = (referred, accepted, visited, filed, reason_given, allocated, released)
CLOSING: tuple[Event, ...] = (case_closed, practitioner_left)
EVENTS: tuple[Event, ...] = (*ORDINARY, *CLOSING, judgement_recorded)

DICTIONARY = Dictionary(objects=tuple(item.word for item in THINGS), events=tuple(item.word for item in EVENTS))

SPANS: tuple[tuple[str, int], ...] = (("working_days", 12), ("days", 20), ("weeks", 3), ("months", 2), ("years", 1))
"""The values that deadlines use: the unit, which is also the name, and the largest number."""

DEADLINES: dict[str, tuple[str, ...]] = {
    "happen": ("within", "within", "on_date", "before", "by_closure", "at_once"),
    "recur": ("within",),
    "hold": ("at_once",),
    "never": ("before", "anniversary", "by_closure", "none"),
    "stand": ("within", "on_date", "before", "by_closure", "at_once"),
    "no_open_breach": ("at_once",),
    "be_judged": ("within", "on_date", "before", "by_closure", "at_once", "none"),
}
"""Each form of what must be, with the deadlines that it may have."""

IDS = ("TT-1.1", "TT-1.1a", "TT-1.2", "TT-2.10b")

LATER_IDS = ("TT-1.1c", "TT-6.1")
"""Those of duties about outcomes: one is part of a clause that may have others, one is not."""


# --- days


class Window(NamedTuple):
    """Forty days, and the few of them on which most things happen."""

    first: date
    hot: tuple[date, ...]

    @property
    def last(self) -> date:
        return self.first + timedelta(days=40)


class Situation(NamedTuple):
    """What a judge is asked."""

    case: CaseRecord
    rulebook: Rulebook
    as_at: date
    known_at: datetime | None
    stated_only: bool

    def __repr__(self) -> str:
        """All of it but the dictionary, which is always the same."""
        book = self.rulebook
        return "\n".join(
            [
                f"as_at={self.as_at} known_at={self.known_at} stated_only={self.stated_only} "
                f"known_through={book.calendar.known_through}",
                *(f"value {name}: {_short(value.versions)}" for name, value in book.values.items()),
                *(f"duty {duty.id} [{duty.in_force} to {duty.until}]: {_short(duty)}" for duty in book.duties),
                f"root {_short(self.case.root)}",
                *(f"object {_short(thing)}" for thing in self.case.objects),
                *(f"link {_short(tie)}" for tie in self.case.links),
                *(f"event {_short(entry)}" for entry in self.case.events),
            ]
        )


def _short(part: object) -> str:
    return repr(part).replace("datetime.", "").replace(", source='made up'", "")


MIDDLES = (date(2024, 2, 29), date(2025, 2, 28), date(2025, 4, 21), date(2024, 12, 25))


@st.composite
def windows(draw: DrawFn) -> Window:
    middle = draw(st.sampled_from(MIDDLES))
    first = middle - timedelta(days=12)
    hot = draw(st.lists(st.integers(0, 40), min_size=2, max_size=3, unique=True))
    return Window(first, (middle, *(first + timedelta(days=offset) for offset in hot)))


@cache
def days(window: Window) -> SearchStrategy[date]:
    anywhere = st.integers(0, 40).map(lambda offset: window.first + timedelta(days=offset))
    return st.one_of(st.sampled_from(window.hot), st.sampled_from(window.hot), anywhere)


@cache
def moments(window: Window) -> SearchStrategy[datetime]:
    hours = st.sampled_from((time(0), time(9, 30), time(23, 59, 59)))
    return st.builds(datetime.combine, days(window), hours)


# --- conditions and patterns

OPS: dict[str, tuple[say.Op, ...]] = {
    "code": ("is", "one_of", "none_of", "not_said_to_be", "present", "absent"),
    "text": ("is", "one_of", "none_of", "not_said_to_be", "present", "absent"),
    "flag": ("is", "is", "not_said_to_be", "present", "absent"),
    "number": ("is", "at_least", "at_most", "not_said_to_be", "present", "absent"),
    "codes": ("includes", "includes", "present", "absent"),
    "date": ("present", "absent"),
}

REFS = {"place": ("one_of", "none_of"), "headings": ("includes",)}
"""The attributes for which a rulebook holds a dated list of codes of the same name, and what may be asked with it."""


def _plain(word: AttributeWord) -> SearchStrategy[say.Plain]:
    if word.codes:
        return st.sampled_from(tuple(word.codes))
    return {"flag": st.booleans(), "number": st.integers(0, 3)}.get(word.kind, st.sampled_from(("a", "b")))


@st.composite
def _leaves(draw: DrawFn, words: tuple[AttributeWord, ...], refs: bool) -> say.AttributeTest:
    word = draw(st.sampled_from(words))
    op = draw(st.sampled_from(OPS[word.kind]))
    if refs and op in REFS.get(word.name, ()) and draw(st.booleans()):
        return say.AttributeTest(attribute=word.name, op=op, values=say.ValueRef(value=word.name))
    most = {"present": 0, "absent": 0, "is": 1, "at_least": 1, "at_most": 1}.get(op, 2)
    least = min(most, 1)
    values = draw(st.lists(_plain(word), min_size=least, max_size=most, unique=True))
    return say.AttributeTest(attribute=word.name, op=op, values=tuple(values))


@cache
def conditions(owner: str, refs: bool = True) -> SearchStrategy[say.Test]:
    """Conditions on the attributes of a type of object or event."""
    word = DICTIONARY.object.get(owner) or DICTIONARY.event[owner]
    leaf: SearchStrategy[say.Test] = _leaves(word.attributes, refs)
    few = st.lists(leaf, min_size=1, max_size=2).map(tuple)
    both: SearchStrategy[say.Test] = st.builds(say.Every, tests=few)
    either: SearchStrategy[say.Test] = st.builds(say.Some, tests=few)
    nested: SearchStrategy[say.Test] = st.builds(say.Every, tests=st.tuples(leaf, either))
    return st.one_of(leaf, leaf, leaf, both, either, nested)


@st.composite
def patterns(draw: DrawFn, pool: tuple[Event, ...], refs: bool = True) -> say.Pattern:
    """One or two of these types of event, more often than not without a condition."""
    matches = []
    for item in draw(st.lists(st.sampled_from(pool), min_size=1, max_size=2)):
        conditional = item.word.attributes and draw(st.sampled_from((False, False, True)))
        test = draw(conditions(item.word.name, refs)) if conditional else None
        matches.append(say.EventMatch(event=item.word.name, test=test, lasting=item.word.lasting))
    return say.Pattern(any_of=tuple(matches))


@st.composite
def scopes(draw: DrawFn, for_each: str) -> say.Scope:
    """A condition on the subject, on the case (or another root), or on what the subject is linked to."""
    links = [(word.qualifier, target) for word in DICTIONARY.object[for_each].links for target in word.to]
    through, of = draw(st.sampled_from([(None, for_each), (None, "case"), (None, "practitioner"), *links]))
    return say.Scope(of=of, through=through, test=draw(conditions(of)))


# --- duties


def _others(for_each: str) -> tuple[str, ...]:
    return tuple(name for name in ("child", "report", "practitioner") if name != for_each)


@st.composite
def _musts(draw: DrawFn, form: str, starting: tuple[str, ...], known: tuple[str, ...]) -> say.Must:
    if form == "no_open_breach":
        few = st.lists(st.sampled_from(known), max_size=2, unique=True).map(tuple) if known else st.just(())
        return say.NoOpenBreach(force=draw(st.sampled_from((None, None, "must", "should"))), clauses=draw(few))
    same = draw(st.sampled_from(((), (), (), ("source",), ("place",), ("source", "count"))))
    if form == "happen":
        pool = EVENTS if not same else ORDINARY
        return say.Happen(
            pattern=draw(patterns(pool)), same=same,
            at_least=draw(st.sampled_from((1, 1, 1, 2, 3))), already=draw(st.booleans()),
        )  # fmt: skip
    if form == "recur":
        apart = tuple(item for item in ORDINARY if item.word.name not in starting)
        return say.Recur(pattern=draw(patterns(apart, refs=False)), same=same)
    if form == "never":
        return say.Never(pattern=draw(patterns(ORDINARY)), same=same)
    if form == "hold":
        return say.Hold(test=draw(conditions(starting[0])), by_another=draw(st.booleans()))
    if form == "stand":
        least = draw(st.integers(0, 2))
        most = draw(st.sampled_from((None, least, least + 1)))
        begins, ends = ((allocated,), (released,)) if draw(st.booleans()) else (ORDINARY, ORDINARY)
        return say.Stand(begins=draw(patterns(begins)), ends=draw(patterns(ends)), at_least=least, at_most=most,
                         of=draw(st.sampled_from(("practitioner", "practitioner", "child"))))  # fmt: skip
    return say.BeJudged()


STANDINGS: SearchStrategy[say.Standing] = st.sampled_from(("stated", "court", "local"))


@st.composite
def _deadlines(draw: DrawFn, kind: str, for_each: str) -> say.Deadline:
    if kind == "within":
        return say.Within(value=say.ValueRef(value=draw(st.sampled_from(SPANS))[0]))
    if kind == "anniversary":
        youngest = for_each != "child" or draw(st.booleans())
        return say.Anniversary(of="child", attribute="born", youngest=youngest, value=say.ValueRef(value="age"))
    if kind == "none":
        return say.NoDeadline()
    standing = draw(STANDINGS)
    if kind == "on_date":
        return say.OnDate(attribute="due_on", standing=standing, source="made up")
    if kind == "before":
        return say.Before(pattern=draw(patterns(EVENTS)), standing=standing, source="made up")
    if kind == "by_closure":
        return say.ByClosure(standing=standing, source="made up")
    return say.AtOnce(standing=standing)


@st.composite
def _excuses(draw: DrawFn, for_each: str, starting: tuple[str, ...], plain: bool) -> say.Excuse:
    kinds: list[SearchStrategy[say.Pattern | say.Scope | say.Carries]] = [
        patterns(ORDINARY), patterns((reason_given,)), scopes(for_each)
    ]  # fmt: skip
    if not plain:
        kinds.append(st.builds(say.Carries, test=conditions(starting[0])))
    standings: tuple[say.Standing, ...] = ("stated", "stated", "court", "local")
    return say.Excuse(
        when=draw(st.one_of(kinds)),
        standing=draw(st.sampled_from(standings)),
        source="made up",
        already=draw(st.booleans()),
    )


@st.composite
def _judgements(draw: DrawFn) -> say.Judgement:
    roles = draw(st.sampled_from((("practice_supervisor",), ("practice_supervisor", "service_manager"))))
    span = draw(st.sampled_from((None, None, *(name for name, _ in SPANS))))
    valid_for = say.ValueRef(value=span) if span else None
    return say.Judgement(question="Was it so?", roles=roles, valid_for=valid_for)


@st.composite
def duties(
    draw: DrawFn,
    name: str,
    in_force: date,
    until: date | None,
    form: str = "",
    kind: str = "",
    known: tuple[str, ...] = (),
) -> say.Duty:
    """A duty in any form that makes sense, or in that one with that kind of deadline, in force from and until those days.

    It is about outcomes only if that is the form; `known` is what it may then look at.
    """
    form = form or draw(st.sampled_from(("happen", "happen", "recur", "hold", "never", "stand", "be_judged")))
    for_each = draw(st.sampled_from(("child", "case", "child", "report", "child", "practitioner")))
    per = None if form in ("stand", "no_open_breach") else draw(st.sampled_from((None, None, None, *_others(for_each))))
    kind = kind or draw(st.sampled_from(DEADLINES[form]))
    # What is asked of the starting event itself needs an event that has attributes.
    plain = form not in ("hold", "recur") and kind != "on_date" and draw(st.sampled_from((False, False, False, True)))
    first = draw(st.sampled_from((False, False, True)))
    # The first of all cannot be chosen by a list that changes from day to day: the language refuses it.
    when = draw(patterns(EVENTS if plain else (referred, accepted, visited, allocated), not first))
    must = draw(_musts(form, when.events, known))
    if plain and isinstance(must, say.Happen | say.Never):
        must = must.model_copy(update={"same": ()})
    judged = form == "be_judged" or (
        form in ("happen", "recur", "hold") and draw(st.sampled_from((False, False, True)))
    )
    closures: tuple[say.AtClosure, ...] = ("falls_due", "lapses", "goes_on")
    excuses = _excuses(for_each, when.events, plain)
    falls_due = kind == "by_closure" and form != "never"
    return say.Duty(
        id=name, title="A duty made up", source="made up", reads="Made up by chance, and read as written.",
        for_each=for_each, per=per, when=when, must=must, deadline=draw(_deadlines(kind, for_each)),
        first=first, ends_with=draw(st.sampled_from((None, None, None, say.Pattern(any_of=(say.EventMatch(event="released"),))))),
        where=tuple(draw(scopes(for_each)) for _ in range(draw(st.sampled_from((0, 0, 0, 1, 2))))),
        unless=tuple(draw(excuses) for _ in range(draw(st.sampled_from((1, 0, 2))))),
        judged=draw(_judgements()) if judged else None,
        force=draw(st.sampled_from(("must", "should"))), basis=draw(st.sampled_from(("stated", "inferred"))),
        at_closure="falls_due" if falls_due else draw(st.sampled_from(closures)),
        in_force=in_force, until=until,
    )  # fmt: skip


LONG_AGO = date(2007, 9, 1)


def _mostly(numbers: SearchStrategy[int]) -> SearchStrategy[int | None]:
    """A number, seldom none."""
    return st.integers(0, 9).flatmap(lambda chance: st.none() if chance == 4 else numbers)


@st.composite
def _values(draw: DrawFn, name: str, unit: str, window: Window, content: SearchStrategy[object], stated: bool) -> Value:
    """A dated value of one to three versions: the codes are always set and stated, the spans not always."""
    changes = sorted(draw(st.lists(days(window), max_size=2, unique=True)))
    froms = changes if changes and not stated and draw(st.sampled_from((False, False, True))) else [LONG_AGO, *changes]
    versions = []
    for from_ in froms:
        version = {"from": from_, "value": draw(content), "standing": "stated" if stated else draw(STANDINGS)}
        versions.append(ValueVersion.model_validate({**version, "source": "made up"}))
    return Value.model_validate({"name": name, "unit": unit, "says": "A value made up.", "versions": tuple(versions)})


@st.composite
def _two_versions(
    draw: DrawFn, name: str, window: Window, form: str = "", known: tuple[str, ...] = ()
) -> list[say.Duty]:
    """One duty, or two versions of it, the second in force when the first ends, or later."""
    early = draw(st.sampled_from((LONG_AGO,) * 9 + window.hot))
    change = draw(st.one_of(st.none(), st.none(), days(window)))
    if change is None or change <= early:
        return [draw(duties(name, early, None, form, known=known))]
    again = draw(st.sampled_from((change, change, change + timedelta(days=3))))
    until = draw(st.sampled_from((None, None, again + timedelta(days=9))))
    return [
        draw(duties(name, early, change, form, known=known)),
        draw(duties(name, again, until, form, known=known)),
    ]


@st.composite
def rulebooks(draw: DrawFn, window: Window, most: int = 3, *, least: int = 1, ids: tuple[str, ...] = IDS) -> Rulebook:
    """Duties for `least` to `most` of the ids, some in two versions, with the values that they use.

    More often than not there are one or two more that are about the outcomes of those.
    """
    names = draw(st.lists(st.sampled_from(ids), min_size=least, max_size=most, unique=True))
    found = [duty for name in names for duty in draw(_two_versions(name, window))]
    known = _known(found)
    for name in draw(st.sampled_from(((), (), LATER_IDS[:1], LATER_IDS[1:], LATER_IDS))):
        found += draw(_two_versions(name, window, "no_open_breach", known))
    return draw(_holding(window, found))


@st.composite
def rulebooks_of_every_form(draw: DrawFn, window: Window) -> Rulebook:
    """A duty in each form with each kind of deadline that it may have."""
    pairs = [(form, kind) for form, kinds in DEADLINES.items() for kind in dict.fromkeys(kinds)]
    names = [f"TT-{position}.1" for position in range(1, len(pairs) + 1)]
    found = [draw(duties(name, LONG_AGO, None, form, kind)) for name, (form, kind) in zip(names, pairs, strict=True)]
    return draw(_holding(window, found))


def _known(found: list[say.Duty]) -> tuple[str, ...]:
    """What a duty about outcomes may name to look at these: duties, clauses, what their numbers begin with."""
    names = [name for duty in found for name in (duty.id, duty.clause, duty.clause.split(".")[0])]
    return tuple(dict.fromkeys([*names, "TT"]))


@st.composite
def _holding(draw: DrawFn, window: Window, found: list[say.Duty]) -> Rulebook:
    """These duties in their order, with the values that they use."""
    found.sort(key=lambda duty: (number(duty.id), duty.in_force))
    used = {ref.value for duty in found for ref in refs(duty)}
    values = {}
    for name, largest in SPANS:
        if name in used:
            values[name] = draw(_values(name, name, window, _mostly(st.integers(0, largest)), False))
    if "age" in used:
        values["age"] = draw(_values("age", "years", window, _mostly(st.integers(16, 18)), False))
    for name, known in (("place", PLACES), ("headings", HEADINGS)):
        if name in used:
            listed = st.lists(st.sampled_from(tuple(known)), min_size=1, max_size=2, unique=True).map(tuple)
            values[name] = draw(_values(name, "codes", window, listed, True))
    known_through = draw(st.sampled_from((date(2027, 12, 31), window.first + timedelta(days=20))))
    calendar = Calendar(subdivision="ENG", known_through=known_through)
    return Rulebook(dictionary=DICTIONARY, calendar=calendar, values=values, duties=tuple(found))


# --- cases


def contents(word: AttributeWord, window: Window) -> tuple[AttributeValue | None, ...]:
    """What the attribute may hold; None is nothing on the record."""
    if word.name == "born":
        # Sixteen to eighteen years before the window, and on a leap day: whoever comes of age does so in it.
        births = ((on.year - ago, on.month, min(on.day, 28)) for on in window.hot for ago in (16, 17, 18))
        return (*(date(*birth) for birth in births), date(2008, 2, 29), None)
    if word.kind == "codes":
        one, two, three = sorted(word.codes)
        return (one,), (one, two), (two, three), (one, two, three), (), None
    if word.codes:
        return (*word.codes, None)
    by_kind: dict[str, tuple[AttributeValue | None, ...]] = {
        "flag": (True, False, True, False, None),
        "number": (0, 1, 2, 3, None),
        "date": (*window.hot, window.last, None),
    }
    return by_kind.get(word.kind, ("a", "b", "a", "b", None))


@cache
def _attribute_strategies(owner: str, window: Window) -> dict[str, SearchStrategy[AttributeValue | None]]:
    word = DICTIONARY.object.get(owner) or DICTIONARY.event[owner]
    return {item.name: st.sampled_from(contents(item, window)) for item in word.attributes}


def _attributes(draw: DrawFn, owner: str, window: Window) -> dict[str, AttributeValue]:
    """Each attribute of that type of object or event, or not."""
    drawn = {name: draw(content) for name, content in _attribute_strategies(owner, window).items()}
    return {name: value for name, value in drawn.items() if value is not None}


NAMES = {"child": ("amy", "ben", "cal"), "report": ("r1", "r10", "r2"), "practitioner": ("pat", "quin", "ros")}


AUDITOR = "zoe"


class _Cast(NamedTuple):
    """Who is in a case."""

    root_type: str
    ids: dict[str, tuple[str, ...]]


def _some_of(draw: DrawFn, ids: tuple[str, ...], least: int = 0) -> tuple[str, ...]:
    """One, two, all or none of them."""
    choices: list[tuple[str, ...]] = [(name,) for name in ids] + [ids, ids[:2], ids[-2:]]
    return draw(st.sampled_from(choices if least else [*choices, (), ()]))


def _add_objects(draw: DrawFn, builder: CaseBuilder, window: Window, duties: tuple[say.Duty, ...]) -> _Cast:
    wanted = [name for duty in duties for name in (duty.for_each, duty.for_each, duty.per) if name]
    roots = [name for name in wanted if name in DICTIONARY.roots]
    root_type = draw(st.sampled_from(("case", "case", "practitioner", *roots * 3)))
    root_id = draw(st.sampled_from(("C-1", "amy.2")))
    builder.add_object("", root_id, root_type, _attributes(draw, root_type, window), root=True)
    ids = {}
    for kind, names in NAMES.items():
        many = draw(st.sampled_from((3, 3, 2, 0) if kind == "practitioner" else (2, 1, 3, int(kind in wanted))))
        ids[kind] = tuple(draw(st.lists(st.sampled_from(names), min_size=many, max_size=many, unique=True)))
        for name in ids[kind]:
            builder.add_object("", name, kind, _attributes(draw, kind, window))
    builder.add_object("", AUDITOR, "practitioner", {})
    for kind in ids:
        for name in ids[kind]:
            builder.add_membership("", name, *_clocks(draw, window, root_type == "case" and kind != "practitioner"))
    for source in (root_id, *ids["child"], *ids["report"], *ids["practitioner"]):
        word = DICTIONARY.object[root_type if source == root_id else next(kind for kind in ids if source in ids[kind])]
        for tie in word.links:
            if tie.membership or (tie.to == ("case",) and root_type != "case"):
                continue
            targets = (root_id,) if tie.to == ("case",) else tuple(name for name in ids[tie.to[0]] if name != source)
            for target in _some_of(draw, targets):
                builder.add_link("", source, tie.qualifier, target, *_clocks(draw, window, source != root_id))
    if root_type == "practitioner":
        ids["practitioner"] = (root_id, *ids["practitioner"])
    return _Cast(root_type, ids)


def _clocks(draw: DrawFn, window: Window, dated: bool) -> tuple[date | None, datetime | None]:
    """When a link began and when that was recorded: from the start, on a day, or on a day nobody wrote down."""
    if not dated or draw(st.booleans()):
        return None, None
    happened = draw(st.one_of(days(window), days(window), st.none()))
    if happened is None:
        return None, draw(moments(window))
    lag = draw(st.sampled_from((None, 0, 0, 7)))
    return happened, None if lag is None else datetime.combine(happened + timedelta(days=lag), time(12))


ENTITLED = ("practice_supervisor", "practice_supervisor", "practice_supervisor", "service_manager", "legal")
"""Most who judge are, in most duties."""

MOSTLY = (True, True, True, False)
LAGS = st.sampled_from((0, 0, 0, 1, 5, 15))
HOURS = st.sampled_from((time(0), time(17), time(23, 59, 59)))


def _add_event(
    draw: DrawFn,
    builder: CaseBuilder,
    window: Window,
    cast: _Cast,
    name: str,
    event_type: str,
    clauses: tuple[str, ...],
) -> None:
    word = DICTIONARY.event[event_type]
    judging = word.name == judgement_recorded.word.name
    staff = cast.ids["practitioner"]
    if not staff and (judging or "practitioner" in word.needs):
        return
    attributes: dict[str, object] = {**_attributes(draw, word.name, window)}
    links: list[tuple[str, object]] = []
    for kind in word.about:
        if ids := cast.ids.get(kind):
            named = ids if judging and draw(st.booleans()) else _some_of(draw, ids, int(kind in word.needs))
            links += [(kind, target) for target in named]
    if judging:
        attributes["clause"] = draw(st.sampled_from((*clauses, *clauses, "TT-2.10", "TT-9.9")))
        attributes["outcome"] = draw(st.sampled_from(("met", "met", "not_met")))
        attributes["role"] = draw(st.sampled_from(ENTITLED))
    if judging or draw(st.integers(0, 3)) == 2:
        # The auditor has to do with nothing else, so that some judgements are by nobody who is judged.
        doers = _some_of(draw, staff, 1) if staff else ()
        links += [("by", target) for target in ((AUDITOR,) if judging and draw(st.sampled_from(MOSTLY)) else doers)]
    happened = draw(days(window))
    recorded = datetime.combine(happened + timedelta(days=draw(LAGS)), draw(HOURS))
    builder.add_event("", name, word.name, happened, recorded, links, attributes)


@st.composite
def cases(draw: DrawFn, window: Window, duties: tuple[say.Duty, ...] = ()) -> CaseRecord:
    """A case, or a practitioner's own timeline; most of its events are of the types that the duties ask for."""
    builder = CaseBuilder(DICTIONARY, "made up")
    cast = _add_objects(draw, builder, window, duties)
    starting = tuple(name for duty in duties for name in duty.when.events)
    asked = tuple(name for duty in duties for found in patterns_in(duty) for name in found.events)
    clauses = tuple(name for duty in duties for name in (duty.id, duty.clause)) or IDS
    pool = (*starting, *asked, *(item.word.name for item in EVENTS))
    count = draw(st.sampled_from((8, 11, 5, 2)))
    types = [draw(st.sampled_from(pool)) for _ in range(count)]
    types += [draw(st.sampled_from(starting)) for _ in range(2) if starting]
    if any(duty.judged for duty in duties):
        types += [judgement_recorded.word.name] * draw(st.sampled_from((2, 3, 1, 0)))
    # The order of the ids has nothing to do with that of the days, nor e10 with that of the numbers.
    step, first = draw(st.integers(1, 16)), draw(st.integers(0, 16))
    for position, name in enumerate(types):
        _add_event(draw, builder, window, cast, f"e{1 + (first + step * position) % 17}", name, clauses)
    return builder.finish()


@st.composite
def situations(draw: DrawFn, most: int = 3) -> Situation:
    """A rulebook of at least one duty and at most two for each of `most` ids, a case, and from where to look at it."""
    window = draw(windows())
    ends = tuple(window.last + timedelta(days=more) for more in (0, 0, 30, 366))
    as_at = draw(days(window) if draw(st.integers(0, 6)) == 3 else st.sampled_from(ends))
    known_at = draw(moments(window)) if draw(st.integers(0, 7)) == 3 else None
    stated_only = draw(st.integers(0, 7)) == 3
    rulebook = draw(rulebooks(window, most))
    return Situation(draw(cases(window, rulebook.duties)), rulebook, as_at, known_at, stated_only)
