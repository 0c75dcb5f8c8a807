"""Hugging Face lists: what an entry says, and how a stream walks."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.connectors.contract import check_connector
from broadsheet.connectors.huggingface import HuggingFaceConnector
from broadsheet.connectors.huggingface.lists import LISTS
from broadsheet.errors import InvalidInputError, SourceBrokenError
from broadsheet.model import Identifier, Link, PaperDate, Record
from broadsheet.sources import Announcement, Answer, Batch, Measure, Raw, Rejected, Source
from json_samples import ANY_JSON, hf_entry

NOW = datetime(2026, 3, 4, 8, 0, tzinfo=UTC)  # a Wednesday
HUB = HuggingFaceConnector()


def source(*targets: str, since: date | None = None, mirror: str = "") -> Source:
    return HUB.configure(targets, since=since, mirror=mirror, now=NOW)


def raw(
    stream: str,
    *entries: Any,
    cursor: str | None = None,
    at: datetime = NOW,
    status: int = 200,
    **headers: str,
) -> Raw:
    return Raw(
        stream, cursor, Answer("https://x", status, headers, json.dumps(entries).encode(), at)
    )


def parse_one(entry: Any) -> Batch:
    return HUB.parse(source(since=NOW.date()), raw("daily", entry))


def record_of(entry: Any) -> Record:
    (record,) = parse_one(entry).records
    return record


def walk(stream: str, where: Source, cursor: str | None, at: datetime) -> tuple[list[date], str]:
    """The days of the lists that one run asks for, and the cursor that it leaves."""
    days = []
    while True:
        batch = HUB.parse(where, raw(stream, hf_entry(), cursor=cursor, at=at))
        days += [day for _, day in batch.pages]
        cursor = batch.cursor
        if not batch.more:
            assert cursor
            return days, cursor


# --- An entry ---------------------------------------------------------------------------------


def test_an_entry() -> None:
    record = record_of(hf_entry())
    assert (record.source, record.key) == ("huggingface", "2602.00001")
    assert record.ids == (Identifier("arxiv", "2602.00001"),)
    assert record.title == "Kites that steer themselves, part 1"
    assert record.abstract == "We fly $n<9$ kites. They steer."
    assert record.authors == ("Ann Poe", "Júlia Øre")
    assert record.date == PaperDate("2026-02-25", "submitted")
    assert record.links == (
        Link("code", "https://github.com/kitelab/steer"),
        Link("project", "https://kites.example.org/"),
        Link("page", "https://huggingface.co/papers/2602.00001"),
        Link("page", "https://huggingface.co/kitelab/steer-a"),
        Link("page", "https://huggingface.co/kitelab/steer-b"),
        Link("data", "https://huggingface.co/datasets/kitelab/winds"),
    )
    assert dict(record.extra) == {
        "submitter": "annpoe", "organization": "Kite Lab", "discussion": "65f0aa",
    }  # fmt: skip
    assert not record.withdrawn and b"machine" not in record.to_json()


def test_numbers_and_rank_are_beside_the_record() -> None:
    batch = HUB.parse(source(since=NOW.date()), raw("daily", hf_entry("2602.00009"), hf_entry()))
    assert batch.announced == (
        Announcement("daily", NOW.date(), "2602.00009", "listed", position=1),
        Announcement("daily", NOW.date(), "2602.00001", "listed", position=2),
    )
    assert batch.measures[3:] == (
        Measure("2602.00001", "upvotes", 12),
        Measure("2602.00001", "comments", 2),
        Measure("2602.00001", "stars", 3),
    )
    assert batch.pages == (("daily", NOW.date()),)


def test_votes_do_not_make_a_new_record() -> None:
    """Break to see it fail: put the upvotes into `extra`, or leave the linked models unsorted."""
    later = hf_entry(upvotes=500, githubStars=90, numComments=7)
    later["paper"]["linkedModels"].reverse()
    assert record_of(later).to_json() == record_of(hf_entry()).to_json()
    for stream in LISTS:
        batch = HUB.parse(source(), raw(stream, hf_entry()))
        assert batch.records[0].to_json() == record_of(hf_entry()).to_json()


@pytest.mark.parametrize(
    "bare",
    [{"id": "2602.00001", "title": "Kites", "summary": "Fly."},
     {"paper": {"id": "2602.00001v2"}, "title": "Kites", "summary": "Fly."}],
)  # fmt: skip
def test_all_but_id_title_and_summary_is_optional(bare: dict[str, Any]) -> None:
    batch = parse_one(bare)
    (record,) = batch.records
    assert (record.key, record.title, record.abstract) == ("2602.00001", "Kites", "Fly.")
    assert batch.measures == () and record.date is None and not record.authors


def test_links_that_cannot_be_followed_are_left_out() -> None:
    record = record_of(
        hf_entry(
            githubRepo="javascript:alert(1)",
            projectPage="https://user:pass@kites.example.org/",
            linkedModels=[{"id": "../../evil"}, {"id": "a/b?c"}, {"id": 5}, "x"],
            linkedDatasets="no",
        )
    )
    assert [link.url for link in record.links] == ["https://huggingface.co/papers/2602.00001"]
    assert Link("code", "https://github.com/a/b") in record_of(hf_entry(githubRepo="a/b")).links
    machine = record_of(hf_entry(githubRepoAddedBy="auto"))
    assert dict(machine.extra)["code-link"].startswith("matched by")


def test_a_withdrawn_paper_is_kept_and_marked() -> None:
    assert record_of(hf_entry(withdrawnAt="2026-03-01T00:00:00.000Z")).withdrawn


def test_an_entry_that_cannot_go_in_is_told_with_its_reason() -> None:
    untitled = hf_entry("2602.00002", title=" ")
    untitled["title"] = None
    batch = HUB.parse(
        source(since=NOW.date()),
        raw("daily", hf_entry(), untitled, hf_entry("kites"), 5, hf_entry(title="again")),
    )
    assert [record.title for record in batch.records] == [hf_entry()["paper"]["title"]]
    assert batch.announced[0].position == 1  # the first of two counts
    assert [one.key for one in batch.announced] == ["2602.00001", "2602.00002"]
    assert [(one.key, one.reason) for one in batch.rejected] == [
        ("2602.00002", "it has no title"),
        ("daily 2026-03-04, place 3", "it has no arXiv id"),
        ("daily 2026-03-04, place 4", "it has no arXiv id"),
    ]


@pytest.mark.parametrize("entries", [(1, 2), ({"error": "x"},), (hf_entry("kites"),)])
def test_a_list_of_something_else_is_broken(entries: tuple[Any, ...]) -> None:
    with pytest.raises(SourceBrokenError, match="is a paper"):
        HUB.parse(source(), raw("daily", *entries))


# --- The walk ---------------------------------------------------------------------------------


def test_it_walks_from_the_first_day_to_today_and_comes_back_a_week() -> None:
    where = source(since=date(2026, 2, 20))
    days, cursor = walk("daily", where, None, NOW)
    assert days == [date(2026, 2, 20) + timedelta(n) for n in range(13)]
    days, cursor = walk("daily", where, cursor, NOW + timedelta(hours=6))
    assert days == [date(2026, 2, 26) + timedelta(n) for n in range(7)]
    days, _ = walk("daily", where, cursor, NOW + timedelta(days=30))  # after a pause: no gap
    assert days == [date(2026, 2, 26) + timedelta(n) for n in range(37)]


def test_nothing_before_the_first_day_wanted_is_asked() -> None:
    days, cursor = walk("daily", source(), None, NOW)
    assert days[0] == date(2026, 3, 1) and len(days) == 4
    assert walk("daily", source(), cursor, NOW)[0] == days


def test_weeks_and_months() -> None:
    where = source(since=date(2025, 12, 30))
    weeks, _ = walk("weekly", where, None, NOW)
    assert weeks[0] == date(2025, 12, 29) and weeks[-1] == date(2026, 3, 2) and len(weeks) == 10
    months, cursor = walk("monthly", where, None, NOW)
    assert months == [date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)]
    assert walk("monthly", where, cursor, NOW)[0] == [date(2026, 2, 1), date(2026, 3, 1)]
    queries = [LISTS["weekly"].query(day) for day in weeks[:2]]
    assert queries == ["week=2026-W01", "week=2026-W02"]


def test_trending_is_of_the_day_on_which_it_was_seen() -> None:
    batch = HUB.parse(source(), raw("trending", hf_entry(), etag='"t"'))
    assert batch.pages == (("trending", NOW.date()),) and not batch.more
    assert "t" not in orjson.loads(batch.cursor or "{}").get("tags", {})


def test_a_day_is_announced_when_its_last_page_has_been_read() -> None:
    """Break to see it fail: put `pages` into the batch of every page."""
    where = source(since=NOW.date())
    first = HUB.parse(where, raw("daily", hf_entry(), link='<https://x>; rel="next"'))
    assert first.more and first.pages == ()
    last = HUB.parse(where, raw("daily", hf_entry("2602.00002"), cursor=first.cursor))
    assert not last.more and last.pages == (("daily", NOW.date()),)
    assert last.announced[0].position == 101


@pytest.mark.parametrize("repeated", [(), (hf_entry(),)])
def test_a_list_without_an_end_is_broken(repeated: tuple[Any, ...]) -> None:
    """Break to see it fail: leave the mark out of `Place.turn`."""
    where, more = source(), '<https://x>; rel="next"'
    first = HUB.parse(where, raw("daily", hf_entry(), link=more))
    with pytest.raises(SourceBrokenError, match=r"empty, yet|goes on after"):
        HUB.parse(where, raw("daily", *repeated, cursor=first.cursor, link=more))


def test_a_full_page_without_a_word_on_the_next_has_one() -> None:
    entries = [hf_entry(f"2602.{number:05}") for number in range(1, 101)]
    assert HUB.parse(source(), raw("weekly", *entries)).more
    assert HUB.parse(source(), raw("weekly", *entries, link="<x>; rel=prev")).pages


def test_an_unknown_list_is_told_and_passed_by() -> None:
    batch = HUB.parse(source(), raw("daily", status=404))
    said = "Hugging Face has no daily list of 2026-03-01."
    assert batch.trouble == (said, "daily", date(2026, 3, 1), True)
    assert batch.more and batch.pages == ()


def test_validators_are_kept_for_lists_that_are_asked_for_again() -> None:
    """Break to see it fail: keep every tag in `Place.move`: the cursor grows without an end."""
    where, cursor = source(since=date(2024, 1, 1)), None
    while True:
        batch = HUB.parse(where, raw("daily", hf_entry(), cursor=cursor, etag='W/"abc"'))
        cursor = batch.cursor
        if not batch.more:
            break
    assert cursor is not None
    assert len(orjson.loads(cursor)["tags"]) == 7 and len(cursor) < 400


@pytest.mark.parametrize(
    "cursor", ['{"day": "9999-12-31"}', '{"day": 5}', '{"day": "0001-01-01"}', "[]", '{"page": 3}']
)
def test_a_damaged_cursor_begins_anew(cursor: str) -> None:
    assert HUB.parse(source(), raw("daily", hf_entry(), cursor=cursor)).pages == (
        ("daily", date(2026, 3, 1)),
    )


# --- Models and data sets linked --------------------------------------------------------------

QUEUE = '{"day":"2026-03-01","keys":["2602.00001","2602.00002"]}'


def detail(paper: Any, cursor: str | None, status: int = 200) -> Raw:
    answer = Answer("https://x", status, {}, json.dumps(paper).encode(), NOW)
    return Raw("details", cursor, answer)


def test_the_papers_of_a_day_are_asked_for_one_by_one() -> None:
    """Break to see it fail: let `Queue.read` forget the keys that are left."""
    where = source("daily")
    first = HUB.parse(where, raw("details", hf_entry(), hf_entry("2602.00002")))
    assert first == Batch(cursor=QUEUE, more=True)
    second = HUB.parse(where, detail(hf_entry()["paper"], first.cursor))
    assert Link("data", "https://huggingface.co/datasets/kitelab/winds") in second.records[0].links
    assert second.more and not second.announced and not second.pages
    gone = HUB.parse(where, detail({"error": "no"}, second.cursor, 404))
    assert gone == Batch(cursor='{"day":"2026-03-02"}', more=True)
    third = HUB.parse(where, raw("details", cursor=gone.cursor))
    assert third == Batch(cursor='{"day":"2026-03-03"}', more=False)
    early = HUB.parse(where, raw("details", hf_entry(), cursor=third.cursor))
    assert early == Batch(cursor='{"day":"2026-03-03"}')
    later = raw("details", hf_entry(), cursor=early.cursor, at=NOW + timedelta(days=1))
    assert HUB.parse(where, later).more


def test_a_detail_of_another_paper_is_refused() -> None:
    for paper in (hf_entry("2602.00009")["paper"], {"title": "Kites"}):
        batch = HUB.parse(source("daily"), detail(paper, QUEUE))
        assert batch.records == () and batch.more
        assert batch.rejected[0] == Rejected("2602.00001", "the answer is about another paper")
    untitled = HUB.parse(source("daily"), detail({"id": "2602.00001"}, QUEUE))
    assert untitled.rejected[0].reason == "it has no title"


# --- What a person says -----------------------------------------------------------------------


def test_configure() -> None:
    every = source()
    assert every.targets == ("daily", "weekly", "monthly", "trending")
    assert every.since == date(2026, 3, 1)
    chosen = source("Trending", "daily", since=date(2020, 1, 1), mirror="https://hub.example.org/")
    assert chosen.targets == ("daily", "trending")
    assert (chosen.since, chosen.mirror) == (date(2023, 5, 1), "https://hub.example.org")
    assert [stream.name for stream in HUB.streams(chosen)] == ["daily", "trending", "details"]
    assert [stream.name for stream in HUB.streams(source("weekly"))] == ["weekly"]


@pytest.mark.parametrize(
    ("targets", "since", "mirror", "said"),
    [
        (["hourly"], None, "", "daily, weekly, monthly, trending"),
        ([], date(2026, 3, 5), "", "yet to come"),
        ([], None, "hub.example.org", "https://hub.example.org"),
        ([], None, "file:///etc/passwd", "https://"),
        ([], None, "http://[hub", "https://"),
    ],
)
def test_what_cannot_be_followed_is_said(
    targets: list[str], since: date | None, mirror: str, said: str
) -> None:
    with pytest.raises(InvalidInputError, match=said):
        HUB.configure(targets, since=since, mirror=mirror, now=NOW)


def test_weekends_are_quiet() -> None:
    assert HUB.quiet(source(), NOW.date()) == ""
    assert HUB.quiet(source(), date(2026, 3, 7)) == (
        "Hugging Face makes no daily list on Saturdays."
    )


def test_the_contract_is_kept() -> None:
    samples = [raw(name, hf_entry(), hf_entry("2602.00002")) for name in (*LISTS, "details")]
    samples.append(detail(hf_entry()["paper"], QUEUE))
    assert check_connector(HUB, source(), samples, mutations=50) == []


@given(st.sampled_from(sorted(hf_entry()["paper"])), ANY_JSON)
@settings(max_examples=30, deadline=None)
def test_a_field_of_any_shape_costs_at_most_its_row(name: str, value: Any) -> None:
    batch = HUB.parse(source(), raw("daily", hf_entry("2602.00002"), hf_entry(**{name: value})))
    assert batch.records and len(batch.records) + len(batch.rejected) <= 2


def test_the_mirror_is_asked_and_no_address_of_the_answer() -> None:
    """A `next` that leads elsewhere is no address to go to."""
    mirrored = replace(source(), mirror="https://hub.example.org")
    batch = HUB.parse(mirrored, raw("trending", hf_entry(), link='<http://10.0.0.1/>; rel="next"'))
    assert batch.more and b"10.0.0.1" not in (batch.cursor or "").encode()
