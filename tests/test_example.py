"""The example fortnight: alive at the first start, plainly labelled, laid once."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser as Html
from starlette.testclient import TestClient

from broadsheet.cli import codes, main
from broadsheet.config import Settings
from broadsheet.demo import demo_file, read_demo
from broadsheet.edition import Scope
from broadsheet.errors import InvalidInputError
from broadsheet.example import DAYS, lay_fortnight, make_schedule, read_cast
from broadsheet.library import Library
from broadsheet.web import create_app
from broadsheet.wiring import open_library
from pressroom import DAY, at

TODAY = date(2026, 4, 21)  # a Tuesday
NOW = at(TODAY, 9)
KEYS = [record.key for record in read_demo()]
CAST = read_cast()


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the demo library without its fortnight; to be copied."""
    folder = tmp_path_factory.mktemp("bare") / "library"
    with open_library(Settings(library=folder), clock=lambda: NOW) as library:
        library.import_files([demo_file()])
    return folder


@pytest.fixture(scope="module")
def made(bare: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the demo library with its fortnight; to be copied."""
    folder = shutil.copytree(bare, tmp_path_factory.mktemp("made") / "library")
    with open_library(Settings(library=folder), clock=lambda: NOW) as library:
        assert library.lay_example() == DAYS + 2
    return folder


@pytest.fixture(scope="module")
def laid(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """The demo library with its fortnight; for reading only."""
    folder = shutil.copytree(made, tmp_path_factory.mktemp("laid") / "library")
    with open_library(Settings(library=folder), clock=lambda: NOW) as library:
        yield library


# --- The schedule ---------------------------------------------------------------------------------


def test_the_schedule_is_declared_by_its_seed() -> None:
    """Break to see it fail: draw from a generator without a seed, or from a set of keys."""
    schedule = make_schedule(KEYS, NOW, CAST["favourites"])
    assert schedule == make_schedule(KEYS[::-1], NOW, CAST["favourites"])
    assert Counter(placed.key for placed in schedule) == Counter(KEYS)
    days = Counter(placed.day for placed in schedule)
    assert sorted(days) == [TODAY - n * DAY for n in reversed(range(DAYS))]
    weekend = max(count for day, count in days.items() if day.weekday() >= 5)
    assert weekend < min(count for day, count in days.items() if day.weekday() < 5)
    assert sum(placed.arrives.hour == 16 for placed in schedule) == 2
    assert max(placed.arrives for placed in schedule) <= NOW


@pytest.mark.parametrize("moment", [at(TODAY, 0, 1), at(date(2026, 4, 19), 23), at(TODAY, 5)])
def test_nothing_of_it_lies_in_the_future(moment: datetime) -> None:
    schedule = make_schedule(KEYS, moment, CAST["favourites"])
    assert all(placed.arrives <= moment for placed in schedule)


# --- What was laid --------------------------------------------------------------------------------


def test_every_day_has_an_edition_that_says_it_is_an_example(laid: Library) -> None:
    names = laid.press.get_names(Scope.DAY)
    assert sorted(names) == [(TODAY - n * DAY).isoformat() for n in reversed(range(DAYS))]
    editions = [laid.press.get(Scope.DAY, name) for name in names]
    assert all(each.example and each.number and each.entries for each in editions)
    assert all("announced, all here" in each.receipt for each in editions)
    assert sum(bool(entry.late_from) for each in editions for entry in each.entries) == 2
    assert len(laid.press.get_names(Scope.WEEK)) == 2
    today = laid.press.today()
    assert {"top", "trending"} <= {section.key for section in today.sections}


def test_its_receipts_are_where_its_editions_lead(laid: Library) -> None:
    """Break to see it fail: show the sources that are followed only."""
    page = TestClient(create_app(laid, Settings(library=Path("unused"))), "http://localhost").get
    front = page("/").text
    assert "announced, all here." in front and 'href="/receipts"' in front
    receipts = page("/receipts").text
    assert receipts.count("/receipts/demo/") == DAYS
    assert (
        '<span class="flag">Example</span>' in receipts and "No source announced them" in receipts
    )
    assert "No source is followed yet" in receipts  # which stays true
    assert page(f"/receipts/demo/{TODAY}").status_code == 200


def test_its_readers_votes_and_comments_are_invented_and_say_so(laid: Library) -> None:
    store = laid._store
    examples = {each.id for each in store.get_readers().values() if each.example}
    assert len(examples) == 6
    votes = store.get_votes_since(NOW - timedelta(days=30))
    assert {vote.reader_id for vote in votes} == examples
    counts = sorted(Counter(vote.work_id for vote in votes).values())
    assert counts[-1] >= 4 > 1 == counts[len(counts) // 4]
    comments = store.get_latest_comments(100)
    assert len(comments) == len(CAST["comments"]) == 25
    assert {comment.reader_id for comment in comments} == examples
    assert max(vote.at for vote in votes) <= NOW >= max(comment.at for comment in comments)
    by_id = {comment.id: comment for comment in comments}
    answers = [comment for comment in comments if comment.parent_id]
    assert answers and all(each.at > by_id[each.parent_id or 0].at for each in answers)
    assert len(store.get_shelves()) == 3
    series = laid.newsroom.get_series(votes[0].work_id)
    assert set(series) <= {"demo example upvotes"}


def test_the_person_has_an_edition_of_their_own_and_nothing_else(laid: Library) -> None:
    you = laid.accounts.alone()
    assert laid._store.get_shelves(you.id) == []
    edition = laid.press.get(Scope.READER, TODAY.isoformat(), you)
    assert edition.entries
    assert all("(example)" in search.name for search in laid._store.get_searches(you.id))


def test_trending_is_alive(laid: Library) -> None:
    first, *rest = laid.press.trending(limit=20).entries
    assert len(rest) == 19 and first.score > rest[-1].score > 0


# --- Three papers that somebody cares about -------------------------------------------------------

LIKED = (
    "Smooth Diffusion: Crafting Smooth Latent Spaces in Diffusion Models",
    "Active Diffusion Subsampling",
    "Input Perturbation Reduces Exposure Bias in Diffusion Models",
)


def judge(shown: list[tuple[str, str]], did: str) -> None:
    """Papers (title with text, reason) of an edition are about diffusion, and say truly why."""
    assert sum("diffusion" in paper.casefold() for paper, _ in shown[:8]) >= 5
    near = [reason for _, reason in shown if "near “" in reason.casefold()]
    assert len(near) >= 5
    for reason in near:
        named = re.findall("“([^”]+)”(?: and|, which)", reason)
        assert named and set(named) <= set(LIKED) and f"which you {did}" in reason


def test_the_next_edition_is_about_what_was_liked(made: Path, tmp_path: Path) -> None:
    """Three likes on a new shelf, by the buttons of papers' own pages.

    Break: let `Desk.pick` give the newest of its papers, or a reason name any paper of the library.
    """
    folder = shutil.copytree(made, tmp_path / "library")
    with open_library(Settings(library=folder), clock=lambda: NOW) as library:
        app, own = create_app(library, Settings(library=folder)), {"Sec-Fetch-Site": "same-origin"}
        page = TestClient(app, "http://localhost", headers=own)
        assert page.post("/act/shelf", data={"name": "Diffusion"}).is_success
        for title in LIKED:
            number = library.search(f'title:"{title}"').shown[0].work.id
            form = Html(page.get(f"/paper/{number}").text)
            button = form.css_first("form.acts button[data-act=like]")
            assert button is not None
            data = {"paper": str(number), "shelf": button.attributes["value"] or ""}
            assert page.post(button.attributes["formaction"] or "", data=data).is_success
        entries = Html(page.get("/yours").text).css(".entry")
    shown = [(each.text(), "".join(why.text() for why in each.css(".reason"))) for each in entries]
    judge(shown, "liked")
    assert shown[0][1].startswith("Near “")  # in its shelf's section, which has said whose it is
    assert any(reason.startswith("Your shelf “Diffusion”: near “") for _, reason in shown)


def test_without_the_fortnight_the_library_has_something(
    bare: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Three papers started from in the terminal, and read there; nothing is news in this library.

    Break: leave `_from_library` out of `_each_section`.
    """
    folder = shutil.copytree(bare, tmp_path / "library")
    assert main(["--library", str(folder), "shelf", "start", "Diffusion", *LIKED]) == codes.OK
    capsys.readouterr()
    assert main(["--library", str(folder), "edition", "--mine", "--markdown"]) == codes.OK
    told = capsys.readouterr().out
    assert "## From the library" in told
    papers = re.split(r"^\d+\. ", told, flags=re.MULTILINE)[1:]
    whys = [re.findall(r"^   \*(.*)\*$", paper, re.MULTILINE)[-1] for paper in papers]
    judge(list(zip(papers, whys, strict=True)), "saved")
    assert main(["--library", str(folder), "edition", "--mine"]) == codes.OK
    shown = " ".join(capsys.readouterr().out.split())
    assert shown.count("Your shelf “Diffusion”: near “") == len(papers)


# --- Again ----------------------------------------------------------------------------------------


def test_laid_again_today_or_later_nothing_changes(laid: Library) -> None:
    """Break to see it fail: let `is_laid` be false."""
    store, you = laid._store, laid.accounts.alone()
    votes, comments = store.get_votes_since(at(TODAY - 30 * DAY)), store.get_latest_comments(100)
    for later in (NOW, NOW + 3 * DAY):
        assert lay_fortnight(store, laid.press, you, later) == []
    assert store.get_votes_since(at(TODAY - 30 * DAY)) == votes
    assert store.get_latest_comments(100) == comments
    assert len(store.get_searches(you.id)) == len(CAST["searches"])


def test_only_the_demo_library_has_an_example(library: Library) -> None:
    with pytest.raises(InvalidInputError):
        library.lay_example()
    assert not library.press.get_names(Scope.DAY)


def test_the_cast_speaks_of_papers_and_people_that_are_there() -> None:
    people = {each["name"] for each in CAST["readers"]}
    told = [*CAST["comments"], *CAST["shelves"]]
    assert {each["reader"] for each in told} <= people
    papers = {each["paper"] for each in CAST["comments"]} | set(CAST["favourites"])
    papers |= {key for shelf in CAST["shelves"] for key in shelf["papers"]}
    assert papers <= set(KEYS)
    seen: set[str] = set()
    for comment in CAST["comments"]:
        assert comment.get("reply", comment["id"]) in seen | {comment["id"]}
        seen.add(comment["id"])
    words = ("example", "sample", "placeholder", "mockup", "invented", "fictional")
    assert all(any(word in name for word in words) for name in people)
