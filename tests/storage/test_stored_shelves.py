"""Shelves and what is on them, searches, follows, and the journal of acts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from community import MOMENT, add_readers, add_shelf, save
from filling import fill

from broadsheet.errors import ConflictError
from broadsheet.people import Act, Follow, Saved, SavedSearch, Sharing, Shelf, Signal
from broadsheet.storage import SqlStore
from papers import LATER, NOW, make_record
from queries import counting


def fill_some(store: SqlStore, count: int) -> list[int]:
    return fill(store, *([make_record(number)] for number in range(count)))


# --- Shelves ----------------------------------------------------------------------------------


def test_a_shelf_is_kept_as_told(store: SqlStore) -> None:
    [one] = add_readers(store, "ada")
    told = Shelf(0, one, "Optics", NOW, "lenses", Sharing.LINK, 4, None, papers=7, unread=7)
    with store.write() as writing:
        number = writing.put_shelf(told)
        writing.put_shelf(replace(told, id=number, name="Lenses", deleted_at=LATER))
    kept = replace(told, id=number, name="Lenses", deleted_at=LATER, papers=0, unread=0)
    assert store.get_shelf(number) == kept
    assert store.get_shelves(one) == []
    assert store.get_shelves(one, deleted=True) == [kept]


def test_a_name_is_free_again_when_its_shelf_is_deleted(store: SqlStore) -> None:
    """Break to see it fail: pass over `_STANDING` in `_require_free`."""
    one, two = add_readers(store, "ada", "bo")
    number = add_shelf(store, one, name="Optics")
    add_shelf(store, two, name="Optics")
    with pytest.raises(ConflictError, match="There is a shelf Optics already"):
        add_shelf(store, one, name="Optics")
    with store.write() as writing:
        writing.put_shelf(Shelf(number, one, "Optics", NOW, deleted_at=LATER))
    add_shelf(store, one, name="Optics")
    with pytest.raises(ConflictError), store.write() as writing:
        writing.put_shelf(Shelf(number, one, "Optics", NOW))  # an undo that comes too late
    assert len(store.get_shelves(one)) == 1


def test_shelves_come_by_name_with_their_counts_in_one_query(store: SqlStore) -> None:
    """Break to see it fail: count the papers of each shelf by themselves."""
    a, b, c = fill_some(store, 3)
    [one] = add_readers(store, "ada")
    for name in ("orbits", "Émigrés", "Enzymes"):
        add_shelf(store, one, a, b, name=name)
    full = add_shelf(store, one, a, b, name="zoo")
    with store.write() as writing:
        save(writing, full, c, read_at=LATER)
    with counting(store) as asked:
        shelves = store.get_shelves(one)
    assert len(asked) == 1
    assert [each.name for each in shelves] == ["Émigrés", "Enzymes", "orbits", "zoo"]
    assert [(each.papers, each.unread) for each in shelves[2:]] == [(2, 2), (3, 2)]
    assert store.get_shelf(full) == shelves[3]


def test_shelves_shared_with_the_instance(store: SqlStore) -> None:
    """Break to see it fail: leave `disabled` out of `get_shelves`."""
    [one], [two] = add_readers(store, "ada"), add_readers(store, "bo", disabled=True)
    shared = add_shelf(store, one, name="B", shared=True)
    add_shelf(store, one, name="A")
    add_shelf(store, two, name="C", shared=True)
    assert [each.id for each in store.get_shelves()] == [shared]


@pytest.mark.parametrize("number", [0, -1, 99, 1 << 63, 10**40])
def test_what_has_no_such_number(store: SqlStore, number: int) -> None:
    """Break to see it fail: hand any number to SQLite, which takes 64 bits."""
    assert store.get_shelf(number) is None
    assert store.get_search(number) is None
    assert store.get_comment(number) is None
    assert store.get_signal(number) is None


# --- Papers on shelves ------------------------------------------------------------------------


def test_the_last_saved_comes_first_and_pages_fit_together(store: SqlStore) -> None:
    numbers = fill_some(store, 5)
    [one] = add_readers(store, "ada")
    first = add_shelf(store, one, *numbers, name="1")
    second = add_shelf(store, one, *numbers[:2], name="2")
    found = store.get_saved([first, second])
    assert [(each.shelf_id, each.work_id) for each in found] == [
        (first, 5), (first, 4), (first, 3), (first, 2), (second, 2), (first, 1), (second, 1),
    ]  # fmt: skip
    pages = [store.get_saved([first, second], limit=3, offset=at) for at in (0, 3, 6, 9)]
    assert [each for page in pages for each in page] == found
    assert store.get_saved([]) == []


def test_saving_again_replaces(store: SqlStore) -> None:
    [number] = fill_some(store, 1)
    [one] = add_readers(store, "ada")
    shelf_id = add_shelf(store, one, number)
    told = Saved(shelf_id, number, LATER, "a note\nof two lines", LATER)
    with store.write() as writing:
        writing.put_saved([told])
        writing.put_saved([])
    assert store.get_saved([shelf_id]) == [told]
    with store.write() as writing:
        writing.drop_saved(shelf_id, [number, 99])
    assert store.get_saved([shelf_id]) == []


def test_where_a_reader_has_papers(store: SqlStore) -> None:
    """Break to see it fail: forget whose shelf it is, or that it was deleted."""
    a, b, c = fill_some(store, 3)
    one, two = add_readers(store, "ada", "bo")
    first, second = add_shelf(store, one, a, b, name="1"), add_shelf(store, one, a, name="2")
    add_shelf(store, two, c)
    gone = add_shelf(store, one, c, name="3")
    with store.write() as writing:
        writing.put_shelf(Shelf(gone, one, "3", NOW, deleted_at=LATER))
    with counting(store) as asked:
        found = store.find_saved(one, [a, b, c, 99])
    assert len(asked) == 1
    shelves = {number: [each.shelf_id for each in where] for number, where in found.items()}
    assert shelves == {a: [first, second], b: [first]}


def test_who_saved_a_paper_as_far_as_they_allow_it(store: SqlStore) -> None:
    """Break to see it fail: name readers who are not open, or shelves that are not shared."""
    [number] = fill_some(store, 1)
    [shy, shyer, banned] = add_readers(store, "shy", "shyer", "banned", open=False)
    [frank, sharing] = add_readers(store, "frank", "sharing")
    with store.write() as writing:
        writing.put_reader(replace(store.get_readers()[banned], open=True, disabled=True))
    shared = add_shelf(store, shy, number, name="1", shared=True)
    add_shelf(store, shy, number, name="2")
    add_shelf(store, shyer, number)
    add_shelf(store, banned, number, shared=True)
    add_shelf(store, frank, number)
    both = [add_shelf(store, sharing, number, name=name, shared=True) for name in "12"]
    add_shelf(store, sharing, number, name="3")
    assert store.get_savers(number) == {shy: [shared], frank: [], sharing: both}
    with store.write() as writing:
        for each in (shared, *both):
            shelf = store.get_shelf(each)
            assert shelf
            writing.put_shelf(replace(shelf, deleted_at=LATER))
    assert store.get_savers(number) == {frank: [], sharing: []}


# --- Searches and follows ---------------------------------------------------------------------


def test_searches_by_name(store: SqlStore) -> None:
    [one] = add_readers(store, "ada")
    told = SavedSearch(0, one, "zoo", "bees -wasps", NOW, in_edition=False, generation=2)
    with store.write() as writing:
        numbers = [writing.put_search(replace(told, name=name)) for name in ("zoo", "Bees", "gone")]
        writing.put_search(replace(told, id=numbers[2], name="gone", deleted_at=LATER))
    zoo, bees, gone = numbers
    assert [each.id for each in store.get_searches(one)] == [bees, zoo]
    assert store.get_search(zoo) == replace(told, id=zoo)
    assert store.get_search(gone) == replace(told, id=gone, name="gone", deleted_at=LATER)


def test_follows_stay_as_they_were_first(store: SqlStore) -> None:
    one, two = add_readers(store, "ada", "bo")
    with store.write() as writing:
        for name, at in (("Zoë Sample", NOW), ("ada Example", NOW), ("Zoë Sample", LATER)):
            writing.put_follow(Follow(one, name, at))
        writing.drop_follow(two, "Zoë Sample")
    expected = [Follow(one, "ada Example", NOW), Follow(one, "Zoë Sample", NOW)]
    assert store.get_follows(one) == expected
    with store.write() as writing:
        writing.drop_follow(one, "ada Example")
    assert store.get_follows(one) == expected[1:]


# --- The journal ------------------------------------------------------------------------------


def test_acts_are_kept_as_told_and_come_newest_first(store: SqlStore) -> None:
    [number] = fill_some(store, 1)
    one, two = add_readers(store, "ada", "bo")
    detail = {"said": "Saved to *Diffusion*.", "position": 3, "ids": [1, 2], "was": None}
    told = [
        Signal(one, Act.SAVE, NOW + MOMENT, number, 7, detail),
        Signal(two, Act.OPEN, NOW),
        Signal(one, Act.OPEN, LATER, number, undone_at=LATER),
    ]
    with store.write() as writing:
        assert list(writing.add_signals(told)) == [1, 2, 3]
        assert list(writing.add_signals([])) == []
        assert list(writing.add_signals(told[:1])) == [4]
    kept = [replace(each, id=place) for place, each in enumerate(told, 1)]
    again = replace(told[0], id=4)
    assert store.get_signals(one) == [again, kept[2], kept[0]]
    assert store.get_signals(one, acts=[Act.OPEN, Act.READ]) == [kept[2]]
    assert store.get_signals(one, limit=1) == [again]
    assert store.get_signal(2) == kept[1]


def test_what_readers_were_shown_at_a_place_is_found_among_their_last_acts(
    store: SqlStore,
) -> None:
    """Break to see it fail: leave `limit` or the reader out of `_BEFORE`, or the place."""
    one, two, three = add_readers(store, "ada", "bo", "cy")

    def shown(reader: int, place: str) -> Signal:
        return Signal(reader, Act.SHOWN, NOW, detail={"place": place, "works": [1]})

    with store.write() as writing:
        writing.add_signals([shown(one, "shelf-new 1"), shown(two, "shelf-new 2")])
        writing.add_signals([shown(one, "shelf-new 3"), shown(one, "shelf 1")])
        writing.add_signals([Signal(one, Act.OPEN, NOW, detail={"place": "shelf-new 1"})])
        writing.add_signals([shown(one, 'x "place":"shelf-new 5'), shown(three, "search")])
    everyone = [one, two, three]

    def ids(limit: int) -> dict[int, list[int]]:
        found = store.get_shown(everyone, "shelf-new ", limit)
        return {reader: [each.id for each in own] for reader, own in found.items()}

    assert ids(50) == {one: [3, 1], two: [2]}
    assert ids(4) == {one: [3], two: [2]}
    assert ids(3) == {two: [2]}
    assert store.get_shown([], "shelf-new ", 50) == {}


def test_when_readers_last_did_something_with_a_paper(store: SqlStore) -> None:
    """Break to see it fail: leave out the reader, the kinds of acts or `since`."""
    [number] = fill_some(store, 1)
    one, two, three = add_readers(store, "ada", "bo", "cy")
    told = [
        Signal(one, Act.OPEN, NOW, number),
        Signal(one, Act.UPVOTE, LATER, number, undone_at=LATER),
        Signal(one, Act.FOLLOW, LATER),
        Signal(two, Act.OPEN, NOW, number),
        Signal(three, Act.READ, LATER, number),
    ]
    with store.write() as writing:
        writing.add_signals(told)
    everyone, acts = [one, two, three], (Act.OPEN, Act.UPVOTE, Act.FOLLOW)
    assert store.find_touched(everyone, acts, NOW) == {one: {number: LATER}, two: {number: NOW}}
    assert store.find_touched(everyone, acts, LATER) == {one: {number: LATER}}
    assert store.find_touched([two], acts, LATER) == store.find_touched([], acts, NOW) == {}


def test_an_act_is_undone_once(store: SqlStore) -> None:
    """Break to see it fail: mark whatever has the number."""
    [one] = add_readers(store, "ada")
    with store.write() as writing:
        [number] = writing.add_signals([Signal(one, Act.FOLLOW, NOW)])
        assert writing.mark_undone(number, LATER)
        assert not writing.mark_undone(number, LATER + timedelta(days=1))
        assert not writing.mark_undone(99, LATER)
    found = store.get_signal(number)
    assert found and found.undone_at == LATER
