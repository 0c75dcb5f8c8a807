"""Feeds that other makers' software wrote, from a web server that we did not write.

feedgen writes RSS 2.0 and Atom 1.0, with Dublin Core and podcast elements; Starlette's
`StaticFiles` on uvicorn serves them with its own ETag and Last-Modified; feedparser is the oracle.
Its own test documents, 2,200 in every dialect there is, come with its source package; where that
cannot be had, their test is skipped.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import feedparser
import pytest
import uvicorn
from feedgen.feed import FeedGenerator
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from broadsheet.connectors.feed import FeedConnector
from broadsheet.connectors.http import HttpClient
from broadsheet.errors import SourceBrokenError
from broadsheet.sources import Batch
from feed_makers import make_feed
from feed_oracle import said_by_feedparser, said_by_us

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
BEGAN = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
FEEDS = 12
INVENTED = 3000
AGREEMENT = 0.99
"""Of all fields. What differs are dialects that died out (CDF, base64) and relative ids."""


MEASURING = """
import io, json, re, resource
from pathlib import Path
body = b"<a>" * 1_000_000
try:
    came = f"{{len({read})}} entries"
except Exception as error:
    came = type(error).__name__
used = resource.getrusage(resource.RUSAGE_SELF)
# Where there is one, the kernel's own note: `ru_maxrss` counts what the parent held at the fork.
status = Path("/proc/self/status")
peak = re.search(r"VmHWM:\\s+(\\d+)", status.read_text()) if status.exists() else None
memory = int(peak[1]) if peak else used.ru_maxrss
print(json.dumps([came, used.ru_utime + used.ru_stime, memory / 1024]))
"""
MEASURED = {
    "ours": "__import__('broadsheet.connectors.feed.documents', fromlist=['x'])"
    ".read_feed(body, 'https://example.org/feed.xml', 'application/xml').entries",
    "feedparser": "__import__('feedparser').parse(io.BytesIO(body)).entries",
}


def generate(seed: int) -> FeedGenerator:
    """A feed of feedgen's making; some of its extensions on, markup and accents in its texts."""
    feed = FeedGenerator()
    if seed % 2:
        feed.load_extension("dc")
    if seed % 3 == 0:
        feed.load_extension("podcast")
    feed.id(f"https://maker.example.org/{seed}")
    feed.title(f"Übersicht & notes {seed}")
    feed.link(href="https://maker.example.org/", rel="alternate")
    feed.description("What was made")
    feed.ttl(120)
    for number in range(seed + 1):
        entry = feed.add_entry()
        entry.id(f"urn:made:{seed}:{number}")
        entry.title(f"Number {number}: $a<b$ & “so on” for <b>")
        entry.link(href=f"https://maker.example.org/{seed}/{number}")
        entry.author(name=f"Ann Lee {number}", email="ann@example.org")
        entry.summary(f"A summary of number {number}")
        entry.content("<p>All <i>of</i> it.</p><script>alert(1)</script>", type="CDATA")
        entry.category(term="made")
        moment = BEGAN + timedelta(hours=number)
        entry.published(moment)
        entry.updated(moment)
    return feed


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """A folder on uvicorn and Starlette's StaticFiles, on a free port of this machine."""
    app = Starlette(routes=[Mount("/", StaticFiles(directory=folder))])
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


def follow(web: HttpClient, address: str) -> tuple[Batch, int]:
    """A feed fetched twice: what the first answer says, and the status of the second."""
    connector = FeedConnector()
    source = connector.configure([address], since=None, mirror="", now=NOW)
    (stream,) = connector.streams(source)
    batch = connector.parse(source, connector.fetch(source, stream, None, web))
    second = connector.fetch(source, stream, batch.cursor, web)
    assert connector.parse(source, second).records == ()
    return batch, second.answer.status


def test_feeds_of_feedgen_through_a_foreign_server(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All entries are what feedparser reads, and an unchanged feed is 304 at once.

    Deliberate break: send no validators in `FeedConnector.fetch`.
    """
    folder = tmp_path / "served"
    folder.mkdir()
    for seed in range(FEEDS):
        made: Any = generate(seed)
        (folder / f"{seed}.rss").write_bytes(made.rss_str(pretty=bool(seed % 2)))
        (folder / f"{seed}.atom").write_bytes(made.atom_str())
    entries, statuses = 0, Counter[int]()
    with serving(folder) as url:
        host = urlsplit(url).netloc
        web = HttpClient(tmp_path / "budgets", private_hosts=host, pace=0)
        for path in sorted(folder.iterdir()):
            address = f"{url}/{path.name}"
            body = path.read_bytes()
            batch, status = follow(web, address)
            statuses[status] += 1
            entries += len(batch.records)
            ours = said_by_us(body, address)
            assert ours == said_by_feedparser(body, address)
            keys = [(said.key, said.title) for said in ours]
            assert [(record.key, record.title) for record in batch.records] == keys
            assert all("alert" not in record.abstract for record in batch.records)
    assert statuses == {304: 2 * FEEDS}
    with capsys.disabled():
        print(f"\nfeedgen: {2 * FEEDS} feeds, {entries} entries, second answers {dict(statuses)}")


def test_many_invented_feeds(capsys: pytest.CaptureFixture[str]) -> None:
    entries = 0
    for seed in range(1000, 1000 + INVENTED):
        body = make_feed(seed)
        ours = said_by_us(body, "https://example.org/feed.xml")
        assert ours == said_by_feedparser(body, "https://example.org/feed.xml"), f"seed {seed}"
        entries += len(ours)
    with capsys.disabled():
        print(f"\ninvented: {INVENTED} feeds, {entries} entries, all as feedparser reads them")


@pytest.mark.parametrize("reader", MEASURED)
def test_what_a_document_a_million_elements_deep_costs(
    reader: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each reader in a process of its own, so that the numbers are its own; `docs/design.md` quotes
    them."""
    command = [sys.executable, "-c", MEASURING.format(read=MEASURED[reader])]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    came, seconds, megabytes = json.loads(done.stdout)
    with capsys.disabled():
        print(f"\ndepth of a million, {reader}: {came}, {seconds:.2f} s, {megabytes:.0f} MB")
    if reader == "ours":
        assert came == "SourceBrokenError" and seconds <= 5 and megabytes <= 256


@pytest.fixture(scope="module")
def foreign_documents(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The documents in feedparser's source package, fetched as anybody would."""
    folder = tmp_path_factory.mktemp("feedparser")
    wanted = ["--no-deps", "--no-binary", "feedparser", f"feedparser=={feedparser.__version__}"]
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--retries", "0", *wanted]
    try:
        subprocess.run([*command, "-d", str(folder)], check=True, capture_output=True, timeout=180)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        pytest.skip("the source package of feedparser cannot be had here")
    with tarfile.open(next(folder.glob("*.tar.gz"))) as package:
        package.extractall(folder, filter="data")
    return sorted(folder.rglob("tests/**/*.xml"))


def test_feedparser_s_own_documents(
    foreign_documents: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """Entry by entry and field by field; nothing but SourceBrokenError may come out of us."""
    outcomes: Counter[str] = Counter()
    equal, different = 0, Counter[str]()
    address = "https://example.org/feed.xml"
    for path in foreign_documents:
        body = path.read_bytes()
        theirs = said_by_feedparser(body, address)
        try:
            ours = said_by_us(body, address)
        except SourceBrokenError:
            outcomes["refused, and not empty to feedparser" if theirs else "refused"] += 1
            continue
        outcomes["same entries" if len(ours) == len(theirs) else "other entries"] += 1
        for mine, other in zip(ours, theirs, strict=False):
            for name, one, two in zip(mine._fields, mine, other, strict=True):
                equal += one == two
                different[name] += one != two
    with capsys.disabled():
        print(f"\nfeedparser's: {dict(outcomes)}, {equal} fields equal, {+different} not")
    assert outcomes["other entries"] + outcomes["refused, and not empty to feedparser"] <= 10
    assert equal >= AGREEMENT * (equal + different.total())
