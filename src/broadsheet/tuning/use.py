"""Which configuration a library's search goes by."""

from __future__ import annotations

from datetime import datetime, timedelta

from broadsheet.model import Blend
from broadsheet.ports import Store
from broadsheet.sync import Clock
from broadsheet.tuning.configurations import BY_ID, CONFIGURATIONS, Configuration

FACT = "tuned"
"""The name under which the store keeps the configuration's id."""
GOOD_FOR = timedelta(seconds=5)


class InUse:
    """Knows the configuration in use; what another process has changed, a few seconds later."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        # Read at once, so that the first search of a page asks no more of the store than others.
        self._read_at, self._known = self._read()

    def get(self, *, fresh: bool = False) -> Configuration:
        """The configuration in use; a `fresh` look asks the store."""
        if fresh or not timedelta() <= self._clock() - self._read_at < GOOD_FOR:
            self._read_at, self._known = self._read()
        return self._known

    def _read(self) -> tuple[datetime, Configuration]:
        return self._clock(), BY_ID.get(self._store.get_fact(FACT), CONFIGURATIONS[0])

    @property
    def blend(self) -> Blend | None:
        """What a search is to be asked with: None as long as search is as it is shipped."""
        configuration = self.get()
        return None if configuration == CONFIGURATIONS[0] else configuration.blend
