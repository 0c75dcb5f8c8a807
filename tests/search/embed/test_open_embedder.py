"""From the name in a setting to an embedder."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from broadsheet.errors import ConfigError
from broadsheet.search import embed
from broadsheet.search.embed import ENTRY_POINT_GROUP, open_embedder


class Plugin:
    """What a third party might bring."""

    def __init__(self, argument: str) -> None:
        self.id, self.dim = f"plugin:{argument}", 1

    def embed_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.ones((len(texts), 1), np.float32)

    embed_queries = embed_documents


@pytest.fixture
def plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    points = [
        EntryPoint("mine", f"{__name__}:Plugin", ENTRY_POINT_GROUP),
        EntryPoint("gone", "no_such_module:Plugin", ENTRY_POINT_GROUP),
    ]
    monkeypatch.setattr(embed, "entry_points", lambda group: points)


def test_none_is_no_embedder() -> None:
    assert open_embedder("none") is None


def test_the_default_is_always_there() -> None:
    embedder = open_embedder(" static ")
    assert embedder is not None
    assert embedder.id.startswith("static-60k-256@")
    assert embedder.dim == 256


def test_a_third_party_is_found_by_its_entry_point(plugins: None) -> None:
    embedder = open_embedder("mine:small:v2")
    assert embedder is not None
    assert embedder.id == "plugin:small:v2"


def test_an_unknown_name_is_refused_with_the_known_ones(plugins: None) -> None:
    with pytest.raises(ConfigError, match=r"'word2vec'; known: none, static, .*, mine, gone"):
        open_embedder("word2vec")


def test_a_broken_plugin_is_named(plugins: None) -> None:
    with pytest.raises(ConfigError, match="'gone' cannot be loaded"):
        open_embedder("gone")


@pytest.mark.parametrize("spec", ["onnx", "onnx:", "st:", "openai"])
def test_a_model_needs_its_place(spec: str) -> None:
    with pytest.raises(ConfigError, match="names no model"):
        open_embedder(spec)


def test_a_folder_that_is_not_there_is_a_clear_error(tmp_path: Path) -> None:
    for kind in ("onnx", "st"):
        with pytest.raises(ConfigError, match="absent"):
            open_embedder(f"{kind}:{tmp_path / 'absent'}")


def test_an_endpoint_with_a_mistake_is_a_clear_error() -> None:
    with pytest.raises(ConfigError, match="https://host/v1#model"):
        open_embedder("openai:localhost")


def test_importing_loads_no_model_library() -> None:
    heavy = "{'onnxruntime', 'tokenizers', 'torch', 'sentence_transformers', 'httpx2', 'scipy'}"
    code = (
        "import sys\n"
        "import broadsheet.search.embed\n"
        f"assert not {heavy} & set(sys.modules), 'package'\n"
        "from broadsheet.search.embed import onnx_dir, sentence_transformers, static, transformer\n"
        f"assert not ({heavy} - {{'httpx2'}}) & set(sys.modules), 'modules'\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
