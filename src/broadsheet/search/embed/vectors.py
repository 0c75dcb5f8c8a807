"""The one thing that all embedders do to their vectors."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def unit_length(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows divided by their length; a zero row stays zero."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    out = np.zeros_like(vectors)
    np.divide(vectors, lengths, out=out, where=lengths > 0)
    return out
