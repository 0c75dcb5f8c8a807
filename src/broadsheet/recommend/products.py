"""Products of a few rows of sparse matrices, with little of the overhead of making matrices of
them: a shelf asks for some dozens at a time, and scipy takes longer to wrap these than to multiply
them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from broadsheet.ports import Rows, Scores, Sparse


class Cut(NamedTuple):
    """Some rows of a sparse matrix: what they have, in order; `owners` says in which row of the cut
    each is, `height` how many rows there are, `width` how many columns."""

    columns: NDArray[np.int32]
    values: Scores
    owners: Rows
    height: int
    width: int

    def mark(self, columns: Rows) -> Cut:
        """The rows, each with a 1 in one column more, in which it has nothing."""
        return Cut(
            np.concatenate([self.columns, columns.astype(self.columns.dtype)]),
            np.concatenate([self.values, np.ones(self.height, self.values.dtype)]),
            np.concatenate([self.owners, np.arange(self.height)]),
            self.height,
            self.width,
        )


def cut(matrix: Sparse, rows: Rows) -> Cut:
    """Some rows, none of them negative, of a matrix in compressed rows."""
    begins = matrix.indptr[rows].astype(np.int64)
    sizes = matrix.indptr[rows + 1] - begins
    owners = np.repeat(np.arange(len(rows)), sizes)
    before = np.cumsum(sizes) - sizes
    places = np.arange(len(owners)) + (begins - before)[owners]
    return Cut(matrix.indices[places], matrix.data[places], owners, len(rows), matrix.shape[1])


def multiply(left: Cut, right: Cut) -> Scores:
    """The products of all rows of one with all rows of the other: float32 [left, right].

    Summed in the order of the left rows, as scipy does, so that both give the same numbers.
    """
    asked = np.zeros(left.width, np.bool_)
    asked[left.columns] = True
    place = np.cumsum(asked, dtype=np.int32) - 1
    there = asked[right.columns]
    dense = np.zeros((np.count_nonzero(asked), right.height), np.float32)
    dense[place[right.columns[there]], right.owners[there]] = right.values[there]
    starts = np.searchsorted(left.owners, np.arange(left.height + 1))
    narrow = (left.values, place[left.columns], starts.astype(np.int32))
    found = sparse.csr_array(narrow, shape=(left.height, len(dense))) @ dense
    return np.asarray(found, np.float32)
