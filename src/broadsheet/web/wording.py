"""How facts of the model read on a page: dates, venues, sources, identifiers. Pure."""

from __future__ import annotations

import re
import shlex
from datetime import date, datetime
from functools import cache
from urllib.parse import quote, urlsplit

from broadsheet.model import Identifier, PaperDate, Spoke, Work
from broadsheet.sources import Outcome

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

FILES = {
    "aitopics": "AITopics",
    "bibtex": "BibTeX file",
    "ris": "RIS file",
    "csl": "CSL-JSON file",
    "demo": "Demo library",
}

SPOKE = {Spoke.WORDS: "words", Spoke.MEANING: "meaning", Spoke.BOTH: "words and meaning"}

DATE_KINDS = {
    "submitted": "submitted",
    "listed": "first listed",
    "published": "published",
    "month_from_id": "month read from the arXiv number",
    "venue_year": "year of the venue",
}

SCHEMES = {
    "arxiv": ("arXiv", "https://arxiv.org/abs/"),
    "doi": ("DOI", "https://doi.org/"),
    "openreview": ("OpenReview", "https://openreview.net/forum?id="),
    "acl": ("ACL Anthology", "https://aclanthology.org/"),
    "pmid": ("PubMed", "https://pubmed.ncbi.nlm.nih.gov/"),
    "venue": ("Venue's own", ""),
}

LINK_NAMES = {
    "code": "Code",
    "project": "Project page",
    "data": "Data",
    "pdf": "PDF",
    "page": "Page",
}

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

OUTCOMES = {
    Outcome.DONE: "done",
    Outcome.UNCHANGED: "nothing new",
    Outcome.WAITING: "has to wait",
    Outcome.BROKEN: "not understood",
    Outcome.REFUSED: "refused",
    Outcome.STOPPED: "stopped",
    Outcome.BUSY: "another process was at it",
}

_NOT_PUBLISHED = {"reject": "not accepted", "withdraw": "withdrawn"}


def say_date(value: str) -> str:
    """An ISO prefix in words: "17 March 2024", "March 2024", "2024"; anything else as it is."""
    found = re.fullmatch(r"([0-9]{4})(?:-(0[1-9]|1[0-2])(?:-([0-9]{2}))?)?", value)
    if not found:
        return value
    year, month, day = found.groups()
    words = [str(int(day))] if day else []
    if month:
        words.append(MONTHS[int(month) - 1])
    return " ".join([*words, year])


def say_day(day: date) -> str:
    """A day in full: "Friday 20 November 2026"."""
    return f"{WEEKDAYS[day.weekday()]} {say_date(day.isoformat())}"


def say_full_day(day: date) -> str:
    """A day as a masthead has it: "Friday, 17 April 2026"."""
    return f"{WEEKDAYS[day.weekday()]}, {say_date(day.isoformat())}"


def say_short(day: str) -> str:
    """An ISO day without its year: "16 April"."""
    return say_date(day).rsplit(" ", 1)[0]


def say_span(first: date, last: date) -> str:
    """Two days of the same time: "13 to 19 April 2026", "30 March to 5 April 2026"."""
    start = str(first.day)
    if first.month != last.month:
        start = say_short(first.isoformat())
    if first.year != last.year:
        start = say_date(first.isoformat())
    return f"{start} to {say_date(last.isoformat())}"


def say_moment(moment: datetime) -> str:
    """A moment: "20 November 2026, 04:10 UTC"."""
    return f"{say_date(moment.date().isoformat())}, {moment:%H:%M} UTC"


def say_number(value: float) -> str:
    """A number as short as it is: "1,234", "0.5"."""
    return f"{value:,.0f}" if value == int(value) else f"{value:,.4g}"


def say_date_kind(date: PaperDate) -> str:
    """What the date dates, in words."""
    return DATE_KINDS.get(date.kind, date.kind.replace("_", " "))


def say_source(name: str) -> str:
    """A source's name as people know it."""
    return FILES.get(name) or _titles().get(name, name)


@cache
def _titles() -> dict[str, str]:
    """Those of live sources, as their connectors have them."""
    from broadsheet.wiring import list_kinds

    return {each.kind: each.title for each in list_kinds()}


def say_venue(venue: str | None, status: str | None, date: PaperDate | None) -> str:
    """Venue, year and status in one line; a paper that was turned down was not published there."""
    if not venue:
        return status or ""
    named = venue
    if date and date.kind == "venue_year" and date.value[:4] not in venue:
        named = f"{venue} {date.value[:4]}"
    for beginning, outcome in _NOT_PUBLISHED.items():
        if (status or "").lower().startswith(beginning):
            return f"submitted to {named}, {outcome}"
    return named


def say_flags(work: Work) -> tuple[str, ...]:
    """What a reader must know before anything else."""
    news = ("News",) if work.kind == "news" else ()
    return (*news, "Withdrawn") if work.withdrawn else news


def say_count(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun: "1 paper", "1,234 papers"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def identifier_link(identifier: Identifier) -> tuple[str, str, str | None]:
    """(name of the scheme, value, address or None where the scheme has none)."""
    name, base = SCHEMES.get(identifier.scheme, (identifier.scheme, ""))
    address = base + quote(identifier.value, safe="/:;()." if "?" not in base else "")
    return name, identifier.value, address if base else None


def safe_address(address: str) -> str | None:
    """The address if it is one that a page may link to (http or https, with a host), else None."""
    if not address.isprintable() or " " in address:
        return None
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return None
    return address if parts.scheme in {"http", "https"} and host else None


def resume_command(source: str) -> str:
    """The command that lets a source go on."""
    return f"broadsheet source resume {shlex.quote(source)}"
