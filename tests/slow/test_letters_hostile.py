"""Ten thousand letters of hostile texts, read back in two ways each.

The letters go out in two forms, the edition and the note: twenty thousand documents in all.
"""

from __future__ import annotations

import pytest

from hostile_letters import find_breaches

pytestmark = pytest.mark.slow

LETTERS = 10_000
PARTS = 4


@pytest.mark.parametrize("part", range(PARTS))
def test_nothing_gets_out_of_ten_thousand_letters(part: int) -> None:
    """Breaks: as for `tests/post/test_letters_quick.py`."""
    step = LETTERS // PARTS
    seeds = range(part * step, (part + 1) * step)
    breaches = {seed: found for seed in seeds if (found := list(find_breaches(seed)))}
    assert not breaches
