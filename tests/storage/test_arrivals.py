"""Announced, arrived, late, missing: the facts that receipts are made of."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from broadsheet.ports import Transaction
from broadsheet.sources import Announcement, DayTally, Item, Source
from broadsheet.storage import SqlStore
from papers import open_empty

DAY = date(2026, 11, 20)
NEXT = DAY + timedelta(days=1)
ON_TIME = datetime(2026, 11, 21, 23, 0, tzinfo=UTC)
LATE = datetime(2026, 11, 22, 0, 0, 1, tzinfo=UTC)
PAGE = "https://rss.example/cs.LG"
FOLLOWED = Source("arxiv", "arxiv", ("cs.LG",), datetime(2026, 11, 1, tzinfo=UTC))


def say(
    key: str, kind: str = "new", version: int = 1, day: date = DAY, **more: bool
) -> Announcement:
    return Announcement("cs.LG", day, key, kind, version, **more)


def announce(writing: Transaction, *said: Announcement, now: datetime = ON_TIME) -> None:
    writing.add_announcements("arxiv", said, now=now)


def arrive(writing: Transaction, *items: Item, now: datetime = ON_TIME) -> None:
    writing.put_items("arxiv", items, now=now)


def tally(store: SqlStore, day: date = DAY) -> DayTally:
    [found] = [each for each in store.get_tallies(day, day) if each.category]
    return found


# --- Items ------------------------------------------------------------------------------------


def test_the_greater_version_and_the_later_stamp_win(store: SqlStore) -> None:
    """Break to see it fail: replace the row whenever an item comes."""
    with store.write() as writing:
        arrive(writing, Item("a", 2, "2026-11-19"), Item("b"))
        arrive(writing, Item("a", 1, "2026-11-20"), Item("b", 0, ""))
        found = writing.find_items("arxiv", ["a", "b", "c"])
        assert found == {"a": Item("a", 2, "2026-11-20"), "b": Item("b")}
        assert writing.find_items("other", ["a"]) == {}
    assert store.count_items() == {"arxiv": 2}


# --- Announcements ----------------------------------------------------------------------------


def test_what_was_announced_arrives(store: SqlStore) -> None:
    with store.write() as writing:
        announce(writing, say("a"), say("b", "cross"), say("c", "replace", 3))
        writing.add_pages("arxiv", [("cs.LG", DAY)], page=PAGE, now=ON_TIME)
        arrive(writing, Item("a", 1), Item("c", 2))
    assert tally(store) == DayTally(
        "arxiv", "cs.LG", DAY, PAGE, announced=3, arrived=1, late=0,
        new=1, cross=1, replaced=1, estimated=0, rejected=0, seen_at=ON_TIME,
    )  # fmt: skip
    assert store.get_missing("arxiv", "cs.LG", DAY) == ["b", "c"]
    with store.write() as writing:
        arrive(writing, Item("c", 4), Item("b", 1))
    assert store.get_missing("arxiv", "cs.LG", DAY) == []


def test_what_is_here_already_has_arrived(store: SqlStore) -> None:
    """Break to see it fail: call everything missing until the next harvest."""
    with store.write() as writing:
        arrive(writing, Item("a", 2))
        announce(writing, say("a", version=2), say("b", version=3), now=LATE)
        arrive(writing, Item("b", 2), now=LATE)
    assert store.get_missing("arxiv", "cs.LG", DAY) == ["b"]
    assert (tally(store).arrived, tally(store).late) == (1, 0)


def test_what_is_known_already_stays_as_it_is(store: SqlStore) -> None:
    with store.write() as writing:
        announce(writing, say("a"), say("a", "cross"))
        announce(writing, say("a", "replace", 2), say("a", estimated=True))
    found = tally(store)
    assert (found.announced, found.new, found.estimated) == (1, 1, 0)


def test_an_estimate_stands_until_a_page_speaks(store: SqlStore) -> None:
    """Break to see it fail: let an estimate stand beside the page's own word."""
    with store.write() as writing:
        announce(writing, say("a", estimated=True))
        announce(writing, say("a", day=NEXT, estimated=True))
        arrive(writing, Item("a", 1))
    assert (tally(store).announced, tally(store).estimated) == (1, 1)
    assert store.get_tallies(NEXT, NEXT) == []
    with store.write() as writing:
        announce(writing, say("a", "cross", day=NEXT), now=LATE + timedelta(days=9))
    found = tally(store, NEXT)
    assert (found.announced, found.cross, found.arrived, found.late) == (1, 1, 1, 0)
    assert store.get_tallies(DAY, DAY) == []
    with store.write() as writing:
        announce(writing, say("a", estimated=True), say("a", version=2, estimated=True))
    assert tally(store).announced == 1  # the second version's


def test_a_page_that_names_a_later_version_than_the_estimate_waits_for_it(store: SqlStore) -> None:
    with store.write() as writing:
        announce(writing, say("a", estimated=True))
        arrive(writing, Item("a", 1))
        announce(writing, say("a", "replace", 2))
    assert store.get_missing("arxiv", "cs.LG", DAY) == ["a"]


SAID = st.builds(
    lambda key, version, day, estimated: say(
        key, version=version, day=DAY + timedelta(days=day), estimated=estimated
    ),
    st.sampled_from("ab"), st.integers(0, 2), st.integers(0, 2), st.booleans(),
)  # fmt: skip
STEPS = st.lists(
    st.one_of(
        st.lists(SAID, min_size=1, max_size=4),
        st.builds(Item, st.sampled_from("ab"), st.integers(0, 3)),
    ),
    max_size=10,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_in_whatever_order_things_come(
    tmp_path_factory: pytest.TempPathFactory, steps: list[list[Announcement] | Item]
) -> None:
    """Every page's first word stands; what is here has arrived; no estimate doubles a version.

    Break to see it fail: pass over `same` in `_Board.add`.
    """
    store = open_empty(tmp_path_factory.mktemp("board"))
    pages: dict[tuple[date, str], Announcement] = {}
    here: dict[str, int] = {}
    with store.write() as writing:
        for step in steps:
            if isinstance(step, Item):
                arrive(writing, step)
                here[step.key] = max(step.version, here.get(step.key, -1))
            else:
                announce(writing, *step)
                for said in step:
                    if not said.estimated:
                        pages.setdefault((said.day, said.key), said)
    with store._read() as connection:
        rows = connection.execute(text("SELECT * FROM announcement")).mappings().all()
    store.close()
    days = {(date(1970, 1, 1) + timedelta(days=row["day"]), row["key"]): row for row in rows}
    for place, said in pages.items():
        assert (days[place]["version"], days[place]["estimated"]) == (said.version, 0)
    told = [(row["key"], row["version"]) for row in rows]
    for row in rows:
        assert (row["arrived_at"] is not None) == (here.get(row["key"], -1) >= row["version"])
        assert not row["estimated"] or told.count((row["key"], row["version"])) == 1


# --- Late -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("added", "arrived", "late"),
    [
        ("2026-11-01", ON_TIME, 0),
        ("2026-11-01", LATE, 1),
        ("2026-11-20", LATE, 1),
        ("2026-11-21", LATE, 0),
        ("", LATE, 0),
    ],
)
def test_late_is_more_than_a_day_after_the_day_for_who_followed_it(
    store: SqlStore, added: str, arrived: datetime, late: int
) -> None:
    """Break to see it fail: compare with `>=` the day's end, or forget when the source came."""
    with store.write() as writing:
        if added:
            at = datetime.fromisoformat(added).replace(tzinfo=UTC)
            writing.put_source(Source("arxiv", "arxiv", ("cs.LG",), at))
        announce(writing, say("a"), say("b"))
        arrive(writing, Item("a", 1), now=arrived)
    assert (tally(store).arrived, tally(store).late) == (1, late)


# --- Pages ------------------------------------------------------------------------------------


def test_a_page_speaks_for_a_day_on_which_it_lists_nothing(store: SqlStore) -> None:
    with store.write() as writing:
        writing.add_pages(
            "arxiv", [("cs.LG", DAY), ("a", NEXT)], page="https://x.example", now=ON_TIME
        )
        writing.add_pages("arxiv", [("cs.LG", DAY)], page=PAGE, now=LATE)
        writing.add_pages("zoo", [("cs.LG", DAY)], page=PAGE, now=LATE)
        announce(writing, say("a", day=NEXT))
    tallies = store.get_tallies(DAY, NEXT)
    assert [(each.source, each.day, each.category) for each in tallies] == [
        ("arxiv", DAY, "cs.LG"), ("arxiv", NEXT, "a"), ("arxiv", NEXT, "cs.LG"),
        ("zoo", DAY, "cs.LG"),
    ]  # fmt: skip
    assert [each.page for each in tallies] == [PAGE, "https://x.example", "", PAGE]
    assert [each.seen_at for each in tallies] == [LATE, ON_TIME, None, LATE]
    assert [each.announced for each in tallies] == [0, 0, 1, 0]
    assert store.get_tallies(DAY, NEXT, source="zoo") == tallies[3:]


# --- Speed ------------------------------------------------------------------------------------


def test_a_key_is_looked_up_and_never_searched_for(store: SqlStore) -> None:
    """Break to see it fail: leave `_tell_the_planner` out of `r0002_live.py`."""
    asked = "FROM announcement WHERE source = 'arxiv' AND key IN ('a', 'b')"
    with store._read() as connection:
        plan = connection.execute(text(f"EXPLAIN QUERY PLAN SELECT * {asked}")).all()
    assert "USING INDEX announcement_source_key (source=? AND key=?)" in plan[0][-1]
