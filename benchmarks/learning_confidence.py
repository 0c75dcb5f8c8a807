"""`./run bench learning_confidence`: is a chance of 60 % kept six times in ten?

Shelves: readers of `../shared/data/citeulike` with at least 13 likes. Each starts with three of
them; all the others (at most as many as half the stream) come in a stream of 200 papers, the rest
of it drawn from what the reader did not like. The first 100 are the training answers: what is liked
is kept and taught to the shelf, the rest was shown and not kept. The last 100 come in five days of
20 and are held out. One setting for all readers. An unliked paper counts as not kept, so all
precisions are lower bounds.

Alerts: searches of Cranfield and CISI. Twenty at a time are saved searches whose best 20 hits are
new, the others' hits are what readers judged before; 200 splits. "A batch" selects among the new
hits, "one bar" takes all above `alerts.find_bar`, as the press does. The scale of the scores
(`alerts.scale`) was chosen on these two sets.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.corpora import SHARED, WORK
from benchmarks.quality import build, read_collection, read_rows, understand
from benchmarks.timing import table
from broadsheet.model import Sort
from broadsheet.ports import Lessons, Pool, Ranker
from broadsheet.recommend import calibration, pool
from broadsheet.recommend.alerts import (
    PROMISES,
    Batch,
    Share,
    find_bar,
    keep_record,
    scale,
    select,
)
from broadsheet.recommend.calibration import Answers, Calibration, learn, learn_prior
from broadsheet.recommend.smoothed import our_rankers
from broadsheet.recommend.trade_off import work_out
from broadsheet.wiring import open_embedders

LEAST_LIKES = 13
START = 3
TRAINING = 100
DAYS = 5
A_DAY = 20
FIXED = 5
FLOOR = 0.5
FLOORS = (0.3, 0.5, 0.7)
DRAWS = 2_000
SPLITS = 200
SEARCHES = 20
DEPTH = 20
SEED = 20261122

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Reader:
    """Standardised scores of the papers shown to a reader, and which were kept."""

    trained: Floats
    kept: Flags
    held_out: Floats
    truth: Flags


# --- Readers ----------------------------------------------------------------------------------


def read_pool(folder: Path) -> tuple[Pool, list[NDArray[np.int64]]]:
    """The papers, and of each reader the liked ones as rows."""
    items = list(read_rows(folder / "items.jsonl.gz"))
    (embedder,) = open_embedders("static")
    papers = [
        pool.Paper(number, f"{row['title']}\n{row['title']}\n{row['abstract']}")
        for number, row in enumerate(items, 1)
    ]
    vectors = embedder.embed_documents([f"{row['title']}. {row['abstract']}" for row in items])
    place = {row["id"]: number for number, row in enumerate(items)}
    liked = [
        np.array([place[each] for each in user["liked"]], dtype=np.int64)
        for user in read_rows(folder / "users.jsonl.gz")
    ]
    return pool.build(papers, vectors).pool, [each for each in liked if len(each) >= LEAST_LIKES]


def simulate(papers: Pool, ranker: Ranker, likes: NDArray[np.int64], seed: int) -> Reader:
    """What a reader is shown and keeps (see the module)."""
    rng = np.random.default_rng([SEED, seed])
    size = TRAINING + DAYS * A_DAY
    likes = rng.permutation(likes)
    hidden = likes[START : START + size // 2]
    others = rng.permutation(np.setdiff1d(np.arange(len(papers.numbers)), likes))
    stream = rng.permutation(np.concatenate([hidden, others[: size - len(hidden)]]))
    kept = np.isin(stream, hidden)
    shown = stream[:TRAINING]
    lessons = make_lessons(np.concatenate([likes[:START], shown[kept[:TRAINING]]]))
    profile = ranker.learn(lessons, papers)
    reference = profile.score(np.arange(len(papers.numbers)))
    return Reader(
        calibration.standardise(calibration.rescore(profile, lessons, shown), reference),
        kept[:TRAINING],
        calibration.standardise(profile.score(stream[TRAINING:]), reference),
        kept[TRAINING:],
    )


def make_lessons(likes: NDArray[np.int64]) -> Lessons:
    nothing = np.empty(0, dtype=np.int64)
    weights = np.ones(len(likes), dtype=np.float32)
    return Lessons(likes, nothing, weights, nothing.astype(np.float32))


# --- What the chances are worth ---------------------------------------------------------------


class Told(NamedTuple):
    """Held-out papers of one reader: chance, whether kept, and whether in the day's fixed best."""

    chances: Floats
    kept: Flags
    best: Flags
    base: Floats


def tell(readers: Sequence[Reader], prior: calibration.Prior | None) -> list[Told]:
    told = []
    for reader in readers:
        chances = learn(reader.trained, reader.kept, prior=prior).chance(reader.held_out)
        best = np.zeros(len(chances), dtype=np.bool_)
        for day in np.arange(len(chances)).reshape(DAYS, A_DAY):
            best[day[np.argsort(-reader.held_out[day], kind="stable")[:FIXED]]] = True
        base = np.full(len(chances), np.mean([each.kept.mean() for each in readers]))
        told.append(Told(chances, reader.truth, best, base))
    return told


def calibration_error(told: Told, bins: int = 10) -> float:
    """Expected calibration error over ten bins of equal width (Guo et al. 2017)."""
    place = np.minimum((told.chances * bins).astype(int), bins - 1)
    off = np.bincount(place, told.chances - told.kept, minlength=bins)
    return float(np.abs(off).sum() / len(place))


def brier_gain(told: Told) -> float:
    """How much lower the Brier score is than that of telling everyone the base rate."""
    return float(
        1 - np.mean((told.chances - told.kept) ** 2) / np.mean((told.base - told.kept) ** 2)
    )


def precision_sent(told: Told) -> float:
    sent = told.chances >= FLOOR
    return float(told.kept[sent].mean()) if sent.any() else 0.0


def precision_ratio(told: Told) -> float:
    return precision_sent(told) / float(told.kept[told.best].mean())


def hits_ratio(told: Told) -> float:
    return float(told.kept[told.chances >= FLOOR].sum() / told.kept[told.best].sum())


MEASURES: dict[str, tuple[Callable[[Told], float], str]] = {
    "expected calibration error": (calibration_error, "at most 0.05"),
    "Brier score, better than the base rate's by": (brier_gain, "at least 0.10"),
    "precision of what was sent at floor 0.5": (precision_sent, ""),
    "... over that of a fixed top 5": (precision_ratio, "at least 2"),
    "... hits, of those of a fixed top 5": (hits_ratio, "at least 0.5"),
}


def pool_told(told: Sequence[Told]) -> Told:
    chances, kept, best, base = (np.concatenate(each) for each in zip(*told, strict=True))
    return Told(chances, kept, best, base)


def measure(told: Sequence[Told]) -> list[list[str]]:
    """Each measure, pooled over readers, with its 95 % bootstrap interval over readers."""
    rng = np.random.default_rng(SEED)
    whole = pool_told(told)
    draws = [
        pool_told([told[place] for place in rng.integers(len(told), size=len(told))])
        for _ in range(DRAWS // 10)
    ]
    rows = []
    for name, (value_of, goal) in MEASURES.items():
        low, high = np.quantile([value_of(draw) for draw in draws], [0.025, 0.975])
        rows.append([name, f"{value_of(whole):.3f} [{low:.3f}, {high:.3f}]", goal])
    return rows


def compare_floors(readers: Sequence[Reader], told: Sequence[Told]) -> list[list[str]]:
    """What was sent at each floor, and how often the truth lay in the interval told before."""
    whole = pool_told(told)
    fixed = whole.kept[whole.best]
    rows = [["fixed top 5", f"{fixed.mean():.2f}", f"{fixed.sum()}", "0 %", ""]]
    prior = learn_prior([answers_of(reader) for reader in readers])
    days = np.repeat(np.arange(DAYS), A_DAY)
    for floor in FLOORS:
        sent = whole.chances >= floor
        quiet = np.mean(
            [not (each.chances[days == day] >= floor).any() for each in told for day in range(DAYS)]
        )
        held = [hold(learn(r.trained, r.kept, prior=prior), r, days, floor) for r in readers]
        known = [each for each in held if each is not None]
        rows.append(
            [
                f"floor {floor}",
                f"{whole.kept[sent].mean():.2f}",
                f"{whole.kept[sent].sum()}",
                f"{quiet:.0%}",
                f"{np.mean(known):.0%}",
            ]
        )
    return rows


def hold(
    learned: Calibration, reader: Reader, days: NDArray[np.int64], floor: float
) -> bool | None:
    """Whether the trade-off's interval held the precision; None where nothing was sent."""
    sent = learned.chance(reader.held_out) >= floor
    if not sent.any():
        return None
    drawn = work_out(0, learned, reader.held_out, days, per_day=A_DAY)
    (point,) = (each for each in drawn.points if each.floor == floor)
    return bool(point.low - 1e-9 <= reader.truth[sent].mean() <= point.high + 1e-9)


def answers_of(reader: Reader) -> Answers:
    return Answers(reader.trained, reader.kept, np.ones(len(reader.kept)))


# --- Alerts -----------------------------------------------------------------------------------


class Found(NamedTuple):
    """The best hits of a search: scores that mean alike from search to search, which are relevant,
    and how many relevant papers there are."""

    scores: Floats
    relevant: Flags
    all: int


def search_all(name: str) -> list[Found]:
    collection = read_collection(name)
    index = build(WORK / "alerts" / name, collection, open_embedders("static"))
    found = []
    for topic in collection.topics:
        query = understand(topic.text)
        hits = index.search(query, limit=DEPTH, offset=0, sort=Sort.RELEVANCE, facets=False).hits
        words = np.array([np.nan if hit.lexical is None else hit.lexical for hit in hits])
        meaning = np.array([np.nan if hit.dense is None else hit.dense for hit in hits])
        best = float(np.nan_to_num(words).max(initial=0))
        relevant = [topic.grades.get(hit.work_id, 0) > 0 for hit in hits]
        found.append(
            Found(
                scale(words, meaning, best, len(topic.text.split())),
                np.array(relevant, dtype=np.bool_),
                sum(grade > 0 for grade in topic.grades.values()),
            )
        )
    return found


def by_batch(judged: Floats, kept: Flags, new: Floats, promised: float) -> Flags:
    return select(judged, kept, new, promised)


def by_bar(judged: Floats, kept: Flags, new: Floats, promised: float) -> Flags:
    return new >= find_bar(judged, kept, promised)


WAYS = {"a batch": by_batch, "one bar": by_bar}


def promise(name: str) -> list[list[str]]:
    """For each promise, what came of it over the splits."""
    found = search_all(name)
    return [[name, *tell_promise(found, way, promised)] for way in WAYS for promised in PROMISES]


def tell_promise(found: Sequence[Found], way: str, promised: float) -> list[str]:
    tries = [
        try_once(found, way, promised, np.random.default_rng([SEED, seed]))
        for seed in range(SPLITS)
    ]
    record = keep_record(promised, [batch for batch, _ in tries])
    return [
        way,
        f"{promised:.0%}",
        f"{record.overall:.1%}",
        tell_share(record.among_sent),
        tell_share(record.of_papers),
        f"{record.silent / record.batches:.0%}",
        f"{np.mean([share for _, share in tries]):.1%}",
    ]


def tell_share(share: Share) -> str:
    return f"{share.value:.1%} [{share.low:.1%}, {share.high:.1%}]"


def try_once(
    found: Sequence[Found], way: str, promised: float, rng: np.random.Generator
) -> tuple[Batch, float]:
    """One batch, and the share of the relevant papers that it finds."""
    order = rng.permutation(len(found)).tolist()
    new, judged = [found[at] for at in order[:SEARCHES]], [found[at] for at in order[SEARCHES:]]
    relevant = np.concatenate([each.relevant for each in new])
    sent = WAYS[way](
        np.concatenate([each.scores for each in judged]),
        np.concatenate([each.relevant for each in judged]),
        np.concatenate([each.scores for each in new]),
        promised,
    )
    batch = Batch(int(sent.sum()), int((sent & ~relevant).sum()))
    return batch, float((sent & relevant).sum() / sum(each.all for each in new))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=SHARED / "citeulike")
    parser.add_argument("--sets", nargs="*", default=["cranfield", "cisi"])
    chosen = parser.parse_args()
    papers, liked = read_pool(chosen.data)
    ranker = our_rankers()[0]
    readers = [simulate(papers, ranker, likes, seed) for seed, likes in enumerate(liked)]
    told = tell(readers, learn_prior([answers_of(reader) for reader in readers]))
    print(f"{len(readers)} readers, {TRAINING} training answers each, ranker {ranker.id}\n")
    alone = measure(tell(readers, None))
    rows = [[*row, other[1]] for row, other in zip(measure(told), alone, strict=True)]
    print(table(["measure", "ours", "goal", "own answers only"], rows), "\n")
    head = ["edition", "precision when sent", "hits", "quiet days", "interval held"]
    print(table(head, compare_floors(readers, told)), "\n")
    head = ["set", "way", "promised", "overall", "among sent batches", "of papers sent", "silent"]
    head.append("relevant found")
    print(table(head, [row for name in chosen.sets for row in promise(name)]))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
