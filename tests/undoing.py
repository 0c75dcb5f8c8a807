"""Acts at random, undone in order or in disorder, and what an account is before and after."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterator
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import count, takewhile
from random import Random
from typing import Any

from broadsheet.errors import ConflictError, NotFoundError
from broadsheet.learning import Opinion, Steering, Wish
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
        *data["answers"],
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
    shelves = [shelf.id for shelf in library.shelves.get(ada)]
    shelf, several = _pick(chance, shelves), chance.sample(shelves, min(len(shelves), 2))
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
        lambda: library.shelves.save(ada, work, several or [99], chance.choice(("", text))),
        lambda: library.shelves.shelve(
            ada, work, several, chance.choice(("", text)), chance.choice(("", "", name))
        ),
        lambda: library.shelves.unsave(ada, work),
        lambda: library.shelves.unsave(ada, work, [shelf]),
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
        *_teaching(readers, chance, work, shelf),
    ]
    return _try(chance.choice(acts))


def teach(readers: Readers, chance: Random) -> Done | None:
    """Teach or steer one of Ada's shelves at random: few things, that often stand on each other."""
    work, shelf = chance.choice((1, 2)), chance.choice(readers.library.shelves.get(readers.ada)).id
    *answering, steering = _teaching(readers, chance, work, shelf)
    return _try(steering if chance.random() < 0.6 else chance.choice(answering))


def _teaching(
    readers: Readers, chance: Random, work: int, shelf: int
) -> Iterator[Callable[[], Done]]:
    """What teaches a shelf, and last what steers it."""
    recommender, ada = readers.library.recommender, readers.ada
    for opinion in Opinion:
        yield partial(recommender.answer, ada, work, opinion, shelf)
    opinion, where = chance.choice(list(Opinion)), chance.choice((0, shelf))
    yield partial(recommender.take_back, ada, work, opinion, where)
    wish = Wish("author", chance.choice(AUTHORS))
    told = chance.choice(
        (
            {"per_day": chance.randrange(1, 9)},
            {"minutes": chance.choice((0, 20)), "floor": chance.choice((0.0, 0.5))},
            {"explore": chance.choice((0.0, 0.2)), "rare": chance.random()},
            {"only": (wish,), "never": ()},
            {"only": (), "never": (wish,)},
            {"muted_until": chance.choice((None, readers.time.now().date()))},
            {"in_edition": chance.random() < 0.5},
            {"ranker": chance.choice(("", "other@1"))},
        )
    )
    yield lambda: recommender.steer(ada, replace(recommender.get_steering(ada, shelf), **told))


Acting = Callable[[Readers, Random], Done | None]


def _pick(chance: Random, numbers: list[int]) -> int:
    return chance.choice(numbers) if numbers else 99


def _try(wanted: Callable[[], Done]) -> Done | None:
    from broadsheet.errors import BroadsheetError

    try:
        done = wanted()
    except BroadsheetError:
        return None
    return done if done.signal else None


def act_and_undo(readers: Readers, seed: int, acts: int, act: Acting = act) -> int:
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


# --- In disorder ------------------------------------------------------------------------------

Facts = dict[Hashable, Any]
"""All that Ada keeps, fact by fact; what is deleted stays a fact that does not stand."""


@dataclass
class Deed:
    """An act, and of each fact that it changed and that was not put back what it was and became."""

    done: Done
    changed: dict[Hashable, tuple[Any, Any]]


def facts(readers: Readers) -> Facts:
    """Everything that Ada keeps, as the store has it."""
    store, ada = readers.store, readers.ada.id
    kept: Facts = {}
    shelves = store.get_shelves(ada, deleted=True)
    for shelf in shelves:
        for name in ("name", "about", "sharing"):
            kept["shelf", shelf.id, name] = getattr(shelf, name)
        kept["shelf", shelf.id, "stands"] = shelf.deleted_at is None
    for saved in store.get_saved([shelf.id for shelf in shelves]):
        kept["saved", saved.shelf_id, saved.work_id] = saved
    for search in takewhile(bool, map(store.get_search, count(1))):
        assert search is not None
        for name in ("name", "query", "in_edition"):
            kept["search", search.id, name] = getattr(search, name)
        kept["search", search.id, "stands"] = search.deleted_at is None
    for comment in store.get_comments_of(ada, deleted=True):
        kept["comment", comment.id] = comment.text, comment.edited_at
        kept["comment", comment.id, "stands"] = comment.deleted_at is None
    kept |= {("vote", vote.work_id): vote.at for vote in store.get_voted(ada)}
    kept |= {("follow", follow.author): follow.at for follow in store.get_follows(ada)}
    for place in (0, *(shelf.id for shelf in shelves)):
        for answer in store.get_answers(ada, shelf_id=place):
            kept["answer", place, answer.work_id] = answer
    steerings = store.get_steerings([shelf.id for shelf in shelves])
    for shelf in shelves:
        steering = steerings.get(shelf.id, Steering(shelf.id))
        kept |= {("steering", shelf.id, name): value for name, value in asdict(steering).items()}
    return kept


def compare(before: Facts, after: Facts) -> dict[Hashable, tuple[Any, Any]]:
    """What changed, each fact with what it was and what it became; None: there was none."""
    keys = before.keys() | after.keys()
    pairs = {key: (before.get(key), after.get(key)) for key in keys}
    return {key: pair for key, pair in pairs.items() if pair[0] != pair[1]}


def undo_in_disorder(readers: Readers, seed: int, steps: int, act: Acting = act) -> tuple[int, int]:
    """Act, or undo any act of before; returns how often undoing did something, and did not.

    Undoing puts facts back that the act changed, to what they were, or leaves all as it is and
    says so; a fact that a later act changed, which stands, it never touches.
    """
    chance, deeds, undone, refused = Random(seed), list[Deed](), 0, 0
    for _ in range(steps):
        readers.later(1)
        before = facts(readers)
        if not deeds or chance.random() < 0.6:
            if made := act(readers, chance):
                deeds.append(Deed(made, compare(before, facts(readers))))
            continue
        place = _choose(chance, deeds)
        try:
            readers.undo(deeds[place].done)
        except (ConflictError, NotFoundError):
            assert facts(readers) == before
            refused += 1
            continue
        undone += 1
        _check_undone(deeds, place, compare(before, facts(readers)))
    return undone, refused


def _choose(chance: Random, deeds: list[Deed]) -> int:
    """Mostly one that a later act has built upon: only there can undoing take away too much."""
    later: set[Hashable] = set()
    built_upon = []
    for place, deed in reversed(list(enumerate(deeds))):
        if later.intersection(deed.changed):
            built_upon.append(place)
        later.update(deed.changed)
    places = built_upon if built_upon and chance.random() < 0.6 else range(len(deeds))
    return chance.choice(places)


def _check_undone(deeds: list[Deed], place: int, changed: dict[Hashable, tuple[Any, Any]]) -> None:
    deed = deeds[place]
    for key, (was, now) in changed.items():
        if now is None or (was is not None and key[-1:] == ("stands",) and not now):  # type: ignore[index]
            assert deed.changed[key][0] in (None, now), (deed, key)
        else:
            assert deed.changed[key] == (now, was), (deed, key, was, now)
        assert not [each for each in deeds[place + 1 :] if key in each.changed], (deed, key)
        del deed.changed[key]
