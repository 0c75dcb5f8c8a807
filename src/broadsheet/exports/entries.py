"""What the styles share: citation keys, parts of names, the kind of a venue, an address."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import NamedTuple

from broadsheet.model import Work
from broadsheet.text import clean_line, fold

_JOURNAL = re.compile(
    r"\b(?:journal|transactions|letters|review|reviews|annals|magazine|j\.|nature|tmlr|jmlr|plos)",
    re.IGNORECASE,
)
_PARTICLES = frozenset(
    {"von", "van", "de", "der", "den", "del", "della", "di", "da", "dos", "du", "la", "le", "ten",
     "ter", "zu", "bin", "ibn"}
)  # fmt: skip
_SUFFIXES = frozenset({"jr.", "jr", "sr.", "sr", "ii", "iii", "iv"})
_GROUPS = frozenset(
    {"collaboration", "committee", "community", "consortium", "foundation", "group", "initiative",
     "network", "organisation", "organization", "project", "team"}
)  # fmt: skip
_DULL = frozenset(
    {"the", "for", "and", "with", "from", "are", "via", "towards", "toward", "using", "how",
     "what", "why", "when", "does", "can"}
)  # fmt: skip
_ADDRESSES = {
    "arxiv": "https://arxiv.org/abs/",
    "openreview": "https://openreview.net/forum?id=",
    "acl": "https://aclanthology.org/",
    "pmid": "https://pubmed.ncbi.nlm.nih.gov/",
    "doi": "https://doi.org/",
}


WITHDRAWN = "withdrawn"
"""The note that a paper gets which was taken back; no style has a field for it."""


class Kind(StrEnum):
    """Where a work appeared, as far as its venue's name tells."""

    JOURNAL = "journal"
    CONFERENCE = "conference"
    PREPRINT = "preprint"


class Name(NamedTuple):
    """A person's name; `given` is empty for one word, a group or what cannot be taken apart."""

    family: str
    given: str = ""


def kind_of(work: Work) -> Kind:
    if not work.venue:
        return Kind.PREPRINT
    return Kind.JOURNAL if _JOURNAL.search(work.venue) else Kind.CONFERENCE


def split_name(name: str) -> Name:
    """ "Ludwig van Beethoven" as family "van Beethoven", given "Ludwig".

    Names with commas, "and" or a suffix stay whole, because no style can be sure of them, and so
    do groups ("The Widget Collaboration").
    """
    words = clean_line(name).split(" ")
    lowered = [word.lower() for word in words]
    if len(words) < 2 or "," in name or "and" in lowered or lowered[-1] in _SUFFIXES | _GROUPS:
        return Name(" ".join(words))
    cut = len(words) - 1
    while cut > 1 and words[cut - 1] in _PARTICLES:
        cut -= 1
    return Name(" ".join(words[cut:]), " ".join(words[:cut]))


def address_of(work: Work) -> str:
    """The work's own page: by its identifiers, or else the first link that is not code."""
    for scheme, prefix in _ADDRESSES.items():
        if value := work.identifier(scheme):
            return prefix + clean_line(value)
    links = (link.url for link in work.links if link.rel in ("page", "pdf", "project"))
    return clean_line(next(links, ""))


def with_keys(works: Iterable[Work]) -> Iterator[tuple[str, Work]]:
    """Each work with its citation key; a work that comes twice gets a letter the second time."""
    seen: dict[str, int] = {}
    for work in works:
        key = citation_key(work)
        seen[key] = count = seen.get(key, 0) + 1
        yield (key if count == 1 else f"{key}x{count}"), work


def citation_key(work: Work) -> str:
    """ "jagadeesan2023improved-12": ASCII, and unique and stable because it ends in the number."""
    family = _ascii(split_name(work.authors[0]).family) if work.authors else ""
    words = (_ascii(word) for word in fold(work.title).split())
    word = next((word for word in words if len(word) > 2 and word not in _DULL), "")
    year = work.date.value[:4] if work.date else ""
    return f"{(family or 'anon')[:30]}{_ascii(year)}{word[:20]}-{work.id}"


def _ascii(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", fold(text))
