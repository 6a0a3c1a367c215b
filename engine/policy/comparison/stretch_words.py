"""How two versions of a duty differ, in plain words: `deadline: 10 working days → 15 working days`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date

from engine.duty.english import STANDING, English, people, span, words
from engine.duty.language import AtOnce, Duty, NoDeadline, Within
from engine.duty.rulebook import Edition, Rulebook
from engine.policy.comparison.stretches import COUNTED, TEXTS, Stretch


class _Phrases(English):
    """The parts of a duty, each as a phrase."""

    def each(self, duty: Duty) -> str:
        return words(duty.for_each) + self._per(duty)

    def where(self, duty: Duty) -> str:
        return " and ".join(self._scope(scope, duty) for scope in duty.where) or "anywhere"

    def start(self, duty: Duty) -> str:
        return f"{'the first time that ' if duty.first else ''}{self.pattern(duty.when)}"

    def what(self, duty: Duty) -> str:
        return self._must(duty.model_copy(update={"deadline": NoDeadline()})).replace(" at any time", "")

    def ends(self, duty: Duty) -> str:
        return self.named(duty.ends_with) if duty.ends_with else "nothing but closure"

    def closes(self, duty: Duty) -> str:
        return f"it {words(duty.at_closure)}"

    def deadline(self, edition: Edition) -> str:
        duty = edition.duty
        if isinstance(duty.deadline, AtOnce):
            return "on the day of the start"
        if not isinstance(duty.deadline, Within):
            return self._deadline(duty)
        said = span(*edition.span) if edition.span else f"a time that nobody has set ({edition.missing})"
        return f"{said} ({STANDING[edition.standing]})"

    def judged(self, edition: Edition) -> str:
        judged = edition.duty.judged
        if judged is None:
            return "nobody"
        valid = f", for {span(*edition.valid_for)}" if edition.valid_for else ""
        return " or ".join(words(role) for role in judged.roles) + valid


class Differing:
    """Says in plain words how what two rulebooks have of a duty differs."""

    def __init__(self, old: Rulebook, new: Rulebook) -> None:
        self.old, self.new = _Phrases(old), _Phrases(new)

    def told(self, stretches: Iterable[Stretch]) -> tuple[str, ...]:
        """Each difference, with the days for which it holds where that is not always."""
        found = list(stretches)
        said: dict[str, list[tuple[date, date | None]]] = {}
        for stretch in found:
            for line in self._between(stretch):
                days = said.setdefault(line, [])
                if days and days[-1][1] == stretch.since:
                    days[-1] = (days[-1][0], stretch.until)
                else:
                    days.append((stretch.since, stretch.until))
        first = found[0].since if found else None
        return tuple(f"{line}{_during(days, first)}" for line, days in said.items())

    def _between(self, stretch: Stretch) -> Iterator[str]:
        was, now = stretch.old, stretch.new
        if was is None or now is None:
            yield "newly in force" if was is None else "no longer in force"
            return
        before, after = was.duty, now.duty
        for name, phrase in self._phrases():
            yield from _changed(name, phrase(self.old, before), phrase(self.new, after))
        yield from _changed("deadline", self.old.deadline(was), self.new.deadline(now))
        yield from self._exceptions(before, after)
        yield from _changed("who judges", self.old.judged(was), self.new.judged(now))
        for name in COUNTED:
            yield from _changed(name, getattr(before, name), getattr(after, name))
        yield from _texts(before, after)

    @staticmethod
    def _phrases() -> tuple[tuple[str, Callable[[_Phrases, Duty], str]], ...]:
        return (
            ("for each", _Phrases.each),
            ("where", _Phrases.where),
            ("starts when", _Phrases.start),
            ("what must be", _Phrases.what),
            ("ended by", _Phrases.ends),
            ("at closure", _Phrases.closes),
        )

    def _exceptions(self, before: Duty, after: Duty) -> Iterator[str]:
        had = [self.old.exception(excuse, before) for excuse in before.unless]
        has = [self.new.exception(excuse, after) for excuse in after.unless]
        yield from (f"exception removed: {text}" for text in had if text not in has)
        yield from (f"exception added: {text}" for text in has if text not in had)


def _texts(before: Duty, after: Duty) -> Iterator[str]:
    """Which texts differ: nothing that is judged."""
    named = [words(name) for name in TEXTS if getattr(before, name) != getattr(after, name)]
    if [excuse.source for excuse in before.unless] != [excuse.source for excuse in after.unless] or (
        getattr(before.deadline, "source", "") != getattr(after.deadline, "source", "")
    ):
        named.append("where an exception or a deadline comes from")
    if before.judged and after.judged and before.judged.question != after.judged.question:
        named.append("the question to be judged")
    if named:
        yield f"texts: {', '.join(named).replace('reads', 'how we read it')}"


def _changed(what: str, was: str, now: str) -> Iterator[str]:
    if was != now:
        yield f"{what}: {was} → {now}"


def _during(days: list[tuple[date, date | None]], first: date | None) -> str:
    """` from 1 March 2026`, or nothing when it is so for whatever has started at any time."""
    if days == [(first, None)]:
        return ""
    said = []
    for since, until in days:
        begins = f" from {people(since)}" if since != first else ""
        said.append(f"{begins}{f' until {people(until)}' if until else ''}")
    return ", and".join(said)
