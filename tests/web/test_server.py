"""Starting, stopping, and what goes on beside the requests."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from shutil import rmtree

import numpy as np
import pytest
from invented import PAPERS, browse, open_invented

from broadsheet.errors import ConfigError
from broadsheet.ports import Vectors
from broadsheet.web.keeper import Keeper
from broadsheet.web.server import address, listen


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


@pytest.mark.slow
def test_serving_from_start_to_ctrl_c(tmp_path: Path) -> None:
    code = (
        "from pathlib import Path; from broadsheet.config import Settings;"
        "from broadsheet.web import serve;"
        f"serve(Settings(Path({str(tmp_path)!r}), port=0, embedder='none'))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=os.environ,
    ) as process:  # fmt: skip
        assert process.stdout and process.stderr
        where = re.search(r"http://\S+", process.stdout.readline())
        assert where
        with urllib.request.urlopen(where[0], timeout=10) as answer:
            assert b"no papers yet" in answer.read()
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 0
        assert process.stderr.read() == ""
