"""Regions of a map: places that lie together, named by the terms that set their papers apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from broadsheet.model import Work
from broadsheet.plots import Region
from broadsheet.trends.layout import Places
from broadsheet.trends.terms import score
from broadsheet.trends.words import Counted, count_terms, leave_out_parts

MOST = 6
_PAPERS_EACH = 25
_TRIES = 8
_ROUNDS = 40

Groups = NDArray[np.intp]


def find_regions(places: Places, seed: int) -> Groups:
    """The region [n] of each place: k-means, the best of some seeded beginnings; by size."""
    count = min(MOST, len(places), 1 + len(places) // _PAPERS_EACH)
    if count < 2:
        return np.zeros(len(places), np.intp)
    chance = np.random.default_rng(seed)
    tried = [_cluster(places, _begin(places, count, chance)) for _ in range(_TRIES)]
    groups = min(tried, key=lambda found: found[0])[1]
    sizes = np.bincount(groups, minlength=count)
    order = np.argsort(-sizes, kind="stable")
    return np.argsort(order)[groups]


def name_regions(works: Sequence[Work], places: Places, groups: Groups) -> tuple[Region, ...]:
    """Each region with its middle and a name, the largest first."""
    whole = count_terms(works)
    taken: set[str] = set()
    regions = []
    for group in range(int(groups.max(initial=-1)) + 1):
        inside = np.flatnonzero(groups == group)
        if len(inside):
            x, y = np.median(places[inside], axis=0).tolist()
            label = _name(count_terms([works[n] for n in inside.tolist()]), whole, taken)
            regions.append(Region(label, round(x, 4), round(y, 4), len(inside)))
    return tuple(regions)


def _name(inside: Counted, whole: Counted, taken: set[str]) -> str:
    """The two most telling terms of a region that no other has."""
    rest = Counted(
        whole.papers - inside.papers,
        Counter({term: whole.counts[term] - inside.counts[term] for term in whole.counts}),
        whole.spellings,
    )
    fewest = max(2, inside.papers // 8)
    scores: Mapping[str, float] = dict(score(inside, rest, fewest=fewest)) or inside.counts
    best = sorted(scores, key=lambda term: (-scores[term], -inside.counts[term], term))[:30]
    words = [term for term in leave_out_parts(best, inside.counts) if inside.counts[term]]
    named: list[str] = []
    for term in words:
        fresh = set(term.split()) - {part for name in named for part in name.split()}
        if term not in taken and len(fresh) == len(term.split()) and len(named) < 2:
            named.append(term)
    taken.update(named)
    return ", ".join(whole.show(term) for term in named)


def _begin(places: Places, count: int, chance: np.random.Generator) -> Places:
    """Centres far from each other, by chance (k-means++)."""
    centres = [places[chance.integers(len(places))]]
    while len(centres) < count:
        far = _squared(places, np.array(centres)).min(axis=1)
        total = float(far.sum())
        weights = far / total if total > 0 else None
        centres.append(places[chance.choice(len(places), p=weights)])
    return np.array(centres)


def _cluster(places: Places, centres: Places) -> tuple[float, Groups]:
    """(sum of squared distances, groups) after the centres have settled."""
    for _ in range(_ROUNDS):
        groups = _squared(places, centres).argmin(axis=1)
        moved = np.array(
            [
                places[groups == number].mean(axis=0) if np.any(groups == number) else centre
                for number, centre in enumerate(centres)
            ]
        )
        if np.allclose(moved, centres):
            break
        centres = moved
    distances = _squared(places, centres)
    return float(distances.min(axis=1).sum()), distances.argmin(axis=1)


def _squared(places: Places, centres: Places) -> Places:
    found: Places = ((places[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2)
    return found
