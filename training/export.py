"""From a trained table to the files that ship."""

import gzip
import hashlib
import io
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
    rows, scales = quantise(table)
    text = "\n".join(vocabulary) + "\n"
    files = {
        "table.npy": _as_npy(rows),
        "scales.npy": _as_npy(scales),
        # A fixed time in the header: the same vocabulary is the same file.
        "vocabulary.txt.gz": gzip.compress(text.encode(), 9, mtime=0),
    }
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    space = hashlib.sha256("".join(hashes.values()).encode()).hexdigest()[:8]
    count, dim = rows.shape
    identity = {"id": f"static-{count // 1000}k-{dim}@{space}", "rows": count, "dim": dim}
    meta = {**identity, "sha256": hashes, "licence": LICENCE, **facts}
    files["meta.json"] = (json.dumps(meta, indent=2) + "\n").encode()
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        _replace(folder / name, content)
    return sum(len(content) for content in files.values())


def _as_npy(array: NDArray[np.generic]) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def _replace(path: Path, content: bytes) -> None:
    """Put a file in place in one step: a running program may have the old one mapped."""
    fresh = path.with_name(path.name + ".new")
    fresh.write_bytes(content)
    fresh.replace(path)
