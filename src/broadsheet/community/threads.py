"""Comments on a paper in the order in which they are read. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from broadsheet.people import Comment, Reader


class Remark(NamedTuple):
    """A comment in its thread. `depth` is 0 for one on the paper, 1 for a reply to that, …;
    `reader` is None for one whose account is gone. What was deleted has no text."""

    comment: Comment
    reader: Reader | None
    depth: int


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


def _drop_empty(remarks: Sequence[Remark]) -> Iterable[Remark]:
    """Without those deleted on which nothing hangs that is left."""
    kept: list[Remark] = []
    for remark in reversed(remarks):
        has_reply = kept and kept[-1].depth > remark.depth
        if not remark.comment.deleted_at or has_reply:
            kept.append(remark)
    return reversed(kept)
