"""Progress bars: one line a stage, with rate and time left. Imported only on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import click
from rich.console import Console, RenderableType
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

NAME = Column(max_width=32, no_wrap=True, overflow="ellipsis")
ROOMY = 100
"""As wide as a terminal must be for the bars themselves; numbers say more."""

WARM_UP, SOON = 5.0, 10.0
"""Seconds before a rate means anything; and so few left that nobody needs to be told."""

MINUTE, HOUR = 60.0, 3600.0
PART = ": "
"""Stands in the name of a stage that is a stream ("arxiv: cs.LG harvest"), and before the reason
why it waits ("arxiv: cs.LG harvest: arXiv asks for patience.")."""


class CountColumn(ProgressColumn):
    """How many are done, of about how many, how fast, and how long it will take.

    The rate is that since the stage was first heard of: totals are estimates that change, and
    rich's own rate begins anew with each of them.
    """

    def __init__(self) -> None:
        super().__init__(Column(no_wrap=True))

    def render(self, task: Task) -> Text:
        elapsed, came = task.elapsed or 0.0, task.completed - task.fields["first"]
        rate = came / elapsed if elapsed >= 1.0 and not task.fields["waits"] else 0.0
        left = max((task.total or 0.0) - task.completed, 0.0)
        parts = [f"{task.completed:,.0f}"] if task.completed else []
        if left:
            parts.append(f"of about {task.total:,.0f}")
        if rate:
            parts.append(f"· {_tell_rate(rate)}")
        if rate and left > SOON * rate and elapsed >= WARM_UP:
            parts.append(f"· about {_tell_span(left / rate)} left")
        return Text(" ".join(parts))


def _tell_rate(rate: float) -> str:
    return f"{rate:,.0f}/s" if rate >= 1.0 else f"{rate * MINUTE:,.0f}/min"


def _tell_span(seconds: float) -> str:
    if seconds < 1.5 * MINUTE:
        return f"{seconds:.0f} s"
    return f"{seconds / MINUTE:.0f} min" if seconds < 1.5 * HOUR else f"{seconds / HOUR:,.0f} h"


class _View(Progress):
    """Bars, and below them in full why one of them waits."""

    reason = ""

    def get_renderables(self) -> Iterable[RenderableType]:
        yield from super().get_renderables()
        if self.reason:
            yield Text(f"  {self.reason}", style="yellow")


class Bars:
    """The listener that draws, one bar a stage, on standard error."""

    def __init__(self) -> None:
        console = Console(stderr=True)
        drawn = [BarColumn(bar_width=14)] if console.width >= ROOMY else []
        self._reading = sys.stdout.isatty()
        self.view = _View(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False, table_column=NAME),
            *drawn,
            CountColumn(),
            console=console,
            transient=True,
            # What is printed meanwhile goes above the bars; to a file it must go as it is.
            redirect_stdout=self._reading,
        )
        self._tasks: dict[str, TaskID] = {}
        self._waiting = ""

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        label, reason = (stage, "") if done or total is not None else self._split(stage)
        if label not in self._tasks:
            self._tasks[label] = self.view.add_task(
                printable(label), total=None, first=done, waits=False
            )
        if reason:
            self._wait(label, reason)
        else:
            self._go_on(label)
            self._draw(label, done, total)

    def _draw(self, label: str, done: int, total: int | None) -> None:
        open_end = total is None or done >= total
        number = self._tasks[label]
        task = next(each for each in self.view.tasks if each.id == number)
        task.total = None if open_end else total  # by `update` it would not be forgotten again
        # A stream is over when it is said to be; what merely follows it comes and goes.
        shown = total is None or not open_end or PART in label
        self.view.update(number, completed=done, visible=shown)

    def _split(self, stage: str) -> tuple[str, str]:
        """The stage, and why it waits, where that was told."""
        for label in self._tasks:
            if stage.startswith(label + PART):
                return label, stage.removeprefix(label + PART)
        source, _, rest = stage.partition(PART)
        title, _, reason = rest.partition(PART)
        return (source + PART + title, reason) if reason else (stage, "")

    def _wait(self, label: str, reason: str) -> None:
        self._waiting, self.view.reason = label, printable(reason)
        self.view.update(self._tasks[label], waits=True)

    def _go_on(self, label: str) -> None:
        if label == self._waiting:
            self.view.update(self._tasks[label], waits=False)
            self._waiting = self.view.reason = ""

    def end(self, stage: str) -> None:
        """Take the bar of a stage away."""
        self._go_on(stage)
        if stage in self._tasks:
            self.view.remove_task(self._tasks.pop(stage))

    def say(self, line: str) -> None:
        """Print a line above the bars; into a file, as it is."""
        if self._reading:
            self.view.console.print(Text(line), soft_wrap=True)
        else:
            click.echo(line)


@contextmanager
def bars() -> Iterator[Listener]:
    """A listener that draws, and wipes the bars away at the end."""
    drawing = Bars()
    with drawing.view:
        yield drawing
