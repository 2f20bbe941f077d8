"""Both pages in a real browser: links between lists without the server, links to views, hostile titles as text."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError

import pytest
from playwright.sync_api import sync_playwright

from tests import synthetic

ROOT = Path(__file__).resolve().parents[2]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((found for name in BROWSERS if (found := shutil.which(name))), None)
READY = "[data-testid=stApp][data-test-script-state=notRunning]"
# Opened below the root, Streamlit's client first asks there for these and then at the root.
PROBES = ("_stcore/health", "_stcore/host-config")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None and not os.environ.get("LEARN_BROWSER_REQUIRED"),  # .ci/run: no browser is a failure there
        reason=f"no browser: none of {', '.join(BROWSERS)} is installed",
    ),
]


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """The app on a free port, on a synthetic workspace."""
    with served(synthetic.make_synthetic_workspace(tmp_path_factory.mktemp("browser")).root) as found:
        yield found


@contextmanager
def served(root, script="app/main.py"):
    """The address of the app (or of another ``script``) on workspace ``root``; only this server is ended."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(script), f"--server.port={port}"]
    command += ["--server.address=127.0.0.1", "--", "--workspace", str(root)]
    environment = {
        **os.environ,
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": str(ROOT),
        "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false",
    }
    log = root / "server.log"
    with log.open("wb") as output:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)
    try:
        _wait_for(f"http://127.0.0.1:{port}/_stcore/health", server, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=20)


def _wait_for(url, server, log):
    for _ in range(300):
        if server.poll() is not None:
            break
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except (URLError, OSError):
            time.sleep(0.1)
    pytest.fail(f"the server did not start: {log.read_text(errors='replace')}")


@pytest.fixture(scope="module")
def browser():
    assert CHROMIUM, "LEARN_BROWSER_REQUIRED is set, but there is no browser"
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--enable-unsafe-swiftshader"])
        yield opened
        opened.close()


@pytest.fixture
def page(browser):
    """A fresh tab at 1280 x 900; the console must stay without errors."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    tab = context.new_page()
    tab.set_default_timeout(60_000)  # a bound on hanging, not on speed
    errors = []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.on(
        "console",
        lambda message: (
            errors.append(f"{message.text} {message.location['url']}")
            if message.type == "error" and not message.location["url"].endswith(PROBES)
            else None
        ),
    )
    yield tab
    context.close()
    assert errors == []


def visit(page, address, path):
    page.goto(f"{address}/{path}")
    page.wait_for_selector(READY)


def test_a_link_opened_first_goes_through_the_router(page, address):
    visit(page, address, "recommendations?dataset=synthetic&user=u07")
    page.locator(".row").first.wait_for()
    links = page.locator("[data-testid=stSidebarNavLink]").all_inner_texts()
    assert [text.splitlines()[-1] for text in links] == [
        "Overview",
        "Recommendations",
        "Atlas",
        "Cold start",
        "New user",
        "Why",
        "Compare",
        "Ranking",
        "Benchmarks",
        "Bring your own",
    ]


def test_both_pages_are_walked_without_an_error(page, address):
    visit(page, address, "?dataset=synthetic")
    page.get_by_role("heading", name="LEARN Explorer").wait_for()
    page.get_by_text("Recall@10").first.wait_for()
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Recommendations").click()
    page.locator(".row").first.wait_for()
    assert page.locator(".column").count() == 4
    page.get_by_role("link", name="Overview").click()
    page.get_by_role("heading", name="Where time is cut").wait_for()


def test_pointing_at_an_item_lights_it_everywhere_without_the_server(page, address):
    visit(page, address, "recommendations?dataset=synthetic&user=u07")
    page.locator(".line[data-item]").first.wait_for(state="attached")
    page.wait_for_selector(READY)
    page.evaluate(
        """() => {
            window.states = [];
            const app = document.querySelector('[data-testid=stApp]');
            const note = () => window.states.push(app.dataset.testScriptState);
            new MutationObserver(note).observe(app, {attributes: true});
        }"""
    )
    item = page.locator(".line[data-item]").first.get_attribute("data-item")
    row = page.locator(f".row[data-item={item}]").first
    copies = page.locator(f".row[data-item={item}]").count()
    row.hover()
    lit = page.locator(".row.lit")
    assert lit.count() == copies >= 2
    assert {lit.nth(i).get_attribute("data-item") for i in range(copies)} == {item}
    page.get_by_role("heading", name="Recommendations").hover()
    assert lit.count() == 0
    row.click()
    page.get_by_role("heading", name="Recommendations").hover()
    assert lit.count() == copies
    row.locator(".title").press("Escape")
    assert lit.count() == 0
    page.wait_for_timeout(300)
    assert page.evaluate("window.states") == []
    page.get_by_role("button", name="Random user").click()
    page.wait_for_function("() => window.states.length > 0")  # the watch does see a trip to the server


def test_a_view_survives_as_a_link(page, address):
    visit(page, address, "recommendations?dataset=synthetic&user=u07")
    page.locator(".row").first.wait_for()
    page.get_by_text("Filters").click()
    page.get_by_text("Hide bought before").click()
    page.keyboard.press("Escape")
    page.wait_for_function("() => location.search.includes('new=')")
    page.wait_for_selector(READY)
    page.get_by_role("button", name="Random user").click()
    page.wait_for_function("() => location.search.includes('new=') && !location.search.includes('user=u07')")
    page.wait_for_timeout(500)
    page.wait_for_selector(READY)
    shown, url = page.locator(".grid").inner_text(), page.url
    page.goto("about:blank")
    page.goto(url)
    page.locator(".row").first.wait_for()
    page.wait_for_selector(READY)
    assert page.locator(".grid").inner_text() == shown


def test_titles_of_strangers_are_shown_as_text(page, address):
    visit(page, address, "recommendations?dataset=synthetic&user=u07&k=50&new=false&runs=popularity")
    title = page.locator(".title", has_text=synthetic.SCRIPT_TITLE).first
    title.wait_for()
    assert title.text_content() == synthetic.SCRIPT_TITLE
    assert page.locator(".lists script, .lists img").count() == 0
    assert page.evaluate("window.hacked") is None
