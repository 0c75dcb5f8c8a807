from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from broadsheet.model import Identifier, PaperDate, Work
from broadsheet.sources import Outcome
from broadsheet.web import wording
from broadsheet.web.wording import (
    identifier_link,
    safe_address,
    say_count,
    say_date,
    say_source,
    say_venue,
)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("2024-03-07", "7 March 2024"),
        ("2024-12", "December 2024"),
        ("1999", "1999"),
        ("2024-13", "2024-13"),
        ("<b>", "<b>"),
    ],
)
def test_dates(value: str, words: str) -> None:
    assert say_date(value) == words


@pytest.mark.parametrize(
    ("venue", "status", "words"),
    [
        ("ICLR", "Poster", "ICLR 2023"),
        ("ICLR 2023", None, "ICLR 2023"),
        ("ICLR", "Reject", "submitted to ICLR 2023, not accepted"),
        ("ICLR", "withdrawn", "submitted to ICLR 2023, withdrawn"),
        (None, "Withdrawn from ICLR", "Withdrawn from ICLR"),
        (None, None, ""),
    ],
)
def test_a_paper_that_was_turned_down_is_not_said_to_be_published_there(
    venue: str | None, status: str | None, words: str
) -> None:
    assert say_venue(venue, status, PaperDate("2023", "venue_year")) == words


def test_counts_and_sources() -> None:
    assert say_count(1, "paper") == "1 paper"
    assert say_count(1234, "paper") == "1,234 papers"
    names = ("arxiv", "acl", "bibtex", "new")
    assert [*map(say_source, names)] == ["arXiv", "ACL Anthology", "BibTeX file", "new"]


def test_identifiers_lead_to_their_homes() -> None:
    assert identifier_link(Identifier("arxiv", "hep-th/9901001")) == (
        "arXiv",
        "hep-th/9901001",
        "https://arxiv.org/abs/hep-th/9901001",
    )
    assert identifier_link(Identifier("venue", "ICML2023:x"))[2] is None
    hostile = identifier_link(Identifier("openreview", 'a&b="<'))[2]
    assert hostile == "https://openreview.net/forum?id=a%26b%3D%22%3C"


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "https:///path",
        "https://[broken",
        "ftp://host/x",
        "",
        "https://host/a b",
        "https://host/\u202egpj",
    ],
)
def test_addresses_that_no_page_links_to(address: str) -> None:
    """Break: drop the test for the scheme in safe_address."""
    assert safe_address(address) is None


def test_ordinary_addresses_pass() -> None:
    assert safe_address("https://github.com/a/b?c=d#e") == "https://github.com/a/b?c=d#e"
    assert safe_address("http://example.org") == "http://example.org"


def test_days_moments_and_numbers() -> None:
    assert wording.say_day(date(2026, 11, 20)) == "Friday 20 November 2026"
    assert wording.say_day(date.min) == "Monday 1 January 0001"
    moment = datetime(2026, 11, 20, 4, 5, tzinfo=UTC)
    assert wording.say_moment(moment) == "20 November 2026, 04:05 UTC"
    assert [wording.say_number(n) for n in (1234.0, 0.5, -2.0)] == ["1,234", "0.5", "-2"]


def test_every_outcome_has_its_words() -> None:
    assert set(wording.OUTCOMES) == set(Outcome)


def test_what_a_reader_must_know_first() -> None:
    assert wording.say_flags(Work(1, "t")) == ()
    assert wording.say_flags(Work(1, "t", kind="news", withdrawn=True)) == ("News", "Withdrawn")
