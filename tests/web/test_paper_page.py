"""The paper page, over the real store and index."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from invented import (
    ADDRESS,
    FULL,
    NOW,
    MakeLibrary,
    browse,
    fields,
    hrefs,
    invent,
    open_invented,
    read,
    text,
)
from starlette.testclient import TestClient

from broadsheet.config import Settings
from broadsheet.library import Library
from broadsheet.model import Identifier, Link
from broadsheet.sources import Measure
from broadsheet.storage import SqlStore
from broadsheet.web import create_app
from broadsheet.works import compose


@pytest.fixture(scope="module")
def full(papers: Library) -> int:
    """The number of the paper about which everything is known."""
    return papers.get_work("arXiv:2401.00001").id


def test_what_is_known_of_a_paper(client: TestClient, full: int) -> None:
    page = read(client, f"/paper/{full}")
    assert text(page, "h1") == FULL[0].title
    assert text(page, ".text") == FULL[0].abstract
    assert hrefs(page, ".byline a")[0] == "/author/Ada%20Novak2"
    assert "published" in text(page, ".dateline")
    assert hrefs(page, ".ways a") == [
        "https://arxiv.org/abs/2401.00001",
        "https://code.example/lanterns",
    ]
    assert len(page.css(".related li")) == 8
    assert hrefs(page, ".cite a") == [
        *(f"/paper/{full}/export.{end}" for end in ("bib", "ris", "json")),
        "/plots?q=category%3Acs.LG",
    ]
    assert hrefs(page, ".resources a") == ["https://code.example/lanterns"]


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


def test_dates_versions_numbers_and_a_withdrawal(tmp_path: Path) -> None:
    """Submitted, announced and first seen here are three days."""
    ids = (Identifier("arxiv", "2402.00007"),)
    moments = ("2024-02-05T10:00:00+00:00", "2024-03-04T11:00:00+00:00")
    first = invent(7, source="arxiv", key="2402.00007", ids=ids, version=1, submitted_at=moments[0])
    second = replace(
        first,
        version=2,
        abstract="Nothing is left of it.",
        submitted_at=moments[1],
        announced_on="2024-03-06",
        extra=(("v1", moments[0]), ("v2", moments[1]), ("comments", "Withdrawn: Lemma 2 fails")),
        withdrawn=True,
    )
    with open_invented(tmp_path, [first, second]) as library:
        store = SqlStore.open(tmp_path, create=False, compose=compose)
        with store.write() as transaction:
            for hours, value in ((0, 12), (9, 1234)):
                measured = [Measure("2402.00007", "upvotes", value)]
                transaction.add_measures("arxiv", measured, now=NOW + timedelta(hours=hours))
        store.close()
        client = browse(library)
        page = read(client, "/paper/1")
        assert text(page, ".note") == "Withdrawn: Withdrawn: Lemma 2 fails"
        assert text(page, ".flag") == "Withdrawn"
        dates, versions = (" ".join(node.text().split()) for node in page.css(".dateline"))
        assert "4 March 2024 (v2 submitted)" in dates and "6 March 2024 (announced)" in dates
        assert "1 March 2026 (first seen here)" in dates
        assert versions == "Version v2: v1 5 February 2024, v2 4 March 2024"
        assert hrefs(page, ".dateline a") == [
            f"https://arxiv.org/abs/2402.00007v{number}" for number in (1, 2)
        ]
        (row,) = (
            [cell.text() for cell in row.css("th, td")]
            for row in page.css("#numbers ~ table tbody tr")
        )
        assert row == ["Upvotes", "1,234", "arXiv", "1 March 2026"]
        assert "v1" not in " ".join(node.text() for node in page.css("ul.records li"))
        told = client.get("/api/paper/1").json()
        assert [value for _, value in told["measures"]["arxiv upvotes"]] == [12, 1234]
        assert told["first_seen_at"] == NOW.isoformat() and told["withdrawn"] is True
        assert text(read(client, "/search?q=weigh+left"), ".flag") == "Withdrawn"


def test_news_is_marked_as_news(make_library: MakeLibrary) -> None:
    client = browse(make_library([invent(8, kind="news", source="example-org")]))
    assert text(read(client, "/paper/1"), ".kicker .flag") == "News"
    assert text(read(client, "/search"), ".entry .flag") == "News"


@pytest.mark.parametrize("name", ["999999", "0", "-1", "9" * 5000, "no-such", "10.1/none", "%00"])
def test_no_such_paper(client: TestClient, name: str) -> None:
    page = read(client, f"/paper/{name}", status=404)
    assert text(page, "h1") == "Not in this library"
    assert page.css("input[name=q]")


def test_what_changed_between_versions(tmp_path: Path) -> None:
    """The last two versions, or any two that are chosen, those of other sources too."""
    ids = (Identifier("arxiv", "2402.00007"),)
    words = ("We weigh red lanterns.", "We weigh blue lanterns.", "We weigh <blue> lanterns twice.")
    records = [
        invent(
            7, source="arxiv", key="2402.00007", ids=ids, version=n, abstract=text, title="On <i>"
        )
        for n, text in enumerate(words, 1)
    ]
    other = invent(7, source="openreview", key="x", ids=ids, abstract="We lift lanterns.")
    with open_invented(tmp_path, [*records, other]) as library:
        client = browse(library)
        page = read(client, "/paper/1")
        assert text(page, ".changes summary").startswith("What changed arXiv v2 and arXiv v3")
        assert [node.text() for node in page.css(".diff ins")] == [" <blue>", " twice"]
        assert [node.text() for node in page.css(".diff del")] == [" blue"]
        options = page.css(".changes select[name=old] option")
        assert len(options) == 4
        numbers = {option.text(): option.attributes["value"] for option in options}
        (openreview,) = (value for label, value in numbers.items() if "OpenReview" in label)
        page = read(client, f"/paper/1?old={numbers['arXiv v1']}&new={openreview}")
        assert "open" in page.css_first(".changes").attributes  # type: ignore[union-attr]
        assert [node.text() for node in page.css("p.diff:last-of-type ins")] == [" lift"]
        assert "compare" not in text(read(client, "/paper/1?old=99&new=x"), "h1")


def test_one_text_has_nothing_to_compare(client: TestClient, full: int) -> None:
    assert not read(client, f"/paper/{full}").css(".changes")


def test_related_papers_by_date_and_by_votes(make_library: MakeLibrary) -> None:
    library = make_library([invent(n) for n in range(30)])
    reader, client = library.accounts.alone(), browse(library)
    nearest = hrefs(read(client, "/paper/1"), ".related li a")
    library.community.upvote(reader, int(nearest[-1].rpartition("/")[2]))
    page = read(client, "/paper/1?related=votes")
    assert hrefs(page, ".related li a")[0] == nearest[-1]
    assert text(page, ".related .sorts [aria-current]") == "Votes"
    newest = hrefs(read(client, "/paper/1?related=newest"), ".related li a")
    dates = [library.get_work(address.rpartition("/")[2]).date for address in newest]
    assert dates == sorted(dates, key=lambda date: date.value if date else "", reverse=True)
    assert len(newest) == 8


def test_a_record_is_taken_out_and_put_back(make_library: MakeLibrary) -> None:
    """Break: leave the acts of `Joining` to readers, and the last answer is no 403."""
    library = make_library([invent(1), invent(1, source="csl", key="other")])
    library.accounts.alone()
    client = browse(library)
    record = library.get_records(1)[1].id
    split = client.post("/act/split", data={"paper": "1", "record": str(record)})
    assert split.status_code == 303
    way = split.headers["location"]
    made = way.partition("?")[0]
    page = read(client, way)
    assert text(page, ".said p").startswith("Taken out of paper 1") and page.css(".said form")
    assert "Split from paper 1" in text(page, "ol.records")
    form = fields(page, "ol.records input")
    assert form == {"kept": "1", "gone": made.rpartition("/")[2]}
    merged = client.post("/act/merge", data=form)
    assert merged.headers["location"].startswith("/paper/1?done=")
    assert len(read(client, "/paper/1").css("ul.records li")) == 2
    settings = Settings(Path("unused"), host="0.0.0.0", public="on")
    others = TestClient(
        create_app(library, settings), ADDRESS, headers={"Sec-Fetch-Site": "same-origin"}
    )
    assert others.post("/act/merge", data=form).status_code in (401, 403)
    assert not read(others, "/paper/1").css("#wrong")


def test_models_data_and_demos_are_told_apart(make_library: MakeLibrary) -> None:
    hub = "https://huggingface.co"
    links = [
        Link("page", f"{hub}/papers/2402.00007"),
        Link("page", f"{hub}/toy/lantern-7b"),
        Link("data", f"{hub}/datasets/toy/lanterns"),
        Link("page", f"{hub}/spaces/toy/lantern-demo"),
        Link("code", "javascript:alert(1)"),
    ]
    page = read(browse(make_library([invent(7, links=tuple(links))])), "/paper/1")
    assert [" ".join(node.text().split()) for node in page.css(".resources dt, .resources dd")] == [
        "Models 1", "toy/lantern-7b", "Data sets 1", "toy/lanterns", "Demos 1", "toy/lantern-demo",
    ]  # fmt: skip
