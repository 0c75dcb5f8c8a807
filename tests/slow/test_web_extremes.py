"""Requests at the far end of what can be asked for: each gets a decent answer, and soon."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser as Html
from starlette.testclient import TestClient

from broadsheet.config import Settings
from broadsheet.library import Library
from broadsheet.web import create_app
from broadsheet.web.limits import Limits
from broadsheet.wiring import open_library
from served import copy_library, make_demo

pytestmark = [pytest.mark.slow, pytest.mark.alone]
HERE = "http://127.0.0.1:8000"
OURS = {"sec-fetch-site": "same-origin"}
SECONDS = 5.0
NAMES = {
    "control characters": "a\x00b\x1b[31mc\x07\x08d",
    "line ends": "one\r\ntwo\u2028three\u0085four",
    "emoji": "\U0001f4f0 \U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f3f4\U000e0067",
    "right to left": "\u0645\u062c\u0644\u0629 \u05e9\u05d1\u05ea",
    "overrides": "\u202eevil\u202c \u2066isolated",
    "combining": "z" + "\u0361\u0489" * 40,
    "invisible": "\u200b\u200d\ufeff",
    "white space": " \t\u00a0\u3000 ",
    "very long": "long " * 4000,
    "a path": "../../shelf",
    "markup": "<b>bold</b> & \"quoted\" 'twice'",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_demo(tmp_path_factory.mktemp("made") / "demo")


@pytest.fixture
def library(made: Path, tmp_path: Path) -> Iterator[Library]:
    with open_library(Settings(library=copy_library(made, tmp_path / "copy"))) as library:
        yield library


@pytest.fixture
def client(library: Library) -> TestClient:
    """The one reader of a library, whom no limit stops."""
    never = Limits(count(0, 100_000).__next__)
    app = create_app(library, Settings(Path("unused"), sync="off"), never)
    return TestClient(
        app, HERE, headers=OURS, raise_server_exceptions=False, follow_redirects=False
    )


def get(client: TestClient, address: str, *expected: int) -> str:
    """The page at an address, which must have one of these statuses and come soon."""
    began = time.monotonic()
    answer = client.get(address)
    assert answer.status_code in (expected or (200,)), (address, answer.status_code, answer.text)
    assert time.monotonic() - began < SECONDS, address
    return answer.text


def act(client: TestClient, way: str, *expected: int, **fields: str) -> str:
    """What an act without script is answered by: where it leads to, or what a page says."""
    began = time.monotonic()
    answer = client.post(way, data=fields)
    assert answer.status_code in (expected or (303,)), (way, answer.status_code, answer.text[:500])
    assert time.monotonic() - began < SECONDS, way
    return answer.headers.get("location", "") or answer.text


def sentence(page: str) -> str:
    """What a page says in its main part."""
    found = Html(page).css_first("main")
    assert found is not None
    return " ".join(found.text().split())


@pytest.mark.parametrize("page", ["1000000000", "-7", "9" * 30, "٣", "1e3", ""])
@pytest.mark.parametrize("address", ["/search?q=fairness&page=", "/search?q=&sort=newest&page="])
def test_a_page_far_beyond_the_last(client: TestClient, address: str, page: str) -> None:
    assert sentence(get(client, address + page))


@pytest.mark.parametrize("name", ["1991-08-14", "2300-01-01", "0001-01-01", "9999-12-31"])
def test_an_edition_of_another_time(client: TestClient, name: str) -> None:
    """It says why there is nothing, and leads on."""
    page = get(client, f"/day/{name}", 200, 404)
    assert len(sentence(page)) > 30
    for suffix in (".json", ".md", ".atom"):
        get(client, f"/day/{name}{suffix}", 200, 404)


@pytest.mark.parametrize(
    "address",
    [
        *(f"/week/{name}" for name in ("1991-W33", "2300-W01", "0001-W01", "9999-W52")),
        *(f"/month/{name}" for name in ("1991-08", "2300-01", "0001-01", "9999-12")),
    ],
)
def test_a_week_and_a_month_of_another_time(client: TestClient, address: str) -> None:
    assert sentence(get(client, address, 200, 404))


@pytest.mark.parametrize(
    "address",
    ["/day/2026-02-30", "/day/0000-00-00", "/week/2026-W54", "/week/2026-W00",
     "/month/2026-13", "/day/2026-1-1", "/day/-1", "/day/99999-01-01"],
)  # fmt: skip
def test_what_is_no_day_is_not_found(client: TestClient, address: str) -> None:
    assert sentence(get(client, address, 400, 404))


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_shelf_of_any_name(client: TestClient, library: Library, name: str) -> None:
    """Kept as plain text of one line, or refused in a sentence; every page stands.

    Break: keep what was typed as it is.
    """
    before = {shelf.id for shelf in library.shelves.get(library.accounts.alone())}
    act(client, "/act/shelf", 303, 400, name=name, about=name, back="/shelves")
    listing = Html(get(client, "/shelves"))
    for shelf in library.shelves.get(library.accounts.alone()):
        if shelf.id in before:
            continue
        assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", shelf.name) and shelf.name.strip()
        assert len(shelf.name) <= 400
        assert f"/shelf/{shelf.id}" in {node.attributes.get("href") for node in listing.css("a")}
        get(client, f"/shelf/{shelf.id}")
        for suffix in ("bib", "ris", "json"):
            get(client, f"/shelf/{shelf.id}/export.{suffix}")


def test_a_comment_of_a_megabyte(client: TestClient) -> None:
    """Refused in a sentence, whichever limit it meets first; the page of the paper stands."""
    for size in (20_000, 60_000, 1_000_000, 5_000_000):
        said = act(client, "/act/comment", 303, 400, 413, paper="1", text="word " * (size // 5))
        assert said
    get(client, "/paper/1")
    act(client, "/act/comment", 303, 400, paper="1", text="[" * 19_000)
    act(client, "/act/comment", 303, 400, paper="1", text="> " * 9_000 + "deep")
    act(client, "/act/comment", 303, 400, paper="1", text="$" + "{" * 9_000 + "$")
    get(client, "/paper/1")


def test_six_identical_plots(client: TestClient) -> None:
    page = get(client, "/plots?" + "&".join(["q=fairness"] * 6))
    assert "fairness" in sentence(page)
    for suffix in ("svg", "png", "csv"):
        answer = client.get(f"/plots.{suffix}?" + "&".join(["q=fairness"] * 6))
        assert answer.status_code == 200 and answer.content


@pytest.mark.parametrize(
    "query",
    [
        "&".join(["q=fairness"] * 7),
        "&".join(["q=fairness"] * 300),
        "q=year:x",
        "q=zyzzyva",
        "q=",
        "",
        "q=fairness&by=century&first=x&last=9999-99",
        "q=fairness&by=week&first=0001-01&last=9999-12",
        "q=fairness&show=share&of=year:x",
        "q=fairness&show=share&of=zyzzyva&smooth=1",
    ],
)
def test_a_plot_of_anything(client: TestClient, query: str) -> None:
    assert sentence(get(client, f"/plots?{query}", 200, 400))
    assert client.get(f"/plots.svg?{query}").status_code in (200, 400)


def test_a_search_that_is_kept_may_be_anything(client: TestClient) -> None:
    for query in ("(" * 3000, "year:x", "", "\x00", "x" * 50_000):
        act(client, "/act/search", 303, 400, name=query[:100], q=query)
    get(client, "/searches")
    get(client, "/yours")
