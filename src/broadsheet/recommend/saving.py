"""A stock as arrays, for the processes that did not make it; see `ports.ArrayCache`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from broadsheet.ports import ArrayCache
from broadsheet.recommend.calibration import Prior
from broadsheet.recommend.graph import NEIGHBOURS, Neighbours
from broadsheet.recommend.pool import Columns, Marks, Stock, make_pool
from broadsheet.recommend.terms import Vocabulary

STOCK, MARK, PRIOR = "stock", "stock-mark", "prior"
VERSION = 2_000 + NEIGHBOURS
"""Another one where a stock of an earlier make would be misread."""

Arrays = Mapping[str, NDArray[Any]]


class Mark(NamedTuple):
    """Which stock it is: as of which change of the library, in which space of the index, and the
    ordinal of the second in which it was made."""

    position: int
    space: int
    made: int


def save_stock(cache: ArrayCache, stock: Stock, mark: Mark) -> None:
    """Keep a stock for other processes; its mark last, which they look for, and only if the stock
    was kept: on a disk that is full there may be room for a mark."""
    if cache.save(STOCK, {**_pack(stock), "mark": _pack_mark(mark)}):
        cache.save(MARK, {"mark": _pack_mark(mark)})


def read_mark(cache: ArrayCache) -> Mark | None:
    """The mark of the stock that was saved last; cheap."""
    return _read_mark(cache.load(MARK))


def load_stock(cache: ArrayCache) -> tuple[Stock, Mark] | None:
    """The stock that was saved last, mapped from disk."""
    arrays = cache.load(STOCK)
    mark = _read_mark(arrays)
    return (_unpack(arrays), mark) if arrays is not None and mark else None


def save_prior(cache: ArrayCache, prior: Prior) -> None:
    """Keep what readers have in common."""
    cache.save(PRIOR, {"mean": prior.mean, "covariance": prior.covariance})


def load_prior(cache: ArrayCache) -> Prior | None:
    """What readers have in common, as it was saved last; None where nobody has answered."""
    arrays = cache.load(PRIOR)
    return Prior(arrays["mean"], arrays["covariance"]) if arrays else None


def _pack_mark(mark: Mark) -> NDArray[np.int64]:
    return np.array([VERSION, *mark], np.int64)


def _read_mark(arrays: Arrays | None) -> Mark | None:
    if arrays is None:
        return None
    version, *mark = arrays["mark"].tolist()
    return Mark(*mark) if version == VERSION else None


def _pack(stock: Stock) -> dict[str, NDArray[Any]]:
    words = stock.pool.words
    return {
        "numbers": stock.pool.numbers,
        "days": stock.pool.days,
        "fame": stock.fame,
        "vectors": stock.pool.vectors,
        "centre": stock.centre,
        "weights": words.data,
        "columns": words.indices.astype(np.int32),
        "starts": words.indptr.astype(np.int32),
        "terms": np.frombuffer("\n".join(stock.vocabulary.terms).encode(), np.uint8),
        "idf": stock.vocabulary.idf,
        "near": stock.near.rows,
        "similar": stock.near.similar,
        "marks": stock.marks.values,
        "mark-starts": stock.marks.starts,
        "known": np.array([stock.known], np.int64),
    }


def _unpack(arrays: Arrays) -> Stock:
    text = arrays["terms"].tobytes().decode()
    vocabulary = Vocabulary.of(text.split("\n") if text else [], arrays["idf"])
    shape = (len(arrays["numbers"]), len(vocabulary.terms))
    words = sparse.csr_array(
        (arrays["weights"], arrays["columns"], arrays["starts"]), shape=shape, copy=False
    )
    near = Neighbours(arrays["near"], arrays["similar"])
    columns = Columns(arrays["numbers"], arrays["days"], arrays["fame"])
    return Stock(
        pool=make_pool(columns, words, arrays["vectors"], near, vocabulary),
        vocabulary=vocabulary,
        centre=arrays["centre"],
        near=near,
        marks=Marks(arrays["mark-starts"], arrays["marks"]),
        fame=columns.fame,
        known=int(arrays["known"][0]),
    )
