"""A local sentence-transformers model, for those who have that library installed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from broadsheet.errors import ConfigError, EmbedderError
from broadsheet.search.embed.vectors import unit_length

BATCH = 32


class SentenceTransformersEmbedder:
    """Embeds with a model in a local folder; never downloads anything."""

    id: str
    dim: int

    def __init__(self, folder: Path) -> None:
        """Load the model; raises ConfigError when the library or the folder is missing."""
        if not folder.is_dir():
            raise ConfigError(f"There is no folder {folder} to read an embedding model from.")
        self._model = _load(folder)
        # The name of the method that tells the dimension has changed between releases.
        self.dim = int(np.asarray(self._model.encode(["paper"])).shape[1])
        self.id = f"st:{folder.resolve().name}@{_fingerprint(folder)}"

    def embed_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of documents; the vector of an empty text is zero."""
        return self._embed(texts, "encode_document")

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of queries; the vector of an empty text is zero."""
        return self._embed(texts, "encode_query")

    def _embed(self, texts: Sequence[str], method: str) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), self.dim), np.float32)
        present = [row for row, text in enumerate(texts) if text.strip()]
        if present:
            # Releases before 5 know only `encode`, which uses no prompt.
            encode = getattr(self._model, method, self._model.encode)
            given = [texts[row] for row in present]
            try:
                found = encode(given, batch_size=BATCH, show_progress_bar=False)
            except RuntimeError as error:
                raise EmbedderError(f"sentence-transformers failed: {error}") from error
            vectors[present] = np.asarray(found, np.float32)
        return unit_length(vectors)


def _load(folder: Path) -> Any:
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise ConfigError(
            "This embedding model needs another package: pip install sentence-transformers."
        ) from error
    try:
        return SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    except (OSError, ValueError, KeyError) as error:
        raise ConfigError(f"sentence-transformers cannot open {folder}: {error}") from error


def _fingerprint(folder: Path) -> str:
    """A version of everything in the folder: names, sizes, and the content of small files.

    Weights are hundreds of megabytes; their first and last megabyte stand for them.
    """
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        size = path.stat().st_size
        digest.update(f"{path.relative_to(folder).as_posix()}\0{size}\0".encode())
        with path.open("rb") as file:
            digest.update(file.read(1 << 20))
            file.seek(max(0, size - (1 << 20)))
            digest.update(file.read())
    return digest.hexdigest()[:8]
