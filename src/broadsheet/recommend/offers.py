"""What became of the papers that a reader was offered, and how sure that makes us."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from broadsheet.edition import Edition, Entry
from broadsheet.learning import NEW_PAGE, Opinion
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
from broadsheet.recommend.lessons import Desires

EDITIONS = 14
"""As many of a reader's last editions tell what became of what they offered."""

RIPE = timedelta(days=2)
"""What an edition offered less long ago may yet be looked at."""

ACTS = 3_000
"""Of what their shelves' own pages showed, as much as is among a reader's last so many acts."""

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


class Listed(NamedTuple):
    """What an edition (or a `page`) listed for a shelf: papers with their places, from 1."""

    at: datetime
    places: Mapping[int, int]
    page: bool


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
    shown = store.get_shown(reader_ids, NEW_PAGE, ACTS)
    return {
        reader: [
            Look(int(number), signal.at, tuple(signal.detail["works"]))
            for signal in signals
            # What a takeout brought speaks of shelves by the numbers of another library.
            if (number := signal.detail["place"][len(NEW_PAGE) :]).isdecimal()
            and not signal.detail.get("brought")
        ]
        for reader, signals in shown.items()
    }


def find_offers(
    past: Past, desires: Desires, shelves: Collection[int], now: datetime
) -> dict[int, list[Offer]]:
    """What became of the papers that each of these shelves has offered. Each counts once, for one
    shelf; it is kept where its reader has saved or likes it.

    What the reader found elsewhere and likes was no offer: how often that is kept says nothing of
    how often offers are (see `calibration`).
    """
    shown = {number: _list_shown(past, number) for number in shelves}
    owners = _assign(shown, desires)
    liked = {each.work_id for each in desires.answers if each.opinion is Opinion.LIKE}
    kept, known = desires.saved | liked, desires.known
    offers = {}
    for number, lists in shown.items():
        own = {work for work, owner in owners.items() if owner == number}
        said = {
            each.work_id: each.opinion is Opinion.LIKE
            for each in desires.answers
            if each.shelf_id == number and each.opinion is not Opinion.HIDE
        }
        editions = _see_editions([each for each in lists if not each.page], known, said, now)
        pages = _see_pages([each for each in lists if each.page], known & own)
        offers[number] = [
            Offer(work, said.get(work, work in kept), chance)
            for work, chance in (editions | pages).items()
            if work in own
        ]
    return offers


def _list_shown(past: Past, shelf_id: int) -> list[Listed]:
    """What was listed for a shelf, newest first of either kind."""
    editions = [
        Listed(
            edition.made_at,
            {entry.work_id: entry.rank for entry in list_found(edition, shelf_id)},
            page=False,
        )
        for edition in past.editions
    ]
    looks = [
        Listed(look.at, {work: place for place, work in enumerate(look.works, 1)}, page=True)
        for look in past.looks
        if look.shelf_id == shelf_id
    ]
    return editions + looks


def _assign(shown: Mapping[int, Sequence[Listed]], desires: Desires) -> dict[int, int]:
    """For which shelf each paper counts that was shown: of those that showed it the one on which
    it was answered or saved, or else the one that showed it first."""
    meant = {(each.work_id, each.shelf_id) for each in desires.answers}
    meant |= {(each.work_id, each.shelf_id) for each in desires.saves}
    best: dict[int, tuple[bool, datetime, int]] = {}
    for shelf_id, lists in shown.items():
        for each in lists:
            for work in each.places:
                claim = ((work, shelf_id) not in meant, each.at, shelf_id)
                best[work] = min(claim, best.get(work, claim))
    return {work: shelf_id for work, (_, _, shelf_id) in best.items()}


def _see_editions(
    lists: Sequence[Listed], known: Collection[int], said: Collection[int], now: datetime
) -> dict[int, float]:
    """How likely the papers of editions were seen: what was answered (`said`) surely, and at once;
    of the others, when they are ripe, those above the last one that is `known`, too; what is
    below it by its place."""
    seen: dict[int, float] = {}
    for each in lists:
        last = _find_last(each, known)
        ripe = each.at <= now - RIPE
        for work, place in each.places.items():
            if work in said or ripe:
                sure = work in said or 0 < place < last
                seen[work] = max(seen.get(work, 0), 1.0 if sure else examination(place))
    return seen


def _see_pages(lists: Sequence[Listed], known: Collection[int]) -> dict[int, float]:
    """The papers of pages that were surely seen: those above the last one with which something was
    done there (it is `known` since, so that no later page shows it).

    How deep such a page is read differs too much to be guessed. The last one itself does not count:
    it is where we stop to look, so it is always one that was chosen, and with it a shelf would look
    surer than it is (inverse sampling; Haldane 1945). Without it the share kept is unbiased for
    whoever reads from the top, however far.
    """
    left, seen = set(known), set()
    for each in lists:
        last = _find_last(each, left)
        left -= each.places.keys()
        seen |= {work for work, place in each.places.items() if place < last}
    return dict.fromkeys(seen, 1.0)


def _find_last(listed: Listed, known: Collection[int]) -> int:
    """The last place of those of these papers; 0 where there is none."""
    return max((place for work, place in listed.places.items() if work in known), default=0)


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
