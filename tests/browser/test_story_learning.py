"""A shelf that learns: started, taught, steered, looked into; with script and without."""

from __future__ import annotations

import re

import pytest
from accessible import judge, prepare
from chromium import NARROW, Visits
from playwright.sync_api import Page, expect

from served import Site

PASTED = "2308.03296\nWhen Does Label Smoothing Help?\nCommunication-Efficient Learning"


NAMES = (f"Smooth targets {number}" for number in range(1, 99))


def start(page: Page, site: Site) -> str:
    """Start a shelf from pasted papers; the address of what is new for it."""
    name = next(NAMES)
    page.goto(site.url + "/start")
    page.get_by_label("What to call it").fill(name)
    page.get_by_label(re.compile("One a line: arXiv")).fill(PASTED)
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_url(re.compile("/yours|/new"))
    page.goto(site.url + "/shelves")
    shelf = page.get_by_role("link", name=name, exact=True).get_attribute("href")
    return f"{site.url}{shelf}/new"


@pytest.mark.parametrize("script", [True, False])
def test_from_nothing_to_a_first_edition(fresh_site: Site, visits: Visits, script: bool) -> None:
    """Three papers pasted; the edition that comes of it says why each paper is there. There is no
    other shelf, which would have taken the papers."""
    visitor = visits.begin(fresh_site.url, script=script)
    page = visitor.go("/shelves")
    page.locator("main a[href='/start']").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Start a shelf")
    assert page.locator("input[name=paper]").count() >= 12
    visitor.shot(f"30 start {script}")
    name = f"First {script}"
    page.get_by_label("What to call it").fill(name)
    page.get_by_label(re.compile("One a line: arXiv")).fill(PASTED)
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_url(re.compile("/yours"))
    expect(page.locator(".said")).to_contain_text(f"Put 2 papers on {name}")
    section = page.locator("section.part", has_text=f"Near “{name}”")
    reason = section.locator(".entry .reason").first
    expect(reason).to_have_text(re.compile("^Near “.*which you saved"))
    visitor.shot(f"31 first edition {script}")
    page.goto(start(page, fresh_site))
    reason = page.locator(".entry .reason").first
    expect(reason).to_contain_text("which you saved")
    page.locator(".entry .why summary").first.click()
    expect(page.locator(".entry .why table").first).to_be_visible()


def test_answers_with_script(site: Site, visits: Visits) -> None:
    """The row changes at once, a toast takes it back, "Rank again" ranks again; keys do the same.

    Break: leave `settle` out of acts.js: a like stays pressed beside a "not for me".
    """
    visitor = visits.begin(site.url)
    page = visitor.page
    new = start(page, site)
    page.goto(new)
    entry = page.locator(".entry").first
    like, dislike = (entry.locator(f"button[data-act={act}]") for act in ("like", "dislike"))
    again = page.locator("[data-again]")
    expect(again).to_be_hidden()
    like.click()
    expect(like).to_have_attribute("aria-pressed", "true")
    expect(like).to_have_text("Liked")
    expect(page.locator("#toast")).to_contain_text("is to your liking")
    expect(again).to_be_visible()
    dislike.click()
    expect(like).to_have_attribute("aria-pressed", "false")
    expect(dislike).to_have_attribute("aria-pressed", "true")
    page.locator("#toast").get_by_role("button", name="Undo").click()
    expect(like).to_have_attribute("aria-pressed", "true")
    expect(dislike).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("j")
    page.keyboard.press("y")
    expect(like).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("n")
    expect(dislike).to_have_attribute("aria-pressed", "true")
    visitor.shot("32 answered")
    number = entry.get_attribute("data-paper")
    again.get_by_role("link").click()
    expect(page.locator(f".entry[data-paper='{number}']")).to_have_count(0)


@pytest.mark.parametrize("script", [True, False])
def test_a_papers_own_page_teaches_any_shelf(site: Site, visits: Visits, script: bool) -> None:
    """Each has its own pair of buttons. Break: let `twins` in acts.js not ask for the value."""
    visitor = visits.begin(site.url, script=script)
    page = visitor.page
    for _ in range(2):
        page.goto(start(page, site))
    page.locator(".entry h2 a").first.click()
    rows = page.locator(".teach")
    like, other = rows.nth(0).locator("[data-act=like]"), rows.nth(1).locator("[data-act=like]")
    like.click()
    expect(like).to_have_text("Liked")
    page.locator(".teaching summary").click()
    expect(other).to_have_text("Like")
    rows.nth(1).locator("[data-act=dislike]").click()
    expect(rows.nth(1).locator("[data-act=dislike]")).to_have_attribute("aria-pressed", "true")
    expect(like).to_have_text("Liked")
    visitor.shot(f"35 taught {script}")
    undo = page.locator("#toast" if script else ".said").get_by_role("button", name="Undo")
    undo.click()
    expect(rows.nth(1).locator("[data-act=dislike]")).to_have_attribute("aria-pressed", "false")
    expect(like).to_have_text("Liked")


def test_hiding_with_script(site: Site, visits: Visits) -> None:
    visitor = visits.begin(site.url)
    page = visitor.page
    page.goto(start(page, site))
    entry = page.locator(".entry").first
    entry.locator("button[data-act=hide]").click()
    expect(entry.locator(".excerpt")).to_be_hidden()
    page.keyboard.press("z")
    expect(entry.locator(".excerpt")).to_be_visible()
    expect(entry.locator("button[data-act=hide]")).to_have_text("Hide")


def test_saving_goes_to_the_shelf_that_asks(site: Site, visits: Visits) -> None:
    """Whichever shelf was used last. Break: let `aim` in acts.js change every button."""
    visitor = visits.begin(site.url)
    page = visitor.page
    new = start(page, site)
    page.goto(site.url + "/shelves")
    page.get_by_label(re.compile("^Name")).fill("Used last")
    page.get_by_role("button", name="Make it").click()
    page.goto(new)
    page.locator(".entry a[data-shelve]").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("checkbox", name="Used last").check()
    dialog.get_by_role("button", name="Save").click()
    expect(page.locator("#toast")).to_contain_text("Used last")
    page.locator(".entry button[data-act=save]").nth(1).click()
    expect(page.locator("#toast")).to_contain_text("to Smooth targets")


@pytest.mark.parametrize("script", [True, False])
def test_steered_and_looked_into(site: Site, visits: Visits, script: bool) -> None:
    visitor = visits.begin(site.url, script=script, width=NARROW)
    page = visitor.page
    page.goto(start(page, site))
    page.get_by_role("link", name="Steer", exact=True).click()
    expect(page.locator("#sure ~ p")).to_contain_text("Not enough yet: ")
    page.get_by_label("Papers a day, at most").fill("2")
    page.get_by_label("A little: one place in ten").check()
    page.get_by_label("Categories: never").fill("cs.CV")
    page.get_by_role("button", name="Keep").click()
    expect(page.locator(".said").first).to_contain_text("Smooth targets")
    expect(page.get_by_label("Categories: never")).to_have_value("cs.CV")
    visitor.shot(f"33 steered {script}")
    page.get_by_role("button", name="Mute it for a week").click()
    expect(page.locator(".page .said")).to_contain_text("It is mute until")
    page.get_by_role("button", name="Let it speak again").click()
    page.get_by_role("link", name="Under the hood").click()
    page.get_by_role("link", name=re.compile("What would change")).first.click()
    expect(page.locator("#effect .moves li").first).to_be_visible()
    visitor.shot(f"34 under the hood {script}")
    page.get_by_role("button", name="Take it off this shelf").click()
    expect(page.locator(".lessons tbody tr")).to_have_count(1)
    page.locator(".said").get_by_role("button", name="Undo").click()
    expect(page.locator(".lessons tbody tr")).to_have_count(2)


def test_a_ranking_without_script_is_new_after_each_answer(site: Site, visits: Visits) -> None:
    visitor = visits.begin(site.url, script=False)
    page = visitor.page
    page.goto(start(page, site))
    entry = page.locator(".entry").first
    number = entry.get_attribute("data-paper")
    entry.get_by_role("button", name="Not for me").click()
    expect(page.locator(".said")).to_contain_text("is not for it")
    expect(page.locator(f".entry[data-paper='{number}']")).to_have_count(0)
    page.locator(".said").get_by_role("button", name="Undo").click()
    expect(page.locator(f".entry[data-paper='{number}']")).to_have_count(1)


def test_pages_of_a_shelf_that_has_learned_are_accessible(site: Site, visits: Visits) -> None:
    """With every kind of lesson and a pressed button on them."""
    visitor = visits.begin(site.url, policed=False)
    page = visitor.page
    new = start(page, site)
    page.goto(new)
    for place, act in enumerate(("like", "dislike", "hide")):
        button = page.locator(f".entry button[data-act={act}]").nth(place)
        button.click()
        expect(button).to_have_attribute("aria-pressed", "true")
    base = new.removesuffix("/new")
    for address in ("", f"{base}/hood", f"{base}/steer", f"{base}/trial", f"{base}/review?q=bias"):
        if address:
            page.goto(address)
        prepare(page)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert judge(page)[0] == [], (address, scheme)
