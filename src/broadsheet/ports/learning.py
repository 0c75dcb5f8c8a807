"""Shelves that learn: what a ranker is given and gives, and what the store keeps for them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from weakref import ReferenceType

import numpy as np
from numpy.typing import NDArray

from broadsheet.learning import Answer, Judgement, Steering, Weight

Sparse = Any
"""A `scipy.sparse.csr_array` of float32; scipy has no types of its own."""
Rows = NDArray[np.int64]
Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Pool:
    """Papers as rankers see them; row i of everything is the paper `numbers[i]`.

    `words` [n, v] are TF-IDF weights of the words of title and abstract, rows of length 1, named by
    `terms`. `vectors` [n, d] come from the index's fast space, centred, rows of length 1 (or 0).
    `graph` [n, n] is the symmetric normalised adjacency D^-1/2 W D^-1/2 of nearest neighbours.
    `fame` [n], in [0, 1], is the share of papers that fewer people did something with. `days` [n]
    are ordinals of the days on which papers were news, or 0. A pool never changes; `rows` says
    where a paper stands in it. Its `base`, while that lives, is the pool to which a few papers were
    added behind: all else is as there, but for the edges of these, so a ranker may go on with what
    it worked out of that one.
    """

    numbers: Rows
    words: Sparse
    vectors: NDArray[np.float32]
    graph: Sparse
    terms: Sequence[str]
    fame: NDArray[np.float32]
    days: NDArray[np.int64]
    rows: Mapping[int, int]
    base: ReferenceType[Pool] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Lessons:
    """What a shelf learns from, as rows of a pool, the newest first; weights are positive.

    Papers that are in neither list are not known to be disliked.
    """

    likes: Rows
    dislikes: Rows
    like_weights: Scores
    dislike_weights: Scores

    @property
    def rows(self) -> Rows:
        """Likes, then dislikes: the order in which `Profile.contributions` names them."""
        return np.concatenate([self.likes, self.dislikes])


class Profile(Protocol):
    """What a ranker has learned from the lessons of one shelf. A row that the pool does not have,
    negative ones included, raises IndexError."""

    def score(self, rows: Rows) -> Scores:
        """The scores of these papers of the pool; the greater, the nearer to the shelf. It is for
        the caller to score the same rows for one shelf after another: a ranker may keep what it
        works out of rows alone."""

    def contributions(self, rows: Rows) -> Scores:
        """float32 [rows, lessons]: what each lesson adds to the score of each paper. A row's sum
        differs from the score by a constant of the profile; the lesson with the greatest share is
        the one whose removal lowers the score most."""

    def terms(self, row: int | None, limit: int) -> Sequence[Weight]:
        """The words that add most to the score of a paper (of any paper, for None), the greatest
        first; of those that weigh against it, negative, only for None."""


class Ranker(Protocol):
    """Learns from lessons. Deterministic: the same lessons and pool give the same scores.

    `id` names it with its version ("smoothed@2"). `recommend.contract.check_ranker` tries whether a
    ranker does what is said here; an installed plug-in offers one under the entry point group
    "broadsheet.rankers".
    """

    id: str
    title: str

    def learn(self, lessons: Lessons, pool: Pool) -> Profile:
        """A profile of a shelf. What a ranker works out of a pool alone it may keep for as long as
        that pool lives. Raises ValueError without a like, IndexError for a row that the pool does
        not have."""


class ArrayCache(Protocol):
    """A folder of named arrays that can be thrown away: what would take long to work out again."""

    def load(self, name: str) -> Mapping[str, NDArray[Any]] | None:
        """What was saved under a name, mapped from disk where it can be; None where there is
        nothing, or nothing that is whole."""

    def save(self, name: str, arrays: Mapping[str, NDArray[Any]]) -> bool:
        """Keep arrays under a name, all of them or none; whether they were kept: what was there
        stays where the folder cannot be written to."""


class LearningReading(Protocol):
    """What readers answered and set. Papers are asked for and answered as in `PeopleReading`."""

    def get_answers(
        self, reader_id: int, *, shelf_id: int | None = None, limit: int | None = None
    ) -> Sequence[Answer]:
        """A reader's answers, newest first; of one shelf only, where one is named."""

    def get_answers_of(self, reader_ids: Collection[int]) -> Mapping[int, Sequence[Answer]]:
        """The answers of each of these readers, newest first; who gave none is absent. One query a
        thousand readers."""

    def find_answers(
        self, reader_id: int, work_ids: Collection[int]
    ) -> Mapping[int, Sequence[Answer]]:
        """For each of these papers that a reader answered to, the answers; one query."""

    def get_steerings(self, shelf_ids: Collection[int]) -> Mapping[int, Steering]:
        """What was set for these shelves, one query; those never steered are absent."""

    def find_taught(self, limit: int) -> Sequence[int]:
        """The papers that shelves learn from, by number: those that were saved or answered to last,
        of any reader, at most so many; one query."""

    def get_judgements(self) -> Sequence[Judgement]:
        """All answers to the questions of `tune`, oldest first."""

    def get_fact(self, name: str) -> str:
        """What the instance keeps under a name ("tuned", "promise"), or ""."""


class LearningWriting(Protocol):
    """Answers and settings, as they change."""

    def put_answers(self, answers: Collection[Answer]) -> None:
        """Insert or replace answers: one for each reader, shelf, paper."""

    def drop_answer(self, reader_id: int, shelf_id: int, work_id: int) -> None:
        """Take an answer back."""

    def put_steering(self, steering: Steering) -> None:
        """Insert or replace what is set for a shelf."""

    def put_judgement(self, judgement: Judgement) -> None:
        """Insert or replace an answer to `tune`: one for each reader, query, paper."""

    def drop_judgement(self, reader_id: int, query: str, work_id: int) -> None:
        """Take an answer to `tune` back."""

    def put_fact(self, name: str, value: str, *, now: datetime) -> None:
        """Keep a value under a name; "" forgets it."""

    def drop_facts(self, prefix: str, *, before: datetime) -> None:
        """Forget what was kept before a moment under names that begin so."""
