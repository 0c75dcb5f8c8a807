"""A client that asks at a fixed rate, whether or not the answers keep up (open loop)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from urllib.parse import urlsplit

_CONNECTIONS = 32
_HEAD = "GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: gzip\r\n\r\n"


def ask_at_rate(address: str, paths: Sequence[str], rate: float, *, seconds: float) -> list[float]:
    """Milliseconds from when each request was due to the end of its answer.

    The paths are asked for in turn. Raises SystemExit for an answer that is not 200.
    """
    return asyncio.run(_ask(address, paths, rate, int(rate * seconds)))


async def _ask(address: str, paths: Sequence[str], rate: float, count: int) -> list[float]:
    idle: asyncio.Queue[_Line] = asyncio.Queue()
    for _ in range(_CONNECTIONS):
        idle.put_nowait(await _Line.open(address))
    begun = time.perf_counter() + 0.05

    async def one(number: int) -> float:
        due = begun + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        line = await idle.get()
        await line.get(paths[number % len(paths)])
        idle.put_nowait(line)
        return 1000 * (time.perf_counter() - due)

    times = await asyncio.gather(*map(one, range(count)))
    while not idle.empty():
        idle.get_nowait().close()
    return list(times)


class _Line:
    """A connection that stays open."""

    def __init__(
        self, host: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._host = host
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, address: str) -> _Line:
        parts = urlsplit(address)
        return cls(parts.netloc, *await asyncio.open_connection(parts.hostname, parts.port))

    async def get(self, path: str) -> None:
        """Ask for a page and read it to its end."""
        self._writer.write(_HEAD.format(path=path, host=self._host).encode())
        status = await self._reader.readline()
        length = 0
        while (line := await self._reader.readline()) not in (b"\r\n", b""):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        await self._reader.readexactly(length)
        if b" 200 " not in status:
            raise SystemExit(f"{path} was answered with {status.decode().strip()}.")

    def close(self) -> None:
        self._writer.close()
