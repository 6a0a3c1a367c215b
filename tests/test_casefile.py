"""A case file is read strictly: each kind of nonsense is refused with file, place and remedy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest

from engine.record.casefile import read_case
from engine.record.dictionary import Dictionary
from engine.record.model import CaseRecord
from engine.record.problem import RecordProblem
from engine.record.timeline import Timeline, View

CASE = """case: {id: C-1001, law: private, work: section_7, team: north-2}
objects:
  amy: {type: child, born: 2016-05-02}
  ben: {type: child, born: 2019-01-31, joined: 2025-04-02}
  fca1: {type: practitioner}
  r1: {type: report, kind: section_7, about: [amy, ben]}
timeline:
  - {date: 2025-03-04, event: case_accepted}
  - {date: 2025-03-06, event: child_seen, child: [amy], by: fca1, alone: true, recorded: 2025-03-07}
"""


def read(tmp_path: Path, dictionary: Dictionary, text: str | bytes, name: str = "case.yaml") -> None:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    read_case(path, dictionary)


def test_a_case_is_read_whole(tmp_path: Path, dictionary: Dictionary) -> None:
    path = tmp_path / "case.yaml"
    path.write_text(CASE)
    case = read_case(path, dictionary)
    assert (case.id, case.team) == ("C-1001", "north-2")
    seen = case.events[1]
    assert (seen.id, seen.type, seen.happened, seen.recorded) == (
        "e2",
        "child_seen",
        date(2025, 3, 6),
        datetime(2025, 3, 7),
    )
    assert seen.attributes == {"alone": True}
    assert (seen.about("child"), seen.by, seen.about("case")) == (("amy",), ("fca1",), ("C-1001",))
    assert {(link.source, link.qualifier, link.target, link.happened) for link in case.links} == {
        ("amy", "subject_of", "C-1001", None),
        ("ben", "subject_of", "C-1001", date(2025, 4, 2)),
        ("r1", "about", "amy", None),
        ("r1", "about", "ben", None),
    }


def test_json_and_yaml_of_the_same_case_are_the_same_case(tmp_path: Path, dictionary: Dictionary) -> None:
    (tmp_path / "case.yaml").write_text(CASE)
    (
        tmp_path / "case.json"
    ).write_text("""{"case": {"id": "C-1001", "law": "private", "work": "section_7", "team": "north-2"},
      "objects": {"amy": {"type": "child", "born": "2016-05-02"}, "ben": {"type": "child", "born": "2019-01-31", "joined": "2025-04-02"},
        "fca1": {"type": "practitioner"}, "r1": {"type": "report", "kind": "section_7", "about": ["amy", "ben"]}},
      "timeline": [{"date": "2025-03-04", "event": "case_accepted"},
        {"date": "2025-03-06", "event": "child_seen", "child": ["amy"], "by": "fca1", "alone": true, "recorded": "2025-03-07"}]}""")
    assert read_case(tmp_path / "case.yaml", dictionary) == read_case(tmp_path / "case.json", dictionary)


@pytest.mark.parametrize(
    ("old", "new", "place", "problem"),
    [
        ("child_seen", "child_sen", "line 9", "unknown event 'child_sen'; did you mean 'child_seen'?"),
        ("2025-03-06", "2025-02-30", "line 9", "2025-02-30 is not a day that exists"),
        ("2025-03-06", "9999-03-06", "line 9", "9999-03-06 is not a day that a record can hold"),
        ("date: 2025-03-06, ", "", "line 9", "'date' is missing"),
        ("2025-03-06", "'6 March'", "line 9", "'date' is not a date: '6 March'"),
        ("recorded: 2025-03-07", "recorded: 2025-03-05", "line 9", "recorded on 2025-03-05, before it happened on 2025-03-06"),
        ("recorded: 2025-03-07", "recorded: 12:30", "line 9", "'recorded' is not a moment"),
        ("child: [amy]", "child: [ann]", "line 9", "there is no object 'ann'"),
        ("child: [amy]", "child: [fca1]", "line 9", "'child: fca1' names a practitioner"),
        ("by: fca1", "by: amy", "line 9", "'by: amy' names a child"),
        ("alone: true", "alone: on", "line 9", "'alone' should be true or false"),
        ("born: 2016-05-02", "born: ", "line 3", "has nothing after 'born:'"),
        ("alone: true", "alonee: true", "line 9", "'child_seen' has no 'alonee'; did you mean 'alone'?"),
        ("alone: true", "alone: true, alone: false", "line 9", "has the key 'alone' twice"),
        ("  fca1: {type", "  amy: {type", "line 5", "has the key 'amy' twice"),
        ("event: case_accepted", "event: case_accepted, id: e2", "line 9", "the event id 'e2' is used twice"),
        ("type: practitioner", "type: practitionr", "line 5", "unknown type of object 'practitionr'; did you mean 'practitioner'?"),
        ("about: [amy, ben]", "about: [fca1]", "line 6", "'about' of 'r1' leads to 'fca1', which is a practitioner"),
        ("about: [amy, ben]", "abuot: [amy, ben]", "line 6", "no attribute 'abuot'; did you mean 'about'?"),
        ("law: private", "law: privat", "line 1", "'privat' is not a code of 'law'; did you mean 'private'?"),
        ("timeline:", "timelines:", "line 7", "unknown key 'timelines'; did you mean 'timeline'?"),
        ("C-1001", "../C-1001", "line 1", "'../C-1001' is not an id"),
        ("C-1001", "<b>C</b>", "line 1", "'<b>C</b>' is not an id"),
        ("C-1001", "C-😀", "line 1", "is not an id"),
        ("id: C-1001", 'id: "C-\\e[31m"', "line 1", "is not an id"),
        ("case: {", "caze: {", "line 1", "unknown key 'caze'; did you mean 'case'?"),
        ("amy: {type: child,", "amy: {type: child, joined: 2025-13-01,", "line 3", "2025-13-01 is not a day that exists"),
        ("fca1: {type: practitioner}", "fca1: {type: practitioner, joined: 2025-03-01}", "line 5", "does not join"),
        ("- {date: 2025-03-04, event: case_accepted}", "- just words", "timeline entry 1", "is not a mapping"),
        ("- {date: 2025-03-04, event: case_accepted}", "- {date: 2025-03-04}", "line 8", "has no event"),
        ("{type: child, born: 2016-05-02}", "&a {type: child}", "line 3", "uses an anchor or an alias"),
        ("born: 2016-05-02", "born: !!str 2016-05-02", "line 3", "uses the tag"),
        ("2025-03-04, event: case_accepted", "2025-03-04, event: child_not_seen_reason, child: amy", "line 8", "does not say reason"),
    ],
)  # fmt: skip
def test_nonsense_is_refused_with_file_place_and_remedy(
    tmp_path: Path, dictionary: Dictionary, old: str, new: str, place: str, problem: str
) -> None:
    assert old in CASE
    with pytest.raises(RecordProblem) as caught:
        read(tmp_path, dictionary, CASE.replace(old, new, 1))
    assert caught.value.file == str(tmp_path / "case.yaml")
    assert place in caught.value.place
    assert problem in caught.value.problem
    assert caught.value.remedy.endswith(".")
    assert "\x1b" not in str(caught.value)


def test_what_is_refused_is_not_what_is_meant(tmp_path: Path, dictionary: Dictionary) -> None:
    with pytest.raises(RecordProblem) as caught:
        read(tmp_path, dictionary, CASE.replace("id: C-1001", "id: C-1001, type: case", 1))
    assert caught.value.problem == "'case' has no attribute 'type'"


def test_an_event_that_names_a_colleague_is_not_about_the_practitioner_whose_timeline_it_is(
    case_of: Callable[[str], CaseRecord],
) -> None:
    case = case_of("""practitioner: {id: p1}
objects: {p2: {type: practitioner}}
timeline:
  - {date: 2025-01-06, event: supervision_held, by: p2}
  - {date: 2025-01-07, event: supervision_held, practitioner: p2}
  - {date: 2025-01-08, event: supervision_held, practitioner: [p1, p2]}
""")
    assert [event.about("practitioner") for event in case.events] == [("p1",), ("p2",), ("p1", "p2")]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is empty"),
        (b"  \n\n", "is empty"),
        (b"case: [unclosed", "is not YAML"),
        (b"\x00\x01\x02", "is not YAML"),
        (b"case: " + b"[" * 5000, "nested deeper than 20"),
        (b"x" * 10_000_001, "holds 10,000,001 bytes"),
        ("case: {id: C-1, team: caf\u00e9}".encode("latin-1"), "is not UTF-8 text"),
        (b"- a\n- b\n", "is not a mapping"),
        (b"42", "is not a mapping"),
        (b"case: {id: C-1}\ncase: {id: C-2}", "has the key 'case' twice"),
        (b"case: {id: C-1}\norganisation: {id: cafcass}", "says twice whose timeline it is"),
        (b"objects: {}", "does not say whose timeline it is"),
        (b"case: {law: private}", "the case has no id"),
        (b"case: {id: 2025-03-04}", "is not an id"),
        (b"? [a, b]\n: c", "has a key that is not a word"),
    ],
)
def test_a_file_that_is_no_case_file_is_refused(
    tmp_path: Path, dictionary: Dictionary, content: bytes, problem: str
) -> None:
    with pytest.raises(RecordProblem, match=problem):
        read(tmp_path, dictionary, content)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b'{"case": {"id": "C-1"}', "is not JSON"),
        (b'{"case": {"id": "C-1", "id": "C-2"}}', "has the key 'id' twice"),
        (b'{"case": {"id": "C-1", "team": NaN}}', "holds NaN"),
        (b'{"case": ' + b"[" * 100_000, "nested deeper|is not JSON"),
        (b'{"case": ' + b"[" * 50 + b"]" * 50 + b"}", "nested deeper than 20"),
        (
            b'{"case": {"id": "C-1"}, "objects": {"amy": {"type": "child", "born": "2025-02-30"}}}',
            "2025-02-30 is not a day",
        ),
    ],
)
def test_json_is_read_as_strictly(tmp_path: Path, dictionary: Dictionary, content: bytes, problem: str) -> None:
    with pytest.raises(RecordProblem, match=problem):
        read(tmp_path, dictionary, content, "case.json")


def test_a_byte_order_mark_is_no_obstacle(tmp_path: Path, dictionary: Dictionary) -> None:
    read(tmp_path, dictionary, b"\xef\xbb\xbf" + CASE.encode())


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path, dictionary: Dictionary) -> None:
    (tmp_path / "case-1.yaml").write_text(CASE)
    with pytest.raises(RecordProblem, match=r"cannot be read.*did you mean 'case-1.yaml'"):
        read_case(tmp_path / "case-2.yaml", dictionary)
    with pytest.raises(RecordProblem, match="is a folder"):
        read_case(tmp_path, dictionary)


def test_the_timeline_cannot_be_changed_and_shows_only_what_both_clocks_let_through(
    tmp_path: Path, dictionary: Dictionary
) -> None:
    path = tmp_path / "case.yaml"
    path.write_text(CASE)
    case = read_case(path, dictionary)

    def seen(as_at: date, known_at: datetime | None = None) -> tuple[list[str], list[str]]:
        timeline = Timeline(case, View(as_at, known_at))
        return [event.id for event in timeline.events(dictionary.event)], [
            child.id for child in timeline.objects("child")
        ]

    assert seen(date(2025, 3, 3)) == ([], ["amy"])
    assert seen(date(2025, 3, 6)) == (["e1"], ["amy"])
    assert seen(date(2025, 3, 7)) == (["e1", "e2"], ["amy"])
    assert seen(date(2025, 3, 6), datetime(2025, 3, 7)) == (["e1", "e2"], ["amy"])
    assert seen(date(2025, 4, 2)) == (["e1", "e2"], ["amy", "ben"])
    with pytest.raises(Exception, match="Frozen graph"):
        Timeline(case, View(date(2025, 4, 2))).graph.add_node(("object", "x"))
