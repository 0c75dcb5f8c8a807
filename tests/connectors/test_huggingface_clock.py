"""Hugging Face lists when our clock was wrong for a while: no day beyond today is waited for."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from broadsheet.connectors.huggingface import HuggingFaceConnector
from broadsheet.sources import Answer, Batch, Raw, Source
from json_samples import hf_entry

NOW = datetime(2026, 3, 4, 8, 0, tzinfo=UTC)
AHEAD = NOW + timedelta(days=40)
HUB = HuggingFaceConnector()


def source(since: date | None = None) -> Source:
    return HUB.configure((), since=since, mirror="", now=NOW)


def run(
    stream: str, cursor: str | None, at: datetime, entry: bool, where: Source | None = None
) -> list[Batch]:
    """The batches of one run; with `entry`, every list has one."""
    batches: list[Batch] = []
    while not batches or batches[-1].more:
        reading_queue = stream == "details" and "keys" in (cursor or "")
        paper = hf_entry()["paper"] if reading_queue else [hf_entry()] * entry
        answer = Answer("https://x", 200, {}, json.dumps(paper).encode(), at)
        batches.append(HUB.parse(where or source(), Raw(stream, cursor, answer)))
        cursor = batches[-1].cursor
        assert len(batches) < 200
    return batches


def day_of(cursor: str | None) -> date:
    return date.fromisoformat(json.loads(cursor or "{}")["day"])


@pytest.mark.parametrize("stream", ["daily", "weekly", "monthly"])
def test_lists_are_asked_for_from_today_when_the_clock_is_right_again(stream: str) -> None:
    """Break to see it fail: drop the test for days to come from `_parse_list`."""
    ahead = run(stream, None, AHEAD, True)[-1].cursor
    right = run(stream, ahead, NOW, True)
    days = [day for batch in right for _, day in batch.pages]
    assert days and max(days) <= NOW.date() and day_of(right[-1].cursor) <= NOW.date()
    assert all(each.day <= NOW.date() for batch in right for each in batch.announced)
    assert right[0].pages == () if day_of(ahead) > NOW.date() else right[0].pages


@pytest.mark.parametrize("entry", [True, False])
def test_details_are_asked_for_when_the_clock_is_right_again(entry: bool) -> None:
    """Break to see it fail: return `day` from `Queue._until`."""
    ahead = run("details", None, AHEAD, entry)[-1].cursor
    assert day_of(ahead) == AHEAD.date() - timedelta(days=1)
    right = run("details", ahead, NOW, entry)[-1].cursor
    assert day_of(right) == NOW.date() - timedelta(days=1)
    later = run("details", right, NOW + timedelta(days=1), True)
    assert sum(len(batch.records) for batch in later) == 1


def test_details_that_were_left_over_lead_back_as_well() -> None:
    """Break to see it fail: clamp only where no paper is left."""
    left = '{"day": "2026-04-09", "keys": ["2602.00001", "2602.00002"]}'
    first, second = run("details", left, NOW, True)[:2]
    assert day_of(first.cursor) == day_of(second.cursor) == NOW.date() - timedelta(days=1)


def test_details_never_begin_before_the_first_day_wanted() -> None:
    """Break to see it fail: leave `first` out of `_until`."""
    today = source(since=NOW.date())
    assert day_of(run("details", None, NOW, True, today)[-1].cursor) == NOW.date()


def test_a_clock_that_is_far_behind_asks_once() -> None:
    """Break to see it fail: ask for more whatever the cursor leads to."""
    for stream in ("daily", "weekly", "monthly", "trending", "details"):
        assert len(run(stream, None, datetime(1970, 1, 1, tzinfo=UTC), True)) == 1
