"""Papers that readers bring: out of a bibliography, a takeout, or typed in by hand.

    file -> read_file -> records, as their reader's word -> bring -> the works they belong to

What a reader brings is hearsay (`Record.hearsay`): it adds papers and changes none, so that
nobody rewrites what others read. Only an operator's files count as imports. How many papers one
reader adds is bounded, too: a library of a few thousand papers is soon mostly theirs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from broadsheet.batch import Noting, encode, store_batch
from broadsheet.errors import BadFileError
from broadsheet.files import Source, Upload, open_source
from broadsheet.follow import following
from broadsheet.identity import keys_of
from broadsheet.model import BadRow, Record, Work
from broadsheet.people import Reader
from broadsheet.phrases import count
from broadsheet.ports import FileFormat, Index, Outline, OutlineFormat, Progress, Store, silent
from broadsheet.sources import Source as Followed

BATCH = 2000
MOST_BAD_ROWS = 1000
MOST_ROWS = 50_000
"""Rows of a file, good or bad: three million empty ones take half a minute and fit in 127 kB."""
LONGEST_KEY = 300
MOST_NEW = 2000
"""Papers new to the library that a reader adds in DAY by files and takeouts; operators as many as
they like."""
DAY = timedelta(days=1)

File = Path | str | Upload
FindWork = Callable[[str | int], Work]
"""The work of a number, identifier or address. Raises NotFoundError."""
FollowFeed = Callable[[str], Followed]
"""Follows the feed of an address. Raises as `Newsroom.add_source` does."""


@dataclass(frozen=True, slots=True)
class Intake:
    """What is needed to take papers in. `formats` are those that a reader's file may have."""

    store: Store
    index: Index
    formats: Sequence[FileFormat]
    outlines: Sequence[OutlineFormat]
    follow_feed: FollowFeed


class Rows(NamedTuple):
    """What is in a file: papers or, in an outline, feeds; and the rows that could not be read."""

    name: str
    records: Sequence[Record] = ()
    bad: Sequence[BadRow] = ()
    feeds: Sequence[Outline] = ()


class Brought(NamedTuple):
    """The number of the work of each record, in their order, or 0; and how many of them would have
    begun a work beyond what a reader may add."""

    numbers: Sequence[int]
    left_out: int = 0

    @property
    def note(self) -> str:
        """A sentence (without its full stop) about what was left out; "" where nothing was."""
        if not self.left_out:
            return ""
        return (
            f"{count(self.left_out, 'paper')} that this library does not have "
            f"{'was' if self.left_out == 1 else 'were'} left out, as a reader adds at most "
            f"{MOST_NEW:,} in a day: bring the same file again tomorrow"
        )


def read_file(intake: Intake, file: File, *, most: int) -> Rows:
    """Read a whole file of one of the intake's kinds.

    Raises BadFileError for what is of no such kind, broken, or has more than `most` papers: then
    nothing of it is taken in.
    """
    with open_source(file) as source:
        for list_kind in intake.outlines:
            if list_kind.recognises(source.head, source.filename):
                return Rows(source.name, feeds=list_kind.read(source.stream, source.filename))
        for kind in intake.formats:
            if kind.recognises(source.head, source.filename):
                return _read_rows(kind, source, most)
    kinds = [*(each.name for each in intake.formats), *(each.name for each in intake.outlines)]
    raise BadFileError(f"{source.name} is none of {', '.join(kinds[:-1])} or {kinds[-1]}.")


def _read_rows(kind: FileFormat, source: Source, most: int) -> Rows:
    records: list[Record] = []
    bad: list[BadRow] = []
    for number, row in enumerate(kind.read(source.stream, source.filename), start=1):
        if isinstance(row, Record):
            records.append(row)
        elif isinstance(row, BadRow) and len(bad) < MOST_BAD_ROWS:
            bad.append(row)
        if number > MOST_ROWS:
            raise BadFileError(f"{source.name} has more than {MOST_ROWS:,} rows; split it.")
        if len(records) > most:
            raise BadFileError(
                f"{source.name} has more papers than {most:,}, which is the most at once."
            )
    return Rows(source.name, records, bad)


def as_word_of(reader: Reader, records: Sequence[Record]) -> Sequence[Record]:
    """Records as what this reader says; an operator's stay what their file says."""
    if reader.is_operator:
        return records
    return [hand_in(reader, record) for record in records]


def hand_in(reader: Reader, record: Record) -> Record:
    """A record as what this reader says: nobody else's word replaces it."""
    source = "takeout" if record.source == "takeout" else "reader"
    name = record.key if record.source == source else f"{record.source}:{record.key}"
    return replace(record, source=source, key=f"{reader.id}:{name}"[:LONGEST_KEY])


def bring(
    intake: Intake,
    records: Sequence[Record],
    *,
    now: datetime,
    progress: Progress = silent,
    note: Noting | None = None,
) -> list[int]:
    """Store records, and index them; the number of the work of each, in their order.

    What was here already stays as it is, and what says nothing new is not kept. Of text that is
    no Unicode, nothing is kept: 0. `note` is told, batch by batch, of what is new here.
    """
    return list(_bring(intake, records, None, now, progress, note).numbers)


def bring_for(
    intake: Intake,
    reader: Reader,
    records: Sequence[Record],
    *,
    now: datetime,
    progress: Progress = silent,
) -> Brought:
    """As `bring`, with records that are a reader's word (see `hand_in`): at most `MOST_NEW` of
    them begin a work in a day, unless the reader is an operator."""
    return _bring(intake, records, None if reader.is_operator else reader.id, now, progress, None)


def _bring(
    intake: Intake,
    records: Sequence[Record],
    reader_id: int | None,
    now: datetime,
    progress: Progress,
    note: Noting | None,
) -> Brought:
    numbers = find_exact(intake.store, records)
    new = [place for place, number in enumerate(numbers) if not number]
    if not new:
        return Brought(numbers)
    room, left_out = None, 0
    with following(intake.store, intake.index, progress) as follower:
        for start in range(0, len(new), BATCH):
            places = new[start : start + BATCH]
            encoded = [_encode(records[place]) for place in places]
            good = [each for each in encoded if each]
            with intake.store.write() as transaction:
                if reader_id is not None:
                    begun = transaction.count_begun(reader_id, now - DAY)
                    room = max(0, MOST_NEW - begun)
                result = store_batch(transaction, good, now=now, room=room)
                if note:
                    note(transaction, result.begun)
                found = transaction.find_places([digest for _, _, digest in good])
            left_out += result.left_out
            follower.offer(result.works, result.position)
            for place, each in zip(places, encoded, strict=True):
                numbers[place] = found[each[2]][1] if each and each[2] in found else 0
            progress("Taking in", start + len(places), len(new))
    return Brought(_follow_merges(intake.store, numbers), left_out)


def find_exact(store: Store, records: Sequence[Record]) -> list[int]:
    """For each record that is hearsay and names no identifier, the work of its very title and
    authors (of the same year, if both know one); 0 for all others.

    Such a record is too little for `identity` to join it to anything, and adds nothing to a work.
    """
    bare = [record for record in records if record.hearsay and not record.ids]
    works = _find_by_title(store, bare)
    return [
        next((work.id for work in works.get(record.title, ()) if _is_same(record, work)), 0)
        for record in records
    ]


def _find_by_title(store: Store, records: Sequence[Record]) -> Mapping[str, Sequence[Work]]:
    """Works by their title, those of these records' titles among them."""
    by_title: dict[str, list[Work]] = defaultdict(list)
    for start in range(0, len(records), BATCH):
        keys = {key for each in records[start : start + BATCH] for key in keys_of(each)}
        carriers = store.find_works([key for key in keys if key.kind in ("title", "news")])
        numbers = {number for found in carriers.values() for number in found}
        for work in store.get_works(list(numbers)).values():
            by_title[work.title].append(work)
    return by_title


def _is_same(record: Record, work: Work) -> bool:
    years = {fact.date.year for fact in (record, work) if fact.date}
    bare = record.hearsay and not record.ids
    return bare and record.authors == work.authors and len(years) < 2


def _encode(record: Record) -> tuple[Record, bytes, bytes] | None:
    try:
        return (record, *encode(record))
    except TypeError:
        return None


def _follow_merges(store: Store, numbers: Sequence[int]) -> list[int]:
    """Where later records have shown works to be one, the number that it has now."""
    works = dict(_chunked_works(store, numbers)) if len(numbers) > 1 else {}
    return [works.get(number, number) for number in numbers]


def _chunked_works(store: Store, numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    for start in range(0, len(numbers), BATCH):
        for asked, work in store.get_works(numbers[start : start + BATCH]).items():
            yield asked, work.id
