"""The page that tunes search by questions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from invented import PAPERS, open_invented, read, text
from lab import MODES, Lab, open_lab
from selectolax.lexbor import LexborHTMLParser as Html
from starlette.testclient import TestClient

from broadsheet.learning import Judgement
from broadsheet.model import Work
from broadsheet.tuning import TuneState, Tuning
from papers import NOW, Letters


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    with open_invented(tmp_path, PAPERS, [Letters()]) as library:
        library.catch_up()
        yield Lab(library, tmp_path)


@pytest.fixture
def alone(lab: Lab) -> TestClient:
    """The one reader of a library."""
    return lab.client(lab.app(MODES["off on loopback"]))


def keep(lab: Lab, *queries: str) -> None:
    reader = lab.library.accounts.alone()
    for query in queries:
        lab.library.searches.keep(reader, query, query)


def question_of(page: Html) -> dict[str, str]:
    """What the form says where yes is pressed."""
    form = page.css_first("form[action='/tune/answer']")
    assert form is not None
    fields = {
        field.attributes["name"] or "": field.attributes["value"] or ""
        for field in form.css("input[type=hidden]")
    }
    words = [button.attributes["value"] for button in form.css("button[name=relevant]")]
    assert words == ["yes", "no"]
    return fields | {"relevant": "yes"}


def test_without_searches_the_page_says_what_to_do(alone: TestClient) -> None:
    told = text(read(alone, "/tune"), "main")
    assert "There is nothing to ask about yet" in told
    assert "keep a search, or save a few papers, and come back" in told
    assert "What you type into a search is not kept" in told


def test_a_question_is_answered_skipped_and_undone(lab: Lab, alone: TestClient) -> None:
    """All of it by forms and links, without a script."""
    keep(lab, "quantum rivers", "sparse beehives models")
    page = read(alone, "/tune")
    fields = question_of(page)
    assert fields["query"] in ("quantum rivers", "sparse beehives models")
    assert page.css_first(f"h3 a[href='/paper/{fields['paper']}']") is not None
    skip = page.css_first("a[href='/tune?skipped=1']")
    assert skip is not None
    other = question_of(read(alone, "/tune?skipped=1"))
    assert (other["query"], other["paper"]) != (fields["query"], fields["paper"])
    answered = alone.post("/tune/answer", data=fields)
    assert answered.status_code == 303
    [kept] = lab.library._store.get_judgements()
    assert (kept.query, kept.work_id, kept.relevant) == (
        fields["query"], int(fields["paper"]), True,
    )  # fmt: skip
    after = alone.get(answered.headers["location"])
    assert "Undo" in after.text
    assert question_of(Html(after.text)) != fields
    undo = re.search(r"done=(\d+)", answered.headers["location"])
    assert undo
    assert alone.post("/act/undo", data={"done": undo[1], "back": "/tune"}).status_code == 303
    assert lab.library._store.get_judgements() == []


@pytest.mark.parametrize("skipped", ["x", "-1", "99999", "²", "20"])
def test_any_number_of_skips_is_borne(lab: Lab, alone: TestClient, skipped: str) -> None:
    keep(lab, "quantum rivers")
    assert alone.get("/tune", params={"skipped": skipped}).status_code == 200


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"query": "quantum rivers", "paper": "1", "relevant": "perhaps"}, 400),
        ({"query": "somebody else's", "paper": "1", "relevant": "yes"}, 400),
        ({"query": "quantum rivers", "paper": "999", "relevant": "yes"}, 404),
        ({"query": "quantum rivers", "paper": "x", "relevant": "yes"}, 400),
    ],
)
def test_wrong_answers(lab: Lab, alone: TestClient, data: dict[str, str], status: int) -> None:
    keep(lab, "quantum rivers")
    assert alone.post("/tune/answer", data=data).status_code == status
    assert lab.library._store.get_judgements() == []


def test_nothing_is_changed_by_chance(alone: TestClient) -> None:
    refused = alone.post("/tune/apply", data={})
    assert refused.status_code == 409
    assert "There is nothing to ask about yet" in refused.text


def test_a_sure_lead_is_made_so_and_taken_back(
    lab: Lab, alone: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = lab.library.tuning.state(lab.library.accounts.alone())
    sure = TuneState(
        state.in_use,
        state.runner_up,
        state.in_use,
        state.lead._replace(mean=0.04, low=0.01, high=0.07),
        40,
        12,
        3,
        True,
        "Search does better.",
    )
    monkeypatch.setattr(Tuning, "state", lambda *_: sure)
    page = read(alone, "/tune")
    assert "leads by +0.040 of precision at 10, between +0.010 and +0.070 (95%)" in text(
        page, "main"
    )
    assert page.css_first("form[action='/tune/apply']") is not None
    assert alone.post("/tune/apply", data={}).status_code == 303
    assert lab.library.tuning.blend == state.runner_up.blend
    monkeypatch.undo()
    page = read(alone, "/tune")
    assert page.css_first("form[action='/tune/reset']") is not None
    assert alone.post("/tune/reset", data={}).status_code == 303
    assert lab.library.tuning.blend is None


def test_the_page_is_for_operators(tmp_path: Path) -> None:
    """Break to see it fail: declare the doors of TunePages as `Who.READER`."""
    lab = open_lab(tmp_path)
    with lab.library:
        app = lab.app(MODES["invite, public"])
        assert lab.client(app, "ada").get("/tune").status_code == 403
        assert lab.client(app, "ada").post("/tune/reset", data={}).status_code == 403
        assert lab.client(app, "operator").get("/tune").status_code == 200
        admin = lab.client(app, "operator").get("/admin").text
    assert 'href="/tune"' in admin


def test_for_a_program(lab: Lab, alone: TestClient) -> None:
    keep(lab, "quantum rivers")
    told = alone.get("/tune", headers={"Accept": "application/json"}).json()
    assert (told["in_use"], told["answers"], told["askable"]) == ("shipped", 0, 1)


def test_hostile_texts_are_only_text(lab: Lab, alone: TestClient) -> None:
    """Break to see it fail: mark the query as safe in `tune.html`."""
    keep(lab, "quantum <script>alert(1)</script> rivers")
    page = alone.get("/tune").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_answers_of_others_count_without_being_shown(tmp_path: Path) -> None:
    lab = open_lab(tmp_path)
    with lab.library:
        store, ada = lab.library._store, lab.readers["ada"]
        lab.library.searches.keep(ada, "Secret", "quantum rivers of ada")
        [work] = next(store.iterate_works(batch=1))
        assert isinstance(work, Work)
        with store.write() as transaction:
            told = Judgement(ada.id, "quantum rivers of ada", work.id, True, NOW)
            transaction.put_judgement(told)
        app = lab.app(MODES["invite, private"])
        page = lab.client(app, "operator").get("/tune").text
    assert "of ada" not in page
    assert "1 answer to 1 search so far." in page
