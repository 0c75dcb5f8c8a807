"""Nothing that an author or a reader wrote can run, redirect, inject or break a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import quote

import pytest
from invented import MakeLibrary, browse, invent
from selectolax.lexbor import LexborHTMLParser as Html
from starlette.testclient import TestClient

from broadsheet.errors import IndexNotReadyError, StorageBusyError, StorageError
from broadsheet.library import Library
from broadsheet.model import Identifier, Link, Listing, Record
from broadsheet.web.guard import SECURITY_HEADERS

ROUTES = [
    ("/", 200),
    ("/search?q=graph", 200),
    ("/search?q=zyzzyva", 200),
    ("/search?q=year:x", 400),
    ("/search?page=1000000000", 200),
    ("/paper/1", 200),
    ("/paper/2401.00001", 302),
    ("/paper/999999", 404),
    ("/paper/1/export.bib", 200),
    ("/export.ris?q=graph", 200),
    ("/export.exe", 404),
    ("/api/search?q=graph", 200),
    ("/api/search?q=year:x", 400),
    ("/api/paper/1", 200),
    ("/api/paper/x", 404),
    ("/receipts", 200),
    ("/receipts/none/2026-01-01", 404),
    ("/receipts/none/someday", 400),
    ("/api/receipts", 200),
    ("/api/receipts?from=x", 400),
    ("/healthz", 200),
    ("/static/broadsheet.css", 200),
    ("/static/icon.svg", 200),
    ("/static/none.css", 404),
    ("/static/../app.py", 404),
    ("/static/%2e%2e/app.py", 404),
    ("/static/%00", 404),
    ("/nope", 404),
    ("/search/", 404),
    ("/%00", 404),
]
PAYLOADS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title><svg/onload=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    "<!--<![CDATA[&lt;b&gt;]]>",
    "\u202eright to left\u2066 \u200b\u0301\U0001f4f0",
]


def check_headers(client: TestClient, method: str, address: str, status: int) -> None:
    answer = client.request(method, address)
    assert answer.status_code == status, (address, answer.text)
    for name, value in SECURITY_HEADERS.items():
        assert answer.headers.get(name) == value, (address, name)


@pytest.mark.parametrize(("address", "status"), ROUTES)
def test_every_answer_carries_the_headers(client: TestClient, address: str, status: int) -> None:
    """Break: leave the Guard out of the middleware in app.py."""
    check_headers(client, "GET", address, status)


@pytest.mark.parametrize(
    "address", ["/", "/paper/1", "/receipts", "/api/search", "/static/broadsheet.css"]
)
def test_only_reading_is_allowed(client: TestClient, address: str) -> None:
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "TRACE"):
        check_headers(client, method, address, 405)


@pytest.mark.parametrize("address", ["/search", "/api/search"])
def test_a_crash_tells_nothing_and_carries_the_headers(
    papers: Library, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    """Break: leave the headers out of `answer_crash` in app.py."""

    def crash(*_: object, **__: object) -> None:
        raise RuntimeError("a secret")

    monkeypatch.setattr(papers, "search", crash)
    client = browse(papers)
    check_headers(client, "GET", address, 500)
    answer = client.get(address)
    assert "secret" not in answer.text and "Traceback" not in answer.text


@pytest.mark.parametrize(
    ("error", "status", "told"),
    [
        (StorageError("/srv/secret/library.db is damaged."), 500, "The details are in"),
        (StorageBusyError("Another process is writing."), 503, "Another process is writing."),
        (IndexNotReadyError("The index is being rebuilt."), 503, "The index is being rebuilt."),
    ],
)
def test_what_only_the_operator_can_mend_is_not_told_to_readers(
    papers: Library, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, told: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(papers, "search", fail)
    for address in ("/search?q=a", "/api/search?q=a"):
        answer = browse(papers).get(address)
        assert answer.status_code == status
        assert told in answer.text and "secret" not in answer.text
        assert ("retry-after" in answer.headers) == (status == 503)


def check_markup(page: Html) -> None:
    """No inline style or script, no handler, nothing fetched from elsewhere, no loose reference."""
    ids = [node.attributes["id"] for node in page.css("[id]")]
    assert len(ids) == len(set(ids))
    for name in ("for", "aria-labelledby", "aria-describedby"):
        assert {node.attributes[name] for node in page.css(f"[{name}]")} <= set(ids)
    assert {node.attributes["href"] for node in page.css('[href^="#"]')} <= {f"#{i}" for i in ids}
    assert not page.css("style, script:not([src]), iframe, object, embed, base, form[action^=http]")
    for node in page.css("*"):
        for name, value in node.attributes.items():
            assert name != "style" and not name.startswith("on"), node.html
            if name in {"src", "href"}:
                assert (value or "").startswith(("/", "#", "https://", "http://")), node.html
        if node.attributes.get("rel") == "alternate":
            assert (node.attributes.get("href") or "").startswith("/"), node.html
        elif node.tag in {"link", "script", "img"}:
            source = node.attributes.get("href") or node.attributes.get("src") or ""
            assert source.startswith("/static/"), node.html


@pytest.mark.parametrize("address", [a for a, _ in ROUTES if "static" not in a])
def test_no_page_has_inline_style_or_script(client: TestClient, address: str) -> None:
    answer = client.get(address)
    if answer.headers.get("content-type", "").startswith("text/html"):
        check_markup(Html(answer.text))


def skeleton(page: Html) -> list[tuple[str | None, list[str]]]:
    """The elements of a page in order, and the names of their attributes."""
    return [(node.tag, sorted(node.attributes)) for node in page.css("*")]


def written_by(payloads: Sequence[str]) -> list[Record]:
    """For each payload two records of one paper, with the payload in every field of text."""
    records = []
    for number, payload in enumerate(payloads):
        ids = (Identifier("arxiv", f"2401.0000{number}"), Identifier("venue", payload))
        first = replace(
            invent(number),
            key=payload,
            title=f"Tame {payload} title",
            abstract=f"Some {payload} text",
            summary=f"More {payload} text",
            authors=(f"Ann {payload}", "Bob"),
            categories=(f"cs.{payload}",),
            venue=f"Venue {payload}",
            status=f"Oral {payload}",
            ids=ids,
            links=(Link("code", f"https://host.example/{quote(payload)}"), Link("page", payload)),
            extra=((payload, payload), ("comments", payload)),
            submitted_at=payload,
            announced_on=payload,
            withdrawn=True,
            kind="news",
        )
        listing = Listing(payload, 3, payload)
        records += [first, replace(first, source=f"source {payload}", listing=listing)]
    return records


def test_an_authors_text_never_becomes_structure(make_library: MakeLibrary) -> None:
    """A page about hostile text has the same elements as one about tame text.

    Break: print any field of a template with `|safe`, or render without autoescape.
    """
    tame = browse(make_library(written_by([f"word{n}" for n in range(len(PAYLOADS))])))
    library = make_library(written_by(PAYLOADS))
    hostile = browse(library)
    papers = [f"/paper/{number}" for number in range(1, len(PAYLOADS) + 1)]
    for address in ("/", "/search?q=tame", "/search?q=tame&sort=oldest", *papers):
        pages = [Html(client.get(address).text) for client in (tame, hostile)]
        check_markup(pages[1])
        assert skeleton(pages[1]) == skeleton(pages[0]), address
    for number, payload in enumerate(PAYLOADS, start=1):
        heading = Html(hostile.get(f"/paper/{number}").text).css_first("h1")
        assert heading is not None and heading.text() == f"Tame {payload} title"


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_readers_text_never_becomes_structure(client: TestClient, payload: str) -> None:
    """Break: as above."""
    for query in (payload, f"year:{payload.replace(' ', '')}"):
        page = Html(client.get(f"/search?q={quote(query)}").text)
        check_markup(page)
        assert not page.css("img, svg:not([aria-hidden])")
        box = page.css_first("input[name=q]")
        assert box is not None and box.attributes["value"] == query


@pytest.mark.parametrize(
    "query",
    [
        "(" * 10_000,
        "OR " * 5_000,
        '"' * 3_000,
        "-" * 3_000,
        "%ED%A0%80",
        "%00%01%02%7F",
        "%FF%FE",
        "a&q=b&q=c",
        "a;b&;&&=&",
        "é" * 2_000,
        "year:99999999999999999999",
        "date:0000-00-00..9999-99-99",
    ],
)
def test_strange_queries_get_an_answer(client: TestClient, query: str) -> None:
    for path in ("/search", "/api/search", "/export.bib"):
        assert client.get(f"{path}?q={query}").status_code in {200, 400}
