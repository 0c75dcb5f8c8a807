"""Many receipts in one sentence: for the front page and the mail."""

from __future__ import annotations

from collections.abc import Sequence

from broadsheet.receipts.sentences import join, tell_time
from broadsheet.sources import Receipt, Verdict

_NAMED = 3


def summarise(receipts: Sequence[Receipt]) -> str:
    """A day in one sentence, over all the sources and categories of these receipts.

    A paper that two categories announced counts in each of them.
    """
    clauses = [*_counts(receipts), *_harvested(receipts)]
    for verdict in Verdict:
        found = [receipt for receipt in receipts if receipt.verdict is verdict]
        if verdict.clause and found:
            clauses.append(f"{verdict.clause} {_name(found)}")
    moments = [(each.next_at, each.day) for each in receipts if each.next_at]
    if moments:
        clauses.append(f"next attempt {tell_time(*min(moments))}")
    if clauses:
        sentence = join(clauses)
        return sentence[0].upper() + sentence[1:]
    sentences = dict.fromkeys(receipt.sentence for receipt in receipts)
    return join(sentences) if sentences else "Nothing is followed."


def _counts(receipts: Sequence[Receipt]) -> list[str]:
    """What pages announced and what of it is here."""
    announced = sum(receipt.announced or 0 for receipt in receipts)
    if not announced:
        return []
    here = sum(r.ingested for r in receipts if r.announced is not None)
    counts = f"{announced:,} announced"
    lacking = announced - here
    counts += f", {here:,} here, {lacking:,} missing" if lacking > 0 else ", all here"
    late = sum(receipt.late for receipt in receipts)
    rejected = sum(receipt.rejected for receipt in receipts)
    return [
        counts,
        *([f"{late:,} came late"] if late else []),
        *([f"{rejected:,} could not go in"] if rejected else []),
    ]


def _harvested(receipts: Sequence[Receipt]) -> list[str]:
    brought = sum(r.ingested for r in receipts if r.announced is None)
    more = "more " if any(r.announced for r in receipts) else ""
    return [f"{brought:,} {more}here through the harvest"] if brought else []


def _name(receipts: Sequence[Receipt]) -> str:
    names = list(dict.fromkeys(f"{r.source} {r.category}".strip() for r in receipts))
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
