"""Addresses are judged as far as they can be before anything is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from broadsheet.connectors.http import HttpClient
from broadsheet.errors import ForbiddenAddressError


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "192.168.1.1", "169.254.169.254", "[::1]", "2130706433", "0x7f.1"],
)
def test_a_private_address_is_refused_with_what_would_allow_it(host: str, tmp_path: Path) -> None:
    """Break to see it fail: let `check` return before it resolves."""
    web = HttpClient(tmp_path / "net")
    with pytest.raises(ForbiddenAddressError, match=r'private_hosts = ".+:8080" would allow it'):
        web.check(f"http://{host}:8080/feed")
    allowed = HttpClient(tmp_path / "net", private_hosts=f"{host}:8080, other.lan:80")
    allowed.check(f"http://{host}:8080/feed")
    assert not (tmp_path / "net").exists()


def test_a_name_is_judged_when_it_is_asked(tmp_path: Path) -> None:
    HttpClient(tmp_path / "net").check("https://feeds.example.org/rss")
