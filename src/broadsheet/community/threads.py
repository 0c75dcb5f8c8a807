"""Comments on a paper in the order in which they are read. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

from broadsheet.people import Comment, Reader

SHEET, LONGEST = 50, 100
HEAVIEST = 40_000
"""In bytes of UTF-8; one comment has at most as many."""
DEEP = 4
"""Replies are moved in no further than this, so from here on they say what they answer."""


class Remark(NamedTuple):
    """A comment in its thread. `depth` is 0 for one on the paper, 1 for a reply to that, …;
    `reader` is None for one whose account is gone. What was deleted has no text."""

    comment: Comment
    reader: Reader | None
    depth: int


class Sheet(NamedTuple):
    """A page of a thread. `before` and `after` are the comments with which the pages on either
    side begin (0: there is none), `later` counts those that follow, `total` is of the whole;
    `answered` holds the comments that those here reply to, by number."""

    remarks: tuple[Remark, ...] = ()
    total: int = 0
    before: int = 0
    after: int = 0
    later: int = 0
    answered: Mapping[int, Remark] = MappingProxyType({})

    def answers(self, remark: Remark) -> Remark | None:
        """What a remark replies to, where that cannot be seen from where it stands."""
        parent = self.answered.get(remark.comment.parent_id or 0)
        here = parent in self.remarks
        return parent if remark.depth and (remark.depth >= DEEP or not here) else None


def withhold(comment: Comment) -> Comment:
    """A comment as others may see it: without its text, if it was deleted."""
    return replace(comment, text="") if comment.deleted_at else comment


def arrange(comments: Sequence[Comment], readers: Mapping[int, Reader]) -> tuple[Remark, ...]:
    """Each comment, the oldest first, followed by the replies to it.

    One that was deleted stays, without its text, where somebody's reply hangs on it.
    """
    replies: dict[int | None, list[Comment]] = defaultdict(list)
    known = {comment.id for comment in comments}
    for comment in comments:
        replies[comment.parent_id if comment.parent_id in known else None].append(comment)
    waiting = [(comment, 0) for comment in reversed(replies[None])]
    remarks: list[Remark] = []
    while waiting:  # no recursion: a thread may be as deep as it is long
        comment, depth = waiting.pop()
        remarks.append(Remark(withhold(comment), readers.get(comment.reader_id), depth))
        waiting += [(reply, depth + 1) for reply in reversed(replies[comment.id])]
    return tuple(_drop_empty(remarks))


def fold(remarks: Sequence[Remark], comment_id: int = 0) -> Sheet:
    """The page of a thread on which a comment stands, or else the first.

    A page ends before a comment on the paper as soon as it has SHEET remarks, and anywhere before
    it gets more than LONGEST of them or is heavier than HEAVIEST.
    """
    starts = _find_starts(remarks)
    place = next((n for n, each in enumerate(remarks) if each.comment.id == comment_id), 0)
    at = bisect_right(starts, place) - 1
    if at < 0:
        return Sheet()
    end = starts[at + 1] if at + 1 < len(starts) else len(remarks)
    shown = tuple(remarks[starts[at] : end])
    parents = {each.comment.parent_id for each in shown}
    return Sheet(
        shown,
        len(remarks),
        remarks[starts[at - 1]].comment.id if at else 0,
        remarks[end].comment.id if end < len(remarks) else 0,
        len(remarks) - end,
        {each.comment.id: each for each in remarks if each.comment.id in parents},
    )


def _find_starts(remarks: Sequence[Remark]) -> list[int]:
    """Where the pages of a thread begin."""
    starts: list[int] = []
    weight = 0
    for n, remark in enumerate(remarks):
        own = len(remark.comment.text.encode("utf-8", "replace"))
        held = n - starts[-1] if starts else LONGEST
        full = held >= LONGEST or (held >= SHEET and not remark.depth)
        if full or weight + own > HEAVIEST:
            starts.append(n)
            weight = 0
        weight += own
    return starts


def _drop_empty(remarks: Sequence[Remark]) -> Iterable[Remark]:
    """Without those deleted on which nothing hangs that is left."""
    kept: list[Remark] = []
    for remark in reversed(remarks):
        has_reply = kept and kept[-1].depth > remark.depth
        if not remark.comment.deleted_at or has_reply:
            kept.append(remark)
    return reversed(kept)
