"""Finished benchmarks, for the Benchmarks page: those that the README quotes, and those of the workspace."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from learn.checksums import NAME as CHECKSUMS
from learn.data.schema import Metrics, Slices
from learn.errors import LearnError
from learn.explore.metrics.leading import quoted
from learn.explore.metrics.result import BOTH, COUNTS, KIND_MEANS, LEARNED, UNTRAINED, variant_gloss
from learn.files import read_json
from learn.item_towers import ITEM_TOWERS, brief
from learn.runs.baselines import BASELINES, REFIT_SUFFIX
from learn.workspace import Workspace

NEEDED = {"run", "dataset", Metrics.METRIC, Metrics.K, Metrics.MEAN, Metrics.LOW, Metrics.HIGH}

RESULTS = "results.json"
DAMAGED = "damaged"
"""What the dataset of a file is called that cannot be read: opening it says what to do."""
KIND_WORDS = {
    "text": "LEARN, which knows an item by its text alone",
    "id": "LEARN's transformer on a trained vector for each item, without text",
    "text+id": "LEARN on text and on a trained vector for each item",
    "text+counts": "LEARN and a reference that counts, their scores added up",
    "peer": "another library's recommender, trained on the same files",
    "reference": "a simple recommender that trains no transformer",
}
"""What the rows of a kind are."""
OTHER_LIBRARY, TEXT_AND_ID, IDS = "other libraries", "text and item IDs", "item IDs"
ROW_KIND_MEANS = KIND_MEANS | {
    TEXT_AND_ID: "PAL trained on what the language model read and on a vector for each item",
    IDS: "PAL trained on a vector for each item, without text",
    OTHER_LIBRARY: "their sequence models, trained on the same purchases",
}
"""What `kind_of` says -> what it is, for those who meet it first."""
_KINDS = {"text+counts": BOTH, "text+id": TEXT_AND_ID, "id": IDS, "peer": OTHER_LIBRARY, "text": LEARNED}
_BY_NAME = {"text-knn": UNTRAINED}  # reads texts, and nothing is counted
ON_THE_PAGES = {
    "learn": ITEM_TOWERS["b"].label,
    "learn-counts": "(b) + counts",
    "learn-averaged": "(b), 3 averaged",
    "learn-averaged-counts": "(b), 3 averaged + counts",
    "learn-id": "(b) with item IDs",
    "learn-dense": "(b) under the paper's objective",
}
"""Run -> what the same recommender is, or would be, called on the other pages."""
DATASETS = {
    "scientific": "Amazon Scientific",
    "scientific-cold": "Amazon Scientific, items left out",
    "beauty": "Amazon Beauty",
    "completejourney": "a year of groceries",
    "completejourney-sold": "a year of groceries, what was sold",
}
"""What the datasets of the published files are."""
REFITTED = "the same, learned from training and validation together"
ROW_WORDS = {
    "learn-dense": "as (b), but each item of the past predicts every later one, not the next one only, and sequences "
    "are cut in two",
    "learn-averaged": "the scores of three trainings of (b), each from another seed, averaged: three times the work",
}
"""What single rows are, by their names."""
EARLIER = "From an earlier run of this table: not compared, in pairs, with the rows of this one."
"""In "why", of a row that stayed when others were measured anew (`learn.reproduce.report.publish`)."""
OTHER_FILES = ("trust", "explorer", "ranking", "ranking-about", "scale", "speed")
"""Files beside the comparisons: what scripts of benchmarks/ measured, and the ranking stage's report."""


def benchmark_files(workspace: Workspace, published: Path) -> dict[tuple[str, str], Path]:
    """(benchmark, dataset) -> file of flat rows; the workspace's own results replace published ones."""
    found: dict[tuple[str, str], Path] = {}
    for path in sorted(published.glob("*.json")):
        if path.stem in OTHER_FILES:
            continue
        try:
            datasets = list(dict.fromkeys(read_rows(path)["dataset"]))
        except LearnError:
            datasets = [DAMAGED]
        found |= {(path.stem, dataset): path for dataset in datasets}
    for file in (RESULTS, CHECKSUMS):
        for path in sorted((workspace.root / "benchmarks").glob(f"*/*/{file}")):
            found[path.parent.parent.name, path.parent.name] = path.with_name(RESULTS)
    return found


def dataset_words(path: Path, dataset: str) -> str:
    """A dataset of `benchmark_files` as people know it: the name of one whose file is published says little."""
    told = "" if path.name == RESULTS else DATASETS.get(dataset, "")
    return f"{dataset}: {told}" if told else dataset


def read_rows(path: Path) -> pd.DataFrame:
    """The flat rows of one file, as `learn.reproduce.summary.summarise` makes them.

    Files of earlier versions know neither slices nor rows that could not run: theirs are about all targets.

    Raises:
        LearnError: the file is damaged or lacks a column.
    """
    name = path.parent.parent.name if path.name == RESULTS else path.stem
    remedy = f"Delete {path}, or write it again: learn benchmark {name}"
    table = pd.DataFrame(read_json(path, remedy, list))
    if not set(table.columns) >= NEEDED:
        raise LearnError(f"{path} lacks {', '.join(sorted(NEEDED - set(table.columns)))}.", remedy)
    added = [column for column in (Metrics.SLICE, "why") if column not in table]
    return table.reindex(columns=[*table.columns, *added]).fillna({Metrics.SLICE: Slices.WHOLE})


def read_benchmark(path: Path, dataset: str) -> pd.DataFrame:
    """The rows of ``dataset`` in a file, their labels as `page_label` has them."""
    table = read_rows(path)  # refused where it is damaged
    table = table[table["dataset"] == dataset].reset_index(drop=True)
    names = zip(table["run"].astype(str), table["label"].astype(str), strict=True)
    return table.assign(label=[page_label(run, label) for run, label in names])


def page_label(run: str, label: str) -> str:
    """What a row is called on a page: as the other pages call it, or its label `in_brackets`."""
    known = ON_THE_PAGES.get(variant_of(run))
    if known is None:
        return in_brackets(label)
    return f"{known} refitted" if run.endswith(REFIT_SUFFIX) else known


def in_brackets(label: str) -> str:
    """ "LEARN, text, refitted" -> "LEARN (text, refitted)": a name that can stand in a sentence. One that has brackets
    already stays as it is."""
    head, comma, rest = label.partition(", ")
    return label if not comma or "(" in label else f"{head} ({rest})"


def in_words(label: str) -> str:
    """A label as it stands in a sentence: a tower by its sign, in quotes where a comma outside of its brackets would
    end it too soon."""
    label = brief(label)
    return quoted(label) if "," in re.sub(r"\([^)]*\)", "", label) else label


def is_refitted(rows: pd.DataFrame) -> pd.Series:
    """Which rows learned from training and validation together."""
    return rows["run"].astype(str).str.endswith(REFIT_SUFFIX)


def is_earlier(rows: pd.DataFrame) -> pd.Series:
    """Which rows are of an earlier run of their table: their differences to the others are not tested."""
    return rows["why"].eq(EARLIER) if "why" in rows else pd.Series(False, index=rows.index)


def one_metric(rows: pd.DataFrame, metric: str, k: int, candidates: str, part: str = Slices.WHOLE) -> pd.DataFrame:
    """One line per run for one metric, best first; at the end those that could not run.

    Args:
        part: which targets count: all, or a slice of `learn.data.schema.Metrics.SLICE`.
    """
    wanted = {Metrics.METRIC: metric, Metrics.K: k, Metrics.CANDIDATES: candidates, Metrics.SLICE: part}
    chosen = rows[(rows[list(wanted)] == pd.Series(wanted)).all(axis=1)]
    return chosen.sort_values(Metrics.MEAN, ascending=False, kind="stable").reset_index(drop=True)


def variant_of(run: str) -> str:
    """The code of the tower or baseline that a row is of, refitted or not; of another row its own name."""
    return run.removesuffix(REFIT_SUFFIX)


def kind_of(row: Mapping[str, Any]) -> str:
    """What a row goes by, in two or three words: as a Run (`learn.explore.metrics.result.kind_words`), or one of
    `OTHER_LIBRARY`, `TEXT_AND_ID` and `IDS`."""
    variant = variant_of(str(row["run"]))
    tower, baseline = ITEM_TOWERS.get(variant), BASELINES.get(variant)
    if tower is not None and not tower.trained:
        return UNTRAINED
    if baseline is not None:
        return _BY_NAME.get(variant) or (BOTH if baseline.reference.reads_content else COUNTS)
    return _KINDS.get(str(row.get("kind")), COUNTS)


def kind_means(chosen: pd.DataFrame) -> dict[str, str]:
    """The kinds of the rows of `one_metric`, in their order, and what each is (`ROW_KIND_MEANS`)."""
    kinds = dict.fromkeys(map(kind_of, chosen.to_dict("records")))
    return {kind: ROW_KIND_MEANS[kind] for kind in kinds if kind in ROW_KIND_MEANS}


def row_words(chosen: pd.DataFrame) -> dict[str, list[str]]:
    """What the rows of `one_metric` are -> the labels of which it is true, in the order of the rows.

    A tower and a baseline by themselves (`learn.explore.metrics.result.variant_gloss`), another row by its kind; one
    that is refitted beside one that is not as `REFITTED`.
    """
    found: dict[str, list[str]] = {}
    there = set(chosen["run"])
    for row in chosen.to_dict("records"):
        run, kind = str(row["run"]), KIND_WORDS.get(str(row.get("kind")))
        words = ROW_WORDS.get(run) or variant_gloss(variant_of(run)) or kind
        if run.endswith(REFIT_SUFFIX) and variant_of(run) in there:
            words = REFITTED
        if words:
            found.setdefault(words, []).append(str(row["label"]))
    return found
