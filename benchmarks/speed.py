"""`./run bench speed`: time and memory from 45,000 to 1,000,000 papers, beside the peers.

One library grows through the sizes; at each of them the same questions are asked of it and of
raw tantivy (its own index, opened without us), turn by turn in one process and on one thread.
The other peers are measured where they can be built in reasonable time. Nothing is cached
between runs but the made corpus; results go to standard output as Markdown, and as JSON to
`.bench/speed.json`, from which `./run bench growth` draws the plot.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.corpora import ARXIV, WORK, million, queries, write_jsonl
from benchmarks.timing import table

SIZES = (45_000, 180_000, 450_000, 1_000_000)
ADDED = 1_000
LIBRARY = WORK / "growing"
RESULTS = WORK / "speed.json"


def slices(corpus: Path, sizes: tuple[int, ...]) -> Iterator[tuple[int, Path]]:
    """Files that bring the library from one size to the next."""
    with corpus.open("rb") as stream:
        before = 0
        for size in sizes:
            part = WORK / f"part-{size}.jsonl"
            with part.open("wb") as out:
                out.writelines(islice(stream, size - before))
            before = size
            yield size, part


def run_stage(name: str, *arguments: str) -> dict[str, Any]:
    """Run one measurement in a process of its own; returns what it printed as JSON."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.stages", name, *arguments],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def measure(size: int, part: Path, peers: bool) -> dict[str, Any]:
    """Everything at one size."""
    row: dict[str, Any] = {"size": size}
    row |= run_stage("import", str(LIBRARY), str(part))
    row |= run_stage("search", str(LIBRARY), str(WORK / "queries.json"))
    row |= run_stage("search", str(LIBRARY), str(WORK / "queries.json"), "one")
    row |= run_stage("start", str(LIBRARY))
    row |= run_stage("serve", str(LIBRARY), str(WORK / "queries.json"))
    if peers:
        row |= run_stage("peers", str(size), str(WORK / "queries.json"))
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    parser.add_argument("--no-peers", action="store_true")
    options = parser.parse_args()
    if not ARXIV.exists():
        sys.exit(f"The benchmark needs {ARXIV.name} in ../shared/data, which is not there.")
    sizes = tuple(int(size) for size in options.sizes.split(","))
    corpus = write_jsonl(million(max(sizes) + ADDED), WORK / f"corpus-{max(sizes)}.jsonl")
    (WORK / "queries.json").write_text(json.dumps(queries()))
    shutil.rmtree(LIBRARY, ignore_errors=True)
    rows = []
    for size, part in slices(corpus, sizes):
        started = time.monotonic()
        rows.append(measure(size, part, peers=not options.no_peers))
        print(f"{size:,} papers: {time.monotonic() - started:.0f} s", file=sys.stderr)
        RESULTS.write_text(json.dumps(rows, indent=1))
    rows[-1] |= add_some(corpus, max(sizes))
    RESULTS.write_text(json.dumps(rows, indent=1))
    print(report(rows))


def add_some(corpus: Path, start: int) -> dict[str, Any]:
    """A thousand more papers, until the last of them is found."""
    part = WORK / "part-added.jsonl"
    with corpus.open("rb") as stream, part.open("wb") as out:
        out.writelines(islice(stream, start, start + ADDED))
    return run_stage("add", str(LIBRARY), str(part))


def report(rows: list[dict[str, Any]]) -> str:
    """All that was measured, one line a fact and one column a size."""
    names = dict.fromkeys(name for row in rows for name in row if name != "size")
    head = ["", *(f"{row['size']:,}" for row in rows)]
    return table(head, [[name, *(_show(row.get(name)) for row in rows)] for name in names])


def _show(value: object) -> str:
    if value is None:
        return "–"
    if not isinstance(value, float):
        return str(value)
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"


if __name__ == "__main__":
    main()
