"""Accounts as files that no library wrote: they do no harm, and keep to what a reader may have."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from broadsheet.community import MOST_A_DAY, Entry
from broadsheet.errors import BadFileError, InvalidInputError
from broadsheet.phrases import count
from carried import bring, minimal, take
from shelfmarks import Readers

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


def test_future_moments_are_now(elsewhere: Readers) -> None:
    form = minimal()
    form["votes"] = [{"paper": 0, "at": "2999-01-01T00:00:00+00:00"}]
    bring(elsewhere, form)
    (vote,) = elsewhere.store.get_voted(elsewhere.ada.id)
    assert vote.at == elsewhere.time.now()
