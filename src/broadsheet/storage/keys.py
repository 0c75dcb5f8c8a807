"""Work keys as the store holds them: 64-bit numbers instead of text.

A key's text is never needed again, only whether two keys are the same; a number takes an eighth
of the room. Should two of ten million keys ever collide (1 in 400,000), the one offers the
other's work as a candidate, which identity then turns down.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b

from sqlalchemy import Connection, select

from broadsheet.ports import WorkKey
from broadsheet.storage.rows import in_chunks
from broadsheet.storage.schema import work_key


@lru_cache(maxsize=1 << 14)  # a batch asks for its keys, and then writes them
def number_of(key: WorkKey) -> int:
    """The number of a key, from -2^63 to 2^63 - 1."""
    text = f"{key.kind}\0{key.value}".encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "big", signed=True)


def find_carriers(
    connection: Connection, keys: Collection[WorkKey]
) -> Mapping[WorkKey, Sequence[int]]:
    """The works that carry each key, lowest number first; keys without a work are absent."""
    numbers = {number_of(key): key for key in keys}
    carriers: dict[WorkKey, list[int]] = defaultdict(list)
    for chunk in in_chunks(numbers):
        found = connection.execute(
            select(work_key.c.key, work_key.c.work_id)
            .where(work_key.c.key.in_(chunk))
            .order_by(work_key.c.key, work_key.c.work_id)
        )
        for number, work_id in found:
            carriers[numbers[number]].append(work_id)
    return dict(carriers)
