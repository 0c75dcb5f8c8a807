"""What readers did with papers that their editions brought them, and whether they looked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from broadsheet.edition import Edition
from broadsheet.learning import Opinion
from broadsheet.people import Act
from broadsheet.ports import Store

LOOKING = (Act.OPEN, Act.UPVOTE, Act.COMMENT, Act.SAVE, Act.LIKE, Act.DISLIKE, Act.HIDE)
"""Whoever did one of these with a paper of an edition has looked at the edition."""


class Said(NamedTuple):
    """The papers that a reader kept, those that the reader answered no to, and when the reader
    last did something with a paper."""

    kept: Collection[int]
    refused: Collection[int]
    last: Mapping[int, datetime]

    def has_looked(self, edition: Edition) -> bool:
        """Whether the reader did anything with any paper of an edition since it was made."""
        moments = (self.last.get(entry.work_id) for entry in edition.entries)
        return any(at is not None and at >= edition.made_at for at in moments)


def read_said(store: Store, readers: Sequence[int], since: datetime) -> Mapping[int, Said]:
    """What each of these readers kept and refused, and did since a moment. Four queries."""
    kept: dict[int, set[int]] = defaultdict(set)
    refused: dict[int, set[int]] = defaultdict(set)
    touched = store.find_touched(readers, LOOKING, since)
    last = {number: dict(touched.get(number, {})) for number in readers}

    def note(number: int, work_id: int, at: datetime) -> None:
        last[number][work_id] = max(at, last[number].get(work_id, at))

    for number, answers in store.get_answers_of(readers).items():
        for each in answers:
            place = kept if each.opinion is Opinion.LIKE else refused
            place[number].add(each.work_id)
            note(number, each.work_id, each.at)
    shelves = store.get_shelves_of(readers)
    owner = {shelf.id: number for number, held in shelves.items() for shelf in held}
    for saved in store.get_saved(list(owner)) if owner else ():
        number = owner[saved.shelf_id]
        kept[number].add(saved.work_id)
        note(number, saved.work_id, saved.saved_at)
    return {number: Said(kept[number], refused[number], last[number]) for number in readers}
