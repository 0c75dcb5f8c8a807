"""Works made ready to be shown: what a search or a list of papers answers with."""

from __future__ import annotations

from dataclasses import dataclass

from broadsheet.model import Hit, Results, Span, Work
from broadsheet.query import Query


@dataclass(frozen=True, slots=True)
class Shown:
    """A hit made ready to be shown: its work, and what to highlight in title and text."""

    hit: Hit
    work: Work
    title_spans: tuple[Span, ...] = ()
    text_spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a search: the query as understood, the results, and the works to show."""

    query: Query
    results: Results
    shown: tuple[Shown, ...] = ()
