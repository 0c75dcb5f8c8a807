"""Embedding models behind one port: text in, unit vectors of one named space out.

Importing this package loads no model and no heavy library; opening an embedder does.
"""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from broadsheet.errors import ConfigError
from broadsheet.ports import Embedder

ENTRY_POINT_GROUP = "broadsheet.embedders"
KINDS = "none, static, minilm, onnx:FOLDER, st:FOLDER, openai:URL#MODEL"

__all__ = ["ENTRY_POINT_GROUP", "open_embedder"]


def open_embedder(spec: str) -> Embedder | None:
    """The embedder that a setting names; None for `none`.

    Built in are none, static, minilm, onnx:FOLDER, st:FOLDER and openai:URL#MODEL. Any other name
    is looked up among the entry points of the group `broadsheet.embedders`: a callable that takes
    what follows the first colon and returns an Embedder. Raises ConfigError for what a person can
    mend (an unknown name, a missing extra, a wrong file), EmbedderError for an endpoint that fails.
    """
    kind, _, argument = spec.strip().partition(":")
    if kind == "none":
        return None
    if kind == "static":
        from broadsheet.search.embed.static import StaticEmbedder

        return StaticEmbedder()
    if kind == "minilm":
        from broadsheet.search.embed.transformer import open_minilm

        return open_minilm()
    if kind in ("onnx", "st", "openai"):
        if not argument:
            raise ConfigError(f"{spec!r} names no model; known embedders: {KINDS}.")
        return _open_model(kind, argument)
    return _open_plugin(kind, argument)


def _open_model(kind: str, argument: str) -> Embedder:
    if kind == "onnx":
        from broadsheet.search.embed.onnx_dir import open_onnx_folder

        return open_onnx_folder(Path(argument).expanduser())
    if kind == "st":
        from broadsheet.search.embed.sentence_transformers import SentenceTransformersEmbedder

        return SentenceTransformersEmbedder(Path(argument).expanduser())
    from broadsheet.search.embed.openai import Endpoint, OpenAIEmbedder

    return OpenAIEmbedder(Endpoint.parse(argument))


def _open_plugin(name: str, argument: str) -> Embedder:
    found: dict[str, EntryPoint] = {p.name: p for p in entry_points(group=ENTRY_POINT_GROUP)}
    if name not in found:
        known = ", ".join([KINDS, *found])
        raise ConfigError(f"There is no embedder {name!r}; known: {known}.")
    try:
        opener = found[name].load()
    except (ImportError, AttributeError) as error:
        raise ConfigError(f"The embedder plug-in {name!r} cannot be loaded: {error}") from error
    embedder: Embedder = opener(argument)
    return embedder
