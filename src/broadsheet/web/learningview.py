"""What a shelf that learns shows of papers: what it finds now, and a backlog. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from broadsheet.edition import Section
from broadsheet.learning import Match, ReviewState, ShelfPicks
from broadsheet.people import Shelf
from broadsheet.press.candidates import UNKNOWN_DAY, Candidate, News
from broadsheet.press.matches import Told, make_match_entry, say_within
from broadsheet.web.entries import EntryView, Known, say_chance, view_work, with_answers
from broadsheet.web.toggles import Target, target_of


@dataclass(frozen=True, slots=True)
class PicksView:
    """What a shelf finds now. `model` names what ranked it."""

    entries: tuple[EntryView, ...]
    quiet: str
    model: str
    left: int
    needed: int


def numbers_of(picks: ShelfPicks) -> list[int]:
    """All papers that a page of these picks names."""
    near = (because.work_id for match in picks.matches for because in match.because)
    return list(dict.fromkeys([*(match.work_id for match in picks.matches), *near]))


def view_picks(picks: ShelfPicks, known: Known) -> PicksView:
    """Everything that the page of new papers shows; `known` knows all of `numbers_of`."""
    known = replace(known, target=Target(picks.shelf_id, picks.name))
    on_it = {
        number
        for number, saved in known.saved.items()
        if any(each.shelf_id == picks.shelf_id for each in saved)
    }
    told = Told(picks.name, known.works, on_it, picks.shelf_id)
    shown = [match for match in picks.matches if match.work_id in known.works]
    entries = tuple(view_match(m, n, told, picks.shelf_id, known) for n, m in enumerate(shown, 1))
    return PicksView(entries, picks.quiet, picks.model, picks.left, picks.needed)


def view_match(match: Match, place: int, shelf: Told, number: int, known: Known) -> EntryView:
    """A paper that a shelf of this number found, with why, as an edition would say it."""
    work = known.works[match.work_id]
    candidate = Candidate(work, News(work.id, UNKNOWN_DAY))
    printed = make_match_entry(place, candidate, match, shelf)
    return replace(
        view_work(work, place, known),
        reason=say_within(Section(f"shelf-{number}", shelf.shelf), printed),
        parts=printed.parts,
        score=printed.score,
        match=say_chance(match.chance),
        team=match.team,
        **with_answers(work.id, number, known),
    )


def view_backlog(state: ReviewState, shelf: Shelf, known: Known) -> tuple[EntryView, ...]:
    """The papers to judge next, to be kept on a shelf."""
    known = replace(known, target=target_of(shelf))
    return tuple(
        replace(
            view_work(known.works[number], place, known), **with_answers(number, shelf.id, known)
        )
        for place, number in enumerate(state.next, 1)
        if number in known.works
    )
