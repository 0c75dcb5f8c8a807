"""Batching, pooling and prefixes of an ONNX encoder, with a model that only looks like one."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from broadsheet.errors import ConfigError
from broadsheet.search.embed.onnx_model import (
    LARGEST_BATCH,
    OnnxEmbedder,
    OnnxEncoder,
    open_tokenizer,
)


@dataclass
class Code:
    """What a tokenizer gives for a text."""

    ids: list[int]


class Letters:
    """A tokenizer whose tokens are letters."""

    def encode(self, text: str) -> Code:
        return Code([ord(letter) for letter in text])

    def encode_batch(self, texts: Sequence[str]) -> list[Code]:
        return [self.encode(text) for text in texts]


class Model:
    """A model whose state of a token is (1, its number) and 99 where there is padding."""

    def __init__(self, *inputs: str, pooled: bool = False) -> None:
        self.inputs = frozenset(inputs or ("input_ids", "attention_mask"))
        self.pooled = pooled
        self.feeds: list[Mapping[str, NDArray[np.int64]]] = []

    def run(self, feeds: Mapping[str, NDArray[np.int64]]) -> NDArray[np.float32]:
        self.feeds.append(feeds)
        ids = feeds["input_ids"].astype(np.float32)
        states = np.stack([np.ones_like(ids), ids], axis=2)
        states[feeds["attention_mask"] == 0] = 99
        return states[:, 0] if self.pooled else states


def direction(*values: float) -> NDArray[np.float32]:
    vector = np.array(values, np.float32)
    return np.asarray(vector / np.linalg.norm(vector), np.float32)


def test_the_mean_leaves_padding_out() -> None:
    vectors = OnnxEmbedder("x", Model(), Letters()).embed_documents(["ab", "abcdefgh"])
    np.testing.assert_allclose(vectors[0], direction(2, ord("a") + ord("b")), rtol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-6)


def test_cls_takes_the_first_token() -> None:
    embedder = OnnxEmbedder("x", Model(), Letters(), pooling="cls")
    np.testing.assert_allclose(embedder.embed_documents(["bz"])[0], direction(1, ord("b")))


def test_a_model_that_pools_by_itself_is_left_alone() -> None:
    embedder = OnnxEmbedder("x", Model(pooled=True), Letters())
    assert embedder.dim == 2
    np.testing.assert_allclose(embedder.embed_documents(["bz"])[0], direction(1, ord("b")))


def test_vectors_come_back_in_the_order_of_the_texts_and_empty_ones_are_zero() -> None:
    model = Model()
    texts = [chr(97 + n % 26) * (1 + n % 7) for n in range(3 * LARGEST_BATCH)] + ["", " \n"]
    vectors = OnnxEmbedder("x", model, Letters()).embed_documents(texts)
    for text, vector in zip(texts[:-2], vectors, strict=False):
        np.testing.assert_allclose(vector, direction(1, ord(text[0])), rtol=1e-6)
    assert not vectors[-2:].any()
    assert max(len(feed["input_ids"]) for feed in model.feeds) == LARGEST_BATCH


def test_a_batch_of_long_texts_is_small() -> None:
    model = Model()
    OnnxEmbedder("x", model, Letters()).embed_documents(["a" * 5000] * 3)
    assert [len(feed["input_ids"]) for feed in model.feeds] == [1, 1, 1, 1]


def test_prefixes_tell_queries_from_documents() -> None:
    model = Model()
    embedder = OnnxEmbedder("x", model, Letters(), doc_prefix="d", query_prefix="q")
    embedder.embed_documents(["x"])
    embedder.embed_queries(["x"])
    asked = ["".join(map(chr, feed["input_ids"][0])) for feed in model.feeds[1:]]
    assert asked == ["dx", "qx"]


def test_token_types_are_given_only_to_a_model_that_wants_them() -> None:
    wants, does_not = Model("input_ids", "attention_mask", "token_type_ids"), Model()
    for model in (wants, does_not):
        OnnxEmbedder("x", model, Letters())
    assert not wants.feeds[0]["token_type_ids"].any()
    assert set(does_not.feeds[0]) == {"input_ids", "attention_mask"}


def test_a_model_that_wants_something_else_is_refused() -> None:
    with pytest.raises(ConfigError, match="pixel_values"):
        OnnxEmbedder("x", Model("input_ids", "pixel_values"), Letters())


def test_without_the_extra_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("onnxruntime", "tokenizers"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ConfigError, match=r"pip install 'broadsheet\[transformer\]'"):
        OnnxEncoder(b"")
    with pytest.raises(ConfigError, match=r"pip install 'broadsheet\[transformer\]'"):
        open_tokenizer(b"", 16)


def test_files_that_are_no_model_are_clear_errors(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime", reason="needs the extra broadsheet[transformer]")
    pytest.importorskip("tokenizers", reason="needs the extra broadsheet[transformer]")
    with pytest.raises(ConfigError, match="cannot open the embedding model"):
        OnnxEncoder(b"no model")
    with pytest.raises(ConfigError, match="cannot open the embedding model"):
        OnnxEncoder(tmp_path / "absent.onnx")
    with pytest.raises(ConfigError, match=r"tokenizer\.json cannot be read"):
        open_tokenizer(b"{}", 16)
