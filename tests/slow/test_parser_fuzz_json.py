"""20,000 hostile answers to the parsers of JSON services: refused in words, and quickly.

A row of sound JSON is damaged in one of three ways: a field gets any shape, the text gets bytes
changed, or the whole is something else. Seeded by hypothesis (`derandomize`), so that the same
inputs come every time. The counts are printed; `docs/reliability.md` quotes them.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broadsheet.connectors.crossref import Crossref
from broadsheet.connectors.huggingface import HuggingFaceConnector
from broadsheet.connectors.openalex import OpenAlex
from broadsheet.connectors.semanticscholar import SemanticScholar
from broadsheet.errors import SourceBrokenError
from broadsheet.sources import Answer, Batch, Raw
from json_samples import ANY_JSON, DOI, crossref_work, hf_entry, openalex_work, s2_paper

pytestmark = pytest.mark.slow

NOW = datetime(2026, 3, 4, 8, 0, tzinfo=UTC)
EACH = 4000
QUEUE = '{"day":"2026-03-01","keys":["2602.00001"]}'
SLOWEST = 1.0

HUB = HuggingFaceConnector()
SOURCE = HUB.configure([], since=NOW.date(), mirror="", now=NOW)
S2, ALEX, CROSSREF = SemanticScholar("k"), OpenAlex("k"), Crossref()
Parse = Callable[[Raw], Batch]
Wrap = Callable[[Any], Any]

PARSERS: dict[str, tuple[Parse, Wrap, dict[str, Any]]] = {
    "huggingface": (lambda raw: HUB.parse(SOURCE, raw), lambda row: [row], hf_entry()),
    "details": (
        lambda raw: HUB.parse(SOURCE, raw._replace(stream="details", cursor=QUEUE)),
        lambda row: row["paper"],
        hf_entry(),
    ),
    "semanticscholar": (lambda raw: S2.parse([DOI], raw), lambda row: [row, None], s2_paper()),
    "openalex": (
        lambda raw: ALEX.parse([DOI], raw),
        lambda row: {"results": [row]},
        openalex_work(),
    ),
    "crossref": (
        lambda raw: CROSSREF.parse([DOI], raw),
        lambda row: {"message": {"items": [row]}},
        crossref_work(),
    ),
}


def paths(value: Any, prefix: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where in a sample something can be replaced, the whole included."""
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    return [prefix, *(path for key, each in inner for path in paths(each, (*prefix, key)))]


def planted(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """A copy of `value` with `new` at a place in it."""
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = planted(value[path[0]], path[1:], new)
    return copy


@st.composite
def bodies(draw: st.DrawFn, wrap: Wrap, sample: dict[str, Any]) -> bytes:
    whole = wrap(sample)
    path = draw(st.sampled_from(paths(whole)))
    body = json.dumps(planted(whole, path, draw(ANY_JSON))).encode()
    if draw(st.booleans()):
        return body
    start = draw(st.integers(0, len(body)))
    end = start + draw(st.integers(0, 20))
    return body[:start] + draw(st.binary(max_size=8)) + body[end:]


@pytest.mark.parametrize("kind", PARSERS)
def test_whatever_comes_is_understood_or_refused(kind: str) -> None:
    """Break to see it fail: take `raw[name]` for `raw.get(name)` in `json_answers.text_of`."""
    parse, wrap, sample = PARSERS[kind]
    counts: Counter[str] = Counter()
    slowest = 0.0

    @settings(
        max_examples=EACH,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(bodies(wrap, sample))
    def attack(body: bytes) -> None:
        nonlocal slowest
        raw = Raw("daily", None, Answer("https://x", 200, {}, body, NOW))
        begun = time.process_time()
        try:
            batch = parse(raw)
            counts["understood"] += 1
            counts["rows refused"] += len(batch.rejected)
            for record in batch.records:
                record.to_json()
        except SourceBrokenError as error:
            assert str(error).endswith((".", ")."))
            counts["refused"] += 1
        slowest = max(slowest, time.process_time() - begun)

    attack()
    print(f"{kind}: {sum(counts[n] for n in ('understood', 'refused')):,} inputs, {dict(counts)}, "
          f"slowest {slowest * 1000:.1f} ms")  # fmt: skip
    assert slowest < SLOWEST


BOMBS = {
    "depth": b"[" * 1_000_000,
    "closed depth": b"[" * 1_000_000 + b"]" * 1_000_000,
    "objects": b'{"a":' * 500_000,
    "small lists": b"[" + b"[]," * 4_000_000 + b"0]",
    "small objects": b"[" + b"{}," * 4_000_000 + b"0]",
    "a number": b"9" * 12_000_000,
    "a text": b'"' + b"x" * 12_000_000 + b'"',
    "escapes": b'"' + b"\\ud800" * 2_000_000 + b'"',
    "backslashes": b'"' + b"\\" * 12_000_000,
    "many keys": b"{" + b",".join(b'"%x":0' % n for n in range(900_000)) + b"}",
    "many rows": b"[" + b"0," * 6_000_000 + b"0]",
    "short texts": b"[" + b'"ab",' * 990_000 + b"0]",
    "over the limit": b" " * 16_000_000,
    "spaces": b" " * 12_000_000,
}


@pytest.mark.parametrize("bomb", BOMBS)
@pytest.mark.parametrize("kind", PARSERS)
def test_a_bomb_is_refused_within_seconds(kind: str, bomb: str) -> None:
    parse = PARSERS[kind][0]
    begun = time.process_time()
    with suppress(SourceBrokenError):
        raw = Raw("daily", None, Answer("https://x", 200, {}, BOMBS[bomb], NOW))
        assert parse(raw).records == ()
    assert time.process_time() - begun < 5.0


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        ("openalex", "abstract_inverted_index", {"w" * 1000: list(range(200_000))}),
        ("crossref", "abstract", "<jats:p>" * 6000),
        ("crossref", "abstract", "<" * 49_000),
        ("crossref", "abstract", "<mml:math>" * 4900),
        ("crossref", "title", ["<i>" * 600] * 5000),
        ("crossref", "author", [{"family": "<b>x" * 120}] * 2000),
        ("semanticscholar", "authors", [{"name": "\\'{" * 160}] * 5000),
        ("huggingface", "linkedModels", [{"id": f"a/{n}"} for n in range(100_000)]),
    ],
)
def test_a_heavy_field_takes_no_second(kind: str, field: str, value: Any) -> None:
    parse, wrap, sample = PARSERS[kind]
    place = sample["paper"] if kind == "huggingface" else sample
    row = {**place, field: value}
    body = json.dumps(wrap({"paper": row} if kind == "huggingface" else row)).encode()
    begun = time.process_time()
    parse(Raw("daily", None, Answer("https://x", 200, {}, body, NOW)))
    assert time.process_time() - begun < SLOWEST
