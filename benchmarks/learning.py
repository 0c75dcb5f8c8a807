"""How well shelves learn: half of the readers of citeulike, with k likes given and the rest hidden.

Against: newest first (the order in which papers came to citeulike), the centroid of TF-IDF vectors,
the nearest neighbour among the likes, and the support vector machine of arxiv-sanity-lite with its
settings. Then how long a ranking of 25,000 real papers takes, and whether the like that is named as
the reason is the one that matters. `./run bench recommend` runs this with the rest.
"""

from __future__ import annotations

import gzip
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from benchmarks.corpora import SHARED, real_papers
from benchmarks.timing import table
from broadsheet.ports import Pool, Ranker, Rows
from broadsheet.recommend.evaluate import (
    Interval,
    Marks,
    Split,
    compare,
    compare_ratio,
    judge,
    leave_each_out,
    order,
    split,
    teach,
)
from broadsheet.recommend.pool import Paper, build
from broadsheet.recommend.smoothed import our_rankers
from broadsheet.recommend.terms import read_text
from broadsheet.search.embed.static import StaticEmbedder

DATA = SHARED / "citeulike"
LEAST_LIKES = 13
GIVEN = (3, 10)
DRAWS = 5
CANDIDATES = 25_000
REPEATS = 5
EXPLAINED = 5

Scorer = Callable[[Rows], NDArray[np.floating]]
"""Scores of all papers, given the rows of the liked ones."""


def main() -> None:
    """Print all tables."""
    if not DATA.is_dir():
        sys.exit(f"There is no {DATA}: this benchmark needs the likes kept there.")
    texts, readers = read_citeulike()
    pool = make_pool(texts)
    ways = make_ways(pool, texts)
    for given in GIVEN:
        report(given, len(readers), replay_all(ways, readers, given))
    report_reasons(our_rankers()[0], pool, readers)
    report_speed()


# --- What is read -------------------------------------------------------------------------------


def read_citeulike() -> tuple[list[tuple[str, str]], list[list[int]]]:
    """Title and abstract of each paper, in the order in which citeulike numbered them, and for each
    reader with enough likes the places of these papers."""
    items = sorted(_lines("items"), key=lambda item: int(item["citeulike_id"]))
    place = {item["id"]: number for number, item in enumerate(items)}
    liked = [[place[item] for item in user["liked"]] for user in _lines("users")]
    texts = [(item["title"], item["abstract"]) for item in items]
    return texts, [likes for likes in liked if len(likes) >= LEAST_LIKES]


def _lines(name: str) -> list[dict[str, str]]:
    with gzip.open(DATA / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def make_pool(texts: Sequence[tuple[str, str]]) -> Pool:
    """A pool of these papers, as a library makes it."""
    papers = [Paper(number + 1, read_text(*text)) for number, text in enumerate(texts)]
    vectors = StaticEmbedder().embed_documents([". ".join(text) for text in texts])
    return build(papers, np.asarray(vectors, np.float32)).pool


# --- The ways -----------------------------------------------------------------------------------


def make_ways(pool: Pool, texts: Sequence[tuple[str, str]]) -> dict[str, Scorer]:
    """The ways that are compared, ours last."""
    words, count = pool.words, len(pool.numbers)
    return {
        "newest first": lambda given: np.arange(count, dtype=np.float64),
        "TF-IDF centroid": lambda given: words @ words[given].sum(axis=0),
        "nearest neighbour": lambda given: (words @ words[given].T).toarray().max(axis=1),
        "SVM of arxiv-sanity-lite": svm_of_sanity(texts),
        **{ranker.id: way_of(ranker, pool) for ranker in reversed(our_rankers())},
    }


def way_of(ranker: Ranker, pool: Pool) -> Scorer:
    """A ranker as a way to score all papers."""
    rows = np.arange(len(pool.numbers))
    return lambda given: ranker.learn(teach(given), pool).score(rows)


def svm_of_sanity(texts: Iterable[tuple[str, str]]) -> Scorer:
    """The ranker of arxiv-sanity-lite: 20,000 words and pairs of words, one linear machine."""
    features = TfidfVectorizer(
        max_features=20_000,
        ngram_range=(1, 2),
        min_df=5,
        max_df=0.1,
        sublinear_tf=True,
        strip_accents="unicode",
        stop_words="english",
        token_pattern=r"(?u)\b[a-zA-Z_][a-zA-Z0-9_]+\b",
    ).fit_transform(". ".join(text) for text in texts)

    def score(given: Rows) -> NDArray[np.floating]:
        liked = np.zeros(features.shape[0], np.float32)
        liked[given] = 1
        machine = LinearSVC(class_weight="balanced", max_iter=10_000, tol=1e-6, C=0.01)
        return np.asarray(machine.fit(features, liked).decision_function(features), np.float64)

    return score


# --- What is measured ---------------------------------------------------------------------------


def replay_all(
    ways: Mapping[str, Scorer], readers: Sequence[Sequence[int]], given: int
) -> dict[str, NDArray[np.float64]]:
    """For each way [readers, 3]: nDCG@10, recall@50, one hit among ten; means of the draws."""
    splits = [
        [split(likes, given, (given, number, draw)) for draw in range(DRAWS)]
        for number, likes in enumerate(readers)
    ]
    return {
        name: np.array([[_judge(score, each) for each in drawn] for drawn in splits]).mean(axis=1)
        for name, score in ways.items()
    }


def _judge(score: Scorer, each: Split) -> Marks:
    return judge(order(score(each.given), each.given), each.hidden)


def report(given: int, readers: int, marks: Mapping[str, NDArray[np.float64]]) -> None:
    """One table: the means, and how far ours is ahead."""
    ours = marks[our_rankers()[0].id]
    rows = []
    for name, values in marks.items():
        mean = values.mean(axis=0)
        row = [name, f"{mean[0]:.4f}", f"{mean[1]:.4f}", f"{mean[2]:.1%}"]
        if values is ours:
            rows.append([f"**{name}**", *row[1:], "", "", ""])
            continue
        ratio = compare_ratio(ours[:, 0], values[:, 0])
        ahead = [compare(ours[:, part], values[:, part]) for part in (0, 1)]
        rows.append([*row, f"{ratio.value:.3f} × [{ratio.low:.3f}, {ratio.high:.3f}]",
                     *map(show, ahead)])  # fmt: skip
    print(f"\n{given} likes given, {readers} readers, {DRAWS} draws each\n")
    head = ["ranker", "nDCG@10", "recall@50", "a hit in ten", "ours, nDCG@10", "", "recall@50"]
    print(table(head, rows))


def show(interval: Interval) -> str:
    """A difference with its interval."""
    return f"{interval.value:+.4f} [{interval.low:+.4f}, {interval.high:+.4f}]"


def report_reasons(ranker: Ranker, pool: Pool, readers: Sequence[Sequence[int]]) -> None:
    """How often the like that is named is the one without which a paper scores lowest."""
    right: dict[str, list[bool]] = {"the greatest contribution": [], "the nearest by cosine": []}
    for number, likes in enumerate(readers):
        given = split(likes, 10, (10, number, 0)).given
        profile = ranker.learn(teach(given), pool)
        rows = order(profile.score(np.arange(len(pool.numbers))), given)[:EXPLAINED]
        truly = leave_each_out(ranker, pool, given, rows).argmin(axis=1)
        near = (pool.words[rows] @ pool.words[given].T).toarray()
        named = {
            "the greatest contribution": profile.contributions(rows).argmax(axis=1),
            "the nearest by cosine": near.argmax(axis=1),
        }
        for name, places in named.items():
            right[name] += (places == truly).tolist()
    count = len(next(iter(right.values())))
    print(f"\nReasons: {count} recommendations from 10 likes, against true removal\n")
    print(table(["named is", "matters most"], [[n, f"{np.mean(v):.1%}"] for n, v in right.items()]))


def report_speed() -> None:
    """How long learning and ranking take with 25,000 candidates, in turns with the machine's."""
    texts = [(paper["title"], paper["abstract"]) for paper in real_papers(CANDIDATES)]
    pool = make_pool(texts)
    ways: dict[str, Scorer] = {
        "SVM of arxiv-sanity-lite": svm_of_sanity(texts),
        our_rankers()[0].id: way_of(our_rankers()[0], pool),
    }
    print(f"\n{CANDIDATES:,} papers: milliseconds to learn and score all of them\n")
    rows = [[f"{likes}", *_time(ways, likes)] for likes in (3, 10, 100)]
    print(table(["likes", *ways, "ratio"], rows))


def _time(ways: Mapping[str, Scorer], likes: int) -> list[str]:
    dice = np.random.default_rng(likes)
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(REPEATS + 1):
        given = np.sort(dice.choice(CANDIDATES, likes, replace=False))
        for name, score in ways.items():
            begun = time.perf_counter()
            score(given)
            if turn:
                taken[name].append(1000 * (time.perf_counter() - begun))
    theirs, ours = (statistics.median(values) for values in taken.values())
    return [f"{theirs:,.0f}", f"{ours:.1f}", f"{ours / theirs:.3f}"]


if __name__ == "__main__":
    main()
