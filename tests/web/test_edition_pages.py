"""The pages of editions: front page, days, weeks, months, trending, one's own, in every form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented import ADDRESS, NOW, MakeLibrary, browse, hrefs, read, text
from morning import count_questions, open_morning, printed, two_sizes
from starlette.testclient import TestClient

from broadsheet.config import Settings
from broadsheet.edition import Edition, Entry, Scope, Section
from broadsheet.library import Library
from broadsheet.web import create_app, editionpages
from broadsheet.web.editionview import ROW, Standing, find_widths, say_title, view_edition
from broadsheet.web.entries import Known
from queries import counting


@pytest.fixture(scope="module")
def client(morning: Library) -> TestClient:
    return browse(morning)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Library]:
    """A library of which one edition was printed."""
    with open_morning(tmp_path) as library:
        with library._store.write() as transaction:
            transaction.print_edition(printed(number=0))
        yield library


# --- What a reader sees ---------------------------------------------------------------------------


def test_the_front_page_is_todays_edition(client: TestClient) -> None:
    page = read(client, "/")
    assert text(page, "h1") == "Sunday, 1 March 2026"
    assert len(page.css("h1")) == 1
    assert len(page.css(".entry")) >= 12
    assert text(page, ".lead-story h3")
    assert hrefs(page, "a[rel=prev]") == ["/day/2026-02-28"]
    assert not page.css("a[rel=next]")
    assert page.css_first(".strip a[aria-current]").text() == "Today"  # type: ignore[union-attr]


def test_arrows_lead_from_day_to_day(client: TestClient) -> None:
    page = read(client, "/day/2026-02-28")
    assert hrefs(page, "a[rel=prev]") == ["/day/2026-02-27"]
    assert hrefs(page, "a[rel=next]") == ["/day/2026-03-01"]


def test_a_printed_edition_says_its_number_receipt_and_what_came_late(archive: Library) -> None:
    page = read(browse(archive), "/day/2026-02-28")
    assert text(page, ".folio .left") == "No. 1"
    assert text(page, ".folio .right") == "912 announced, 911 here"
    assert hrefs(page, ".folio .right a") == ["/receipts"]
    assert text(page, ".late") == "late, announced 27 February"
    assert "never printed" not in text(page, "main")


def test_what_was_never_printed_says_so(client: TestClient) -> None:
    assert text(read(client, "/day/2026-02-28"), ".folio .left") == "Back issue"
    assert "never printed" in text(read(client, "/day/2026-02-28"), ".told")
    week = read(client, "/week/2026-W09")
    assert text(week, ".folio .left") == "Proof"
    assert "goes to press on 2 March 2026, 06:00 UTC" in text(week, ".told")


def test_each_paper_says_why_it_is_there(archive: Library) -> None:
    """Break to see it fail: print the score without its parts."""
    page = read(browse(archive), "/day/2026-02-28")
    rows = [row.text(separator="|", strip=True) for row in page.css(".why tbody tr")]
    assert rows == ["votes|3 votes here|1.50", "code|known code|0.25"]
    assert text(page, ".why tfoot td") == "1.75"
    assert text(page, ".reason") == "Number 2 on the list."


def test_formulas_are_set_and_titles_are_escaped(archive: Library) -> None:
    """Break to see it fail: print a title with `|safe`."""
    page = read(browse(archive), "/day/2026-02-28")
    assert page.css_first(".lead-story h3 math msup") is not None
    assert page.css_first("main script") is None
    assert "<script>alert(1)</script>" in text(page, ".main .columns h3")


def test_an_example_is_labelled(archive: Library) -> None:
    example = printed("2026-02-27", number=0, example=True)
    with archive._store.write() as transaction:
        transaction.print_edition(example)
    page = read(browse(archive), "/day/2026-02-27")
    assert text(page, ".folio .flag") == "Example"
    assert "are an example" in text(page, ".told")


def test_a_day_of_which_nothing_is_here_says_why(client: TestClient) -> None:
    assert "nothing of this day" in text(read(client, "/day/1991-05-05"), ".state h2")
    assert "has not come yet" in text(read(client, "/day/2300-01-01"), ".state h2")


@pytest.mark.parametrize(
    "name",
    ["2026-13-01", "2026-2-1", "yesterday", "2026-03-01;", "١٩٩١-٠٥-٠٥", "0000-00-00", "%00"],
)
def test_what_names_no_day_is_not_found(client: TestClient, name: str) -> None:
    assert client.get(f"/day/{name}").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/day/0001-01-01",
        "/day/9999-12-31",
        "/week/0001-W01",
        "/week/9999-W52",
        "/month/0001-01",
        "/month/9999-12",
    ],
)
def test_the_ends_of_the_calendar(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 200


def test_short_addresses_lead_to_the_current_ones(client: TestClient) -> None:
    for path, target in (("/day", "/day/2026-03-01"), ("/week", "/week/2026-W09"),
                         ("/month", "/month/2026-03")):  # fmt: skip
        answer = client.get(path)
        assert (answer.status_code, answer.headers["location"]) == (302, target)
    assert client.get("/day/today.json").json()["name"] == "2026-03-01"


def test_an_empty_library_shows_how_to_fill_it(make_library: MakeLibrary) -> None:
    page = read(browse(make_library([])), "/")
    assert "broadsheet demo" in text(page, ".empty")


def test_ones_own_edition(client: TestClient, morning: Library) -> None:
    page = read(client, "/yours")
    assert text(page, ".nameplate .name") == "Your Broadsheet"
    reader = morning.accounts.alone()
    done = morning.searches.keep(reader, "Lamps", "lanterns")
    assert text(read(client, "/yours"), ".part h2") == "Lamps"
    assert client.get("/yours/2026-02-28").status_code == 200
    assert client.get("/yours.json").json()["scope"] == "reader"
    morning.searches.delete(reader, done.target)


def test_ones_own_edition_has_an_address_for_feed_readers(
    client: TestClient, morning: Library
) -> None:
    """Break: declare the door for Who.READER, or sign nothing."""
    feed, as_json = hrefs(read(client, "/yours"), ".follow a[href*='link.']")
    assert feed.startswith("/yours/link.") and feed.endswith(".atom")
    app = create_app(morning, Settings(library=Path("unused"), host="0.0.0.0"))
    stranger = TestClient(app, ADDRESS, follow_redirects=False)
    assert stranger.get("/yours.atom").status_code != 200
    answer = stranger.get(feed)
    assert answer.status_code == 200 and b"<feed" in answer.content
    told = stranger.get(as_json).json()
    assert told["version"] == "https://jsonfeed.org/version/1.1"
    assert all({"id", "url", "title", "content_text"} <= item.keys() for item in told["items"])
    assert len(told["items"]) == answer.text.count("<entry>")
    for wrong in (feed[:-6] + "x.atom", "/yours/link.1-x.atom", feed.replace(".atom", ".xml")):
        assert stranger.get(wrong).status_code == 404
    morning.accounts.renew_addresses(morning.accounts.alone())
    assert stranger.get(feed).status_code == 404


def test_trending_comes_in_pages(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(editionpages, "A_PAGE", 4)
    first, second = read(client, "/trending"), read(client, "/trending?page=2")
    assert [len(page.css(".entry")) for page in (first, second)] == [4, 2]
    assert hrefs(first, ".pager a") == ["/trending?page=2"]
    assert hrefs(second, ".pager a") == ["/trending?page=1"]
    assert second.css_first(".entry").attributes["data-position"] == "5"  # type: ignore[union-attr]
    assert "ends before" in text(read(client, "/trending?page=9"), ".state h2")


def test_a_week_is_a_digest(client: TestClient) -> None:
    page = read(client, "/week/2026-W09")
    days = [part for part in page.css(".part") if part.css(".brief")]
    assert days and all(len(part.css(".entry")) <= 3 for part in days)
    assert not page.css(".brief .excerpt")
    assert "/day/2026-03-01" in hrefs(page, ".part header a")


@given(st.lists(st.integers(1, 9), max_size=12), st.sampled_from([2, 3]))
def test_every_row_of_sections_is_full(sizes: list[int], columns: int) -> None:
    """Break: give each section a column for each of its papers, whatever stands beside it."""
    filled = 0
    for size, width in zip(sizes, find_widths(sizes, columns), strict=True):
        assert width == ROW or size < columns
        filled += width
        assert filled <= ROW
        filled %= ROW
    assert filled == 0


@pytest.mark.parametrize(
    ("many", "shape"),
    [(1, (0, 0, 0)), (3, (2, 0, 0)), (5, (0, 4, 0)), (6, (2, 3, 0)), (9, (2, 5, 1))],
)
def test_a_few_stories_stand_beside_the_lead(many: int, shape: tuple[int, int, int]) -> None:
    entries = tuple(Entry(n, n, f"Paper {n}") for n in range(1, many + 1))
    day = date(2026, 3, 1)
    edition = Edition(
        Scope.DAY, day.isoformat(), day, day, NOW, sections=(Section("top", "Top", entries),)
    )
    view = view_edition(edition, Known(), Standing())
    assert (len(view.under), len(view.side), len(view.rest)) == shape


def test_trending_shows_its_formula_and_what_each_score_is_made_of(client: TestClient) -> None:
    page = read(client, "/trending")
    assert "halved every" in text(page, ".formula")
    assert len(page.css(".entry")) == 6
    assert page.css_first(".why table") is not None


def test_nobody_known_reads_without_buttons(archive: Library) -> None:
    """A page for people without an account has nothing that they could not do."""
    from broadsheet.config import Settings
    from broadsheet.web import create_app

    settings = Settings(library=Path("unused"), sign_in="open", public="on")
    page = read(TestClient(create_app(archive, settings), "http://127.0.0.1:8000"), "/")
    assert page.css(".entry") and not page.css("main button")
    assert "Yours" not in text(page, ".strip") and text(page, ".own") == "Sign in"


# --- In other forms -------------------------------------------------------------------------------


def test_the_json_of_an_edition_is_the_edition(archive: Library) -> None:
    """Byte for byte, as it was printed."""
    answer = browse(archive).get("/day/2026-02-28.json")
    assert answer.headers["content-type"] == "application/json"
    assert Edition.from_json(answer.content) == printed(number=1)
    assert answer.content == printed(number=1).to_json()


def test_markdown(client: TestClient) -> None:
    answer = client.get("/day/2026-03-01.md")
    assert answer.headers["content-type"].startswith("text/markdown")
    assert answer.text.startswith("# Broadsheet: Sunday, 1 March 2026")
    assert "<script>" not in answer.text


@pytest.mark.parametrize("path", ["/day/2026-03-01.exe", "/trending.exe", "/yours.exe",
                                  "/day/2026-03-01.json.json"])  # fmt: skip
def test_a_form_that_there_is_not(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_trending_in_other_forms(client: TestClient) -> None:
    data = orjson.loads(client.get("/trending.json").content)
    assert [section["key"] for section in data["sections"]] == ["trending"]
    assert "Trending" in client.get("/trending.md").text


# --- How much is asked ----------------------------------------------------------------------------


def test_a_page_asks_as_much_of_a_large_library_as_of_a_small_one(tmp_path: Path) -> None:
    """Break to see it fail: ask for the votes of each paper by itself."""

    def fill(library: Library, _: int) -> None:
        library.searches.keep(library.accounts.alone(), "Lamps", "lanterns")

    with two_sizes(tmp_path, 40, fill) as libraries:
        for path in ("/day/2026-02-28", "/", "/week/2026-W09", "/trending", "/yours"):
            few, many = (count_questions(library, path) for library in libraries)
            assert few == many, path


def test_a_printed_edition_costs_few_questions(archive: Library) -> None:
    client = browse(archive)
    client.get("/day/2026-02-28")
    with counting(archive) as statements:
        client.get("/day/2026-02-28")
    assert len(statements) <= 8


# --- Views ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scope", "name", "first", "last", "title"),
    [
        (Scope.DAY, "2026-04-17", "2026-04-17", "2026-04-17", "Friday, 17 April 2026"),
        (Scope.WEEK, "2026-W16", "2026-04-13", "2026-04-19", "Week 16, 13 to 19 April 2026"),
        (Scope.WEEK, "2026-W14", "2026-03-30", "2026-04-05", "Week 14, 30 March to 5 April 2026"),
        (Scope.WEEK, "2026-W01", "2025-12-29", "2026-01-04",
         "Week 1, 29 December 2025 to 4 January 2026"),
        (Scope.MONTH, "2026-04", "2026-04-01", "2026-04-30", "April 2026"),
    ],
)  # fmt: skip
def test_titles(scope: Scope, name: str, first: str, last: str, title: str) -> None:
    days = (date.fromisoformat(first), date.fromisoformat(last))
    assert say_title(Edition(scope, name, *days, NOW)) == title


def test_the_first_section_leads_and_the_others_follow() -> None:
    edition = printed()
    view = view_edition(edition, Known(), Standing("2026-02-27", "2026-03-01"))
    assert view.lead is not None and view.lead.number == 1
    assert [one.number for one in view.under] == [2]
    assert not view.side and not view.rest and not view.sections
    empty = view_edition(replace(edition, sections=()), Known(), Standing())
    assert empty.lead is None and not empty.sections and empty.before is None


def test_a_long_list_of_authors_says_how_many_more() -> None:
    edition = printed()
    (section,) = edition.sections
    names = (*(f"Ada Novak{n}" for n in range(11)), "1,289 others")
    many = replace(section, entries=(replace(section.entries[0], authors=names),))
    view = view_edition(replace(edition, sections=(many,)), Known(), Standing())
    assert view.lead is not None
    assert len(view.lead.authors) == 4 and view.lead.others == 7 + 1289
