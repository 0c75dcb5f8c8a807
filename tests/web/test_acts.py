"""What readers do by the forms of pages: done, told of, undone, refused."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import pytest
from invented import browse, read, text
from lab import ask
from morning import open_morning
from starlette.applications import Starlette
from starlette.testclient import TestClient

from broadsheet.library import Library
from broadsheet.people import Act, Reader, Sharing
from papers import taking_no_changes

JSON = {"Accept": "application/json"}


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with open_morning(tmp_path, 4) as opened:
        yield opened


@pytest.fixture
def client(library: Library) -> TestClient:
    return browse(library)


def do(client: TestClient, act: str, **fields: object) -> dict[str, object]:
    """An act as the script does it."""
    answer = client.post(f"/act/{act}", data=fields, headers=JSON)
    assert answer.status_code == 200, answer.text
    told: dict[str, object] = answer.json()
    assert told["ok"] is True
    return told


def test_without_script_an_act_ends_where_it_began(client: TestClient) -> None:
    """The page then says what was done, and its Undo takes it back."""
    answer = client.post("/act/upvote", data={"paper": "1", "back": "/day/2026-03-01?x=1"})
    assert answer.status_code == 303
    back = answer.headers["location"]
    assert back.startswith("/day/2026-03-01?x=1&done=")
    page = read(client, back)
    assert text(page, ".said p").startswith("Upvoted ")
    done = page.css_first(".said input[name=done]").attributes["value"]  # type: ignore[union-attr]
    answer = client.post("/act/undo", data={"done": done, "back": "/"})
    assert answer.headers["location"].partition("?")[0] == "/"
    told = read(client, answer.headers["location"])
    assert text(told, ".said p").startswith("Took back your upvote of ") and not told.css(
        ".said form"
    )
    assert not read(client, back).css(".said")


def test_what_cannot_be_undone_is_told_too(
    client: TestClient, library: Library, you: Reader
) -> None:
    """Break: leave `TOLD` out of `answer_done`."""
    shelf = library.shelves.make(you, "Lamps").target
    library.shelves.change(you, shelf, sharing=Sharing.LINK)
    way = f"/shelf/{shelf}?page=1"
    again = client.post("/act/new-link", data={"shelf": shelf, "back": way}).headers["location"]
    assert again.startswith(way + "&told=")
    page = read(client, again)
    assert text(page, ".said p") == library.shelves.new_link(you, shelf).sentence
    assert page.css_first(".box-out input[name=back]").attributes["value"] == way  # type: ignore[union-attr]
    client.post("/act/upvote", data={"paper": 2})
    twice = client.post("/act/upvote", data={"paper": 2, "back": again}).headers["location"]
    assert twice.count("told=") == 1
    assert text(read(client, twice), ".said p").endswith("already.")


def test_no_address_puts_words_into_our_mouth(
    client: TestClient, library: Library, you: Reader
) -> None:
    """Break: return the sentence from `Journal.open_sealed` whoever sealed it."""
    sealed = library.journal.seal(you, "All is well.")
    assert text(read(client, f"/?told={sealed}"), ".said p") == "All is well."
    other = library.journal.seal(replace(you, id=you.id + 1), "All is well.")
    ours = library.shelves.link_of(
        library.shelves.get_shelf(you, library.shelves.make(you, "x").target)
    )
    bare = "All is well."
    for forged in (bare, "A" * 27 + bare, sealed + "!", sealed[1:], other, ours):
        assert not read(client, "/?" + urlencode({"told": forged})).css(".said"), forged
    markup = library.journal.seal(you, "<b>x</b>")
    assert text(read(client, "/?" + urlencode({"told": markup})), ".said p") == "<b>x</b>"
    assert len(library.journal.seal(you, "é" * 9_000)) < 400


@pytest.mark.parametrize("back", ["//elsewhere.example", "https://elsewhere.example", "/\\x", ""])
def test_an_act_never_leads_elsewhere(client: TestClient, back: str) -> None:
    answer = client.post("/act/upvote", data={"paper": "1", "back": back})
    assert answer.headers["location"].startswith("/?done=")


def test_votes_can_be_given_and_taken_back(
    client: TestClient, library: Library, you: Reader
) -> None:
    do(client, "upvote", paper=1)
    assert library.community.votes([1], you)[1].mine
    button = read(client, "/paper/1").css_first("button[data-act=upvote]")
    assert button is not None and button.attributes["aria-pressed"] == "true"
    assert button.attributes["formaction"] == "/act/retract"
    do(client, "retract", paper=1)
    votes = library.community.votes([1], you)
    assert 1 not in votes or not votes[1].mine


def test_a_paper_is_saved_noted_read_and_taken_off(
    client: TestClient, library: Library, you: Reader
) -> None:
    do(client, "save", paper=1, note="worth it")
    (shelf,) = library.shelves.get(you)
    do(client, "note", paper=1, note="worth *reading*")
    do(client, "read", paper=1)
    (saved,) = library.shelves.find(you, [1])[1]
    assert saved.note == "worth *reading*" and saved.read_at
    page = read(client, f"/shelf/{shelf.id}")
    assert page.css_first(".jotting em") is not None and page.css_first("[data-read]") is not None
    do(client, "unread", paper=1)
    assert not library.shelves.find(you, [1])[1][0].read_at
    do(client, "unsave", paper=1)
    assert 1 not in library.shelves.find(you, [1])


def test_several_shelves_at_once(client: TestClient, library: Library, you: Reader) -> None:
    """The form of check boxes: what is ticked holds the paper, what is not does not."""
    first, second = (library.shelves.make(you, name).target for name in ("One", "Two"))
    do(client, "shelve", paper=1, shelf=[first, second])
    assert {each.shelf_id for each in library.shelves.find(you, [1])[1]} == {first, second}
    do(client, "shelve", paper=1, shelf=[second], new="Three")
    names = {each.name for each in library.shelves.get(you) if each.papers}
    assert names == {"Two", "Three"}
    assert do(client, "shelve", paper=1) and 1 not in library.shelves.find(you, [1])
    assert do(client, "shelve", paper=1)["sentence"] == "Everything is as it was."
    chosen = client.get("/save?paper=1", headers=JSON).json()
    assert [each["name"] for each in chosen["shelves"]] == ["One", "Three", "Two"]


def test_the_form_of_shelves_loses_nothing_by_an_error(
    client: TestClient, library: Library, you: Reader
) -> None:
    """And one undo takes the whole of it back. Break to see it fail: let the form's handler take
    the paper off, and then save it."""
    first, second = (library.shelves.make(you, name).target for name in ("One", "Two"))
    do(client, "save", paper=1, shelf=[first], note="precious")
    before = library.shelves.find(you, [1])
    for wrong in ({"note": "x" * 20_000}, {"new": "two"}, {"shelf": [second, 99]}):
        fields = {"paper": 1, "shelf": [second], **wrong}
        assert client.post("/act/shelve", data=fields, headers=JSON).status_code >= 400
        assert library.shelves.find(you, [1]) == before
    done = do(client, "shelve", paper=1, shelf=[second], new="Three", note="precious")
    do(client, "undo", done=done["done"])
    assert library.shelves.find(you, [1]) == before
    assert [shelf.name for shelf in library.shelves.get(you)] == ["One", "Two"]


def test_shelves_are_made_changed_and_deleted(
    client: TestClient, library: Library, you: Reader
) -> None:
    answer = client.post("/act/shelf", data={"name": "Lamps", "about": "light"})
    (shelf,) = library.shelves.get(you)
    assert answer.headers["location"].startswith(f"/shelf/{shelf.id}?done=")
    do(client, f"shelf/{shelf.id}", name="Lights", about="", sharing="link")
    (changed,) = library.shelves.get(you)
    assert (changed.name, changed.about, changed.sharing) == ("Lights", "", Sharing.LINK)
    link = library.shelves.link_of(changed)
    do(client, "new-link", shelf=shelf.id)
    assert client.get(f"/shelf/{shelf.id}/link.{link}").status_code == 404
    done = do(client, "delete-shelf", shelf=shelf.id)
    assert not library.shelves.get(you)
    do(client, "undo", done=done["done"])
    assert library.shelves.get(you)


def test_searches_are_kept_changed_and_deleted(
    client: TestClient, library: Library, you: Reader
) -> None:
    number = do(client, "search", q="lanterns -rivers", name="")["target"]
    (kept,) = library.searches.get(you)
    assert kept.name == "lanterns -rivers" and kept.in_edition
    do(client, f"search/{number}", name="Lamps", q="lanterns", whole=1)
    (kept,) = library.searches.get(you)
    assert (kept.name, kept.query, kept.in_edition) == ("Lamps", "lanterns", False)
    link = library.searches.link_of(kept)
    do(client, "new-feed", search=number)
    assert client.get(f"/search/{number}/link.{link}.atom").status_code == 404
    do(client, "delete-search", search=number)
    assert not library.searches.get(you)


def test_comments_are_written_changed_and_deleted(client: TestClient, library: Library) -> None:
    answer = client.post("/act/comment", data={"paper": "3", "text": "first"})
    (said,) = library.community.get_thread(3)
    number = said.comment.id
    assert answer.headers["location"].startswith(f"/paper/3?comment={number}&done=")
    assert answer.headers["location"].endswith(f"#comment-{number}")
    do(client, "comment", paper=3, text="second", parent=said.comment.id)
    assert [each.depth for each in library.community.get_thread(3)] == [0, 1]
    do(client, "edit-comment", comment=said.comment.id, text="changed")
    do(client, "delete-comment", comment=library.community.get_thread(3)[1].comment.id)
    (left,) = library.community.get_thread(3)
    assert left.comment.text == "changed"


def test_authors_are_followed(client: TestClient, library: Library, you: Reader) -> None:
    do(client, "follow", author="Ben Okoro")
    assert [each.author for each in library.community.get_follows(you)] == ["Ben Okoro"]
    do(client, "unfollow", author="Ben Okoro")
    assert not library.community.get_follows(you)


def test_papers_are_handed_in(client: TestClient) -> None:
    told = do(
        client, "submit", title="Typed in by hand", authors="Ada Novak; Ben Okoro", year="2026"
    )
    assert text(read(client, f"/paper/{told['target']}"), "h1") == "Typed in by hand"
    answer = client.post("/act/submit", data={"reference": "10.5555/nowhere"})
    assert answer.status_code == 400 and "is not here" in answer.text


def test_what_was_shown_and_opened_is_noted(
    client: TestClient, library: Library, you: Reader
) -> None:
    client.post("/act/shown", data={"place": "day 2026-03-01", "paper": ["2", "1"]})
    answer = client.post(
        "/act/open", data={"place": "day 2026-03-01", "paper": "2", "position": "1"}
    )
    assert answer.status_code == 204
    assert client.post("/act/open", data={"paper": "999"}).status_code == 204
    library.journal.flush()
    seen = library.journal.get_signals(you, acts=[Act.OPEN, Act.SHOWN])
    assert [each.act for each in seen] == [Act.OPEN, Act.SHOWN]
    assert seen[0].detail["position"] == 1 and seen[1].detail["works"] == [2, 1]


@pytest.mark.parametrize(
    ("act", "fields", "status"),
    [
        ("upvote", {"paper": "999"}, 404),
        ("upvote", {"paper": "x"}, 400),
        ("upvote", {}, 400),
        ("save", {"paper": "1", "shelf": "999"}, 404),
        ("shelf", {"name": ""}, 400),
        ("shelf/999", {"name": "x"}, 404),
        ("shelf/x", {"name": "x"}, 404),
        (f"shelf/{10**30}", {"name": "x"}, 404),
        ("delete-shelf", {"shelf": "999"}, 404),
        ("search", {"q": "year:x"}, 400),
        ("search", {"q": " "}, 400),
        ("search/999", {"name": "x"}, 404),
        ("comment", {"paper": "1", "text": " "}, 400),
        ("comment", {"paper": "1", "text": "x" * 20_000}, 400),
        ("comment", {"paper": "2", "text": "x", "parent": "1"}, 404),
        ("edit-comment", {"comment": "999", "text": "x"}, 404),
        ("follow", {"author": "\u202e"}, 400),
        ("fill-shelf", {"shelf": "1"}, 404),
        ("undo", {"done": "999"}, 404),
        ("submit", {"reference": ""}, 400),
    ],
)
def test_what_cannot_be_done_says_why_in_a_sentence(
    client: TestClient, act: str, fields: dict[str, str], status: int
) -> None:
    answer = client.post(f"/act/{act}", data=fields, headers=JSON)
    assert answer.status_code == status, answer.text
    problem = answer.json()
    assert problem["ok"] is False and problem["error"].endswith(".")
    page = client.post(f"/act/{act}", data=fields)
    assert page.status_code == status and "<h1>" in page.text


def test_nobody_acts_on_what_is_anothers(client: TestClient, library: Library) -> None:
    """Break to see it fail: let a facade look a shelf up without its reader."""
    mira = library.accounts.get_reader("mira")
    (shelf,) = library.shelves.get(mira)
    for act in ("delete-shelf", "new-link"):
        assert client.post(f"/act/{act}", data={"shelf": str(shelf.id)}).status_code == 404
    answer = client.post(f"/act/shelf/{shelf.id}", data={"name": "mine now"})
    assert answer.status_code == 404 and library.shelves.get(mira)[0].name == "Lamps"


def test_reading_changes_nothing(client: TestClient) -> None:
    """No act has an address that a link could lead to."""
    for act in ("upvote", "save", "undo", "delete-shelf", "comment"):
        assert client.get(f"/act/{act}?paper=1").status_code == 405


def test_comments_of_any_size_get_a_sentence(client: TestClient, library: Library) -> None:
    """Too long, empty, nothing to be seen, in reply to what is gone: refused, and nothing kept."""
    gone = do(client, "comment", paper=3, text="gone soon")["target"]
    do(client, "delete-comment", comment=gone)
    for fields, status, told in (
        ({"text": "x" * 1_000_000}, 413, "too large"),
        ({"text": "x" * 10_001}, 400, "at most 10,000 characters"),
        ({"text": ""}, 400, "nothing in this comment"),
        ({}, 400, "nothing in this comment"),
        ({"text": " \n\t\u3000\u200b\r\n "}, 400, "nothing in this comment"),
        ({"text": "me too", "parent": gone}, 404, "no comment"),
    ):
        answer = client.post("/act/comment", data={"paper": 3, **fields})
        assert answer.status_code == status and told in answer.text, (status, answer.text[-900:])
    assert not library.community.get_thread(3)
    kept = do(client, "comment", paper=3, text="名" * 10_000)["target"]
    assert [each.comment.id for each in library.community.get_thread(3)] == [kept]


def test_hanging_up_before_the_form_has_come_does_nothing(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    """And nobody is to look into it. Break: take ClientDisconnect out of the application's
    handlers: the error goes through, and into the log with its traceback."""
    form = {
        "content-type": "application/x-www-form-urlencoded",
        "content-length": "9",
        "sec-fetch-site": "same-origin",
    }
    app = client.app
    assert isinstance(app, Starlette)
    assert asyncio.run(ask(app, "POST", "/act/upvote", form, None))[0] == 400
    assert not caplog.records


def test_a_library_that_takes_no_changes_says_so(
    client: TestClient,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """And is read as before; nobody learns its folder, and no flood fills the log. Breaks: leave
    StorageReadOnlyError out of the statuses of `problems`, out of `describe`, or it or
    HTTPException out of `_NO_FAULTS`."""
    with taking_no_changes(tmp_path, monkeypatch):
        assert client.post("/act/upvote", data={"paper": 2}).status_code == 503
    do(client, "upvote", paper=2)  # who is alone here is known now
    with taking_no_changes(tmp_path, monkeypatch):
        for act in ("save", "upvote", "like", "start", "shelf"):
            told = {"paper": 1, "papers": "2", "authors": "Ben Okoro", "name": "Lamps"}
            for headers in (JSON, {}):
                answer = client.post(f"/act/{act}", data=told, headers=headers)
                assert answer.status_code == 503 and answer.headers["Retry-After"]
                assert "The library takes no changes at the moment" in answer.text
                assert str(tmp_path) not in answer.text
        for address in ("/", "/paper/1", "/shelves", "/start"):
            assert client.get(address).status_code == 200
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
    do(client, "save", paper=1)
