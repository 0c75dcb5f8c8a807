"""What a shelf's own page showed counts for the match, as what an edition showed does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from broadsheet.learning import Answer, Opinion
from broadsheet.people import Act, Reader, Signal
from broadsheet.recommend.calibration import NEEDED, examination, learn
from broadsheet.recommend.offers import RIPE, Look, Offer, Past, find_offers
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


def test_each_answer_there_is_one_less_that_is_missing(learners: Learners) -> None:
    """Break to see it fail: leave the looks out of `_list_shown`, or out of `read_pasts`."""
    shelf = learners.shelf("Bees", 1, 2, 3)
    look(learners, shelf, [4, 21, 5, 6, 22])
    assert needed(learners, shelf) == {NEEDED}
    learners.answer(shelf, Opinion.LIKE, 4)
    assert needed(learners, shelf) == {NEEDED - 1}
    learners.answer(shelf, Opinion.DISLIKE, 21, 22)
    assert needed(learners, shelf) == {NEEDED - 3}
    learners.answer(shelf, Opinion.LIKE, 7)  # was not on it
    assert needed(learners, shelf) == {NEEDED - 3}


def test_only_looks_at_this_shelf_in_this_library_count(learners: Learners) -> None:
    """Break to see it fail: do not compare `shelf_id` in `_list_shown`; or read what a takeout
    brought; or ask `get_shown` for any place."""
    shelf = learners.shelf("Bees", 1, 2, 3)
    look(learners, shelf + 90, [4])
    look(learners, shelf, [5], learners.ben)
    for place in (f"shelf-review {shelf}", f"shelf-new {shelf}x", "shelf-new ", "shelf-new ²"):
        learners.library.journal.note_shown(learners.ada, place, [6])
    brought = {"brought": True, "place": f"shelf-new {shelf}", "works": [7]}
    with learners.store.write() as writing:
        writing.add_signals([Signal(learners.ada.id, Act.SHOWN, NOW, detail=brought)])
    learners.answer(shelf, Opinion.LIKE, 4, 5, 6, 7)
    assert needed(learners, shelf) == {NEEDED}


def test_what_was_passed_over_there_counts_by_its_place_after_two_days(learners: Learners) -> None:
    shelf = learners.shelf("Bees", 1, 2, 3)
    look(learners, shelf, range(4, 20))
    assert needed(learners, shelf) == {NEEDED}
    learners.time.pass_by(RIPE)
    seen = sum(examination(place) for place in range(1, 17))
    assert needed(learners, shelf) == {NEEDED - int(seen)}


def test_a_paper_that_was_shown_often_counts_once_where_it_stood_first() -> None:
    """Break to see it fail: let the last place win in `_list_shown`."""
    looks = [
        Look(BEES, NOW - timedelta(days=1), (4, 9)),
        Look(BEES, NOW - timedelta(days=3), (6, 4)),
        Look(BEES, NOW - timedelta(days=4), (5, 6, 4)),
        Look(TIDES, NOW - timedelta(days=4), (8,)),
    ]
    answers = [Answer(1, BEES, 9, Opinion.DISLIKE, NOW)]
    found = find_offers(Past((), looks), answers, BEES, frozenset({6}), NOW)
    assert set(found) == {
        Offer(4, False, examination(2)),
        Offer(5, False, examination(1)),
        Offer(6, True, examination(1)),
        Offer(9, False, 1.0),
    }


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_best_of_a_month_is_no_better_than_it_is(seed: int) -> None:
    """A page shows what is near, and readers answer more to what they like: the match that is
    learned from it is still how often a paper that is looked at is kept. Break to see it fail:
    count in `find_offers` only what was answered; or every paper that was passed over as seen."""
    dice = np.random.default_rng(seed)
    scores = dict(enumerate(dice.normal(0.5, 1.0, 900), 1))
    true = {work: 1 / (1 + np.exp(1.5 - score)) for work, score in scores.items()}
    looks, answers, kept = [], [], set()
    for page in np.array_split(np.arange(1, 901), 30):
        shown = sorted(page.tolist(), key=lambda work: -scores[work])
        looks.append(Look(BEES, NOW - timedelta(days=9), tuple(shown)))
        for place, work in enumerate(shown, 1):
            if dice.random() < examination(place) and dice.random() < true[work]:
                answers.append(Answer(1, BEES, work, Opinion.LIKE, NOW))
                kept.add(work)
    offers = find_offers(Past((), looks), answers, BEES, frozenset(kept), NOW)
    works = [offer.work_id for offer in offers]
    learned = learn(
        [scores[work] for work in works],
        [offer.kept for offer in offers],
        seen=[offer.seen for offer in offers],
    )
    told = learned.chance(list(scores.values()))
    assert told.mean() == pytest.approx(np.mean(list(true.values())), abs=0.06)
    for score in (-1.0, 0.5, 2.0):
        assert learned.chance([score])[0] == pytest.approx(1 / (1 + np.exp(1.5 - score)), abs=0.12)
