"""Whether the app's addresses and sidebar always lead to a page: python benchmarks/explorer_urls.py

In Chromium, on the prebuilt demo; writes rows of name, value and unit into assets/benchmarks/explorer.json:

- url_crashes: of 600 addresses with an empty, a wrong or a hostile value, how many end in an exception or keep silent
  about a value that they refuse.
- pages_pairs_broken: of all ordered pairs of pages by the sidebar, how many show other words, boxes or charts than the
  page's link.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from itertools import islice, pairwise, product
from pathlib import Path
from urllib.parse import urlencode

from in_browser import READY, by_sidebar, go_by_sidebar, launched, served, settled, walk
from playwright.sync_api import Page
from results import upsert

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # before this folder, which has an app.py

from app.shared import url  # noqa: E402

VALUES = ("", "no-such-value", "-1", "<img src=x onerror=window.hacked=1>", "9" * 300, "\x00", "[a](javascript:b)")
# Free texts: everything may be searched for, typed, and be in a basket's last change.
FREE = {url.SEARCH, url.NEW_TITLE, url.NEW_CATEGORY, url.NEW_BRAND, url.CHANGE}
OF_PAGE = {
    "": [url.DATASET, url.METRIC, url.METRIC_K, url.METRIC_SET, url.METRIC_SLICE],
    "recommendations": [url.DATASET, url.USER, url.RUNS, url.K, url.SLICE, url.ONLY_NEW, url.CATEGORY, url.BRAND],
    "atlas": [url.DATASET, url.SPACES, url.BEFORE, url.AFTER, url.COLOUR, url.PEOPLE, url.ITEM, url.USER],
    "cold_start": [url.DATASET, url.MODE, url.RUNS, url.ITEM, url.NEW_TITLE, url.NEW_PRICE],
    "new_user": [url.DATASET, url.RUNS, url.K, url.BASKET, url.SEARCH, url.CHANGE],
    "why": [url.DATASET, url.USER, url.RUNS, url.ITEM, url.EXACT, url.SLICE],
    "compare": [url.DATASET, url.RUNS, url.METRIC, url.METRIC_K, url.METRIC_SET, url.WINNER, url.LOSER],
    "ranking": [url.RANKED_DATASET, url.RANKED_METRIC],
    "benchmarks": [url.BENCHMARK, url.BENCHMARK_DATASET, url.BENCHMARK_METRIC, url.BENCHMARK_K, url.BENCHMARK_SET],
    "bring": [url.DATASET, url.ITEMS_FILE, url.EVENTS_FILE],
}
# Tried where new items are: on the page of the catalogue's own, nobody reads them.
NEW_ITEM = {url.NEW_TITLE, url.NEW_PRICE}
# What may be empty: a picker that was emptied, a box without a number, no item, no person.
MAY_BE_EMPTY = {
    url.RUNS,
    url.CATEGORY,
    url.BRAND,
    url.USER,
    url.ITEM,
    url.BASKET,
    url.NEW_PRICE,
    url.ITEMS_FILE,
    url.EVENTS_FILE,
    *FREE,
}


def addresses(most: int) -> list[tuple[str, str, str]]:
    """(page, key, value) of each address; several values a key, page by page, until there are ``most``."""
    alone = [(page, key, value) for page, keys in OF_PAGE.items() for key in keys for value in VALUES]
    pairs = (
        (page, f"{one} {two}", value)
        for page, keys in OF_PAGE.items()
        for (one, two), value in product(product(keys, repeat=2), VALUES[:5])
        if one < two
    )
    return alone[:most] + list(islice(pairs, max(most - len(alone), 0)))


def opened(tab: Page, address: str) -> None:
    tab.goto(address)
    tab.wait_for_selector(READY)
    tab.locator("[data-testid=stMain] h1").first.wait_for()
    tab.wait_for_selector(READY)


def crashes(tab: Page, address: str, most: int) -> int:
    """How many of the addresses crash or keep silent about what they refuse."""
    bad = 0
    for page, keys, value in addresses(most):
        tried = keys.split()
        query = [(key, value) for key in tried] + (
            [(url.MODE, "new")] if NEW_ITEM & set(tried) and url.MODE not in tried else []
        )
        opened(tab, f"{address}/{page}?{urlencode(query)}")
        crashed = tab.locator("[data-testid=stException]").count() or tab.evaluate("window.hacked") is not None
        must_name = any(key not in (MAY_BE_EMPTY if not value else FREE) for key in tried)
        silent = must_name and not tab.locator("[data-testid=stAlert]").count()
        if crashed or silent:
            bad += 1
            print("  crashes:" if crashed else "  silent:", page or "overview", query)
    return bad


def broken_pairs(tab: Page, address: str) -> int:
    """How many ordered pairs of pages by the sidebar show something else than the page's link."""
    opened(tab, address)
    paths = by_sidebar(tab)
    links = {name: link.evaluate("link => link.href") for name, link in paths.items()}
    expected = {}
    for name, path in links.items():
        opened(tab, path)
        expected[name] = settled(tab)
    route = walk(list(links))
    opened(tab, links[route[0]])
    bad = 0
    for before, name in pairwise(route):
        go_by_sidebar(tab, paths[name])
        tab.locator("[data-testid=stMain] h1").first.wait_for()
        if settled(tab) != expected[name] and settled(tab) != expected[name]:
            bad += 1
            print(f"  from {before} to {name}: not what the link shows")
    return bad


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--values", type=int, default=600)
    parser.add_argument("--print-only", action="store_true", help="write nothing")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as workspace, served(workspace) as address, launched() as browser:
        tab = browser.new_page()
        tab.set_default_timeout(600_000)  # maps that are not stored yet are drawn first
        tell = print if arguments.print_only else upsert
        tell({"pages_pairs_broken": (broken_pairs(tab, address), "pairs")})
        tell({"url_crashes": (crashes(tab, address, arguments.values), "addresses")})


if __name__ == "__main__":
    main()
