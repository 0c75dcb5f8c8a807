"""`./run bench learning_reviews`: how much of a systematic review has to be read, and who says so.

Reads `../shared/data/asreview`: reviews with at least 20 papers included. A replay starts from one
included and one excluded paper drawn with its seed, and goes on with the paper that is ranked
first, whose decision is looked up; the model learns again after each of the first hundred and then
when a fiftieth more has been read. Told are, per review:

- work saved over sampling at 95 % recall (Cohen et al. 2006) for our model and for the default
  model of the `asreview` package, from the same starts. The package wants other versions of what
  we use, and so has an environment of its own in `.bench`; where it cannot be installed, its column
  stays empty.
- for stopping rules, each replayed on our ranking: the share of replays in which at least 95 % of
  the included papers had been read at the stop, and the median share of papers left unread.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import hypergeom

from benchmarks.corpora import ROOT, SHARED, WORK
from benchmarks.quality import read_rows
from benchmarks.timing import table
from broadsheet.ports import Pool
from broadsheet.recommend import pool, stopping
from broadsheet.recommend.review import Judged, Reviewer
from broadsheet.recommend.terms import read_text
from broadsheet.wiring import open_embedders

LEAST_INCLUDED = 20
TARGET = 0.95
LOOK = 50
"""A rule is asked after each fiftieth part of a review, and at least every tenth paper."""

ENVIRONMENT = WORK / "asreview"
LOCK = ROOT / "requirements-asreview.lock"

Labels = NDArray[np.bool_]


class Review(NamedTuple):
    """A systematic review: its rows, its papers as a pool, and which were included."""

    name: str
    rows: Sequence[Mapping[str, Any]]
    papers: Pool
    included: Labels


class Replay(NamedTuple):
    """The papers of a review in the order of reading, and whether each was included."""

    order: Sequence[int]
    labels: Labels


# --- Replaying --------------------------------------------------------------------------------


def read_reviews(path: Path) -> list[Review]:
    rows: dict[str, list[Mapping[str, Any]]] = {}
    for row in read_rows(path):
        rows.setdefault(row["review"], []).append(row)
    return [
        make_review(name, papers)
        for name, papers in rows.items()
        if sum(row["included"] for row in papers) >= LEAST_INCLUDED
    ]


def make_review(name: str, rows: Sequence[Mapping[str, Any]]) -> Review:
    (embedder,) = open_embedders("static")
    texts = [(row["title"] or "", row["abstract"] or "") for row in rows]
    papers = [pool.Paper(number, read_text(*text)) for number, text in enumerate(texts, 1)]
    vectors = embedder.embed_documents([". ".join(text) for text in texts])
    included = np.array([row["included"] > 0 for row in rows])
    return Review(name, rows, pool.build(papers, vectors).pool, included)


def draw_start(included: Labels, seed: int) -> list[int]:
    """One included and one excluded paper."""
    rng = np.random.default_rng([seed, len(included)])
    return [int(rng.choice(np.flatnonzero(included == which))) for which in (True, False)]


def replay(review: Review, reviewer: Reviewer, seed: int) -> Replay:
    """The whole review in the order in which our model offers it. After the last inclusion the
    order no longer tells, and nothing more is learned."""
    reviewer.forget()
    order, left = draw_start(review.included, seed), int(review.included.sum()) - 1
    unseen = np.random.default_rng([seed, 1]).permutation(len(review.included))
    unseen = unseen[~np.isin(unseen, order)]
    while left:
        judged = [Judged(row, bool(review.included[row])) for row in order]
        unseen = unseen[reviewer.rank(unseen, judged)]
        batch, unseen = np.split(unseen, [1 if len(order) < 100 else len(order) // 50])
        order += batch.tolist()
        left -= int(review.included[batch].sum())
    order += unseen.tolist()
    return Replay(order, review.included[order])


def work_saved(labels: Labels, papers: int) -> float:
    """Work saved over sampling at 95 % recall; `labels` may end after the last inclusion."""
    needed = int(np.ceil(TARGET * labels.sum()))
    read = int(np.argmax(np.cumsum(labels) >= needed)) + 1
    return 1 - read / papers - (1 - TARGET)


# --- Rules ------------------------------------------------------------------------------------


def ours(labels: Labels, papers: int) -> bool:
    return stopping.may_stop(stopping.look_back(labels.tolist(), papers))


def callaghan(level: float) -> Callable[[Labels, int], bool]:
    """Callaghan and Müller-Hansen, "Statistical stopping criteria for automated screening in
    systematic reviews" (2020): the last papers read are taken for a random sample of those that
    were unread before them, and a hypergeometric test asks whether the target is missed; of all
    such samples, the one that speaks most clearly counts."""

    def stops(labels: Labels, papers: int) -> bool:
        found, drawn = int(labels.sum()), np.arange(1, len(labels) + 1)
        hits = np.cumsum(labels[::-1])
        urn = papers - len(labels) + drawn
        missing = np.minimum(np.floor(found / TARGET - (found - hits) + 1), urn)
        return bool(hypergeom.cdf(hits, urn, missing, drawn).min() < level)

    return stops


def knee(labels: Labels, papers: int) -> bool:
    """Cormack and Grossman, "Engineering Quality and Reliability in Technology-Assisted Review"
    (2016): the gain curve is much steeper before its knee than after it, by 156 less the number of
    relevant papers (at least 6)."""
    gain = np.cumsum(labels)
    read, found = np.arange(1, len(labels) + 1), int(labels.sum())
    bend = int(np.argmax(gain * len(labels) - found * read))
    if bend + 1 >= len(labels):
        return False
    after = (1 + found - gain[bend]) / (len(labels) - bend - 1)
    return bool(gain[bend] / (bend + 1) / after >= 156 - min(found, 150))


def nothing_for(share: float, least: int = 0) -> Callable[[Labels, int], bool]:
    """The rule of thumb: so many papers one after another of which none was included."""

    def stops(labels: Labels, papers: int) -> bool:
        found = np.flatnonzero(labels)
        return len(labels) - 1 - int(found[-1]) >= max(share * papers, least)

    return stops


RULES: Mapping[str, Callable[[Labels, int], bool]] = {
    "ours, 90 % confidence": ours,
    "Callaghan and Müller-Hansen, p < 0.10": callaghan(0.10),
    "Callaghan and Müller-Hansen, p < 0.05": callaghan(0.05),
    "knee (Cormack and Grossman)": knee,
    "50 papers without an inclusion": nothing_for(0, 50),
    "10 % of the papers without an inclusion": nothing_for(0.1),
}


class Stop(NamedTuple):
    recall: float
    unread: float


def stop(labels: Labels, rule: Callable[[Labels, int], bool]) -> Stop:
    """Where a rule stops a replay; at the end, if it never does."""
    papers = len(labels)
    for read in range(10, papers, max(1, min(10, papers // LOOK))):
        if rule(labels[:read], papers):
            return Stop(float(labels[:read].sum() / labels.sum()), 1 - read / papers)
    return Stop(1.0, 0.0)


# --- The package asreview ---------------------------------------------------------------------

SCRIPT = """
import json, sys
import numpy as np, pandas as pd
from asreview.learner import ActiveLearningCycle
from asreview.models.models import get_ai_config
from asreview.simulation.simulate import Simulate

for line in sys.stdin:
    task = json.loads(line)
    np.random.seed(task["seed"])
    cycle = ActiveLearningCycle.from_meta(get_ai_config()["value"])
    papers = pd.DataFrame({"title": task["titles"], "abstract": task["abstracts"]})
    simulation = Simulate(papers, pd.Series(task["labels"]), cycle, print_progress=False)
    simulation.label(task["start"])
    simulation.review()
    print(json.dumps(simulation._results["record_id"].tolist()), flush=True)
"""


def install_asreview() -> Path | None:
    """The Python of an environment with the package; None where it cannot be made."""
    python = ENVIRONMENT / "bin" / "python"
    check = [str(python), "-c", "import asreview"]
    if python.exists() and subprocess.run(check, capture_output=True).returncode == 0:
        return python
    pip = [str(python), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(LOCK)]
    for command in ([sys.executable, "-m", "venv", str(ENVIRONMENT)], pip):
        if subprocess.run(command, capture_output=True).returncode:
            print("asreview cannot be installed here; it is left out.", file=sys.stderr)
            return None
    return python


def ask_asreview(python: Path, review: Review, seeds: Sequence[int]) -> list[float]:
    """Work saved by the package's default model, for each start."""
    labels = review.included.astype(int).tolist()
    tasks = [
        {
            "seed": seed,
            "titles": [row["title"] or "" for row in review.rows],
            "abstracts": [row["abstract"] or "" for row in review.rows],
            "labels": labels,
            "start": draw_start(review.included, seed),
        }
        for seed in seeds
    ]
    lines = "\n".join(map(json.dumps, tasks))
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "replay.py"
        script.write_text(SCRIPT)
        done = subprocess.run(
            [python, script], input=lines, check=True, capture_output=True, text=True
        )
    orders = [json.loads(line) for line in done.stdout.splitlines()]
    return [work_saved(review.included[order], len(labels)) for order in orders]


# --- Telling ----------------------------------------------------------------------------------


def tell_work_saved(
    reviews: Sequence[Review], replays: Mapping[str, Sequence[Replay]], seeds: Sequence[int]
) -> list[list[str]]:
    python = install_asreview()
    rows, sums = [], []
    for review in reviews:
        mine = [
            work_saved(replays[review.name][seed].labels, len(review.included)) for seed in seeds
        ]
        theirs = ask_asreview(python, review, seeds) if python else [float("nan")]
        sums.append((float(np.mean(mine)), float(np.mean(theirs))))
        size = f"{len(review.included):,} / {review.included.sum()}"
        rows.append([review.name, size, *(f"{value:.3f}" for value in sums[-1])])
    return [*rows, ["mean", "", *(f"{value:.3f}" for value in np.mean(sums, axis=0))]]


def tell_stops(replays: Mapping[str, Sequence[Replay]]) -> list[list[str]]:
    rows = []
    for name, rule in RULES.items():
        stops = {key: [stop(each.labels, rule) for each in held] for key, held in replays.items()}
        every = [each for held in stops.values() for each in held]
        rows.append(
            [name, *describe(every), *(" / ".join(describe(each)) for each in stops.values())]
        )
    return rows


def describe(stops: Sequence[Stop]) -> tuple[str, str]:
    """The share of stops in time, and the median share unread."""
    reached = np.mean([each.recall >= TARGET for each in stops])
    return f"{reached:.0%}", f"{np.median([each.unread for each in stops]):.0%}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=SHARED / "asreview" / "records.jsonl.gz")
    parser.add_argument("--replays", type=int, default=200, help="of all reviews together")
    parser.add_argument("--starts", type=int, default=3, help="for comparing models; 0: not")
    chosen = parser.parse_args()
    reviews = read_reviews(chosen.data)
    each = -(-chosen.replays // len(reviews))
    replays: dict[str, list[Replay]] = {}
    for review in reviews:
        reviewer = Reviewer(review.papers, np.arange(len(review.included)))
        replays[review.name] = [replay(review, reviewer, seed) for seed in range(each)]
        print(f"{review.name} replayed {each} times", file=sys.stderr)
    print(f"{each * len(reviews)} replays of {len(reviews)} reviews\n")
    head = ["stopping rule", "recall reached", "median unread", *replays]
    print(table(head, tell_stops(replays)), "\n", flush=True)
    if chosen.starts:
        head = [
            "work saved over sampling at 95 %",
            "papers / included",
            "ours",
            "asreview's default",
        ]
        print(table(head, tell_work_saved(reviews, replays, range(min(each, chosen.starts)))))


if __name__ == "__main__":
    main()
