"""What lists ask of the store: as much for many papers as for few."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import event

from broadsheet.batch import encode, store_batch
from broadsheet.people import Sharing
from papers import make_record
from shelfmarks import Readers

LISTS: dict[str, tuple[int, Callable[[Readers], object]]] = {
    "votes": (1, lambda r: r.library.community.votes(range(1, 5), r.ada)),
    "counts": (1, lambda r: r.library.community.counts(range(1, 5))),
    "where papers are": (1, lambda r: r.library.shelves.find(r.ada, range(1, 5))),
    "shelves": (1, lambda r: r.library.shelves.get(r.ada)),
    "a thread": (2, lambda r: r.library.community.get_thread(2)),
    "latest": (3, lambda r: r.library.community.latest()),
    "liked": (2, lambda r: r.library.community.liked()),
    "savers": (3, lambda r: r.library.community.savers(2)),
    "a shelf": (3, lambda r: r.library.shelves.get_papers(r.library.shelves.get(r.ada)[0])),
    "searches": (1, lambda r: links(r)),
}


def links(readers: Readers) -> list[str]:
    searches = readers.library.searches
    return [searches.link_of(each, readers.ada) for each in searches.get(readers.ada)]


@pytest.fixture
def asked(readers: Readers) -> Iterator[list[str]]:
    """The queries that were asked."""
    queries: list[str] = []

    def note(*args: object) -> None:
        queries.extend([str(args[2])] if str(args[2]).startswith("SELECT") else [])

    engine = readers.store._reader
    event.listen(engine, "before_cursor_execute", note)
    yield queries
    event.remove(engine, "before_cursor_execute", note)


def live(readers: Readers, first: int, last: int) -> None:
    """Let papers be saved, liked and discussed by both."""
    records = [make_record(number) for number in range(10 * first, 10 * last)]
    with readers.store.write() as transaction:
        store_batch(
            transaction, [(each, *encode(each)) for each in records], now=readers.time.now()
        )
    library = readers.library
    for number in range(first, last):
        for reader in (readers.ada, readers.ben):
            shelf = library.shelves.make(reader, f"Shelf {number}").target
            library.shelves.change(reader, shelf, sharing=Sharing.INSTANCE)
            library.shelves.save(reader, 2, [shelf])
            library.shelves.save(reader, number, [shelf])
            library.community.comment(reader, 2, f"{number}")
            library.community.upvote(reader, number)
        library.searches.keep(readers.ada, "", f"goats {number}")


def test_lists_ask_as_much_of_a_large_library(readers: Readers, asked: list[str]) -> None:
    """Break to see it fail: ask for the reader of each comment in `arrange`'s caller."""
    for first, last in ((1, 3), (3, 9)):
        live(readers, first, last)
        for name, (most, ask) in LISTS.items():
            asked.clear()
            assert ask(readers), name
            assert len(asked) <= most, (name, asked)
