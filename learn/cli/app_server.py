"""Starts the explorer's web server, says where it is, opens the browser, and ends the server when asked to end."""

from __future__ import annotations

import importlib.util
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
import webbrowser
from contextlib import suppress
from pathlib import Path

from learn.errors import LearnError
from learn.workspace import ENVIRONMENT_VARIABLE, Workspace

ROOT = Path(__file__).resolve().parents[2]
"""Holds the packages `learn` and `app`, in a clone and where the wheel was installed."""
INSTALL_APP = 'pip install "learn-explorer[app]"'
SECONDS_TO_START = 60


def serve(workspace: Workspace, address: str, port: int, open_browser: bool) -> int:
    """Runs the server until it ends; returns its exit code.

    Streamlit always runs headless: otherwise it asks a first-time user for an e-mail address and waits for the answer.

    Args:
        address: to listen on; "localhost": this machine only.
        open_browser: once the server answers, where there is a screen.

    Raises:
        LearnError: Streamlit or the app's files are not there, or the port is taken.
    """
    entry = ROOT / "app" / "main.py"
    if not entry.exists():
        raise LearnError(
            f"The app's files are not at {entry.parent}.", "Install the project again, or work in a clone of it."
        )
    if importlib.util.find_spec("streamlit") is None:
        raise LearnError("The explorer needs Streamlit, which is not installed.", f"Type: {INSTALL_APP}")
    _check_free(address, port)
    command = [sys.executable, "-m", "streamlit", "run", str(entry), "--server.headless", "true"]
    command += ["--server.address", address, "--server.port", str(port), "--browser.gatherUsageStats", "false"]
    environment = {**os.environ, ENVIRONMENT_VARIABLE: str(workspace.root.resolve())}
    # From ROOT: a package `app` in the user's folder must not come before ours.
    server = subprocess.Popen(command, cwd=ROOT, env=environment)
    # Whoever ends this process ends the server too, which would otherwise keep the port.
    signal.signal(signal.SIGTERM, lambda *_: server.terminate())
    if open_browser and _has_screen():
        threading.Thread(target=_open_when_up, args=(f"http://localhost:{port}", server), daemon=True).start()
    try:
        return server.wait()
    except KeyboardInterrupt:
        server.terminate()
        return server.wait()


def _check_free(address: str, port: int) -> None:
    with socket.socket() as probe:
        if sys.platform != "win32":  # there it would let two servers share a port
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1" if address == "localhost" else address, port))
        except OSError as error:
            raise LearnError(
                f"Cannot listen on {address}, port {port}: {error.strerror}.",
                f"Choose another one: learn app --port {port + 1 if port < 65535 else 8501}",
            ) from None


def _has_screen() -> bool:
    return sys.platform in ("darwin", "win32") or bool({"DISPLAY", "WAYLAND_DISPLAY"} & set(os.environ))


def _open_when_up(url: str, server: subprocess.Popen) -> None:
    for _ in range(SECONDS_TO_START * 5):
        if server.poll() is not None:
            return
        with suppress(OSError):  # not up yet
            urllib.request.urlopen(f"{url}/_stcore/health", timeout=5).close()
            webbrowser.open(url)
            return
        time.sleep(0.2)
