"""What a page asks of the store is looked up, however large the library grows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import text

from broadsheet.edition import Scope
from broadsheet.people import Act
from broadsheet.storage import SqlStore
from papers import NOW
from queries import counting

DAY = date(2026, 3, 1)

ASKED: dict[str, Callable[[SqlStore], object]] = {
    "get_readers": lambda store: store.get_readers([1, 2]),
    "find_reader": lambda store: store.find_reader("ada"),
    "get_password": lambda store: store.get_password(1),
    "get_session": lambda store: store.get_session(b"s"),
    "get_sessions": lambda store: store.get_sessions(1),
    "find_key": lambda store: store.find_key(b"k"),
    "get_keys": lambda store: store.get_keys(1),
    "get_shelves": lambda store: store.get_shelves(1),
    "get_shelves of all": lambda store: store.get_shelves(),
    "get_shelves_of": lambda store: store.get_shelves_of([1, 2]),
    "get_shelf": lambda store: store.get_shelf(1),
    "get_saved": lambda store: store.get_saved([1, 2], limit=20),
    "find_saved": lambda store: store.find_saved(1, [1, 2]),
    "get_savers": lambda store: store.get_savers(1),
    "get_searches": lambda store: store.get_searches(1),
    "get_search": lambda store: store.get_search(1),
    "get_follows": lambda store: store.get_follows(1),
    "get_searches_of": lambda store: store.get_searches_of([1, 2]),
    "get_follows_of": lambda store: store.get_follows_of([1, 2]),
    "get_answers_of": lambda store: store.get_answers_of([1, 2]),
    "get_votes": lambda store: store.get_votes([1, 2], reader_id=1),
    "get_votes_since": lambda store: store.get_votes_since(NOW),
    "get_votes_for": lambda store: store.get_votes_for([1, 2]),
    "get_voted": lambda store: store.get_voted(1),
    "get_comments": lambda store: store.get_comments(1),
    "get_comment": lambda store: store.get_comment(1),
    "get_comments_of": lambda store: store.get_comments_of(1),
    "count_comments": lambda store: store.count_comments([1, 2]),
    "get_signal": lambda store: store.get_signal(1),
    "get_signals": lambda store: store.get_signals(1, acts=[Act.SAVE]),
    "get_shown": lambda store: store.get_shown([1, 2], "shelf-new ", 50),
    "find_touched": lambda store: store.find_touched([1, 2], [Act.OPEN], NOW),
    "get_announced": lambda store: store.get_announced(DAY, DAY),
    "get_measured": lambda store: store.get_measured([1, 2]),
    "get_measured_since": lambda store: store.get_measured_since(NOW),
    "standing_stamp": lambda store: store.standing_stamp(),
    "get_standing": lambda store: store.get_standing("citations"),
    "get_edition": lambda store: store.get_edition(Scope.DAY, "2026-03-01"),
    "get_edition_names": lambda store: store.get_edition_names(Scope.DAY),
    "get_editions": lambda store: store.get_editions(Scope.DAY, until="2026-03-01", limit=9),
    "find_printed": lambda store: store.find_printed([1, 2], Scope.DAY),
    "find_offered_to": lambda store: store.find_offered_to([1, 2], [1, 2]),
    "find_news": lambda store: store.find_news([1, 2]),
}


@pytest.mark.parametrize("name", ASKED)
def test_no_table_is_read_from_end_to_end(store: SqlStore, name: str) -> None:
    """Break to see it fail: leave an index out of `schema_people.py` and its migration."""
    with counting(store) as asked:
        ASKED[name](store)
    with store._read() as connection:
        for statement in asked:
            unknown = (None,) * statement.count("?")
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", unknown)
            steps = [row[-1] for row in plan]
            assert steps
            assert not [step for step in steps if step.startswith("SCAN")], steps


def test_the_latest_comments_are_not_sorted(store: SqlStore) -> None:
    """Break to see it fail: leave the index of `comment.at` out."""
    asked = "SELECT * FROM comment WHERE deleted_at IS NULL ORDER BY at DESC, id DESC LIMIT 20"
    with store._read() as connection:
        plan = connection.execute(text(f"EXPLAIN QUERY PLAN {asked}")).all()
    assert [row[-1] for row in plan] == ["SCAN comment USING INDEX ix_comment_at"]
