"""One receipt: which verdict a day earns, and the sentence that tells it."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from broadsheet.receipts import sentences as say
from broadsheet.receipts.ledger import DayTrouble, Ledger
from broadsheet.sources import DayTally, Receipt, RejectedItem, Verdict

ODD = 3
"""As many papers as the harvest may add to a page before that looks like another day's."""


class Day(NamedTuple):
    """What is to be judged: a tally, the keys that it misses, what of them was turned away (`own`),
    what else of its source and day was (`loose`), whether it is the only category to count that for
    (`alone`), and why nothing is announced on such a day.

    `expected` says that the source keeps a calendar, so that an ordinary day without news is odd;
    `doubt` why the day may be none all the same.
    """

    tally: DayTally
    missing: tuple[str, ...]
    own: tuple[RejectedItem, ...]
    loose: tuple[RejectedItem, ...]
    alone: bool
    quiet: str
    expected: bool
    doubt: str


def judge(ledger: Ledger, day: Day) -> Receipt:
    """The receipt of a source, category and day."""
    tally = day.tally
    receipt = Receipt(
        source=tally.source,
        category=tally.category,
        day=tally.day,
        verdict=Verdict.UNKNOWN,
        sentence="",
        page=tally.page,
        announced=max(0, tally.announced - tally.estimated) if tally.page else None,
        ingested=tally.arrived,
        new=tally.new,
        updated=tally.replaced,
        cross=tally.cross,
        late=tally.late,
        rejected=len(day.own) + (len(day.loose) if day.alone else 0),
        missing=day.missing,
    )
    if tally.page:
        return _judge_page(ledger, day, receipt)
    if tally.announced:
        return _judge_harvest(ledger, day, receipt)
    return _judge_silence(ledger, day, receipt)


def _judge_page(ledger: Ledger, day: Day, receipt: Receipt) -> Receipt:
    """A day whose page was seen, so that it is known what was announced."""
    tally, announced = day.tally, receipt.announced or 0
    lacking = tally.announced - tally.arrived
    counts = say.count_announced(announced, lacking, tally.estimated)
    if not announced and day.loose:
        return _pending(ledger, receipt, Verdict.MISSING, say.tell_loose(day.loose))
    if lacking > 0 or day.loose:
        parts = [counts, *say.tell_rejected(day.own), *say.tell_loose(day.loose)]
        return _pending(ledger, receipt, Verdict.MISSING, parts)
    if not announced:
        return _judge_empty_page(ledger, day, receipt)
    trouble = None if ledger.daily else ledger.find_trouble(tally.category, tally.day)
    if trouble and trouble.answered:  # it was understood in part
        return _pending(ledger, receipt, Verdict.MISSING, [counts, trouble.sentence])
    if not _is_whole(ledger, tally):
        return _judge_part(ledger, receipt, counts, trouble)
    if tally.estimated:
        return _judge_contradiction(receipt, tally, counts)
    if tally.late:
        sentence = say.join([counts, f"{tally.late:,} came late"])
        return replace(receipt, verdict=Verdict.LATE, sentence=sentence)
    return replace(receipt, verdict=Verdict.COMPLETE, sentence=say.join([counts]))


def _judge_part(
    ledger: Ledger, receipt: Receipt, counts: str, trouble: DayTrouble | None
) -> Receipt:
    """A list that grows through its day, of which what was seen is here."""
    said = counts.replace(" announced", " announced so far", 1)
    if trouble:
        return _pending(ledger, receipt, Verdict.FAILED, [said, say.tell_failed(trouble)])
    if ledger.looked_after(receipt.day):
        return replace(receipt, sentence=say.join([said, say.MOVED_ON]))
    return _pending(ledger, receipt, Verdict.WAITING, [said])


def _judge_contradiction(receipt: Receipt, tally: DayTally, counts: str) -> Receipt:
    """A page whose day has more in the harvest: it was late with some, or an older one."""
    if tally.estimated < max(ODD, (receipt.announced or 0) // 2):
        return replace(receipt, verdict=Verdict.LATE, sentence=say.join([counts]))
    sentence = say.join([counts, say.OLDER_PERHAPS])
    return replace(receipt, verdict=Verdict.STALE, sentence=sentence)


def _judge_empty_page(ledger: Ledger, day: Day, receipt: Receipt) -> Receipt:
    here = [say.count_harvested(day.tally.arrived)] if day.tally.arrived else []
    if day.quiet:
        sentence = say.join([day.quiet, *here])
        return replace(receipt, verdict=Verdict.QUIET, sentence=sentence)
    if not ledger.is_over(receipt.day):
        verdict = Verdict.EMPTY if ledger.daily else Verdict.WAITING
        return _pending(ledger, receipt, verdict, [say.EMPTY_SO_FAR, day.doubt], here)
    return _empty(receipt, day, here)


def _empty(receipt: Receipt, day: Day, more: list[str]) -> Receipt:
    """The source was asked and had nothing: odd where it keeps a calendar."""
    if day.expected:
        empty = [say.EMPTY_PERHAPS, day.doubt] if day.doubt else [say.EMPTY]
        sentence = say.join([*empty, *more])
        return replace(receipt, verdict=Verdict.EMPTY, sentence=sentence)
    return replace(receipt, verdict=Verdict.QUIET, sentence=say.join([say.NO_CALENDAR, *more]))


def _is_whole(ledger: Ledger, tally: DayTally) -> bool:
    """Whether nothing can have been added to the page since it was seen last."""
    seen_after = tally.seen_at is not None and tally.seen_at.date() > tally.day
    return ledger.source is None or ledger.daily or seen_after


def _judge_harvest(ledger: Ledger, day: Day, receipt: Receipt) -> Receipt:
    """A day of which no page was seen, but papers came that belong to it."""
    tally = day.tally
    trouble = ledger.find_trouble(tally.category, tally.day)
    here = say.count_harvested(tally.arrived)
    if tally.announced > tally.arrived:
        parts = [say.NO_PAGE, say.count_reckoned(tally), *say.tell_rejected(day.own)]
        return _pending(ledger, receipt, Verdict.MISSING, parts)
    if trouble and trouble.stale:
        return _stale(ledger, receipt, trouble, [here])
    if not ledger.is_over(tally.day) and not trouble:
        return _pending(ledger, receipt, Verdict.WAITING, [say.NOT_YET], [here])
    upto = ledger.good_at
    brought = say.count_brought(tally.arrived, upto.date() if upto else None)
    why = [say.tell_failed(trouble)] if trouble else []
    sentence = say.join([say.NO_PAGE, brought, *why])
    return replace(receipt, verdict=Verdict.HARVESTED, sentence=sentence)


def _judge_silence(ledger: Ledger, facts: Day, receipt: Receipt) -> Receipt:
    """A day of which nothing is here and no page was seen."""
    day, source = receipt.day, ledger.source
    if facts.loose and not receipt.category:
        return _pending(ledger, receipt, Verdict.MISSING, say.tell_loose(facts.loose))
    trouble = ledger.find_trouble(receipt.category, day)
    if facts.quiet:
        failed = [say.tell_failed(trouble)] if trouble and not trouble.answered else []
        sentence = say.join([facts.quiet, *failed])
        return replace(receipt, verdict=Verdict.QUIET, sentence=sentence)
    if trouble:
        if trouble.stale:
            return _stale(ledger, receipt, trouble, [])
        return _failed(ledger, receipt, trouble)
    if source is None:
        return replace(receipt, sentence=say.REMOVED)
    if day > ledger.now.date():
        return replace(receipt, verdict=Verdict.WAITING, sentence=say.NOT_YET + ".")
    if (upto := ledger.harvested_past(day)) is not None:
        sentence = say.join([say.NO_PAGE, say.count_brought(0, upto)])
        return replace(receipt, verdict=Verdict.HARVESTED, sentence=sentence)
    if day < source.added_at.date():
        if ledger.daily and source.since and source.since <= day:
            parts = [say.NOT_FILLED, *ledger.troubles_now()]
            return _pending(ledger, receipt, Verdict.WAITING, parts)
        return replace(receipt, sentence=say.BEFORE)
    return _judge_idleness(ledger, receipt, facts)


def _judge_idleness(ledger: Ledger, receipt: Receipt, facts: Day) -> Receipt:
    """A day on which the source was followed, and neither news nor trouble is on record."""
    day, source = receipt.day, ledger.source
    assert source is not None
    answers = ledger.spoke_on(day)
    if source.blocked and not answers and ledger.in_trouble(day):
        parts = [source.blocked, say.tell_halt(source)]
        return replace(receipt, verdict=Verdict.FAILED, sentence=say.join(parts))
    if not ledger.is_over(day):
        return _pending(ledger, receipt, Verdict.WAITING, [say.NOT_YET])
    if not answers:
        halted = [say.tell_halt(source)] if source.paused else []
        return replace(receipt, sentence=say.join([say.NO_ATTEMPT, *halted]))
    if ledger.daily:
        return replace(receipt, sentence=say.NEVER_SEEN)
    return _empty(receipt, facts, [f"asked {say.count_times(answers)}"])


def _pending(
    ledger: Ledger,
    receipt: Receipt,
    verdict: Verdict,
    parts: list[str],
    after: list[str] | None = None,
) -> Receipt:
    """A receipt that may still change: it says when, or what would have to be done for it."""
    next_at = ledger.next_at
    what_next = say.tell_next(next_at, ledger.now) if next_at else say.tell_halt(ledger.source)
    sentence = say.join([*parts, what_next, *(after or [])])
    return replace(receipt, verdict=verdict, sentence=sentence, next_at=next_at)


def _stale(ledger: Ledger, receipt: Receipt, trouble: DayTrouble, after: list[str]) -> Receipt:
    sentence = f"{say.strip(trouble.sentence)} since {say.tell_time(trouble.since, receipt.day)}"
    stale = replace(receipt, stale_since=trouble.since)
    if trouble.lasting or not ledger.is_over(receipt.day):
        return _pending(ledger, stale, Verdict.STALE, [sentence], after)
    return replace(stale, verdict=Verdict.STALE, sentence=say.join([sentence, *after]))


def _failed(ledger: Ledger, receipt: Receipt, trouble: DayTrouble) -> Receipt:
    sentence = say.tell_failed(trouble)
    if trouble.lasting or not ledger.is_over(receipt.day):
        return _pending(ledger, receipt, Verdict.FAILED, [sentence])
    return replace(receipt, verdict=Verdict.FAILED, sentence=say.join([sentence]))
