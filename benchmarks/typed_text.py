"""Whether typed text is understood: python benchmarks/typed_text.py [--wording 3 --shrinkage 1]

Reads 300 items of completejourney in other words (docs/typed-text.md) with the demo's LLM and counts how many
of their ten nearest items are of the same kind: in the space in which typed text is placed (or as the given whitening
makes it), and in every Run's own space. Marks 50 products that a grocer does not sell, and 40 that one might begin to
sell. Writes typed_worst, typed_easy (shares) and typed_foreign, typed_own, typed_new (shares that the badge marks) into
assets/benchmarks/explorer.json, and search_same: of the ten items that the Atlas's search by meaning finds for titles
without size, their words turned round, nothing else said, the share of the same kind. --only: a part of it.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from results import upsert

from learn.cex.extractor import wording_differences
from learn.cex.llm import load_llm
from learn.config import Preprocessing
from learn.data.dataset import Dataset
from learn.data.new_items import check_new_items
from learn.data.stored import keep_dataset, open_dataset
from learn.explore.atlas.meaning import as_items
from learn.explore.catalogue import read_catalogue
from learn.explore.lists.likeness import (
    Likeness,
    catalogue_likeness,
    nearest_cosine,
    read_directions,
    same_category,
)
from learn.explore.metrics.typed_text import (
    easy,
    in_reverse,
    reworded,
    same_kind,
    sampled_items,
    typed_text,
    worst,
)
from learn.pal.preprocessing import fit_preprocessing
from learn.runs.new_items import embed_items, reading_settings
from learn.runs.recommender import Recommender
from learn.runs.stored import find_runs
from learn.runs.vectors import embeds, normalise
from learn.workspace import Workspace

FOREIGN, NEW = (Path(__file__).resolve().parent / f"{name}_products.csv" for name in ("foreign", "new"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workspace", default=None)
    parser.add_argument("--wording", type=float, default=None, help="of the content space; default: the Runs' own")
    parser.add_argument("--shrinkage", type=float, default=1.0)
    parser.add_argument("--only", choices=("typed", "badge", "search"), help="a part, and nothing else")
    parser.add_argument("--print-only", action="store_true", help="write nothing")
    arguments = parser.parse_args()
    place = Workspace.at(arguments.workspace)
    dataset = open_dataset(place, "completejourney")
    keep_dataset(place, dataset)
    opened = {run.name: Recommender(run, dataset) for run in find_runs(place, dataset).usable if embeds(run)}
    first = opened.get("without-align") or next(iter(opened.values()))
    cex = reading_settings(first.run)
    llm = load_llm(cex, place.models)
    read = partial(read_directions, first)
    if arguments.wording is not None:
        read = _read_otherwise(place, dataset, first, arguments.wording, arguments.shrinkage)
    vectors = read(first.content)
    read_items, only, found = partial(embed_items, llm=llm, cex=cex), arguments.only, {}
    if only in (None, "typed"):
        found |= understood(dataset, opened, read_items, read)
    if only in (None, "badge"):
        likeness = catalogue_likeness(vectors)
        for name, path in (("typed_foreign", FOREIGN), ("typed_new", NEW)):
            items = check_new_items(pd.read_csv(path, dtype=str))[0]
            found[name] = marked(likeness, vectors, read(read_items(items)), items, dataset)
        found["typed_own"] = likeness.farther(likeness.threshold)
    if only in (None, "search"):
        found["search_same"] = searched(dataset, vectors, read, read_items)
    print({name: round(value, 3) for name, value in found.items()})
    if not arguments.print_only:
        upsert({name: (round(value, 3), "share") for name, value in found.items()})


def understood(
    dataset: Dataset, opened: dict[str, Recommender], read_items: Callable, read: Callable[[np.ndarray], np.ndarray]
) -> dict[str, float]:
    """typed_worst and typed_easy; prints every share, in the content space and in every Run's own."""
    first = next(iter(opened.values()))
    rows, kinds = sampled_items(dataset.split.training_counts()), read_catalogue(dataset).finer
    probes = {probe: read_items(check_new_items(items)[0]) for probe, items in reworded(dataset, rows).items()}
    shares = typed_text(read(first.content), rows, kinds, read, probes)
    print("content", shares.round(2).to_dict())
    for name, one in opened.items():
        if one.anchors is not None:  # the probed items are strangers, as typed ones are
            one.__dict__["anchors"] = one.anchors.without(rows)
        own = typed_text(one.directions(), rows, kinds, lambda c, r=one: r.directions(r.embed_new_items(c)), probes)
        print(name, own.round(2).to_dict())
    return {"typed_worst": worst(shares), "typed_easy": easy(shares)}


def searched(
    dataset: Dataset, vectors: np.ndarray, read: Callable[[np.ndarray], np.ndarray], read_items: Callable
) -> float:
    """search_same; prints it beside the same words read as a title alone."""
    rows, kinds = sampled_items(dataset.split.training_counts()), read_catalogue(dataset).finer
    asked = pd.concat([as_items(in_reverse(title)) for title in dataset.items["title"].iloc[rows]], ignore_index=True)
    ways = {"title and category": asked, "title alone": asked[["title"]]}
    shares = {way: same_kind(vectors, rows, read(read_items(table)), kinds) for way, table in ways.items()}
    print("search", {way: round(share, 3) for way, share in shares.items()})
    return shares["title and category"]


def marked(likeness: Likeness, vectors: np.ndarray, typed: np.ndarray, items: pd.DataFrame, dataset: Dataset) -> float:
    """The share of typed ``items`` (their directions: ``typed``) that the badge calls unlike anything here."""
    categories = dataset.items["category"].to_numpy()
    found = []
    for vector, category in zip(typed, items["category"].fillna("").astype(str), strict=True):
        of_kind = same_category(vectors, vector, categories, category)
        found.append(likeness.is_unlike(nearest_cosine(vectors, vector), of_kind))
    return float(np.mean(found))


def _read_otherwise(
    place: Workspace, dataset: Dataset, first: Recommender, wording: float, shrinkage: float
) -> Callable[[np.ndarray], np.ndarray]:
    changes = wording_differences(dataset, reading_settings(first.run), place, first.content) if wording else None
    known = first.content[dataset.split.training_counts() > 0]
    scale = fit_preprocessing(known, Preprocessing.WHITEN, shrinkage, wording, changes)
    return lambda content: normalise(scale.apply(content)).astype(np.float32)


if __name__ == "__main__":
    main()
