"""The pool of papers follows the library, and no request waits for it where that takes long."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from datetime import timedelta
from errno import ENOSPC
from pathlib import Path
from typing import IO, Any

import numpy as np
import pytest
from numpy.typing import NDArray

from broadsheet import arrays
from broadsheet.arrays import ArrayFolder
from broadsheet.arrays import _write as write
from broadsheet.learning import Wish
from broadsheet.model import Work
from broadsheet.ports import Pool
from broadsheet.recommend import pool, stocking
from broadsheet.recommend.desk import READING
from broadsheet.recommend.pool import Paper, Stock, mark_all
from broadsheet.recommend.saving import read_mark
from broadsheet.recommend.space import Spaces
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


def test_who_warms_has_it_prepared_before_requests_see_it(
    learners: Learners, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Break to see it fail: take up in `_look_up` whatever the size, or replace, then prepare."""
    monkeypatch.setattr(stocking, "SMALL", 10)
    keeper, other = open_room(learners), open_room(learners)
    keeper.refresh()
    seen: list[tuple[int, int]] = []

    def prepare(pool: Pool) -> None:
        served = other._stock
        seen.append((len(pool.numbers), len(served.pool.numbers) if served else 0))

    other._prepare = prepare
    other.warm()
    assert seen == [(60, 60)], "requests have nothing else yet"
    learners.add(make_paper(70, "bees"))
    learners.time.pass_by(timedelta(minutes=2))
    keeper.refresh()
    assert len(get(other).pool.numbers) == 60
    other.warm()
    assert seen == [(60, 60), (61, 60)]
    assert len(get(other).pool.numbers) == 61
    other.warm()
    assert len(seen) == 2


def test_who_warms_copies_nothing_of_what_is_mapped(learners: Learners) -> None:
    """It is half of what a process more would cost. Break to see it fail: make room (`Room.of`) for
    more papers in `Stockroom.warm`."""
    open_room(learners).refresh()
    room = open_room(learners)
    before = get(room)
    room.warm()
    stock = get(room)
    assert np.shares_memory(stock.pool.vectors, before.pool.vectors)
    assert np.shares_memory(stock.pool.words.data, before.pool.words.data)
    assert stock.room is None


def test_what_is_appended_while_it_warms_stays(
    learners: Learners, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Break to see it fail: keep in `Stockroom.warm` the stock that was prepared."""
    room, missing = open_lacking(learners, monkeypatch)
    asked: list[int] = []

    def prepare(pool: Pool) -> None:
        if not asked:
            asked.append(missing[0])
            room.get(asked)

    room._prepare = prepare
    room.warm()
    assert asked and asked[0] in get(room).pool.rows


def test_requests_do_not_wait_for_what_is_being_added(
    learners: Learners, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Break to see it fail: hold `_lock` in `Stockroom.get` while papers are added."""
    monkeypatch.setattr(stocking, "MOST_NEW", 30)
    monkeypatch.setattr(stocking, "MOMENT", 0.01)
    monkeypatch.setattr(stocking, "FEW", 0)
    room = open_room(learners)
    room.refresh()
    missing = [number for number in range(1, 61) if number not in get(room).pool.rows]
    served: list[int] = []

    def ask() -> None:
        for stock in (room.get(), room.get([missing[1]], wait=False)):
            served.append(len(stock.pool.rows) if stock else 0)

    def extend(stock: Stock, papers: Sequence[Paper], vectors: NDArray[np.float32]) -> Stock:
        asking = threading.Thread(target=ask)
        asking.start()
        asking.join(5)
        return pool.extend(stock, papers, vectors)

    monkeypatch.setattr(stocking, "extend", extend)
    assert len(get(room, missing[0]).pool.rows) == 31
    assert served == [30, 30]
    monkeypatch.undo()
    assert len(get(room, missing[1]).pool.rows) == 32


def test_what_cannot_be_saved_serves_the_process_that_made_it(
    learners: Learners, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Break to see it fail: take what `load_stock` gives in `_keep`, whatever its mark; or take up
    in `_load_newer` whatever is unlike the mark of the stock. Then the whole work is done anew at
    each look of the keeper, and the new paper never comes in."""
    monkeypatch.setattr(stocking, "SMALL", 10)
    keeper, other = open_room(learners), open_room(learners)
    keeper.refresh()
    get(other)
    (number,) = learners.add(make_paper(70, "bees"))
    learners.time.pass_by(timedelta(minutes=2))
    monkeypatch.setattr(arrays, "_write", fill_the_disk)
    assert keeper.refresh() == 1
    assert keeper.refresh() == 0
    assert number in get(keeper).pool.rows
    keeper.warm()
    assert number in get(keeper).pool.rows
    assert number not in get(other).pool.rows
    monkeypatch.undo()
    learners.add(make_paper(71, "bees"))
    learners.time.pass_by(timedelta(minutes=2))
    assert keeper.refresh() == 1
    assert len(get(other).pool.rows) == 62, "what is saved at last is taken up"


def test_no_mark_is_saved_of_what_was_not(
    learners: Learners, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is room for a mark on a disk that has none for a stock: others would look for that
    stock at each request. Break to see it fail: save the mark whatever became of the stock."""
    room = open_room(learners)
    room.refresh()
    cache = ArrayFolder(learners.folder / "learning")
    mark = read_mark(cache)
    learners.add(make_paper(70, "bees"))
    learners.time.pass_by(timedelta(minutes=2))
    monkeypatch.setattr(arrays, "_write", fill_the_disk)
    room.refresh()
    assert read_mark(cache) == mark


def fill_the_disk(file: IO[bytes], held: Mapping[str, NDArray[Any]]) -> None:
    """Keeps small things only."""
    if sum(array.nbytes for array in held.values()) > 1_000:
        raise OSError(ENOSPC, "No space left on device")
    write(file, held)


def open_lacking(
    learners: Learners, monkeypatch: pytest.MonkeyPatch
) -> tuple[Stockroom, list[int]]:
    """A stock of half of a library, and what it lacks."""
    monkeypatch.setattr(stocking, "MOST_NEW", 30)
    room = open_room(learners)
    room.refresh()
    return room, [number for number in range(1, 61) if number not in get(room).pool.rows]


def test_a_few_papers_are_appended_and_the_space_is_kept(
    learners: Learners, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Break to see it fail: add papers by `extend` in `Stockroom._add` however few they are."""
    room, missing = open_lacking(learners, monkeypatch)
    spaces = Spaces()
    room._prepare = spaces.of
    directions = spaces.of(get(room).pool).directions
    monkeypatch.setattr(stocking, "extend", None)
    for count, number in enumerate(missing[:3], 31):
        pool = get(room, number).pool
        assert len(pool.numbers) == count
        assert spaces.of(pool).directions is directions


def test_many_papers_are_added_beside_the_requests(
    learners: Learners, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Break to see it fail: add in `Stockroom.get` all that is missing."""
    monkeypatch.setattr(stocking, "SMALL", 10)
    monkeypatch.setattr(stocking, "FEW", 2)
    monkeypatch.setattr(stocking, "SOME", 5)
    room, missing = open_lacking(learners, monkeypatch)
    room.warm()
    sizes = []
    for _ in range(4):
        stock = room.get(missing[:12], wait=False)
        sizes.append(len(stock.pool.numbers) if stock else 0)
    assert sizes == [32, 34, 36, 38], "two at a time"
    while missing[11] not in get(room).pool.rows or missing[0] not in get(room).pool.rows:
        before = len(get(room).pool.numbers)
        room.warm()
        assert before < len(get(room).pool.numbers) <= before + 5


def test_the_keeper_takes_in_what_shelves_learn_from(
    learners: Learners, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With all its neighbours, for all processes. Break to see it fail: leave `lacking` out of
    `Stockroom._follow`, or `_rough` out of `_find_lacking`."""
    room, missing = open_lacking(learners, monkeypatch)
    shelf = learners.shelf("Bees", missing[0])
    get(room, missing[0])
    assert room.refresh() == 1, "what was only appended"
    learners.library.shelves.save(learners.ada, missing[1], [shelf])
    assert room.refresh() == 0, "it has looked a moment ago"
    learners.time.pass_by(timedelta(minutes=2))
    assert room.refresh() == 1
    stock = get(open_room(learners))
    assert set(missing[:2]) <= stock.pool.rows.keys()
    assert stock.pool.rows[missing[0]] in stock.near.rows[:30], "others find it, too"
    learners.time.pass_by(timedelta(minutes=2))
    assert room.refresh() == 0


def test_a_paper_under_an_old_number_does_not_come_twice(
    learners: Learners, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Break to see it fail: append in `_extend` what is there already, or keep in `_follow` a stock
    to which nothing came."""
    shelf = learners.shelf("Bees", 2)
    learners.library.merge(1, 2)
    room = open_room(learners)
    room.refresh()
    size = len(get(room).pool.numbers)
    assert len(get(room, 2).pool.numbers) == size
    monkeypatch.setattr(learners.store, "find_taught", lambda most: [2])
    learners.time.pass_by(timedelta(minutes=2))
    assert room.refresh() == 0
    assert learners.recommender.rank(learners.ada, shelf).matches


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


def test_readers_make_a_process_add_so_much_and_no_more(
    learners: Learners, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What goes to press has its papers in any case. Break to see it fail: leave the bound out of
    `get`."""
    monkeypatch.setattr(stocking, "MOST_NEW", 10)
    monkeypatch.setattr(stocking, "MOST_ADDED", 4)
    room = open_room(learners)
    room.refresh()
    rows = get(room).pool.rows
    missing = [number for number in range(1, 61) if number not in rows]
    for start in range(0, 12, 3):
        room.get(missing[start : start + 3], wait=False)
    assert len(get(room).pool.rows) == len(rows) + 6
    assert missing[-1] in get(room, missing[-1]).pool.rows


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
