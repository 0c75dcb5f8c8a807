"""Votes and comments; and what becomes of all that readers keep when papers are merged."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from community import MOMENT, add_readers, add_shelf, save, vote
from filling import fill

from broadsheet.edition import Edition, Entry, Scope, Section
from broadsheet.people import Act, Comment, Saved, Signal, Vote, Votes
from broadsheet.storage import SqlStore
from papers import LATER, NOW, make_record
from queries import counting

FIRST = date(2026, 3, 1)


def fill_some(store: SqlStore, count: int) -> list[int]:
    return fill(store, *([make_record(number)] for number in range(count)))


# --- Votes ------------------------------------------------------------------------------------


def test_votes_are_counted_in_one_query(store: SqlStore) -> None:
    """Break to see it fail: ask for the reader's own votes by themselves."""
    a, b, c = fill_some(store, 3)
    one, two = add_readers(store, "ada", "bo")
    vote(store, one, a, b)
    vote(store, two, b)
    with counting(store) as asked:
        found = store.get_votes([a, b, c, 99], reader_id=two)
    assert len(asked) == 1
    assert found == {a: Votes(1, False), b: Votes(2, True)}
    assert store.get_votes([b]) == {b: Votes(2, False)}


def test_a_vote_keeps_its_moment_and_can_be_taken_back(store: SqlStore) -> None:
    a, b = fill_some(store, 2)
    [one] = add_readers(store, "ada")
    vote(store, one, a, b)
    with store.write() as writing:
        writing.put_votes([Vote(a, one, LATER)])
        writing.put_votes([])
    assert store.get_voted(one) == [Vote(b, one, NOW + MOMENT), Vote(a, one, NOW)]
    with store.write() as writing:
        writing.drop_vote(a, one)
        writing.drop_vote(99, one)
    assert store.get_voted(one) == [Vote(b, one, NOW + MOMENT)]


def test_votes_of_who_is_disabled_do_not_count(store: SqlStore) -> None:
    """Break to see it fail: leave the reader out of any of the three."""
    a, b = fill_some(store, 2)
    one, two = add_readers(store, "ada", "bo")
    vote(store, one, a, b)
    vote(store, two, a)
    assert store.get_votes_since(NOW + MOMENT) == [Vote(b, one, NOW + MOMENT)]
    before = store.standing_stamp()
    with store.write() as writing:
        writing.put_reader(replace(store.get_readers()[one], disabled=True))
    assert store.get_votes([a, b]) == {a: Votes(1)}
    assert store.get_votes_since(NOW) == [Vote(a, two, NOW)]
    assert store.get_standing("votes") == {a: 1}
    assert store.standing_stamp() > before


# --- Comments ---------------------------------------------------------------------------------


def test_comments_are_kept_as_told(store: SqlStore) -> None:
    a, b = fill_some(store, 2)
    one, two = add_readers(store, "ada", "bo")
    told = Comment(0, a, one, "*Why*\n\n$x^2$ 🎉", LATER)
    with store.write() as writing:
        first = writing.put_comment(told)
        answer = writing.put_comment(Comment(0, a, two, "Because.", LATER, first))
        early = writing.put_comment(Comment(0, a, two, "Imported", NOW))
        gone = writing.put_comment(Comment(0, b, one, "Sorry", NOW))
        edited = Comment(first, a, one, "How?", LATER, edited_at=LATER + MOMENT)
        writing.put_comment(edited)
        writing.put_comment(Comment(gone, b, one, "Sorry", NOW, deleted_at=LATER))
    assert [each.id for each in store.get_comments(a)] == [early, first, answer]
    assert store.get_comment(first) == edited
    deleted = Comment(gone, b, one, "Sorry", NOW, deleted_at=LATER)
    assert store.get_comments(b) == [deleted] == [store.get_comment(gone)]
    assert store.get_comments_of(one) == [edited]
    assert [each.id for each in store.get_comments_of(two)] == [answer, early]
    assert store.count_comments([a, b, 99]) == {a: 3}
    assert [each.id for each in store.get_latest_comments(2)] == [answer, first]
    assert len(store.get_latest_comments(9)) == 3


# --- Merging ----------------------------------------------------------------------------------


def keep_both(store: SqlStore, kept: int, gone: int) -> tuple[int, int, int]:
    """Two papers that are kept in the same places; returns the reader and two shelves."""
    one, two = add_readers(store, "ada", "bo")
    both, only = add_shelf(store, one, name="both"), add_shelf(store, one, gone, name="only")
    vote(store, one, gone, kept)
    vote(store, two, gone)
    with store.write() as writing:
        save(writing, both, gone, note="an old note", read_at=LATER)
        writing.put_saved([Saved(both, kept, LATER, "a note")])
        writing.put_comment(Comment(0, gone, one, "Said", NOW))
        writing.add_signals([Signal(one, Act.SAVE, NOW, gone, both)])
        for day, papers in ((FIRST, [gone]), (FIRST + timedelta(days=1), [gone, kept])):
            entries = tuple(Entry(1, number, "A title") for number in papers)
            sections = (Section("top", "Top", entries),)
            name = day.isoformat()
            writing.print_edition(Edition(Scope.DAY, name, day, day, NOW, sections=sections))
    return one, both, only


def test_what_readers_keep_goes_where_a_paper_goes(store: SqlStore) -> None:
    """What both papers had stays once, and nothing that somebody wrote is lost.

    Break to see it fail: leave any table out of `move_keepings`, or let the merge ignore what
    `gone` had on the same shelf.
    """
    kept, gone = fill_some(store, 2)
    one, both, only = keep_both(store, kept, gone)
    before = store.standing_stamp()
    with store.write() as writing:
        writing.merge_works(kept, gone, reason="the same", now=LATER)
    assert store.get_saved([both]) == [Saved(both, kept, NOW, "a note\nan old note", LATER)]
    assert store.get_saved([only]) == [Saved(only, kept, NOW)]
    assert store.get_voted(one) == [Vote(kept, one, NOW)]
    assert [each.work_id for each in store.get_comments(kept)] == [kept]
    assert [each.work_id for each in store.get_signals(one)] == [kept]
    assert store.find_printed([kept], Scope.DAY) == {kept: "2026-03-01"}
    assert store.get_standing("votes") == {kept: 2}
    assert store.standing_stamp() > before
    assert store.check() == []


def test_a_merged_number_still_answers(store: SqlStore) -> None:
    """Under the number that was asked for, as `get_works` does: old editions ask so.

    Break to see it fail: ask the tables for the numbers as they are given.
    """
    kept, gone = fill_some(store, 2)
    one, both, _ = keep_both(store, kept, gone)
    with store.write() as writing:
        writing.merge_works(kept, gone, reason="the same", now=LATER)
    asked = [gone, kept]
    assert store.get_votes(asked, reader_id=one) == dict.fromkeys(asked, Votes(2, True))
    assert store.count_comments(asked) == dict.fromkeys(asked, 1)
    assert store.find_saved(one, asked)[gone] == store.find_saved(one, asked)[kept]
    assert store.find_printed(asked, Scope.DAY) == dict.fromkeys(asked, "2026-03-01")
    assert store.get_comments(gone) == store.get_comments(kept) != []
    assert store.get_savers(gone) == store.get_savers(kept) == {one: []}


def test_what_is_written_to_a_merged_number_goes_to_what_it_became(store: SqlStore) -> None:
    """Somebody votes on a page that was loaded before the merge.

    Break to see it fail: write the numbers as they are given.
    """
    kept, gone = fill_some(store, 2)
    [one] = add_readers(store, "ada")
    shelf_id = add_shelf(store, one)
    with store.write() as writing:
        writing.merge_works(kept, gone, reason="the same", now=LATER)
        save(writing, shelf_id, gone)
        writing.put_votes([Vote(gone, one, NOW)])
        writing.put_comment(Comment(0, gone, one, "Said", NOW))
        writing.add_signals([Signal(one, Act.UPVOTE, NOW, gone)])
    assert [each.work_id for each in store.get_saved([shelf_id])] == [kept]
    assert store.get_voted(one) == [Vote(kept, one, NOW)]
    assert [each.work_id for each in store.get_comments(kept)] == [kept]
    assert store.get_signals(one)[0].work_id == kept
    assert store.check() == []
    with store.write() as writing:
        writing.drop_saved(shelf_id, [gone])
        writing.drop_vote(gone, one)
    assert not store.get_saved([shelf_id])
    assert not store.get_voted(one)


@pytest.mark.parametrize("table", ["saved", "vote", "comment"])
def test_verify_finds_what_a_merge_left_behind(store: SqlStore, table: str) -> None:
    kept, gone = fill_some(store, 2)
    keep_both(store, kept, gone)
    with store.write() as writing:
        writing.merge_works(kept, gone, reason="the same", now=LATER)
        writing._connection.exec_driver_sql(f"UPDATE {table} SET work_id = {gone}")
    [problem] = store.check()
    assert problem.endswith(f"still have readers who keep them; the first is {gone}.")
