"""How long Why takes and how sure its reasons are, on the prebuilt demo: python benchmarks/explorer_why.py

Measures what the page computes on the server, warm, and writes rows of name, value and unit into
assets/benchmarks/explorer.json; rows of other names stay as they are.

- why_first_s: from the choice of a person to the terms of the score under every variant and the estimate of the first.
- why_all_s: to the exact bars of every variant. Another person with a history in several chunks each time.
- why_stability: the order of the first ten reasons under two independent sets of cuts and of samples: Spearman's rank
  correlation, mean over people (all with histories in several chunks) and trained variants; each one's first item.
  Of kinds of product; why_stability_categories of their sums by category, why_stability_single of single products.
"""

from __future__ import annotations

import argparse
import statistics

import numpy as np
import torch
from explorer_pages import Times, Watch
from opened import add_options, open_trained
from results import upsert

from learn.explore.catalogue import Catalogue, read_catalogue
from learn.explore.lists import attribution, left_out, shapley
from learn.explore.lists.purchases import Level, group_purchases
from learn.explore.lists.score_terms import break_down, user_terms
from learn.runs.recommender import Recommender

ROWS = {
    Level.CATEGORY: "why_stability_categories",
    Level.KIND: "why_stability",
    Level.ITEM: "why_stability_single",
}
OTHER_CUTS = -1  # a seed below 0: none of the cuts is the served one, and other sets of purchases


def people(recommender: Recommender, count: int) -> np.ndarray:
    """[count] users by chance whose histories are read in several chunks."""
    history, length = recommender.history, recommender.run.config.sampling.history_length
    long = [user for user in range(len(history)) if len(np.unique(history[user])) > length]
    return np.random.default_rng(0).choice(long, min(count, len(long)), replace=False)


def unseen(recommender: Recommender, user: int) -> np.ndarray:
    """[N] bool: what is new to a user."""
    keep = np.ones(len(recommender.items), dtype=bool)
    keep[recommender.history[user]] = False
    return keep


def answers(recommenders: dict[str, Recommender], catalogue: Catalogue, user: int) -> tuple[Times, Times]:
    """Times to the first answer and to all bars, of one person."""
    watch = Watch()
    first, *_ = recommenders.values()
    history, keep = first.history[user], unseen(first, user)
    item = int(first.for_user(user, 1).items[0])
    ranks = {}
    for name, one in recommenders.items():
        terms = user_terms(one, user)
        assert terms is not None
        ranks[name] = break_down(terms, item, keep)
    groups = group_purchases(history, catalogue, left_out.level_for(recommenders.values(), history))
    attribution.estimate(first, history, groups, item, keep, next(iter(ranks.values())))
    early = watch.stop()
    for name, one in recommenders.items():
        attribution.explain(shapley.shared_out(one, history, groups), one, item, keep, ranks[name])
    return early, watch.stop()


def stability(recommender: Recommender, catalogue: Catalogue, user: int, level: Level) -> float:
    """Of one person's reasons under one Run: the page's cuts against as many others. Categories are sums over kinds."""
    history = recommender.history[user]
    shown = group_purchases(history, catalogue, level)
    groups = group_purchases(history, catalogue, Level.KIND) if level is Level.CATEGORY else shown
    item, keep = int(recommender.for_user(user, 1).items[0]), unseen(recommender, user)
    direction = attribution.direction_of_lead(recommender, item, keep)
    values = []
    for seed in (0, OTHER_CUTS):
        *_, found = shapley.shared_out_by_cut(recommender, history, groups, seed=seed)
        falls = found.falls(direction)
        one = attribution.Attribution(groups, falls.mean(axis=0), falls, found.n_chunks)
        values.append(attribution.summed(one, shown).points)
    return attribution.agreement(*values)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_options(parser)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--people", type=int, default=50, help="whose reasons are compared under other cuts")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    _, _, dataset, runs = open_trained(arguments)
    catalogue = read_catalogue(dataset)
    recommenders = {run.name: Recommender(run, dataset) for run in runs}
    trained = {name: one for name, one in recommenders.items() if one.towers is not None}
    tell = print if arguments.print_only else upsert  # each figure when it is there: all take a quarter of an hour
    if arguments.rounds:
        chosen = people(next(iter(trained.values())), arguments.rounds + 1)
        taken = [answers(recommenders, catalogue, int(user)) for user in chosen][1:]
        for name, times in zip(("why_first_s", "why_all_s"), zip(*taken, strict=True), strict=True):
            wall, processor = (statistics.median(one) for one in zip(*times, strict=True))
            tell({name: (wall, "s")})
            print(f"  of the processor's time {processor:.3f} s", flush=True)
    for level, row in ROWS.items() if arguments.people else ():
        found = {name: [] for name in trained}
        for user in people(next(iter(trained.values())), arguments.people):
            for name, one in trained.items():
                found[name].append(stability(one, catalogue, int(user), level))
        means = {name: float(np.nanmean(values)) for name, values in found.items()}
        whole = float(np.mean(list(means.values())))
        print({name: round(mean, 3) for name, mean in means.items()}, flush=True)
        tell({row: (whole, "correlation")})


if __name__ == "__main__":
    main()
