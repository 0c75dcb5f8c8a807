"""What an operator sees of an instance: settings and their origins, backups, what to look after."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shlex import quote
from typing import NamedTuple

from broadsheet.config import OPTIONS, Settings
from broadsheet.library import Stats
from broadsheet.web.guard import is_loopback

MASK = "set, not shown"
_SECRETS = ("_key", "_secret", "_password", "_token")
_FRESH = timedelta(days=8)
_WAL_RESET = ((3, 7, 0), (3, 51, 3))
"""The releases of SQLite that can damage a file when two connections write and checkpoint."""
_WAL_MENDED = ((3, 44, 6), (3, 50, 7))
"""Releases of older lines that were mended."""


class SettingLine(NamedTuple):
    """A setting as /admin shows it."""

    name: str
    value: str
    origin: str
    help: str


class BackupLine(NamedTuple):
    """A backup in the library's folder; `size` in bytes."""

    name: str
    size: int
    made_at: datetime


class Check(NamedTuple):
    """Something that an operator should know: all right or not, and what to do."""

    fine: bool
    told: str


def view_settings(settings: Settings, origins: Mapping[str, str]) -> list[SettingLine]:
    """All settings, secrets masked."""
    return [
        SettingLine(option.name, _shown(settings, option.name), origins[option.name], option.help)
        for option in OPTIONS
    ]


def _shown(settings: Settings, name: str) -> str:
    value = str(getattr(settings, name))
    return MASK if value and name.endswith(_SECRETS) else value


def find_backups(folder: Path) -> list[BackupLine]:
    """The backups in a folder, newest first."""
    if not folder.is_dir():
        return []
    found = [(path.name, path.stat()) for path in folder.glob("*.db") if path.is_file()]
    lines = [
        BackupLine(name, stat.st_size, datetime.fromtimestamp(stat.st_mtime, UTC))
        for name, stat in found
    ]
    return sorted(lines, key=lambda line: line.made_at, reverse=True)


def is_open_to_others(folder: Path) -> bool:
    """Whether other users of this machine can read what is in a folder."""
    return folder.is_dir() and folder.stat().st_mode & 0o005 == 0o005


def check_instance(
    settings: Settings,
    stats: Stats,
    *,
    followed: bool,
    backups: Sequence[BackupLine],
    now: datetime,
    exposed: bool = False,
    sqlite: tuple[int, ...] = sqlite3.sqlite_version_info,
) -> list[Check]:
    """What can be known from here of how an instance is run."""
    return [
        _check_address(settings),
        _check_contact(settings, followed),
        _check_index(stats),
        _check_backups(backups, now),
        _check_folder(settings, exposed),
        _check_sqlite(sqlite),
    ]


def _check_address(settings: Settings) -> Check:
    if settings.url.startswith("https://"):
        return Check(True, f"Readers come by {settings.url}; browsers keep to https for a year.")
    if is_loopback(settings.host):
        return Check(True, "Only this machine is answered, over plain http.")
    return Check(
        False,
        "Other machines are answered over plain http. Put a proxy with https in front, set `url` "
        "to its address and `proxies` to where it asks from.",
    )


def _check_contact(settings: Settings, followed: bool) -> Check:
    if settings.contact:
        return Check(True, f"Sources are told to write to {settings.contact}.")
    told = "Set `contact` to your address, so that sources can write before they block you."
    return Check(
        not followed, told if followed else "No source is followed, so none is told of us."
    )


def _check_index(stats: Stats) -> Check:
    if stats.index_works == 0 and stats.works:
        return Check(False, "The search index is empty. Build it: `broadsheet index rebuild`.")
    if stats.index_behind:
        return Check(
            False, f"The search index is {stats.index_behind:,} changes behind; it follows."
        )
    return Check(True, "The search index is up to date.")


def _check_backups(backups: Sequence[BackupLine], now: datetime) -> Check:
    if not backups:
        return Check(False, "There is no backup in the library's folder. Make one below.")
    if now - backups[0].made_at > _FRESH:
        days = (now - backups[0].made_at).days
        return Check(False, f"The newest backup is {days} days old. Make one below.")
    return Check(True, "There is a backup of this week. Keep a copy on another machine, too.")


def _check_folder(settings: Settings, exposed: bool) -> Check:
    if not exposed:
        return Check(True, "The library's folder is closed to other users of this machine.")
    command = f"chmod 700 {quote(str(settings.library))}"
    return Check(False, f"Other users of this machine can read the library: `{command}`")


def _check_sqlite(version: tuple[int, ...]) -> Check:
    name = f"SQLite {'.'.join(map(str, version))}"
    low, high = _WAL_RESET
    mended = any(version[:2] == m[:2] and version >= m for m in _WAL_MENDED)
    if low <= version < high and not mended:
        told = "can damage files that two connections write; here only one ever does."
        return Check(True, f"{name} {told}")
    return Check(True, f"{name} has no fault that we know of.")
