"""Whatever was done is undone, the last act first, and nothing else changes."""

from __future__ import annotations

import pytest

from shelfmarks import Readers
from undoing import act_and_undo


@pytest.mark.parametrize("seed", [1, 12])
def test_acts_at_random_are_undone(readers: Readers, seed: int) -> None:
    """Break to see it fail: forget the note in `shelves.base.pack`."""
    assert act_and_undo(readers, seed, 40) > 15
