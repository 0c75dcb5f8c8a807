"""Acts at random, and what an account is before and after them."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any

from broadsheet.people import Done, Sharing
from broadsheet.shelves import Upload
from shelfmarks import TITLES, Readers

NAMES = ("Goats", "Sheep", "Whales", "Clouds")
AUTHORS = ("Ada Byron", "Cy Keeper")


def picture(readers: Readers) -> dict[str, Any]:
    """Everything that Ada keeps, but for her acts, and without numbers that grow."""
    data: dict[str, Any] = json.loads(readers.library.takeout.export(readers.ada))
    papers = [paper.get("title") for paper in data.pop("papers")]
    for part in (
        *data["votes"],
        *data["comments"],
        *(p for s in data["shelves"] for p in s["papers"]),
    ):
        part["paper"] = papers[part["paper"]]
    for shelf in data["shelves"]:
        shelf["papers"].sort(key=lambda part: part["paper"])
    for name in ("signals", "made_at"):
        data.pop(name)
    return data


def act(readers: Readers, chance: Random) -> Done | None:
    """Do something at random; None where it could not be done."""
    library, ada, name = readers.library, readers.ada, chance.choice(NAMES)
    work, text = chance.choice(list(TITLES)), f"text {chance.randrange(3)}"
    shelf = _pick(chance, [shelf.id for shelf in library.shelves.get(ada)])
    search = _pick(chance, [search.id for search in library.searches.get(ada)])
    comment = _pick(chance, [said.comment.id for said in library.community.said_by(ada.id)])
    bibtex = f"@article{{x, title={{A paper about {text} and {name}}}, author={{A B}}, year=2020}}"
    acts: list[Callable[[], Done]] = [
        lambda: library.shelves.make(ada, name, text),
        lambda: library.shelves.change(
            ada, shelf, name=name, about=text, sharing=chance.choice(list(Sharing))
        ),
        lambda: library.shelves.delete(ada, shelf),
        lambda: library.shelves.save(ada, work, [shelf], chance.choice(("", text))),
        lambda: library.shelves.unsave(ada, work),
        lambda: library.shelves.note(ada, work, text),
        lambda: library.shelves.mark_read(ada, work, chance.random() < 0.5),
        lambda: library.shelves.fill(ada, shelf, [Upload("x.bib", bibtex.encode())]),
        lambda: library.searches.keep(ada, name, text, chance.random() < 0.5),
        lambda: library.searches.change(ada, search, name=name, query=text),
        lambda: library.searches.delete(ada, search),
        lambda: library.community.upvote(ada, work),
        lambda: library.community.retract(ada, work),
        lambda: library.community.comment(ada, work, text),
        lambda: library.community.edit_comment(ada, comment, text),
        lambda: library.community.delete_comment(ada, comment),
        lambda: library.community.follow(ada, chance.choice(AUTHORS)),
        lambda: library.community.unfollow(ada, chance.choice(AUTHORS)),
    ]
    return _try(chance.choice(acts))


def _pick(chance: Random, numbers: list[int]) -> int:
    return chance.choice(numbers) if numbers else 99


def _try(wanted: Callable[[], Done]) -> Done | None:
    from broadsheet.errors import BroadsheetError

    try:
        done = wanted()
    except BroadsheetError:
        return None
    return done if done.signal else None


def act_and_undo(readers: Readers, seed: int, acts: int) -> int:
    """Do `acts` things, undo them all, the last one first; returns how many there were.

    After each undo the account must be what it was before the act.
    """
    chance = Random(seed)
    done: list[tuple[Done, dict[str, Any]]] = []
    for _ in range(acts):
        readers.later(1)
        before = picture(readers)
        if made := act(readers, chance):
            done.append((made, before))
    for made, before in reversed(done):
        readers.undo(made)
        assert picture(readers) == before, made
    return len(done)
