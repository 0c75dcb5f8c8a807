"""Web servers on loopback that answer by a function, byte by byte if need be, and keep a log."""

from __future__ import annotations

import socket
import socketserver
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Self


@dataclass
class Asked:
    """A request as it arrived; `began` and `ended` are on the monotonic clock."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    began: float
    ended: float = 0.0


Answering = Callable[[Asked], bytes | Iterable[bytes]]


def reply(status: int = 200, body: bytes = b"", **headers: str) -> bytes:
    """A whole answer; underscores in header names stand for hyphens."""
    lines = {"content-length": str(len(body))}
    lines |= {name.replace("_", "-"): text for name, text in headers.items()}
    head = "".join(f"{name}: {text}\r\n" for name, text in lines.items() if text)
    return f"HTTP/1.1 {status} Said\r\n{head}\r\n".encode("latin-1") + body


@dataclass
class Site:
    """One server: `asked` is its log, `busiest` how many requests it had at once at most."""

    answer: Answering
    host: str = "127.0.0.1"
    tls: ssl.SSLContext | None = None
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    busiest: int = 0

    def __enter__(self) -> Self:
        site, lock, open_now = self, threading.Lock(), [0]

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                with lock:
                    site.connections += 1
                    open_now[0] += 1
                    site.busiest = max(site.busiest, open_now[0])
                with suppress(OSError):
                    site._serve(self)
                with lock:
                    open_now[0] -= 1

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            address_family = socket.AF_INET6 if ":" in self.host else socket.AF_INET

            def get_request(self) -> tuple[socket.socket, object]:
                taken, address = self.socket.accept()
                return (site.tls.wrap_socket(taken, True) if site.tls else taken), address

        self._server = Server((self.host, 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.005,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def netloc(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def url(self, path: str = "/") -> str:
        return f"http://{self.netloc}{path}"

    def _serve(self, handler: socketserver.StreamRequestHandler) -> None:
        first = handler.rfile.readline().decode("latin-1").split()
        if len(first) < 2:
            return
        headers: dict[str, str] = {}
        while line := handler.rfile.readline().decode("latin-1").strip():
            name, _, text = line.partition(":")
            headers[name.lower()] = text.strip()
        body = handler.rfile.read(int(headers.get("content-length", 0)))
        asked = Asked(first[0], first[1], headers, body, time.monotonic())
        self.asked.append(asked)
        said = self.answer(asked)
        for piece in [said] if isinstance(said, bytes) else said:
            # The end is noted before the last byte leaves: afterwards the client may be faster.
            asked.ended = time.monotonic()
            handler.wfile.write(piece)


@contextmanager
def canary(host: str) -> Iterator[Site]:
    """A server that nobody should ever reach."""
    with Site(lambda asked: reply(200, b"secret"), host) as site:
        yield site
