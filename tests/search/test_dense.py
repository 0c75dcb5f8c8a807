"""The dense side alone: columns, a space, and the search in it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from broadsheet.errors import IndexNotReadyError
from broadsheet.search import dense, space
from broadsheet.search.columns import Columns, Shape
from broadsheet.search.dense import best, find_nearest
from broadsheet.search.space import Space, quantise
from broadsheet.search.state import SpaceState

DIM = 64
Floats = NDArray[np.float32]


def unit_vectors(count: int, seed: int = 1) -> Floats:
    """Vectors around a few centres and off the origin, as real ones are."""
    random = np.random.default_rng(seed)
    centres = random.standard_normal((8, DIM)) + 0.5
    vectors = centres[random.integers(0, 8, count)] + 0.7 * random.standard_normal((count, DIM))
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / lengths, np.float32)


def filled(root: Path, vectors: Floats, *, first: int = 1) -> Space:
    """A space with one work for each vector, numbered from `first`."""
    made = Space(root, SpaceState("test@1", DIM, "space"), 0)
    numbers = np.arange(first, first + len(vectors))
    made.put(numbers, vectors, numbers.astype(np.uint64))
    made.flush(first + len(vectors))
    return made


@pytest.fixture
def many_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Codes from the first vector on, and few candidates, so that small spaces use them."""
    monkeypatch.setattr(space, "FEW", 100)
    monkeypatch.setattr(dense, "EXACT", 50)
    monkeypatch.setattr(dense, "DEPTH", 300)


# --- Columns ----------------------------------------------------------------------------------


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.integers(0, 60), max_size=8), max_size=6))
def test_columns_hold_the_last_value_of_each_row(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[int]]
) -> None:
    folder, value = tmp_path_factory.mktemp("columns"), 0
    columns = Columns(folder, {"a": Shape("i4"), "b": Shape("u1", 3)}, 0)
    model = np.zeros(61, np.int32)
    for batch in batches:
        for row in batch:
            value += 1
            columns.put(np.array([row]), {"a": np.array([value]), "b": np.full((1, 3), value)})
            model[row] = value
        columns.flush(61)
    if batches:
        assert np.array_equal(columns["a"], model)
        assert np.array_equal(columns["b"], np.repeat(model[:, None] % 256, 3, axis=1))


def test_puts_are_seen_after_the_flush_and_not_before(tmp_path: Path) -> None:
    columns = Columns(tmp_path, {"a": Shape("i4")}, 0)
    columns.put(np.array([3]), {"a": np.array([7])})
    assert len(columns["a"]) == 0
    columns.flush(5)
    assert columns["a"].tolist() == [0, 0, 0, 7, 0]


def test_an_older_view_keeps_its_rows_while_the_file_grows(tmp_path: Path) -> None:
    writer = Columns(tmp_path, {"a": Shape("i4")}, 0)
    writer.put(np.array([0]), {"a": np.array([1])})
    writer.flush(1)
    reader = Columns(tmp_path, {"a": Shape("i4")}, 1)
    writer.put(np.arange(1, 5000), {"a": np.arange(1, 5000)})
    writer.flush(5000)
    assert reader["a"].tolist() == [1]


# --- A space ----------------------------------------------------------------------------------


def test_int8_keeps_directions() -> None:
    vectors = unit_vectors(500)
    values, scales = quantise(vectors)
    restored = values * scales[:, None]
    assert np.abs((restored * vectors).sum(axis=1) - 1).max() < 0.005


def test_a_text_with_nothing_in_it_has_a_vector_of_zeros(tmp_path: Path) -> None:
    made = filled(tmp_path, np.zeros((1, DIM), np.float32))
    assert made.count() == 1
    assert made.score(unit_vectors(1)[0], np.array([1])).tolist() == [0.0]


def test_works_without_a_vector_score_nothing(tmp_path: Path) -> None:
    made = filled(tmp_path, unit_vectors(3))
    scores = made.score(unit_vectors(1)[0], np.array([-1, 0, 1, 3, 4, 10**9]))
    assert np.isnan(scores).tolist() == [True, True, False, False, True, True]


def test_dropped_works_are_gone_and_may_come_back(tmp_path: Path) -> None:
    vectors = unit_vectors(4)
    made = filled(tmp_path, vectors)
    made.drop(np.array([2]))
    made.flush(5)
    assert made.count() == 3
    assert 2 not in find_nearest(made, vectors[1], 10)[0]
    made.put(np.array([2]), vectors[1:2], np.array([9], np.uint64))
    made.flush(5)
    assert find_nearest(made, vectors[1], 1)[0].tolist() == [2]


def test_a_reopened_space_answers_alike(tmp_path: Path, many_codes: None) -> None:
    vectors = unit_vectors(400)
    made = filled(tmp_path, vectors)
    again = Space(tmp_path, made.state, made.rows)
    for query in vectors[:5]:
        first, second = find_nearest(made, query, 20), find_nearest(again, query, 20)
        assert np.array_equal(first, second)


@pytest.mark.parametrize("name", ["vectors", "scales", "marks", "codes-400/codes"])
@pytest.mark.parametrize("damage", ["short", "missing"])
def test_damaged_files_are_noticed(
    tmp_path: Path, many_codes: None, name: str, damage: str
) -> None:
    """Break to see it fail: let `Columns._map` give zeros for a file that is too short."""
    state = filled(tmp_path, unit_vectors(400)).state
    path = tmp_path / "space" / name
    path.write_bytes(path.read_bytes()[:-1]) if damage == "short" else path.unlink()
    with pytest.raises(IndexNotReadyError, match="damaged"):
        Space(tmp_path, state, 401)


def test_a_crash_before_the_marks_leaves_the_work_to_be_done_again(
    tmp_path: Path, many_codes: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Break to see it fail: flush the marks in `Space.flush` before the codes."""
    vectors = unit_vectors(402)
    made = filled(tmp_path, vectors[:400])
    monkeypatch.setattr(made, "_encode", lambda numbers: 1 / 0)
    made.put(np.array([5]), vectors[401:], np.array([77], np.uint64))
    with pytest.raises(ZeroDivisionError):
        made.flush(401)
    again = Space(tmp_path, made.state, 401)
    assert again.marks[5] != 77
    again.put(np.array([5]), vectors[401:], np.array([77], np.uint64))
    again.flush(401)
    assert find_nearest(again, vectors[401], 1)[0].tolist() == [5]


# --- Search -----------------------------------------------------------------------------------


def exact(vectors: Floats, query: Floats, count: int) -> list[int]:
    values, scales = quantise(vectors)
    scores = (values * scales[:, None]) @ query
    return [int(place) + 1 for place in np.lexsort((np.arange(len(scores)), -scores))[:count]]


def test_few_vectors_are_searched_exactly(tmp_path: Path) -> None:
    vectors = unit_vectors(300)
    made = filled(tmp_path, vectors)
    for query in unit_vectors(5, seed=2):
        assert find_nearest(made, query, 10)[0].tolist() == exact(vectors, query, 10)


def test_codes_find_nearly_all_of_the_nearest(tmp_path: Path, many_codes: None) -> None:
    vectors, queries = np.split(unit_vectors(3020), [3000])
    made = filled(tmp_path, vectors)
    assert made.codes is not None
    found = [
        len(set(find_nearest(made, q, 10)[0].tolist()) & set(exact(vectors, q, 10)))
        for q in queries
    ]
    assert np.mean(found) > 9


@pytest.mark.parametrize("share", [0.01, 0.1, 0.9])
def test_a_restricted_search_finds_only_what_is_allowed(
    tmp_path: Path, many_codes: None, share: float
) -> None:
    """Break to see it fail: forget `among` in one of the branches of `find_nearest`."""
    vectors, queries = np.split(unit_vectors(2005), [2000])
    made = filled(tmp_path, vectors)
    chosen = np.random.default_rng(3).random(2000) < share
    allowed = np.flatnonzero(chosen) + 1
    for query in queries:
        numbers, _ = find_nearest(made, query, 10, allowed)
        wanted = allowed[np.array(exact(vectors[chosen], query, 10)) - 1]
        assert set(numbers.tolist()) <= set(allowed.tolist())
        assert len(set(numbers.tolist()) & set(wanted.tolist())) >= 7


def test_a_space_of_mostly_empty_rows_still_finds_the_nearest(
    tmp_path: Path, many_codes: None
) -> None:
    """Break to see it fail: search the codes of all rows only, empty ones among them."""
    vectors = unit_vectors(400)
    made = filled(tmp_path, vectors, first=9000)
    query = -np.ones(DIM, np.float32)
    assert len(find_nearest(made, query, 50)[0]) == 50


def test_new_rows_and_new_centres_keep_the_codes_in_step(tmp_path: Path, many_codes: None) -> None:
    vectors = unit_vectors(1500)
    made = Space(tmp_path, SpaceState("test@1", DIM, "space"), 0)
    for start in range(0, 1500, 150):
        numbers = np.arange(start, start + 150)
        made.put(numbers, vectors[start : start + 150], numbers.astype(np.uint64))
        made.flush(start + 150)
    assert made.state.codes == 600
    assert made.codes is not None
    for place in (0, 149, 700, 1499):
        vector = made.get(np.array([place]))[0]
        assert np.array_equal(made.codes[place], made.encode_query(vector)[0])
    made.remove_old_codes()
    assert [f.name for f in (tmp_path / "space").glob("codes-*")] == ["codes-600"]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from([0.1, 0.5, 0.9, np.nan]), max_size=20), st.integers(0, 25))
def test_best_is_sorted_by_score_then_number(scores: list[float], count: int) -> None:
    numbers = np.random.default_rng(5).permutation(len(scores))
    found, values = best(numbers, np.array(scores, np.float32), count)
    known = [(-score, int(n)) for score, n in zip(scores, numbers, strict=True) if score == score]
    assert [n for _, n in sorted(known)[:count]] == found.tolist()
    assert np.all(np.diff(values) <= 0)
