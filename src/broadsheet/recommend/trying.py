"""A reader's trial of two rankers: begun, looked at, ended. Each act can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from broadsheet.edition import Edition
from broadsheet.errors import ConflictError, InvalidInputError
from broadsheet.learning import Opinion, Steering, TrialReport
from broadsheet.people import Done, Reader
from broadsheet.ports import Ranker, Store
from broadsheet.recommend.offers import read_editions, section_of
from broadsheet.recommend.steering import Steerings
from broadsheet.recommend.trials import CHALLENGER, OURS, Shown, report
from broadsheet.sync import Clock

MOST_EDITIONS = 400
"""A trial is told from at most so many of the last editions."""


class Trying:
    """The verbs about trials. `rankers` are all that there are, ours first."""

    def __init__(
        self, store: Store, steerings: Steerings, clock: Clock, rankers: Sequence[Ranker]
    ) -> None:
        self._store = store
        self._steerings = steerings
        self._clock = clock
        self._rankers = rankers

    def begin(self, reader: Reader, shelf_id: int, challenger: str) -> Done:
        """Try a ranker against that of a shelf, in the shelf's sections. Raises NotFoundError,
        InvalidInputError for what is no other ranker, ConflictError while a trial goes on."""
        steering = self._steerings.get(reader, shelf_id)
        if steering.challenger:
            raise ConflictError("A trial goes on for this shelf; end it first.")
        title = self._find_title(challenger)
        if not title:
            known = ", ".join(ranker.id for ranker in self._rankers)
            raise InvalidInputError(f"There is no ranker {challenger[:40]!r}; there are {known}.")
        if challenger == self._get_own(steering):
            raise InvalidInputError("Choose another ranker than the one that the shelf has.")
        begun = replace(steering, challenger=challenger, trial_since=self._clock())
        return self._steerings.steer(reader, begun, f"{title} is tried on this shelf from now on.")

    def get(self, reader: Reader, shelf_id: int) -> TrialReport:
        """How the trial of a shelf stands; where none goes on, a report that names no challenger.
        Raises NotFoundError. Constantly many queries."""
        steering = self._steerings.get(reader, shelf_id)
        if not steering.challenger or steering.trial_since is None:
            return TrialReport(ranker=self._get_own(steering))
        editions = [
            each
            for each in read_editions(self._store, reader.id, MOST_EDITIONS)
            if each.made_at >= steering.trial_since
        ]
        return replace(
            report(self._list_shown(reader, shelf_id, editions)),
            ranker=self._get_own(steering),
            challenger=steering.challenger,
            since=steering.trial_since,
        )

    def end(self, reader: Reader, shelf_id: int, keep: str) -> Done:
        """End a trial; the shelf keeps its own ranker ("ours") or takes the "challenger". Raises
        NotFoundError, InvalidInputError, ConflictError where none goes on."""
        steering = self._steerings.get(reader, shelf_id)
        if keep not in (OURS, CHALLENGER):
            raise InvalidInputError("Say which of the two rankers the shelf keeps.")
        if not steering.challenger:
            raise ConflictError("No trial goes on for this shelf.")
        ranker = steering.challenger if keep == CHALLENGER else steering.ranker
        ended = replace(steering, ranker=ranker, challenger="", trial_since=None)
        title = self._find_title(self._get_own(ended)) or ranker
        return self._steerings.steer(reader, ended, f"The trial is over; this shelf keeps {title}.")

    def _get_own(self, steering: Steering) -> str:
        return steering.ranker or self._rankers[0].id

    def _find_title(self, name: str) -> str:
        return next((each.title for each in self._rankers if each.id == name), "")

    def _list_shown(
        self, reader: Reader, shelf_id: int, editions: Sequence[Edition]
    ) -> list[Shown]:
        """The papers of the shelf in these editions, with what became of them. Two queries."""
        entries = [
            (edition.name, entry)
            for edition in editions
            for section in edition.sections
            if section.key == section_of(shelf_id)
            for entry in section.entries
        ]
        numbers = list({entry.work_id for _, entry in entries})
        answers = self._store.find_answers(reader.id, numbers)
        liked = {n for n, own in answers.items() if any(a.opinion is Opinion.LIKE for a in own)}
        kept = liked | self._store.find_saved(reader.id, numbers).keys()
        return [Shown(name, entry.team, entry.work_id in kept) for name, entry in entries]
