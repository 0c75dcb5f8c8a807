"""The pages of the people of an instance, and of authors."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
from invented import PAPERS, browse, hrefs, open_invented, read, text
from morning import count_questions, open_morning, two_sizes
from starlette.testclient import TestClient

from broadsheet.library import Library
from hostile import PAYLOADS


@pytest.fixture(scope="module")
def library(morning: Library) -> Library:
    return morning


@pytest.fixture(scope="module")
def client(library: Library) -> TestClient:
    return browse(library)


def test_what_was_said_and_liked(client: TestClient) -> None:
    page = read(client, "/community")
    assert [each.text() for each in page.css(".comment strong")] == ["prior"]
    assert page.css_first(".comment math") is not None
    assert len(page.css(".remark .flag")) == 2  # example readers
    assert len(page.css(".list .entry")) == 6
    assert "/shelf/1" in hrefs(page, ".rows a")


def test_nothing_said_yet(tmp_path: Path) -> None:
    with open_invented(tmp_path, PAPERS[:2]) as library:
        page = read(browse(library), "/community")
    assert [" ".join(each.text().split())[:7] for each in page.css(".label")] == [
        "Nobody ",
        "No upvo",
    ]


def test_a_reader(client: TestClient) -> None:
    page = read(client, "/reader/tariq")
    assert text(page, "h1") == "Tariq <b>Bello</b>"
    assert page.css_first("main img") is None and "onerror" in text(page, ".comment")
    assert text(page, ".kicker .flag") == "Example"
    assert hrefs(read(client, "/reader/mira"), ".rows a") == ["/shelf/1"]
    assert client.get("/reader/nobody-of-this-name").status_code == 404


def test_an_author_has_a_page(client: TestClient, library: Library) -> None:
    page = read(client, "/author/Ben%20Okoro")
    assert text(page, "h1") == "Ben Okoro" and text(page, ".acts .quiet") == "17 papers"
    assert len(page.css(".entry")) == 17
    assert text(page, "button[data-act=follow]") == "Follow"
    library.community.follow(library.accounts.alone(), "Ben Okoro")
    assert text(read(client, "/author/Ben%20Okoro"), "button[data-act=follow]") == "Following"
    assert "No papers here" in text(read(client, "/author/Nobody"), ".state h2")


@pytest.mark.parametrize(
    "name", ["a/b", 'say "x"', "\u202eevil", "O'Neil", "x" * 5000, "%", "名前"]
)
def test_any_name_is_a_name(client: TestClient, name: str) -> None:
    assert client.get(f"/author/{quote(name)}").status_code == 200


def test_authors_of_a_list_lead_to_their_pages(client: TestClient) -> None:
    assert "/author/Ben%20Okoro" in hrefs(read(client, "/"), ".byline a")


def test_forms_for_handing_in(client: TestClient) -> None:
    page = read(client, "/submit")
    assert [form.attributes["action"] for form in page.css("main form")] == ["/act/submit"] * 3


def test_help_without_script(client: TestClient) -> None:
    page = read(client, "/help")
    assert len(page.css("h1")) == 1 and page.css("main kbd")


def test_a_thread_on_a_paper(client: TestClient, library: Library) -> None:
    tariq = library.accounts.get_reader("tariq")
    number = library.community.said_by(tariq.id)[0].work.id
    page = read(client, f"/paper/{number}")
    assert [each.attributes["class"] for each in page.css(".thread > li")] == [
        "remark depth-0",
        "remark depth-1",
    ]
    assert page.css_first(".comment script, .comment img") is None
    assert page.css_first("form[action='/act/comment'] textarea[name=text]") is not None


def test_a_long_thread_comes_in_pages(tmp_path: Path) -> None:
    """Without script, each comment has an address that shows it, however long the thread is.
    Break: leave `comment_id` out of `read_circle`."""
    with open_morning(tmp_path, 3) as library:
        mira, client = library.accounts.get_reader("mira"), browse(library)
        said = [library.community.comment(mira, 3, f"word {n}").target for n in range(120)]
        page = read(client, "/paper/3")
        assert text(page, "#discussion h2 .quiet") == "120" and len(page.css(".remark")) == 50
        (later,) = hrefs(page, ".discussion .onward a")
        pages = [later := hrefs(read(client, later), ".discussion .onward a")[-1]]
        assert len(read(client, pages[0]).css(".remark")) == 20
        last = f"/paper/3?comment={said[-1]}"
        assert read(client, last).css_first(f"#comment-{said[-1]}") is not None
        assert f"{last}#comment-{said[-1]}" in hrefs(read(client, "/community"), ".by a")
        for odd in ("x", "-1", "9" * 40, "0", str(said[0])):
            assert len(read(client, f"/paper/3?comment={odd}").css(".remark")) == 50
        answer = client.get("/paper/3", headers={"Accept-Encoding": "gzip"})
        assert int(answer.headers["content-length"]) < 60_000


def test_what_was_said_is_cut_where_it_stands_beside_others(tmp_path: Path) -> None:
    with open_morning(tmp_path, 2) as library:
        mira = library.accounts.get_reader("mira")
        number = library.community.comment(mira, 1, "long " * 1999).target
        for path in ("/community", "/reader/mira"):
            page = read(browse(library), path)
            cut = next(each.text() for each in page.css(".comment") if "long" in each.text())
            assert len(cut) < 1000 and cut.strip().endswith("…")
            assert f"/paper/1?comment={number}#comment-{number}" in hrefs(page, ".remark > p a")


def test_hostile_comments_stay_text(tmp_path: Path) -> None:
    """Break to see it fail: print a comment with `|safe`."""
    with open_morning(tmp_path, 2) as library:
        mira = library.accounts.get_reader("mira")
        for payload in PAYLOADS[::9]:
            library.community.comment(mira, 1, payload)
        pages = [read(browse(library), path) for path in ("/paper/1", "/community")]
    for page in pages:
        assert len(page.css(".comment")) > 20
        for node in page.css(".comment *"):
            assert not [
                name for name in node.attributes if name.startswith("on") or name == "style"
            ]
        assert page.css_first(".comment script, .comment img, .comment iframe") is None


def test_a_page_asks_as_much_of_many_as_of_few(tmp_path: Path) -> None:
    """Break to see it fail: ask for the reader of each comment by itself."""

    def fill(library: Library, number: int) -> None:
        mira = library.accounts.get_reader("mira")
        for each in range(1, number + 1):
            library.community.comment(mira, each, "a word")

    with two_sizes(tmp_path, 12, fill) as libraries:
        for path in ("/community", "/reader/mira", "/author/Ben%20Okoro", "/paper/1"):
            few, many = (count_questions(library, path) for library in libraries)
            assert few == many, path
