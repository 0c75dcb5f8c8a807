"""What goes on by itself: the watch fetches from the sources whenever something is due, and prints
the editions whose time has come; the courier delivers letters; and threads that no mistake ends for
good."""

from __future__ import annotations

from broadsheet.jobs.courier import HAND_OVER_SECONDS, LONGEST_RELAY_PAUSE, RELAY_PAUSE, Courier
from broadsheet.jobs.steady import FIRST_PAUSE, LONGEST_PAUSE, LOOK_SECONDS, Steady, SteadyJob
from broadsheet.jobs.watch import (
    GOODBYE_SECONDS,
    PATIENCE,
    PAUSE_SECONDS,
    Resting,
    Watch,
    is_watching,
)

__all__ = [
    "FIRST_PAUSE",
    "GOODBYE_SECONDS",
    "HAND_OVER_SECONDS",
    "LONGEST_PAUSE",
    "LONGEST_RELAY_PAUSE",
    "LOOK_SECONDS",
    "PATIENCE",
    "PAUSE_SECONDS",
    "RELAY_PAUSE",
    "Courier",
    "Resting",
    "Steady",
    "SteadyJob",
    "Watch",
    "is_watching",
]
