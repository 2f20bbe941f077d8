"""How far a long task is: a bar on a terminal or in a notebook, a plain line now and then in a log, or nothing."""

from __future__ import annotations

import html
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TextIO

from learn.printable import printable

SECONDS_BETWEEN_LINES = 10.0
SECONDS_BETWEEN_BARS = 0.5


class Handle(Protocol):
    """One running task."""

    def update(self, n: float = 1, **fields: Any) -> None:
        """``n`` more units are done; ``fields`` are shown beside (``loss=1.25``)."""


class Progress(Protocol):
    """What long tasks report to."""

    def task(self, description: str, total: float, unit: str) -> Any:
        """A context manager that yields a `Handle`."""


def make_progress(silent: bool = False, stream: TextIO | None = None) -> Progress:
    """A bar with rate and time left in a notebook or when ``stream`` (default: stderr) is a terminal, else a line every
    10 seconds."""
    if silent:
        return SilentProgress()
    if stream is None and _in_notebook():
        return NotebookProgress()
    stream = stream or sys.stderr
    return BarProgress(stream) if stream.isatty() else LineProgress(stream)


class SilentProgress:
    """Says nothing."""

    @contextmanager
    def task(self, description: str, total: float, unit: str) -> Iterator[Handle]:
        """See `Progress.task`."""
        yield self

    def update(self, n: float = 1, **fields: Any) -> None:
        """Says nothing."""


class LineProgress:
    """One line at the start, every `SECONDS_BETWEEN_LINES`, and at the end."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    @contextmanager
    def task(self, description: str, total: float, unit: str) -> Iterator[Handle]:
        """See `Progress.task`."""
        handle = _Lines(self.stream, description, total, unit)
        handle.say()
        yield handle
        handle.say()


class NotebookProgress:
    """A bar per task under the cell that runs it, drawn anew in its place."""

    @contextmanager
    def task(self, description: str, total: float, unit: str) -> Iterator[Handle]:
        """See `Progress.task`."""
        from IPython.display import display

        handle = _Page(display, description, total, unit)
        yield handle
        handle.say()


class _Lines:
    def __init__(self, stream: TextIO, description: str, total: float, unit: str) -> None:
        self.stream, self.description, self.total, self.unit = stream, description, total, unit
        self.done, self.started, self.said = 0.0, time.monotonic(), time.monotonic()
        self.fields: dict[str, Any] = {}

    def update(self, n: float = 1, **fields: Any) -> None:
        self.done += n
        self.fields.update(fields)
        if time.monotonic() - self.said >= SECONDS_BETWEEN_LINES:
            self.say()

    def say(self) -> None:
        self.said = time.monotonic()
        print(self.text(), file=self.stream, flush=True)

    def text(self) -> str:
        text = f"{printable(self.description)}: {self.done:,.0f} of {self.total:,.0f} {self.unit}"
        if self.done:
            rate = self.done / max(self.said - self.started, 1e-9)
            text += f", {rate:,.1f} {self.unit}/s, {_clock(max(self.total - self.done, 0) / rate)} left"
        return text + _fields(self.fields)


class _Page(_Lines):
    """The same words beside a bar, as a notebook's output."""

    def __init__(self, display: Any, description: str, total: float, unit: str) -> None:
        super().__init__(sys.stderr, description, total, unit)
        self.shown = display(self, display_id=True)

    def update(self, n: float = 1, **fields: Any) -> None:
        self.done += n
        self.fields.update(fields)
        if time.monotonic() - self.said >= SECONDS_BETWEEN_BARS:
            self.say()

    def say(self) -> None:
        self.said = time.monotonic()
        self.shown.update(self)

    def _repr_html_(self) -> str:
        bar = f'<progress value="{self.done:.0f}" max="{self.total:.0f}"></progress>'
        return f"<div>{bar} {html.escape(self.text())}</div>"

    def __repr__(self) -> str:
        return self.text()


class BarProgress:
    """A bar per task, on a terminal."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    @contextmanager
    def task(self, description: str, total: float, unit: str) -> Iterator[Handle]:
        """See `Progress.task`."""
        from rich.console import Console
        from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as RichProgress

        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[rate]}", markup=False),
            TimeRemainingColumn(),
            TextColumn("{task.fields[more]}", markup=False),
        )
        with RichProgress(*columns, console=Console(file=self.stream, markup=False, emoji=False)) as bars:
            yield _Bar(bars, bars.add_task(printable(description), total=total, rate="", more=""), unit)


class _Bar:
    def __init__(self, bars: Any, task: Any, unit: str) -> None:
        self.bars, self.task, self.unit = bars, task, unit
        self.done, self.started = 0.0, time.monotonic()
        self.fields: dict[str, Any] = {}

    def update(self, n: float = 1, **fields: Any) -> None:
        self.done += n
        self.fields.update(fields)
        rate = self.done / max(time.monotonic() - self.started, 1e-9)
        self.bars.update(self.task, advance=n, rate=f"{rate:,.1f} {self.unit}/s", more=_fields(self.fields).strip(", "))


def _in_notebook() -> bool:
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    return getattr(shell, "kernel", None) is not None


def _fields(fields: dict[str, Any]) -> str:
    shown = (f"{name} {value:.4g}" if isinstance(value, float) else f"{name} {value}" for name, value in fields.items())
    return "".join(f", {printable(text)}" for text in shown)


def _clock(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    return f"{minutes}:{seconds:02d}"
