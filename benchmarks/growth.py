"""`./run bench growth`: draws what `./run bench speed` measured against the number of papers.

Reads `.bench/speed.json` and writes `docs/images/growth.svg`: search time beside raw tantivy, and
the memory of importing and of serving.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from benchmarks.corpora import ROOT
from benchmarks.speed import RESULTS

PLOT = ROOT / "docs" / "images" / "growth.svg"
PANELS = {
    "Search, p50 (ms)": {
        "search, {}: p50 ms": "Broadsheet, {}",
        "raw tantivy, {}: p50 ms": "raw tantivy, {}",
    },
    "Memory (MB)": {
        "memory of a serving process, peak without mapped pages: MB": "serving",
        "memory while importing, peak with mapped pages: MB": "importing",
    },
    "Import, index and embed (papers/s)": {
        "import, index and embed: papers/s": "Broadsheet",
    },
}
LENGTHS = {"1 word": "#4c6a8c", "3 words": "#a3301f", "8 words": "#5b7a3a"}


def main() -> None:
    if not RESULTS.exists():
        sys.exit("There is nothing to draw yet: ./run bench speed comes first.")
    draw(json.loads(RESULTS.read_text()))
    print(f"Written: {PLOT.relative_to(ROOT)}")


def draw(rows: list[dict[str, Any]]) -> None:
    """One panel a quantity, the number of papers along the bottom."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "broadsheet"
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, len(PANELS), figsize=(12, 3.6), layout="constrained")
    sizes = [row["size"] / 1000 for row in rows]
    for axis, (title, lines) in zip(axes, PANELS.items(), strict=True):
        for name, label in lines.items():
            for length, colour in LENGTHS.items() if "{}" in name else ((label, "#4c6a8c"),):
                values = [row.get(name.format(length)) for row in rows]
                style = "--" if "raw" in label or label == "importing" else "-"
                axis.plot(
                    sizes, values, style, color=colour, marker="o", label=label.format(length)
                )
        axis.set_title(title, fontsize=10)
        axis.set_xlabel("thousand papers")
        axis.set_ylim(bottom=0)
        axis.legend(fontsize=7, frameon=False)
    PLOT.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(PLOT, metadata={"Date": None})


if __name__ == "__main__":
    main()
