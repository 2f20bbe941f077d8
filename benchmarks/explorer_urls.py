"""Whether the app's addresses and sidebar always lead to a page: python benchmarks/explorer_urls.py

On the prebuilt demo; writes rows of name, value and unit into assets/benchmarks/explorer.json:

- url_crashes: of 600 addresses with an empty, a wrong or a hostile value, how many end in an exception or keep silent
  about a value that they refuse. The server is asked for each of them in a session of its own, as a browser asks; then
  Chromium opens, of every page and value, one address that a seed chooses, and the page with the value under all keys
  at once: there nothing that was typed may run or become a link that runs. --all-in-browser opens all of them.
- pages_pairs_broken: of all ordered pairs of pages by the sidebar, how many show other words, boxes or charts than the
  page's link.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
from itertools import islice, pairwise, product
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from by_socket import ask, connect
from in_browser import READY, by_sidebar, go_by_sidebar, launched, served, settled, walk
from playwright.sync_api import Page
from results import upsert

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # before this folder, which has an app.py

from app.shared import url  # noqa: E402

VALUES = ("", "no-such-value", "-1", "<img src=x onerror=window.hacked=1>", "9" * 300, "\x00", "[a](javascript:b)")
HOSTILE = {value for value in VALUES if "<" in value or "[" in value}
# Whether something that was typed has run, or would at a click.
RUNS = """() => window.hacked !== undefined || document.querySelector('img[src="x"]') !== null ||
    document.querySelector('a[href^="javascript:"]') !== null"""
AT_ONCE = 4  # sessions that are open together
MOST_SECONDS = 600.0  # maps that are not stored yet are drawn first
# Free texts: everything may be searched for, typed, and be in a basket's last change.
FREE = {url.SEARCH, url.NEW_TITLE, url.NEW_CATEGORY, url.NEW_BRAND, url.CHANGE}
OF_PAGE = {
    "": [url.DATASET, url.METRIC, url.METRIC_K, url.METRIC_SET, url.METRIC_SLICE],
    "recommendations": [url.DATASET, url.USER, url.RUNS, url.K, url.SLICE, url.ONLY_NEW, url.CATEGORY, url.BRAND],
    "atlas": [url.DATASET, url.SPACES, url.BEFORE, url.AFTER, url.COLOUR, url.PEOPLE, url.ITEM, url.USER],
    "cold_start": [url.DATASET, url.MODE, url.RUNS, url.ITEM, url.NEW_TITLE, url.NEW_PRICE],
    "new_user": [url.DATASET, url.RUNS, url.K, url.BASKET, url.SEARCH, url.CHANGE],
    "why": [url.DATASET, url.USER, url.RUNS, url.ITEM, url.GROUPED, url.SLICE],
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


# Keys that people read under another name: the label of the box that they fill.
NAMED_AS: dict[str, str] = {}


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


def query_of(keys: str, value: str) -> list[tuple[str, str]]:
    """The pairs of an address that gives ``value`` to each of ``keys`` (parted by blanks)."""
    tried = keys.split()
    new_item = NEW_ITEM & set(tried) and url.MODE not in tried
    return [(key, value) for key in tried] + ([(url.MODE, "new")] if new_item else [])


def silent_about(keys: str, value: str, alerts: str) -> list[str]:
    """The keys whose value is refused and that ``alerts`` does not name."""
    may_be = FREE if value else MAY_BE_EMPTY
    return [key for key in keys.split() if key not in may_be and NAMED_AS.get(key, key) not in alerts]


def crashes_of_server(port: int, tried: list[tuple[str, str, str]]) -> int:
    """How many of the addresses crash, or keep silent about what they refuse, by what the server sends."""
    return asyncio.run(_crashes_of_server(port, tried))


async def _crashes_of_server(port: int, tried: list[tuple[str, str, str]]) -> int:
    places, done = asyncio.Semaphore(AT_ONCE), 0

    async def fault(page: str, keys: str, value: str) -> bool:
        nonlocal done
        async with places, connect(port) as socket:
            sent = await ask(socket, page, query_of(keys, value), MOST_SECONDS)
        done += 1
        if done % 50 == 0:
            print(f"  {done} of {len(tried)}", flush=True)
        silent = silent_about(keys, value, "\n".join(sent.alerts()).replace("\\", ""))  # as it reads: not as Markdown
        found = sent.exceptions() or (["no answer"] if not sent.answered else [f"silent about {silent}"] * bool(silent))
        if found:
            print("  ", page or "overview", query_of(keys, value), found, flush=True)
        return bool(found)

    return sum(await asyncio.gather(*(fault(*one) for one in tried)))


def crashes_in_browser(tab: Page, address: str, tried: list[tuple[str, str, str]]) -> int:
    """How many of the addresses crash, run what was typed, or keep silent, by what Chromium shows."""
    bad = 0
    errors: list[str] = []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    for page, keys, value in tried:
        errors.clear()
        opened(tab, f"{address}/{page}?{urlencode(query_of(keys, value))}")
        faults = [*errors, *(["exception"] if tab.locator("[data-testid=stException]").count() else [])]
        faults += ["ran"] if tab.evaluate(RUNS) else []
        faults += silent_about(keys, value, "\n".join(tab.locator("[data-testid=stAlert]").all_inner_texts()))
        if faults:
            bad += 1
            print("  in the browser:", page or "overview", query_of(keys, value), faults, flush=True)
    return bad


def for_browser(tried: list[tuple[str, str, str]], seed: int) -> list[tuple[str, str, str]]:
    """Of every page and value one of the addresses ``tried``, and the value under all of the page's keys."""
    kinds: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
    for one in tried:
        kinds.setdefault((one[0], one[2]), []).append(one)
    chosen = random.Random(seed)
    everything = [(page, " ".join(OF_PAGE[page]), value) for page, value in kinds if value in HOSTILE]
    return [chosen.choice(some) for some in kinds.values()] + everything


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
    parser.add_argument("--workspace", default=None, help="where the demo's maps are; without it they are drawn first")
    parser.add_argument("--seed", type=int, default=0, help="of what Chromium opens")
    parser.add_argument("--all-in-browser", action="store_true", help="Chromium opens every address: an hour or more")
    parser.add_argument("--only", choices=("values", "pairs"), default=None)
    parser.add_argument("--print-only", action="store_true", help="write nothing")
    arguments = parser.parse_args()
    tried = addresses(arguments.values)
    shown = tried if arguments.all_in_browser else for_browser(tried, arguments.seed)
    tell = print if arguments.print_only else upsert
    with tempfile.TemporaryDirectory() as empty, served(arguments.workspace or empty) as address:
        values = arguments.only != "pairs"
        bad = crashes_of_server(int(urlsplit(address).port or 0), tried) if values else 0
        with launched() as browser:
            tab = browser.new_page()
            tab.set_default_timeout(MOST_SECONDS * 1000)
            if values:
                bad += crashes_in_browser(tab, address, shown)
                print(f"{len(tried)} addresses by the server, {len(shown)} in Chromium", flush=True)
                tell({"url_crashes": (bad, "addresses")})
            if arguments.only != "values":
                tell({"pages_pairs_broken": (broken_pairs(tab, address), "pairs")})


if __name__ == "__main__":
    main()
