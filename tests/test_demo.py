"""The demo library: every fact is a found fact, every sentence is ours, every figure is theirs."""

from __future__ import annotations

import html
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from broadsheet.demo import demo_file, read_demo
from broadsheet.library import Library
from broadsheet.model import Record

PAGES = Path(__file__).parents[1] / "../shared/data/pages"
RECORDS = list(read_demo())
REFUSED = {"Reject": "Rejected by", "Withdraw": "Withdrawn from"}

needs_pages = pytest.mark.skipif(not PAGES.is_dir(), reason="the founding pages are not here")


@cache
def facts() -> list[dict[str, Any]]:
    lines = (PAGES / "facts.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@cache
def abstracts() -> dict[str, str]:
    """The founding abstracts by title, read from the saved pages with means of the test's own."""
    titles, found = {fact["title"] for fact in facts()}, {}
    for page in PAGES.glob("*.txt"):
        lines = [line.strip() for line in page.read_text(encoding="utf-8").split("\n")]
        lines = [line for line in lines if line and line != "Neural Information Processing Systems"]
        for line, following in zip(lines, lines[1:], strict=False):
            title = line if line in titles else line.removeprefix("Subscribe")
            if title in titles:
                found[title] = following
    return found


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def runs(text: str, length: int) -> set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[at : at + length]) for at in range(len(found) - length + 1)}


def figures(text: str) -> set[str]:
    return set(re.findall(r"\d+(?:[.,]\d+)*", text))


def expected(fact: dict[str, Any]) -> dict[str, Any]:
    """The facts in the model's words. One author list was cut at the ";" of an HTML entity."""
    authors = html.unescape(";".join(fact["authors"]))
    if authors == ";".join(fact["authors"]):
        names = fact["authors"]
    else:
        names = [name.strip() for name in authors.split(",")]
    venue, status = fact["venue"], fact.get("venue_status")
    if status in REFUSED:
        venue, status = None, f"{REFUSED[status]} {venue} {fact['year']}"
    names_of_venue = fact.get("venue_id")
    scheme = "acl" if names_of_venue and names_of_venue[0].isdigit() else "venue"
    ids = [("arxiv", fact["arxiv_id"]), (scheme, names_of_venue)]
    return {
        "authors": tuple(names),
        "venue": venue,
        "status": status,
        "date": (fact["date"], fact["date_kind"]) if fact["date"] else None,
        "ids": tuple(pair for pair in ids if pair[1]),
        "categories": tuple(fact["categories"]),
        "links": (("page", fact["venue_url"]),) if fact.get("venue_url") else (),
    }


def test_451_papers_each_with_a_summary() -> None:
    assert len(RECORDS) == len({record.title for record in RECORDS}) == 451
    assert len({record.key for record in RECORDS}) == 451
    for record in RECORDS:
        assert record.source == "demo"
        assert not record.abstract
        assert 25 <= len(words(record.summary)) <= 75, record.key
        assert record.summary.endswith((".", "?")), record.key
        assert record.summary.isprintable(), record.key


def test_file_is_canonical() -> None:
    """So that a new version of the file differs only where a paper does."""
    lines = demo_file().read_bytes().splitlines()
    assert lines == [Record.from_json(line).to_json() for line in lines]


def test_refused_papers_are_not_shown_as_published() -> None:
    """Break to see it fail: give one of the six its venue."""
    refused = [r for r in RECORDS if r.status and r.status.startswith(tuple(REFUSED.values()))]
    assert len(refused) == 6
    assert not any(record.venue for record in refused)


def test_import_makes_451_works(library: Library) -> None:
    report = library.import_files([demo_file()])
    assert (report.rows, report.new_works, report.bad, report.merged) == (451, 451, 0, 0)
    again = library.import_files([demo_file()])
    assert (again.unchanged, again.added, again.updated) == (451, 0, 0)
    assert library.stats().works == 451
    page = library.search('title:"When Does Label Smoothing Help"')
    assert page.shown[0].work.summary.startswith("Label smoothing")
    assert not page.shown[0].work.abstract


@needs_pages
def test_every_field_is_a_found_fact() -> None:
    """Break to see it fail: add a category to one record."""
    assert [record.title for record in RECORDS] == [fact["title"] for fact in facts()]
    for record, fact in zip(RECORDS, facts(), strict=True):
        fields = expected(fact)
        assert {name: getattr(record, name) for name in fields} == fields, record.key
        assert not record.extra and not record.listing and record.version is None


@needs_pages
def test_every_figure_is_in_the_abstract() -> None:
    """Break to see it fail: turn a 94.3 into a 95.3."""
    assert len(abstracts()) == 451
    for record in RECORDS:
        unknown = figures(record.summary) - figures(abstracts()[record.title])
        assert not unknown, f"{record.key}: {unknown}"


@needs_pages
def test_no_eight_words_in_a_row_are_the_abstracts() -> None:
    """Break to see it fail: paste half a sentence of an abstract into its summary."""
    for record in RECORDS:
        copied = runs(record.summary, 8) & runs(abstracts()[record.title], 8)
        assert not copied, f"{record.key}: {copied}"
