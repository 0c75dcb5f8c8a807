"""8,000 damaged documents and a dozen bombs for the parsers of feeds, notes and collections.

Damaged: refused with SourceBrokenError or read, never longer than a second. Bombs: refused or
done within 5 s of CPU time and 256 MB, each in a process of its own. Seeded; the counts are
printed, and `docs/reliability.md` quotes them.
"""

from __future__ import annotations

import gzip
import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broadsheet.connectors.acl import AclConnector
from broadsheet.connectors.feed import FeedConnector
from broadsheet.connectors.openreview import OpenReviewConnector
from broadsheet.errors import SourceBrokenError, SourceBusyError
from broadsheet.ports import Connector
from broadsheet.sources import Answer, Raw
from feed_documents import ALL_FEEDS
from feed_makers import damage, make_feed

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SLOWEST = 1.0
CPU_SECONDS, MEGABYTES = 5.0, 256
COLLECTION = b"""<collection id="2099.xcl"><volume id="long"><meta><booktitle>P</booktitle>
<year>2099</year></meta><paper id="1"><title><fixed-case>X</fixed-case>
<tex-math>a&lt;b</tex-math></title><author><first>A</first><last>B</last></author><abstract>c</abstract><url>2099.xcl-long.1</url><retracted/>
</paper></volume></collection>"""
BIBTEX = b"@inproceedings{a, title={T}, author={Lee, Ann and Ek, Bo}, year=2099}\n" * 3
NOTES = json.dumps({"count": 2, "notes": [{
    "id": "forum00001", "forum": "forum00001", "cdate": 1704067200000,
    "content": {"title": {"value": "T"}, "authors": {"value": ["A B"]}, "venueid": {"value": "v"}},
}]}).encode()  # fmt: skip
SAMPLES: dict[str, tuple[Connector, str, list[bytes]]] = {
    "feed": (
        FeedConnector(),
        "https://example.org/feed.xml",
        [*ALL_FEEDS, *map(make_feed, range(20))],
    ),
    "openreview": (OpenReviewConnector(), "XCLR.cc/2024/Conference", [NOTES]),
    "acl": (AclConnector(), "https://example.org/2099.xcl.xml",
            [COLLECTION, BIBTEX, gzip.compress(BIBTEX, mtime=0)]),
}  # fmt: skip
EACH = {"feed": 5000, "openreview": 1000, "acl": 2000}


@pytest.mark.parametrize("kind", SAMPLES)
def test_damaged_documents(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Deliberate break: let `ValueError` of a bad IPv6 address out of `web_address`."""
    connector, target, samples = SAMPLES[kind]
    source = connector.configure([target], since=None, mirror="", now=NOW)
    stream = connector.streams(source)[0]
    outcomes: Counter[str] = Counter()
    slowest = 0.0

    @settings(
        max_examples=EACH[kind],
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.integers(0, 2**32), st.sampled_from(samples))
    def check(seed: int, sample: bytes) -> None:
        nonlocal slowest
        body = damage(random.Random(seed), sample)
        raw = Raw(stream.name, None, Answer(target, 200, {}, body, NOW))
        begun = time.process_time()
        try:
            batch = connector.parse(source, raw)
            outcomes["read" if batch.records else "empty"] += 1
            for record in batch.records:
                assert all(link.url.startswith(("http://", "https://")) for link in record.links)
        except (SourceBrokenError, SourceBusyError) as error:
            assert str(error).endswith(".")
            outcomes["refused"] += 1
        slowest = max(slowest, time.process_time() - begun)

    check()
    assert slowest < SLOWEST
    assert outcomes.total() >= EACH[kind]
    with capsys.disabled():
        print(f"\n{kind}: {dict(outcomes)}, slowest {slowest * 1000:.0f} ms")


# --- Bombs ------------------------------------------------------------------------------------

CHILD = """
import json, re, resource, sys
from datetime import UTC, datetime
from pathlib import Path
from broadsheet.connectors.acl import AclConnector
from broadsheet.connectors.feed import FeedConnector
from broadsheet.connectors.openreview import OpenReviewConnector
from broadsheet.errors import SourceBrokenError
from broadsheet.sources import Answer, Raw
kind, target, path = sys.argv[1:]
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
every = [AclConnector(), FeedConnector(), OpenReviewConnector()]
connector = next(each for each in every if each.kind == kind)
source = connector.configure([target], since=None, mirror="", now=NOW)
answer = Answer(target, 200, {}, Path(path).read_bytes(), NOW)
try:
    batch = connector.parse(source, Raw(connector.streams(source)[0].name, None, answer))
    came = f"read {len(batch.records)}"
except SourceBrokenError as error:
    came = str(error)[:100]
used = resource.getrusage(resource.RUSAGE_SELF)
# Where there is one, the kernel's own note: `ru_maxrss` counts what the parent held at the fork.
status = Path("/proc/self/status")
peak = re.search(r"VmHWM:\\s+(\\d+)", status.read_text()) if status.exists() else None
memory = int(peak[1]) if peak else used.ru_maxrss
print(json.dumps([came, used.ru_utime + used.ru_stime, memory / 1024]))
"""
FEED = b'<?xml version="1.0"?><rss version="2.0"><channel>%s</channel></rss>'
ITEM = b"<item><title>%s</title><description>%s</description></item>"
BLOCKS, BOLD = b"&lt;div&gt;&lt;b&gt;$a", b"&lt;b&gt;"
PAPER = b'<paper id="1"><title>a<b>b</b></title><author><last>c</last></author></paper>'
MEGA = 1 << 20


def _feed_of(unit: bytes, size: int) -> bytes:
    return FEED % (unit * (size // len(unit)))


def _billion_laughs() -> bytes:
    names = [f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(12)]
    return f"<!DOCTYPE rss [{''.join(names)}]><rss><channel>&e11;</channel></rss>".encode()


def _attributes() -> bytes:
    return FEED % (b"<item " + b"".join(b'a%d="" ' % n for n in range(500_000)) + b"/>")


def _wide_json() -> bytes:
    return b'{"version": "jsonfeed.org", "items": [' + b'{"id": 1},' * MEGA + b"{}]}"


def _collection_of(inside: bytes) -> bytes:
    return b'<collection id="x"><volume>' + inside + b"</volume></collection>"


BOMBS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "15 MB of items": ("feed", lambda: _feed_of(ITEM % (b"T", b"word " * 20), 15 * MEGA - 100)),
    "4 MB of blocks": ("feed", lambda: _feed_of(ITEM % (b"T", BLOCKS * 5000), 4 * MEGA)),
    "as many tags as are read": ("feed", lambda: _feed_of(ITEM % (b"T", BOLD * 2000), 4 * MEGA)),
    "16 MB": ("feed", lambda: _feed_of(b"<item/>", 16 * MEGA)),
    "empty elements": ("feed", lambda: FEED % (b"<a/>" * 980_000)),
    "an attribute of 4 MB": ("feed", lambda: b'<rss a="' + b"x" * (4 * MEGA) + b'"></rss>'),
    "attributes": ("feed", _attributes),
    "depth of a million": ("feed", lambda: b"<a>" * 1_000_000),
    "depth of 490,000": ("feed", lambda: b"<a>" * 490_000 + b"</a>" * 490_000 + b"</rss>"),
    "entities": ("feed", _billion_laughs),
    "named entities": ("feed", lambda: FEED % (b"&nbsp;" * 980_000)),
    "stray ampersands": ("feed", lambda: FEED % (b"&" * 980_000)),
    "14 MB of ampersands": ("feed", lambda: FEED % (b"&" * (14 * MEGA))),
    "comments before a page": ("feed", lambda: b"<!-- -->" * 900_000 + b"<html>"),
    "deep JSON feed": ("feed", lambda: b'{"items": ' + b"[" * (14 * MEGA)),
    "wide JSON feed": ("feed", _wide_json),
    "deep notes": ("openreview", lambda: b'{"notes": ' + b"[" * (14 * MEGA)),
    "many notes": ("openreview", lambda: b'{"notes": [' + b"{}," * (4 * MEGA) + b"{}]}"),
    "60 MB collection": ("acl", lambda: _collection_of(b"<paper>" + b"x" * (60 * MEGA))),
    "collection of tags": ("acl", lambda: _collection_of(b"<a/>" * 980_000)),
    "collection of more tags": ("acl", lambda: _collection_of(b"<a/>" * 5_000_000)),
    "collection of papers": ("acl", lambda: _collection_of(PAPER * 95_000)),
    "gzip of a gigabyte": ("acl", lambda: gzip.compress(bytes(1024 * MEGA), 9)),
    "5 MB of BibTeX": ("acl", lambda: (b"@article{a,\n" + b" " * 90) * 49_000),
    "gzip of 60 MB of BibTeX": ("acl", lambda: gzip.compress(b"@article{a,\n" * (5 * MEGA))),
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Deliberate break: leave out `MAX_SIGNS` in `documents`, `MAX_TAGS` in `acl_xml`, or the
    limit in `_expand`."""
    kind, make = BOMBS[name]
    path = tmp_path / "bomb"
    path.write_bytes(make())
    command = [sys.executable, "-c", CHILD, kind, SAMPLES[kind][1], str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    came, seconds, megabytes = json.loads(done.stdout)
    with capsys.disabled():
        print(f"\n{name}: {came!r}, {seconds:.2f} s, {megabytes:.0f} MB")
    assert seconds <= CPU_SECONDS
    assert megabytes <= MEGABYTES
