"""A local sentence-transformers model, played by a module that only looks like the library."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from broadsheet.errors import ConfigError, EmbedderError
from broadsheet.search.embed.sentence_transformers import SentenceTransformersEmbedder


class Model:
    """Vectors of a text are (its length, how it was asked for)."""

    def __init__(self, path: str, **options: Any) -> None:
        assert options == {"device": "cpu", "local_files_only": True}
        if "broken" in path:
            raise OSError("no config.json")

    def encode(self, texts: Sequence[str], **options: Any) -> NDArray[np.float32]:
        if "boom" in texts:
            raise RuntimeError("out of memory")
        return np.array([[len(text), 0] for text in texts], np.float32)

    def encode_query(self, texts: Sequence[str], **options: Any) -> NDArray[np.float32]:
        return np.array([[0, 2] for _ in texts], np.float32)


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    library = ModuleType("sentence_transformers")
    library.SentenceTransformer = Model  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "sentence_transformers", library)
    (tmp_path / "weights").write_bytes(b"one")
    return tmp_path


def test_queries_and_documents_are_asked_for_by_their_own_methods(folder: Path) -> None:
    embedder = SentenceTransformersEmbedder(folder)
    assert embedder.dim == 2
    np.testing.assert_allclose(embedder.embed_documents(["abc", " "]), [[1, 0], [0, 0]])
    np.testing.assert_allclose(embedder.embed_queries(["abc"]), [[0, 1]])
    assert embedder.embed_documents([]).shape == (0, 2)


def test_other_weights_are_another_space(folder: Path) -> None:
    first = SentenceTransformersEmbedder(folder).id
    assert SentenceTransformersEmbedder(folder).id == first
    (folder / "weights").write_bytes(b"two")
    assert SentenceTransformersEmbedder(folder).id != first
    assert first.startswith(f"st:{folder.name}@")


def test_what_is_missing_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match="no folder"):
        SentenceTransformersEmbedder(folder / "absent")
    (folder / "broken").mkdir()
    with pytest.raises(ConfigError, match=r"no config\.json"):
        SentenceTransformersEmbedder(folder / "broken")
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(ConfigError, match="pip install sentence-transformers"):
        SentenceTransformersEmbedder(folder)


def test_a_failure_while_embedding_is_ours_to_name(folder: Path) -> None:
    with pytest.raises(EmbedderError, match="out of memory"):
        SentenceTransformersEmbedder(folder).embed_documents(["boom"])
