"""How long the explorer's live answers take on the server, warm: python benchmarks/explorer_pages.py

Measures on the prebuilt demo (or another dataset with trained Runs) and writes rows of name, value and unit into
assets/benchmarks/explorer.json; rows of other names stay as they are.

- new_item_s: from a typed text to every variant's answer: one live pass of the frozen LLM, its vector in each variant,
  nearest warm items, first users with their reasons, its place on every map. Another text each time.
- new_user_ms: from a click to new lists of every variant: the basket's and, to tell what changed, the one before.
- audience_wrong: of 50 items nobody had in training, how many people "Place · person" names under any variant who are
  not those in whose own lists the item stands highest, by sorting every list's exact scores; and wrong places.
"""

from __future__ import annotations

import argparse
import statistics
import time
from typing import NamedTuple

import numpy as np
import torch
from opened import add_options, open_trained
from results import upsert

from learn.cex.llm import load_llm
from learn.data.dataset import Dataset
from learn.data.splits import Phase
from learn.explore.catalogue import read_catalogue
from learn.explore.lists.audience import audience, first_users
from learn.explore.lists.cold_start import place_new_item
from learn.explore.lists.new_item import make_item
from learn.explore.lists.new_user import recommend, what_changed
from learn.explore.maps.item_maps import ItemMap, mapped_items, read_maps
from learn.explore.maps.spaces import Space, find_spaces, new_item_directions, space_vectors
from learn.runs.new_items import embed_items, reading_settings
from learn.runs.recommender import Recommender
from learn.runs.run import Run
from learn.workspace import Workspace

LIST_LENGTH, NEIGHBOURS, PEOPLE = 10, 6, 5


class Times(NamedTuple):
    """Seconds by the clock, and seconds that processors worked, over all threads."""

    wall: float
    processor: float


class Watch:
    """Starts when made."""

    def __init__(self) -> None:
        self.start = (time.perf_counter(), time.process_time())

    def stop(self) -> Times:
        return Times(time.perf_counter() - self.start[0], time.process_time() - self.start[1])


def drawn_maps(runs: list[Run], dataset: Dataset, split, place: Workspace) -> list[tuple[Space, ItemMap, np.ndarray]]:
    """(space, its stored map, its [N, d] vectors) of every space of ``runs``."""
    spaces = find_spaces(runs)
    items = mapped_items(read_catalogue(dataset), split.training_counts() == 0)
    maps = read_maps(spaces, spaces[0], items, dataset.n_items, place)
    return [(space, maps[space.name], space_vectors(space, dataset)) for space in spaces if space.name in maps]


def new_items(recommenders: dict[str, Recommender], maps: list, models: Workspace, split, rounds: int) -> list[Times]:
    """Times of each of ``rounds`` new texts, after one that wakes the LLM."""
    cex = reading_settings(next(iter(recommenders.values())).run)
    llm = load_llm(cex, models.models)
    history, warm = split.history(Phase.TEST), split.training_counts() > 0
    taken = []
    for number in range(rounds + 1):
        watch = Watch()
        items = make_item(f"Oat drink, barista edition {number}, 1 L", "Grocery > Milk", "Private", 2.49)
        content = embed_items(items, llm, cex)
        for recommender in recommenders.values():
            vector = recommender.embed_new_items(content)[0]
            recommender.neighbours(vector, NEIGHBOURS, warm)
            audience(recommender, vector, history, PEOPLE)
        for space, found, vectors in maps:
            place_new_item(found, vectors, new_item_directions(space, recommenders[space.run.name], content)[0])
        taken.append(watch.stop())
    return taken[1:]


def new_users(recommenders: dict[str, Recommender], split, rounds: int) -> list[Times]:
    """Times of each of ``rounds`` clicks that put one more item into a basket of five."""
    rng, bought = np.random.default_rng(0), np.flatnonzero(split.training_counts())
    taken = []
    for _ in range(rounds + 1):
        basket = rng.choice(bought, 6, replace=False).tolist()
        watch = Watch()
        for recommender in recommenders.values():
            what_changed(recommend(recommender, basket[:-1], LIST_LENGTH), recommend(recommender, basket, LIST_LENGTH))
        taken.append(watch.stop())
    return taken[1:]


def audience_wrong(recommenders: dict[str, Recommender], split, n_items: int) -> int:
    """How many places of everybody's lists, and named people, differ from what counting exact scores gives.

    Scores are float64 here, of whole lists, user by user; `learn.explore.lists.audience` looks at blocks in float32.
    """
    cold = np.flatnonzero(split.training_counts() == 0)
    items = np.random.default_rng(0).choice(cold, min(n_items, len(cold)), replace=False)
    history, wrong = split.history(Phase.TEST), 0
    for recommender in recommenders.values():
        ranks = _places(recommender, history, items)
        for column, item in enumerate(items.tolist()):
            expected = ranks[:, column]
            users, places, everybody = first_users(
                recommender.users, recommender.items, recommender.items[item], history, PEOPLE, item
            )
            asked = np.flatnonzero(expected)
            order = asked[np.argsort(expected[asked], kind="stable")][:PEOPLE]
            wrong += int((everybody != expected).sum()) + int((users != order).sum())
            wrong += int((places != expected[order]).sum())
        print(f"{recommender.run.name}: {len(items)} items, {len(history)} people, {wrong} wrong so far", flush=True)
    return wrong


def _places(recommender: Recommender, history, items: np.ndarray) -> np.ndarray:
    """[U, len(items)] each item's place in everybody's list of what is new to them; 0 where it is not asked."""
    vectors = recommender.items.astype(np.float64)
    ranks = np.zeros((len(history), len(items)), dtype=np.int64)
    for user in range(len(history)):
        had = np.unique(history[user])
        if not len(had):
            continue
        # As stored scores are: sums of exact products, rounded once.
        scores = (vectors * recommender.users[user].astype(np.float64)).sum(axis=1).astype(np.float32)
        ahead = np.argsort(-scores, kind="stable")
        new = np.ones(len(scores), dtype=bool)
        new[had] = False
        place = np.zeros(len(scores), dtype=np.int64)
        place[ahead[new[ahead]]] = np.arange(1, int(new.sum()) + 1)
        ranks[user] = place[items]
    return ranks


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_options(parser)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--audience-items", type=int, default=50, help="0: do not check audiences")
    parser.add_argument("--audience-only", action="store_true", help="time nothing")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    own, place, dataset, runs = open_trained(arguments)
    split = dataset.split
    recommenders = {run.name: Recommender(run, dataset) for run in runs}
    if arguments.audience_items:
        wrong = audience_wrong(recommenders, split, arguments.audience_items)
        if not arguments.print_only:
            upsert({"audience_wrong": (wrong, "people and places")})
    if arguments.audience_only:
        return
    maps = drawn_maps(runs, dataset, split, place)
    taken = {
        "new_item_s": (new_items(recommenders, maps, own, split, arguments.rounds), 1, "s", 3),
        "new_user_ms": (new_users(recommenders, split, arguments.rounds), 1000, "ms", 1),
    }
    measured = {}
    print(f"{len(recommenders)} Runs, {len(maps)} maps, {arguments.threads} threads, medians of {arguments.rounds}")
    for name, (times, factor, unit, digits) in taken.items():
        wall, processor = (factor * statistics.median(one) for one in zip(*times, strict=True))
        measured[name] = (round(wall, digits), unit)
        print(f"{name}: {wall:.{digits}f} {unit}; of the processor's time {processor:.{digits}f} {unit}")
        if wall > 2 * processor:
            print("  This machine is busy with something else: the first number says little. Measure again when idle.")
    if not arguments.print_only:
        upsert(measured)


if __name__ == "__main__":
    main()
