"""Every error that Broadsheet raises on purpose.

    BroadsheetError
    ├── NotFoundError            nothing has this id
    ├── InvalidInputError        what was given cannot be read (also a ValueError)
    │   ├── InvalidQueryError    carries the position of the mistake
    │   └── BadFileError         a file is not of the kind it should be
    ├── ConflictError            the act contradicts something that stands
    ├── ConfigError              a setting, an extra or a model is missing or wrong
    ├── StorageError             the store cannot do it
    │   ├── StorageBusyError     another process is writing; trying again helps (transient)
    │   ├── StorageFullError     no space left; nothing acknowledged was lost
    │   ├── StorageReadOnlyError the folder takes no changes; reading goes on
    │   └── LibraryTooNewError   the library was made by a newer Broadsheet
    ├── IndexNotReadyError       the index is missing or damaged; `index rebuild` mends it
    ├── EmbedderError            an embedding model or endpoint failed (transient)
    ├── RankerError              a ranker that a plug-in brought failed
    ├── SourceError              a live source did not give what was asked of it
    │   ├── SourceBusyError      it asks for patience or cannot be reached (transient)
    │   ├── SourceBrokenError    its answer cannot be understood (transient)
    │   ├── SourceRequestError   it says that the request is wrong, or nothing is there
    │   ├── SourceRefusedError   it wants no more requests until a person has seen to it
    │   └── ForbiddenAddressError  the address leads where no request may go
    └── MailError                a letter was not taken
        ├── RelayDownError       the relay cannot be reached or lets nobody in (transient)
        ├── MailDeferredError    it wants this letter later (transient)
        ├── MailRefusedError     it will never take this letter
        └── MailUncertainError   all was sent, and no answer came: it may have been taken

An error is wrapped into one of these only where a person can do something about it, always
`from` its cause; programming mistakes escape as they are. The message is one sentence that
stands alone on a terminal.
"""

from __future__ import annotations

from datetime import datetime


class BroadsheetError(Exception):
    """Root of the tree; `str(error)` is a sentence for a person."""


class NotFoundError(BroadsheetError, LookupError):
    """Nothing has the id that was asked for."""

    def __init__(self, kind: str, key: object, *, within: str = " in this library") -> None:
        super().__init__(f"There is no {kind} {key}{within}.")
        self.kind = kind
        self.key = key
        self._within = within

    def __reduce__(self) -> tuple[object, ...]:
        return _restore_not_found, (type(self), self.kind, self.key, self._within)


def _restore_not_found(
    kind_of_error: type[NotFoundError], kind: str, key: object, within: str
) -> NotFoundError:
    """Pickle calls this with positions only."""
    return kind_of_error(kind, key, within=within)


class InvalidInputError(BroadsheetError, ValueError):
    """Something given by a person or a file cannot be read."""


class InvalidQueryError(InvalidInputError):
    """A search query with a mistake in it; `position` counts characters from 0."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position

    def __reduce__(self) -> tuple[type[InvalidQueryError], tuple[str, int]]:
        return type(self), (str(self), self.position)


class BadFileError(InvalidInputError):
    """A file that cannot be read as what it claims to be."""


class ConflictError(BroadsheetError):
    """The act contradicts something that stands."""


class ConfigError(BroadsheetError):
    """A setting, an extra or a model is missing or wrong."""


class StorageError(BroadsheetError):
    """The store cannot do what was asked."""


class StorageBusyError(StorageError):
    """Another process is writing to the library; trying again later helps."""


class StorageFullError(StorageError):
    """The disk is full; what was acknowledged before is safe."""


class StorageReadOnlyError(StorageError):
    """The library lies where nothing can be written; it can be read."""


class LibraryTooNewError(StorageError):
    """The library was written by a newer Broadsheet than this one."""


class IndexNotReadyError(BroadsheetError):
    """The search index is missing, damaged or of another make."""


class EmbedderError(BroadsheetError):
    """An embedding model or endpoint failed; trying again may help."""


class RankerError(BroadsheetError):
    """A ranker that a plug-in brought failed; the message names it and says what to do. `ranker` is
    its id."""

    def __init__(self, message: str, ranker: str = "") -> None:
        super().__init__(message)
        self.ranker = ranker


class SourceError(BroadsheetError):
    """A live source did not give what was asked of it."""


class SourceBusyError(SourceError):
    """The source asks for patience or cannot be reached; trying again helps, not before `retry_at`.

    Too many requests (429), unavailable (503), not acceptable (406), a time-out, a dropped
    connection and a page that says so with status 200 are all this one state.
    """

    def __init__(self, message: str, retry_at: datetime | None = None) -> None:
        super().__init__(message)
        self.retry_at = retry_at

    def __reduce__(self) -> tuple[type[SourceBusyError], tuple[str, datetime | None]]:
        return type(self), (str(self), self.retry_at)


class SourceBrokenError(SourceError):
    """The source's answer cannot be understood: cut off, too large, or something else entirely."""


class SourceRequestError(SourceError):
    """The source says that the request is wrong (4xx), or that nothing is there (404, 410)."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status

    def __reduce__(self) -> tuple[type[SourceRequestError], tuple[str, int]]:
        return type(self), (str(self), self.status)


class SourceRefusedError(SourceError):
    """The source refuses (403, or a challenge): nothing more is asked until a person says so.

    `place` is the client's name of what is shut ("arxiv", "openreview", "feeds.example.org"), which
    `Web.release` takes.
    """

    def __init__(self, message: str, place: str = "") -> None:
        super().__init__(message)
        self.place = place

    def __reduce__(self) -> tuple[type[SourceRefusedError], tuple[str, str]]:
        return type(self), (str(self), self.place)


class ForbiddenAddressError(SourceError):
    """The address is private, or not of the web; no request was sent."""


class MailError(BroadsheetError):
    """A letter was not taken; `code` is what the relay answered (0: nothing). `about_address`: what
    it said speaks of the recipient's address, and not of the letter, the relay or the sender."""

    def __init__(self, message: str, code: int = 0, *, about_address: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.about_address = about_address

    def __reduce__(self) -> tuple[type[MailError], tuple[str, int], dict[str, object]]:
        return type(self), (str(self), self.code), dict(vars(self))


class RelayDownError(MailError):
    """The relay cannot be reached, or lets nobody in; no letter and no address is to blame."""


class MailDeferredError(MailError):
    """The relay wants this letter later (4yz); `connection_lost`: and no other one now (421)."""

    def __init__(
        self,
        message: str,
        code: int = 0,
        *,
        about_address: bool = False,
        connection_lost: bool = False,
    ) -> None:
        super().__init__(message, code, about_address=about_address)
        self.connection_lost = connection_lost


class MailRefusedError(MailError):
    """The relay will never take this letter (5yz)."""


class MailUncertainError(MailError):
    """After the final dot no answer came: the relay may have taken the letter, or not."""
