"""Running a text encoder on ONNX Runtime: batches in, unit vectors out."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from broadsheet.errors import ConfigError, EmbedderError
from broadsheet.search.embed.vectors import unit_length

Pooling = Literal["mean", "cls"]

TOKENS_PER_BATCH = 2048
LARGEST_BATCH = 64


class Encoder(Protocol):
    """A model that gives states of tokens [n, s, d] or vectors of texts [n, d]."""

    inputs: frozenset[str]

    def run(self, feeds: Mapping[str, NDArray[np.int64]]) -> NDArray[np.float32]:
        """The first output; raises EmbedderError when the model fails."""


class OnnxEncoder:
    """A model opened by ONNX Runtime on the CPU."""

    def __init__(
        self, model: Path | bytes, *, weights: Path | None = None, threads: int | None = None
    ) -> None:
        """Open a model; `weights` is the folder of its external data.

        Half of the cores by default: a library is embedded in the background, while others search.
        """
        runtime = _import_runtime()
        options = runtime.SessionOptions()
        options.intra_op_num_threads = threads or max(1, (os.cpu_count() or 1) // 2)
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.add_session_config_entry("session.x64quantprecision", "01"[_may_overflow()])
        if weights is not None:
            key = "session.model_external_initializers_file_folder_path"
            options.add_session_config_entry(key, str(weights))
        source = model if isinstance(model, bytes) else str(model)
        self._errors = _errors_of(runtime)
        try:
            self._session = runtime.InferenceSession(
                source, options, providers=["CPUExecutionProvider"]
            )
        except self._errors as error:
            raise ConfigError(f"ONNX Runtime cannot open the embedding model: {error}") from error
        self.inputs = frozenset(node.name for node in self._session.get_inputs())

    def run(self, feeds: Mapping[str, NDArray[np.int64]]) -> NDArray[np.float32]:
        """The first output; raises EmbedderError when the model fails."""
        try:
            return np.asarray(self._session.run(None, dict(feeds))[0], np.float32)
        except self._errors as error:
            raise EmbedderError(f"ONNX Runtime failed while embedding: {error}") from error


def _import_runtime() -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise ConfigError(
            "This embedding model runs on ONNX Runtime, which is not installed: "
            "pip install 'broadsheet[transformer]'."
        ) from error
    return onnxruntime


def _may_overflow() -> bool:
    """Whether sums of products of bytes may overflow here unless the slower way is chosen.

    They do on x86 processors without VNNI instructions. Where nothing tells, exact beats fast.
    """
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return False
    try:
        return "vnni" not in Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return True


def _errors_of(runtime: Any) -> tuple[type[Exception], ...]:
    """The errors of ONNX Runtime: it has a dozen, with no common parent but Exception."""
    state = vars(runtime.capi.onnxruntime_pybind11_state).values()
    own = [kind for kind in state if isinstance(kind, type) and issubclass(kind, Exception)]
    return (RuntimeError, ValueError, *own)


def open_tokenizer(definition: bytes, max_tokens: int) -> Any:
    """A tokenizer from the bytes of a `tokenizer.json`, cutting texts at `max_tokens`."""
    try:
        from tokenizers import Tokenizer
    except ImportError as error:
        raise ConfigError(
            "This embedding model needs the package tokenizers: "
            "pip install 'broadsheet[transformer]'."
        ) from error
    try:
        tokenizer = Tokenizer.from_buffer(definition)
    except ValueError as error:
        raise ConfigError(f"The model's tokenizer.json cannot be read: {error}") from error
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens)
    return tokenizer


class OnnxEmbedder:
    """Embeds with an ONNX encoder whose output is token states or already one vector a text."""

    id: str
    dim: int

    def __init__(
        self,
        space: str,
        encoder: Encoder,
        tokenizer: Any,
        *,
        pooling: Pooling = "mean",
        doc_prefix: str = "",
        query_prefix: str = "",
    ) -> None:
        """Wrap an open model; the dimension is learned by embedding one word."""
        self.id = space
        self._encoder, self._tokenizer = encoder, tokenizer
        self._pooling = pooling
        self._prefixes = {"document": doc_prefix, "query": query_prefix}
        self.dim = self._run([tokenizer.encode("paper").ids]).shape[1]

    def embed_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of documents; the vector of an empty text is zero."""
        return self._embed(texts, self._prefixes["document"])

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of queries; the vector of an empty text is zero."""
        return self._embed(texts, self._prefixes["query"])

    def _embed(self, texts: Sequence[str], prefix: str) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), self.dim), np.float32)
        present = [row for row, text in enumerate(texts) if text.strip()]
        encoded = self._tokenizer.encode_batch([prefix + texts[row] for row in present])
        tokens = {row: code.ids for row, code in zip(present, encoded, strict=True)}
        for rows in _batches(tokens):
            vectors[rows] = self._run([tokens[row] for row in rows])
        return vectors

    def _run(self, tokens: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        longest = max(len(ids) for ids in tokens)
        ids = np.zeros((len(tokens), longest), np.int64)
        mask = np.zeros_like(ids)
        for row, one in enumerate(tokens):
            ids[row, : len(one)] = one
            mask[row, : len(one)] = 1
        feeds = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        if unknown := self._encoder.inputs - feeds.keys():
            raise ConfigError(f"The model wants {', '.join(unknown)}, which no text has.")
        output = self._encoder.run({name: feeds[name] for name in self._encoder.inputs})
        return unit_length(self._pool(output, mask))

    def _pool(self, output: NDArray[np.float32], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        if output.ndim == 2:
            return output
        if self._pooling == "cls":
            return output[:, 0]
        # A mean of any length has the direction of the sum.
        return np.asarray((output * mask[:, :, None]).sum(1), np.float32)


def _batches(tokens: Mapping[int, Sequence[int]]) -> Iterator[list[int]]:
    """Rows grouped by length, so that little is padding, in batches that stay in cache."""
    order = sorted(tokens, key=lambda row: len(tokens[row]), reverse=True)
    start = 0
    while start < len(order):
        size = max(1, min(LARGEST_BATCH, TOKENS_PER_BATCH // len(tokens[order[start]])))
        yield order[start : start + size]
        start += size
