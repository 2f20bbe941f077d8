"""How long the explorer takes to open and to change pages, in a real browser: python benchmarks/app.py

Starts `learn app` on a free port, opens it in headless Chromium, and goes back and forth between the pages; a page is
complete when Streamlit has finished and its last chart or list is drawn. Prints seconds, which are this machine's,
and how many bytes the first page loads.
"""

from __future__ import annotations

import argparse
import shutil
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
READY = "[data-testid=stApp][data-test-script-state=notRunning]"
PAGES = {"Overview": ".js-plotly-plot >> nth=3", "Recommendations": ".lists .row >> nth=30"}


def wait(page: Page, name: str) -> None:
    """Until page ``name`` is complete."""
    page.wait_for_selector(PAGES[name], state="attached", timeout=120_000)
    page.wait_for_selector(READY, timeout=120_000)


def open_when_up(page: Page, url: str) -> None:
    """Opens ``url`` as soon as the server answers."""
    for _ in range(600):
        try:
            page.goto(url)
            return
        except Exception as error:
            if "ERR_CONNECTION_REFUSED" not in str(error):
                raise
            time.sleep(0.1)
    raise SystemExit("The server did not start.")


def counted(page: Page) -> dict[str, int]:
    """Bytes that the page loads from now on: of files as they come over the wire, and of the session's messages."""
    loaded = {"files": 0, "messages": 0}

    def file(event: dict) -> None:
        loaded["files"] += int(event["encodedDataLength"])

    def message(event: dict) -> None:
        loaded["messages"] += len(event["response"]["payloadData"]) * 3 // 4  # base64

    watched = page.context.new_cdp_session(page)
    watched.send("Network.enable")
    watched.on("Network.loadingFinished", file)
    watched.on("Network.webSocketFrameReceived", message)
    return loaded


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workspace", default=None)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "learn.cli", "app", "--headless", "--port", str(port)]
    command += ["--workspace", arguments.workspace] if arguments.workspace else []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--enable-unsafe-swiftshader"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        start = time.perf_counter()
        server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            page.set_default_timeout(120_000)
            loaded = counted(page)
            open_when_up(page, f"http://127.0.0.1:{port}/")
            wait(page, "Overview")
            print(f"from the command to the first page complete: {time.perf_counter() - start:.1f} s", flush=True)
            print(f"first load: {sum(loaded.values()) / 1e6:.2f} MB ({loaded})", flush=True)
            taken: dict[str, list[float]] = {name: [] for name in PAGES}
            for _ in range(arguments.rounds):
                for name in ("Recommendations", "Overview"):
                    start = time.perf_counter()
                    page.get_by_role("link", name=name).click()
                    wait(page, name)
                    taken[name].append(time.perf_counter() - start)
            for name, seconds in taken.items():
                print(f"to {name}: first {seconds[0]:.1f} s, median {statistics.median(seconds):.1f} s")
        finally:
            server.terminate()
            server.wait(timeout=20)
            browser.close()


if __name__ == "__main__":
    main()
