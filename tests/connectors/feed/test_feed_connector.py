"""The connector around the reader: addresses, names, cursors, how often it asks."""

from __future__ import annotations

from datetime import timedelta

import pytest

from broadsheet.connectors.contract import check_connector
from broadsheet.connectors.feed import FeedConnector
from broadsheet.connectors.feed.entries import MAX_ENTRIES
from broadsheet.connectors.json_answers import load_cursor
from broadsheet.errors import InvalidInputError, SourceBrokenError, SourceRequestError
from broadsheet.sources import Answer
from feed_documents import ADDRESS, ALL_FEEDS, BLOG, NOW, PREPRINTS, parse, raw_of, rss, source_of
from one_answer import OneAnswer


def test_the_contract_holds() -> None:
    problems = check_connector(
        FeedConnector(), source_of(), [raw_of(body) for body in ALL_FEEDS], mutations=40
    )
    assert problems == []


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://www.example.org/feed.xml", "example.org"),
        ("https://example.org", "example.org"),
        ("https://example.org/feed/", "example.org"),
        ("https://example.org/rss/cs.LG", "example.org/cs.lg"),
        ("https://www.example.org/journal-x.rss", "example.org/journal-x"),
        ("https://example.org/?feed=rss2", "example.org"),
        ("https://example.org/rss?journal=12&key=k3y", "example.org"),
        ("HTTPS://Example.ORG:8443/atom.xml", "example.org-8443"),
        ("feed://example.org/a", "example.org/a"),
        ("feed:https://example.org/a", "example.org/a"),
    ],
)
def test_names(address: str, name: str) -> None:
    assert source_of(address).name == name


def test_keys_in_an_address_are_shown_to_nobody() -> None:
    """Neither in names, nor in what is wrong, nor as the page of a receipt.

    Deliberate break: give `Raw` the answer as it came, or name `address` in the error for 404.
    """
    source = source_of(f"{ADDRESS}?api_key=k3y")
    connector, stream = FeedConnector(), FeedConnector().streams(source)[0]
    page = b"<html><link rel='alternate' type='application/rss+xml' href='/f?t=k3y'></html>"
    damaged = rss("<item><title>A</title></item><item title='<item><i></item>")
    said = [source.name]
    for body in (b"", b"no feed", b"<a/>", b"<rss><channel>", b"<html></html>", page, damaged):
        answer = Answer(source.targets[0], 200, {}, body, NOW)
        raw = connector.fetch(source, stream, None, OneAnswer(answer))
        said.append(raw.answer.url)
        try:
            said.append(str(connector.parse(source, raw).trouble))
        except SourceBrokenError as error:
            said.append(str(error))
    with pytest.raises(SourceRequestError) as missing:
        web = OneAnswer(Answer(source.targets[0], 404, {}, b"", NOW))
        connector.fetch(source, stream, None, web)
    said.append(str(missing.value))
    assert not [sentence for sentence in said if "k3y" in sentence]
    assert f"{ADDRESS} is a web page; its feed is https://example.org/f?…." in said
    assert web.asked["url"] == source.targets[0]


def test_long_names_stay_apart() -> None:
    names = {source_of(f"https://example.org/{'a' * 80}/{number}").name for number in range(3)}
    assert len(names) == 3 and max(map(len, names)) <= 60


@pytest.mark.parametrize(
    "targets",
    [
        (),
        ("https://a.example", "https://b.example"),
        ("https://a.example", "papers", "news"),
        ("example.org/feed",),
        ("file:///etc/passwd",),
        ("javascript:alert(1)",),
        ("https://me:secret@example.org/feed",),
        ("https://example.org/a b",),
        ("https://[::1",),
        ("https://example.org:99999/",),
        ("https:///feed",),
        ("https://example.org/" + "x" * 3000,),
    ],
)
def test_what_is_no_address_is_refused_in_a_sentence(targets: tuple[str, ...]) -> None:
    with pytest.raises(InvalidInputError, match=r"example|not followed"):
        FeedConnector().configure(targets, since=None, mirror="", now=NOW)


def test_validators_travel_in_the_cursor() -> None:
    """Deliberate break: leave the etag out of the cursor, and no answer is ever 304."""
    batch = parse(BLOG, etag='"v1"', last_modified="Thu, 19 Nov 2026 09:00:00 GMT")
    web = OneAnswer(Answer(ADDRESS, 304, {}, b"", NOW))
    source = source_of()
    stream = FeedConnector().streams(source)[0]
    raw = FeedConnector().fetch(source, stream, batch.cursor, web)
    assert web.asked["etag"] == '"v1"'
    assert web.asked["modified"] == "Thu, 19 Nov 2026 09:00:00 GMT"
    again = FeedConnector().parse(source, raw)
    assert (again.records, again.announced) == ((), ())
    assert again.pages == batch.pages
    assert load_cursor(again.cursor)["etag"] == '"v1"'


def test_a_feed_that_is_not_there() -> None:
    web = OneAnswer(Answer(ADDRESS, 404, {}, b"gone", NOW))
    source = source_of()
    with pytest.raises(SourceRequestError, match=r"no feed at https://example\.org/feed\.xml"):
        FeedConnector().fetch(source, FeedConnector().streams(source)[0], None, web)


def test_validators_of_a_damaged_answer_are_not_kept() -> None:
    """Deliberate break: keep them, and the entries that were lost are never asked for again."""
    batch = parse(rss("<item><title>A</title></item><item title='<item><i></item>"), etag='"v1"')
    assert batch.trouble and "could not be read" in batch.trouble.sentence
    assert "etag" not in load_cursor(batch.cursor)


@pytest.mark.parametrize(
    ("head", "cache", "minutes"),
    [
        ("", "", 60),
        ("<ttl>180</ttl>", "", 180),
        ("<ttl>1</ttl>", "", 15),
        ("<ttl>99999</ttl>", "", 24 * 60),
        ("<ttl>many</ttl>", "", 60),
        ("", "public, max-age=7200", 120),
        ("", "max-age=60", 60),
        ("", "max-age=999999999", 24 * 60),
    ],
)
def test_how_often_a_feed_is_asked(head: str, cache: str, minutes: int) -> None:
    batch = parse(rss("", head), cache_control=cache)
    assert batch.again == NOW + timedelta(minutes=minutes)


def test_update_period_says_how_often() -> None:
    assert parse(BLOG).again == NOW + timedelta(minutes=30)


def test_a_feed_in_which_nothing_moves_is_asked_ever_less_often() -> None:
    """Whether the server says so (304) or the same entries come again; looking often is no sign.

    Deliberate break: forget `changed` in `unchanged_batch`.
    """
    cursor, pauses = parse(rss("<item><title>T</title></item>")).cursor, []
    for hours, status in ((0, 304), (0, 200), (8, 304), (16, 304), (48, 200), (400, 304)):
        body = rss("<item><title>T</title></item>") if status == 200 else b""
        at = NOW + timedelta(hours=hours)
        raw = raw_of(body, cursor=cursor, status=status, at=at)
        batch = FeedConnector().parse(source_of(), raw)
        assert batch.again is not None
        cursor = batch.cursor
        pauses.append((batch.again - at) / timedelta(hours=1))
    assert pauses == [1, 1, 1, 2, 6, 24]
    changed = FeedConnector().parse(source_of(), raw_of(BLOG, cursor=cursor))
    assert changed.again == NOW + timedelta(minutes=30)


def test_stamps_tell_when_an_entry_changed() -> None:
    assert [tuple(each) for each in parse(PREPRINTS).items] == [
        ("oai:arXiv.org:2611.01234v2", 0, "2026-11-20T05:00:00Z")
    ]


def test_of_a_feed_without_end_the_beginning_is_read() -> None:
    batch = parse(rss("<item><title>T</title></item>" * (MAX_ENTRIES + 1)))
    assert batch.trouble and "too many entries" in batch.trouble.sentence
