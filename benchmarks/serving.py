"""How quickly `learn app --api` answers /api/recommend at a steady rate, and whether as the Recommender does.

    python -m benchmarks.serving                            the bar: 200 requests a second for a minute
    python -m benchmarks.serving --rate 50 --seconds 20     on a machine that does other things too

The server is a process of its own, and so is who asks: one event loop that sends each request at its time, whether the
ones before are answered or not, over connections that stay open. A request's time counts from when it was due, so that
a server that stalls pays for all who wait. Every answer of the sample is compared with `Run.recommend`, digit by digit.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil

from learn.data.stored import open_dataset
from learn.runs.stored import open_run
from learn.workspace import Workspace

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = 200
SECONDS_TO_START = 600


@dataclass
class Load:
    """What came of the requests."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    answers: dict[str, bytes] = field(default_factory=dict)
    late: float = 0.0


async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str, port: int) -> tuple[int, bytes]:
    """One request over an open connection: status and body."""
    writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.decode("latin-1").lower().split("\r\n")
    length = next(int(line.split(":")[1]) for line in lines if line.startswith("content-length:"))
    return int(lines[0].split()[1]), await reader.readexactly(length)


async def load(port: int, paths: list[str], rate: float, connections: int) -> Load:
    """Asks for each of ``paths`` at its time."""
    found, due = Load(), asyncio.Queue[tuple[float, str]]()

    async def worker() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while True:
            when, path = await due.get()
            if not path:
                writer.close()
                return
            try:
                status, body = await asyncio.wait_for(ask(reader, writer, path, port), 60)
            except (OSError, TimeoutError, asyncio.IncompleteReadError, StopIteration) as error:
                found.errors.append(repr(error))
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                continue
            found.seconds.append(time.perf_counter() - when)
            if status != 200:
                found.errors.append(f"{status} {body[:200]!r}")
            found.answers.setdefault(path, body)

    workers = [asyncio.create_task(worker()) for _ in range(connections)]
    await asyncio.sleep(0.5)
    started = time.perf_counter()
    for number, path in enumerate(paths):
        when = started + number / rate
        if (wait := when - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        found.late = max(found.late, time.perf_counter() - when)
        due.put_nowait((when, path))
    for _ in workers:
        due.put_nowait((0.0, ""))
    await asyncio.gather(*workers)
    return found


def main() -> int:
    """Measures and prints; 1 where an answer failed or differs, or the bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=200)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--run", default="learn-b", help="whose vectors are ranked for each request")
    parser.add_argument("--dataset", default="completejourney")
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--workspace", type=Path, default=None)
    parser.add_argument("--bar", type=float, default=50.0, help="p99 in milliseconds; 0: none")
    asked = parser.parse_args()

    workspace = Workspace.at(asked.workspace)
    run = open_run(workspace, open_dataset(workspace, asked.dataset), asked.run)
    known = run.dataset.user_ids[np.flatnonzero(run.recommender.history.lengths)].tolist()
    users = np.random.default_rng(0).choice(known, int(asked.rate * asked.seconds)).tolist()
    paths = [f"/api/recommend?dataset={asked.dataset}&run={asked.run}&user={user}&k=10" for user in users]
    port = _free_port()
    environment = os.environ | {"LEARN_WORKSPACE": str(workspace.root.resolve())}
    environment |= {"LEARN_API_TOKEN": ""}
    command = [sys.executable, "-m", "learn.cli", "app", "--api", "--headless", "--port", str(port)]
    server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(port, server)
        asyncio.run(load(port, paths[:100], 20, 4))  # all is in memory
        before = _cpu(server.pid)
        found = asyncio.run(load(port, paths, asked.rate, asked.connections))
        spent = _cpu(server.pid) - before
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=60)
    return _report(asked, run, found, spent, len(paths))


def _report(asked: argparse.Namespace, run, found: Load, spent: float, n: int) -> int:
    differ = 0
    for path, body in list(found.answers.items())[:SAMPLE]:
        user = path.split("user=")[1].split("&")[0]
        table = run.recommend([user], 10).drop(columns="user_id")
        expected = json.loads(table.to_json(orient="records", double_precision=15))
        differ += json.loads(body).get("items") != expected
    milliseconds = np.percentile(np.array(found.seconds) * 1000, [50, 95, 99, 100]) if found.seconds else np.zeros(4)
    p50, p95, p99, worst = milliseconds
    compared, busy = min(SAMPLE, len(found.answers)), os.getloadavg()[0]
    print(f"{asked.run}, {run.dataset.n_items:,} items: {n:,} requests at {asked.rate:g}/s, load {busy:.1f}")
    print(f"  p50 {p50:.1f} ms, p95 {p95:.1f}, p99 {p99:.1f}, worst {worst:.1f}; asked late by {found.late * 1e3:.1f}")
    print(f"  {spent / n * 1e3:.2f} ms of processor a request, all threads of the server together")
    print(f"  errors {len(found.errors)} {found.errors[:3]}; {differ} of {compared} answers differ from the Run's")
    return int(bool(found.errors) or bool(differ) or (asked.bar > 0 and p99 > asked.bar))


def _cpu(pid: int) -> float:
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    return sum(one.cpu_times().user + one.cpu_times().system for one in family)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int, server: subprocess.Popen) -> None:
    for _ in range(SECONDS_TO_START * 2):
        if server.poll() is not None:
            raise SystemExit("The server ended.")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/health", timeout=5) as answer:
                if json.load(answer)["ready"]:
                    return
        except OSError:  # not up yet
            pass
        time.sleep(0.5)
    raise SystemExit("The server did not become ready.")


if __name__ == "__main__":
    sys.exit(main())
