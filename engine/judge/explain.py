"""Why a finding came out as it did, and what would put it right, in sentences for a supervisor.

Made for the findings that somebody opens, not for every instance of a night.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final, NamedTuple

from engine.duty.english import STANDING, English, people, span, words
from engine.duty.language import Before, ByClosure, Happen, Hold, Never, NoOpenBreach, Recur, Stand
from engine.duty.rulebook import Rulebook, number
from engine.judge.instances import Instance
from engine.judge.matching import matches
from engine.judge.outcome import Facts, Finding
from engine.record.timeline import Timeline

MOST_NAMED: Final = 5
"""So many clauses that stood broken are named; of the others, only how many they are."""


class Stood(NamedTuple):
    """Since when a clause stood broken, and whether only by a deadline that is ours."""

    since: date
    local: bool


def explain(
    finding: Finding,
    instance: Instance,
    facts: Facts,
    rulebook: Rulebook,
    timeline: Timeline,
    stood: Mapping[str, Stood],
) -> Finding:
    """The finding with `why` and `put_right` filled in.

    `stood`: for a duty about outcomes, the clauses that stood broken on the day of the start, each since when.
    """
    teller = _Teller(finding, instance, facts, rulebook, timeline, stood)
    return finding.model_copy(update={"why": teller.why(), "put_right": teller.put_right()})


class _Teller:
    def __init__(
        self,
        finding: Finding,
        instance: Instance,
        facts: Facts,
        rulebook: Rulebook,
        timeline: Timeline,
        stood: Mapping[str, Stood],
    ) -> None:
        self.finding, self.instance, self.facts, self.stood = finding, instance, facts, stood
        self.duty, self.timeline = instance.edition.duty, timeline
        self.english = English(rulebook)

    def why(self) -> str:
        parts = [self._started(), self._by_when(), self._what_counts(), self._judgement(), self._flags()]
        return " ".join(part for part in parts if part)

    def put_right(self) -> str:
        """What would change the outcome, or nothing where it is settled."""
        outcome, duty = self.finding.outcome, self.duty
        if outcome in ("met", "excused", "lapsed", "late"):
            return ""
        if outcome == "undetermined":
            return f"Make known what is missing: {self.finding.missing}."
        judged = duty.judged
        if judged and (
            outcome == "unjudged" or ((facts_met := self.facts.verdict) is not None and facts_met.outcome == "not_met")
        ):
            roles = " or ".join(words(role) for role in judged.roles)
            again = "After putting it right, ask" if outcome == "breached" else "Ask"
            return (
                f"{again} a {roles} who did not do the work to record a judgement of {duty.clause}: {judged.question}"
            )
        if isinstance(duty.must, Never):
            return "It cannot be undone; record what happened and tell your manager." if outcome == "breached" else ""
        if isinstance(duty.must, Hold) and duty.must.by_another:
            what = f"the “{words(self.instance.event.type)}” of {people(self.instance.event.happened)}"
            return (
                f"Correct who did {what}, if the record has it wrong. If it is right, have somebody else do it again."
            )
        if isinstance(duty.must, Hold):
            return f"Put on the record what the {words(self.instance.event.type)} of {people(self.instance.event.happened)} should show."
        if isinstance(duty.must, NoOpenBreach):
            event = self.instance.event
            what = f"the “{words(event.type)}” of {people(event.happened)}"
            return f"Record what was done in time after all, and put the rest right; or look again at what {what} says."
        if self._some():
            return f"Record the others, if they were done: {self._wanted()}. If not, do them now{self._reason_hint()}."
        return f"Record it, if it was done: {self._wanted()}. If it was not, do it now{self._reason_hint()}."

    def _reason_hint(self) -> str:
        stated = [
            excuse
            for excuse in self.duty.unless
            if excuse.standing == "stated" and getattr(excuse.when, "pattern", None)
        ]
        return ", or record the reason why it cannot be done" if stated else ""

    def _wanted(self) -> str:
        must = self.duty.must
        if isinstance(must, Stand):
            return f"“{words(must.begins.events[0])}”"
        pattern = getattr(must, "pattern", None)
        return " or ".join(f"“{words(name)}”" for name in pattern.events) if pattern else words(self.duty.title)

    def _started(self) -> str:
        event = self.instance.event
        joined = (
            ""
            if event.happened == self.instance.start
            else f", and {self.finding.subject} joined on {people(self.instance.start)}"
        )
        return f"It began with “{words(event.type)}” on {people(event.happened)}{joined}."

    def _by_when(self) -> str:
        edition, due = self.instance.edition, self.finding.due
        if self.finding.outcome == "undetermined" and self.finding.missing:
            return f"The outcome cannot be determined: {self.finding.missing}."
        if due is None:
            waits = isinstance(self.duty.deadline, Before | ByClosure)
            return "No due date yet: what it must come before has not happened." if waits else ""
        if self.facts.closed is not None and due == self.facts.closed != self.facts.due:
            ended = (
                "the case closed"
                if self.timeline.root.type == "case" and not self.duty.ends_with
                else "the matter ended"
            )
            return f"It fell due when {ended}, on {people(due)}."
        limit = "It must not happen before" if isinstance(self.duty.must, Never) else "Due on"
        how = "" if edition.span is None or isinstance(self.duty.must, Never) else f", {span(*edition.span)}"
        how += " after" if edition.span and edition.span[0] and how else ""
        local = f" ({STANDING[edition.standing]})" if edition.standing != "stated" else ""
        return f"{limit} {people(due)}{how}{local}."

    def _what_counts(self) -> str:
        facts, outcome = self.facts, self.finding.outcome
        if facts.missing:
            return ""
        if isinstance(self.duty.must, Never):
            happened = (
                f"“{words(self._type(facts.done.event))}” was recorded for {people(facts.done.on)}."
                if facts.done
                else ""
            )
            return happened or "There is no record of it."
        if outcome == "excused" and facts.excused:
            what = words(self._type(facts.excused.event))
            return f"An exception that the standard allows is on the record for {people(facts.excused.on)}: {what}."
        if isinstance(self.duty.must, NoOpenBreach):
            return self._stood_broken()
        if facts.done and not facts.person_only:
            if isinstance(self.duty.must, Hold):
                return "The record shows what it must."
            return f"“{words(self._type(facts.done.event))}” is on the record for {people(facts.done.on)}."
        if facts.person_only:
            return ""
        if isinstance(self.duty.must, Hold):
            not_shown = "The record does not show what it must."
            if self.duty.must.by_another:
                not_shown = "It was not done by somebody else than whom it is about, who had not led the case."
            return not_shown if outcome != "undetermined" else ""
        if outcome == "undetermined":
            return ""
        some = self._some()
        if some and isinstance(self.duty.must, Happen):
            return f"The record has {some} of the {self.duty.must.at_least} that are needed: {self._wanted()}."
        after = " since" if isinstance(self.duty.must, Recur) else ""
        almost = self._almost()
        return f"There is no record of {self._wanted()}{after}{' that counts' if almost else ''}.{almost}"

    def _stood_broken(self) -> str:
        """Which clauses stood broken on the day of the start, the longest first."""
        if not self.stood:
            return "Nothing that it looks at stood broken on that day, as the record shows now."
        named = sorted(self.stood.items(), key=lambda item: (item[1].since, number(item[0])))
        ours = f"; the day is {STANDING['local']}"
        told = [
            f"{clause} (since {people(since)}{ours if local else ''})" for clause, (since, local) in named[:MOST_NAMED]
        ]
        more = f", and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else ""
        return f"On that day there stood broken, as the record shows now: {', '.join(told)}{more}."

    def _some(self) -> int:
        """How many of several that are needed are on the record."""
        must, instance = self.duty.must, self.instance
        if not isinstance(must, Happen) or must.at_least == 1:
            return 0
        return sum(
            matches(must.pattern, event) is True
            and instance.subject in event.about(self.duty.for_each)
            and (must.already or event.happened >= instance.start)
            and (self.duty.per is None or instance.per in event.about(self.duty.per))
            and all(event.attributes.get(name) == instance.event.attributes.get(name) for name in must.same)
            for event in self.timeline.events(must.pattern.events)
        )

    def _almost(self) -> str:
        """The first event of the right type about the same subject that is on the record, and yet does not count."""
        must = self.duty.must
        if not isinstance(must, Happen | Recur):
            return ""
        already = isinstance(must, Happen) and must.already
        for event in self.timeline.events(must.pattern.events):
            since = already or event.happened >= self.instance.start
            about = self.finding.subject in event.about(self.duty.for_each)
            if since and about and event.id != self.instance.event.id and matches(must.pattern, event) is False:
                which = f"The “{words(event.type)}” of {people(event.happened)} ({event.id})"
                return f" {which} does not count: what counts is {self.english.named(must.pattern)}."
        return ""

    def _judgement(self) -> str:
        if self.duty.judged is None or self.finding.outcome not in ("met", "late", "breached", "unjudged"):
            return ""
        verdict = self.facts.verdict
        if verdict is None:
            return "No valid judgement is on the record." if self.finding.outcome == "unjudged" else ""
        said = "kept" if verdict.outcome == "met" else "not kept"
        return f"It was judged {said} on {people(verdict.on)}."

    def _flags(self) -> str:
        said = {
            "recorded_late": "It was put on the record only after the due date.",
            "reason_recorded": "A reason is on the record, but not one that the standard allows.",
            "provisional": "Bank holidays that far ahead are not announced yet, so the date may move.",
        }
        return " ".join(said[flag] for flag in self.finding.flags)

    def _type(self, event: str) -> str:
        return self.timeline.event(event).type
