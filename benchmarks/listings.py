"""`./run bench listings`: do the queries that probably made the founding pages bring them back?

The four founding pages are imported among the 180,000 real papers. For each of the three pages
of search results, the query that it was probably made with (a reconstruction, not a fact) is put
to the library; reported is which share of the page's papers comes back in our first 200, by BM25,
with tier 0, and with tier 1. Tier 1 embeds what the other two find at all, as it would refine it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from benchmarks.corpora import ARXIV, SHARED, WORK
from benchmarks.timing import table
from broadsheet.config import Settings
from broadsheet.errors import ConfigError
from broadsheet.model import Sort, Work, content_hash
from broadsheet.ports import Embedder, Store
from broadsheet.query.parser import parse
from broadsheet.search import HybridIndex
from broadsheet.storage import SqlStore
from broadsheet.wiring import open_embedders, open_library
from broadsheet.works import compose

PAGES = SHARED / "pages"
QUERIES = {
    "001": "smoothness inductive bias",
    "002": "binary cross-entropy secret",
    "003": "differentiable subset selection",
}
DEPTH = 200
POOL = 1000
LIBRARY = WORK / "listings"


def build() -> None:
    """The library of all papers and pages; what is there from before is used again."""
    with open_library(Settings(library=LIBRARY)) as library:
        if not (LIBRARY / "complete").exists():
            library.import_files([ARXIV, *sorted(PAGES.glob("*.txt"))])
            (LIBRARY / "complete").touch()
        library.catch_up()


def find_page_works(store: Store) -> dict[str, set[int]]:
    """For each founding page, the works that stand on it."""
    names = {_page_name(path): path.name[:3] for path in PAGES.glob("*.txt")}
    found: dict[str, set[int]] = {name: set() for name in QUERIES}
    for batch in store.iterate_records():
        for stored in batch:
            listing = stored.record.listing
            if listing and (name := names.get(listing.page)) in found:
                found[name].add(stored.work_id)
    return found


def _page_name(path: Path) -> str:
    return content_hash(path.read_bytes()).hex()[:12]


def search(index: HybridIndex, text: str, limit: int) -> list[int]:
    results = index.search(parse(text), limit=limit, offset=0, sort=Sort.RELEVANCE, facets=False)
    return [hit.work_id for hit in results.hits]


def open_index(embedders: Sequence[Embedder]) -> HybridIndex:
    return HybridIndex.open(LIBRARY / "index", embedders)


def refine(store: Store, pool: Iterable[int]) -> HybridIndex:
    """An index with tier 1 whose better space has vectors of the works in `pool`."""
    index, wanted = open_index(open_embedders("minilm")), set(pool)

    def fetch(numbers: Sequence[int]) -> Mapping[int, Work]:
        return store.get_works([number for number in numbers if number in wanted])

    index.embed_pending(fetch, lambda stage, done, total: None)
    return index


def main() -> None:
    if not (ARXIV.exists() and PAGES.exists()):
        sys.exit("The benchmark needs ../shared/data with the arXiv file and the pages.")
    build()
    store = SqlStore.open(LIBRARY, create=False, compose=compose)
    pages = find_page_works(store)
    tiers = {"BM25": open_index([]), "tier 0": open_index(open_embedders("static"))}
    pool = {n for index in tiers.values() for q in QUERIES.values() for n in search(index, q, POOL)}
    try:
        tiers["tier 1"] = refine(store, pool)
    except ConfigError as error:
        print(f"Tier 1 is left out: {error}", file=sys.stderr)
    rows = []
    for name, text in QUERIES.items():
        shares = [
            len(pages[name].intersection(search(index, text, DEPTH))) / len(pages[name])
            for index in tiers.values()
        ]
        rows.append([name, text, str(len(pages[name])), *(f"{share:.3f}" for share in shares)])
    print(table(["page", "query", "papers", *tiers], rows))


if __name__ == "__main__":
    main()
