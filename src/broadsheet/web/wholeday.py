"""The page of all papers of a day, also of those that had no room in its edition. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from broadsheet.edition import Edition
from broadsheet.library import Page
from broadsheet.press.categories import name_category
from broadsheet.web import links, wording
from broadsheet.web.editionview import edition_url, say_title
from broadsheet.web.entries import EntryView, Known, view_work


@dataclass(frozen=True, slots=True)
class WholeDay:
    """A page of them; `before` and `after` are addresses, "" at the ends."""

    title: str
    count: str
    edition: str
    entries: tuple[EntryView, ...]
    before: str
    after: str


def view_whole_day(
    edition: Edition, found: Page, known: Known, *, category: str, page: int, size: int
) -> WholeDay:
    """What the page shows."""
    start = (page - 1) * size + 1
    count = wording.say_count(found.results.total, "paper")
    return WholeDay(
        title=say_title(edition),
        count=f"{count} in {name_category(category)}" if category else count,
        edition=edition_url(edition.scope, edition.name),
        entries=tuple(
            view_work(each.work, place, known) for place, each in enumerate(found.shown, start)
        ),
        before=links.whole_day_url(edition.name, category, page - 1) if page > 1 else "",
        after=links.whole_day_url(edition.name, category, page + 1) if found.results.more else "",
    )
