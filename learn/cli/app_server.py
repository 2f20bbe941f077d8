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
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from learn.cli.terminal import warn
from learn.errors import LearnError
from learn.retrieval.base import IndexKind
from learn.retrieval.index import INDEX_VARIABLE
from learn.workspace import ENVIRONMENT_VARIABLE, Workspace

ROOT = Path(__file__).resolve().parents[2]
"""Holds the packages `learn` and `app`, in a clone and where the wheel was installed."""
INSTALL_APP = 'pip install "learn-explorer[app]"'
SECONDS_TO_START = 60


API_VARIABLE = "LEARN_API"
TOKEN_VARIABLE = "LEARN_API_TOKEN"
"""Environment variables of the server: whether it answers programs, and the word that these have to send."""

LOOPBACK = ("localhost", "127.0.0.1", "::1")
"""Names and addresses under which only this machine reaches itself."""


def serve(
    workspace: Workspace,
    address: str,
    port: int,
    open_browser: bool,
    also_called: Sequence[str] = (),
    *,
    index: str = IndexKind.EXACT,
    api: bool = False,
    agents: bool = False,
) -> int:
    """Runs the server until it ends; returns its exit code.

    Streamlit always runs headless: otherwise it asks a first-time user for an e-mail address and waits for the answer.

    Args:
        address: to listen on; one of `LOOPBACK`: this machine only.
        open_browser: once the server answers, where there is a screen.
        also_called: host names under which others reach this server; requests for any other name get no session.
        index: what finds the items of a list (`learn.retrieval.kinds.INDEXES`).
        api: programs are answered under /api.
        agents: Streamlit's agent API drives the pages.

    Raises:
        LearnError: Streamlit or the app's files are not there, or the port is taken.
    """
    entry = ROOT / "app" / "served.py"
    if not entry.exists():
        raise LearnError(
            f"The app's files are not at {entry.parent}.", "Install the project again, or work in a clone of it."
        )
    if importlib.util.find_spec("streamlit") is None:
        raise LearnError("The explorer needs Streamlit, which is not installed.", f"Type: {INSTALL_APP}")
    address = "127.0.0.1" if address == "localhost" else address  # the name may mean more than one address
    _check_free(address, port)
    hosts = host_names(address, also_called)
    command = [sys.executable, "-m", "streamlit", "run", str(entry), *options(address, port, hosts, agents)]
    if address not in LOOPBACK:
        warn(
            f"Open to the network: whoever reaches {address}, port {port}, sees every dataset and Run of "
            f"{workspace.root.resolve()}, without a password and without encryption.{_asked_too(api, agents)}\n"
            f"It answers to {', '.join(hosts)} (--host adds a name). docs/security.md says how to ask for a login."
        )
    told = {ENVIRONMENT_VARIABLE: str(workspace.root.resolve()), INDEX_VARIABLE: index}
    environment = {**os.environ, **told, API_VARIABLE: "1" if api else ""}
    name = "localhost" if address in (*LOOPBACK, "0.0.0.0", "::") else address
    return _run(command, environment, f"http://{name}:{port}" if open_browser and _has_screen() else None)


def _run(command: Sequence[str], environment: dict[str, str], opened: str | None) -> int:
    """The exit code of the server, beside which models are converted; ``opened``: what to show in the browser."""
    # From ROOT: a package `app` in the user's folder must not come before ours.
    server = subprocess.Popen(command, cwd=ROOT, env=environment)
    converter = subprocess.Popen([sys.executable, "-m", "learn.cli.convert_models"], cwd=ROOT, env=environment)
    # Whoever has ended and is not waited for stays in the system's list of processes.
    threading.Thread(target=converter.wait, daemon=True).start()
    # Whoever ends this process ends the server too, which would otherwise keep the port.
    signal.signal(signal.SIGTERM, lambda *_: server.terminate())
    if opened is not None:
        threading.Thread(target=_open_when_up, args=(opened, server), daemon=True).start()
    try:
        return server.wait()
    except KeyboardInterrupt:
        server.terminate()
        return server.wait()
    finally:
        converter.terminate()
        converter.wait()


def _asked_too(api: bool, agents: bool) -> str:
    """What else an open door is open to, in words."""
    said = ""
    if api and os.environ.get(TOKEN_VARIABLE):
        said += " Programs that ask /api send the token."
    elif api:
        said += f" So does every program that asks /api ({TOKEN_VARIABLE} sets a token)."
    return said + (" Agents may drive the pages." if agents else "")


def options(address: str, port: int, hosts: Sequence[str], agents: bool = False) -> list[str]:
    """Streamlit's options, on its command line: there they count more than what a user's own configuration says."""
    settings = {
        "server.headless": "true",
        "server.address": address,
        "server.port": str(port),
        "server.enableCORS": "true",
        "server.enableXsrfProtection": "true",
        "server.enableAgentApi": "true" if agents else "false",
        "browser.gatherUsageStats": "false",
    }
    words = [word for name, value in settings.items() for word in (f"--{name}", value)]
    return words + [word for host in hosts for word in ("--server.allowedHosts", host)]


def host_names(address: str, also_called: Sequence[str] = ()) -> list[str]:
    """Under which names a server at ``address`` is reached: a page of another site cannot pretend to be one of them.

    Of a server that is open to the network also this machine's name and addresses, and ``also_called``.
    """
    names = list(LOOPBACK)
    if address not in LOOPBACK:
        names += [socket.gethostname(), socket.getfqdn()]
        if address in ("0.0.0.0", "::"):
            with suppress(OSError):  # a machine that does not know its own name
                names += [str(found[4][0]) for found in socket.getaddrinfo(socket.gethostname(), None)]
        else:
            names.append(address)
    return list(dict.fromkeys(name for name in (*names, *also_called) if name))


def _check_free(address: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        if sys.platform != "win32":  # there it would let two servers share a port
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
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
