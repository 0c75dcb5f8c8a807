"""Works as CSL-JSON for citation programs, and as JSON lines for our own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson

from broadsheet.exports.entries import WITHDRAWN, Kind, address_of, kind_of, split_name, with_keys
from broadsheet.model import Work
from broadsheet.text import clean_line

_TYPES = {
    Kind.JOURNAL: "article-journal",
    Kind.CONFERENCE: "paper-conference",
    Kind.PREPRINT: "article",
}


def to_csl_json(works: Iterable[Work]) -> str:
    """A list with one item a work."""
    items = [_tidy(_item(key, work)) for key, work in with_keys(works)]
    return orjson.dumps(items, option=orjson.OPT_INDENT_2).decode() + "\n"


def to_jsonl(works: Iterable[Work]) -> str:
    """All that is known of each work (`Work.as_dict`), one line each."""
    return "".join(orjson.dumps(_tidy(work.as_dict())).decode() + "\n" for work in works)


def _item(key: str, work: Work) -> dict[str, Any]:
    arxiv = work.identifier("arxiv")
    item = {
        "id": key,
        "type": _TYPES[kind_of(work)],
        "title": work.title,
        "author": [_name(author) for author in work.authors],
        "issued": {"date-parts": [_date_parts(work.date.value)]} if work.date else None,
        "container-title": work.venue,
        "publisher": "arXiv" if arxiv and not work.venue else None,
        "number": f"arXiv:{arxiv}" if arxiv else None,
        "DOI": work.identifier("doi"),
        "URL": address_of(work),
        "note": WITHDRAWN if work.withdrawn else None,
        "abstract": work.abstract,
    }
    return {name: value for name, value in item.items() if value}


def _name(author: str) -> dict[str, str]:
    family, given = split_name(author)
    return {"family": family, "given": given} if given else {"literal": family}


def _date_parts(value: str) -> list[int]:
    return [int(part) for part in value.split("-") if part.isascii() and part.isdigit()]


def _tidy(value: Any) -> Any:
    """Plain data with every text on one line and free of what JSON cannot carry."""
    if isinstance(value, str):
        return clean_line(value)
    if isinstance(value, dict):
        return {clean_line(name): _tidy(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_tidy(item) for item in value]
    return value
