"""Bringing works into the lexical index and out of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import orjson

from broadsheet.model import Work
from broadsheet.search.compile import any_number
from broadsheet.search.schema import MAX_NUMBER, to_document
from broadsheet.search.trouble import reported

if TYPE_CHECKING:
    import tantivy

# What one indexing thread collects before it writes a segment.
HEAP_BYTES = 128_000_000
_AT_ONCE = 1000


class LexicalWriter:
    """The one writer of an index. What is not committed is lost when it closes or is let go of."""

    def __init__(self, index: tantivy.Index, threads: int = 1) -> None:
        """Raises StorageBusyError while another writer is open, here or in another process."""
        self._schema = index.schema
        with reported():
            self._writer = index.writer(heap_size=HEAP_BYTES * threads, num_threads=threads)
            # What a commit that was killed had written is in the way of the same commit again.
            self._writer.garbage_collect_files()
            self._highest = _highest_number(index.searcher())

    def add(self, works: Iterable[Work]) -> None:
        """Index works, each in place of what its number stood for; the last of a number holds."""
        batch = {work.id: work for work in works}
        # What was never here need not be deleted: that makes a rebuild faster.
        self.remove(number for number in batch if number <= self._highest)
        self._highest = max(self._highest, *batch) if batch else self._highest
        with reported():
            for work in batch.values():
                self._writer.add_json(orjson.dumps(to_document(work)).decode())

    def remove(self, numbers: Iterable[int]) -> None:
        """Take works out; numbers that are not there do not matter."""
        gone = [number for number in numbers if 0 <= number <= MAX_NUMBER]
        with reported():
            for start in range(0, len(gone), _AT_ONCE):
                these = any_number(self._schema, gone[start : start + _AT_ONCE])
                # Not by term: tantivy takes the number for a signed one and deletes nothing.
                self._writer.delete_documents_by_query(these)

    def commit(self) -> None:
        """Make it durable and visible."""
        with reported():
            self._writer.commit()

    def close(self) -> None:
        """Let merges end, and let others write."""
        with reported():
            self._writer.wait_merging_threads()


def _highest_number(searcher: tantivy.Searcher) -> int:
    import tantivy

    everything = tantivy.Query.all_query()
    hits = searcher.search(everything, limit=1, count=False, order_by_field="id").hits
    return int(hits[0][0]) if hits else -1
