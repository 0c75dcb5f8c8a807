"""Whatever was done is undone, the last act first, and nothing else changes."""

from __future__ import annotations

import pytest

from shelfmarks import Readers
from undoing import act_and_undo, teach, undo_in_disorder


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


@pytest.mark.parametrize("seed", [1, 2])
def test_what_teaches_and_steers_is_undone(readers: Readers, seed: int) -> None:
    """Break to see it fail: leave out a field in `steering.pack`; or tell in a takeout of a
    steering that was undone (`takeout.learning.is_set`)."""
    readers.shelf("Goats")
    readers.shelf("Sheep")
    assert act_and_undo(readers, seed, 40, teach) > 15


@pytest.mark.parametrize("seed", [1, 2])
def test_undoing_what_taught_takes_away_nothing_later(readers: Readers, seed: int) -> None:
    """Break to see it fail: leave `_touched_since` out of `Answers._undo`, or what was done again
    out of `Steerings._undo`."""
    readers.shelf("Goats")
    undone, refused = undo_in_disorder(readers, seed, 80, teach)
    assert undone > 5 and refused > 5
