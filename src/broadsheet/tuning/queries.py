"""What a reader searches for: the queries by which search is tuned."""

from __future__ import annotations

import re
from collections.abc import Iterator

from broadsheet.errors import InvalidQueryError
from broadsheet.people import Reader
from broadsheet.ports import Store
from broadsheet.query import Query, Word
from broadsheet.query.parser import parse
from broadsheet.text import clean_line
from broadsheet.trends.words import STOP_WORDS

MOST_QUERIES = 60
LONGEST = 300
MOST_WORDS = 4
_MOST_TITLES = 40
_BETWEEN = re.compile(r"[^\w]+")


def find_queries(store: Store, reader: Reader) -> list[str]:
    """A reader's saved searches, the names of their shelves, and words of the titles of what was
    saved last."""
    found = (text for text in _collect(store, reader) if understand(text).terms)
    return list(dict.fromkeys(found))[:MOST_QUERIES]


def _collect(store: Store, reader: Reader) -> Iterator[str]:
    for search in store.get_searches(reader.id):
        if len(search.query) <= LONGEST:
            yield search.query
    shelves = store.get_shelves(reader.id)
    yield from (as_words(shelf.name) for shelf in shelves)
    saved = store.get_saved([shelf.id for shelf in shelves], limit=_MOST_TITLES)
    works = store.get_works([each.work_id for each in saved])
    yield from (shorten(works[each.work_id].title) for each in saved if each.work_id in works)


def shorten(title: str) -> str:
    """A title as somebody would search for its topic: the longest of the words that are not in
    papers of every kind, in their order. Frequent words are short (Zipf 1935)."""
    words = dict.fromkeys(as_words(title).split())
    telling = [word for word in words if word not in STOP_WORDS] or [*words]
    longest = sorted(telling, key=len, reverse=True)[:MOST_WORDS]
    return " ".join(word for word in telling if word in longest)


def as_words(title: str) -> str:
    """A name or a title as somebody would type it: no sign in it is one of the query language."""
    return clean_line(_BETWEEN.sub(" ", title.casefold()))[:LONGEST]


def understand(text: str) -> Query:
    """A query as it is searched; what the parser refuses, as plain words."""
    try:
        return parse(text)
    except InvalidQueryError:
        return Query(text=text, terms=tuple(map(Word, text.split())))
