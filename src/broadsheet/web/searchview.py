"""What a search page shows, worked out from the library's answer. Pure; templates only print."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from broadsheet.library import Page, Shown
from broadsheet.model import FacetCount, Matching, Sort, Spoke, Work
from broadsheet.query.render import field_filter
from broadsheet.web import links, wording
from broadsheet.web.chart import Chart, draw_chart
from broadsheet.web.marks import excerpt, mark
from broadsheet.web.narrowing import Narrowing, say_filter
from broadsheet.web.requests import DEEPEST, SearchRequest

FACETS = {"category": "Category", "venue": "Venue", "year": "Year", "source": "Source"}
_SORTS = {Sort.RELEVANCE: "Relevance", Sort.NEWEST: "Newest", Sort.OLDEST: "Oldest"}
_SHOWN_AT_ONCE = 8
_MOST_CHOICES = 40
_BYLINE_AUTHORS = 4


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet; `url` adds it as a filter or, if it is active, takes it out."""

    label: str
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
    """One result."""

    url: str
    title: Markup
    flags: tuple[str, ...]
    kicker: str
    authors: tuple[tuple[str, str], ...]
    other_authors: int
    date: str
    excerpt: Markup
    is_summary: bool
    spoke: str | None
    links: tuple[tuple[str, str], ...]


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
    past_the_end: bool


def view_search(request: SearchRequest, page: Page) -> SearchView:
    """Everything a search page shows."""
    text, sort, results = request.text, request.sort, page.results
    around = Narrowing(page.query)
    ranked = bool(page.query.terms)
    return SearchView(
        request=request,
        summary=_summary(request, page),
        notes=_notes(page),
        facets=_facets(around, sort, page),
        chips=tuple(
            Chip(say_filter(node), links.search_url(around.without(node), sort))
            for node in around.filters
        ),
        chart=draw_chart(results.months, lambda dates: links.search_url(around.at(dates), sort)),
        all_dates=links.search_url(around.undated, sort) if around.dated else None,
        items=tuple(_item(shown, ranked) for shown in page.shown),
        sorts=_sorts(request, ranked),
        pager=_pager(request, page),
        exports=links.search_exports(text, sort),
        past_the_end=request.offset > 0 and results.total > 0 and not page.shown,
    )


def _summary(request: SearchRequest, page: Page) -> str:
    """How much was found, in one line."""
    results = page.results
    if not page.query.terms:
        order = "oldest" if request.sort is Sort.OLDEST else "newest"
        return f"{wording.say_count(results.total, 'paper')}, {order} first"
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
    if not results.total and results.hits:
        notes.append("No paper has these words. The ones below come closest in meaning.")
    elif results.matching is Matching.ANY and results.total:
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
    facets = []
    for name, title in FACETS.items():
        counts = page.results.facets.get(name, ())[:_MOST_CHOICES]
        choices = tuple(_choice(around, sort, name, count) for count in counts)
        if choices:
            facets.append(Facet(name, title, choices[:_SHOWN_AT_ONCE], choices[_SHOWN_AT_ONCE:]))
    return tuple(facets)


def _choice(around: Narrowing, sort: Sort, field: str, count: FacetCount) -> Choice:
    wanted, active = field_filter(field, count.value), around.find(field, count.value)
    narrowed = around.at(wanted) if field == "year" else around.plus(wanted)
    return Choice(
        label=wording.say_source(count.value) if field == "source" else count.value,
        count=count.count,
        url=links.search_url(around.without(active) if active else narrowed, sort),
        exclude_url=links.search_url(around.plus(f"-{wanted}"), sort),
        active=active is not None,
    )


def _item(shown: Shown, ranked: bool) -> Item:
    work = shown.work
    kicker = [wording.say_venue(work.venue, work.status, work.date), *work.categories[:3]]
    return Item(
        url=links.paper_url(work.id),
        title=mark(work.title, shown.title_spans),
        flags=wording.say_flags(work),
        kicker=" · ".join(part for part in kicker if part),
        authors=tuple((name, links.author_url(name)) for name in work.authors[:_BYLINE_AUTHORS]),
        other_authors=max(0, len(work.authors) - _BYLINE_AUTHORS),
        date=wording.say_date(work.date.value) if work.date else "",
        excerpt=excerpt(work.text, shown.text_spans),
        is_summary=bool(work.summary and not work.abstract),
        spoke=wording.SPOKE[shown.hit.spoke] if ranked else None,
        links=_ways_out(work),
    )


def _ways_out(work: Work) -> tuple[tuple[str, str], ...]:
    """(name, address) of a result's ways out: its arXiv page or DOI, and its code."""
    named = [wording.identifier_link(identifier) for identifier in work.ids]
    ways = [(name, address) for name, _, address in named if address][:1]
    code = [wording.safe_address(link.url) for link in work.links if link.rel == "code"]
    return (*ways, *(("Code", address) for address in code[:1] if address))


def _pager(request: SearchRequest, page: Page) -> Pager:
    def url(number: int) -> str:
        return links.search_url(request.text, request.sort, number)

    here, count = request.page, len(page.shown)
    deeper = page.results.more and here < DEEPEST // request.limit
    reachable = min(page.results.total, DEEPEST)
    return Pager(
        page=here,
        first=request.offset + 1,
        last=request.offset + count,
        previous=url(here - 1) if here > 1 else None,
        next=url(here + 1) if deeper else None,
        start=url(1),
        end=url(max(1, -(-reachable // request.limit))),
    )
