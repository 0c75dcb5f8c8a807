"""Accounts: who may come in, and what each keeps of themselves.

Passwords are kept as Argon2id hashes; of sessions, keys and invitations, whose secrets only their
owners have, the SHA-256.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NoReturn

from broadsheet.credentials import (
    check_name,
    check_password,
    clean_display,
    digest_of,
    make_secret,
    normalise_password,
)
from broadsheet.errors import (
    ConfigError,
    ConflictError,
    InvalidInputError,
    NotFoundError,
    StorageError,
)
from broadsheet.people import Invitation, Key, Reader, Role, Session
from broadsheet.ports import PasswordHasher, Store
from broadsheet.sync import Clock
from broadsheet.text import clean_line

ALONE = "you"
"""The name of the one reader of an instance without accounts; nobody can sign up by it."""
THEMES = ("", "light", "dark")
NO_ENTRY = "This name and this password do not belong together, or the account is closed."
NO_INVITATION = "This invitation is not valid: it was used, or it is too old."
IDLE_SESSION = timedelta(days=30)
LONGEST_SESSION = timedelta(days=180)
TOUCH = timedelta(hours=1)
"""When a session was last seen is written down no more often: a page read costs no write."""
MOST_KEYS = 20
LONGEST_NOTE = 100
MOST_DAYS = 365


class Accounts:
    """Readers, their sessions, their keys for programs, and the invitations to become one."""

    def __init__(self, store: Store, hasher: PasswordHasher, clock: Clock) -> None:
        self._store = store
        self._hasher = hasher
        self._clock = clock

    # --- Readers ------------------------------------------------------------------------------

    def alone(self) -> Reader:
        """The one reader of an instance without accounts, made when first needed."""
        if reader := self._store.find_reader(ALONE):
            return reader
        made = Reader(0, ALONE, "You", Role.OPERATOR, self._clock())
        try:
            with self._store.write() as transaction:
                return replace(made, id=transaction.put_reader(made))
        except ConflictError:  # another process was faster
            return self.get_reader(ALONE)

    def get_reader(self, name: str) -> Reader:
        """A reader by name. Raises NotFoundError."""
        if reader := self._store.find_reader(name.strip()):
            return reader
        raise NotFoundError("reader", name.strip()[:40])

    def get_readers(self, numbers: Collection[int] | None = None) -> Mapping[int, Reader]:
        """Readers by number; all of them for None."""
        return self._store.get_readers(numbers)

    def has_members(self) -> bool:
        """Whether somebody has an account to sign in to."""
        return any(each.name != ALONE for each in self._people())

    def add(self, name: str, password: str, *, role: Role = Role.READER) -> Reader:
        """Make an account for somebody. Raises InvalidInputError and ConflictError."""
        return self._make(name, "", role, password)

    def sign_up(self, name: str, password: str, *, display: str = "", code: str = "") -> Reader:
        """Make one's own account; where a code is given, by that invitation.

        Whether it can be done without one is for the caller to know. Raises InvalidInputError
        for what cannot be a name or a password and for a code that is void, ConflictError for a
        name that is taken.
        """
        role = self.check_invitation(code).role if code else Role.READER
        return self._make(name, display, role, password, code)

    def _make(self, name: str, display: str, role: Role, password: str, code: str = "") -> Reader:
        name = check_name(name)
        if name.casefold() == ALONE:
            raise ConflictError(f"The name {name} is taken; choose another one.")
        hashed = self._hasher.hash(check_password(password, name))
        now = self._clock()
        made = Reader(0, name, clean_display(display) or name, role, now)
        with self._store.write() as transaction:
            used = transaction.find_invitation(digest_of(code)) if code else None
            if code and not _is_valid(used, now):
                raise InvalidInputError(NO_INVITATION)
            made = replace(made, id=transaction.put_reader(made))
            transaction.put_password(made.id, hashed)
            if used:
                transaction.put_invitation(replace(used, used_by=made.id, used_at=now))
        return made

    def change_profile(
        self,
        reader: Reader,
        *,
        display: str | None = None,
        open: bool | None = None,
        theme: str | None = None,
    ) -> Reader:
        """Change what is shown of a reader, to whom, and in which colours."""
        if theme is not None and theme not in THEMES:
            raise InvalidInputError("A theme is light, dark, or as the system has it.")
        given: dict[str, Any] = {
            "display": None if display is None else clean_display(display) or reader.name,
            "open": open,
            "theme": theme,
        }
        return self._change(reader, **{key: to for key, to in given.items() if to is not None})

    def renew_addresses(self, reader: Reader) -> Reader:
        """Make all private addresses of a reader void; new ones take their place."""
        with self._store.write() as transaction:
            now = self._now(reader)
            changed = replace(now, generation=now.generation + 1)
            transaction.put_reader(changed)
        return changed

    def set_role(self, reader: Reader, role: Role) -> Reader:
        """Make a reader an operator, or an operator a reader. Raises ConflictError for the last."""
        return self._change(reader, leaving=role is not Role.OPERATOR, role=role)

    def disable(self, reader: Reader) -> Reader:
        """Close an account: its sessions end, its keys are dead, until it is enabled again."""
        return self._change(reader, leaving=True, disabled=True)

    def enable(self, reader: Reader) -> Reader:
        """Open an account again that was disabled."""
        return self._change(reader, disabled=False)

    def erase(self, reader: Reader) -> None:
        """Delete an account with all that it kept; of its comments the text. For good.

        Raises ConflictError for the last operator while there are other readers.
        """
        with self._store.write() as transaction:
            if any(each.id != reader.id for each in self._people()):
                self._require_other_operator(reader)
            transaction.erase_reader(reader.id)

    def _people(self) -> list[Reader]:
        return [each for each in self._store.get_readers().values() if not each.example]

    def _require_other_operator(self, reader: Reader) -> None:
        """Somebody else who can sign in sees to the instance, or the reader never did."""
        others = (each for each in self._people() if each.id != reader.id and each.is_operator)
        seen_to = any(not each.disabled and self._store.get_password(each.id) for each in others)
        if self._now(reader).is_operator and not seen_to:
            raise ConflictError(f"{reader.name} is the only operator; make another one first.")

    def _now(self, reader: Reader) -> Reader:
        """The reader as kept now, whatever else was changed since it was read."""
        if found := self._store.get_readers([reader.id]).get(reader.id):
            return found
        raise NotFoundError("reader", reader.name)

    def _change(self, reader: Reader, *, leaving: bool = False, **facts: Any) -> Reader:
        """Change facts of a reader; one who is `leaving` must not be the last operator. All is
        looked at while nobody else writes: two operators cannot close each other out."""
        with self._store.write() as transaction:
            if leaving:
                self._require_other_operator(reader)
            changed = replace(self._now(reader), **facts)
            transaction.put_reader(changed)
            if changed.disabled:
                transaction.drop_sessions(reader.id)
        return changed

    # --- Passwords ----------------------------------------------------------------------------

    def change_password(self, reader: Reader, old: str, new: str, agent: str) -> str:
        """Change one's own password. All sessions end; returns the secret of a new one.

        Raises InvalidInputError where the old one is wrong or the new one will not do.
        """
        if not self.knows_password(reader, old):
            raise InvalidInputError("This is not your password of now.")
        self.set_password(reader, new)
        return self.open_session(reader, agent)

    def set_password(self, reader: Reader, password: str) -> None:
        """Give a reader a password; all sessions end. Raises InvalidInputError."""
        hashed = self._hasher.hash(check_password(password, reader.name))
        with self._store.write() as transaction:
            transaction.put_password(reader.id, hashed)
            transaction.drop_sessions(reader.id)

    def knows_password(self, reader: Reader, password: str) -> bool:
        """Whether this is the reader's password."""
        kept = self._store.get_password(reader.id)
        return self._hasher.verify(kept, normalise_password(password))

    # --- Sessions -----------------------------------------------------------------------------

    def sign_in(self, name: str, password: str, agent: str) -> tuple[Reader, str]:
        """Who signs in, and the secret of the new session. Raises InvalidInputError.

        An unknown name, a wrong password and a closed account are told alike, and take as long.
        """
        reader = self._store.find_reader(name.strip())
        kept = self._store.get_password(reader.id if reader else 0)
        password = normalise_password(password)
        fits = self._hasher.verify(kept, password)
        if reader is None or not fits or reader.disabled:
            raise InvalidInputError(NO_ENTRY)
        if self._hasher.is_outdated(kept):
            hashed = self._hasher.hash(password)
            with self._store.write() as transaction:
                transaction.put_password(reader.id, hashed)
        return reader, self.open_session(reader, agent)

    def open_session(self, reader: Reader, agent: str) -> str:
        """The secret of a new session for a reader who has shown who it is."""
        secret, now = make_secret(), self._clock()
        session = Session(digest_of(secret), reader.id, now, now, clean_line(agent[:400])[:200])
        with self._store.write() as transaction:
            transaction.drop_stale_sessions(now - IDLE_SESSION)
            transaction.put_session(session)
        return secret

    def find_session(self, secret: str) -> tuple[Session, Reader] | None:
        """The session of a secret with its reader; None where it has ended or there was none."""
        found = self._store.get_session(digest_of(secret))
        if found is None:
            return None
        session, reader = found
        now = self._clock()
        old = now - session.seen_at > IDLE_SESSION or now - session.made_at > LONGEST_SESSION
        if old or reader.disabled:
            return None
        if now - session.seen_at > TOUCH:
            session = self._touch(session, now)
        return session, reader

    def _touch(self, session: Session, now: datetime) -> Session:
        seen = replace(session, seen_at=now)
        # Reading goes on while an import writes, and from a disk that takes no changes.
        with suppress(StorageError), self._store.write() as transaction:
            if self._store.get_session(session.digest):
                transaction.put_session(seen)
        return seen

    def get_sessions(self, reader: Reader) -> Sequence[Session]:
        """Where a reader is signed in, the last seen first."""
        return self._store.get_sessions(reader.id)

    def sign_out(self, reader: Reader, digest: bytes | None = None) -> None:
        """End one session of a reader, or, for None, all of them."""
        with self._store.write() as transaction:
            transaction.drop_sessions(reader.id, digest=digest)

    # --- Invitations --------------------------------------------------------------------------

    def invite(
        self, operator: Reader, role: Role = Role.READER, note: str = "", days: int = 7
    ) -> str:
        """The code of a new invitation, which lets one person sign up within these days."""
        if not 1 <= days <= MOST_DAYS:
            raise InvalidInputError(f"An invitation is good for 1 to {MOST_DAYS} days.")
        code, now = make_secret(), self._clock()
        made = Invitation(
            0,
            digest_of(code),
            operator.id,
            role,
            now,
            now + timedelta(days=days),
            clean_line(note[: LONGEST_NOTE * 4])[:LONGEST_NOTE],
        )
        with self._store.write() as transaction:
            transaction.put_invitation(made)
        return code

    def is_invited(self, code: str) -> bool:
        """Whether a code can still be used; why one cannot is nobody's business."""
        with suppress(InvalidInputError):
            return bool(self.check_invitation(code))
        return False

    def check_invitation(self, code: str) -> Invitation:
        """The invitation of a code that can still be used. Raises InvalidInputError."""
        digest = digest_of(code)
        found = next((i for i in self._store.get_invitations() if i.digest == digest), None)
        if found and _is_valid(found, self._clock()):
            return found
        raise InvalidInputError(NO_INVITATION)

    def get_invitations(self) -> Sequence[Invitation]:
        """Invitations that can still be used, newest first."""
        now = self._clock()
        return [each for each in self._store.get_invitations() if _is_valid(each, now)]

    def withdraw(self, number: int) -> None:
        """Make an invitation void. Raises NotFoundError where none of this number can be used."""
        found = next((each for each in self.get_invitations() if each.id == number), None)
        if found is None:
            raise NotFoundError("invitation", number)
        with self._store.write() as transaction:
            transaction.put_invitation(replace(found, expires_at=self._clock()))

    # --- Keys for programs --------------------------------------------------------------------

    def make_key(self, reader: Reader, label: str) -> str:
        """The secret of a new key, shown this once. Raises ConflictError beyond MOST_KEYS."""
        if len(self.get_keys(reader)) >= MOST_KEYS:
            raise ConflictError(f"You have {MOST_KEYS} keys; revoke one that is not used.")
        secret = make_secret()
        label = clean_line(label[: LONGEST_NOTE * 4])[:LONGEST_NOTE] or "a program"
        with self._store.write() as transaction:
            transaction.put_key(Key(0, digest_of(secret), reader.id, label, self._clock()))
        return secret

    def get_keys(self, reader: Reader) -> Sequence[Key]:
        """A reader's keys that are good, newest first."""
        return [each for each in self._store.get_keys(reader.id) if not each.revoked_at]

    def revoke_key(self, reader: Reader, number: int) -> Key:
        """Make a key void. Raises NotFoundError where the reader has none of this number."""
        found = next((each for each in self.get_keys(reader) if each.id == number), None)
        if found is None:
            raise NotFoundError("key", number)
        with self._store.write() as transaction:
            transaction.put_key(replace(found, revoked_at=self._clock()))
        return found

    def find_key(self, secret: str) -> tuple[Key, Reader] | None:
        """The key of a secret with its reader; None where it is void or its account closed."""
        found = self._store.find_key(digest_of(secret))
        if found is None or found[0].revoked_at or found[1].disabled:
            return None
        return found


class NoHasher:
    """Where no passwords can be had: a library that was opened to be read."""

    def hash(self, password: str) -> NoReturn:
        raise ConfigError("This library was opened without what hashes passwords.")

    def verify(self, hashed: str, password: str) -> NoReturn:
        self.hash(password)

    def is_outdated(self, hashed: str) -> bool:
        return False


def _is_valid(invitation: Invitation | None, now: datetime) -> bool:
    return invitation is not None and not invitation.used_by and now < invitation.expires_at
