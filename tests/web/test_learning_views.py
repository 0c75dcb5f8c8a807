"""What the pages of learning shelves say: floors, experiments, weeks, moves."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from broadsheet.edition import Edition, Entry, Part, Scope, Section
from broadsheet.errors import InvalidInputError
from broadsheet.learning import (
    Answer,
    Effect,
    Hood,
    Lesson,
    Moved,
    Opinion,
    Steering,
    TradeOff,
    TradeOffPoint,
    TrialReport,
    WeekRecord,
    Weight,
    Wish,
)
from broadsheet.model import Work
from broadsheet.people import Shelf
from broadsheet.press.matches import say_within
from broadsheet.web.bodies import Form
from broadsheet.web.editionview import Standing, view_edition, view_section
from broadsheet.web.entries import NO_SHELF, Known
from broadsheet.web.floorview import view_floor
from broadsheet.web.hoodview import say_ago, view_effect, view_hood
from broadsheet.web.steeringview import list_exploring, list_wishes, read_steering
from broadsheet.web.trialview import view_trial

TODAY = date(2026, 3, 1)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
WORKS = {number: Work(number, f"Paper {number}") for number in range(1, 20)}
RANKERS = {"ours@1": "Ours", "other@1": "Another"}


def trade_off(*, needed: int = 0) -> TradeOff:
    """Four floors; nothing reaches the last."""
    points = (
        TradeOffPoint(0.0, 6.0, 0.25, 0.1, 0.4, 0.1, 0.0),
        TradeOffPoint(0.3, 12.34, 0.5, 0.3, 0.7, 0.35, 0.2),
        TradeOffPoint(0.6, 0.05, 0.75, 0.5, 0.9, 0.8, 0.7),
        TradeOffPoint(0.9, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0),
    )
    return TradeOff(1, 30, needed, 42, () if needed else points)


# --- Floors ---------------------------------------------------------------------------------------


def test_each_floor_says_what_it_means() -> None:
    view = view_floor(trade_off(), Steering(1, floor=0.3))
    rows = {row.value: row for row in view.rows}
    assert [row.value for row in view.rows if row.chosen] == ["30"]
    assert rows["0"].label == "No floor" and rows["30"].label == "30 % or more"
    assert (rows["30"].papers, rows["30"].kept, rows["30"].range, rows["30"].missed) == (
        "12.3", "50 %", "30 to 70 %", "35 %",
    )  # fmt: skip
    assert rows["60"].papers == "under 0.1"
    assert (rows["90"].papers, rows["90"].kept, rows["90"].range) == ("nothing", "nothing", "")
    assert rows["10"].papers == ""  # nothing is known of it
    assert "42 papers" in view.learned and "30 days" in view.learned


def test_a_floor_that_is_none_of_ours_is_among_the_choices() -> None:
    """Else sending the form would change it. Break: leave `steering.floor` out of the floors."""
    chosen = [row for row in view_floor(trade_off(), Steering(1, floor=0.37)).rows if row.chosen]
    assert [row.value for row in chosen] == ["37"]
    explored = [choice for choice in list_exploring(Steering(1, explore=0.33)) if choice.chosen]
    assert [choice.value for choice in explored] == ["33"]


def test_curves_run_from_end_to_end_of_what_is_known() -> None:
    drawing = view_floor(trade_off(), Steering(1)).drawing
    assert drawing is not None
    assert len(drawing.kept) == 2 and len(drawing.found) == 3 and len(drawing.dots) == 3
    for line in (*drawing.kept, *drawing.low, *drawing.high, *drawing.found):
        assert 0 <= line.x1 < line.x2 <= 100 and 0 <= line.y1 <= 100 and 0 <= line.y2 <= 100
    ends = [(one.x2, one.y2) for one in drawing.found[:-1]]
    assert ends == [(one.x1, one.y1) for one in drawing.found[1:]]
    assert drawing.kept[-1].y2 < drawing.kept[0].y1 and drawing.found[-1].y2 > drawing.found[0].y1
    assert "25 % of 6.0 papers a day" in drawing.summary and "80 % missed" in drawing.summary


def test_too_little_is_known_to_draw() -> None:
    view = view_floor(trade_off(needed=7), Steering(1))
    assert view.drawing is None and view.needed == 7 and view.learned == ""
    assert len(view.rows) == 10 and not any(row.papers for row in view.rows)


# --- Steering -------------------------------------------------------------------------------------


def form(**fields: str) -> Form:
    return Form(tuple(fields.items()))


def test_what_a_form_leaves_out_stays() -> None:
    """Break: let `in_edition` follow from any form."""
    set_now = Steering(
        1, per_day=9, floor=0.5, only=(Wish("category", "cs.LG"),), muted_until=TODAY, explore=0.2
    )
    assert read_steering(form(), set_now, TODAY) == set_now
    assert read_steering(form(floor="25"), set_now, TODAY) == replace(set_now, floor=0.25)
    assert read_steering(form(mute="no"), set_now, TODAY) == replace(set_now, muted_until=None)
    assert read_steering(form(mute="week"), set_now, TODAY).muted_until == date(2026, 3, 8)
    assert not read_steering(form(whole="1"), set_now, TODAY).in_edition
    with pytest.raises(InvalidInputError):
        read_steering(form(per_day="-1"), set_now, TODAY)


def test_wishes_go_round() -> None:
    wishes = {"only-category": " cs.LG\r\ncs.CL;", "only-author": "Novak, Ada", "only-source": ""}
    steering = read_steering(Form(tuple(wishes.items())), Steering(1), TODAY)
    assert [wish.value.strip() for wish in steering.only] == ["cs.LG", "cs.CL", "Novak, Ada"]
    boxes = {box.kind: box for box in list_wishes(steering)}
    assert boxes["author"].only == "Novak, Ada" and boxes["author"].never == ""


# --- Experiments ----------------------------------------------------------------------------------


def test_an_experiment_says_who_leads_and_how_sure_that_is() -> None:
    report = TrialReport(14, 7, 3, 4, 22, 13, "ours", 0.887, 0.31, False, 9, "ours@1", "other@1")
    view = view_trial(report, RANKERS)
    assert view.verdict == (
        "Ours is ahead, with a confidence of 88.7 %. That is not enough to be sure: if it goes "
        "on like this, 9 more lists will decide it."
    )
    assert view.sides == (("Ours", 7, 22), ("Another", 3, 13))
    assert view.facts == "14 lists held papers of both; 4 were a draw."
    decided = view_trial(replace(report, decided=True, luck=0.02, confidence=1.0), RANKERS)
    assert "confidence of 99.9 %" in decided.verdict and "at most 2 % of" in decided.verdict
    even = view_trial(replace(report, leader=""), RANKERS)
    assert even.verdict == "Neither is ahead."
    begun = view_trial(TrialReport(ranker="ours@1", challenger="other@1", since=NOON), RANKERS)
    assert "no edition has held papers of both yet" in begun.verdict
    assert "since 1 March 2026" in begun.facts


def test_what_ranks_a_shelf_is_no_challenger() -> None:
    view = view_trial(TrialReport(ranker="other@1"), RANKERS)
    assert not view.running and view.challengers == (("ours@1", "Ours"),)
    assert "“Ours”, or by another one" in view_trial(TrialReport(), RANKERS).current
    settled = view_trial(TrialReport(ranker="other@1"), RANKERS, "other@1")
    assert settled.current == "You have settled on “Another” for this shelf."


# --- Under the hood -------------------------------------------------------------------------------


def test_under_the_hood() -> None:
    hood = Hood(
        1, "Lamps", "ours@1",
        lessons=(Lesson(1, 1.0, NOON, True), Lesson(2, -0.5, NOON, False),
                 Lesson(99, 1.0, NOON, False)),
        terms=(Weight("light", 0.4), Weight("dark", -0.1)),
        authors=(Weight("Ada Novak", 3.0),),
        weeks=(WeekRecord("2026-W09", 8, 2, 0.07, 0.59, (3,)), WeekRecord("2026-W08", 0, 0, 0, 1)),
    )  # fmt: skip
    view = view_hood(hood, WORKS, TODAY)
    assert [(row.kind, row.points, row.length) for row in view.lessons] == [
        ("saved", "+1.00", 100.0),
        ("not for you", "−0.50", 50.0),
    ]
    assert [row.name for row in view.speaking_for] == ["light"]
    assert [(row.name, row.length) for row in view.speaking_against] == [("dark", 25.0)]
    assert view.authors[0][::2] == ("Ada Novak", 3)
    first, last = view.weeks
    assert first.name == "Week 8 of 2026" and first.x < last.x
    assert last.sentence == "2 of 8 papers kept: 25 %, between 7 and 59 %"
    assert last.high < last.y < last.low and last.late == (("Paper 3", "/paper/3"),)
    assert "Of 8 papers" in view.overall and "you kept 2: 25 %" in view.overall


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (NOON, "today"),
        (datetime(2026, 3, 2, tzinfo=UTC), "today"),
        (datetime(2026, 2, 28, 23, tzinfo=UTC), "yesterday"),
        (datetime(2023, 3, 1, tzinfo=UTC), "1,096 days ago"),
    ],
)
def test_how_long_ago(moment: datetime, words: str) -> None:
    assert say_ago(moment, TODAY) == words


def test_what_would_change_without_a_lesson() -> None:
    effect = Effect(1, 9, before=(1, 2, 3), after=(2, 1, 4), moved=(Moved(4, 7, 3, 0.1),))
    view = view_effect(effect, WORKS, (Lesson(9, 1.0, NOON, True),), answered=True)
    assert [told for _, _, told in view.rows] == [
        "up from 2 to 1",
        "down from 1 to 2",
        "comes in at 3, from 7",
        "no longer among the first 3",
    ]
    assert [address for address, _ in view.acts] == ["/act/unsave", "/act/take-back"]
    same = view_effect(Effect(1, 9, (1,), (1,)), WORKS, (), answered=False)
    assert same.rows[0][2] == "stays at 1" and same.acts == ()


# --- Editions -------------------------------------------------------------------------------------


def test_a_printed_match_keeps_its_reasons() -> None:
    """And is asked about where its reader looks at it, in any section, on behalf of the shelf that
    found it. Breaks: leave `asking` out of `_find_shelf`; or `shelf_id` out of `_view_entry`."""
    parts = (
        Part("because", "“Paper 1”, which you saved", 0.41, 1),
        Part("rest", "all else that the shelf has learned", 0.2),
        Part("term", "linear time", 0.1),
    )
    entry = Entry(1, 7, "Paper 7", score=0.61, parts=parts, match=0.634, team="ours@1")
    section = Section("shelf-2", "Near “Lamps”", (entry,), more=3, model="ours@1 · 3 likes")
    lamps = Shelf(2, 1, "Lamps", NOON)
    answers = {7: (Answer(1, 2, 7, Opinion.LIKE, NOON), Answer(1, 0, 7, Opinion.HIDE, NOON))}
    known = Known(shelves={2: lamps}, answers=answers, asking=True)
    view = view_section(section, known)
    (one,) = view.entries
    assert (one.match, one.team, one.shelf, one.opinion) == ("63 %", "ours@1", 2, "like")
    assert one.hidden and one.target == (2, "Lamps")
    assert one.causes == parts[:2] and one.words == parts[2:]
    assert (view.all_url, view.more, view.shelf) == ("/shelf/2/new", 3, 2)
    (others,) = view_section(section, Known(shelves={2: lamps})).entries
    assert (others.shelf, others.opinion, others.hidden) == (NO_SHELF, "", False)
    (elsewhere,) = view_section(replace(section, key="search-2"), known).entries
    assert elsewhere.shelf == 0 and elsewhere.opinion == ""
    found = replace(entry, shelf_id=2)
    (older,) = view_section(Section("library", "From the library", (found,)), known).entries
    assert (older.shelf, older.opinion, older.target.name) == (2, "like", "Lamps")


@pytest.mark.parametrize(
    ("key", "reason", "told"),
    [
        ("shelf-2", "Your shelf “Lamps”: near “Oil”, saved.", "Near “Oil”, saved."),
        ("shelf-2", "Your shelf “Lamps”: wick, oil.", "Wick, oil."),
        ("shelf-2", "Your shelf “Lamps” knows little of it.", "This shelf knows little of it."),
        ("shelf-2", "Your shelf “Lamps”.", "Your shelf “Lamps”."),
        ("shelf-2", "Your shelf “Lamps and oil”: wick.", "Your shelf “Lamps and oil”: wick."),
        ("again", "Your shelf “Lamps”: near “Oil”.", "Your shelf “Lamps”: near “Oil”."),
    ],
)  # fmt: skip
def test_a_shelfs_section_does_not_name_it_again(key: str, reason: str, told: str) -> None:
    """Break: leave the name out of what `say_within` takes away."""
    entry = Entry(1, 7, "Paper 7", reason=reason)
    assert say_within(Section(key, "Near “Lamps”", (entry,)), entry) == told
    (one,) = view_section(Section(key, "Near “Lamps”", (entry,)), Known()).entries
    assert one.reason == told


def test_what_is_quiet_comes_last_in_ones_own_edition() -> None:
    """So that a first shelf with nothing new does not say that the day has nothing."""
    sections = (
        Section("shelf-1", "Near “Dark”", note="Nothing."),
        Section("shelf-2", "Near “Lamps”", (Entry(1, 7, "Paper 7"),)),
    )
    edition = Edition(Scope.READER, "2026-03-01", TODAY, TODAY, NOON, sections=sections)
    view = view_edition(edition, Known(), Standing())
    assert view.lead is not None and view.opening is not None
    assert view.opening.key == "shelf-2" and [each.key for each in view.sections] == ["shelf-1"]
