"""What went wrong, as a reader should hear it: one sentence, a status, never a traceback."""

from __future__ import annotations

from http import HTTPStatus
from typing import NamedTuple

from starlette.exceptions import HTTPException

from broadsheet.errors import (
    BroadsheetError,
    EmbedderError,
    IndexNotReadyError,
    InvalidInputError,
    InvalidQueryError,
    NotFoundError,
    StorageBusyError,
)

RETRY_SECONDS = "10"

_STATUSES: tuple[tuple[type[BroadsheetError], int], ...] = (
    (NotFoundError, 404),
    (InvalidInputError, 400),
    (IndexNotReadyError, 503),
    (StorageBusyError, 503),
    (EmbedderError, 503),
)

_SENTENCES = {
    400: "The server could not make sense of this request.",
    404: "There is no page at this address.",
    405: "This address can only be read.",
    500: "Something went wrong inside Broadsheet. The details are in the server's log.",
}

_TITLES = {
    400: "That cannot be read",
    404: "Not in this library",
    405: "Read only",
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
        message = _SENTENCES.get(status, HTTPStatus(status).phrase + ".")
        headers = dict(error.headers or {})
    elif isinstance(error, BroadsheetError) and status != HTTPStatus.INTERNAL_SERVER_ERROR:
        message = str(error)
    else:
        message = _SENTENCES[500]
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = RETRY_SECONDS
    position = error.position if isinstance(error, InvalidQueryError) else None
    title = _TITLES.get(status, HTTPStatus(status).phrase)
    return Problem(status, title, message, headers, position)


def _status(error: Exception) -> int:
    if isinstance(error, HTTPException):
        return error.status_code
    return next((status for kind, status in _STATUSES if isinstance(error, kind)), 500)
