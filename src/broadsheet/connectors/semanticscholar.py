"""Semantic Scholar: citations, venue, DOI and an open-access link, for up to 499 papers at once."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from broadsheet.connectors.enriching import Told, gather, ids_of, key_of, plain, venue_of
from broadsheet.connectors.json_answers import (
    MAX_NAME,
    Object,
    count_of,
    date_of,
    link_of,
    object_of,
    objects_of,
    parse_list,
    text_of,
)
from broadsheet.connectors.rows import (
    MAX_ABSTRACT,
    MAX_TITLE,
    clean_names,
    make_date,
    need_title,
)
from broadsheet.errors import SourceBrokenError
from broadsheet.ids import parse_arxiv, parse_doi
from broadsheet.model import Identifier, PaperDate, Record
from broadsheet.ports import Web
from broadsheet.sources import Batch, Raw
from broadsheet.text import clean_abstract, clean_title

SITE = "https://api.semanticscholar.org"
FIELDS = (
    "title,abstract,venue,year,publicationDate,externalIds,authors,citationCount,"
    "influentialCitationCount,referenceCount,openAccessPdf"
)
FORMS = {"arxiv": "ARXIV", "doi": "DOI", "acl": "ACL", "pmid": "PMID"}
KNOWN = "ARXIV:1706.03762"
"""A paper that it surely knows, asked for with every batch: it answers one of which it knows no
paper at all with 400, as it does a request that is wrong."""


class SemanticScholar:
    kind = "semanticscholar"
    summary = "Semantic Scholar: citations, venue, DOI, open-access link (needs a key)"
    schemes: tuple[str, ...] = tuple(FORMS)
    size = 499

    def __init__(self, key: str) -> None:
        self._key = key

    def ready(self) -> str:
        if self._key:
            return ""
        return (
            "Semantic Scholar is not asked without a key; "
            "give one as semanticscholar_key in the settings."
        )

    def fetch(self, ids: Sequence[Identifier], web: Web, *, mirror: str = "") -> Raw:
        names = [f"{FORMS[scheme]}:{value}" for scheme, value in ids]
        answer = web.post(
            f"{mirror or SITE}/graph/v1/paper/batch?fields={FIELDS}",
            orjson.dumps({"ids": [*names, KNOWN]}),
            headers={"x-api-key": self._key},
        )
        return Raw("works", None, answer)

    def parse(self, ids: Sequence[Identifier], raw: Raw) -> Batch:
        if raw.answer.status == 404:
            return Batch()
        rows = parse_list(raw.answer.body)
        if len(rows) != len(ids) + 1:
            raise SourceBrokenError(
                f"Semantic Scholar was asked about {len(ids) + 1} papers "
                f"and answered about {len(rows)}."
            )
        pairs = zip(ids, rows, strict=False)  # the last row is of the paper that it surely knows
        return gather(((asked, row) for asked, row in pairs if isinstance(row, dict)), _tell)


def _tell(raw: Object, asked: Identifier) -> Told:
    names = object_of(raw, "externalIds")
    arxiv = parse_arxiv(text_of(names, "ArXiv"))
    link = link_of("pdf", text_of(object_of(raw, "openAccessPdf"), "url"))
    record = Record(
        source=SemanticScholar.kind,
        key=key_of(asked),
        title=need_title(plain(text_of(raw, "title", MAX_TITLE))),
        abstract=clean_abstract(plain(text_of(raw, "abstract", MAX_ABSTRACT))),
        authors=clean_names(
            text_of(author, "name", MAX_NAME) for author in objects_of(raw, "authors")
        ),
        ids=ids_of(asked, (arxiv[0] if arxiv else None, parse_doi(text_of(names, "DOI")))),
        venue=venue_of(clean_title(text_of(raw, "venue"))),
        date=_date_of(raw),
        links=(link,) if link else (),
    )
    return record, {
        "citations": count_of(raw, "citationCount"),
        "influential citations": count_of(raw, "influentialCitationCount"),
        "references": count_of(raw, "referenceCount"),
    }


def _date_of(raw: Object) -> PaperDate | None:
    day = date_of(raw, "publicationDate", "published")
    return day or make_date(count_of(raw, "year") or 0, None, None, "published")
