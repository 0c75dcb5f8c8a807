"""Feeds: well-formed Atom with permanent ids, whatever authors wrote."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import feedparser
import pytest
from invented import ADDRESS, NOW, browse, invent, open_invented
from lxml import etree
from morning import NASTY, printed
from starlette.testclient import TestClient

from broadsheet.community import Entry
from broadsheet.config import Settings
from broadsheet.library import Library
from broadsheet.people import Sharing
from broadsheet.web import create_app, feeds
from broadsheet.web.feeds import Feed, Item
from hostile import PAYLOADS

ATOM = {"a": "http://www.w3.org/2005/Atom"}


@pytest.fixture(scope="module")
def client(morning: Library) -> TestClient:
    return browse(morning)


def check(content: bytes) -> etree._Element:
    """The document, after what RFC 4287 demands of it."""
    root = etree.fromstring(content)
    assert root.tag == f"{{{ATOM['a']}}}feed"
    for element in [root, *root.findall("a:entry", ATOM)]:
        for name in ("id", "title", "updated"):
            found = element.findall(f"a:{name}", ATOM)
            assert len(found) == 1 and found[0].text, name
        for moment in element.findall("a:updated", ATOM) + element.findall("a:published", ATOM):
            datetime.strptime(str(moment.text), "%Y-%m-%dT%H:%M:%SZ")
        links = element.findall("a:link", ATOM)
        rels = [link.get("rel") for link in links]
        assert rels.count("alternate") == 1 and rels.count("self") == (element is root)
        assert all(
            str(link.get("href")).startswith("http") for link in element.findall("a:link", ATOM)
        )
    ids = [each.text for each in root.iter(f"{{{ATOM['a']}}}id")]
    assert len(ids) == len(set(ids))
    assert all(str(each).startswith("tag:") for each in ids)
    assert root.findall("a:author", ATOM)
    return root


@pytest.mark.parametrize(
    "path",
    [
        "/day.atom",
        "/week.atom",
        "/month.atom",
        "/day/2026-03-01.atom",
        "/week/2026-W09.atom",
        "/day/1991-01-01.atom",
        "/trending.atom",
        "/yours.atom",
        "/feed/search.atom?q=lanterns",
        "/feed/search.atom",
    ],
)
def test_every_feed_is_valid(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.headers["content-type"].startswith("application/atom+xml")
    root = check(answer.content)
    assert feedparser.parse(answer.content).bozo == 0
    own = root.find("a:link[@rel='self']", ATOM)
    assert own is not None and own.get("href") == ADDRESS + path


def test_an_edition_is_an_entry_that_lists_its_papers(client: TestClient) -> None:
    (entry,) = check(client.get("/day.atom").content).findall("a:entry", ATOM)
    content = entry.find("a:content", ATOM)
    assert content is not None and content.get("type") == "html"
    assert "<h2>Top of the day</h2>" in str(content.text)
    assert "<script>" not in str(content.text) and "&lt;script&gt;" in str(content.text)


def test_a_paper_stands_in_a_feed_once(client: TestClient) -> None:
    """Also where an edition has it twice."""
    edition = printed()
    (section,) = edition.sections
    twice = replace(edition, sections=(section, replace(section, key="trending")))
    feed = feeds.of_edition(twice, "/day/2026-02-28.atom")
    assert [item.path for item in feed.items] == ["/paper/1", "/paper/2"]


@pytest.fixture
def undated(tmp_path: Path) -> Iterator[tuple[Library, list[datetime]]]:
    """Two papers, one of them without a date, in a library whose clock can be set."""
    clock = [NOW]
    records = (invent(1), invent(2, date=None))
    with open_invented(tmp_path, records, clock=lambda: clock[0]) as library:
        yield library, clock


@pytest.mark.parametrize("kind", ["any search", "a saved search", "a shelf", "what finds nothing"])
def test_a_feed_of_the_same_papers_is_the_same(
    undated: tuple[Library, list[datetime]], kind: str
) -> None:
    """Break to see it fail: stamp what has no date with now."""
    library, clock = undated
    you = library.accounts.alone()
    shelf = library.shelves.make(you, "Lamps").target
    for number in (1, 2):
        library.shelves.save(you, number, [shelf])
    library.shelves.change(you, shelf, sharing=Sharing.LINK)
    kept = library.searches.get_one(you, library.searches.keep(you, "Weigh", "weigh").target)
    path = {
        "any search": "/feed/search.atom?q=weigh",
        "a saved search": f"/search/{kept.id}/link.{library.searches.link_of(kept, you)}.atom",
        "a shelf": f"/shelf/{shelf}/export.atom",
        "what finds nothing": "/feed/search.atom?q=author:nobody",
    }[kind]
    client = browse(library)
    first = client.get(path)
    clock[0] += timedelta(days=3)
    assert client.get(path).content == first.content and first.status_code == 200
    root = check(first.content)
    moments = [str(each.text) for each in root.iterfind("a:entry/a:updated", ATOM)]
    assert len(moments) == (0 if kind == "what finds nothing" else 2)
    updated = root.findtext("a:updated", "", ATOM)
    assert updated == max(moments, default="1970-01-01T00:00:00Z")
    if moments:
        assert f"{NOW:%Y-%m-%dT%H:%M:%SZ}" in moments  # when the undated one came


def test_a_new_paper_leaves_the_others_as_they_were(tmp_path: Path) -> None:
    """Break to see it fail: date what has no date by the newest paper here."""
    clock = [NOW]
    with open_invented(tmp_path, [invent(2, date=None)], clock=lambda: clock[0]) as library:
        clock[0] += timedelta(days=3)
        you = library.accounts.alone()
        library.community.submit(you, Entry("We weigh bells", year=""))
        root = check(browse(library).get("/feed/search.atom?q=weigh").content)
        moments = [str(each.text) for each in root.iterfind("a:entry/a:updated", ATOM)]
        assert sorted(moments) == [f"{each:%Y-%m-%dT%H:%M:%SZ}" for each in (NOW, clock[0])]
        assert root.findtext("a:updated", "", ATOM) == max(moments)


def test_ids_stay_wherever_the_port_is() -> None:
    """Break to see it fail: make the id of the whole address."""
    feed = feeds.of_edition(printed(), "/day/2026-02-28.atom")
    ids = [
        [each.text for each in etree.fromstring(feeds.write(feed, origin)).iter("{*}id")]
        for origin in ("http://papers.example:8000", "https://papers.example")
    ]
    assert ids[0] == ids[1]
    assert ids[0][1] == "tag:papers.example,2026:/paper/1"


def test_what_xml_cannot_hold_is_left_out() -> None:
    """Break to see it fail: give lxml the text without `_legal`."""
    text = "a\x00b\x0bc\ud800d\ufffee\x1b\U0001f600"
    feed = Feed("/x", "/x.atom", text, NOW, (Item("/p", text, NOW, authors=(text,), summary=text),))
    root = etree.fromstring(feeds.write(feed, "https://papers.example"))
    assert {each.text for each in root.iter("{*}title", "{*}summary")} == {"abcde\U0001f600"}


@pytest.mark.parametrize("payload", PAYLOADS[::5])
def test_what_authors_wrote_is_text(payload: str) -> None:
    item = Item("/p", payload, NOW, authors=(payload,), summary=payload, topics=(payload,))
    content = feeds.write(Feed("/x", "/x.atom", payload, NOW, (item,)), "https://papers.example")
    root = etree.fromstring(content)
    names = {etree.QName(each).localname for each in root.iter()}
    assert names <= {
        "feed", "id", "title", "updated", "link", "author", "name", "generator", "entry",
        "category", "summary",
    }  # fmt: skip


def test_addresses_begin_with_the_url_of_the_settings(morning: Library) -> None:
    settings = Settings(library=Path("unused"), url="http://localhost:9000")
    client = TestClient(create_app(morning, settings), ADDRESS)
    content = client.get("/feed/search.atom?q=lanterns").text
    assert "http://localhost:9000/paper/" in content and "127.0.0.1" not in content


def test_a_day_is_its_noon_and_less_is_none(client: TestClient) -> None:
    assert feeds._noon("2026-04-17") == datetime(2026, 4, 17, 12, tzinfo=UTC)
    assert feeds._noon("2026-04") is None and feeds._noon("2026-13-45") is None
    titles = [entry.title for entry in feedparser.parse(client.get("/trending.atom").text).entries]
    assert titles and NASTY not in titles
