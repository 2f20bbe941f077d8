"""The explorer under many browsers at once: python benchmarks/explorer_load.py --minutes 10

Starts `learn app`, opens sessions as browsers do (websockets), and lets each go round Recommendations, the Atlas, New
user and, every half minute, a new item that is its own. Every page is looked at: an error in it, somebody else's person
or text in it, or a browser that gets no answer ends the run with exit code 1. Prints what a page took and how the
server's memory grew.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil
import websockets
from by_socket import ask, connect

ROOT = Path(__file__).resolve().parent.parent
NEW_ITEM, ATLAS, NEW_USER, RECOMMENDATIONS = "cold_start", "atlas", "new_user", "recommendations"
PAUSE = 1.0
"""Seconds that somebody looks at a page."""
MOST_SECONDS = 180.0
"""A page that takes longer counts as no answer."""


@dataclass
class Seen:
    """What all browsers met."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wrong: list[str] = field(default_factory=list)
    queued: int = 0
    memory: list[tuple[float, float]] = field(default_factory=list)  # (seconds, MiB)


class Browser:
    """One session: a number, and pages that are its own."""

    def __init__(self, number: int, people: list[str], items: list[str], seen: Seen) -> None:
        self.number, self.seen = number, seen
        self.person, self.item = people[number % len(people)], items[number % len(items)]
        self.typed = 0

    async def live(self, port: int, until: float, every: float) -> None:
        """Goes from page to page until the end; ``every``: seconds between two new items."""
        next_item = time.monotonic() + every * (self.number % 10) / 10
        turn = self.number
        async with connect(port) as socket:
            while time.monotonic() < until:
                page = (RECOMMENDATIONS, ATLAS, NEW_USER)[turn % 3]
                turn += 1
                if time.monotonic() >= next_item:
                    page, next_item = NEW_ITEM, time.monotonic() + every
                await self.visit(socket, page)
                await asyncio.sleep(PAUSE)

    async def visit(self, socket: websockets.ClientConnection, page: str) -> None:
        """Opens one page and looks at all of it."""
        started = time.perf_counter()
        sent = await ask(socket, page, self.query(page), MOST_SECONDS)
        words = "\n".join(sent.words)
        self.seen.seconds[page].append(time.perf_counter() - started)
        self.seen.queued += "in the queue" in words
        faults = sent.exceptions() if sent.answered else ["no answer"]
        faults += self.cross_talk(page, words)
        self.seen.wrong += [f"browser {self.number}, {page}: {fault}" for fault in faults]

    def query(self, page: str) -> dict[str, object]:
        """What this browser's address says."""
        if page == RECOMMENDATIONS:
            return {"user": self.person}
        if page == NEW_USER:
            return {"basket": [self.item]}
        if page == NEW_ITEM:
            self.typed += 1
            return {"what": "new", "new_title": f"Oat biscuits {self.mark()}", "new_category": "", "new_brand": ""}
        return {}

    def mark(self) -> str:
        """A word that only this browser has typed."""
        return f"mark{self.number}x{self.typed}x"

    def cross_talk(self, page: str, words: str) -> list[str]:
        """What is on a page and not this browser's, or is missing there."""
        if page == RECOMMENDATIONS:
            found = set(re.findall(r"why\?[^\"]*?user=([^&\"\\]+)", words))
            return [] if found == {self.person} else [f"of {found or 'nobody'}, not of {self.person}"]
        if page == NEW_ITEM:
            found = set(re.findall(r"mark\d+x\d+x", words))
            return [] if found == {self.mark()} else [f"reads {found or 'nothing'}, not {self.mark()}"]
        if page == NEW_USER:
            return [] if self.item in words else [f"has no {self.item}"]
        return []


async def watch(server: psutil.Process, seen: Seen, until: float) -> None:
    """Notes the server's memory, children and all."""
    began = time.monotonic()
    while time.monotonic() < until:
        size = 0
        for process in [server, *server.children(recursive=True)]:
            with suppress(psutil.Error):
                size += process.memory_info().rss if "convert_models" not in " ".join(process.cmdline()) else 0
        seen.memory.append((time.monotonic() - began, size / 2**20))
        await asyncio.sleep(1)


async def everybody(arguments: argparse.Namespace, port: int, server: psutil.Process, seen: Seen) -> None:
    """All browsers, for as long as was asked for."""
    people, items = population(arguments.workspace)
    until = time.monotonic() + arguments.minutes * 60
    browsers = [Browser(number, people, items, seen) for number in range(arguments.browsers)]
    lives = [browser.live(port, until, arguments.new_item_every) for browser in browsers]
    ended = await asyncio.gather(*lives, watch(server, seen, until), return_exceptions=True)
    seen.wrong += [f"{type(one).__name__}: {one}" for one in ended if isinstance(one, BaseException)]


def population(workspace: str | None) -> tuple[list[str], list[str]]:
    """Ids of people and of items of the first dataset."""
    from learn.data.stored import dataset_names, open_dataset
    from learn.workspace import Workspace

    place = Workspace.at(workspace)
    dataset = open_dataset(place, dataset_names(place)[0])
    return dataset.user_ids.tolist(), dataset.item_ids.tolist()


def report(seen: Seen, minutes: float) -> dict[str, float]:
    """The figures, by name; growth after the first third of the time."""
    every = np.concatenate([np.asarray(times) for times in seen.seconds.values()])
    figures = {"pages": float(len(every)), "faults": float(len(seen.wrong)), "queued": float(seen.queued)}
    for page, times in seen.seconds.items():
        figures[f"{page}, median s"], figures[f"{page}, p95 s"] = np.percentile(times, [50, 95]).round(2).tolist()
    at, size = np.asarray(seen.memory).T
    late = at > minutes * 60 / 3
    figures["memory at the end, MiB"] = round(float(size[-1]))
    figures["memory growth, MiB a minute"] = round(float(np.polyfit(at[late] / 60, size[late], 1)[0]), 2)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workspace", default=None)
    parser.add_argument("--browsers", type=int, default=40)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--new-item-every", type=float, default=30, help="seconds, of each browser")
    parser.add_argument("--out", type=Path, default=None, help="a JSON file for the figures")
    arguments = parser.parse_args()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "learn.cli", "app", "--headless", "--port", str(port)]
    command += ["--workspace", arguments.workspace] if arguments.workspace else []
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    seen = Seen()
    try:
        for _ in range(600):
            with suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5).close()
                break
            time.sleep(0.2)
        asyncio.run(everybody(arguments, port, psutil.Process(server.pid), seen))
    finally:
        server.terminate()
        server.wait(timeout=30)
    figures = report(seen, arguments.minutes)
    print("\n".join(f"{name}: {value:g}" for name, value in figures.items()))
    print("\n".join(seen.wrong[:20]))
    if arguments.out:
        arguments.out.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    raise SystemExit(bool(seen.wrong))


if __name__ == "__main__":
    main()
