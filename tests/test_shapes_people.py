"""What readers keep and say as plain data: JSON all the way down, and nothing secret in it."""

from __future__ import annotations

import json
from typing import Any

from broadsheet import shapes
from broadsheet.people import Sharing
from shelfmarks import Readers


def as_json(data: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(json.dumps(data))
    return told


def test_shelves(readers: Readers) -> None:
    """Break to see it fail: leave `generation` in, from which nothing follows but that it moves."""
    library = readers.library
    number = readers.shelf("Goats", 2)
    library.shelves.change(readers.ada, number, sharing=Sharing.LINK)
    shelf = library.shelves.get_shelf(readers.ada, number)
    told = as_json(shapes.shelf_with_papers(shelf, library.shelves.get_papers(shelf)))
    assert told["name"] == "Goats" and told["sharing"] == "link" and told["papers"] == 1
    (entry,) = told["on_it"]
    assert entry["saved_at"] == "2026-03-02T08:01:00.654321+00:00" and entry["work"]["id"] == 2
    listed = as_json(shapes.shelves(library.shelves.get(readers.ada)))
    assert not {"generation", "deleted_at"} & {*told, *listed["shelves"][0]}


def test_acts_searches_and_comments(readers: Readers) -> None:
    library = readers.library
    done = library.searches.keep(readers.ada, "Goats", "goats")
    assert as_json(shapes.done(done)) == {
        "sentence": "Kept the search Goats.",
        "done": done.signal,
        "target": done.target,
    }
    comment = library.community.comment(readers.ada, 2, "withheld").target
    library.community.comment(readers.ben, 2, "why?", comment)
    library.community.delete_comment(readers.ada, comment)
    first, second = as_json(shapes.thread(library.community.get_thread(2)))["comments"]
    assert (first["text"], first["deleted"], first["reader"]) == ("", True, "Ada")
    assert (second["text"], second["depth"], second["deleted"]) == ("why?", 1, False)
    (signal, *_) = library.journal.get_signals(readers.ada)
    assert as_json(shapes.signal(signal))["act"] == "delete-comment"
