"""The contract of a connector, as a check that anybody can run on theirs.

    problems = check_connector(MyConnector(), source, samples)
    assert not problems, problems

`samples` are answers as the source gives them (`Raw`: stream, cursor, answer), at least one for
each of the source's streams; one that leaves more to fetch shows that its cursor is heeded. The
check tries what `ports.Connector` says: pure and repeatable parsing, sound records, cursors that
move, one request a fetch, errors of the right type that keep what the client said, and that
whatever else may come back (not changed, not there, cut off, mangled, a web page, nothing) is
refused in words and in bounded time.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from math import isfinite

from broadsheet.errors import (
    InvalidInputError,
    SourceBrokenError,
    SourceBusyError,
    SourceError,
    SourceRefusedError,
)
from broadsheet.model import Record
from broadsheet.ports import Almanac, Connector
from broadsheet.sources import Answer, Batch, Raw, Source, Stream

_MEMBERS = (
    "kind", "title", "summary", "example", "several", "daily",
    "configure", "streams", "fetch", "parse", "quiet",
)  # fmt: skip
MAX_CURSOR = 1 << 16
MAX_SECONDS = 1.0
_SLUG = re.compile(r"[a-z][a-z0-9_]*")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_STRANGE_BODIES = (
    b"",
    b"null",
    b"[]",
    b"{}",
    b"[[[[[[[[[[",
    b"<html><head><title>Log in</title></head><body>Log in</body></html>",
    b"<?xml version='1.0'?><x/>",
    b"Rate exceeded.",
    b"\xff\xfe\x00\x01",
    b"<a>" * 10_000,
    b"[" * 100_000,
)


def check_connector(
    connector: Connector,
    source: Source,
    samples: Sequence[Raw],
    *,
    mutations: int = 200,
    seed: int = 0,
) -> list[str]:
    """Everything in which a connector breaks the contract, a sentence each; empty if nothing."""
    absent = [name for name in _MEMBERS if not hasattr(connector, name)]
    if absent:
        return [f"it lacks {', '.join(absent)}"]
    checks: list[Callable[[], Iterator[str]]] = [
        lambda: _check_manners(connector, source),
        lambda: _check_days(connector, source),
        lambda: _check_coverage(connector, source, samples),
        lambda: _check_fetching(connector, source, samples),
        *(lambda raw=raw: _check_sample(connector, source, raw) for raw in samples),
        lambda: _check_strange(connector, source, samples, mutations, random.Random(seed)),
    ]
    return [problem for check in checks for problem in check()]


def _check_manners(connector: Connector, source: Source) -> Iterator[str]:
    if not _SLUG.fullmatch(connector.kind):
        yield f"its kind {connector.kind!r} is not one plain word"
    for name in ("title", "summary", "example"):
        text = getattr(connector, name)
        if (not text and name != "example") or "\n" in text:
            yield f"its {name} is not one line"
    streams = connector.streams(source)
    names = [stream.name for stream in streams]
    if not names or len(set(names)) != len(names):
        yield "it has no streams, or two of one name"
    for stream in streams:
        if stream.every.total_seconds() <= 0:
            yield f"stream {stream.name} is asked without a pause"
        if stream.needs and stream.needs not in names:
            yield f"stream {stream.name} waits for {stream.needs}, which there is not"
    for targets in (["\x00"], ["\ud800"], ["x" * 100_000]):
        try:
            connector.configure(targets, since=None, mirror="", now=source.added_at)
        except InvalidInputError:
            continue
        yield f"it accepts the target {targets[0][:10]!r}"


def _check_days(connector: Connector, source: Source) -> Iterator[str]:
    week = [date(2026, 2, 26) + timedelta(days=number) for number in range(7)]
    asked: dict[str, Callable[[date], object]] = {"quiet": lambda day: connector.quiet(source, day)}
    if isinstance(connector, Almanac):
        asked["doubt"] = connector.doubt
    for (name, ask), day in product(asked.items(), (date.min, *week, date.max)):
        try:
            why = ask(day)
        except Exception as error:  # noqa: BLE001  # the point is to name whatever escapes
            yield f"{name} raises {type(error).__name__} ({error}) on {day}"
        else:
            if not isinstance(why, str):
                yield f"{name} gives no text for {day}"


def _check_coverage(connector: Connector, source: Source, samples: Sequence[Raw]) -> Iterator[str]:
    shown = {raw.stream for raw in samples}
    for stream in connector.streams(source):
        if stream.name not in shown:
            yield f"there is no sample of stream {stream.name}"


# --- Fetching ---------------------------------------------------------------------------------

_PLACE = "a place that is shut"
_RETRY_AT = datetime(2026, 3, 1, tzinfo=UTC)


class _ScriptedWeb:
    """Answers, or raises, what it was told to, and remembers what it was asked."""

    def __init__(self, outcome: Answer | Exception) -> None:
        self.outcome = outcome
        self.urls: list[str] = []
        self.requests = 0
        self.asked: list[object] = []

    def get(self, url: str, *, headers: object = None, **rest: object) -> Answer:
        self.urls.append(url)
        self.asked.append((url, headers, rest.get("body")))
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome

    def post(self, url: str, body: bytes, **options: object) -> Answer:
        return self.get(url, body=body, **options)

    def check(self, url: str) -> None:
        """All addresses are as good here."""

    def release(self, place: str) -> None:
        """Nothing is ever shut here."""

    def close(self) -> None:
        """Nothing is ever open here."""


def _check_fetching(connector: Connector, source: Source, samples: Sequence[Raw]) -> Iterator[str]:
    streams = {stream.name: stream for stream in connector.streams(source)}
    for raw in samples:
        stream = streams.get(raw.stream)
        if stream is None:
            continue  # an answer to `fetch_items`
        web = _ScriptedWeb(raw.answer)
        got = connector.fetch(source, stream, raw.cursor, web)
        if len(web.urls) > 1:
            yield f"fetching {raw.stream} sends {len(web.urls)} requests instead of one"
        if any(not url.startswith(("http://", "https://")) for url in web.urls):
            yield f"fetching {raw.stream} asks for {web.urls[0][:60]!r}"
        if (got.stream, got.cursor) != (raw.stream, raw.cursor):
            yield f"fetching {raw.stream} does not say which stream and cursor it was for"
        if web.urls:  # else it was read from a file
            yield from _check_errors(connector, source, stream, raw)
            yield from _check_progress(connector, source, stream, raw)


def _check_errors(connector: Connector, source: Source, stream: Stream, raw: Raw) -> Iterator[str]:
    """What the client raises has to arrive, with all that it says."""
    for error, note in (
        (SourceBusyError("later", _RETRY_AT), "retry_at"),
        (SourceRefusedError("no", _PLACE), "place"),
        (SourceBrokenError("?"), "args"),
    ):
        try:
            connector.fetch(source, stream, raw.cursor, _ScriptedWeb(error))
        except type(error) as caught:
            if note != "args" and getattr(caught, note) != getattr(error, note):
                yield f"fetching {raw.stream} loses the {note} of {type(error).__name__}"
            continue
        yield f"fetching {raw.stream} swallows {type(error).__name__}"


def _check_progress(
    connector: Connector, source: Source, stream: Stream, raw: Raw
) -> Iterator[str]:
    """With the cursor of a batch that leaves more, something else is asked for."""
    batch = connector.parse(source, raw)
    if not batch.more or batch.cursor == raw.cursor:
        return  # the latter is complained of elsewhere
    first, second = _ScriptedWeb(raw.answer), _ScriptedWeb(raw.answer)
    connector.fetch(source, stream, raw.cursor, first)
    connector.fetch(source, stream, batch.cursor, second)
    if first.asked == second.asked:
        yield f"fetching {raw.stream} asks for the same page again, whatever the cursor says"


# --- Parsing what the source sends ------------------------------------------------------------


def _check_sample(connector: Connector, source: Source, raw: Raw) -> Iterator[str]:
    where = f"the sample of {raw.stream}"
    batch = connector.parse(source, raw)
    if batch != connector.parse(source, raw):
        yield f"{where} is not understood in the same way twice"
    for wrong in (*_faults_of_cursor(raw, batch), *_faults_of_receipt(batch)):
        yield f"{where} {wrong}"
    for record in batch.records:
        yield from (f"{where}: record {record.key!r} {wrong}" for wrong in _faults(record))


def _faults_of_cursor(raw: Raw, batch: Batch) -> Iterator[str]:
    if batch.cursor is not None and len(batch.cursor) > MAX_CURSOR:
        yield f"leaves a cursor of {len(batch.cursor)} characters"
    if batch.more and batch.cursor == raw.cursor:
        yield "asks for more and leaves the cursor where it was"
    if batch.again is not None and batch.again.tzinfo is None:
        yield "says when to ask again without a time zone"


def _faults_of_receipt(batch: Batch) -> Iterator[str]:
    keys = {record.key for record in batch.records} | set(batch.deleted)
    for item in batch.items:
        if item.key not in keys:
            yield f"has an item {item.key!r} without its record"
    for announcement in batch.announced:
        if not announcement.key or announcement.version < 0 or announcement.position < 0:
            yield f"has an unsound announcement {announcement}"
    if batch.trouble is not None and not batch.trouble.sentence:
        yield "is in trouble without a word"
    for measure in batch.measures:
        if not isfinite(measure.value) or not measure.name:
            yield f"has an unsound measure {measure}"


def _faults(record: Record) -> Iterator[str]:
    if not record.source or not record.key or not record.title:
        yield "lacks its source, key or title"
    texts = (record.title, record.abstract, *record.authors, *(value for _, value in record.extra))
    if any(_CONTROL.search(text) for text in texts):
        yield "has control characters in a text"
    if any(not link.url.startswith(("http://", "https://")) for link in record.links):
        yield "has a link that is no web address"
    try:
        if Record.from_json(record.to_json()) != record:
            yield "is not the same after it was stored"
    except TypeError:
        yield "has text that is not valid Unicode"


# --- Parsing what it never sends --------------------------------------------------------------


def _check_strange(
    connector: Connector,
    source: Source,
    samples: Sequence[Raw],
    mutations: int,
    dice: random.Random,
) -> Iterator[str]:
    for raw in samples:
        yield from _check_empty_answers(connector, source, raw)
        strange = [*_STRANGE_BODIES, *(_mangle(raw.answer.body, dice) for _ in range(mutations))]
        for body in strange:
            answer = replace(raw.answer, body=body)
            yield from _check_refusal(connector, source, raw._replace(answer=answer))
    for cursor in ("", "null", "{}", "[]", "\x00", '{"token": 5}', '{"page": -1, "etag": []}'):
        for raw in samples:
            yield from _check_refusal(connector, source, raw._replace(cursor=cursor))


def _check_empty_answers(connector: Connector, source: Source, raw: Raw) -> Iterator[str]:
    """Not changed (304), or not there (404): both come from `fetch`, unless it refuses them."""
    streams = {stream.name: stream for stream in connector.streams(source)}
    cursors = dict.fromkeys((raw.cursor, connector.parse(source, raw).cursor))
    for status, cursor in product((304, 404), cursors):
        answer = replace(raw.answer, status=status, body=b"")
        said = Raw(raw.stream, cursor, answer)
        if raw.stream in streams:
            try:
                said = connector.fetch(source, streams[raw.stream], cursor, _ScriptedWeb(answer))
            except SourceError:
                continue
            except Exception as error:  # noqa: BLE001  # the point is to name whatever escapes
                yield f"fetching {raw.stream} raises {type(error).__name__} ({error}) on {status}"
                continue
        yield from _check_refusal(connector, source, said)


def _check_refusal(connector: Connector, source: Source, raw: Raw) -> Iterator[str]:
    begun = time.thread_time()
    try:
        connector.parse(source, raw)
    except (SourceBrokenError, SourceBusyError) as error:
        if not str(error):
            yield f"{raw.stream}: an answer is refused without a word"
    except Exception as error:  # noqa: BLE001  # the point is to name whatever escapes
        sample = f"{raw.answer.status} {raw.answer.body[:80]!r}, cursor {raw.cursor!r}"
        yield f"{raw.stream}: {type(error).__name__} ({error}) escapes on {sample}"
    if (spent := time.thread_time() - begun) > MAX_SECONDS:
        yield f"{raw.stream}: an answer of {len(raw.answer.body)} bytes takes {spent:.1f} s"


def _mangle(body: bytes, dice: random.Random) -> bytes:
    """Cut off, with bytes changed, doubled or left out, or with a part of it repeated."""
    if not body:
        return bytes(dice.randrange(256) for _ in range(dice.randrange(64)))
    start = dice.randrange(len(body))
    end = min(len(body), start + dice.randrange(1, 200))
    match dice.randrange(5):
        case 0:
            return body[:start]
        case 1:
            return body[:start] + bytes([dice.randrange(256)]) + body[start + 1 :]
        case 2:
            return body[:start] + body[end:]
        case 3:
            return body[:end] + body[start:end] * dice.randrange(1, 50) + body[end:]
        case _:
            return body[:start] + dice.choice(_STRANGE_BODIES[:9]) + body[end:]
