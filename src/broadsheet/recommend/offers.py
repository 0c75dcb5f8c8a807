"""What became of the papers that a reader was offered, and how sure that makes us."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from broadsheet.edition import Edition, Scope
from broadsheet.learning import Answer, Opinion
from broadsheet.ports import Lessons, Pool, Profile, Scores, Store
from broadsheet.recommend.calibration import (
    Calibration,
    examination,
    learn,
    rescore,
    standardise,
)

EDITIONS = 14
"""As many of a reader's last editions tell what became of what they offered."""

RIPE = timedelta(days=2)
"""What was offered less long ago may yet be looked at."""

SAMPLE = 512
LAST = "9999"
"""After the name of every edition."""


class Offer(NamedTuple):
    """A paper that was offered for a shelf: whether it was kept, and how likely it was seen."""

    work_id: int
    kept: bool
    seen: float


class Told(NamedTuple):
    """What the offers of a shelf tell: standardised scores, whether kept, how likely seen."""

    scores: NDArray[np.float64]
    kept: NDArray[np.bool_]
    seen: NDArray[np.float64]


def section_of(shelf_id: int) -> str:
    """The key of a shelf's section in its reader's editions."""
    return f"shelf-{shelf_id}"


def read_editions(store: Store, reader_id: int, limit: int = EDITIONS) -> Sequence[Edition]:
    """A reader's last own editions, newest first; one query."""
    return store.get_editions(Scope.READER, reader_id=reader_id, until=LAST, limit=limit)


def find_offers(
    editions: Sequence[Edition],
    answers: Sequence[Answer],
    shelf_id: int,
    kept: frozenset[int],
    now: datetime,
) -> list[Offer]:
    """The papers that were offered for a shelf, or answered to on it. `kept` are those that the
    reader has saved or likes."""
    said = {each.work_id: each for each in answers if each.shelf_id == shelf_id}
    offers = {
        number: Offer(number, each.opinion is Opinion.LIKE, 1.0)
        for number, each in said.items()
        if each.opinion is not Opinion.HIDE
    }
    for number, rank in _list_shown(editions, shelf_id, now).items():
        if number not in offers:
            offers[number] = Offer(number, number in kept, examination(rank))
    return list(offers.values())


def _list_shown(editions: Sequence[Edition], shelf_id: int, now: datetime) -> dict[int, int]:
    """The papers that stood in a shelf's sections long enough ago, each with its place."""
    return {
        entry.work_id: entry.rank
        for edition in editions
        if edition.made_at <= now - RIPE
        for section in edition.sections
        if section.key == section_of(shelf_id)
        for entry in section.entries
    }


def read_off(
    offers: Sequence[Offer], profile: Profile, lessons: Lessons, pool: Pool, reference: Scores
) -> Told:
    """The offers of a shelf by the scores that they would have had, had it not learned from them;
    `reference` are the scores of a sample of the pool."""
    here = [offer for offer in offers if offer.work_id in pool.rows]
    rows = np.array([pool.rows[offer.work_id] for offer in here], np.int64)
    scores = standardise(rescore(profile, lessons, rows), reference) if here else np.empty(0)
    kept = np.array([offer.kept for offer in here], bool)
    return Told(scores, kept, np.array([offer.seen for offer in here], np.float64))


def calibrate(told: Sequence[Told]) -> Calibration:
    """How the chance follows from the standardised score, from all shelves of a reader."""
    if not told:
        return learn([], [])
    scores, kept, seen = (np.concatenate(each) for each in zip(*told, strict=True))
    return learn(scores, kept, seen=seen)


def sample(pool: Pool) -> NDArray[np.int64]:
    """Rows that are spread evenly over a pool."""
    count = len(pool.numbers)
    return np.unique(np.linspace(0, count - 1, min(SAMPLE, count)).astype(np.int64))
