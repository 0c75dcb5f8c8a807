"""Saved listing pages: the founding ones, and samples of the same shapes, as text and as HTML."""

from __future__ import annotations

from pathlib import Path

import pytest
from reading import claimed_by, read_with
from samples import AIRY, AIT_HTML, DENSE, HF_HTML, LONG_A, LONG_B, TOPICS

from broadsheet.connectors.aitopics_page import AITopicsPage
from broadsheet.connectors.huggingface_page import HuggingFacePage
from broadsheet.errors import BadFileError
from broadsheet.model import BadRow, Identifier, Link

PAGES = Path(__file__).parents[2] / "../shared/data/pages"
HF, AIT = HuggingFacePage(), AITopicsPage()


@pytest.mark.parametrize(
    ("page", "form"),
    [(DENSE, HF), (AIRY, HF), (HF_HTML, HF), (TOPICS, AIT), (AIT_HTML, AIT)],
    ids=["dense", "airy", "hf-html", "topics", "topics-html"],
)
def test_titles_abstracts_and_places(page: str, form: HuggingFacePage | AITopicsPage) -> None:
    """Breaks when a line of chrome ("Subscribe", "byAK …", "Mar 11") is taken for a title."""
    assert claimed_by(page.encode()) == [form.name]
    records, bad = read_with(form, page.encode())
    assert bad == []
    assert [record.title for record in records] == ["Turning Widgets", "Gears That Hold"]
    assert records[0].abstract == LONG_A.strip()
    assert records[1].abstract.startswith(LONG_B.strip())
    assert [record.listing.position for record in records if record.listing] == [1, 2]
    assert all(record.date is None for record in records)
    assert records[0].listing and records[0].key == f"{records[0].listing.page}#1"


def test_what_a_page_says_of_itself_and_of_papers() -> None:
    dense = read_with(HF, DENSE.encode())[0]
    assert dense[1].links == (Link("code", "https://github.com/brass/gears"),)
    airy = read_with(HF, AIRY.encode())[0]
    assert [r.listing.date_line for r in airy if r.listing] == ["Mar 11", "Mar 11"]
    html = read_with(HF, HF_HTML.encode())[0]
    assert html[0].ids == (Identifier("arxiv", "2403.01234"),)
    topics = read_with(AIT, TOPICS.encode())[0]
    assert [r.venue for r in topics] == ["Proceedings of Invented Things", "Brass Letters"]
    saved = read_with(AIT, AIT_HTML.encode())[0]
    assert [r.venue for r in saved] == ["Proceedings of Invented Things", "Brass Letters"]
    assert saved[0].ids == (Identifier("doi", "10.1000/w.1"),)
    assert saved[0].listing and saved[0].listing.date_line == "Dec-10-2023"


def test_a_missing_half_is_reported_and_the_turn_is_found_again() -> None:
    page = DENSE + f"An Orphan\nWhole Again\n{LONG_A}\n{LONG_B}\nThe End\n"
    records, bad = read_with(HF, page.encode())
    assert [r.title for r in records] == ["Turning Widgets", "Gears That Hold", "Whole Again"]
    assert bad == [
        BadRow("file", 7, "this title has no abstract below it"),
        BadRow("file", 10, "this abstract has no title above it"),
        BadRow("file", 11, "this title has no abstract below it"),
    ]
    records, bad = read_with(AIT, (TOPICS + f"\nOnly a Title\n{LONG_A}\nLeft\n").encode())
    assert len(records) == 2
    assert [row.reason for row in bad] == [
        "this abstract has no title and source above it",
        "this line has no abstract below it",
    ]


def test_the_same_page_gives_the_same_records() -> None:
    first, again = (read_with(HF, AIRY.encode())[0] for _ in range(2))
    assert [r.to_json() for r in first] == [r.to_json() for r in again]
    other = read_with(HF, (AIRY + "\n").encode())[0]
    assert {r.key for r in first}.isdisjoint(r.key for r in other)


@pytest.mark.parametrize(
    "text",
    [
        "Plotting\n\nA diary about plots in gardens.\n\nMore of it.\n\nAnd more.\n",
        "My notes\n\nGet trending shoes!\n",
        "Subscribe\n\nTurning Widgets\n\n" + LONG_A,
        "<html><body><h3>Widgets</h3><p>Gears</p></body></html>",
        "",
    ],
)
def test_other_texts_are_not_claimed(text: str) -> None:
    assert claimed_by(text.encode(), "notes.txt") == []


@pytest.mark.parametrize(
    ("form", "page"),
    [(HF, "Get trending papers in your email inbox!\n"), (AIT, "<html>aitopics.org</html>")],
)
def test_a_page_without_papers_says_so(form: HuggingFacePage | AITopicsPage, page: str) -> None:
    with pytest.raises(BadFileError, match="no papers on it"):
        read_with(form, page.encode())


def test_the_founding_pages_have_483_rows_of_451_papers() -> None:
    files = sorted(PAGES.glob("0*.txt"))
    if not files:
        pytest.skip("the founding pages are not beside this checkout")
    counts, titles, links = [], set(), set()
    for file in files:
        data = file.read_bytes()
        form = AIT if file.name.startswith("000") else HF
        assert claimed_by(data, file.name) == [form.name]
        records, bad = read_with(form, data)
        assert bad == []
        counts.append(len(records))
        titles |= {record.title for record in records}
        links |= {link for record in records for link in record.links}
        chrome = ("Subscribe", "byAK", "Mar ", "Get trending", "new")
        assert not [r.title for r in records if r.title.startswith(chrome)]
    assert counts == [9, 202, 73, 199]
    assert len(titles) == 451
    assert not [link.url for link in links if link.url[-1] in ".,;)}"]
    assert sum(link.rel == "code" for link in links) > 70
