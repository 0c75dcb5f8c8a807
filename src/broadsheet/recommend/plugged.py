"""Rankers that plug-ins bring, under the entry point group "broadsheet.rankers"."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import entry_points
from typing import overload

from broadsheet.mishaps import Mishap
from broadsheet.ports import Ranker
from broadsheet.recommend.guarded import GuardedRanker

ENTRY_POINT_GROUP = "broadsheet.rankers"

_log = logging.getLogger(__name__)


class PluggedRankers(Sequence[Ranker]):
    """The rankers of installed plug-ins, in order of their names; made when first asked for. One
    that cannot be loaded is left out, and the log says so; `guarded` has those that fail later."""

    @cached_property
    def _rankers(self) -> list[Ranker]:
        rankers: list[Ranker] = []
        for each in sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda each: each.name):
            with Mishap(_log, "The ranker %s cannot be loaded", each.name):
                rankers.append(GuardedRanker(each.load()()))
        return rankers

    def __len__(self) -> int:
        return len(self._rankers)

    @overload
    def __getitem__(self, place: int) -> Ranker: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Ranker]: ...
    def __getitem__(self, place: int | slice) -> Ranker | Sequence[Ranker]:
        return self._rankers[place]
