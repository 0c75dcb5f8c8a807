"""One request and its answer: bounded in size, time and effort, decompressed by ourselves."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from typing import NamedTuple

import httpcore2

from broadsheet.connectors.http.address import Address
from broadsheet.connectors.http.network import CheckedNetwork, Limits
from broadsheet.errors import SourceBrokenError

LARGEST = 32 * 1024 * 1024
LARGEST_ASIDE = 64 * 1024  # of an answer of which only the beginning is of interest
MOST_PIECES = 50_000  # a body of one-byte pieces would cost minutes
MOST_MEMBERS = 64  # gzip allows several parts in a row
STEP = 256 * 1024
WHOLE = {200, 404}


class UnreachableError(Exception):
    """No answer came; the text says why, to go on after "HOST could not be reached: "."""


class Reply(NamedTuple):
    """An answer: header names in lower case, the body decompressed.

    The body is whole for 200 and 404; of others it is the beginning, and of redirects nothing.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = b""


class Question(NamedTuple):
    """What is sent: `body` is empty for GET."""

    method: str
    address: Address
    headers: Mapping[str, str]
    body: bytes = b""


def exchange(
    question: Question, limits: Limits, network: Callable[[Limits], CheckedNetwork]
) -> Reply:
    """Ask, over a connection that is made for this and closed after it.

    Raises UnreachableError, SourceBrokenError, ForbiddenAddressError.
    """
    address, host = question.address, question.address.host
    url = httpcore2.URL(
        scheme=address.scheme.encode(),
        host=host.encode(),
        port=address.port,
        target=address.target.encode(),
    )
    request = httpcore2.Request(
        question.method,
        url,
        headers=[(name.encode(), text.encode("latin-1")) for name, text in _headers(question)],
        content=question.body,
    )
    try:
        with closing(
            httpcore2.HTTPConnection(origin=url.origin, network_backend=network(limits))
        ) as connection:
            return _read(connection.handle_request(request), host, limits)
    except (httpcore2.TimeoutException, httpcore2.NetworkError) as exc:
        raise UnreachableError(_why(exc)) from exc
    except httpcore2.RemoteProtocolError as exc:
        if not limits.received:
            raise UnreachableError("it closed the connection without an answer") from exc
        raise SourceBrokenError(f"The answer of {host} is broken or cut off: {exc}.") from exc


def _headers(question: Question) -> Iterator[tuple[str, str]]:
    yield "Host", question.address.authority
    yield from question.headers.items()
    yield "Accept-Encoding", "gzip"
    yield "Connection", "close"
    if question.method == "POST":
        yield "Content-Length", str(len(question.body))


def _why(exc: Exception) -> str:
    if isinstance(exc, httpcore2.TimeoutException):
        return "it took too long"
    return str(exc).rstrip(".") or "the connection broke"


def _read(response: httpcore2.Response, host: str, limits: Limits) -> Reply:
    limits.in_head = False
    headers: dict[str, str] = {}
    for raw_name, raw_text in response.headers:
        name, text = raw_name.decode("latin-1").lower(), raw_text.decode("latin-1")
        if name != "set-cookie":  # no cookie is ever kept
            headers[name] = f"{headers[name]}, {text}" if name in headers else text
    if 300 <= response.status < 400:
        return Reply(response.status, headers)
    return Reply(response.status, headers, _read_body(response, headers, host))


def _read_body(response: httpcore2.Response, headers: Mapping[str, str], host: str) -> bytes:
    whole = response.status in WHOLE
    body = bytearray()
    for piece in _decode(_count(response.iter_stream(), host), headers, host, whole=whole):
        body += piece
        if whole and len(body) > LARGEST:
            raise SourceBrokenError(f"The answer of {host} is larger than 32 MB.")
        if not whole and len(body) >= LARGEST_ASIDE:
            break
    return bytes(body if whole else body[:LARGEST_ASIDE])


def _count(pieces: Iterable[bytes], host: str) -> Iterator[bytes]:
    """The same pieces, as long as what came over the wire is of a size that can be read."""
    size = 0
    for number, piece in enumerate(pieces):
        size += len(piece)
        if size > LARGEST or number > MOST_PIECES:
            raise SourceBrokenError(f"The answer of {host} is larger than 32 MB, or in crumbs.")
        yield piece


def _decode(
    pieces: Iterable[bytes], headers: Mapping[str, str], host: str, *, whole: bool
) -> Iterator[bytes]:
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding in {"", "identity"} or (not whole and encoding not in {"gzip", "x-gzip"}):
        return iter(pieces)
    if encoding not in {"gzip", "x-gzip"}:
        raise SourceBrokenError(f"{host} answered in an encoding that it was not asked for.")
    return _gunzip(pieces, host, whole=whole)


def _gunzip(pieces: Iterable[bytes], host: str, *, whole: bool) -> Iterator[bytes]:
    """Decompress in bounded steps: one megabyte may hold a gigabyte."""
    inflate, members = zlib.decompressobj(31), 1
    for piece in pieces:
        data = piece
        while data:
            if inflate.eof:
                inflate, members = zlib.decompressobj(31), members + 1
            if members > MOST_MEMBERS:
                raise SourceBrokenError(f"The answer of {host} is compressed in too many parts.")
            try:
                yield inflate.decompress(data, STEP)
            except zlib.error as exc:
                raise SourceBrokenError(f"The answer of {host} is damaged: {exc}.") from exc
            data = inflate.unused_data if inflate.eof else inflate.unconsumed_tail
    if whole and not inflate.eof:
        raise SourceBrokenError(f"The answer of {host} is cut off.")
