"""A library whose shelves learn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from topics import Learners


@pytest.fixture
def learners(tmp_path: Path) -> Iterator[Learners]:
    made = Learners(tmp_path / "library")
    yield made
    made.close()
