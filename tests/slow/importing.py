"""Run as a program of its own: imports a file and acknowledges, outside the library, what is kept.

    python importing.py LIBRARY FILE ACKNOWLEDGEMENTS

The last line of the acknowledgements says how many rows of the file are safe.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from broadsheet import follow, ingest
from broadsheet.connectors import FILE_FORMATS
from broadsheet.search import HybridIndex
from broadsheet.storage import SqlStore
from broadsheet.works import compose
from papers import NOW, Letters


def main(library: Path, file: Path, acknowledgements: Path) -> None:
    ingest.BATCH_ROWS = 200  # small, so that a kill meets every kind of moment
    follow.COMMIT_EVERY = 500
    store = SqlStore.open(library, create=True, compose=compose)
    index = HybridIndex.open(library / "index", [Letters()])
    with acknowledgements.open("a", encoding="ascii") as log:

        def acknowledge(stage: str, done: int, total: int | None) -> None:
            if stage.startswith("Importing"):
                print(done, file=log, flush=True)
                os.fsync(log.fileno())

        ingest.import_files(store, index, FILE_FORMATS, [file], now=NOW, progress=acknowledge)
    index.close()
    store.close()


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
