"""What belongs to somebody else answers, byte for byte, like what is not there."""

from __future__ import annotations

import pytest
from lab import MODES, Lab, doors_of
from starlette.testclient import TestClient

from broadsheet.people import Sharing

MISSING = 987_654
TOKEN = "x" * 27
CELLS: dict[str, tuple[str, dict[str, str]]] = {
    "GET /shelf/{number}": ("shelf", {}),
    "GET /shelf/{number}/export.bib": ("shelf", {}),
    "GET /shelf/{number}/export.json": ("shelf", {}),
    f"GET /shelf/{{number}}/link.{TOKEN}": ("shelf", {}),
    "GET /search/{number}": ("search", {}),
    f"GET /search/{{number}}/link.{TOKEN}.atom": ("search", {}),
    "POST /act/shelf/{number}": ("shelf", {"name": "Mine now", "sharing": "instance"}),
    "POST /act/search/{number}": ("search", {"name": "Mine now", "q": "x"}),
    "POST /act/delete-shelf": ("shelf", {"shelf": "N"}),
    "POST /act/new-link": ("shelf", {"shelf": "N"}),
    "POST /act/save": ("shelf", {"paper": "1", "shelf": "N"}),
    "POST /act/unsave": ("shelf", {"paper": "1", "shelf": "N"}),
    "POST /act/note": ("shelf", {"paper": "1", "shelf": "N", "note": "x"}),
    "POST /act/delete-search": ("search", {"search": "N"}),
    "POST /act/new-feed": ("search", {"search": "N"}),
    "POST /act/undo": ("signal", {"done": "N"}),
    "POST /account/revoke-key": ("key", {"key": "N"}),
}
"""Each way to name something of somebody's: method, address, kind of thing, fields of the form."""
Answer = tuple[int, str, str, dict[str, str]]


@pytest.fixture(scope="module")
def things(lab: Lab) -> dict[str, int]:
    """What Ada keeps, by kind, and its number."""
    library, ada = lab.library, lab.readers["ada"]
    shelf = library.shelves.make(ada, "Unpublished", "Nobody knows of this.").target
    saved = library.shelves.save(ada, 1, [shelf], "A secret note")
    search = library.searches.keep(ada, "Secret plans", "lanterns").target
    library.accounts.make_key(ada, "A secret label")
    key = library.accounts.get_keys(ada)[0].id
    return {"shelf": shelf, "search": search, "signal": saved.signal, "key": key}


def ask(client: TestClient, cell: str, fields: dict[str, str], number: int) -> Answer:
    """The whole answer: status, body, headers, and where it leads."""
    method, _, address = cell.partition(" ")
    data = {name: str(number) if value == "N" else value for name, value in fields.items()}
    answer = client.request(method, address.format(number=number), data=data or None)
    headers = dict(answer.headers)
    headers.pop("content-length", None)
    return answer.status_code, answer.text, headers.pop("location", ""), headers


@pytest.mark.parametrize("who", ["ben", "operator", "nobody"])
@pytest.mark.parametrize("cell", CELLS)
def test_a_foreign_thing_is_like_none(
    lab: Lab, things: dict[str, int], who: str, cell: str
) -> None:
    """An operator sees no more of it than others. Break: let `get_shelf`, `get_one` or `undo` tell
    in another sentence, or with another status, that it is somebody else's."""
    kind, fields = CELLS[cell]
    client = lab.client(lab.app(MODES["invite, public"]), who)
    foreign, missing = (ask(client, cell, fields, n) for n in (things[kind], MISSING))
    status, text, way, headers = missing
    number = str(things[kind])
    text, way = (each.replace(str(MISSING), number) for each in (text, way))
    assert foreign == (status, text, way, headers)
    assert status == 404 or (who == "nobody" and status == 303)


def test_nothing_of_it_has_changed(lab: Lab, things: dict[str, int]) -> None:
    """After all the others tried, in whatever order the tests run."""
    client = lab.client(lab.app(MODES["invite, public"]), "ben")
    for cell, (kind, fields) in CELLS.items():
        ask(client, cell, fields, things[kind])
    library, ada = lab.library, lab.readers["ada"]
    shelf = library.shelves.get_shelf(ada, things["shelf"])
    assert (shelf.name, shelf.sharing, shelf.generation) == ("Unpublished", Sharing.NOBODY, 0)
    (saved,) = library.shelves.find(ada, [1])[1]
    assert saved.note == "A secret note"
    (search,) = library.searches.get(ada)
    assert (search.name, search.query, search.generation) == ("Secret plans", "lanterns", 0)


def test_every_address_with_a_number_is_in_the_table(lab: Lab) -> None:
    """Papers apart: they are everybody's."""
    doors = doors_of(lab.app(MODES["invite, public"]))
    numbered = {f"{door.method} {door.path}" for door in doors if "{number}" in door.path}
    known = {cell.partition("{number}")[0] for cell in CELLS if "{number}" in cell}
    missing = {each for each in numbered if each.partition("{number}")[0] not in known}
    assert missing == {"GET /paper/{number}/export.{suffix}"}
