"""Does everything still agree? Recompute hashes, compare index and store, name what differs."""

from __future__ import annotations

from broadsheet.model import VerifyReport, Work
from broadsheet.ports import Index, Progress, Store, silent


def verify_library(store: Store, index: Index, progress: Progress = silent) -> VerifyReport:
    """Compare every record with its hash, and every indexed work with the store's."""
    problems = [*store.check(), *index.check()]
    counts = store.get_counts()
    damaged = store.find_damaged(progress)
    indexed = dict(index.fingerprints())
    missing, stale, seen = [], [], 0
    for batch in store.iterate_works():
        for work in batch:
            match _compare(indexed.pop(work.id, None), work, index):
                case "missing":
                    missing.append(work.id)
                case "stale":
                    stale.append(work.id)
        seen += len(batch)
        progress("Comparing the index", seen, counts["works"])
    return VerifyReport(
        works=counts["works"],
        records=counts["records"],
        damaged_records=tuple(damaged),
        missing_in_index=tuple(missing),
        extra_in_index=tuple(sorted(indexed)),
        stale_in_index=tuple(stale),
        problems=tuple(problems),
    )


def _compare(found: int | None, work: Work, index: Index) -> str:
    if found is None:
        return "missing"
    return "same" if found == index.fingerprint(work) else "stale"
