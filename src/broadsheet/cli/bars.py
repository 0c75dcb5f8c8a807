"""Progress bars: one line a stage, with rate and time left. Imported only on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
)
from rich.table import Column
from rich.text import Text

from broadsheet.cli.output import Listener, printable

NAME = Column(max_width=28, no_wrap=True, overflow="ellipsis")


class CountColumn(ProgressColumn):
    """How many are done, of how many where that is known, how fast, and how long it will take.

    The rate is that since the stage began: totals of files are estimates that change, and rich's
    own rate begins anew with each of them.
    """

    def __init__(self) -> None:
        super().__init__(Column(no_wrap=True))

    def render(self, task: Task) -> Text:
        rate = task.completed / task.elapsed if task.elapsed else 0.0
        total = max(task.total or 0.0, task.completed)
        parts = [f"{task.completed:,.0f}"]
        if task.total:
            parts.append(f"of {total:,.0f}")
        if rate:
            parts.append(f"· {rate:,.0f}/s")
        if rate and task.total:
            parts.append(f"· {timedelta(seconds=round((total - task.completed) / rate))} left")
        return Text(" ".join(parts))


@contextmanager
def bars() -> Iterator[Listener]:
    """A listener that draws on standard error and wipes the bars away at the end."""
    view = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False, table_column=NAME),
        BarColumn(bar_width=14),
        CountColumn(),
        console=Console(stderr=True),
        transient=True,
        # What is printed meanwhile goes above the bars; to a file it must go as it is.
        redirect_stdout=sys.stdout.isatty(),
    )
    stages: dict[str, TaskID] = {}

    def listen(stage: str, done: int, total: int | None) -> None:
        if stage not in stages:
            stages[stage] = view.add_task(printable(stage), total=total)
        view.update(stages[stage], completed=done, total=total)

    with view:
        yield listen
