"""What an instance promises of saved searches, from readers' answers to the edition."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from broadsheet.edition import Edition, Entry, Scope, Section
from broadsheet.errors import InvalidInputError
from broadsheet.learning import Answer, Opinion
from broadsheet.people import Act, Reader, Signal
from broadsheet.recommend.alerts import LEAST_JUDGED, Batch
from broadsheet.recommend.judging import LEAST_HEARD, Judged, Scorer, read_told, weigh_alike
from broadsheet.recommend.sieve import Sieve
from ownroom import get, save, search, section
from pressroom import DAY, FRIDAY, PressRoom, Template

QUERY = "honey bees"
SHOWN = ("bees", "hives", "nectar", "wax")
READERS = 8
MANY = (12, 16, 90)


@pytest.fixture
def room(own_template: Template, tmp_path: Path) -> Iterator[PressRoom]:
    with own_template.open(tmp_path) as room:
        room.announce(FRIDAY, ["old-bees", "glaciers", *SHOWN])
        yield room


def print_section(
    room: PressRoom, reader: Reader, days: int, *keys: str, model: str = "", query: str = QUERY
) -> None:
    """An edition of a reader so many days ago, in which a search brought these papers."""
    day = FRIDAY - days * DAY
    numbers = [room.numbers[key] for key in keys]
    entries = tuple(Entry(place, number, "A title") for place, number in enumerate(numbers, 1))
    sections = (Section("search-1", "Bees", entries, query=query, model=model),)
    made = room.now - timedelta(days=days)
    edition = Edition(
        Scope.READER, day.isoformat(), day, day, made, reader_id=reader.id, sections=sections
    )
    with room.store.write() as transaction:
        transaction.print_edition(edition)


def find_best(room: PressRoom) -> str:
    """The paper that the search finds best, of those shown."""
    scores = Scorer(room.library._index).score(QUERY, [room.numbers[key] for key in SHOWN])
    assert len(scores) == len(SHOWN)
    return max(SHOWN, key=lambda key: scores[room.numbers[key]])


def judge(room: PressRoom, readers: int = READERS, model: str = "") -> None:
    """Each of so many readers was brought all four papers, and kept the best of them."""
    best = find_best(room)
    for number in range(readers):
        reader = room.add_reader(f"reader{number}")
        print_section(room, reader, 3, *SHOWN, model=model)
        save(room, reader, "Apiary", best)


def test_off_at_first_and_everything_is_shown(room: PressRoom) -> None:
    """Break to see it fail: take a promise of 20 where none is kept."""
    judge(room)
    ada = room.add_reader("ada")
    search(room, ada, "Bees", QUERY)
    found = section(get(room, ada), "Bees")
    assert len(found.entries) == 5 and not found.model
    state = room.library.recommender.promises.describe()
    assert (state.percent, state.record) == (0, "") and "shows all" in state.sentence


def test_what_is_too_likely_a_miss_is_held_back_and_said(room: PressRoom) -> None:
    """Break to see it fail: let `Sieve.sift` send everything, or count the misses as kept."""
    judge(room)
    room.library.recommender.promises.choose(20)
    ada = room.add_reader("ada")
    search(room, ada, "Bees", QUERY)
    search(room, ada, "Sample alone", "author:sample")
    edition = get(room, ada)
    found = section(edition, "Bees")
    shown = {entry.work_id for entry in found.entries}
    assert room.numbers[find_best(room)] in shown and len(shown) < 5
    assert found.more == 5 - len(shown) and "held back" in found.note
    assert found.model.startswith("a bar that promises at most 20 % misses")
    told = " ".join(room.press.explain(edition, found.entries[0].work_id))
    assert "It was chosen by a bar that promises at most 20 % misses" in told
    by_filter = section(edition, "Sample alone")
    assert by_filter.entries and not by_filter.model


def test_too_few_answers_hold_nothing_back(room: PressRoom) -> None:
    """Break to see it fail: drop the question how many were judged."""
    judge(room, readers=6)
    promises = room.library.recommender.promises
    assert promises.choose(20).sentence.startswith("At most 20 %")
    state = promises.describe()
    assert state.needed == LEAST_JUDGED - 6 * len(SHOWN)
    assert f"The promise needs {state.needed} more answers" in state.sentence
    ada = room.add_reader("ada")
    search(room, ada, "Bees", QUERY)
    assert len(section(get(room, ada), "Bees").entries) == 5


def test_what_counts_as_an_answer(room: PressRoom) -> None:
    """Saved and liked are kept; answered no to and, after two days, passed over are misses; what
    came yesterday may yet be looked at.

    Break to see it fail: count what was passed over in an edition of yesterday.
    """
    ada = room.add_reader("ada")
    print_section(room, ada, 3, "bees", "hives")
    print_section(room, ada, 1, "nectar", "wax", "old-bees")
    save(room, ada, "Apiary", "bees")
    said = {"nectar": Opinion.DISLIKE, "wax": Opinion.LIKE}
    with room.store.write() as transaction:
        transaction.put_answers(
            [Answer(ada.id, 0, room.numbers[key], what, room.now) for key, what in said.items()]
        )
    told = read_told(room.store, room.now)
    keys = {number: key for key, number in room.numbers.items()}
    kept = {keys[each.work_id]: each.kept for each in told.judged}
    assert kept == {"bees": True, "hives": False, "nectar": False, "wax": True}


def open_paper(room: PressRoom, reader: Reader, key: str, act: Act = Act.OPEN) -> None:
    with room.store.write() as transaction:
        transaction.add_signals([Signal(reader.id, act, room.now, room.numbers[key])])


def test_an_edition_with_which_nothing_was_done_says_nothing(room: PressRoom) -> None:
    """Nobody knows whether its reader looked. What was done with another paper of it tells, of any
    section; not what was done before it was made.

    Break to see it fail: let `Said.has_looked` be always true, or leave out since when.
    """
    idle, early, opened, upvoted = map(room.add_reader, ("idle", "early", "opened", "upvoted"))
    for reader in (idle, early, opened, upvoted):
        print_section(room, reader, 3, "bees", "hives")
    save(room, early, "Apiary", "bees")
    room.now -= 4 * DAY
    save(room, idle, "Apiary", "bees")
    room.now += 4 * DAY
    print_section(room, early, 1, "wax")
    open_paper(room, opened, "bees")
    open_paper(room, upvoted, "hives", Act.UPVOTE)
    assert len(read_told(room.store, room.now).judged) == 3 * 2


def test_those_who_never_answer_move_no_bar(room: PressRoom) -> None:
    """Break to see it fail: let `_judge`, or `_find_batch`, ask nobody whether they looked."""
    model = "a bar that promises at most 30 % misses, set by 40 answers"
    judge(room, readers=20, model=model)
    bar, record = find_state(room)
    for name in ("idle", "away", "gone"):
        reader = room.add_reader(name)
        for days in range(3, 17):
            print_section(room, reader, days, find_best(room), model=model)
    assert find_state(room) == (bar, record) and math.isfinite(bar)


@pytest.mark.parametrize("act", [Act.OPEN, Act.SAVE])
def test_no_reader_sets_the_bar_for_all(room: PressRoom, act: Act) -> None:
    """Neither by passing over what all others keep, nor by keeping what they pass over.

    Break to see it fail: let `weigh_alike` keep all that was judged, or set LEAST_HEARD to 10.
    """
    judge(room, readers=20)
    bar, _ = find_state(room)
    best = find_best(room)
    worst = [key for key in SHOWN if key != best]
    mal = room.add_reader("mal")
    if act is Act.SAVE:
        save(room, mal, "All", *worst)
    for days in range(3, 17):
        brought = worst if act is Act.SAVE else [best] * 3
        print_section(room, mal, days, *brought)
    open_paper(room, mal, best)
    assert find_state(room)[0] == bar and math.isfinite(bar)
    told = read_told(room.store, room.now)
    assert (len(told.judged), told.unheard) == (20 * 4 + LEAST_HEARD, 14 * 3 - LEAST_HEARD)


def find_state(room: PressRoom) -> tuple[float, str]:
    """The bar of a promise of 30 % as of now, and the record."""
    sieve = Sieve(room.store, room.library._index, 30, room.now)
    return sieve._bar, sieve.record.sentence


def test_the_newest_papers_of_a_reader_count() -> None:
    """As many as half of the readers have, or all of an only one's.

    Break to see it fail: take the last ones, or the median of all readers and not of those who
    judged any.
    """
    own = [[Judged("bees", 100 * many + place, True) for place in range(many)] for many in MANY]
    heard = [each.work_id for each in weigh_alike(own)]
    assert heard == [*range(1200, 1212), *range(1600, 1616), *range(9000, 9016)]
    assert len(weigh_alike([[], own[-1], []])) == 90
    assert len(weigh_alike([own[-1], own[0][:2]])) == LEAST_HEARD + 2
    assert weigh_alike([]) == weigh_alike([[]]) == []


def test_a_promise_says_whose_answers_it_needs(room: PressRoom) -> None:
    """Break to see it fail: leave `whose` out."""
    judge(room, readers=1)
    ada = room.add_reader("ada")
    for days in range(3, 12):
        print_section(room, ada, days, *SHOWN)
    open_paper(room, ada, "bees")
    promises = room.library.recommender.promises
    promises.choose(20)
    assert "The promise needs 21 more answers of other readers;" in promises.describe().sentence


def test_searches_without_words_take_no_place_of_others(room: PressRoom) -> None:
    """Break to see it fail: leave `read_words` out of `_judge`."""
    judge(room, readers=1)
    reader = room.store.find_reader("reader0")
    assert reader
    print_section(room, reader, 4, "bees", query="author:sample")
    open_paper(room, reader, "bees")
    assert {each.query for each in read_told(room.store, room.now).judged} == {QUERY}


def test_the_record_is_of_this_promise_and_counts_silence_apart(room: PressRoom) -> None:
    """Break to see it fail: leave out that batches are those of the promise that is made, or take
    an edition that sent nothing for none."""
    promises = room.library.recommender.promises
    this = "a bar that promises at most 20 % misses, set by 40 answers"
    judge(room, model=this)
    other, silent = room.add_reader("other"), room.add_reader("silent")
    print_section(room, other, 3, *SHOWN, model=this.replace("20", "30"))
    print_section(room, silent, 3, model=this)
    print_section(room, silent, 1, "bees", model=this)
    promises.choose(20)
    state = promises.describe()
    assert "75% [75, 75] of 32 papers were passed over; 1 batch was silent." in state.record
    model, batch = read_told(room.store, room.now).batches[-1]
    assert model.startswith("a bar") and isinstance(batch, Batch)


def test_examples_and_closed_accounts_tell_nothing(room: PressRoom) -> None:
    """Break to see it fail: ask all readers."""
    example = room.add_reader("example", example=True)
    closed = room.add_reader("closed")
    for reader in (example, closed):
        print_section(room, reader, 3, "bees")
    with room.store.write() as transaction:
        transaction.put_reader(replace(closed, disabled=True))
    assert not read_told(room.store, room.now).judged


def test_only_these_promises_can_be_made(room: PressRoom) -> None:
    promises = room.library.recommender.promises
    with pytest.raises(InvalidInputError, match="10, 20 or 30"):
        promises.choose(25)
    promises.choose(10)
    assert promises.describe().percent == 10
    assert "show all" in promises.choose(0).sentence
    assert promises.describe().percent == 0


def test_a_search_that_is_broken_by_now_scores_nothing(room: PressRoom) -> None:
    """Break to see it fail: let `Scorer.score` raise."""
    scorer = Scorer(room.library._index)
    assert not scorer.score("year:soon", [1])
    assert not scorer.score("author:sample", [1])
    assert not scorer.score(QUERY, [])
