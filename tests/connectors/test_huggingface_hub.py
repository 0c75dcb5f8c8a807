"""Hugging Face lists of a hub on loopback, through the real client and the real store."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest

import offline
from broadsheet.connectors.http import HttpClient
from broadsheet.connectors.huggingface import HuggingFaceConnector
from broadsheet.newsroom import Newsroom
from broadsheet.sources import Outcome
from broadsheet.storage import SqlStore
from json_samples import hf_entry
from papers import DictIndex, open_empty
from sites import Asked, Site, reply
from toy import Time

NOW = datetime(2026, 3, 4, 8, 0, tzinfo=UTC)  # a Wednesday


class Hub:
    """Serves lists by day, with validators, and refuses days that are yet to come."""

    def __init__(self, time: Time) -> None:
        self.time = time
        self.lists: dict[str, list[dict[str, Any]]] = {}

    def answer(self, asked: Asked) -> bytes:
        if asked.path.startswith("/api/papers/"):
            paper = hf_entry(asked.path.rpartition("/")[2])["paper"]
            return reply(200, orjson.dumps({**paper, "title": "Kite"}))
        query = {name: values[0] for name, values in parse_qs(urlsplit(asked.path).query).items()}
        if query.get("date", "") > self.time.now().date().isoformat():
            return reply(400, b'{"error": "future"}')
        name = next((query[key] for key in ("date", "week", "month") if key in query), "now")
        page, limit = int(query["p"]), int(query["limit"])
        entries = self.lists.get(name, [])
        body = orjson.dumps(entries[page * limit : (page + 1) * limit])
        etag = f'W/"{hash(body)}"'
        if asked.headers.get("if-none-match") == etag:
            return reply(304, etag=etag)
        more = (
            '<https://elsewhere.example/>; rel="next"'
            if len(entries) > limit + page * limit
            else ""
        )
        return reply(200, body, etag=etag, link=more, content_type="application/json")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    opened = open_empty(tmp_path / "library")
    yield opened
    opened.close()


def test_a_morning_with_a_hub(store: SqlStore, tmp_path: Path) -> None:
    """Pages, votes over time, and a 304 for what stands."""
    time = Time(NOW)
    hub = Hub(time)
    month = [hf_entry(f"2602.{number:05}", title=f"Kite {number}") for number in range(1, 131)]
    hub.lists = {"2026-03-03": month[:3], "2026-03-04": month[3:5], "2026-03": month}
    with Site(hub.answer) as site:
        web = HttpClient(tmp_path, private_hosts=site.netloc, clock=time.now, pace=0)
        wires = offline.wires(
            time.now, {"huggingface": HuggingFaceConnector()}, web, sleep=time.sleep
        )
        newsroom = Newsroom(store, DictIndex(), wires)
        newsroom.add_source("huggingface", ["daily", "monthly"], mirror=site.url().rstrip("/"))
        first = {each.stream: each for each in newsroom.sync().streams}
        assert [(each.outcome, each.trouble) for each in first.values()] == [
            (Outcome.DONE, ""),
            (Outcome.DONE, ""),
            (Outcome.UNCHANGED, ""),
        ]
        assert (first["daily"].added, first["monthly"].added) == (5, 125)
        assert (first["daily"].requests, first["monthly"].requests) == (4, 2)
        assert first["details"].requests == 2  # lists that are old enough, and empty

        hub.lists["2026-03-03"] = [replace_votes(month[0], 99), *month[1:3]]
        time.pass_by(timedelta(hours=6))
        (again,) = newsroom.sync().streams
        assert (again.outcome, again.added, again.updated) == (Outcome.UNCHANGED, 0, 0)
        said = [asked.headers.get("if-none-match", "") != "" for asked in site.asked[8:]]
        assert said == [True] * 4
        web.close()

    works = {work.title: work.id for batch in store.iterate_works() for work in batch}
    assert len(works) == 130 and len(store.get_work_records(works["Kite 1"])) == 1
    series = newsroom.get_series(works["Kite 1"])
    assert [value for _, value in series["huggingface upvotes"]] == [12, 99]
    tallies = store.get_tallies(date(2026, 3, 1), date(2026, 3, 4))
    daily = {each.day.day: each.announced for each in tallies if each.category == "daily"}
    assert daily == {1: 0, 2: 0, 3: 3, 4: 2}
    assert {each.announced for each in tallies if each.category == "monthly"} == {130}


def replace_votes(entry: dict[str, Any], votes: int) -> dict[str, Any]:
    return {**entry, "paper": {**entry["paper"], "upvotes": votes}}
