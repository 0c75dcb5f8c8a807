"""A saved page of Hugging Face Papers (trending, or a search), as text or HTML.

Text comes in two layouts. Dense: two banner lines, then `Subscribe` glued to the first title,
then titles and abstracts in turn. Airy: the page's chrome and a date line, then titles and
abstracts with blank lines between.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from broadsheet.connectors.listings import (
    LONG,
    HtmlPage,
    Line,
    Problem,
    Row,
    is_day,
    is_html,
    text_lines,
    to_records,
)
from broadsheet.connectors.rows import read_all
from broadsheet.errors import BadFileError
from broadsheet.model import BadRow, Record

_BANNER = "Get trending papers in your email inbox"
_CHROME = re.compile(
    r"Subscribe|new|Daily Papers|Trending Papers|by ?(?:@?AK) ?and the research community"
    r"|Submitted by|[\d.,]{1,8}[kK]?|·|-"
)
_GLUED = re.compile(r"Subscribe(?=[^a-z\s])")


class HuggingFacePage:
    name = "Hugging Face Papers page"

    def recognises(self, head: bytes, filename: str) -> bool:
        if is_html(head):
            return _BANNER.encode() in head or b"huggingface.co/papers" in head
        return any(line.text.startswith(_BANNER) for line in text_lines(head[:4096])[:40])

    def read(self, stream: BinaryIO, filename: str) -> Iterator[Record | BadRow]:
        data = read_all(stream, "listing page")
        rows = list(
            _html_rows(HtmlPage(data, filename)) if is_html(data) else _text_rows(text_lines(data))
        )
        if not rows:
            raise BadFileError(f"{filename} is a page of Hugging Face with no papers on it.")
        yield from to_records("huggingface", data, rows, filename)


def _text_rows(lines: list[Line]) -> Iterator[Row | Problem]:
    start = next((i for i, line in enumerate(lines) if line.text.startswith(_BANNER)), 0)
    yield from _pairs(_content(lines[start:]))


def _content(lines: list[Line]) -> list[Line]:
    """Titles, abstracts and date lines: what is left without the chrome."""
    content: list[Line] = []
    for line in lines:
        text = line.text
        if text.startswith(_BANNER) or _CHROME.fullmatch(text):
            continue
        if not content:
            text = _GLUED.sub("", text, count=1)
        content.append(Line(line.number, text))
    return content


def _pairs(lines: list[Line]) -> Iterator[Row | Problem]:
    """Titles with their abstracts. A date line holds for what follows it.

    When a title or an abstract is missing, its neighbour is reported and the turn is found
    again: two short lines before a long one mean that the first has no abstract.
    """
    title: Line | None = None
    day: str | None = None
    for index, line in enumerate(lines):
        following = lines[index + 1].text if index + 1 < len(lines) else ""
        if is_day(line.text):
            day = line.text
        elif title is None:
            if len(line.text) < LONG:
                title = line
            else:
                yield Problem(line.number, "this abstract has no title above it")
        elif len(line.text) < LONG <= len(following):
            yield Problem(title.number, "this title has no abstract below it")
            title = line
        else:
            yield Row(title.number, title.text, line.text, date_line=day)
            title = None
    if title is not None:
        yield Problem(title.number, "this title has no abstract below it")


def _html_rows(page: HtmlPage) -> Iterator[Row | Problem]:
    """A heading of level 3 is a title, the next paragraph its abstract, whatever holds them."""
    title, address, place = "", "", 0
    day: str | None = None
    for node in page.select("h3, p, time"):
        text = page.text(node)
        if is_day(text):
            day = text
        elif node.tag == "h3" and text and not _CHROME.fullmatch(text):
            if title:
                yield Problem(place, f"the title {title[:60]!r} has no abstract below it")
            link = node.css_first("a")
            address = (link.attributes.get("href") or "") if link else ""
            title, place = text, place + 1
        elif node.tag == "p" and title and len(text) > len("by AK") and not _CHROME.fullmatch(text):
            yield Row(place, title, text, date_line=day, address=_full(address))
            title = ""
    if title:
        yield Problem(place, f"the title {title[:60]!r} has no abstract below it")


def _full(address: str) -> str:
    return "https://huggingface.co" + address if address.startswith("/papers/") else address
