"""What goes wrong inside tantivy, told as errors that a person can do something about."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from broadsheet.errors import (
    BroadsheetError,
    IndexNotReadyError,
    StorageBusyError,
    StorageError,
    StorageFullError,
)

# A panic of the native library; its class cannot be imported, and it is no `Exception`.
_PANIC = "PanicException"
# All that is known of a writer that died is that its disk did not take the data.
_FULL = ("no space left", "disk quota", "file too large", "writer was killed")


@contextmanager
def reported() -> Iterator[None]:
    """Around every call that reads or writes index files.

    Damaged files give IndexNotReadyError, a full disk StorageFullError, a writer elsewhere
    StorageBusyError, missing permissions StorageError.
    """
    try:
        yield
    except (ValueError, OSError) as error:
        raise _explain(str(error)) from error
    except BaseException as error:
        if type(error).__name__ != _PANIC:
            raise
        raise _explain(str(error)) from error


def _explain(cause: str) -> BroadsheetError:
    told = cause.lower()
    if any(sign in told for sign in _FULL):
        return StorageFullError("The search index could not be written: the disk is full.")
    if "permission denied" in told:
        return StorageError("The search index cannot be opened or written: permission denied.")
    if "lockbusy" in told:
        return StorageBusyError(
            "Another process is writing to the search index; try again when it is done."
        )
    return IndexNotReadyError("The search index is damaged; `broadsheet index rebuild` mends it.")
