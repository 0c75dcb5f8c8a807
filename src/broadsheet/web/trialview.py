"""What the page of an experiment shows: two rankers, and which is ahead. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from broadsheet.learning import TrialReport
from broadsheet.web import wording

OURS = "ours"
CHALLENGER = "challenger"


@dataclass(frozen=True, slots=True)
class TrialView:
    """A trial in words. `current` says what ranks the shelf, `sides` are (ranker, lists won, papers
    kept), `choices` (what is kept, words of the button), `challengers` (id, title) of those that
    can be tried."""

    running: bool
    current: str
    challengers: tuple[tuple[str, str], ...]
    verdict: str = ""
    facts: str = ""
    sides: tuple[tuple[str, int, int], ...] = ()
    choices: tuple[tuple[str, str], ...] = ()


def view_trial(report: TrialReport, rankers: Mapping[str, str], chosen: str = "") -> TrialView:
    """How a trial stands; `rankers` are the titles of those installed, by id, ours first. `chosen`
    is the one that the reader has settled on."""
    own = report.ranker or next(iter(rankers), "")
    challengers = tuple((id, title) for id, title in rankers.items() if id != own)
    current = _say_current(rankers.get(own, own), bool(chosen), len(rankers) > 1)
    if not report.challenger:
        return TrialView(False, current, challengers)
    names = {
        side: rankers.get(id, id) for side, id in ((OURS, own), (CHALLENGER, report.challenger))
    }
    return TrialView(
        running=True,
        current=current,
        challengers=challengers,
        verdict=say_verdict(report, names),
        facts=_say_facts(report),
        sides=(
            (names[OURS], report.wins, report.kept),
            (names[CHALLENGER], report.losses, report.challenger_kept),
        ),
        choices=tuple((keep, f"Keep {name}") for keep, name in names.items()),
    )


def _say_current(title: str, is_chosen: bool, has_others: bool) -> str:
    if is_chosen:
        return f"You have settled on “{title}” for this shelf."
    if not has_others:
        return f"This shelf is ranked by “{title}”."
    return (
        f"This shelf is ranked by “{title}”, or by another one where it has likes enough and they "
        "are found better by that."
    )


def say_verdict(report: TrialReport, names: Mapping[str, str]) -> str:
    """Who is ahead, and how sure that is."""
    if not report.leader:
        if not report.lists:
            return "The experiment runs; no edition has held papers of both yet."
        return "Neither is ahead."
    lead = f"{names[report.leader]} is ahead, with a confidence of {_percent(report.confidence)}"
    if report.decided:
        luck = _percent(report.luck)
        return (
            f"{lead}. It is decided: if both were equally good, a lead like this would show "
            f"in at most {luck} of experiments, however often one looks."
        )
    more = wording.say_count(report.needed, "more list") if report.needed else ""
    rest = f": if it goes on like this, {more} will decide it" if more else ""
    return f"{lead}. That is not enough to be sure{rest}."


def _percent(share: float) -> str:
    """Never "100 %": nothing is that sure."""
    return f"{min(max(100 * share, 0.1), 99.9):.3g} %"


def _say_facts(report: TrialReport) -> str:
    lists = wording.say_count(report.lists, "list")
    since = f" since {wording.say_date(report.since.date().isoformat())}" if report.since else ""
    won = "was" if report.ties == 1 else "were"
    return f"{lists} held papers of both{since}; {report.ties:,} {won} a draw."
