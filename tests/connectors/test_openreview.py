"""OpenReview: its API's pages, its notes in a file, and what it says when it lets nobody in."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.connectors.contract import check_connector
from broadsheet.connectors.openreview import LIMIT, OpenReviewConnector
from broadsheet.connectors.openreview_json import OpenReviewJson
from broadsheet.errors import (
    BadFileError,
    InvalidInputError,
    SourceBrokenError,
    SourceBusyError,
    SourceRefusedError,
    SourceRequestError,
)
from broadsheet.model import BadRow, Record
from broadsheet.sources import Answer, Batch, Raw, Source
from json_samples import ANY_JSON
from one_answer import OneAnswer

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
VENUE = "XCLR.cc/2024/Conference"
CONNECTOR = OpenReviewConnector()


def note(number: int = 7, **content: Any) -> dict[str, Any]:
    """A note as version 2 of the API has it; `content` adds to it, None takes away."""
    fields: dict[str, Any] = {
        "title": f"Paper {number} where $a<b$",
        "authors": ["Ann Lee", "Bo Ek"],
        "abstract": "We measure it.\n\nTwice.",
        "keywords": ["measuring", "rulers"],
        "TL;DR": "Measured twice.",
        "venue": "XCLR 2024 poster",
        "venueid": VENUE,
        "pdf": "/pdf/abc.pdf",
    } | content
    forum = f"forum{number:05}"
    return {
        "id": forum,
        "forum": forum,
        "number": number,
        "cdate": 1704067200000,
        "tmdate": 1706067200000,
        "pdate": 1705363200000,
        "invitations": [f"{VENUE}/-/Submission"],
        "content": {name: {"value": value} for name, value in fields.items() if value is not None},
    }


def source_of(*venues: str, mirror: str = "") -> Source:
    return CONNECTOR.configure(venues or [VENUE], since=None, mirror=mirror, now=NOW)


def raw_of(page: Any, cursor: str | None = None) -> Raw:
    return Raw(VENUE, cursor, Answer("https://x.example", 200, {}, json.dumps(page).encode(), NOW))


def parse(notes: list[Any], *, count: int | None = None, cursor: str | None = None) -> Batch:
    page = {"notes": notes} | ({} if count is None else {"count": count})
    return CONNECTOR.parse(source_of(), raw_of(page, cursor))


def record_of(**content: Any) -> Record:
    (record,) = parse([note(**content)]).records
    return record


def test_the_contract_holds() -> None:
    pages = [{"notes": [note(1), note(2)], "count": 9}, {"notes": [note(3)]}]
    problems = check_connector(CONNECTOR, source_of(), [raw_of(page) for page in pages])
    assert problems == []


def test_a_note_as_a_record() -> None:
    record = record_of()
    assert (record.source, record.key, record.title) == (
        "openreview", "forum00007", "Paper 7 where $a<b$"
    )  # fmt: skip
    assert (record.abstract, record.summary) == ("We measure it. Twice.", "Measured twice.")
    assert record.authors == ("Ann Lee", "Bo Ek")
    assert record.ids == (("openreview", "forum00007"),)
    assert (record.venue, record.status, record.withdrawn) == ("XCLR 2024 poster", None, False)
    assert record.date and tuple(record.date) == ("2024-01-16", "published")
    assert record.submitted_at == "2024-01-01T00:00:00Z"
    assert {link.rel: link.url for link in record.links} == {
        "page": "https://openreview.net/forum?id=forum00007",
        "pdf": "https://openreview.net/pdf/abc.pdf",
    }
    assert dict(record.extra)["keywords"] == "measuring, rulers"
    assert record.categories == ()


def test_bare_fields_of_version_one_are_the_same() -> None:
    wrapped = note()
    bare = wrapped | {"content": {k: v["value"] for k, v in wrapped["content"].items()}}
    assert parse([bare]).records == parse([wrapped]).records


@pytest.mark.parametrize(
    ("last", "status", "withdrawn"),
    [
        ("", None, False),
        ("/Rejected_Submission", "Reject", False),
        ("/Withdrawn_Submission", "Withdraw", True),
        ("/Desk_Rejected_Submission", "Reject (desk)", False),
        ("/Submission", "Submission", False),
    ],
)
def test_the_venue_s_id_says_what_was_decided(
    last: str, status: str | None, withdrawn: bool
) -> None:
    """Its words do not: they say "Submitted to XCLR 2024" of papers that were turned down.

    Deliberate break: take the status from `venue` instead.
    """
    record = record_of(venueid=VENUE + last, venue="Submitted to XCLR 2024")
    assert (record.status, record.withdrawn) == (status, withdrawn)


def test_a_venue_that_authors_claim_for_themselves_is_none() -> None:
    record = record_of(venueid="OpenReview.net/Public_Article", venue="Best Venue Ever")
    assert (record.venue, record.status) == (None, None)


def test_authors_may_be_objects_and_links_are_checked() -> None:
    record = record_of(
        authors=[{"fullname": "Ann Lee", "username": "~Ann_Lee1"}, "Bo Ek", 5],
        pdf="javascript:alert(1)",
        code="https://github.com/a/b",
    )
    assert record.authors == ("Ann Lee", "Bo Ek")
    assert [link.rel for link in record.links] == ["page", "code"]


def test_without_a_day_of_publication_it_is_that_of_submission() -> None:
    one = {name: value for name, value in note().items() if name != "pdate"}
    (record,) = parse([one]).records
    assert record.date and tuple(record.date) == ("2024-01-01", "submitted")


def test_pages_follow_each_other_to_the_count() -> None:
    first = parse([note(1), note(2)], count=3)
    assert first.more and first.total == 3 and first.pages == ()
    web = OneAnswer(raw_of({"notes": [note(3)], "count": 3}).answer)
    source = source_of()
    raw = CONNECTOR.fetch(source, CONNECTOR.streams(source)[0], first.cursor, web)
    assert web.asked["url"] == (
        "https://api2.openreview.net/notes?content.venueid=XCLR.cc/2024/Conference"
        "&limit=1000&offset=2&sort=number:asc&count=true"
    )
    last = CONNECTOR.parse(source, raw)
    assert not last.more and last.pages == ((VENUE, NOW.date()),)
    assert [each.key for each in last.items] == ["forum00003"]
    assert last.items[0].stamp == "2024-01-24T03:33:20Z"
    assert last.announced[0].estimated


def test_without_a_count_full_pages_go_on() -> None:
    assert parse([note(number) for number in range(LIMIT)]).more
    assert not parse([note(1)]).more


def test_an_empty_page_while_more_are_counted_is_a_failure() -> None:
    """Deliberate break: take it for the end, and the rest of the venue is missing silently."""
    cursor = parse([note(1), note(2)], count=3).cursor
    with pytest.raises(SourceBusyError, match="counts 3 notes .* sends none after 2"):
        parse([], count=3, cursor=cursor)


def test_a_venue_without_papers_is_told() -> None:
    empty = parse([], count=0)
    assert empty.trouble and "no paper" in empty.trouble.sentence


def test_a_venue_that_stands_still_is_asked_once_a_week() -> None:
    first = parse([note(1), note(2)], count=2)
    assert first.again is None
    again = parse([note(1), note(2)], count=2, cursor=first.cursor)
    assert again.again == NOW + timedelta(days=7)
    changed = parse([note(1), note(2, title="New")], count=2, cursor=again.cursor)
    assert changed.again is None


def test_a_refusal_offers_the_file_import() -> None:
    """In the words of the client, which knows a challenge from a plain 403."""
    source = source_of(mirror="https://mirror.example.org/")
    web = OneAnswer(SourceRefusedError("It says no (403).", "openreview"))
    with pytest.raises(SourceRefusedError) as caught:
        CONNECTOR.fetch(source, CONNECTOR.streams(source)[0], None, web)
    assert str(caught.value) == (
        "It says no (403). Save the notes as JSON (how: docs/sources.md) and run broadsheet "
        "import FILE."
    )
    assert caught.value.place == "openreview"
    assert web.asked["url"].startswith("https://mirror.example.org/notes?")
    with pytest.raises(SourceRequestError, match="knows no venue"):
        answer = Answer("https://x.example", 404, {}, b"", NOW)
        CONNECTOR.fetch(source, CONNECTOR.streams(source)[0], None, OneAnswer(answer))


def test_venues_are_configured() -> None:
    page = f"https://openreview.net/group?id={VENUE}#tab-accept"
    source = source_of(page, VENUE, "Other.org/2023/Workshop/X-1")
    assert source.targets == (VENUE, "Other.org/2023/Workshop/X-1")
    assert [stream.name for stream in CONNECTOR.streams(source)] == list(source.targets)
    assert CONNECTOR.quiet(source, date(2026, 11, 21)) == ""


@pytest.mark.parametrize("target", ["", "XCLR", "a/b&limit=9?x", "../..", "https://x.example/a"])
def test_what_is_no_venue_is_refused(target: str) -> None:
    with pytest.raises(InvalidInputError, match=r"XCLR|ICLR\.cc/2024/Conference"):
        CONNECTOR.configure([target], since=None, mirror="", now=NOW)


@pytest.mark.parametrize("page", [[], {}, {"notes": {}}, {"name": "ForbiddenError"}])
def test_other_json_is_broken(page: Any) -> None:
    with pytest.raises(SourceBrokenError):
        CONNECTOR.parse(source_of(), raw_of(page))


# --- As a file --------------------------------------------------------------------------------


def read(value: Any) -> list[Record | BadRow]:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return list(OpenReviewJson().read(io.BytesIO(data), "notes.json"))


@pytest.mark.parametrize("wrap", [lambda notes: {"notes": notes, "count": 2}, lambda notes: notes])
def test_saved_notes_are_the_same_records(wrap: Any) -> None:
    notes = [note(1), note(2)]
    saved = wrap(notes)
    assert OpenReviewJson().recognises(json.dumps(saved).encode()[:65536], "x.json")
    assert read(saved) == list(parse(notes).records)


def test_reviews_are_no_papers_and_bad_notes_are_told() -> None:
    review = note(9) | {"id": "review0001", "replyto": "forum00009"}
    rows = read([review, note(1), 5, note(2, title=" "), note(3) | {"forum": "a b", "id": "a b"}])
    assert [row.key for row in rows if isinstance(row, Record)] == ["forum00001"]
    bad = [row for row in rows if isinstance(row, BadRow)]
    assert [row.line for row in bad] == [3, 4, 5]
    assert bad[1].reason == "it has no title"


@pytest.mark.parametrize("data", [b"{", b"5", b'{"notes": 5}', b"<html>"])
def test_other_files_are_refused(data: bytes) -> None:
    with pytest.raises(BadFileError, match=r"notes\.json"):
        read(data)


@settings(max_examples=40, deadline=None)
@given(ANY_JSON, st.sampled_from([*note(), *note()["content"]]))
def test_whatever_a_field_holds(value: Any, name: str) -> None:
    """A field of any other shape costs that field or that note, and nothing else."""
    strange = note(1)
    place = strange["content"] if name in strange["content"] else strange
    place[name] = value
    batch = parse([strange, note(2)], count=2)
    assert "forum00002" in [record.key for record in batch.records]
