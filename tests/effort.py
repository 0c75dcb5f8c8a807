"""How much of the processor something takes, apart from what else goes on in the test process."""

from __future__ import annotations

import time
from collections.abc import Callable


def takes_less_than(seconds: float, work: Callable[[], object]) -> bool:
    """Whether one of three goes keeps to the bound: a collection of garbage spoils no three."""
    for _ in range(3):
        begun = time.thread_time()
        work()
        if time.thread_time() - begun < seconds:
            return True
    return False
