"""From an entry to a record: kinds, identifiers, people, keys, days."""

from __future__ import annotations

from datetime import date

import pytest

from broadsheet.connectors.feed.people import split_people
from broadsheet.model import Record
from feed_documents import ADDRESS, BLOG, JOURNAL, NOW, PREPRINTS, parse, rss, source_of


def item(inner: str) -> Record:
    """The record of one RSS item."""
    (record,) = parse(rss(f"<item><title>T</title>{inner}</item>")).records
    return record


def test_a_journal_s_entry_is_a_paper() -> None:
    (record,) = parse(JOURNAL).records
    assert (record.kind, record.venue) == ("", "Journal of Invented Trials")
    assert [tuple(each) for each in record.ids] == [("doi", "10.5555/jit.77")]
    assert record.authors == ("Aiko Brandt", "Luis Perera")
    assert dict(record.extra) == {"volume": "12", "pages": "44"}
    assert record.date and tuple(record.date) == ("2026-11-17", "published")


def test_a_preprint_server_s_entry_is_a_paper() -> None:
    (record,) = parse(PREPRINTS).records
    assert record.title == "Bounds where $a<b$ and $c>d$"
    assert record.abstract == "We bound what was free."
    assert set(record.ids) == {("arxiv", "2611.01234"), ("doi", "10.5555/far.9")}
    assert record.authors == ("Mara Lind", "Tom Vasquez", "Yu Hale")
    assert record.kind == "" and record.categories == ("math.AP",)


def test_a_blog_s_entries_are_news_unless_the_person_says_that_they_are_papers() -> None:
    assert {record.kind for record in parse(BLOG).records} == {"news"}
    papers = parse(BLOG, "https://example.org/feed.xml", "papers")
    assert {record.kind for record in papers.records} == {""}


def test_news_bear_no_paper_s_identifier_where_the_person_says_that_all_is_news() -> None:
    """They would be merged with the paper that they speak of."""
    (record,) = parse(PREPRINTS, "https://example.org/feed.xml", "news").records
    assert (record.kind, record.ids) == ("news", ())


@pytest.mark.parametrize(
    ("inner", "ids"),
    [
        ("<link>https://arxiv.org/abs/2611.00001v3</link>", [("arxiv", "2611.00001")]),
        ("<guid>10.5555/abc</guid>", [("doi", "10.5555/abc")]),
        ("<prism:doi>10.5555/ABC</prism:doi>", [("doi", "10.5555/abc")]),
        ("<guid isPermaLink='false'>pubmed:41234567</guid>", [("pmid", "41234567")]),
        ("<dc:identifier>doi:10.5555/x</dc:identifier>", [("doi", "10.5555/x")]),
        ("<link>https://openreview.net/forum?id=AbCdEf1234</link>", [("openreview", "AbCdEf1234")]),
        ("<link>https://aclanthology.org/2023.acl-long.1/</link>", [("acl", "2023.acl-long.1")]),
        ("<guid isPermaLink='false'>2611.00001</guid>", []),
        ("<guid isPermaLink='false'>P19-1001</guid>", []),
        ("<guid isPermaLink='false'>blog2023:12</guid>", []),
        ("<link>https://github.com/some/code</link>", []),
        ("<link>https://example.org/2026/11/a-post</link>", []),
    ],
)
def test_identifiers_are_found_where_they_are_meant(inner: str, ids: list[tuple[str, str]]) -> None:
    """Deliberate break: search bare guids as well, and a blog's "P19-1001" becomes a paper."""
    record = item(inner)
    assert list(record.ids) == ids
    assert record.kind == ("" if ids else "news")


@pytest.mark.parametrize(
    ("references", "ids"),
    [
        ("arXiv:2611.00001 arXiv:2611.00002", []),
        ("arXiv:2611.00001 arXiv:2611.00002 doi:10.5555/a", [("doi", "10.5555/a")]),
        ("arXiv:2611.00001v1 https://arxiv.org/abs/2611.00001v2", [("arxiv", "2611.00001")]),
        ("doi:10.5555/a doi:10.5555/B doi:10.5555/A", []),
    ],
)
def test_an_entry_that_names_two_papers_is_about_neither(
    references: str, ids: list[tuple[str, str]]
) -> None:
    """Deliberate break: keep all identifiers, or the first of each scheme."""
    inner = "".join(f"<dc:identifier>{each}</dc:identifier>" for each in references.split())
    assert list(item(inner).ids) == ids


@pytest.mark.parametrize(
    ("texts", "names"),
    [
        (["A. Brandt, Luis Perera and Mo Ek"], ["A. Brandt", "Luis Perera", "Mo Ek"]),
        (["A Brandt, L Perera, and M Ek"], ["A Brandt", "L Perera", "M Ek"]),
        (["Brandt, A.; Perera, Luis"], ["A. Brandt", "Luis Perera"]),
        (["Brandt, Aiko"], ["Aiko Brandt"]),
        (["Brandt, Aiko", "Perera, Luis"], ["Aiko Brandt", "Luis Perera"]),
        (["Aiko Brandt, Luis Perera"], ["Aiko Brandt", "Luis Perera"]),
        (["aiko@example.org (Aiko Brandt)"], ["Aiko Brandt"]),
        (["Aiko Brandt <aiko@example.org>"], ["Aiko Brandt"]),
        (["Aiko Brandt (1), Luis Perera (2, 3)"], ["Aiko Brandt", "Luis Perera"]),
        (["Institute for Trials and Error"], ["Institute for Trials and Error"]),
        (["Aiko Brandt & Luis Perera"], ["Aiko Brandt", "Luis Perera"]),
        (["aiko@example.org"], []),
        (["Aiko Brandt", "Aiko Brandt"], ["Aiko Brandt"]),
        ([""], []),
    ],
)
def test_people(texts: list[str], names: list[str]) -> None:
    assert list(split_people(texts)) == names


@pytest.mark.parametrize(
    ("inner", "key"),
    [
        ("<guid>g</guid><link>https://example.org/1</link>", "g"),
        ("<link>https://example.org/1</link>", "https://example.org/1"),
    ],
)
def test_keys(inner: str, key: str) -> None:
    assert item(inner).key == key


def test_keys_without_id_and_address_are_those_of_the_title() -> None:
    assert item("").key == item("<description>changed</description>").key != ""


def test_entries_that_share_an_id_are_told_apart() -> None:
    """Deliberate break: take the first entry of each id, and the second one is lost."""
    one, two = (
        "<item><title>One</title><guid>/</guid></item>",
        "<item><title>Two</title><guid>/</guid></item>",
    )
    keys = {record.title: record.key for record in parse(rss(one + two + one)).records}
    assert len(keys) == len(set(keys.values())) == 2
    assert {record.title: record.key for record in parse(rss(two + one)).records} == keys


def test_a_very_long_id_is_cut_without_becoming_another_s() -> None:
    keys = {item(f"<guid>{'x' * 3000}{number}</guid>").key for number in range(3)}
    assert len(keys) == 3 and max(map(len, keys)) <= 300


def test_entries_without_a_title_begin_with_their_text() -> None:
    long = "One thing is sure. " + "And another thing is not so sure at all, " * 9
    body = rss(f"<item><description>{long}</description></item><item><guid>e</guid></item>")
    batch = parse(body)
    assert [record.title for record in batch.records] == ["One thing is sure."]
    assert batch.rejected == (("e", "it has no title"),)


def test_dangerous_addresses_are_dropped_and_dangerous_words_are_words() -> None:
    """Deliberate break: keep links of every scheme."""
    record = item(
        "<link>javascript:alert(1)</link><guid>data:text/html,hi</guid>"
        "<description>a &lt;svg/onload=alert(1)&gt; b &lt;script&gt;c&lt;/script&gt;</description>"
    )
    assert record.links == ()
    assert "<script" not in record.abstract
    titled = parse(rss("<item><title>&lt;svg/onload=alert(1)&gt;</title></item>")).records[0]
    assert titled.title == "<svg/onload=alert(1)>"


@pytest.mark.parametrize("address", ["http://[::1", "//[", "mailto:a@b.example", "#top"])
def test_addresses_that_are_none_are_left_out(address: str) -> None:
    """Deliberate break: let the ValueError of a bad IPv6 address out of `web_address`."""
    assert all(link.url == ADDRESS + address for link in item(f"<link>{address}</link>").links)


def test_entries_before_the_first_day_wanted_are_left_out() -> None:
    from broadsheet.connectors.feed import FeedConnector
    from feed_documents import raw_of

    source = source_of(since=date(2026, 11, 19))
    batch = FeedConnector().parse(source, raw_of(BLOG))
    assert [record.key for record in batch.records] == ["https://blog.example.org/?p=811"]


def test_each_entry_is_announced_on_its_own_day() -> None:
    batch = parse(BLOG + b"\n")
    assert [each.day for each in batch.announced] == [date(2026, 11, 19), date(2026, 11, 18)]
    assert not any(each.estimated for each in batch.announced)


@pytest.mark.parametrize("day", ["", "<pubDate>Tue, 01 Dec 2099 00:00:00 GMT</pubDate>"])
def test_an_entry_without_a_credible_day_is_announced_today(day: str) -> None:
    (announced,) = parse(rss(f"<item><title>T</title>{day}</item>")).announced
    assert (announced.day, announced.estimated) == (NOW.date(), True)
