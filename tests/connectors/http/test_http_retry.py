"""What servers say about when to come again, and what their answers mean."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.connectors.http.exchange import Reply
from broadsheet.connectors.http.retry import LONGEST, retry_after, spent_for
from broadsheet.connectors.http.verdict import Mood, judge

NOW = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)


def stamp(**later: float) -> str:
    return format_datetime(NOW + timedelta(**later), usegmt=True)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "90"}, 90),
        ({"retry-after": " 90 "}, 90),
        ({"retry-after": "1.5"}, 2),
        ({"retry-after": "999999999999"}, 86400),
        ({"retry-after": stamp(minutes=10)}, 600),
        ({"retry-after": stamp(days=-2, minutes=10), "date": stamp(days=-2)}, 600),
        ({"retry-after": stamp(minutes=10), "date": "yesterday"}, 600),
        ({"retry-after": stamp(days=9)}, 86400),
        ({"retry-after": "0"}, None),
        ({"retry-after": stamp(minutes=-1)}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "٣"}, None),
    ],
)
def test_retry_after_in_both_forms(headers: dict[str, str], seconds: int | None) -> None:
    """Break to see it fail: measure a date from `now` and not from the server's `Date`."""
    span = retry_after(headers, NOW)
    assert span == (None if seconds is None else timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"ratelimit": '"api";r=0;t=55'}, 55),
        ({"ratelimit": '"api";r=3;t=55'}, None),
        ({"ratelimit": '"api";r=3;t=55, "day"; r=0; t=99'}, 99),
        ({"ratelimit-remaining": "0", "ratelimit-reset": "7"}, 7),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(NOW.timestamp()) + 9)}, 9),
        ({"x-ratelimit-remaining": "0"}, None),
        ({"x-ratelimit-remaining": "1", "x-ratelimit-reset": "9"}, None),
        ({"x-rate-limit-limit": "50", "x-rate-limit-interval": "1s"}, None),
    ],
)
def test_an_allowance_that_is_used_up(headers: dict[str, str], seconds: int | None) -> None:
    span = spent_for(headers, NOW)
    assert span == (None if seconds is None else timedelta(seconds=seconds))


@given(st.text(max_size=40), st.text(max_size=40))
@settings(max_examples=150)
def test_nothing_that_a_header_says_breaks_or_binds_for_long(one: str, other: str) -> None:
    names = ("retry-after", "ratelimit", "ratelimit-reset", "x-ratelimit-remaining")
    headers = {**dict.fromkeys(names, one), "date": other, "ratelimit-remaining": "0"}
    for span in (retry_after(headers, NOW), spent_for(headers, NOW)):
        assert span is None or timedelta() < span <= LONGEST


@pytest.mark.parametrize("status", [406, 408, 425, 429, 500, 501, 502, 503, 504, 520, 599])
def test_throttling_is_one_state(status: int) -> None:
    mood, why = judge(Reply(status, {}), "a.example")
    assert mood is Mood.BUSY and str(status) in why


@pytest.mark.parametrize(
    "body", [b"Rate exceeded.", b"\n Rate exceeded.\n", b"Rate exceeded. Wait"]
)
def test_a_throttle_in_disguise(body: bytes) -> None:
    """Break to see it fail: compare the whole body in `judge`."""
    assert judge(Reply(200, {}, body), "a.example")[0] is Mood.BUSY
    assert judge(Reply(200, {}, b"<feed>" + body), "a.example")[0] is Mood.WELL


@pytest.mark.parametrize(
    ("reply", "word"),
    [
        (Reply(401, {}), "key"),
        (Reply(403, {}, b"no"), "refuses"),
        (Reply(403, {}, b'{"name": "ChallengeRequiredError"}'), "challenge"),
        (Reply(403, {}, b"<title>Just a moment...</title>"), "challenge"),
        (Reply(403, {}, b'<script id="anubis_version">'), "challenge"),
        (Reply(503, {"cf-mitigated": "challenge"}), "challenge"),
    ],
)
def test_a_refusal_says_of_which_kind_it_is(reply: Reply, word: str) -> None:
    mood, why = judge(reply, "a.example")
    assert mood is Mood.REFUSED and word in why
