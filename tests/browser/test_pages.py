"""Every page there is: accessible, and never wider than the screen, in light and dark.

The addresses come from the application's own table of doors; a door without an example fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from accessible import is_too_wide, judge, prepare
from chromium import NARROW, NARROWEST, WIDE, Visitor, Visits
from doors import EXAMPLES, MISSING, MISTAKES, fill, list_doors
from furnished import Furnished, furnish

from broadsheet.config import Settings
from broadsheet.people import Role
from broadsheet.wiring import open_library
from served import Site, copy_library, serving

Tell = Callable[[str], None]
PASSWORD = "a long enough sentence"


@dataclass(frozen=True)
class Home:
    """A furnished library, served to its one reader and with accounts."""

    alone: Site
    accounts: Site
    made: Furnished
    invitation: str


@pytest.fixture(scope="module")
def home(demo_made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    folder = copy_library(demo_made, tmp_path_factory.mktemp("home") / "demo")
    made = furnish(folder)
    with open_library(Settings(library=folder)) as library:
        operator = library.accounts.add("olga", PASSWORD, role=Role.OPERATOR)
        code = library.accounts.invite(operator, note="for somebody")
        library.accounts.make_key(operator, "a script")
    with serving(folder) as alone, serving(folder, sign_in="invite") as accounts:
        yield Home(alone, accounts, made, code)


@pytest.fixture(scope="module")
def addresses(home: Home) -> list[tuple[str, int | None]]:
    """What is to be opened, each with the status that it must have."""
    told = [(each, None if each in MISSING else 200) for each in fill(home.made)]
    return [*told, *MISTAKES.items()]


def look(visitor: Visitor, address: str, status: int | None) -> tuple[list[str], int]:
    """What is wrong with a page, and how many judgements found nothing amiss."""
    answer = visitor.context.request.get(visitor.origin + address)
    if status is not None and answer.status != status:
        return [f"{address}: {answer.status}"], 0
    if not answer.headers["content-type"].startswith("text/html"):
        return [], 0
    page = visitor.page
    page.goto(visitor.origin + address)
    prepare(page)
    wrong, judged = [], 0
    for width in (NARROWEST, NARROW, WIDE):
        page.set_viewport_size({"width": width, "height": 800})
        if is_too_wide(page):
            wrong.append(f"{address} scrolls sideways at {width} px")
        for scheme in ("light", "dark") if width != NARROWEST else ():
            page.emulate_media(color_scheme=scheme)
            found, advised, passes = judge(page)
            wrong += [f"{address} at {width} px, {scheme}: {each}" for each in found]
            judged += passes
            if advised and width == WIDE and scheme == "light":
                print(f"\nadvice for {address}: " + "\n  ".join(advised))
    return wrong, judged


def look_at_all(visitor: Visitor, told: list[tuple[str, int | None]], tell: Tell) -> None:
    """Fails with everything that is wrong on any of these pages."""
    wrong: list[str] = []
    total = 0
    for address, status in told:
        found, judged = look(visitor, address, status)
        wrong += found
        total += judged
    tell(f"{len(told)} addresses, {total} rules of axe-core found nothing amiss")
    assert not wrong, f"{len(wrong)} in all:\n" + "\n".join(wrong[:60])


def test_every_door_has_an_example(tmp_path: Path) -> None:
    """Break: add a door without an example in doors.py."""
    doors = {door.path for door in list_doors(tmp_path / "empty") if door.method == "GET"}
    assert doors == set(EXAMPLES)


def test_no_door_stands_twice(tmp_path: Path) -> None:
    doors = [(door.method, door.path) for door in list_doors(tmp_path / "empty")]
    assert len(doors) == len(set(doors))


@pytest.mark.parametrize("part", range(4))
def test_pages(
    home: Home, addresses: list[tuple[str, int | None]], visits: Visits, tell: Tell, part: int
) -> None:
    """axe-core finds nothing, at two widths and in both themes; nothing scrolls sideways at three.

    Break: a grey of 3:1, a field without its label, a table that does not wrap.
    """
    look_at_all(visits.begin(home.alone.url, policed=False), addresses[part::4], tell)


def test_pages_of_accounts(home: Home, visits: Visits, tell: Tell) -> None:
    """Those that look different where people sign in."""
    visitor = visits.begin(home.accounts.url, policed=False)
    page = visitor.go("/sign-in")
    sign_up: tuple[str, int | None] = (f"/sign-up?code={home.invitation}", 200)
    look_at_all(visitor, [("/sign-in", 200), ("/sign-up", 200), sign_up], tell)
    page = visitor.go("/sign-in")
    page.get_by_label("Name").fill("olga")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url(home.accounts.url + "/")
    pages = ["/account", "/account/mail", "/account/delete", "/admin"]
    pages += ["/", "/shelves", "/yours", "/reader/you"]
    look_at_all(visitor, [(each, 200) for each in pages], tell)
