"""Buttons that are pressed or not: the act they do, and for the script the one that takes it back.

A page of papers has sixty of them, in six forms, so each form is made once.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from markupsafe import Markup


class Toggle(NamedTuple):
    """The act of a button and its opposite, its title, and its word while off and on ("" where
    something else stands on it)."""

    act: str
    other: str
    title: str
    words: tuple[str, str] = ("", "")


TOGGLES = {
    "upvote": Toggle("upvote", "retract", "Upvote"),
    "save": Toggle("save", "unsave", "Save to the shelf used last", ("Save", "Saved")),
    "read": Toggle("read", "unread", "Read or not", ("Mark read", "Read")),
}


@cache
def attributes(name: str, on: bool) -> Markup:
    """The attributes of a button."""
    toggle = TOGGLES[name]
    acts = (toggle.other, toggle.act) if on else (toggle.act, toggle.other)
    return Markup(
        'formaction="/act/{}" data-act="{}" data-other="/act/{}" aria-pressed="{}" title="{}"'
    ).format(acts[0], name, acts[1], "true" if on else "false", toggle.title)


@cache
def word(name: str, on: bool) -> Markup:
    """What stands on a button, and for the script what stands on it otherwise."""
    words = TOGGLES[name].words
    return Markup('<span data-word="{}">{}</span>').format(words[not on], words[on])
