"""Many acts at random, all undone."""

from __future__ import annotations

from pathlib import Path

import pytest

from shelfmarks import Readers
from undoing import act_and_undo


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(120, 132))
def test_long_lives_are_undone(tmp_path: Path, seed: int) -> None:
    """Break to see it fail: drop `"noted"` from what `Saving.save` keeps for its undo."""
    readers = Readers(tmp_path / "life")
    try:
        assert act_and_undo(readers, seed, 150) > 50
    finally:
        readers.library.close()
