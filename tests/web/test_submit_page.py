"""Handing in by form: what goes wrong is told where it was typed, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from invented import PAPERS, browse, fields, open_invented, read, text
from selectolax.lexbor import LexborHTMLParser as Html
from starlette.testclient import TestClient

from broadsheet.errors import InvalidInputError, SourceBusyError, SourceRequestError
from broadsheet.library import Library
from broadsheet.web.submitpages import LONGEST, say_failure

RETRY = datetime(2026, 3, 1, 8, 7, tzinfo=UTC)
AWAY = SourceBusyError("arXiv cannot be reached; next attempt at 08:07 UTC.", RETRY)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with open_invented(tmp_path_factory.mktemp("submit"), PAPERS[:4]) as opened:
        yield opened


@pytest.fixture
def client(library: Library) -> TestClient:
    return browse(library)


def fail(monkeypatch: pytest.MonkeyPatch, library: Library, error: Exception) -> None:
    def submit(*_: object) -> None:
        raise error

    monkeypatch.setattr(library.community, "submit", submit)


def test_a_source_that_is_away_is_no_dead_end(
    client: TestClient, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Break to see it fail: let the error out of `SubmitPages.submit`."""
    fail(monkeypatch, library, AWAY)
    answer = client.post("/act/submit", data={"reference": '2611.01234"<b>'})
    assert answer.status_code == 502
    page = Html(answer.text)
    assert fields(page, "[name=reference]") == {"reference": '2611.01234"<b>'}
    said = text(page, "section[aria-labelledby=by-name] [role=alert]")
    assert said == (
        "arXiv cannot be reached. Nothing was handed in, and nothing goes on by itself: send it "
        "again after 08:07 UTC."
    )
    assert "next attempt" not in answer.text
    assert "/act/submit" not in fields(page, "[name=back], [name=next]").values()
    headers = {"Accept": "application/json"}
    told = client.post("/act/submit", data={"reference": "x"}, headers=headers)
    assert told.status_code == 502 and told.json()["ok"] is False


def test_a_trouble_without_an_end_promises_none() -> None:
    error = SourceRequestError("arXiv says that the request is wrong (400).", 400)
    assert say_failure(error).endswith("send it again later.")


@pytest.mark.parametrize("reference", ["10.5555/nowhere", "goats", " "])
def test_a_name_that_leads_nowhere_stays_in_its_box(client: TestClient, reference: str) -> None:
    answer = client.post("/act/submit", data={"reference": reference})
    page = Html(answer.text)
    assert answer.status_code == 400
    assert fields(page, "[name=reference]") == {"reference": reference}
    assert text(page, "section[aria-labelledby=by-name] [role=alert]").endswith(".")


def test_what_was_typed_by_hand_stays(client: TestClient) -> None:
    typed = {"title": "On <i>bells</i>", "authors": "Cy", "year": "soon", "link": ""}
    typed["abstract"] = "& so"
    page = Html(client.post("/act/submit", data=typed).text)
    boxes = fields(page, "section[aria-labelledby=by-hand] input")
    assert boxes == {name: typed[name] for name in boxes} and len(boxes) == 4
    assert text(page, "textarea") == "& so"
    assert "no year" in text(page, "section[aria-labelledby=by-hand] [role=alert]")


def test_no_more_comes_back_than_a_form_holds(client: TestClient) -> None:
    """Break to see it fail: show `form.get(name)` uncut."""
    page = Html(client.post("/act/submit", data={"reference": "x" * 90_000}).text)
    assert len(fields(page, "[name=reference]")["reference"]) == LONGEST["reference"]


def test_a_file_without_papers_is_told_beside_its_field(
    client: TestClient, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail(monkeypatch, library, InvalidInputError("There are no papers in mine.bib."))
    answer = client.post("/act/submit", files={"file": ("mine.bib", b"@comment{nothing}")})
    assert answer.status_code == 400
    assert text(Html(answer.text), "section[aria-labelledby=by-file] [role=alert]").endswith(".")


def test_what_is_here_already_is_shown(client: TestClient, tmp_path: Path) -> None:
    answer = client.post("/act/submit", data={"reference": "2401.00001"})
    assert answer.status_code == 303
    page = read(client, answer.headers["location"])
    assert "is here already" in text(page, ".said") and text(page, "h1").startswith("Lanterns")
