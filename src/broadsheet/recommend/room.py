"""The large arrays of a stock, with room behind them for a few papers more."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from broadsheet.ports import Sparse
from broadsheet.recommend.graph import Neighbours
from broadsheet.recommend.growing import Growing


class Room(NamedTuple):
    """The values and columns of the words of papers, their vectors, who is near whom and how
    similar. `starts` and `width` are what the words need to be a matrix again."""

    weights: Growing[np.float32]
    columns: Growing[np.int32]
    starts: NDArray[np.int32]
    width: int
    vectors: Growing[np.float32]
    rows: Growing[np.int32]
    similar: Growing[np.float32]

    @classmethod
    def of(cls, words: Sparse, vectors: NDArray[np.float32], near: Neighbours) -> Room:
        """A copy of these, with room behind."""
        return cls(
            Growing(words.data).reserve(),
            Growing(words.indices).reserve(),
            words.indptr,
            words.shape[1],
            Growing(vectors).reserve(),
            Growing(near.rows).reserve(),
            Growing(near.similar).reserve(),
        )

    @property
    def words(self) -> Sparse:
        """The words of all papers."""
        arrays = self.weights.rows, self.columns.rows, self.starts
        return sparse.csr_array(arrays, shape=(len(self.starts) - 1, self.width))

    @property
    def near(self) -> Neighbours:
        """The neighbours of all papers, those excepted that have none yet."""
        return Neighbours(self.rows.rows, self.similar.rows)

    def add_papers(self, words: Sparse, vectors: NDArray[np.float32]) -> Room:
        """With the words and vectors of papers behind, which have no neighbours yet."""
        starts = words.indptr[1:] + self.starts[-1]
        return self._replace(
            weights=self.weights.add(words.data),
            columns=self.columns.add(words.indices),
            starts=np.concatenate([self.starts, starts.astype(self.starts.dtype)]),
            vectors=self.vectors.add(vectors),
        )

    def add_near(self, near: Neighbours) -> Room:
        """With the neighbours of the papers that came last."""
        return self._replace(rows=self.rows.add(near.rows), similar=self.similar.add(near.similar))
