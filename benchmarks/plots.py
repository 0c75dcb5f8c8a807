"""`./run bench plots`: how long plots, terms and maps take over the 180,000 real papers, and how
faithful a map is.

Each plot is asked for anew, from the query to the finished SVG with its links: counts by day, the
periods, the drawing. Nothing is kept between two askings but what a library keeps open. A map is
set against the first two principal components of the same vectors. With a folder as argument the
library in it is measured, else one that is made under `.bench/plots`.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from urllib.parse import quote

import numpy as np

from benchmarks.corpora import ARXIV, WORK
from benchmarks.timing import percentile, table
from broadsheet.config import Settings
from broadsheet.library import Library
from broadsheet.plots import Interval, PlotRequest
from broadsheet.trends import Trends
from broadsheet.trends.layout import find_components, share_kept, trustworthiness
from broadsheet.wiring import open_library

QUERIES = (
    "label smoothing", "diffusion", "graph neural network", "transformer", "gaussian process",
    "reinforcement learning", "agents", "mixup", '"state space model"', "quantum",
    "protein folding", "author:wang", "robot manipulation", "speech recognition",
)  # fmt: skip
FIELD = "category:cs.LG"


def requests(curves: int) -> Iterator[PlotRequest]:
    """Plots of so many curves: each query, by week, month and year, as counts and as shares."""
    for start, interval, shares in product(range(len(QUERIES)), Interval, (False, True)):
        chosen = tuple(QUERIES[(start + number) % len(QUERIES)] for number in range(curves))
        yield PlotRequest(chosen, interval, shares, FIELD if shares else "", smooth=shares)


def measure(act: Callable[[], object]) -> float:
    """Milliseconds of an act."""
    begun = time.perf_counter()
    act()
    return 1000 * (time.perf_counter() - begun)


def fresh(library: Library) -> Trends:
    """Plots of a library that keep nothing from before."""
    trends = library.trends
    return Trends(trends._store, trends._index, trends._clock, trends._draughtsman)


def draw_anew(library: Library, request: PlotRequest) -> None:
    """A plot, from the question to the SVG of the page."""
    trends = fresh(library)
    trends.draw(trends.plot(request), "svg", lambda text: f"/search?q={quote(text)}")


def time_plots(library: Library, curves: int) -> list[float]:
    """Milliseconds of all plots of so many curves."""
    return [
        measure(lambda request=request: draw_anew(library, request))  # type: ignore[misc]
        for request in requests(curves)
    ]


def judge_maps(library: Library) -> tuple[list[float], list[list[float]]]:
    """Milliseconds of maps; kept neighbours and trustworthiness of each, with those of PCA."""
    times, kept = [], []
    index = library.trends._index
    for query in QUERIES:
        times.append(measure(lambda query=query: library.trends.map(query)))  # type: ignore[misc]
        dots = library.trends.map(query).dots
        if len(dots) > 20:
            _, vectors = index.vectors([dot.work_id for dot in dots])
            places = np.array([(dot.x, dot.y) for dot in dots])
            flat = find_components(vectors)
            kept.append(
                [
                    judge(vectors, each)
                    for each in (places, flat)
                    for judge in (share_kept, trustworthiness)
                ]
            )
    return times, kept


def open_measured(folder: Path) -> Library:
    """The library in a folder; made of the real papers if there is none."""
    library = open_library(Settings(library=folder))
    if not library.stats().works:
        library.import_files([ARXIV])
    return library


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else WORK / "plots"
    if len(sys.argv) < 2 and not ARXIV.exists():
        sys.exit("The real papers are not here; nothing was measured.")
    with open_measured(folder) as library:
        draw_anew(library, PlotRequest(QUERIES[:1]))
        rows = [
            row(f"plot of {n} curves" if n > 1 else "plot", time_plots(library, n))
            for n in (1, 2, 6)
        ]
        terms = [measure(lambda q=q: library.trends.terms(q, "2026-05")) for q in QUERIES]  # type: ignore[misc]
        times, kept = judge_maps(library)
    rows += [row("rising terms of a month", terms), row("map of 300 papers", times)]
    print(table(["", "p50 ms", "p95 ms", "worst ms"], rows))
    means = np.mean(kept, axis=0)
    print()
    print(
        table(
            ["map", "neighbours kept (of 10)", "trustworthiness"],
            [
                ["t-SNE, as drawn", f"{means[0]:.2f}", f"{means[1]:.2f}"],
                ["two principal components", f"{means[2]:.2f}", f"{means[3]:.2f}"],
            ],
        )
    )


def row(name: str, times: list[float]) -> list[str]:
    """A line of the table."""
    values = (percentile(times, 0.5), percentile(times, 0.95), max(times))
    return [name, *(f"{value:,.0f}" for value in values)]


if __name__ == "__main__":
    main()
