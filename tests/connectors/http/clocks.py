"""Time that a test can turn."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from broadsheet.connectors.http import HttpClient
from sites import Site

START = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)


class Clock:
    """Stands still until it is told otherwise."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **span: float) -> None:
        self.now += timedelta(**span)


def client(folder: Path, *sites: Site, **options: Any) -> HttpClient:
    """A client that may reach these sites, and does not dawdle."""
    hosts = " ".join(site.netloc for site in sites)
    return HttpClient(folder, **{"private_hosts": hosts, "pace": 0, **options})
