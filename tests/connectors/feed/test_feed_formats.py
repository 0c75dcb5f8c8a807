"""Every format, encoding and habit of feeds, judged by feedparser as the oracle."""

from __future__ import annotations

import pytest

from broadsheet.connectors.feed.dates import read_day, read_stamp
from broadsheet.errors import SourceBrokenError
from feed_documents import ADDRESS, ATOM, BLOG, JSON_FEED, XML_FEEDS, parse, rss
from feed_makers import make_feed
from feed_oracle import said_by_feedparser, said_by_us

UMLAUTS = (
    '<?xml version="1.0" encoding="{}"?>'
    "<rss><channel><item><title>Grüße</title></item></channel></rss>"
)


@pytest.mark.parametrize("name", XML_FEEDS)
def test_we_say_of_a_feed_what_feedparser_says(name: str) -> None:
    body = XML_FEEDS[name]
    assert said_by_us(body, ADDRESS) == said_by_feedparser(body, ADDRESS) != []


def test_we_agree_with_feedparser_on_invented_feeds() -> None:
    """Deliberate break: resolve addresses against the document instead of `xml:base`."""
    for seed in range(80):
        body = make_feed(seed)
        assert said_by_us(body, ADDRESS) == said_by_feedparser(body, ADDRESS), f"seed {seed}"


@pytest.mark.parametrize(
    ("encoding", "header"),
    [
        ("utf-8", ""),
        ("iso-8859-1", ""),
        ("windows-1252", ""),
        ("utf-16", ""),
        ("utf-16-le", ""),
        ("iso-8859-1", "text/xml; charset=iso-8859-1"),
        ("utf-8", 'application/rss+xml; charset="UTF-8"'),
        ("utf-8", "text/xml; charset=us-ascii"),
        ("utf-8", "text/xml; charset=punycode"),
        ("utf-8", "text/xml; charset=no-such-thing"),
    ],
)
def test_encodings_by_mark_header_and_declaration(encoding: str, header: str) -> None:
    body = UMLAUTS.format(encoding).encode(encoding)
    assert parse(body, content_type=header).records[0].title == "Grüße"


def test_what_http_says_wins_over_the_declaration() -> None:
    body = UMLAUTS.format("iso-8859-7").encode("utf-8")
    assert parse(body, content_type="text/xml; charset=utf-8").records[0].title == "Grüße"


def test_a_declaration_that_lies_is_not_believed() -> None:
    body = UMLAUTS.format("utf-8").encode("cp1252")
    assert parse(body).records[0].title == "Grüße"


def test_text_stays_text_and_html_becomes_text() -> None:
    """Deliberate break: run every Atom title through `html_text`, whatever its type."""
    first, second = parse(ATOM).records
    assert first.title == "Using <b> for vectors"
    assert first.abstract == "Bold is not enough."
    assert (second.title, second.abstract) == ("On marks", "One. Two.")


def test_descriptions_come_before_whole_contents() -> None:
    assert parse(BLOG).records[0].abstract == "Tails tell more than means. Second & last."


def test_relative_addresses_follow_xml_base_then_the_document() -> None:
    record = parse(ATOM).records[0]
    assert {link.rel: link.url for link in record.links} == {
        "page": "https://notes.example.org/2026/vectors",
        "pdf": "https://notes.example.org/v.pdf",
    }
    assert parse(rss("<item><title>T</title><link>a?b=1</link></item>")).records[0].links[
        0
    ].url == ("https://example.org/a?b=1")


def test_json_feed() -> None:
    seven, eight = parse(JSON_FEED).records
    assert (seven.key, seven.title, seven.abstract) == ("7", "Seven", "It is odd.")
    assert (seven.authors, seven.categories, seven.kind) == (("Kim Sole",), ("numbers",), "news")
    assert [link.rel for link in seven.links] == ["page", "pdf"]
    assert seven.date and seven.date.value == "2026-11-12"
    assert (eight.authors, eight.abstract) == (("Ada Moor", "Bo Ek"), "$1<2$ & so on")
    assert [tuple(each) for each in eight.ids] == [("doi", "10.5555/eight")]


@pytest.mark.parametrize("body", [b'{"items": []}', b'{"version": "1"}', b"{", b'{"version": 5}'])
def test_other_json_is_no_feed(body: bytes) -> None:
    with pytest.raises(SourceBrokenError, match="JSON"):
        parse(body)


def test_broken_xml_is_read_as_far_as_it_goes() -> None:
    body = rss(
        "<item><title>R&D at caf&eacute; \x0b<b></title></item><item><title>Two</title></item>"
    )
    batch = parse(body)
    assert batch.records[0].title.startswith("R&D at café")
    assert len(batch.records) == 2 and not batch.trouble


def test_characters_that_xml_forbids_are_left_out() -> None:
    """libxml2 mends them into bytes that are no text: found by fuzzing.

    Deliberate break: leave `_allowed` out of `_MENDING`.
    """
    body = rss("<item><title>a&#xD800;b&#0;c&#x110000;d &amp e&#65;</title></item>")
    assert parse(body).records[0].title == "abcd &amp eA"


def test_prefixes_that_were_never_declared_are_understood() -> None:
    item = b"<item><title>T</title><dc:creator>Ann Lee</dc:creator></item>"
    body = b"<rss><channel>" + item + b"</channel></rss>"
    assert parse(body).records[0].authors == ("Ann Lee",)


@pytest.mark.parametrize("keep", [0.3, 0.6, 0.9, 0.99])
def test_a_feed_that_is_cut_off_is_refused(keep: float) -> None:
    """Otherwise its validators would be kept, and the rest never asked for.

    Deliberate break: leave out the look for the end of the document before it is mended.
    """
    with pytest.raises(SourceBrokenError, match="cut off"):
        parse(BLOG[: int(len(BLOG) * keep)])


def test_a_web_page_that_names_its_feed() -> None:
    page = (
        b"<!-- hi --> <!DOCTYPE html><html><head><link rel='stylesheet' type='text/css' href='/s'>"
        b'<link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">'
        b'<link href="/feeds/all.atom" type="application/atom+xml" rel="alternate home"></head>'
    )
    with pytest.raises(
        SourceBrokenError, match=r"its feed is https://example\.org/feeds/all\.atom\."
    ):
        parse(page)
    with pytest.raises(SourceBrokenError, match="web page and names no feed"):
        parse(b"<html><body>Log in</body></html>")


@pytest.mark.parametrize("body", [b"", b"  \n", b"Rate exceeded.", b"<urlset/>", b"<svg></svg>"])
def test_what_is_no_feed_is_refused_in_a_sentence(body: bytes) -> None:
    with pytest.raises(SourceBrokenError, match=r"^[A-Zh].*\.$"):
        parse(body)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Thu, 19 Nov 2026 23:30:00 -0800", "2026-11-19"),
        ("19 Nov 26 08:30 GMT", "2026-11-19"),
        ("Thursday, 19-Nov-26 08:30:00 GMT", "2026-11-19"),
        ("19 November 2026", "2026-11-19"),
        ("November 19th, 2026", "2026-11-19"),
        ("Nov 2026", "2026-11"),
        ("2026-11-19T23:30:00.5+09:00", "2026-11-19"),
        ("20261119", "2026-11-19"),
        ("2026-11", "2026-11"),
        ("2026-02-31", "2026-02"),
    ],
)
def test_days_are_those_that_were_written(text: str, day: str) -> None:
    found = read_day(text)
    assert found and found.value == day


@pytest.mark.parametrize("text", ["", "yesterday", "31 Foo 2026", "99999999999", "-1-1-1", "٣"])
def test_what_is_no_day(text: str) -> None:
    assert read_day(text) is None and read_stamp(text) == ""


def test_stamps_sort_by_time() -> None:
    texts = [
        "2026-11-19T01:00:00+09:00",
        "Wed, 18 Nov 2026 18:00:00 +0000",
        "2026-11-18T23:00:00-0500",
    ]
    stamps = [read_stamp(text) for text in texts]
    assert stamps == sorted(stamps) and stamps[0] == "2026-11-18T16:00:00Z"
