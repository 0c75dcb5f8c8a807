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

Each review is a task of its own, and as many run at a time as there are cores.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache, partial
from multiprocessing import get_context
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
    """A systematic review: its papers as a pool, and which were included."""

    name: str
    papers: Pool
    included: Labels


class Replay(NamedTuple):
    """The papers of a review in the order of reading, and whether each was included."""

    order: Sequence[int]
    labels: Labels


# --- Replaying --------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def read_reviews(path: Path) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """The rows of each review that has enough papers included."""
    rows: dict[str, list[Mapping[str, Any]]] = {}
    for row in read_rows(path):
        rows.setdefault(row["review"], []).append(row)
    return {
        name: papers
        for name, papers in rows.items()
        if find_included(papers).sum() >= LEAST_INCLUDED
    }


def find_included(rows: Sequence[Mapping[str, Any]]) -> Labels:
    return np.array([row["included"] > 0 for row in rows])


def make_review(name: str, rows: Sequence[Mapping[str, Any]]) -> Review:
    (embedder,) = open_embedders("static")
    texts = [(row["title"] or "", row["abstract"] or "") for row in rows]
    papers = [pool.Paper(number, read_text(*text)) for number, text in enumerate(texts, 1)]
    vectors = embedder.embed_documents([". ".join(text) for text in texts])
    return Review(name, pool.read_pool(papers, vectors), find_included(rows))


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

    return lambda labels, papers: find_doubt(labels.tobytes(), papers) < level


@lru_cache(maxsize=1_000)
def find_doubt(read: bytes, papers: int) -> float:
    """The least p-value of "the target is missed", over all samples."""
    labels = np.frombuffer(read, dtype=np.bool_)
    found, drawn = int(labels.sum()), np.arange(1, len(labels) + 1)
    hits = np.cumsum(labels[::-1])
    urn = papers - len(labels) + drawn
    missing = np.minimum(np.floor(found / TARGET - (found - hits) + 1), urn)
    # Of samples with the same hits the largest speaks most clearly, unless all is missing.
    asked = (np.diff(hits, append=len(hits) + 1) > 0) | (missing == urn)
    return float(hypergeom.cdf(*(each[asked] for each in (hits, urn, missing, drawn))).min())


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
    "20 % of the papers without an inclusion": nothing_for(0.2),
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

task = json.load(sys.stdin)
np.random.seed(task["seed"])
cycle = ActiveLearningCycle.from_meta(get_ai_config()["value"])
papers = pd.DataFrame({"title": task["titles"], "abstract": task["abstracts"]})
simulation = Simulate(papers, pd.Series(task["labels"]), cycle, print_progress=False)
simulation.label(task["start"])
simulation.review()
print(json.dumps(simulation._results["record_id"].tolist()))
"""


def install_asreview() -> Path | None:
    """The Python of an environment with the package; None where it cannot be made."""
    python = ENVIRONMENT / "bin" / "python"
    check = [str(python), "-c", "import asreview"]  # which leaves a file where it is done
    if (
        python.exists()
        and not subprocess.run(check, cwd=ENVIRONMENT, capture_output=True).returncode
    ):
        return python
    pip = [str(python), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(LOCK)]
    for command in ([sys.executable, "-m", "venv", str(ENVIRONMENT)], pip):
        if subprocess.run(command, capture_output=True).returncode:
            print("asreview cannot be installed here; it is left out.", file=sys.stderr)
            return None
    return python


def ask_asreview(python: Path, data: Path, task: tuple[str, int]) -> float:
    """Work saved by the package's default model, from a start of a review. It takes minutes, so
    that the order of reading is kept for the next time."""
    name, seed = task
    rows = read_reviews(data)[name]
    included = find_included(rows)
    version = hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]
    kept = ENVIRONMENT / f"{version}-{name}-{seed}.json"
    if not kept.exists():
        asked = {
            "seed": seed,
            "titles": [row["title"] or "" for row in rows],
            "abstracts": [row["abstract"] or "" for row in rows],
            "labels": included.astype(int).tolist(),
            "start": draw_start(included, seed),
        }
        kept.write_text(run_asreview(python, json.dumps(asked)))
        print(f"{name}: asreview replayed once more", file=sys.stderr)
    return work_saved(included[json.loads(kept.read_text())], len(included))


def run_asreview(python: Path, asked: str) -> str:
    # The package leaves a file in the folder that it runs in.
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [python, "-c", SCRIPT],
            input=asked,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
            cwd=folder,
        )
    return done.stdout


# --- Telling ----------------------------------------------------------------------------------


class Outcome(NamedTuple):
    """What came of the replays of one review: its size, work saved and the stops of each rule."""

    size: str
    saved: Sequence[float]
    stops: Mapping[str, Sequence[Stop]]


def replay_all(data: Path, replays: int, name: str) -> Outcome:
    review = make_review(name, read_reviews(data)[name])
    papers = len(review.included)
    reviewer = Reviewer(review.papers, np.arange(papers))
    held = [replay(review, reviewer, seed).labels for seed in range(replays)]
    stops = {rule: [stop(labels, asked) for labels in held] for rule, asked in RULES.items()}
    print(f"{name}: replayed {replays} times", file=sys.stderr)
    size = f"{papers:,} / {review.included.sum()}"
    return Outcome(size, [work_saved(labels, papers) for labels in held], stops)


def tell_work_saved(
    outcomes: Mapping[str, Outcome], theirs: Mapping[str, Sequence[float]], starts: int
) -> list[list[str]]:
    rows, means = [], []
    for name, outcome in outcomes.items():
        ours, rival = outcome.saved, theirs.get(name, [float("nan")])
        means.append([np.mean(ours), np.mean(ours[:starts]), np.mean(rival)])
        rows.append([name, outcome.size, *(f"{value:.3f}" for value in means[-1])])
    return [*rows, ["mean", "", *(f"{value:.3f}" for value in np.mean(means, axis=0))]]


def tell_stops(outcomes: Mapping[str, Outcome]) -> list[list[str]]:
    rows = []
    for rule in RULES:
        every = [each.stops[rule] for each in outcomes.values()]
        together = describe([one for each in every for one in each])
        rows.append([rule, *together, *(" / ".join(describe(each)) for each in every)])
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
    sizes = {name: len(rows) for name, rows in read_reviews(chosen.data).items()}
    names = sorted(sizes, key=sizes.__getitem__, reverse=True)
    each = -(-chosen.replays // len(names))
    starts = min(each, chosen.starts)
    python = install_asreview() if starts else None
    theirs: dict[str, list[float]] = {}
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as workers:
        ours = workers.map(partial(replay_all, chosen.data, each), names)
        if python:
            tasks = [(name, seed) for seed in range(starts) for name in names]
            told = workers.map(partial(ask_asreview, python, chosen.data), tasks)
            for (name, _), value in zip(tasks, told, strict=True):
                theirs.setdefault(name, []).append(value)
        outcomes = dict(zip(names, ours, strict=True))
    print(f"{each * len(names)} replays of {len(names)} reviews\n")
    head = ["stopping rule", "recall reached", "median unread", *outcomes]
    print(table(head, tell_stops(outcomes)), "\n")
    if starts:
        head = ["work saved over sampling at 95 %", "papers / included", f"ours, starts: {each}"]
        head += [f"ours, starts: {starts}", f"asreview's default, starts: {starts}"]
        print(table(head, tell_work_saved(outcomes, theirs, starts)))


if __name__ == "__main__":
    main()
