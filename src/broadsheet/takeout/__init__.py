"""A reader takes everything along: an account as one file, out of one library and into another.

form.py      the form of the file, and how strangers' files are read
learning.py  of that, what shelves learn by
writing.py   account -> file
papers.py    the papers of a file, found here or brought
reading.py   file -> account
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from broadsheet.bringing import File, Intake
from broadsheet.errors import ConflictError
from broadsheet.files import Upload
from broadsheet.people import Reader
from broadsheet.phrases import count
from broadsheet.ports import Progress, silent
from broadsheet.sync import Clock
from broadsheet.takeout.form import MOST_BYTES, Part, load
from broadsheet.takeout.papers import match_papers
from broadsheet.takeout.reading import Unpacking, read_profile, tell_lost
from broadsheet.takeout.writing import write_takeout

__all__ = ["MOST_BYTES", "Takeout", "TakeoutReport", "Upload"]

ChangeProfile = Callable[..., Reader]
"""`Accounts.change_profile`."""


@dataclass(frozen=True, slots=True)
class TakeoutReport:
    """What a takeout brought; only what was not here is counted, but for `found`: its papers
    that were here already. `notes` are sentences about what did not go as one might think."""

    found: int = 0
    brought: int = 0
    shelves: int = 0
    saved: int = 0
    searches: int = 0
    follows: int = 0
    votes: int = 0
    comments: int = 0
    answers: int = 0
    settings: int = 0
    signals: int = 0
    notes: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """What it came to, for a person."""
        parts = [
            count(self.shelves, "shelf", "shelves"),
            f"{count(self.saved, 'paper')} on shelves",
            count(self.searches, "search", "searches"),
            count(self.follows, "author"),
            count(self.votes, "upvote"),
            count(self.comments, "comment"),
            count(self.answers, "answer"),
            count(self.settings, "setting"),
        ]
        parts = [part for part in parts if not part.startswith("0 ")]
        if not parts and not self.signals and not self.brought:
            return "Everything in it was here already."
        new = f"; {count(self.brought, 'paper')} new to this library" if self.brought else ""
        what = ", ".join(parts) if parts else count(self.signals, "act")
        return f"Brought {what}{new}."


class Takeout:
    """Writes accounts out and reads them in."""

    def __init__(self, intake: Intake, clock: Clock, change_profile: ChangeProfile) -> None:
        self._intake = intake
        self._clock = clock
        self._change_profile = change_profile

    def _change(self, reader: Reader, changes: dict[str, Any]) -> None:
        """What others would take for somebody else's name is not brought along."""
        try:
            self._change_profile(reader, **changes)
        except ConflictError:
            changes.pop("display")
            self._change_profile(reader, **changes)

    def export(self, reader: Reader) -> bytes:
        """All that a reader keeps here, as one JSON file that `bring_in` reads."""
        return write_takeout(self._intake.store, reader, self._clock())

    def bring_in(self, reader: Reader, file: File, *, progress: Progress = silent) -> TakeoutReport:
        """Add what is in a takeout to an account; twice is the same as once.

        Papers are found by their identifiers; those that are missing are brought, as records of
        source "takeout". Nothing that is here is changed, and nobody sees more of the reader than
        before. Raises BadFileError, with one sentence, for what is no takeout: then nothing of
        the account has changed.
        """
        name, raw = load(file)
        takeout = Part(raw, name, "")
        changes: dict[str, Any] = read_profile(takeout, reader)
        now = self._clock()
        papers = match_papers(self._intake, reader, takeout, now=now, progress=progress)
        store = self._intake.store
        with store.write() as transaction:
            unpacking = Unpacking(store, transaction, reader, papers.numbers, now)
            unpacking.unpack(takeout)
        if changes:
            self._change(reader, changes)
        return TakeoutReport(
            papers.found,
            papers.brought,
            **unpacking.counts,
            notes=(*unpacking.notes, *papers.notes, *tell_lost(papers.lost)),
        )
