"""The demo library with a reader at home in it: shelves, searches, comments, a follow, a vote."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from broadsheet.config import Settings
from broadsheet.library import Library
from broadsheet.mailing import Subscription
from broadsheet.people import Reader, Sharing
from broadsheet.post.tokens import Button, Wish
from broadsheet.wiring import open_library

COMMENT = r"""A *careful* paper, see [the site](https://host.example/) and `code`:

> The bound $\frac{1}{n}\sum_i x_i < \epsilon$ is tight.

- one
- two
"""


@dataclass(frozen=True)
class Furnished:
    """The addresses of what was made, to be put into examples."""

    shelf: str
    link: str
    kept: str
    feed: str
    author: str
    day: str
    yours: str
    letter: dict[str, str]
    """The tokens of links in letters: "confirm", "refuse", "save", "pass" and "stop"."""


def furnish(folder: Path) -> Furnished:
    """Move in: everything by the doors that a reader has."""
    with open_library(Settings(library=folder)) as library:
        you = library.accounts.alone()
        library.accounts.change_profile(you, display="You")
        shelf = library.shelves.make(you, "Fairness and more", "What to read *first*.").target
        library.shelves.make(you, "An empty shelf")
        for number in (1, 2, 3, 77):
            library.shelves.save(you, number, [shelf], f"A note on {number}: $x < y$.")
        library.shelves.mark_read(you, 2, True)
        library.shelves.change(you, shelf, sharing=Sharing.INSTANCE)
        kept = library.searches.keep(you, "Fair", "fairness").target
        author = next(name for name in library.get_work(77).authors if name)
        library.community.follow(you, author)
        library.community.upvote(you, 1)
        said = library.community.comment(you, 1, COMMENT).target
        library.community.comment(you, 1, "A reply.", said)
        link = library.shelves.link_of(library.shelves.get_shelf(you, shelf))
        feed = library.searches.link_of(library.searches.get_one(you, kept))
        day = library.press.today().name
        return Furnished(
            f"/shelf/{shelf}",
            f"/shelf/{shelf}/link.{link}",
            f"/search/{kept}",
            f"/search/{kept}/link.{feed}",
            author,
            day,
            f"/yours/link.{library.press.link_of(you)}",
            _get_mail(library, library.accounts.alone(), shelf),
        )


def _get_mail(library: Library, you: Reader, shelf: int) -> dict[str, str]:
    """Let editions go to an address, and another reader ask for them; what letters lead to."""
    library.post.subscriptions.subscribe(you, "you@example.org")
    subscription = library.post.subscriptions.get(you)
    other = library.accounts.add("nora", "a sentence for nora alone")
    asked = Subscription(other.id, "nora@example.org", datetime.now(UTC))
    with library._store.write() as transaction:
        transaction.put_subscription(asked)
    tokens = library.post.subscriptions._tokens
    save, skip = Button(Wish.SAVE, you.id, shelf, 4), Button(Wish.PASS, you.id, 0, 5)
    return {
        "confirm": tokens.for_confirming(asked),
        "refuse": tokens.for_refusing(other.id, asked.address),
        "save": tokens.for_button(save, you, subscription),
        "pass": tokens.for_button(skip, you, subscription),
        "stop": tokens.for_stop(you.id, "you@example.org"),
    }
