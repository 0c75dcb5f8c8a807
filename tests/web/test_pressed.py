"""What attackers have tried at the doors: guesses in disguise, keys and addresses that outlive
their makers, a proxy that says nothing of itself, another's name, a closed account's links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from invented import ADDRESS, read, text
from lab import HTTPS, MODES, PASSWORD, Boundless, Lab, open_lab
from selectolax.lexbor import LexborHTMLParser as Html

from broadsheet.accounts import NO_ENTRY
from broadsheet.config import Settings
from broadsheet.errors import ConfigError, InvalidInputError
from broadsheet.people import Reader, Sharing
from broadsheet.web import serve
from broadsheet.web.limits import RATES, Limits
from effort import takes_less_than
from queries import counting

PRIVATE = MODES["invite, private"]
MARKS = "\u0301\u0328" * 15_500


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    lab = open_lab(tmp_path)
    with lab.library:
        yield lab


# --- Guessing -----------------------------------------------------------------------------------


class PerName(Boundless):
    """Limits that count guesses at a name, and nothing else."""

    def take(self, budget: str, who: str) -> None:
        """Only what is asked of one name."""
        if budget == "sign-in name":
            Limits.take(self, budget, who)


def test_a_name_in_disguise_is_the_same_name(lab: Lab) -> None:
    """However it is spelled, there are so many guesses at it. Break: know a name by `casefold` in
    `sign_in`, or cut it to another length than the store does."""
    client = lab.client(lab.app(PRIVATE, PerName(lambda: 0.0)))
    spellings = ["ada", "ADA", "ａda", "aｄa", "𝐚da", "𝖆𝖉𝖆", "ⓐda", " ada ", "Ⓐⓓⓐ", "ªda"]
    told = [
        client.post("/sign-in", data={"name": spellings[n % 10], "password": "x"}).status_code
        for n in range(RATES["sign-in name"].burst + 20)
    ]
    assert told.count(400) == RATES["sign-in name"].burst and set(told) == {400, 429}


@pytest.mark.parametrize("field", ["name", "password"])
def test_a_long_form_is_refused_at_once(lab: Lab, field: str) -> None:
    """It took ten seconds, in which nothing else was answered. Break: normalise what was sent
    before its length is looked at."""
    client = lab.client(lab.app(PRIVATE))
    form = {"name": "ada", "password": "x" * 9, field: "a" + MARKS}
    answer = client.post("/sign-in", files={key: (None, to) for key, to in form.items()})
    assert answer.status_code == 400 and NO_ENTRY in answer.text

    def sign_in() -> None:
        with pytest.raises(InvalidInputError, match="do not belong together"):
            lab.library.accounts.sign_in(form["name"], form["password"], "")

    assert takes_less_than(1, sign_in)


# --- Keys and addresses -------------------------------------------------------------------------


def test_a_key_is_made_with_the_password(lab: Lab) -> None:
    """Break: make keys for whoever holds the browser."""
    ada = lab.client(lab.app(PRIVATE), "ada")
    before = len(lab.library.accounts.get_keys(lab.readers["ada"]))
    for form in ({}, {"password": "a guess of mine"}):
        answer = ada.post("/account/keys", data={"label": "thief", **form})
        assert answer.status_code == 400
        assert "not your password" in text(Html(answer.text), ".mistake")
    assert len(lab.library.accounts.get_keys(lab.readers["ada"])) == before


def furnish(lab: Lab, name: str) -> tuple[Reader, dict[str, str]]:
    """A reader with something to share; the addresses of it."""
    library, reader = lab.library, lab.readers[name]
    shelf = library.shelves.make(reader, "Lamps").target
    library.shelves.save(reader, 1, [shelf], "see $x$")
    library.shelves.change(reader, shelf, sharing=Sharing.INSTANCE)
    search = library.searches.keep(reader, "Graphs", "graph").target
    token = library.shelves.link_of(library.shelves.get_shelf(reader, shelf))
    link = f"/shelf/{shelf}/link.{token}"
    kept = library.searches.get_one(reader, search)
    return reader, {
        "yours": f"/yours/link.{library.press.link_of(reader)}.atom",
        "search": f"/search/{search}/link.{library.searches.link_of(kept)}.atom",
        "link": link,
        "feed": f"{link}.atom",
        "shelf": f"/shelf/{shelf}",
        "export": f"/shelf/{shelf}/export.bib",
        "reader": f"/reader/{name}",
    }


def test_a_key_sees_no_address_that_outlives_it(lab: Lab) -> None:
    """Break: leave `by_key` out of any of the three pages."""
    _, addresses = furnish(lab, "ada")
    app = lab.app(PRIVATE)
    for page in ("/yours", addresses["shelf"], "/searches", "/account", "/shelves"):
        answer = lab.client(app, "key").get(page)
        assert answer.status_code == 200 and not re.search(r"link\.[\w-]{20}", answer.text), page
    for page in ("/yours", addresses["shelf"], "/searches"):
        assert re.search(r"link\.[\w-]{20}", lab.client(app, "ada").get(page).text), page


def test_a_new_password_voids_the_old_addresses(lab: Lab) -> None:
    """Break: leave the generation out of `_put_password`."""
    reader, addresses = furnish(lab, "ada")
    nobody = lab.client(lab.app(PRIVATE))
    private = [addresses[name] for name in ("yours", "search", "link", "feed")]
    assert [nobody.get(each).status_code for each in private] == [200] * 4
    form = {"old": PASSWORD, "new": "another good one"}
    answer = lab.client(lab.app(PRIVATE), "ada").post("/account/password", data=form)
    assert answer.headers["location"] == "/account?said=password"
    assert [nobody.get(each).status_code for each in private] == [404] * 4
    assert lab.client(lab.app(PRIVATE), "key").get("/api/search").status_code == 401
    assert not lab.library.accounts.get_keys(reader)


def test_a_closed_account_is_closed_everywhere(lab: Lab) -> None:
    """Break: leave `disabled` out of `Shelves._may_see`, or of `Searches._is_linked`."""
    reader, addresses = furnish(lab, "ada")
    ben = lab.client(lab.app(PRIVATE), "ben")
    assert {ben.get(each).status_code for each in addresses.values()} == {200}
    lab.library.accounts.disable(reader)
    for each in addresses.values():
        told, none = ben.get(each), ben.get(re.sub(r"\d+", "99999", each, count=1))
        assert told.status_code == none.status_code == 404, each
    lab.library.accounts.enable(reader)
    assert {ben.get(each).status_code for each in addresses.values()} == {200}


def test_who_may_see_a_shelf_is_asked_in_as_many_queries_for_each(lab: Lab) -> None:
    reader, addresses = furnish(lab, "ada")
    ben = lab.client(lab.app(PRIVATE), "ben")
    for name in ("shelf", "search", "link"):
        ben.get(addresses[name])
        counts = []
        for _ in range(2):
            with counting(lab.library) as statements:
                assert ben.get(addresses[name]).status_code == 200
            counts.append(len(statements))
            shelf = int(addresses["shelf"].rpartition("/")[2])
            for work in (2, 3, 4):
                lab.library.shelves.save(reader, work, [shelf])
                ben.get(addresses[name])
        assert counts[0] == counts[1], name


# --- A proxy that says nothing of itself ----------------------------------------------------------


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (ADDRESS, 303),
        ("", 303),
        ("https://papers.example.org", 403),
        ("http://papers.example.org", 403),
        ("http://127.0.0.1:9000", 403),
        ("null", 403),
    ],
)
def test_who_is_alone_is_no_page_of_another_host(lab: Lab, origin: str, status: int) -> None:
    """A proxy asks from this machine, under a name of this machine, and forwards what the browser
    said of itself. Break: leave `is_elsewhere` out of `Gate.admit`."""
    client = lab.client(lab.app(MODES["off on loopback"]))
    headers = {"Origin": origin} if origin else {}
    answer = client.post("/account/profile", data={"theme": "dark"}, headers=headers)
    assert answer.status_code == status
    assert lab.library.accounts.alone().theme == ("dark" if status == 303 else "")


def test_our_pages_let_browsers_say_where_a_form_is_from(lab: Lab) -> None:
    """With "no-referrer", browsers send the Origin "null" with our own forms; and to other sites
    nothing is said either way."""
    policy = lab.client(lab.app(PRIVATE)).get("/sign-in").headers["referrer-policy"]
    assert policy == "same-origin"


# --- Another's name -----------------------------------------------------------------------------


def test_an_account_is_named_beside_what_it_is_shown_as(lab: Lab) -> None:
    """Break: leave `named` out of a template."""
    library, ada = lab.library, lab.readers["ada"]
    library.accounts.change_profile(ada, display="The Operators")
    library.accounts.change_profile(lab.readers["ben"], display="Ben")
    _, addresses = furnish(lab, "ada")
    library.community.comment(ada, 1, "Send me your password.")
    library.community.comment(lab.readers["ben"], 1, "I will not.")
    ben = lab.client(lab.app(PRIVATE), "ben")
    for page in ("/paper/1", "/community", "/shelves", addresses["shelf"]):
        shown = text(read(ben, page), "main")
        assert "The Operators (ada)" in shown and "(ben)" not in shown, page
        assert shown.count("The Operators") == shown.count("The Operators (ada)"), page


def test_a_shown_name_of_another_is_refused_with_a_sentence(lab: Lab) -> None:
    ada = lab.client(lab.app(PRIVATE), "ada")
    answer = ada.post("/account/profile", data={"display": "Opérator", "theme": ""})
    assert answer.status_code == 409
    assert "called operator already" in text(Html(answer.text), ".mistake")


# --- Files --------------------------------------------------------------------------------------


def test_serving_accounts_closes_the_library_to_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is listened to. Break: leave `make_private` out of `serve`."""
    (tmp_path / "library.db").write_bytes(b"")
    tmp_path.chmod(0o755)
    (tmp_path / "library.db").chmod(0o644)
    settings = Settings(library=tmp_path, sign_in="invite", url=HTTPS, port=99_999)
    with pytest.raises(ConfigError, match="port"):
        serve(settings)
    assert (tmp_path / "library.db").stat().st_mode & 0o777 == 0o600
    assert tmp_path.stat().st_mode & 0o777 == 0o700
    tmp_path.chmod(0o755)
    (tmp_path / "library.db").chmod(0o644)
    with pytest.raises(ConfigError, match="port"):
        serve(Settings(library=tmp_path, port=99_999))
    assert tmp_path.stat().st_mode & 0o777 == 0o755, "without accounts it is as its owner has it"

    def refuse(path: Path, mode: int) -> None:
        raise PermissionError(path)

    monkeypatch.setattr(Path, "chmod", refuse)
    with pytest.raises(ConfigError, match="chmod -R go="):
        serve(settings)
