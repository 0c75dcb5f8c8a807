"""What went wrong, as a reader should hear it: one sentence, a status, never a traceback."""

from __future__ import annotations

from http import HTTPStatus
from typing import NamedTuple

from starlette.exceptions import HTTPException

from broadsheet.errors import (
    BroadsheetError,
    ConflictError,
    EmbedderError,
    IndexNotReadyError,
    InvalidInputError,
    InvalidQueryError,
    MailError,
    NotFoundError,
    RankerError,
    SourceError,
    StorageBusyError,
    StorageReadOnlyError,
)

RETRY_SECONDS = "10"

_STATUSES: tuple[tuple[type[BroadsheetError], int], ...] = (
    (NotFoundError, 404),
    (InvalidInputError, 400),
    (ConflictError, 409),
    (SourceError, 502),
    (MailError, 502),
    (IndexNotReadyError, 503),
    (StorageBusyError, 503),
    (StorageReadOnlyError, 503),
    (EmbedderError, 503),
    (RankerError, 503),
)

_SENTENCES = {
    400: "The server could not make sense of this request.",
    404: "There is no page at this address.",
    403: "This is not yours to do.",
    405: "This address cannot be used in this way.",
    413: "This is too large to be sent here.",
    429: "That was a lot in a short time; please wait a moment and try again.",
    500: "Something went wrong inside Broadsheet. The details are in the server's log.",
}

NOT_SIGNED_IN = "Sign in first; a program shows a key that is good: Authorization: Bearer …"
OPERATORS_ONLY = "This is for operators of this instance."
READING_ONLY = (
    "This instance has no accounts and is reached from other machines, so it can only be read."
)
NO_CHANGES = "The library takes no changes at the moment; reading goes on."
READ_ONLY_KEY = "A key is for reading; to change something, sign in."
STRANGE_PAGE = (
    "This form did not come from a page of this Broadsheet. Go back, load the page again, and send "
    "it from there."
)
_REFUSALS = (NO_CHANGES, NOT_SIGNED_IN, OPERATORS_ONLY, READING_ONLY, READ_ONLY_KEY, STRANGE_PAGE)

_TITLES = {
    400: "That cannot be read",
    404: "Not in this library",
    401: "Who is there?",
    403: "Not for you",
    405: "Not like this",
    409: "That does not go together",
    413: "Too large",
    429: "One moment",
    500: "Stop press",
    503: "In a moment",
}


class Problem(NamedTuple):
    """An error made ready for an answer; `position` is the place of a mistake in a query."""

    status: int
    title: str
    message: str
    headers: dict[str, str]
    position: int | None = None


def describe(error: Exception) -> Problem:
    """The problem that an error means for a reader.

    What only the operator can mend is for the log: its message may name folders of this machine.
    """
    status = _status(error)
    headers: dict[str, str] = {}
    if isinstance(error, HTTPException):
        message = _sentence(status, error.detail)
        headers = dict(error.headers or {})
    elif isinstance(error, StorageReadOnlyError):
        message = NO_CHANGES
    elif isinstance(error, BroadsheetError) and status != HTTPStatus.INTERNAL_SERVER_ERROR:
        message = str(error)
    else:
        message = _SENTENCES[500]
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = RETRY_SECONDS
    position = error.position if isinstance(error, InvalidQueryError) else None
    title = _TITLES.get(status, HTTPStatus(status).phrase)
    return Problem(status, title, message, headers, position)


def _sentence(status: int, detail: str) -> str:
    """Our own words where `gate` gave some, else those for the status: never a library's."""
    return (
        detail if detail in _REFUSALS else _SENTENCES.get(status, HTTPStatus(status).phrase + ".")
    )


def _status(error: Exception) -> int:
    if isinstance(error, HTTPException):
        return error.status_code
    return next((status for kind, status in _STATUSES if isinstance(error, kind)), 500)
