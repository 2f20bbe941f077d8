"""How quick the linked maps are, in a real browser without a GPU: python benchmarks/explorer_maps.py

Opens the Atlas on the prebuilt demo and on synthetic catalogues (100,000 items; with --only million, 1,000,000),
measures in the page itself, and puts the figures into assets/benchmarks/explorer.json by name. They are this machine's.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from in_browser import READY, launched, served
from playwright.sync_api import Browser, Page
from results import upsert

from learn.config import preset
from learn.data.schema import Interactions, Items, Metrics
from learn.data.splits import split_by_time
from learn.data.stored import save_dataset
from learn.data.validation import validate
from learn.files import write_json
from learn.pipeline import draw_maps
from learn.runs.info import RunInfo, write_info, write_vectors
from learn.runs.run import Run
from learn.workspace import Workspace

HOVERS = 50

# From the pointer event to the frame after all panes have drawn their highlights, as the browser's clock has it.
WATCH_HOVER = """() => {
    window.times = []; window.runs = 0;
    const app = document.querySelector('[data-testid=stApp]');
    new MutationObserver(() => window.runs++).observe(app, {attributes: true});
    const root = [...document.querySelectorAll('*')].map((one) => one.shadowRoot).find(
        (shadow) => shadow && shadow.querySelector('.maps[data-painted]')) || document;
    const maps = root.querySelector('.maps[data-painted]');
    let begun = 0;
    window.addEventListener('pointermove', (event) => { begun = event.timeStamp; }, true);
    new MutationObserver(() => {
        const from = begun;
        if (maps.dataset.hovered === '-1') return;
        requestAnimationFrame(() => setTimeout(() => window.times.push(performance.now() - from)));
    }).observe(maps, {attributes: true, attributeFilter: ['data-hovered']});
    window.maps = maps;
}"""
WATCH_LASSO = """() => {
    let begun = 0;
    window.addEventListener('pointerup', (event) => { begun = event.timeStamp; }, true);
    new MutationObserver(() => {
        const from = begun;
        requestAnimationFrame(() => setTimeout(() => { window.lassoed = performance.now() - from; }));
    }).observe(window.maps, {attributes: true, attributeFilter: ['data-lit']});
}"""


def open_maps(browser: Browser, address: str, query: str = "") -> tuple[Page, float]:
    """The Atlas in a fresh browser session, and the seconds until every pane was painted."""
    page = browser.new_context(viewport={"width": 1600, "height": 1000}).new_page()
    start = time.perf_counter()
    page.goto(f"{address}/atlas{query}")
    painted = page.locator(".maps[data-painted]")
    painted.or_(page.get_by_test_id("stAlertContentError")).first.wait_for(state="attached", timeout=900_000)
    if not painted.count():
        raise SystemExit(f"No map: {page.get_by_test_id('stAlertContentError').first.inner_text()}")
    seconds = time.perf_counter() - start
    page.wait_for_selector(READY, timeout=900_000)
    return page, seconds


def hover(page: Page) -> tuple[float, int]:
    """Median milliseconds from pointing at an item to its lights in all panes, and the server's reruns meanwhile."""
    page.evaluate(WATCH_HOVER)
    box = page.locator(".over").first.bounding_box()
    rng = np.random.default_rng(0)
    for _ in range(HOVERS * 20):
        x, y = rng.normal(0.5, 0.15, 2).clip(0.05, 0.95)
        page.mouse.move(box["x"] + box["width"] * x, box["y"] + box["height"] * y)
        page.wait_for_timeout(30)
        if page.evaluate("window.times.length") >= HOVERS:
            break
    times = page.evaluate("window.times")
    if len(times) < HOVERS:
        raise SystemExit(f"Only {len(times)} items were hovered.")
    page.wait_for_timeout(500)
    return statistics.median(times), page.evaluate("window.runs")


def lasso(page: Page, wanted: int) -> tuple[float, int]:
    """Milliseconds from letting go of the lasso to the selection painted in all panes, and how many it holds.

    The lasso grows around the middle of the first pane until it holds at least ``wanted``.
    """
    page.evaluate(WATCH_LASSO)
    page.get_by_role("button", name="Lasso").click()
    box = page.locator(".over").first.bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    for radius in np.arange(0.1, 0.49, 0.03):
        page.evaluate("window.lassoed = 0")
        angles = np.linspace(0, 2 * np.pi, 40)
        places = [
            (middle[0] + radius * box["width"] * np.cos(a), middle[1] + radius * box["height"] * np.sin(a))
            for a in angles
        ]
        page.mouse.move(*places[0])
        page.mouse.down()
        for place in places[1:]:
            page.mouse.move(*place)
        page.mouse.up()
        page.wait_for_function("window.lassoed > 0", timeout=60_000)
        count = int(page.evaluate("window.maps.dataset.lit"))
        if count >= wanted:
            return page.evaluate("window.lassoed"), count
        page.wait_for_selector(READY)
    raise SystemExit(f"No lasso held {wanted} items.")


# What a Run says of itself at least; nothing is measured on synthetic vectors.
MEASURED = {
    Metrics.METRIC: "recall",
    Metrics.K: 10,
    Metrics.CANDIDATES: "all",
    Metrics.SLICE: "all",
    Metrics.N_USERS: 1,
}


def synthetic_workspace(root: Path, n_items: int) -> Workspace:
    """A catalogue of ``n_items`` in 200 kinds with three Runs whose vectors know the kinds, and their maps (PCA: the
    browser does not know how a layout was computed)."""
    rng = np.random.default_rng(0)
    kinds = rng.integers(0, 200, n_items)
    items = pd.DataFrame(
        {
            Items.ID: [f"i{i}" for i in range(n_items)],
            Items.TITLE: [f"Item {i} of kind {kind}" for i, kind in enumerate(kinds)],
            Items.CATEGORY: [f"Group {kind % 12} > Kind {kind}" for kind in kinds],
            Items.BRAND: [f"Brand {i % 40}" for i in range(n_items)],
            Items.PRICE: np.round(rng.gamma(2, 5, n_items) + 0.1, 2),
            Items.KEYWORDS: None,
            Items.ATTRIBUTES: None,
        }
    )
    events = 20_000
    interactions = pd.DataFrame(
        {
            Interactions.USER: np.repeat([f"u{i}" for i in range(events // 20)], 20),
            Interactions.ITEM: [f"i{i}" for i in (rng.pareto(1, events) * 50).astype(int) % n_items],
            Interactions.TIME: pd.Timestamp("2024-01-01")
            + pd.to_timedelta(np.tile(np.arange(20) * 6, events // 20) * 24, unit="h").as_unit("ns"),
            Interactions.POSITION: np.tile(np.arange(20), events // 20),
        }
    )
    workspace = Workspace(root)
    dataset = validate("large", items, interactions, {"kind": "synthetic"})
    split = split_by_time(dataset)
    dataset = dataset.with_split(split)
    save_dataset(workspace, dataset)
    index = dataset.item_index.get_indexer(items[Items.ID])
    centres = rng.normal(size=(200, 16))
    runs = []
    for tower, noise in (("a", 0.4), ("b", 0.7), ("c", 1.0)):
        folder = workspace.run(dataset.name, f"learn-{tower}")
        folder.mkdir(parents=True)
        vectors = np.zeros((n_items, 16), dtype=np.float32)
        vectors[index] = centres[kinds] + rng.normal(0, noise, (n_items, 16))
        write_vectors(folder / "item_vectors.safetensors", vectors)
        write_vectors(folder / "user_vectors.safetensors", rng.normal(size=(len(dataset.user_ids), 16)))
        write_json(folder / "config.json", preset("tiny").model_dump(mode="json"))
        write_json(folder / "metrics.json", [dict.fromkeys((Metrics.MEAN, Metrics.LOW, Metrics.HIGH), 0.0) | MEASURED])
        info = RunInfo(
            name=f"learn-{tower}",
            label=f"({tower}) synthetic",
            kind="learn",
            variant=tower,
            dataset=dataset.name,
            dataset_fingerprint=dataset.fingerprint,
            split=split.describe(),
            item_vectors="own",
        )
        write_info(folder, info)
        runs.append(Run(folder))
    draw_maps(workspace, dataset, runs, method="pca")
    return workspace


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workspace", type=Path, help="Where the demo's maps are, or will be put.")
    parser.add_argument("--only", choices=("demo", "100k", "million"), action="append", help="Default: demo and 100k.")
    parser.add_argument("--large", type=Path, help="A folder that keeps the synthetic catalogues for the next time.")
    arguments = parser.parse_args()
    chosen = arguments.only or ["demo", "100k"]
    with launched() as browser, tempfile.TemporaryDirectory() as temporary:
        if "demo" in chosen:
            with served(arguments.workspace) as address:
                open_maps(browser, address)  # the maps themselves are drawn once, and the process has read its data
                page, seconds = open_maps(browser, address)
                upsert({"maps_first_paint_s": (seconds, "s")})
                milliseconds, reruns = hover(page)
                upsert({"maps_hover_linked_ms": (milliseconds, "ms"), "maps_hover_reruns": (reruns, "reruns")})
                milliseconds, count = lasso(page, 5000)
                print(f"the lasso held {count:,} items")
                upsert({"maps_lasso_5000_ms": (milliseconds, "ms")})
        for name, n_items in (("100k", 100_000), ("million", 1_000_000)):
            if name not in chosen:
                continue
            root = (arguments.large or Path(temporary)) / name
            workspace = Workspace(root) if (root / "datasets").exists() else synthetic_workspace(root, n_items)
            with served(workspace.root) as address:
                open_maps(browser, address, "?dataset=large")
                page, seconds = open_maps(browser, address, "?dataset=large")
                print(page.locator(".about").first.text_content())
                milliseconds, _ = hover(page)
                upsert({f"maps_{name}_paint_s": (seconds, "s"), f"maps_{name}_hover_ms": (milliseconds, "ms")})


if __name__ == "__main__":
    main()
