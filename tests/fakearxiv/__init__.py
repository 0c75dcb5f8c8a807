"""A pretended arXiv for tests: OAI-PMH, the day's feeds and the query API on a real socket.

    from fakearxiv import FakeArxiv, World
    with FakeArxiv(World(seed=1, papers=500)) as arxiv:
        ...  # arxiv.url, arxiv.log, arxiv.faults, arxiv.world

It keeps what is known of the real one's manners, the bad ones included; each is named where it is
done. `python -m fakearxiv` runs it for a person to try.
"""

from __future__ import annotations

from fakearxiv.clock import Clock
from fakearxiv.faults import Fault, Faults
from fakearxiv.server import Entry, FakeArxiv
from fakearxiv.world import Paper, Truth, Version, World

__all__ = ["Clock", "Entry", "FakeArxiv", "Fault", "Faults", "Paper", "Truth", "Version", "World"]
