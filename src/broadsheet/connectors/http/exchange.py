"""One request and its answer: bounded in size, time and effort, decompressed by ourselves."""

from __future__ import annotations

import socket
import ssl
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, suppress
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
TROUBLE = (httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.RemoteProtocolError)


class UnreachableError(Exception):
    """No answer came; the text says why, to go on after "HOST could not be reached: "."""


class Reply(NamedTuple):
    """An answer: header names in lower case, the body decompressed.

    The body is whole for 200 and 404; of others it is a beginning, and of redirects nothing.
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
    question: Question, limits: Limits, network: CheckedNetwork, tls: ssl.SSLContext | None
) -> Reply:
    """Ask, over a connection that is made for this and closed after it.

    `network` counts what it does in `limits`. Raises UnreachableError, SourceBrokenError,
    ForbiddenAddressError.
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
            httpcore2.HTTPConnection(url.origin, tls, network_backend=network)
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
    cause = exc.__cause__
    if isinstance(exc, httpcore2.TimeoutException):
        return "it took too long"
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"its certificate is not valid, {cause.verify_message}"
    if isinstance(cause, OSError) and cause.strerror and not isinstance(cause, socket.gaierror):
        return cause.strerror.lower()
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
    body = bytearray()
    pieces = _decode(_count(response.iter_stream(), host), headers, host)
    if response.status in WHOLE:
        for piece in pieces:
            body += piece
            if len(body) > LARGEST:
                raise SourceBrokenError(f"The answer of {host} is larger than 32 MB.")
        return bytes(body)
    # A refusal stays one though its page is broken.
    with suppress(SourceBrokenError, *TROUBLE):
        while len(body) < LARGEST_ASIDE and (more := next(pieces, None)) is not None:
            body += more
    return bytes(body[:LARGEST_ASIDE])


def _count(pieces: Iterable[bytes], host: str) -> Iterator[bytes]:
    """The same pieces, as long as what came over the wire is of a size that can be read."""
    size = 0
    for number, piece in enumerate(pieces):
        size += len(piece)
        if size > LARGEST or number > MOST_PIECES:
            raise SourceBrokenError(f"The answer of {host} is larger than 32 MB, or in crumbs.")
        yield piece


def _decode(pieces: Iterable[bytes], headers: Mapping[str, str], host: str) -> Iterator[bytes]:
    encoding = headers.get("content-encoding", "").strip().lower()
    if encoding in {"", "identity"}:
        yield from pieces
    elif encoding in {"gzip", "x-gzip"}:
        yield from _gunzip(pieces, host)
    else:
        raise SourceBrokenError(f"{host} answered in an encoding that it was not asked for.")


def _gunzip(pieces: Iterable[bytes], host: str) -> Iterator[bytes]:
    """Decompress in bounded steps: one megabyte may hold a gigabyte."""
    inflate, members, empty = zlib.decompressobj(31), 1, True
    for piece in pieces:
        data = piece
        while data:
            empty = False
            if inflate.eof:
                inflate, members = zlib.decompressobj(31), members + 1
            if members > MOST_MEMBERS:
                raise SourceBrokenError(f"The answer of {host} is compressed in too many parts.")
            try:
                yield inflate.decompress(data, STEP)
            except zlib.error as exc:
                raise SourceBrokenError(f"The answer of {host} is damaged: {exc}.") from exc
            data = inflate.unused_data if inflate.eof else inflate.unconsumed_tail
    if not (inflate.eof or empty):
        raise SourceBrokenError(f"The answer of {host} is cut off.")
