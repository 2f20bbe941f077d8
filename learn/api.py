"""What `import learn` offers: read tables, train, recommend, look, compare; each is a few calls of the pipeline.

Everything goes into one workspace folder: ``workspace``, else $LEARN_WORKSPACE, else ./workspace. Frames have the
column names of `learn.data.schema`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from learn import pipeline
from learn.data import stored as stored_data
from learn.data.dataset import Dataset
from learn.data.new_items import check_new_items
from learn.data.schema import Items, Recommendations, Slices
from learn.errors import LearnError
from learn.runs import rivals
from learn.runs import stored as stored_runs
from learn.runs.blend import JOINED
from learn.runs.recommend import item_positions, items_table
from learn.runs.run import Run
from learn.settings import parse_settings
from learn.workspace import Workspace

Place = Workspace | Path | str | None
"""A workspace, the folder of one, or None for the default one."""


def open_dataset(name: str, workspace: Place = None) -> Dataset:
    """Opens a dataset that was prepared, or trained on, in a workspace; "completejourney" needs no preparing.

    Args:
        name: the dataset's.
        workspace: where it is; None: the default one.

    Raises:
        LearnError: there is none of that name; the message lists those that there are.
    """
    return stored_data.open_dataset(_place(workspace), name)


def open_run(dataset: Dataset | str, name: str, workspace: Place = None) -> Run:
    """Opens a finished Run, of the workspace or of the prebuilt demo.

    Args:
        dataset: what it was trained on, or its name.
        name: the Run's, for example "learn-b".
        workspace: where it is; None: the default one.

    Raises:
        LearnError: there is none of that name; the message lists those that there are.
    """
    return stored_runs.open_run(_place(workspace), dataset, name)


def train(
    dataset: Dataset,
    tower: str = "b",
    *,
    preset: str = "auto",
    settings: Mapping[str, Any] | Iterable[str] | None = None,
    llm: Path | str | None = None,
    vectors: Path | str | None = None,
    seed: int | None = None,
    suffix: str = "",
    workspace: Place = None,
    progress: Any = None,
) -> Run:
    """Lets the LLM read the items, trains one item tower, evaluates it, and keeps all of it in the workspace.

    Interrupted, the same call goes on where it was. A finished Run of the same data and settings is opened, not trained
    again; one of other data or settings is replaced.

    Args:
        dataset: what to train on; it is kept in the workspace with its split.
        tower: the item tower: a, b, c or without-align.
        preset: tiny, demo, short, paper; auto: the one that suits the dataset's split.
        settings: what to change in it: ``{"training.epochs": 5}`` or ``["training.epochs=5"]``.
        llm: bundled, bundled-encoder, a Hugging Face id or a folder; None: the preset's.
        vectors: a file of your own vectors in place of an LLM (`learn.cex.own_vectors`); with ``llm`` too, beside it.
        seed: another seed; None: the preset's.
        suffix: added to the Run's name, to keep several.
        workspace: where it goes; None: the default one.
        progress: where to show progress; None: the terminal.

    Returns:
        The Run, called after its tower: "learn-b".

    Raises:
        LearnError: no such tower, preset or setting, an LLM that cannot be read, or nobody to evaluate.
    """
    where = _place(workspace)
    towers = pipeline.towers_named(tower)
    if len(towers) != 1:
        raise LearnError(f"learn.train trains one item tower, not {tower!r}.", "Call it once for each tower.")
    config = pipeline.configuration(dataset, preset, settings, None if llm is None else str(llm), seed, vectors)
    stored_data.keep_dataset(where, dataset)
    runs = pipeline.train_variants(
        where,
        dataset,
        config,
        towers,
        keep_finished=True,
        progress=progress,
        suffix=suffix,
        told=parse_settings(settings),
    )
    return Run(runs[0].path, dataset)


def popularity(dataset: Dataset, workspace: Place = None) -> Run:
    """What most people had, recommended to everybody: the least that a model has to beat; see `reference`."""
    return reference(dataset, "popularity", workspace=workspace)


def item_knn(dataset: Dataset, workspace: Place = None) -> Run:
    """Items that the same people had (item-kNN), by a person's history: a strong baseline; see `reference`."""
    return reference(dataset, "item-knn", workspace=workspace)


def reference(dataset: Dataset, name: str, *, refit: bool = False, workspace: Place = None) -> Run:
    """What a model has to beat, tuned on validation, as a Run: popularity, item-knn, frequency, svd, ease or l3ae.

    Args:
        dataset: it is kept in the workspace with its split.
        name: which one; l3ae needs texts that the LLM has read (`train`).
        refit: learn from training and validation together. workspace: where the Run goes; None: the default one.

    Raises:
        LearnError: no such reference, nobody to evaluate, or the workspace cannot be written to.
    """
    where = _place(workspace)
    stored_data.keep_dataset(where, dataset)
    return Run(rivals.baseline_run(where, dataset, name, refit).path, dataset)


def blend(run: Run | Sequence[Run], reference: Run | Sequence[Run] = (), name: str | None = None) -> Run:
    """A trained Run and a reference, or several, as one, text and counts: z-scores added, weights chosen on validation.
    Of several trained Runs the scores are averaged; without a reference that is all. A LearnError says where they do
    not go together."""
    runs, counts = ([one] if isinstance(one, Run) else list(one) for one in (run, reference))
    if not runs:
        raise LearnError("There is no trained Run to blend.", "Give one that learn.train made, or several.")
    text, counted = (JOINED.join(one.name for one in some) for some in (runs, counts))
    return rivals.blend(runs[0].workspace, runs[0].dataset, text, counted, name)


def neighbours(run: Run, item: str, k: int = 10) -> pd.DataFrame:
    """The items nearest to one, by cosine in the Run's item space: near means recommended to the same people.

    Args:
        run: a trained Run.
        item: an item's id.
        k: how many.

    Returns:
        rank, item_id, title, category, brand, price, score (the cosine), the nearest first.

    Raises:
        LearnError: no such item, or the Run holds lists only.
    """
    from learn.explore.maps.neighbours import nearest
    from learn.explore.maps.spaces import find_spaces, space_vectors

    dataset = run.dataset
    row = item_positions(dataset, item)
    spaces = find_spaces([run])
    if not spaces:
        raise LearnError(f"Run {run.name} ({run.info.label}) holds lists only, no vectors.", "Use a trained Run.")
    shown = np.union1d(np.flatnonzero(dataset.available), row)
    found, cosines = nearest(space_vectors(spaces[-1], dataset)[shown], k, np.searchsorted(shown, row))
    return items_table(dataset, shown[found[0]], cosines[0])


def audience(run: Run, items: str | pd.DataFrame, k: int = 50) -> pd.DataFrame:
    """The users who would be shown an item first: an item of the catalogue, or new ones that nobody has had yet.

    Ordered by the item's place in each user's own list of what is new to them, since scores of different users cannot
    be compared; equal places in the order of the users.

    Args:
        run: a trained Run.
        items: the id of an item of the catalogue, whose users are then left out; or a table of new items, with a title
            at least, which the LLM reads now.
        k: how many users for each item.

    Returns:
        item_id, title, rank (the item's in that user's own list), user_id, the lowest rank first within an item.

    Raises:
        LearnError: no such item, a table without text, or a Run that cannot embed.
    """
    from learn.explore.lists.audience import first_users

    dataset = run.dataset
    users, catalogue = run.recommender.users, run.recommender.items
    history = run.recommender.history
    if isinstance(items, str):
        row = int(item_positions(dataset, items)[0])
        new, vectors, known = dataset.items.iloc[[row]], catalogue[[row]], row
    else:
        new, _ = check_new_items(items)
        vectors, known = run.embed_items(new), None
    parts = []
    for item_id, title, vector in zip(new[Items.ID], new[Items.TITLE], vectors, strict=True):
        found, ranks, _ = first_users(users, catalogue, vector, history, k, known)
        about = {Items.ID: item_id, Items.TITLE: title, Recommendations.RANK: ranks}
        parts.append(pd.DataFrame({**about, Recommendations.USER: dataset.user_ids[found]}))
    return pd.concat(parts, ignore_index=True)


def compare(runs: Sequence[Run], metric: str = "recall", k: int | None = None, unseen: bool = True) -> pd.DataFrame:
    """One metric of several Runs on the same test users, the best first.

    Args:
        runs: of one dataset and one split.
        metric: recall, hit_rate, ndcg, mrr, pooled_recall or coverage.
        k: the lists' length; None: what suits the catalogue's size.
        unseen: among the items that a user's history does not hold; False: among all items.

    Returns:
        run, label, variant, mean, low, high (the 95% interval over users), n_users; and difference, difference_low,
        difference_high: what the first has more on the same users, with its paired 95% interval. One without 0 is more
        than chance (`learn.evaluation.better`).

    Raises:
        LearnError: no Run, Runs of different data, or a metric or a k that was not evaluated.
    """
    from learn.evaluation.protocol import default_k
    from learn.explore.metrics.overview import collect_metrics
    from learn.explore.metrics.result import compared

    if not runs:
        raise LearnError("There is no Run to compare.", "Give at least one: learn.compare([run])")
    for run in runs[1:]:
        stored_runs.check_comparable(runs[0], run)
    candidates = Recommendations.UNSEEN if unseen else Recommendations.ALL_CANDIDATES
    metrics = collect_metrics(runs)
    k = k or default_k(runs[0].dataset.n_items)
    table = compared(runs, metric, k, candidates, Slices.WHOLE)
    if table.empty:
        there = sorted({f"{name}@{at}" for name, at in zip(metrics["metric"], metrics["k"], strict=True)})
        raise LearnError(f"{metric}@{k} was not evaluated.", f"Choose one of: {', '.join(there)}.")
    return table


def _place(workspace: Place) -> Workspace:
    return workspace if isinstance(workspace, Workspace) else Workspace.at(workspace)
