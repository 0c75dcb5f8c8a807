"""What a search page shows, worked out from the library's answer. Pure; templates only print."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from markupsafe import Markup

from broadsheet.library import Page, Shown
from broadsheet.model import Matching, Sort, Spoke, Work
from broadsheet.press.categories import name_category
from broadsheet.query import DateRange
from broadsheet.query.parser import parse
from broadsheet.query.render import field_filter
from broadsheet.web import links, wording
from broadsheet.web.chart import Chart, draw_chart
from broadsheet.web.entries import EntryView, Known, view_work
from broadsheet.web.excerpts import excerpt
from broadsheet.web.links import SearchLinks
from broadsheet.web.mathematics import prose
from broadsheet.web.narrowing import Narrowing, say_filter
from broadsheet.web.requests import SearchRequest

NOTHING_KNOWN = Known()
FACETS = {"category": "Category", "venue": "Venue", "year": "Year", "source": "Source"}
_SORTS = {
    Sort.RELEVANCE: "Relevance",
    Sort.NEWEST: "Newest",
    Sort.OLDEST: "Oldest",
    Sort.VOTES: "Votes",
    Sort.CITATIONS: "Citations",
}
_FIRST = {
    Sort.RELEVANCE: "newest",
    Sort.NEWEST: "newest",
    Sort.OLDEST: "oldest",
    Sort.VOTES: "most upvoted",
    Sort.CITATIONS: "most cited",
}
_SHOWN_AT_ONCE = 8
_MOST_CHOICES = 40


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet; `url` adds it as a filter or, if it is active, takes it out. `hint` is
    what a code stands for, or ""."""

    label: str
    hint: str
    count: int
    url: str
    exclude_url: str
    active: bool


@dataclass(frozen=True, slots=True)
class Facet:
    name: str
    title: str
    choices: tuple[Choice, ...]
    more: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that holds; `url` is the search without it."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Item:
    """One result: the paper as in every list, and what was found in it."""

    entry: EntryView
    title: Markup
    excerpt: Markup
    is_summary: bool
    spoke: str | None
    code: str | None


@dataclass(frozen=True, slots=True)
class SortLink:
    label: str
    url: str
    active: bool


@dataclass(frozen=True, slots=True)
class Pager:
    """Where this page lies: results `first` to `last`; None where there is no such page."""

    page: int
    first: int
    last: int
    previous: str | None
    next: str | None
    start: str
    end: str


@dataclass(frozen=True, slots=True)
class SearchView:
    """A page of results; `past_the_end` says that there are some, only not on this page."""

    request: SearchRequest
    summary: str
    notes: tuple[str, ...]
    facets: tuple[Facet, ...]
    chips: tuple[Chip, ...]
    chart: Chart | None
    all_dates: str | None
    items: tuple[Item, ...]
    sorts: tuple[SortLink, ...]
    pager: Pager
    exports: tuple[tuple[str, str], ...]
    plot: str
    map: str
    feed: str
    past_the_end: bool


def view_search(request: SearchRequest, page: Page, known: Known = NOTHING_KNOWN) -> SearchView:
    """Everything a search page shows; `known` is what readers made of its papers."""
    text, sort, results = request.text, request.sort, page.results
    around, ranked = Narrowing(page.query), bool(page.query.terms)
    return SearchView(
        request=request,
        summary=_summary(request, page),
        notes=_notes(page),
        facets=_facets(around, sort, page),
        chips=tuple(
            Chip(say_filter(node), links.search_url(around.without(node), sort))
            for node in around.filters
        ),
        chart=draw_chart(results.months, _bar_links(around, sort)),
        all_dates=links.search_url(around.undated, sort) if around.dated else None,
        items=tuple(
            _item(shown, place, known, ranked)
            for place, shown in enumerate(page.shown, request.offset + 1)
        ),
        sorts=_sorts(request, ranked),
        pager=_pager(request, page),
        exports=links.search_exports(text, sort),
        plot=links.search_url(text, path="/plots"),
        map=links.search_url(text, path="/map"),
        feed=links.search_url(text, path="/feed/search.atom"),
        past_the_end=request.offset > 0 and results.total > 0 and not page.shown,
    )


def _bar_links(around: Narrowing, sort: Sort) -> Callable[[str], str]:
    """Makes the address of a bar from its filters. A bar that a date filter cuts keeps that filter,
    so that its click finds as many papers as it says."""
    if not around.dated:
        return SearchLinks(around.text, sort).plus

    def link(filters: str) -> str:
        dates = next(node for node in parse(filters).filters if isinstance(node, DateRange))
        return SearchLinks(around.around(dates), sort).plus(filters)

    return link


def _summary(request: SearchRequest, page: Page) -> str:
    """How much was found, in one line."""
    results = page.results
    if not page.query.terms:
        return f"{wording.say_count(results.total, 'paper')}, {_FIRST[request.sort]} first"
    # Those found by meaning alone come after the others, perhaps on the next page.
    reached = request.offset + len(results.hits) >= results.total
    near = any(hit.spoke is Spoke.MEANING for hit in results.hits) or (results.more and reached)
    if not results.total:
        return "Close in meaning" if near else "No papers"
    found = wording.say_count(results.total, "paper")
    return f"{found}, and others close in meaning" if near else found


def _notes(page: Page) -> tuple[str, ...]:
    results = page.results
    notes = list(results.notes)
    if results.matching is Matching.ANY and results.total:
        notes.append("Papers with only some of these words count too: not many have all of them.")
    return tuple(notes)


def _sorts(request: SearchRequest, ranked: bool) -> tuple[SortLink, ...]:
    """Links to the orders there are; where nothing ranks, relevance and newest are the same."""
    chosen = request.sort
    if not ranked and chosen is Sort.RELEVANCE:
        chosen = Sort.NEWEST
    return tuple(
        SortLink(label, links.search_url(request.text, sort), sort is chosen)
        for sort, label in _SORTS.items()
        if ranked or sort is not Sort.RELEVANCE
    )


def _facets(around: Narrowing, sort: Sort, page: Page) -> tuple[Facet, ...]:
    narrowed, redated = SearchLinks(around.text, sort), SearchLinks(around.undated, sort)
    facets = []
    for name, title in FACETS.items():
        begin = redated if name == "year" else narrowed
        counts = page.results.facets.get(name, ())[:_MOST_CHOICES]
        choices = []
        for value, count in counts:
            wanted, active = field_filter(name, value), around.find(name, value)
            choices.append(
                Choice(
                    label=wording.say_source(value) if name == "source" else value,
                    hint=name_category(value) if name == "category" else "",
                    count=count,
                    url=links.search_url(around.without(active), sort)
                    if active
                    else begin.plus(wanted),
                    exclude_url=narrowed.plus(f"-{wanted}"),
                    active=active is not None,
                )
            )
        if choices:
            shown, more = tuple(choices[:_SHOWN_AT_ONCE]), tuple(choices[_SHOWN_AT_ONCE:])
            facets.append(Facet(name, title, shown, more))
    return tuple(facets)


def _item(shown: Shown, place: int, known: Known, ranked: bool) -> Item:
    work = shown.work
    return Item(
        entry=view_work(work, place, known, excerpt=False),
        title=prose(work.title, shown.title_spans),
        excerpt=excerpt(work.text, shown.text_spans),
        is_summary=bool(work.summary and not work.abstract),
        spoke=wording.SPOKE[shown.hit.spoke] if ranked else None,
        code=_find_code(work),
    )


def _find_code(work: Work) -> str | None:
    """The address of a result's code."""
    code = (wording.safe_address(link.url) for link in work.links if link.rel == "code")
    return next(filter(None, code), None)


def _pager(request: SearchRequest, page: Page) -> Pager:
    def url(number: int) -> str:
        return links.search_url(request.text, request.sort, number)

    here, count = request.page, len(page.shown)
    return Pager(
        page=here,
        first=request.offset + 1,
        last=request.offset + count,
        previous=url(here - 1) if here > 1 else None,
        next=url(here + 1) if page.results.more else None,
        start=url(1),
        end=url(max(1, -(-page.results.total // request.limit))),
    )
