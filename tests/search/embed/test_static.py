"""Tier 0: the shipped table, and the class that reads it."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from broadsheet.errors import ConfigError
from broadsheet.search.embed.static import MAX_CHARACTERS, SHIPPED, StaticEmbedder

LARGEST = 17_000_000


@pytest.fixture(scope="module")
def shipped() -> StaticEmbedder:
    return StaticEmbedder()


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A table of three words in two dimensions."""
    np.save(tmp_path / "table.npy", np.array([[100, 0], [0, 100], [50, 50]], np.int8))
    np.save(tmp_path / "scales.npy", np.array([0.01, 0.02, 0.01], np.float16))
    (tmp_path / "vocabulary.txt.gz").write_bytes(gzip.compress(b"red\ngreen\n##ish\n"))
    (tmp_path / "meta.json").write_text(json.dumps({"id": "static-test@0", "dim": 2}))
    return tmp_path


def test_the_shipped_files_are_those_that_were_trained() -> None:
    meta = json.loads((SHIPPED / "meta.json").read_text(encoding="utf-8"))
    hashes = {
        name: hashlib.sha256((SHIPPED / name).read_bytes()).hexdigest() for name in meta["sha256"]
    }
    assert hashes == meta["sha256"]
    assert set(hashes) == {"table.npy", "scales.npy", "vocabulary.txt.gz"}
    version = hashlib.sha256("".join(meta["sha256"].values()).encode()).hexdigest()[:8]
    assert meta["id"].endswith("@" + version)


def test_the_shipped_files_are_small_and_say_where_they_come_from() -> None:
    meta = json.loads((SHIPPED / "meta.json").read_text(encoding="utf-8"))
    assert sum(path.stat().st_size for path in SHIPPED.iterdir() if path.is_file()) <= LARGEST
    assert "CC0" in meta["licence"] and "Apache" in meta["licence"]
    assert meta["seed"] == 20260101


def test_every_row_of_the_shipped_table_has_a_token() -> None:
    meta = json.loads((SHIPPED / "meta.json").read_text(encoding="utf-8"))
    tokens = gzip.decompress((SHIPPED / "vocabulary.txt.gz").read_bytes()).decode().splitlines()
    assert len(tokens) == len(set(tokens)) == meta["rows"]


def test_vectors_are_unit_float32_of_the_named_dimension(shipped: StaticEmbedder) -> None:
    vectors = shipped.embed_documents(["Diffusion models for protein design", "Graph colouring"])
    assert vectors.dtype == np.float32
    assert vectors.shape == (2, shipped.dim)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-5)


def test_a_text_without_words_is_the_zero_vector(shipped: StaticEmbedder) -> None:
    assert not shipped.embed_documents(["", " .,;", "\ud800", "\x00"]).any()
    assert shipped.embed_documents([]).shape == (0, shipped.dim)


def test_likeness_follows_meaning(shipped: StaticEmbedder) -> None:
    query = shipped.embed_queries(["teaching a robot to walk"])[0]
    near, far = shipped.embed_documents(
        [
            "Legged locomotion learned by reinforcement in simulation",
            "Global regularity of solutions to a nonlinear wave equation",
        ]
    )
    assert query @ near > query @ far + 0.2


def test_case_accents_and_punctuation_do_not_matter(shipped: StaticEmbedder) -> None:
    plain, fancy = shipped.embed_documents(["schrodinger operators", "SCHRÖDINGER-Operators!"])
    np.testing.assert_array_equal(plain, fancy)


def test_a_text_is_the_sum_of_its_rows(small: Path) -> None:
    vectors = StaticEmbedder(small).embed_documents(["red green", "redish", "blue"])
    expected = np.array([[1.0, 2.0], [1.5, 0.5], [0.0, 0.0]], np.float32)
    lengths = np.array([[5.0**0.5], [2.5**0.5], [1.0]], np.float32)
    np.testing.assert_allclose(vectors, expected / lengths, atol=1e-3)


def test_the_same_texts_give_the_same_bytes(shipped: StaticEmbedder) -> None:
    texts = ["A survey of surveys", "On the unreasonable length of titles"]
    one, two = shipped.embed_documents(texts), StaticEmbedder().embed_documents(texts[::-1])
    assert one.tobytes() == two[::-1].tobytes()


@pytest.mark.parametrize("name", ["meta.json", "vocabulary.txt.gz", "table.npy", "scales.npy"])
def test_a_missing_or_damaged_file_is_a_clear_error(small: Path, name: str) -> None:
    (small / name).write_bytes(b"\x1f\x8bnonsense")
    with pytest.raises(ConfigError, match="cannot be read"):
        StaticEmbedder(small)
    (small / name).unlink()
    with pytest.raises(ConfigError, match="cannot be read"):
        StaticEmbedder(small)


def test_a_table_of_another_shape_is_refused(small: Path) -> None:
    np.save(small / "table.npy", np.zeros((3, 5), np.int8))
    with pytest.raises(ConfigError, match=r"does not match its meta\.json"):
        StaticEmbedder(small)


def test_a_text_without_end_costs_no_more_than_a_long_one(shipped: StaticEmbedder) -> None:
    """Break to see it fail: embed the whole of every text."""
    long = ("learned lattices " * MAX_CHARACTERS)[:MAX_CHARACTERS]
    one, other = shipped.embed_documents([long, long + "glacier " * 10_000])
    assert one.tolist() == other.tolist()
