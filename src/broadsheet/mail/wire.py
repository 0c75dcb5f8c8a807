"""The connection to a relay: smtplib's, with an end to every wait.

smtplib begins its time-out anew with every byte, so that a server that drips one byte a second
holds a thread for hours. Here all waits of a step share one deadline, and an answer has a length
beyond which it is not read.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
import time
from dataclasses import dataclass

CHUNK = 1 << 16
MOST_LINES = 100
"""Lines of one answer; a relay that says what it can do needs about twenty."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How many seconds a relay gets: to be connected to and signed in to, for a letter until its
    final dot, for the answer to the dot, and for the farewell. Their sum is how long a relay that
    has stopped answering holds a thread."""

    opening: float = 15.0
    letter: float = 15.0
    answer: float = 28.0
    farewell: float = 2.0


class _Lines:
    """What a socket gives, line by line, until a deadline that others set."""

    def __init__(self, wire: Wire, sock: socket.socket) -> None:
        self._wire = wire
        self._sock = sock
        self._read = bytearray()
        self.left = MOST_LINES

    def readline(self, limit: int) -> bytes:
        """A line with its end, or as much as came before the end of all, or `limit` octets."""
        self.left -= 1
        if self.left < 0:
            raise OSError("its answer does not end")
        while (end := self._read.find(b"\n") + 1) == 0 and len(self._read) < limit:
            self._sock.settimeout(self._wire.left())
            if not (came := self._sock.recv(CHUNK)):
                end = len(self._read)
                break
            self._read += came
        line = bytes(self._read[: min(end or limit, limit)])
        del self._read[: len(line)]
        return line

    def has_more(self) -> bool:
        """Whether the server has said something that nobody waited for, or has hung up."""
        if self._read:
            return True
        self._sock.settimeout(0)
        try:
            self._read += self._sock.recv(CHUNK)
        except (BlockingIOError, ssl.SSLWantReadError):
            return False
        return True

    def close(self) -> None:
        """The socket is closed by whoever opened it."""


class Wire(smtplib.SMTP):
    """A connection whose waits all end by the deadline that `allow` sets."""

    file: _Lines | None

    def __init__(self, *, immediate: ssl.SSLContext | None = None) -> None:
        """With `immediate` TLS begins before anything is said."""
        name = socket.gethostname()
        super().__init__(local_hostname=name if "." in name else "[127.0.0.1]")
        self.file = None
        self._immediate = immediate
        self._deadline = 0.0

    def allow(self, seconds: float) -> None:
        """From now on there are so many seconds left."""
        self._deadline = time.monotonic() + seconds

    def left(self) -> float:
        """The seconds left, more than 0. Raises TimeoutError."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("it did not answer in time")
        return left

    def dial(self, host: str, port: int) -> tuple[int, bytes]:
        """Connect; returns the greeting. `host` is also the name that a certificate has to bear."""
        self._host = host
        return self.connect(host, port)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        sock = self._reach(host, port)
        if self._immediate is None:
            return sock
        sock.settimeout(self.left())
        return self._immediate.wrap_socket(sock, server_hostname=host)

    def _reach(self, host: str, port: int) -> socket.socket:
        """A socket to the first address that takes a connection; all share the time that is left,
        where `socket.create_connection` gives each as much."""
        reasons: list[OSError] = []
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        for number, (family, kind, protocol, _, address) in enumerate(addresses):
            sock = socket.socket(family, kind, protocol)
            try:
                sock.settimeout(self.left() / (len(addresses) - number))
                sock.connect(address)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # the dot goes alone
            except OSError as error:
                sock.close()
                reasons.append(error)
            else:
                return sock
        raise reasons[0]

    def getreply(self) -> tuple[int, bytes]:
        """An answer: its code (-1 where it has none) and its text, lines joined."""
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("it closed the connection")
        if self.file is None:
            self.file = _Lines(self, self.sock)
        self.file.left = MOST_LINES
        return super().getreply()

    def send(self, s: str | bytes | bytearray) -> None:  # type: ignore[override]
        """As smtplib's, in pieces, all of them within the time that is left."""
        data = s.encode(self.command_encoding) if isinstance(s, str) else s
        for start in range(0, len(data), CHUNK):
            if self.sock:
                self.sock.settimeout(self.left())
            super().send(data[start : start + CHUNK])

    def was_interrupted(self) -> bool:
        """Whether the server has spoken, or hung up, in the middle of what is being sent."""
        return self.file is not None and self.file.has_more()
