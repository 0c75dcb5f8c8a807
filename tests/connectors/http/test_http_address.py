"""Which URLs and addresses may be asked."""

from __future__ import annotations

import socket
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.connectors.http.address import (
    follow,
    is_public,
    read_address,
    read_private_hosts,
)
from broadsheet.errors import ConfigError, ForbiddenAddressError

PRIVATE = """
0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.127.255.255 127.0.0.1 127.255.255.254 169.254.169.254
172.16.0.1 172.31.255.255 192.0.0.8 192.0.0.170 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1
198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 :: ::1
::7f00:1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:0:127.0.0.1 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe
64:ff9b:1::1 100::1 2001::1 2001:0:7f00:1:: 2001:2::1 2001:10::1 2001:20::1 2001:db8::1
2002:7f00:1::1 2002:808:808::1 3fff::1 5f00::1 fc00::1 fd12:3456::1 fe80::1 fe80::1%lo fec0::1
ff02::1 ff0e::1 2606:4700::1%eth0 localhost 127.1 1 nonsense
"""
PUBLIC = """
1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.1 100.63.255.255 100.128.0.1 126.255.255.255 128.0.0.1
169.253.0.1 172.15.255.255 172.32.0.1 192.0.1.1 192.167.1.1 198.17.255.255 198.20.0.1 203.0.112.1
223.255.255.255 2001:200::1 2001:4860:4860::8888 2606:4700::1111 2a00::1 ::ffff:8.8.8.8
64:ff9b::808:808
"""


@pytest.mark.parametrize("address", PRIVATE.split())
def test_private_addresses_are_denied(address: str) -> None:
    """Break to see it fail: let `is_public` return `ip_address(text).is_global`."""
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC.split())
def test_public_addresses_are_allowed(address: str) -> None:
    assert is_public(address)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=100)
def test_a_mapped_or_translated_address_is_judged_as_what_it_stands_for(number: int) -> None:
    plain = socket.inet_ntop(socket.AF_INET, number.to_bytes(4, "big"))
    assert is_public(f"::ffff:{plain}") == is_public(f"64:ff9b::{plain}") == is_public(plain)


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("https://arxiv.org", "https://arxiv.org/"),
        ("HTTPS://ArXiv.ORG./a b".replace(" ", "%20"), "https://arxiv.org/a%20b"),
        ("https://arxiv.org:443/x?q=1#part", "https://arxiv.org/x?q=1"),
        ("http://arxiv.org:8080/x?", "http://arxiv.org:8080/x"),
        ("http://[2606:4700:0::1111]:8080/", "http://[2606:4700::1111]:8080/"),
        ("https://bücher.example/ä?ö", "https://xn--bcher-kva.example/%C3%A4?%C3%B6"),
        ("https://a.example/?token=verb%253D1%26x", "https://a.example/?token=verb%253D1%26x"),
        ("http://2130706433/", "http://2130706433/"),
    ],
)
def test_a_url_is_read_into_its_canonical_form(url: str, canonical: str) -> None:
    assert read_address(url).url == canonical


@pytest.mark.parametrize(
    "url",
    ["", "x", "/x", "//a.example/", "file:///etc/passwd", "ftp://a.example/", "gopher://a.example/",
     "data:text/plain,x", "javascript:alert(1)", "http:", "http://", "http:///x", "http://:80/",
     "http://me@a.example/", "http://me:pw@a.example/", "http://@a.example/", "http://a..b/",
     "http://a.example:0/", "http://a.example:22/", "http://a.example:25/", "http://a.example:6379/",
     "http://a.example:99999/", "http://a.example:-1/", "http://a.example:x/", "http://a b/",
     "http://a.example/\r\nHost: b", "http://a.example\\@127.0.0.1/", "\thttp://a.example/",
     "http://a.example/\x00", "http://[::1", "http://[fe80::1%25eth0]/", "http://[fe80::1%eth0]/",
     "http://[v1.x]/", "http://127%2e0%2e0%2e1/", "http://-a.example/", "http://a.example../",
     "http://" + "a" * 64 + ".example/", "http://" + "a." * 127 + "example/", "http://x/\ud800",
     "http://a.example/" + "x" * 9_000],
)  # fmt: skip
def test_what_is_no_plain_address_of_the_web_is_refused(url: str) -> None:
    """Break to see it fail: remove the test for `@` in `read_address`."""
    with pytest.raises(ForbiddenAddressError):
        read_address(url)


@given(st.text(string.printable + "①。．％@[]", max_size=40))
@settings(max_examples=200)
def test_reading_twice_changes_nothing(rest: str) -> None:
    """Whatever is accepted is its own canonical form, and never holds a character of control."""
    try:
        address = read_address(f"http://{rest}")
    except ForbiddenAddressError:
        return
    assert read_address(address.url) == address
    assert address.url.isascii() and address.url.isprintable() and " " not in address.url


def test_private_hosts_are_pairs_of_name_and_port() -> None:
    private = read_private_hosts(" Sim.LAN:8080  [::1]:25 ")
    assert private == {("sim.lan", 8080), ("::1", 25)}
    assert read_address("http://[::1]:25/", private).port == 25


@pytest.mark.parametrize("text", ["host", "host:", "host:x", ":80", "http://host:80", "a@b:80x"])
def test_private_hosts_with_a_mistake_are_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="private_hosts"):
        read_private_hosts(text)


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/b", "https://a.example/b"),
        ("c?d", "https://a.example/x/c?d"),
        ("//b.example/", "https://b.example/"),
        ("https://b.example:444", "https://b.example:444/"),
    ],
)
def test_a_redirect_is_read_against_its_base(location: str, target: str) -> None:
    assert follow(read_address("https://a.example/x/y"), location).url == target


@pytest.mark.parametrize(
    "location",
    ["http://a.example/", "ftp://a.example/", "//me@a.example/", "http://[::1", "https://[x]/",
     "\\\\b.example/", "data:,x"],
)  # fmt: skip
def test_a_redirect_to_what_may_not_be_asked_is_refused(location: str) -> None:
    """Break to see it fail: remove the test for https to http in `follow`."""
    with pytest.raises(ForbiddenAddressError):
        follow(read_address("https://a.example/x/y"), location)
