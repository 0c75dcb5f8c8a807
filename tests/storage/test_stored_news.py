"""What a day counted as its news, all editions at once, and all votes for some papers."""

from __future__ import annotations

from datetime import date, timedelta

from community import add_readers, vote
from filling import fill

from broadsheet.edition import Edition, Entry, Scope, Section
from broadsheet.people import Vote
from broadsheet.storage import SqlStore
from papers import LATER, NOW, make_record
from queries import counting

DAY = date(2026, 3, 1)
NAMES = [(DAY + timedelta(days=step)).isoformat() for step in range(3)]


def print_day(
    store: SqlStore, step: int, shown: list[int], news: list[int], scope: Scope = Scope.DAY
) -> Edition:
    day = DAY + timedelta(days=step)
    entries = tuple(Entry(place, number, "A paper") for place, number in enumerate(shown, 1))
    section = Section("top", "Top", entries)
    made = Edition(
        scope, day.isoformat(), day, day, NOW, sections=(section,), lead="It.", news=tuple(news)
    )
    with store.write() as writing:
        return writing.print_edition(made)


def test_what_was_news_and_what_stood_on_the_page(store: SqlStore) -> None:
    """Break: keep what stood on the page alone, or take what trended for news."""
    shown, crowded, trended, other = fill(store, *([make_record(n)] for n in range(4)))
    printed = print_day(store, 0, [shown, trended], [shown, crowded])
    print_day(store, 1, [crowded], [crowded])
    assert store.find_news([shown, crowded, trended, other, 99]) == {
        shown: {NAMES[0]: True},
        crowded: {NAMES[0]: False, NAMES[1]: True},
    }
    assert store.find_printed([crowded], Scope.DAY) == {crowded: NAMES[1]}
    assert b"news" not in printed.to_json()
    assert store.get_edition(Scope.DAY, NAMES[0]) == printed


def test_what_was_news_follows_a_merge(store: SqlStore) -> None:
    """Break: ask the table for the numbers as they are given, or keep them as they were."""
    kept, gone, late = fill(store, *([make_record(n)] for n in range(3)))
    print_day(store, 0, [], [gone])
    with store.write() as writing:
        writing.merge_works(kept, gone, reason="the same", now=LATER)
        writing.merge_works(kept, late, reason="the same", now=LATER)
    print_day(store, 1, [], [late, kept])
    found = {NAMES[0]: False, NAMES[1]: False}
    assert store.find_news([kept, gone]) == {kept: found, gone: found}
    assert store.check() == []


def test_the_last_editions_up_to_a_name(store: SqlStore) -> None:
    made = [print_day(store, step, [], []) for step in range(3)]
    print_day(store, 0, [], [], scope=Scope.WEEK)
    with counting(store) as asked:
        found = store.get_editions(Scope.DAY, until=NAMES[1], limit=9)
    assert found == made[1::-1] and len(asked) == 1
    assert store.get_editions(Scope.DAY, until=NAMES[2], limit=1) == made[2:]
    assert store.get_editions(Scope.DAY, reader_id=7, until=NAMES[2], limit=9) == []


def test_all_votes_for_some_papers(store: SqlStore) -> None:
    """Under the number that was asked for; of readers who are disabled, none.

    Break: leave `disabled` out of the query, or ask for the numbers as they are given.
    """
    one, two, gone = fill(store, *([make_record(n)] for n in range(3)))
    ada, bo = add_readers(store, "ada", "bo")
    (shut,) = add_readers(store, "shut", disabled=True)
    for reader_id, number in ((ada, one), (shut, one), (bo, gone)):
        vote(store, reader_id, number)
    with store.write() as writing:
        writing.merge_works(two, gone, reason="the same", now=LATER)
    assert set(store.get_votes_for([one, two, gone, 99])) == {
        Vote(one, ada, NOW),
        Vote(two, bo, NOW),
        Vote(gone, bo, NOW),
    }
    assert store.get_votes_for([]) == []
