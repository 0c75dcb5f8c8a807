"""Pages and feeds of what was printed: they stay, and a daily poll misses nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest
from lxml import etree
from starlette.testclient import TestClient

from broadsheet.config import Settings
from broadsheet.edition import Edition, Scope
from broadsheet.people import Reader
from broadsheet.press.compose import LEAD
from broadsheet.storage import SqlStore
from broadsheet.web.app import create_app
from pressroom import DAY, FRIDAY, PressRoom, Template, at, make_papers
from queries import counting

RECORDS = [
    replace(record, abstract="A sentence of it. " * 99 + "End.") for record in make_papers(60)
]
KEYS = [record.key for record in RECORDS]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return Template(tmp_path_factory.mktemp("papers"), RECORDS)


@pytest.fixture
def room(template: Template, tmp_path: Path) -> Iterator[PressRoom]:
    with template.open(tmp_path) as room:
        yield room


@pytest.fixture
def client(room: PressRoom, tmp_path: Path) -> Iterator[TestClient]:
    settings = Settings(library=tmp_path / "library")
    with TestClient(create_app(room.library, settings), "http://127.0.0.1") as client:
        yield client


# --- Printed pages ------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [f"/day/{FRIDAY}", "/week/2026-W16"])
def test_a_new_version_changes_no_printed_page(
    room: PressRoom, client: TestClient, tmp_path: Path, path: str
) -> None:
    """Break: let the lead story show the abstract of the work as it is now."""
    room.announce(FRIDAY, KEYS[:6])
    room.press.print_due(at(FRIDAY, 7))
    room.press.print_due(at(FRIDAY + 3 * DAY, 7))
    page, data = client.get(path).text, client.get(f"{path}.json").content
    assert "A sentence of it. " * 12 in page
    rewritten = [
        replace(record, title="Another title", abstract="Rewritten. " * 90 + "End.")
        for record in RECORDS[:6]
    ]
    (tmp_path / "new").mkdir()
    room.fill(tmp_path / "new", rewritten)
    assert room.library.get_work(room.numbers[KEYS[0]]).title == "Another title"
    assert client.get(path).text == page
    assert client.get(f"{path}.json").content == data


def test_the_text_of_the_lead_story_is_kept_within_bounds(room: PressRoom) -> None:
    room.announce(FRIDAY, KEYS[:6])
    day = room.press.print_due(at(FRIDAY, 7))[0]
    assert LEAD // 2 < len(day.lead) <= LEAD and day.lead.endswith("it.")
    assert Edition.from_json(day.to_json()).lead == day.lead


def test_an_edition_that_was_printed_without_that_text_shows_an_excerpt(
    room: PressRoom, client: TestClient
) -> None:
    room.announce(FRIDAY, KEYS[:6])
    day = replace(room.press.get(Scope.DAY, FRIDAY.isoformat()), lead="")
    with room.store.write() as transaction:
        transaction.print_edition(day)
    page = client.get(f"/day/{FRIDAY}").text
    assert "A sentence of it. " * 5 in page
    assert "A sentence of it. " * 20 not in page


# --- One's own feed -----------------------------------------------------------------------------


class Listed(NamedTuple):
    """An entry of a feed: its id, and its date."""

    id: str
    updated: str


@pytest.fixture
def reader(room: PressRoom) -> Reader:
    """The one reader, who keeps a search that finds everything."""
    room.now = at(FRIDAY - DAY, 12)
    reader = room.library.accounts.alone()
    room.library.searches.keep(reader, "Studies", "study")
    return reader


def poll(room: PressRoom, client: TestClient, reader: Reader) -> list[Listed]:
    answer = client.get(f"/yours/link.{room.press.link_of(reader)}.atom")
    assert answer.status_code == 200
    space = {"a": "http://www.w3.org/2005/Atom"}
    return [
        Listed(entry.findtext("a:id", "", space), entry.findtext("a:updated", "", space))
        for entry in etree.fromstring(answer.content).findall("a:entry", space)
    ]


@pytest.mark.parametrize("hour", [0, 5, 7, 12, 23])
@pytest.mark.parametrize("printing", [True, False])
def test_a_daily_poll_at_any_hour_misses_nothing(
    room: PressRoom, client: TestClient, reader: Reader, hour: int, printing: bool
) -> None:
    """Nor does an entry change between two polls.

    Break: give the edition of today alone; or date the entries by when they were put together.
    """
    seen: dict[str, str] = {}
    for step in range(4):
        day = FRIDAY + step * DAY
        room.announce(day, KEYS[5 * step : 5 * step + 5])
        for moment in sorted([at(day, 6, 1), at(day, hour, 30)]):
            room.now = moment
            if moment.hour == hour:
                for entry in poll(room, client, reader):
                    assert seen.setdefault(entry.id, entry.updated) == entry.updated
            elif printing:
                room.press.print_own_due()
    room.now += DAY
    seen |= dict(poll(room, client, reader))
    assert {each.rpartition("/")[2] for each in seen} >= {
        str(room.numbers[key]) for key in KEYS[:20]
    }


def test_the_feed_goes_back_a_fortnight_and_asks_no_more_for_it(
    room: PressRoom, client: TestClient, reader: Reader
) -> None:
    """Break: read the printed editions one by one."""
    assert isinstance(room.store, SqlStore)
    asked = []
    for step in range(16):
        day = FRIDAY + step * DAY
        room.announce(day, KEYS[3 * step : 3 * step + 3])
        room.now = at(day, 7)
        room.press.print_own_due()
        with counting(room.store) as statements:
            entries = poll(room, client, reader)
        asked.append(len(statements))
        assert len(entries) == 3 * min(step + 1, 14)
        assert len({entry.id for entry in entries}) == len(entries)
        dates = [entry.updated for entry in entries]
        assert dates == sorted(dates, reverse=True)
    assert len(set(asked[1:])) == 1
