"""One-click unsubscribing at size: scanners, forgers, and mail services that ask at once."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random

import pytest

from broadsheet.mailing import Ended
from broadsheet.people import Reader
from oneclick import AGENTS, BODIES, knock, mutate

sys.path.insert(0, str(Path(__file__).parents[1] / "web"))
from postroom import PostRoom

pytestmark = pytest.mark.slow

FOLLOWED = 1_000
FORGED = 10_000
READERS = 20


@pytest.fixture
def room(tmp_path: Path) -> Iterator[PostRoom]:
    room = PostRoom(tmp_path)
    with room.library:
        yield room


def get_links(room: PostRoom, reader: Reader) -> dict[str, str]:
    """The addresses in a letter of a reader's that anybody may follow, by what they are for."""
    room.print_own(reader)
    room.library.post.deliver_due()
    room.library.post.send_test(reader, room.get(reader).address)
    kinds = ("/mail/unsubscribe/", "/mail/act/save-", "/mail/act/pass-")
    return {kind: room.link(kind) for kind in kinds}


def test_scanners_change_nothing(room: PostRoom) -> None:
    """Breaks: let `ask_to_stop`, `ask_to_act` or `ask_to_confirm` do what they ask."""
    ada = room.add("ada", "ada@example.org")
    links = list(get_links(room, ada).values())
    ben = room.add("ben")
    room.subscriptions.ask(ben, "ben@example.org")
    links.append(room.link("/mail/confirm/"))
    before = (room.get(ada), room.get(ben), room.store.get_signals(ada.id, limit=None))
    random = Random(5)

    async def follow() -> Counter[int]:
        asked = [(random.choice(("GET", "HEAD")), random.choice(links)) for _ in range(FOLLOWED)]
        answers = [await knock(room.app, *each, agent=random.choice(AGENTS)) for each in asked]
        assert not any({"location", "set-cookie"} & headers.keys() for _, headers in answers)
        return Counter(status for status, _ in answers)

    assert asyncio.run(follow()) == {200: FOLLOWED}
    assert (room.get(ada), room.get(ben), room.store.get_signals(ada.id, limit=None)) == before
    assert not room.library.shelves.find(ada, [1])
    assert not room.library.recommender.get_answers(ada, [1])


def test_forged_tokens_are_never_accepted(room: PostRoom) -> None:
    """Break: compare the first 20 letters of a token in `_is_same`."""
    ada = room.add("ada", "ada@example.org")
    others = [room.add(f"reader{n}", f"r{n}@example.org") for n in range(3)]
    path, _, token = get_links(room, ada)["/mail/unsubscribe/"].rpartition("/")

    async def forge() -> Counter[int]:
        statuses: Counter[int] = Counter()
        for number, forged in enumerate(islice(mutate(token, Random(11)), FORGED)):
            kind = list(BODIES)[number % 2]
            status, _ = await knock(room.app, "POST", f"{path}/{forged}", kind, BODIES[kind])
            statuses[status] += 1
        return statuses

    assert asyncio.run(forge()) == {404: FORGED}
    assert all(room.get(each).is_active for each in (ada, *others))


@pytest.mark.parametrize("kind", list(BODIES)[:2])
def test_many_at_once_are_all_heard(room: PostRoom, kind: str) -> None:
    """Each asks twice, all at the same time, while letters are queued. Break: answer before the
    transaction has ended."""
    readers = [room.add(f"reader{n}", f"r{n}@example.org") for n in range(READERS)]
    for_stop = room.subscriptions._tokens.for_stop
    tokens = [for_stop(each.id, room.get(each).address) for each in readers]

    async def ask_all() -> list[int]:
        asked = [
            knock(room.app, "POST", f"/mail/unsubscribe/{token}", kind, BODIES[kind])
            for token in tokens * 2
        ]
        return [status for status, _ in await asyncio.gather(*asked)]

    for each in readers:
        room.print_own(each)
    assert room.library.post.queue_missed() == READERS
    assert asyncio.run(ask_all()) == [200] * (2 * READERS)
    assert {room.get(each).ended for each in readers} == {Ended.UNSUBSCRIBED}
    room.library.post.deliver_due()
    assert not room.relay.taken
