"""How much a page asks of the store, and how much it weighs."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from followed import open_followed
from invented import PAPERS, MakeLibrary, browse
from sqlalchemy import Engine, event
from starlette.testclient import TestClient

import broadsheet.web
from broadsheet.library import Library
from broadsheet.web import styles
from broadsheet.web.pulse import Pulse


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """The SQL that is executed meanwhile."""
    seen: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield seen
    event.remove(Engine, "before_cursor_execute", note)


ADDRESSES = (
    "/",
    "/search?q=weigh",
    "/paper/3",
    "/api/paper/3",
    "/export.bib?q=weigh",
    "/feed/search.atom?q=weigh",
)


def test_a_page_asks_as_much_of_a_large_library_as_of_a_small_one(
    client: TestClient, papers: Library, make_library: MakeLibrary, statements: list[str]
) -> None:
    """Break: let `Library._show` fetch each work on its own."""
    few = browse(make_library(PAPERS[:6]))
    papers.press.forget()  # the front page is put together for both
    for address in ADDRESSES:
        asked = []
        for at in (few, client):
            assert at.get("/healthz").status_code == 200  # so that the sizes are known to both
            del statements[:]
            assert at.get(address).status_code == 200
            asked.append(len(statements))
        assert asked[0] == asked[1] > 0, address


FOLLOWED = ("/", "/receipts", "/receipts/arxiv/2026-02-27", "/api/receipts", "/paper/3")


def test_a_page_about_sources_asks_as_much_of_busy_days_as_of_idle_ones(
    tmp_path: Path, statements: list[str]
) -> None:
    """Break: ask for each rejection again in `ReceiptPages.calendar`."""
    asked: dict[str, list[int]] = {address: [] for address in FOLLOWED}
    for papers in (1, 40):
        (tmp_path / str(papers)).mkdir()
        with open_followed(tmp_path / str(papers), PAPERS[:6], papers=papers) as library:
            client = browse(library)
            for address in FOLLOWED:
                del statements[:]
                assert client.get(address).status_code == 200
                asked[address].append(len(statements))
    for address, (few, many) in asked.items():
        assert few == many > 0, address


def test_a_page_with_its_style_is_light(client: TestClient) -> None:
    static = Path(broadsheet.web.__file__).parent / "static"
    weight = len(gzip.compress(styles.read_sheet()))
    weight += sum(len(gzip.compress(path.read_bytes())) for path in static.iterdir())
    weight += len(gzip.compress(client.get("/search?q=weigh").content))
    assert weight < 60_000


def test_answers_are_compressed_and_static_files_kept(client: TestClient) -> None:
    assert client.get("/").headers["content-encoding"] == "gzip"
    kept = client.get("/static/broadsheet.css")
    assert "immutable" in kept.headers["cache-control"]


def test_sizes_are_asked_for_once_in_a_while(make_library: MakeLibrary) -> None:
    library = make_library(PAPERS[:3])
    now = [0.0]
    pulse = Pulse(library, keep=5, clock=lambda: now[0])
    first = pulse.read()
    now[0] = 4.9
    assert pulse.read() is first
    now[0] = 5.0
    assert pulse.read() is not first
