"""An OpenAI-compatible endpoint, played by a made-up transport."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx2
import numpy as np
import pytest

from broadsheet.errors import ConfigError, EmbedderError
from broadsheet.search.embed.openai import ATTEMPTS, BATCH, LONGEST_PAUSE, Endpoint, OpenAIEmbedder

ENDPOINT = Endpoint("https://models.example/v1", "tiny")
Handler = Callable[[httpx2.Request], httpx2.Response]


def answer(texts: list[str], dim: int = 3) -> httpx2.Response:
    """Vectors that tell the length of their text, in reversed order."""
    data = [
        {"index": i, "embedding": [float(len(t))] + [1.0] * (dim - 1)} for i, t in enumerate(texts)
    ]
    return httpx2.Response(200, json={"data": data[::-1]})


def honest(request: httpx2.Request) -> httpx2.Response:
    return answer(json.loads(request.content)["input"])


class Service:
    """Keeps what was asked, and answers by a handler or by the given responses first."""

    def __init__(self, *first: httpx2.Response | Exception, then: Handler = honest) -> None:
        self.requests: list[httpx2.Request] = []
        self.pauses: list[float] = []
        self._first, self._then = list(first), then

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        if not self._first:
            return self._then(request)
        response = self._first.pop(0)
        if isinstance(response, Exception):
            raise response
        return response

    def open(self, endpoint: Endpoint = ENDPOINT, **environ: str) -> OpenAIEmbedder:
        transport = httpx2.MockTransport(self)
        return OpenAIEmbedder(
            endpoint, environ=environ, transport=transport, sleep=self.pauses.append
        )

    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(request.content) for request in self.requests]


def test_vectors_come_back_in_the_order_of_the_texts() -> None:
    vectors = Service().open().embed_documents(["a", "bbbb", "cc"])
    np.testing.assert_allclose(vectors[:, 0] / vectors[:, 1], [1, 4, 2], rtol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-6)


def test_the_request_is_what_the_protocol_says() -> None:
    service = Service()
    service.open(Endpoint("https://models.example/v1", "tiny", 3), OPENAI_API_KEY="secret")
    request = service.requests[0]
    assert str(request.url) == "https://models.example/v1/embeddings"
    assert request.headers["authorization"] == "Bearer secret"
    assert service.bodies()[0] == {
        "model": "tiny",
        "input": ["paper"],
        "encoding_format": "float",
        "dimensions": 3,
    }


def test_our_own_variable_for_the_key_comes_first_and_no_key_is_fine() -> None:
    service = Service()
    service.open(BROADSHEET_EMBEDDINGS_KEY="ours", OPENAI_API_KEY="theirs")
    service.open()
    assert service.requests[0].headers["authorization"] == "Bearer ours"
    assert "authorization" not in service.requests[1].headers


def test_texts_travel_in_batches_and_empty_ones_not_at_all() -> None:
    service = Service()
    texts = ["x"] * (BATCH + 1) + ["", "  "]
    vectors = service.open().embed_documents(texts)
    assert [len(body["input"]) for body in service.bodies()] == [1, BATCH, 1]
    assert not vectors[-2:].any()
    assert vectors[:-2].all()


def test_prefixes_tell_queries_from_documents() -> None:
    service = Service()
    embedder = service.open(Endpoint("http://localhost", "e5", None, "passage: ", "query: "))
    embedder.embed_documents(["x"])
    embedder.embed_queries(["x"])
    assert [body["input"] for body in service.bodies()[1:]] == [["passage: x"], ["query: x"]]


def test_a_passing_trouble_is_waited_out_with_growing_pauses() -> None:
    service = Service(httpx2.Response(503), httpx2.ConnectError("refused"), httpx2.Response(429))
    assert service.open().dim == 3
    assert service.pauses == [0.5, 1.0, 2.0]


def test_a_retry_after_is_respected_within_reason() -> None:
    service = Service(
        httpx2.Response(429, headers={"retry-after": "7"}),
        httpx2.Response(429, headers={"retry-after": "86400"}),
    )
    service.open()
    assert service.pauses == [7.0, LONGEST_PAUSE]


def test_patience_is_bounded() -> None:
    service = Service(then=lambda request: httpx2.Response(500))
    with pytest.raises(EmbedderError, match="HTTP 500"):
        service.open()
    assert len(service.requests) == ATTEMPTS


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_refusal_is_for_the_person_to_mend(status: int) -> None:
    service = Service(httpx2.Response(status))
    with pytest.raises(ConfigError, match="BROADSHEET_EMBEDDINGS_KEY"):
        service.open()
    assert len(service.requests) == 1


def test_a_redirect_is_not_followed() -> None:
    service = Service(httpx2.Response(307, headers={"location": "https://elsewhere.example"}))
    with pytest.raises(EmbedderError, match="HTTP 307"):
        service.open(OPENAI_API_KEY="secret")
    assert len(service.requests) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"[]",
        b'{"data": []}',
        b'{"data": [{"index": 1, "embedding": [1.0]}]}',
        b'{"data": [{"index": 0, "embedding": "AAAA"}]}',
        b'{"data": [{"index": 0, "embedding": 1.0}]}',
        b'{"data": [{"index": 0, "embedding": [1.0, NaN]}]}',
        b'{"data": [{"index": 0, "embedding": [1.0]}, {"index": 1, "embedding": [1.0]}]}',
    ],
)
def test_an_answer_that_is_no_vectors_is_a_clear_error(body: bytes) -> None:
    with pytest.raises(EmbedderError, match=r"models\.example"):
        Service(httpx2.Response(200, content=body)).open()


def test_a_change_of_dimension_is_noticed() -> None:
    embedder = Service(answer(["paper"], dim=3), answer(["x"], dim=4)).open()
    with pytest.raises(EmbedderError, match="4 dimensions, not 3"):
        embedder.embed_documents(["x"])
    with pytest.raises(EmbedderError, match="3 dimensions, not 512"):
        Service().open(Endpoint("https://models.example/v1", "tiny", 512))


def test_whatever_changes_the_vectors_changes_the_space() -> None:
    other = [
        Endpoint("https://models.example/v2", "tiny"),
        Endpoint("https://models.example/v1", "tiny", doc_prefix="passage: "),
    ]
    ids = [Service().open(endpoint).id for endpoint in (ENDPOINT, *other)]
    assert len(set(ids)) == 3
    assert Service().open().id == ids[0]
    assert ids[0].startswith("openai:tiny@") and ids[0].endswith("/3")


def test_a_spec_is_read_into_its_parts() -> None:
    endpoint = Endpoint.parse(
        "http://localhost:11434/v1/#nomic:latest?dimensions=256&query_prefix=q: "
    )
    assert endpoint == Endpoint("http://localhost:11434/v1", "nomic:latest", 256, "", "q: ")


@pytest.mark.parametrize(
    "text",
    ["https://models.example/v1", "ftp://x#m", "https://#m", "x#m", "https://x#m?dimensions=0",
     "https://x#m?colour=red"],
)  # fmt: skip
def test_a_spec_with_a_mistake_is_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        Endpoint.parse(text)
