"""The query tree: what a search text means, as frozen values.

`parser.py` makes it from text, `search/lexical.py` compiles it for the index. The tree keeps
what ranks (`Query.terms`) apart from what only filters (`Query.filters`).

    graph networks "message passing" -survey author:hinton year:2020..2023

    Query(text="graph networks message passing",
          terms=(Word("graph"), Word("networks"), Phrase("message passing")),
          filters=(Not(Word("survey")), FieldIs("author", "hinton"),
                   DateRange(20200101, 20231231)))
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Word:
    """One plain word, searched in title and text."""

    text: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that must stand next to each other, in title or text."""

    text: str


@dataclass(frozen=True, slots=True)
class FieldIs:
    """A field has these words (title, author, abstract) or this value (category, venue, …).

    `field` is one of "title", "author", "abstract", "category", "venue", "source", "id"; `phrase`
    says that the value was quoted.
    """

    field: str
    value: str
    phrase: bool = False


@dataclass(frozen=True, slots=True)
class DateRange:
    """Works dated from `start` to `end`, both included, as YYYYMMDD numbers.

    An open end is 0 or 99991231.
    A work that knows only its month or year is in the range if any of its days could be; with
    `within` only if all of them are, so that ranges side by side share no work.
    """

    start: int
    end: int
    within: bool = False


@dataclass(frozen=True, slots=True)
class HasCode:
    """Works with a link to code."""


@dataclass(frozen=True, slots=True)
class Is:
    """Works that are something: `what` is one of `IS`."""

    what: str


IS = ("withdrawn", "news", "paper")


@dataclass(frozen=True, slots=True)
class Not:
    node: Node


@dataclass(frozen=True, slots=True)
class And:
    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    nodes: tuple[Node, ...]


Node = Word | Phrase | FieldIs | DateRange | HasCode | Is | Not | And | Or


@dataclass(frozen=True, slots=True)
class Query:
    """A whole query: `terms` rank and match, `filters` must all hold, `text` is for embedding.

    `terms` holds words, phrases and OR-groups in the order they were typed. `ids` are (scheme,
    value) pairs of pasted addresses and identifiers: when one of them is in the library it is
    the answer. An empty query (no terms, no filters) matches everything, newest first.
    """

    text: str = ""
    terms: tuple[Node, ...] = ()
    filters: tuple[Node, ...] = ()
    ids: tuple[tuple[str, str], ...] = field(default=())

    @property
    def empty(self) -> bool:
        return not (self.terms or self.filters or self.ids)
