"""An embedder for tests: words are hashed to fixed random directions and added up."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

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
        sums = [sum(map(self._direction, text.lower().split()), self._zero()) for text in texts]
        vectors = np.array(sums, np.float32).reshape(len(texts), self.dim)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors / np.where(lengths > 0, lengths, 1)

    def _zero(self) -> NDArray[np.float32]:
        return np.zeros(self.dim, np.float32)

    def _direction(self, word: str) -> NDArray[np.float32]:
        word = word.strip(".,:;()")
        seed = zlib.crc32(f"{self.id}/{self._same.get(word, word)}".encode())
        return np.random.default_rng(seed).standard_normal(self.dim).astype(np.float32)
