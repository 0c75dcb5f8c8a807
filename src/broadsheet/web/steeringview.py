"""What the page that steers a shelf asks for and shows. Pure; templates only print."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import NamedTuple

from broadsheet.learning import Steering, Wish
from broadsheet.web.bodies import Form

WEEK = timedelta(days=7)
KINDS = (("category", "Categories"), ("source", "Sources"), ("author", "Authors"))
EXPLORING = (
    (0.0, "No: only what it is surest of"),
    (0.1, "A little: one place in ten"),
    (0.2, "Some: one place in five"),
    (0.4, "Much: two places in five"),
)


class Choice(NamedTuple):
    """One of several values of a field."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Wishing:
    """The two boxes of a kind of wish: what must be, and what must not."""

    kind: str
    title: str
    only: str
    never: str


def read_steering(form: Form, steering: Steering, today: date) -> Steering:
    """What a form sets, over what is set; fields that it does not have change nothing.

    Boxes that are not ticked are not sent: they count where the form says that it is `whole`.
    Raises InvalidInputError for what is no number; bounds are for `Recommender.steer` to see to.
    """
    given: dict[str, object] = {}
    for name in ("per_day", "minutes"):
        if form.has(name):
            given[name] = form.number(name)
    for name in ("floor", "explore", "rare"):
        if form.has(name):
            given[name] = form.number(name) / 100
    for side in ("only", "never"):
        if form.has(f"{side}-category"):
            given[side] = tuple(_read_wishes(form, side))
    if form.has("whole"):
        given["in_edition"] = form.has("in_edition")
    if form.has("mute"):
        given["muted_until"] = today + WEEK if form.get("mute") == "week" else None
    return replace(steering, **given)  # type: ignore[arg-type]  # each is of its field's type


def _read_wishes(form: Form, side: str) -> list[Wish]:
    """One a line, or apart by semicolons: names of authors hold commas."""
    return [
        Wish(kind, line)
        for kind, _ in KINDS
        for line in re.split(r"[;\r\n]", form.get(f"{side}-{kind}"))
        if line.strip()
    ]


def list_wishes(steering: Steering) -> list[Wishing]:
    """The boxes of what is wished for, filled."""
    return [
        Wishing(kind, title, _lines(steering.only, kind), _lines(steering.never, kind))
        for kind, title in KINDS
    ]


def _lines(wishes: tuple[Wish, ...], kind: str) -> str:
    return "\n".join(wish.value for wish in wishes if wish.kind == kind)


def list_exploring(steering: Steering) -> list[Choice]:
    """How much may be explored; what is set is there, too, if it is none of ours."""
    known = dict(EXPLORING)
    if steering.explore not in known:
        known[steering.explore] = f"{100 * steering.explore:.0f} % of the places"
    return [
        Choice(f"{100 * share:.0f}", label, share == steering.explore)
        for share, label in sorted(known.items())
    ]
