"""Papers put together and taken apart by the operator: asked before, told after, undone."""

from __future__ import annotations

import pytest
from invented import MakeLibrary, browse, fields, invent, read, text
from starlette.testclient import TestClient

from broadsheet.errors import ConflictError
from broadsheet.library import Library
from broadsheet.people import Act, Role


@pytest.fixture
def library(make_library: MakeLibrary) -> Library:
    """Paper 1 has two records, papers 2 and 3 one each."""
    doubled = invent(1, source="csl", key="other")
    library = make_library([invent(1), doubled, invent(2), invent(3)])
    library.accounts.alone()
    return library


@pytest.fixture
def client(library: Library) -> TestClient:
    return browse(library)


def records(library: Library, number: int) -> set[int]:
    return {each.id for each in library.get_records(number)}


def undo(client: TestClient, way: str) -> str:
    """Press Undo in the notice of a page, and read the notice that comes of it."""
    form = fields(read(client, way), ".said input")
    answer = client.post("/act/undo", data=form)
    while answer.status_code in (302, 303):
        way = answer.headers["location"]
        answer = client.get(way)
    return text(read(client, way), ".said p")


def test_two_papers_are_shown_before_they_are_one(client: TestClient, library: Library) -> None:
    """Break: let `ask_merge` merge."""
    asked = fields(read(client, "/paper/2"), "#wrong form[action='/merge'] input[value]")
    assert asked == {"kept": "2"}
    page = read(client, "/merge?kept=2&gone=3")
    titles = [node.text().strip() for node in page.css(".titled")]
    assert len(titles) == 2 and titles[0] != titles[1]
    assert fields(page, "main form input") == {"kept": "2", "gone": "3"}
    assert page.css("a[href='/merge?kept=3&gone=2']")
    assert library.get_work(3).id == 3
    assert "one paper already" in client.get("/merge?kept=2&gone=2").text
    assert client.get("/merge?kept=2").status_code == 400
    assert client.get("/merge?kept=2&gone=77").status_code == 404


def test_records_are_shown_before_they_are_taken_out(client: TestClient, library: Library) -> None:
    first, second = sorted(records(library, 1))
    page = read(client, f"/split?paper=1&record={second}")
    assert fields(page, "main form input") == {"paper": "1", "record": str(second)}
    assert len(page.css(".sides ul li")) == 2
    for way in ("", f"&record={first}&record={second}", "&record=x"):
        answer = client.get(f"/split?paper=1{way}")
        assert answer.status_code == 409 and "tick those" in answer.text
    assert records(library, 1) == {first, second}


def test_a_merge_is_undone(client: TestClient, library: Library) -> None:
    """Break: keep no records in `Merging.merge`."""
    kept, gone = records(library, 2), records(library, 3)
    done = client.post("/act/merge", data={"kept": "2", "gone": "3"}).headers["location"]
    assert text(read(client, done), ".said p").endswith("is this paper now.")
    assert library.get_work(3).id == 2
    assert undo(client, done).startswith("Taken apart again: the other one is paper 4 now.")
    assert (records(library, 2), records(library, 4)) == (kept, gone)


def test_a_split_is_undone(client: TestClient, library: Library) -> None:
    """The notice is there although the address leads on from the paper that is no more."""
    before = records(library, 1)
    form = {"paper": "1", "record": str(max(before))}
    done = client.post("/act/split", data=form).headers["location"]
    assert undo(client, done) == "Put back together: what was paper 4 is paper 1 again."
    assert records(library, 1) == before and library.get_work(4).id == 1


def test_what_came_after_is_not_undone_along(library: Library) -> None:
    """Break: leave the comparison of records out of `_undo_split`."""
    you, merging = library.accounts.alone(), library.merging
    split = merging.split(you, 1, [max(records(library, 1))])
    merged = merging.merge(you, split.target, 2)
    with pytest.raises(ConflictError, match="changed since"):
        library.journal.undo(you, split.signal)
    library.journal.undo(you, merged.signal)
    with pytest.raises(ConflictError, match="already"):
        library.journal.undo(you, merged.signal)
    assert not library.journal.get_signals(you, acts=[Act.SPLIT])[0].undone_at


def test_undoing_an_old_merge_leaves_a_newer_one(library: Library) -> None:
    """Break to see it fail: drop `_require_last`."""
    you, merging = library.accounts.alone(), library.merging
    moved = records(library, 3)
    first = merging.merge(you, 2, 3)
    apart = merging.split(you, 2, moved)
    again = merging.merge(you, 2, apart.target)
    for each in (first, apart):
        with pytest.raises(ConflictError, match="changed since"):
            library.journal.undo(you, each.signal)
    assert moved < records(library, 2)
    assert library.journal.undo(you, again.signal).sentence.startswith("Taken apart again")


def test_who_is_no_operator_any_more_undoes_nothing(library: Library) -> None:
    """Undo is a door for every reader. Break: leave `_require_operator` out."""
    other = library.accounts.add("ada", "a long password", role=Role.OPERATOR)
    library.accounts.add("ben", "a long password", role=Role.OPERATOR)
    done = library.merging.merge(other, 2, 3)
    library.accounts.set_role(other, Role.READER)
    with pytest.raises(ConflictError, match="operator"):
        library.journal.undo(other, done.signal)
    assert library.get_work(3).id == 2
