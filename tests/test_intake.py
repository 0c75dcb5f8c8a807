"""What a live source says again, takes back and says again after all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broadsheet.batch import BatchResult, encode, store_batch
from broadsheet.intake import keep_batch
from broadsheet.model import Identifier, Link, Record, Work
from broadsheet.sources import Batch, Source
from broadsheet.storage import SqlStore
from papers import NOW, make_record, open_empty

ARXIV = Source("arxiv", "arxiv", ("math.NA",), NOW)
HARVEST = make_record(1, version=1, submitted_at="2026-02-27T10:00:00Z")
SIGNAL = replace(HARVEST, submitted_at="", announced_on="2026-03-01", abstract="As announced.")
"""The same version, as the feed of the day has it."""

NOTE = Record(
    "openreview", "abc", "A study of bees", "A long abstract, as it was handed in.",
    ids=(Identifier("openreview", "abc"),), venue="ICLR 2026", status="submitted",
)  # fmt: skip
ORAL = replace(NOTE, abstract="A short one.", status="oral")


class Room:
    """A store, and a day after which the next thing comes."""

    def __init__(self, store: SqlStore) -> None:
        self.store = store
        self.now: datetime = NOW

    def hear(self, *records: Record, deleted: tuple[str, ...] = (), days: int = 1) -> BatchResult:
        self.now += timedelta(days=days)
        batch = Batch(records=records, deleted=deleted)
        with self.store.write() as writing:
            return keep_batch(
                writing, ARXIV, batch, page="https://a.example", at=self.now, now=self.now
            )

    def work(self) -> Work:
        [work] = [work for works in self.store.iterate_works() for work in works]
        return work

    def count(self) -> int:
        return self.store.get_counts()["records"]


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    store = open_empty(tmp_path / "library")
    yield Room(store)
    store.close()


@pytest.mark.parametrize("back", [HARVEST, SIGNAL, replace(HARVEST, abstract="Mended.")])
def test_a_paper_that_was_gone_and_is_back_is_not_withdrawn(room: Room, back: Record) -> None:
    """Break to see it fail: pass over records whose hash is known."""
    room.hear(HARVEST, SIGNAL)
    for _ in range(2):
        room.hear(deleted=(HARVEST.key,))
        assert room.work().withdrawn
        assert room.hear(back).updated == 1
        assert not room.work().withdrawn
    assert room.work().announced_on == SIGNAL.announced_on


def test_that_a_paper_is_gone_is_kept_once(room: Room) -> None:
    room.hear(HARVEST)
    for _ in range(3):
        room.hear(deleted=(HARVEST.key, "never.seen"))
    assert (room.count(), room.work().withdrawn) == (2, True)


def test_what_the_authors_withdrew_is_not_taken_back_by_the_feed(room: Room) -> None:
    """Break to see it fail: treat every withdrawal as the source's word that it is gone."""
    withdrawn = replace(HARVEST, withdrawn=True, extra=(("comments", "Withdrawn: wrong."),))
    room.hear(SIGNAL, withdrawn)
    assert room.hear(SIGNAL).unchanged == 1
    room.hear(deleted=(HARVEST.key,))
    assert (room.work().withdrawn, room.count()) == (True, 2)


def test_an_older_version_does_not_bring_a_paper_back(room: Room) -> None:
    second = replace(HARVEST, version=2)
    room.hear(HARVEST, second)
    room.hear(deleted=(HARVEST.key,))
    room.hear(HARVEST)
    assert (room.work().withdrawn, room.count()) == (True, 3)
    room.hear(second)
    assert not room.work().withdrawn


def test_a_source_that_goes_back_to_what_it_said_is_believed(room: Room) -> None:
    """Break to see it fail: skip what is known, so that ORAL stays for ever."""
    for said in (NOTE, ORAL, NOTE, NOTE, ORAL):
        room.hear(said)
        assert (room.work().status, room.work().abstract) == (said.status, said.abstract)
    assert room.count() == 4


def test_once_a_day_is_enough_to_change_one_s_mind(room: Room) -> None:
    for said in (NOTE, ORAL, NOTE, ORAL, NOTE, ORAL):
        room.hear(said, days=0)
    assert room.count() == 4
    room.hear(NOTE)
    assert room.work().status == NOTE.status


def test_a_harvest_that_overlaps_appends_nothing(room: Room) -> None:
    """Break to see it fail: compare the feed's form of a version with the harvest's."""
    harvest = [make_record(number, version=1 + number % 2) for number in range(40)]
    feed = [replace(each, announced_on="2026-03-01") for each in harvest]
    room.hear(*feed)
    room.hear(*harvest)
    for page in (harvest, feed, harvest):
        assert room.hear(*page).unchanged == len(page)
    assert room.count() == 80


def test_a_feed_that_tells_no_version_does_not_contradict_the_harvest(room: Room) -> None:
    """Break to see it fail: compare what has no version with what has one."""
    for said in (replace(SIGNAL, version=None), HARVEST, replace(SIGNAL, version=None)):
        room.hear(said)
    assert room.count() == 2


def test_an_answer_that_says_two_things_at_once_appends_nothing(room: Room) -> None:
    """Break to see it fail: take each record of a batch for the source's newest word."""
    for _ in range(3):
        room.hear(NOTE, ORAL)
    assert (room.count(), room.work().status) == (2, "oral")


def test_pages_beside_the_paper_that_one_answer_leaves_out_stay(room: Room) -> None:
    """Break to see it fail: take the list, which tells no models, for a change of mind."""
    model = Link("page", "https://models.example/sand")
    listed = replace(NOTE, links=(Link("page", "https://a.example"),))
    more = replace(listed, links=(*listed.links, model), extra=(("submitter", "bo"),))
    for said in (listed, more, listed):
        room.hear(said)
    assert room.count() == 2
    room.hear(replace(listed, title="A study of honey bees"))
    assert room.work().title == "A study of honey bees"
    assert model in room.work().links


def test_a_file_that_is_imported_again_changes_nothing(room: Room) -> None:
    for said in (NOTE, ORAL, NOTE):
        with room.store.write() as writing:
            store_batch(writing, [(said, *encode(said))], now=room.now)
    assert (room.count(), room.work().status) == (2, "oral")


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.integers(0, 3), min_size=1, max_size=9))
def test_what_was_said_last_is_shown(
    tmp_path_factory: pytest.TempPathFactory, said: list[int]
) -> None:
    """And only changes are kept. Break to see it fail: keep `_renew` from asking for the newest."""
    room = Room(open_empty(tmp_path_factory.mktemp("said")))
    forms: list[dict[str, Any]] = [
        {}, {"abstract": "A rather longer abstract than all of the others have."},
        {"status": "reject"}, {"withdrawn": True, "authors": ("Ada Example",)},
    ]  # fmt: skip
    for number in said:
        form = replace(NOTE, **forms[number])
        room.hear(form)
        work = room.work()
        for field in ("abstract", "status", "withdrawn", "authors"):
            assert getattr(work, field) == getattr(form, field)
    changes = sum(one != other for one, other in zip(said, said[1:], strict=False))
    assert room.count() == 1 + changes
    room.store.close()
