"""The words of papers as weights: TF-IDF with sublinear counts, rows of length 1.

A term weighs (1 + log count) * (1 + log((1 + papers) / (1 + papers that have it))) (Salton and
Buckley, "Term-weighting approaches in automatic text retrieval", 1988, with smoothed idf).
"""

from __future__ import annotations

import re
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from broadsheet.ports import Sparse
from broadsheet.text import fold

MOST_TERMS = 60_000
LEAST_PAPERS = 2
"""A term that one paper has says nothing of any other."""

LONGEST_TEXT = 20_000
"""Of a paper's text, as many characters are read."""

STOP_WORDS = (
    "a about above across after again against al all also although am among an and any are as at "
    "be because been before being below between both but by can could did do does doing down due "
    "during each either et etc few for from further had has have having he hence her here how "
    "however i if in into is it its itself just many may might more moreover most much must my "
    "neither no nor not of off often on once one only or other our out over own per rather same "
    "several she should show shown shows since so some such than that the their them then there "
    "thereby therefore these they this those through thus to too toward towards two under until "
    "up upon us use used uses using various very via was we well were what when where whether "
    "which while who whose why will with within without would yet you your"
)

Read = Callable[[str], list[str]]

_SILENT = frozenset(STOP_WORDS.split())
_WORD = re.compile(r"[^\W_]{2,}")


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """The terms that count: term i weighs `idf[i]`; `places` is the inverse of `terms`."""

    terms: Sequence[str]
    idf: NDArray[np.float32]
    places: Mapping[str, int]

    @classmethod
    def of(cls, terms: Sequence[str], idf: NDArray[np.float32]) -> Vocabulary:
        return cls(terms, idf, {term: place for place, term in enumerate(terms)})


def read_text(title: str, text: str) -> str:
    """What is read of a paper: the title counts twice."""
    return f"{title}\n{title}\n{text[:LONGEST_TEXT]}"


def tokenise(text: str) -> list[str]:
    """The words of a text, folded, those included that say nothing."""
    return _WORD.findall(fold(text))


def tokenise_pairs(text: str) -> list[str]:
    """The words of a text, and each two that follow one another: "blood pressure" says more than
    its words."""
    words = tokenise(text)
    return words + [f"{first} {second}" for first, second in pairwise(words)]


def learn(texts: Iterable[str], read: Read = tokenise) -> tuple[Vocabulary, Sparse]:
    """The vocabulary of texts, and their weights [texts, terms] in it.

    Terms are what is `read` in at least `LEAST_PAPERS` of the texts, at most `MOST_TERMS`, those
    that most have; no stop words and no plain numbers.
    """
    seen: defaultdict[str, int] = defaultdict()
    seen.default_factory = seen.__len__
    counts = _count(texts, seen.__getitem__, lambda: len(seen), read)
    names, papers = list(seen), np.bincount(counts.indices, minlength=len(seen))
    kept = _choose(names, papers)
    idf = 1 + np.log((1 + counts.shape[0]) / (1 + papers[kept]))
    vocabulary = Vocabulary.of([names[place] for place in kept.tolist()], idf.astype(np.float32))
    return vocabulary, _weigh(counts[:, kept], vocabulary)


def weigh(texts: Iterable[str], vocabulary: Vocabulary) -> Sparse:
    """The weights [texts, terms] of texts in a vocabulary; what it does not know is left out."""
    places, unknown = vocabulary.places, len(vocabulary.terms)
    counts = _count(texts, lambda word: places.get(word, unknown), lambda: unknown + 1)
    return _weigh(counts[:, :unknown], vocabulary)


def _count(
    texts: Iterable[str],
    place_of: Callable[[str], int],
    width: Callable[[], int],
    read: Read = tokenise,
) -> Sparse:
    """How often each text has each word: float32 [texts, width]."""
    sizes, found = array("q", [0]), array("i")
    for text in texts:
        found.extend(map(place_of, read(text)))
        sizes.append(len(found))
    starts, columns = np.array(sizes, np.int32), np.array(found, np.int32)
    ones = np.ones(len(columns), np.float32)
    counts = sparse.csr_array((ones, columns, starts), shape=(len(starts) - 1, width()))
    counts.sum_duplicates()
    return counts


def _choose(names: Sequence[str], papers: NDArray[np.int64]) -> NDArray[np.int64]:
    """The places of the words that become terms, in order."""
    says = [not (name in _SILENT or name.isdecimal()) for name in names]
    kept = np.flatnonzero((papers >= LEAST_PAPERS) & np.array(says, bool))
    most = np.argsort(-papers[kept], kind="stable")[:MOST_TERMS]
    return np.sort(kept[most])


def _weigh(counts: Sparse, vocabulary: Vocabulary) -> Sparse:
    weights = counts.astype(np.float32)
    weights.data = (1 + np.log(weights.data)) * vocabulary.idf[weights.indices]
    squares = np.bincount(
        np.repeat(np.arange(weights.shape[0]), np.diff(weights.indptr)),
        weights=weights.data.astype(np.float64) ** 2,
        minlength=weights.shape[0],
    )
    lengths = np.sqrt(np.maximum(squares, 1e-12))
    weights.data = (weights.data / np.repeat(lengths, np.diff(weights.indptr))).astype(np.float32)
    return weights
