"""Every address that can be opened, with examples to open it by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

from furnished import Furnished

from broadsheet.config import Settings
from broadsheet.web import create_app
from broadsheet.web.doors import Door
from broadsheet.wiring import open_library

EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "/": ("/",),
    "/day": ("/day",),
    "/day.atom": ("/day.atom",),
    "/day/{name}": ("/day/{day}", "/day/1991-08-14", "/day/{day}.json", "/day/{day}.md"),
    "/day/{name}/all": ("/day/{day}/all?category=cs.LG", "/day/1991-08-14/all?page=9"),
    "/week": ("/week",),
    "/week.atom": ("/week.atom",),
    "/week/{name}": ("/week/2026-W03", "/week/2026-W03.atom"),
    "/month": ("/month",),
    "/month.atom": ("/month.atom",),
    "/month/{name}": ("/month/2026-01",),
    "/trending": ("/trending",),
    "/trending.{suffix}": ("/trending.json", "/trending.md", "/trending.atom"),
    "/yours": ("/yours",),
    "/yours.{suffix}": ("/yours.json",),
    "/yours/{name}": ("/yours/{day}",),
    "/yours/link.{token}": ("{yours}.atom",),
    "/search": (
        "/search?q=label+smoothing",
        "/search?q=fairness&sort=newest&page=2",
        "/search?q=venue:ICML+year:2023&done=1",
        "/search?q=zyzzyva",
        "/search?q=fairness&page=1000000000",
    ),
    "/export.{suffix}": ("/export.bib?q=fairness",),
    "/paper/{number}/export.{suffix}": ("/paper/1/export.ris",),
    "/paper/{reference:path}": ("/paper/1", "/paper/77"),
    "/shelves": ("/shelves", "/shelves?q=fairness"),
    "/save": ("/save?paper=1",),
    "/shelf/{number}": ("{shelf}", "{shelf}?q=fairness"),
    "/start": ("/start",),
    "/shelf/{number}/new": ("{shelf}/new",),
    "/shelf/{number}/steer": ("{shelf}/steer",),
    "/shelf/{number}/hood": ("{shelf}/hood", "{shelf}/hood?without=2#effect"),
    "/shelf/{number}/trial": ("{shelf}/trial",),
    "/shelf/{number}/review": ("{shelf}/review", "{shelf}/review?q=fairness"),
    "/shelf/{number}/export.{suffix}": ("{shelf}/export.bib", "{shelf}/export.json"),
    "/shelf/{number}/link.{token}": ("{link}", "{link}.ris", "{link}.atom"),
    "/searches": ("/searches",),
    "/search/{number}": ("{kept}",),
    "/search/{number}/link.{token}": ("{feed}.atom",),
    "/feed/search.atom": ("/feed/search.atom?q=fairness",),
    "/community": ("/community",),
    "/reader/{name}": ("/reader/you",),
    "/author/{name:path}": ("/author/{author}", "/author/Nobody%20Known"),
    "/submit": ("/submit",),
    "/help": ("/help",),
    "/plots": (
        "/plots",
        "/plots?q=fairness&q=privacy",
        "/plots?q=fairness&by=year&show=share&smooth=1",
        "/plots?q=zyzzyva",
    ),
    "/plots.{suffix}": ("/plots.svg?q=fairness", "/plots.png?q=fairness", "/plots.csv?q=fairness"),
    "/terms": ("/terms", "/terms?q=fairness"),
    "/map": ("/map", "/map?q=fairness"),
    "/merge": ("/merge?kept=2&gone=3",),
    "/split": ("/split?paper=999999&record=1",),
    "/receipts": ("/receipts",),
    "/receipts/{source:path}/{day}": ("/receipts/example/2026-01-01",),
    "/api/search": ("/api/search?q=fairness",),
    "/api/paper/{reference:path}": ("/api/paper/1",),
    "/api/receipts": ("/api/receipts",),
    "/healthz": ("/healthz",),
    "/sign-in": ("/sign-in",),
    "/sign-up": ("/sign-up",),
    "/account": ("/account",),
    "/account/export.json": ("/account/export.json",),
    "/account/delete": ("/account/delete",),
    "/account/mail": ("/account/mail",),
    "/mail/confirm/{token}": ("/mail/confirm/{letter[confirm]}",),
    "/mail/refuse/{token}": ("/mail/refuse/{letter[refuse]}",),
    "/mail/act/{token}": ("/mail/act/{letter[save]}", "/mail/act/{letter[pass]}"),
    "/mail/unsubscribe/{token}": ("/mail/unsubscribe/{letter[stop]}",),
    "/tune": ("/tune",),
    "/admin": ("/admin",),
}
"""For each path that can be got, addresses of it; in braces what `furnished` made."""

MISSING = frozenset(
    {"/receipts/example/2026-01-01", "/author/Nobody%20Known", "/split?paper=999999&record=1"}
)
MISTAKES = {"/search?q=year:x": 400, "/nowhere": 404, "/paper/999999": 404, "/day/someday": 404}
"""Pages that tell of an error, and their status."""


def fill(made: Furnished) -> Iterator[str]:
    """All examples, as addresses of the library that was furnished."""
    for examples in EXAMPLES.values():
        for address in examples:
            yield address.format(
                shelf=made.shelf,
                link=made.link,
                kept=made.kept,
                feed=made.feed,
                author=quote(made.author, safe=""),
                day=made.day,
                yours=made.yours,
                letter=made.letter,
            )


def list_doors(folder: Path, **settings: str) -> list[Door]:
    """All doors of an application."""
    chosen = Settings(library=folder, embedder="none", **settings)  # type: ignore[arg-type]
    with open_library(chosen) as library:
        doors: list[Door] = create_app(library, chosen).state.doors
        return doors
