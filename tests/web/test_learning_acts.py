"""Answers and starts by the forms of pages: as the script does them, and without it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from invented import browse, fields, hrefs, read, text
from starlette.testclient import TestClient

from broadsheet.learning import Opinion
from broadsheet.library import Library
from broadsheet.people import Reader
from shelfmarks import Readers

JSON = {"Accept": "application/json"}
BIBTEX = b"@article{a, title={A paper of my own}, author={Sample, Sam}, year={2020}}\n"


@pytest.fixture
def library(clean_morning: Library) -> Library:
    return clean_morning


@pytest.fixture
def client(library: Library) -> TestClient:
    return browse(library)


def do(client: TestClient, act: str, **form: object) -> dict[str, Any]:
    """An act as the script does it."""
    answer = client.post(f"/act/{act}", data=form, headers=JSON)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def start(client: TestClient, files: Any = None, **form: object) -> str:
    """Start a shelf, and go where that leads."""
    answer = client.post("/act/start", data=form, files=files)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def test_the_script_is_told_how_a_paper_stands(
    client: TestClient, library: Library, you: Reader
) -> None:
    """A like takes the place of a "not for me"; each is taken back, or undone."""
    shelf = library.shelves.make(you, "Lamps").target
    told = do(client, "dislike", paper=4, shelf=shelf)
    assert told["standing"]["answers"] == [{"shelf": shelf, "opinion": "dislike"}]
    told = do(client, "like", paper=4, shelf=shelf)
    assert told["standing"]["answers"] == [{"shelf": shelf, "opinion": "like"}]
    told = do(client, "undo", done=told["done"], paper=4)
    assert told["standing"]["answers"] == [{"shelf": shelf, "opinion": "dislike"}]
    do(client, "hide", paper=4, shelf=0)
    told = do(client, "take-back", paper=4, shelf=shelf)
    assert told["standing"]["answers"] == [{"shelf": 0, "opinion": "hide"}]
    told = do(client, "take-back", paper=4, shelf=shelf)
    assert told["done"] == 0 and "no answer" in told["sentence"]


def test_buttons_stand_as_was_answered(client: TestClient, library: Library, you: Reader) -> None:
    """In the reader's own edition, where a shelf asks. Break: leave `read_answered` out of it."""
    shelf = library.shelves.make(you, "Lamps").target
    for paper in (1, 3):
        library.shelves.save(you, paper, [shelf])
    page = read(client, "/yours")
    own = page.css_first(f"#shelf-{shelf}").parent.parent  # type: ignore[union-attr]
    entry = own.css_first(".entry")  # type: ignore[union-attr]
    assert entry is not None
    paper = int(entry.attributes["data-paper"] or 0)
    save = entry.css_first("button[data-act=save]")
    assert save is not None and save.attributes["value"] == str(shelf)
    assert {*save.attributes} >= {"data-fixed"}
    like = entry.css_first("button[data-act=like]")
    assert like is not None and like.attributes["formaction"] == "/act/like"
    do(client, "like", paper=paper, shelf=shelf)
    pressed = read(client, f"/shelf/{shelf}/review?q=lanterns").css("button[data-act=like]")
    assert pressed  # of the papers that are still to be judged none is pressed
    assert {each.attributes["aria-pressed"] for each in pressed} == {"false"}
    others = [each for each in page.css(".entry") if not each.css("button[data-act=like]")]
    assert all(each.css("button[data-act=hide]") for each in others)
    for path in ("/", f"/shelf/{shelf}"):
        assert not read(client, path).css("[data-act=like], [data-act=hide]"), path


IMPOSSIBLE: tuple[tuple[str, dict[str, object], int], ...] = (
    ("like", {"paper": 999, "shelf": 1}, 404),
    ("like", {"paper": 1, "shelf": 1}, 404),
    ("dislike", {"paper": 1}, 400),
    ("hide", {"paper": "x"}, 400),
    ("take-back", {"shelf": 1}, 400),
    ("steer", {"shelf": 1, "floor": "10"}, 404),
    ("steer", {"floor": "10"}, 400),
    ("trial", {"shelf": 1, "challenger": "x"}, 404),
    ("start", {}, 400),
    ("start", {"shelf": 1, "papers": "x"}, 404),
    ("start", {"shelf": 999, "paper": "1"}, 404),
)


def test_what_cannot_be_is_a_sentence(client: TestClient) -> None:
    """Shelf 1 is another reader's."""
    for act, form, status in IMPOSSIBLE:
        answer = client.post(f"/act/{act}", data=form, headers=JSON)
        assert answer.status_code == status, (act, form)
        assert answer.json()["error"].endswith(".")


def test_three_pasted_papers_are_a_start(client: TestClient, library: Library, you: Reader) -> None:
    """They lead to a first edition, and are undone like everything. Break: end at "/"."""
    pasted = "2603.00001\nOn lanterns of the 3th kind\nhttps://arxiv.org/abs/2603.00005\nNothing"
    back = start(client, name="Lamps", papers=pasted)
    (shelf,) = library.shelves.get(you)
    assert (shelf.name, shelf.papers) == ("Lamps", 3)
    assert back.startswith("/yours?done=")
    page = read(client, back)
    said = text(page, ".said p")
    assert "Made the shelf Lamps." not in said and "Put 3 papers on Lamps" in said
    assert page.css_first(f"#shelf-{shelf.id}") is not None
    assert page.css(f"button[data-act=like][value='{shelf.id}']")
    client.post("/act/undo", data={"done": back.partition("done=")[2]})
    assert library.shelves.get(you)[0].papers == 0


def test_every_way_of_starting_at_once(client: TestClient, library: Library, you: Reader) -> None:
    """What cannot be taken in keeps nothing else out, and each part is undone by itself. Breaks:
    let `_try` raise; or let `answer_all` name the first act only."""
    grid = read(client, "/start").css("input[name=paper]")
    assert grid and all(int(each.attributes["value"] or 0) for each in grid)
    ticked = [each.attributes["value"] for each in grid[:2]]
    back = start(client, name="Lamps", paper=[*ticked, "999999"], authors="Ben Okoro\n\n Ada <b> ")
    (shelf,) = library.shelves.get(you)
    assert shelf.papers == 2 and back.startswith("/yours?done=")
    assert {each.author for each in library.community.get_follows(you)} == {"Ben Okoro", "Ada <b>"}
    notices = read(client, back).css(".said")
    assert [bool(each.css("form")) for each in notices] == [True] * 3
    first = notices[0].css("input[name=done]")[0].attributes["value"]
    assert "Put 2 papers on Lamps" in notices[0].text()
    client.post("/act/undo", data={"done": first})
    assert library.shelves.get(you)[0].papers == 0
    assert {each.author for each in library.community.get_follows(you)} == {"Ben Okoro", "Ada <b>"}
    again = start(client, name="lamps", paper=ticked[0])
    assert len(library.shelves.get(you)) == 1 and again.startswith("/yours")


def test_any_shelf_can_be_taught_on_a_papers_own_page(
    client: TestClient, library: Library, you: Reader
) -> None:
    """Without script, and undone. Break: leave the shelf's number off the buttons."""
    assert not read(client, "/paper/4").css("[data-act=like], [data-act=dislike]")
    one, two = (library.shelves.make(you, name).target for name in ("One", "Two"))
    library.shelves.save(you, 2, [two])  # the one used last comes first
    for shelf, act in ((two, "like"), (one, "dislike"), (0, "hide")):
        page = read(client, "/paper/4")
        asked = [each.attributes["value"] for each in page.css(f"button[data-act={act}]")]
        assert asked == (["0"] if act == "hide" else [str(two), str(one)])
        button = page.css_first(f"button[data-act={act}][value='{shelf}']")
        assert button is not None and button.attributes["aria-pressed"] == "false"
        form = {**fields(page, "form.acts input"), "shelf": str(shelf)}
        answer = client.post(button.attributes["formaction"] or "", data=form)
        told = read(client, answer.headers["location"])
        pressed = told.css("form.acts button[aria-pressed=true]")
        assert f"/act/{act}" not in {each.attributes["formaction"] for each in pressed}
        assert (act, str(shelf)) in {
            (each.attributes["data-act"], each.attributes["value"]) for each in pressed
        }
    client.post("/act/undo", data=fields(told, ".said input"))
    kept = library.recommender.get_answers(you, [4])[4]
    assert {(each.shelf_id, each.opinion) for each in kept} == {
        (two, Opinion.LIKE), (one, Opinion.DISLIKE),
    }  # fmt: skip


def test_a_start_of_nothing_leaves_nothing(
    client: TestClient, library: Library, you: Reader
) -> None:
    """Break: leave the shelf that was made for it."""
    refused = client.post("/act/start", data={"name": "Void", "papers": "no such paper at all"})
    assert refused.status_code == 400 and "no such paper" in refused.text
    assert start(client, name="Void", authors="Ada Sample").startswith("/yours")
    assert not [shelf for shelf in library.shelves.get(you) if shelf.name == "Void"]


def test_a_file_is_a_start(tmp_path: Path) -> None:
    readers = Readers(tmp_path, searching=True)
    client, you = browse(readers.library), readers.library.accounts.alone()
    back = start(client, {"file": ("refs.bib", BIBTEX, "text/plain")}, name="From Zotero")
    (shelf,) = readers.library.shelves.get(you)
    assert (shelf.name, shelf.papers) == ("From Zotero", 1)
    assert back.startswith(f"/shelf/{shelf.id}/new?done=")
    broken = start(client, {"file": ("refs.bib", b"\xff\x00", "text/plain")}, shelf=shelf.id)
    assert "told=" in broken and "refs.bib" in text(read(client, broken), ".said p")


def test_a_start_for_a_shelf_that_is_there(
    client: TestClient, library: Library, you: Reader
) -> None:
    """On a day without news its page shows what it finds, instead of an empty edition."""
    shelf = library.shelves.make(you, "Lamps").target
    page = read(client, f"/start?shelf={shelf}")
    assert not page.css("input[name=name]") and text(page, ".kicker").endswith("Lamps")
    assert client.get("/start?shelf=1").status_code == 404
    assert start(client, shelf=shelf, papers="no such paper anywhere").startswith(
        f"/shelf/{shelf}/new?"
    )


def test_empty_pages_lead_to_a_start(client: TestClient, library: Library, you: Reader) -> None:
    """And the front page, in a line, until there is a shelf. Break: leave `offered` out of it."""
    for path in ("/yours", "/shelves"):
        assert "/start" in hrefs(read(client, path), "a.button"), path
    assert "/start" in hrefs(read(client, "/"), ".told a")
    assert "/start" not in hrefs(read(client, "/week/2026-W09"), ".told a")
    library.shelves.make(you, "Lamps")
    assert "/start" not in hrefs(read(client, "/"), ".told a")


def test_opinions_are_told_apart_by_shelf(
    client: TestClient, library: Library, you: Reader
) -> None:
    """Break: leave the shelf out of what `LearningActs._take_back` looks for."""
    one, two = (library.shelves.make(you, name).target for name in ("One", "Two"))
    do(client, "like", paper=2, shelf=one)
    do(client, "dislike", paper=2, shelf=two)
    do(client, "take-back", paper=2, shelf=two)
    (left,) = library.recommender.get_answers(you, [2])[2]
    assert (left.shelf_id, left.opinion) == (one, Opinion.LIKE)
