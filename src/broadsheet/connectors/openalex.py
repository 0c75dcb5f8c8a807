"""OpenAlex: citations, venue, open-access link and retractions, for up to 50 papers at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import quote

from broadsheet.connectors.enriching import (
    RETRACTED,
    Told,
    arxiv_doi,
    gather,
    ids_of,
    key_of,
    pair_by_doi,
    plain,
    venue_of,
)
from broadsheet.connectors.json_answers import (
    MAX_NAME,
    Object,
    count_of,
    date_of,
    link_of,
    object_of,
    objects_of,
    parse_object,
    text_of,
)
from broadsheet.connectors.rows import (
    MAX_ABSTRACT,
    MAX_TITLE,
    RowError,
    clean_names,
    need_title,
)
from broadsheet.errors import SourceBrokenError, SourceRequestError
from broadsheet.model import Identifier, Link, Record
from broadsheet.ports import Web
from broadsheet.sources import Batch, Raw
from broadsheet.text import clean_abstract, clean_title

SITE = "https://api.openalex.org"
FIELDS = (
    "doi,display_name,publication_date,authorships,primary_location,open_access,cited_by_count,"
    "referenced_works_count,is_retracted,abstract_inverted_index"
)
MAX_WORDS = 20_000
_SEPARATORS = frozenset("|,")


class OpenAlex:
    kind = "openalex"
    summary = "OpenAlex: citations, venue, open-access link, retractions (needs a free key)"
    schemes: tuple[str, ...] = ("doi", "arxiv")
    size = 50

    def __init__(self, key: str) -> None:
        self._key = key

    def ready(self) -> str:
        if self._key:
            return ""
        return "OpenAlex is not asked without a key; give one as openalex_key in the settings."

    def fetch(self, ids: Sequence[Identifier], web: Web, *, mirror: str = "") -> Raw:
        names = [arxiv_doi(value) if scheme == "arxiv" else value for scheme, value in ids]
        able = [quote(name, safe="/") for name in names if _SEPARATORS.isdisjoint(name)]
        if not able:
            raise SourceRequestError("OpenAlex cannot be asked for DOIs with commas or bars.", 400)
        url = (
            f"{mirror or SITE}/works?filter=doi:{'|'.join(able)}"
            f"&per-page={self.size}&select={FIELDS}"
        )
        answer = web.get(f"{url}&api_key={quote(self._key, safe='')}", accept="application/json")
        return Raw("works", None, replace(answer, url=url))  # the key is nobody's to read

    def parse(self, ids: Sequence[Identifier], raw: Raw) -> Batch:
        if raw.answer.status == 404:
            return Batch()
        body = parse_object(raw.answer.body)
        if not isinstance(body.get("results"), list):
            raise SourceBrokenError("OpenAlex sent an answer without results.")
        return gather(pair_by_doi(ids, objects_of(body, "results"), "doi"), _tell)


def _tell(raw: Object, asked: Identifier) -> Told:
    place = object_of(object_of(raw, "primary_location"), "source")
    names = (
        text_of(object_of(each, "author"), "display_name", MAX_NAME)
        for each in objects_of(raw, "authorships")
    )
    retracted = raw.get("is_retracted") is True
    link = _open_access(object_of(raw, "open_access"))
    record = Record(
        source=OpenAlex.kind,
        key=key_of(asked),
        title=need_title(plain(text_of(raw, "display_name", MAX_TITLE))),
        abstract=clean_abstract(plain(rebuild(object_of(raw, "abstract_inverted_index")))),
        authors=clean_names(names),
        ids=ids_of(asked, ()),
        venue=None
        if text_of(place, "type") == "repository"
        else venue_of(clean_title(text_of(place, "display_name"))),
        status=RETRACTED if retracted else None,
        date=date_of(raw, "publication_date", "published"),
        links=(link,) if link else (),
        withdrawn=retracted,
    )
    return record, {
        "citations": count_of(raw, "cited_by_count"),
        "references": count_of(raw, "referenced_works_count"),
    }


def _open_access(raw: Object) -> Link | None:
    url = text_of(raw, "oa_url")
    return link_of("pdf" if url.lower().endswith(".pdf") else "page", url)


def rebuild(index: Object) -> str:
    """An abstract from its inverted index, which gives each word with the places where it stands.

    What is no place is left out. Raises RowError for more than `MAX_WORDS` words, or more than
    `MAX_ABSTRACT` characters: a long word with many places would be a very long text.
    """
    words: dict[int, str] = {}
    size = 0
    for word, places in index.items():
        if not isinstance(places, list):
            continue
        size += (len(word) + 1) * len(places)
        if size > MAX_ABSTRACT or len(words) + len(places) > MAX_WORDS:
            raise RowError(f"its abstract has more than {MAX_ABSTRACT:,} characters")
        words.update((place, word) for place in places if type(place) is int and place >= 0)
    return " ".join(words[place] for place in sorted(words))
