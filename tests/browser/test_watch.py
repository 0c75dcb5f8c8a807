"""The watch sees what it is there for: a page that misbehaves in each way is found out."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from chromium import Visits
from watch import Watch

STRICT = "default-src 'none'; script-src 'self'; img-src 'self'"
PAGES = {
    "/fine": ("<p>Nothing to see.", STRICT),
    "/dialog": ("<script>alert(1)</script>", ""),
    "/inline": ("<svg onload=alert(1)>", STRICT),
    "/style": ("<p style=color:red>x", STRICT),
    "/stray": ("<img src=//elsewhere.example/pixel.gif alt=x>", ""),
    "/leaves": ("<meta http-equiv=refresh content='0;url=//elsewhere.example/'>", STRICT),
    "/throws": ("<script>throw new Error('no')</script>", ""),
    "/lacks": ("<link rel=stylesheet href=/nothing.css>", ""),
}


class Bad(BaseHTTPRequestHandler):
    """Serves the pages above."""

    def do_GET(self) -> None:
        body, policy = PAGES.get(self.path, ("", ""))
        self.send_response(200 if self.path in PAGES else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        if policy:
            self.send_header("Content-Security-Policy", policy)
        self.end_headers()
        self.wfile.write(f"<!doctype html><title>x</title>{body}".encode())

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def bad() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Bad) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def look(visits: Visits, bad: str, path: str) -> Watch:
    """What is noted on a page; it is forgotten then, so that the test does not fail of it."""
    visitor = visits.begin(bad)
    visitor.page.goto(bad + path)
    visitor.page.wait_for_timeout(300)
    visits.visitors.clear()
    return visitor.watch


def test_a_page_that_behaves(visits: Visits, bad: str) -> None:
    visitor = visits.begin(bad)
    visitor.go("/fine")
    assert visitor.watch.requests >= 1 and not visitor.watch.troubles


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("/dialog", "dialogs"),
        ("/inline", "violations"),
        ("/style", "violations"),
        ("/stray", "strays"),
        ("/leaves", "strays"),
        ("/throws", "errors"),
        ("/lacks", "errors"),
    ],
)
def test_a_page_that_does_not(visits: Visits, bad: str, path: str, where: str) -> None:
    watch = look(visits, bad, path)
    assert getattr(watch, where)
    with pytest.raises(AssertionError):
        watch.check()
