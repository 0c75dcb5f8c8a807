"""What people did before the days that are looked at counts, halved as the formula says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from math import log2
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.edition import Entry, Scope
from broadsheet.model import PaperDate
from broadsheet.press import dated, gather
from broadsheet.press.trending import Evidence, total, weigh
from pressroom import DAY, FRIDAY, PressRoom, Template, at, make_papers
from queries import counting

NAME = FRIDAY.isoformat()
KEYS = [record.key for record in make_papers(24)]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return Template(tmp_path_factory.mktemp("papers"), make_papers(24))


@pytest.fixture
def room(template: Template, tmp_path: Path) -> Iterator[PressRoom]:
    with template.open(tmp_path) as room:
        yield room


def find(room: PressRoom, key: str) -> Entry:
    edition = room.press.get(Scope.DAY, NAME)
    return next(each for each in edition.entries if each.work_id == room.numbers[key])


# --- Trending -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["upvotes", "citations"])
def test_a_score_only_falls_while_nobody_does_anything(room: PressRoom, name: str) -> None:
    """Also on the day on which the first look leaves the days that are looked at.

    Break: give `rank_without_works` and the candidates what was done lately alone.
    """
    start = room.now
    room.show(KEYS[0], name, 500.0, start)
    room.show(KEYS[0], name, 501.0, start + 58 * DAY)
    scores = [
        room.press.trending(start + timedelta(hours=hours)).entries[0].score
        for hours in range(58 * 24, 62 * 24, 6)
    ]
    assert scores == sorted(scores, reverse=True)
    if name == "citations":
        weight = 500 * 0.5 ** (61 / 60) + 0.5 ** (3 / 60)
        known = room.press.trending(start + 61 * DAY).entries[0].score
        assert known == pytest.approx(log2(1 + weight), abs=0.002)


def test_votes_of_before_count_for_what_is_voted_for_now(room: PressRoom) -> None:
    """Break: leave the votes out of `read_evidence`."""
    room.vote(KEYS[0], 5, room.now - 70 * DAY)
    assert not room.press.trending().entries
    room.show(KEYS[0], "upvotes", 1.0, room.now - DAY)
    assert "5 votes here" in [part.seen for part in room.press.trending().entries[0].parts]


def test_trending_asks_as_much_for_many_papers_as_for_few(room: PressRoom) -> None:
    room.vote(KEYS[0], 1, room.now - DAY)
    with counting(room.store) as few:  # type: ignore[arg-type]
        room.press.trending(room.now)
    for key in KEYS:
        room.vote(key, 2, room.now - DAY)
        room.show(key, "upvotes", 3.0, room.now - DAY)
    with counting(room.store) as many:  # type: ignore[arg-type]
        room.press.trending(room.now)
    assert len(many) == len(few) <= 8


@given(st.integers(1, 50), st.floats(0, 5000))
def test_nothing_that_people_did_is_nothing(votes: int, age: float) -> None:
    """However long ago; and one more vote never lowers a paper.

    Break: leave LEAST out of `_part`.
    """
    moment = at(FRIDAY) - timedelta(days=age)
    parts = weigh(Evidence(votes=(moment,) * votes), at(FRIDAY))
    assert parts and parts[0].points > 0
    assert total(weigh(Evidence(votes=(moment,) * (votes + 1)), at(FRIDAY))) >= total(parts)


# --- Editions -----------------------------------------------------------------------------------


@pytest.mark.parametrize("age", [20, 300])
def test_votes_from_before_a_paper_was_announced_count(room: PressRoom, age: int) -> None:
    """Break: ask for the votes since a fortnight before the day."""
    room.announce(FRIDAY, KEYS[:3])
    room.vote(KEYS[2], 4, at(FRIDAY, 6) - age * DAY)
    room.show(KEYS[1], "citations", 7.0, at(FRIDAY, 6) - 120 * DAY)
    entry = find(room, KEYS[2])
    assert entry.reason == "It has 4 votes here."
    votes = entry.parts[0].points
    assert votes == pytest.approx(2 * log2(1 + 4 * 0.5 ** (age / 7)), abs=0.001)
    assert find(room, KEYS[1]).reason == "It has 7 citations known to arXiv."
    assert find(room, KEYS[0]).reason.startswith("It has no votes yet")


def test_what_was_shown_before_the_fortnight_has_not_grown_from_nothing(room: PressRoom) -> None:
    room.announce(FRIDAY - 5 * DAY, KEYS[:1])
    room.announce(FRIDAY, KEYS[1:3])
    room.show(KEYS[0], "upvotes", 500.0, at(FRIDAY, 6) - 28 * DAY)
    room.show(KEYS[0], "upvotes", 501.0, at(FRIDAY, 6))
    parts = {part.name: part.points for part in find(room, KEYS[0]).parts}
    assert parts["arxiv upvotes"] == pytest.approx(log2(1 + 500 / 4 + 1), abs=0.001)


# --- Large periods ------------------------------------------------------------------------------


@pytest.fixture
def april(room: PressRoom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PressRoom:
    """Sixteen papers of each of four days, more than are read; the voted one is of the first."""
    records = [
        replace(record, date=PaperDate(f"2026-04-{13 + number // 16}", "submitted"))
        for number, record in enumerate(make_papers(88)[24:])
    ]
    room.fill(tmp_path, records)
    monkeypatch.setattr(dated, "MOST_DATED", 24)
    monkeypatch.setattr(gather, "MOST_READ", 12)
    monkeypatch.setattr(gather, "OF_A_DAY", 5)
    return room


@pytest.mark.parametrize(("scope", "name"), [(Scope.MONTH, "2026-04"), (Scope.WEEK, "2026-W16")])
def test_voted_papers_and_each_day_are_in_a_large_period(
    april: PressRoom, scope: Scope, name: str
) -> None:
    """Break: take the newest papers of a period alone; or read the first of all alone."""
    oldest = sorted(
        (key for key in april.numbers if key not in KEYS), key=lambda key: april.numbers[key]
    )[:16]
    voted, cited = oldest[3], oldest[14]
    april.vote(voted, 6, at(date(2026, 4, 15), 5))
    april.show(cited, "citations", 3.0, at(date(2026, 4, 15), 5))
    edition = april.press.get(scope, name)
    best = [entry.work_id for entry in edition.sections[0].entries]
    assert best[:2] == [april.numbers[voted], april.numbers[cited]]
    days = [section.key for section in edition.sections[1:]]
    assert days == [f"of-2026-04-{day}" for day in range(13, 17)]
    assert all(len(section.entries) == 5 for section in edition.sections[1:])
