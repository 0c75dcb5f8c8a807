"""Works made ready to be shown: what a search or a list of papers answers with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from broadsheet.model import Hit, Results, Sort, Span, Work
from broadsheet.ports import Index, Store
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


def show(
    store: Store, index: Index, query: Query, hits: Sequence[Hit], highlights: bool = False
) -> tuple[Shown, ...]:
    """Hits with their works, in the same order, and with what `query` marks in them if `highlights`
    are wanted; those whose work is gone are left out."""
    works = store.get_works([hit.work_id for hit in hits])
    hits = [hit for hit in hits if hit.work_id in works]
    found = [works[hit.work_id] for hit in hits]
    if not highlights or not query.terms:
        return tuple(map(Shown, hits, found))
    # In one go: what words are to be marked is found once.
    marked = index.highlight(query, [*(w.title for w in found), *(w.text for w in found)])
    spans = [tuple(Span(*pair) for pair in each) for each in marked]
    return tuple(map(Shown, hits, found, spans[: len(found)], spans[len(found) :]))


def arrange(shown: Sequence[Shown], sort: Sort, standing: Mapping[int, float]) -> tuple[Shown, ...]:
    """As `Index.search` orders results; by relevance they are in order already."""
    if sort is Sort.RELEVANCE:
        return tuple(shown)
    dated = sorted(shown, key=lambda one: one.work.id, reverse=True)
    dated.sort(key=lambda one: one.work.date.value if one.work.date else "", reverse=True)
    if sort is Sort.OLDEST:
        dated.reverse()
    return tuple(sorted(dated, key=lambda one: -standing.get(one.work.id, float("-inf"))))
