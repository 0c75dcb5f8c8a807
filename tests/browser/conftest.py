"""A browser, sites to visit, and visitors. Without Chromium these tests are skipped, and say so."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from chromium import Visits, find_chromium, open_browser
from playwright.sync_api import Browser

from served import Site, copy_library, make_demo, serving

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
Tell = Callable[[str], None]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever lies in this folder needs a browser, unless it says so itself."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What the sweeps counted, for docs/reliability.md."""
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for name, value in report.user_properties:
                if name == "told":
                    terminalreporter.write_line(f"{report.nodeid.rpartition('/')[2]}: {value}")


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Tell:
    """Takes a sentence of counts, which is shown when all tests have ended."""
    return lambda sentence: record_property("told", sentence)


@pytest.fixture(scope="session")
def shots() -> Path:
    """Where pictures of the pages go: $BROADSHEET_SHOTS, or a folder that git ignores."""
    return Path(os.environ.get("BROADSHEET_SHOTS") or ROOT / ".bench" / "shots")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium without a screen."""
    program = find_chromium()
    if program is None:
        pytest.skip("there is no Chromium: install it, or name it in $CHROMIUM")
    with open_browser(program) as browser:
        yield browser


@pytest.fixture
def visits(browser: Browser, shots: Path) -> Iterator[Visits]:
    """Visitors of a test; when it ends, nothing bad may have happened to any of them."""
    visits = Visits(browser, shots)
    try:
        yield visits
    finally:
        visits.end()


@pytest.fixture(scope="session")
def demo_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo library, to be copied."""
    return make_demo(tmp_path_factory.mktemp("made") / "demo")


@pytest.fixture(scope="module")
def site(demo_made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demo library, served to the tests of one file."""
    with serving(copy_library(demo_made, tmp_path_factory.mktemp("site") / "demo")) as site:
        yield site


@pytest.fixture
def fresh_site(demo_made: Path, tmp_path: Path) -> Iterator[Site]:
    """The demo library, served to one test alone."""
    with serving(copy_library(demo_made, tmp_path / "demo")) as site:
        yield site
