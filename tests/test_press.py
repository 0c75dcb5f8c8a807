"""Editions over a real library: what is news, in which order, and what is kept of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import event

from broadsheet.edition import Edition, Scope, Section
from broadsheet.errors import NotFoundError
from broadsheet.model import PaperDate
from broadsheet.ports import Store
from broadsheet.press.calendar import period_of
from broadsheet.press.recent import KEPT
from pressroom import DAY, FRIDAY, PressRoom, Template, at, keys_of, make_papers

NAME = FRIDAY.isoformat()
RECORDS = make_papers(24)
KEYS = [record.key for record in RECORDS]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return Template(tmp_path_factory.mktemp("papers"), RECORDS)


@pytest.fixture
def room(template: Template, tmp_path: Path) -> Iterator[PressRoom]:
    """A library with papers that nobody has announced."""
    with template.open(tmp_path) as room:
        yield room


def top(edition: Edition) -> Section:
    return edition.sections[0]


# --- What is news -------------------------------------------------------------------------------


def test_the_news_of_a_day_are_what_was_announced_on_it(room: PressRoom) -> None:
    room.announce(FRIDAY - DAY, KEYS[:3])
    room.announce(FRIDAY, KEYS[3:6])
    room.announce(FRIDAY, KEYS[6:8], kind="replace")
    edition = room.press.get(Scope.DAY, NAME)
    assert keys_of(room, edition) == KEYS[3:6]
    assert edition.receipt == "5 announced, all here."


def test_a_paper_that_another_category_takes_over_is_no_news_again(room: PressRoom) -> None:
    room.announce(FRIDAY - 2 * DAY, KEYS[:2])
    room.announce(FRIDAY, [KEYS[0], KEYS[5]], kind="cross", category="stat.ML")
    assert keys_of(room, room.press.get(Scope.DAY, NAME)) == [KEYS[5]]


def test_where_nothing_was_announced_the_papers_own_dates_count(
    room: PressRoom, tmp_path: Path
) -> None:
    """Those of which only the month is known are of no day, and those announced on another are of
    that one."""
    values = [NAME, NAME, "2026-04", "2026", "2026-04-18", NAME, NAME]
    records = [
        replace(record, date=PaperDate(value, "submitted"))
        for record, value in zip(make_papers(31)[24:], values, strict=True)
    ]
    records[-1] = replace(records[-1], announced_on="2026-04-20")
    room.fill(tmp_path, records)
    keys = sorted(records[n].key for n in (0, 1, 5))
    assert sorted(keys_of(room, room.press.get(Scope.DAY, NAME))) == keys
    room.announce(FRIDAY, KEYS[:1])
    assert keys_of(room, room.press.get(Scope.DAY, NAME)) == KEYS[:1]


def test_votes_and_upvotes_decide_the_order(room: PressRoom) -> None:
    room.announce(FRIDAY, KEYS[:5])
    room.vote(KEYS[4], 2, at(FRIDAY, 5))
    room.show(KEYS[2], "upvotes", 40.0, at(FRIDAY, 5))
    room.vote(KEYS[1], 3, room.now + DAY)
    edition = room.press.get(Scope.DAY, NAME)
    assert keys_of(room, edition) == [KEYS[2], KEYS[4], KEYS[0], KEYS[1], KEYS[3]]
    first = top(edition).entries[0]
    assert first.reason == "It has 40 upvotes on arXiv."
    assert first.score == pytest.approx(sum(part.points for part in first.parts))


def tell_back_to_front(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a store tell what editions are made of in the other direction."""

    def turn(tell: Callable[..., Sequence[object]]) -> Callable[..., Sequence[object]]:
        return lambda *args: tell(*args)[::-1]

    for name in ("get_announced", "get_votes_since", "get_measured_since"):
        monkeypatch.setattr(store, name, turn(getattr(store, name)))


def test_the_order_in_which_things_came_does_not_matter(
    template: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two libraries, the same records, announcements, votes and measures in another order, and a
    store that tells all of it back to front.

    Break to see it fail: let `pick_announced` keep the first that it hears of a paper and a day.
    """
    deeds: list[Callable[[PressRoom], None]] = [
        lambda room: room.announce(FRIDAY, KEYS[:10]),
        lambda room: room.announce(FRIDAY, KEYS[8:16], category="stat.ML"),
        lambda room: room.announce(FRIDAY - 3 * DAY, KEYS[16:20]),
        lambda room: room.vote(KEYS[3], 2, at(FRIDAY, 5)),
        lambda room: room.vote(KEYS[12], 2, at(FRIDAY, 5)),
        lambda room: room.vote(KEYS[17], 4, at(FRIDAY - DAY, 5)),
        lambda room: room.show(KEYS[5], "upvotes", 7.0, at(FRIDAY, 5)),
    ]
    payloads = set()
    for number, order in enumerate((deeds, deeds[::-1], deeds)):
        with template.open(tmp_path / str(number)) as room:
            for do in order:
                do(room)
            if number == 2:
                tell_back_to_front(room.store, monkeypatch)
            payloads |= {room.press.get(Scope.DAY, NAME).to_json()}
            printed, *_ = room.press.print_due(room.now)
            payloads |= {replace(printed, number=0).to_json()}
    assert len(payloads) == 1


def test_papers_that_were_merged_stand_once(room: PressRoom) -> None:
    room.announce(FRIDAY, KEYS[:4])
    room.vote(KEYS[1], 2, at(FRIDAY, 5))
    room.library.merge(room.numbers[KEYS[0]], room.numbers[KEYS[1]])
    edition = room.press.get(Scope.DAY, NAME)
    assert [entry.work_id for entry in edition.entries] == [
        room.numbers[KEYS[n]] for n in (0, 2, 3)
    ]
    assert edition.entries[0].reason == "It has 2 votes here."


# --- The whole calendar -------------------------------------------------------------------------


FAR = {
    Scope.DAY: ("0001-01-01", "1991-08-14", "2300-01-01", "9999-12-31"),
    Scope.WEEK: ("0001-W01", "9999-W52"),
    Scope.MONTH: ("0001-01", "9999-12"),
}


def test_far_days_are_quiet_and_no_error(room: PressRoom) -> None:
    """Break to see it fail: reckon the fortnight before a day without minding the year 1."""
    for scope, name in ((scope, name) for scope, names in FAR.items() for name in names):
        edition = room.press.get(scope, name)
        assert edition.quiet and not edition.entries and edition.is_proof
        assert Edition.from_json(edition.to_json()) == edition
        assert room.press.to_markdown(edition)
        room.press.neighbours(edition)
        room.press.is_back_issue(edition)


def test_names_that_are_none(room: PressRoom) -> None:
    for name in ("2026-02-30", "yesterday", "2026-W99", ""):
        with pytest.raises(NotFoundError):
            room.press.get(Scope.DAY, name)
    with pytest.raises(NotFoundError):
        room.press.get(Scope.READER, NAME)
    with pytest.raises(NotFoundError):
        room.press.get(Scope.DAY, NAME, room.add_reader("ada"))


def test_a_quiet_day_says_why(room: PressRoom) -> None:
    room.library.newsroom.add_source("arxiv", ["math.NA"], since=date(2026, 4, 1))
    saturday = room.press.get(Scope.DAY, "2026-04-11")
    assert saturday.quiet == "Nothing on this day, because arXiv announces nothing on Saturdays."
    room.now = at(date(2026, 4, 18), 9)
    assert room.press.today().quiet.startswith("Nothing today, because arXiv announces nothing")
    assert "not come yet" in room.press.get(Scope.DAY, "2026-05-01").quiet


def test_arrows_lead_to_the_days_beside_and_not_beyond_today(room: PressRoom) -> None:
    assert room.press.neighbours(room.press.today()) == ("2026-04-16", "")
    day_before = room.press.get(Scope.DAY, "2026-04-16")
    assert room.press.neighbours(day_before) == ("2026-04-15", NAME)
    week = room.press.get(Scope.WEEK, room.press.name_of(Scope.WEEK, FRIDAY))
    assert room.press.neighbours(week) == ("2026-W15", "")


# --- Trending -----------------------------------------------------------------------------------


def test_trending_is_what_people_do_most_with(room: PressRoom) -> None:
    assert room.press.trending().note.startswith("Nobody has voted yet")
    room.vote(KEYS[2], 3, room.now - DAY)
    room.vote(KEYS[7], 1, room.now - DAY)
    room.show(KEYS[9], "upvotes", 100.0, room.now - 2 * DAY)
    room.show(KEYS[1], "comments", 100.0, room.now - 2 * DAY)
    entries = room.press.trending().entries
    assert [entry.work_id for entry in entries] == [room.numbers[KEYS[n]] for n in (9, 2, 7)]
    assert len(room.press.trending(limit=1).entries) == 1


# --- Effort -------------------------------------------------------------------------------------


def count_queries(room: PressRoom, scope: Scope, name: str) -> int:
    """How many questions the store is asked for an edition."""
    statements: list[str] = []

    def hear(_: object, __: object, statement: str, *___: object) -> None:
        if statement.startswith("SELECT"):
            statements.append(statement)

    engine = room.store._reader  # type: ignore[attr-defined]
    event.listen(engine, "before_cursor_execute", hear)
    try:
        room.press.get(scope, name)
    finally:
        event.remove(engine, "before_cursor_execute", hear)
    return len(statements)


def test_the_number_of_queries_does_not_grow_with_the_news(room: PressRoom) -> None:
    room.announce(FRIDAY, KEYS[:3])
    few = count_queries(room, Scope.DAY, NAME)
    room.announce(FRIDAY, KEYS[3:24])
    room.vote(KEYS[8], 6, at(FRIDAY, 5))
    assert count_queries(room, Scope.DAY, NAME) == few
    assert few <= 25
    room.press.print_due(room.now)
    assert count_queries(room, Scope.DAY, NAME) == 1


# --- What is put together is kept a moment ------------------------------------------------------


def test_a_proof_is_kept_until_somebody_votes_or_takes_the_vote_back(room: PressRoom) -> None:
    """Break: leave `standing_stamp` out of the stamp of `Recent`, or the growth of it out of
    `add_announcements`."""
    room.announce(FRIDAY, KEYS[:3])
    first = room.press.get(Scope.DAY, NAME)
    trending = room.press.trending()
    assert room.press.get(Scope.DAY, NAME) is first
    assert room.press.trending() is trending
    room.vote(KEYS[2], 1, at(FRIDAY, 5))
    assert keys_of(room, room.press.get(Scope.DAY, NAME))[0] == KEYS[2]
    assert len(room.press.trending().entries) == 1
    voter = room.store.find_reader("voter0")
    assert voter
    with room.store.write() as transaction:
        transaction.drop_vote(room.numbers[KEYS[2]], voter.id)
    assert keys_of(room, room.press.get(Scope.DAY, NAME))[0] == KEYS[0]
    assert not room.press.trending().entries
    room.announce(FRIDAY, KEYS[3:4])
    assert len(keys_of(room, room.press.get(Scope.DAY, NAME))) == 4


def test_a_proof_is_not_kept_for_long_and_a_moment_that_is_named_is_that_moment(
    room: PressRoom,
) -> None:
    room.announce(FRIDAY, KEYS[:3])
    room.vote(KEYS[2], 1, at(FRIDAY, 5))
    first = room.press.get(Scope.DAY, NAME)
    score = room.press.trending().entries[0].score
    later = room.press.trending(room.now + 7 * DAY).entries[0].score
    assert later < score
    room.now += KEPT
    assert room.press.get(Scope.DAY, NAME).made_at == first.made_at + KEPT
    room.now -= 2 * KEPT  # a clock that is set back
    assert room.press.get(Scope.DAY, NAME).made_at == first.made_at - KEPT


def test_a_printed_day_is_in_the_proof_of_its_week_at_once(room: PressRoom) -> None:
    """Break: leave `forget` out of `print_now`."""
    room.announce(FRIDAY, KEYS[:3])
    assert "of-" + NAME in {each.key for each in room.press.get(Scope.WEEK, "2026-W16").sections}
    room.press.print_now(period_of(Scope.DAY, FRIDAY), room.now)
    week = room.press.get(Scope.WEEK, "2026-W16")
    assert week.sections[1].note == "As printed in No. 1."


def test_the_address_of_a_readers_own_edition(room: PressRoom) -> None:
    """Break: leave the generation, or the reader, out of what is signed."""
    ada, ben = room.add_reader("ada"), room.add_reader("ben")
    token = room.press.link_of(ada)
    assert room.press.find_linked(token).id == ada.id
    signature = token.partition("-")[2]
    for wrong in (f"{ben.id}-{signature}", token[:-1], "", "-", f"{ada.id}-", "9" * 40, "²-x"):
        with pytest.raises(NotFoundError):
            room.press.find_linked(wrong)
    room.library.accounts.renew_addresses(ada)
    with pytest.raises(NotFoundError):
        room.press.find_linked(token)
    token = room.press.link_of(ben)
    room.library.accounts.disable(ben)
    with pytest.raises(NotFoundError):
        room.press.find_linked(token)
