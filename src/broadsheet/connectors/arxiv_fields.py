"""Fields of arXiv's metadata that its snapshot and its live interfaces write in the same way."""

from __future__ import annotations

import re

from broadsheet.connectors.rows import make_date
from broadsheet.ids import parse_doi
from broadsheet.model import Identifier, PaperDate

_AFFILIATION = re.compile(r" ?\([^()]*\)(?=\s*(?:,|and\b|$))")
_BETWEEN = re.compile(r",\s*(?:and\s+)?|\s+and\s+")


def identifiers(arxiv: Identifier, dois: str) -> tuple[Identifier, ...]:
    """The paper's own identifier, and the DOIs in a text that holds one or several."""
    found = (parse_doi(doi) for doi in dois.split()[:10])
    return tuple(dict.fromkeys([arxiv, *(doi for doi in found if doi)]))


def split_people(text: str) -> list[str]:
    """The people in one text, without the affiliations in brackets after their names."""
    # The patterns are linear only in texts whose spaces are single.
    return _BETWEEN.split(_AFFILIATION.sub("", " ".join(text.split())))


def month_of(identifier: str) -> PaperDate | None:
    """The month that an arXiv id names."""
    digits = identifier.rpartition("/")[2]
    year = int(digits[:2])
    century = 1900 if year > 90 else 2000
    return make_date(century + year, int(digits[2:4]), None, "month_from_id")
