"""The pages of shelves and saved searches, for their reader and for others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from invented import ADDRESS, browse, hrefs, read, text
from lab import MODES, open_lab
from morning import count_questions, open_morning, two_sizes
from starlette.testclient import TestClient

from broadsheet.config import Settings
from broadsheet.library import Library
from broadsheet.people import Reader, Sharing
from broadsheet.web import create_app


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with open_morning(tmp_path, 6) as opened:
        yield opened


@pytest.fixture
def client(library: Library) -> TestClient:
    return browse(library)


def stranger(library: Library, public: str = "off") -> TestClient:
    """A browser of somebody without an account, where there are accounts."""
    settings = Settings(library=Path("unused"), sign_in="invite", public=public)
    return TestClient(create_app(library, settings), ADDRESS, follow_redirects=False)


def test_no_shelf_yet(client: TestClient) -> None:
    page = read(client, "/shelves")
    assert "Make a first one" in text(page, ".lead")
    assert hrefs(page, "section .rows h3 a") == ["/shelf/1"]  # what others share


def test_a_shelf_with_its_papers(client: TestClient, library: Library, you: Reader) -> None:
    number = library.shelves.make(you, "Lamps <i>", "on **light**").target
    assert "Nothing is on this shelf yet" in text(read(client, f"/shelf/{number}"), ".state h2")
    library.shelves.save(you, 1, [number], "see $x^2$")
    page = read(client, f"/shelf/{number}")
    assert text(page, "h1") == "Lamps <i>"
    assert page.css_first(".jotting math") is not None
    assert hrefs(page, ".facts-line a")[:3] == [
        f"/shelf/{number}/export.{suffix}" for suffix in ("bib", "ris", "json")
    ]
    assert text(read(client, "/shelves"), ".rows .quiet") == "1 paper, 1 unread"


def test_pages_of_a_long_shelf(
    client: TestClient, library: Library, you: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("broadsheet.web.shelfpages.SHELF_PAGE", 2)
    monkeypatch.setattr("broadsheet.web.shelfview.SHELF_PAGE", 2)
    number = library.shelves.make(you, "Lamps").target
    for paper in (1, 2, 3):
        library.shelves.save(you, paper, [number])
    first, second = read(client, f"/shelf/{number}"), read(client, f"/shelf/{number}?page=2")
    assert hrefs(first, "a[rel=next]") == [f"/shelf/{number}?page=2"]
    assert hrefs(second, "a[rel=prev]") == [f"/shelf/{number}?page=1"]
    assert len(first.css(".entry")) == 2 and len(second.css(".entry")) == 1
    assert "ends before" in text(read(client, f"/shelf/{number}?page=9"), ".page > .label")


def test_searching_inside_ones_library(client: TestClient, library: Library, you: Reader) -> None:
    number = library.shelves.make(you, "Lamps").target
    library.shelves.save(you, 1, [number])
    for path in ("/shelves", f"/shelf/{number}"):
        assert len(read(client, f"{path}?q=light").css(".entry")) == 1
        assert not read(client, f"{path}?q=nowhere").css(".entry")
        mistaken = client.get(f"{path}?q=year:x")
        assert mistaken.status_code == 400 and "mistake" in mistaken.text


def test_citation_files_stay_where_they_are(client: TestClient) -> None:
    bib = client.get("/shelf/1/export.bib")
    assert bib.headers["content-type"].startswith("application/x-bibtex")
    assert bib.text.count("@") >= 6
    assert client.get("/shelf/1/export.ris").text.startswith("TY  -")
    assert len(client.get("/shelf/1/export.json").json()) == 6
    assert client.get("/shelf/1/export.atom").headers["content-type"].startswith("application/atom")
    assert client.get("/shelf/1/export.exe").status_code == 404


def test_a_link_opens_one_shelf_to_whoever_has_it(library: Library, you: Reader) -> None:
    """Break to see it fail: leave the number of the shelf out of what is signed."""
    number, other = (library.shelves.make(you, name).target for name in ("Lamps", "Secret"))
    library.shelves.save(you, 1, [number], "a note")
    shelf = library.shelves.get_shelf(you, number)
    token, outside = library.shelves.link_of(shelf), stranger(library)
    address = f"/shelf/{number}/link.{token}"
    assert outside.get(address).status_code == 404  # shared with nobody yet
    library.shelves.change(you, number, sharing=Sharing.LINK)
    page = read(outside, address)
    assert text(page, "h1") == "Lamps" and not page.css("main form")
    assert outside.get(f"{address}.bib").status_code == 200
    assert outside.get(f"{address}.atom").status_code == 200
    for wrong in (f"/shelf/{other}/link.{token}", f"/shelf/{number}/link.{token[:-1]}x",
                  f"/shelf/{number}/link.", f"/shelf/{number}/link..bib"):  # fmt: skip
        assert outside.get(wrong).status_code == 404, wrong
    assert outside.get(f"/shelf/{number}").status_code == 303  # to the sign-in page


def test_the_files_of_a_private_shelf_have_private_addresses(tmp_path: Path) -> None:
    """For their owner's programs, until there are new ones; the page stays shut.

    Break: sign both tokens of a shelf for the same; leave the generation out of one.
    """
    lab = open_lab(tmp_path)
    with lab.library:
        app, shelves, ada = (
            lab.app(MODES["invite, private"]),
            lab.library.shelves,
            lab.readers["ada"],
        )
        number = shelves.make(ada, "Secret").target
        shelves.save(ada, 1, [number], "my own words")
        owner, outside = lab.client(app, "ada"), lab.client(app)
        page = read(owner, f"/shelf/{number}")
        printed = hrefs(page, ".facts-line a")[:4]
        assert printed == hrefs(page, ".given a") and len(printed) == 4
        for address in printed:
            given = outside.get(address)
            assert given.status_code == 200 and "my own words" not in given.text, address
        bare = printed[0].removesuffix(".bib")
        assert outside.get(bare).status_code == 404
        assert "link." not in lab.client(app, "key").get(f"/shelf/{number}").text
        shelves.change(ada, number, sharing=Sharing.LINK)
        assert outside.get(bare).status_code == 404 and outside.get(printed[0]).status_code == 200
        shelves.change(ada, number, sharing=Sharing.NOBODY)
        assert owner.post("/act/new-link", data={"shelf": number}).status_code == 303
        assert outside.get(printed[0]).status_code == 404
        renewed = hrefs(read(owner, f"/shelf/{number}"), ".given a")
        assert outside.get(renewed[0]).status_code == 200
        lab.library.accounts.disable(ada)
        assert outside.get(renewed[0]).status_code == 404


def test_a_program_is_not_sent_to_the_sign_in_page_for_a_file(library: Library) -> None:
    """It would take it for the file. Break: ask `Gate` for what it admits without `_asks_file`."""
    outside = stranger(library)
    for path in ("/shelf/1/export.bib", "/export.ris?q=x", "/yours.json", "/plots.svg"):
        assert outside.get(path).status_code == 401, path
        browser = outside.get(path, headers={"Accept": "text/html,*/*"})
        assert browser.status_code == 303, path


def test_no_token_is_no_key(library: Library) -> None:
    """What is shared with an instance is not shared with everybody.

    Break to see it fail: ask for a shelf with an empty token.
    """
    outside = stranger(library)
    for path in ("/shelf/1/link.", "/shelf/1/link..bib", "/shelf/1/link..atom"):
        assert outside.get(path).status_code == 404, path


def test_what_is_anothers_is_as_what_is_not_there(client: TestClient, library: Library) -> None:
    mira = library.accounts.get_reader("mira")
    number = library.shelves.make(mira, "Hidden").target
    hidden, missing = client.get(f"/shelf/{number}"), client.get("/shelf/999")
    assert hidden.status_code == missing.status_code == 404
    assert hidden.text.replace(str(number), "999") == missing.text.replace(str(number), "999")
    shared = read(client, "/shelf/1")
    assert text(shared, ".kicker .flag") == "example" and not shared.css(".box-out form")


@pytest.mark.parametrize("number", ["x", "-1", "9" * 40, "1e3", "٣"])
def test_what_is_no_number_is_not_found(client: TestClient, number: str) -> None:
    assert client.get(f"/shelf/{number}").status_code == 404
    assert client.get(f"/search/{number}").status_code == 404


def test_a_paper_is_put_on_shelves_without_script(
    client: TestClient, library: Library, you: Reader
) -> None:
    library.shelves.make(you, "Lamps")
    page = read(client, "/save?paper=1&back=/day/2026-03-01")
    assert len(page.css("input[type=checkbox]")) == 1
    assert page.css_first("input[name=back]").attributes["value"] == "/day/2026-03-01"  # type: ignore[union-attr]
    assert client.get("/save?paper=999").status_code == 404
    foreign = read(client, "/save?paper=1&back=//elsewhere.example")
    assert foreign.css_first("input[name=back]").attributes["value"] == "/paper/1"  # type: ignore[union-attr]


def test_a_note_is_there_to_be_changed(client: TestClient, library: Library, you: Reader) -> None:
    """Without script. Break: leave the textarea of save.html empty; let `Shelves.shelve` take an
    empty note for none; put the note of one shelf on all though it was not changed."""
    one, two = (library.shelves.make(you, name).target for name in ("One", "Two"))
    library.shelves.save(you, 1, [one], "\nfirst *line*\nand second")
    noted = library.shelves.find(you, [1])[1][0].note
    for path in ("/paper/1", f"/shelf/{one}"):
        assert read(client, path).css_first(".jotting em") is not None, path
    assert not stranger(library, "on").get("/paper/1").text.count("jotting")

    def typed() -> str:
        (box,) = read(client, "/save?paper=1").css("textarea[name=note]")
        return box.text(deep=True).removeprefix("\n")

    def keep(note: str, *shelves: int) -> None:
        form = {"paper": 1, "shelf": list(shelves), "note": note}
        assert client.post("/act/shelve", data=form).status_code == 303

    def notes() -> dict[int, str]:
        return {each.shelf_id: each.note for each in library.shelves.find(you, [1])[1]}

    assert typed() == noted
    keep(noted.replace("\n", "\r\n"), one, two)  # as forms send it
    assert notes() == {one: noted, two: noted}
    library.shelves.note(you, 1, "another", [two])
    keep(typed(), one, two)
    assert notes() == {one: noted, two: "another"}
    keep("", one, two)
    assert notes() == {one: "", two: ""} and typed() == ""
    refused = client.post("/act/shelve", data={"paper": 1, "note": "new"})
    assert refused.status_code == 400 and "Choose a shelf" in refused.text


def test_a_press_says_where_it_saves_to(client: TestClient, library: Library, you: Reader) -> None:
    """And takes a paper off no other shelf. Break: let the button of a paper on another shelf, or
    on several, do /act/unsave."""

    def button() -> dict[str, str | None]:
        (found,) = read(client, "/paper/1").css("button[data-act=save]")
        return {**found.attributes}

    assert button()["title"] == "Save to Reading list"
    client.post("/act/save", data={"paper": 1})
    taken = button()
    assert (taken["formaction"], taken["title"]) == ("/act/unsave", "Take it off Reading list")
    lamps = library.shelves.make(you, "Lamps").target
    chosen = button()
    assert (chosen["formaction"], chosen["formmethod"]) == ("/save", "get")
    library.shelves.unsave(you, 1)
    offered = button()
    assert (offered["value"], offered["title"]) == (str(lamps), "Save to Lamps")
    library.shelves.save(you, 1, [lamps])
    assert button()["formaction"] == "/act/unsave"
    library.shelves.save(you, 1, [shelf.id for shelf in library.shelves.get(you)])
    assert button()["formaction"] == "/save"


def test_saved_searches(client: TestClient, library: Library, you: Reader) -> None:
    assert "None yet" in text(read(client, "/searches"), ".label")
    number = library.searches.keep(you, "Lamps", "lanterns <x>").target
    page = read(client, "/searches")
    assert text(page, ".rows code") == "lanterns <x>"
    answer = client.get(f"/search/{number}")
    assert answer.headers["location"] == f"/search?q=lanterns+%3Cx%3E&sort=newest&saved={number}"
    (feed,) = [each for each in hrefs(page, ".rows a") if each.endswith(".atom")]
    outside = stranger(library)
    assert outside.get(feed).status_code == 200
    assert outside.get(feed.removesuffix(".atom")).status_code == 404
    assert outside.get(f"/search/{number}/link.{'x' * 27}.atom").status_code == 404
    assert client.get("/search/999").status_code == 404


def test_a_page_asks_as_much_of_a_full_shelf_as_of_a_short_one(tmp_path: Path) -> None:
    """Break to see it fail: ask for the shelves of each paper by itself."""

    def fill(library: Library, number: int) -> None:
        you = library.accounts.alone()
        for each in range(1, number + 1):
            shelf = library.shelves.make(you, f"Shelf {each}").target
            library.shelves.save(you, each, [shelf])
            library.searches.keep(you, f"Search {each}", "lanterns")

    with two_sizes(tmp_path, 15, fill) as libraries:
        for path in ("/shelves", "/shelf/1", "/shelves?q=lanterns", "/searches", "/save?paper=1"):
            few, many = (count_questions(library, path) for library in libraries)
            assert few == many, path
