"""The forms of a record: what a source says under one key, as it says it from time to time.

Records are never edited, so an old form stays beside the new one. Which of them still count is
told here. Pure.

    arXiv           each version, and each form of a version: the feed's and the harvest's
    everybody else  the last form
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from broadsheet.model import Link, Record

_DELETED = "deleted"
_SEEN_AGAIN = "seen-again"
_SIDE_RELS = ("page", "data")


def arxiv_version(record: Record) -> int:
    """The number of the version that it is about; 0 where there are no versions."""
    return record.version or 0 if record.source == "arxiv" else 0


def drop_superseded(records: Sequence[Record]) -> Sequence[Record]:
    """Those of a work's records (oldest first) that count, each in the place of its first form.

    A deletion counts until the same version is seen again. A source may name pages beside the
    paper in one answer and leave them out of the next, so those of an older form stay; not those
    of hearsay.
    """
    if len(records) == 1:
        return records
    current: dict[tuple[Any, ...], Record] = {}
    for number, record in enumerate(records):
        name: tuple[Any, ...] = (record.source, record.key)
        if version := arxiv_version(record):
            current.pop((*name, version, _DELETED), None)
            name = (*name, version, _DELETED if is_deletion(record) else number)
        elif (before := current.get(name)) and not record.hearsay:
            links = dict.fromkeys((*record.links, *_side_links(before)))
            record = replace(record, links=tuple(links))
        current[name] = record
    return list(current.values())


def drop_readers_words(records: Sequence[Record]) -> Sequence[Record]:
    """Those of a work's records (oldest first) that may say what it is and what finds it.

    A reader's word counts where there is no other, and then the first one alone: else whoever
    names a paper could change what everybody reads of it.
    """
    if len(records) == 1 or not any(record.by_reader for record in records):
        return records
    return [record for record in records if not record.by_reader] or records[:1]


def drop_hearsay(records: Sequence[Record]) -> Sequence[Record]:
    """Those of a work's records (oldest first) that are evidence of which paper it is.

    A work shows the identifiers that a feed names; they tie it to no other.
    """
    sound = [record for record in records if not record.hearsay]
    return sound or drop_readers_words(records)


def says_as_much(newest: Record, record: Record) -> bool:
    """Whether `record`, coming after `newest` of the same source and key, would change no work."""
    if newest == record:
        return True
    more = set(_side_links(record)).difference(newest.links)
    return not more and _core(newest) == _core(record)


def _core(record: Record) -> Record:
    """Without the pages beside the paper, and without what no work shows."""
    links = tuple(link for link in record.links if link.rel not in _SIDE_RELS)
    return replace(record, links=links, extra=())


def _side_links(record: Record) -> list[Link]:
    return [link for link in record.links if link.rel in _SIDE_RELS]


def mark_deleted(record: Record, day: str) -> Record:
    """What to keep when the source says on a day (ISO) that the paper is gone."""
    return replace(record, withdrawn=True, extra=(*record.extra, (_DELETED, day)))


def is_deletion(record: Record) -> bool:
    """Whether `mark_deleted` made it."""
    return any(name == _DELETED for name, _ in record.extra)


def mark_seen_again(record: Record, day: str) -> Record:
    """What to keep when the source goes back on a day (ISO) to what it said before."""
    return replace(record, extra=(*record.extra, (_SEEN_AGAIN, day)))
