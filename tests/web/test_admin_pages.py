"""The operator's page: what it shows, and what can be done from it."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from invented import PAPERS, open_invented, read, text
from lab import HTTPS, MODES, Lab
from selectolax.lexbor import LexborHTMLParser as Html
from starlette.testclient import TestClient

from broadsheet.config import OPTIONS, Settings, find_origins
from broadsheet.library import Stats
from broadsheet.web.adminpages import INVITED
from broadsheet.web.adminview import (
    MASK,
    BackupLine,
    check_instance,
    find_backups,
    is_open_to_others,
    view_settings,
)
from toy import Toy

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


@pytest.fixture
def operator(lab: Lab) -> TestClient:
    return lab.client(lab.app(MODES["invite, private"]), "operator")


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The one reader of a library that knows the toy source."""
    folder = tmp_path_factory.mktemp("alone")
    with open_invented(folder, PAPERS[:3], connectors={"toy": Toy()}) as library:
        lab = Lab(library, folder)
        yield lab.client(lab.app(MODES["off on loopback"]))


def test_every_empty_list_says_what_to_do(tmp_path: Path) -> None:
    with open_invented(tmp_path, ()) as library:
        lab = Lab(library, tmp_path)
        page = read(lab.client(lab.app(MODES["off on loopback"])), "/admin")
    told = text(page, "main")
    for sentence in (
        "No source is followed yet. Add one here",
        "Nothing was asked in the last week.",
        "There is one reader, you",
        "The library is empty. Fill it",
        "None yet. A backup is one file",
    ):
        assert sentence in told


def test_a_source_is_followed_paused_resumed_and_removed(alone: TestClient) -> None:
    assert alone.post("/admin/add", data={"kind": "toy", "targets": "bees ants"}).status_code == 303
    row = text(read(alone, "/admin?said=add"), "section[aria-labelledby=sources] tbody tr")
    assert row.startswith("toy bees, ants not asked yet")
    for act, state in (("pause", "paused"), ("resume", "not asked yet")):
        answer = alone.post(f"/admin/{act}", data={"source": "toy"})
        assert answer.headers["location"] == f"/admin?said={act}"
        assert state in text(read(alone, "/admin"), "section[aria-labelledby=sources] tbody tr")
    alone.post("/admin/remove", data={"source": "toy"})
    assert not read(alone, "/admin").css("section[aria-labelledby=sources] tbody tr")


@pytest.mark.parametrize(
    ("act", "form", "status", "told"),
    [
        ("add", {"kind": "none"}, 400, "no kind of source"),
        ("add", {"kind": "toy", "targets": "b33s"}, 400, "A toy category is a word"),
        ("add", {"kind": "toy", "targets": "bees", "since": "2300-01-01"}, 400, "yet to come"),
        ("add", {"kind": "toy", "targets": "bees", "since": "soon"}, 400, "is not a day"),
        ("pause", {"source": "none"}, 404, "no source none"),
        ("role", {"reader": "you", "role": "king"}, 400, "reader or operator"),
        ("disable", {"reader": "you"}, 409, "only operator"),
        ("withdraw", {"invitation": "x"}, 400, "is a number"),
        ("withdraw", {"invitation": "7"}, 404, "no invitation 7"),
        ("invite", {}, 409, "no accounts"),
    ],
)
def test_a_mistake_is_told_where_it_was_made(
    alone: TestClient, act: str, form: dict[str, str], status: int, told: str
) -> None:
    answer = alone.post(f"/admin/{act}", data=form)
    assert answer.status_code == status and told in answer.text
    section = "sources" if act in ("add", "pause") else "readers"
    assert told in text(Html(answer.text), f"section[aria-labelledby={section}] .mistake")


def test_readers_are_seen_to(lab: Lab, operator: TestClient) -> None:
    accounts = lab.library.accounts
    operator.post("/admin/role", data={"reader": "ben", "role": "operator"})
    assert accounts.get_reader("ben").is_operator
    operator.post("/admin/role", data={"reader": "ben", "role": "reader"})
    ben = lab.client(lab.app(MODES["invite, private"]), "ben")
    assert ben.get("/account").status_code == 200
    operator.post("/admin/disable", data={"reader": "ben"})
    assert accounts.get_reader("ben").disabled and ben.get("/account").status_code == 303
    assert "closed" in text(read(operator, "/admin"), "section[aria-labelledby=readers]")
    operator.post("/admin/enable", data={"reader": "ben"})
    assert not accounts.get_reader("ben").disabled


def invited(page: Html) -> str:
    """The link of a new invitation, as the page shows it to be copied."""
    field = page.css_first(".once input.secret[autofocus][readonly]")
    return str(field.attributes["value"]) if field else ""


def test_an_invitation_is_shown_once_and_withdrawn(lab: Lab, operator: TestClient) -> None:
    for each in lab.library.accounts.get_invitations():
        lab.library.accounts.withdraw(each.id)
    form = {"note": "<b>Cat</b>", "role": "reader", "days": "3"}
    answer = operator.post("/admin/invite", data=form)
    assert answer.status_code == 303 and answer.headers["location"] == "/admin?said=invite"
    cookie = answer.headers["set-cookie"].lower()
    assert all(word in cookie for word in ("httponly", "path=/admin;", "samesite=strict"))
    shown = operator.get("/admin?said=invite")
    assert shown.headers["cache-control"] == "no-store"
    assert Html(shown.text).css_first("h1 ~ .once ~ nav") is not None  # at the top
    link = invited(Html(shown.text))
    assert link.startswith("http://127.0.0.1:8000/sign-up?code=")
    page = read(operator, "/admin?said=invite")
    assert not page.css("input.secret") and link.partition("=")[2] not in (page.html or "")
    (open_one,) = lab.library.accounts.get_invitations()
    assert open_one.note == "<b>Cat</b>" and (open_one.expires_at - open_one.made_at).days == 3
    operator.post("/admin/withdraw", data={"invitation": str(open_one.id)})
    assert not lab.library.accounts.get_invitations()


def test_a_link_leads_to_where_readers_come(lab: Lab) -> None:
    """Not to whatever host the request names. Break: go by the Host header where `url` is set."""
    app = lab.app(replace(MODES["invite, private"], url=HTTPS))
    operator = lab.client(app, "operator", address=HTTPS)
    here = {"Host": "127.0.0.1:8000"}
    assert (
        "secure"
        in operator.post("/admin/invite", data={}, headers=here).headers["set-cookie"].lower()
    )
    page = read(operator, "/admin")
    assert invited(page).startswith(f"{HTTPS}/sign-up?code=")


def test_no_cookie_of_others_is_shown_as_an_invitation(lab: Lab) -> None:
    """Nor a notice that is ours. Break: show the code without opening its seal."""
    sealed = lab.library.journal.seal(lab.readers["operator"], "All is well.")
    for planted in ("x", f"{'A' * 27}{INVITED}.x", sealed):
        operator = lab.client(lab.app(MODES["invite, private"]), "operator")
        operator.cookies.set(INVITED, planted)
        assert not read(operator, "/admin").css("input.secret"), planted


def test_a_backup_is_made_for_its_owner_only(lab: Lab, operator: TestClient) -> None:
    assert operator.post("/admin/backup").headers["location"] == "/admin?said=backup"
    (line,) = find_backups(lab.folder / "backups")
    assert line.name == "broadsheet-2026-03-01T080000Z.db" and line.size > 10_000
    path = lab.folder / "backups" / line.name
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert line.name in text(read(operator, "/admin"), "section[aria-labelledby=backups]")
    assert operator.post("/admin/backup").status_code == 409


def test_no_secret_is_on_the_page(lab: Lab) -> None:
    """Break: print settings as they are."""
    settings = replace(
        MODES["invite, private"], semanticscholar_key="s3cr3t", openalex_key="0th3r", contact="me"
    )
    page = read(lab.client(lab.app(settings), "operator"), "/admin").html or ""
    assert "s3cr3t" not in page and "0th3r" not in page and MASK in page
    assert not any(secret in page for secret in lab.secrets.values())
    for option in OPTIONS:
        assert f"<code>{option.name}</code>" in page


def test_a_setting_is_shown_with_its_origin(lab: Lab) -> None:
    settings = Settings(lab.folder)
    origins = find_origins(settings, {})
    assert [line.name for line in view_settings(settings, origins)] == [o.name for o in OPTIONS]
    assert {line.origin for line in view_settings(settings, origins)} == {"default"}


STATS = Stats(5, 7, 1000, {}, index_works=5, index_behind=0)


def amiss(settings: Settings, stats: Stats = STATS, **given: object) -> list[str]:
    """What an operator is told to see to."""
    about: dict[str, object] = {
        "followed": False,
        "backups": [BackupLine("a.db", 1, NOW)],
        "now": NOW,
        "sqlite": (3, 51, 3),
        **given,
    }
    checks = check_instance(settings, stats, **about)  # type: ignore[arg-type]
    return [check.told for check in checks if not check.fine]


def test_what_an_operator_should_know() -> None:
    fine = Settings(Path("unused"))
    assert amiss(fine) == []
    assert "plain http" in amiss(replace(fine, host="0.0.0.0"))[0]
    assert amiss(replace(fine, host="0.0.0.0", url=HTTPS)) == []
    assert "`contact`" in amiss(fine, followed=True)[0]
    assert amiss(replace(fine, contact="me"), followed=True) == []
    assert "3 changes behind" in amiss(fine, replace(STATS, index_behind=3))[0]
    assert "index rebuild" in amiss(fine, replace(STATS, index_works=0))[0]
    assert "no backup" in amiss(fine, backups=[])[0]
    for settings in (fine, replace(fine, sign_in="invite"), replace(fine, library=Path("un used"))):
        command = "`chmod 700 'un used'`" if " " in str(settings.library) else "`chmod 700 unused`"
        assert amiss(settings, exposed=True)[0].endswith(f"library: {command}")
    old = [BackupLine("a.db", 1, NOW - timedelta(days=9))]
    assert "9 days old" in amiss(fine, backups=old)[0]


def test_a_folder_that_others_can_read_is_seen(tmp_path: Path) -> None:
    for mode, exposed in ((0o755, True), (0o700, False), (0o750, False)):
        tmp_path.chmod(mode)
        assert is_open_to_others(tmp_path) is exposed
    tmp_path.chmod(0o700)


@pytest.mark.parametrize(
    ("version", "faulty"),
    [
        ((3, 40, 1), True),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
        ((3, 50, 7), False),
        ((3, 44, 6), False),
        ((3, 44, 5), True),
    ],
)
def test_a_sqlite_that_has_a_fault_is_named(version: tuple[int, ...], faulty: bool) -> None:
    checks = check_instance(
        Settings(Path("unused")), STATS, followed=False, backups=[], now=NOW, sqlite=version
    )
    assert ("only one ever does" in checks[-1].told) is faulty
