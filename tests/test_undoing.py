"""Whatever was done is undone, the last act first, and nothing else changes."""

from __future__ import annotations

import pytest

from shelfmarks import Readers
from undoing import act_and_undo, undo_in_disorder


@pytest.mark.parametrize("seed", [1, 12])
def test_acts_at_random_are_undone(readers: Readers, seed: int) -> None:
    """Break to see it fail: forget the note in `shelves.base.pack`."""
    assert act_and_undo(readers, seed, 50) > 15


@pytest.mark.parametrize("seed", [2, 6])
def test_undoing_any_act_takes_away_no_other(readers: Readers, seed: int) -> None:
    """Break to see it fail: drop `number not in touched` in `Saving._undo`, or the
    comparison of moments in `_undo_follow`."""
    undone, refused = undo_in_disorder(readers, seed, 160)
    assert undone > 5 and refused > 5
