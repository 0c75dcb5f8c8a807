"""A local folder with an ONNX model in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from broadsheet.errors import ConfigError, EmbedderError
from broadsheet.search.embed.onnx_dir import OnnxOptions, open_onnx_folder, read_options
from broadsheet.search.embed.onnx_model import OnnxEncoder

ABSENT = "needs onnx and the extra broadsheet[transformer]"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model that looks up one of three vectors for each word."""
    onnx: Any = pytest.importorskip("onnx", reason=ABSENT)
    pytest.importorskip("onnxruntime", reason=ABSENT)
    tokenizers: Any = pytest.importorskip("tokenizers", reason=ABSENT)
    make = onnx.helper
    table = np.array([[0, 0], [1, 0], [0, 1]], np.float32)
    graph = make.make_graph(
        [make.make_node("Gather", ["table", "input_ids"], ["states"])],
        "look-up",
        [make.make_tensor_value_info("input_ids", onnx.TensorProto.INT64, ["n", "s"])],
        [make.make_tensor_value_info("states", onnx.TensorProto.FLOAT, ["n", "s", 2])],
        [onnx.numpy_helper.from_array(table, "table")],
    )
    model = make.make_model(graph, opset_imports=[make.make_opsetid("", 17)], ir_version=8)
    (tmp_path / "model.onnx").write_bytes(model.SerializeToString())
    words = tokenizers.models.WordLevel({"[UNK]": 0, "north": 1, "east": 2}, unk_token="[UNK]")
    tokenizer = tokenizers.Tokenizer(words)
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    return tmp_path


def test_a_folder_is_a_model(folder: Path) -> None:
    embedder = open_onnx_folder(folder)
    vectors = embedder.embed_documents(["north", "north east", ""])
    np.testing.assert_allclose(vectors, [[1, 0], [0.5**0.5, 0.5**0.5], [0, 0]], rtol=1e-6)
    assert embedder.id.startswith(f"onnx:{folder.name}@") and embedder.id.endswith("/256")


def test_options_are_followed_and_name_another_space(folder: Path) -> None:
    plain = open_onnx_folder(folder)
    options = {"pooling": "cls", "query_prefix": "east ", "max_tokens": 8}
    (folder / "embedder.json").write_text(json.dumps(options))
    embedder = open_onnx_folder(folder)
    np.testing.assert_allclose(embedder.embed_queries(["north"]), [[0, 1]])
    np.testing.assert_allclose(embedder.embed_documents(["north east"]), [[1, 0]])
    assert embedder.id != plain.id


def test_a_failure_of_the_runtime_is_ours_to_name(folder: Path) -> None:
    pytest.importorskip("onnxruntime", reason=ABSENT)
    encoder = OnnxEncoder(folder / "model.onnx")
    with pytest.raises(EmbedderError, match="failed while embedding"):
        encoder.run({"input_ids": np.array([[7]], np.int64)})


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"tokenizer\.json"):
        open_onnx_folder(tmp_path)


def test_without_a_file_the_options_are_the_defaults(tmp_path: Path) -> None:
    assert read_options(tmp_path / "embedder.json") == OnnxOptions()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "is not JSON"),
        ("[]", "one JSON object"),
        ('{"colour": "red"}', "unknown option 'colour'"),
        ('{"max_tokens": "many"}', "max_tokens must be of type int"),
        ('{"max_tokens": true}', "max_tokens must be of type int"),
        ('{"pooling": "max"}', "pooling is mean or cls"),
        ('{"max_tokens": 1}', "at least 2"),
    ],
)
def test_options_with_a_mistake_are_refused(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "embedder.json"
    path.write_text(text)
    with pytest.raises(ConfigError, match=reason):
        read_options(path)
