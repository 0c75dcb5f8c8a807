"""`./run bench trending`: from a day's list, which papers are on the weekly list that covers it?

Reads `../shared/data/hf_daily`: looks at the daily, weekly and monthly lists of a year, with the
upvotes that they showed. At each look at a daily list, its papers are put in order by what had been
observed until then, and the order is judged by nDCG@20 against the next weekly list (a paper is on
it or not). Looks after which no weekly list came within eight days, and those of whose papers none
is on it, are left out. Both halves of the year are told apart, so that a setting that suits one of
them alone is seen to.
"""

from __future__ import annotations

import gzip
import json
import math
import sys
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.corpora import ROOT
from broadsheet.press.trending import FORMULA, Evidence, total, weigh

DATA = ROOT.parent / "shared" / "data" / "hf_daily"
DEPTH = 20
SPAN = timedelta(days=8)
DRAWS = 10_000
SEED = 20261122


class Seen(NamedTuple):
    """A paper on a list, at a look at it."""

    paper: str
    rank: int
    upvotes: int


class Look(NamedTuple):
    """A daily list as it was seen, in its own order, and the papers of the next weekly list."""

    at: datetime
    listed: Sequence[Seen]
    weekly: frozenset[str]


class Past(NamedTuple):
    """What is known of papers: every look at their upvotes, and the day that they are of."""

    series: dict[str, list[tuple[datetime, float]]]
    days: dict[str, date]

    def until(self, paper: str, now: datetime) -> tuple[tuple[datetime, float], ...]:
        """A paper's upvotes over time, as far as they were observed by then."""
        seen = self.series[paper]
        return tuple(seen[: bisect_right(seen, now, key=lambda look: look[0])])


Order = Callable[[Look, Past], Sequence[float]]
"""A score for each paper of a list; among equals the list's own order decides."""


def by_formula(look: Look, past: Past) -> list[float]:
    """Our formula, as the front page uses it."""
    return [
        total(
            weigh(
                Evidence(
                    measured={"huggingface upvotes": past.until(seen.paper, look.at)},
                    day=past.days.get(seen.paper),
                ),
                look.at,
            )
        )
        for seen in look.listed
    ]


ORDERS: dict[str, Order] = {
    "newest first": lambda look, past: [
        past.days.get(seen.paper, date.min).toordinal() for seen in look.listed
    ],
    "the list's own order": lambda look, past: [-seen.rank for seen in look.listed],
    "raw upvotes": lambda look, past: [seen.upvotes for seen in look.listed],
    "our formula": by_formula,
}


def main() -> None:
    if not DATA.is_dir():
        sys.exit(f"There is no {DATA}: this benchmark needs the lists observed there.")
    looks, past = read()
    scores = {name: np.array([judge(look, order(look, past)) for look in looks])
              for name, order in ORDERS.items()}  # fmt: skip
    kept = ~np.isnan(scores["raw upvotes"])
    scores = {name: values[kept] for name, values in scores.items()}
    count = int(kept.sum())
    print(f"{count} looks at daily lists, {looks[0].at:%Y-%m-%d} to {looks[-1].at:%Y-%m-%d}")
    print(f"The formula: {FORMULA}\n")
    half = count // 2
    for title, part in (
        ("earlier half", slice(0, half)),
        ("later half", slice(half, None)),
        ("all", slice(None)),
    ):
        report(title, {name: values[part] for name, values in scores.items()})


def read() -> tuple[list[Look], Past]:
    """All looks at daily lists, oldest first, and what was observed of the papers."""
    daily: dict[datetime, list[Seen]] = defaultdict(list)
    weekly: dict[datetime, set[str]] = defaultdict(set)
    series: dict[str, list[tuple[datetime, float]]] = defaultdict(list)
    for row in _rows("observations"):
        at, paper = datetime.fromisoformat(row["observed_at"]), row["id"]
        series[paper].append((at, float(row["upvotes"])))
        if row["feed"] == "daily":
            daily[at].append(Seen(paper, row["rank"], row["upvotes"]))
        elif row["feed"] == "weekly":
            weekly[at].add(paper)
    days = {row["id"]: date.fromisoformat(row["pub"][:10]) for row in _rows("papers") if row["pub"]}
    past = Past({paper: sorted(looks) for paper, looks in series.items()}, days)
    return list(_pair(daily, weekly)), past


def _pair(daily: dict[datetime, list[Seen]], weekly: dict[datetime, set[str]]) -> Iterator[Look]:
    weeks = sorted(weekly)
    for at, listed in sorted(daily.items()):
        place = bisect_right(weeks, at)
        if place < len(weeks) and weeks[place] - at < SPAN:
            in_order = sorted(listed, key=lambda seen: seen.rank)
            yield Look(at, in_order, frozenset(weekly[weeks[place]]))


def _rows(name: str) -> Iterator[dict[str, Any]]:
    with gzip.open(DATA / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def judge(look: Look, scores: Sequence[float]) -> float:
    """nDCG@20 of a list put in the order of its scores; not a number where nothing can be found."""
    order = sorted(range(len(scores)), key=lambda place: (-scores[place], place))
    found = [look.listed[place].paper in look.weekly for place in order]
    ideal = discount(range(min(DEPTH, sum(found))))
    gained = discount(place for place, hit in enumerate(found[:DEPTH]) if hit)
    return gained / ideal if ideal else math.nan


def discount(places: Iterable[int]) -> float:
    """What papers found at these places (from 0) are worth."""
    return math.fsum(1 / math.log2(place + 2) for place in places)


def report(title: str, scores: dict[str, NDArray[np.float64]]) -> None:
    """Means, and the paired differences to our formula with bootstrap intervals over the looks."""
    ours = scores["our formula"]
    print(f"{title}: {len(ours)} looks, {np.mean(ours < 1):.0%} of them not perfect yet")
    for name, values in scores.items():
        line = f"  {name:<22} nDCG@{DEPTH} {values.mean():.4f}"
        if name != "our formula":
            low, high = interval(ours - values)
            line += f"   ours {(ours - values).mean():+.4f}  [{low:+.4f}, {high:+.4f}]"
        print(line)
    print()


def interval(differences: NDArray[np.float64]) -> tuple[float, float]:
    """The 95 % percentile interval of their mean, by resampling looks."""
    random = np.random.default_rng(SEED)
    draws = random.choice(differences, (DRAWS, len(differences))).mean(axis=1)
    low, high = np.quantile(draws, (0.025, 0.975))
    return float(low), float(high)


if __name__ == "__main__":
    main()
