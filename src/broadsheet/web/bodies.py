"""What a form brought: read within bounds, so that no handler meets a body that is too large.

The door's `body` bounds the bytes (see `gate`); here the fields, the files and each one's size.
What is in a file costs many times its size while it is read, so few are read at once.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive

from broadsheet.errors import InvalidInputError
from broadsheet.turns import Turns
from broadsheet.web.doors import Handler

BODY = "broadsheet.body"
"""Where the scope of a request tells the largest body of its door."""
LARGEST_BIBLIOGRAPHY = 16 * 1024 * 1024
"""Of a form that sends one along, in bytes."""
MOST_FIELDS = 200
MOST_FILES = 4
_LONGEST_NUMBER = 15

FILES_AT_ONCE = 2
MOST_WAITING = 6
PATIENCE = 20.0
"""Seconds that somebody waits for their turn before being told to try again."""
BUSY = "Too many files are being read just now; please try again in a moment."


class Upload(NamedTuple):
    """A file that was sent along; its name is what the sender says, and not to be trusted."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form, in the order in which they came."""

    fields: tuple[tuple[str, str], ...] = ()
    files: tuple[tuple[str, Upload], ...] = ()

    def get(self, name: str, default: str = "") -> str:
        """The first value of a field."""
        return next((value for key, value in self.fields if key == name), default)

    def get_all(self, name: str) -> list[str]:
        """All values of a field that may be given several times."""
        return [value for key, value in self.fields if key == name]

    def has(self, name: str) -> bool:
        """Whether a field was sent; of a box to tick, whether it was ticked."""
        return any(key == name for key, _ in self.fields)

    def number(self, name: str, default: int | None = None) -> int:
        """A field that holds a number from 0. Raises InvalidInputError for anything else."""
        return _read_number(self.get(name).strip(), name, default)

    def numbers(self, name: str) -> list[int]:
        """All values of a field that holds numbers."""
        return [_read_number(text.strip(), name, None) for text in self.get_all(name)]

    def file(self, name: str) -> Upload | None:
        """The first file of a field; None where none was chosen."""
        return next((each for key, each in self.files if key == name and each.name), None)


def posted(handle: Callable[[Request, Form], Response]) -> Handler:
    """The handler of a door for a form: reads it, then lets `handle` answer in a thread."""

    async def answer(request: Request) -> Response:
        form = await read_form(request)
        return await run_in_threadpool(_answer, handle, request, form)

    return answer


_READING_FILES = Turns(BUSY, at_once=FILES_AT_ONCE, waiting=MOST_WAITING, patience=PATIENCE)


def _answer(handle: Callable[[Request, Form], Response], request: Request, form: Form) -> Response:
    with _READING_FILES.take() if form.files else nullcontext():
        return handle(request, form)


async def read_form(request: Request) -> Form:
    """What the form of a request brought. Raises HTTPException 400 for what is no form."""
    most = request.scope[BODY]
    async with request.form(
        max_files=MOST_FILES, max_fields=MOST_FIELDS, max_part_size=most
    ) as read:
        fields, files = [], []
        for name, value in read.multi_items():
            if isinstance(value, UploadFile):
                files.append((name, Upload(value.filename or "", await value.read())))
            else:
                fields.append((name, value))
    return Form(tuple(fields), tuple(files))


def capped(receive: Receive, most: int) -> Receive:
    """Receives a body up to `most` bytes, however it is sent; HTTPException 413 beyond."""
    left = most

    async def receive_capped() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise HTTPException(413)
        return message

    return receive_capped


def _read_number(text: str, name: str, default: int | None) -> int:
    if not text and default is not None:
        return default
    if text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER:
        return int(text)
    raise InvalidInputError(f"The field {name!r} of this form is a number.")
