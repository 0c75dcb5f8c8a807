"""`broadsheet searches promise`."""

from __future__ import annotations

from shell import Shell


def test_a_promise_is_made_read_and_taken_back(shell: Shell) -> None:
    """Break to see it fail: choose the number whether one is given or not."""
    assert "No promise is made" in shell("searches", "promise").out
    made = shell("searches", "promise", "20").out.splitlines()
    assert made[0] == "At most 20 % misses are promised of searches from now on."
    assert "The promise needs 30 more answers" in made[1]
    assert shell("searches", "promise").out.splitlines() == made[1:]
    assert "show all they find" in shell("searches", "promise", "off").out
    assert "No promise is made" in shell("searches", "promise").out
    assert shell("searches", "promise", "25").code == 2
