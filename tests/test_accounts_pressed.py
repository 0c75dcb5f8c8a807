"""Accounts under pressure: what is too long, what changes meanwhile, who is taken for whom."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from broadsheet.accounts import NO_ENTRY, NOT_YOURS
from broadsheet.credentials import LONGEST_PASSWORD, check_password, digest_of, normalise_password
from broadsheet.errors import ConflictError, InvalidInputError, NotFoundError
from broadsheet.people import Reader
from effort import takes_less_than
from members import PASSWORD, Door, open_door

OTHER = "another good one"
MARKS = "\u0301\u0328" * 50_000


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return open_door(tmp_path)


@pytest.fixture
def ada(door: Door) -> Reader:
    return door.accounts.add("ada", PASSWORD)


# --- What is too long ---------------------------------------------------------------------------


def test_what_is_too_long_costs_nothing(door: Door, ada: Reader) -> None:
    """Every place that takes a name, a password, a code or a name to show. Break: normalise a
    password, or fold a name, before its length is looked at."""
    accounts = door.accounts
    takers: list[Callable[[], object]] = [
        lambda: accounts.sign_in("ada", "a" + MARKS, ""),
        lambda: accounts.sign_in("a" + MARKS, PASSWORD, ""),
        lambda: accounts.sign_up("b" + MARKS, PASSWORD),
        lambda: accounts.sign_up("ben", "b" + MARKS),
        lambda: accounts.sign_up("ben", "b" + MARKS, code="c" + MARKS),
        lambda: accounts.change_password(ada, "a" + MARKS, OTHER, ""),
        lambda: accounts.change_password(ada, PASSWORD, "b" + MARKS, ""),
        lambda: accounts.set_password(ada, "b" + MARKS),
        lambda: accounts.make_key(ada, "k", "b" + MARKS),
        lambda: accounts.get_reader("b" + MARKS),
    ]
    for take in takers:

        def refused(take: Callable[[], object] = take) -> None:
            with pytest.raises((InvalidInputError, NotFoundError)):
                take()

        assert takes_less_than(0.25, refused)
    assert not accounts.knows_password(ada, "b" + MARKS)
    assert takes_less_than(0.25, lambda: accounts.change_profile(ada, display="a" + MARKS))


def test_a_password_of_many_marks_is_kept_whole(door: Door) -> None:
    """Break: cut the marks of passwords, as those of texts."""
    password = "an owl" + "\u0301" * 500
    door.accounts.add("ada", password)
    assert door.accounts.sign_in("ada", password, "")
    with pytest.raises(InvalidInputError):
        door.accounts.sign_in("ada", password[:-1], "")
    assert check_password("é" * 500 + "xyz" * 8, "ada")
    long = "p" * (LONGEST_PASSWORD + 1)
    assert normalise_password(long) == long


def test_a_name_with_something_behind_it_is_nobodys(door: Door) -> None:
    """Break: cut a name to its greatest length."""
    door.accounts.add("a" * 32, PASSWORD)
    with pytest.raises(NotFoundError):
        door.accounts.get_reader("a" * 33)


# --- What changes meanwhile ---------------------------------------------------------------------


def meanwhile(door: Door, monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Let something happen right after the next password was looked at."""
    verify = type(door.hasher).verify

    def verify_slowly(hashed: str, password: str) -> bool:
        fits = verify(door.hasher, hashed, password)
        monkeypatch.undo()
        act()
        return fits

    monkeypatch.setattr(door.hasher, "verify", verify_slowly)


@pytest.mark.parametrize("how", ["changed", "reset", "closed", "closed and opened", "deleted"])
def test_who_signs_in_while_the_password_is_changed_stays_out(
    door: Door, ada: Reader, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Break: write the session without `_require_still`."""
    accounts = door.accounts

    def close_and_open() -> None:
        accounts.disable(ada)
        accounts.set_password(ada, OTHER)
        accounts.enable(ada)

    happens: dict[str, Callable[[], object]] = {
        "changed": lambda: accounts.change_password(ada, PASSWORD, OTHER, ""),
        "reset": lambda: accounts.set_password(ada, OTHER),
        "closed": lambda: accounts.disable(ada),
        "closed and opened": close_and_open,
        "deleted": lambda: accounts.erase(ada),
    }
    meanwhile(door, monkeypatch, happens[how])
    with pytest.raises(InvalidInputError) as caught:
        accounts.sign_in("ada", PASSWORD, "thief")
    assert str(caught.value) == NO_ENTRY
    assert all(session.agent != "thief" for session in accounts.get_sessions(ada))


def test_an_old_hash_does_not_come_back_over_a_new_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Break: write the renewed hash without looking at the one that is kept."""
    door = open_door(tmp_path)
    ada = door.accounts.add("ada", PASSWORD)
    stronger = open_door(tmp_path, passes=2, fresh=False)
    meanwhile(stronger, monkeypatch, lambda: door.accounts.set_password(ada, OTHER))
    with pytest.raises(InvalidInputError):
        stronger.accounts.sign_in("ada", PASSWORD, "")
    assert door.accounts.knows_password(ada, OTHER)


@pytest.mark.parametrize("what", ["password", "key"])
def test_nothing_is_made_with_a_password_that_is_changed_meanwhile(
    door: Door, ada: Reader, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Break: as above, in `change_password` and `make_key`."""
    meanwhile(door, monkeypatch, lambda: door.accounts.set_password(ada, OTHER))
    with pytest.raises(InvalidInputError, match=NOT_YOURS):
        if what == "key":
            door.accounts.make_key(ada, "thief", PASSWORD)
        else:
            door.accounts.change_password(ada, PASSWORD, "a third one then", "")
    assert door.accounts.knows_password(ada, OTHER) and not door.accounts.get_keys(ada)


def test_opening_an_account_again_lets_nobody_in(door: Door, ada: Reader) -> None:
    """Break: leave `ending` out of `enable`."""
    door.accounts.disable(ada)
    late = door.accounts.open_session(ada, "")
    door.accounts.enable(ada)
    assert door.accounts.find_session(late) is None


def test_a_browser_that_was_shut_out_renews_no_session(door: Door, ada: Reader) -> None:
    """Break: open the new session without looking for the old one."""
    secret = door.accounts.open_session(ada, "")
    renewed = door.accounts.renew_session(ada, digest_of(secret), "")
    assert door.accounts.find_session(renewed) and not door.accounts.find_session(secret)
    with pytest.raises(InvalidInputError, match="signed out"):
        door.accounts.renew_session(ada, digest_of(secret), "")
    assert len(door.accounts.get_sessions(ada)) == 1


@pytest.mark.parametrize("who", ["reader", "operator"])
def test_a_new_password_makes_keys_and_addresses_void(door: Door, ada: Reader, who: str) -> None:
    """Break: leave the keys, or the generation, out of `_put_password`."""
    key = door.accounts.make_key(ada, "a script", PASSWORD)
    if who == "reader":
        door.accounts.change_password(ada, PASSWORD, OTHER, "")
    else:
        door.accounts.set_password(ada, OTHER)
    assert door.accounts.find_key(key) is None and not door.accounts.get_keys(ada)
    assert door.accounts.get_reader("ada").generation == ada.generation + 1


def test_a_key_is_made_for_who_knows_the_password(door: Door, ada: Reader) -> None:
    for wrong in ("", "a guess of mine"):
        with pytest.raises(InvalidInputError, match=NOT_YOURS):
            door.accounts.make_key(ada, "thief", wrong)
    assert not door.accounts.get_keys(ada)


# --- Who is taken for whom ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "shown",
    [
        "Boss",
        "BOSS",
        "b o s s",
        "Böss",
        "boss.",
        "ｂｏｓｓ",
        "The  chief",
        "the-chief",
        "Thé Chief!",
    ],
)
def test_nobody_is_shown_as_somebody_else(door: Door, ada: Reader, shown: str) -> None:
    """Break: leave `_require_unlike_others` out of `_make` or `_change`."""
    boss = door.accounts.sign_up("boss", PASSWORD, display="The Chief")
    with pytest.raises(ConflictError, match="called The Chief already"):
        door.accounts.change_profile(ada, display=shown)
    with pytest.raises(ConflictError, match="called The Chief already"):
        door.accounts.sign_up("eve", PASSWORD, display=shown)
    assert door.accounts.get_reader("ada").display == "ada"
    assert door.accounts.change_profile(boss, display="Boss").display == "Boss"


def test_ones_own_name_is_ones_own(door: Door, ada: Reader) -> None:
    """Whoever shows a name first keeps nobody from having an account of that name, nor does it
    keep them from changing something else."""
    door.accounts.change_profile(ada, display="ben")
    ben = door.accounts.add("ben", PASSWORD)
    assert ben.display == "ben" and door.accounts.change_profile(ben, display="Ben")
    assert door.accounts.change_profile(ada, display="ben", theme="dark").theme == "dark"


# --- What is left -------------------------------------------------------------------------------


def test_the_invitation_goes_with_who_came_by_it(door: Door, ada: Reader) -> None:
    """Its note may name the person. Break: delete those only that the reader made."""
    code = door.accounts.invite(ada, note="for Ben Okoro")
    ben = door.accounts.sign_up("ben", PASSWORD, code=code)
    door.accounts.erase(ben)
    assert not door.store.get_invitations() and not door.accounts.is_invited(code)
    door.store.close()


def test_what_is_erased_is_overwritten(door: Door) -> None:
    """Break: leave `secure_delete` out of the pragmas (where SQLite was built without it)."""
    with door.store.write() as writing:
        assert writing._connection.exec_driver_sql("PRAGMA secure_delete").scalar() == 1
