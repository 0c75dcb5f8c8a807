"""An index in a folder that takes no changes, seen through links in a folder that does.

tantivy makes a lock file wherever it reads; it is made beside the links.
"""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

_LOCKS = ".tantivy-"


class LinkedFolder:
    """The folder to open in place of `folder`: itself, or links to its files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._links = None if os.access(folder, os.W_OK) else TemporaryDirectory("-broadsheet")
        self.path = Path(self._links.name) if self._links else folder
        self.refresh()

    def refresh(self) -> None:
        """Link what another process has made since, which can write where this one cannot."""
        if not self._links:
            return
        for file in self._folder.iterdir():
            link = self.path / file.name
            if not (link.is_symlink() or file.name.startswith(_LOCKS)):
                link.symlink_to(file.absolute())

    def close(self) -> None:
        """Take the links away; files that are open stay readable."""
        if self._links:
            self._links.cleanup()
