"""Ten thousand letters of hostile texts, and a thousand notes, read back in two ways each."""

from __future__ import annotations

import pytest

from hostile_letters import find_breaches, find_breaches_of_note

pytestmark = pytest.mark.slow

LETTERS, NOTES = 10_000, 1_000
PARTS = 8


@pytest.mark.parametrize("part", range(PARTS))
def test_nothing_gets_out_of_ten_thousand_letters(part: int) -> None:
    """Breaks: as for `tests/post/test_letters_quick.py`."""
    seeds = range(part, LETTERS, PARTS)
    breaches = {seed: found for seed in seeds if (found := list(find_breaches(seed)))}
    assert not breaches


def test_nothing_gets_out_of_a_thousand_notes() -> None:
    """Break: leave `guard` out of `write_note` and of `put_headers`."""
    found = {seed: list(find_breaches_of_note(seed)) for seed in range(NOTES)}
    assert not any(found.values())
