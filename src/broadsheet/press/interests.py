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
    return read_all_interests(store, [reader_id])[reader_id]


def read_all_interests(store: Store, reader_ids: Sequence[int]) -> dict[int, Interests]:
    """What each of these readers has chosen, in five queries."""
    shelves, follows = store.get_shelves_of(reader_ids), store.get_follows_of(reader_ids)
    searches, answers = store.get_searches_of(reader_ids), store.get_answers_of(reader_ids)
    saved: dict[int, list[Saved]] = {each.id: [] for own in shelves.values() for each in own}
    for each in store.get_saved(list(saved)) if saved else ():
        saved[each.shelf_id].append(each)
    return {
        number: Interests(
            [each for each in searches.get(number, ()) if each.in_edition],
            follows.get(number, ()),
            shelves.get(number, ()),
            {each.id: saved[each.id] for each in shelves.get(number, ())},
            answers.get(number, ()),
        )
        for number in reader_ids
    }
