"""Outlines: the feeds in them, whatever is around them."""

from __future__ import annotations

import io

import pytest

from broadsheet.connectors.opml import MAX_OUTLINE, Opml
from broadsheet.errors import BadFileError

BODY = """<?xml version="1.0" encoding="utf-8"?>
<!-- made by hand --><opml version="1.1"><head><title>Mine</title></head><body>
<outline text="Folder"><outline text="A" title="Á &lt;b&gt;" xmlUrl="https://a.example/f?x=1&amp;y"/>
<outline xmlurl="https://b.example/f" type="rss"/><outline text="no address"/>
<outline text="twice" xmlUrl="https://b.example/f"/></outline></body></opml>"""


def read(body: bytes) -> list[tuple[str, str]]:
    return [(feed.title, feed.url) for feed in Opml().read(io.BytesIO(body), "mine.opml")]


def test_feeds_in_folders() -> None:
    assert Opml().recognises(BODY.encode(), "x") and Opml().recognises(b"<OPML>", "x")
    assert not Opml().recognises(b"<rss><opmlike/>", "mine.opml")
    assert read(BODY.encode()) == [
        ("Á <b>", "https://a.example/f?x=1&y"),
        ("https://b.example/f", "https://b.example/f"),
    ]


def test_an_outline_that_is_cut_off_gives_what_it_has() -> None:
    assert len(read(BODY.encode()[:240])) == 1


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"<opml><body/></opml>", "has no feeds"),
        (b"<opml " + b"x" * MAX_OUTLINE, "no sound outline: The XML has more than 4 MB"),
        (
            b'<!DOCTYPE opml [<!ENTITY a "https://a.example/">]><opml>'
            b'<outline xmlUrl="&a;"/></opml>',
            "entities",
        ),
        (b"\x00\x01", "no sound outline"),
    ],
)
def test_outlines_that_are_none(body: bytes, why: str) -> None:
    with pytest.raises(BadFileError, match=why) as error:
        read(body)
    assert str(error.value).startswith("mine.opml ")


def test_long_and_odd_fields() -> None:
    long = b"<opml><outline text='%s' xmlUrl='https://a.example/'/>" % (b"t" * 5000)
    ((title, _),) = read(long + b"</opml>")
    assert len(title) == 200
    with pytest.raises(BadFileError):
        read(b"<opml><outline xmlUrl='https://%s'/></opml>" % (b"a" * 3000))
