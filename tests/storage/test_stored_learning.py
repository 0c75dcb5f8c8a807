"""What readers answer and set for their shelves, and what `tune` was told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from community import MOMENT, add_readers, add_shelf
from filling import fill

from broadsheet.learning import Answer, Judgement, Opinion, Steering, Wish
from broadsheet.people import Shelf
from broadsheet.storage import SqlStore
from papers import LATER, NOW, make_record
from queries import counting


def fill_some(store: SqlStore, count: int) -> list[int]:
    return fill(store, *([make_record(number)] for number in range(count)))


def merge(store: SqlStore, kept: int, gone: int) -> None:
    with store.write() as writing:
        writing.merge_works(kept, gone, reason="the same", now=LATER)


# --- Answers ----------------------------------------------------------------------------------


def test_answers_are_kept_as_told_and_come_newest_first(store: SqlStore) -> None:
    a, b = fill_some(store, 2)
    one, two = add_readers(store, "ada", "bo")
    shelf, other = add_shelf(store, one, name="1"), add_shelf(store, one, name="2")
    told = [
        Answer(one, shelf, a, Opinion.LIKE, NOW),
        Answer(one, other, a, Opinion.DISLIKE, NOW + MOMENT),
        Answer(one, 0, b, Opinion.HIDE, NOW + 2 * MOMENT),
        Answer(two, 0, b, Opinion.HIDE, LATER),
    ]
    with store.write() as writing:
        writing.put_answers(told)
        writing.put_answers([])
    assert store.get_answers(one) == told[2::-1]
    assert store.get_answers(one, shelf_id=shelf) == told[:1]
    assert store.get_answers(one, shelf_id=0) == told[2:3]
    assert store.get_answers(one, limit=1) == told[2:3]
    with counting(store) as asked:
        found = store.find_answers(one, [a, b, 99])
    assert found == {a: [told[1], told[0]], b: [told[2]]}
    assert len(asked) == 1


def test_there_is_one_answer_for_each_shelf_and_paper(store: SqlStore) -> None:
    """Break to see it fail: leave `on_conflict_do_update` out of `_PUT_ANSWERS`."""
    [a] = fill_some(store, 1)
    [one] = add_readers(store, "ada")
    shelf = add_shelf(store, one)
    told = Answer(one, shelf, a, Opinion.LIKE, NOW)
    with store.write() as writing:
        writing.put_answers([told])
        writing.put_answers([replace(told, opinion=Opinion.DISLIKE, at=LATER)])
        writing.drop_answer(one, 0, a)
    assert store.get_answers(one) == [replace(told, opinion=Opinion.DISLIKE, at=LATER)]
    with store.write() as writing:
        writing.drop_answer(one, shelf, a)
    assert store.get_answers(one) == []


def test_answers_go_where_papers_go(store: SqlStore) -> None:
    """The later of two answers stands, and old numbers lead to it.

    Break to see it fail: leave `answers` out of `moving._JOINED`, or its `where`.
    """
    a, b, c = fill_some(store, 3)
    [one] = add_readers(store, "ada")
    shelf = add_shelf(store, one)
    late = Answer(one, shelf, a, Opinion.LIKE, LATER)
    early = Answer(one, shelf, b, Opinion.DISLIKE, NOW)
    hidden = Answer(one, 0, b, Opinion.HIDE, NOW)
    with store.write() as writing:
        writing.put_answers([late, early, hidden])
    merge(store, a, b)
    moved = replace(hidden, work_id=a)
    assert store.get_answers(one) == [late, moved]
    assert store.find_answers(one, [b]) == {b: [late, moved]}
    merge(store, c, a)
    with store.write() as writing:
        writing.drop_answer(one, 0, b)
        writing.put_answers([replace(early, at=LATER)])
    assert store.get_answers(one) == [replace(early, work_id=c, at=LATER)]
    assert store.check() == []


def test_answers_for_a_deleted_shelf_wait_with_it(store: SqlStore) -> None:
    """Break to see it fail: leave `_OF_STANDING` out of either question."""
    [a] = fill_some(store, 1)
    [one] = add_readers(store, "ada")
    shelf = add_shelf(store, one)
    told = Answer(one, shelf, a, Opinion.LIKE, NOW)
    with store.write() as writing:
        writing.put_answers([told])
        writing.put_shelf(Shelf(shelf, one, "Mine", NOW, deleted_at=LATER))
    assert store.get_answers(one) == []
    assert store.find_answers(one, [a]) == {}
    assert store.get_answers(one, shelf_id=shelf) == [told]


# --- Steering, judgements, facts --------------------------------------------------------------


def test_steering_is_kept_as_told(store: SqlStore) -> None:
    [one] = add_readers(store, "ada")
    first, second, third = (add_shelf(store, one, name=name) for name in "123")
    told = Steering(
        first,
        per_day=3,
        minutes=20,
        floor=0.35,
        explore=0.1,
        rare=1.0,
        only=(Wish("category", "cs.LG"), Wish("author", "Łukasz Ødegård")),
        never=(Wish("source", 'a "feed"'),),
        muted_until=date(2026, 3, 8),
        in_edition=False,
        ranker="smoothed@1",
        challenger="svm@1",
        trial_since=LATER,
    )
    with store.write() as writing:
        writing.put_steering(replace(told, per_day=9))
        writing.put_steering(told)
        writing.put_steering(Steering(second))
    with counting(store) as asked:
        assert store.get_steerings([first, second, third]) == {
            first: told,
            second: Steering(second),
        }
    assert len(asked) == 1
    assert store.get_steerings([]) == {}


def test_judgements_come_oldest_first_and_go_where_papers_go(store: SqlStore) -> None:
    """What either of two papers was right for, the one is right for.

    Break to see it fail: leave `judgements` out of `moving._JOINED`.
    """
    a, b, c = fill_some(store, 3)
    one, two = add_readers(store, "ada", "bo")
    told = [
        Judgement(two, "bees", b, False, NOW),
        Judgement(one, "bees", a, False, NOW + timedelta(hours=1)),
        Judgement(one, "bees", b, True, NOW + timedelta(hours=2)),
        Judgement(one, "wasps", c, True, NOW + timedelta(hours=3)),
    ]
    with store.write() as writing:
        for each in reversed(told):
            writing.put_judgement(each)
        writing.put_judgement(told[1]._replace(relevant=True))
        writing.put_judgement(told[1])
    assert store.get_judgements() == told
    merge(store, a, b)
    assert store.get_judgements() == [
        told[0]._replace(work_id=a), told[2]._replace(work_id=a), told[3],
    ]  # fmt: skip
    with store.write() as writing:
        writing.drop_judgement(one, "bees", b)
        writing.drop_judgement(two, "wasps", c)
    assert store.get_judgements() == [told[0]._replace(work_id=a), told[3]]


def test_facts(store: SqlStore) -> None:
    assert store.get_fact("tuned") == ""
    with store.write() as writing:
        writing.put_fact("tuned", "a", now=NOW)
        writing.put_fact("tuned", "b", now=LATER)
        writing.put_fact("promise", "c", now=LATER)
    assert (store.get_fact("tuned"), store.get_fact("promise")) == ("b", "c")
    with store.write() as writing:
        writing.put_fact("tuned", "", now=LATER)
    assert (store.get_fact("tuned"), store.get_fact("promise")) == ("", "c")


def test_facts_that_begin_alike_are_dropped_when_they_are_old(store: SqlStore) -> None:
    """Break: let "_" and "%" of the prefix stand for any letter."""
    with store.write() as writing:
        for name, at in (("as_a", NOW), ("as_b", LATER), ("asks", NOW), ("as", NOW)):
            writing.put_fact(name, "x", now=at)
        writing.drop_facts("as_", before=LATER)
    left = [name for name in ("as_a", "as_b", "asks", "as") if store.get_fact(name)]
    assert left == ["as_b", "asks", "as"]
