"""Crossref: what publishers registered under a DOI, for up to 20 papers at once; no key."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote

from broadsheet.connectors.enriching import (
    RETRACTED,
    Told,
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
    list_of,
    object_of,
    objects_of,
    parse_object,
    text_of,
    texts_of,
)
from broadsheet.connectors.rows import (
    MAX_ABSTRACT,
    clean_names,
    extras,
    flip_name,
    make_date,
    need_title,
)
from broadsheet.errors import SourceBrokenError, SourceRequestError
from broadsheet.model import Identifier, PaperDate, Record
from broadsheet.ports import Web
from broadsheet.sources import Batch, Raw
from broadsheet.text import clean_abstract, clean_title

SITE = "https://api.crossref.org"
FIELDS = "DOI,title,subtitle,container-title,abstract,author,issued,is-referenced-by-count,"
FIELDS += "update-to,updated-by"

_HEADING = re.compile(r"<jats:title>[^<]{0,100}</jats:title>")
_TAKEN_BACK = frozenset({"retraction", "withdrawal", "removal"})


class Crossref:
    kind = "crossref"
    summary = "Crossref: citations, venue and retractions of papers with a DOI"
    schemes: tuple[str, ...] = ("doi",)
    size = 20

    def ready(self) -> str:
        return ""

    def fetch(self, ids: Sequence[Identifier], web: Web, *, mirror: str = "") -> Raw:
        able = [f"doi:{quote(value, safe='/')}" for _, value in ids if "," not in value]
        if not able:
            raise SourceRequestError("Crossref cannot be asked for DOIs with commas.", 400)
        answer = web.get(
            f"{mirror or SITE}/works?filter={','.join(able)}&rows={self.size}&select={FIELDS}",
            accept="application/json",
        )
        return Raw("works", None, answer)

    def parse(self, ids: Sequence[Identifier], raw: Raw) -> Batch:
        if raw.answer.status == 404:
            return Batch()
        message = object_of(parse_object(raw.answer.body), "message")
        if not isinstance(message.get("items"), list):
            raise SourceBrokenError("Crossref sent an answer without items.")
        return gather(pair_by_doi(ids, objects_of(message, "items"), "DOI"), _tell)


def _tell(raw: Object, asked: Identifier) -> Told:
    retracted = any(kind in _TAKEN_BACK for kind, _ in _updates(raw, "updated-by"))
    record = Record(
        source=Crossref.kind,
        key=key_of(asked),
        title=need_title(_title_of(raw)),
        abstract=_abstract_of(raw),
        authors=clean_names(plain(_name_of(author)) for author in objects_of(raw, "author")),
        ids=ids_of(asked, ()),
        venue=venue_of(clean_title(plain(_first(raw, "container-title")))),
        status=RETRACTED if retracted else None,
        date=_date_of(raw),
        withdrawn=retracted,
        extra=extras(
            *(("notice", f"{kind} of {doi}") for kind, doi in _updates(raw, "update-to")[:10])
        ),
    )
    return record, {"citations": count_of(raw, "is-referenced-by-count")}


def _first(raw: Object, name: str) -> str:
    return next(iter(texts_of(raw, name)), "")


def _title_of(raw: Object) -> str:
    """The title with its subtitle, which some publishers register apart."""
    title, subtitle = plain(_first(raw, "title")), plain(_first(raw, "subtitle"))
    if not subtitle or subtitle.lower() in title.lower():
        return title
    return f"{title.rstrip(': ')}: {subtitle}"


def _abstract_of(raw: Object) -> str:
    """The abstract as text; it comes as XML, mostly under a heading that says "Abstract"."""
    return clean_abstract(plain(_HEADING.sub("", text_of(raw, "abstract", MAX_ABSTRACT))))


def _name_of(author: Object) -> str:
    """A person's name; where there is but one part, or a group, it is the family name or `name`."""
    family, given = (text_of(author, part, MAX_NAME) for part in ("family", "given"))
    return flip_name(family, given) or text_of(author, "name", MAX_NAME)


def _date_of(raw: Object) -> PaperDate | None:
    """The earliest date of publication; only its year is sure."""
    parts = list_of(object_of(raw, "issued"), "date-parts")
    first = parts[0] if parts and isinstance(parts[0], list) else []
    numbers = [part for part in first[:3] if type(part) is int]
    year, month, day = (*numbers, None, None, None)[:3]
    return make_date(year or 0, month, day, "published")


def _updates(raw: Object, name: str) -> list[tuple[str, str]]:
    """What kind of notice, and on or by which DOI."""
    return [(text_of(each, "type"), text_of(each, "DOI")) for each in objects_of(raw, name)]
