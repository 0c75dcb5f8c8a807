"""What a shelf's own page showed counts for the match, as far as it was surely seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from broadsheet.edition import Edition, Entry, Scope, Section
from broadsheet.learning import Answer, Opinion
from broadsheet.people import Act, Reader, Saved, Signal
from broadsheet.recommend.calibration import NEEDED, examination, learn
from broadsheet.recommend.lessons import Desires
from broadsheet.recommend.offers import RIPE, Look, Offer, Past, find_offers, section_of
from topics import Learners

NOW = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)
BEES, TIDES = 7, 8


def look(
    learners: Learners, shelf: int, works: Sequence[int], reader: Reader | None = None
) -> None:
    """What the script of the page tells when it has been looked at."""
    learners.library.journal.note_shown(reader or learners.ada, f"shelf-new {shelf}", works)
    learners.library.journal.flush()


def needed(learners: Learners, shelf: int) -> set[int]:
    """How many answers are missing, as the pages of the shelf and an edition say."""
    ada, recommender = learners.ada, learners.recommender
    said = [recommender.rank(ada, shelf).needed, recommender.describe(ada, shelf).needed]
    return {*said, recommender.trade_off(ada, shelf).needed, learners.pick()[0].needed}


def test_what_stands_above_the_last_answer_there_is_no_longer_missing(learners: Learners) -> None:
    """Break to see it fail: leave the looks out of `_list_shown`, or out of `read_pasts`."""
    shelf = learners.shelf("Bees", 1, 2, 3)
    look(learners, shelf, [4, 21, 5, 6, 22])
    assert needed(learners, shelf) == {NEEDED}
    learners.answer(shelf, Opinion.LIKE, 4)
    assert needed(learners, shelf) == {NEEDED}
    learners.answer(shelf, Opinion.DISLIKE, 21)
    assert needed(learners, shelf) == {NEEDED - 1}
    learners.answer(shelf, Opinion.DISLIKE, 22)
    assert needed(learners, shelf) == {NEEDED - 4}
    learners.answer(shelf, Opinion.LIKE, 7)  # was not on it
    assert needed(learners, shelf) == {NEEDED - 4}


def test_only_looks_at_this_shelf_in_this_library_count(learners: Learners) -> None:
    """Break to see it fail: do not compare `shelf_id` in `_list_shown`; or read what a takeout
    brought; or ask `get_shown` for any place."""
    shelf = learners.shelf("Bees", 1, 2, 3)
    look(learners, shelf + 90, [4, 9])
    look(learners, shelf, [5, 9], learners.ben)
    for place in (f"shelf-old {shelf}", f"shelf-new {shelf}x", "shelf-new ", "shelf-new ²"):
        learners.library.journal.note_shown(learners.ada, place, [6, 9])
    learners.library.journal.flush()
    brought = {"brought": True, "place": f"shelf-new {shelf}", "works": [7, 9]}
    with learners.store.write() as writing:
        writing.add_signals([Signal(learners.ada.id, Act.SHOWN, NOW, detail=brought)])
    learners.answer(shelf, Opinion.LIKE, 4, 5, 6, 7, 9)
    assert needed(learners, shelf) == {NEEDED}


def test_a_page_on_which_nothing_was_done_says_nothing(learners: Learners) -> None:
    """Break to see it fail: count in `_see_pages` all papers where `last` is 0."""
    shelf = learners.shelf("Bees", 1, 2, 3)
    look(learners, shelf, range(4, 20))
    learners.time.pass_by(2 * RIPE)
    assert needed(learners, shelf) == {NEEDED}


def say(shelf: int, opinion: Opinion, *works: int) -> list[Answer]:
    return [Answer(1, shelf, work, opinion, NOW) for work in works]


def test_a_paper_that_was_shown_often_counts_once() -> None:
    """What was done with a paper tells of the last page that showed it. Break to see it fail: leave
    `left -= ...` out of `_see_pages`."""
    looks = [
        Look(BEES, NOW - timedelta(days=1), (4, 9, 3)),
        Look(BEES, NOW - timedelta(days=3), (6, 4, 10, 2)),
        Look(BEES, NOW - timedelta(days=4), (5, 6, 4, 1, 9)),
    ]
    said = say(BEES, Opinion.DISLIKE, 9) + say(BEES, Opinion.LIKE, 6, 10)
    (found,) = find_offers(Past((), looks), Desires([], [], said), [BEES], NOW).values()
    assert sorted(found) == [Offer(4, False, 1.0), Offer(6, True, 1.0)]


@pytest.mark.parametrize("meant", [BEES, TIDES])
def test_one_act_counts_for_one_shelf(meant: int) -> None:
    """For the one that it was meant for, or else for the one that showed the paper first. Break to
    see it fail: let each shelf own all that it showed in `find_offers`; or drop the answers, or
    the saves, or the time from `_assign`."""
    looks = [
        Look(BEES, NOW - timedelta(days=3), (4, 5, 6, 8)),
        Look(TIDES, NOW - timedelta(days=4), (4, 5, 6, 7)),
    ]
    last = say(BEES, Opinion.DISLIKE, 8) + say(TIDES, Opinion.DISLIKE, 7)
    saved = [Saved(meant, 5, NOW)]
    desires = Desires([], saved, last + say(meant, Opinion.LIKE, 4))
    found = find_offers(Past((), looks), desires, [TIDES, BEES], NOW)
    assert sorted(found[meant])[:2] == [Offer(4, True, 1.0), Offer(5, True, 1.0)]
    works = [offer.work_id for each in found.values() for offer in each]
    assert sorted(works) == [4, 5, 6]
    assert 6 in [offer.work_id for offer in found[TIDES]]


DEPTHS: dict[str, Callable[[int], float]] = {
    "looks everywhere": lambda place: 1.0,
    "looks as most do": examination,
    "stops early": lambda place: 1 / place,
}
"""How many of a hundred readers come to a place of a list, or further."""


def make_edition(at: datetime, works: Sequence[int]) -> Edition:
    entries = [Entry(place, work, "A title") for place, work in enumerate(works, 1)]
    near = Section(section_of(BEES), "Near", tuple(entries))
    return Edition(Scope.READER, "day", at.date(), at.date(), at, sections=(near,))


def make_past(shown: Sequence[Sequence[int]], *, editions: bool) -> Past:
    at = NOW - timedelta(days=9)
    if editions:
        return Past([make_edition(at, works) for works in shown])
    return Past((), [Look(BEES, at, tuple(works)) for works in shown])


def find_error(depth: str, pages: int, size: int, seed: int, *, editions: bool = False) -> float:
    """By how much the mean match that is told to a reader of so many pages is above the true one.
    The reader comes from the top, stops somewhere, and keeps more of what the shelf finds nearer.
    """
    dice = np.random.default_rng([seed, pages])
    scores = dict(enumerate(dice.normal(0.5, 1.0, pages * size), 1))
    true = {work: 1 / (1 + np.exp(1.5 - score)) for work, score in scores.items()}
    shown, kept = [], []
    for page in np.array_split(np.arange(1, pages * size + 1), pages):
        shown.append(sorted(page.tolist(), key=lambda work: -scores[work]))
        stop = dice.random()
        for place, work in enumerate(shown[-1], 1):
            if stop < DEPTHS[depth](place) and dice.random() < true[work]:
                kept.append(work)
    past = make_past(shown, editions=editions)
    desires = Desires([], [], say(BEES, Opinion.LIKE, *kept))
    offers = find_offers(past, desires, [BEES], NOW)[BEES]
    learned = learn(
        [scores[offer.work_id] for offer in offers],
        [offer.kept for offer in offers],
        seen=[offer.seen for offer in offers],
    )
    return float(learned.chance(list(scores.values())).mean() - np.mean(list(true.values())))


@pytest.mark.parametrize("pages", [3, 18])
@pytest.mark.parametrize("depth", DEPTHS)
def test_a_shelf_looks_no_surer_than_it_is_however_deep_its_page_is_read(
    depth: str, pages: int
) -> None:
    """The mean of twenty readers. Break to see it fail: weigh in `_see_pages` what was passed over
    by `examination`; or count the last one that was kept, too (`place <= last`)."""
    assert abs(np.mean([find_error(depth, pages, 50, seed) for seed in range(20)])) < 0.07


@pytest.mark.parametrize("size", [6, 14])
@pytest.mark.parametrize("depth", DEPTHS)
def test_editions_make_a_shelf_look_hardly_surer_than_it_is(depth: str, size: int) -> None:
    """The mean of twenty readers; one who stops early is told less than is true. Break to see it
    fail: weigh in `_see_editions` what is above the last answer by `examination`, too."""
    off = np.mean([find_error(depth, 10, size, seed, editions=True) for seed in range(20)])
    assert -0.15 < off < 0.1


def test_in_an_edition_what_is_above_the_last_answer_was_seen() -> None:
    """What is below it counts by its place; and without an answer only what is ripe counts. Break
    to see it fail: drop `ripe`, or `work in said`, from `_see_editions`."""
    past = Past([make_edition(NOW, [7, 8, 9]), make_edition(NOW - RIPE, [3, 4, 5, 6])])
    said = say(BEES, Opinion.DISLIKE, 5) + say(BEES, Opinion.LIKE, 8) + say(0, Opinion.HIDE, 3)
    (found,) = find_offers(past, Desires([], [], said), [BEES], NOW).values()
    assert sorted(found) == [
        Offer(3, False, 1.0),
        Offer(4, False, 1.0),
        Offer(5, False, 1.0),
        Offer(6, False, examination(4)),
        Offer(8, True, 1.0),
    ]
