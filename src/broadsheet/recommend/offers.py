"""What became of the papers that a reader was offered, and how sure that makes us."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from broadsheet.edition import Edition, Entry
from broadsheet.learning import Answer, Opinion
from broadsheet.ports import Lessons, Pool, Profile, Rows, Scores, Store
from broadsheet.recommend.calibration import (
    Answers,
    Calibration,
    Prior,
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


class Offer(NamedTuple):
    """A paper that a shelf has offered: whether it was kept, and how likely it was seen."""

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


def list_found(edition: Edition, shelf_id: int) -> list[Entry]:
    """What a shelf has found for an edition, also what stands in a section of several shelves."""
    return [
        entry
        for section in edition.sections
        for entry in section.entries
        if entry.shelf_id == shelf_id or section.key == section_of(shelf_id)
    ]


def read_editions(store: Store, reader_id: int, limit: int = EDITIONS) -> Sequence[Edition]:
    """A reader's last own editions that arrived, newest first; one query."""
    return store.get_last_editions([reader_id], limit, arrived=True).get(reader_id, ())


def find_offers(
    editions: Sequence[Edition],
    answers: Sequence[Answer],
    shelf_id: int,
    kept: frozenset[int],
    now: datetime,
) -> list[Offer]:
    """What became of the papers that a shelf has offered: of those that were answered to on it at
    once, of the others when they are ripe. `kept` are those that the reader has saved or likes.

    What the reader found elsewhere and likes was no offer: how often that is kept says nothing of
    how often offers are (see `calibration`).
    """
    said = {each.work_id: each.opinion for each in answers if each.shelf_id == shelf_id}
    old = _list_shown((each for each in editions if each.made_at <= now - RIPE), shelf_id)
    offers = []
    for number, rank in _list_shown(editions, shelf_id).items():
        opinion = said.get(number, Opinion.HIDE)
        if opinion is not Opinion.HIDE:
            offers.append(Offer(number, opinion is Opinion.LIKE, 1.0))
        elif number in old:
            offers.append(Offer(number, number in kept, examination(rank)))
    return offers


def _list_shown(editions: Iterable[Edition], shelf_id: int) -> dict[int, int]:
    """The papers that a shelf has shown, each with its place."""
    return {
        entry.work_id: entry.rank for edition in editions for entry in list_found(edition, shelf_id)
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


def join(told: Sequence[Told]) -> Answers:
    """What the offers of all shelves of a reader tell."""
    if not told:
        return Answers(np.empty(0), np.empty(0, bool), np.empty(0))
    return Answers(*(np.concatenate(each) for each in zip(*told, strict=True)))


def calibrate(told: Sequence[Told], prior: Prior | None = None) -> Calibration:
    """How the chance follows from the standardised score, from all shelves of a reader."""
    answers = join(told)
    return learn(answers.scores, answers.kept, seen=answers.seen, prior=prior)


def sample(pool: Pool, without: Rows) -> NDArray[np.int64]:
    """Rows that are spread evenly over a pool; none of those `without`, where there are others."""
    left = np.ones(len(pool.numbers), bool)
    left[without] = False
    rows = np.flatnonzero(left if left.any() else ~left)
    return rows[np.unique(np.linspace(0, len(rows) - 1, min(SAMPLE, len(rows))).astype(np.int64))]
