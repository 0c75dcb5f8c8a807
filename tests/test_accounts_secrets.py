"""Sessions, invitations and keys: what a secret opens, and until when."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from broadsheet.accounts import IDLE_SESSION, LONGEST_SESSION, MOST_KEYS, NO_INVITATION
from broadsheet.credentials import digest_of
from broadsheet.errors import ConflictError, InvalidInputError, NotFoundError
from broadsheet.people import Reader, Role
from broadsheet.signing import Signer
from members import PASSWORD, Door, open_door


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return open_door(tmp_path)


@pytest.fixture
def ada(door: Door) -> Reader:
    return door.accounts.add("ada", PASSWORD, role=Role.OPERATOR)


# --- Sessions -------------------------------------------------------------------------------------


def test_every_sign_in_has_a_secret_of_its_own(door: Door, ada: Reader) -> None:
    secrets = {door.accounts.sign_in("ada", PASSWORD, "")[1] for _ in range(20)}
    assert len(secrets) == 20 and min(map(len, secrets)) >= 43


def test_no_secret_lies_in_the_store(door: Door, ada: Reader, tmp_path: Path) -> None:
    """Break: keep the secret itself in place of its digest."""
    secrets = [
        door.accounts.open_session(ada, ""),
        door.accounts.make_key(ada, "a script"),
        door.accounts.invite(ada),
        PASSWORD,
    ]
    door.store.close()
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("library.db*"))
    assert digest_of(secrets[0]) in kept
    assert not any(secret.encode() in kept for secret in secrets)


def test_a_session_that_was_signed_out_is_dead(door: Door, ada: Reader) -> None:
    one, other = (door.accounts.open_session(ada, "") for _ in range(2))
    door.accounts.sign_out(ada, digest_of(one))
    assert door.accounts.find_session(one) is None and door.accounts.find_session(other)
    door.accounts.sign_out(ada)
    assert door.accounts.find_session(other) is None


def test_a_reader_cannot_end_the_session_of_another(door: Door, ada: Reader) -> None:
    secret = door.accounts.open_session(ada, "")
    door.accounts.sign_out(door.accounts.add("ben", PASSWORD), digest_of(secret))
    assert door.accounts.find_session(secret)


def test_a_new_password_ends_every_session(door: Door, ada: Reader) -> None:
    """Break: leave `drop_sessions` out of `set_password`."""
    old = [door.accounts.open_session(ada, "") for _ in range(3)]
    new = door.accounts.change_password(ada, PASSWORD, "another good one", "")
    assert not any(map(door.accounts.find_session, old)) and door.accounts.find_session(new)
    door.accounts.set_password(ada, "a third one then")
    assert door.accounts.find_session(new) is None


def test_the_old_password_is_asked_for(door: Door, ada: Reader) -> None:
    secret = door.accounts.open_session(ada, "")
    with pytest.raises(InvalidInputError, match="password of now"):
        door.accounts.change_password(ada, "a guess of mine", "another good one", "")
    assert door.accounts.find_session(secret)


def test_a_closed_account_is_out_everywhere(door: Door, ada: Reader) -> None:
    """Break: leave the sessions of a disabled account, and its keys, as they are."""
    ben = door.accounts.add("ben", PASSWORD)
    session, key = door.accounts.open_session(ben, ""), door.accounts.make_key(ben, "")
    door.accounts.disable(ben)
    late = door.accounts.open_session(ben, "")  # who was let in the moment before
    assert door.accounts.find_session(late) is None
    assert door.accounts.find_session(session) is None and door.accounts.find_key(key) is None
    with pytest.raises(InvalidInputError):
        door.accounts.sign_in("ben", PASSWORD, "")
    door.accounts.enable(ben)
    assert door.accounts.find_session(session) is None and door.accounts.find_key(key)
    assert door.accounts.sign_in("ben", PASSWORD, "")


def test_a_session_ends_when_it_is_not_used(door: Door, ada: Reader) -> None:
    secret = door.accounts.open_session(ada, "")
    door.time.pass_by(IDLE_SESSION)
    assert door.accounts.find_session(secret)
    door.time.pass_by(IDLE_SESSION + timedelta(seconds=1))
    assert door.accounts.find_session(secret) is None


def test_a_session_ends_some_day_however_much_it_is_used(door: Door, ada: Reader) -> None:
    secret, days = door.accounts.open_session(ada, ""), 0
    while door.accounts.find_session(secret):
        door.time.pass_by(timedelta(days=10))
        days += 10
    assert days - 10 <= LONGEST_SESSION.days < days


def test_reading_writes_at_most_once_an_hour(door: Door, ada: Reader) -> None:
    secret = door.accounts.open_session(ada, "")
    made = door.time.now()
    for minutes, seen in ((50, 0), (20, 70), (30, 70), (31, 131)):
        door.time.pass_by(timedelta(minutes=minutes))
        door.accounts.find_session(secret)
        (session,) = door.accounts.get_sessions(ada)
        assert session.seen_at == made + timedelta(minutes=seen)


def test_a_session_is_good_while_somebody_else_writes(
    door: Door, ada: Reader, tmp_path: Path
) -> None:
    """Break: let an error of the store out of `_touch`."""
    secret = door.accounts.open_session(ada, "")
    other = open_door(tmp_path, fresh=False)
    other.time.pass_by(timedelta(days=1))
    with door.store.write():
        assert other.accounts.find_session(secret)


# --- Invitations ----------------------------------------------------------------------------------


def test_an_invitation_lets_one_person_in(door: Door, ada: Reader) -> None:
    """Break: leave `used_by` out of `_make`."""
    code = door.accounts.invite(ada, Role.OPERATOR, "Ben,\nsecond floor")
    (open_one,) = door.accounts.get_invitations()
    assert open_one.note == "Ben, second floor"
    ben = door.accounts.sign_up("ben", PASSWORD, code=code)
    assert ben.is_operator and door.accounts.get_invitations() == []
    with pytest.raises(InvalidInputError, match="not valid"):
        door.accounts.sign_up("cat", PASSWORD, code=code)


def test_an_invitation_is_not_used_up_by_a_mistake(door: Door, ada: Reader) -> None:
    code = door.accounts.invite(ada)
    for name, password in (("ada", PASSWORD), ("ben", "short")):
        with pytest.raises((ConflictError, InvalidInputError)):
            door.accounts.sign_up(name, password, code=code)
    assert door.accounts.sign_up("ben", PASSWORD, code=code)


@pytest.mark.parametrize("how", ["old", "withdrawn", "guessed"])
def test_an_invitation_that_is_void(door: Door, ada: Reader, how: str) -> None:
    code = door.accounts.invite(ada, days=3)
    if how == "old":
        door.time.pass_by(timedelta(days=3))
    elif how == "withdrawn":
        door.accounts.withdraw(door.accounts.get_invitations()[0].id)
    else:
        code = code[:-1]
    with pytest.raises(InvalidInputError) as caught:
        door.accounts.sign_up("ben", PASSWORD, code=code)
    assert str(caught.value) == NO_INVITATION


def test_what_is_not_there_cannot_be_withdrawn(door: Door, ada: Reader) -> None:
    with pytest.raises(NotFoundError):
        door.accounts.withdraw(17)
    for days in (0, 366):
        with pytest.raises(InvalidInputError):
            door.accounts.invite(ada, days=days)


# --- Keys -----------------------------------------------------------------------------------------


def test_a_key_opens_until_it_is_revoked(door: Door, ada: Reader) -> None:
    """Break: leave `revoked_at` out of `find_key`."""
    secret = door.accounts.make_key(ada, "  Zotero\n")
    found = door.accounts.find_key(secret)
    assert found and found[1] == ada and found[0].label == "Zotero"
    door.accounts.revoke_key(ada, found[0].id)
    assert door.accounts.find_key(secret) is None and door.accounts.get_keys(ada) == []
    assert door.accounts.find_key("") is None


def test_the_key_of_another_is_none(door: Door, ada: Reader) -> None:
    """Break: find the key by its number alone."""
    secret = door.accounts.make_key(ada, "")
    found = door.accounts.find_key(secret)
    ben = door.accounts.add("ben", PASSWORD)
    assert found
    told = []
    for number in (found[0].id, 999):
        with pytest.raises(NotFoundError) as caught:
            door.accounts.revoke_key(ben, number)
        told.append(str(caught.value).replace(str(number), "N"))
    assert told[0] == told[1] and door.accounts.find_key(secret)


def test_there_are_only_so_many_keys(door: Door, ada: Reader) -> None:
    for _ in range(MOST_KEYS):
        door.accounts.make_key(ada, "")
    with pytest.raises(ConflictError, match="revoke one"):
        door.accounts.make_key(ada, "")


# --- Signatures -----------------------------------------------------------------------------------


def test_a_token_fits_what_it_was_made_for_and_nothing_else() -> None:
    """Break: join the parts without their lengths."""
    signer = Signer(b"k" * 32)
    token = signer.sign("shelf", 12, 0)
    assert len(token) == 27 and signer.check(token, "shelf", 12, 0)
    for parts in (("shelf", 12, 1), ("shelf", 1, 20), ("shelf1", 2, 0), ("feed", 12, 0)):
        assert not signer.check(token, *parts)
    for other in ("", token[:-1], token + "A", "é" * 27, token.lower()):
        assert not signer.check(other, "shelf", 12, 0)
    assert not Signer(b"l" * 32).check(token, "shelf", 12, 0)
    assert Signer(b"k" * 32).sign("shelf", 12, 0) == token
