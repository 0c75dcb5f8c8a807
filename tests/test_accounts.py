"""Readers, passwords and roles; sessions, invitations and keys are in `test_accounts_secrets`."""

from __future__ import annotations

from pathlib import Path

import pytest

from broadsheet.accounts import ALONE, NO_ENTRY, Accounts
from broadsheet.errors import ConfigError, ConflictError, InvalidInputError, NotFoundError
from broadsheet.people import Role
from members import PASSWORD, Door, open_door


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return open_door(tmp_path)


def test_alone_is_one_reader_for_ever(door: Door) -> None:
    first = door.accounts.alone()
    assert first == door.accounts.alone()
    assert (first.name, first.display, first.is_operator) == (ALONE, "You", True)
    assert not door.accounts.has_members()


def test_nobody_can_take_the_name_of_the_one_who_is_alone(door: Door) -> None:
    for name in (ALONE, "You", "YOU"):
        with pytest.raises(ConflictError, match="taken"):
            door.accounts.sign_up(name, PASSWORD)


def test_the_first_account_takes_the_one_who_is_alone_over(door: Door) -> None:
    """Break to see it fail: make a reader beside `you`, who then votes as well."""
    assert door.accounts.find_lone() is None
    lone = door.accounts.alone()
    assert door.accounts.find_lone() == lone
    ada = door.accounts.take_over("ada", PASSWORD)
    assert (ada.id, ada.name, ada.display, ada.is_operator) == (lone.id, "ada", "ada", True)
    assert list(door.accounts.get_readers()) == [lone.id]
    assert door.accounts.sign_in("ada", PASSWORD, "")[0] == ada
    assert door.accounts.find_lone() is None
    with pytest.raises(ConflictError, match="has an account"):
        door.accounts.take_over("ben", PASSWORD)
    assert door.accounts.alone().id != ada.id


def test_a_chosen_name_outlives_taking_over(door: Door) -> None:
    door.accounts.change_profile(door.accounts.alone(), display="Ada B.")
    with pytest.raises(ConflictError, match="taken"):
        door.accounts.take_over("You", PASSWORD)
    with pytest.raises(InvalidInputError):
        door.accounts.take_over("ada", "short")
    assert door.accounts.find_lone() is not None
    assert door.accounts.take_over("ada", PASSWORD).display == "Ada B."


def test_signing_up_and_in(door: Door) -> None:
    ada = door.accounts.sign_up("ada", PASSWORD, display="  Ada\u202e L.\n")
    assert ada.role is Role.READER and ada.display == "Ada L."
    reader, secret = door.accounts.sign_in(" ADA ", PASSWORD, "A browser")
    assert reader == ada
    found = door.accounts.find_session(secret)
    assert found and found[1] == ada and found[0].agent == "A browser"
    assert door.accounts.has_members()


def test_a_name_is_taken_however_it_is_written(door: Door) -> None:
    door.accounts.add("ada", PASSWORD)
    with pytest.raises(ConflictError):
        door.accounts.add("Ada", PASSWORD)


@pytest.mark.parametrize(
    "name", ["", "-ada", "ada-", "a da", "a" * 33, "аda", "ada\n", "a/b", "a\u202eb", "<b>", "@a"]
)
def test_what_cannot_be_a_name(door: Door, name: str) -> None:
    """Break: match the name with `re.match`, not in full."""
    if name == "ada\n":
        assert door.accounts.add(name, PASSWORD).name == "ada"
        return
    with pytest.raises(InvalidInputError, match="A name has"):
        door.accounts.add(name, PASSWORD)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("sevench", "at least 8"),
        ("a" * 1025, "at most 1,024"),
        ("Passw0rd1!", "tried first"),
        ("12345678", "tried first"),
        ("aaaaaaaaaaaa", "tried first"),
        ("abcabcabcabc", "tried first"),
        ("poiuytrewq", "tried first"),
        ("lovelace1815", "tried first"),
        ("LoveLaceLoveLace", "tried first"),
        ("broadsheet2026", "tried first"),
    ],
)
def test_what_cannot_be_a_password(door: Door, password: str, why: str) -> None:
    with pytest.raises(InvalidInputError, match=why):
        door.accounts.sign_up("lovelace", password)


@pytest.mark.parametrize(
    "password", ["four random words here", "ü" * 7 + "x😀y", "p" * 500 + "q!r"]
)
def test_long_and_foreign_passwords_are_kept_whole(door: Door, password: str) -> None:
    """Break: cut a password before it is hashed."""
    door.accounts.add("ada", password)
    assert door.accounts.sign_in("ada", password, "")
    with pytest.raises(InvalidInputError):
        door.accounts.sign_in("ada", password[:-1], "")


def test_a_password_may_be_composed_in_two_ways(door: Door) -> None:
    door.accounts.add("ada", "caf\u00e9 au lait")
    assert door.accounts.sign_in("ada", "cafe\u0301 au lait", "")


@pytest.mark.parametrize(("name", "password"), [("ada", "wrong word"), ("nobody", PASSWORD)])
def test_who_fails_is_told_the_same(door: Door, name: str, password: str) -> None:
    door.accounts.add("ada", PASSWORD)
    with pytest.raises(InvalidInputError) as caught:
        door.accounts.sign_in(name, password, "")
    assert str(caught.value) == NO_ENTRY


def test_without_a_password_nobody_comes_in(door: Door) -> None:
    """The one who is alone has none. Break: let `verify` fit the hash of nobody."""
    door.accounts.alone()
    for password in ("", "nobody has this password"):
        with pytest.raises(InvalidInputError):
            door.accounts.sign_in(ALONE, password, "")


def test_every_failure_costs_one_hash(door: Door) -> None:
    """An unknown name takes as long as a wrong password. Break: return before `verify` where the
    name is unknown."""
    door.accounts.disable(door.accounts.add("ben", PASSWORD))
    door.accounts.add("ada", PASSWORD)
    costs = []
    for name, password in [("ada", "wrong word"), ("nobody", PASSWORD), ("ben", PASSWORD)]:
        before = door.hasher.verified
        with pytest.raises(InvalidInputError):
            door.accounts.sign_in(name, password, "")
        costs.append(door.hasher.verified - before)
    assert costs == [1, 1, 1]


def test_an_old_hash_is_made_anew_at_sign_in(tmp_path: Path) -> None:
    door = open_door(tmp_path)
    ada = door.accounts.add("ada", PASSWORD)
    old = door.store.get_password(ada.id)
    stronger = open_door(tmp_path, passes=2, fresh=False)
    stronger.accounts.sign_in("ada", PASSWORD, "")
    assert stronger.store.get_password(ada.id) != old
    assert stronger.accounts.sign_in("ada", PASSWORD, "")


def test_the_last_operator_stays_one(door: Door) -> None:
    """Break: leave `_require_other_operator` out of any of the three."""
    ada = door.accounts.add("ada", PASSWORD, role=Role.OPERATOR)
    ben = door.accounts.add("ben", PASSWORD)
    for act in (door.accounts.disable, door.accounts.erase):
        with pytest.raises(ConflictError, match="only operator"):
            act(ada)
    with pytest.raises(ConflictError, match="only operator"):
        door.accounts.set_role(ada, Role.READER)
    assert door.accounts.set_role(ben, Role.OPERATOR).is_operator
    assert not door.accounts.set_role(ada, Role.READER).is_operator


def test_who_cannot_sign_in_is_no_operator_to_count_on(door: Door) -> None:
    """Break: leave the password out of `_require_other_operator`."""
    alone = door.accounts.alone()
    with pytest.raises(ConflictError):
        door.accounts.disable(alone)
    ada = door.accounts.add("ada", PASSWORD, role=Role.OPERATOR)
    with pytest.raises(ConflictError):
        door.accounts.disable(ada)


def test_who_is_the_only_one_may_go(door: Door) -> None:
    ada = door.accounts.add("ada", PASSWORD, role=Role.OPERATOR)
    door.accounts.erase(ada)
    with pytest.raises(NotFoundError):
        door.accounts.get_reader("ada")


def test_the_profile(door: Door) -> None:
    ada = door.accounts.add("ada", PASSWORD)
    changed = door.accounts.change_profile(ada, display="", open=False, theme="dark")
    assert (changed.display, changed.open, changed.theme) == ("ada", False, "dark")
    assert door.accounts.get_reader("ada") == changed
    with pytest.raises(InvalidInputError):
        door.accounts.change_profile(ada, theme='dark" onload="x')


def test_changes_of_two_at_once_are_both_kept(door: Door) -> None:
    """Break: let `_change` start from the reader that it was given."""
    ada = door.accounts.add("ada", PASSWORD)
    door.accounts.change_profile(ada, theme="dark")
    door.accounts.renew_addresses(ada)
    kept = door.accounts.get_reader("ada")
    assert (kept.theme, kept.generation) == ("dark", 1)


def test_a_library_without_a_hasher_says_so(door: Door) -> None:
    from broadsheet.accounts import NoHasher

    with pytest.raises(ConfigError):
        Accounts(door.store, NoHasher(), door.time.now).add("ada", PASSWORD)
