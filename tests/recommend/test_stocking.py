"""The pool of papers follows the library, and no request waits for it where that takes long."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from broadsheet.arrays import ArrayFolder
from broadsheet.learning import Wish
from broadsheet.model import Work
from broadsheet.recommend import stocking
from broadsheet.recommend.desk import READING
from broadsheet.recommend.pool import Stock, mark_all
from broadsheet.recommend.saving import read_mark
from broadsheet.recommend.stocking import Stockroom
from broadsheet.web.keeper import Keeper
from topics import Learners, make_paper


def open_room(learners: Learners) -> Stockroom:
    """Another process of the library."""
    cache = ArrayFolder(learners.folder / "learning")
    return Stockroom(learners.store, learners.library._index, cache, learners.time.now)


def get(room: Stockroom, *needed: int) -> Stock:
    stock = room.get(needed)
    assert stock
    return stock


def test_a_small_library_is_read_in_at_once(learners: Learners) -> None:
    stock = get(open_room(learners))
    pool = stock.pool
    assert sorted(pool.numbers.tolist()) == list(range(1, 61))
    assert [pool.rows[number] for number in pool.numbers.tolist()] == list(range(60))
    assert pool.words.shape == (60, len(pool.terms))
    np.testing.assert_allclose(np.linalg.norm(pool.vectors, axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(pool.words.toarray(), axis=1), 1, rtol=1e-5)
    assert pool.days[pool.rows[5]] == learners.time.now().toordinal() - 5
    assert pool.graph.shape == (60, 60)


def test_a_greater_one_is_read_in_by_the_keeper(
    learners: Learners, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Break to see it fail: build in `Stockroom.get` whatever the size."""
    monkeypatch.setattr(stocking, "SMALL", 10)
    shelf = learners.shelf("Bees", 1, 2)
    assert learners.recommender.rank(learners.ada, shelf).quiet == READING
    assert learners.pick()[0].quiet == READING
    assert learners.recommender.describe(learners.ada, shelf).quiet == READING
    assert learners.recommender.grid() == []
    assert learners.recommender.refresh() == 60
    assert learners.recommender.rank(learners.ada, shelf).matches
    assert learners.recommender.refresh() == 0


def test_requests_do_not_wait_for_what_is_being_made(
    learners: Learners, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Break to see it fail: hold `_lock` in `Stockroom.refresh`."""
    room = open_room(learners)
    room.refresh()
    monkeypatch.setattr(stocking, "GROWN", 0.01)
    monkeypatch.setattr(stocking, "SMALL", 10)
    learners.add(make_paper(70, "bees"))
    served: list[int] = []
    asking: list[threading.Thread] = []

    def ask(stage: str, done: int, total: int | None) -> None:
        if not asking:
            asking.append(threading.Thread(target=lambda: served.append(len(get(room).pool.rows))))
            asking[0].start()
            asking[0].join(5)
            assert served == [60], "it is served with what there was"

    room.refresh(ask)
    assert len(get(room).pool.numbers) == 61


def test_vectors_of_another_model_are_not_mixed_with_its_own(
    learners: Learners, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = open_room(learners)
    room.refresh()
    monkeypatch.setattr(stocking, "SMALL", 10)
    monkeypatch.setattr(Stockroom, "describe_space", lambda self: "other@1")
    assert room.get() is None
    assert room.refresh() == 60
    assert get(room)


def test_the_keeper_of_a_server_lets_it_follow(learners: Learners) -> None:
    keeper = Keeper(learners.library)
    assert keeper.follow() == 60
    assert keeper.follow() == 0


def test_other_processes_take_up_what_was_saved(
    learners: Learners, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper, other = open_room(learners), open_room(learners)
    keeper.refresh()
    monkeypatch.setattr(stocking, "build", None)  # the other one makes nothing itself
    mine, theirs = get(keeper), get(other)
    assert theirs.pool.numbers.tolist() == mine.pool.numbers.tolist()
    assert list(theirs.pool.terms) == list(mine.pool.terms)
    np.testing.assert_array_equal(theirs.pool.words.toarray(), mine.pool.words.toarray())
    np.testing.assert_array_equal(theirs.pool.graph.toarray(), mine.pool.graph.toarray())
    assert get(other) is theirs


def test_new_papers_come_in_and_changed_ones_change(learners: Learners) -> None:
    room, other = open_room(learners), open_room(learners)
    room.refresh()
    before = get(other)
    (number,) = learners.add(make_paper(70, "bees"))
    assert room.refresh() == 0, "one paper is no reason yet"
    learners.time.pass_by(timedelta(minutes=2))
    assert room.refresh() == 1
    after = get(other)
    assert number in after.pool.rows
    assert number not in before.pool.rows
    assert list(after.pool.terms) == list(before.pool.terms)
    row = after.pool.rows[number]
    near = [int(each) for each in after.pool.numbers[after.near.rows[row][:5]]]
    assert set(near) <= set(range(1, 21)), "bees are near bees"


def test_what_was_merged_away_goes(learners: Learners) -> None:
    room = open_room(learners)
    room.refresh()
    learners.library.merge(1, 2)
    learners.time.pass_by(timedelta(minutes=2))
    room.refresh()
    stock = get(room)
    assert 2 not in stock.pool.rows
    assert len(stock.pool.numbers) == 59
    assert stock.near.rows.max() < 59


def test_lessons_that_it_lacks_are_added_for_who_asks(
    learners: Learners, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stocking, "MOST_NEW", 30)
    room = open_room(learners)
    room.refresh()
    missing = next(number for number in range(1, 61) if number not in get(room).pool.rows)
    stock = get(room, missing, 999)
    assert missing in stock.pool.rows
    assert 999 not in stock.pool.rows
    assert get(room, missing, 999) is stock, "what is not there is not asked for again"
    assert missing not in get(open_room(learners)).pool.rows


def test_what_shelves_learn_from_is_read_in_however_old(
    learners: Learners, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stocking, "MOST_NEW", 5)
    learners.shelf("Bees", 17, 18, 19)
    room = open_room(learners)
    room.refresh()
    assert {17, 18, 19} <= get(room).pool.rows.keys()
    assert len(get(room).pool.rows) <= 8


def test_many_changes_make_it_anew(learners: Learners, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stocking, "MOST_CHANGES", 2)
    room = open_room(learners)
    room.refresh()
    learners.add(*(make_paper(number, "tides") for number in range(80, 84)))
    learners.time.pass_by(timedelta(minutes=2))
    assert room.refresh() == 64
    assert get(room).known == 64


def test_a_damaged_file_is_made_anew(learners: Learners) -> None:
    open_room(learners).refresh()
    path = learners.folder / "learning/stock.arrays"
    path.write_bytes(path.read_bytes()[:-100])
    assert len(get(open_room(learners)).pool.numbers) == 60
    assert read_mark(ArrayFolder(learners.folder / "learning"))


def test_an_empty_library_has_none(tmp_path: Path, learners: Learners) -> None:
    for number in range(1, 61):
        learners.library._index.apply([], [number], position=learners.store.last_change())
    learners.library._index.commit()
    room = open_room(learners)
    assert room.get() is None
    assert room.refresh() == 0


def test_fame_is_the_share_that_fewer_did_something_with(learners: Learners) -> None:
    learners.library.community.upvote(learners.ada, 3)
    learners.library.community.upvote(learners.ben, 3)
    learners.library.community.upvote(learners.ben, 4)
    pool = get(open_room(learners)).pool
    fame = {number: float(pool.fame[pool.rows[number]]) for number in (3, 4, 5)}
    assert fame == pytest.approx({3: 59 / 60, 4: 58 / 60, 5: 0})


def test_marks_tell_categories_sources_and_authors(learners: Learners) -> None:
    stock = get(open_room(learners))
    numbers = stock.pool.numbers

    def having(*wishes: Wish) -> set[int]:
        return {int(number) for number in numbers[stock.marks.have(wishes)]}

    assert having(Wish("category", "math.TI")) == set(range(21, 41))
    assert having(Wish("category", "MATH")) == set(range(1, 61))
    assert having(Wish("author", "Second Author 7")) == {7}
    assert having(Wish("author", "second author 7"), Wish("author", "Second Author 8")) == {7, 8}
    assert having(Wish("source", "arxiv")) == set(range(1, 61))
    assert having(Wish("category", "Second Author 7")) == set()
    assert having() == set()
    assert mark_all(Work(1, "Nothing")) == []


def test_the_end_of_the_server_ends_it(learners: Learners) -> None:
    def end(stage: str, done: int, total: int | None) -> None:
        raise KeyboardInterrupt

    room = open_room(learners)
    with pytest.raises(KeyboardInterrupt):
        room.refresh(end)
    assert room.refresh() == 60
