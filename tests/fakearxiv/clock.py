"""A clock that is set by hand, and that several processes can share through a file."""

from __future__ import annotations

import mmap
import struct
import threading
from datetime import UTC, datetime
from pathlib import Path


class Clock:
    """Stands still until it is moved. With a `path`, all clocks on that file show the same time,
    also after one of their processes was killed."""

    def __init__(self, start: datetime | None = None, path: Path | None = None) -> None:
        if path is None:
            self._face: mmap.mmap | bytearray = bytearray(8)
        else:
            if not path.exists():
                path.write_bytes(bytes(8))
            with path.open("r+b") as file:
                self._face = mmap.mmap(file.fileno(), 8)
        self._lock = threading.Lock()
        if start is not None:
            self.set(start)

    def now(self) -> datetime:
        (seconds,) = struct.unpack("<d", self._face[:8])
        return datetime.fromtimestamp(seconds, UTC)

    def set(self, moment: datetime) -> None:
        self._face[:8] = struct.pack("<d", moment.timestamp())

    def set_at_least(self, moment: datetime) -> None:
        """Move on to a moment; never back."""
        with self._lock:
            self.set(max(self.now(), moment))

    def advance(self, seconds: float) -> None:
        with self._lock:
            (now,) = struct.unpack("<d", self._face[:8])
            self._face[:8] = struct.pack("<d", now + max(0.0, seconds))


class WallClock(Clock):
    """The machine's own time, for a person who tries the simulator."""

    def now(self) -> datetime:
        return datetime.now(UTC)
