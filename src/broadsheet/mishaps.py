"""Keeps the unexpected error of one from all the others."""

from __future__ import annotations

import logging
from types import TracebackType
from typing import Self

from broadsheet.errors import StorageError


class Mishap:
    """Logs the error that ends a block, with its traceback, and lets it go no further: a mistake is
    to be seen, and what others get does not hang on it. Errors that are `through` go on: a store
    that is busy or full is everybody's trouble, and all is tried again when it is over."""

    def __init__(
        self,
        log: logging.Logger,
        said: str,
        *about: object,
        through: tuple[type[Exception], ...] = (StorageError,),
    ) -> None:
        self._log = log
        self._said = said
        self._about = about
        self._through = through

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if not isinstance(error, Exception) or isinstance(error, self._through):
            return False
        self._log.error(self._said, *self._about, exc_info=error)
        return True
