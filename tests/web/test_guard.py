from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from broadsheet.web.guard import SECURITY_HEADERS, Guard, host_name


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("localhost", "localhost"),
        ("LocalHost:8000", "localhost"),
        ("127.0.0.1:", "127.0.0.1"),
        ("[::1]:8000", "::1"),
        ("[::1]", "::1"),
        ("localhost:80x", ""),
        ("localhost:80:80", ""),
        ("[::1]evil.example", ""),
        ("::1]:80", ""),
        ("", ""),
    ],
)
def test_the_name_in_a_host_header(header: str, name: str) -> None:
    assert host_name(header) == name


@pytest.mark.parametrize(
    ("listening", "header", "status"),
    [
        ("127.0.0.1", "127.0.0.1:8000", 404),
        ("127.0.0.1", "localhost:8000", 404),
        ("127.0.0.1", "[::1]:8000", 404),
        ("127.0.0.1", "evil.example", 400),
        ("127.0.0.1", "127.0.0.1.evil.example", 400),
        ("127.0.0.1", "localhost@evil.example", 400),
        ("127.0.0.1", "192.168.1.7:8000", 400),
        ("papers.example", "papers.example", 404),
        ("papers.example", "PAPERS.example:443", 404),
        ("0.0.0.0", "192.168.1.7:8000", 404),
        ("::", "[fd00::7]:8000", 404),
        ("0.0.0.0", "evil.example", 400),
    ],
)
def test_only_hosts_of_ours_are_answered(listening: str, header: str, status: int) -> None:
    """Against DNS rebinding. Break: let `_is_ours` return True, and evil.example gets in."""
    client = TestClient(Guard(Starlette(), host=listening))
    answer = client.get("/", headers={"Host": header})
    assert answer.status_code == status
    assert SECURITY_HEADERS.items() <= {k: answer.headers.get(k) for k in SECURITY_HEADERS}.items()


def test_names_that_the_operator_gave_are_ours() -> None:
    client = TestClient(Guard(Starlette(), "127.0.0.1", ["Papers.example"]))
    assert client.get("/", headers={"Host": "papers.example"}).status_code == 404


def test_two_hosts_or_none_are_refused() -> None:
    client = TestClient(Guard(Starlette(), host="127.0.0.1"), base_url="http://localhost")
    two = [("Host", "localhost"), ("Host", "evil.example")]
    assert client.get("/", headers=two).status_code == 400
