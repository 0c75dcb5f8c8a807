"""A reader makes a shelf, fills it, finds things on it, takes them along and shares it."""

from __future__ import annotations

import re

import bibtexparser.entrypoint
from chromium import Visits
from playwright.sync_api import Locator, Page, expect

from served import Site


def entry(page: Page, number: int) -> Locator:
    """A paper of a list, counted from 0."""
    return page.locator("article.entry").nth(number)


def save(paper: Locator) -> None:
    """Press its button, see it change at once, and wait until it is kept."""
    paper.locator('button[data-act="save"]').click()
    saved(paper)


def saved(paper: Locator, kept: bool = True) -> None:
    """The button says whether the paper is on a shelf, and nothing is on its way any more."""
    button = paper.locator('button[data-act="save"]')
    expect(button).to_have_attribute("aria-pressed", str(kept).lower())
    expect(button).not_to_have_attribute("aria-busy", "true")


def make_shelf(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Broadsheet").get_by_role("link", name="Shelves").click()
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def test_a_shelf_from_beginning_to_end(fresh_site: Site, visits: Visits) -> None:
    """Made, filled (by button and by key), undone in part, searched inside, exported."""
    site = fresh_site
    visitor = visits.begin(site.url)
    page = visitor.go("/")
    make_shelf(page, "Smoothing & friends")
    shelf = re.sub(r"\?.*", "", page.url)
    visitor.shot("20 empty shelf")

    page.goto(site.url + "/search?q=label+smoothing")
    first, second, third = (entry(page, n) for n in range(3))
    titles = [each.locator("h2").inner_text() for each in (first, second, third)]
    save(first)
    toast = page.locator("#toast")
    expect(toast).to_contain_text("Smoothing & friends")
    visitor.shot("21 saved, with a toast")
    save(second)
    page.keyboard.press("j")  # from the paper whose button has the focus
    page.keyboard.press("s")
    saved(third)
    expect(toast).to_contain_text("Smoothing & friends")

    page.locator("#toast").get_by_role("button", name="Undo").click()
    saved(third, False)
    page.keyboard.press("s")
    saved(third)

    page.goto(shelf)
    assert sorted(page.locator("article.entry h2").all_inner_texts()) == sorted(titles)
    visitor.shot("22 three papers on a shelf")
    page.get_by_label("Search on this shelf").fill("smoothing")
    page.get_by_role("button", name="Find").click()
    expect(page.locator(".tally")).to_contain_text("found")
    assert 1 <= page.locator("article.entry").count() <= 3
    visitor.shot("23 searched inside")

    page.goto(shelf)
    address = page.get_by_role("link", name="BibTeX").first.get_attribute("href")
    assert address
    answer = visitor.context.request.get(site.url + address)
    assert answer.status == 200
    assert len(bibtexparser.entrypoint.parse_string(answer.text()).entries) == 3


def test_sharing_by_link(site: Site, visits: Visits) -> None:
    """The link opens the shelf for whoever has it; a new one makes the old one void."""
    visitor = visits.begin(site.url)
    page = visitor.go("/")
    make_shelf(page, "To be shared")
    shelf = re.sub(r"\?.*", "", page.url)
    page.goto(site.url + "/paper/1")
    page.locator("a[data-shelve]").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("checkbox", name="To be shared").check()
    visitor.shot("24 choosing shelves")
    dialog.get_by_role("button", name="Save").click()
    expect(page.locator("#toast")).to_contain_text("To be shared")
    page.goto(shelf)
    page.get_by_label(re.compile("link", re.I)).first.check()
    page.get_by_role("button", name="Keep").click()
    link = page.locator(".given a").first
    expect(link).to_be_visible()
    visitor.shot("25 shared by link")
    address = link.get_attribute("href") or ""
    other = visits.begin(site.url)
    other.go(address)
    expect(other.page.get_by_role("heading", level=1)).to_have_text("To be shared")
    expect(other.page.locator("article.entry")).to_have_count(1)
    page.get_by_role("button", name=re.compile("new link")).click()
    expect(page.locator(".given a").first).not_to_have_attribute("href", address)
    other.go(address, 404)


def test_several_shelves_at_once_with_a_note(site: Site, visits: Visits) -> None:
    visitor = visits.begin(site.url)
    page = visitor.go("/")
    make_shelf(page, "One")
    make_shelf(page, "Two")
    page.goto(site.url + "/save?paper=2&back=/shelves")
    page.get_by_role("checkbox", name="One").check()
    page.get_by_role("checkbox", name="Two").check()
    page.get_by_label(re.compile("new one")).fill("Three")
    page.get_by_label(re.compile("note")).fill("Because $x < y$ & <b>this</b>")
    visitor.shot("26 several shelves")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(re.compile("/shelves"))
    for name in ("One", "Two", "Three"):
        page.goto(site.url + "/shelves")
        page.get_by_role("link", name=name, exact=True).click()
        expect(page.locator("article.entry")).to_have_count(1)
        expect(page.locator(".jotting")).to_contain_text("<b>this</b>")
        assert page.locator(".jotting math").count() == 1


def test_a_bibliography_comes_in(site: Site, visits: Visits) -> None:
    """A .bib file fills a shelf; its sentence says how many."""
    visitor = visits.begin(site.url)
    page = visitor.go("/")
    make_shelf(page, "From my thesis")
    bib = "@article{a, title={A paper of my own}, author={Sample, Sam}, year={2020}}\n"
    page.locator("input[type=file]").set_input_files(
        {"name": "refs.bib", "mimeType": "text/plain", "buffer": bib.encode()}
    )
    page.get_by_role("button", name="Take it in").click()
    expect(page.locator("article.entry h2")).to_have_text("A paper of my own")


def test_deleting_and_getting_it_back(site: Site, visits: Visits) -> None:
    visitor = visits.begin(site.url)
    page = visitor.go("/")
    make_shelf(page, "Short-lived")
    page.get_by_role("button", name="Delete this shelf").click()
    page.wait_for_url(re.compile("/shelves"))
    expect(page.get_by_role("link", name="Short-lived")).to_have_count(0)
    page.get_by_role("button", name="Undo").first.click()
    expect(page.get_by_role("link", name="Short-lived")).to_have_count(1)
