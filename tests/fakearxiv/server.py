"""The pretended arXiv on a real socket, with its log of who asked what, and when."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from fakearxiv.api import answer_query
from fakearxiv.faults import Fault, Faults
from fakearxiv.feeds import FeedOptions, answer_feed, make_etag
from fakearxiv.oai import OaiDoor, OaiOptions
from fakearxiv.world import World

IDENTIFIER = re.compile(r"<identifier>oai:arXiv\.org:(.*?)</identifier>")
LOGIN_PAGE = "<!doctype html><title>Sign in</title><form><input name=user></form>"


@dataclass
class Entry:
    """One request: monotonic seconds of arrival and of the answer's end (0: not yet), the moment
    on the simulator's clock, and what was answered. `retry_after` is what the answer asked for,
    `papers` are those that a page of the harvest held, `changed` is False for a feed that is as it
    was when it was asked for last."""

    arrived: float
    moment: datetime
    path: str
    arguments: Mapping[str, str]
    headers: Mapping[str, str]
    fault: Fault = Fault.NONE
    status: int = 0
    ended: float = 0.0
    retry_after: int = 0
    size: int = 0
    changed: bool = True
    papers: Sequence[str] = ()

    @property
    def what(self) -> str:
        """The verb of an OAI request, or else the path."""
        return self.arguments.get("verb", self.path)


@dataclass
class Reply:
    status: int
    body: bytes
    type: str = "text/xml; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)


class FakeArxiv:
    """Serves a world while its block lasts. `patience` is what a 503 asks for, in seconds; a fault
    that does not answer does so for `silence` seconds."""

    def __init__(
        self, world: World, faults: Faults | None = None, *, port: int = 0, pace: float = 0.0,
        patience: int = 30, silence: float = 0.3,
    ) -> None:  # fmt: skip
        self.world = world
        self.faults = faults or Faults()
        self.oai, self.feeds = OaiOptions(), FeedOptions()
        self.pace, self.patience, self.silence = pace, patience, silence
        self.log: list[Entry] = []
        self.lock = threading.RLock()
        """Hold it to change the world while it is being asked."""
        self._pinned: dict[str, tuple[str, str]] = {}
        self._seen: dict[str, str] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _Handler)
        self._server.daemon_threads = True
        self._server.arxiv = self  # type: ignore[attr-defined]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def url(self) -> str:
        return f"http://{self.place}"

    @property
    def place(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> FakeArxiv:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    # --- Answering ----------------------------------------------------------------------------

    def begin(self, address: str, headers: Mapping[str, str]) -> tuple[Entry, Reply | None]:
        """Log a request and answer it; None: the connection ends without an answer."""
        parts = urlsplit(address)
        pairs = parse_qsl(parts.query, keep_blank_values=True)
        with self.lock:
            moment = self.world.clock.now()
            entry = Entry(time.monotonic(), moment, parts.path, dict(pairs), headers)
            self.log.append(entry)
            later = "resumptionToken" in entry.arguments
            entry.fault = self.faults.choose(address, later)
            self.world.clock.advance(self.pace)
            return entry, self._answer(entry, address, pairs)

    def finish(self, entry: Entry, reply: Reply | None) -> None:
        entry.status = reply.status if reply else 0
        entry.size = len(reply.body) if reply else 0
        entry.ended = time.monotonic()

    def _answer(self, entry: Entry, address: str, pairs: Sequence[tuple[str, str]]) -> Reply | None:
        if entry.fault in _REFUSALS:
            return self._refuse(entry)
        if entry.fault in (Fault.DROPPED, Fault.HANGING):
            return None
        reply = self._open_door(entry, address, pairs)
        if entry.fault is Fault.TRUNCATED:
            reply.body = reply.body[: len(reply.body) * 2 // 3]
        return reply

    def _refuse(self, entry: Entry) -> Reply:
        status, kind, text = _REFUSALS[entry.fault]
        reply = Reply(status, text.encode(), kind)
        if entry.fault in (Fault.UNAVAILABLE, Fault.UNAVAILABLE_UNTIL):
            entry.retry_after = self.patience
            until = (entry.moment + timedelta(seconds=self.patience)).replace(microsecond=0)
            dated = entry.fault is Fault.UNAVAILABLE_UNTIL
            reply.headers["Retry-After"] = (
                format_datetime(until, usegmt=True) if dated else str(self.patience)
            )
        return reply

    def _open_door(self, entry: Entry, address: str, pairs: Sequence[tuple[str, str]]) -> Reply:
        if entry.path in ("/oai", "/oai2"):
            return Reply(200, self._ask_oai(entry, address, pairs).encode())
        if entry.path == "/api/query":
            empty = entry.fault is Fault.EMPTY
            status, text = answer_query(self.world, entry.arguments, empty=empty)
            return Reply(status, text.encode(), "application/atom+xml; charset=utf-8")
        if entry.path.startswith(("/rss/", "/atom/")):
            return self._serve_feed(entry)
        return Reply(404, b"<h1>Not found</h1>", "text/html")

    def _ask_oai(self, entry: Entry, address: str, pairs: Sequence[tuple[str, str]]) -> str:
        door = OaiDoor(self.world, f"{self.url}/oai", self.oai)
        if entry.fault is Fault.EXPIRED_TOKEN:
            return door.fail("badResumptionToken", "the token has expired")
        if entry.fault is Fault.EMPTY:
            return door.empty_list(entry.arguments)
        today = f"{entry.moment:%Y-%m-%d}"
        if (pinned := self._pinned.get(address)) and pinned[0] == today:
            return pinned[1]  # an error is kept by the caches before the server until midnight
        text, wrong = door.answer(pairs)
        if wrong:
            self._pinned[address] = today, text
        entry.papers = IDENTIFIER.findall(text)
        if entry.fault is Fault.REPEATED_TOKEN:
            return door.repeat_token(text, entry.arguments["resumptionToken"])
        return text

    def _serve_feed(self, entry: Entry) -> Reply:
        status, text = answer_feed(self.world, entry.path, self.feeds)
        kind = entry.path[1:].partition("/")[0]
        reply = Reply(status, text.encode(), f"application/{kind}+xml")
        etag = make_etag(reply.body)
        entry.changed = self._seen.get(entry.path) != etag
        self._seen[entry.path] = etag
        if self.feeds.validators and status == 200:
            if entry.headers.get("if-none-match") == etag:
                return Reply(304, b"", headers={"ETag": etag})
            reply.headers["ETag"] = etag
        return reply


_PLAIN = "text/plain"
_REFUSALS: Mapping[Fault, tuple[int, str, str]] = {
    Fault.UNAVAILABLE: (503, _PLAIN, "Retry after a while"),
    Fault.UNAVAILABLE_UNTIL: (503, _PLAIN, "Retry after a while"),
    Fault.TOO_MANY: (429, _PLAIN, "Too many requests"),
    Fault.NOT_ACCEPTABLE: (406, _PLAIN, "Not acceptable"),
    Fault.RATE_EXCEEDED: (200, _PLAIN, "Rate exceeded."),
    Fault.LOGIN_PAGE: (200, "text/html", LOGIN_PAGE),
    Fault.REFUSED: (403, _PLAIN, "Forbidden"),
}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        arxiv: FakeArxiv = self.server.arxiv  # type: ignore[attr-defined]
        headers = {name.lower(): value for name, value in self.headers.items()}
        entry, reply = arxiv.begin(self.path, headers)
        try:
            if reply is None:
                self._say_nothing(arxiv.silence if entry.fault is Fault.HANGING else 0.0)
            else:
                self._send(entry, reply)
        except ConnectionError:
            self.close_connection = True  # whoever asked was killed
        arxiv.finish(entry, reply)

    def _say_nothing(self, seconds: float) -> None:
        time.sleep(seconds)
        self.close_connection = True

    def _send(self, entry: Entry, reply: Reply) -> None:
        self.send_response_only(reply.status)
        date = format_datetime(entry.moment.replace(microsecond=0), usegmt=True)
        for name, value in {"Date": date, "Content-Type": reply.type, **reply.headers}.items():
            self.send_header(name, value)
        if reply.status != 304:
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:
        """`FakeArxiv.log` is the log."""
