"""What is remembered of a budget between requests, in a file that is never half written."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from broadsheet.errors import StorageError, StorageFullError, StorageReadOnlyError


@dataclass(frozen=True, slots=True)
class State:
    """What is remembered of a budget between requests.

    `end` is on the machine's monotonic clock, which all processes share. While a request runs,
    `open` holds; who finds it so knows that the request was killed. `not_before` is in seconds of
    the epoch, `why` and `blocked` are sentences that want no full stop yet.
    """

    end: float = float("-inf")
    open: bool = False
    not_before: float = 0.0
    failures: int = 0
    why: str = ""
    blocked: str = ""

    @classmethod
    def read(cls, path: Path) -> State | None:
        """What a file says; None when it is damaged."""
        try:
            with usable(path.parent):
                values = json.loads(path.read_bytes())
        except FileNotFoundError:
            return cls()
        except ValueError:
            return None
        defaults = asdict(cls())
        if not isinstance(values, dict) or values.keys() != defaults.keys():
            return None
        if any(type(values[name]) is not type(default) for name, default in defaults.items()):
            return None
        return cls(**values)

    def write(self, path: Path) -> None:
        """Replace a file, whole or not at all."""
        draft = path.with_suffix(".tmp")
        with usable(path.parent):
            with draft.open("w", encoding="utf-8") as file:
                json.dump(asdict(self), file)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)


@contextmanager
def usable(folder: Path) -> Iterator[None]:
    """Say in a sentence what is wrong with the folder."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as exc:
        if exc.errno in {errno.EROFS, errno.EACCES, errno.EPERM}:
            raise StorageReadOnlyError(f"{folder} cannot be written: no source is asked.") from exc
        if exc.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise StorageFullError(f"No space is left for {folder}: no source is asked.") from exc
        raise StorageError(f"{folder} cannot be used: {exc.strerror}.") from exc
