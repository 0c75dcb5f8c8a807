"""Invented papers, libraries of the real rooms that hold them, and pages read back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from selectolax.lexbor import LexborHTMLParser as Html
from starlette.testclient import TestClient

import offline
from broadsheet.config import Settings
from broadsheet.drawing import MatplotlibDraughtsman
from broadsheet.library import NO_MAIL, Library
from broadsheet.model import Identifier, Link, Listing, PaperDate, Record
from broadsheet.passwords import Argon2
from broadsheet.ports import Connector, Embedder
from broadsheet.post import Correspondence
from broadsheet.search import HybridIndex
from broadsheet.storage import SqlStore
from broadsheet.sync import Clock
from broadsheet.web import create_app
from broadsheet.works import compose

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
ADDRESS = "http://127.0.0.1:8000"
MakeLibrary = Callable[[Sequence[Record]], Library]

TOPICS = ("graph", "sparse", "causal", "bayesian", "quantum")
OBJECTS = ("lanterns", "rivers", "orchards", "tapestries", "glaciers", "carousels", "beehives")


class Invented:
    """A file format whose every file holds the same records."""

    name = "invented"

    def __init__(self, records: Sequence[Record]) -> None:
        self.records = records

    def recognises(self, head: bytes, filename: str) -> bool:
        return filename.endswith(".invented")

    def read(self, stream: BinaryIO, filename: str) -> Iterator[Record]:
        yield from self.records


def invent(number: int, **changes: object) -> Record:
    """A paper that differs from its neighbours in all that can be filtered by."""
    topic, thing = TOPICS[number % len(TOPICS)], OBJECTS[number % len(OBJECTS)]
    facts: dict[str, object] = {
        "source": "bibtex" if number % 4 else "ris",
        "key": f"paper-{number}",
        "title": f"On {topic} {thing} of the {number}th kind",
        "abstract": f"We weigh {thing} with {topic} models, {number} at a time: all are light.",
        "authors": (f"Ada Novak{number % 3}", "Ben Okoro"),
        "categories": (f"cs.{'LG' if number % 2 else 'CL'}",),
        "venue": f"Symposium on {thing.capitalize()}" if number % 3 else None,
        "date": PaperDate(f"{2023 + number % 2}-{number % 12 + 1:02}-15", "published"),
        "ids": (Identifier("doi", f"10.5555/invented.{number}"),),
    }
    return Record(**{**facts, **changes})  # type: ignore[arg-type]


FULL = (
    invent(
        101,
        source="arxiv",
        title="Lanterns everywhere: a study of light",
        ids=(Identifier("arxiv", "2401.00001"),),
        links=(Link("code", "https://code.example/lanterns"), Link("page", "javascript:alert(1)")),
        version=2,
    ),
    invent(
        101,
        source="huggingface",
        key="listing-7",
        title="Lanterns everywhere: a study of light",
        ids=(Identifier("arxiv", "2401.00001"),),
        listing=Listing("spring", 7, "Mar 11"),
    ),
)
SUMMARISED = invent(102, abstract="", summary="Bees, briefly told.", title="Bees in brief")
BARE = invent(103, abstract="", title="A title and nothing more", authors=(), venue=None)
REJECTED = invent(
    104, title="Turned away at the door", status="Reject", date=PaperDate("2022", "venue_year"),
    venue="Symposium on Doors",
)  # fmt: skip
PAPERS = (*FULL, SUMMARISED, BARE, REJECTED, *map(invent, range(45)))


def open_invented(
    folder: Path,
    records: Sequence[Record],
    embedders: Sequence[Embedder] = (),
    connectors: Mapping[str, Connector] | None = None,
    clock: Clock = lambda: NOW,
    correspondence: Correspondence = NO_MAIL,
) -> Library:
    """A library of the real rooms in a folder, filled with records."""
    store = SqlStore.open(folder, create=True, compose=compose)
    index = HybridIndex.open(folder / "index", embedders)
    wires = offline.wires(clock, connectors)
    library = Library(
        store=store,
        index=index,
        formats=[Invented(records)],
        wires=wires,
        hasher=Argon2(passes=1, memory_kib=64),
        secret=b"kept by nobody",
        draughtsman=MatplotlibDraughtsman(),
        correspondence=correspondence,
    )
    if records:
        path = folder / "papers.invented"
        path.write_bytes(b"invented")
        library.import_files([path])
    return library


def browse(library: Library, *, sync: str = "on") -> TestClient:
    """A client that goes where it is told and nowhere else."""
    app = create_app(library, Settings(library=Path("unused"), sync=sync))
    own = {"Sec-Fetch-Site": "same-origin"}
    return TestClient(
        app, ADDRESS, raise_server_exceptions=False, follow_redirects=False, headers=own
    )


def read(client: TestClient, address: str, status: int = 200) -> Html:
    """A page, as a browser understands it."""
    answer = client.get(address)
    assert answer.status_code == status, answer.text
    return Html(answer.text)


def text(page: Html, selector: str) -> str:
    """The text of the first element that matches, its white space run together."""
    found = page.css_first(selector)
    assert found is not None, selector
    return " ".join(found.text().split())


def hrefs(page: Html, selector: str) -> list[str]:
    """The addresses of all links that match."""
    return [node.attributes["href"] or "" for node in page.css(selector)]


def fields(page: Html, selector: str) -> dict[str, str]:
    """The names and values of the fields that match."""
    found = page.css(selector)
    return {node.attributes["name"] or "": node.attributes["value"] or "" for node in found}
