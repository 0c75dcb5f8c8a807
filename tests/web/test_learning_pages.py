"""The pages of a shelf that learns, on a library of the real rooms."""

from __future__ import annotations

from pathlib import Path

import pytest
from invented import NOW, browse, fields, hrefs, read, text
from lab import MODES, open_lab
from morning import NASTY, TODAY, count_questions, open_morning, two_sizes
from starlette.testclient import TestClient

from broadsheet.edition import Edition, Entry, Scope, Section
from broadsheet.learning import Opinion, ReviewState
from broadsheet.library import Library
from broadsheet.people import Reader
from broadsheet.ports import Lessons, Pool, Profile
from broadsheet.recommend.guarded import GuardedRanker
from broadsheet.recommend.teaching import Teacher

JSON = {"Accept": "application/json"}
PARTS = ("new", "steer", "hood", "trial", "review")


@pytest.fixture
def library(clean_morning: Library) -> Library:
    return clean_morning


@pytest.fixture
def client(library: Library) -> TestClient:
    return browse(library)


@pytest.fixture
def shelf(library: Library, you: Reader) -> int:
    number = library.shelves.make(you, "Lamps").target
    for paper in (1, 3, 5):
        library.shelves.save(you, paper, [number])
    return number


def papers(client: TestClient, address: str) -> list[int]:
    """The papers of a page, in its order."""
    return [int(each.attributes["data-paper"] or 0) for each in read(client, address).css(".entry")]


def post(client: TestClient, act: str, **form: object) -> str:
    """Do an act as a form does it, and go where it leads."""
    answer = client.post(f"/act/{act}", data=form)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def test_each_paper_says_why_it_is_there(
    client: TestClient, library: Library, shelf: int, you: Reader
) -> None:
    page = read(client, f"/shelf/{shelf}/new")
    named = [" ".join(each.text().split()) for each in page.css(".entry .reason")]
    assert named and all(each.startswith("Near “") and "which you saved" in each for each in named)
    found = papers(client, f"/shelf/{shelf}/new")
    assert not {1, 3, 5} & set(found)
    told = client.get(f"/shelf/{shelf}/new", headers=JSON).json()
    assert [each["work_id"] for each in told["matches"]] == found
    assert told["matches"][0]["because"][0]["work_id"] in (1, 3, 5)
    first = page.css_first(".entry .why")
    assert first is not None and {"/paper/1", "/paper/3", "/paper/5"} & set(
        hrefs(page, ".entry .why th a")
    )
    assert "10 more answers" in text(page, ".facts-line")


def test_the_next_ranking_is_there_at_once_without_script(
    client: TestClient, library: Library, shelf: int
) -> None:
    """Break: let the page of a shelf ask for its ranking of the last minute."""
    way = f"/shelf/{shelf}/new"
    first, *rest = papers(client, way)
    back = post(client, "dislike", paper=first, shelf=shelf, back=way)
    page = read(client, back)
    assert "is not for it" in text(page, ".said p")
    assert first not in papers(client, way) and set(papers(client, way)) <= {first, *rest}
    done = fields(page, ".said input")["done"]
    post(client, "undo", done=done, back=way)
    assert papers(client, way) == [first, *rest]


def test_what_is_hidden_says_so_until_it_is_shown_again(
    client: TestClient, library: Library, shelf: int, you: Reader
) -> None:
    """On the page of a review, which shows what it was asked for."""
    way = f"/shelf/{shelf}/new"
    hidden = papers(client, way)[0]
    post(client, "hide", paper=hidden, shelf=0, back=way)
    assert hidden not in papers(client, way)
    assert library.recommender.get_answers(you, [hidden])[hidden][0].opinion is Opinion.HIDE
    post(client, "take-back", paper=hidden, shelf=0, back=way)
    assert hidden in papers(client, way)


def test_an_empty_shelf_leads_to_a_start(client: TestClient, library: Library, you: Reader) -> None:
    number = library.shelves.make(you, "Empty").target
    for part in ("new", "hood"):
        page = read(client, f"/shelf/{number}/{part}")
        assert hrefs(page, "a.button") == [f"/start?shelf={number}"], part
    assert f"/start?shelf={number}" in hrefs(read(client, f"/shelf/{number}"), "a.button")


def test_another_readers_shelf_is_as_one_that_is_not_there(client: TestClient) -> None:
    """Also one that is shared with everybody. Break: leave `find_own` out of `read_shelf`."""
    for part in PARTS:
        shared, missing = client.get(f"/shelf/1/{part}"), client.get(f"/shelf/999/{part}")
        assert shared.status_code == missing.status_code == 404, part
        told = missing.text.replace(f"/shelf/999/{part}", f"/shelf/1/{part}")
        assert shared.text.replace("shelf 1 ", "shelf 999 ") == told, part


def test_who_has_no_account_steers_nothing(tmp_path: Path) -> None:
    """Not the owner's shelf either, shared or not: a key reads, a stranger signs in."""
    lab = open_lab(tmp_path)
    with lab.library:
        app, ada = lab.app(MODES["invite, public"]), lab.readers["ada"]
        number = lab.library.shelves.make(ada, "Secret").target
        for part in PARTS:
            assert lab.client(app).get(f"/shelf/{number}/{part}").status_code == 303, part
            assert lab.client(app, "ben").get(f"/shelf/{number}/{part}").status_code == 404, part
            assert lab.client(app, "key").get(f"/shelf/{number}/{part}").status_code == 200, part
        ben = lab.client(app, "ben")
        for act in ("like", "dislike", "steer", "trial", "end-trial"):
            form = {"paper": 1, "shelf": number, "floor": 50, "challenger": "x", "keep": "ours"}
            assert ben.post(f"/act/{act}", data=form).status_code == 404, act


def test_under_the_hood(client: TestClient, library: Library, shelf: int, you: Reader) -> None:
    library.recommender.answer(you, 7, Opinion.LIKE, shelf)
    library.recommender.answer(you, 9, Opinion.DISLIKE, shelf)
    page = read(client, f"/shelf/{shelf}/hood")
    kinds = [each.text().split(",")[0] for each in page.css(".lessons th .quiet")]
    assert sorted(kinds) == ["liked", "not for you", "saved", "saved", "saved"]
    assert page.css(".learned.for tbody tr") and "more answer" in text(page, "#record ~ p")
    told = client.get(f"/shelf/{shelf}/hood", headers=JSON).json()
    assert {each["work_id"] for each in told["lessons"]} == {1, 3, 5, 7, 9}


def test_a_lesson_is_taken_away_after_its_effect_was_seen(
    client: TestClient, library: Library, shelf: int, you: Reader
) -> None:
    """Looking changes nothing. Break: let the page do the act."""
    library.recommender.answer(you, 7, Opinion.LIKE, shelf)
    for number, act in ((7, "/act/take-back"), (3, "/act/unsave")):
        way = f"/shelf/{shelf}/hood?without={number}"
        assert way + "#effect" in hrefs(read(client, f"/shelf/{shelf}/hood"), ".lessons td a")
        before = client.get(f"/shelf/{shelf}/new", headers=JSON).content
        page = read(client, way)
        assert page.css(".effect .moves li")
        assert client.get(f"/shelf/{shelf}/new", headers=JSON).content == before
        (form,) = page.css(".effect form")
        assert form.attributes["action"] == act
        post(client, act.removeprefix("/act/"), **fields(page, ".effect form input"))
        assert client.get(way).status_code == 404


def test_steering_there_and_back(
    client: TestClient, library: Library, shelf: int, you: Reader
) -> None:
    """What the form shows is what is set. Break: leave any field out of `read_steering`."""
    way = f"/shelf/{shelf}/steer"
    form: dict[str, object] = {
        "whole": 1, "per_day": 3, "minutes": 12, "floor": 40, "explore": 20, "rare": 70,
        "only-category": "cs.LG\r\ncs.CL", "only-source": "", "only-author": "Novak, Ada",
        "never-category": "", "never-source": "invented", "never-author": "",
    }  # fmt: skip
    back = post(client, "steer", shelf=shelf, back=way, **form)
    set_now = library.recommender.get_steering(you, shelf)
    assert (set_now.per_day, set_now.minutes, set_now.in_edition) == (3, 12, False)
    assert (set_now.floor, set_now.explore, set_now.rare) == (0.4, 0.2, 0.7)
    page = read(client, way)
    assert page.css_first("#only-category").text(deep=True).split() == ["cs.LG", "cs.CL"]  # type: ignore[union-attr]
    assert text(page, "#only-author") == "Novak, Ada" and text(page, "#never-source") == "invented"
    assert fields(page, "#per-day, #minutes, #rare") == {
        "per_day": "3", "minutes": "12", "rare": "70",
    }  # fmt: skip
    post(client, "steer", shelf=shelf, floor=90)
    assert library.recommender.get_steering(you, shelf).minutes == 12  # what is left out stays
    assert "Undo" in text(read(client, back), ".said form")
    bad = client.post("/act/steer", data={"shelf": shelf, "floor": "x"})
    assert bad.status_code == 400 and "floor" in bad.text
    assert client.post("/act/steer", data={"shelf": shelf, "floor": "900"}).status_code == 400


def test_a_shelf_is_mute_for_a_week(client: TestClient, library: Library, shelf: int) -> None:
    way = f"/shelf/{shelf}/steer"
    assert read(client, way).css_first("button[form=mute]") is not None
    post(client, "steer", shelf=shelf, mute="week", back=way)
    page = read(client, way)
    assert "mute until 8 March 2026" in text(page, ".said") and not page.css("button[form=mute]")
    post(client, "steer", **fields(page, ".page .said form input"))
    assert not read(client, way).css(".page .said")


def test_an_experiment_is_begun_and_ended(
    client: TestClient, library: Library, shelf: int, you: Reader
) -> None:
    way = f"/shelf/{shelf}/trial"
    offered = [each.attributes["value"] for each in read(client, way).css("input[type=radio]")]
    others = [each.id for each in library.recommender.list_rankers()][1:]
    assert offered == others
    if not others:
        pytest.skip("no second ranker is installed")
    post(client, "trial", shelf=shelf, challenger=others[0], back=way)
    page = read(client, way)
    assert "no edition has held papers of both yet" in text(page, ".lead")
    assert [each.attributes["value"] for each in page.css("button[name=keep]")] == [
        "ours",
        "challenger",
    ]
    assert client.post("/act/end-trial", data={"shelf": shelf, "keep": "x"}).status_code == 400
    post(client, "end-trial", shelf=shelf, keep="challenger", back=way)
    assert library.recommender.get_steering(you, shelf).ranker == others[0]
    assert text(read(client, way), ".page p + p").startswith("You have settled on “")


def test_a_backlog_is_worked_through(client: TestClient, library: Library, shelf: int) -> None:
    """The page comes back with the next papers, without those that were judged."""
    way = f"/shelf/{shelf}/review"
    assert "systematic review" in text(read(client, way), ".lead")
    assert client.get(f"{way}?q=year:x").status_code == 400
    assert "Nothing to review" in text(read(client, f"{way}?q=zyzzyva"), ".state h2")
    first, second, *_ = papers(client, f"{way}?q=lanterns")
    post(client, "save", paper=first, shelf=shelf, back=f"{way}?q=lanterns")
    back = post(client, "dislike", paper=second, shelf=shelf, back=f"{way}?q=lanterns")
    assert not {first, second} & set(papers(client, back))
    standing = text(read(client, f"{way}?q=lanterns"), ".judged")
    assert "5 of 16 papers judged, 4 kept" in standing
    told = client.get(f"{way}?q=lanterns", headers=JSON).json()
    assert told["seen"] == 5 and told["sentence"] in standing


@pytest.mark.parametrize("left", [(), (2,)])
def test_what_a_stop_rests_on_is_told_while_papers_are_left(
    library: Library, shelf: int, left: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once, and not where all have been seen, which rests on nothing.

    Breaks: ask in shelf-review.html only for `may_stop`; say it before the sentence, too.
    """
    state = ReviewState(shelf, "lanterns", left, 16, 16 - len(left), 9, None, True, "You may stop.")
    monkeypatch.setattr(library.recommender, "review", lambda *_: state)
    told = text(read(browse(library), f"/shelf/{shelf}/review?q=lanterns"), ".judged")
    assert told.count("You may stop") == 1
    assert ("in the order in which papers were offered" in told) == bool(left)


def test_what_others_wrote_stays_text(client: TestClient, library: Library, you: Reader) -> None:
    """Break: print a title with |safe in shelf-hood.html."""
    number = library.shelves.make(you, NASTY).target
    for paper in (2, 4):
        library.shelves.save(you, paper, [number])
    for part in ("new", "steer", "hood", "hood?without=2", "trial", "review?q=lanterns"):
        page = read(client, f"/shelf/{number}/{part}")
        assert not page.css("main script") and "<script>" in page.css_first("title").text()  # type: ignore[union-attr]


def test_pages_ask_as_much_of_a_full_shelf_as_of_a_short_one(tmp_path: Path) -> None:
    """Break: ask for the answers to each paper by itself in `read_answered`."""

    def fill(library: Library, number: int) -> None:
        you = library.accounts.alone()
        shelf = library.shelves.make(you, "Lamps").target
        for paper in range(1, number // 2 + 1):
            library.shelves.save(you, paper, [shelf])
        for paper in range(number // 2 + 1, number):
            library.recommender.answer(you, paper, Opinion.DISLIKE, shelf)

    with two_sizes(tmp_path, 12, fill) as libraries:
        for part in ("new", "steer", "hood", "hood?without=1", "trial", "review?q=lanterns"):
            few, many = (count_questions(library, f"/shelf/2/{part}") for library in libraries)
            assert few == many, part
        few, many = (count_questions(library, "/start") for library in libraries)
        assert few == many


def test_with_answers_enough_a_match_is_told_and_floors_are_drawn(
    tmp_path: Path,
) -> None:
    """Break: print the score in place of the chance."""
    with open_morning(tmp_path, 12) as library:
        client, you = browse(library), library.accounts.alone()
        shelf = library.shelves.make(you, "Lamps").target
        offered = tuple(Entry(paper, paper, f"Paper {paper}") for paper in range(1, 15))
        own = (Section(f"shelf-{shelf}", "Near “Lamps”", offered),)
        with library._store.write() as transaction:
            transaction.print_edition(
                Edition(Scope.READER, str(TODAY), TODAY, TODAY, NOW, reader_id=you.id, sections=own)
            )
        for paper in range(1, 15):
            opinion = Opinion.LIKE if paper % 2 else Opinion.DISLIKE
            library.recommender.answer(you, paper, opinion, shelf)
        page = read(client, f"/shelf/{shelf}/new")
        shown = [text_of.text().removeprefix("Match ") for text_of in page.css(".entry .match")]
        told = client.get(f"/shelf/{shelf}/new", headers=JSON).json()["matches"]
        assert shown == [f"{100 * each['chance']:.0f} %" for each in told] != []
        assert "A match of " in text(page, ".entry .why")
        steer = read(client, f"/shelf/{shelf}/steer")
        rows = client.get(f"/shelf/{shelf}/steer", headers=JSON).json()["trade_off"]["points"]
        assert len(steer.css(".sketch text.strong")) == len(rows) == 10
        assert len(steer.css(".floors tbody tr")) == 10
        assert [each.attributes["value"] for each in steer.css(".floors input[checked]")] == ["0"]
        assert "not enough yet" not in steer.text().casefold()


class Failing:
    """A plug-in's ranker that cannot learn."""

    id = "failing@1"
    title = "<b>Failing</b>"

    def learn(self, lessons: Lessons, pool: Pool) -> Profile:
        raise ZeroDivisionError("of its own")


def test_a_ranker_that_fails_is_a_sentence_on_each_page(
    client: TestClient, library: Library, shelf: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Break to see it fail: show the effect of a lesson whatever the hood says, or let the error
    out of `Table.rank`."""
    monkeypatch.setattr(Teacher, "find_ranker", lambda *given: GuardedRanker(Failing()))
    for part in ("new", "hood", "hood?without=1", "steer"):
        said = text(read(client, f"/shelf/{shelf}/{part}"), "main")
        assert "The ranker “<b>Failing</b>” (failing@1)" in said, part
        assert "(ZeroDivisionError): try another one under Experiment" in said
        assert "of its own" not in said and "three papers" not in said
    assert client.get(f"/shelf/{shelf}/trial").status_code == 200
    for part in ("new", "steer"):
        told = client.get(f"/shelf/{shelf}/{part}", headers=JSON)
        assert told.status_code == 200 and "failing@1" in told.text


def test_what_stands_above_the_last_answer_there_is_no_longer_missing(
    client: TestClient, library: Library, shelf: int
) -> None:
    """The script tells by the name of the place what was shown. Break to see it fail: give the
    template another `place` than one that begins with `NEW_PAGE`."""
    address = f"/shelf/{shelf}/new"
    page = read(client, address).css_first("[data-place]")
    assert page is not None
    assert "10 more answers to papers of this page" in " ".join(page.text().split())
    found = papers(client, address)
    told = {"place": page.attributes["data-place"] or "", "paper": [str(each) for each in found]}
    assert client.post("/act/shown", data=told).status_code == 204
    library.journal.flush()
    post(client, "like", paper=found[0], shelf=shelf)
    post(client, "dislike", paper=found[2], shelf=shelf)
    for part in ("new", "hood", "steer"):
        assert "8 more answers" in text(read(client, f"/shelf/{shelf}/{part}"), "main"), part
