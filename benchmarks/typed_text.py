"""Whether typed text is understood: python benchmarks/typed_text.py [--wording 3 --shrinkage 1]

Reads 300 items of completejourney in other words (docs/typed-text.md) with the demo's LLM and counts how many
of their ten nearest items are of the same kind: in the space in which typed text is placed (or as the given whitening
makes it), and in every Run's own space. Marks 50 products that a grocer does not sell. Writes typed_worst, typed_easy
(shares) and typed_foreign, typed_own (shares that the badge marks) into assets/benchmarks/explorer.json.
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
from learn.explore.catalogue import read_catalogue
from learn.explore.lists.likeness import catalogue_likeness, nearest_cosine, read_directions
from learn.explore.metrics.typed_text import easy, reworded, sampled_items, typed_text, worst
from learn.pal.preprocessing import fit_preprocessing
from learn.runs.new_items import embed_items, reading_settings
from learn.runs.recommender import Recommender
from learn.runs.stored import find_runs
from learn.runs.vectors import embeds, normalise
from learn.workspace import Workspace

FOREIGN = Path(__file__).resolve().parent / "foreign_products.csv"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workspace", default=None)
    parser.add_argument("--wording", type=float, default=None, help="of the content space; default: the Runs' own")
    parser.add_argument("--shrinkage", type=float, default=1.0)
    parser.add_argument("--print-only", action="store_true", help="write nothing")
    arguments = parser.parse_args()
    place = Workspace.at(arguments.workspace)
    dataset = open_dataset(place, "completejourney")
    keep_dataset(place, dataset)
    counts = dataset.split.training_counts()
    opened = {run.name: Recommender(run, dataset) for run in find_runs(place, dataset).usable if embeds(run)}
    first = opened.get("without-align") or next(iter(opened.values()))
    cex = reading_settings(first.run)
    llm = load_llm(cex, place.models)
    rows, kinds = sampled_items(counts), read_catalogue(dataset).finer
    probes = {
        probe: embed_items(check_new_items(items)[0], llm, cex) for probe, items in reworded(dataset, rows).items()
    }
    read = partial(read_directions, first)
    if arguments.wording is not None:
        read = _read_otherwise(place, dataset, first, arguments.wording, arguments.shrinkage)
    vectors = read(first.content)
    shares = typed_text(vectors, rows, kinds, read, probes)
    print("content", shares.round(2).to_dict())
    for name, one in opened.items():
        if one.anchors is not None:  # the probed items are strangers, as typed ones are
            one.__dict__["anchors"] = one.anchors.without(rows)
        own = typed_text(one.directions(), rows, kinds, lambda c, r=one: r.directions(r.embed_new_items(c)), probes)
        print(name, own.round(2).to_dict())
    likeness = catalogue_likeness(vectors)
    foreign = embed_items(check_new_items(pd.read_csv(FOREIGN, dtype=str))[0], llm, cex)
    marked = float(np.mean([likeness.is_unlike(nearest_cosine(vectors, one)) for one in read(foreign)]))
    own_marked = likeness.farther(likeness.threshold)
    print(f"foreign products marked {marked:.2f}, of the catalogue's own {own_marked:.3f}")
    if not arguments.print_only:
        found = {
            "typed_worst": worst(shares),
            "typed_easy": easy(shares),
            "typed_foreign": marked,
            "typed_own": own_marked,
        }
        upsert({name: (round(value, 3), "share") for name, value in found.items()})


def _read_otherwise(
    place: Workspace, dataset: Dataset, first: Recommender, wording: float, shrinkage: float
) -> Callable[[np.ndarray], np.ndarray]:
    changes = wording_differences(dataset, reading_settings(first.run), place, first.content) if wording else None
    known = first.content[dataset.split.training_counts() > 0]
    scale = fit_preprocessing(known, Preprocessing.WHITEN, shrinkage, wording, changes)
    return lambda content: normalise(scale.apply(content)).astype(np.float32)


if __name__ == "__main__":
    main()
