"""What a reader has chosen: shelves, searches, authors, and the papers that are settled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from broadsheet.learning import Answer, Opinion
from broadsheet.people import Follow, Saved, SavedSearch, Shelf
from broadsheet.ports import Store


@dataclass(frozen=True)
class Interests:
    """What a reader keeps and has answered: searches that are sections, authors, shelves with what
    is on them (the last saved first)."""

    searches: Sequence[SavedSearch]
    follows: Sequence[Follow]
    shelves: Sequence[Shelf]
    on_shelves: Mapping[int, Sequence[Saved]]
    answers: Sequence[Answer] = ()

    @cached_property
    def saved(self) -> frozenset[int]:
        """All papers that the reader has saved."""
        return frozenset(each.work_id for held in self.on_shelves.values() for each in held)

    @cached_property
    def settled(self) -> frozenset[int]:
        """The papers that are not offered any more: saved, answered or hidden."""
        return self.saved.union(each.work_id for each in self.answers)

    @property
    def teaches(self) -> bool:
        """Whether there is anything that a shelf can learn from."""
        return bool(self.saved) or any(each.opinion is Opinion.LIKE for each in self.answers)

    @property
    def any(self) -> bool:
        return bool(self.searches or self.follows or self.teaches)

    def began_by(self, moment: datetime) -> bool:
        """Whether the reader had chosen something by then."""
        chosen = [each.made_at for each in self.searches] + [each.at for each in self.follows]
        chosen += [each.saved_at for held in self.on_shelves.values() for each in held]
        chosen += [each.at for each in self.answers if each.opinion is Opinion.LIKE]
        return bool(chosen) and min(chosen) <= moment


def read_interests(store: Store, reader_id: int) -> Interests:
    """What a reader has chosen, in five queries."""
    shelves = [shelf for shelf in store.get_shelves(reader_id) if not shelf.deleted_at]
    on_shelves: dict[int, list[Saved]] = {shelf.id: [] for shelf in shelves}
    for each in store.get_saved(list(on_shelves)) if shelves else ():
        on_shelves[each.shelf_id].append(each)
    return Interests(
        [each for each in store.get_searches(reader_id) if each.in_edition],
        store.get_follows(reader_id),
        shelves,
        on_shelves,
        store.get_answers(reader_id),
    )
