"""A foreign system's recommendations as a Run: a table of user, item and rank or score, judged by the same protocol."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from learn.data.dataset import Dataset
from learn.data.schema import Recommendations
from learn.data.splits import Phase, Split
from learn.errors import LearnError
from learn.evaluation.protocol import LIST_LENGTH
from learn.evaluation.targets import contains, make_targets, pair_keys
from learn.locks import writing
from learn.runs.info import RunInfo, provenance
from learn.runs.ranked_table import read_ranked_table
from learn.runs.run import Run
from learn.runs.write import finish_run
from learn.workspace import Workspace

VARIANT = "imported"
DROPPED = "rows_dropped"

Ranked = dict[str, tuple[np.ndarray, np.ndarray]]


def import_run(
    table_path: Path | str,
    dataset: Dataset,
    split: Split,
    workspace: Workspace,
    name: str,
    label: str | None = None,
    mapping: Mapping[str, str] | Iterable[str] = (),
) -> Run:
    """Makes a Run of kind "imported" from a CSV, TSV, Parquet or JSON lines file.

    The table has a user, an item, and a rank (1 is the best) or a score (greater is better); with both, the rank
    orders. Lists may be of any length; the regime ``new`` is the list without the user's history, and the first 100 of
    each are kept. Users of the dataset without a list count as misses, rows of unknown users or items are dropped:
    both are said in a warning, and how many rows were dropped is kept in ``info.made``.

    Args:
        table_path: the file.
        dataset, split: what the foreign system was given; it must not have seen the split's test target.
        workspace, name: where the Run goes.
        label: what people read; None: ``name``.
        mapping: user_id, item_id, rank or score -> the table's column, or ``["user_id=customer", ...]``.

    Raises:
        LearnError: a file that cannot be read, lacks columns, is empty, holds a bad value (named with its line), the
            same item twice for a user, only unknown users or items, or ``name`` is taken by another kind of Run.
    """
    folder = importable_folder(workspace, dataset, name)
    ranked, dropped = ranked_lists(Path(table_path), dataset, split, mapping)
    return write_imported(folder, dataset, split, ranked, label, {DROPPED: dropped} if dropped else {})


def importable_folder(workspace: Workspace, dataset: Dataset, name: str) -> Path:
    """Where the imported Run ``name`` goes; an imported one that is there may be replaced.

    Raises:
        LearnError: ``name`` cannot be a folder's, or is taken by another kind of Run.
    """
    folder = workspace.run(dataset.name, name)
    _check_free(folder, dataset)
    return folder


def _check_free(folder: Path, dataset: Dataset) -> None:
    if (folder / "run.json").exists() and (kind := Run(folder).info.kind) != "imported":
        what = f"Run {folder.name!r} of {dataset.name} exists and is a {kind} Run."
        raise LearnError(what, "Choose another name (--name).")


def write_imported(
    folder: Path, dataset: Dataset, split: Split, ranked: Ranked, label: str | None, made: Mapping[str, str]
) -> Run:
    """Evaluates another system's lists and writes them as a Run.

    Args:
        folder: of `importable_folder`.
        dataset, split: what the other system was given.
        ranked: as `learn.runs.write.finish_run` takes it.
        label: what people read; None: the folder's name.
        made: facts of its making, beside the versions.

    Raises:
        LearnError: nobody to evaluate, or the folder cannot be written.
    """
    info = RunInfo(
        name=folder.name,
        label=label or folder.name,
        kind="imported",
        variant=VARIANT,
        dataset=dataset.name,
        dataset_fingerprint=dataset.fingerprint,
        split=split.describe(),
        made=provenance() | dict(made),
    )
    with writing(folder):
        _check_free(folder, dataset)
        return finish_run(folder, info, dataset=dataset, split=split, ranked=ranked)


def ranked_lists(
    path: Path, dataset: Dataset, split: Split, mapping: Mapping[str, str] | Iterable[str] = ()
) -> tuple[Ranked, str]:
    """The lists of a table as `learn.runs.write.finish_run` takes them, and what was dropped, in words.

    Warns of dropped rows and of users without a list.

    Raises:
        LearnError: as `import_run`.
    """
    table = read_ranked_table(path, mapping)
    users, items, dropped = _known(table, dataset, path)
    kept = (users >= 0) & (items >= 0)
    users, items = users[kept], items[kept]
    order = np.lexsort((items, table["order"].to_numpy()[kept], users))
    users, items, scores = users[order], items[order], table["score"].to_numpy()[kept][order]
    ranked = both_candidates(users, items, scores, split)
    if dropped:
        warnings.warn(f"{path.name}: dropped {dropped}.", stacklevel=2)
    expected = make_targets(split, Phase.TEST, Recommendations.ALL_CANDIDATES).users
    absent = np.setdiff1d(expected, users)
    if len(absent):
        warnings.warn(
            f"{path.name} has no list for {len(absent)} of the {len(expected)} users that are evaluated "
            f"(for example {dataset.user_ids[absent[0]]!r}): they count as misses.",
            stacklevel=2,
        )
    return ranked, dropped


def both_candidates(users: np.ndarray, items: np.ndarray, scores: np.ndarray, split: Split) -> Ranked:
    """Rows ([n] user and item indices and scores, sorted by user, best first) as lists: all, and unseen items."""
    n_users = len(split.sequences)
    seen = contains(pair_keys(split.history(Phase.TEST), split.n_items), users.astype(np.int64) * split.n_items + items)
    return {
        Recommendations.ALL_CANDIDATES: _lists(users, items, scores, n_users),
        Recommendations.UNSEEN: _lists(users[~seen], items[~seen], scores[~seen], n_users),
    }


def _known(table: pd.DataFrame, dataset: Dataset, path: Path) -> tuple[np.ndarray, np.ndarray, str]:
    """User and item indices of every row (-1 unknown), and what must be dropped in words ("" for nothing)."""
    users = dataset.find_users(table["user"])
    items = dataset.find_items(table["item"])
    unknown = []
    for what, found, known in (("user", users, dataset.user_ids), ("item", items, dataset.item_ids)):
        missing = table.loc[found < 0, what]
        if len(missing) == len(table):
            raise LearnError(
                f"{path}: no {what} of the table is in dataset {dataset.name}; "
                f"it has {missing.iloc[0]!r} where the dataset has ids like {known[0]!r}.",
                f"Give the dataset's own {what} ids, or import into the dataset that the table was made for.",
            )
        if len(missing):
            unknown.append(f"{missing.nunique()} unknown {what}s (for example {missing.iloc[0]!r})")
    rows = int(((users < 0) | (items < 0)).sum())
    if rows == len(table):
        raise LearnError(
            f"{path}: every row has an unknown user or an unknown item: {' and '.join(unknown)}.",
            f"Import into the dataset that the table was made for; this is {dataset.name}.",
        )
    return users, items, f"{rows} of {len(table)} rows, with {' and '.join(unknown)}" if rows else ""


def _lists(users: np.ndarray, items: np.ndarray, scores: np.ndarray, n_users: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows sorted by user, best first -> items [U, 100] int64 and scores float32, padded with -1 and -inf."""
    counts = np.bincount(users, minlength=n_users)
    ranks = np.arange(len(users)) - np.repeat(np.cumsum(counts) - counts, counts)
    kept = ranks < LIST_LENGTH
    listed = np.full((n_users, LIST_LENGTH), -1, dtype=np.int64)
    values = np.full((n_users, LIST_LENGTH), -np.inf, dtype=np.float32)
    listed[users[kept], ranks[kept]] = items[kept]
    values[users[kept], ranks[kept]] = scores[kept]
    return listed, values
