"""The training corpus: arXiv titles and abstracts, less everything that is used to evaluate."""

import gzip
import json
import random
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# A sentence ends after at least two ordinary characters, so that "e.g. Smith" is not cut.
_SENTENCE_END = re.compile(r"(?<=[a-z0-9)\]$]{2}[.?!])\s+(?=[A-Z])")
LONGEST_ABSTRACT_IN_SENTENCES = 16


@dataclass(frozen=True, slots=True)
class Paper:
    """One training text."""

    title: str
    abstract: str

    @property
    def sentences(self) -> list[str]:
        """The abstract in sentences, the tail of a very long one cut off."""
        return _SENTENCE_END.split(self.abstract)[:LONGEST_ABSTRACT_IN_SENTENCES]


def title_key(title: str) -> str:
    """Letters and digits of a title, folded: two spellings of one title share it."""
    folded = unicodedata.normalize("NFKD", title).casefold()
    return "".join(c for c in folded if c.isalnum())


def evaluation_titles(paths: list[Path]) -> set[str]:
    """Title keys found in evaluation files (JSON lines with a ``title``, plain or gzipped)."""
    keys: set[str] = set()
    for path in paths:
        for row in _json_lines(path):
            keys.add(title_key(str(row.get("title") or "")))
    return keys - {""}


def read_papers(path: Path, excluded: set[str]) -> list[Paper]:
    """The papers of an arXiv metadata file, each title once, none of the excluded titles."""
    seen = set(excluded)
    papers: list[Paper] = []
    for row in _json_lines(path):
        title, abstract = _one_line(row.get("title")), _one_line(row.get("abstract"))
        key = title_key(title)
        if not key or not abstract or key in seen:
            continue
        seen.add(key)
        papers.append(Paper(title, abstract))
    return papers


def hold_out(papers: list[Paper], count: int, seed: int) -> tuple[list[Paper], list[Paper]]:
    """Split into (training, held out); training order is shuffled with the same seed."""
    shuffled = list(papers)
    random.Random(seed).shuffle(shuffled)
    return shuffled[count:], shuffled[:count]


def _one_line(value: object) -> str:
    return " ".join(str(value or "").split())


def _json_lines(path: Path) -> Iterator[dict[str, object]]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
