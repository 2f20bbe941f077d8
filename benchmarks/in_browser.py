"""The app in a real browser: a server of its own, a Chromium without a GPU, and what a page shows."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
READY = "[data-testid=stApp][data-test-script-state=notRunning]"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")

# What a page says, and what its boxes hold.
CONTENT = """() => {
    const main = document.querySelector('[data-testid=stMain]');
    const texts = '[data-testid=stMarkdown], [data-testid=stHeading], [data-testid=stCaptionContainer], ' +
        '[data-testid=stMetric], [data-testid=stAlert], [data-baseweb=tag], .lists, .pane .label';
    return {
        title: main?.querySelector('h1')?.innerText,
        boxes: [...main.querySelectorAll('input')].map(
            node => ['checkbox', 'radio'].includes(node.type) ? node.checked : node.value),
        texts: [...main.querySelectorAll(texts)].map(node => node.innerText),
        charts: main.querySelectorAll('.js-plotly-plot').length,
        tables: main.querySelectorAll('[data-testid=stDataFrame]').length,
    };
}"""


@contextmanager
def served(workspace: Path | str | None) -> Iterator[str]:
    """The app's address on ``workspace``; the server ends with the block."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "learn.cli", "app", "--headless", "--port", str(port)]
    command += ["--workspace", str(workspace)] if workspace else []
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        else:
            raise SystemExit("The app did not start.")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=30)


@contextmanager
def launched() -> Iterator[Browser]:
    """A Chromium, which ends with the block."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        raise SystemExit(f"No browser: none of {', '.join(BROWSERS)} is installed.")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=["--no-sandbox", "--enable-unsafe-swiftshader"])
        yield browser
        browser.close()


def settled(page: Page, looks: int = 1) -> Any:
    """What the page shows (`CONTENT`) once it has been the same at so many looks more, half a second apart."""
    page.wait_for_selector(READY)
    before, same = page.evaluate(CONTENT), 0
    while same < looks:
        page.wait_for_timeout(500)
        page.wait_for_selector(READY)
        same = same + 1 if before == (before := page.evaluate(CONTENT)) else 0
    return before


def by_sidebar(page: Page) -> dict[str, Any]:
    """Name of a page -> its link in the sidebar, which is there now."""
    links = page.locator("[data-testid=stSidebarNavLink]")
    links.first.wait_for()
    return {name.splitlines()[-1]: links.nth(place) for place, name in enumerate(links.all_inner_texts())}


def go_by_sidebar(page: Page, link: Any) -> None:
    """Clicks ``link`` of `by_sidebar`; the Atlas opens with the sidebar folded away."""
    folded = page.locator("[data-testid=stExpandSidebarButton]")
    if folded.count():
        folded.click()
    link.click()


def walk(names: list[str]) -> list[str]:
    """One walk along every ordered pair of ``names`` once (an Euler circuit of the complete graph)."""
    left = {name: [other for other in names if other != name] for name in names}
    stack, found = [names[0]], []
    while stack:
        if left[stack[-1]]:
            stack.append(left[stack[-1]].pop())
        else:
            found.append(stack.pop())
    return found[::-1]
