"""How somebody comes in: passwords, sessions, and keys for programs."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NoReturn

from broadsheet.credentials import check_password, digest_of, make_secret, normalise_password
from broadsheet.errors import (
    ConfigError,
    ConflictError,
    InvalidInputError,
    NotFoundError,
    StorageError,
)
from broadsheet.people import Key, Reader, Session
from broadsheet.ports import PasswordHasher, Store, Transaction
from broadsheet.sync import Clock
from broadsheet.text import clean_line

NO_ENTRY = "This name and this password do not belong together, or the account is closed."
NOT_YOURS = "This is not your password of now."
IDLE_SESSION = timedelta(days=30)
LONGEST_SESSION = timedelta(days=180)
TOUCH = timedelta(hours=1)
"""When a session was last seen is written down no more often: a page read costs no write."""
MOST_KEYS = 20
LONGEST_LABEL = 100


class Entry:
    """Who comes in, and by what. What a password opened is void when it is changed."""

    def __init__(self, store: Store, hasher: PasswordHasher, clock: Clock) -> None:
        self._store = store
        self._hasher = hasher
        self._clock = clock

    def _now(self, reader: Reader) -> Reader:
        """The reader as kept now, whatever else was changed since it was read."""
        if found := self._store.get_readers([reader.id]).get(reader.id):
            return found
        raise NotFoundError("reader", reader.name)

    # --- Passwords ----------------------------------------------------------------------------

    def change_password(self, reader: Reader, old: str, new: str, agent: str) -> str:
        """Change one's own password. All that was opened with the old one is void: sessions, keys
        and private addresses. Returns the secret of a new session.

        Raises InvalidInputError where the old one is wrong or the new one will not do.
        """
        kept = self._require_password(reader, old)
        hashed = self._hasher.hash(check_password(new, reader.name))
        with self._store.write() as transaction:
            self._require_still(reader, kept, NOT_YOURS)
            self._put_password(transaction, reader, hashed)
            return self._put_session(transaction, reader, agent)

    def set_password(self, reader: Reader, password: str) -> None:
        """Give a reader a password; sessions, keys and private addresses of before are void.
        Raises InvalidInputError."""
        hashed = self._hasher.hash(check_password(password, reader.name))
        with self._store.write() as transaction:
            self._put_password(transaction, reader, hashed)

    def _put_password(self, transaction: Transaction, reader: Reader, hashed: str) -> None:
        """Whoever had the old password may have made keys and written addresses down."""
        now = self._now(reader)
        transaction.put_password(reader.id, hashed)
        transaction.put_reader(replace(now, generation=now.generation + 1))
        transaction.drop_sessions(reader.id)
        for key in self.get_keys(reader):
            transaction.put_key(replace(key, revoked_at=self._clock()))

    def knows_password(self, reader: Reader, password: str) -> bool:
        """Whether this is the reader's password."""
        kept = self._store.get_password(reader.id)
        return self._hasher.verify(kept, normalise_password(password))

    def _require_password(self, reader: Reader, password: str) -> str:
        """The hash that a password fits. Raises InvalidInputError."""
        kept = self._store.get_password(reader.id)
        if not self._hasher.verify(kept, normalise_password(password)):
            raise InvalidInputError(NOT_YOURS)
        return kept

    def _require_still(self, reader: Reader, kept: str, otherwise: str) -> None:
        """Within a transaction: a password that fitted a moment ago is that of now, and the
        account is open. Raises InvalidInputError."""
        now = self._store.get_readers([reader.id]).get(reader.id)
        if now is None or now.disabled or self._store.get_password(reader.id) != kept:
            raise InvalidInputError(otherwise)

    # --- Sessions -----------------------------------------------------------------------------

    def sign_in(self, name: str, password: str, agent: str) -> tuple[Reader, str]:
        """Who signs in, and the secret of the new session. Raises InvalidInputError.

        An unknown name, a wrong password and a closed account are told alike, and take as long.
        What was true when the password was looked at is looked at again where the session is
        written: between them the password may have been changed, or the account closed.
        """
        reader = self._store.find_reader(name.strip())
        kept = self._store.get_password(reader.id if reader else 0)
        password = normalise_password(password)
        fits = self._hasher.verify(kept, password)
        if reader is None or not fits or reader.disabled:
            raise InvalidInputError(NO_ENTRY)
        renewed = self._hasher.hash(password) if self._hasher.is_outdated(kept) else ""
        with self._store.write() as transaction:
            self._require_still(reader, kept, NO_ENTRY)
            if renewed:
                transaction.put_password(reader.id, renewed)
            return reader, self._put_session(transaction, reader, agent)

    def open_session(self, reader: Reader, agent: str) -> str:
        """The secret of a new session for a reader who has shown who it is."""
        with self._store.write() as transaction:
            return self._put_session(transaction, reader, agent)

    def renew_session(self, reader: Reader, digest: bytes, agent: str) -> str:
        """End all sessions of a reader; the secret of a new one for the browser that had this.

        Raises InvalidInputError where that one has ended: whoever ended it shut this browser out.
        """
        with self._store.write() as transaction:
            if not any(each.digest == digest for each in self.get_sessions(reader)):
                raise InvalidInputError("This browser is signed out; sign in again.")
            transaction.drop_sessions(reader.id)
            return self._put_session(transaction, reader, agent)

    def _put_session(self, transaction: Transaction, reader: Reader, agent: str) -> str:
        secret, now = make_secret(), self._clock()
        session = Session(digest_of(secret), reader.id, now, now, clean_line(agent[:400])[:200])
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

    # --- Keys for programs --------------------------------------------------------------------

    def make_key(self, reader: Reader, label: str, password: str | None = None) -> str:
        """The secret of a new key, shown this once; where a password is given, only for whoever
        knows it. Raises InvalidInputError for a wrong one, ConflictError beyond MOST_KEYS."""
        kept = None if password is None else self._require_password(reader, password)
        secret = make_secret()
        label = clean_line(label[: LONGEST_LABEL * 4])[:LONGEST_LABEL] or "a program"
        with self._store.write() as transaction:
            if kept is not None:
                self._require_still(reader, kept, NOT_YOURS)
            if len(self.get_keys(reader)) >= MOST_KEYS:
                raise ConflictError(f"You have {MOST_KEYS} keys; revoke one that is not used.")
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
