"""Corpora and queries for the benchmarks: the real papers, and a million made from them.

The million is recombined with a fixed seed: each made paper has the first half of one real title
and the second half of another, and the two halves of two real abstracts, so that word statistics
stay close to the real ones while no two papers are alike. Identifiers are well-formed arXiv ids
above the numbers that are in use.
"""

from __future__ import annotations

import gzip
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

ROOT = Path(__file__).parent.parent
SHARED = ROOT / ".." / "shared" / "data"
ARXIV = SHARED / "arxiv-180k.jsonl.gz"
WORK = ROOT / ".bench"
SEED = 20261121
MONTHS = [(year, month) for year in range(2015, 2026) for month in range(1, 13)]

Paper = dict[str, Any]


def real_papers(limit: int | None = None) -> Iterator[Paper]:
    """The papers of the shared arXiv file, in file order."""
    with gzip.open(ARXIV, "rb") as stream:
        for number, line in enumerate(stream):
            if number == limit:
                return
            yield orjson.loads(line)


def million(size: int = 1_000_000) -> Iterator[Paper]:
    """The real papers, shuffled with the seed, then made ones up to `size` in all."""
    rng = random.Random(SEED)
    real = list(real_papers())
    rng.shuffle(real)
    yield from real[:size]
    for number in range(size - len(real)):
        yield _recombine(rng, real, number)


def _recombine(rng: random.Random, real: list[Paper], number: int) -> Paper:
    first, second = rng.choice(real), rng.choice(real)
    year, month = MONTHS[number % len(MONTHS)]
    return {
        "id": f"{year % 100:02}{month:02}.{50_000 + number // len(MONTHS):05}",
        "title": _halves(first["title"], second["title"], " "),
        "abstract": _halves(first["abstract"], second["abstract"], ". "),
        "authors": second["authors"],
        "categories": first["categories"],
        "date": f"{year}-{month:02}-{rng.randint(1, 28):02}",
        "date_kind": "submitted",
    }


def _halves(first: str, second: str, separator: str) -> str:
    head, tail = first.split(separator), second.split(separator)
    return separator.join(head[: (len(head) + 1) // 2] + tail[len(tail) // 2 :])


def write_jsonl(papers: Iterator[Paper], path: Path) -> Path:
    """Write papers as JSON lines unless the file is there already; returns its path."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        with part.open("wb") as out:
            for paper in papers:
                out.write(orjson.dumps(paper) + b"\n")
        part.rename(path)
    return path


def queries(per_length: int = 67) -> dict[int, list[str]]:
    """Real queries: 1, 3 and 8 neighbouring words of real titles, chosen with the seed."""
    rng = random.Random(SEED + 1)
    titles = [paper["title"] for paper in real_papers()]
    chosen: dict[int, list[str]] = {}
    for length in (1, 3, 8):
        chosen[length] = []
        while len(chosen[length]) < per_length:
            words = re.findall(r"[A-Za-z][A-Za-z-]{2,}", rng.choice(titles))
            if len(words) >= max(length, 3):
                start = rng.randint(0, len(words) - length)
                chosen[length].append(" ".join(words[start : start + length]))
    return chosen
