"""A paper through time: its dates, versions, numbers, and whether it was taken back. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from broadsheet.model import Identifier
from broadsheet.sources import Series
from broadsheet.web import wording
from broadsheet.web.reading import Paper

SPARK_WIDTH, SPARK_HEIGHT = 120, 28
_FEWEST_POINTS = 3
_SPARKED = "upvotes"
_TAKEN_BACK = re.compile(r"withdr[ae]w|retract", re.IGNORECASE)
VERSION = re.compile(r"v([1-9][0-9]{0,3})")
"""The name of a fact of a record that says when a version was handed in."""


class Version(NamedTuple):
    """A state of the paper: its name ("v2"), when it was handed in, where it can be read."""

    name: str
    date: str
    url: str | None


class Spark(NamedTuple):
    """A measure over time as a small line: `line` are the points of a polyline in a box of
    SPARK_WIDTH x SPARK_HEIGHT, `said` tells it in words."""

    name: str
    line: str
    said: str


class Number(NamedTuple):
    """A number that a source shows beside the paper, with the day on which it was that."""

    name: str
    value: str
    source: str
    date: str


def tell_withdrawal(paper: Paper) -> str:
    """Why the paper was taken back, in the words of the newest record that says so, or ""."""
    if not paper.work.withdrawn:
        return ""
    said = [dict(stored.record.extra) for stored in paper.records if stored.record.withdrawn]
    reasons = [each["comments"] for each in said if _TAKEN_BACK.search(each.get("comments", ""))]
    return reasons[-1] if reasons else "the authors or the source took this paper back."


def tell_dates(paper: Paper) -> Iterator[tuple[str, str]]:
    """Submitted, announced and first seen here are three days; each stands where it is known."""
    work = paper.work
    if work.date:
        yield wording.say_date(work.date.value), wording.say_date_kind(work.date)
    submitted = work.submitted_at[:10]
    if submitted and (work.date is None or work.date[:2] != (submitted, "submitted")):
        what = f"v{work.version} submitted" if (work.version or 1) > 1 else "submitted"
        yield wording.say_date(submitted), what
    if work.announced_on:
        yield wording.say_date(work.announced_on), "announced"
    if paper.first_seen:
        yield wording.say_date(paper.first_seen.date().isoformat()), "first seen here"


def list_versions(paper: Paper) -> tuple[Version, ...]:
    """What the records tell of the paper's versions, oldest first."""
    told: dict[int, tuple[str, str]] = {}
    for record in (stored.record for stored in paper.records):
        if record.version:
            told.setdefault(record.version, (record.source, record.submitted_at))
        for name, moment in record.extra:
            if found := VERSION.fullmatch(name):
                told[int(found[1])] = record.source, moment
    arxiv = paper.work.identifier("arxiv")
    return tuple(
        Version(
            name=f"v{number}",
            date=wording.say_date(told[number][1][:10]),
            url=_version_url(arxiv, number) if told[number][0] == "arxiv" and arxiv else None,
        )
        for number in sorted(told)
    )


def _version_url(arxiv: str, number: int) -> str | None:
    return wording.identifier_link(Identifier("arxiv", f"{arxiv}v{number}"))[2]


def tell_numbers(series: Series) -> Iterator[Number]:
    """The latest value of each measure."""
    for name, points in series.items():
        source, _, measure = name.partition(" ")
        at, value = points[-1]
        yield Number(
            name=measure.capitalize(),
            value=wording.say_number(value),
            source=wording.say_source(source),
            date=wording.say_date(at.date().isoformat()),
        )


def draw_sparks(series: Series) -> Iterator[Spark]:
    """A line for each upvote series that says more than its last number."""
    for name, points in series.items():
        source, _, measure = name.partition(" ")
        if measure == _SPARKED and len(points) >= _FEWEST_POINTS:
            (first, low), (last, high) = points[0], points[-1]
            yield Spark(
                name=f"{wording.say_source(source)} {measure}",
                line=_draw_line(points),
                said=f"{wording.say_number(low)} on {wording.say_date(first.date().isoformat())}, "
                f"{wording.say_number(high)} on {wording.say_date(last.date().isoformat())}",
            )


def _draw_line(points: Sequence[tuple[datetime, float]]) -> str:
    """Time to the right, the number upwards from 0; a margin of 2 for the line's width."""
    start, end = points[0][0], points[-1][0]
    span = (end - start).total_seconds() or 1.0
    top = max(value for _, value in points) or 1.0
    width, height = SPARK_WIDTH - 4, SPARK_HEIGHT - 4
    return " ".join(
        f"{2 + width * (at - start).total_seconds() / span:.1f},"
        f"{2 + height * (1 - max(value, 0.0) / top):.1f}"
        for at, value in points
    )
