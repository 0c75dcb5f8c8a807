"""Tier 0: a table of word vectors, trained for papers, that ships inside.

A text is the sum of the rows of its words. Rows are kept as int8 with one scale each and are
multiplied as they are gathered, so the table is used straight from the file: nothing is unpacked
at start, and the processes of a server share its pages.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from broadsheet.errors import ConfigError
from broadsheet.search.embed.vectors import unit_length
from broadsheet.search.embed.wordpiece import WordPieces, split_words

MAX_CHARACTERS = 20_000
"""As much of a text as is read: a longer one says no more of its subject, and takes as long."""

SHIPPED = Path(__file__).parents[2] / "data" / "static"


class StaticEmbedder:
    """Embeds by a static table; about two hundred times faster than a small transformer."""

    id: str
    dim: int

    def __init__(self, folder: Path = SHIPPED) -> None:
        """Open the table in `folder`; raises ConfigError when it is missing or damaged."""
        try:
            meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
            vocabulary = gzip.decompress((folder / "vocabulary.txt.gz").read_bytes()).decode()
            # A view without the memory map's own class, whose indexing is several times slower.
            self._table = np.load(folder / "table.npy", mmap_mode="r").view(np.ndarray)
            self._scales = np.load(folder / "scales.npy").astype(np.float32)
        except (OSError, ValueError, EOFError) as error:
            raise ConfigError(f"The static table in {folder} cannot be read: {error}") from error
        self._pieces = WordPieces(vocabulary.splitlines())
        self.id, self.dim = str(meta["id"]), int(meta["dim"])
        if self._table.shape != (len(self._scales), self.dim):
            raise ConfigError(f"The static table in {folder} does not match its meta.json.")

    def embed_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors; the vector of a text without a known word is zero."""
        vectors = np.zeros((len(texts), self.dim), np.float32)
        spell = self._pieces.__getitem__
        for vector, text in zip(vectors, texts, strict=True):
            spelled = chain.from_iterable(map(spell, split_words(text[:MAX_CHARACTERS])))
            rows = np.fromiter(spelled, np.intp)
            np.dot(self._scales[rows], self._table[rows].astype(np.float32), out=vector)
        return unit_length(vectors)

    # The table reads both alike: a query is a short document.
    embed_queries = embed_documents
