"""One page of a list: its records, ranks, votes, and what of it cannot go in. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from broadsheet.connectors.huggingface.entries import identifier_of, measures_of, to_record
from broadsheet.connectors.rows import RowError
from broadsheet.errors import SourceBrokenError
from broadsheet.model import Record
from broadsheet.sources import Announcement, Batch, Item, Measure, Rejected


class Page:
    """Reads the entries of one page; `offset` of the list's entries came before it."""

    def __init__(self, category: str, day: date, offset: int) -> None:
        self._category = category
        self._day = day
        self._position = offset
        self._records: dict[str, Record] = {}
        self._announced: dict[str, Announcement] = {}
        self._measures: list[Measure] = []
        self._rejected: list[Rejected] = []
        self.count = 0

    def read(self, entries: Sequence[object]) -> None:
        """Raises SourceBrokenError when none of the entries is a paper."""
        for entry in entries:
            self.count += 1
            self._position += 1
            self._read(entry)
        if self.count and not self._announced:
            raise SourceBrokenError(
                f"None of the {self.count} entries of the {self._category} list is a paper."
            )

    def _read(self, entry: object) -> None:
        identifier = identifier_of(entry) if isinstance(entry, dict) else None
        if identifier is None or not isinstance(entry, dict):
            where = f"{self._category} {self._day}, place {self._position}"
            self._rejected.append(Rejected(where, "it has no arXiv id"))
            return
        key = identifier.value
        if key in self._announced:
            return
        self._announced[key] = Announcement(
            self._category, self._day, key, "listed", position=self._position
        )
        try:
            self._records[key] = to_record(entry, identifier)
            self._measures += measures_of(entry, key)
        except RowError as error:
            self._rejected.append(Rejected(key, str(error)))

    @property
    def keys(self) -> tuple[str, ...]:
        """The papers listed, those that cannot go in included."""
        return tuple(self._announced)

    @property
    def mark(self) -> str:
        """What tells this page from others: its first and last paper; "" when it has none."""
        keys = self.keys
        return f"{keys[0]} {keys[-1]}" if keys else ""

    def batch(self) -> Batch:
        return Batch(
            records=tuple(self._records.values()),
            rejected=tuple(self._rejected),
            announced=tuple(self._announced.values()),
            items=tuple(Item(key) for key in self._records),
            measures=tuple(self._measures),
        )
