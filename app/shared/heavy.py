"""What takes seconds of a processor: so many at a time as the machine can bear, in the order of asking, each kept."""

from __future__ import annotations

import os
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

import streamlit as st

Value = TypeVar("Value")

SECONDS_BETWEEN_LOOKS = 0.5
"""While somebody waits: then their place is shown anew, and a browser that has gone leaves the queue."""


class Queue:
    """Lets ``at_once`` in together; the others wait in the order in which they came."""

    def __init__(self, at_once: int) -> None:
        self.at_once = at_once
        self._inside = 0
        self._waiting: deque[object] = deque()
        self._changed = threading.Condition()

    @contextmanager
    def turn(self, show: Callable[[int], None] = lambda before: None) -> Iterator[None]:
        """The block runs when it is its turn.

        Args:
            show: is told how many are before this one, now and then while it waits. What it raises (a page that was
                left) takes this one out of the queue.
        """
        ticket = object()
        with self._changed:
            self._waiting.append(ticket)
        try:
            while (before := self._before(ticket)) is not None:
                show(before)
                with self._changed:
                    self._changed.wait(SECONDS_BETWEEN_LOOKS)
        except BaseException:
            with self._changed:
                self._waiting.remove(ticket)
                self._changed.notify_all()
            raise
        try:
            yield
        finally:
            with self._changed:
                self._inside -= 1
                self._changed.notify_all()

    def _before(self, ticket: object) -> int | None:
        """How many have to finish before this one may begin; None: it has begun."""
        with self._changed:
            place = self._waiting.index(ticket)
            if place == 0 and self._inside < self.at_once:
                self._waiting.popleft()
                self._inside += 1
                self._changed.notify_all()
                return None
            return self._inside + place


class Kept(Generic[Value]):
    """The last ``most`` results by key; the one that was used least lately goes first. Threads may share it."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._values: OrderedDict[Hashable, Value] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Value | None:
        """What was kept; None where there is nothing."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def put(self, key: Hashable, value: Value) -> None:
        """Keeps ``value``."""
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            while len(self._values) > self.most:
                self._values.popitem(last=False)


@st.cache_resource(max_entries=1, show_spinner=False)
def the_queue() -> Queue:
    """The one of this server: half of the processors, so that pages that only draw stay quick."""
    return Queue(max(1, (os.cpu_count() or 1) // 2))


def in_turn(kept: Kept[Value], key: Hashable, compute: Callable[[], Value], words: str) -> Value:
    """What is kept under ``key``, else what ``compute`` gives when it is its turn; meanwhile the page says ``words``,
    or which place in the queue this browser has."""
    found = kept.get(key)
    if found is not None:
        return found
    place = st.empty()
    started = time.monotonic()

    def show(before: int) -> None:
        waited = time.monotonic() - started
        place.info(f"{_ahead(before)} ({waited:.0f} s so far)", icon=":material/hourglass:")

    try:
        with the_queue().turn(show):
            found = kept.get(key)  # perhaps the one before asked for the same
            if found is None:
                with place, st.spinner(words):
                    found = compute()
                kept.put(key, found)
            return found
    finally:
        place.empty()


def _ahead(before: int) -> str:
    others = "another question is" if before == 1 else f"{before} other questions are"
    return f"Place {before} in the queue: {others} answered first"
