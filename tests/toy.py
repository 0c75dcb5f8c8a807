"""A small live source of our own making: a connector, and the web it asks."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from broadsheet.errors import InvalidInputError, SourceBrokenError, SourceBusyError
from broadsheet.model import Identifier, Record
from broadsheet.ports import Web
from broadsheet.sources import (
    Announcement,
    Answer,
    Batch,
    Item,
    Measure,
    Raw,
    Rejected,
    Source,
    Stream,
    Trouble,
)

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
HOME = "https://toy.example"
Reply = dict[str, Any] | Exception | bytes


class Time:
    """A clock that moves only when somebody sleeps, or a test says so."""

    def __init__(self, now: datetime = START) -> None:
        self.moment = now
        self.slept = 0.0

    def now(self) -> datetime:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.slept += seconds
        self.pass_by(timedelta(seconds=seconds))

    def pass_by(self, span: timedelta) -> None:
        self.moment += span


class ToyWeb:
    """Answers each address with what a test laid there: once each, the last one for ever."""

    def __init__(self, time: Time) -> None:
        self._time = time
        self.replies: dict[str, list[Reply]] = {}
        self.asked: list[str] = []
        self.requests = 0
        self.released: list[str] = []
        self.listener: Callable[[str], None] = lambda url: None

    def lay(self, path: str, *replies: Reply) -> None:
        self.replies[f"{HOME}/{path}"] = list(replies)

    def get(
        self,
        url: str,
        *,
        accept: str = "*/*",
        etag: str = "",
        modified: str = "",
        headers: Mapping[str, str] | None = None,
        budget: str = "",
    ) -> Answer:
        self.requests += 1
        self.asked.append(url.removeprefix(f"{HOME}/"))
        self.listener(url)
        laid = self.replies[url]
        reply = laid.pop(0) if len(laid) > 1 else laid[0]
        if isinstance(reply, Exception):
            raise reply
        body = reply if isinstance(reply, bytes) else json.dumps(reply).encode()
        return Answer(url, 200, {}, body, self._time.now())

    def post(
        self,
        url: str,
        body: bytes,
        *,
        accept: str = "",
        headers: Mapping[str, str] | None = None,
        budget: str = "",
    ) -> Answer:
        return self.get(url)

    def check(self, url: str) -> None:
        """All addresses are as good here."""

    def release(self, place: str) -> None:
        self.released.append(place)

    def close(self) -> None:
        """Nothing is open."""


def paper(key: str, version: int = 1, **changes: Any) -> dict[str, Any]:
    """A paper as the toy source sends it."""
    return {"key": key, "version": version, "title": f"On the nature of {key}", **changes}


class Toy:
    """Follows toy.example: pages of papers, and a sweep that names all keys."""

    kind = "toy"
    title = "Toy"
    summary = "Papers of toy.example."
    example = "bees"
    several = True
    daily = False
    repair_size = 2

    def configure(
        self, targets: Sequence[str], *, since: date | None, mirror: str, now: datetime
    ) -> Source:
        for target in targets:
            if not (target.isascii() and target.isalpha() and len(target) < 20):
                raise InvalidInputError("A toy category is a word, such as bees.")
        return Source("toy", "toy", tuple(dict.fromkeys(targets)), now, since, mirror)

    def streams(self, source: Source) -> Sequence[Stream]:
        return [
            Stream("papers", "papers", timedelta(hours=1)),
            Stream("sweep", "sweep", timedelta(days=7), needs="papers"),
        ]

    def fetch(self, source: Source, stream: Stream, cursor: str | None, web: Web) -> Raw:
        return Raw(stream.name, cursor, web.get(f"{HOME}/{stream.name}/{cursor or 'start'}"))

    def fetch_items(self, source: Source, keys: Sequence[str], web: Web) -> Raw:
        return Raw("repair", None, web.get(f"{HOME}/items/{','.join(keys)}"))

    def parse(self, source: Source, raw: Raw) -> Batch:
        if raw.answer.body.startswith(b"Rate exceeded."):
            raise SourceBusyError("The toy asks for patience.")
        try:
            said = json.loads(raw.answer.body)
            return _read(said, raw)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise SourceBrokenError("The toy sent something else.") from error

    def quiet(self, source: Source, day: date) -> str:
        return "The toy rests on Sundays." if day.weekday() == 6 else ""


def _read(said: dict[str, Any], raw: Raw) -> Batch:
    day = date.fromisoformat(said.get("day", "2026-03-02"))
    papers = said.get("papers", [])
    return Batch(
        records=tuple(_record(each) for each in papers),
        rejected=tuple(Rejected(*pair) for pair in said.get("rejected", ())),
        announced=tuple(
            Announcement("bees", day, key, "new", version) for key, version in said.get("told", ())
        ),
        pages=(("bees", day),) if "told" in said else (),
        items=tuple(
            Item(each["key"], each["version"], each["stamp"]) for each in papers if "stamp" in each
        ),
        listed=tuple(Item(str(key), 0, str(stamp)) for key, stamp in said.get("listed", ())),
        deleted=tuple(said.get("deleted", ())),
        measures=tuple(Measure(str(key), "stars", float(n)) for key, n in said.get("stars", ())),
        cursor=said.get("next") or raw.cursor,
        more=bool(said.get("more", "next" in said)),
        again=raw.answer.at + timedelta(minutes=5) if said.get("soon") else None,
        trouble=_trouble(said),
    )


def _trouble(said: dict[str, Any]) -> Trouble | None:
    if "trouble" not in said:
        return None
    day = date.fromisoformat(said["missed"]) if "missed" in said else None
    return Trouble(str(said["trouble"]), str(said.get("of", "")), day, stale=day is not None)


def _record(each: dict[str, Any]) -> Record:
    key, version = str(each["key"]), int(each["version"])
    return Record(
        source="toy",
        key=key,
        title=str(each["title"]),
        abstract=str(each.get("abstract", "")),
        ids=(Identifier("doi", f"10.1000/{key}"),),
        version=version,
    )
