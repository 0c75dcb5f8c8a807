"""A local ONNX model: a folder with `model.onnx`, `tokenizer.json` and, if need be, options.

The options stand in `embedder.json` beside the model:

    {"pooling": "cls", "max_tokens": 512, "doc_prefix": "", "query_prefix": "query: "}
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from broadsheet.errors import ConfigError
from broadsheet.search.embed.onnx_model import (
    OnnxEmbedder,
    OnnxEncoder,
    Pooling,
    open_tokenizer,
)

OPTIONS_FILE = "embedder.json"


@dataclass(frozen=True, slots=True)
class OnnxOptions:
    """How a model wants to be used; its model card says so."""

    pooling: Pooling = "mean"
    max_tokens: int = 256
    doc_prefix: str = ""
    query_prefix: str = ""


def open_onnx_folder(folder: Path, threads: int | None = None) -> OnnxEmbedder:
    """The model in a folder; raises ConfigError when something in it is missing or wrong."""
    options = read_options(folder / OPTIONS_FILE)
    tokenizer = _read(folder / "tokenizer.json")
    model = folder / "model.onnx"
    # Whatever changes the vectors is in the name of their space.
    digest = hashlib.sha256(tokenizer + json.dumps(asdict(options)).encode())
    digest.update(hashlib.sha256(_read(model)).digest())
    return OnnxEmbedder(
        f"onnx:{folder.resolve().name}@{digest.hexdigest()[:8]}/{options.max_tokens}",
        OnnxEncoder(model, threads=threads),
        open_tokenizer(tokenizer, options.max_tokens),
        pooling=options.pooling,
        doc_prefix=options.doc_prefix,
        query_prefix=options.query_prefix,
    )


def read_options(path: Path) -> OnnxOptions:
    """Options of a model, the defaults when the file is absent."""
    if not path.exists():
        return OnnxOptions()
    try:
        values = json.loads(_read(path))
    except ValueError as error:
        raise ConfigError(f"{path} is not JSON: {error}") from error
    known = {field.name: type(field.default) for field in fields(OnnxOptions)}
    if not isinstance(values, dict):
        raise ConfigError(f"{path} must hold one JSON object.")
    for name, value in values.items():
        if name not in known:
            raise ConfigError(f"{path} has an unknown option {name!r}; known: {', '.join(known)}.")
        if type(value) is not known[name]:
            raise ConfigError(f"{path}: {name} must be of type {known[name].__name__}.")
    options = OnnxOptions(**values)
    if options.pooling not in ("mean", "cls") or options.max_tokens < 2:
        raise ConfigError(f"{path}: pooling is mean or cls, and max_tokens at least 2.")
    return options


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(f"The embedding model cannot be read: {error}") from error
