"""Kill a process that composes and sends, at any moment: no letter goes out twice, no paper is
lost, and what may have gone out is called uncertain.

The relay is aiosmtpd, in this process; the letters are real ones. A day's run is killed and begun
again until it comes to its end, then the next day comes with one more paper. The seed of a part is
SEED and its number.
"""

from __future__ import annotations

import os
import random
import re
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from sending import Moment, start

from broadsheet.mailing import LOST, State
from fakesmtp import Relay, Taken, running
from outgoing import DAY, MORNING, Outgoing, open_again

pytestmark = pytest.mark.slow

PARTS, KILLS, SEED, READERS, LETTERS = 4, 25, 20261101, 8, 6
"""A hundred kills in all."""
DYING = [*Moment, "after the dot, before the answer", "at random", "at random"]


@dataclass
class Sweep:
    """Kills, and what came of them."""

    relay: Relay
    folder: Path
    chance: random.Random
    day: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    begun: set[int] = field(default_factory=set)
    longest: float = 1.0

    def run_day(self) -> None:
        """Run a day's work until it comes to its end, or there have been kills enough."""
        self.day += 1
        while self._run(self._choose()):
            with open_again(self.folder) as outgoing:
                begun = outgoing.store.get_letters(states=[State.SENDING])
                self.begun |= {each.id for each in begun}

    def _choose(self) -> str:
        enough = self.kills.total() >= KILLS or self.chance.random() < 0.1
        return "" if enough else str(DYING[self.kills.total() % len(DYING)])

    def _run(self, dying: str) -> bool:
        """Whether the process was killed."""
        left = [self.chance.randrange(LETTERS)]
        killed = f"{dying} {left[0]}" if dying in set(Moment) else ""
        began = time.monotonic()
        process = start(self.folder, self.relay.port, MORNING + self.day * DAY, self.day, killed)
        if dying == "after the dot, before the answer":

            def kill(taken: Taken) -> None:
                left[0] -= 1
                if left[0] < 0 and process.pid:
                    os.kill(process.pid, signal.SIGKILL)

            self.relay.when_taken = kill
        if dying == "at random":
            process.join(self.chance.uniform(0, self.longest))
            process.kill()
        process.join(60)
        self.relay.when_taken = lambda taken: None
        assert process.exitcode in (0, -signal.SIGKILL)
        if process.exitcode == 0 and not killed:
            self.longest = max(0.2, 0.8 * self.longest + 0.2 * (time.monotonic() - began))
        self.kills[dying] += process.exitcode != 0
        return process.exitcode != 0


@pytest.mark.parametrize("part", range(PARTS))
def test_no_letter_twice_and_no_paper_lost(tmp_path: Path, part: int) -> None:
    """Breaks that make it fail: drop the commit of SENDING, or send what is found in it again
    (twice); call it SENT (lost); queue an edition together with its printing only (lost)."""
    folder = tmp_path / "library"
    Outgoing.begin(folder, READERS, papers=300).store.close()
    with running() as relay:
        sweep = Sweep(relay, folder, random.Random(SEED + part))
        while sweep.kills.total() < KILLS:
            sweep.run_day()
        for _ in range(2):
            sweep.run_day()
        days = range(1, sweep.day + 1)
        with open_again(folder) as outgoing:
            states = Counter(outgoing.states())
            found = {
                reader.name: [
                    each.content
                    for each in relay.taken
                    if each.recipient == f"{reader.name}@readers.test"
                ]
                for reader in outgoing.readers
            }
        missing = sum(len(set(days) - offered_in(each)) for each in found.values())
        tell(sweep, states, missing)
        assert relay.most_often == 1
        assert missing == 0
        assert states[State.UNCERTAIN] == len(sweep.begun)
        assert not states[State.QUEUED] and not states[State.SENDING]
        assert sum(states[each] for each in LOST) == states[State.UNCERTAIN]


def offered_in(contents: list[bytes]) -> set[int]:
    """The papers of real letters, by the titles of their entries."""
    found: set[int] = set()
    for content in contents:
        body = message_from_bytes(content, policy=default).get_body(("plain",))
        assert body is not None
        found.update(map(int, re.findall(r"Paper (\d+)", body.get_content())))
    return found


def tell(sweep: Sweep, states: Counter[State], missing: int) -> None:
    said = ", ".join(f"{count} {dying}" for dying, count in sorted(sweep.kills.items()) if count)
    print(
        f"\n{sweep.kills.total()} kills ({said}), {sweep.day} days of {READERS} "
        f"letters: {len(sweep.relay.taken)} taken, twice "
        f"{len(sweep.relay.taken) - len({each.message_id for each in sweep.relay.taken})}, "
        f"uncertain {states[State.UNCERTAIN]}, papers lost {missing}"
    )
