"""`learn app` as a user starts it: with no home of Streamlit's, no standard input, and then ended."""

import importlib.util
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from urllib.error import URLError

import pytest

from learn.cli.app_server import ROOT, serve
from learn.errors import LearnError
from learn.workspace import Workspace


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port):
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5).close()
    except (URLError, OSError):
        return False
    return True


def until(wanted, seconds=60):
    for _ in range(seconds * 10):
        if wanted():
            return True
        time.sleep(0.1)
    return False


def test_a_first_start_asks_nothing_and_leaves_no_server_behind(tmp_path):
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    environment |= {"HOME": str(tmp_path), "LEARN_WORKSPACE": str(tmp_path / "w"), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "learn.cli", "app", "--port", str(port)]
    server = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        assert until(lambda: answers(port) or server.poll() is not None) and server.poll() is None
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)
    assert until(lambda: not answers(port), seconds=10)


def test_a_taken_port_is_named_with_another_to_try(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(LearnError, match=f"port {port}: ") as caught:
            serve(Workspace.at(tmp_path), "localhost", port, open_browser=False)
    assert "learn app --port" in caught.value.remedy


def test_without_streamlit_the_message_says_what_to_install(tmp_path, monkeypatch):
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "streamlit" else find_spec(name))
    with pytest.raises(LearnError, match="needs Streamlit") as caught:
        serve(Workspace.at(tmp_path), "localhost", free_port(), open_browser=False)
    assert "learn-explorer[app]" in caught.value.remedy
