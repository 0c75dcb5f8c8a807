"""The query API: `/api/query?id_list=…&search_query=cat:…&start=0&max_results=10`, as Atom.

Errors are feeds with one entry, titled Error. A version in an identifier asks for that version.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape

from fakearxiv.categories import follows
from fakearxiv.world import Paper, Version, World

MOST_AT_ONCE, MOST_IN_ALL = 2000, 30000
IDENTIFIER = re.compile(r"(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v(\d+))?")


class Found(NamedTuple):
    paper: Paper
    version: Version


class ApiError(Exception):
    """`slug` ends the address of the error."""

    def __init__(self, status: int, slug: str, message: str) -> None:
        super().__init__(message)
        self.status, self.slug = status, slug


def answer_query(
    world: World, arguments: Mapping[str, str], *, empty: bool = False
) -> tuple[int, str]:
    """Status and document; with `empty`, a page without entries that still tells the total."""
    try:
        start = _read_number(arguments, "start", 0)
        size = _read_number(arguments, "max_results", 10)
        if size > MOST_AT_ONCE or start + size > MOST_IN_ALL:
            raise ApiError(400, "max_results_too_large", "max_results is too large")
        found = _find(world, arguments)
        page = [] if empty else found[start : start + size]
        return 200, _feed("".join(map(_entry, page)), len(found), start, len(page))
    except ApiError as error:
        return error.status, _feed(_error(error), 1, 0, 1)


def _read_number(arguments: Mapping[str, str], name: str, default: int) -> int:
    text = arguments.get(name, str(default))
    if not text.isdecimal():
        raise ApiError(400, f"{name}_must_be_an_integer", f"{name} must be an integer")
    return int(text)


def _find(world: World, arguments: Mapping[str, str]) -> Sequence[Found]:
    names = [name for name in arguments.get("id_list", "").split(",") if name]
    category = arguments.get("search_query", "").removeprefix("cat:")
    if not names:
        papers = [paper for paper in world.by_id.values() if not paper.deleted]
        papers.sort(key=lambda paper: paper.versions[0].submitted, reverse=True)
        return [Found(paper, paper.latest) for paper in papers if _is_in(paper, category)]
    found = [each for name in names if (each := _look_up(world, name))]
    return [each for each in found if not category or _is_in(each.paper, category)]


def _look_up(world: World, name: str) -> Found | None:
    match = IDENTIFIER.fullmatch(name.strip())
    if match is None:
        raise ApiError(200, f"incorrect_id_format_for_{name}", f"incorrect id format for {name}")
    paper = world.by_id.get(match[1])
    number = int(match[2] or 0)
    if paper is None or paper.deleted or number > len(paper.versions):
        return None
    return Found(paper, paper.versions[number - 1])  # without a version: the last


def _is_in(paper: Paper, category: str) -> bool:
    return bool(category) and any(follows(each, category) for each in paper.categories)


def _feed(entries: str, total: int, start: int, size: int) -> str:
    return (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        '<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"'
        ' xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">'
        "<id>https://arxiv.org/api/pretended</id><title>arXiv Query</title>"
        f"<opensearch:itemsPerPage>{size}</opensearch:itemsPerPage>"
        f"<opensearch:totalResults>{total}</opensearch:totalResults>"
        f"<opensearch:startIndex>{start}</opensearch:startIndex>{entries}</feed>\n"
    )


def _error(error: ApiError) -> str:
    return (
        f"<entry><id>https://arxiv.org/api/errors#{escape(error.slug)}</id><title>Error</title>"
        f"<summary>{escape(str(error))}</summary>"
        "<author><name>arXiv api core</name></author></entry>"
    )


def _entry(found: Found) -> str:
    paper, version = found
    name = f"{paper.id}v{version.number}"
    authors = "".join(
        f"<author><name>{escape(author)}</name></author>" for author in paper.authors.split(", ")
    )
    scheme = 'scheme="http://arxiv.org/schemas/atom"'
    categories = "".join(f'<category term="{each}" {scheme}/>' for each in paper.categories)
    comment = f"<arxiv:comment>{escape(paper.comments)}</arxiv:comment>" if paper.comments else ""
    return (
        f"<entry><id>http://arxiv.org/abs/{name}</id><title>{escape(paper.title)}</title>"
        f"<updated>{version.submitted:%Y-%m-%dT%H:%M:%SZ}</updated>"
        f"<published>{paper.versions[0].submitted:%Y-%m-%dT%H:%M:%SZ}</published>"
        f'<link href="https://arxiv.org/abs/{name}" rel="alternate" type="text/html"/>'
        f"<summary>{escape(paper.abstract_of(version.number))}</summary>{categories}"
        f'<arxiv:primary_category term="{paper.categories[0]}"/>{comment}{authors}</entry>\n'
    )
