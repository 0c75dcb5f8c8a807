"""The search page, over the real store and index."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from shutil import rmtree
from urllib.parse import quote

import pytest
from invented import PAPERS, MakeLibrary, browse, fields, hrefs, invent, open_invented, read, text
from starlette.testclient import TestClient

from broadsheet.library import Library
from broadsheet.model import Spoke
from broadsheet.search.hybrid import NOTHING_MATCHES
from broadsheet.web.requests import SearchRequest
from broadsheet.web.searchview import view_search


def total(client: TestClient, address: str) -> int:
    """How many papers the search behind a link finds, as programs are told."""
    answer = client.get(address.replace("/search?", "/api/search?"))
    assert answer.status_code == 200, address
    return int(answer.json()["total"])


def test_a_search_for_nothing_lists_everything_newest_first(client: TestClient) -> None:
    page = read(client, "/search")
    assert text(page, ".tally strong") == "49 papers, newest first"
    assert len(page.css("article.entry")) == 20
    dates = [article.text() for article in page.css("article.entry .byline")]
    assert all("2024" in date for date in dates)
    assert not page.css(".keep") and not page.css(".onward")


def test_a_search_shows_what_it_found_and_marks_it(client: TestClient) -> None:
    page = read(client, "/search?q=lanterns")
    assert text(page, "title") == "lanterns – Broadsheet"
    assert {mark.text().lower() for mark in page.css("article.entry mark")} == {"lanterns"}
    assert {spoke.text() for spoke in page.css(".spoke")} == {"Found by words"}
    box = page.css_first("input[name=q]")
    assert box is not None and box.attributes["value"] == "lanterns"


@pytest.mark.parametrize("query", ["", "graph", "weigh category:cs.LG"])
def test_every_facet_link_leads_to_as_many_papers_as_it_says(
    client: TestClient, query: str
) -> None:
    page = read(client, f"/search?q={quote(query)}")
    everything = total(client, f"/search?q={quote(query)}")
    choices = [li for li in page.css(".rail li") if "class" not in li.attributes]
    assert len(choices) > 10
    for choice in choices:
        more, less = choice.css("a")
        number = choice.css_first(".number")
        assert number is not None
        assert total(client, more.attributes["href"] or "") == int(number.text())
        assert total(client, less.attributes["href"] or "") == everything - int(number.text())


def test_a_facet_that_holds_is_taken_out_by_its_own_link_and_its_chip(client: TestClient) -> None:
    page = read(client, "/search?q=graph+category:cs.lg")
    assert hrefs(page, ".rail li.active > a") == ["/search?q=graph"]
    assert hrefs(page, ".chips a") == ["/search?q=graph"]
    assert "category cs.lg" in text(page, ".chips")


def test_every_bar_leads_to_the_papers_it_counts(client: TestClient) -> None:
    page = read(client, "/search?q=weigh")
    rows = page.css(".chart tbody tr")
    assert len(rows) == 13  # twelve months, and a year of which no month is known
    for row in rows:
        count, link = row.css_first("td"), row.css_first("a")
        assert count is not None and link is not None
        assert total(client, link.attributes["href"] or "") == int(count.text())
    assert hrefs(page, ".chart tbody a")[:12] == hrefs(page, ".chart svg a")


def test_a_bar_replaces_the_dates_that_hold(client: TestClient) -> None:
    page = read(client, "/search?q=weigh+year:2023&sort=newest")
    assert hrefs(page, ".chart svg a")[0] == "/search?q=weigh+within%3A2023-01&sort=newest"
    assert hrefs(page, ".chart figcaption a") == ["/search?q=weigh&sort=newest"]


def test_pages_show_every_paper_once(client: TestClient) -> None:
    address, seen = "/search?q=weigh&sort=oldest", []
    for _ in range(3):
        page = read(client, address)
        seen += hrefs(page, "article.entry h2 a")
        address = (hrefs(page, ".pager a[rel=next]") or [""])[0]
    assert address == ""
    assert len(seen) == len(set(seen)) == total(client, "/search?q=weigh")


def test_sort_links_keep_the_search(client: TestClient) -> None:
    page = read(client, "/search?q=graph+-rivers&sort=newest")
    assert hrefs(page, ".sorts a") == [
        "/search?q=graph+-rivers",
        "/search?q=graph+-rivers&sort=newest",
        "/search?q=graph+-rivers&sort=oldest",
        "/search?q=graph+-rivers&sort=votes",
        "/search?q=graph+-rivers&sort=citations",
    ]
    assert text(page, ".sorts [aria-current]") == "Newest"


def test_a_page_beyond_the_last_says_where_the_last_is(client: TestClient) -> None:
    page = read(client, "/search?q=weigh&page=1000000000")
    assert "There is no page" in text(page, ".state")
    assert hrefs(page, ".state a") == ["/search?q=weigh&page=3", "/search?q=weigh"]


def test_nothing_found(client: TestClient) -> None:
    assert "Nothing matches" in text(read(client, "/search?q=zyzzyva"), ".state")
    narrow = read(client, "/search?q=lanterns+venue:nowhere")
    assert "A filter above may be too narrow" in text(narrow, ".state")


def test_a_mistake_is_pointed_at(client: TestClient) -> None:
    page = read(client, "/search?q=rivers+year:20x4", status=400)
    assert text(page, ".pointer mark") == "2"
    assert text(page, ".pointer") == "rivers year:20x4"
    assert "At character 13." in text(page, "#mistake")
    box = page.css_first("input[name=q]")
    assert box is not None and box.attributes["aria-describedby"] == "mistake"


def test_an_empty_library_says_how_to_fill_it(make_library: MakeLibrary) -> None:
    page = read(browse(make_library([])), "/search")
    assert "broadsheet import" in text(page, ".empty")
    assert "broadsheet source add arxiv cs.LG" in text(page, ".empty")
    assert not page.css(".tally")


def test_an_index_that_is_behind_says_so(tmp_path: Path) -> None:
    open_invented(tmp_path, PAPERS[:4]).close()
    rmtree(tmp_path / "index")
    with open_invented(tmp_path, []) as library:
        client = browse(library)
        page = read(client, "/search?q=weigh")
        assert text(page, ".notice").startswith("The index is catching up: 0 papers of 3")
        assert "Nothing found yet" in text(page, ".state")
        assert read(client, "/paper/1").css_first("h1") is not None


def test_a_pasted_address_finds_its_paper(client: TestClient) -> None:
    page = read(client, f"/search?q={quote('https://arxiv.org/abs/2401.00001v2')}")
    assert [a.text() for a in page.css("article.entry h2 a")] == [
        "Lanterns everywhere: a study of light"
    ]


def test_a_result_says_when_its_text_is_our_summary(client: TestClient) -> None:
    page = read(client, "/search?q=bees+brief")
    assert "Our summary" in text(page, "article.entry .foot")


def test_a_paper_that_was_turned_down_says_so(client: TestClient) -> None:
    page = read(client, "/search?q=turned+away+door")
    assert text(page, "article.entry .kicker").startswith(
        "submitted to Symposium on Doors 2022, not accepted"
    )


def test_only_addresses_that_are_safe_are_linked(client: TestClient, papers: Library) -> None:
    page = read(client, "/search?q=has:code")
    assert hrefs(page, "article.entry .foot a") == ["https://code.example/lanterns"]


def test_how_each_paper_stands_with_readers(make_library: MakeLibrary) -> None:
    library = make_library([invent(n) for n in range(6)])
    reader, client = library.accounts.alone(), browse(library)
    library.community.upvote(reader, 3)
    library.community.comment(reader, 3, "Light enough.")
    library.shelves.save(reader, 5, [])
    page = read(client, "/search?q=weigh&sort=votes")
    first, *others = page.css("article.entry")
    assert first.attributes["data-paper"] == "3"
    assert "1 comment" in first.text()
    pressed = 'button[data-act="upvote"][aria-pressed="true"]'
    assert first.css_first(pressed) is not None
    assert not any(other.css_first(pressed) for other in others)
    saved = 'button[data-act="save"][aria-pressed="true"]'
    assert [
        each.attributes["data-paper"] for each in page.css("article.entry") if each.css(saved)
    ] == ["5"]


def test_a_search_can_be_kept_plotted_and_followed(make_library: MakeLibrary) -> None:
    library = make_library([invent(n) for n in range(3)])
    library.accounts.alone()
    client = browse(library)
    page = read(client, "/search?q=weigh+%26+x&sort=newest")
    assert hrefs(page, ".onward a") == [
        f"{path}?q=weigh+%26+x" for path in ("/plots", "/map", "/feed/search.atom")
    ]
    form = fields(page, ".keep input")
    assert form["q"] == form["name"] == "weigh & x"
    kept = client.post("/act/search", data=form)
    assert kept.status_code == 303
    (search,) = library.searches.get(library.accounts.alone())
    assert (search.name, search.query) == ("weigh & x", "weigh & x")


def test_that_only_meaning_found_something_is_said_once(papers: Library) -> None:
    """By the index. Break to see it fail: say it in `view_search` besides."""
    page = papers.search("lanterns")
    hits = tuple(replace(hit, spoke=Spoke.MEANING) for hit in page.results.hits)
    near = replace(page.results, hits=hits, total=0, notes=(NOTHING_MATCHES,))
    view = view_search(SearchRequest("lanterns"), replace(page, results=near))
    assert view.notes == (NOTHING_MATCHES,)


def test_what_a_search_is_good_for_stands_beside_its_count(make_library: MakeLibrary) -> None:
    """Above the first result, each once. Break to see it fail: move it below the pages again."""
    page = read(browse(make_library([invent(n) for n in range(30)])), "/search?q=weigh")
    uses = page.css_first(".tally .uses")
    assert uses is not None
    here = [way.partition("?")[0] for way in hrefs(page, ".uses a")]
    assert here == [
        "#filters", "/plots", "/map", "/feed/search.atom",
        "/export.bib", "/export.ris", "/export.json",
    ]  # fmt: skip
    assert page.html is not None and page.html.count('href="/plots?q=weigh"') == 1
    for folded in uses.css("details"):  # on a phone it is one line
        assert "open" not in folded.attributes
    assert uses.css_first("details form.keep") is not None


@pytest.mark.parametrize("sort", ["relevance", "newest", "oldest", "votes", "citations"])
def test_pages_of_every_order_hold_every_paper_once(client: TestClient, sort: str) -> None:
    seen: list[str] = []
    for page in (1, 2, 3, 4):
        seen += hrefs(
            read(client, f"/search?q=weigh&sort={sort}&page={page}"), "article.entry h2 a"
        )
    assert len(seen) == len(set(seen)) == total(client, "/search?q=weigh")
