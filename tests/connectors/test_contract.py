"""The contract check finds what it says it finds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from broadsheet.connectors.contract import check_connector
from broadsheet.errors import SourceBusyError, SourceRefusedError
from broadsheet.model import Link
from broadsheet.ports import Web
from broadsheet.sources import Answer, Batch, Measure, Raw, Source, Stream, Trouble
from toy import HOME, START, Toy, paper

SOURCE = Toy().configure(["bees"], since=None, mirror="", now=START)


def sample(stream: str, said: dict[str, Any], cursor: str | None = None) -> Raw:
    answer = Answer(f"{HOME}/{stream}", 200, {}, json.dumps(said).encode(), START)
    return Raw(stream, cursor, answer)


SAMPLES = [
    sample("papers", {"papers": [paper("a", stamp="1"), paper("b")], "next": "2"}),
    sample("sweep", {"listed": [["a", "1"]], "next": "end", "more": False}),
    sample("repair", {"papers": [paper("c")]}),
]


def test_a_sound_connector_passes() -> None:
    assert check_connector(Toy(), SOURCE, SAMPLES) == []


class Changed(Toy):
    """A toy whose batches are spoilt."""

    def __init__(self, **changes: Any) -> None:
        self.changes = changes

    def parse(self, source: Source, raw: Raw) -> Batch:
        batch = super().parse(source, raw)
        if "record" in self.changes:
            spoilt = [replace(each, **self.changes["record"]) for each in batch.records]
            return replace(batch, records=tuple(spoilt))
        return replace(batch, **self.changes)


SPOILT: dict[str, dict[str, Any]] = {
    "leaves the cursor where it was": {"cursor": None, "more": True},
    "leaves a cursor of": {"cursor": "x" * 100_000},
    "without a time zone": {"again": datetime(2026, 1, 1)},
    "in trouble without a word": {"trouble": Trouble("")},
    "unsound measure": {"measures": (Measure("a", "stars", float("nan")),)},
    "without its record": {"records": ()},
    "lacks its source, key or title": {"record": {"title": ""}},
    "has control characters": {"record": {"abstract": "a\x07b"}},
    "is no web address": {"record": {"links": (Link("page", "javascript:alert(1)"),)}},
    "not valid Unicode": {"record": {"title": "\ud800"}},
}


@pytest.mark.parametrize("complaint", SPOILT)
def test_spoilt_batches_are_found(complaint: str) -> None:
    problems = check_connector(Changed(**SPOILT[complaint]), SOURCE, SAMPLES, mutations=0)
    assert any(complaint in problem for problem in problems), problems


class Forgetful(Toy):
    def parse(self, source: Source, raw: Raw) -> Batch:
        return replace(super().parse(source, raw), cursor=str(next(self.calls)))

    calls = count()


class Careless(Toy):
    def parse(self, source: Source, raw: Raw) -> Batch:
        return Batch(total=len(json.loads(raw.answer.body)))


class Greedy(Toy):
    def fetch(self, source: Source, stream: Stream, cursor: str | None, web: Web) -> Raw:
        web.get(f"{HOME}/first")
        return Raw(stream.name, cursor, web.get(f"{HOME}/second"))


class Deaf(Toy):
    def fetch(self, source: Source, stream: Stream, cursor: str | None, web: Web) -> Raw:
        try:
            return Raw(stream.name, cursor, web.get("ftp://toy.example/x"))
        except Exception:  # noqa: BLE001  # this is what the check must find
            return SAMPLES[0]


class Blunt(Toy):
    """Wraps what the client raises, and keeps nothing of it but the words."""

    def fetch(self, source: Source, stream: Stream, cursor: str | None, web: Web) -> Raw:
        try:
            return super().fetch(source, stream, cursor, web)
        except SourceRefusedError as error:
            raise SourceRefusedError(f"Toys: {error}") from error
        except SourceBusyError as error:
            raise SourceBusyError(f"Toys: {error}") from error


class Stuck(Toy):
    """Says where to go on, and begins anew all the same."""

    def fetch(self, source: Source, stream: Stream, cursor: str | None, web: Web) -> Raw:
        return super().fetch(source, stream, None, web)._replace(cursor=cursor)


class Hasty(Toy):
    """Reads a body wherever there should be one, without a look at the status."""

    def parse(self, source: Source, raw: Raw) -> Batch:
        if raw.answer.status == self.status:
            return Batch(total=raw.answer.body[0])
        return super().parse(source, raw)

    def __init__(self, status: int) -> None:
        self.status = status


class Brittle(Toy):
    """Breaks in `fetch` when nothing is there."""

    def fetch(self, source: Source, stream: Stream, cursor: str | None, web: Web) -> Raw:
        raw = super().fetch(source, stream, cursor, web)
        return [raw][raw.answer.status == 404]


class Nostalgic(Toy):
    def quiet(self, source: Source, day: date) -> str:
        return super().quiet(source, day - timedelta(days=1))


class Wordless(Toy):
    def quiet(self, source: Source, day: date) -> str:
        return None  # type: ignore[return-value]

    def doubt(self, day: date) -> str:
        return {date.min: "so long ago"}[day]


class Restless(Toy):
    def streams(self, source: Source) -> Sequence[Stream]:
        return [Stream("papers", "papers", timedelta(), needs="nobody")] * 2


class Credulous(Toy):
    def configure(
        self, targets: Sequence[str], *, since: date | None, mirror: str, now: datetime
    ) -> Source:
        return Source("toy", "toy", tuple(targets), now)


BAD_CONNECTORS = [
    (Forgetful(), "not understood in the same way twice"),
    (Careless(), "escapes on"),
    (Greedy(), "2 requests instead of one"),
    (Deaf(), "swallows SourceBusyError"),
    (Deaf(), "asks for 'ftp://toy.example/x'"),
    (Blunt(), "loses the place of SourceRefusedError"),
    (Blunt(), "loses the retry_at of SourceBusyError"),
    (Stuck(), "asks for the same page again"),
    (Hasty(304), "IndexError (index out of range) escapes on 304"),
    (Hasty(404), "IndexError (index out of range) escapes on 404"),
    (Brittle(), "fetching papers raises IndexError (list index out of range) on 404"),
    (Nostalgic(), "quiet raises OverflowError (date value out of range) on 0001-01-01"),
    (Wordless(), "quiet gives no text for 9999-12-31"),
    (Wordless(), "doubt raises KeyError (datetime.date(9999, 12, 31)) on 9999-12-31"),
    (Restless(), "two of one name"),
    (Restless(), "without a pause"),
    (Restless(), "waits for nobody"),
    (Credulous(), "accepts the target"),
]


@pytest.mark.parametrize(("connector", "complaint"), BAD_CONNECTORS)
def test_bad_manners_are_found(connector: Toy, complaint: str) -> None:
    problems = check_connector(connector, SOURCE, SAMPLES, mutations=5)
    assert any(complaint in problem for problem in problems), problems


def test_each_stream_wants_a_sample() -> None:
    """Also one that waits for another."""
    assert check_connector(Toy(), SOURCE, []) == [
        "there is no sample of stream papers",
        "there is no sample of stream sweep",
    ]
    assert check_connector(Toy(), SOURCE, SAMPLES[:1], mutations=0) == [
        "there is no sample of stream sweep"
    ]


def test_a_part_that_is_missing_is_named() -> None:
    class Half:
        kind = "half"

    (problem,) = check_connector(Half(), SOURCE, [])  # type: ignore[arg-type]
    assert problem.startswith("it lacks title, summary, example, several, daily, configure")
