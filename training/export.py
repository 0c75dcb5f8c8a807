"""From a trained table to the files that ship."""

import gzip
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

LICENCE = (
    "Trained by the Broadsheet project from arXiv metadata (titles and abstracts, CC0 1.0); "
    "teacher: sentence-transformers/all-MiniLM-L6-v2 (Apache License 2.0). "
    "The table is distributed under the licence of Broadsheet."
)


def spread_over_signs(
    vectors: NDArray[np.float32], seed: int, rounds: int = 30
) -> NDArray[np.float32]:
    """A rotation after which the signs of a vector tell as much of it as signs can (ITQ).

    Search looks at sign bits first. A rotation changes no cosine, so this costs nothing.
    """
    centred = vectors - vectors.mean(0)
    noise = np.random.default_rng(seed).standard_normal((vectors.shape[1],) * 2)
    rotation = np.linalg.qr(noise)[0].astype(np.float32)
    for _ in range(rounds):
        left, _, right = np.linalg.svd(centred.T @ np.sign(centred @ rotation))
        rotation = left @ right
    return np.asarray(rotation, np.float32)


def quantise(table: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float16]]:
    """Rows as int8 with one scale each."""
    scales = (np.abs(table).max(1) / 127).astype(np.float16)
    safe = np.maximum(scales.astype(np.float32), 1e-8)
    rows = np.clip(np.round(table / safe[:, None]), -127, 127).astype(np.int8)
    return rows, scales


def write(
    folder: Path,
    table: NDArray[np.float32],
    vocabulary: Sequence[str],
    facts: Mapping[str, object],
) -> int:
    """Write table, scales, vocabulary and a description; returns the bytes they take."""
    folder.mkdir(parents=True, exist_ok=True)
    rows, scales = quantise(table)
    np.save(folder / "table.npy", rows)
    np.save(folder / "scales.npy", scales)
    text = "\n".join(vocabulary) + "\n"
    # A fixed time in the header: the same vocabulary is the same file.
    (folder / "vocabulary.txt.gz").write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    names = ("table.npy", "scales.npy", "vocabulary.txt.gz")
    hashes = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}
    space = hashlib.sha256("".join(hashes.values()).encode()).hexdigest()[:8]
    count, dim = rows.shape
    meta = {
        "id": f"static-{count // 1000}k-{dim}@{space}",
        "rows": count,
        "dim": dim,
        "sha256": hashes,
        "licence": LICENCE,
        **facts,
    }
    (folder / "meta.json").write_text(json.dumps(meta, indent=2) + "\n", encoding="utf-8")
    return sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
