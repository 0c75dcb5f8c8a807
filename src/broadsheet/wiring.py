"""The composition root: the only place where adapters meet. Builds a `Library`, or raises."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_bytes, token_hex
from urllib.parse import quote

from broadsheet.arrays import ArrayFolder
from broadsheet.config import Settings
from broadsheet.connectors import (
    FILE_FORMATS,
    OUTLINES,
    READER_FORMATS,
    Connectors,
    make_enrichers,
)
from broadsheet.connectors.http import HttpClient
from broadsheet.drawing import MatplotlibDraughtsman
from broadsheet.errors import ConfigError, StorageBusyError, StorageReadOnlyError
from broadsheet.fetching import Hold, Wires
from broadsheet.library import Library
from broadsheet.mail import open_postman
from broadsheet.passwords import AT_ONCE, Argon2
from broadsheet.ports import Embedder
from broadsheet.post import Correspondence
from broadsheet.recommend.plugged import PluggedRankers
from broadsheet.search import HybridIndex
from broadsheet.search.embed import open_embedder
from broadsheet.sources import Kind
from broadsheet.storage import SqlStore, close_to_others, restore
from broadsheet.storage.lock import WriteLock
from broadsheet.sync import Clock
from broadsheet.works import compose

NET_FOLDER = "net"
"""Beside the store: what the processes of a library agree on about the hosts they ask."""
LEARNING_FOLDER = "learning"
"""Beside the store: what shelves would take long to work out again. It may be deleted."""
SECRET_FILE = "secret"
"""Beside the store: what signs addresses that give access by themselves (see `signing`)."""


def utc_now() -> datetime:
    """The clock of the doors; tests pass their own."""
    return datetime.now(UTC)


def open_embedders(spec: str) -> list[Embedder]:
    """The embedders in use, the fast one first: it serves until a slower one has caught up."""
    chosen = open_embedder(spec)
    if chosen is None:
        return []
    return [chosen] if spec == "static" else [*open_embedders("static"), chosen]


def open_library(
    settings: Settings,
    *,
    create: bool = True,
    clock: Clock = utc_now,
    sleep: Callable[[float], None] = time.sleep,
    pace: float = 1.0,
) -> Library:
    """Open the library in `settings.library`, making it (and its first migration) if need be.

    `pace` scales the pauses between two requests to a host; anything but 1 is for tests. With
    `create=False` a folder without a library raises NotFoundError. Everything is closed again
    when a later part cannot be opened.
    """
    with ExitStack() as opened:
        store = SqlStore.open(settings.library, create=create, compose=compose)
        opened.callback(store.close)
        index = HybridIndex.open(settings.library / "index", open_embedders(settings.embedder))
        opened.callback(index.close)
        web = HttpClient(
            settings.library / NET_FOLDER,
            contact=settings.contact,
            private_hosts=settings.private_hosts,
            clock=clock,
            sleep=sleep,
            pace=pace,
        )
        opened.callback(web.close)
        wires = _make_wires(settings, web, clock, sleep)
        library = Library(
            store=store,
            index=index,
            formats=FILE_FORMATS,
            reader_formats=READER_FORMATS,
            outlines=OUTLINES,
            wires=wires,
            hasher=_make_hasher(settings),
            secret=read_secret(settings.library / SECRET_FILE),
            press_time=settings.press,
            draughtsman=MatplotlibDraughtsman(),
            cache=ArrayFolder(settings.library / LEARNING_FOLDER),
            rankers=PluggedRankers(),
            correspondence=_make_correspondence(settings),
        )
        opened.pop_all()
        return library


def _make_wires(
    settings: Settings, web: HttpClient, clock: Clock, sleep: Callable[[float], None]
) -> Wires:
    return Wires(
        connectors=Connectors(),
        enrichers=lambda: make_enrichers(settings.semanticscholar_key, settings.openalex_key),
        web=web,
        hold=_holding(settings.library / NET_FOLDER),
        clock=clock,
        sleep=sleep,
    )


def _make_correspondence(settings: Settings) -> Correspondence:
    postman = open_postman(settings.smtp, settings.smtp_password)
    return Correspondence(postman, settings.mail_from, settings.url)


def _make_hasher(settings: Settings, cores: int = os.cpu_count() or 1) -> Argon2:
    """So many at once in all processes that serve: each its share, or by locks on files. At most
    half of the cores hash, so that guessers leave the others to readers."""
    at_once = max(1, min(AT_ONCE, cores // 2))
    if settings.workers > at_once:
        return Argon2(at_once=at_once, folder=settings.library / NET_FOLDER)
    return Argon2(at_once=at_once // max(1, settings.workers))


def read_secret(path: Path) -> bytes:
    """The secret of an instance, made (for its owner only to read) where there is none.

    Where nothing can be written it is empty: addresses signed then are good for as long as the
    process lives.
    """
    try:
        if not path.exists():
            _make_secret(path)
        return path.read_bytes()
    except OSError:
        return b""


def _make_secret(path: Path) -> None:
    """Complete under another name first: two processes that start together agree on one."""
    part = path.with_name(f"{path.name}.{token_hex(8)}.part")
    number = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(number, "wb") as out:
            out.write(token_bytes(32))
        with suppress(FileExistsError):
            os.link(part, path)
    finally:
        part.unlink()


def list_kinds() -> list[Kind]:
    """What can be followed, plug-ins included; no library is needed for it."""
    return list(Connectors().describe())


def list_services() -> dict[str, str]:
    """What can be asked about papers that are here, each with a line on what it knows."""
    return {each.kind: each.summary for each in make_enrichers("", "")}


def _holding(folder: Path) -> Hold:
    """Locks on the names of sources, so that one process at a time asks each of them."""

    @contextmanager
    def hold(name: str) -> Iterator[None]:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageReadOnlyError(f"{folder} cannot be made: {error.strerror}.") from error
        with ExitStack() as held:
            try:
                # Not a name that the client gives to the lock of a budget.
                path = folder / f"source {quote(name, safe='')[:200]}.lock"
                held.enter_context(WriteLock(path, wait=0).hold())
            except StorageBusyError as error:
                raise StorageBusyError(f"Another process is asking {name}.") from error
            yield

    return hold


def make_private(settings: Settings) -> None:
    """Take the rights of other users of this machine from the library in `settings.library`.

    Raises ConfigError where they can read it all the same, because it is not ours to close.
    """
    if settings.library.is_dir() and (left := close_to_others(settings.library)):
        raise ConfigError(
            f"Other users of this machine can read {left}, which holds the hashes of passwords; "
            f"let its owner run `chmod -R go= {settings.library}`."
        )


def restore_library(settings: Settings, backup: Path) -> None:
    """Make the library in `settings.library` of a backup. Raises ConflictError if one is there."""
    restore(backup, settings.library)
