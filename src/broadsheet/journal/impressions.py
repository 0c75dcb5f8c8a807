"""What readers saw, kept in batches.

A transaction of its own for every page would cost each page a wait for the disk, and a turn in
the queue of writers (a sync may hold that for a while). So pages only append to a list; a
moment later a thread writes what has come together. What is lost when a process is killed
meanwhile is a few seconds of impressions, which are never acknowledged to anybody.
"""

from __future__ import annotations

import logging
import threading

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
        self._waiting: list[Signal] = []
        self._timer: threading.Timer | None = None

    def note(self, signal: Signal) -> None:
        """Have a signal written down soon; where too many wait already, it is dropped."""
        with self._lock:
            if len(self._waiting) < MOST_WAITING:
                self._waiting.append(signal)
            if self._timer is None:
                self._timer = threading.Timer(self._delay, self.flush)
                self._timer.daemon = True
                self._timer.start()

    def flush(self) -> None:
        """Write down what waits. Where the store cannot, it is dropped, and the log says so."""
        with self._lock:
            signals, self._waiting = self._waiting, []
            if self._timer:
                self._timer.cancel()
            self._timer = None
        if not signals:
            return
        try:
            with self._store.write() as transaction:
                here = self._store.get_readers({signal.reader_id for signal in signals})
                transaction.add_signals([each for each in signals if each.reader_id in here])
        except StorageError as error:
            _log.warning("%d impressions are not kept: %s", len(signals), error)

    def close(self) -> None:
        """Write down what waits, and start no more threads for it."""
        self.flush()
