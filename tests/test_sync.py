"""Streams of a live source: how far they come, what they keep, what they do when it goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

import offline
from broadsheet.errors import SourceBusyError, SourceRefusedError
from broadsheet.newsroom import Newsroom
from broadsheet.sources import Outcome
from broadsheet.storage.transaction import SqlTransaction
from broadsheet.sync import FIRST_DELAY, LONGEST_DELAY, PATIENCE, PAUSES
from desk import Room
from toy import START, Toy, paper

DAY = START.date()


def test_pages_come_one_after_another(room: Room) -> None:
    room.web.lay("papers/start", {"papers": [paper("a"), paper("b")], "next": "2"})
    room.web.lay("papers/2", {"papers": [paper("c")], "next": "end", "more": False})
    report = room.sync()["papers"]
    assert (report.outcome, report.added, report.requests) == (Outcome.DONE, 3, 2)
    assert room.titles() == [f"On the nature of {key}" for key in "abc"]
    assert room.state().cursor == "end"
    assert room.state().good_at == START
    assert len(room.index.works) == 3


def test_nothing_is_asked_before_it_is_due(room: Room) -> None:
    room.web.lay("papers/start", {"papers": [paper("a")]})
    assert set(room.sync()) == {"papers", "sweep"}
    room.time.pass_by(timedelta(minutes=59))
    assert room.sync() == {}
    room.time.pass_by(timedelta(minutes=1))
    assert set(room.sync()) == {"papers"}
    assert set(room.sync("toy")) == {"papers"}  # a person asks; the sweep keeps its rhythm


def test_a_source_says_itself_when_to_come_back(room: Room) -> None:
    room.web.lay("papers/start", {"papers": [paper("a")], "soon": True})
    assert room.sync()["papers"].next_at == START + timedelta(minutes=5)


def test_a_run_that_is_cut_short_goes_on_where_it_was(room: Room) -> None:
    """Break to see it fail: keep the cursor only in `_end`."""
    room.web.lay("papers/start", {"papers": [paper("a")], "next": "2"})
    room.web.lay("papers/2", {"papers": [paper("b")], "more": False})

    def interrupt(url: str) -> None:
        if url.endswith("papers/2"):
            raise KeyboardInterrupt

    room.web.listener = interrupt
    with pytest.raises(KeyboardInterrupt):
        room.sync()
    assert room.titles() == ["On the nature of a"]
    room.web.listener = lambda url: None
    room.web.asked.clear()
    room.sync()
    assert room.web.asked[0] == "papers/2"
    assert room.titles() == ["On the nature of a", "On the nature of b"]


def test_cursor_and_papers_are_kept_together_or_not_at_all(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Break to see it fail: put the stream in a transaction of its own in `_keep`."""
    room.web.lay("papers/start", {"papers": [paper("a")], "next": "2"})

    def fail(self: SqlTransaction, state: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(SqlTransaction, "put_stream", fail)
        with pytest.raises(KeyboardInterrupt):
            room.sync()
    assert room.titles() == []
    assert room.store.get_streams() == []


def test_a_person_can_stop_between_pages(room: Room) -> None:
    room.web.lay("papers/start", {"papers": [paper("a")], "next": "2"})
    reports = room.newsroom.sync(stopping=lambda: len(room.web.asked) > 0).streams
    assert [report.outcome for report in reports] == [Outcome.STOPPED]
    assert room.state().cursor == "2"


def test_another_process_that_was_faster_is_not_overwritten(room: Room) -> None:
    """Break to see it fail: leave `_require_ours` out."""
    room.web.lay("papers/start", {"papers": [paper("a")], "next": "2"})

    def overtake(url: str) -> None:
        with room.store.write() as transaction:
            transaction.put_stream(replace(room.blank(), cursor="7"))

    room.web.listener = overtake
    assert room.sync()["papers"].outcome is Outcome.BUSY
    assert room.state().cursor == "7"
    assert room.titles() == []


# --- Trouble ----------------------------------------------------------------------------------


def test_an_answer_that_makes_no_sense_is_asked_for_again(room: Room) -> None:
    room.web.lay("papers/start", b"<html>", b"", {"papers": [paper("a")]})
    report = room.sync()["papers"]
    assert (report.outcome, report.requests, report.trouble) == (Outcome.DONE, 3, "")
    assert room.time.slept == pytest.approx(PAUSES[0] + PAUSES[1])


def test_a_source_that_makes_no_sense_is_left_for_later(room: Room) -> None:
    """Break to see it fail: count such an answer as an empty page."""
    room.web.lay("papers/start", b"<html>")
    delays = []
    for _ in range(8):
        report = room.sync()["papers"]
        assert report.outcome is Outcome.BROKEN
        assert report.trouble == "The toy sent something else."
        delays.append(report.next_at - room.time.now() if report.next_at else None)
        room.time.pass_by(delays[-1] or timedelta())
    assert delays[:3] == [FIRST_DELAY, 2 * FIRST_DELAY, 4 * FIRST_DELAY]
    assert delays[-1] == LONGEST_DELAY
    assert room.state().good_at is None
    since = room.state().trouble_since
    assert since is not None and since <= START + timedelta(seconds=sum(PAUSES))
    room.web.lay("papers/start", {"papers": [paper("a")]})
    assert room.sync()["papers"].outcome is Outcome.DONE
    assert (room.state().trouble, room.state().failures) == ("", 0)


def busy(room: Room, wait: timedelta) -> SourceBusyError:
    return SourceBusyError("The toy asks for patience.", room.time.now() + wait)


def test_a_busy_source_does_not_hold_up_the_others(room: Room) -> None:
    room.web.lay("papers/start", busy(room, timedelta(minutes=10)))
    report = room.sync()["papers"]
    assert report.outcome is Outcome.WAITING
    assert report.next_at == START + timedelta(minutes=10)
    assert room.time.slept == 0
    assert room.sync() == {}
    assert len(room.web.asked) == 1


def test_patience_in_the_middle_of_a_run(room: Room) -> None:
    room.web.lay("papers/start", {"papers": [paper("a")], "next": "2"})
    room.web.lay("papers/2", busy(room, PATIENCE), {"papers": [paper("b")], "more": False})
    assert room.sync()["papers"].outcome is Outcome.DONE
    assert room.time.slept == pytest.approx(PATIENCE.total_seconds())


def test_patience_has_an_end(room: Room) -> None:
    room.web.lay("papers/start", {"papers": [paper("a")], "next": "2"})
    room.web.lay("papers/2", busy(room, PATIENCE + timedelta(seconds=1)))
    report = room.sync()["papers"]
    assert (report.outcome, report.added) == (Outcome.WAITING, 1)
    assert room.state().cursor == "2"


def test_a_request_for_patience_in_disguise(room: Room) -> None:
    """Break to see it fail: let the toy's `parse` take it for a page without papers."""
    room.web.lay("papers/start", b"Rate exceeded.")
    assert room.sync()["papers"].outcome is Outcome.WAITING
    assert room.state().good_at is None


def test_nothing_is_asked_after_a_refusal_until_a_person_says_so(room: Room) -> None:
    """Break to see it fail: let `sync` go on with sources that are blocked."""
    room.web.lay("papers/start", SourceRefusedError("The toy refuses (403).", "toy.example"))
    assert room.sync()["papers"].outcome is Outcome.REFUSED
    room.time.pass_by(timedelta(days=30))
    assert room.sync() == room.sync("toy") == {}
    assert len(room.web.asked) == 1
    assert room.newsroom.get_source("toy").blocked == "The toy refuses (403)."
    assert room.newsroom.next_due() is None
    room.web.lay("papers/start", {"papers": [paper("a")]})
    room.newsroom.resume("toy")
    assert room.web.released == ["toy.example"]
    assert room.sync()["papers"].outcome is Outcome.DONE


def test_what_is_stale_is_kept_and_said(room: Room) -> None:
    """Break to see it fail: let a batch with trouble count as good."""
    stale = {"papers": [paper("a")], "trouble": "The toy still shows yesterday's batch."}
    room.web.lay("papers/start", stale)
    report = room.sync()["papers"]
    assert (report.outcome, report.trouble) == (Outcome.DONE, stale["trouble"])
    assert room.titles() == ["On the nature of a"]
    assert room.state().good_at is None
    assert room.state().trouble_since == START
    assert not room.state().stale and not report.stale


def test_a_trouble_in_the_middle_of_a_run_is_not_forgotten(room: Room) -> None:
    """Break to see it fail: take the trouble of the last page alone."""
    room.web.lay("papers/start", {"papers": [], "trouble": "A list was left out.", "next": "2"})
    room.web.lay("papers/2", {"papers": [paper("a")], "more": False})
    assert room.sync()["papers"].trouble == "A list was left out."


# --- What is kept beside papers ---------------------------------------------------------------


def test_announced_and_here(room: Room) -> None:
    told = [["a", 1], ["b", 1], ["c", 1]]
    room.web.lay("papers/start", {"papers": [paper("a"), paper("b")], "told": told})
    room.sync()
    (tally,) = room.store.get_tallies(DAY, DAY)
    assert (tally.announced, tally.arrived, tally.late) == (3, 2, 0)
    assert room.store.get_missing("toy", "bees", DAY) == ["c"]
    room.time.pass_by(timedelta(days=3))
    room.web.lay("papers/start", {"papers": [paper("c")]})
    room.sync()
    (tally,) = room.store.get_tallies(DAY, DAY)
    assert (tally.announced, tally.arrived, tally.late) == (3, 3, 1)


def test_a_page_without_papers_is_known_too(room: Room) -> None:
    room.web.lay("papers/start", {"papers": [], "told": []})
    room.sync()
    (tally,) = room.store.get_tallies(DAY, DAY)
    assert (tally.category, tally.announced) == ("bees", 0)
    assert tally.page.endswith("papers/start")


def test_what_cannot_go_in_is_named(room: Room) -> None:
    room.web.lay(
        "papers/start",
        {"papers": [paper("x", title="A \ud800 b")], "rejected": [["y", "no title"]]},
    )
    room.sync()
    kept = {each.key: each.reason for each in room.store.get_rejections(DAY, DAY)}
    assert kept == {"x": "its text is not valid Unicode", "y": "no title"}
    assert room.titles() == []


def test_numbers_over_time(room: Room) -> None:
    for stars in (1, 1, 5):
        room.web.lay("papers/start", {"papers": [paper("a")], "stars": [["a", stars]]})
        room.sync("toy")
        room.time.pass_by(timedelta(hours=1))
    (values,) = room.store.get_series(1).values()
    assert [value for _, value in values] == [1.0, 5.0]


def test_a_paper_that_is_gone_is_kept_and_marked(room: Room) -> None:
    room.web.lay("papers/start", {"papers": [paper("a"), paper("a", 2), paper("b")]})
    room.sync()
    room.web.lay("papers/start", {"deleted": ["a", "never seen"]})
    room.sync("toy")
    works = {work.title[-1]: work for each in room.store.iterate_works() for work in each}
    assert works["a"].withdrawn and not works["b"].withdrawn
    assert len(room.store.get_work_records(works["a"].id)) == 3


# --- The sweep --------------------------------------------------------------------------------


def lay_harvest(room: Room, *keys: str) -> None:
    stamped = [paper(key, stamp="2026-03-01") for key in keys]
    room.web.lay("papers/start", {"papers": stamped})


def test_a_sweep_waits_for_the_harvest(room: Room) -> None:
    room.web.lay("papers/start", b"?")
    assert set(room.sync()) == {"papers"}
    assert "sweep/start" not in room.web.asked


def test_a_sweep_finds_what_the_harvest_missed(room: Room) -> None:
    """Break to see it fail: let `_find_wanted` return nothing."""
    lay_harvest(room, "a", "b")
    listed = [["a", "2026-03-01"], ["b", "2026-03-02"], ["c", ""], ["d", ""]]
    room.web.lay("sweep/start", {"listed": listed, "next": "done", "more": False})
    room.web.lay("items/b,c", {"papers": [paper("b", 2), paper("c")]})
    room.web.lay("items/d", {"papers": []})
    report = room.sync()["sweep"]
    assert (report.outcome, report.repaired, report.requests) == (Outcome.DONE, 2, 3)
    assert len(room.titles()) == 3
    assert room.state("sweep").cursor == "done"
    (rejected,) = room.store.get_rejections(DAY, DAY)
    assert rejected.key == "d"
    room.time.pass_by(timedelta(days=7))
    room.web.asked.clear()
    room.web.lay("sweep/done", {"listed": listed, "next": "done", "more": False})
    room.sync()
    assert [path for path in room.web.asked if path.startswith("items")] == ["items/d"]


def test_a_sweep_that_is_cut_short_repeats_its_page(room: Room) -> None:
    """Break to see it fail: move the cursor before the repairs."""
    lay_harvest(room, "a")
    room.web.lay("sweep/start", {"listed": [["b", ""]], "next": "done", "more": False})
    room.web.lay("items/b", busy(room, timedelta(days=1)))
    assert room.sync()["sweep"].outcome is Outcome.WAITING
    assert room.state("sweep").cursor is None
    room.web.lay("items/b", {"papers": [paper("b")]})
    room.time.pass_by(timedelta(days=1))
    assert room.sync()["sweep"].repaired == 1


def test_a_wait_ends_when_the_person_stops(room: Room) -> None:
    room.web.lay("papers/start", {"papers": [paper("a")], "next": "2"})
    room.web.lay("papers/2", busy(room, PATIENCE))
    (report,) = room.newsroom.sync(stopping=lambda: room.time.slept > 3).streams
    assert report.outcome is Outcome.STOPPED
    assert room.time.slept < 10


# --- While it runs ----------------------------------------------------------------------------


def do_once(room: Room, act: Callable[[], object]) -> None:
    """Let something happen while the first request is out."""

    def listener(url: str) -> None:
        room.web.listener = lambda url: None
        act()

    room.web.listener = listener


def test_a_source_that_is_asked_from_an_earlier_day_meanwhile_begins_again(room: Room) -> None:
    """Break to see it fail: leave `_is_same` out of `_require_ours`."""
    room.web.lay("papers/start", {"papers": [paper("a")], "next": "2"})
    do_once(room, lambda: room.newsroom.add_source("toy", ["bees"], since=date(2020, 1, 1)))
    (report,) = room.newsroom.sync().streams
    assert (report.outcome, report.trouble) == (Outcome.BUSY, "toy was changed while it was asked.")
    assert room.titles() == [] and room.state().cursor is None


def test_a_source_that_is_removed_meanwhile_leaves_nothing_behind(room: Room) -> None:
    """Break to see it fail: leave `_is_same` out of `_report`."""
    room.web.lay("papers/start", busy(room, timedelta(hours=1)))
    do_once(room, lambda: room.newsroom.remove("toy"))
    room.sync()
    assert room.store.get_streams() == [] and room.store.get_sources() == []


def test_a_refusal_changes_nothing_else_of_the_source(room: Room) -> None:
    """Break to see it fail: let `_refuse` put the source that the run began with."""
    room.web.lay("papers/start", SourceRefusedError("The toy refuses (403).", "toy.example"))
    do_once(room, lambda: room.newsroom.add_source("toy", ["wasps"]))
    room.sync()
    source = room.newsroom.get_source("toy")
    assert source.targets == ("bees", "wasps") and source.blocked


def test_after_a_refusal_the_other_streams_are_not_asked_either(room: Room) -> None:
    room.web.lay("papers/start", {"papers": [], "more": False})
    room.sync()
    room.time.pass_by(timedelta(days=8))
    room.web.asked.clear()
    room.web.lay("papers/start", SourceRefusedError("The toy refuses (403).", "toy.example"))
    assert set(room.sync()) == {"papers"}
    assert room.web.asked == ["papers/start"]


def test_a_connector_s_mistake_is_a_trouble_of_its_source_alone(room: Room) -> None:
    """Break to see it fail: take KeyError, a LookupError, out of `MISTAKES`."""
    room.newsroom.add_source("toy", ["bees"], mirror="https://mirror.example")
    room.web.replies.clear()  # so that the toy's web knows no address at all
    reports = room.newsroom.sync().streams
    assert [report.outcome for report in reports] == [Outcome.BROKEN] * 2
    assert reports[0].trouble.startswith("The connector for toy made a mistake: KeyError(")


def test_a_clock_that_is_set_back_does_not_lengthen_a_pause(room: Room) -> None:
    """Break to see it fail: ask the clock in every slice of `wait`."""
    room.web.lay("papers/start", b"?", {"papers": [paper("a")]})
    sleep, slept = room.time.sleep, []

    def set_back(seconds: float) -> None:
        slept.append(seconds)
        sleep(seconds - 86_400)

    wires = offline.wires(room.time.now, {"toy": Toy()}, room.web, sleep=set_back)
    Newsroom(room.store, room.index, wires).sync()
    assert sum(slept) == pytest.approx(PAUSES[0])


def test_what_was_noted_under_a_clock_that_was_ahead_does_not_hold(room: Room) -> None:
    """Break to see it fail: leave `AHEAD` out of `due_of`."""
    room.web.lay("papers/start", {"papers": []})
    room.time.pass_by(timedelta(days=40))
    room.sync()
    room.time.pass_by(-timedelta(days=40))
    assert room.newsroom.next_due() == room.time.now()
    assert "papers" in room.sync()
