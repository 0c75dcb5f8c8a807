"""The harvest against an OAI-PMH server that we did not write: the library `oai-repo`.

It differs from arXiv's server (and so from `fakearxiv`) in that its tokens are base64 with a
cursor over the whole list, of which it tells the size; a token is rejected when anything in the
list has changed meanwhile, and not at midnight; errors leave out the arguments of the request;
tokens work with either verb, and their expiry, if there were one, stands in an attribute of its
own spelling (`expiration_date`). Whatever it is told of deletions, it writes no status, and leaves
a record without metadata out of its lists of records.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import oai_repo
import pytest
from lxml import etree

from broadsheet.connectors.arxiv import ArxivConnector
from broadsheet.connectors.http import HttpClient
from broadsheet.sources import Batch, Source, Stream
from fakearxiv import World
from fakearxiv.categories import all_sets, in_set, set_of
from fakearxiv.records import NAMESPACE, raw_metadata
from fakearxiv.world import EARLIEST, Paper

PAPERS, PAGE = 230, 40
SEED = 20261004


class WorldData(oai_repo.DataInterface):  # type: ignore[misc]
    """Gives the papers of a world to `oai-repo`; `asked` are the arguments of all requests."""

    limit = PAGE

    def __init__(self, world: World) -> None:
        self.world = world
        self.asked: list[dict[str, str]] = []

    def get_identify(self) -> oai_repo.Identify:
        return oai_repo.Identify(
            repository_name="Papers that do not exist",
            base_url="http://oai.example.org/oai",
            admin_email=["nobody@example.org"],
            earliest_datestamp=str(EARLIEST.date()),
            deleted_record="transient",
            granularity="YYYY-MM-DD",
        )

    def find(self, identifier: str) -> Paper:
        return self.world.by_id[identifier.removeprefix("oai:arXiv.org:")]

    def is_valid_identifier(self, identifier: str) -> bool:
        return identifier.removeprefix("oai:arXiv.org:") in self.world.by_id

    def get_metadata_formats(self, identifier: str | None = None) -> list[Any]:
        return [oai_repo.MetadataFormat("arXivRaw", f"{NAMESPACE[:-1]}.xsd", NAMESPACE)]

    def get_record_header(self, identifier: str) -> oai_repo.RecordHeader:
        paper = self.find(identifier)
        return oai_repo.RecordHeader(
            identifier=identifier,
            datestamp=paper.datestamp,
            setspecs=[set_of(category) for category in paper.categories],
            status="deleted" if paper.deleted else None,
        )

    def get_record_metadata(self, identifier: str, metadataprefix: str) -> etree._Element | None:
        paper = self.find(identifier)
        return None if paper.deleted else etree.fromstring(raw_metadata(paper))

    def get_record_abouts(self, identifier: str) -> list[etree._Element]:
        return []

    def list_set_specs(self, identifier: str | None = None, cursor: int = 0) -> tuple[Any, ...]:
        return all_sets()[cursor:], len(all_sets()), None

    def get_set(self, setspec: str) -> oai_repo.Set:
        return oai_repo.Set(setspec, setspec, [])

    def list_identifiers(
        self,
        metadataprefix: str,
        filter_from: datetime | None = None,
        filter_until: datetime | None = None,
        filter_set: str | None = None,
        cursor: int = 0,
    ) -> tuple[Any, ...]:
        start = (filter_from or EARLIEST).date()
        papers = [
            paper
            for paper in self.world.changed_since(start)
            if not filter_set or in_set(paper.categories, filter_set)
        ]
        names = [f"oai:arXiv.org:{paper.id}" for paper in papers]
        state = max((paper.modified for paper in papers), default=None)
        return names[cursor : cursor + PAGE], len(names), state


@contextmanager
def serving(data: WorldData) -> Iterator[str]:
    """The repository on a web server; gives the address above its `/oai`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            arguments = dict(parse_qsl(urlsplit(self.path).query))
            data.asked.append(dict(arguments))
            body = bytes(oai_repo.OAIRepository(data).process(arguments))
            self.send_response(200)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Harvester:
    """Drives the connector as the engine does, through the real client."""

    def __init__(self, folder: Path, url: str, category: str, since: date) -> None:
        now = datetime.now(UTC)
        self.web = HttpClient(
            folder, contact="", private_hosts=urlsplit(url).netloc, pace=0,
            clock=lambda: now, sleep=lambda _: None,
        )  # fmt: skip
        self.connector = ArxivConnector()
        self.source: Source = self.connector.configure([category], since=since, mirror=url, now=now)

    def stream(self, kind: str) -> Stream:
        return next(s for s in self.connector.streams(self.source) if s.name.startswith(kind))

    def pages(self, kind: str, cursor: str | None = None) -> Iterator[Batch]:
        """The batches of one run."""
        stream = self.stream(kind)
        while True:
            raw = self.connector.fetch(self.source, stream, cursor, self.web)
            batch = self.connector.parse(self.source, raw)
            yield batch
            cursor = batch.cursor
            if not batch.more:
                return


@pytest.fixture
def data() -> WorldData:
    return WorldData(World(SEED, PAPERS, last=date(2024, 10, 1), categories=("cs.LG", "cs.AI")))


def told(batches: list[Batch]) -> dict[str, tuple[int | None, bool, str]]:
    return {
        record.key: (record.version, record.withdrawn, record.title)
        for batch in batches
        for record in batch.records
    }


@pytest.mark.slow
def test_a_whole_harvest_equals_the_truth(tmp_path: Path, data: WorldData) -> None:
    """Break to see it fail: do not read `completeListSize` (`oai._page`)."""
    with serving(data) as url:
        harvester = Harvester(tmp_path, url, "cs", date(2005, 9, 16))
        batches = list(harvester.pages("oai"))
        swept = list(harvester.pages("sweep"))
    truth = data.world.truth()
    assert {key: told(batches)[key][:2] for key in truth} == {k: t[:2] for k, t in truth.items()}
    assert not any(batch.rejected or batch.trouble for batch in batches)
    assert {item.key for batch in swept for item in batch.listed} == set(truth)
    assert batches[0].total == PAPERS
    assert len(data.asked) == 2 * -(-PAPERS // PAGE)


@pytest.mark.slow
def test_a_token_that_was_rejected_costs_no_paper(tmp_path: Path, data: WorldData) -> None:
    """Break to see it fail: end the run after badResumptionToken (`oai._after_error`)."""
    with serving(data) as url:
        harvester = Harvester(tmp_path, url, "cs", date(2005, 9, 16))
        batches = []
        for batch in harvester.pages("oai"):
            batches.append(batch)
            if len(batches) in (2, 5):
                data.world.clock.advance(60)
                data.world.revise(next(iter(told(batches))))
    assert set(told(batches)) == set(data.world.truth())
    assert len(data.asked) > -(-PAPERS // PAGE)


@pytest.mark.slow
def test_what_is_new_gone_or_nothing(tmp_path: Path, data: WorldData) -> None:
    """Break to see it fail: take "noRecordsMatch" for an error (`oai._after_error`)."""
    with serving(data) as url:
        harvester = Harvester(tmp_path, url, "cs.LG", date(2005, 9, 16))
        *_, last = harvester.pages("oai")
        (nothing,) = harvester.pages("oai", last.cursor)
        assert not (nothing.records or nothing.trouble or nothing.more)
        data.world.clock.set(datetime.now(UTC))
        gone, changed = [p for p in data.world.by_id.values() if "cs.LG" in p.categories][:2]
        data.world.delete(gone.id)
        data.world.revise(changed.id, withdraw=True)
        (news,) = harvester.pages("oai", nothing.cursor)
    assert gone.id in data.world.by_id and not news.deleted
    assert told([news]) == {changed.id: (changed.latest.number, True, news.records[0].title)}
