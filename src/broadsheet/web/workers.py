"""Several processes that serve one library on one socket; one that dies is replaced."""

from __future__ import annotations

import logging
import os
import pickle
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from broadsheet.config import Settings
from broadsheet.errors import BroadsheetError

_log = logging.getLogger(__name__)

READY = b"ready\n"
_SPARING = {"MALLOC_ARENA_MAX": "2"}
"""Otherwise glibc keeps a heap for each of the threads that answer: a fifth more memory."""
GOODBYE_SECONDS = 12.0
"""As long as a process may take to end in order; then it is killed."""
PAUSE = 1.0
"""Seconds before a process that died is replaced, so that a broken one does not use up a core."""


class Workers:
    """Processes of `worker`, one thread that watches them, and the signals that end them all."""

    def __init__(self, settings: Settings, listener: socket.socket, count: int) -> None:
        self._settings = settings
        self._listener = listener
        self._count = count
        self._running: dict[int, subprocess.Popen[bytes]] = {}
        self._selector = selectors.DefaultSelector()
        self._ready: set[int] = set()
        self._announced = False
        self._ending = False

    def run(self, announce: str) -> None:
        """Serve until SIGINT or SIGTERM; print `announce` when all are ready.

        Raises the BroadsheetError for which the first ones could not start.
        """
        with self._hearing_signals():
            try:
                for _ in range(self._count):
                    self._start()
                while not self._ending:
                    self._look(announce)
            finally:
                self._end()

    def _start(self) -> None:
        number = self._listener.fileno()
        worker = subprocess.Popen(
            [sys.executable, "-m", "broadsheet.web.worker", str(number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=[number],
            env={**_SPARING, **os.environ},
        )
        assert worker.stdin and worker.stdout
        worker.stdin.write(pickle.dumps(self._settings))
        worker.stdin.flush()
        self._running[worker.pid] = worker
        self._selector.register(worker.stdout, selectors.EVENT_READ, worker)

    def _look(self, announce: str) -> None:
        """Wait until a worker tells something or ends, or a signal comes."""
        for key, _ in self._selector.select():
            if key.data is None:
                self._wakeup.recv(64)
            elif told := os.read(key.fd, 65_536):
                self._hear(key.data.pid, told)
            elif not self._ending:
                self._replace(key.data)
        if not self._announced and len(self._ready) == self._count:
            self._announced = True
            print(announce, flush=True)

    def _hear(self, number: int, told: bytes) -> None:
        if told.startswith(READY):
            self._ready.add(number)
            return
        error = pickle.loads(told)  # from a process of ours
        if not self._announced and isinstance(error, BroadsheetError):
            raise error
        _log.error("A process that serves could not start: %s", error)

    def _replace(self, worker: subprocess.Popen[bytes]) -> None:
        self._forget(worker)
        code = worker.wait()
        _log.error("A process that serves has ended (%s); another one takes its place.", code)
        time.sleep(PAUSE)
        self._start()

    def _forget(self, worker: subprocess.Popen[bytes]) -> None:
        assert worker.stdin and worker.stdout
        self._selector.unregister(worker.stdout)
        worker.stdout.close()
        worker.stdin.close()
        self._ready.discard(worker.pid)
        del self._running[worker.pid]

    def _end(self) -> None:
        """End all of them, in order if they can."""
        for worker in self._running.values():
            worker.terminate()
        deadline = time.monotonic() + GOODBYE_SECONDS
        for worker in list(self._running.values()):
            try:
                worker.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                worker.kill()
                worker.wait()
            self._forget(worker)
        self._selector.close()

    @contextmanager
    def _hearing_signals(self) -> Iterator[None]:
        """SIGINT and SIGTERM end the loop; a byte on a socket wakes it."""
        self._wakeup, waking = socket.socketpair()
        self._selector.register(self._wakeup, selectors.EVENT_READ)
        waking.setblocking(False)
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError("Signals come to the main thread alone.")
        signals = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, self._note_end) for number in signals}
        woken_before = signal.set_wakeup_fd(waking.fileno())
        try:
            yield
        finally:
            signal.set_wakeup_fd(woken_before)
            for number, handler in before.items():
                signal.signal(number, handler)
            self._wakeup.close()
            waking.close()

    def _note_end(self, number: int, frame: FrameType | None) -> None:
        self._ending = True
