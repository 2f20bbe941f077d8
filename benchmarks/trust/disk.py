"""What a power cut may leave of a folder: what was synced stays, all else may be gone.

A command runs with the library of `faults.c`, which stops it after each call that changed something. `Disk` then looks
at the folder: it keeps what was synced of each file, and the names in each folder that was synced.
"""

from __future__ import annotations

import hashlib
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

Left = dict[str, bytes | None]
"""Path relative to the workspace -> what the file holds; None: a folder."""
WAYS = ("nothing else", "names without contents", "some of it", "all of it")
"""What lasts beside what was synced. "All of it" is what a killed process leaves."""


@dataclass(eq=False)
class Node:
    """A file or folder that has a place on the disk, whatever it is called."""

    content: bytes | None
    names: dict[str, Node] = field(default_factory=dict)
    synced_content: bytes = b""
    synced_names: dict[str, Node] = field(default_factory=dict)

    def sync(self) -> None:
        """From now on it lasts as it is."""
        self.synced_content, self.synced_names = self.content or b"", dict(self.names)


class Disk:
    """The folder ``root``: as it is, and as a power cut would leave it. All that is there at first lasts."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._nodes: dict[int, Node] = {}
        self.look()
        for node in self._nodes.values():
            node.sync()

    def look(self) -> None:
        """Sees what is there now. A number of the file system's that was gone stands for another file."""
        seen: dict[int, Node] = {}
        self.top = self._look_at(self.root, seen)
        self._nodes = seen

    def _look_at(self, path: Path, seen: dict[int, Node]) -> Node:
        number = os.lstat(path).st_ino
        node = seen[number] = self._nodes.get(number) or Node(None)
        if path.is_dir():
            node.names = {one.name: self._look_at(Path(one.path), seen) for one in sorted(os.scandir(path), key=_name)}
        else:
            content = path.read_bytes()
            if content != node.content:  # else the one that is shared with what was kept
                node.content = content
        return node

    def synced(self, path: Path) -> None:
        """`look` has seen it; from now on ``path`` lasts."""
        with_number = self._nodes.get(os.lstat(path).st_ino) if path.exists() else None
        if with_number is not None:
            with_number.sync()

    def left(self, way: str, rng: random.Random) -> Left:
        """What a power cut leaves at this moment; ``way``: of `WAYS`."""
        found: Left = {}
        _leave(self.top, "", way, rng, found)
        return found


def _name(entry: os.DirEntry[str]) -> str:
    return entry.name


def _leave(node: Node, path: str, way: str, rng: random.Random, found: Left) -> None:
    if node.content is not None:
        found[path] = _content(node, way, rng)
        return
    if path:
        found[path] = None
    lasting = way == WAYS[0] or (way == WAYS[2] and rng.random() < 0.5)
    for name, one in (node.synced_names if lasting else node.names).items():
        _leave(one, f"{path}/{name}".lstrip("/"), way, rng, found)


def _content(node: Node, way: str, rng: random.Random) -> bytes:
    now, kept = node.content or b"", node.synced_content
    if now == kept or way == WAYS[3]:
        return now
    if way == WAYS[0]:
        return kept
    return b"" if way == WAYS[1] else rng.choice((kept, b"", now[: len(now) // 2], now))


def digest(left: Left) -> str:
    """Tells whether two are the same."""
    found = hashlib.sha256()
    for name, content in sorted(left.items()):
        found.update(f"{name}\0{'/' if content is None else len(content)}\0".encode() + (content or b""))
    return found.hexdigest()[:16]


def lay_out(left: Left, place: Path) -> None:
    """Makes the folder ``place``, which is not there, of what was left."""
    place.mkdir(parents=True)
    for name, content in sorted(left.items()):
        path = place / name
        if content is None:
            path.mkdir(parents=True, exist_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def moments(told: int, answers: int, disk: Disk) -> Iterator[int]:
    """Each call that changed something, by its number; the command goes on once the next is asked for.

    Args:
        told: where the library writes; answers: where it waits.
    """
    disk.look()
    with os.fdopen(told, encoding="utf-8", errors="surrogateescape") as lines:
        for number, line in enumerate(lines, 1):
            disk.look()
            if line.startswith("S"):
                disk.synced(Path(line[1:].rstrip("\n")))
            yield number
            os.write(answers, b"\0")
