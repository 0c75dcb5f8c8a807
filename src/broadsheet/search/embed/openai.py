"""Any endpoint that speaks OpenAI's embeddings protocol, near or far."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
import numpy as np
from numpy.typing import NDArray

from broadsheet.errors import ConfigError, EmbedderError
from broadsheet.search.embed.vectors import unit_length

KEY_VARIABLES = ("BROADSHEET_EMBEDDINGS_KEY", "OPENAI_API_KEY")
BATCH = 64
ATTEMPTS = 5
FIRST_PAUSE = 0.5  # seconds, doubled at every attempt
LONGEST_PAUSE = 30.0
TIMEOUT = httpx2.Timeout(60.0, connect=10.0)
TRANSIENT = {408, 425, 429, 500, 502, 503, 504}
REFUSED = {401, 403, 404}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where and how to ask: `https://host/v1#model?dimensions=512&query_prefix=query:+`."""

    url: str
    model: str
    dimensions: int | None = None
    doc_prefix: str = ""
    query_prefix: str = ""

    @classmethod
    def parse(cls, text: str) -> Endpoint:
        """Read an endpoint; raises ConfigError when a part is missing or unknown."""
        url, _, rest = text.partition("#")
        model, _, query = rest.partition("?")
        options = dict(parse_qsl(query))
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname or not model:
            raise ConfigError(f"{text!r} is not of the form https://host/v1#model.")
        dimensions = options.pop("dimensions", None)
        if dimensions is not None and not (dimensions.isdecimal() and int(dimensions) > 0):
            raise ConfigError(f"dimensions={dimensions} is not a number of dimensions.")
        prefixes = {name: options.pop(name, "") for name in ("doc_prefix", "query_prefix")}
        if options:
            raise ConfigError(f"An embedding endpoint has no option {', '.join(options)}.")
        return cls(url.rstrip("/"), model, int(dimensions) if dimensions else None, **prefixes)


class OpenAIEmbedder:
    """Embeds by HTTP, with bounded patience; raises EmbedderError when that is spent."""

    id: str
    dim: int

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        environ: Mapping[str, str] | None = None,
        transport: httpx2.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Ask the endpoint for one vector, to learn the dimension and that all is well."""
        env = os.environ if environ is None else environ
        key = next((env[name] for name in KEY_VARIABLES if env.get(name)), None)
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        # Redirects are not followed: the key goes to the host that was named, and nowhere else.
        self._client = httpx2.Client(headers=headers, timeout=TIMEOUT, transport=transport)
        self._endpoint, self._sleep = endpoint, sleep
        self.dim = endpoint.dimensions or 0
        self.dim = self._ask(["paper"]).shape[1]
        version = hashlib.sha256(repr(endpoint).encode()).hexdigest()[:8]
        self.id = f"openai:{endpoint.model}@{version}/{self.dim}"

    def embed_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of documents; the vector of an empty text is zero."""
        return self._embed(texts, self._endpoint.doc_prefix)

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of queries; the vector of an empty text is zero."""
        return self._embed(texts, self._endpoint.query_prefix)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _embed(self, texts: Sequence[str], prefix: str) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), self.dim), np.float32)
        # Endpoints refuse an empty text, so those are never sent.
        present = [row for row, text in enumerate(texts) if text.strip()]
        for start in range(0, len(present), BATCH):
            rows = present[start : start + BATCH]
            vectors[rows] = self._ask([prefix + texts[row] for row in rows])
        return unit_length(vectors)

    def _ask(self, texts: list[str]) -> NDArray[np.float32]:
        body: dict[str, Any] = {"model": self._endpoint.model, "input": texts}
        body["encoding_format"] = "float"
        if self._endpoint.dimensions:
            body["dimensions"] = self._endpoint.dimensions
        return self._read(self._post(body), len(texts))

    def _post(self, body: dict[str, Any]) -> httpx2.Response:
        url, trouble = f"{self._endpoint.url}/embeddings", ""
        for attempt in range(ATTEMPTS):
            pause = FIRST_PAUSE * 2**attempt
            try:
                response = self._client.post(url, json=body)
            except httpx2.TransportError as error:
                trouble = str(error) or type(error).__name__
            else:
                if response.status_code not in TRANSIENT:
                    return self._accepted(response)
                trouble = f"HTTP {response.status_code}"
                pause = max(pause, _seconds(response.headers.get("retry-after", "")))
            if attempt + 1 < ATTEMPTS:
                self._sleep(min(pause, LONGEST_PAUSE))
        raise EmbedderError(f"{url} did not answer after {ATTEMPTS} attempts: {trouble}.")

    def _accepted(self, response: httpx2.Response) -> httpx2.Response:
        status = response.status_code
        if status in REFUSED:
            raise ConfigError(
                f"{response.url} refused with HTTP {status}: check the address, the model "
                f"{self._endpoint.model!r} and the key in {KEY_VARIABLES[0]}."
            )
        if status != 200:
            raise EmbedderError(f"{response.url} answered HTTP {status}: {response.text[:200]}")
        return response

    def _read(self, response: httpx2.Response, count: int) -> NDArray[np.float32]:
        """Vectors in the order of the texts: the answer may come in any order."""
        try:
            items = {int(item["index"]): item["embedding"] for item in response.json()["data"]}
            vectors = np.array([items[row] for row in range(count)], np.float32)
        except (ValueError, KeyError, TypeError) as error:
            raise EmbedderError(f"{response.url} gave no usable vectors: {error!r}") from error
        if vectors.ndim != 2 or len(items) != count or not np.isfinite(vectors).all():
            raise EmbedderError(f"{response.url} gave vectors that are not numbers or too many.")
        if self.dim and vectors.shape[1] != self.dim:
            raise EmbedderError(
                f"{response.url} gave vectors of {vectors.shape[1]} dimensions, not {self.dim}."
            )
        return vectors


def _seconds(text: str) -> float:
    """A `Retry-After` in seconds; its other form, a date, is not worth a clock here."""
    return float(text) if text.isdecimal() else 0.0
