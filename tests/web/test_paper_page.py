"""The paper page, over the real store and index."""

from __future__ import annotations

import pytest
from invented import FULL, MakeLibrary, browse, hrefs, invent, read, text
from starlette.testclient import TestClient

from broadsheet.library import Library


@pytest.fixture(scope="module")
def full(papers: Library) -> int:
    """The number of the paper about which everything is known."""
    return papers.get_work("arXiv:2401.00001").id


def test_what_is_known_of_a_paper(client: TestClient, full: int) -> None:
    page = read(client, f"/paper/{full}")
    assert text(page, "h1") == FULL[0].title
    assert text(page, ".text") == FULL[0].abstract
    assert hrefs(page, ".byline a")[0] == "/search?q=author%3A%22Ada+Novak2%22&sort=newest"
    assert "published" in text(page, ".dateline")
    assert hrefs(page, ".ways a") == [
        "https://arxiv.org/abs/2401.00001",
        "https://code.example/lanterns",
    ]
    assert len(page.css(".related li")) == 8
    assert hrefs(page, ".cite a") == [
        f"/paper/{full}/export.{end}" for end in ("bib", "ris", "json")
    ]


def test_where_each_fact_came_from(client: TestClient, full: int) -> None:
    page = read(client, f"/paper/{full}")
    rows = {
        cells[0].text(): " ".join(cells[2].text().split())
        for row in page.css(".facts tbody tr")
        if (cells := row.css("th, td"))
    }
    assert rows["Title"] == rows["Abstract"] == "arXiv"
    assert {"Authors", "Date", "Venue", "Categories", "Identifiers", "Links"} <= set(rows)
    records = [" ".join(li.text().split()) for li in page.css("ul.records li")]
    assert records[0].startswith("arXiv") and "version 2" in records[0]
    assert "place 7 on the page spring" in records[1] and "headed Mar 11" in records[1]


def test_an_address_that_may_not_be_linked_is_shown_as_text(client: TestClient, full: int) -> None:
    page = read(client, f"/paper/{full}")
    assert "javascript:alert(1)" in text(page, ".facts table")
    assert not [href for href in hrefs(page, "a") if href.startswith("javascript")]


def test_a_summary_is_labelled_as_ours(client: TestClient, papers: Library) -> None:
    number = papers.search("bees brief").shown[0].work.id
    page = read(client, f"/paper/{number}")
    assert text(page, ".text") == "Bees, briefly told."
    assert "not the authors' abstract" in text(page, ".label")
    assert not page.css("#abstract")


def test_a_paper_without_any_text_says_so(client: TestClient, papers: Library) -> None:
    number = papers.search("title:nothing").shown[0].work.id
    page = read(client, f"/paper/{number}")
    assert text(page, ".label") == "No source has given an abstract of this paper."
    assert not page.css(".byline")


@pytest.mark.parametrize(
    "name", ["2401.00001", "arXiv:2401.00001v2", "https://arxiv.org/abs/2401.00001"]
)
def test_any_name_of_a_paper_leads_to_its_number(client: TestClient, full: int, name: str) -> None:
    answer = client.get(f"/paper/{name}")
    assert (answer.status_code, answer.headers["location"]) == (302, f"/paper/{full}")
    assert client.get(f"/api/paper/{name}").headers["location"] == f"/api/paper/{full}"


def test_the_number_of_a_merged_paper_leads_to_the_one_it_became(
    make_library: MakeLibrary,
) -> None:
    library = make_library([invent(1), invent(2)])
    kept, gone = (shown.work.id for shown in library.search("").shown)
    library.merge(kept, gone, reason="the same by hand")
    client = browse(library)
    assert client.get(f"/paper/{gone}").headers["location"] == f"/paper/{kept}"
    page = read(client, f"/paper/{kept}")
    assert "the same by hand" in text(page, "ol.records")
    assert len(page.css("ul.records li")) == 2


@pytest.mark.parametrize("name", ["999999", "0", "-1", "9" * 5000, "no-such", "10.1/none", "%00"])
def test_no_such_paper(client: TestClient, name: str) -> None:
    page = read(client, f"/paper/{name}", status=404)
    assert text(page, "h1") == "Not in this library"
    assert page.css("input[name=q]")
