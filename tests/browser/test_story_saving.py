"""With script: choosing the shelves of a paper, a note beside it, and taking acts back in order."""

from __future__ import annotations

import re

import pytest
from chromium import Visits
from playwright.sync_api import Locator, Page, expect

from broadsheet.config import Settings
from broadsheet.wiring import open_library
from served import Site

FOUND = "/search?q=fairness"
NOTE = "see $x < y$ & <b>this</b>"


def first(page: Page) -> Locator:
    return page.locator("article.entry").first


def button(paper: Locator) -> Locator:
    return paper.locator("button[data-act=save]")


def shelves_of(paper: Locator) -> Locator:
    return paper.locator("a[data-shelve]")


def read_by(paper: Locator) -> Locator:
    return paper.locator("button[data-act=read]")


def told(page: Page, words: str) -> None:
    expect(page.locator("#toast")).to_contain_text(words)


def choose(page: Page, paper: Locator, *names: str, note: str | None = None) -> None:
    """Open the dialog, leave just these shelves ticked, and save."""
    shelves_of(paper).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    for box in dialog.get_by_role("checkbox").all():
        box.uncheck()
    for name in names:
        dialog.get_by_role("checkbox", name=name).check()
    if note is not None:
        dialog.get_by_label(re.compile("note")).fill(note)
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)


@pytest.fixture
def home(fresh_site: Site) -> Site:
    """A site whose reader has two shelves; One was used last."""
    with open_library(Settings(library=fresh_site.folder)) as library:
        you = library.accounts.alone()
        for name in ("Two", "One"):
            library.shelves.make(you, name)
    return fresh_site


def test_acts_are_taken_back_one_after_the_other(home: Site, visits: Visits) -> None:
    """Also where the keys are pressed faster than we answer.

    Break: let `undoLast` forget all acts but the last.
    """
    page = visits.begin(home.url).go(FOUND)
    page.keyboard.press("j")
    for at_once in (False, True):
        for key, words in (("s", "Saved"), ("m", "Marked")):
            page.keyboard.press(key)
            if not at_once:
                told(page, words)
        expect(read_by(first(page))).to_have_attribute("aria-pressed", "true")
        page.keyboard.press("z")
        if not at_once:
            told(page, "is as it was")
            expect(read_by(first(page))).to_have_attribute("aria-pressed", "false")
            expect(button(first(page))).to_have_attribute("aria-pressed", "true")
        page.keyboard.press("z")
        told(page, "off One again")
        expect(button(first(page))).to_have_attribute("aria-pressed", "false")
        page.keyboard.press("z")
        told(page, "nothing more to take back")
    page.reload()
    expect(button(first(page))).to_have_attribute("aria-pressed", "false")


def test_undo_pressed_twice_at_once_undoes_one_act(home: Site, visits: Visits) -> None:
    """Break: let `undoing` leave the button of the toast in its place."""
    page = visits.begin(home.url).go(FOUND)
    papers = page.locator("article.entry")
    for n in (0, 1):
        button(papers.nth(n)).click()
        expect(button(papers.nth(n))).not_to_have_attribute("aria-busy", "true")
    page.locator("#toast button").dblclick()
    expect(button(papers.nth(1))).to_have_attribute("aria-pressed", "false")
    page.wait_for_timeout(200)
    expect(button(papers.nth(0))).to_have_attribute("aria-pressed", "true")


def test_choosing_shelves_shows_and_can_be_undone(home: Site, visits: Visits) -> None:
    """Break: take the standing out of the answers, or leave `undo` out of `openShelves`."""
    page = visits.begin(home.url).go(FOUND)
    paper = first(page)
    choose(page, paper, "One", "Two")
    expect(shelves_of(paper)).to_have_text(re.compile("^(One, Two|Two, One)$"))
    expect(button(paper)).to_have_attribute("aria-pressed", "true")
    choose(page, paper, "Two")
    expect(shelves_of(paper)).to_have_text("Two")
    page.locator("#toast").get_by_role("button", name="Undo").click()
    expect(shelves_of(paper)).to_have_text(re.compile("One"))
    page.keyboard.press("z")
    expect(shelves_of(paper)).to_have_text("Shelves …")
    expect(button(paper)).to_have_attribute("aria-pressed", "false")
    expect(read_by(paper)).to_be_hidden()
    page.reload()
    expect(shelves_of(paper)).to_have_text("Shelves …")


def test_a_press_takes_a_paper_off_no_other_shelf(home: Site, visits: Visits) -> None:
    """Break: let `show` give the button /act/unsave whatever shelves are named beside it."""
    page = visits.begin(home.url).go(FOUND)
    paper, other = first(page), page.locator("article.entry").nth(1)
    expect(button(paper)).to_have_attribute("title", "Save to One")
    button(paper).click()
    told(page, "to One")
    expect(shelves_of(paper)).to_have_text("One")
    expect(button(paper)).to_have_attribute("title", "Take it off One")
    choose(page, other, "Two")
    told(page, "to Two")
    expect(button(other)).to_have_attribute("title", "Take it off Two")
    expect(button(page.locator("article.entry").nth(2))).to_have_attribute("title", "Save to Two")
    button(paper).focus()
    page.keyboard.press("s")  # it is on One, and Two is where it would be saved to
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("checkbox", name="One")).to_be_checked()
    dialog.get_by_role("button", name="Cancel").click()
    button(other).click()
    told(page, "off Two")
    page.reload()
    expect(shelves_of(paper)).to_have_text("One")
    expect(button(other)).to_have_attribute("aria-pressed", "false")
    button(other).click()
    told(page, "to Two")


def test_a_note_is_written_changed_and_taken_away(home: Site, visits: Visits) -> None:
    """It is seen on the paper's page and on the shelf. Break: leave the box out of the dialog, or
    the note out of what it is made from."""
    visitor = visits.begin(home.url)
    page = visitor.go(FOUND)
    number = first(page).get_attribute("data-paper")
    choose(page, first(page), "One", note=NOTE)
    told(page, "Saved")
    page = visitor.go(f"/paper/{number}")
    paper, note = page.locator("article.paper"), page.locator("article.paper .jotting")
    expect(note).to_contain_text("<b>this</b>")
    expect(note.locator("math")).to_have_count(1)
    shelves_of(paper).click()
    box = page.get_by_role("dialog").get_by_label(re.compile("note"))
    expect(box).to_have_value(NOTE)
    visitor.shot("27 a note in the dialog")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    told(page, "as it was")
    expect(note.locator("math")).to_have_count(1)
    choose(page, paper, "One", note="")
    told(page, "Took your note off")
    expect(note).to_be_hidden()
    page.keyboard.press("z")
    expect(note).to_contain_text(NOTE)
    page.goto(f"{home.url}/shelves")
    page.get_by_role("link", name="One", exact=True).click()
    expect(page.locator(".jotting")).to_contain_text("<b>this</b>")
    choose(page, first(page), "One", note="other words")
    expect(page.locator(".jotting")).to_have_text("other words")


def test_a_note_that_could_not_be_kept_stays_in_the_form(home: Site, visits: Visits) -> None:
    """Break: close the dialog before the answer is there."""
    page = visits.begin(home.url).go(FOUND)
    shelves_of(first(page)).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(re.compile("note")).fill(NOTE)
    page.route("**/act/shelve", lambda route: route.abort())
    dialog.get_by_role("checkbox", name="One").check()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("cannot be reached")
    expect(dialog.get_by_label(re.compile("note"))).to_have_value(NOTE)
    page.unroute("**/act/shelve")
    dialog.get_by_role("button", name="Save").click()
    expect(shelves_of(first(page))).to_have_text("One")
