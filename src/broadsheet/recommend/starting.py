"""Where a shelf has nothing to learn from yet: papers that are pasted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from broadsheet.bringing import FindWork
from broadsheet.errors import InvalidInputError, NotFoundError
from broadsheet.ids import find_identifiers, parse_identifier
from broadsheet.journal import Journal
from broadsheet.model import Sort
from broadsheet.people import Done, Reader
from broadsheet.phrases import count, quote
from broadsheet.ports import Index, Store
from broadsheet.query import Query, Word
from broadsheet.shelves.base import Owned
from broadsheet.sync import Clock
from broadsheet.text.keys import compact, title_key

MOST_LINES = 50
LONGEST_LINE = 300
"""A longer one is no reference; it is told as one that names no paper, and not looked for."""
MOST_WORDS = 40
LOOKED_AT = 5
"""As many of the papers that the words of a line find are compared with it."""

LEAST_LETTERS = 12
"""A title of fewer letters stands in too many lines by chance."""

_NUMBERING = re.compile(r"^\s*(?:\[\w{1,12}\]|\(?\d{1,3}[.)]|[-*•–])\s+")
_WORD = re.compile(r"[^\W_]{3,}")


class Starting(Owned):
    """Puts pasted papers on a shelf."""

    def __init__(
        self, store: Store, index: Index, journal: Journal, clock: Clock, find_work: FindWork
    ) -> None:
        super().__init__(store, journal, clock, find_work)
        self._index = index

    def start(self, reader: Reader, shelf_id: int, text: str) -> Done:
        """Put the papers that a text names, one a line, on a shelf: by identifier, address or
        title, alone or within a reference. What is not in the library is named in the sentence.

        Undone as a file that was put on the shelf. Raises NotFoundError, InvalidInputError.
        """
        self._get_own(reader.id, shelf_id)
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if not lines:
            raise InvalidInputError("Paste at least one paper: an arXiv id, a DOI or a title.")
        if len(lines) > MOST_LINES:
            raise InvalidInputError(f"At most {MOST_LINES} papers are pasted at once.")
        found = [(line, self._find(line)) for line in lines]
        numbers = list(dict.fromkeys(number for _, number in found if number))
        missing = [line for line, number in found if not number]
        return self._put(reader, shelf_id, numbers, missing)

    def start_with(self, reader: Reader, shelf_id: int, work_ids: Sequence[int]) -> Done:
        """Put papers on a shelf, in one act; those that are not in the library stay out of it.

        Undone as a file that was put on the shelf. Raises NotFoundError, InvalidInputError.
        """
        self._get_own(reader.id, shelf_id)
        if len(work_ids) > MOST_LINES:
            raise InvalidInputError(f"At most {MOST_LINES} papers are ticked at once.")
        known = self._store.get_works(work_ids)
        numbers = [number for number in dict.fromkeys(work_ids) if number in known]
        if not numbers:
            raise InvalidInputError("What was ticked is not in the library any more.")
        return self._put(reader, shelf_id, numbers, [])

    def _put(
        self, reader: Reader, shelf_id: int, numbers: Sequence[int], missing: Sequence[str]
    ) -> Done:
        def tell(name: str, new: int, there: int) -> str:
            return _tell(name, new, there, missing)

        return self._put_new(reader, shelf_id, numbers, tell, self._clock())

    def _find(self, line: str) -> int:
        """The paper that a line names, or 0."""
        if len(line) > LONGEST_LINE:
            return 0
        for reference in _list_references(line):
            try:
                return self._find_work(reference).id
            except NotFoundError:
                continue
        return self._find_titled(_NUMBERING.sub("", line))

    def _find_titled(self, line: str) -> int:
        """The paper whose title is in a line: of several, the one with the longest."""
        words = _WORD.findall(line)[:MOST_WORDS]
        if not words:
            return 0
        query = Query(text=" ".join(words), terms=tuple(map(Word, words)))
        hits = self._index.search(
            query, limit=LOOKED_AT, offset=0, sort=Sort.RELEVANCE, facets=False
        ).hits
        letters = compact(title_key(line))
        titles = {
            number: compact(title_key(work.title))
            for number, work in self._store.get_works([hit.work_id for hit in hits]).items()
        }
        named = [
            (len(title), -number)
            for number, title in titles.items()
            if title == letters or (len(title) >= LEAST_LETTERS and title in letters)
        ]
        return -max(named)[1] if named else 0


def _list_references(line: str) -> Iterator[str]:
    """The identifiers and addresses that a line is or holds. A bare number is none: it would be
    that of some paper of the library."""
    if find_identifiers(line):
        yield line
        return
    for word in line.split()[:MOST_WORDS]:
        bare = word.strip("()[]{}<>,;.\"'")
        if not bare.isdecimal() and parse_identifier(bare):
            yield bare


def _tell(name: str, new: int, there: int, missing: Sequence[str]) -> str:
    parts = [f"Put {count(new, 'paper')} on {name}"]
    if there:
        parts.append(f"{there:,} {'was' if there == 1 else 'were'} there already")
    if missing:
        what = f"{count(len(missing), 'line')} named no paper of this library"
        parts.append(f"{what}, such as {quote(missing[0])}")
    return "; ".join(parts).rstrip(".") + "."
