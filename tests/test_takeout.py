"""Accounts as files: everything goes along, and nothing comes twice."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from broadsheet.community import Entry
from broadsheet.errors import ConflictError
from broadsheet.learning import Opinion, Steering, Wish
from broadsheet.mailing import Schedule, Subscription
from broadsheet.people import Act, Sharing
from broadsheet.recommend.answers import Answers
from broadsheet.takeout import TakeoutReport
from carried import bring, take
from shelfmarks import TITLES, Readers
from toy import START


def live(readers: Readers) -> None:
    """Let Ada do a bit of everything."""
    library, ada = readers.library, readers.ada
    number = readers.shelf("Goats", 1, 2)
    library.shelves.change(ada, number, about="Horns\nand hooves", sharing=Sharing.LINK)
    library.shelves.note(ada, 2, "the best one")
    library.shelves.mark_read(ada, 1, True)
    readers.shelf("قراءة 👩\u200d🔬", 3)
    library.shelves.delete(ada, readers.shelf("Deleted", 3))
    library.searches.keep(ada, "Graphs", "graph year:2024", in_edition=False)
    library.community.follow(ada, "Łukasz Ødegård")
    library.community.upvote(ada, 4)
    first = library.community.comment(ada, 2, "One *thing*")
    other = library.community.comment(readers.ben, 2, "Another").target
    readers.later(1)
    library.community.comment(ada, 2, "a reply to myself", first.target)
    readers.later(1)
    library.community.comment(ada, 2, "a reply to Ben", other)
    readers.later(1)
    library.community.edit_comment(ada, first.target, "One *thing*, said better")
    readers.undo(library.community.upvote(ada, 3))
    teach(readers, number)
    library.community.submit(ada, Entry("Typed in by hand", "Cy Keeper", "2025"))
    library.accounts.change_profile(ada, display="Ada B.", open=False, theme="dark")
    library.journal.note_shown(ada, "front", [4, 3])
    library.journal.note_open(ada, 4, "front", 1)
    library.journal.flush()


def teach(readers: Readers, shelf_id: int) -> None:
    """Let Ada teach a shelf, and say how she wants her edition."""
    library = readers.library
    answers = Answers(readers.store, library.journal, readers.time.now, library.get_work)
    answers.answer(readers.ada, 3, Opinion.DISLIKE, shelf_id)
    answers.answer(readers.ada, 4, Opinion.LIKE, shelf_id)
    answers.answer(readers.ada, 4, Opinion.HIDE)
    only, never = Wish("category", "cs.LG"), Wish("author", "Łukasz Ødegård")
    steering = Steering(
        shelf_id, 3, 20, 0.4, 0.1, 0.5, (only,), (never,), date(2026, 3, 8), False, "nearest@1"
    )
    with readers.store.write() as transaction:
        transaction.put_steering(replace(steering, challenger="svm@1", trial_since=START))
        transaction.put_schedule(Schedule(readers.ada.id, "Europe/Oslo", "06:30", (1, 5)))
        transaction.put_subscription(Subscription(readers.ada.id, "ada@example.org", START))


def told(body: bytes) -> dict[str, Any]:
    """What a takeout says, in an order and with names that are the same in every library."""
    data = json.loads(body)
    data.pop("made_at")
    data["reader"].pop("joined_at")
    papers = [paper["title"] for paper in data.pop("papers")]
    comments = {each["id"]: each["text"] for each in data["comments"]}
    names = [shelf["name"] for shelf in data["shelves"]]

    def name(part: Any) -> Any:
        if isinstance(part, list):
            return sorted((name(each) for each in part), key=repr)
        if not isinstance(part, dict):
            return part
        named = {key: name(value) for key, value in part.items() if key != "id"}
        if isinstance(part.get("paper"), int):
            named["paper"] = papers[part["paper"]]
        if part.get("act") == "shown":
            named["papers"] = [papers[each] for each in part["papers"]]
        if part.get("parent") is not None:
            named["parent"] = comments.get(part["parent"])
        if "shelf" in part:
            named["shelf"] = names[part["shelf"]]
        return named

    result: dict[str, Any] = name(data)
    return result


@pytest.mark.parametrize(
    ("told", "kept"), [("You", "ada"), ("YOU", "ada"), ("you", "ada"), ("Ada B.", "Ada B.")]
)
def test_nobody_comes_to_be_called_you(readers: Readers, told: str, kept: str) -> None:
    """Break to see it fail: take any name over that is not empty."""
    accounts = readers.library.accounts
    ada = accounts.change_profile(readers.ada, display="ada")
    data = json.loads(take(readers)) | {"reader": {"name": "them", "display": told}}
    assert bring(readers, data, ada).notes == ()
    assert accounts.get_reader(readers.ada.name).display == kept


def test_a_round_trip_keeps_everything(readers: Readers, elsewhere: Readers) -> None:
    """Break to see it fail: leave any one list out of `write_takeout` or `Unpacking.unpack`."""
    live(readers)
    body = take(readers)
    report = bring(elsewhere, body)
    assert (report.found, report.brought, report.notes) == (0, 5, ())
    assert (report.shelves, report.saved, report.searches, report.follows) == (2, 3, 1, 1)
    assert (report.votes, report.comments) == (1, 3)
    assert report.sentence == (
        "Brought 2 shelves, 3 papers on shelves, 1 search, 1 author, 1 upvote, 3 comments, "
        "3 answers, 2 settings; "
        "5 papers new to this library."
    )
    before, after = told(body), told(take(elsewhere))
    for comment in before["comments"]:  # Ben's words stayed where they were
        if comment["text"] == "a reply to Ben":
            comment["parent"] = None
    assert after == before
    assert after["reader"] == {"name": "ada", "display": "Ada B.", "open": False, "theme": "dark"}


def test_papers_keep_their_facts(readers: Readers, elsewhere: Readers) -> None:
    live(readers)
    bring(elsewhere, take(readers))
    for title in TITLES.values():
        (old,) = [w for ws in readers.store.iterate_works() for w in ws if w.title == title]
        (new,) = [w for ws in elsewhere.store.iterate_works() for w in ws if w.title == title]
        for fact in ("abstract", "authors", "ids", "date", "categories", "links"):
            assert getattr(new, fact) == getattr(old, fact)
        assert new.sources == ("takeout",)


def test_twice_is_once(readers: Readers, elsewhere: Readers) -> None:
    """Break to see it fail: drop any of the `not in here` in `Unpacking`."""
    live(readers)
    body = take(readers)
    bring(elsewhere, body)
    once, change = told(take(elsewhere)), elsewhere.store.last_change()
    again = bring(elsewhere, body)
    assert again == TakeoutReport(found=5) or again.sentence == (
        "Everything in it was here already."
    )
    assert (told(take(elsewhere)), elsewhere.store.last_change()) == (once, change)


def test_into_the_same_library(readers: Readers) -> None:
    live(readers)
    body, change = take(readers), readers.store.last_change()
    report = bring(readers, body)
    assert (report.found, report.brought, report.saved, report.comments) == (5, 0, 0, 0)
    assert (told(take(readers)), readers.store.last_change()) == (told(body), change)


def test_what_is_here_stays_as_it_is(readers: Readers) -> None:
    live(readers)
    body = take(readers)
    readers.library.shelves.note(readers.ada, 2, "changed my mind")
    readers.library.shelves.unsave(readers.ada, 1)
    report = bring(readers, body)
    assert report.saved == 1 and report.shelves == 0
    assert readers.library.shelves.find(readers.ada, [2])[2][0].note == "changed my mind"


def test_papers_are_joined_by_their_identifiers(readers: Readers, elsewhere: Readers) -> None:
    live(readers)
    body = json.loads(take(readers))
    for paper in body["papers"]:
        paper["title"] = f"Another title of {paper['title']}"
    before = readers.library.get_work(2)
    report = bring(readers, body, readers.ben)
    assert report.found == 4 and readers.library.get_work(2) == before
    assert {2}.issubset(readers.library.shelves.find(readers.ben, [2]))


def test_nobody_sees_more_than_before(readers: Readers, elsewhere: Readers) -> None:
    """Break to see it fail: keep `sharing` as the file says it."""
    readers.library.shelves.change(readers.ada, readers.shelf("Goats", 1), sharing=Sharing.INSTANCE)
    body = take(readers)
    elsewhere.library.accounts.change_profile(elsewhere.ada, open=False)
    report = bring(elsewhere, body)
    (shelf,) = elsewhere.library.shelves.get(elsewhere.ada)
    assert shelf.sharing is Sharing.LINK and "shared by link only here" in report.notes[0]
    assert not elsewhere.store.get_readers([elsewhere.ada.id])[elsewhere.ada.id].open


def test_acts_that_were_brought_cannot_be_undone(readers: Readers, elsewhere: Readers) -> None:
    """A file could else name shelves, and anybody writes files. Break to see it fail: take over
    `detail` in `Unpacking._signal`."""
    victim = elsewhere.shelf("Ben's", reader=elsewhere.ben)
    live(readers)
    body = json.loads(take(readers))
    undo = {"works": [1], "added": [victim], "noted": [], "note": ""}
    forged = {"act": "make-shelf", "at": "2026-03-01T00:00:00+00:00", "shelf": victim}
    body["signals"] += [{**forged, "undo": undo, "detail": {"undo": undo, "said": "x"}}]
    bring(elsewhere, body)
    for signal in elsewhere.library.journal.get_signals(elsewhere.ada):
        assert "undo" not in signal.detail and signal.shelf_id != victim
        with pytest.raises(ConflictError):
            elsewhere.library.journal.undo(elsewhere.ada, signal.id)
    assert elsewhere.library.shelves.get(elsewhere.ben)


def test_a_forged_paper_changes_none(readers: Readers) -> None:
    """Break to see it fail: take "takeout" out of `model.BY_READERS`."""
    before = readers.library.get_work(2)
    paper = {"title": TITLES[2], "authors": list(before.authors), "abstract": "Lies. " * 200}
    shelf = {"name": "Mine", "papers": [{"paper": 0}]}
    form = {"format": "broadsheet-takeout", "version": 1, "papers": [paper], "shelves": [shelf]}
    bring(readers, form)
    after = readers.library.get_work(2)
    assert (after.abstract, after.title) == (before.abstract, before.title)


def test_seen_papers_are_told_in_brief(readers: Readers, elsewhere: Readers) -> None:
    readers.library.journal.note_shown(readers.ada, "front", [1, 2])
    readers.library.journal.flush()
    data = json.loads(take(readers))
    assert [paper["brief"] for paper in data["papers"]] == [True, True]
    assert "abstract" not in data["papers"][0]
    report = bring(elsewhere, data)
    assert (report.brought, report.signals, report.notes) == (0, 1, ())
    (signal,) = elsewhere.library.journal.get_signals(elsewhere.ada, acts=[Act.SHOWN])
    assert signal.detail["works"] == []


def test_gzip_is_read(readers: Readers, elsewhere: Readers) -> None:
    live(readers)
    assert bring(elsewhere, gzip.compress(take(readers))).saved == 3
