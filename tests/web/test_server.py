"""Starting, stopping, and what goes on beside the requests."""

from __future__ import annotations

import logging
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree

import numpy as np
import pytest
import uvicorn
from invented import PAPERS, browse, open_invented
from starlette.applications import Starlette

from broadsheet.config import Settings
from broadsheet.errors import ConfigError, NotFoundError, StorageBusyError
from broadsheet.ports import Vectors
from broadsheet.web import serve
from broadsheet.web.duties import Duties
from broadsheet.web.keeper import Keeper
from broadsheet.web.server import address, listen
from broadsheet.web.serving import run_app
from broadsheet.wiring import open_library
from duty import make_duty


def test_listening_on_a_free_port() -> None:
    with listen("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        assert address(listener) == f"http://127.0.0.1:{port}"


def test_a_wildcard_address_is_one_to_type() -> None:
    with listen("0.0.0.0", 0) as listener:
        assert address(listener).startswith("http://127.0.0.1:")


def test_a_port_that_is_taken_is_said_in_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(ConfigError, match=f"Port {port} on 127.0.0.1 is taken"):
            listen("127.0.0.1", port)


@pytest.mark.parametrize(
    ("host", "port", "sentence"),
    [("127.0.0.1", 70_000, "up to 65535"), ("192.0.2.1", 8000, "not possible to listen")],
)
def test_an_address_that_cannot_be_listened_on(host: str, port: int, sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence):
        listen(host, port)


def test_a_page_shows_what_another_process_imported(tmp_path: Path) -> None:
    """Break: let the index keep the searcher that it opened with."""
    with open_invented(tmp_path, PAPERS[:2]) as library:
        client = browse(library)
        assert client.get("/api/search?q=weigh").json()["total"] == 1
        with open_invented(tmp_path, PAPERS):
            assert client.get("/api/search?q=weigh").json()["total"] == 47


def test_the_keeper_brings_in_what_an_import_left(tmp_path: Path) -> None:
    """Only at the second look: at the first the import may still be going on."""
    open_invented(tmp_path, PAPERS[:4]).close()
    rmtree(tmp_path / "index")
    with open_invented(tmp_path, []) as library:
        keeper = Keeper(library)
        assert keeper.look() == 0
        assert keeper.look() == library.stats().works == 3
        assert library.stats().index_behind == 0
        assert keeper.look() == 0


class _Letters:
    """Embeds by the letters of a text."""

    def __init__(self, name: str) -> None:
        self.id = name
        self.dim = 26

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        counts = [[text.lower().count(chr(97 + n)) for n in range(26)] for text in texts]
        vectors = np.array(counts, np.float32)
        unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit

    embed_queries = embed_documents


def test_the_keeper_fills_a_slower_space(tmp_path: Path) -> None:
    """Fails if serving leaves it to `broadsheet embed`."""
    embedders = [_Letters("fast@1"), _Letters("slow@1")]
    with open_invented(tmp_path, PAPERS[:4], embedders) as library:
        assert dict(library.stats().spaces) == {"fast@1": 3, "slow@1": 0}
        assert Keeper(library).fill() == 3
        assert dict(library.stats().spaces) == {"fast@1": 3, "slow@1": 3}
        assert Keeper(library).fill() == 0


def test_the_keeper_ends_when_it_is_told(tmp_path: Path) -> None:
    with open_invented(tmp_path, PAPERS[:1]) as library, Keeper(library, pause=60):
        pass


class _Job:
    """Notes when it is done and when it ends."""

    def __init__(self, seen: list[str]) -> None:
        self._seen = seen

    def __enter__(self) -> None:
        self._seen.append("begun")

    def __exit__(self, *_: object) -> None:
        self._seen.append("ended")


def test_one_process_has_the_duties_and_another_takes_over() -> None:
    """Break: let `Duties` go on without the hold."""
    hold = make_duty()
    first: list[str] = []
    second: list[str] = []
    with Duties(hold, (lambda: _Job(second),), pause=0.01) as waiting:
        assert waiting.on_duty.wait(5)
        with Duties(hold, (lambda: _Job(first),), pause=0.01) as other:
            assert not other.on_duty.wait(0.1)
            waiting.__exit__(None, None, None)
            assert second == ["begun", "ended"]
            assert other.on_duty.wait(5)
    assert first == ["begun", "ended"]


def test_a_library_is_one_processes_duty(tmp_path: Path) -> None:
    with (
        open_library(Settings(tmp_path, embedder="none")) as one,
        open_library(Settings(tmp_path, embedder="none")) as other,
    ):
        with one.on_duty(), pytest.raises(StorageBusyError), other.on_duty():
            pass
        with other.on_duty():
            pass


@pytest.mark.parametrize("workers", [0, -1, 65])
def test_how_many_processes_there_can_be(tmp_path: Path, workers: int) -> None:
    with pytest.raises(ConfigError, match="'workers' is a number from 1 to 64"):
        serve(Settings(tmp_path, workers=workers))


@contextmanager
def _served(folder: Path, workers: int) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server in a process of its own, and its address."""
    code = (
        "from pathlib import Path; from broadsheet.config import Settings;"
        "from broadsheet.web import serve;"
        f"serve(Settings(Path({str(folder)!r}), port=0, embedder='none', workers={workers}))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=os.environ,
    ) as process:  # fmt: skip
        try:
            assert process.stdout
            where = re.search(r"http://\S+", process.stdout.readline())
            assert where
            yield process, where[0]
        finally:
            process.kill()


def _children(process: subprocess.Popen[str]) -> list[int]:
    number = process.pid
    return [int(n) for n in Path(f"/proc/{number}/task/{number}/children").read_text().split()]


def _ask(address: str) -> bytes:
    with urllib.request.urlopen(f"{address}/search", timeout=20) as answer:
        body: bytes = answer.read()
    return body


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_serving_from_start_to_end(tmp_path: Path, workers: int, end: signal.Signals) -> None:
    """Break: let the processes live on when their parent ends."""
    open_invented(tmp_path, []).close()
    with _served(tmp_path, workers) as (process, address):
        assert b"no papers yet" in _ask(address)
        children = _children(process)
        assert len(children) == (workers if workers > 1 else 0)
        process.send_signal(end)
        assert process.wait(timeout=20) == 0
        assert process.stderr and process.stderr.read() == ""
        assert not any(Path(f"/proc/{number}").exists() for number in children)


def test_no_stranger_writes_into_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no request, and a form that is none, cost no line. Breaks: `log_level` "warning" in
    `run_app`; python-multipart's logger left as it is."""
    loggers = [logging.getLogger(name) for name in ("uvicorn.error", "python_multipart")]
    for logger in loggers:
        monkeypatch.setattr(logger, "level", logging.NOTSET)
    monkeypatch.setattr(uvicorn.Server, "run", lambda self, sockets: None)
    with listen("127.0.0.1", 0) as listener:
        run_app(Starlette(), listener, lambda: None)
    for logger in (loggers[0], logging.getLogger("python_multipart.multipart")):
        assert not logger.isEnabledFor(logging.WARNING) and logger.isEnabledFor(logging.ERROR)


MALFORMED = (
    b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n\r\n",
    b"\x16\x03\x01 no request at all\r\n\r\n",
    b"POST /act/upvote HTTP/1.1\r\nHost: 127.0.0.1\r\nSec-Fetch-Site: same-origin\r\n"
    b"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 5\r\n\r\n--000",
    b"GET /search HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: x\r\n\r\n",
    b"POST /act/upvote HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 50\r\n\r\nhalf",
)


@pytest.mark.slow
def test_malformed_requests_leave_no_line(tmp_path: Path) -> None:
    """The same from outside, with those who hang up. Breaks: as above."""
    open_invented(tmp_path, []).close()
    with _served(tmp_path, 1) as (process, address):
        port = int(address.rpartition(":")[2])
        for number, sent in enumerate(MALFORMED * 20):
            with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
                client.sendall(sent)
                if number % 2 and not sent.endswith(b"half"):
                    client.recv(1)
        assert b"no papers yet" in _ask(address)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
        assert process.stderr and process.stderr.read() == ""


@pytest.mark.slow
def test_a_process_that_dies_is_replaced_and_orphans_end(tmp_path: Path) -> None:
    """Breaks: take `_replace` out of `Workers`; take `_follow_parent` out of `worker`."""
    open_invented(tmp_path, []).close()
    with _served(tmp_path, 2) as (process, address):
        before = _children(process)
        os.kill(before[0], signal.SIGKILL)
        deadline = time.monotonic() + 20
        while len(now := _children(process)) < 2 or before[0] in now:
            assert b"no papers yet" in _ask(address)
            assert time.monotonic() < deadline
        process.kill()
        process.wait()
        while any(Path(f"/proc/{number}").exists() for number in now):
            assert time.monotonic() < deadline + 20
            time.sleep(0.05)


@pytest.mark.slow
def test_a_library_that_is_not_there_is_said_in_one_sentence(tmp_path: Path) -> None:
    for workers in (1, 2):
        with pytest.raises(NotFoundError, match="There is no library"):
            serve(Settings(tmp_path / "none", port=0, embedder="none", workers=workers))
