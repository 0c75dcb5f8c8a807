"""What is late and what was printed already: decided by what editions held, whatever clocks say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from broadsheet.edition import Edition, Scope
from broadsheet.press.calendar import period_of
from broadsheet.press.candidates import News
from broadsheet.press.late import pick_late
from broadsheet.sources import Announcement, Item
from pressroom import DAY, FRIDAY, PressRoom, Template, at, make_papers

THURSDAY, SATURDAY = FRIDAY - DAY, FRIDAY + DAY
KEYS = [record.key for record in make_papers(40)]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return Template(tmp_path_factory.mktemp("papers"), make_papers(40))


@pytest.fixture
def room(template: Template, tmp_path: Path) -> Iterator[PressRoom]:
    with template.open(tmp_path) as room:
        yield room


def estimate(room: PressRoom, day: date, keys: Sequence[str], came: datetime) -> None:
    """Papers come, and when they will be announced is reckoned."""
    told = [Announcement("math.NA", day, key, "new", estimated=True) for key in keys]
    with room.store.write() as transaction:
        transaction.put_items("arxiv", [Item(key) for key in keys], now=came)
        transaction.add_announcements("arxiv", told, now=came)


def press(room: PressRoom, day: date) -> dict[str, str]:
    """Go to press; of the day's edition, the papers with the day that they are late from."""
    room.now = at(day, 6)
    room.press.print_due()
    return held(room, room.press.get(Scope.DAY, day.isoformat()))


def held(room: PressRoom, edition: Edition) -> dict[str, str]:
    keys = {number: key for key, number in room.numbers.items()}
    sections = [section for section in edition.sections if section.key != "trending"]
    return {
        keys[entry.work_id]: entry.late_from for section in sections for entry in section.entries
    }


# --- Late ---------------------------------------------------------------------------------------


def test_a_paper_whose_list_is_seen_after_the_press_is_late(room: PressRoom) -> None:
    """It was here long before: only that it was announced came late.

    Break: let `_note` of the store keep nothing of `Edition.news`, or go by `arrived_at`.
    """
    with room.store.write() as transaction:
        transaction.put_items("arxiv", [Item(KEYS[5])], now=at(THURSDAY - 3 * DAY, 5))
    room.announce(THURSDAY, KEYS[:3])
    press(room, THURSDAY)
    told = [Announcement("stat.ML", THURSDAY, KEYS[5], "new", position=1)]
    with room.store.write() as transaction:
        transaction.add_announcements("arxiv", told, now=at(THURSDAY, 8))
    room.announce(FRIDAY, KEYS[10:12])
    late = {KEYS[5]: THURSDAY.isoformat()}
    assert press(room, FRIDAY) == {KEYS[10]: "", KEYS[11]: ""} | late
    friday = room.press.get(Scope.DAY, FRIDAY.isoformat())
    why = " ".join(room.press.explain(friday, room.numbers[KEYS[5]]))
    assert "It was announced on 2026-04-16; that, or the paper, came too late for the" in why


def test_a_paper_that_was_expected_later_than_it_was_announced_is_late(room: PressRoom) -> None:
    """Break: take a paper that any earlier edition could have held for one that is in time."""
    room.announce(THURSDAY, KEYS[:3], category="stat.ML")
    estimate(room, FRIDAY, KEYS[5:7], at(THURSDAY, 5))
    assert set(press(room, THURSDAY)) == {*KEYS[:3]}
    room.announce(THURSDAY, KEYS[5:7], arrives=at(THURSDAY, 8))
    room.announce(FRIDAY, KEYS[10:12])
    late = dict.fromkeys(KEYS[5:7], THURSDAY.isoformat())
    assert press(room, FRIDAY) == late | dict.fromkeys(KEYS[10:12], "")
    room.announce(SATURDAY, KEYS[12:14])
    assert press(room, SATURDAY) == dict.fromkeys(KEYS[12:14], "")


@pytest.mark.parametrize("late", [timedelta(milliseconds=500), -timedelta(seconds=3)])
def test_what_came_as_the_press_ran_is_late_and_not_lost(room: PressRoom, late: timedelta) -> None:
    """In the same second, or stamped before and written after.

    Break: ask of late papers that they came after the edition was made.
    """
    room.announce(THURSDAY, KEYS[:3])
    moment = at(THURSDAY, 6) + timedelta(milliseconds=200)
    room.press.print_due(moment)
    room.announce(THURSDAY, [KEYS[5]], category="stat.ML", arrives=moment + late)
    room.announce(FRIDAY, KEYS[10:12])
    assert press(room, FRIDAY)[KEYS[5]] == THURSDAY.isoformat()


def test_what_had_no_room_on_the_page_is_not_late(room: PressRoom) -> None:
    """Also where it is merged with another paper afterwards.

    Break: keep the papers on the page only, or find them without following merges.
    """
    room.announce(THURSDAY, KEYS[:30])
    shown = press(room, THURSDAY)
    left = [key for key in KEYS[:30] if key not in shown]
    assert left
    room.library.merge(room.numbers[KEYS[39]], room.numbers[left[0]])
    room.announce(FRIDAY, KEYS[30:32])
    assert press(room, FRIDAY) == dict.fromkeys(KEYS[30:32], "")


def test_what_an_edition_of_before_has_shown_is_not_late(room: PressRoom) -> None:
    """One that was printed before the store kept what a day counted.

    Break: leave `find_printed` out of `_sort`.
    """
    room.announce(THURSDAY, KEYS[:3])
    room.now = at(THURSDAY, 6)
    thursday = room.press.get(Scope.DAY, THURSDAY.isoformat())
    with room.store.write() as transaction:
        transaction.print_edition(replace(thursday, news=()))
    room.announce(FRIDAY, KEYS[10:12])
    assert press(room, FRIDAY) == dict.fromkeys(KEYS[10:12], "")


def test_what_was_announced_before_printing_began_is_not_late(room: PressRoom) -> None:
    """Break: let every earlier day be spoken for."""
    room.announce(THURSDAY, KEYS[:3])
    room.announce(FRIDAY, KEYS[3:6])
    assert press(room, FRIDAY) == dict.fromkeys(KEYS[3:6], "")
    room.announce(SATURDAY, KEYS[6:8])
    assert press(room, SATURDAY) == dict.fromkeys(KEYS[6:8], "")


def test_late_papers_are_in_the_next_edition_and_in_no_back_issue(room: PressRoom) -> None:
    room.announce(THURSDAY, KEYS[:3])
    press(room, THURSDAY)
    room.announce(SATURDAY, KEYS[6:8])
    room.press.print_now(period_of(Scope.DAY, SATURDAY), at(SATURDAY, 6))
    room.announce(THURSDAY, [KEYS[9]], category="stat.ML", arrives=at(SATURDAY, 9))
    room.now = at(SATURDAY, 12)
    assert not held(room, room.press.get(Scope.DAY, FRIDAY.isoformat()))
    sunday = held(room, room.press.get(Scope.DAY, (SATURDAY + DAY).isoformat()))
    assert sunday == {KEYS[9]: THURSDAY.isoformat()}


def test_what_a_wrong_clock_printed_of_the_future_keeps_nothing_out(room: PressRoom) -> None:
    """Neither the news of a day nor what is late.

    Break: let all that was ever printed count, whatever day it is.
    """
    room.announce(THURSDAY, KEYS[:2])
    press(room, THURSDAY)
    far = FRIDAY + 400 * DAY
    estimate(room, far, KEYS[4:8], at(THURSDAY, 5))
    assert set(press(room, far)) == {*KEYS[4:8]}
    room.announce(THURSDAY, KEYS[4:6], arrives=at(THURSDAY, 8))
    room.announce(FRIDAY, KEYS[6:8])
    late = dict.fromkeys(KEYS[4:6], THURSDAY.isoformat())
    assert press(room, FRIDAY) == late | dict.fromkeys(KEYS[6:8], "")


@pytest.mark.parametrize(
    ("history", "late"),
    [
        ({}, True),
        ({"2026-04-15": False}, True),  # counted for the day before, and no room there
        ({"2026-04-15": True}, False),
        ({"2026-04-16": False}, False),
        ({"2026-04-17": True}, True),  # the edition that is asked about
    ],
)
def test_who_is_late(history: dict[str, bool], late: bool) -> None:
    old = {1: News(1, THURSDAY)}
    printed = [THURSDAY, THURSDAY - DAY]
    found = pick_late(old, {1: history}, printed, FRIDAY.isoformat())
    assert found == ({1: News(1, THURSDAY, late_from=THURSDAY)} if late else {})
    assert not pick_late(old, {1: history}, [THURSDAY - 15 * DAY], FRIDAY.isoformat())


# --- Printed already ----------------------------------------------------------------------------


def test_what_was_printed_is_no_news_again_when_its_day_is_put_right(room: PressRoom) -> None:
    """It may trend.

    Break: leave `was_shown` out of `_sort`, or let what is late not mind it.
    """
    estimate(room, THURSDAY, KEYS[:3], at(THURSDAY, 4))
    assert set(press(room, THURSDAY)) == {*KEYS[:3]}
    room.announce(FRIDAY, KEYS[:3])
    room.announce(FRIDAY, KEYS[10:12], category="stat.ML")
    room.vote(KEYS[1], 2, at(FRIDAY, 5))
    assert press(room, FRIDAY) == dict.fromkeys(KEYS[10:12], "")
    friday = room.press.get(Scope.DAY, FRIDAY.isoformat())
    trending = next(each for each in friday.sections if each.key == "trending")
    assert [entry.work_id for entry in trending.entries] == [room.numbers[KEYS[1]]]
    room.announce(SATURDAY, KEYS[12:14])
    assert press(room, SATURDAY) == dict.fromkeys(KEYS[12:14], "")


def test_a_day_that_is_printed_after_a_later_one_repeats_nothing(room: PressRoom) -> None:
    """Friday had nothing until Saturday was printed, with a paper that turns out to be Friday's.

    Break: let `_sort` look at what was printed for the newest day alone.
    """
    room.announce(THURSDAY, KEYS[:2])
    press(room, THURSDAY)
    estimate(room, SATURDAY, KEYS[2:6], at(SATURDAY, 4))
    assert set(press(room, SATURDAY)) == {*KEYS[2:6]}
    room.announce(FRIDAY, KEYS[4:8], arrives=at(SATURDAY, 8))
    room.press.print_due(at(SATURDAY, 9))
    friday = room.press.get(Scope.DAY, FRIDAY.isoformat())
    assert friday.number and set(held(room, friday)) == {*KEYS[6:8]}


def test_what_only_trended_is_news_on_its_day(room: PressRoom) -> None:
    """Break: take every paper that stood in an edition for one that was its news."""
    room.announce(THURSDAY - DAY, KEYS[:1])
    room.announce(THURSDAY, KEYS[3:5])
    room.vote(KEYS[0], 2, at(THURSDAY, 5))
    press(room, THURSDAY)
    room.announce(THURSDAY - DAY, KEYS[5:6])
    assert room.store.find_printed([room.numbers[KEYS[0]]], Scope.DAY)
    assert not room.store.find_news([room.numbers[KEYS[0]]])


def test_the_papers_of_each_day_are_in_one_edition(room: PressRoom) -> None:
    """Three days of estimates, half of them wrong by a day: every paper once, none lost."""
    for step in range(3):
        day, keys = THURSDAY + step * DAY, KEYS[6 * step : 6 * step + 6]
        estimate(room, day, keys, at(day, 4))
        press(room, day)
        room.announce(day, keys[:2], category="math.NA", arrives=at(day, 8))
        room.announce(day + DAY, keys[2:4], arrives=at(day, 8))
        room.announce(day - DAY, keys[4:], arrives=at(day, 8))
    room.announce(SATURDAY + DAY, KEYS[30:32])
    press(room, SATURDAY + DAY)
    editions = [room.press.get(Scope.DAY, name) for name in room.press.get_names(Scope.DAY)]
    found = sorted(key for edition in editions for key in held(room, edition))
    assert found == sorted([*KEYS[:18], *KEYS[30:32]])
