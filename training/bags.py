"""The tokenised corpus as flat arrays, and the training pairs that are drawn from it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from broadsheet.search.embed.wordpiece import WordPieces, split_words
from corpus import Paper

Rows = NDArray[np.int64]
Bags = tuple[torch.Tensor, torch.Tensor]  # flat rows, and where each bag starts

LONGEST_DOCUMENT = 220
KEPT_OF_A_DOCUMENT = 0.8


@dataclass(frozen=True, slots=True)
class Corpus:
    """Rows of every segment (a title, then its sentences), and where papers and segments start."""

    rows: NDArray[np.uint16]
    segments: Rows
    papers: Rows

    @classmethod
    def read(cls, papers: Sequence[Paper], pieces: WordPieces) -> "Corpus":
        """Tokenise papers."""
        flat: list[NDArray[np.uint16]] = []
        lengths, counts = [0], [0]
        for paper in papers:
            segments = [paper.title, *paper.sentences]
            for segment in segments:
                rows = [row for word in split_words(segment) for row in pieces[word]]
                flat.append(np.asarray(rows, np.uint16))
                lengths.append(len(rows))
            counts.append(len(segments))
        return cls(np.concatenate(flat), np.cumsum(lengths), np.cumsum(counts))

    def __len__(self) -> int:
        """How many papers."""
        return len(self.papers) - 1

    def segment(self, paper: int, place: int) -> Rows:
        """Rows of one segment; place 0 is the title, place 1 the first sentence."""
        at = self.papers[paper] + place
        return self.rows[self.segments[at] : self.segments[at + 1]].astype(np.int64)

    def text(self, paper: int, first: int = 0) -> Rows:
        """Rows of a paper from a segment on: 0 for title and abstract, 1 for the abstract."""
        begin = self.segments[self.papers[paper] + first]
        end = self.segments[self.papers[paper + 1]]
        return self.rows[begin : min(end, begin + LONGEST_DOCUMENT)].astype(np.int64)

    def all_but(self, paper: int, place: int) -> Rows:
        """Rows of a paper without one of its segments."""
        count = int(self.papers[paper + 1] - self.papers[paper])
        return np.concatenate([self.segment(paper, at) for at in range(count) if at != place])


def pack(bags: Sequence[Rows]) -> Bags:
    """Bags in the form that `embedding_bag` reads."""
    starts = np.cumsum([0, *(len(bag) for bag in bags[:-1])])
    return torch.from_numpy(np.concatenate(bags)), torch.from_numpy(starts)


class PairDrawer:
    """Draws (query, document) pairs: titles, single sentences and handfuls of telling words."""

    def __init__(self, corpus: Corpus, rarity: NDArray[np.float32], seed: int) -> None:
        """`rarity` is the weight with which a row is drawn as a keyword."""
        self._corpus = corpus
        self._rarity = rarity
        self._random = np.random.default_rng(seed)

    def draw(self, papers: Sequence[int]) -> tuple[list[Rows], list[Rows]]:
        """One pair a paper; a paper too short to make one is left out."""
        pairs = [self._pair(paper) for paper in papers]
        whole = [(query, document) for query, document in pairs if len(query) and len(document)]
        return [query for query, _ in whole], [document for _, document in whole]

    def _pair(self, paper: int) -> tuple[Rows, Rows]:
        corpus, kind = self._corpus, self._random.random()
        sentences = int(corpus.papers[paper + 1] - corpus.papers[paper]) - 1
        if kind < 0.2:
            return self._keywords(corpus.text(paper)), self._thin(corpus.text(paper))
        if kind < 0.55 or sentences < 2:
            return corpus.segment(paper, 0), self._thin(corpus.text(paper, first=1))
        place = int(self._random.integers(1, sentences + 1))
        document = corpus.all_but(paper, place)[:LONGEST_DOCUMENT]
        return corpus.segment(paper, place), self._thin(document)

    def _thin(self, document: Rows) -> Rows:
        # A document loses words at random, so that no pair can lean on one shared word.
        kept = document[self._random.random(len(document)) < KEPT_OF_A_DOCUMENT]
        return kept if len(kept) else document

    def _keywords(self, document: Rows) -> Rows:
        distinct = np.unique(document)
        weights = self._rarity[distinct]
        count = min(len(distinct), int(self._random.integers(2, 7)))
        chosen = self._random.choice(distinct, count, replace=False, p=weights / weights.sum())
        return np.asarray(chosen, np.int64)
