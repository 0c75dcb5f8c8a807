"""What a letter shows, worked out from an edition. Pure; `plain` and `html` only print it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from broadsheet.edition import Edition, Entry, Section
from broadsheet.mailing import Subscription
from broadsheet.people import Reader
from broadsheet.post.tokens import Button, Tokens, Wish
from broadsheet.post.words import tidy
from broadsheet.press.matches import say_within

AUTHORS = 4
LONGEST_TITLE = 300
LONGEST_NAME = 80
LONGEST_REASON = 300
LONGEST_EXCERPT = 220
_SHELF = "shelf-"


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper in a letter. Addresses are "" where the instance has none that readers use."""

    rank: int
    title: str
    authors: str
    match: str
    reason: str
    excerpt: str
    address: str
    save: str
    skip: str


@dataclass(frozen=True, slots=True)
class Part:
    """A section of a letter; `more` is how many papers of it are on the web page only."""

    title: str
    papers: tuple[Paper, ...]
    note: str
    more: int


@dataclass(frozen=True, slots=True)
class Ways:
    """Where the foot of a letter leads: the edition on the web, the schedule, the way out."""

    edition: str = ""
    schedule: str = ""
    stop: str = ""


@dataclass(frozen=True, slots=True)
class LetterPage:
    """A whole letter; `count` is how many papers the edition has, `quiet` names in a line what has
    nothing this time."""

    title: str
    number: int
    count: int
    receipt: str
    parts: tuple[Part, ...]
    ways: Ways
    address: str
    quiet: str = ""

    @property
    def counted(self) -> str:
        return f"{self.count} {'paper' if self.count == 1 else 'papers'}"


class Layout:
    """Lays letters of one subscription out; `url` is where readers reach this instance."""

    def __init__(
        self,
        reader: Reader,
        subscription: Subscription,
        url: str,
        tokens: Tokens,
        *,
        is_test: bool = False,
    ) -> None:
        self._reader = reader
        self._subscription = subscription
        self._pressing = None if is_test else subscription
        self._url = url.rstrip("/")
        self._tokens = tokens

    def lay_out(self, edition: Edition, *, most: int, excerpts: bool) -> LetterPage:
        """The letter of an edition, with so many of its papers at most."""
        parts: list[Part] = []
        left = most
        for section in edition.sections:
            shown = section.entries[:left]
            left -= len(shown)
            more = section.more + len(section.entries) - len(shown)
            papers = tuple(self._paper(entry, section, excerpts) for entry in shown)
            if section.entries:
                note = tidy(section.note, LONGEST_REASON)
                parts.append(Part(tidy(section.title, LONGEST_NAME), papers, note, more))
        return LetterPage(
            title=say_day(edition),
            number=edition.number,
            count=len({entry.work_id for entry in edition.entries}),
            receipt=tidy(edition.receipt, LONGEST_REASON),
            parts=tuple(parts),
            ways=self._ways(edition),
            address=self._subscription.address,
            quiet=say_quiet(edition),
        )

    def stop_address(self) -> str:
        """Where this subscription is ended; "" without an address that readers use."""
        token = self._tokens.for_stop(self._reader.id, self._subscription.address)
        return self._at(f"/mail/unsubscribe/{token}")

    def _ways(self, edition: Edition) -> Ways:
        return Ways(
            self._at(f"/yours/{edition.name}"), self._at("/account/mail"), self.stop_address()
        )

    def _paper(self, entry: Entry, section: Section, excerpts: bool) -> Paper:
        shelf_id = entry.shelf_id or shelf_of(section)
        button = self._presser(shelf_id, entry.work_id)
        return Paper(
            rank=entry.rank,
            title=tidy(entry.title, LONGEST_TITLE) or "Untitled",
            authors=say_authors(entry.authors),
            match=say_match(entry.match),
            reason=tidy(say_within(section, entry), LONGEST_REASON),
            excerpt=tidy(entry.excerpt, LONGEST_EXCERPT) if excerpts else "",
            address=self._at(f"/paper/{entry.work_id}"),
            save=button(Wish.SAVE),
            skip=button(Wish.PASS),
        )

    def _presser(self, shelf_id: int, work_id: int) -> Callable[[Wish], str]:
        def address(wish: Wish) -> str:
            button = Button(wish, self._reader.id, shelf_id, work_id)
            token = self._tokens.for_button(button, self._reader, self._pressing)
            return self._at(f"/mail/act/{token}")

        return address

    def _at(self, path: str) -> str:
        return f"{self._url}{path}" if self._url else ""


def say_day(edition: Edition) -> str:
    """The local date of a reader's edition: "Friday 17 April 2026"."""
    day = date.fromisoformat(edition.name)
    return f"{day:%A} {day.day} {day:%B} {day.year}"


def say_quiet(edition: Edition) -> str:
    """The sections with nothing in them, in one line; the page on the web says why."""
    titles = [each.title for each in edition.sections if each.note and not each.entries]
    named = ", ".join(tidy(title, LONGEST_NAME) for title in titles)
    return tidy(f"Nothing this time: {named}.", LONGEST_REASON) if titles else ""


def say_authors(authors: tuple[str, ...]) -> str:
    """The first names, and how many more there are."""
    named = [tidy(name, LONGEST_NAME) for name in authors[:AUTHORS]]
    others = len(authors) - len(named)
    return ", ".join(named) + (f" and {others} more" if others else "")


def say_match(chance: float | None) -> str:
    """A calibrated match, as everywhere: "63 % match"; "" where it is not known."""
    return "" if chance is None else f"{100 * chance:.0f} % match"


def shelf_of(section: Section) -> int:
    """The shelf whose section it is, 0 for none."""
    number = section.key.removeprefix(_SHELF)
    known = section.key.startswith(_SHELF) and number.isascii() and number.isdecimal()
    return int(number) if known and len(number) < 16 else 0
