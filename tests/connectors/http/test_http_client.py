"""The client against real servers on loopback: what it sends, and what it makes of answers."""

from __future__ import annotations

import gzip
import shutil
import socket
import ssl
import subprocess
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from clocks import START, Clock, client

from broadsheet.connectors.http import HttpClient, exchange, network
from broadsheet.errors import (
    ConfigError,
    ForbiddenAddressError,
    SourceBrokenError,
    SourceBusyError,
    SourceError,
    SourceRequestError,
    StorageReadOnlyError,
)
from broadsheet.ports.live import Web
from sites import Answering, Asked, Site, reply


def echo(asked: Asked) -> bytes:
    return reply(200, asked.body or asked.path.encode(), etag='"v1"')


def test_it_fulfils_the_port(tmp_path: Path) -> None:
    web: Web = HttpClient(tmp_path / "net")
    assert web and not (tmp_path / "net").exists()


def test_an_answer_says_what_came_from_where_and_when(tmp_path: Path) -> None:
    with Site(lambda asked: reply(200, b"hello", X_Two="a", Set_Cookie="id=1")) as site:
        answer = client(tmp_path, site, clock=Clock()).get(site.url("/a?b=%253D#c"))
    assert (answer.status, answer.body, answer.at) == (200, b"hello", START)
    assert answer.url == site.url("/a?b=%253D")
    assert answer.headers == {"content-length": "5", "x-two": "a"}
    assert site.asked[0].path == "/a?b=%253D"


def test_it_says_who_it_is_and_what_it_wants(tmp_path: Path) -> None:
    contact = "ann@lab.example https://lab.example/about"
    with Site(echo) as site:
        web = client(tmp_path, site, contact=contact)
        web.get(
            site.url(), accept="text/xml", etag='W/"1"', modified="Fri, 20 Nov 2026 05:00:00 GMT"
        )
        answer = web.post(site.url(), b"{}", headers={"X-Api-Key": "k"})
    sent, posted = (asked.headers for asked in site.asked)
    agent = sent.pop("user-agent")
    assert agent.startswith("Broadsheet/")
    assert agent.endswith(" (mailto:ann@lab.example; +https://lab.example/about)")
    assert sent == {
        "host": site.netloc,
        "from": "ann@lab.example",
        "accept": "text/xml",
        "if-none-match": 'W/"1"',
        "if-modified-since": "Fri, 20 Nov 2026 05:00:00 GMT",
        "accept-encoding": "gzip",
        "connection": "close",
    }
    assert posted["accept"] == posted["content-type"] == "application/json"
    assert (posted["x-api-key"], posted["content-length"], answer.body) == ("k", "2", b"{}")
    assert web.requests == 2


def test_without_a_contact_it_names_itself_only(tmp_path: Path) -> None:
    with Site(echo) as site:
        client(tmp_path, site).get(site.url())
    headers = site.asked[0].headers
    assert "from" not in headers and "(" not in headers["user-agent"]


@pytest.mark.parametrize("contact", ["Ann", "a@b", "a@b.example)\r\nX: y", "https://a.example/(x)"])
def test_a_contact_that_is_none_is_refused(tmp_path: Path, contact: str) -> None:
    with Site(echo) as site, pytest.raises(ConfigError, match="contact"):
        client(tmp_path, site, contact=contact).get(site.url())
    assert not site.asked


def test_a_key_that_no_header_can_hold_is_refused_and_such_a_validator_left_out(
    tmp_path: Path,
) -> None:
    with Site(echo) as site:
        web = client(tmp_path, site)
        with pytest.raises(ConfigError, match="X-Api-Key"):
            web.get(site.url(), headers={"X-Api-Key": "a\r\nHost: b"})
        web.get(site.url(), etag='"a"\r\nHost: b', modified="\u2603")
    assert len(site.asked) == 1
    assert not {"if-none-match", "if-modified-since"} & site.asked[0].headers.keys()


def test_proxies_in_the_environment_are_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Break to see it fail: ask through `httpx2.Client()`, which reads them."""
    with Site(echo) as site, Site(echo) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url())
        client(tmp_path, site).get(site.url())
    assert (len(site.asked), proxy.connections) == (1, 0)


# --- Statuses -----------------------------------------------------------------------------------


def test_304_where_a_validator_was_given_and_404_are_answers(tmp_path: Path) -> None:
    def answer(asked: Asked) -> bytes:
        return (
            reply(304, content_length="") if "if-none-match" in asked.headers else reply(404, b"x")
        )

    with Site(answer) as site:
        web = client(tmp_path, site)
        held, missing = web.get(site.url(), etag='"1"'), web.get(site.url())
    assert (held.status, held.body, missing.status, missing.body) == (304, b"", 404, b"x")


@pytest.mark.parametrize("status", [400, 405, 409, 410, 414, 422, 451])
def test_a_request_that_is_wrong_is_said_so(tmp_path: Path, status: int) -> None:
    with Site(lambda asked: reply(status, b"no")) as site:
        web = client(tmp_path, site)
        for _ in range(2):  # it does not keep others from asking
            with pytest.raises(SourceRequestError, match=str(status)) as caught:
                web.get(site.url("/x"))
    assert caught.value.status == status
    assert len(site.asked) == 2


@pytest.mark.parametrize("status", [202, 204, 206, 300, 304, 305])
def test_an_answer_without_sense_is_broken(tmp_path: Path, status: int) -> None:
    said = reply(status, content_length="" if status in {204, 304} else "0")
    with Site(lambda asked: said) as site, pytest.raises(SourceBrokenError, match=str(status)):
        client(tmp_path, site).get(site.url())


# --- Bodies -------------------------------------------------------------------------------------


def chunked(*pieces: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + end


def members(*pieces: bytes) -> bytes:
    return b"".join(gzip.compress(piece) for piece in pieces)


@pytest.mark.parametrize("size", [0, 1, 1000, exchange.STEP, exchange.STEP * 3 + 7])
@pytest.mark.parametrize("parts", [1, 3])
def test_gzip_is_undone_whatever_its_size(tmp_path: Path, size: int, parts: int) -> None:
    body = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    packed = members(*[body] * parts)
    with Site(lambda asked: reply(200, packed, Content_Encoding="GZIP")) as site:
        assert client(tmp_path, site).get(site.url()).body == body * parts


def test_an_empty_body_is_no_damaged_gzip(tmp_path: Path) -> None:
    with Site(lambda asked: reply(404, b"", Content_Encoding="gzip")) as site:
        assert client(tmp_path, site).get(site.url()).body == b""


PACKED = gzip.compress(b"some words that want room" * 50)
DAMAGED = {
    "cut off": reply(200, b"half", content_length="400"),
    "cut off in a chunk": chunked(b"half", end=b"ff\r\nhal"),
    "cut off between chunks": chunked(b"half", end=b""),
    "no number of bytes": chunked(b"half", end=b"zz\r\n"),
    "gzip cut off": reply(200, PACKED[:-3], content_encoding="gzip"),
    "gzip with a wrong sum": reply(200, PACKED[:-8] + b"12345678", content_encoding="gzip"),
    "no gzip": reply(200, b"plain", content_encoding="gzip"),
    "garbage after gzip": reply(200, PACKED + b"plain", content_encoding="gzip"),
    "too many gzips": reply(200, members(b"") * 65, content_encoding="gzip"),
    "deflate": reply(200, zlib.compress(b"x"), content_encoding="deflate"),
    "gzip of gzip": reply(200, gzip.compress(PACKED), content_encoding="gzip, gzip"),
    "not http": b"SSH-2.0-OpenSSH_9.2\r\n",
    "a length that is no number": reply(200, b"x", content_length="many"),
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
}


@pytest.mark.parametrize("what", DAMAGED)
def test_what_is_damaged_is_broken_and_not_busy(tmp_path: Path, what: str) -> None:
    """Break to see it fail: drop the check of `inflate.eof` at the end of `_gunzip`."""
    with Site(lambda asked: DAMAGED[what]) as site:
        web = client(tmp_path, site)
        with pytest.raises(SourceBrokenError, match=r"127\.0\.0\.1"):
            web.get(site.url())
        with pytest.raises(SourceBrokenError):
            web.get(site.url())  # it may be asked again at once


def test_a_body_that_is_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Break to see it fail: count in `_read_body` after the loop instead of within."""
    monkeypatch.setattr(exchange, "LARGEST", 100_000)

    def endless(asked: Asked) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\n\r\n"
        while True:
            yield b"x" * 10_000

    for answer in (
        endless,
        lambda asked: reply(200, members(b"x" * 100_001), content_encoding="gzip"),
    ):
        with Site(answer) as site, pytest.raises(SourceBrokenError, match="32 MB"):
            client(tmp_path, site).get(site.url())


def drip(asked: Asked) -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\n"
    for _ in range(200):
        time.sleep(0.02)
        yield b"X: y\r\n"


def late(asked: Asked) -> Iterator[bytes]:
    time.sleep(0.3)
    yield reply(200)


@pytest.mark.parametrize("answer", [drip, late])
def test_a_server_that_is_slow_is_left_at_the_deadline(tmp_path: Path, answer: Answering) -> None:
    """Break to see it fail: return `most` from `Limits.left`, at its end or at its beginning."""
    with Site(answer) as site, pytest.raises(SourceBusyError, match="took too long"):
        client(tmp_path, site, deadline=0.1).get(site.url())


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200"])
def test_a_connection_that_is_dropped(tmp_path: Path, said: bytes) -> None:
    with Site(lambda asked: said) as site, pytest.raises(SourceError) as caught:
        client(tmp_path, site).get(site.url())
    assert isinstance(caught.value, SourceBrokenError if said else SourceBusyError)


# --- Redirects ----------------------------------------------------------------------------------


def test_redirects_are_followed_and_keys_stay_at_home(tmp_path: Path) -> None:
    """Break to see it fail: send `keys` at every hop in `_ask`."""
    with Site(echo) as other:

        def answer(asked: Asked) -> bytes:
            target = {"/a": "/b", "/b": other.url("/c"), "/d": "/e?f=\xe4"}.get(asked.path)
            return reply(302, location=target) if target else echo(asked)

        with Site(answer) as site:
            web = client(tmp_path, site, other)
            answer_from = web.get(site.url("/a"), headers={"X-Api-Key": "k"}, etag='"1"')
            web.get(site.url("/d"))
    assert answer_from.url == other.url("/c")
    assert [asked.headers.get("x-api-key") for asked in site.asked[:2]] == ["k", "k"]
    assert "x-api-key" not in other.asked[0].headers
    assert other.asked[0].headers["if-none-match"] == '"1"'
    assert site.asked[-1].path.startswith("/e?f=%")
    assert web.requests == 5


@pytest.mark.parametrize(
    ("status", "method"), [(301, "GET"), (303, "GET"), (307, "POST"), (308, "POST")]
)
def test_a_redirected_post(tmp_path: Path, status: int, method: str) -> None:
    def answer(asked: Asked) -> bytes:
        return reply(status, location="/b") if asked.path == "/a" else echo(asked)

    with Site(answer) as site:
        client(tmp_path, site).post(site.url("/a"), b"[1]")
    assert (site.asked[1].method, site.asked[1].body) == (
        method,
        b"[1]" if method == "POST" else b"",
    )


@pytest.mark.parametrize("location", ["", "/again"])
def test_redirects_come_to_an_end(tmp_path: Path, location: str) -> None:
    said = reply(301, location=location)
    with Site(lambda asked: said) as site, pytest.raises(SourceBrokenError, match="redirects"):
        client(tmp_path, site).get(site.url())
    assert len(site.asked) == (6 if location else 1)


# --- Addresses ----------------------------------------------------------------------------------


def test_a_private_host_is_asked_only_where_name_and_port_were_allowed(tmp_path: Path) -> None:
    """Break to see it fail: compare the host alone in `CheckedNetwork._checked`."""
    with Site(echo) as site, Site(echo) as other:
        web = client(tmp_path, site)
        for url in (other.url(), site.url().replace("127.0.0.1", "localhost"), "http://10.0.0.1/"):
            with pytest.raises(ForbiddenAddressError, match="private_hosts"):
                web.get(url)
    assert (site.connections, other.connections) == (0, 0)


def test_one_private_address_is_enough_to_deny_a_name(tmp_path: Path) -> None:
    """Break to see it fail: skip denied addresses in `_checked` instead of raising."""
    web = client(tmp_path, resolve=lambda host: ["8.8.8.8", "127.0.0.1"])
    with pytest.raises(ForbiddenAddressError, match="papers.example leads to 127"):
        web.get("http://papers.example/")


def test_the_connection_goes_to_the_address_that_was_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With TLS the server is still told the name. Break: resolve again in `connect_tcp`."""
    answers = iter([["8.8.8.8"], ["127.0.0.1"], ["127.0.0.1"]])
    dialled = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        plain = network.dial

        def dial(address: str, port: int, seconds: float) -> object:
            dialled.append((address, port))
            return plain("127.0.0.1", listener.getsockname()[1], seconds)

        monkeypatch.setattr(network, "dial", dial)
        web = client(tmp_path, resolve=lambda host: next(answers), deadline=0.3)
        with pytest.raises(SourceBusyError, match="took too long"):
            web.get("https://papers.example/")
        taken, _ = listener.accept()
        with taken:
            assert b"papers.example" in taken.recv(4096)
    assert dialled == [("8.8.8.8", 443)]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl to make a certificate")
def test_a_secure_connection_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The certificate must be for the name in the URL, and by somebody who is trusted.

    Break to see it fail: make a context in `_tls` that has `check_hostname` off.
    """
    certificate, key = tmp_path / "certificate", tmp_path / "key"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
    command += f" -subj /CN=x -addext subjectAltName=DNS:papers.example -out {certificate}"
    subprocess.run([*command.split(), "-keyout", key], check=True, capture_output=True)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)

    def ask(name: str) -> bytes:
        hosts = f"{name}:{site.port}"
        web = client(tmp_path, private_hosts=hosts, resolve=lambda host: ["127.0.0.1"])
        return web.get(f"https://{hosts}/", headers={"X-Api-Key": "k"}).body

    with Site(echo, tls=tls) as site:
        with pytest.raises(SourceBusyError, match="certificate is not valid, self-signed"):
            ask("papers.example")
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        for path in tmp_path.glob("*.json"):
            path.unlink()
        assert ask("papers.example") == b"/"
        with pytest.raises(SourceBusyError, match="not valid, Hostname mismatch"):
            ask("other.example")
    assert len(site.asked) == 1


def test_a_name_that_is_not_found_and_a_closed_port_are_busy(tmp_path: Path) -> None:
    def missing(host: str) -> list[str]:
        raise socket.gaierror(-2, "Name or service not known")

    with pytest.raises(SourceBusyError, match=r"papers\.example could not be reached: its name"):
        client(tmp_path, resolve=missing).get("http://papers.example/")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    web = client(tmp_path, private_hosts=f"127.0.0.1:{port}")
    with pytest.raises(SourceBusyError, match="connection refused"):
        web.get(f"http://127.0.0.1:{port}/")


def test_a_folder_that_cannot_be_used_is_said_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    with Site(echo) as site:
        monkeypatch.setattr(Path, "mkdir", refuse)
        with pytest.raises(StorageReadOnlyError, match="no source is asked"):
            client(tmp_path / "net", site).get(site.url())
    assert not site.asked
