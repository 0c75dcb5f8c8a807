"""What pages tell in the background: all of what a reader sees is kept, and little of a flood."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from morning import open_morning
from starlette.requests import Request

from broadsheet import web
from broadsheet.library import Library
from broadsheet.people import Act, Reader, Signal
from broadsheet.web import beacons
from broadsheet.web.beacons import BUDGET, REPEAT_SECONDS, Beacons
from broadsheet.web.bodies import Form
from broadsheet.web.caller import Caller
from broadsheet.web.limits import RATES, Limits

DAY = "day 2026-03-01"
TEMPLATES = Path(web.__file__).with_name("templates")


class Pages:
    """The pages of two readers, whose scripts tell; the clock stands still."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.now = 0.0
        self.limits = Limits(lambda: self.now)
        self.beacons = Beacons(library, self.limits, lambda: self.now)
        self.mira, self.tariq = map(library.accounts.get_reader, ("mira", "tariq"))

    def show(self, place: str, *papers: int, reader: Reader | None = None) -> None:
        self._tell(reader, "shown", [("place", place), *(("paper", str(n)) for n in papers)])

    def open(self, place: str, paper: int, position: int) -> None:
        fields = [("place", place), ("paper", str(paper)), ("position", str(position))]
        self._tell(None, "opened", fields)

    def _tell(self, reader: Reader | None, what: str, fields: Sequence[tuple[str, str]]) -> None:
        scope = {"type": "http", "state": {"caller": Caller(reader or self.mira)}}
        answer = getattr(self.beacons, what)(Request(scope), Form(tuple(fields)))
        assert answer.status_code == 204  # whatever becomes of it

    def kept(self, reader: Reader | None = None) -> list[Signal]:
        """What is kept of a reader's, oldest first."""
        journal = self.library.journal
        journal.flush()
        seen = journal.get_signals(reader or self.mira, acts=[Act.SHOWN, Act.OPEN])
        return list(reversed(seen))


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[Pages]:
    with open_morning(tmp_path, 4) as library:
        yield Pages(library)


def test_papers_that_are_here_are_kept_once(pages: Pages) -> None:
    """Break: note the numbers as they come."""
    pages.show(DAY, 3, 10**14 + 1, 1, 3, 999, 1, 2)
    pages.show("search", 10**14 + 1, 10**14 + 2)
    pages.open(DAY, 999, 1)
    assert [each.detail["works"] for each in pages.kept()] == [[3, 1, 2]]


@pytest.mark.parametrize(
    "place",
    ["", "x" * 100, "day 2026-03-01 and more", "shelf-new x", "shelf 1\n", "search 1", "shelf ١"],
)
def test_a_place_that_is_none_of_ours_is_not_kept(pages: Pages, place: str) -> None:
    """Break: leave `_PLACE` out of `_is_worth`, or let it match a part."""
    pages.show(place, 1, 2)
    pages.open(place, 1, 1)
    assert not pages.kept()


def test_the_places_of_all_pages_are_known(pages: Pages) -> None:
    """Break: take one of them out of `_PLACE`."""
    found = "".join(path.read_text("utf-8") for path in TEMPLATES.glob("*.html"))
    told = {
        place.replace("{{ shelf.id }}", "17")
        for place in re.findall(r'data-place="([^"]+)"', found)
    }
    named = {place for place in told if "{{" not in place}
    assert told - named == {"{{ view.place }}", "{{ place }}"} and len(named) >= 6
    editions = {DAY, "week 2026-W09", "month 2026-03", "reader 2026-03-01"}
    for place in (all_places := sorted(named | editions | {"shelf-new 17"})):
        pages.show(place, 1)
    assert [each.detail["place"] for each in pages.kept()] == all_places


def test_a_page_loaded_again_tells_nothing_new_for_a_while(pages: Pages) -> None:
    """What differs is kept at once. Break: leave the comparison with `_latest` out."""
    for _ in range(3):
        pages.show(DAY, 1, 2)
        pages.show("search", 1, 2)
        pages.show(DAY, 1, 2, reader=pages.tariq)
        pages.open(DAY, 2, 2)
    assert len(pages.kept()) == 3 and len(pages.kept(pages.tariq)) == 1
    pages.show(DAY, 2, 1)
    pages.show(DAY, 1, 2)
    pages.open(DAY, 1, 1)
    assert len(pages.kept()) == 6
    pages.now += REPEAT_SECONDS
    pages.show(DAY, 1, 2)
    assert len(pages.kept()) == 7


def test_what_is_kept_of_a_reader_has_a_bound(pages: Pages) -> None:
    """And others are kept as before. Break: leave `_has_room` out of `_is_worth`."""
    burst, seconds = RATES[BUDGET]
    for hour in range(2):
        pages.now += 3600 * hour
        for shelf in range(burst + 100):
            pages.show(f"shelf {hour}{shelf:04}", 1)
        assert len(pages.kept()) == (hour + 1) * burst
    assert burst * seconds == 3600
    pages.show(DAY, 1, reader=pages.tariq)
    assert len(pages.kept(pages.tariq)) == 1


@pytest.mark.parametrize("pause", [0, 9])
def test_two_hundred_pages_an_hour_are_kept_whole(pages: Pages, pause: float) -> None:
    """And a paper opened from each, at once or spread. Break: a budget of 300 an hour."""
    for number in range(200):
        pages.show(f"shelf {number}", 1, 2)
        pages.now += pause
        pages.open(f"shelf {number}", 2, 2)
        pages.now += pause
    assert len(pages.kept()) == 400


def test_what_is_remembered_has_a_bound(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    """Break: never forget a place."""
    monkeypatch.setattr(beacons, "MOST_REMEMBERED", 10)
    for number in range(30):
        pages.show(f"shelf {number}", 1)
    assert len(pages.beacons._latest) == 10 and len(pages.kept()) == 30
