"""`learn.show`: what anybody's recommender suggests, beside the variants that are there, in the explorer."""

from __future__ import annotations

import atexit
import html
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from learn.data.dataset import Dataset
from learn.data.stored import keep_dataset, open_dataset
from learn.errors import LearnError
from learn.runs.asked import SECONDS_TO_ANSWER, Recommend, ask_runs
from learn.runs.run import Run
from learn.workspace import Workspace

FIRST_PORT, LAST_PORT = 8501, 8599
SECONDS_TO_START = 60
ROOT = Path(__file__).resolve().parents[1]
"""Holds the packages `learn` and `app`."""

_servers: dict[Path, tuple[subprocess.Popen[bytes], str]] = {}
"""Workspace -> the explorer that this process opened on it, and its address."""


@dataclass(frozen=True)
class Shown:
    """What `show` made.

    Attributes:
        runs: name -> its Run.
        address: of the explorer; None where none was opened.
    """

    runs: dict[str, Run]
    address: str | None

    def __str__(self) -> str:
        return self.address or ", ".join(str(run.path) for run in self.runs.values())

    def _repr_html_(self) -> str:
        if self.address is None:
            return html.escape(str(self))
        return f'<a href="{html.escape(self.address)}" target="_blank">{html.escape(self.address)}</a>'


def show(
    variants: Mapping[str, Recommend | str],
    dataset: Dataset | str = "completejourney",
    workspace: Workspace | Path | str | None = None,
    *,
    explorer: bool = True,
    port: int | None = None,
    timeout: float = SECONDS_TO_ANSWER,
    progress: Any = None,
) -> Shown:
    """Makes a Run of anything that recommends and opens the explorer, where it stands beside the other variants.

    Args:
        variants: the Run's name -> a function ``recommend(user_id, k)`` that returns item ids, the best first, or
            (item id, score) pairs; or the address of a service that answers ``GET address?user_id=ID&k=K`` with JSON:
            a list of ids, or of objects with item_id and score, or such a list under "items". It is asked for every
            user that is evaluated; ids are the dataset's, as text.
        dataset: the dataset, or the name of a prepared one.
        workspace: where the Runs go; None: the default one.
        explorer: open the explorer (once for a workspace; it ends with this process); False: only write the Runs.
        port: of the explorer; None: the first free one from 8501.
        timeout: seconds that a service has for one answer.
        progress: where to show progress; None: the terminal or the notebook.

    Returns:
        The Runs and the explorer's address, which a notebook shows as a link.

    Raises:
        LearnError: a wrong answer, with the user it was for: nothing is then written; or the explorer does not start.
    """
    where = workspace if isinstance(workspace, Workspace) else Workspace.at(workspace)
    found = open_dataset(where, dataset) if isinstance(dataset, str) else dataset
    if not isinstance(dataset, str):
        keep_dataset(where, dataset)
    runs = {run.name: run for run in ask_runs(variants, found, where, timeout=timeout, progress=progress)}
    if not explorer:
        return Shown(runs, None)
    return Shown(runs, f"{open_explorer(where, port)}/recommendations?dataset={found.name}")


def open_explorer(workspace: Workspace, port: int | None = None) -> str:
    """The address of an explorer on ``workspace``: the one that this process opened, else one that it opens now.

    Raises:
        LearnError: it does not start.
    """
    root = workspace.root.resolve()
    if root in _servers:
        server, address = _servers[root]
        if server.poll() is None and port in (None, int(address.rsplit(":", 1)[1])):
            return address
        close_explorer(workspace)
    chosen = _free_port() if port is None else port
    command = [sys.executable, "-m", "learn.cli", "app", "--headless", "--port", str(chosen), "--workspace", str(root)]
    path = os.pathsep.join(part for part in (str(ROOT), os.environ.get("PYTHONPATH", "")) if part)
    address, environment = f"http://localhost:{chosen}", {**os.environ, "PYTHONPATH": path}
    with tempfile.TemporaryFile() as said:  # a file never fills up, as a pipe that nobody reads does
        server = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said
        )
        _servers[root] = server, address
        atexit.register(close_explorer, workspace)
        if not _comes_up(server, address):
            close_explorer(workspace)
            said.seek(0)
            last = said.read().decode(errors="replace").strip() or f"no answer within {SECONDS_TO_START} seconds"
            raise LearnError(
                f"The Runs are written, but the explorer does not start: {last}",
                "Open it yourself: learn app, or pass explorer=False.",
            )
    return address


def close_explorer(workspace: Workspace) -> None:
    """Ends the explorer that this process opened on ``workspace``, where there is one."""
    server, _ = _servers.pop(workspace.root.resolve(), (None, ""))
    if server is not None and server.poll() is None:
        server.terminate()
        server.wait(SECONDS_TO_START)


def _comes_up(server: subprocess.Popen[bytes], address: str) -> bool:
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until and server.poll() is None:
        with suppress(OSError):  # not up yet
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=5).close()
            return True
        time.sleep(0.2)
    return False


def _free_port() -> int:
    for port in range(FIRST_PORT, LAST_PORT + 1):
        with socket.socket() as probe, suppress(OSError):
            if sys.platform != "win32":  # there it would let two servers share a port
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return port
    raise LearnError(f"No port from {FIRST_PORT} to {LAST_PORT} is free.", "Choose another one: port=8700")
