"""How the bench of Recommendations and New user answers, in a real browser: python benchmarks/explorer_bench.py

Starts the app on the prebuilt demo (or another workspace), and writes rows of name, value and unit into
assets/benchmarks/explorer.json; rows of other names stay as they are.

- clicks_lost: of ten clicks 60 ms apart on New user, each putting one item into the basket, those whose item is not in
  the basket, in its place, of the browser and of the address, once the server has followed.
- slider_ms: on Recommendations, from the popularity slider moved to 0 until the lists that this makes are painted (of
  100 items each, the 25 that a window can show first), the median of several times; the lists are compared with
  `learn.explore.lists.terms`, row by row.
"""

from __future__ import annotations

import argparse
import statistics
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
from in_browser import READY, launched, served
from playwright.sync_api import Page
from results import upsert

from learn.data.stored import open_dataset
from learn.explore.lists.terms import Weights, terms_of_user, weighted_list
from learn.runs.recommender import Recommender
from learn.runs.run import Run
from learn.workspace import PREBUILT, Workspace

CLICKS, APART_MS = 10, 60

# Moves a slider as a hand does and gives the milliseconds until the frame that shows what it makes is over.
MOVE = """(slider, value) => new Promise((done) => {
  const start = performance.now();
  slider.value = value;
  slider.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
  requestAnimationFrame(() => setTimeout(() => done(performance.now() - start), 0));
})"""

# Clicks on the buttons so many milliseconds apart, whatever else happens.
CLICK = """(buttons, apart) => Promise.all(buttons.map((button, place) =>
  new Promise((done) => setTimeout(() => { button.click(); done(); }, place * apart))))"""


ITEMS = "(rows) => rows.map((row) => row.dataset.item)"


def settle(page: Page) -> None:
    """Until the server has heard what the browser tells after a pause, and has answered."""
    page.wait_for_timeout(700)
    page.wait_for_selector(READY)


def clicks_lost(page: Page, address: str, dataset: str) -> int:
    """Of ten fast clicks, how many are missing or out of place, in the browser or in the address; the worse counts."""
    page.goto(f"{address}/new_user?dataset={dataset}&basket=")
    found = page.locator(".found .row")
    found.nth(CLICKS - 1).wait_for()
    settle(page)
    wanted = [found.nth(place).get_attribute("data-item") for place in range(CLICKS)]
    page.locator(".found .action[data-action=buy]").evaluate_all(
        f"(buttons) => ({CLICK})(buttons.slice(0, {CLICKS}), {APART_MS})"
    )
    page.locator(".column .row").first.wait_for()
    settle(page)
    shown = [row.get_attribute("data-item") for row in page.locator(".held .row").all()][::-1]
    told = parse_qs(urlsplit(page.url).query).get("basket", [])

    def lost(items: list) -> int:
        return sum(item != other for item, other in zip(wanted, [*items, *[None] * CLICKS], strict=False))

    return max(lost(shown), lost(told), len(shown) - CLICKS, len(told) - CLICKS)


def slider_times(page: Page, address: str, dataset: str, k: int, rounds: int) -> tuple[list[float], dict[str, list]]:
    """Milliseconds of each move of the popularity slider to 0, and the lists (label -> item ids) that it makes."""
    page.goto(f"{address}/recommendations?dataset={dataset}&k={k}")
    page.locator(".column .row").nth(k).wait_for()
    settle(page)
    slider = page.locator("input[data-term=popularity_bias]")
    taken = []
    for _ in range(rounds):
        taken.append(slider.evaluate(f"(slider) => ({MOVE})(slider, 0)"))
        settle(page)
        lists = {
            column.locator(".label").inner_text(): column.locator(".row").evaluate_all(ITEMS)
            for column in page.locator(".column").all()
        }
        slider.evaluate(f"(slider) => ({MOVE})(slider, 1)")
        settle(page)
    return taken, lists


def expected(place: Workspace, dataset, user_id: str, k: int) -> dict[str, list]:
    """Label -> item ids of the same lists by the library."""
    user = int(dataset.user_index.get_indexer([user_id])[0])
    found = {}
    for run in map(Run, place.run_paths(dataset.name)):
        one = Recommender(run, dataset)
        allowed = np.ones(dataset.n_items, dtype=bool)
        allowed[one.history[user]] = False
        terms = terms_of_user(one, user)
        if terms is None:
            items = one.for_user(user, k, allowed=allowed).items
        else:
            items = weighted_list(terms, Weights(popularity_bias=0.0), k, allowed).items
        found[run.info.label] = [str(name) for name in dataset.item_ids[items]]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workspace", default=None)
    parser.add_argument("--runs-of", default=str(PREBUILT), help="workspace of the Runs; the prebuilt demo by default")
    parser.add_argument("--dataset", default="completejourney")
    parser.add_argument("-k", type=int, default=100, help="length of the lists that a slider moves")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--print-only", action="store_true", help="write nothing")
    arguments = parser.parse_args()
    dataset = open_dataset(Workspace.at(arguments.workspace), arguments.dataset)
    with served(arguments.workspace) as address, launched() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.set_default_timeout(120_000)
        lost = clicks_lost(page, address, dataset.name)
        taken, lists = slider_times(page, address, dataset.name, arguments.k, arguments.rounds)
        user_id = page.locator("[data-testid=stSelectbox] input").nth(1).input_value()
    wanted = expected(Workspace(Path(arguments.runs_of)), dataset, user_id, arguments.k)
    wrong = [label for label, items in lists.items() if items != wanted[label]]
    measured = {"clicks_lost": (lost, "clicks"), "slider_ms": (round(statistics.median(taken), 1), "ms")}
    print(f"slider: {len(lists)} lists of {arguments.k} each, {min(taken):.1f} to {max(taken):.1f} ms")
    if wrong:
        raise SystemExit(f"At popularity 0 browser and library differ for user {user_id} in: {', '.join(wrong)}.")
    print(f"At popularity 0 the browser's lists for user {user_id} are the library's.")
    print(measured) if arguments.print_only else upsert(measured)


if __name__ == "__main__":
    main()
