"""Small acts with script: what changes at once, what is undone, and what is never lost."""

from __future__ import annotations

from pathlib import Path

from chromium import Visits
from playwright.sync_api import Locator, Page, Route, expect

from broadsheet.config import Settings
from broadsheet.wiring import open_library
from served import Site, copy_library, serving


def press_save(page: Page, number: int) -> Locator:
    """Save a paper of a list by its button; returns the paper."""
    entry = page.locator(f'article.entry[data-paper="{number}"]').first
    entry.locator('button[data-act="save"]').click()
    return entry


def numbers(page: Page) -> list[int]:
    return [
        int(each.get_attribute("data-paper") or 0) for each in page.locator("article.entry").all()
    ]


def test_what_is_saved_can_be_marked_as_read_at_once(fresh_site: Site, visits: Visits) -> None:
    """And what is saved anew is unread. Break: leave `offerReading` out of `change`."""
    page = visits.begin(fresh_site.url).go("/search?q=fairness")
    number = numbers(page)[0]
    read = page.locator(f'article.entry[data-paper="{number}"] button[data-act="read"]').first
    expect(read).to_be_hidden()
    press_save(page, number)
    expect(read).to_be_visible()
    page.keyboard.press("m")
    expect(read).to_have_attribute("aria-pressed", "true")
    press_save(page, number)
    expect(read).to_be_hidden()
    expect(page.locator("#toast button")).to_be_visible()
    page.keyboard.press("z")
    expect(read).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#toast")).to_contain_text("is back on")
    press_save(page, number)
    expect(page.locator("#toast")).to_contain_text("Took")
    press_save(page, number)
    expect(read).to_have_attribute("aria-pressed", "false")


def test_a_second_press_is_not_lost_while_the_first_is_on_its_way(
    fresh_site: Site, visits: Visits
) -> None:
    """Each press counts, in order, and the page ends as the library does.

    Break: let `act` return where `before` is set.
    """
    page = visits.begin(fresh_site.url).go("/search?q=fairness")
    number = numbers(page)[0]
    held: list[Route] = []
    page.route("**/act/save", lambda route: held.append(route))
    save = press_save(page, number).locator('button[data-act="save"]')
    page.keyboard.press("m")  # its own paper's next act, while that is on its way
    upvote = save.locator("xpath=..").locator('button[data-act="upvote"]')
    for _ in range(3):
        upvote.click()
    press_save(page, number)
    page.wait_for_timeout(200)
    assert len(held) == 1
    held[0].continue_()
    expect(page.locator("#toast")).to_contain_text("Took")
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    expect(save).to_have_attribute("aria-pressed", "false")
    expect(upvote).to_have_attribute("aria-pressed", "true")
    page.unroute("**/act/save")
    page.reload()
    expect(save).to_have_attribute("aria-pressed", "false")
    expect(upvote).to_have_attribute("aria-pressed", "true")


def test_undo_waits_for_what_is_on_its_way(fresh_site: Site, visits: Visits) -> None:
    """Break: let `undoLast` not wait for `running`; the first save is undone then."""
    page = visits.begin(fresh_site.url).go("/search?q=fairness")
    first, second, third = numbers(page)[:3]
    saved = press_save(page, first)
    expect(page.locator("#toast")).to_contain_text("Saved")
    held: list[Route] = []
    page.route("**/act/save", lambda route: held.append(route))
    entries = [press_save(page, number) for number in (second, third)]
    page.keyboard.press("z")
    page.wait_for_timeout(200)
    assert len(held) == 2 and saved.locator('[aria-pressed="true"]').count() == 1
    for route in reversed(held):  # answered the other way round
        route.continue_()
    expect(page.locator("#toast")).to_contain_text("again")
    pressed = [each.locator('button[data-act="save"]') for each in (saved, *entries)]
    for button, on in zip(pressed, ("true", "true", "false"), strict=True):
        expect(button).to_have_attribute("aria-pressed", on)
    page.unroute("**/act/save")
    page.reload()
    for button, on in zip(pressed, ("true", "true", "false"), strict=True):
        expect(button).to_have_attribute("aria-pressed", on)


def test_an_act_that_fails_leaves_nothing_to_undo(fresh_site: Site, visits: Visits) -> None:
    """What was done before is not undone in its place. Break: keep `last` where an act fails."""
    page = visits.begin(fresh_site.url).go("/search?q=fairness")
    first, second = numbers(page)[:2]
    saved = press_save(page, first)
    expect(page.locator("#toast")).to_contain_text("Saved")
    page.route("**/act/save", lambda route: route.abort())
    failed = press_save(page, second)
    expect(page.locator("#toast")).to_contain_text("cannot be reached")
    expect(failed.locator('button[data-act="save"]')).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("z")
    page.wait_for_timeout(200)
    expect(saved.locator('button[data-act="save"]')).to_have_attribute("aria-pressed", "true")


KEPT_ALIVE = """
const real = window.fetch;
window.fetch = (way, how) => {
  (window.asked ||= []).push(Boolean(how?.keepalive));
  return real(way, how);
};
"""


def test_an_act_outlives_its_page(fresh_site: Site, visits: Visits) -> None:
    """Who leaves at once has done it all the same. Break: send without `keepalive`."""
    page = visits.begin(fresh_site.url).page
    page.add_init_script(KEPT_ALIVE)
    page.goto(fresh_site.url + "/search?q=fairness")
    number = numbers(page)[0]
    press_save(page, number)
    page.goto(fresh_site.url + f"/paper/{number}")
    save = page.locator('button[data-act="save"]').first
    for _ in range(20):
        page.wait_for_timeout(300)
        page.reload()
        if save.get_attribute("aria-pressed") == "true":
            break
    expect(save).to_have_attribute("aria-pressed", "true")
    page.locator('button[data-act="upvote"]').first.click()
    expect(page.locator("#toast")).to_be_visible()
    assert page.evaluate("window.asked") == [True]


def test_a_bare_address_of_a_comment_lands(demo_made: Path, tmp_path: Path, visits: Visits) -> None:
    """Also where the comment stands on a later page of its thread. Break: take the last lines of
    acts.js away."""
    folder = copy_library(demo_made, tmp_path / "demo")
    with open_library(Settings(library=folder)) as library:
        you = library.accounts.alone()
        said = [library.community.comment(you, 3, f"word {n}").target for n in range(70)]
    with serving(folder) as site:
        visitor = visits.begin(site.url)
        page = visitor.go(f"/paper/3#comment-{said[-1]}")
        expect(page.locator(f"#comment-{said[-1]}")).to_be_in_viewport()
        expect(page.locator(f"#comment-{said[0]}")).to_have_count(0)
        page.get_by_role("link", name="Show earlier comments").click()
        expect(page.locator(f"#comment-{said[0]}")).to_be_in_viewport()
        plain = visits.begin(site.url, script=False)
        page = plain.go(f"/paper/3?comment={said[-1]}#comment-{said[-1]}")
        expect(page.locator(f"#comment-{said[-1]}")).to_be_in_viewport()
