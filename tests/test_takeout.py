"""Accounts as files: everything goes along, nothing comes twice, and no file does harm."""

from __future__ import annotations

import copy
import gzip
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from broadsheet.community import MOST_A_DAY, Entry
from broadsheet.errors import BadFileError, ConflictError, InvalidInputError
from broadsheet.learning import Opinion, Steering, Wish
from broadsheet.mailing import Schedule, Subscription
from broadsheet.people import Act, Reader, Sharing
from broadsheet.phrases import count
from broadsheet.recommend.answers import Answers
from broadsheet.shelves import Upload
from broadsheet.takeout import TakeoutReport
from shelfmarks import TITLES, Readers
from toy import START


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Readers]:
    """Another library, with no papers."""
    made = Readers(tmp_path / "elsewhere", papers=False)
    made.later(60 * 24)
    yield made
    made.library.close()


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


def take(readers: Readers, reader: Reader | None = None) -> bytes:
    ada = readers.store.get_readers([readers.ada.id])[readers.ada.id]
    return readers.library.takeout.export(reader or ada)


def bring(readers: Readers, body: bytes | Any, reader: Reader | None = None) -> TakeoutReport:
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
    return readers.library.takeout.bring_in(reader or readers.ada, Upload("ada.json", body))


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


def test_future_moments_are_now(elsewhere: Readers) -> None:
    form = minimal()
    form["votes"] = [{"paper": 0, "at": "2999-01-01T00:00:00+00:00"}]
    bring(elsewhere, form)
    (vote,) = elsewhere.store.get_voted(elsewhere.ada.id)
    assert vote.at == elsewhere.time.now()


def test_gzip_is_read(readers: Readers, elsewhere: Readers) -> None:
    live(readers)
    assert bring(elsewhere, gzip.compress(take(readers))).saved == 3


def minimal() -> dict[str, Any]:
    return {
        "format": "broadsheet-takeout",
        "version": 1,
        "papers": [{"title": "A paper about nothing", "authors": ["No Body"]}],
        "shelves": [{"name": "One", "papers": [{"paper": 0, "note": "n"}]}],
        "searches": [{"name": "s", "query": "q"}],
        "comments": [{"id": 1, "paper": 0, "text": "hm", "at": "2026-01-01T00:00:00Z"}],
    }


HOSTILE: dict[str, Any] = {
    "nothing": b"",
    "no JSON": b"{",
    "no UTF-8": b'{"format": "\xff"}',
    "a list": [],
    "another format": {"format": "x"},
    "no version": {"format": "broadsheet-takeout"},
    "a false version": {"format": "broadsheet-takeout", "version": True},
    "a version to come": {"format": "broadsheet-takeout", "version": 2},
    "deep": b"[" * 100_000,
    "many parts": b"[" + b"[]," * 2_100_000 + b"[]]",
    "lone surrogates": b'{"format": "broadsheet-takeout", "version": 1, "x": "\\ud800"}',
}
WRONG: dict[str, Callable[[dict[str, Any]], object]] = {
    "shelves no list": lambda form: form.update(shelves={}),
    "a shelf no object": lambda form: form.update(shelves=[1]),
    "a name no text": lambda form: form["shelves"][0].update(name=[]),
    "a name of nothing": lambda form: form["shelves"][0].update(name="\u202e"),
    "a note no text": lambda form: form["shelves"][0]["papers"][0].update(note={}),
    "a negative place": lambda form: form["shelves"][0]["papers"][0].update(paper=-1),
    "a place in words": lambda form: form["shelves"][0]["papers"][0].update(paper="0"),
    "a true place": lambda form: form["shelves"][0]["papers"][0].update(paper=True),
    "a huge place": lambda form: form["shelves"][0]["papers"][0].update(paper=1 << 60),
    "no moment": lambda form: form["comments"][0].update(at="yesterday"),
    "an early moment": lambda form: form["comments"][0].update(at="0001-01-01T00:00:00"),
    "201 shelves": lambda form: form.update(shelves=[{"name": str(n)} for n in range(201)]),
    "a paper no object": lambda form: form.update(papers=["x"]),
    "authors no texts": lambda form: form["papers"][0].update(authors=[1]),
    "ids no pairs": lambda form: form["papers"][0].update(ids=[["doi"]]),
    "a profile no object": lambda form: form.update(reader=[]),
    "open no truth": lambda form: form.update(reader={"open": 1}),
    "signals of numbers": lambda form: form.update(signals=[{"act": 1}]),
    "shown no numbers": lambda form: form.update(signals=[{"act": "shown", "papers": ["x"]}]),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_takeout(elsewhere: Readers, name: str) -> None:
    """Break to see it fail: parse whatever the number of its parts."""
    with pytest.raises(BadFileError) as error:
        bring(elsewhere, HOSTILE[name])
    assert str(error.value).startswith("ada.json is ") is not (name == "many parts")
    assert "\n" not in str(error.value) and len(str(error.value)) < 200


@pytest.mark.parametrize("name", WRONG)
def test_a_takeout_with_a_mistake_changes_nothing(elsewhere: Readers, name: str) -> None:
    """Break to see it fail: write each shelf in a transaction of its own."""
    form = copy.deepcopy(minimal())
    WRONG[name](form)
    with pytest.raises(InvalidInputError) as error:
        bring(elsewhere, form)
    assert "\n" not in str(error.value) and len(str(error.value)) < 200
    assert not elsewhere.library.shelves.get(elsewhere.ada)
    assert not elsewhere.library.searches.get(elsewhere.ada)
    assert not elsewhere.library.journal.get_signals(elsewhere.ada)


def test_what_is_odd_is_left_out(elsewhere: Readers) -> None:
    form = minimal()
    form["papers"] += [
        {"title": ""},
        {
            "title": "Odd \u202e links\x00",
            "ids": [["doi", "no doi"], ["evil", "x"], ["arxiv", "2401.00001"]],
            "links": [["page", "javascript:alert(1)"], ["evil", "https://a.example"],
                      ["code", "https://github.com/a/b"]],
            "date": ["2024-13", "submitted"],
        },
    ]  # fmt: skip
    form["shelves"][0]["papers"] += [{"paper": 1}, {"paper": 2}, {"paper": 99}, {}]
    form["signals"] = [{"act": "conquer", "at": "2026-01-01T00:00:00Z"}]
    report = bring(elsewhere, form)
    assert (report.saved, report.signals) == (2, 0)
    assert report.notes == ("One paper could not be matched or brought: one without a title.",)
    odd = elsewhere.library.get_work("2401.00001")
    assert odd.title == "Odd links" and odd.date is None
    assert [tuple(link) for link in odd.links] == [("code", "https://github.com/a/b")]


def test_what_was_deleted_here_stays_so(readers: Readers) -> None:
    """By an operator or by who wrote it. Break to see it fail: ask `get_comments_of` for standing
    comments only."""
    community = readers.library.community
    spam = community.comment(readers.ada, 2, "spam").target
    reply = community.comment(readers.ada, 2, "more spam", spam).target
    readers.later(1)
    community.comment(readers.ada, 3, "kept")
    data = json.loads(take(readers))
    community.delete_comment(readers.olga, spam)
    community.delete_comment(readers.ada, reply)
    again = copy.deepcopy(data)
    for number, comment in enumerate(again["comments"]):
        comment["at"] = f"2026-01-01T00:00:0{number}Z"  # as if said at other moments
    for form in (data, again):
        report = bring(readers, form)
        assert "2 comments did not come back" in report.notes[0] and not community.get_thread(2)


def test_a_takeout_keeps_to_the_limits_of_a_paper(
    readers: Readers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Break to see it fail: drop the look at `counts` in `Unpacking._comments`."""
    monkeypatch.setattr("broadsheet.takeout.reading.MOST_COMMENTS_ON_A_PAPER", 3)
    readers.library.community.comment(readers.ben, 2, "mine")
    readers.library.community.comment(readers.ada, 2, "one")
    data = json.loads(take(readers))
    (one,) = data["comments"]
    data["comments"] += [
        {**one, "id": 90 + n, "text": f"flood {n}", "at": f"2026-01-01T00:00:0{n}Z"}
        for n in range(5)
    ]
    for left in (4, 5):
        report = bring(readers, data)
        assert readers.library.community.counts([2]) == {2: 3}
        assert report.comments == 5 - left
        assert report.notes == (
            f"A paper takes at most 2,000 comments; {count(left, 'comment')} did not fit.",
        )
        data["comments"].append({**one, "id": 99, "text": "y", "at": "2026-01-02T00:00:00Z"})
        left += 1


def test_a_takeout_keeps_to_the_limits_of_a_reader(
    readers: Readers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Break to see it fail: drop any of the counts of what is left out."""
    for name in ("MOST_PAPERS", "MOST_SEARCHES", "MOST_FOLLOWS", "MOST_A_DAY"):
        monkeypatch.setattr(f"broadsheet.takeout.reading.{name}", 2)
    form = minimal()
    form["papers"] = [{"title": f"A paper about {word}"} for word in ("one", "two", "three")]
    papers = [{"paper": place} for place in range(3)]
    readers.shelf("One", 1)
    for number in (1, 2):
        readers.library.searches.keep(readers.ada, f"mine {number}", "x")
        readers.library.community.follow(readers.ada, f"Author {number}")
    form["shelves"] = [{"name": "One", "papers": papers[:2]}]
    form["follows"] = [{"author": "Cy Keeper"}]
    form["signals"] = [{"act": "submit", "at": "2026-01-01T00:00:00Z", **each} for each in papers]
    report = bring(readers, form)
    assert (report.saved, report.searches, report.follows, report.signals) == (1, 0, 0, 2)
    assert [re.sub("^.*; ", "", note) for note in report.notes] == [
        "1 paper did not fit.",
        "1 search did not fit.",
        "1 author did not fit.",
        "1 paper more were not noted as handed in.",
    ]
    assert bring(readers, form).signals == 0


def test_a_takeout_keeps_to_what_all_shelves_hold(
    readers: Readers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Break to see it fail: leave `_space` as it was in `_fill`."""
    monkeypatch.setattr("broadsheet.takeout.reading.MOST_SAVED", 3)
    readers.shelf("One", 1)
    form = minimal()
    form["papers"] = [{"title": f"A paper about {word}"} for word in ("one", "two", "three")]
    papers = [{"paper": place} for place in range(3)]
    form["shelves"] = [{"name": "Two", "papers": papers[:1]}, {"name": "Three", "papers": papers}]
    report = bring(readers, form)
    assert report.saved == 2
    assert report.notes == (
        "All shelves of a reader hold at most 60,000 papers together; 2 papers did not fit.",
    )


def test_who_gets_mail_is_not_for_a_file_to_say(readers: Readers) -> None:
    """Break: leave SUBSCRIBE in the acts that a takeout brings: a thousand of them hid those that
    count for a reader's limit of a day."""
    form = minimal()
    acts = ("subscribe", "unsubscribe")
    form["signals"] = [
        {"act": acts[n % 2], "at": f"2026-01-01T00:00:{n:02}Z", "mark": "x"} for n in range(60)
    ]
    assert bring(readers, form).signals == 0


def test_what_was_brought_does_not_make_room_for_more(readers: Readers) -> None:
    """Acts of long ago, brought after those of today, do not hide them. Break to see it fail:
    count only the last acts kept in `_check_quota`."""
    community = readers.library.community
    for number in range(MOST_A_DAY):
        community.submit(readers.ada, Entry(f"The island numbered {number} of the north"))
    data = json.loads(take(readers))
    for number, signal in enumerate(data["signals"]):
        signal["at"] = f"2025-01-{number + 1:02}T00:00:00Z"
    assert bring(readers, data).signals == MOST_A_DAY
    with pytest.raises(InvalidInputError, match="come tomorrow"):
        community.submit(readers.ada, Entry("One island more"))
