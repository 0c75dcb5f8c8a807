"""A letter as plain text: lines of at most 72 columns, addresses on lines of their own."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from broadsheet.post.page import LetterPage, Paper, Part

WIDTH = 72
RULE = "-" * WIDTH
_INDENT = "    "


def write(page: LetterPage) -> str:
    """The whole letter; its lines end in "\\n"."""
    return "\n".join(_lines(page)).rstrip("\n") + "\n"


def _lines(page: LetterPage) -> Iterator[str]:
    number = f"No. {page.number}, " if page.number else ""
    yield "BROADSHEET"
    yield f"{page.title}. {number}{page.counted}."
    yield ""
    if page.receipt:
        yield from _wrap(page.receipt)
        yield ""
    for part in page.parts:
        yield from _part(part, page.ways.edition)
    if page.quiet:
        yield from _wrap(page.quiet)
        yield ""
    yield RULE
    yield from _foot(page)


def _part(part: Part, edition: str) -> Iterator[str]:
    yield from _wrap(part.title)
    yield RULE
    yield ""
    if part.note:
        yield from _wrap(part.note)
        yield ""
    for paper in part.papers:
        yield from _paper(paper)
        yield ""
    if part.more:
        yield f"And {part.more:,} more on the web{':' if edition else '.'}"
        yield from [edition] if edition else ()
        yield ""


def _paper(paper: Paper) -> Iterator[str]:
    yield from _wrap(paper.title, f"{paper.rank}.".ljust(len(_INDENT)))
    why = ". ".join(filter(None, [paper.match, paper.reason]))
    for text in (paper.authors, why, paper.excerpt):
        yield from _wrap(text, _INDENT) if text else ()
    if paper.address:
        yield f"{_INDENT}{paper.address}"
        yield f"{_INDENT}Save: {paper.save}"
        yield f"{_INDENT}Not for me: {paper.skip}"


def _foot(page: LetterPage) -> Iterator[str]:
    ways = page.ways
    yield f"You get this because you asked for it at {page.address}."
    if not ways.edition:
        yield from _wrap(
            "To stop it, open Broadsheet, Account, Mail; or run: broadsheet mail unsubscribe"
        )
        return
    yield f"On the web:  {ways.edition}"
    yield f"Schedule:    {ways.schedule}"
    yield f"Unsubscribe: {ways.stop}"


def _wrap(text: str, first: str = "") -> list[str]:
    """Lines of a text; all but the first are indented as far as `first` reaches."""
    rest = " " * len(first)
    return textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=rest)
