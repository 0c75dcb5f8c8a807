"""What readers saw, kept in batches.

A transaction of its own for every page would cost each page a wait for the disk, and a turn in
the queue of writers (a sync may hold that for a while). So pages only append to a list; a
moment later a thread writes what has come together, and where the store takes nothing just then,
it tries again. What is lost when a process is killed meanwhile is a few seconds of impressions,
which are never acknowledged to anybody.
"""

from __future__ import annotations

import logging
import threading
from collections import deque

from broadsheet.errors import StorageError
from broadsheet.people import Signal
from broadsheet.ports import Store

DELAY_SECONDS = 5.0
MOST_WAITING = 5_000

_log = logging.getLogger(__name__)


class Impressions:
    """A list of signals that is written down every few seconds."""

    def __init__(self, store: Store, delay: float = DELAY_SECONDS) -> None:
        self._store = store
        self._delay = delay
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._waiting: deque[Signal] = deque()
        self._dropping = False
        self._timer: threading.Timer | None = None

    def note(self, signal: Signal) -> None:
        """Have a signal written down soon; where too many wait already, the oldest is dropped."""
        with self._lock:
            self._waiting.append(signal)
            self._drop_oldest()
            self._start()

    def flush(self) -> None:
        """Write down what waits; where the store cannot, it waits on."""
        if error := self._write():
            _log.info("Impressions wait: %s", error)
            with self._lock:
                self._start()

    def close(self) -> None:
        """Write down what waits, and start no more threads for it; what cannot be written now is
        lost, and the log says so."""
        if error := self._write():
            _log.warning("%d impressions are not kept: %s", len(self._waiting), error)

    def _write(self) -> StorageError | None:
        """One batch at a time, so that they stay in order. Returns why what waits still does."""
        with self._writing:
            with self._lock:
                signals, self._waiting = self._waiting, deque()
                if self._timer:
                    self._timer.cancel()
                self._timer = None
            if not signals:
                return None
            try:
                self._add(signals)
            except StorageError as error:
                with self._lock:
                    self._waiting.extendleft(reversed(signals))
                    self._drop_oldest()
                return error
            self._dropping = False
            return None

    def _add(self, signals: deque[Signal]) -> None:
        with self._store.write() as transaction:
            here = self._store.get_readers({signal.reader_id for signal in signals})
            transaction.add_signals([each for each in signals if each.reader_id in here])

    def _start(self) -> None:
        if self._timer is None:
            self._timer = threading.Timer(self._delay, self.flush)
            self._timer.daemon = True
            self._timer.start()

    def _drop_oldest(self) -> None:
        """Says so once, until something could be written again."""
        while len(self._waiting) > MOST_WAITING:
            self._waiting.popleft()
            if not self._dropping:
                self._dropping = True
                _log.warning("More than %d impressions wait; the oldest are lost.", MOST_WAITING)
