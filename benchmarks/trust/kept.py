"""Tasks by several processes, kept as they are done: what is stopped goes on from there."""

from __future__ import annotations

import json
import os
import shutil
import sys
import traceback
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

Task = tuple[str, Callable[[Path], "list[str] | None"]]
"""Its name, and what finds what is wrong, in a folder of its own; None: there was nothing to try."""


def read_found(folder: Path) -> dict[str, list[str]]:
    """Name of a task -> what was wrong, as all processes wrote it; a line that was cut off is tried again."""
    found: dict[str, list[str]] = {}
    for file in sorted(folder.glob("found-*.jsonl")):
        for line in file.read_text().splitlines():
            if line.endswith("}"):
                entry = json.loads(line)
                found[entry["point"]] = entry["wrong"]
    return found


def taken(name: str, every: int) -> bool:
    """Whether a sample of each so manieth has this one: always the same, by its name."""
    return zlib.crc32(name.encode()) % every == 0


def run_tasks(tasks: Sequence[Task], scratch: Path, processes: int) -> dict[str, list[str]]:
    """Does those that are not known in ``scratch`` yet, and returns what is known of all.

    Raises:
        RuntimeError: a process ended before its tasks did.
    """
    done = read_found(scratch)
    left = [task for task in tasks if task[0] not in done]
    workers = [_start(left[n::processes], scratch, n) for n in range(processes)]
    ends = [os.waitpid(worker, 0)[1] for worker in workers]
    if any(ends):
        raise RuntimeError(f"A process ended; {scratch} has what it found.")
    done = read_found(scratch)
    return {name: done[name] for name, _ in tasks if name in done}


def _start(tasks: Sequence[Task], scratch: Path, number: int) -> int:
    """Forks a process that does these; its number."""
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child:
        return child
    place, code = scratch / f"tried-{number}", 0
    try:
        with (scratch / f"found-{number}.jsonl").open("a") as out:
            for name, find in tasks:
                wrong = find(place)
                if wrong is not None:
                    out.write(json.dumps({"point": name, "wrong": wrong}) + "\n")
                    out.flush()
        shutil.rmtree(place, ignore_errors=True)
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
