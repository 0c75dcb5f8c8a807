"""All templates: nothing inline, one heading a page, every form and link leads to a door."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from invented import browse
from morning import open_morning
from selectolax.lexbor import LexborHTMLParser as Html
from starlette.routing import Match
from starlette.testclient import TestClient

import broadsheet.web
from broadsheet.library import Library
from broadsheet.web import styles
from broadsheet.web.render import Renderer

HERE = Path(broadsheet.web.__file__).parent
TEMPLATES = sorted((HERE / "templates").glob("*.html"))
SCRIPTS = sorted((HERE / "static").glob("*.js"))
PAGES = (
    "/",
    "/day/2026-02-28",
    "/day/1991-01-01",
    "/week/2026-W09",
    "/month/2026-02",
    "/trending",
    "/yours",
    "/shelves",
    "/shelves?q=lanterns",
    "/shelf/1",
    "/shelf/2",
    "/start",
    "/start?shelf=2",
    "/shelf/2/new",
    "/shelf/2/steer",
    "/shelf/2/hood",
    "/shelf/2/hood?without=1",
    "/shelf/2/trial",
    "/shelf/2/review",
    "/shelf/2/review?q=lanterns",
    "/save?paper=1",
    "/searches",
    "/community",
    "/reader/mira",
    "/author/Ben%20Okoro",
    "/author/Nobody",
    "/submit",
    "/help",
    "/paper/1",
    "/search?q=lanterns",
    "/receipts",
    "/nowhere",
)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with open_morning(tmp_path_factory.mktemp("morning")) as library:
        _make_own_things(library)
        yield browse(library)


def _make_own_things(library: Library) -> None:
    you = library.accounts.alone()
    shelf = library.shelves.make(you, "Lamps", "light").target
    library.shelves.save(you, 1, [shelf], "a note")
    library.searches.keep(you, "Lamps", "lanterns")
    library.community.follow(you, "Ben Okoro")
    library.community.comment(you, 1, "a word")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_compiles_and_holds_nothing_inline(path: Path) -> None:
    """Break to see it fail: style something where it stands."""
    source = path.read_text("utf-8")
    Renderer()._environment.get_template(path.name)
    assert not re.search(r"<style|\bstyle=|\bon[a-z]+=|javascript:|(?<!')\|\s*safe\b", source)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", source))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_makes_no_markup_of_text(path: Path) -> None:
    """Trusted Types would stop it, and what was typed would be lost."""
    source = path.read_text("utf-8")
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|"
        r"DOMParser|createContextualFragment|setTimeout\(\s*[\"'`]|\.srcdoc",
        source,
    )
    assert "http://" not in source and "https://" not in source


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_whole(client: TestClient, path: str) -> None:
    """One heading of the first rank, landmarks, a way past the navigation, and no id twice."""
    page = Html(client.get(path).text)
    assert len(page.css("h1")) == 1
    for landmark in ("header", "nav", "main#content", "footer", "search"):
        assert len(page.css(landmark)) >= 1, landmark
    assert page.css_first("a.skip[href='#content']") is not None
    assert page.css_first("title").text().endswith("Broadsheet")  # type: ignore[union-attr]
    ids = [node.attributes["id"] for node in page.css("[id]")]
    assert len(ids) == len(set(ids))
    for label in page.css("label[for]"):
        assert label.attributes["for"] in ids
    for named in page.css("[aria-labelledby]"):
        assert named.attributes["aria-labelledby"] in ids
    for field in page.css("main input:not([type=hidden]), main textarea, main select"):
        labelled = field.attributes.get("id") or field.attributes.get("aria-label")
        parents = [field.parent, field.parent and field.parent.parent]
        assert labelled or any(parent and parent.tag == "label" for parent in parents)


@pytest.mark.parametrize("path", PAGES)
def test_every_form_and_link_leads_to_a_door(client: TestClient, path: str) -> None:
    """Break to see it fail: rename an act and forget the form."""
    page = Html(client.get(path).text)
    wanted = {("GET", node.attributes["href"]) for node in page.css("a[href]")}
    for form in page.css("form:not([method=dialog])"):
        method = (form.attributes.get("method") or "get").upper()
        if action := form.attributes.get("action"):
            wanted.add((method, action))
        wanted |= {("POST", node.attributes["formaction"]) for node in form.css("[formaction]")}
        other = form.css("[data-other]")
        wanted |= {("POST", node.attributes["data-other"]) for node in other}
    for method, address in wanted:
        target = str(address).partition("?")[0].partition("#")[0]
        if target.startswith("/") and not target.startswith("/static/"):
            assert _find_door(client, method, target), (method, target)


def _find_door(client: TestClient, method: str, path: str) -> bool:
    scope = {"type": "http", "method": method, "path": path, "root_path": "", "headers": []}
    routes = client.app.routes  # type: ignore[attr-defined]
    return any(route.matches(scope)[0] is Match.FULL for route in routes)


def test_pages_are_light_with_style_and_script(client: TestClient) -> None:
    shared = len(gzip.compress(styles.read_sheet(), 5))
    shared += sum(len(gzip.compress(path.read_bytes(), 5)) for path in SCRIPTS)
    for path in PAGES:
        assert shared + len(gzip.compress(client.get(path).content, 5)) < 60_000, path


def test_the_readers_theme_is_on_the_page(tmp_path: Path) -> None:
    with open_morning(tmp_path, 1) as library:
        you = library.accounts.alone()
        for theme in ("", "dark", "light"):
            library.accounts.change_profile(you, theme=theme)
            page = Html(browse(library).get("/help").text).css_first("html")
            assert page is not None and page.attributes.get("data-theme", "") == theme


def test_one_style_sheet_and_small_scripts(client: TestClient) -> None:
    page = Html(client.get("/").text)
    assert len(page.css("link[rel=stylesheet]")) == 1
    assert all(node.attributes["type"] == "module" for node in page.css("script"))
    sheet = client.get("/static/broadsheet.css")
    assert sheet.headers["content-type"].startswith("text/css")
    assert sheet.content == styles.read_sheet()
