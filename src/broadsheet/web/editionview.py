"""What the pages of editions show, worked out from an edition. Pure; templates only print."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from broadsheet.edition import Edition, Entry, Scope, Section
from broadsheet.model import Sort
from broadsheet.press.categories import name_category
from broadsheet.press.matches import say_within
from broadsheet.web import links, wording
from broadsheet.web.entries import NO_SHELF, EntryView, Known, view_printed
from broadsheet.web.toggles import target_of

UNDER = 2
BRIEF = 3
"""A week or month is a digest: of each of its parts it shows so many, and leads to the rest."""
ROW = 6
"""A row of a page is so wide: half and third parts of it are whole numbers."""
SIDE = 5

_WORDS = {Scope.DAY: "day", Scope.WEEK: "week", Scope.MONTH: "month", Scope.READER: "day"}
_MODES = {Scope.DAY: "day", Scope.WEEK: "week", Scope.MONTH: "month", Scope.READER: "yours"}


@dataclass(frozen=True, slots=True)
class Turn:
    """A link to another edition."""

    url: str
    label: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What the press knows of an edition beside what is in it: the names of the one before and of
    the one after, whether it is a back issue, when it goes (or went) to press, and, of an empty
    one, the name of the nearest that was printed."""

    before: str = ""
    after: str = ""
    back_issue: bool = False
    press: datetime | None = None
    nearest: str = ""


@dataclass(frozen=True, slots=True)
class SectionView:
    """A part of the page. `all_url` leads to all of it, `more` says how many those are beyond;
    `code` is what small print says of the title. `two` and `three` are its widths, in sixths of a
    row, where the page has as many columns. A `brief` one shows no abstracts;
    `shelf` is the reader's shelf whose section it is, or 0."""

    key: str
    title: str
    entries: tuple[EntryView, ...]
    note: str
    more: int
    all_url: str
    code: str = ""
    brief: bool = False
    shelf: int = 0
    two: int = ROW
    three: int = ROW


@dataclass(frozen=True, slots=True)
class EditionView:
    """A whole edition. Where its first section is a ranked one, `lead` is the first story, `under`
    and `side` are those below and beside it, and `rest` is what is left of that section."""

    title: str
    number: str
    state: str
    receipt: str
    receipt_url: str
    quiet: str
    example: str
    place: str
    lead: EntryView | None
    lead_text: str
    opening: SectionView | None
    under: tuple[EntryView, ...]
    side: tuple[EntryView, ...]
    rest: tuple[EntryView, ...]
    sections: tuple[SectionView, ...]
    before: Turn | None
    after: Turn | None
    nearest: Turn | None
    forms: tuple[Turn, ...]


def edition_url(scope: Scope, name: str) -> str:
    """The permanent address of an edition."""
    return f"/{_MODES[scope]}/{name}"


def say_title(edition: Edition) -> str:
    """What an edition covers: "Friday, 17 April 2026", "Week 16, 13 to 19 April 2026", …"""
    if edition.scope is Scope.MONTH:
        return wording.say_date(edition.name)
    if edition.scope is Scope.WEEK:
        return f"Week {int(edition.name[-2:])}, {wording.say_span(edition.first, edition.last)}"
    return wording.say_full_day(edition.last)


def view_edition(edition: Edition, known: Known, standing: Standing) -> EditionView:
    """Everything an edition's page shows."""
    url = edition_url(edition.scope, edition.name)
    day = edition.name if edition.scope is Scope.DAY else ""
    parts = [view_section(section, known, day) for section in edition.sections]
    if edition.scope is Scope.READER:  # what a reader keeps may be quiet: that is said at the end
        parts.sort(key=lambda part: not part.entries)
    opening = parts[0] if parts and parts[0].entries else None
    stories = opening.entries if opening else ()
    # Two or three stories stand below each other, four or five beside the lead, more around it.
    under = UNDER if len(stories) <= UNDER + 1 or len(stories) > SIDE else 0
    return EditionView(
        title=say_title(edition),
        number=f"No. {edition.number}" if edition.number else _unprinted(standing),
        state=_state(edition, standing),
        receipt=edition.receipt,
        receipt_url="/receipts",
        quiet=edition.quiet,
        example=_say_example(edition),
        place=f"{edition.scope.value} {edition.name}",
        lead=stories[0] if stories else None,
        lead_text=edition.lead,
        opening=opening,
        under=stories[1 : under + 1],
        side=stories[under + 1 : under + SIDE + 1],
        rest=stories[under + SIDE + 1 :],
        sections=tuple(set_in_rows(parts[1:] if opening else parts)),
        before=_turn(edition.scope, standing.before),
        after=_turn(edition.scope, standing.after),
        nearest=_turn(edition.scope, standing.nearest),
        forms=tuple(
            Turn(f"{url}.{ending}", label)
            for ending, label in (("md", "Markdown"), ("json", "JSON"), ("atom", "Atom"))
        ),
    )


def view_section(section: Section, known: Known, of_day: str = "") -> SectionView:
    """A section with its papers; `of_day` is the name of the day's edition that it is part of."""
    key = anchor(section.key)
    category = section.key.removeprefix("in-") if section.key != "in-other" else ""
    code = category if category and category != section.key else ""
    title = name_category(code) if code else section.title
    day = section.key.removeprefix("of-")
    part_of = day if day != section.key else ""
    shown = section.entries[:BRIEF] if part_of else section.entries
    shelf = _find_shelf(section.key, known)
    return SectionView(
        key=key,
        title=title,
        entries=tuple(
            _view_entry(entry, key, known, shelf, say_within(section, entry)) for entry in shown
        ),
        note=section.note,
        more=section.more + len(section.entries) - len(shown),
        all_url=_find_all(section, part_of, of_day, category if code else "", shelf),
        code=code if code != title else "",
        brief=bool(part_of),
        shelf=max(shelf, 0),
    )


def _view_entry(entry: Entry, key: str, known: Known, shelf: int, reason: str) -> EntryView:
    """A paper of a section that is of a shelf, or of none: then the shelf that has found it asks,
    and for that shelf it is saved."""
    if shelf == 0 and entry.shelf_id in known.shelves:
        shelf = entry.shelf_id
    if shelf > 0:
        known = replace(known, target=target_of(known.shelves[shelf]))
    return view_printed(entry, key, known, shelf, reason)


def _find_shelf(key: str, known: Known) -> int:
    """The reader's shelf whose section it is; 0 where another one can only be hidden."""
    if not known.asking:
        return NO_SHELF
    number = key.removeprefix("shelf-")
    return int(number) if number.isdecimal() and int(number) in known.shelves else 0


def _find_all(section: Section, part_of: str, of_day: str, category: str, shelf: int) -> str:
    """Where the rest of a section is: what a shelf finds now, the edition that it is taken from,
    the whole of the day, or what a search finds."""
    if shelf > 0:
        return f"/shelf/{shelf}/new"
    if part_of:
        return edition_url(Scope.WEEK if "-W" in part_of else Scope.DAY, part_of)
    if of_day and section.key.startswith(("in-", "news")):
        return links.whole_day_url(of_day, category) if section.more else ""
    return links.search_url(section.query, Sort.NEWEST) if section.query else ""


def set_in_rows(sections: Sequence[SectionView]) -> list[SectionView]:
    """The sections in their order, those of one or two papers side by side where the page has
    columns, so that every row is full: the last of a row takes what is left of it."""
    sizes = [min(len(section.entries), 3) or 3 for section in sections]
    pairs = zip(find_widths(sizes, 2), find_widths(sizes, 3), strict=True)
    return [
        replace(section, two=two, three=three)
        for section, (two, three) in zip(sections, pairs, strict=True)
    ]


def find_widths(sizes: Sequence[int], columns: int) -> list[int]:
    """For sections of so many papers, their widths in sixths of a row of so many columns."""
    rows: list[list[int]] = [[]]
    for size in (min(size, columns) for size in sizes):
        if sum(rows[-1]) + size > columns:
            rows.append([])
        rows[-1].append(size)
    return [width for row in rows for width in _fill(row)]


def _fill(row: Sequence[int]) -> list[int]:
    """A row shared out: as its sizes are, which are equal or fill it."""
    whole = sum(row)
    return [ROW * size // whole for size in row]


def anchor(key: str) -> str:
    """A section's key as an id that an address can hold."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", key).strip("-").lower() or "section"


def _unprinted(standing: Standing) -> str:
    return "Back issue" if standing.back_issue else "Proof"


def _state(edition: Edition, standing: Standing) -> str:
    """What a reader should know of an edition that is not printed."""
    if edition.number or not edition.entries:
        return ""
    if standing.press and standing.press <= edition.made_at and not standing.back_issue:
        return "It is put together from what is here now; from tomorrow on yours is printed, too."
    if standing.back_issue:
        return "This edition was never printed: it is put together from what is here now."
    if standing.press is None:
        return ""
    return f"It goes to press on {wording.say_moment(standing.press)} and may change until then."


def _say_example(edition: Edition) -> str:
    if not edition.example:
        return ""
    return (
        f"The papers are real; that they came this {_WORDS[edition.scope]}, and the readers, votes "
        "and comments beside them, are an example."
    )


def _turn(scope: Scope, name: str) -> Turn | None:
    return Turn(edition_url(scope, name), _say_name(scope, name)) if name else None


def _say_name(scope: Scope, name: str) -> str:
    if scope is Scope.WEEK:
        return f"Week {int(name[-2:])}"
    if scope is Scope.MONTH:
        return wording.say_date(name)
    day = date.fromisoformat(name)
    return f"{wording.WEEKDAYS[day.weekday()]} {wording.say_short(name)}"
