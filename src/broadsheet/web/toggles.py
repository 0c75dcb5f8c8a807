"""Buttons that are pressed or not: the act they do, and for the script the one that takes it back.

A page of papers has sixty of them, in six forms, so each form is made once.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import NamedTuple

from markupsafe import Markup

from broadsheet.people import Shelf
from broadsheet.shelves import FIRST_SHELF


class Target(NamedTuple):
    """The shelf that a paper is saved to by one press; `number` 0: it is yet to be made."""

    number: int
    name: str


NO_TARGET = Target(0, FIRST_SHELF)


def target_of(shelf: Shelf | None) -> Target:
    """A reader's shelf as the one to save to."""
    return Target(shelf.id, shelf.name) if shelf else NO_TARGET


class Toggle(NamedTuple):
    """The act of a button and its opposite, its title, and its word while off and on ("" where
    something else stands on it)."""

    act: str
    other: str
    title: str
    words: tuple[str, str] = ("", "")


TOGGLES = {
    "upvote": Toggle("upvote", "retract", "Upvote"),
    "save": Toggle("save", "unsave", "Save", ("Save", "Saved")),
    "read": Toggle("read", "unread", "Read or not", ("Mark read", "Read")),
    "like": Toggle("like", "take-back", "More like this one", ("Like", "Liked")),
    "dislike": Toggle("dislike", "take-back", "Fewer like this one", ("Not for me", "Not for me")),
    "hide": Toggle("hide", "take-back", "Out of sight; teaches nothing", ("Hide", "Hidden")),
}


@cache
def attributes(name: str, on: bool) -> Markup:
    """The attributes of a button."""
    toggle = TOGGLES[name]
    acts = (toggle.other, toggle.act) if on else (toggle.act, toggle.other)
    return Markup(
        'formaction="/act/{}" data-act="{}" data-other="/act/{}" aria-pressed="{}" title="{}"'
    ).format(acts[0], name, acts[1], "true" if on else "false", toggle.title)


@lru_cache(4096)
def saving(on: tuple[str, ...], target: Target, fixed: bool = False) -> Markup:
    """The attributes of the button that saves, whose title says what it does: to the shelf used
    last, off that shelf, or, for a paper on others, to where its shelves are chosen. Where it is
    `fixed`, the button saves to its target whatever shelf is used meanwhile."""
    if not on:
        does, title = Markup('formaction="/act/save"'), f"Save to {target.name}"
    elif on == (target.name,):
        does, title = Markup('formaction="/act/unsave"'), f"Take it off {target.name}"
    else:
        does, title = Markup('formaction="/save" formmethod="get"'), "Choose its shelves"
    if target.number:
        does += Markup(' name="shelf" value="{}"').format(target.number)
    if fixed:
        does += Markup(" data-fixed")
    return Markup('{} data-act="save" data-target="{}" aria-pressed="{}" title="{}"').format(
        does, target.name, "true" if on else "false", title
    )


@cache
def word(name: str, on: bool) -> Markup:
    """What stands on a button, and for the script what stands on it otherwise."""
    words = TOGGLES[name].words
    return Markup('<span data-word="{}">{}</span>').format(words[not on], words[on])
