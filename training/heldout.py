"""How well a table finds papers that it was not trained on."""

import random
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from broadsheet.search.embed.wordpiece import WordPieces, split_words
from corpus import Paper

QUERIES = 2_000


def queries(papers: Sequence[Paper], seed: int = 0) -> dict[str, list[str]]:
    """Kinds of query; query i of each kind looks for the abstract of paper i."""
    chooser = random.Random(seed)
    titles = [paper.title for paper in papers[:QUERIES]]
    short = []
    for title in titles:
        words = split_words(title)
        kept = sorted(chooser.sample(range(len(words)), max(1, len(words) * 2 // 5)))
        short.append(" ".join(words[at] for at in kept))
    return {"title": titles, "two fifths of the title": short}


def embed(
    table: NDArray[np.float32], pieces: WordPieces, texts: Sequence[str]
) -> NDArray[np.float32]:
    """Unit vectors of texts."""
    out = np.zeros((len(texts), table.shape[1]), np.float32)
    for at, text in enumerate(texts):
        rows = [row for word in split_words(text) for row in pieces[word]]
        out[at] = table[rows].sum(0)
    lengths = np.linalg.norm(out, axis=1, keepdims=True)
    return np.asarray(out / np.maximum(lengths, 1e-9), np.float32)


def report(table: NDArray[np.float32], vocabulary: Sequence[str], papers: Sequence[Paper]) -> None:
    """Print the mean reciprocal rank (10) and Recall@100 of each kind of query."""
    pieces = WordPieces(vocabulary)
    documents = embed(table, pieces, [paper.abstract for paper in papers])
    for kind, texts in queries(papers).items():
        scores = embed(table, pieces, texts) @ documents.T
        own = scores[np.arange(len(texts)), np.arange(len(texts))]
        ranks = 1 + (scores > own[:, None]).sum(1)
        reciprocal = np.where(ranks <= 10, 1 / ranks, 0).mean()
        found = (ranks <= 100).mean()
        print(f"held out, {kind}: MRR@10 {reciprocal:.4f}, Recall@100 {found:.4f}")
