"""How everybody in the case is kept informed and asked: children and adults, in words and forms that they can use."""

from __future__ import annotations

from datetime import date

from engine.policy.sample.life import Life, chapter

_REASONS = ("unsafe", "no_details", "declined", "other")
_FORMATS = ("leaflet", "web-page", "film", "letter")
_LANGUAGES = ("polish", "urdu", "romanian", "arabic", "braille", "easy-read")


def out_of_reach(life: Life) -> None:
    """A few people cannot be contacted, and for most of them the file says why."""
    for person in [*life.adults, *life.children]:
        if life.chance(0.035 if person in life.adults else 0.01):
            day = life.later(life.accepted, 1, 8)
            kind = life.types.get(person, "adult")
            reason = life.rng.choice(_REASONS) if life.kept(0.97, 0.9) else None
            life.tell("contact_not_possible", day, by=life.lead(day), reason=reason, **{kind: person})
            life.silent.add(person)


def explaining(life: Life) -> None:
    """Everybody is told what Cafcass is there to do, and given it in writing; some of them late or not at all."""
    people = _people(life)
    for persons in [people, *([child] for child in life.late_joiners)]:
        begun = max(life.begun(persons[0]), life.accepted) if persons else life.accepted
        if life.kept(0.95, 0.75):
            day = life.later(begun, 0, 5) if life.kept(0.93, 0.75) else life.later(begun, 6, 20)
            _to(life, "role_explained", day, persons, 0.95)
        if life.kept(0.94, 0.75):
            day = life.later(begun, 0, 9) if life.kept(0.95, 0.8) else life.later(begun, 11, 25)
            _to(
                life, "written_information_given", day, persons, 0.95, format=life.rng.choice(_FORMATS),
                age_suited=life.ask(0.96, 0.85, 0.1), language_fits=life.ask(0.97, 0.9, 0.1),
            )  # fmt: skip
    for person in life.adults if life.analyses else ():
        if life.kept(0.85, 0.6) and person not in life.silent:
            day = life.later(life.accepted, 2, 20)
            life.tell("party_interviewed", day, adult=person, by=life.lead(day))


def informing(life: Life) -> None:
    """Everybody hears every few weeks how the work is going; now and then somebody is left out, or nobody hears."""
    people = _people(life)
    day = life.later(life.accepted, 8, 18)
    while day < life.end:
        if life.kept(0.94, 0.7):
            _to(life, "information_given", day, people, 0.965)
        day = life.later(day, 13, 18)


def feedback(life: Life) -> None:
    """Towards the end they are asked what they thought of the work."""
    if life.kept(0.93, 0.65):
        _to(life, "feedback_invited", life.between(0.9, 1.0), _people(life), 0.92)


def languages(life: Life) -> None:
    """Some need another language or format, some an interpreter."""
    for person in [*life.adults, *life.children]:
        kind = life.types.get(person)
        if kind is None or person in life.silent:
            continue
        about, begun = {kind: person}, life.begun(person)
        if life.chance(0.04):
            day = life.later(begun, 0, 15)
            life.tell(f"{kind}_language_need_found", day, language=life.rng.choice(_LANGUAGES), **about)
            if life.kept(0.92, 0.65):
                on = life.later(day, 0, 8) if life.kept() else life.later(day, 11, 25)
                life.tell(
                    "written_information_given", on, by=life.lead(on), format=life.rng.choice(_FORMATS),
                    age_suited=life.ask(0.97, 0.9, 0.05), language_fits=life.ask(0.97, 0.85), **about,
                )  # fmt: skip
        if life.chance(0.03):
            day = life.later(begun, 0, 10)
            life.tell(f"{kind}_interpreter_need_found", day, **about)
            if life.kept(0.95, 0.7):
                on = life.later(day, 0, 1)
                life.tell("interpreter_booked", on, approved_service=life.ask(0.97, 0.85), **about)


def _people(life: Life) -> list[str]:
    return [person for person in [*life.adults, *life.children] if person not in life.silent]


def _to(life: Life, event: str, day: date, persons: list[str], often: float, **said: str | bool | None) -> None:
    """Told to each of these persons, but now and then to one of them not."""
    adults = [person for person in persons if person in life.adults and life.chance(often)]
    children = [person for person in persons if person in life.born and life.chance(often)]
    children = [child for child in children if life.joined.get(child, day) <= day]
    if adults or children:
        life.tell(event, day, adult=adults or None, child=children or None, by=life.lead(day), **said)


CHAPTERS = (
    chapter(out_of_reach, "contact_not_possible"),
    chapter(explaining, "role_explained written_information_given party_interviewed"),
    chapter(informing, "information_given"),
    chapter(feedback, "feedback_invited"),
    chapter(
        languages,
        "adult_language_need_found child_language_need_found written_information_given "
        "adult_interpreter_need_found child_interpreter_need_found interpreter_booked",
    ),
)
