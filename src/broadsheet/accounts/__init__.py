"""Accounts: who may come in, and what each keeps of themselves.

Passwords are kept as Argon2id hashes; of sessions, keys and invitations, whose secrets only their
owners have, the SHA-256.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from broadsheet.accounts.entry import (
    IDLE_SESSION,
    LONGEST_SESSION,
    MOST_KEYS,
    NO_ENTRY,
    NOT_YOURS,
    Entry,
    NoHasher,
)
from broadsheet.credentials import (
    check_name,
    check_password,
    clean_display,
    digest_of,
    likeness,
    make_secret,
)
from broadsheet.errors import ConflictError, InvalidInputError, NotFoundError
from broadsheet.people import Invitation, Reader, Role
from broadsheet.text import clean_line

__all__ = [
    "ALONE",
    "IDLE_SESSION",
    "LONGEST_SESSION",
    "MOST_KEYS",
    "NOT_YOURS",
    "NO_ENTRY",
    "NO_INVITATION",
    "Accounts",
    "NoHasher",
]

ALONE = "you"
"""The name of the one reader of an instance without accounts; nobody can sign up by it."""
THEMES = ("", "light", "dark")
NO_INVITATION = "This invitation is not valid: it was used, or it is too old."
LONGEST_NOTE = 100
MOST_DAYS = 365


class Accounts(Entry):
    """Readers, their sessions, their keys for programs, and the invitations to become one."""

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

    def find_lone(self) -> Reader | None:
        """The one reader of an instance where nobody has an account yet, if anything was kept."""
        return None if self.has_members() else self._store.find_reader(ALONE)

    def take_over(self, name: str, password: str) -> Reader:
        """Give the lone reader a name and a password: what was kept before there were accounts
        stays where it is. Raises InvalidInputError, and ConflictError where there is none to be
        taken over, or somebody is called so."""
        name = _check_free(name)
        hashed = self._hasher.hash(check_password(password, name))
        with self._store.write() as transaction:
            lone = self.find_lone()
            if lone is None:
                raise ConflictError("Somebody has an account here, so nobody reads alone.")
            chosen = "" if lone.display.casefold() == ALONE else lone.display
            made = replace(lone, name=name, display=chosen or name, role=Role.OPERATOR)
            self._require_unlike_others(made)
            transaction.put_reader(made)
            transaction.put_password(made.id, hashed)
        return made

    def sign_up(self, name: str, password: str, *, display: str = "", code: str = "") -> Reader:
        """Make one's own account; where a code is given, by that invitation.

        Whether it can be done without one is for the caller to know. Raises InvalidInputError
        for what cannot be a name or a password and for a code that is void, ConflictError for a
        name that is taken.
        """
        role = self.check_invitation(code).role if code else Role.READER
        return self._make(name, display, role, password, code)

    def _make(self, name: str, display: str, role: Role, password: str, code: str = "") -> Reader:
        name = _check_free(name)
        hashed = self._hasher.hash(check_password(password, name))
        now = self._clock()
        made = Reader(0, name, clean_display(display) or name, role, now)
        with self._store.write() as transaction:
            self._require_unlike_others(made)
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
        """Change what is shown of a reader, to whom, and in which colours.

        Raises InvalidInputError for a theme that is none, and ConflictError for a shown name that
        would be taken for somebody else's.
        """
        if theme is not None and theme not in THEMES:
            raise InvalidInputError("A theme is light, dark, or as the system has it.")
        given: dict[str, Any] = {
            "display": None if display is None else clean_display(display) or reader.name,
            "open": open,
            "theme": theme,
        }
        return self._change(reader, **{key: to for key, to in given.items() if to is not None})

    def _require_unlike_others(self, changed: Reader) -> None:
        """Raises ConflictError where a reader would be shown as what somebody else is called;
        one's own name is one's own however others chose to be shown."""
        shown = likeness(changed.display)
        if shown == likeness(changed.name):
            return
        for each in self._store.get_readers().values():
            if each.id != changed.id and shown in (likeness(each.name), likeness(each.display)):
                raise ConflictError(
                    f"Somebody here is called {each.display} already; choose another name to show."
                )

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
        return self._change(reader, leaving=True, ending=True, disabled=True)

    def enable(self, reader: Reader) -> Reader:
        """Open an account again that was disabled; its reader signs in anew."""
        return self._change(reader, ending=True, disabled=False)

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

    def _change(
        self, reader: Reader, *, leaving: bool = False, ending: bool = False, **facts: Any
    ) -> Reader:
        """Change facts of a reader; one who is `leaving` must not be the last operator, and with
        `ending` all sessions end. All is looked at while nobody else writes: two operators cannot
        close each other out."""
        with self._store.write() as transaction:
            if leaving:
                self._require_other_operator(reader)
            now = self._now(reader)
            changed = replace(now, **facts)
            if changed.display != now.display:
                self._require_unlike_others(changed)
            transaction.put_reader(changed)
            if ending:
                transaction.drop_sessions(reader.id)
        return changed

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


def _is_valid(invitation: Invitation | None, now: datetime) -> bool:
    return invitation is not None and not invitation.used_by and now < invitation.expires_at


def _check_free(name: str) -> str:
    name = check_name(name)
    if name.casefold() == ALONE:
        raise ConflictError(f"The name {name} is taken; choose another one.")
    return name
