"""How merges and splits have grouped records, for an export to tell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import Connection, select

from broadsheet.model import Grouping
from broadsheet.storage.rows import in_chunks
from broadsheet.storage.schema import barred, event, record

_REGROUPING = ("merge", "split")


def get_groupings(connection: Connection) -> list[Grouping]:
    """The works that were merged or split; those that bars connect are one grouping."""
    numbers = set(
        connection.scalars(select(event.c.work_id).where(event.c.act.in_(_REGROUPING)).distinct())
    )
    others: dict[int, set[int]] = {number: set() for number in sorted(numbers)}
    for one, other in connection.execute(select(barred.c.work_id, barred.c.other_id)):
        others.setdefault(one, set()).add(other)
    hashes = _get_hashes(connection, others)
    groupings = []
    for first in list(others):
        if not (family := _take_family(others, first)):
            continue
        place = {number: at for at, number in enumerate(family)}
        pairs = ((place[one], place[other]) for one in family for other in family[one])
        works = tuple(tuple(hashes.get(number, ())) for number in family)
        split = tuple(sorted(pair for pair in pairs if pair[0] < pair[1]))
        groupings.append(Grouping(works, split))
    return groupings


def _take_family(others: dict[int, set[int]], first: int) -> Mapping[int, set[int]]:
    """Take out a work with all that bars connect it to, each with its bars; nothing if taken."""
    family: dict[int, set[int]] = {}
    waiting = [first]
    while waiting:
        if (number := waiting.pop()) in others:
            family[number] = others.pop(number)
            waiting += sorted(family[number], reverse=True)
    return family


def _get_hashes(connection: Connection, numbers: Mapping[int, object]) -> Mapping[int, list[bytes]]:
    """The content hashes of each work's records, oldest first."""
    hashes: dict[int, list[bytes]] = defaultdict(list)
    for chunk in in_chunks(numbers):
        rows = connection.execute(
            select(record.c.work_id, record.c.hash)
            .where(record.c.work_id.in_(chunk))
            .order_by(record.c.id)
        )
        for number, digest in rows:
            hashes[number].append(digest)
    return hashes
