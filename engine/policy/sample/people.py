"""The timelines of the staff: how they begin, are trained, registered, supervised and appraised, and leave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from types import MappingProxyType

from engine.policy.sample import learning
from engine.policy.sample.life import CALENDAR, Post
from engine.policy.sample.rest import Scene, tell_rest
from engine.policy.sample.staff import TEAMS, attributes_of, in_post
from engine.policy.sample.story import Story

WORDS = frozenset({
    "practitioner_joined", "post_taken_up", "competence_confirmed", "supervisor_named", "absence_recorded",
    "development_plan_made", "appraisal_held", "it_training_completed", "training_completed", "practitioner_left",
    "code_accepted", "registration_recorded", "registration_renewed", "supervision_held", "quality_audited",
    "learning_point_recorded", "learning_point_acknowledged", "judgement_recorded",
})  # fmt: skip
SEEN_BACK = timedelta(days=1600)
"""How far back the timelines of practitioners tell of the cases they led."""

_SOCIAL_WORK = ("practitioner", "practice_supervisor", "service_manager")
_ABOVE = MappingProxyType({"practitioner": "practice_supervisor", "practice_supervisor": "service_manager"})
_BELOW = MappingProxyType({
    "practice_supervisor": "practitioner",
    "service_manager": "practice_supervisor",
    "assistant_director": "service_manager",
})  # fmt: skip
_JUDGES: Mapping[str, Mapping[str, int]] = MappingProxyType({
    "practitioner": {"service_manager": 88, "assistant_director": 12},
    "practice_supervisor": {"service_manager": 20, "assistant_director": 80},
})  # fmt: skip
_OTHER_POSTS = (
    "practice_supervisor", "service_manager", "practice_supervisor", "assistant_director", "practice_supervisor",
    "legal", "independent_auditor", "board_member",
)  # fmt: skip


def other_staff(number: int) -> list[str]:
    """So many members of staff who lead no cases: mostly supervisors, and some of every other post."""
    found: list[str] = []
    for place in range(number):
        post, team = _OTHER_POSTS[place % len(_OTHER_POSTS)], TEAMS[(place * 7 + place // len(TEAMS)) % len(TEAMS)]
        first = TEAMS.index(team) * 50
        colleagues = (f"p-{name:04}" for name in range(first + 1, first + 51))
        able = [name for name in colleagues if attributes_of(name)["role"] == post and name not in found]
        found += able[:1]
    return found


def tell_staff(scene: Scene, practitioner: str, led: Sequence[tuple[str, Post]]) -> Story:
    """The timeline of one member of staff, who leads these cases in these spells."""
    return _Career(scene, practitioner, led).tell()


class _Career:
    """One member of staff: the post, when it began and ended, who is above, how well they are looked after."""

    def __init__(self, scene: Scene, practitioner: str, led: Sequence[tuple[str, Post]]) -> None:
        self.scene, self.led, self.name = scene, led, practitioner
        self.story = story = scene.story("practitioner", practitioner)
        post = attributes_of(practitioner)
        self.role, self.team = post["role"], post["team"]
        story.describe(role=self.role, team=self.team)
        self.sound = story.chance(0.75)
        self.above = in_post(story.rng, self.team, _ABOVE.get(self.role, "assistant_director"))
        if self.above == practitioner:
            self.above = in_post(story.rng, TEAMS[TEAMS.index(self.team) - 1], "assistant_director")
        self.first = min((spell.start for _, spell in led), default=None)
        known = self.first or scene.as_at - story.days(60, 1200)
        self.begun = self.working(known - (story.days(15, 110) if story.chance(0.5) else story.days(111, 800)))
        settled = (scene.as_at - self.begun).days > 400
        self.leaving = scene.as_at - story.days(5, 150) if settled and story.chance(0.15) else None
        self.end = self.leaving or scene.as_at
        self.to_take_up: list[tuple[date, str]] = []
        self.forgetful = story.chance(0.15)

    def tell(self) -> Story:
        """The whole of it."""
        self.beginning()
        self.looking_back()
        self.leading()
        for _ in range(3):
            tell_rest(self.story, self.scene.rest.words["practitioner"], (self.begun, self.end), 0.8)
        if self.leaving is not None:
            self.story.tell("practitioner_left", self.leaving, 0, practitioner=self.name)
        return self.story

    def kept(self, sound: float = 0.95, wanting: float = 0.6) -> bool:
        return self.story.chance(sound if self.sound else wanting)

    def working(self, day: date) -> date:
        return CALENDAR.after(day, 0, "working_days")

    def say(
        self,
        event: str,
        on: date,
        late: int | None = None,
        /,
        **said: str | int | date | tuple[str, ...] | list[str] | None,
    ) -> None:
        """An event of this career, when it is not over."""
        if on <= self.end:
            self.story.tell(event, on, late, practitioner=self.name, **said)

    def after(self, day: date, soon: tuple[int, int], late: tuple[int, int], often: float = 0.93) -> date:
        """So many days later: soon, or now and then late."""
        return self.working(day + self.story.days(*(soon if self.kept(often, 0.65) else late)))

    # --- chapters

    def beginning(self) -> None:
        """The post, the registration, the codes, the training that everybody should have, whoever supervises."""
        story, begun = self.story, self.begun
        new = story.chance(0.3)
        promoted = self.role in _BELOW and story.chance(0.6)
        post = _BELOW[self.role] if promoted else self.role
        if self.role in _SOCIAL_WORK and story.chance(0.98):
            self.registration()
        self.say("practitioner_joined", begun, 0, post=post, induction_first=new)
        if self.kept(0.97, 0.85):
            both = ("external_codes", "own_codes") if self.kept(0.97, 0.8) else ("own_codes",)
            accepted = both if story.chance(0.97) else ("external_codes",)
            self.say("code_accepted", self.after(begun, (0, 9), (16, 60)), accepted_codes=accepted, by=self.name)
        if self.kept(0.97, 0.8):
            trained = begun - story.days(1, 30) if story.chance(0.1) else self.after(begun, (1, 60), (95, 200))
            if self.first is not None and self.kept(0.95, 0.8):
                trained = min(trained, self.working(self.first - story.days(3, 12)))
            self.say("training_completed", trained, subject="risk_tool" if story.chance(0.97) else None)
        for _ in range(story.rng.choices((0, 1, 2, 3), (20, 40, 25, 15))[0]):
            self.say("training_completed", story.within(begun, self.end), subject="other")
        if self.kept(0.97, 0.8):
            self.say("it_training_completed", self.after(begun, (2, 75), (95, 160)))
        self.in_post(begun, post)
        if promoted or story.chance(0.1 if self.role in _SOCIAL_WORK else 0.85):
            moved = story.within(begun, self.end)
            self.say("post_taken_up", moved, 0, post=self.role, induction_first=story.chance(0.2))
            self.in_post(moved, self.role)

    def in_post(self, day: date, post: str) -> None:
        """What each new post asks for: a supervisor, a plan for training, and competence that somebody confirmed."""
        if self.kept(0.96, 0.8):
            self.say("supervisor_named", self.after(day, (0, 5), (9, 40)), supervisor=self.above)
        if self.kept(0.93, 0.7):
            self.say("development_plan_made", self.after(day, (10, 80), (95, 180)), by=self.above)
        if self.kept(0.95, 0.75):
            on = self.after(day, (2, 80), (95, 190))
            if self.first is not None and self.first > day and self.kept(0.95, 0.75):
                on = min(on, self.working(self.first - self.story.days(3, 12)))
            self.say(
                "competence_confirmed", max(on, day), post=post if self.story.chance(0.98) else None, by=self.above,
                core=self.ask(), specialist=self.ask(),
            )  # fmt: skip

    def ask(self) -> bool | None:
        """What an entry says of something that ought to be so: mostly that it is."""
        return None if self.story.chance(0.05) else self.kept(0.985, 0.93)

    def registration(self) -> None:
        """Registered before the first day, and renewed each autumn: mostly in time."""
        expires = date(self.begun.year, 11, 30)
        if expires < self.begun + timedelta(days=20):
            expires = date(self.begun.year + 1, 11, 30)
        seen = self.begun - self.story.days(0, 20) if self.kept(0.96, 0.85) else self.begun + self.story.days(2, 30)
        self.say("registration_recorded", seen, expires=expires if self.story.chance(0.98) else None)
        while expires <= self.end + timedelta(days=10):
            following = date(expires.year + 1, 11, 30)
            if self.kept(0.98, 0.88):
                renewed = expires - self.story.days(3, 60) if self.kept(0.95, 0.8) else expires + self.story.days(2, 40)
                self.say("registration_renewed", renewed, expires=following if self.story.chance(0.99) else None)
            expires = following

    def leading(self) -> None:
        """The cases led, and the supervision in which each of them is talked about, or now and then not."""
        story, rng = self.story, self.story.rng
        spells = [(case, spell) for case, spell in self.led if spell.start <= self.end]
        for place, (case, spell) in enumerate(sorted(spells, key=lambda led: (led[1].start, led[0]))):
            story.add("case", case, spell.start, law=None, work=None, team=None)
            new = place == 0 and story.chance(0.15)
            self.say("lead_allocated", spell.start, case=case, by=self.above, induction_first=new)
            ended = min(spell.end, self.end)
            if spell.end < self.end or self.leaving is not None:
                reason = "case_ended" if spell.end < self.end else "left_post"
                self.say("lead_ended", ended, case=case, reason=reason if story.chance(0.9) else None)
        day = (self.first or self.begun) + story.days(3, 25)
        away = story.within(self.begun, self.end) if story.chance(0.1) else None
        while day < self.end:
            cases = [case for case, spell in spells if spell.start <= day <= spell.end]
            if away is not None and away <= day <= away + timedelta(days=75):
                day = away + timedelta(days=80)
                if self.kept(0.9, 0.6):
                    self.say("absence_recorded", away, case=cases or None, long_absence=story.chance(0.8))
                continue
            # Now and then one of the cases is not talked about.
            talked = [case for case in cases if rng.random() < (0.97 if self.sound else 0.9)]
            self.say("supervision_held", day, case=talked, by=self.above, learning_taken_up=self.taken_up(day))
            day += timedelta(days=rng.choices((27, 34, 63), (66, 30, 4) if self.sound else (50, 32, 18))[0])
        day = (self.first or self.end) + story.days(2, 20)
        while day < self.end:
            self.say("risk_assessed", day, by=self.name, tool_used=story.chance(0.95), risk_found=story.chance(0.3))
            day += story.days(60, 200)

    def looking_back(self) -> None:
        """Appraisals, audits of the work with what is learnt from them, and whether the person is up to the post."""
        story = self.story
        day = self.begun + story.days(200, 355)
        while day < self.end:
            if self.kept(0.95, 0.7):
                self.say("appraisal_held", self.working(day), by=self.above)
                if story.chance(0.7):
                    self.say("development_plan_made", self.working(day + story.days(0, 20)), by=self.above)
            day += story.days(300, 360)
        day = (self.first or self.end) + story.days(60, 330)
        while day < self.end:
            if self.kept(0.95, 0.7):
                self.audit(self.working(day))
            day += story.days(200, 350)
        later = (story.within(self.begun, self.end), self.end)
        roles = _JUDGES.get(self.role, {"assistant_director": 1})
        self.scene.judge(story, later, roles, 0.85, self.team)

    def audit(self, day: date) -> None:
        """One piece of work assessed; the learning points of it are acknowledged, or not."""
        story = self.story
        audit = story.add("audit", f"au-{self.name}-{day.toordinal() % 9973}", day)
        role, by = _ABOVE.get(self.role, "assistant_director"), self.above
        if not story.chance(0.9):
            role = learning.assessor(story.rng)
            by = self.name if role == self.role else in_post(story.rng, self.team, role)
        grades = learning.grades(story.rng, sound=self.sound)
        self.say("quality_audited", day, audit=audit, by=by, role=role, **grades)
        for domain in learning.DOMAINS:
            noted = False
            for point in learning.points(story.rng, sound=self.sound):
                on = self.working(day + (story.days(0, 9) if self.kept(0.97, 0.85) else story.days(16, 40)))
                said = learning.said(story.rng, domain, point)
                self.say("learning_point_recorded", on, audit=audit, by=by, **said)
                self.to_take_up.append((on, domain))
                noted = True
            if noted and self.kept(0.93, 0.7):
                seen = self.after(day + timedelta(days=9), (0, 20), (30, 60))
                self.say("learning_point_acknowledged", seen, audit=audit, by=self.name, domain=domain)

    def taken_up(self, day: date) -> tuple[str, ...] | None:
        """Under which outcomes a session of that day takes up what there is to learn; a few do not say."""
        if self.story.chance(0.1 if self.forgetful else 0.03):
            return None
        open_ = dict.fromkeys(domain for on, domain in self.to_take_up if on <= day)
        rates = (0.12, 0.12) if self.forgetful else (0.8, 0.45)
        taken = tuple(sorted(domain for domain in open_ if self.kept(*rates)))
        self.to_take_up = [(on, domain) for on, domain in self.to_take_up if on > day or domain not in taken]
        return taken
