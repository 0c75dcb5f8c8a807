"""XML from strangers: what is read, and every door that is shut."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from broadsheet.connectors.xml import child_text, children, local_name, parse_xml
from broadsheet.errors import SourceBrokenError


def test_names_without_their_namespaces() -> None:
    root = parse_xml(b'<a:feed xmlns:a="urn:a" xmlns="urn:b"><x> 1 <y>2</y></x><x/><a:x>3</a:x>'
                     b"<!-- no --><?no no?></a:feed>")  # fmt: skip
    assert local_name(root) == "feed"
    assert child_text(root, "x") == "1 2"
    assert child_text(root, "y") == ""
    assert ["".join(each.itertext()) for each in children(root, "x")] == [" 1 2", "", "3"]
    assert len(root) == 3  # no comment, no instruction


def test_what_is_broken_can_be_read_as_far_as_it_goes() -> None:
    body = b"<feed><title>Tea & cakes</title><entry><title>One</title>"
    with pytest.raises(SourceBrokenError, match="not sound XML"):
        parse_xml(body)
    (entry,) = children(parse_xml(body, recover=True), "entry")
    assert child_text(entry, "title") == "One"


@pytest.mark.parametrize("recover", [False, True])
@pytest.mark.parametrize("body", [b"", b"   ", b"\x00\x01", b"plain words"])
def test_what_is_no_xml_at_all(body: bytes, recover: bool) -> None:
    with pytest.raises(SourceBrokenError):
        parse_xml(body, recover=recover)


def test_the_limit() -> None:
    with pytest.raises(SourceBrokenError, match="more than 15 MB"):
        parse_xml(b"<a>" + b" " * (15 << 20) + b"</a>")
    with pytest.raises(SourceBrokenError, match="more than 0 MB"):
        parse_xml(b"<a>bc</a>", limit=8)


def declare(entity: str) -> bytes:
    return f'<!DOCTYPE a [<!ENTITY x {entity}>]><a>&x;</a>'.encode()  # fmt: skip


@pytest.mark.parametrize("recover", [False, True])
def test_entities_of_its_own(tmp_path: Path, recover: bool) -> None:
    """Breaks when entities are resolved: the file's words would stand in the text."""
    secret = tmp_path / "secret"
    secret.write_text("secret words")
    for body in (declare('"words"'), declare(f'SYSTEM "{secret.as_uri()}"')):
        with pytest.raises(SourceBrokenError, match="declares entities"):
            parse_xml(body, recover=recover)


@pytest.mark.parametrize("recover", [False, True])
@pytest.mark.parametrize(
    "body",
    [
        b"<a>" * 1_000_000,
        b"<a>" * 1_000_000 + b"</a>" * 1_000_000,
        b"<a>" * 1000 + b"</a>" * 1000,
        b"<a " + b" ".join(b"x%d='1'" % n for n in range(100_000)) + b"/>",
        b"<a>" + b"&lt;" * 1_000_000 + b"</a>",
        b'<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb">'
        + b"".join(b'<!ENTITY b%d "%s">' % (n, b"&b%d;" % (n - 1) * 10) for n in range(1, 9))
        + b"]><a>&b8;</a>",
    ],
    ids=["open", "deepest", "deep", "attributes", "references", "laughs"],
)
def test_bombs_are_refused_or_done_with_at_once(body: bytes, recover: bool) -> None:
    """Breaks when `huge_tree` is on, which lifts the limits on depth and size."""
    begun = time.process_time()
    try:
        root = parse_xml(body, recover=recover)
    except SourceBrokenError as error:
        assert str(error)
    else:
        depth = 0
        while len(root) and depth < 1000:
            root, depth = root[0], depth + 1
        assert depth <= 256
    assert time.process_time() - begun < 2
