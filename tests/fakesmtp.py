"""A relay for tests: aiosmtpd, a real SMTP server, with a script of what goes wrong.

It notes what it took: a letter counts as taken once its final dot has come, unless the answer says
otherwise, so that a letter of which the sender cannot know counts as one that arrived.
"""

from __future__ import annotations

import asyncio
import logging
import re
import socket
import ssl
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from weakref import WeakSet

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

logging.getLogger("mail.log").setLevel(logging.CRITICAL)

USER, PASSWORD = "papers@example.org", "open sesame"


class Outcome(StrEnum):
    """How a step goes wrong: an answer of 4yz or 5yz, no answer, or no connection any more."""

    LATER = "4xx"
    NEVER = "5xx"
    SILENCE = "timeout"
    HANG_UP = "disconnect"


class Stage(StrEnum):
    """The steps of a delivery, in order; CONNECT is up to whoever makes the socket."""

    CONNECT = "connect"
    BANNER = "banner"
    EHLO = "EHLO"
    STARTTLS = "STARTTLS"
    CERTIFICATE = "certificate"
    AUTH = "AUTH"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    BODY = "mid-body"
    NO_REPLY = "after the dot, no reply"
    DOT_LATER = "after the dot, 4xx"
    DOT_NEVER = "after the dot, 5xx"
    TAKEN = "250, then"
    DRIP = "drip"


ANSWERS = {
    (Stage.RCPT, Outcome.LATER): "450 4.2.1 The mailbox is busy",
    (Stage.RCPT, Outcome.NEVER): "550 5.1.1 No such mailbox",
}
USUAL = {Outcome.LATER: "451 4.3.0 Later, please", Outcome.NEVER: "554 5.6.0 Never"}


class Fault(NamedTuple):
    """What goes wrong, at which step."""

    stage: Stage
    outcome: Outcome

    @property
    def answer(self) -> str:
        return ANSWERS.get((self.stage, self.outcome)) or USUAL[self.outcome]


class Taken(NamedTuple):
    """A letter that the relay took, or may have taken."""

    recipient: str
    message_id: str
    content: bytes


class Relay:
    """What a test tells its relay, and what the relay tells the test. `at` limits a fault to these
    recipients; `answer` may be any answer to the dot; `drip` is in seconds an octet."""

    def __init__(self) -> None:
        self.fault: Fault | None = None
        self.at: frozenset[str] = frozenset()
        self.answer = ""
        self.drip = 0.005
        self.taken: list[Taken] = []
        self.asked: Counter[str] = Counter()
        self.bodies: Counter[str] = Counter()
        self.connections = 0
        self.host, self.port = "127.0.0.1", 0
        self.when_taken: Callable[[Taken], None] = lambda taken: None

    def find_fault(self, stage: Stage, recipients: list[str]) -> Fault | None:
        concerned = not self.at or self.at.intersection(recipients)
        return self.fault if self.fault and self.fault.stage is stage and concerned else None

    @property
    def most_often(self) -> int:
        """How often the letter was taken that was taken most often."""
        return max(Counter(each.message_id for each in self.taken).values(), default=0)


class _Server(SMTP):
    """One connection, which goes by the script."""

    def __init__(self, relay: Relay, **options: Any) -> None:
        super().__init__(_Handler(relay), **options)
        self._relay = relay
        self._greeted = False
        self._then: Outcome | None = None

    async def push(self, status: Any) -> None:
        if not self._greeted:
            self._greeted = True
            self._relay.connections += 1
            if await self.fails(Stage.BANNER):
                self._writer.close()
                return
        await super().push(status)
        if self._then:
            await self._stop(self._then)

    async def fails(self, stage: Stage) -> bool:
        """Do what the script says of a step; whether it said anything."""
        fault = self._relay.find_fault(stage, self.envelope.rcpt_tos if self.envelope else [])
        if fault is None:
            return False
        if fault.outcome in USUAL:
            await super().push(fault.answer)
        else:
            await self._stop(fault.outcome)
        return True

    async def _stop(self, outcome: Outcome) -> None:
        if outcome is Outcome.HANG_UP:
            await self._writer.drain()
            self.abort()
            raise asyncio.CancelledError
        if outcome is Outcome.SILENCE:
            await asyncio.sleep(3600)

    def abort(self) -> None:
        """End the connection as a machine does that loses its power."""
        for transport in (self.transport, self._original_transport):
            if isinstance(transport, asyncio.WriteTransport):
                transport.abort()

    def then(self, outcome: Outcome) -> None:
        """After the next answer."""
        self._then = outcome

    async def drip(self, answer: bytes) -> None:
        for octet in answer:
            self._writer.write(bytes([octet]))
            await self._writer.drain()
            await asyncio.sleep(self._relay.drip)

    async def smtp_EHLO(self, hostname: str) -> None:
        if not await self.fails(Stage.EHLO):
            await super().smtp_EHLO(hostname)

    async def smtp_HELO(self, hostname: str) -> None:
        if not await self.fails(Stage.EHLO):
            await super().smtp_HELO(hostname)

    async def smtp_STARTTLS(self, arg: str) -> None:
        if await self.fails(Stage.STARTTLS):
            return
        fault = self._relay.find_fault(Stage.CERTIFICATE, [])
        if fault and fault.outcome not in USUAL:
            await super().push("220 Ready")
            await self._stop(fault.outcome)
            return
        if fault:
            self.tls_context = make_contexts()[2]
        await super().smtp_STARTTLS(arg)

    async def smtp_AUTH(self, arg: str) -> None:
        if not await self.fails(Stage.AUTH):
            await super().smtp_AUTH(arg)

    async def smtp_MAIL(self, arg: str) -> None:
        if not await self.fails(Stage.MAIL):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str) -> None:
        recipient = arg.partition("<")[2].rstrip(">")
        self._relay.asked[recipient] += 1
        assert self.envelope
        self.envelope.rcpt_tos.append(recipient)
        failed = await self.fails(Stage.RCPT)
        self.envelope.rcpt_tos.remove(recipient)
        if not failed:
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str) -> None:
        assert self.envelope
        self._relay.bodies.update(self.envelope.rcpt_tos)
        if await self.fails(Stage.DATA):
            return
        fault = self._relay.find_fault(Stage.BODY, self.envelope.rcpt_tos)
        if fault is None:
            await super().smtp_DATA(arg)
            return
        await super().push("354 Go on")
        await self._reader.read(100)
        await self.fails(Stage.BODY)
        await asyncio.sleep(0.05)
        self._writer.close()


class _Handler:
    """What becomes of a letter whose dot has come."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay

    async def handle_DATA(self, server: _Server, session: Session, envelope: Envelope) -> str:
        relay, recipient = self._relay, envelope.rcpt_tos[0]
        content = envelope.original_content or b""
        name = re.search(rb"(?im)^Message-ID:\s*(\S+)", content)
        taken = Taken(recipient, name[1].decode() if name else "", content)
        fault = relay.fault if not relay.at or recipient in relay.at else None
        answer = relay.answer or "250 Taken"
        match fault:
            case Fault(Stage.DOT_LATER | Stage.DOT_NEVER as stage, outcome):
                usual = Outcome.LATER if stage is Stage.DOT_LATER else Outcome.NEVER
                server.then(outcome)
                return USUAL[usual]
            case Fault(Stage.DRIP, Outcome.LATER | Outcome.NEVER as outcome):
                await server.drip(USUAL[outcome][:4].encode())
                return USUAL[outcome][4:]
        relay.taken.append(taken)
        relay.when_taken(taken)
        match fault:
            case Fault(Stage.NO_REPLY, outcome):
                await server._stop(outcome)
            case Fault(Stage.TAKEN, outcome):
                server.then(outcome)
            case Fault(Stage.DRIP, outcome):
                await server.drip(b"250-" * 10)
                await server._stop(outcome)
        return answer


@contextmanager
def running(*, secure: bool = False, immediate: bool = False) -> Iterator[Relay]:
    """A relay on loopback. `secure`: it wants STARTTLS and a password; `immediate`: TLS at once."""
    relay, loop = Relay(), asyncio.new_event_loop()
    opened: WeakSet[_Server] = WeakSet()
    options: dict[str, Any] = {"hostname": "relay.test", "ident": "test", "loop": loop}
    if secure:
        options |= {"tls_context": make_contexts()[0], "require_starttls": True}
        options |= {"auth_required": True, "authenticator": _authenticate}

    def make() -> _Server:
        made = _Server(relay, **options)
        opened.add(made)
        return made

    async def start() -> asyncio.Server:
        return await loop.create_server(
            make,
            relay.host,
            0,
            ssl=make_contexts()[0] if immediate else None,
        )

    server = loop.run_until_complete(start())
    relay.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, name="relay", daemon=True)
    thread.start()
    try:
        yield relay
    finally:
        asyncio.run_coroutine_threadsafe(_end(server, opened), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


async def _end(server: asyncio.Server, opened: Iterable[_Server]) -> None:
    server.close()
    for each in opened:
        each.abort()
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)
    await asyncio.sleep(0)  # what was aborted is closed in the next turn of the loop


def _authenticate(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
) -> AuthResult:
    known = isinstance(data, LoginPassword) and data == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=known)


@contextmanager
def deaf_port() -> Iterator[int]:
    """A port of loopback on which connections are never answered: its queue is full."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        fillers = [socket.socket() for _ in range(3)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        try:
            yield port
        finally:
            for filler in fillers:
                filler.close()


def closed_port() -> int:
    """A port of loopback on which nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@cache
def make_contexts() -> tuple[ssl.SSLContext, ssl.SSLContext, ssl.SSLContext]:
    """For a server with a certificate, for a client that trusts it, and for a server with another
    certificate. The `openssl` command makes the certificates, for "127.0.0.1" and "localhost"."""
    with TemporaryDirectory() as folder:
        ours, foreign = (_make_certificate(Path(folder) / name) for name in ("ours", "foreign"))
        server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        server.load_cert_chain(*ours)
        client = ssl.create_default_context(cafile=str(ours[0]))
        other = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        other.load_cert_chain(*foreign)
    return server, client, other


def _make_certificate(path: Path) -> tuple[Path, Path]:
    certificate, key = path.with_suffix(".pem"), path.with_suffix(".key")
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30"
    options = ["-subj", "/CN=localhost", "-keyout", str(key), "-out", str(certificate)]
    names = "subjectAltName=DNS:localhost,IP:127.0.0.1"
    subprocess.run(
        [*command.split(), *options, "-addext", names],
        check=True,
        capture_output=True,
        timeout=30,
    )
    return certificate, key
