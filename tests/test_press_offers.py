"""What counts as offered to a reader: no paper twice, what had no room comes later, and nobody's
edition hangs on another's."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest

from broadsheet.edition import Edition
from broadsheet.learning import Answer, Opinion, Steering
from broadsheet.mailing import State, Subscription
from broadsheet.people import Reader
from broadsheet.press.own import AGAIN_KEY, LIBRARY_KEY, UNRANKED, OwnPages
from broadsheet.recommend.lessons import Desires
from broadsheet.recommend.teaching import Teacher
from ownroom import keys_in, mail, plan, print_own, save, search, section
from pressroom import DAY, FRIDAY, PressRoom, Template, at

SATURDAY, THURSDAY = FRIDAY + DAY, FRIDAY - DAY
BEES = ["bees", "hives", "wax"]
OTHERS = ["knots", "markets", "parsers", "orbits", "glaciers"]
"""As many as stand below what the shelves find."""


@pytest.fixture
def room(own_template: Template, tmp_path: Path) -> Iterator[PressRoom]:
    """Its clock shows Thursday noon; nobody has announced anything."""
    with own_template.open(tmp_path) as room:
        room.now = at(THURSDAY, 12)
        yield room


@pytest.fixture
def reader(room: PressRoom) -> Reader:
    return room.add_reader("ada")


def section_keys(room: PressRoom, edition: Edition, key: str) -> set[str]:
    others = [each.key for each in edition.sections if each.key != key]
    return keys_in(room, edition, but=others)


def steer(room: PressRoom, steering: Steering) -> None:
    with room.store.write() as transaction:
        transaction.put_steering(steering)


def subscribe(room: PressRoom, reader: Reader) -> None:
    with room.store.write() as transaction:
        transaction.put_subscription(Subscription(reader.id, "ada@example.org", room.now, room.now))


# --- No paper twice ---------------------------------------------------------------------------


def test_what_the_library_offered_is_no_news_later(room: PressRoom, reader: Reader) -> None:
    """Break to see it fail: ask `find_offered` only of news that came with the edition before."""
    save(room, reader, "Apiary", "old-bees")
    (first,) = print_own(room, at(FRIDAY, 6))
    older = section_keys(room, first, LIBRARY_KEY)
    assert {"bees", "hives"} <= older
    room.announce(SATURDAY, sorted(older | {"knots"}))
    (second,) = print_own(room, at(SATURDAY, 6))
    assert keys_in(room, second) == {"knots"}


def test_what_is_announced_again_much_later_is_not_offered_again(
    room: PressRoom, reader: Reader
) -> None:
    """Break to see it fail: as above."""
    search(room, reader, "Bees", "bees")
    room.announce(FRIDAY, ["bees"])
    print_own(room, at(FRIDAY, 6))
    later = FRIDAY + 40 * DAY
    room.announce(later, ["bees", "hives"], category="second.list")
    (second,) = print_own(room, at(later, 6))
    assert keys_in(room, second) == {"hives"}


def test_what_came_in_the_second_of_the_printing(room: PressRoom, reader: Reader) -> None:
    """Before it: it is offered once. After it: once, too. Break to see it fail: leave the store out
    of `_find_offered`, or let `Span.holds` ask for what came after that second."""
    search(room, reader, "Everything", "author:sample OR author:moss")
    room.announce(FRIDAY, ["bees"], arrives=at(FRIDAY, 6))
    (first,) = print_own(room, at(FRIDAY, 6))
    room.announce(FRIDAY, ["hives"], category="math.GT", arrives=at(FRIDAY, 6))
    (second,) = print_own(room, at(SATURDAY, 6))
    assert [keys_in(room, each) for each in (first, second)] == [{"bees"}, {"hives"}]


# --- What had no room -------------------------------------------------------------------------


def begin(room: PressRoom, reader: Reader) -> None:
    """A shelf with a place a day, and the first edition: that has older papers if it can."""
    search(room, reader, "Rain", "rain")
    plan(room, reader, "UTC", "18:00")
    assert len(print_own(room, at(THURSDAY, 18))) == 1
    plan(room, reader, "UTC", "06:00")
    steer(room, Steering(save(room, reader, "Apiary", "old-bees"), per_day=1))


def print_days(room: PressRoom, days: Sequence[int]) -> list[set[str]]:
    """What the shelf shows on each of these days after FRIDAY."""
    printed = [print_own(room, at(FRIDAY + day * DAY, 6)) for day in days]
    return [
        {key for each in edition.sections if each.key.startswith("shelf-")
         for key in section_keys(room, edition, each.key)}
        for (edition,) in printed
    ]  # fmt: skip


def test_what_had_no_room_comes_later(room: PressRoom, reader: Reader) -> None:
    """One a day, the best first, and none twice; what is answered meanwhile does not come. Break to
    see it fail: leave `waiting` out of the section or of what the desk is asked, or do not look at
    what is settled."""
    begin(room, reader)
    room.announce(FRIDAY, [*OTHERS, *BEES])
    (first,) = print_own(room, at(FRIDAY, 6))
    shown = section_keys(room, first, first.sections[0].key)
    waiting = [key for key in BEES if key not in shown]
    assert len(shown) == 1 and {room.numbers[key] for key in waiting} == set(first.waiting)
    gone = waiting[0]
    hidden = Answer(reader.id, 0, room.numbers[gone], Opinion.HIDE, room.now)
    with room.store.write() as transaction:
        transaction.put_answers([hidden])
    assert print_days(room, [1, 2]) == [{*waiting} - {gone}, set()]


@pytest.mark.parametrize(("days", "comes"), [(14, True), (15, False)])
def test_it_waits_for_a_fortnight(room: PressRoom, reader: Reader, days: int, comes: bool) -> None:
    """Break to see it fail: leave `find_recent` out."""
    begin(room, reader)
    room.announce(FRIDAY, [*OTHERS, *BEES])
    assert [bool(each) for each in print_days(room, [0, days])] == [True, comes]


def test_what_waits_is_ranked_with_what_is_new(room: PressRoom, reader: Reader) -> None:
    """Break to see it fail: join the two instead of merging them."""
    begin(room, reader)
    room.announce(FRIDAY, [*OTHERS, "bees", "hives"])
    (first,) = print_days(room, [0])
    room.announce(SATURDAY, ["wax"])
    (second,) = print_days(room, [1])
    assert first | second == {"bees", "hives"}, "both are nearer than what is new"


# --- What no mail brought -----------------------------------------------------------------------


@pytest.mark.parametrize("mailed", [False, True])
def test_a_quiet_page_offers_nothing_to_who_reads_mail(
    room: PressRoom, reader: Reader, mailed: bool
) -> None:
    """Break to see it fail: print every edition with `offers`, or none that is quiet."""
    search(room, reader, "Bees", "bees")
    room.announce(FRIDAY, ["bees"])
    if mailed:
        subscribe(room, reader)
    (first,) = print_own(room, at(FRIDAY, 6))
    room.announce(SATURDAY, ["knots"])
    (second,) = print_own(room, at(SATURDAY, 6))
    assert not first.quiet and second.quiet and keys_in(room, second) == {"knots"}
    offered = room.store.find_offered(reader.id, list(room.numbers.values()))
    assert offered == {room.numbers[key] for key in (["bees"] if mailed else ["bees", "knots"])}


# --- Once more ----------------------------------------------------------------------------------


def lose(room: PressRoom, reader: Reader, keys: Sequence[str]) -> None:
    search(room, reader, "Everything", "author:sample OR author:moss")
    room.announce(FRIDAY, keys)
    (first,) = print_own(room, at(FRIDAY, 6))
    assert keys_in(room, first) == set(keys)
    mail(room, first, State.UNCERTAIN)


def test_papers_that_were_merged_come_once_more_once(room: PressRoom, reader: Reader) -> None:
    """Break to see it fail: give back the entries in `_recall` as they were printed."""
    lose(room, reader, ["bees", "hives", "knots", "wax"])
    with room.store.write() as transaction:
        for kept, merged in (("bees", "hives"), ("knots", "wax")):
            numbers = room.numbers[kept], room.numbers[merged]
            transaction.merge_works(*numbers, reason="the same", now=room.now)
    save(room, reader, "Knots", "knots")
    (second,) = print_own(room, at(SATURDAY, 6))
    again = next(each for each in second.sections if each.key == AGAIN_KEY)
    assert [each.work_id for each in again.entries] == [room.numbers["bees"]]


def test_what_is_settled_does_not_come_once_more(room: PressRoom, reader: Reader) -> None:
    """Break to see it fail: leave `settled` out of what is lost in `OwnPages`."""
    lose(room, reader, ["bees", "knots"])
    save(room, reader, "Knots", "knots")
    (second,) = print_own(room, at(SATURDAY, 6))
    assert section_keys(room, second, AGAIN_KEY) == {"bees"}


@pytest.mark.parametrize(("days", "comes"), [(30, True), (36, False)])
def test_a_lost_mail_is_recalled_for_five_weeks(
    room: PressRoom, reader: Reader, days: int, comes: bool
) -> None:
    """Break to see it fail: let RECALLED be a day, or no end."""
    lose(room, reader, ["bees"])
    (second,) = print_own(room, at(FRIDAY + days * DAY, 6))
    assert section_keys(room, second, AGAIN_KEY) == ({"bees"} if comes else set())


# --- Everybody for themselves -------------------------------------------------------------------


def test_a_reader_who_is_shut_out_has_no_edition(room: PressRoom, reader: Reader) -> None:
    """Break to see it fail: leave `disabled` out of `_find_due`."""
    search(room, reader, "Bees", "bees")
    with room.store.write() as transaction:
        transaction.put_reader(replace(reader, disabled=True))
    room.announce(FRIDAY, ["bees"])
    assert print_own(room, at(FRIDAY, 6)) == []


def test_a_ranker_that_fails_is_the_trouble_of_one_reader(
    room: PressRoom,
    reader: Reader,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Who is told so, and gets what was new when it works again. Break to see it fail: ask the desk
    without `Mishap`, or let nothing wait."""
    ben = room.add_reader("ben")
    for each in (reader, ben):
        save(room, each, "Apiary", "old-bees")
    learn_all = Teacher.learn_all

    def fail_for_ada(self: Teacher, desires: Desires, *given: object) -> object:
        if any(each.shelf.reader_id == reader.id for each in desires.studies):
            raise np.linalg.LinAlgError("Singular matrix")
        return learn_all(self, desires, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(Teacher, "learn_all", fail_for_ada)
    room.announce(FRIDAY, [*OTHERS, "bees", "hives"])
    with caplog.at_level(logging.ERROR):
        ours, other = print_own(room, at(FRIDAY, 6))
    assert ours.quiet == UNRANKED and section(ours, "Near your shelves").note == UNRANKED
    assert "Singular matrix" in caplog.text and f"reader {reader.id} " in caplog.text
    assert {"bees", "hives"} <= section_keys(room, other, other.sections[0].key)
    monkeypatch.undo()
    ours = print_own(room, at(SATURDAY, 6))[0]
    assert {"bees", "hives"} <= section_keys(room, ours, ours.sections[0].key)


def test_an_edition_that_cannot_be_laid_out_keeps_nobody_from_theirs(
    room: PressRoom,
    reader: Reader,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Break to see it fail: leave `Mishap` out of `_make_all`."""
    ben = room.add_reader("ben")
    for each in (reader, ben):
        search(room, each, "Bees", "bees")
    assert len(print_own(room, at(FRIDAY, 6))) == 2
    make = OwnPages.make

    def fail_for_ada(self: OwnPages) -> Edition:
        return _fail() if self.reader == reader else make(self)

    monkeypatch.setattr(OwnPages, "make", fail_for_ada)
    room.announce(SATURDAY, ["bees"])
    with caplog.at_level(logging.ERROR):
        printed = print_own(room, at(SATURDAY, 6))
    assert [each.reader_id for each in printed] == [ben.id]
    assert "no such thing" in caplog.text
    monkeypatch.undo()
    ours = print_own(room, at(SATURDAY + DAY, 6))[0]
    assert ours.reader_id == reader.id and keys_in(room, ours) == {"bees"}


def _fail() -> NoReturn:
    raise KeyError("no such thing")
