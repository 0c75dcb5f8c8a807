"""Printing over a real library: what is due, what is late, and that what is printed stays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from broadsheet.config import Settings
from broadsheet.edition import Edition, Scope
from broadsheet.press.calendar import Period, period_of
from broadsheet.wiring import open_library
from pressroom import DAY, FRIDAY, PressRoom, Template, at, keys_of, make_papers

NAME = FRIDAY.isoformat()
RECORDS = make_papers(24)
KEYS = [record.key for record in RECORDS]
FIVE_DAYS = {(FRIDAY + n * DAY).isoformat() for n in range(5)}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return Template(tmp_path_factory.mktemp("papers"), RECORDS)


@pytest.fixture
def room(template: Template, tmp_path: Path) -> Iterator[PressRoom]:
    """A library with papers that nobody has announced."""
    with template.open(tmp_path) as room:
        yield room


def days_of(editions: list[Edition]) -> list[str]:
    """The names of the days among editions."""
    return [each.name for each in editions if each.scope is Scope.DAY]


def test_what_is_printed_never_changes(room: PressRoom) -> None:
    """Break to see it fail: let `get` put the edition together although there is one."""
    room.announce(FRIDAY, KEYS[:4])
    printed = room.press.print_due(room.now)
    assert [(each.scope, each.name, each.number) for each in printed] == [(Scope.DAY, NAME, 1)]
    room.vote(KEYS[3], 5, at(FRIDAY, 13))
    room.announce(FRIDAY, KEYS[4:9], category="stat.ML")
    room.now = at(FRIDAY, 20)
    again = room.press.get(Scope.DAY, NAME)
    assert again.to_json() == printed[0].to_json()
    assert room.press.print_due(room.now) == []
    assert not again.is_proof and not room.press.is_back_issue(again)


def test_nothing_goes_to_press_before_its_time(room: PressRoom) -> None:
    room.announce(FRIDAY, KEYS[:4])
    room.press.print_due(at(FRIDAY, 5, 59))
    assert NAME not in room.press.get_names(Scope.DAY)
    assert [each.name for each in room.press.print_due(at(FRIDAY, 6))] == [NAME]


def test_an_empty_day_waits_until_it_is_over(room: PressRoom) -> None:
    """Break to see it fail: let every edition with a receipt be worth printing."""
    room.library.newsroom.add_source("arxiv", ["math.NA"], since=FRIDAY - 5 * DAY)
    room.announce(FRIDAY - DAY, KEYS[:2])
    room.press.print_due(at(FRIDAY - DAY, 6))
    assert room.press.print_due(at(FRIDAY, 6)) == []
    room.announce(FRIDAY, KEYS[2:4], arrives=at(FRIDAY, 9))
    assert [each.name for each in room.press.print_due(at(FRIDAY, 10))] == [NAME]
    assert room.press.print_due(at(FRIDAY + DAY, 6)) == []
    saturday, *_ = room.press.print_due(at(FRIDAY + 2 * DAY, 6))
    assert saturday.quiet == "Nothing on this day, because arXiv announces nothing on Saturdays."


def test_two_presses_print_one_edition(
    room: PressRoom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One prints while the other still puts the same edition together, which is then told as
    printed by the first alone.

    Break to see it fail: number editions without looking whether the name is taken
    (`print_edition`), or return all that were to be printed (`_print`).
    """
    room.announce(FRIDAY, KEYS[:4])
    settings = Settings(library=tmp_path / "library")
    first: list[Edition] = []

    with open_library(settings, clock=lambda: room.now) as other:
        compose = other.press.compose

        def take_long(period: Period, now: datetime) -> Edition:
            edition = compose(period, now)
            first.extend(room.press.print_due(now))
            return edition

        monkeypatch.setattr(other.press, "compose", take_long)
        assert other.press.print_due(room.now) == []
        assert days_of(first) == [NAME]
        assert other.press.get(Scope.DAY, NAME) == first[0]
        assert other.press.print_now(period_of(Scope.DAY, FRIDAY), room.now) == first[0]
    assert list(room.press.get_names(Scope.DAY)) == [NAME]


def test_days_that_were_missed_are_printed_in_order(room: PressRoom) -> None:
    room.announce(FRIDAY, KEYS[:2])
    room.press.print_due(room.now)
    for step in (1, 2, 3):
        room.announce(FRIDAY + step * DAY, KEYS[2 * step : 2 * step + 2])
    printed = room.press.print_due(at(FRIDAY + 3 * DAY, 7))
    days = [each.name for each in printed if each.scope is Scope.DAY]
    assert days == ["2026-04-18", "2026-04-19", "2026-04-20"]
    assert [each.name for each in printed if each.scope is Scope.WEEK] == ["2026-W16"]
    assert [each.number for each in printed if each.scope is Scope.DAY] == [2, 3, 4]


def test_after_a_long_rest_only_the_last_fortnight_is_printed(room: PressRoom) -> None:
    room.announce(FRIDAY, KEYS[:2])
    room.press.print_due(room.now)
    later = FRIDAY + 400 * DAY
    room.announce(later, KEYS[2:4])
    room.announce(later - 20 * DAY, KEYS[4:6])
    names = [e.name for e in room.press.print_due(at(later, 7)) if e.scope is Scope.DAY]
    assert names[-1] == later.isoformat()
    assert min(names) >= (later - 14 * DAY).isoformat()
    room.now = at(later, 8)
    missed = room.press.get(Scope.DAY, (later - 20 * DAY).isoformat())
    assert missed.entries and room.press.is_back_issue(missed)


@pytest.mark.parametrize("off", [timedelta(days=4 * 365), timedelta(days=-200), timedelta(days=5)])
def test_a_clock_that_was_wrong_for_a_while_is_in_nobodys_way(
    room: PressRoom, off: timedelta
) -> None:
    """Numbers go on in the order of printing, and what should not have been printed stays.

    Break to see it fail: go on from the greatest name that was printed.
    """
    room.library.newsroom.add_source("arxiv", ["math.NA"], since=FRIDAY - 5 * DAY)
    room.announce(FRIDAY, KEYS[:3])
    room.press.print_due(at(FRIDAY, 7))
    room.announce(FRIDAY + off, KEYS[20:22])
    room.announce(FRIDAY + 2 * off, KEYS[22:24])
    wrong = days_of(room.press.print_due(at(FRIDAY + off, 7)))
    assert wrong[-1] == (FRIDAY + off).isoformat()
    printed = [NAME, *wrong]
    for n in range(1, 5):
        room.announce(FRIDAY + n * DAY, KEYS[3 * n : 3 * n + 3])
        printed += days_of(room.press.print_due(at(FRIDAY + n * DAY, 7)))
    assert {*printed} >= FIVE_DAYS and len({*printed}) == len(printed)
    editions = [room.store.get_edition(Scope.DAY, name) for name in printed]
    assert [each and each.number for each in editions] == list(range(1, len(printed) + 1))
    assert room.store.get_edition(Scope.WEEK, "2026-W16")


def test_printing_can_begin_with_a_wrong_clock(room: PressRoom) -> None:
    """A week without a printed day is not the first that is printed.

    Break to see it fail: let `_begins` ask for the last printed day of all.
    """
    monday = FRIDAY + 3 * DAY
    for day, keys in ((monday + 400 * DAY, KEYS[:8]), (monday, KEYS[8:])):
        room.announce(day - 3 * DAY, keys[:4])
        room.announce(day, keys[4:])
        printed = room.press.print_due(at(day, 7))
        assert [each.name for each in printed] == [day.isoformat()]


def test_a_day_that_was_left_out_is_printed_once_something_is_known_of_it(room: PressRoom) -> None:
    """And one from before printing began is not.

    Break to see it fail: look for what is due behind the last edition only.
    """
    room.announce(FRIDAY, KEYS[:2])
    room.press.print_due(at(FRIDAY, 7))
    room.announce(FRIDAY + 2 * DAY, KEYS[2:4])
    assert days_of(room.press.print_due(at(FRIDAY + 2 * DAY, 7))) == ["2026-04-19"]
    for day in (FRIDAY - DAY, FRIDAY + DAY):
        room.announce(day, KEYS[6:8], arrives=at(FRIDAY + 2 * DAY, 9), category="stat.ML")
    room.announce(FRIDAY + DAY, KEYS[8:10], arrives=at(FRIDAY + 2 * DAY, 9))
    printed = room.press.print_due(at(FRIDAY + 2 * DAY, 10))
    assert [(each.name, each.number) for each in printed] == [("2026-04-18", 3)]


def test_a_library_that_follows_nothing_and_has_nothing_new_prints_nothing(
    room: PressRoom,
) -> None:
    assert room.press.print_due(room.now) == []


def test_late_papers_join_the_next_edition_and_say_so(room: PressRoom) -> None:
    """Those that came in time and had no room on the page do not.

    Break to see it fail: let `pick_late` ignore when a paper came.
    """
    thursday = FRIDAY - DAY
    room.announce(thursday, KEYS[:20])
    room.press.print_due(at(thursday, 6))
    room.announce(thursday, [KEYS[20]], category="stat.ML", arrives=at(thursday, 15))
    room.announce(FRIDAY, KEYS[21:23])
    room.press.print_due(at(FRIDAY, 6))
    friday = room.press.get(Scope.DAY, NAME)
    assert set(keys_of(room, friday)) == {*KEYS[20:23]}
    late = {entry.work_id: entry.late_from for entry in friday.entries if entry.late_from}
    assert late == {room.numbers[KEYS[20]]: thursday.isoformat()}
    assert "too late" in " ".join(room.press.explain(friday, room.numbers[KEYS[20]]))
    assert KEYS[20] not in keys_of(room, room.press.get(Scope.DAY, thursday.isoformat()))
    room.announce(FRIDAY + DAY, KEYS[23:])
    room.press.print_due(at(FRIDAY + DAY, 6))
    saturday = room.press.get(Scope.DAY, (FRIDAY + DAY).isoformat())
    assert keys_of(room, saturday) == KEYS[23:]


def test_a_week_holds_what_its_days_printed(room: PressRoom) -> None:
    monday = FRIDAY - 4 * DAY
    for step in range(3):
        room.announce(monday + step * DAY, KEYS[4 * step : 4 * step + 4])
        room.press.print_due(at(monday + step * DAY, 6))
    room.vote(KEYS[5], 4, at(monday + 2 * DAY, 9))
    room.press.print_due(at(monday + 7 * DAY, 6))
    week = room.press.get(Scope.WEEK, "2026-W16")
    assert week.number == 1
    assert week.sections[0].entries[0].work_id == room.numbers[KEYS[5]]
    tuesday = room.press.get(Scope.DAY, (monday + DAY).isoformat())
    section = next(each for each in week.sections if each.key == f"of-{tuesday.name}")
    assert [e.work_id for e in section.entries] == [e.work_id for e in tuesday.sections[0].entries]
    assert section.note == f"As printed in No. {tuesday.number}."
    month = room.press.get(Scope.MONTH, "2026-04")
    assert [section.title for section in month.sections] == ["Best of the month", "Week 16"]
