"""Answers made to exhaust: each is refused or done within 5 s of CPU time and 256 MB.

Each is asked for by a process of its own, which measures itself; the server's work is not counted.
Deliberate break: look at the size only after the loop in `_read_body`, leave out `MOST_PIECES`, or
let `Limits.count` pass any header.
"""

from __future__ import annotations

import json
import subprocess
import sys
import zlib
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain, repeat
from pathlib import Path
from time import sleep

import pytest

from sites import Answering, Asked, Site, reply

CPU_SECONDS, MEGABYTES = 5.0, 256
CHILD = """
import json, re, resource, sys, time
from pathlib import Path
from broadsheet.connectors.http import HttpClient
from broadsheet.errors import SourceError
folder, host, url, deadline = sys.argv[1:]
web = HttpClient(Path(folder), private_hosts=host, pace=0, deadline=float(deadline))
began = time.monotonic()
try:
    came = f"{len(web.get(url).body)} bytes"
except SourceError as error:
    came = type(error).__name__
used = resource.getrusage(resource.RUSAGE_SELF)
# Where there is one, the kernel's own note: `ru_maxrss` counts what the parent held at the fork.
status = Path("/proc/self/status")
peak = re.search(r"VmHWM:\\s+(\\d+)", status.read_text()) if status.exists() else None
memory = int(peak[1]) if peak else used.ru_maxrss
print(json.dumps([came, used.ru_utime + used.ru_stime, memory / 1024, time.monotonic() - began]))
"""
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
GZIPPED = OK + b"Content-Encoding: gzip\r\n\r\n"


@cache
def gigabyte() -> bytes:
    """A gigabyte of zeros, compressed to one megabyte."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, 31)
    step = bytes(2**20)
    return b"".join([*(deflate.compress(step) for _ in range(1024)), deflate.flush()])


def endless(start: bytes, piece: bytes) -> Iterable[bytes]:
    """Sent on and on, in portions of a size that a network likes."""
    return chain([start], repeat(piece * max(1, 2**16 // len(piece))))


def drip(asked: Asked) -> Iterator[bytes]:
    yield OK + b"\r\n"
    for _ in range(100):
        sleep(0.1)
        yield b"x"


def empty_blocks() -> Iterable[bytes]:
    """A gzip that goes on for ever and holds nothing."""
    start = zlib.compressobj(0, zlib.DEFLATED, 31)
    return endless(GZIPPED + start.flush(zlib.Z_SYNC_FLUSH), b"\x00\x00\x00\xff\xff")


def members() -> Iterable[bytes]:
    small = zlib.compressobj(9, zlib.DEFLATED, 31)
    return endless(GZIPPED, small.flush())


def loop(asked: Asked) -> bytes:
    return reply(302, location=asked.path + "x" * 500)


BROKEN = "SourceBrokenError"
BOMBS: dict[str, tuple[Answering, str]] = {
    "a gigabyte in gzip": (lambda _: reply(200, gigabyte(), content_encoding="gzip"), BROKEN),
    "a gigabyte in one chunk": (
        lambda _: (
            OK
            + b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
            + b"%x\r\n%s\r\n0\r\n\r\n" % (len(gigabyte()), gigabyte())
        ),
        BROKEN,
    ),
    "a gigabyte in a 404": (lambda _: reply(404, gigabyte(), content_encoding="gzip"), BROKEN),
    "a gigabyte in a 503": (
        lambda _: reply(503, gigabyte(), content_encoding="gzip"),
        "SourceBusyError",
    ),
    "gzip of empty blocks": (lambda _: empty_blocks(), BROKEN),
    "gzip of empty members": (lambda _: members(), BROKEN),
    "endless body": (lambda _: endless(OK + b"\r\n", b"x"), BROKEN),
    "endless 403": (lambda _: endless(b"HTTP/1.1 403 No\r\n\r\n", b"x"), "SourceRefusedError"),
    "endless crumbs": (lambda _: endless(CHUNKED, b"1\r\nx\r\n"), BROKEN),
    "endless chunk extension": (lambda _: endless(CHUNKED + b"1;", b"x=y;"), BROKEN),
    "endless trailers": (lambda _: endless(CHUNKED + b"0\r\n", b"a: b\r\n"), BROKEN),
    "a chunk of 2**60": (lambda _: endless(CHUNKED + b"1%015x\r\n" % 0, b"x"), BROKEN),
    "32 MB, the most that is read": (lambda _: reply(200, bytes(2**25)), f"{2**25} bytes"),
    "a million headers": (
        lambda _: OK + b"".join(b"h%d: x\r\n" % number for number in range(10**6)) + b"\r\n",
        BROKEN,
    ),
    "a header of 1 MB": (lambda _: OK + b"a: " + b"x" * 2**20 + b"\r\n\r\n", BROKEN),
    "the same header 15,000 times": (
        lambda _: OK + b"a: b\r\n" * 15_000 + b"content-length: 0\r\n\r\n",
        "0 bytes",
    ),
    "endless header": (lambda _: endless(OK + b"a: ", b"x"), BROKEN),
    "endless headers": (lambda _: endless(OK, b"a: b\r\n"), BROKEN),
    "endless status line": (lambda _: endless(b"HTTP/1.1 200 ", b"x"), BROKEN),
    "endless patience": (lambda _: endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), BROKEN),
    "a date of 90 KB": (
        lambda _: reply(503, date="(" * 45_000, retry_after="1 Nov " * 7_500),
        "SourceBusyError",
    ),
    "a number of 90 KB": (lambda _: reply(429, retry_after="9" * 90_000), "SourceBusyError"),
    "an allowance of 90 KB": (lambda _: reply(200, b"x", ratelimit="r = t " * 15_000), "1 bytes"),
    "redirects in a circle": (lambda _: reply(301, location="/"), BROKEN),
    "redirects that grow": (loop, BROKEN),
    "a redirect of 90 KB": (lambda _: reply(301, location="/" * 90_000), "ForbiddenAddressError"),
}


def ask(folder: Path, answer: Answering, deadline: float) -> tuple[str, float, float, float]:
    with Site(answer) as site:
        command = [sys.executable, "-c", CHILD, str(folder), site.netloc, site.url(), str(deadline)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    came, cpu, memory, wall = json.loads(done.stdout)
    print(f"\n{came:22} {cpu:5.2f} s CPU  {memory:4.0f} MB  {wall:5.1f} s", end=" ")
    return came, cpu, memory, wall


@pytest.mark.slow
@pytest.mark.parametrize("what", BOMBS)
def test_a_bomb_is_defused(tmp_path: Path, what: str) -> None:
    answer, expected = BOMBS[what]
    came, cpu, memory, _ = ask(tmp_path, answer, 60)
    print(what, end="")
    assert came == expected
    assert cpu <= CPU_SECONDS and memory <= MEGABYTES


@pytest.mark.slow
@pytest.mark.alone
def test_a_drip_is_left_at_the_deadline(tmp_path: Path) -> None:
    came, cpu, memory, wall = ask(tmp_path, drip, 1)
    print("a drip", end="")
    assert came == "SourceBusyError" and 0.9 <= wall <= 3
    assert cpu <= CPU_SECONDS and memory <= MEGABYTES
