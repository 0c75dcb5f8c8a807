"""An embedder for tests: words are hashed to fixed random directions and added up."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from broadsheet.errors import EmbedderError


class HashedWords:
    """Deterministic, needs no model; texts that share words are near each other.

    Words listed in `same` count as the first of their group, which makes synonyms.
    """

    def __init__(self, id: str = "hashed@1", dim: int = 64, same: Sequence[str] = ()) -> None:
        self.id, self.dim = id, dim
        self._same = {word: group.split()[0] for group in same for word in group.split()}
        self.embedded: list[str] = []
        self.broken = False

    def embed_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.embedded.extend(texts)
        return self.embed_queries(texts)

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if self.broken:
            raise EmbedderError("The endpoint does not answer.")
        vectors = np.zeros((len(texts), self.dim), np.float32)
        for vector, text in zip(vectors, texts, strict=True):
            for word in text.lower().split():
                word = word.strip(".,:;()")
                vector += _direction(f"{self.id}/{self._same.get(word, word)}", self.dim)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors /= np.where(lengths > 0, lengths, 1)
        return vectors


@cache
def _direction(name: str, dim: int) -> NDArray[np.float32]:
    dice = np.random.default_rng(zlib.crc32(name.encode()))
    return dice.standard_normal(dim).astype(np.float32)
