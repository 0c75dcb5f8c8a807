"""`./run bench quality`: does the meaning help? nDCG@10 and Recall@100 against our own BM25.

Six test collections, each made into an index as a library would be, and searched as a person
would: the query's text through the parser, one setting for all sets. BM25 is the same index with
no embedder, tier 0 the static table that ships inside, tier 1 MiniLM (with the `transformer`
extra). Nothing was chosen on these sets. Results go to standard output as Markdown.
"""

from __future__ import annotations

import argparse
import gzip
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log2
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from benchmarks.corpora import SHARED, WORK
from benchmarks.timing import table
from broadsheet.errors import ConfigError, InvalidQueryError
from broadsheet.model import Sort, Work
from broadsheet.ports import Embedder
from broadsheet.query import Query, Word
from broadsheet.query.parser import parse
from broadsheet.search import HybridIndex
from broadsheet.wiring import open_embedders

FOLDER = SHARED / "ir"
SETS = (
    "cranfield",
    "cisi",
    "npl_vaswani",
    "csfcube_background",
    "csfcube_method",
    "scitldr_known_item",
)
TIERS = {"BM25": "none", "tier 0": "static", "tier 1": "minilm"}
FLIPS = 10_000
SEED = 20261121

Grades = Mapping[int, int]
Floats = NDArray[np.float64]


class Topic(NamedTuple):
    """A query with the grades of the works judged for it, and the work it was taken from."""

    text: str
    grades: Grades
    own: int | None


@dataclass(frozen=True)
class Collection:
    """A test collection; with `pooled`, nDCG is of the judged works in their order."""

    name: str
    works: Sequence[Work]
    topics: Sequence[Topic]
    pooled: bool


class Scores(NamedTuple):
    """Per topic."""

    ndcg: Floats
    recall: Floats


# --- Reading ----------------------------------------------------------------------------------


def read_collection(name: str) -> Collection:
    """A collection; topics without a relevant work are dropped, as is the query paper itself."""
    rows = list(read_rows(FOLDER / name / "corpus.jsonl.gz"))
    number = {row["_id"]: place for place, row in enumerate(rows, 1)}
    works = [Work(number[row["_id"]], row["title"], abstract=row["text"]) for row in rows]
    grades: dict[str, dict[int, int]] = {}
    for line in (FOLDER / name / "qrels.tsv").read_text().splitlines()[1:]:
        topic, document, grade = line.split("\t")
        if document in number:
            grades.setdefault(topic, {})[number[document]] = int(grade)
    pooled = name.startswith("csfcube")
    topics = []
    for row in read_rows(FOLDER / name / "queries.jsonl.gz"):
        own = number.get(row["_id"].partition("_")[0]) if pooled else None
        judged = {n: g for n, g in grades.get(row["_id"], {}).items() if n != own}
        if any(grade > 0 for grade in judged.values()):
            topics.append(Topic(row["text"], judged, own))
    return Collection(name, works, topics, pooled)


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rb") as lines:
        yield from map(orjson.loads, lines)


# --- Searching --------------------------------------------------------------------------------


def build(path: Path, collection: Collection, embedders: Sequence[Embedder]) -> HybridIndex:
    """An index of the collection with all vectors; what is there from before is used again."""
    index = HybridIndex.open(path, embedders)
    if not index.state().position:
        with index.writing():
            index.apply(collection.works, [], position=1)
            index.commit()
    works = {work.id: work for work in collection.works}
    index.embed_pending(lambda numbers: {n: works[n] for n in numbers}, show_progress)
    return index


def show_progress(stage: str, done: int, total: int | None) -> None:
    print(f"\r{stage} {done:,} of {total or 0:,}", end="", file=sys.stderr, flush=True)


def understand(text: str) -> Query:
    """The query as a person's; the few that the parser refuses, as plain words."""
    try:
        return parse(text)
    except InvalidQueryError:
        return Query(text=text, terms=tuple(map(Word, text.split())))


def search(index: HybridIndex, topic: Topic, depth: int) -> list[int]:
    """Work numbers, best first, without the paper that the query was taken from."""
    query = understand(topic.text)
    found = index.search(query, limit=depth + 1, offset=0, sort=Sort.RELEVANCE, facets=False)
    return [hit.work_id for hit in found.hits if hit.work_id != topic.own]


def evaluate(index: HybridIndex, collection: Collection) -> Scores:
    depth = len(collection.works) if collection.pooled else 100
    scores = []
    for topic in collection.topics:
        ranked = search(index, topic, depth)
        judged = [n for n in ranked if n in topic.grades] if collection.pooled else ranked
        scores.append((ndcg(judged, topic.grades), recall(ranked, topic.grades)))
    return Scores(*np.array(scores).T)


# --- Measures ---------------------------------------------------------------------------------


def ndcg(ranked: Sequence[int], grades: Grades, depth: int = 10) -> float:
    """Gain 2^grade - 1, discount log2, against the best order of all judged works."""
    ideal = sorted(grades.values(), reverse=True)
    return gain([grades.get(n, 0) for n in ranked[:depth]]) / gain(ideal[:depth])


def gain(grades: Sequence[int]) -> float:
    return sum(float(2**grade - 1) / log2(rank + 2) for rank, grade in enumerate(grades))


def recall(ranked: Sequence[int], grades: Grades, depth: int = 100) -> float:
    relevant = {number for number, grade in grades.items() if grade > 0}
    return len(relevant & set(ranked[:depth])) / len(relevant)


def sign_flip(differences: Floats) -> float:
    """Two-sided p-value of a mean difference, by flipping the signs of pairs at random."""
    random = np.random.default_rng(SEED)
    signs = random.choice((-1.0, 1.0), size=(FLIPS, len(differences)))
    extreme = np.abs(signs @ differences) >= abs(differences.sum()) - 1e-12
    return float((extreme.sum() + 1) / (FLIPS + 1))


# --- Reporting --------------------------------------------------------------------------------


def report(found: Mapping[str, Mapping[str, Scores]]) -> str:
    """One table a measure: BM25, then for each tier the value, the gain and its p-value."""
    tiers = [tier for tier in TIERS if any(tier in scores for scores in found.values())]
    measures: dict[str, Callable[[Scores], Floats]] = {
        "nDCG@10": lambda scores: scores.ndcg,
        "Recall@100": lambda scores: scores.recall,
    }
    return "\n\n".join(
        table([measure, *tiers], [*rows(found, tiers, pick), means(found, tiers, pick)])
        for measure, pick in measures.items()
    )


def rows(
    found: Mapping[str, Mapping[str, Scores]],
    tiers: Sequence[str],
    pick: Callable[[Scores], Floats],
) -> Iterator[list[str]]:
    for name, scores in found.items():
        base = pick(scores["BM25"])
        row = [f"{name} ({len(base):,})", f"{base.mean():.3f}"]
        for tier in tiers[1:]:
            gains = pick(scores[tier]) - base
            value = pick(scores[tier]).mean()
            row.append(f"{value:.3f} ({gains.mean():+.3f}, p {sign_flip(gains):.3f})")
        yield row


def means(
    found: Mapping[str, Mapping[str, Scores]],
    tiers: Sequence[str],
    pick: Callable[[Scores], Floats],
) -> list[str]:
    base = np.mean([pick(scores["BM25"]).mean() for scores in found.values()])
    row = ["**mean**", f"{base:.4f}"]
    for tier in tiers[1:]:
        value = np.mean([pick(scores[tier]).mean() for scores in found.values()])
        row.append(f"{value:.4f} ({value - base:+.4f})")
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", nargs="*", default=SETS, choices=SETS)
    parser.add_argument("--tiers", nargs="*", default=list(TIERS), choices=list(TIERS))
    parser.add_argument("--keep", action="store_true", help="use the vectors of the last run")
    options = parser.parse_args()
    if not FOLDER.is_dir():
        sys.exit("The benchmark needs the folder ir in ../shared/data, which is not there.")
    embedders: dict[str, list[Embedder]] = {}
    for tier in dict.fromkeys(["BM25", *options.tiers]):
        try:
            embedders[tier] = open_embedders(TIERS[tier])
        except ConfigError as error:
            print(f"{tier} is left out: {error}", file=sys.stderr)
    found: dict[str, dict[str, Scores]] = {}
    for name in options.sets:
        collection, path = read_collection(name), WORK / "quality" / name
        if not options.keep:
            shutil.rmtree(path, ignore_errors=True)
        found[name] = {}
        for tier, used in embedders.items():
            index = build(path, collection, used)
            found[name][tier] = evaluate(index, collection)
            index.close()
    print(report(found))


if __name__ == "__main__":
    main()
