"""How a paper stands with a reader after an act, as our script is told."""

from __future__ import annotations

from collections.abc import Mapping

from broadsheet.library import Library
from broadsheet.people import Reader
from broadsheet.shelves import note_of
from broadsheet.web.bodies import Form
from broadsheet.web.entries import list_shelves
from broadsheet.web.toggles import target_of


def tell_standing(library: Library, reader: Reader, form: Form) -> Mapping[str, object]:
    """How the paper that a form names stands on the reader's shelves, and what was answered to it
    on behalf of each (shelf 0: of all)."""
    number = form.number("paper", 0)
    if not number:
        return {}
    shelves = library.shelves
    mine = {shelf.id: shelf for shelf in shelves.get(reader)}
    saved = shelves.find(reader, [number]).get(number, ())
    answers = library.recommender.get_answers(reader, [number]).get(number, ())
    standing = {
        "paper": number,
        "on": list_shelves(saved, mine),
        "read": any(each.read_at for each in saved),
        "note": note_of(saved),
        "target": target_of(shelves.find_last(reader, list(mine.values())))._asdict(),
        "answers": [{"shelf": each.shelf_id, "opinion": str(each.opinion)} for each in answers],
    }
    return {"standing": standing}
