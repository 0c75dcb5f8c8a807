"""The pages of receipts, over the real store: each cell says why, and nothing is silent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from followed import FRIDAY, ODD, REFUSAL, at, follow_words, open_followed
from invented import NOW, PAPERS, browse, hrefs, read, text
from selectolax.lexbor import LexborHTMLParser as Html
from selectolax.lexbor import LexborNode
from starlette.testclient import TestClient
from test_api import documented
from test_security import PAYLOADS, check_markup, skeleton

from broadsheet.library import Library
from broadsheet.sources import (
    Receipt,
    Rejected,
    Source,
    SourceStatus,
    StreamState,
    Verdict,
)
from broadsheet.storage import SqlStore
from broadsheet.text import clean_line
from broadsheet.web.receiptview import find_latest, view_receipts
from broadsheet.works import compose

THERE = f"/receipts/{quote(ODD, safe='')}"


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """A library that follows two sources; for reading only."""
    with open_followed(tmp_path_factory.mktemp("followed")) as library:
        yield library


@pytest.fixture(scope="module")
def reader(followed: Library) -> TestClient:
    return browse(followed)


def cells(page: Html, section: int = 0) -> dict[str, LexborNode]:
    """The cells of a source's map, by day."""
    maps = page.css(".heat")
    return {(link.attributes["href"] or "")[-10:]: link for link in maps[section].css("tbody td a")}


def test_each_day_is_a_cell_that_says_why(reader: TestClient) -> None:
    page = read(reader, "/receipts")
    days = cells(page)
    assert min(days) == "2026-02-16" and max(days) == "2026-03-01" and len(days) == 14
    told = {
        day: ((link.parent.attributes["class"] if link.parent else ""), link.text())
        for day, link in days.items()
    }
    assert told["2026-02-28"] == ("is-quiet", "–")
    assert told["2026-02-27"] == ("is-missing level-2", "✗")
    assert told["2026-02-26"] == ("is-complete level-4", "✓")
    assert told["2026-02-25"] == ("is-empty", "○")
    assert told["2026-02-24"] == ("is-harvested level-1", "+")
    assert told["2026-02-17"] == ("is-harvested", "+")
    label = days["2026-02-27"].attributes["aria-label"]
    assert label == days["2026-02-27"].attributes["title"]
    assert label is not None and label.startswith(
        "Friday 27 February 2026, 4 papers: cs.LG: 4 announced, 3 here, 1 missing; 1 came and "
        "could not go in: It has no title; next attempt 09:30 UTC."
    )
    assert days["2026-02-27"].attributes["href"] == "/receipts/arxiv/2026-02-27"


def test_how_each_source_stands(reader: TestClient) -> None:
    page = read(reader, "/receipts")
    first, second = (" ".join(node.text().split()) for node in page.css(".standing"))
    assert first == (
        "18 papers here. Last good 26 February 2026, 05:00 UTC. "
        "Next attempt 1 March 2026, 09:30 UTC."
    )
    assert second == "0 papers here. No complete run yet."
    stale, refusing = (" ".join(node.text().split()) for node in page.css(".source .note"))
    assert "still shows the batch" in stale and "Since 27 February 2026, 04:10 UTC" in stale
    assert refusing.startswith(REFUSAL)
    assert page.css(".note code")[0].text() == f"broadsheet source resume '{ODD}'"


def test_a_server_that_does_not_fetch_promises_no_attempt(followed: Library) -> None:
    """Break: leave `fetching` out of `_state`."""
    page = read(browse(followed, sync="off"), "/receipts")
    first, second = (" ".join(node.text().split()) for node in page.css(".standing"))
    assert first.endswith("Fetching is off in this server (setting sync); run broadsheet sync.")
    assert page.css(".standing code")[1].text() == "broadsheet sync"
    assert second == "0 papers here. No complete run yet."


@pytest.mark.parametrize(("minutes", "said"), [(0, "is due."), (1, "1 March 2026, 08:01 UTC.")])
def test_a_moment_that_is_past_is_no_next_attempt(minutes: int, said: str) -> None:
    source = Source("arxiv", "arxiv", ("cs.LG",), NOW)
    status = SourceStatus(source, next_at=NOW + timedelta(minutes=minutes))
    view = view_receipts([status], [], [], NOW, fetching=True).sources[0]
    assert view.state.endswith(f"ext attempt {said}")
    assert view.heat is None


def test_every_sign_is_explained_and_different(reader: TestClient) -> None:
    """Colour is never all that tells two verdicts apart."""
    page = read(reader, "/receipts")
    signs = [node.text() for node in page.css(".legend .cell")]
    assert len(set(signs)) == len(signs) == len(Verdict)
    assert all(text for text in (node.text().strip() for node in page.css(".legend li")))


def test_what_could_not_go_in_is_listed(reader: TestClient) -> None:
    page = read(reader, "/receipts")
    assert "2602.99999: It has no title." in text(page, ".records li")


def test_a_day_in_words_and_numbers(reader: TestClient) -> None:
    page = read(reader, f"/receipts/arxiv/{FRIDAY}")
    assert text(page, "h1") == "arXiv, Friday 27 February 2026"
    assert text(page, ".lead").startswith("4 announced, 3 here, 1 missing; 1 could not go in")
    said = [" ".join(node.text().split()) for node in page.css("section h2 + p")]
    assert said[0].startswith("4 announced, 3 here, 1 missing")
    assert said[1].startswith("The feed of stat.ML still shows the batch of 2026-02-26 since 04:10")
    assert hrefs(page, ".missed a") == ["https://arxiv.org/abs/2602.99999"]
    assert "It has no title." in text(page, ".records li")
    assert text(page, ".counted").startswith("Announced4Here3New")
    assert "https://rss.example/rss/cs.LG" in hrefs(page, "section a")
    rows = [" ".join(row.text().split()) for row in page.css(".facts tbody tr")]
    assert len(rows) == 2 and rows[0].startswith("06:00 UTCfeed of the day nothing new")
    assert hrefs(page, ".days a") == ["/receipts/arxiv/2026-02-26", "/receipts/arxiv/2026-02-28"]


@pytest.mark.parametrize(
    ("address", "status", "said"),
    [
        ("/receipts/arxiv/0001-01-01", 200, "Before this source was followed."),
        ("/receipts/arxiv/9999-12-31", 200, "Not announced yet."),
        ("/receipts/arxiv/2026-02-28", 200, "arXiv announces nothing on Saturdays."),
        (f"{THERE}/2026-02-27", 200, "no attempt is on record"),
        ("/receipts/arxiv/2026-02-30", 400, "is not a day"),
        ("/receipts/arxiv/today", 400, "is not a day"),
        (f"/receipts/arxiv/{'9' * 3000}", 400, "is not a day"),
        ("/receipts/none/2026-02-27", 404, "no source none"),
        ("/receipts/%3Cscript%3E/2026-02-27", 404, "no source <script>"),
        ("/receipts/arxiv", 404, "no page"),
        ("/receipts/%00/2026-02-27", 404, "no source"),
    ],
)
def test_any_day_has_a_decent_answer(
    reader: TestClient, address: str, status: int, said: str
) -> None:
    page = read(reader, address, status)
    check_markup(page)
    body = page.body
    assert body is not None and said in " ".join(body.text().split())


def test_the_front_page_tells_the_last_day_of_each_source(reader: TestClient) -> None:
    page = read(reader, "/")
    check_markup(page)
    lines = [" ".join(node.text().split()) for node in page.css(".latest li")]
    assert lines[0].startswith("✗ arXiv, 27 February 2026: 4 announced, 3 here, 1 missing; 1")
    assert lines[0].endswith("The feed of stat.ML still shows the batch of 2026-02-26.")
    assert lines[1].endswith(REFUSAL)
    assert len(lines) == 2 and hrefs(page, ".latest a")[0] == "/receipts/arxiv/2026-02-27"
    assert hrefs(page, ".folio .right a") == ["/receipts"]
    assert not read(reader, "/search?q=graph").css(".latest")


def test_the_front_page_tells_only_of_what_is_followed_now(tmp_path: Path) -> None:
    """Break: let `find_latest` go by the receipts' sources; do not shorten the trouble."""
    receipts = [
        Receipt(name, "cs.LG", FRIDAY, Verdict.FAILED, "It failed.") for name in ("arxiv", "gone")
    ]
    status = SourceStatus(Source("arxiv", "arxiv", ("cs.LG",), NOW), trouble="No answer. " * 50)
    (one,) = find_latest([status], receipts, lambda found: found[0].sentence)
    assert (one.source, one.sentence) == ("arXiv", "It failed.")
    assert one.trouble.startswith("No answer. No") and one.trouble.endswith("…")
    assert len(one.trouble) <= 160
    with open_followed(tmp_path, PAPERS[:6]) as library:
        library.newsroom.remove("arxiv")
        page = read(browse(library), "/")
        assert len(page.css(".latest li")) == 1
        assert hrefs(page, ".folio .right a") == ["/receipts"]


def test_a_source_that_was_removed_keeps_its_receipts(tmp_path: Path) -> None:
    with open_followed(tmp_path, PAPERS[:6]) as library:
        library.newsroom.remove("arxiv")
        page = read(browse(library), "/receipts")
        assert "Not followed any more." in [each.text() for each in page.css(".standing")]
        assert any("/receipts/arxiv/" in way for way in hrefs(page, ".heat a"))


def test_without_sources_the_page_says_how_to_add_one(client: TestClient) -> None:
    page = read(client, "/receipts")
    assert "broadsheet source add arxiv cs.LG stat.ML" in text(page, ".state")
    assert not page.css(".heat") and not read(client, "/").css(".latest")
    assert "broadsheet demo" in text(page, ".state") and "import" in text(page, ".state")
    assert "/receipts" in hrefs(page, "footer a")


def test_every_head_leads_to_the_receipts(client: TestClient) -> None:
    for address in ("/", "/search?q=graph", "/receipts"):
        assert "/receipts" in hrefs(read(client, address), "header a"), address


def test_receipts_for_programs(reader: TestClient) -> None:
    body = reader.get("/api/receipts?source=arxiv&from=2026-02-27&to=2026-02-27").json()
    assert (body["ok"], body["source"]) == (True, "arxiv")
    assert body["first"] == body["last"] == "2026-02-27"
    assert [each["category"] for each in body["receipts"]] == ["cs.LG", "stat.ML"]
    assert body["receipts"][0]["missing"] == ["2602.99999"]
    assert body["receipts"][1]["verdict"] == "stale"
    assert body["rejections"][0]["reason"] == "It has no title."
    assert set(body) == documented("`/api/receipts`")
    assert set(body["receipts"][0]) == documented("A receipt")
    week = reader.get("/api/receipts").json()
    assert (week["first"], week["last"]) == ("2026-02-23", "2026-03-01")
    assert {each["source"] for each in week["receipts"]} == {"arxiv", ODD}


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("from=0001-01-01&to=0001-01-01", 200),
        ("from=0001-01-01&to=9999-12-31", 200),
        ("from=9999-12-31&to=9999-12-31", 200),
        ("to=0001-01-01", 200),
        ("from=2026-03-02&to=2026-03-01", 400),
        ("from=2026-13-01", 400),
        ("to=x", 400),
        ("source=none", 404),
    ],
)
def test_strange_spans(reader: TestClient, query: str, status: int) -> None:
    answer = reader.get(f"/api/receipts?{query}")
    assert answer.status_code == status, answer.text
    assert answer.json()["ok"] is (status == 200)


def test_health_tells_how_each_source_stands(reader: TestClient) -> None:
    body = reader.get("/healthz").json()
    assert body["ok"] is True and body["sources_ok"] is False
    sources = body["sources"]
    assert set(sources) == {"arxiv", ODD}
    assert set(sources["arxiv"]) == documented("`/healthz`")
    assert sources["arxiv"]["good_at"] == "2026-02-26T05:00:00+00:00"
    assert sources["arxiv"]["next_at"] == "2026-03-01T09:30:00+00:00"
    assert sources["arxiv"]["trouble"].startswith("The feed of stat.ML still shows")
    assert sources[ODD]["blocked"] == REFUSAL and sources[ODD]["next_at"] is None


def test_health_is_well_again_once_nothing_is_in_trouble(tmp_path: Path) -> None:
    """What a person paused or does not follow is no trouble."""
    with open_followed(tmp_path, PAPERS[:6]) as library:
        library.newsroom.remove(ODD)
        assert browse(library).get("/healthz").json()["sources_ok"] is False
        library.newsroom.pause("arxiv")
        assert browse(library).get("/healthz").json()["sources_ok"] is True


def test_a_service_has_no_receipts_and_yet_says_what_could_not_go_in(tmp_path: Path) -> None:
    """Break: ask only for receipts and sources in `ReceiptPages.day`."""
    with open_followed(tmp_path) as library:
        store = SqlStore.open(tmp_path, create=False, compose=compose)
        with store.write() as transaction:
            transaction.put_stream(StreamState("lens", "works"))
            rejected = [Rejected("arxiv:2602.00001", "it is about another")]
            transaction.add_rejections("lens", rejected, now=at(FRIDAY, 5))
        store.close()
        client = browse(library)
        found = library.newsroom.get_receipts(FRIDAY, FRIDAY)
        assert "lens" not in {receipt.source for receipt in found}
        assert f"/receipts/lens/{FRIDAY}" in hrefs(read(client, "/receipts"), "main a")
        said = text(read(client, f"/receipts/lens/{FRIDAY}"), "main")
        assert "it is about another" in said and "followed" not in said
        assert client.get(f"/receipts/lens/{FRIDAY - timedelta(days=1)}").status_code == 404


def test_what_a_source_wrote_never_becomes_structure(tmp_path: Path) -> None:
    """Break: print the reason in `parts.html` with `|safe`."""
    shapes = []
    for name, words in (("tame", "some words"), ("hostile", " ".join(PAYLOADS))):
        (tmp_path / name).mkdir()
        with follow_words(tmp_path / name, words) as library:
            client = browse(library)
            addresses = ("/", "/receipts", f"/receipts/arxiv/{FRIDAY}")
            pages = [read(client, address) for address in addresses]
            assert client.get("/healthz").status_code == 200
        for page in pages:
            check_markup(page)
        assert clean_line(f"reason {words}") in pages[2].css(".records")[0].text()
        shapes.append([skeleton(page) for page in pages])
    assert shapes[0] == shapes[1]
