"""Identity over 20,000 labelled pairs from the real papers: `./run bench identity` as a test."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.corpora import ARXIV, real_papers
from benchmarks.identity import measure, undecidable
from benchmarks.identity_pairs import as_record

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path(ARXIV).exists(), reason="the arXiv corpus is not here"),
]


def test_precision_and_recall() -> None:
    """Break to see it fail: empty `_OTHER_PAPER` (precision), or cut `SUBTITLE` (recall).

    The seed is another than the benchmark's, so that nothing can have been fitted to its pairs.
    """
    papers = [as_record(paper) for paper in real_papers()]
    outcome = measure(papers, seed=7)
    assert outcome.pairs >= 20_000
    assert outcome.precision >= 0.999, outcome.failures[:20]
    assert outcome.recall >= 0.98
    for name, tally in outcome.tallies.items():
        assert tally.positive == 0 or tally.found / tally.positive >= 0.95, name
    assert sum(undecidable(papers).values()) > 20
