"""20,000 mangled answers through arXiv's parsers: each is read or refused in words, in time.

Seeded by the invented samples of every stream. Prints what it counted.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from xml.sax.saxutils import escape

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from arxiv_documents import SAMPLES, parse
from broadsheet.connectors.arxiv import daily, paging
from broadsheet.connectors.arxiv.cursors import dump
from broadsheet.errors import SourceBrokenError, SourceBusyError

INPUTS = 20_000
SPARE_PARTS = (
    b"<entry>", b"</record>", b"<header status='deleted'>", b"<error code='badResumptionToken'/>",
    b"&#0;", b"&nope;", b"]]>", b"<!DOCTYPE x [", b"99999999999999999999", b"-1", b"v0",
    b"\xff\xfe", b"0000-00-00", b"9999-12-31T23:59:59+14:00", b"Mon, 31 Feb 2026 99:00:00 GMT",
    b"\xed\xa0\x80", b"0001-01-01T00:00:00+00:00", b"v1" * 999, b"oai:arXiv.org:math/0611800v9999",
    b"<resumptionToken completeListSize='-3'>", b"oai:arXiv.org:", b"xml:lang='", b"<a>" * 300,
)  # fmt: skip
CURSORS = (
    None,
    "",
    "[]",
    '{"token":5}',
    dump(paging.Mark(token="t", stamp="2026-02-30", since="x", server="y", seen=("z",))),
    dump(paging.Mark(token="t", stamp="0001-01-01", server="0001-01-01", issued="2026-11-19")),
    dump(daily.Seen(day="2026-11-19", digest="x", shown="2026-11-20", stale=True)),
)


TEXT = re.compile(rb"(?<=>)[^<>]+(?=<)|(?<==[\"'])[^\"'<>]+(?=[\"'])")
FRAME = (b"http", b"1.0", b"2.0")  # name spaces and versions of XML, without which nothing is read
WORDS = st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=12)


@st.composite
def mangled(draw: st.DrawFn) -> tuple[str, bytes, str | None]:
    """A sample under some cursor, with up to three of its texts replaced (then it stays sound
    XML), or of its bytes."""
    sample = draw(st.sampled_from(SAMPLES))
    body, sound = sample.answer.body, draw(st.booleans())
    for _ in range(draw(st.integers(1, 3))):
        texts = [found.span() for found in TEXT.finditer(body) if found[0][:4] not in FRAME]
        if sound and texts:
            start, end = draw(st.sampled_from(texts))
            part = draw(st.one_of(st.sampled_from(SPARE_PARTS), WORDS))
            words = part if isinstance(part, str) else part.decode("utf-8", "replace")
            put = escape(words, {'"': "&quot;", "'": "&apos;"}).encode("utf-8", "replace")
        else:
            start = draw(st.integers(0, len(body)))
            end = min(len(body), start + draw(st.integers(0, 80)))
            put = draw(st.one_of(st.sampled_from(SPARE_PARTS), st.binary(max_size=12)))
        body = body[:start] + put + body[end:]
    return sample.stream, body, draw(st.sampled_from(CURSORS))


@pytest.mark.slow
def test_parsers_of_arxiv_refuse_in_words_and_in_time() -> None:
    """Breaks when a number, date or name of an answer is trusted (`int(version[1:])`)."""
    counts: Counter[str] = Counter()
    slowest = 0.0

    @seed(20261122)
    @settings(
        max_examples=INPUTS,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(mangled())
    def read(case: tuple[str, bytes, str | None]) -> None:
        nonlocal slowest
        begun = time.process_time()
        try:
            parse(*case)
            counts["read"] += 1
        except (SourceBrokenError, SourceBusyError) as error:
            assert str(error)
            counts["refused"] += 1
        slowest = max(slowest, time.process_time() - begun)

    read()
    assert counts.total() >= INPUTS
    assert slowest < 1
    print(f"{counts['read']} read, {counts['refused']} refused, slowest {slowest * 1000:.0f} ms")
