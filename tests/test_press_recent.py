"""What was put together a moment ago is kept no longer than it may be shown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from broadsheet.press.recent import KEPT, MOST, Recent
from papers import open_empty

NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)


@pytest.fixture
def recent(tmp_path: Path) -> Iterator[Recent[str]]:
    store = open_empty(tmp_path / "library")
    yield Recent(store)
    store.close()


def test_what_is_too_old_to_be_shown_is_let_go(recent: Recent[str]) -> None:
    """Break to see it fail: keep what has expired until there are `MOST`."""
    for place in range(10):
        recent.get(place, NOON + place * KEPT, lambda: "a page")
    assert list(recent._kept) == [9]


def test_what_is_fresh_stays_until_there_is_too_much(recent: Recent[str]) -> None:
    """Break to see it fail: let go of everything at `MOST`, however old each is."""
    for place in range(MOST):
        recent.get(place, NOON + place * timedelta(seconds=0.5), lambda: "a page")
    assert 20 < len(recent._kept) <= MOST
    last = NOON + (MOST - 1) * timedelta(seconds=0.5)
    assert recent.get(MOST - 2, last, lambda: "another") == "a page"
    for place in range(MOST, 3 * MOST):
        recent.get(place, last, lambda: "a page")
        assert len(recent._kept) <= MOST
