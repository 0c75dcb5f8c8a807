"""Hostile titles, names and shelves in letters: a few; `tests/slow` has ten thousand."""

from __future__ import annotations

from hostile_letters import find_breaches, find_breaches_of_note

FEW = 150


def test_nothing_gets_out_of_a_letter() -> None:
    """Breaks: mark the title in letter.html `|safe`; leave `clean_line` out of `tidy`; leave the
    replacement of "=?" out of `guard`; let `_set_text` put HTML into the first part."""
    breaches = {seed: [*find_breaches(seed), *find_breaches_of_note(seed)] for seed in range(FEW)}
    assert not {seed: found for seed, found in breaches.items() if found}
