"""What checks, locks and syncing cost: their share of the time of a command, counted inside it.

``python -m benchmarks.trust.cost WORDS`` runs ``learn WORDS``, for example
``python -m benchmarks.trust.cost demo --workspace NEW``, and prints the seconds within each and their share.
"""

from __future__ import annotations

import importlib
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any

COUNTED = {
    "learn.checksums": ("sha256", "_stated", "_replace_sums"),
    "learn.tensor_files": ("_digest",),
    "learn.exchange": ("fsync_folder", "fsync_tree", "make_folder", "exchange"),
    "learn.locks": ("sweep_locks",),
    "learn.partial": ("sweep_partial", "restore_retired"),
}
"""Module -> what is timed, wherever it was imported to; beside it `os.fsync` and taking and leaving locks."""


class Clock:
    """Seconds within what is counted; one within another counts once."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._within = 0

    def timed(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """``call``, whose time is counted as ``name``'s."""

        @wraps(call)
        def counted(*words: Any, **named: Any) -> Any:
            began, self._within = time.perf_counter(), self._within + 1
            try:
                return call(*words, **named)
            finally:
                self._within -= 1
                if not self._within:
                    self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - began

        return counted


def watch(clock: Clock) -> None:
    """Puts the clock around all that is counted."""
    for module, names in COUNTED.items():
        importlib.import_module(module)
        for name in names:
            real = getattr(sys.modules[module], name)
            counted = clock.timed(f"{module}.{name}", real)
            for other in list(sys.modules.values()):
                if getattr(other, "__name__", "").startswith("learn") and getattr(other, name, None) is real:
                    setattr(other, name, counted)
    os.fsync = clock.timed("os.fsync", os.fsync)
    from filelock import FileLock

    for name in ("acquire", "release"):
        setattr(FileLock, name, clock.timed(f"lock {name}", getattr(FileLock, name)))


def main() -> int:
    """Runs the command; 0 where it did."""
    from learn import pipeline  # noqa: F401  # what imports the counted functions is there before they are replaced
    from learn.cli import commands
    from learn.runs import run  # noqa: F401

    clock = Clock()
    watch(clock)
    began = time.perf_counter()
    with suppress(SystemExit):
        commands.main()
    whole = time.perf_counter() - began
    for name, seconds in sorted(clock.seconds.items(), key=lambda one: -one[1]):
        print(f"{name}: {seconds:.3f} s")
    counted = sum(clock.seconds.values())
    print(f"checks and locks: {counted:.2f} of {whole:.1f} s, {counted / whole:.2%}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
