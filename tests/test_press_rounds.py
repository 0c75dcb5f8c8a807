"""Readers' own editions go to press once for each date of theirs, and nothing that is new is left
out between one and the next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from broadsheet.edition import Edition, Scope
from broadsheet.mailing import State
from broadsheet.people import Reader
from broadsheet.press.rounds import NOTHING_YET
from ownroom import (
    TITLES,
    get,
    keys_in,
    mail,
    plan,
    print_own,
    save,
    search,
    section,
    titles,
)
from pressroom import DAY, FRIDAY, PressRoom, Template, at, open_pressroom

SATURDAY, SUNDAY = FRIDAY + DAY, FRIDAY + 2 * DAY
THURSDAY = FRIDAY - DAY


@pytest.fixture
def room(own_template: Template, tmp_path: Path) -> Iterator[PressRoom]:
    """Its clock shows Thursday noon; nobody has announced anything."""
    with own_template.open(tmp_path) as room:
        room.now = at(THURSDAY, 12)
        yield room


@pytest.fixture
def reader(room: PressRoom) -> Reader:
    """Keeps a search that finds everything."""
    reader = room.add_reader("ada")
    search(room, reader, "Everything", "author:sample OR author:moss")
    return reader


def names(editions: list[Edition]) -> list[str]:
    return [each.name for each in editions]


def test_printed_once_for_those_who_chose_something(room: PressRoom, reader: Reader) -> None:
    """Break to see it fail: print for examples, too, or for readers who chose nothing."""
    idle, example = room.add_reader("idle"), room.add_reader("made-up", example=True)
    search(room, example, "Bees", "honey bees")
    room.announce(FRIDAY, ["bees", "hives"])
    assert print_own(room, at(FRIDAY, 5, 59)) == []
    (printed,) = print_own(room, at(FRIDAY, 6))
    assert (printed.scope, printed.reader_id) == (Scope.READER, reader.id)
    search(room, reader, "Glaciers", "glaciers")
    assert print_own(room, at(FRIDAY, 7)) == []
    assert get(room, reader) == printed
    assert get(room, idle).is_proof
    assert room.press.neighbours(printed) == ("2026-04-16", "2026-04-18")
    assert room.press.print_due(at(FRIDAY, 7))[0].scope is Scope.DAY


def test_who_begins_in_the_afternoon_has_a_proof_until_tomorrow(room: PressRoom) -> None:
    """Break to see it fail: leave `began_by` out: the first paper saved would print an edition."""
    room.announce(FRIDAY, ["bees", "hives"])
    room.now = at(FRIDAY, 10)
    reader = room.add_reader("ada")
    save(room, reader, "Apiary", "old-bees")
    assert print_own(room, at(FRIDAY, 11)) == []
    assert get(room, reader).is_proof and not room.press.is_back_issue(get(room, reader))
    assert names(print_own(room, at(SATURDAY, 6))) == ["2026-04-18"]


def test_a_later_time_of_the_same_day_holds(room: PressRoom) -> None:
    """Who begins in the afternoon and chooses a time of that evening has an edition then.

    Break to see it fail: remember dates in `_settled` without their moments.
    """
    room.announce(FRIDAY, ["bees", "hives"])
    room.now = at(FRIDAY, 10)
    reader = room.add_reader("ada")
    save(room, reader, "Apiary", "old-bees")
    assert print_own(room, at(FRIDAY, 11)) == []
    plan(room, reader, "Europe/London", "18:00")
    assert names(print_own(room, at(FRIDAY, 17))) == ["2026-04-17"]


def test_local_dates(room: PressRoom, reader: Reader) -> None:
    room.announce(FRIDAY, ["bees", "hives"])
    plan(room, reader, "Pacific/Auckland", "07:30")
    room.now = at(FRIDAY, 19, 29)
    assert room.press.own_name(reader) == "2026-04-18"
    proof = get(room, reader, SATURDAY)
    assert proof.is_proof and room.press.goes_to_press(proof) == at(FRIDAY, 19, 30)
    (printed,) = print_own(room, at(FRIDAY, 19, 30))
    assert printed.name == "2026-04-18" and keys_in(room, printed) == {"bees", "hives"}
    assert room.press.get_own(reader, 3)[0] == printed


def test_a_proof_is_what_is_printed(room: PressRoom, reader: Reader) -> None:
    room.announce(FRIDAY, ["bees", "hives", "ice"])
    save(room, reader, "Apiary", "old-bees")
    room.now = at(FRIDAY, 6)
    proof = get(room, reader)
    (printed,) = print_own(room, at(FRIDAY, 6))
    assert printed.sections == proof.sections and proof.number == 0 and printed.number == 1


def test_the_next_one_can_be_seen_before(room: PressRoom, reader: Reader) -> None:
    """Three papers saved after today's was printed show at once what they lead to."""
    room.announce(FRIDAY, ["bees", "hives"])
    print_own(room, at(FRIDAY, 6))
    room.now = at(FRIDAY, 10)
    assert get(room, reader, SATURDAY).quiet == NOTHING_YET
    save(room, reader, "Apiary", "old-bees", "wax", "nectar")
    room.announce(FRIDAY, ["knots", "markets"], category="math.GT", arrives=at(FRIDAY, 9))
    coming = get(room, reader, SATURDAY)
    assert coming.is_proof and keys_in(room, coming) == {"knots", "markets"}
    assert room.press.goes_to_press(coming) == at(SATURDAY, 6)
    assert get(room, reader, SUNDAY).quiet == "This day has not come yet."


def test_all_news_since_the_edition_before(room: PressRoom, reader: Reader) -> None:
    """What came after it on the same day, and what came late; nothing twice. Break to see it fail:
    take the news of the day alone, or all of the day before once more."""
    room.announce(FRIDAY, ["bees", "hives", "orbits"])
    first = print_own(room, at(FRIDAY, 6))[0]
    room.announce(FRIDAY, ["glaciers"], category="physics", arrives=at(FRIDAY, 9))
    room.announce(THURSDAY, ["knots"], category="math.GT", arrives=at(FRIDAY, 17))
    room.announce(SATURDAY, ["wax"])
    room.announce(FRIDAY, ["bees"], category="late.list", arrives=at(FRIDAY, 20))
    second = print_own(room, at(SATURDAY, 6))[0]
    assert keys_in(room, first) == {"bees", "hives", "orbits"}
    assert keys_in(room, second) == {"glaciers", "knots", "wax"}
    late = {entry.title: entry.late_from for entry in second.entries}
    assert late[TITLES["knots"]] == "2026-04-16" and not late[TITLES["glaciers"]]
    assert (second.first, second.last) == (SATURDAY, SATURDAY)


def test_a_weekly_one_covers_its_week(room: PressRoom, reader: Reader) -> None:
    plan(room, reader, "UTC", "08:00", "1")
    keys = ["bees", "hives", "orbits", "glaciers", "knots", "wax", "ice"]
    for step, key in enumerate(keys):
        room.announce(FRIDAY + step * DAY, [key])
    printed = [
        edition for step in range(20) for edition in print_own(room, at(FRIDAY + step * DAY, 9))
    ]
    assert names(printed) == ["2026-04-20", "2026-04-27", "2026-05-04"]
    assert keys_in(room, printed[0]) == set(keys[:4])
    assert keys_in(room, printed[1]) == set(keys[4:])
    assert (printed[1].first, printed[1].last) == (FRIDAY + 4 * DAY, FRIDAY + 10 * DAY)
    assert printed[2].quiet and not printed[2].entries
    room.now = at(FRIDAY, 12)
    assert room.press.goes_to_press(get(room, reader)) == at(FRIDAY + 3 * DAY, 8)


def test_days_of_an_outage_are_in_the_next(room: PressRoom, reader: Reader) -> None:
    """Break to see it fail: print each date that was missed."""
    room.announce(FRIDAY, ["bees"])
    print_own(room, at(FRIDAY, 6))
    for step, key in enumerate(["hives", "knots", "wax"], 1):
        room.announce(FRIDAY + step * DAY, [key])
    assert print_own(room, at(FRIDAY + 3 * DAY, 18)) == []  # half a day too late
    room.announce(FRIDAY + 4 * DAY, ["ice"])
    printed = print_own(room, at(FRIDAY + 4 * DAY, 17, 59))
    assert names(printed) == ["2026-04-21"]
    assert keys_in(room, printed[0]) == {"hives", "knots", "wax", "ice"}
    assert printed[0].first == SATURDAY


@pytest.mark.parametrize("state", State)
def test_what_a_lost_mail_had_comes_back(room: PressRoom, reader: Reader, state: State) -> None:
    """Once, in the next edition. Break to see it fail: leave `_again` out, or do not take what was
    offered since from what is recalled."""
    room.announce(FRIDAY, ["bees", "hives"])
    save(room, reader, "Apiary", "old-bees")
    (first,) = print_own(room, at(FRIDAY, 6))
    mail(room, first, state)
    room.announce(SATURDAY, ["knots"])
    (second,) = print_own(room, at(SATURDAY, 6))
    lost = state in {State.UNCERTAIN, State.FAILED, State.EXPIRED}
    again = keys_in(room, first)
    assert {"bees", "hives"} < again
    assert keys_in(room, second) == ({*again, "knots"} if lost else {"knots"})
    if lost:
        ranks = [each.rank for each in section(second, "Once more").entries]
        assert ranks == list(range(1, len(again) + 1))
        assert "Your shelf “Apiary”" in section(second, "Once more").entries[0].reason
    room.announce(SUNDAY, ["ice"])
    (third,) = print_own(room, at(SUNDAY, 6))
    assert keys_in(room, third) == {"ice"}


def test_two_presses_print_one_edition(
    room: PressRoom, reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One prints while the other still puts the same edition together. Break to see it fail: print
    in `OwnPress._print` whatever was made (the store raises), or give back what another printed."""
    room.announce(FRIDAY, ["bees", "hives"])
    with open_pressroom(tmp_path, "static") as other:
        other.now = room.now = at(FRIDAY, 6)
        make = other.press._own._make_all

        def make_slowly(*given: object) -> list[Edition]:
            made = make(*given)  # type: ignore[arg-type]
            assert len(room.press.print_own_due(room.now)) == 1
            return made

        monkeypatch.setattr(other.press._own, "_make_all", make_slowly)
        assert other.press.print_own_due() == []
    names = room.store.get_edition_names(Scope.READER, reader_id=reader.id)
    assert names == ["2026-04-17"]


def test_a_reader_who_moves_has_no_second_edition_of_a_date(
    room: PressRoom, reader: Reader
) -> None:
    """Break to see it fail: leave it to the store to say that a date was printed, and forget which
    in `_settled` when the schedule changes: both have to go for a second one."""
    room.announce(FRIDAY, ["bees", "hives"])
    plan(room, reader, "Pacific/Auckland", "06:00")
    assert names(print_own(room, at(THURSDAY, 18))) == ["2026-04-17"]
    plan(room, reader, "America/Los_Angeles", "06:00")
    assert print_own(room, at(FRIDAY, 13)) == []
    assert names(print_own(room, at(SATURDAY, 13))) == ["2026-04-18"]


@pytest.mark.parametrize("off", [40, -2])
def test_a_clock_that_jumps(room: PressRoom, reader: Reader, off: int) -> None:
    """Every date of the calendar that was lived through has one edition, and no news is lost by
    what a clock that was wrong has printed. Break to see it fail: take the newest name for the
    edition before (`is_in_order` always true)."""
    keys = iter(["bees", "hives", "knots", "wax", "ice", "orbits", "moons", "nectar"])
    printed = []
    for step in range(4):
        if step == 2:
            printed += print_own(room, at(FRIDAY + step * DAY + off * DAY, 6))
        room.announce(FRIDAY + step * DAY, [next(keys)])
        printed += print_own(room, at(FRIDAY + step * DAY, 6))
    wrong = [(FRIDAY + 42 * DAY).isoformat()] if off > 0 else []
    lived = [(FRIDAY + step * DAY).isoformat() for step in range(4)]
    assert sorted(names(printed)) == lived + wrong
    ours = [each for each in printed if each.name not in wrong]
    assert [keys_in(room, each) for each in ours] == [{"bees"}, {"hives"}, {"knots"}, {"wax"}]
    if wrong:
        room.announce(FRIDAY + 41 * DAY, ["ice"])
        room.announce(FRIDAY + 42 * DAY, ["orbits"])
        assert names(print_own(room, at(FRIDAY + 42 * DAY, 6))) == []
        (after,) = print_own(room, at(FRIDAY + 43 * DAY, 6))
        assert keys_in(room, after) == {"ice", "orbits"}


def test_nobody_due_costs_two_queries(
    room: PressRoom, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Break to see it fail: forget what is settled."""
    room.announce(FRIDAY, ["bees"])
    print_own(room, at(FRIDAY, 6))
    for name in ("get_edition_names", "get_shelves", "get_announced", "get_letters"):
        monkeypatch.setattr(room.store, name, None)
    assert print_own(room, at(FRIDAY, 7)) == print_own(room, at(FRIDAY, 23)) == []


def test_papers_that_nobody_announced(room: PressRoom, reader: Reader) -> None:
    """They are news by their own date; those brought in later are so when they come."""
    assert titles(section(get(room, reader, FRIDAY), "Everything")) == []
    room.now = at(FRIDAY + timedelta(days=2), 9)
    assert get(room, reader, SUNDAY).quiet
