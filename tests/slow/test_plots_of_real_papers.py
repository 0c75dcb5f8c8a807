"""Over real papers, too, every point of a plot counts what its search finds."""

from __future__ import annotations

import gzip
import random
from itertools import islice, product
from pathlib import Path

import pytest

from broadsheet.config import Settings
from broadsheet.plots import Interval, PlotRequest
from broadsheet.wiring import open_library

PAPERS = Path(__file__).parents[2] / "../shared/data/arxiv-180k.jsonl.gz"
READ = 20_000
QUERIES = ("label smoothing", "diffusion", '"neural network" OR kernels', "category:cs -survey")
POINTS = 6


@pytest.mark.slow
def test_points_are_their_searches(tmp_path: Path) -> None:
    """Break to see it fail: count by the field `first` in `search/counting.py`."""
    if not PAPERS.exists():
        pytest.skip("the real papers are not here")
    some = tmp_path / "papers.jsonl"
    with gzip.open(PAPERS) as lines:
        some.write_bytes(b"".join(islice(lines, READ)))
    rng = random.Random(5)
    with open_library(Settings(library=tmp_path / "library", embedder="none")) as library:
        library.import_files([some])
        for interval, share in product(Interval, (None, "", "category:cs.LG")):
            request = PlotRequest(QUERIES, interval, share is not None, share or "")
            for curve in library.trends.plot(request).curves:
                for point in rng.sample(curve.points, min(POINTS, len(curve.points))):
                    assert library.search(point.query).results.total == point.papers, point
