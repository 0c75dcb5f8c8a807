"""What the parts of the store build on: one that reads, one that writes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager

from sqlalchemy import Connection


class Reading(ABC):
    """A part of `ports.Store`; whoever has it says how to read."""

    @abstractmethod
    def _read(self) -> AbstractContextManager[Connection]:
        """A connection for a block, in one state of the library."""


class Writing:
    """A part of `ports.Transaction`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
