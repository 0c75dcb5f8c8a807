"""The page of all papers of a day, and what leads to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from invented import hrefs, read, text
from starlette.testclient import TestClient

from broadsheet.config import Settings
from broadsheet.edition import Scope
from broadsheet.press.compose import count_news
from broadsheet.web import create_app
from pressroom import DAY, FRIDAY, PressRoom, Template, at, make_papers
from queries import counting

MANY = 45
RECORDS = [
    replace(record, categories=("cs.LG",) if number < 40 else ("math.NA", "cs.LG"))
    for number, record in enumerate(make_papers(MANY))
]
KEYS = [record.key for record in RECORDS]
URL = f"/day/{FRIDAY}"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return Template(tmp_path_factory.mktemp("papers"), RECORDS)


@pytest.fixture
def room(template: Template, tmp_path: Path) -> Iterator[PressRoom]:
    with template.open(tmp_path) as room:
        yield room


@pytest.fixture
def client(room: PressRoom, tmp_path: Path) -> TestClient:
    return TestClient(
        create_app(room.library, Settings(library=tmp_path / "library")), "http://127.0.0.1"
    )


def walk(client: TestClient, url: str) -> list[str]:
    """The papers of all pages from an address on."""
    found: list[str] = []
    while url:
        page = read(client, url)
        found += hrefs(page, ".entry h2 a")
        url = next(iter(hrefs(page, ".pager a[rel=next]")), "")
    return found


@pytest.mark.parametrize("is_printed", [True, False])
def test_every_paper_of_a_day_can_be_reached(
    room: PressRoom, client: TestClient, is_printed: bool
) -> None:
    """Break: let the links of sections search for the dates of the papers."""
    room.announce(FRIDAY, KEYS)
    if is_printed:
        room.press.print_due(at(FRIDAY, 7))
    links = hrefs(read(client, URL), ".edition .part header a")
    assert f"{URL}/all?category=cs.LG" in links
    every = walk(client, f"{URL}/all")
    assert len(every) == len(set(every)) == MANY
    assert set(every) == {f"/paper/{number}" for number in room.numbers.values()}
    assert len(walk(client, f"{URL}/all?category=math.NA")) == 5
    assert "45 papers in Machine Learning" in text(read(client, links[0]), ".facts-line")


def test_a_day_without_papers_says_so(client: TestClient) -> None:
    page = read(client, "/day/1991-08-14/all")
    assert "Nothing is here of this day" in text(page, ".none") and not page.css(".pager")
    assert client.get("/day/someday/all").status_code == 404


def test_a_page_of_a_day_asks_no_more_for_more_papers(room: PressRoom, client: TestClient) -> None:
    """Break: ask for each paper by itself."""
    read(client, "/")  # the one reader is made when first needed
    read(client, "/search?q=first")  # what search is tuned to is looked up every few seconds
    asked: list[int] = []
    for day, keys in ((FRIDAY, KEYS[:2]), (FRIDAY + DAY, KEYS[2:22])):
        room.announce(day, keys)
        room.press.print_due(at(day, 7))
        with counting(room.library) as questions:
            assert len(walk(client, f"/day/{day}/all")) == len(keys)
        asked.append(len(questions))
    assert asked[0] == asked[1]


def test_how_many_a_week_says_a_day_has(room: PressRoom, client: TestClient) -> None:
    """What is trending of other days does not count. Break: count all entries of the day."""
    room.announce(FRIDAY - DAY, KEYS[:3])
    room.press.print_due(at(FRIDAY - DAY, 7))
    room.vote(KEYS[0], 2, at(FRIDAY - DAY, 9))
    room.announce(FRIDAY, KEYS[10:30])
    day = room.press.print_due(at(FRIDAY, 7))[-1]
    assert any(section.key == "trending" for section in day.sections)
    assert count_news(day) == 20 == len(room.press.get_news(day))
    room.now = at(FRIDAY, 12)
    week = room.press.get(Scope.WEEK, "2026-W16")
    (of_day,) = [section for section in week.sections if section.key == f"of-{FRIDAY}"]
    assert len(of_day.entries) + of_day.more == 20


def test_an_empty_day_leads_to_one_that_was_printed(room: PressRoom, client: TestClient) -> None:
    """Break: lead to the day before, which is empty too."""
    assert "Turn to" not in text(read(client, "/day/1991-08-14"), ".state")
    room.announce(FRIDAY, KEYS[:5])
    room.press.print_due(at(FRIDAY, 7))
    for empty in ("1991-08-14", "2300-01-01", str(FRIDAY - 30 * DAY)):
        assert hrefs(read(client, f"/day/{empty}"), ".state a")[0] == URL


def test_todays_own_edition_is_no_back_issue(room: PressRoom) -> None:
    """Who keeps a first search after the press time. Break: `is_back_issue` for every scope."""
    reader = room.library.accounts.alone()
    room.announce(FRIDAY, KEYS[:5])
    room.press.print_due(at(FRIDAY, 7))
    room.library.searches.keep(reader, "All", "category:cs.LG")
    today = room.press.get(Scope.READER, str(FRIDAY), reader)
    assert today.entries and today.is_proof and not room.press.is_back_issue(today)
    assert room.press.is_back_issue(room.press.get(Scope.READER, str(FRIDAY - DAY), reader))
