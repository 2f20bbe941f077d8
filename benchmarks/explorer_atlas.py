"""What the Atlas shows and keeps, in a real browser: python benchmarks/explorer_atlas.py

Share of the window that maps cover, names in view at every zoom, what a reload loses, the size of the file to send,
and how long a search by meaning takes. Figures go into assets/benchmarks/explorer.json by name.
"""

from __future__ import annotations

import argparse
import io
import statistics
import tempfile
from pathlib import Path

import numpy as np
from explorer_maps import open_maps
from in_browser import READY, launched, served
from PIL import Image
from playwright.sync_api import Browser, Page
from results import upsert

from learn.data.stored import open_dataset
from learn.pipeline import write_atlas
from learn.runs.stored import find_runs
from learn.workspace import Workspace

OVERLAPS = """(root) => root.explorer.panes.reduce((sum, {labelled}) => sum + labelled.filter((a, i) => labelled.some(
    (b, j) => j > i && a[0] < b[1] && b[0] < a[1] && a[2] < b[3] && b[2] < a[3])).length, 0)"""
WINDOWS = {"1280": (1280, 800), "1920": (1920, 1080)}
TEXTS = ("oat milk", "dog food", "soap for hands", "breakfast for children", "party drinks", "baking a cake")


def share(browser: Browser, address: str, size: tuple[int, int]) -> float:
    """The maps' rectangles over the window, as the page opens."""
    page = browser.new_context(viewport={"width": size[0], "height": size[1]}).new_page()
    page.goto(f"{address}/atlas")
    page.wait_for_selector(".maps[data-painted]", timeout=600_000)
    page.wait_for_selector(READY)
    page.wait_for_timeout(1500)
    boxes = [one.bounding_box() for one in page.locator(".stage").all()]
    return sum(box["width"] * box["height"] for box in boxes if box) / (size[0] * size[1])


def fewest_labels(page: Page) -> int:
    """The fewest names on a map over thirty zooms in several places, of views with 30 points or more; none overlap."""
    fewest = 99
    places = [(0.5, 0.5), (0.3, 0.4), (0.7, 0.6)]
    box = page.locator(".over").first.bounding_box()
    for x, y in places:
        page.get_by_role("button", name="Whole map").click()
        page.mouse.move(box["x"] + box["width"] * x, box["y"] + box["height"] * y)
        for _ in range(30):
            for stage in page.locator(".stage").all():
                if int(stage.get_attribute("data-in-view")) >= 30:
                    fewest = min(fewest, int(stage.get_attribute("data-labels")))
            overlaps = page.locator(".maps[data-painted]").evaluate(OVERLAPS)
            if overlaps:
                raise SystemExit(f"{overlaps} names overlap.")
            page.mouse.wheel(0, -120)
            page.wait_for_timeout(120)
    return fewest


def pixels(page: Page) -> np.ndarray:
    page.mouse.move(2, 2)
    page.wait_for_timeout(900)
    return np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB"), dtype=int)


def lost_state(browser: Browser, address: str) -> int:
    """How many of several things that were chosen look otherwise after a reload, or in a window of their own."""
    lost = 0
    for name, act in ACTS.items():
        page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
        page.goto(f"{address}/atlas{'?user=' + USER if name == 'person' else ''}")
        page.wait_for_selector(".maps[data-painted]", timeout=600_000)
        page.wait_for_selector(READY)
        act(page)
        before = pixels(page)
        for again in ("reload", "sent"):
            if again == "sent":
                other = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
                other.goto(page.url)
                page = other
            else:
                page.reload()
            page.wait_for_selector(".maps[data-painted]", timeout=600_000)
            page.wait_for_selector(READY)
            differing = (np.abs(pixels(page) - before).max(axis=2) > 8).mean()
            if differing > 0.0005:
                lost += 1
                print(f"{name}, {again}: {differing:.2%} of the pixels differ at {page.url}", flush=True)
    return lost


USER = "2375"


def _zoom(page: Page) -> None:
    box = page.locator(".over").first.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.45)
    for _ in range(6):
        page.mouse.wheel(0, -120)
        page.wait_for_timeout(60)


def _pick(page: Page) -> None:
    page.locator(".movedRow button").first.click()


def _search(page: Page) -> None:
    page.locator(".searchBox").fill("soy milk")
    page.wait_for_timeout(500)
    page.locator(".searchBox").press("Enter")
    page.locator(".searchBox").blur()


def _lasso(page: Page) -> None:
    page.get_by_role("button", name="Lasso").click()
    box = page.locator(".over").first.bounding_box()
    corners = [(0.3, 0.3), (0.6, 0.3), (0.6, 0.6), (0.3, 0.6)]
    places = [(box["x"] + box["width"] * x, box["y"] + box["height"] * y) for x, y in corners]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=5)
    page.mouse.up()
    page.get_by_role("button", name="✥ Drag").click()
    page.locator(".modes button").first.blur()


def _kept(page: Page) -> None:
    page.locator(".bin").nth(1).click()


def _pair(page: Page) -> None:
    page.get_by_label("with").select_option(index=1)
    page.get_by_label("Colour").select_option("neighbours kept")
    page.get_by_role("button", name="More options").click()
    page.get_by_label("Maps").select_option("3")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="More options").blur()


ACTS = {
    "camera": _zoom, "item": _pick, "search": _search, "lasso": _lasso, "brush": _kept, "pair": _pair,
    "person": lambda page: page.wait_for_timeout(300),
}  # fmt: skip


# From the click to the frame that says so, as the browser counts: a look from outside comes up to half a second late.
SEARCHED = """(words) => {
    const said = (root) => [...root.querySelectorAll('*')].some(
        one => (one.shadowRoot && said(one.shadowRoot)) || (one.matches('.more') && one.textContent.includes(words)));
    window.searched = new Promise(done => addEventListener('click', () => {
        const begun = performance.now();
        const look = () => said(document) ? done(performance.now() - begun) : requestAnimationFrame(look);
        look();
    }, {capture: true, once: true}));
}"""


def search_ms(page: Page) -> float:
    """Median milliseconds of a warm search by meaning, from the click to its list."""
    times = []
    for number, text in enumerate(("warm up", *TEXTS)):
        page.locator(".searchBox").fill(text)
        page.wait_for_timeout(500)
        page.evaluate(SEARCHED, f"reads “{text}”")
        page.locator(".result.meaning").click()
        milliseconds = page.evaluate("window.searched")
        if number:
            times.append(milliseconds)
        page.wait_for_selector(READY)
    return statistics.median(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workspace", type=Path, help="Where the demo's maps are, or will be put.")
    workspace = parser.parse_args().workspace
    with tempfile.TemporaryDirectory() as folder:
        where = Workspace.at(workspace)
        dataset = open_dataset(where, "completejourney")
        size = write_atlas(where, dataset, find_runs(where, dataset).usable, Path(folder) / "atlas.html")
        upsert({"atlas_file_mb": (size / 1e6, "MB")})
    with launched() as browser, served(workspace) as address:
        page, _ = open_maps(browser, address)
        upsert(
            {f"atlas_share_{name}": (share(browser, address, size), "of the window") for name, size in WINDOWS.items()}
        )
        upsert({"atlas_min_labels": (fewest_labels(page), "names")})
        upsert({"state_lost": (lost_state(browser, address), "views")})
        upsert({"search_ms": (search_ms(page), "ms")})


if __name__ == "__main__":
    main()
