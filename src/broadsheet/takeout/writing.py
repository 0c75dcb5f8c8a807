"""A reader's account as one JSON file."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import orjson

from broadsheet.learning import Answer, Steering
from broadsheet.model import Work
from broadsheet.people import Act, Reader, Signal
from broadsheet.ports import Store
from broadsheet.recommend.steering import pack
from broadsheet.takeout.form import FORMAT, MOST_SIGNALS, VERSION
from broadsheet.takeout.learning import TOLD, is_set

_SEEN = frozenset({Act.SHOWN, Act.OPEN})
_BATCH = 1000


def write_takeout(store: Store, reader: Reader, now: datetime) -> bytes:
    """All that a reader keeps here, what was deleted left out."""
    desk = _Desk(store, reader)
    data = {
        "format": FORMAT,
        "version": VERSION,
        "made_at": now,
        "reader": {
            "name": reader.name,
            "display": reader.display,
            "open": reader.open,
            "theme": reader.theme,
            "joined_at": reader.joined_at,
        },
        "shelves": desk.shelves(),
        "searches": desk.searches(),
        "follows": [
            {"author": follow.author, "at": follow.at} for follow in store.get_follows(reader.id)
        ],
        "votes": desk.votes(),
        "comments": desk.comments(),
        "answers": desk.answers(),
        "schedule": desk.schedule(),
        "signals": desk.signals(),
        "papers": desk.papers(),  # the last: by now it is known which
    }
    return orjson.dumps(data, option=orjson.OPT_INDENT_2)


class _Desk:
    """Where a takeout is put together; papers get their places as they are named."""

    def __init__(self, store: Store, reader: Reader) -> None:
        self._store = store
        self._reader = reader
        self._places: dict[int, int] = {}
        self._kept: set[int] = set()

    def _place(self, work_id: int, *, kept: bool = True) -> int:
        if kept:
            self._kept.add(work_id)
        return self._places.setdefault(work_id, len(self._places))

    def shelves(self) -> list[dict[str, Any]]:
        shelves = self._store.get_shelves(self._reader.id)
        self._shelf_places = {shelf.id: place for place, shelf in enumerate(shelves)}
        steerings = self._store.get_steerings(self._shelf_places)
        return [
            {
                "name": shelf.name,
                "about": shelf.about,
                "sharing": str(shelf.sharing),
                "made_at": shelf.made_at,
                "papers": [
                    {
                        "paper": self._place(saved.work_id),
                        "saved_at": saved.saved_at,
                        "note": saved.note,
                        "read_at": saved.read_at,
                    }
                    for saved in self._store.get_saved([shelf.id])
                ],
                "steering": _steering(steerings.get(shelf.id)),
            }
            for shelf in shelves
        ]

    def searches(self) -> list[dict[str, Any]]:
        return [
            {
                "name": search.name,
                "query": search.query,
                "in_edition": search.in_edition,
                "made_at": search.made_at,
            }
            for search in self._store.get_searches(self._reader.id)
        ]

    def votes(self) -> list[dict[str, Any]]:
        voted = self._store.get_voted(self._reader.id)
        return [{"paper": self._place(vote.work_id), "at": vote.at} for vote in voted]

    def comments(self) -> list[dict[str, Any]]:
        return [
            {
                "id": comment.id,
                "parent": comment.parent_id,
                "paper": self._place(comment.work_id),
                "text": comment.text,
                "at": comment.at,
                "edited_at": comment.edited_at,
            }
            for comment in reversed(self._store.get_comments_of(self._reader.id))
        ]

    def answers(self) -> list[dict[str, Any]]:
        """Answers to papers; one without a shelf is for all of them."""
        return [self._answer(answer) for answer in self._store.get_answers(self._reader.id)]

    def _answer(self, answer: Answer) -> dict[str, Any]:
        told: dict[str, Any] = {"paper": self._place(answer.work_id), "at": answer.at}
        if answer.shelf_id in self._shelf_places:
            told["shelf"] = self._shelf_places[answer.shelf_id]
        return told | {"opinion": str(answer.opinion)}

    def schedule(self) -> dict[str, Any]:
        """When editions are made, if that was chosen. The address that they are mailed to stays:
        it has to be confirmed wherever mail comes from."""
        schedule = self._store.get_schedules([self._reader.id]).get(self._reader.id)
        if schedule is None:
            return {}
        return {"zone": schedule.zone, "time": schedule.time, "weekdays": schedule.weekdays}

    def signals(self) -> list[dict[str, Any]]:
        """The last acts, oldest first; papers that were only seen are told in brief."""
        signals = self._store.get_signals(self._reader.id, limit=MOST_SIGNALS)
        return [self._signal(signal) for signal in reversed(signals)]

    def _signal(self, signal: Signal) -> dict[str, Any]:
        kept = signal.act not in _SEEN and signal.undone_at is None
        told: dict[str, Any] = {"act": str(signal.act), "at": signal.at}
        if signal.work_id is not None:
            told["paper"] = self._place(signal.work_id, kept=kept)
        if signal.shelf_id in self._shelf_places:
            told["shelf"] = self._shelf_places[signal.shelf_id]
        if signal.undone_at:
            told["undone_at"] = signal.undone_at
        for name in ("place", "position"):
            if name in signal.detail:
                told[name] = signal.detail[name]
        if "works" in signal.detail and signal.act is Act.SHOWN:
            told["papers"] = [self._place(each, kept=False) for each in signal.detail["works"]]
        return told

    def papers(self) -> list[dict[str, Any]]:
        """The papers at their places; one that is gone without a trace is empty."""
        numbers = list(self._places)
        told: list[dict[str, Any]] = []
        for start in range(0, len(numbers), _BATCH):
            chunk = numbers[start : start + _BATCH]
            works = self._store.get_works(chunk)
            told += [self._paper(number, works.get(number)) for number in chunk]
        return told

    def _paper(self, number: int, work: Work | None) -> dict[str, Any]:
        if work is None:
            return {"title": "", "brief": True}
        brief: dict[str, Any] = {
            "title": work.title,
            "authors": work.authors,
            "ids": _pairs(work.ids),
            "date": list(work.date) if work.date else None,
        }
        if number not in self._kept:
            return {**_drop_empty(brief), "brief": True}
        return _drop_empty(
            {
                **brief,
                "abstract": work.abstract,
                "summary": work.summary,
                "venue": work.venue,
                "categories": work.categories,
                "links": _pairs(work.links),
                "kind": work.kind,
            }
        )


def _steering(steering: Steering | None) -> dict[str, Any]:
    """What is set for a shelf, if anything is; a trial of rankers ends with the move."""
    return pack(steering, TOLD) if steering and is_set(steering) else {}


def _pairs(pairs: Iterable[tuple[str, str]]) -> list[list[str]]:
    return [list(pair) for pair in pairs]


def _drop_empty(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value}
