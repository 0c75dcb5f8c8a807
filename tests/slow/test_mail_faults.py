"""Whatever goes wrong between us and a relay: nothing arrives twice, nothing is lost, and a refusal
is taken for an answer.

Fifteen steps by four ways to go wrong by twenty readers, against aiosmtpd. Time-outs are shortened,
days pass by a clock of our own. `pytest -m slow -s FILE` prints the counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from broadsheet.mail import Patience, Relay, Security, SmtpPostman
from broadsheet.mailing import LOST, State
from broadsheet.ports import Postman
from fakesmtp import Fault, Outcome, Stage, closed_port, deaf_port, running
from fakesmtp import Relay as FakeRelay
from outgoing import DAY, HOUR, MINUTE, Outgoing, papers_in, postman_to

pytestmark = pytest.mark.slow

READERS = 20
PATIENCE = Patience(opening=0.3, letter=0.1, answer=0.08, farewell=0.03)
PATIENT = Patience(opening=5, letter=5, answer=5, farewell=1)
LATER, NEVER, SILENCE, HANG_UP = Outcome
IMPOSSIBLE = {
    Stage.CONNECT: {LATER, NEVER},  # nobody is there to say anything
    Stage.CERTIFICATE: {LATER},  # NEVER is one that we do not trust
    Stage.NO_REPLY: {LATER, NEVER},  # they are the next two
    Stage.DOT_LATER: {NEVER},
    Stage.DOT_NEVER: {LATER},
    Stage.TAKEN: {LATER, NEVER},
}
CELLS = [(stage, outcome) for stage in Stage for outcome in Outcome]
POSSIBLE = [cell for cell in CELLS if cell[1] not in IMPOSSIBLE.get(cell[0], ())]
OF_LETTERS = {Stage.RCPT, Stage.DATA, Stage.BODY, Stage.DOT_NEVER, Stage.DRIP}
"""Where 5yz refuses a letter; before that it refuses the relay's services to us."""
COUNTS: Counter[str] = Counter()


@contextmanager
def failing_postman(relay: FakeRelay, fault: Fault) -> Iterator[Postman]:
    """To a relay, over TLS and with a password, that does what a cell says."""
    with ExitStack() as opened:
        if fault.stage is Stage.CONNECT:
            silent = fault.outcome is SILENCE
            port = opened.enter_context(deaf_port()) if silent else closed_port()
            yield SmtpPostman(Relay("127.0.0.1", port, Security.NONE), patience=PATIENCE)
            return
        relay.fault = fault
        answers = fault.outcome in (LATER, NEVER)
        yield postman_to(relay, PATIENT if answers else PATIENCE, secure=True)
        relay.fault = None


@pytest.fixture(scope="module")
def relay() -> Iterator[FakeRelay]:
    with running(secure=True) as relay:
        yield relay


@pytest.fixture(scope="module", autouse=True)
def counts() -> Iterator[None]:
    yield
    said = ", ".join(f"{count} {what}" for what, count in sorted(COUNTS.items()))
    print(f"\n{len(POSSIBLE)} of {len(CELLS)} cells are possible; {READERS} readers each: {said}")


@pytest.mark.parametrize(
    ("stage", "outcome"), POSSIBLE, ids=[f"{stage} {outcome}" for stage, outcome in POSSIBLE]
)
def test_nothing_twice_and_nothing_lost(
    relay: FakeRelay, stage: Stage, outcome: Outcome, tmp_path: Path
) -> None:
    """Breaks that make it fail: send what is UNCERTAIN again (twice); call what was not answered
    SENT, or FAILED letters' papers offered (lost); put what was refused off (asked again)."""
    relay.taken.clear()
    relay.asked.clear()
    relay.bodies.clear()
    outgoing = Outgoing.begin(tmp_path / "library", READERS, papers=4)
    outgoing.size = 100_000 if stage is Stage.BODY else 0
    outgoing.send_round([1, 2])
    with failing_postman(relay, Fault(stage, outcome)) as failing:
        for wait in (0 * HOUR, 6 * MINUTE):
            outgoing.now += wait
            outgoing.deliver(failing)
    asked_once = max(relay.asked.values(), default=0) <= 1
    for wait in (6 * MINUTE, 20 * MINUTE, HOUR, 3 * HOUR, 9 * HOUR, 11 * HOUR):
        outgoing.now += wait
        outgoing.deliver(postman_to(relay, PATIENT, secure=True))
        asked_once = asked_once and max(relay.asked.values(), default=0) <= 1
    assert not {State.QUEUED, State.SENDING} & set(outgoing.states())
    lost = sum(state in LOST for state in outgoing.states())
    if outcome is NEVER and stage in OF_LETTERS:
        assert asked_once and lost == READERS  # refused, and not brought again
    outgoing.now += DAY
    outgoing.send_round([1, 2, 3])
    outgoing.deliver(postman_to(relay, PATIENT, secure=True))
    tell(relay, lost)
    assert relay.most_often == 1
    for number in range(READERS):
        own = [each.content for each in relay.taken if each.recipient == f"r{number}@readers.test"]
        assert papers_in(own) == {1, 2, 3}
    outgoing.store.close()


def tell(relay: FakeRelay, lost: int) -> None:
    COUNTS["letters taken"] += len(relay.taken)
    COUNTS["taken twice"] += len(relay.taken) - len({each.message_id for each in relay.taken})
    COUNTS["letters whose papers came back"] += lost
