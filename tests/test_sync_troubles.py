"""Troubles of a stream, from the connector that meets them to the receipt of the right day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

import offline
from broadsheet.errors import SourceBusyError
from broadsheet.newsroom import Newsroom
from broadsheet.sources import Source, Stream, Verdict
from desk import Room
from toy import START, Toy


def verdict(room: Room, first: date, last: date) -> Verdict:
    """Of the first of these days, of all that are asked for."""
    return room.newsroom.get_receipts(first, last)[0].verdict


@pytest.mark.parametrize("words", ["The page of 2026-02-27 (wasps) is there still.", "Old."])
def test_what_a_trouble_is_about_reaches_the_receipt_of_that_day(room: Room, words: str) -> None:
    """Also when the stream has long forgotten it, and whatever days are asked for with it.

    Breaks: leave `trouble_day` out of `StreamRun._describe`; end the reports with `last` in
    `Newsroom.get_receipts`.
    """
    monday, tuesday = START.date(), START.date() + timedelta(days=1)
    room.web.lay("papers/start", {"trouble": words, "of": "bees", "missed": monday.isoformat()})
    room.time.pass_by(timedelta(days=1))
    report = room.sync()["papers"]
    state = room.state()
    assert (report.trouble, report.trouble_category, report.trouble_day) == (words, "bees", monday)
    assert (state.trouble, state.trouble_category, state.trouble_day) == (words, "bees", monday)
    assert state.stale and report.stale
    assert verdict(room, monday, monday) is verdict(room, monday, tuesday) is Verdict.STALE
    assert verdict(room, tuesday, tuesday) is Verdict.WAITING
    room.web.lay("papers/start", {"papers": []})
    room.time.pass_by(timedelta(hours=1))
    assert room.sync()["papers"].trouble == room.state().trouble == ""
    assert verdict(room, monday, monday) is verdict(room, monday, tuesday) is Verdict.STALE


class ByCategory(Toy):
    def streams(self, source: Source) -> Sequence[Stream]:
        return [Stream("papers", "papers", timedelta(hours=1), category="bees")]


def test_a_failure_is_of_the_category_that_its_stream_speaks_for(room: Room) -> None:
    wires = offline.wires(room.time.now, {"toy": ByCategory()}, room.web, sleep=room.time.sleep)
    newsroom = Newsroom(room.store, room.index, wires)
    room.web.lay("papers/start", SourceBusyError("Later."))
    (report,) = newsroom.sync().streams
    assert (report.trouble, report.trouble_category) == ("Later.", "bees")
    room.web.lay("papers/start", {"papers": []})
    room.time.pass_by(timedelta(hours=1))
    (report,) = newsroom.sync().streams
    assert (report.trouble, report.trouble_category) == ("", "")
