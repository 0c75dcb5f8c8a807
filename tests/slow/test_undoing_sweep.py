"""Many acts at random, all undone: the last one first, or any of them at any time."""

from __future__ import annotations

from pathlib import Path

import pytest

from shelfmarks import Readers
from undoing import act_and_undo, undo_in_disorder


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(120, 132))
def test_long_lives_are_undone(tmp_path: Path, seed: int) -> None:
    """Break to see it fail: drop `"noted"` from what `Saving.save` keeps for its undo."""
    readers = Readers(tmp_path / "life")
    try:
        assert act_and_undo(readers, seed, 150) > 50
    finally:
        readers.library.close()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(200, 212))
def test_undoing_any_act_takes_away_no_other(tmp_path: Path, seed: int) -> None:
    """Break to see it fail: drop any of the calls of `Journal.get_later`, or any comparison of
    moments in an inverse."""
    readers = Readers(tmp_path / "life")
    try:
        undone, refused = undo_in_disorder(readers, seed, 400)
        assert undone > 12 and refused > 20
    finally:
        readers.library.close()
