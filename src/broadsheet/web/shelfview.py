"""What the page of a shelf shows. Pure; templates only print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from broadsheet.library import Page
from broadsheet.people import Reader, Sharing, Shelf
from broadsheet.shelves import OnShelf
from broadsheet.web import links
from broadsheet.web.entries import EntryView, Known, view_work

SHELF_PAGE = 50

SHARING = {
    Sharing.NOBODY: "only you",
    Sharing.LINK: "whoever has its link",
    Sharing.INSTANCE: "everybody of this Broadsheet",
}


@dataclass(frozen=True, slots=True)
class Found:
    """What a search within shelves found; `total` may be more than is shown."""

    entries: tuple[EntryView, ...]
    total: int


@dataclass(frozen=True, slots=True)
class ShelfView:
    """A shelf as one viewer sees it. `exports` are (name, address); `link` is what can be given
    to others, "" where it is shared with nobody; `private` begins the addresses of its files for
    the owner's own programs, "" where they need none; `own` says that it is the viewer's."""

    shelf: Shelf
    owner: Reader | None
    own: bool
    sharing: tuple[tuple[str, str, bool], ...]
    seen_by: str
    entries: tuple[EntryView, ...]
    exports: tuple[tuple[str, str], ...]
    feed: str
    link: str
    private: str
    before: str
    after: str


def view_found(page: Page, known: Known) -> Found:
    """The papers that a search found on shelves."""
    entries = tuple(view_work(each.work, n, known) for n, each in enumerate(page.shown, 1))
    return Found(entries, max(page.results.total, len(entries)))


def view_shelf(
    shelf: Shelf,
    papers: Sequence[OnShelf],
    known: Known,
    owner: Reader | None,
    *,
    own: bool,
    page: int,
    token: str,
    files_token: str = "",
) -> ShelfView:
    """Everything the page of a shelf shows; one paper more than a page holds says that there is a
    next one. Notes are shown with the shelf: who may see it may read them."""
    start, base = (page - 1) * SHELF_PAGE, f"/shelf/{shelf.id}"
    link = f"{base}/link.{token}" if token else ""
    private = f"{base}/link.{files_token}" if files_token else ""
    files = f"{link or private}." if link or private else f"{base}/export."
    here = base if own or not link else link
    return ShelfView(
        shelf=shelf,
        owner=owner,
        own=own,
        sharing=tuple((s.value, SHARING[s], s is shelf.sharing) for s in Sharing),
        seen_by=SHARING[shelf.sharing],
        entries=tuple(
            view_work(each.work, start + n, known, note=each.saved.note, noting=own)
            for n, each in enumerate(papers[:SHELF_PAGE], 1)
        ),
        exports=tuple((name, f"{files}{suffix}") for suffix, name in links.EXPORT_NAMES.items()),
        feed=f"{files}atom",
        link=link,
        private=private,
        before=f"{here}?page={page - 1}" if page > 1 else "",
        after=f"{here}?page={page + 1}" if len(papers) > SHELF_PAGE else "",
    )
