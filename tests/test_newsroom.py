"""Sources as a person handles them: add, extend, pause, resume, remove, try."""

from __future__ import annotations

from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from datetime import date, timedelta

import pytest

import offline
from broadsheet import schedule
from broadsheet.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    SourceBusyError,
    SourceRefusedError,
    StorageBusyError,
)
from broadsheet.fetching import TURN
from broadsheet.newsroom import Newsroom
from broadsheet.sources import Outcome, Stream, StreamState
from broadsheet.storage import SqlStore
from broadsheet.works import compose
from desk import Room
from toy import START, Toy, paper


def test_more_of_a_source_that_is_followed(room: Room) -> None:
    source = room.newsroom.add_source("toy", ["wasps", "bees"])
    assert source.targets == ("bees", "wasps")
    assert [each.targets for each in room.store.get_sources()] == [("bees", "wasps")]
    with pytest.raises(ConflictError, match="toy follows bees, wasps already"):
        room.newsroom.add_source("toy", ["wasps"])


def test_an_earlier_day_begins_again(room: Room) -> None:
    """Break to see it fail: keep the cursors in `_extend`."""
    room.web.lay("papers/start", {"papers": [paper("a")], "next": "2", "more": False})
    room.sync()
    assert room.state().cursor == "2"
    room.newsroom.add_source("toy", ["bees"], since=date(2020, 1, 1))
    assert room.state().cursor is None
    assert room.newsroom.next_due() == room.time.now()


def test_a_later_day_changes_nothing(room: Room) -> None:
    room.newsroom.add_source("toy", ["bees"], since=date(2020, 1, 1))
    with pytest.raises(ConflictError):
        room.newsroom.add_source("toy", ["bees"], since=date(2021, 1, 1))


def test_a_second_place_of_the_same_kind(room: Room) -> None:
    source = room.newsroom.add_source("toy", ["bees"], mirror="https://mirror.example")
    assert source.name == "toy-2"


def test_what_is_no_source(room: Room) -> None:
    with pytest.raises(InvalidInputError, match="no kind of source 'bird'; there are toy"):
        room.newsroom.add_source("bird", [])
    with pytest.raises(InvalidInputError, match="such as bees"):
        room.newsroom.add_source("toy", ["?"])
    for verb in (room.newsroom.pause, room.newsroom.resume, room.newsroom.remove):
        with pytest.raises(NotFoundError):
            verb("bird")
    with pytest.raises(NotFoundError):
        room.newsroom.sync(["bird"])


def test_pausing(room: Room) -> None:
    room.newsroom.pause("toy")
    assert room.sync() == {}
    assert room.newsroom.next_due() is None
    room.newsroom.resume("toy")
    room.web.lay("papers/start", {"papers": []})
    assert set(room.sync()) == {"papers", "sweep"}


def test_resuming_one_resumes_all_that_the_same_refusal_blocked(room: Room) -> None:
    room.newsroom.add_source("toy", ["bees"], mirror="https://mirror.example")
    room.web.lay("papers/start", SourceRefusedError("The toy refuses (403).", "toy.example"))
    assert len(room.newsroom.sync().streams) == 2
    room.newsroom.resume("toy-2")
    assert [source.blocked for source in room.store.get_sources()] == ["", ""]


def test_resuming_asks_at_once_where_there_was_trouble(room: Room) -> None:
    room.web.lay("papers/start", b"?")
    room.sync()
    room.newsroom.resume("toy")
    assert set(room.sync()) == {"papers"}


def test_removing_keeps_the_papers(room: Room) -> None:
    room.web.lay("papers/start", {"papers": [paper("a")], "told": [["a", 1]], "next": "2"})
    room.web.lay("papers/2", {"papers": []})
    room.sync()
    room.newsroom.remove("toy")
    assert room.newsroom.get_status() == ()
    assert len(room.titles()) == 1
    assert room.store.get_streams() == []
    room.newsroom.add_source("toy", ["bees"])
    room.web.asked.clear()
    assert room.sync()["papers"].unchanged == 1
    assert room.web.asked[0] == "papers/start"


def test_trying_keeps_nothing(room: Room) -> None:
    room.web.lay("papers/start", {"papers": [paper(key) for key in "abcde"], "next": "2"})
    (trial,) = room.newsroom.test("toy")
    assert (trial.stream, trial.records, trial.trouble) == ("papers", 5, "")
    assert trial.examples == tuple(f"On the nature of {key}" for key in "abc")
    assert room.titles() == [] and room.store.get_streams() == []
    room.web.lay("papers/start", SourceBusyError("The toy sleeps."))
    (trial,) = room.newsroom.test("toy")
    assert trial.trouble == "The toy sleeps."


def test_a_source_that_another_process_asks_is_left_to_it(room: Room) -> None:
    def taken(name: str) -> AbstractContextManager[None]:
        raise StorageBusyError(f"Another process is asking {name}.")

    wires = offline.wires(room.time.now, {"toy": Toy()}, room.web, hold=taken)
    (report,) = Newsroom(room.store, room.index, wires).sync().streams
    assert (report.outcome, report.trouble) == (Outcome.BUSY, "Another process is asking toy.")
    assert room.web.asked == []


def test_a_long_harvest_gives_way_to_other_sources(room: Room) -> None:
    """Break to see it fail: let `_go_round` hand `stopping` on as it is."""
    room.newsroom.add_source("toy", ["bees"], mirror="https://mirror.example")
    room.web.lay("papers/start", {"papers": [paper("a")], "next": "2"})
    room.web.lay("papers/2", {"papers": [paper("b")], "more": False})
    room.web.listener = lambda url: room.time.pass_by(TURN)
    runs = [(r.source, r.outcome) for r in room.newsroom.sync().streams if r.stream == "papers"]
    first = [("toy", Outcome.STOPPED), ("toy-2", Outcome.STOPPED)]
    assert runs == [*first, ("toy", Outcome.DONE), ("toy-2", Outcome.UNCHANGED)]


def test_a_turn_that_ends_with_a_stream_leaves_no_other_out(room: Room) -> None:
    """Break to see it fail: let `_take` return True when its turn is over."""
    room.newsroom.add_source("toy", ["bees"], mirror="https://mirror.example")
    room.web.lay("papers/start", {"papers": [paper("a")], "more": False})
    room.web.listener = lambda url: room.time.pass_by(TURN)
    runs = [(report.source, report.stream) for report in room.newsroom.sync().streams]
    assert sorted(runs) == [(name, s) for name in ("toy", "toy-2") for s in ("papers", "sweep")]


def test_a_library_that_others_write_to_for_long_is_no_reason_to_stop(room: Room) -> None:
    """Break to see it fail: hold the try in `_take` around the hold alone."""
    room.newsroom.add_source("toy", ["bees"], mirror="https://mirror.example")
    room.web.lay("papers/start", {"papers": [paper("a")], "more": False})
    other = SqlStore.open(room.folder, create=False, compose=compose, wait=0)
    with ExitStack() as held:

        def take(url: str) -> None:
            held.enter_context(other.write())

        room.web.listener = take
        reports = list(room.newsroom.sync().streams)
    other.close()
    assert [report.outcome for report in reports] == [Outcome.BUSY] * 2
    assert "is writing to the library" in reports[0].trouble


def test_single_papers(room: Room) -> None:
    wires = offline.wires(room.time.now, {"arxiv": Toy()}, room.web)
    newsroom = Newsroom(room.store, room.index, wires)
    room.web.lay("items/2401.00001,hep-th/9901001v2", {"papers": [paper("a"), paper("b")]})
    room.web.lay("items/2401.00003", {"papers": []})
    asked = ["https://arxiv.org/abs/2401.00001", "hep-th/9901001v2", "arXiv:2401.00003"]
    assert [record.key for record in newsroom.fetch(asked)] == ["a", "b"]
    assert len(room.titles()) == 2
    with pytest.raises(InvalidInputError, match="'bees' is no arXiv id; 2401.00001"):
        newsroom.fetch(["bees"])


def test_a_source_whose_connector_is_gone(room: Room) -> None:
    """Break to see it fail: let `streams_of` raise for a kind that it does not know."""
    newsroom = Newsroom(room.store, room.index, offline.wires(room.time.now))
    (status,) = newsroom.get_status()
    assert status.trouble == "The connector for toy is not installed any more."
    assert newsroom.sync().streams == ()
    newsroom.get_receipts(START.date(), START.date())


def test_how_a_source_stands(room: Room) -> None:
    (status,) = room.newsroom.get_status()
    assert (status.good_at, status.next_at, status.items) == (None, START, 0)
    room.web.lay("papers/start", {"papers": [paper("a"), paper("b")]})
    room.sync()
    (status,) = room.newsroom.get_status()
    assert (status.good_at, status.items) == (START, 2)
    assert status.next_at == START + timedelta(hours=1)
    room.web.lay("papers/start", b"?")
    room.time.pass_by(timedelta(hours=1))
    room.sync()
    (status,) = room.newsroom.get_status()
    assert status.trouble == "The toy sent something else."
    assert status.good_at == START


def test_a_day_in_one_line(room: Room) -> None:
    room.web.lay("papers/start", {"papers": [paper("a")], "told": [["a", 1], ["b", 1]]})
    room.sync()
    day = START.date()
    receipts = {each.category: each for each in room.newsroom.get_receipts(day, day)}
    assert (receipts["bees"].announced, receipts["bees"].ingested) == (2, 1)
    assert receipts["bees"].missing == ("b",)
    with pytest.raises(NotFoundError):
        room.newsroom.get_receipts(day, day, source="bird")


# --- The schedule, purely ---------------------------------------------------------------------

FIRST = Stream("first", "first", timedelta(hours=1))
SECOND = Stream("second", "second", timedelta(hours=1), needs="first")
LATER = START + timedelta(hours=1)


def test_a_stream_that_was_never_asked_is_due() -> None:
    assert schedule.due_of(FIRST, {}, START) == START
    assert schedule.due_of(SECOND, {}, START) is None


def test_a_stream_waits_for_a_good_end_of_another() -> None:
    tried = StreamState("s", "first", due_at=LATER)
    assert schedule.due_of(SECOND, {"first": tried}, START) is None
    good = replace(tried, good_at=START)
    assert schedule.due_of(SECOND, {"first": good}, START) == START


def test_the_last_good_end_of_all_is_the_oldest() -> None:
    states = {
        "first": StreamState("s", "first", good_at=LATER),
        "second": StreamState("s", "second", good_at=START),
    }
    assert schedule.last_good([FIRST, SECOND], states) == START
    assert schedule.last_good([FIRST, SECOND], {"first": states["first"]}) is None
