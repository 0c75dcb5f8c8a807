"""Learning from one period and finding what comes in the next, on the lists of `hf_daily`.

Nobody's likes are in that data, so two stand-ins are used, both in order of time, and with texts
alone (authors and upvotes are never looked at). *Authors*: the papers that somebody wrote until the
cut are the likes, those written after it are to be found among all papers of the later period; a
name borne by several people makes this harder for every ranker alike. *An editor*: what a weekly
list of hand picks had until a week are the likes, its picks of that week are to be found among all
papers of that week and the one before. `./run bench recommend` runs this with the rest.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np

from benchmarks.corpora import SHARED
from benchmarks.learning import make_pool, make_ways, show
from benchmarks.timing import table
from broadsheet.ports import Rows
from broadsheet.recommend.evaluate import compare, judge
from broadsheet.recommend.smoothed import our_rankers

DATA = SHARED / "hf_daily"
CUT = "2025-12-01"
LEAST_BEFORE, LEAST_AFTER = 3, 2
MOST_PAPERS = 40
"""A name with more papers is more than one person."""

MOST_AUTHORS = 200
EDITOR_PICKS = 30
WEEK = timedelta(days=7)
NOTHING = 0.001
"""Of a mean below this, nothing is a multiple."""


class Task(NamedTuple):
    """What is liked, what there is to choose from, and what should be found; rows."""

    likes: Rows
    candidates: Rows
    hidden: Rows


def main() -> None:
    """Print both tables."""
    if not DATA.is_dir():
        sys.exit(f"There is no {DATA}: this benchmark needs the lists observed there.")
    papers = sorted(_lines("papers"), key=lambda paper: (paper["pub"], paper["id"]))
    texts = [(paper["title"], paper["abstract"]) for paper in papers]
    ways = make_ways(make_pool(texts), texts)
    for title, tasks in (
        (f"Authors: papers until {CUT} given, later ones to be found", some(authors(papers))),
        ("An editor: picks until a week given, those of the week to be found", list(weeks(papers))),
    ):
        report(title, tasks, ways)


def _lines(name: str) -> list[dict[str, Any]]:
    with gzip.open(DATA / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def some(tasks: Iterable[Task]) -> list[Task]:
    """At most `MOST_AUTHORS` of them, spread evenly."""
    every = list(tasks)
    return every[:: -(-len(every) // MOST_AUTHORS)]


def authors(papers: Sequence[dict[str, Any]]) -> Iterator[Task]:
    """One task for each author with enough papers in both periods; the newest ten are given."""
    after = np.array([row for row, paper in enumerate(papers) if paper["pub"] >= CUT])
    wrote: dict[str, list[int]] = defaultdict(list)
    for row, paper in enumerate(papers):
        for name in dict.fromkeys(paper["authors"]):
            wrote[name].append(row)
    for _, rows in sorted(wrote.items()):
        early, late = ([row for row in rows if (papers[row]["pub"] >= CUT) is side]
                       for side in (False, True))  # fmt: skip
        if len(early) >= LEAST_BEFORE and len(late) >= LEAST_AFTER and len(rows) <= MOST_PAPERS:
            yield Task(np.array(early[-10:]), after, np.array(late))


def weeks(papers: Sequence[dict[str, Any]]) -> Iterator[Task]:
    """One task for each week of which the papers are at hand, and picks before it."""
    place = {paper["id"]: row for row, paper in enumerate(papers)}
    picked: dict[date, list[int]] = defaultdict(list)
    for pick in _lines("picks_of_the_week"):
        row = place.get((pick["arxiv_id"] or "").partition("v")[0])
        if row is not None:
            picked[date.fromisoformat(pick["week_end"])].append(row)
    before: list[int] = []
    for end, rows in sorted(picked.items()):
        start = (end - 2 * WEEK).isoformat()
        there = [
            row for row, paper in enumerate(papers) if start <= paper["pub"] <= end.isoformat()
        ]
        hidden = sorted(set(rows) & set(there) - set(before))
        if len(before) >= LEAST_BEFORE and hidden:
            yield Task(np.array(before[-EDITOR_PICKS:]), np.array(there), np.array(hidden))
        before += [row for row in rows if row not in before]


def report(title: str, tasks: Sequence[Task], ways: dict[str, Any]) -> None:
    """One table: the means, and how far ours is ahead."""
    marks = {
        name: np.array([_judge(score, task) for task in tasks]) for name, score in ways.items()
    }
    ours = marks[our_rankers()[0].id]
    sizes = f"{np.median([len(task.candidates) for task in tasks]):,.0f} papers to choose from"
    print(f"\n{title}: {len(tasks)} tasks, {sizes}\n")
    rows = []
    for name, values in marks.items():
        mean = values.mean(axis=0)
        row = [name, f"{mean[0]:.4f}", f"{mean[1]:.4f}", f"{mean[2]:.1%}"]
        ratio = ours[:, 0].mean() / max(values[:, 0].mean(), NOTHING)
        row += [
            f"{ratio:.3f} ×" if values[:, 0].mean() > NOTHING else "",
            show(compare(ours[:, 0], values[:, 0])),
        ]
        rows.append(row[:4] + ["", ""] if values is ours else row)
    print(table(["ranker", "nDCG@10", "recall@50", "a hit in ten", "ours, nDCG@10", ""], rows))


def _judge(score: Any, task: Task) -> tuple[float, float, bool]:
    scores = score(task.likes)[task.candidates]
    best = task.candidates[np.argsort(-scores, kind="stable")]
    return judge(best[~np.isin(best, task.likes)], task.hidden)


if __name__ == "__main__":
    main()
