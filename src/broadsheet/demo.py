"""The demo library: the 451 founding papers, with facts and summaries in our own words.

The data file is in the form that `broadsheet export` writes, so that it comes in by the same
door as everything else. A fact that is not known is left out; a paper that a venue rejected, or
that was withdrawn from it, says so in its status and has no venue.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from broadsheet.model import Record

FIRST_SEARCH = "why does label smoothing help"
"""What `broadsheet demo` asks; one paper has the answer, others say when it does not."""

MORE_SEARCHES = (
    "making image generators fair",
    '"label smoothing" -privacy',
    "fairness venue:ICML year:2023",
    "https://arxiv.org/abs/2308.03296",
)
"""Worth trying next: a thought, a phrase without a word, two filters, a pasted address."""


def demo_file() -> Path:
    """The data file inside the package."""
    return Path(__file__).with_name("data") / "demo.jsonl"


def read_demo() -> Iterator[Record]:
    """The records of the demo library, in the order of the founding pages."""
    with demo_file().open("rb") as lines:
        for line in lines:
            yield Record.from_json(line)
