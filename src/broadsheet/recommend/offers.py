"""What became of the papers that a reader was offered, and how sure that makes us."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
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

ACTS = 500
"""Of what their shelves' own pages showed, as much as is among a reader's last so many acts."""

PAGE = "shelf-new "
"""What the place of an impression begins with that is of such a page; the shelf's number follows
(`data-place` in its template)."""

SAMPLE = 512


class Offer(NamedTuple):
    """A paper that a shelf has offered: whether it was kept, and how likely it was seen."""

    work_id: int
    kept: bool
    seen: float


class Look(NamedTuple):
    """Papers that a shelf's own page showed, in their order."""

    shelf_id: int
    at: datetime
    works: tuple[int, ...]


class Past(NamedTuple):
    """What a reader was shown: in the last own editions that arrived, and on the shelves' own
    pages; newest first."""

    editions: Sequence[Edition] = ()
    looks: Sequence[Look] = ()


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


def read_editions(store: Store, reader_id: int, limit: int) -> Sequence[Edition]:
    """A reader's last own editions that arrived, newest first; one query."""
    return store.get_last_editions([reader_id], limit, arrived=True).get(reader_id, ())


def read_pasts(store: Store, reader_ids: Sequence[int]) -> dict[int, Past]:
    """What these readers were shown; two queries."""
    editions = store.get_last_editions(reader_ids, EDITIONS, arrived=True)
    looks = read_looks(store, reader_ids)
    return {each: Past(editions.get(each, ()), looks.get(each, ())) for each in reader_ids}


def read_looks(store: Store, reader_ids: Collection[int]) -> Mapping[int, Sequence[Look]]:
    """What the pages of their shelves showed to these readers, newest first; one query."""
    shown = store.get_shown(reader_ids, PAGE, ACTS)
    return {
        reader: [
            Look(int(number), signal.at, tuple(signal.detail["works"]))
            for signal in signals
            # What a takeout brought speaks of shelves by the numbers of another library.
            if (number := signal.detail["place"][len(PAGE) :]).isdecimal()
            and not signal.detail.get("brought")
        ]
        for reader, signals in shown.items()
    }


def find_offers(
    past: Past,
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
    ripe = now - RIPE
    old = _list_shown(
        Past(
            [each for each in past.editions if each.made_at <= ripe],
            [each for each in past.looks if each.at <= ripe],
        ),
        shelf_id,
    )
    offers = []
    for number in _list_shown(past, shelf_id):
        opinion = said.get(number, Opinion.HIDE)
        if opinion is not Opinion.HIDE:
            offers.append(Offer(number, opinion is Opinion.LIKE, 1.0))
        elif number in old:
            offers.append(Offer(number, number in kept, examination(old[number])))
    return offers


def _list_shown(past: Past, shelf_id: int) -> dict[int, int]:
    """The papers that a shelf has shown, each with the first place at which it stood."""
    shown: dict[int, int] = {}
    placed = [
        (entry.work_id, entry.rank)
        for edition in past.editions
        for entry in list_found(edition, shelf_id)
    ]
    for look in past.looks:
        if look.shelf_id == shelf_id:
            placed += [(number, place) for place, number in enumerate(look.works, 1)]
    for number, place in placed:
        shown[number] = min(place, shown.get(number, place))
    return shown


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
