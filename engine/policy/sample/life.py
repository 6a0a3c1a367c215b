"""One court case of the sample: who is in it, what work it is, when it begins and ends, how well it is looked after."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from engine.policy.sample.staff import TEAMS, attributes_of, in_post
from engine.policy.sample.story import Lexicon, Story
from engine.record.calendar import Calendar

CALENDAR = Calendar(known_through=date(2027, 12, 31))

# Law, work, how often in a thousand, and how long it lasts: fewest, usual and most days.
_KINDS: tuple[tuple[str, str, int, tuple[int, int, int]], ...] = (
    ("private", "work_to_first_hearing", 200, (35, 55, 110)),
    ("private", "short_court_based_resolution", 70, (35, 60, 110)),
    ("private", "dispute_resolution", 60, (60, 110, 220)),
    ("private", "section_7", 240, (110, 190, 420)),
    ("private", "rule_16_4", 45, (200, 350, 700)),
    ("private", "family_assistance_order", 15, (120, 240, 365)),
    ("private", "enforcement", 25, (60, 130, 260)),
    ("private", "parental_order", 8, (80, 130, 260)),
    ("private", "other", 7, (30, 90, 200)),
    ("public", "care", 245, (120, 240, 540)),  # a mean of 300 days: 43 weeks
    ("public", "placement", 35, (100, 180, 360)),
    ("public", "adoption_guardian", 20, (100, 180, 360)),
    ("public", "adoption_reporting_officer", 20, (30, 60, 150)),
    ("public", "other", 10, (30, 90, 200)),
)
_WEIGHTS = [kind[2] for kind in _KINDS]
_OPEN = 0.55
_OLD = 0.03
_LANDMARKS = (date(2007, 6, 1), date(2007, 9, 1))
_FIRST_LEAP_BIRTHS = (date(2008, 2, 29), date(2012, 2, 29), date(2016, 2, 29), date(2020, 2, 29))

NOT_SEEN = frozenset({"work_to_first_hearing", "short_court_based_resolution", "adoption_reporting_officer"})
"""Work in which nobody usually sees the child."""


class Post(NamedTuple):
    """A spell as the lead of the case."""

    start: date
    end: date
    practitioner: str


class Life(Story):
    """A court case in the telling. `number` is its place in the sample, from which all ids are made.

    `assessed` are the days on which other agencies' assessments came, `care_plans` the days and references of the local
    authority's care plans, `delays` the days of what delays the case, `silent` those who cannot be contacted, `final` is
    the day of the final order, if there is one.
    """

    def __init__(
        self, lexicon: Lexicon, seed: int, number: int, as_at: date, judged: Sequence[tuple[str, str]]
    ) -> None:
        # A generator of its own: case 7 is the same among ten cases and among ten thousand.
        rng = Random(f"{seed}:{number}")  # noqa: S311 - a sample, not a secret
        super().__init__(lexicon, rng, as_at, ("case", f"C-{number:06}"), attributes_of)
        self.number, self.judged = number, judged
        self.law, self.work, _, (fewest, usual, most) = rng.choices(_KINDS, _WEIGHTS)[0]
        self.team = rng.choice(TEAMS)
        self.describe(law=self.law, work=self.work, team=self.team)
        length = int(rng.triangular(fewest, most, usual))
        self.old = rng.random() < _OLD
        self.start = self._beginning(length)
        self.end = self.workday(self.start + timedelta(days=length))
        self.sound = rng.random() < 0.66
        self.accepted = self.later(self.start, 0, 4)
        fewest, most = (14, 28) if self.law == "public" else (18, 35)
        self.first_hearing = min(self.later(self.start, fewest, most), self.end)
        self.final = self.between(0.86, 0.95) if self.chance(0.9) else None
        self.supervisor = in_post(rng, self.team, "practice_supervisor")
        self.manager = in_post(rng, self.team, "service_manager")
        self.posts: list[Post] = []
        self.children: list[str] = []
        self.adults: list[str] = []
        self.born: dict[str, date] = {}
        self.counted: dict[str, int] = {}
        self.assessed: list[date] = []
        self.care_plans: list[tuple[date, str]] = []
        self.delays: list[date] = []
        self.silent: set[str] = set()
        self._family()

    def _beginning(self, length: int) -> date:
        rng = self.rng
        if self.old:
            landmark = rng.choice(_LANDMARKS)
            near = rng.random() < 0.6
            start = landmark + timedelta(days=rng.randint(-40, 30) if near else rng.randint(30, 850))
        elif rng.random() < _OPEN / (1 - _OLD):
            start = self.as_at - timedelta(days=rng.randint(0, length - 1))
        else:
            start = self.as_at - timedelta(days=length + 4 + int(min(rng.expovariate(1 / 350), 1400)))
        # Courts send at any hour, yet mostly on working days.
        return start if rng.random() < 0.12 else self.workday(start)

    def _family(self) -> None:
        rng = self.rng
        for _ in range(rng.choices((1, 2, 3, 4, 5), (57, 28, 10, 4, 1))[0]):
            self._child()
        for part in ("parent", "parent", "relative", "carer")[: rng.choices((1, 2, 3, 4), (12, 70, 13, 5))[0]]:
            self.adults.append(self.add("adult", self.next_id("ad"), self.start, part=part))

    def _child(self) -> None:
        rng = self.rng
        if self.born and rng.random() < 0.04:
            born = next(iter(self.born.values()))  # twins
        elif rng.random() < 0.01:
            born = max((day for day in _FIRST_LEAP_BIRTHS if day < self.start), default=date(2004, 2, 29))
        else:
            youngest = 10 if self.law == "public" else 400
            born = self.start - timedelta(days=rng.randint(youngest, 6000))
        joined = None
        if self.children and rng.random() < 0.07:
            joined = self.between(0.1, 0.6)
            if rng.random() < 0.5:
                born = joined - timedelta(days=rng.randint(0, 5))
        child = self.next_id("ch")
        self.add("child", child, self.start, joined=joined, born=born if rng.random() < 0.99 else None)
        # Left out when it had not joined by the end of the sample; a dictionary without children has them in name only.
        if child in self.types or "child" not in self.lexicon.objects:
            self.children.append(child)
            self.born[child] = born

    # --- help in telling

    def next_id(self, prefix: str) -> str:
        """The next id of that kind in this case: `ch-000123-1`."""
        self.counted[prefix] = self.counted.get(prefix, 0) + 1
        return f"{prefix}-{self.number:06}-{self.counted[prefix]}"

    def kept(self, sound: float = 0.95, wanting: float = 0.6) -> bool:
        """Whether something that ought to be done is done, in a case that is looked after soundly, or wantingly."""
        return self.rng.random() < (sound if self.sound else wanting)

    def between(self, first: float, last: float) -> date:
        """Some working day between two parts of the planned life of the case."""
        part = self.rng.uniform(first, last)
        return self.workday(self.start + timedelta(days=int((self.end - self.start).days * part)))

    def workday(self, day: date) -> date:
        """The day, or the next working day."""
        return CALENDAR.after(day, 0, "working_days")

    def later(self, day: date, fewest: int, most: int) -> date:
        """Some working day that many working days after."""
        return CALENDAR.after(day, self.rng.randint(fewest, most), "working_days")

    def amid(self, first: date, last: date) -> date:
        """Some working day from one day to another, the first if they are the wrong way round."""
        return self.workday(self.within(first, max(first, last)))

    def begun(self, child: str) -> date:
        """When our work for that child began: with the case, or when the child joined it."""
        return max(self.accepted, self.joined.get(child, self.accepted))

    def ask(self, sound: float = 0.95, wanting: float = 0.75, silent: float = 0.03) -> bool | None:
        """What a record says of something that ought to be so: that it is, that it is not, or nothing."""
        kept = self.kept(sound, wanting)
        return None if self.rng.random() < silent else kept

    def lead(self, day: date) -> str | None:
        """Who leads the case on that day."""
        return next((post.practitioner for post in reversed(self.posts) if post.start <= day <= post.end), None)

    def age(self, child: str, day: date) -> float:
        """How old the child is on that day."""
        return (day - self.born[child]).days / 365.25

    @property
    def late_joiners(self) -> list[str]:
        """The children who joined the case later."""
        return [child for child in self.children if child in self.joined]

    @property
    def sees_children(self) -> bool:
        """Whether seeing the children is part of this work."""
        return self.work not in NOT_SEEN

    @property
    def analyses(self) -> bool:
        """Whether the work goes as far as an analysis and a plan."""
        return self.work not in {*NOT_SEEN, "other"}


class Chapter(NamedTuple):
    """One part of the story of a case, and the words it tells."""

    tell: Callable[[Life], None]
    words: frozenset[str]


def chapter(tell: Callable[[Life], None], words: str) -> Chapter:
    """A chapter that tells these words (with spaces between)."""
    return Chapter(tell, frozenset(words.split()))
