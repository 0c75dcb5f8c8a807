"""`./run bench tune`: do the questions of `tune` lead to the best configuration of search?

On two test collections whose judgements are complete enough, answers are those of the collection.
Each repetition draws as many of its queries as `tune` asks about, and is asked either what `tune`
would ask (duels), or about papers at random. After so many answers, either whatever leads is put
into use, or only what leads for sure. Regret is how much nDCG@10 over all queries is lost against
the best configuration; "worse" is how often the default was changed for one that is worse. A
second table begins with a configuration that is a bad one. Results go to standard output as
Markdown.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.quality import FOLDER, Collection, Floats, build, ndcg, read_collection
from benchmarks.timing import table
from broadsheet.model import Sort
from broadsheet.tuning.configurations import CONFIGURATIONS
from broadsheet.tuning.contest import (
    DEPTH,
    Place,
    Round,
    choose,
    compare,
    estimate,
    make_round,
    order,
)
from broadsheet.tuning.queries import MOST_QUERIES, understand
from broadsheet.wiring import open_embedders

SETS = ("cranfield", "cisi")
MARKS = (20, 50, 100, 400)
AT_ONCE = 5
"""Questions between two looks at who leads."""
SHIPPED, BAD = 0, 5
SEED = 20261122

Judged = dict[Place, float]
Ask = Callable[[Sequence[Round], Judged, int, int, np.random.Generator], Sequence[Place]]


@dataclass(frozen=True)
class Trial:
    """A collection as it was searched: a round for each query, the places that are relevant, and
    the nDCG@10 of each configuration over all queries."""

    rounds: Sequence[Round]
    relevant: frozenset[Place]
    quality: Floats


def search_all(collection: Collection, folder: Path) -> Trial:
    """Every query by every configuration."""
    index = build(folder, collection, open_embedders("static"))
    rounds, relevant, quality = [], set(), []
    for number, topic in enumerate(collection.topics):
        lists = [
            [
                hit.work_id
                for hit in index.search(
                    understand(topic.text),
                    limit=DEPTH,
                    offset=0,
                    sort=Sort.RELEVANCE,
                    facets=False,
                    blend=configuration.blend,
                ).hits
            ]
            for configuration in CONFIGURATIONS
        ]
        rounds.append(make_round(str(number), lists))
        relevant |= {Place(str(number), n) for n, grade in topic.grades.items() if grade > 0}
        quality.append([ndcg(each, topic.grades) for each in lists])
    index.close()
    return Trial(rounds, frozenset(relevant), np.array(quality).mean(axis=0))


# --- Asking -----------------------------------------------------------------------------------


def ask_duels(
    rounds: Sequence[Round], judged: Judged, limit: int, in_use: int, _: np.random.Generator
) -> Sequence[Place]:
    return choose(rounds, judged, limit, in_use=in_use)


def ask_random(
    rounds: Sequence[Round], judged: Judged, limit: int, _: int, random: np.random.Generator
) -> Sequence[Place]:
    left = [
        place
        for each in rounds
        for paper in each.papers
        if (place := Place(each.query, paper)) not in judged
    ]
    picked = random.choice(len(left), min(limit, len(left)), replace=False)
    return [left[number] for number in picked]


def decide(rounds: Sequence[Round], judged: Judged, in_use: int, *, surely: bool) -> int:
    """The configuration that is in use after these answers."""
    worth = estimate(rounds, judged)
    leader = order(worth, len(CONFIGURATIONS))[0]
    if leader == in_use or not surely:
        return leader
    return leader if compare(worth, leader, in_use).is_significant else in_use


def replay(trial: Trial, ask: Ask, in_use: int, seed: int) -> Mapping[int, tuple[int, int]]:
    """After so many answers, what is in use: by whatever leads, and by what leads for sure."""
    random = np.random.default_rng([SEED, seed])
    drawn = random.permutation(len(trial.rounds))[:MOST_QUERIES]
    rounds = [trial.rounds[number] for number in drawn]
    judged: Judged = {}
    found: dict[int, tuple[int, int]] = {}
    for mark in MARKS:
        while len(judged) < mark:
            limit = min(AT_ONCE, mark - len(judged))
            places = ask(rounds, judged, limit, in_use, random)
            if not places:
                break
            judged.update((place, float(place in trial.relevant)) for place in places)
        found[mark] = (
            decide(rounds, judged, in_use, surely=False),
            decide(rounds, judged, in_use, surely=True),
        )
    return found


# --- Reporting --------------------------------------------------------------------------------


def report(trials: Mapping[str, Trial], in_use: int, repetitions: int) -> str:
    """A row for each way to ask and to decide, from one configuration in use."""
    heads = [f"{name}, {mark}" for name in trials for mark in MARKS]
    rows = list(_rows(trials, in_use, repetitions))
    best = {name: trial.quality.max() for name, trial in trials.items()}
    never = [
        f"{best[name] - trial.quality[in_use]:.4f}" for name, trial in trials.items() for _ in MARKS
    ]
    title = CONFIGURATIONS[in_use].title
    told = table([f"regret in nDCG@10 (worse), from {title}", *heads], rows)
    return f"{told}\n{_line(['never asking', *never])}"


def _rows(trials: Mapping[str, Trial], in_use: int, repetitions: int) -> Iterator[list[str]]:
    ways: Mapping[str, Ask] = {"random papers": ask_random, "duels": ask_duels}
    for way, ask in ways.items():
        replays = {
            name: [replay(trial, ask, in_use, seed) for seed in range(repetitions)]
            for name, trial in trials.items()
        }
        for kind, rule in enumerate(("whatever leads", "only what leads for sure")):
            cells = [
                _cell(trials[name].quality, [each[mark][kind] for each in found], in_use)
                for name, found in replays.items()
                for mark in MARKS
            ]
            yield [f"{way}, {rule}", *cells]


def _cell(quality: Floats, chosen: Sequence[int], in_use: int) -> str:
    regret = np.mean([quality.max() - quality[each] for each in chosen])
    worse = np.mean([quality[each] < quality[in_use] - 1e-9 for each in chosen])
    return f"{regret:.4f} ({worse:.0%})"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=40)
    options = parser.parse_args()
    if not FOLDER.is_dir():
        sys.exit("The benchmark needs the folder ir in ../shared/data, which is not there.")
    with TemporaryDirectory() as folder:
        trials = {
            name: search_all(read_collection(name), Path(folder) / name / "index") for name in SETS
        }
    names = [configuration.title for configuration in CONFIGURATIONS]
    qualities = [
        [name, *(f"{value:.3f}" for value in trial.quality)] for name, trial in trials.items()
    ]
    print(table(["nDCG@10", *names], qualities))
    for in_use in (SHIPPED, BAD):
        print()
        print(report(trials, in_use, options.repetitions))


if __name__ == "__main__":
    main()
