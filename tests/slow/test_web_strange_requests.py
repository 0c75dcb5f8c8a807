"""Whatever is sent to any address, the answer is a decent one: never a crash.

The addresses are those of the application's own table of doors, so that a new one is in the sweep.
Deliberate breaks: let `Form.number` call int() on any text; leave the check of a path's number out
of a handler; decode a body as UTF-8 without `errors`.
"""

from __future__ import annotations

import gc
import random
import re
import socket
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import count
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from starlette.testclient import TestClient

from broadsheet.config import Settings
from broadsheet.library import Library
from broadsheet.web import create_app
from broadsheet.web.doors import Door
from broadsheet.web.limits import Limits
from broadsheet.wiring import open_library
from hostile import PAYLOADS
from served import copy_library, make_demo, serving

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Unclosed file:ResourceWarning"),
]
SEED = 20261005
HERE = "http://127.0.0.1:8000"
PATIENCE = 0.5
LONGEST = 30_000
"""Of an address; longer ones the client refuses to send. (Those are among the raw requests.)"""


@pytest.fixture(autouse=True)
def collect() -> Iterator[None]:
    """A form that ends in the middle of a file leaves the file to the collector of garbage: that is
    to come while its warning is expected, and not in another test."""
    yield
    gc.collect()


def words(text: str) -> list[str]:
    return text.split()


HEADERS = words(
    "accept accept-language cookie authorization if-none-match if-modified-since range "
    "user-agent referer x-forwarded-for x-forwarded-proto forwarded origin content- "
    "encoding accept-encoding expect x-http-method-override"
)
FIELDS = words(
    "paper shelf note comment text parent author name about sharing q file done reference "
    "kept gone back search in_edition password old new display open theme code days role "
    "reader key label next sort page from to first last interval shares share_of smooth "
    "limit offset records"
)
STRANGE = (
    "",
    "-1",
    "0",
    "1e9",
    "9" * 400,
    "\u0663\u0664",
    "²",
    "1\x002",
    "\ud7ff\U0010ffff",
    "true",
    "[]",
    "{}",
    "null",
    "../../../etc/passwd",
    "//elsewhere.example/",
    "/\\elsewhere.example",
    "2026-02-30",
    "0000-00-00",
    "0001-01-01",
    "9999-12-31",
    "99999-W99",
    "2026-W54",
    "title:" * 50,
    "(" * 3000,
    "x" * 60_000,
    "\r\nSet-Cookie: a=b",
    "=1+1",
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_demo(tmp_path_factory.mktemp("made") / "demo")


@pytest.fixture
def library(made: Path, tmp_path: Path) -> Iterator[Library]:
    """A copy of the demo library; whatever these requests do, they do to it."""
    with open_library(Settings(library=copy_library(made, tmp_path / "copy"))) as library:
        yield library


def browse(library: Library, **settings: str) -> tuple[TestClient, list[Door]]:
    """A client whom no limit stops, and the doors it may try."""
    never = Limits(count(0, 100_000).__next__)
    app = create_app(library, Settings(Path("unused"), sync="off", **settings), never)  # type: ignore[arg-type]
    client = TestClient(app, HERE, raise_server_exceptions=False, follow_redirects=False)
    return client, app.state.doors


def fill(path: str, chance: random.Random) -> str:
    """A path with something in place of each of its parameters."""

    def choose(found: re.Match[str]) -> str:
        value = chance.choice([*STRANGE, *PAYLOADS, "1", "2", "77", "bib", "2026-04-17"])[:2000]
        return quote(value, safe="/" if found[0].endswith(":path}") else "")

    return re.sub(r"\{[^}]+\}", choose, path)


def make_value(chance: random.Random) -> str:
    return chance.choice([*STRANGE, *PAYLOADS, "1", "2", "you"])


def make_fields(chance: random.Random) -> list[tuple[str, str]]:
    names = chance.sample(FIELDS, chance.randint(1, 12))
    return [(name, make_value(chance)) for name in names]


def multipart(chance: random.Random) -> tuple[bytes, str]:
    """A body of parts, some of them files, some of them broken."""
    parts = []
    for name, value in make_fields(chance):
        more = f'; filename="{quote(value[:40])}.bib"' if chance.random() < 0.4 else ""
        parts.append(f'--b\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n{value}')
    body = "\r\n".join([*parts, "--b--", ""]).encode()
    if chance.random() < 0.3:
        body = body[: chance.randrange(len(body))]
    return body, chance.choice(["multipart/form-data; boundary=b", "multipart/form-data"])


def make_body(chance: random.Random) -> tuple[bytes, str]:
    """A body and what it says it is, which need not be true."""
    kind = chance.randrange(8)
    form = "application/x-www-form-urlencoded"
    if kind < 4:
        return urlencode(make_fields(chance)).encode(), form
    if kind < 6:
        return multipart(chance)
    if kind == 6:
        return chance.randbytes(chance.choice([1, 100, 5000])), form
    deep = b"[" * 3000 + b"]" * 3000
    return chance.choice([deep, b"{", b"\xff\xfe", b"a=%ff%fe&=&&&" * 300]), chance.choice(
        [form, "application/json", "text/plain", "", "multipart/form-data; boundary="]
    )


def make_headers(chance: random.Random) -> Mapping[str, str]:
    """Headers as no browser sends them, but for the one that says that it is one of ours."""
    value = make_value(chance)[:4000].encode("ascii", "replace").decode()
    value = re.sub(r"[^\x20-\x7e]", "", value) or "x"
    name = chance.choice(HEADERS)
    return {"sec-fetch-site": "same-origin", name: value}


def sweep(library: Library, doors: str, requests: int, **settings: str) -> Counter[int]:
    """So many requests to all doors of a method; fails at the first answer that is a crash."""
    chance = random.Random(SEED)
    client, every = browse(library, **settings)
    chosen = [door for door in every if door.method == doors]
    told: Counter[int] = Counter()
    for number in range(max(requests, 3 * len(chosen))):
        door = chosen[number % len(chosen)]
        address = fill(door.path, chance)
        headers = dict(make_headers(chance))
        body = b""
        if door.method == "POST":
            body, headers["content-type"] = make_body(chance)
        else:
            address = f"{address}?{urlencode(make_fields(chance))}"[:LONGEST]
        answer = client.request(door.method, address, content=body, headers=headers)
        said = f"{door.method} {address[:200]} {headers} {body[:300]!r}: {answer.text[:300]}"
        assert answer.status_code < 500 and "Traceback" not in answer.text, said
        told[answer.status_code] += 1
    print(f"\n{doors}: {told.total()} requests to {len(chosen)} doors, answers {dict(told)}")
    return told


# The form parser leaves the (small) files of a broken body to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_strange_forms(library: Library) -> None:
    told = sweep(library, "POST", 1000)
    assert told[429] == 0 and told.total() >= 1000


def test_strange_addresses(library: Library) -> None:
    told = sweep(library, "GET", 1000)
    assert told[429] == 0 and told[200] > 100


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_strange_requests_of_strangers(library: Library, method: str) -> None:
    """The same where nobody is signed in, and everything asks for an account."""
    told = sweep(library, method, 300, sign_in="invite")
    assert told[200] < told.total()


RAW_HEADS = (
    b"GET / HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"GET / HTTP/9.9\r\nHost: 127.0.0.1\r\n\r\n",
    b"GET  /  HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"G\x00T / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"GET http://elsewhere.example/ HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n",
    b"GET /%zz%00%ff HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"GET /\xff\xfe HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"CONNECT 127.0.0.1:80 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc",
    b"POST /act/save HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -5\r\n\r\n",
    b"POST /act/save HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9999999999999999999\r\n\r\n",
    b"POST /act/save HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST /act/save HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: " + b"a" * 100_000 + b"\r\n\r\n",
    b"GET /?" + b"q=" * 40_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + b"X-A: a\r\n" * 3000 + b"\r\n",
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: broadsheet=\xff\x00;\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nRange: bytes=" + b"0-1," * 5000 + b"\r\n\r\n",
)


def send_raw(port: int, request: bytes, patience: float = PATIENCE) -> int:
    """The status of the answer to some bytes; 0 where none came."""
    answer = b""
    # The rest of what is cut off is waited for by the server, and not by us.
    with (
        socket.create_connection(("127.0.0.1", port), timeout=patience) as line,
        suppress(ConnectionError, TimeoutError),
    ):
        line.sendall(request)
        while b"\r\n" not in answer and (more := line.recv(65536)):
            answer += more
    found = re.match(rb"HTTP/1\.1 (\d{3})", answer)
    return int(found[1]) if found else 0


def test_strange_bytes(made: Path, tmp_path: Path) -> None:
    """To the program itself, over a socket; at the end it still serves, and complained of nothing.

    Break: raise h11_max_incomplete_event_size without a bound, or answer a crash with 500.
    """
    chance = random.Random(SEED)
    told: Counter[int] = Counter()
    with serving(copy_library(made, tmp_path / "copy"), tolerated="Invalid HTTP request") as site:
        port = int(site.url.rpartition(":")[2])
        for number in range(420):
            request = bytearray(RAW_HEADS[number % len(RAW_HEADS)])
            if number >= len(RAW_HEADS):
                for _ in range(chance.randint(1, 4)):
                    request[chance.randrange(min(len(request), 400))] = chance.randrange(256)
            status = send_raw(port, bytes(request))
            assert status < 500, (status, bytes(request[:300]))
            told[status] += 1
        assert send_raw(port, b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 20) == 200
        assert told[200] and told[400]
    print(f"\n{told.total()} raw requests: {dict(told)}")
