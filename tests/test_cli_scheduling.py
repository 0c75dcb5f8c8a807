"""`broadsheet mail schedule`."""

from __future__ import annotations

import json

from broadsheet.cli import codes
from shell import Shell


def test_a_schedule_is_set_shown_and_undone(shell: Shell) -> None:
    assert "every day, when the day's edition goes to press" in shell("mail", "schedule").out
    done = shell("mail", "schedule", "--zone", "Europe/Berlin", "--at", "07:30", "--day", "mon")
    assert "on Mondays at 07:30 (Europe/Berlin)" in done.out
    told = json.loads(shell("mail", "schedule", "--json").out)
    assert (told["zone"], told["time"], told["weekdays"]) == ("Europe/Berlin", "07:30", [1])
    shell("undo", done.out.splitlines()[-1].rpartition(" ")[2])
    assert "every day" in shell("mail", "schedule").out


def test_no_such_zone_costs_a_sentence(shell: Shell) -> None:
    """Break: change the schedule before the zone is looked up."""
    refused = shell("mail", "schedule", "--zone", "Mars/Olympus", "--at", "07:30")
    assert refused.code == codes.FAILED and "Mars/Olympus" in refused.err
    assert "every day, when" in shell("mail", "schedule").out
